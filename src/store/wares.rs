//! What is bought, once for all orders that bought it.

use std::{collections::HashMap, sync::Arc};

use crate::record::OrderKind;

/// Product, package type, order kind and site: all that decides which policies are about an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ware {
    pub(crate) product: Arc<str>,
    pub(crate) package_type: Arc<str>,
    pub(crate) kind: OrderKind,
    pub(crate) site: Option<Arc<str>>,
}

/// The wares of a run, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Wares {
    list: Vec<Ware>,
    by_words: HashMap<Ware, u32>,
}

impl Wares {
    /// The number of a ware.
    pub(crate) fn number(
        &mut self,
        product: &str,
        package_type: &str,
        kind: OrderKind,
        site: Option<&str>,
    ) -> u32 {
        let (product, package_type) = (product.into(), package_type.into());
        let ware = Ware { product, package_type, kind, site: site.map(Into::into) };
        let next = u32::try_from(self.list.len()).expect("wares are counted in 32 bits");
        *self.by_words.entry(ware).or_insert_with_key(|ware| {
            self.list.push(ware.clone());
            next
        })
    }

    /// The number of a ware that was met before.
    pub(crate) fn find(
        &self,
        product: &str,
        package_type: &str,
        kind: OrderKind,
        site: Option<&str>,
    ) -> Option<u32> {
        let (product, package_type) = (product.into(), package_type.into());
        let ware = Ware { product, package_type, kind, site: site.map(Into::into) };
        self.by_words.get(&ware).copied()
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
