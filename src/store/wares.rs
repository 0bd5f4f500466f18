//! What is bought, once for all orders that bought it.

use std::{collections::HashMap, sync::Arc};

use crate::record::OrderKind;

/// Product, package type and order kind: all that decides which policies are about an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ware {
    pub(crate) product: Arc<str>,
    pub(crate) package_type: Arc<str>,
    pub(crate) kind: OrderKind,
}

/// The wares of a run, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Wares {
    list: Vec<Ware>,
    by_words: HashMap<Ware, u32>,
}

impl Wares {
    /// The number of a ware.
    pub(crate) fn number(&mut self, product: &str, package_type: &str, kind: OrderKind) -> u32 {
        let ware = Ware { product: product.into(), package_type: package_type.into(), kind };
        let next = u32::try_from(self.list.len()).expect("wares are counted in 32 bits");
        *self.by_words.entry(ware).or_insert_with_key(|ware| {
            self.list.push(ware.clone());
            next
        })
    }

    /// The ware of a number.
    pub(crate) fn get(&self, number: u32) -> &Ware {
        &self.list[number as usize]
    }

    /// Every ware, by number.
    pub(crate) fn list(&self) -> &[Ware] {
        &self.list
    }
}
