//! Wares as threads find them while orders are read, with what the book says of each.

use std::sync::{Arc, Mutex, PoisonError};

use super::{untouched::Rules, watch::package_of};
use crate::{policy::PolicyBook, record::OrderKind, scan::keys::KeyTable, store::Wares};

/// The wares of a run. Their numbers depend on who came first, so nothing that shows may.
#[derive(Debug)]
pub(in crate::engine) struct Shelf<'b> {
    book: &'b PolicyBook,
    shared: Mutex<Shared<'b>>,
}

#[derive(Debug, Default)]
struct Shared<'b> {
    wares: Wares,
    rules: Vec<Arc<Rules<'b>>>,
}

/// A ware as a thread knows it.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Found<'b> {
    /// Its number.
    pub(in crate::engine) ware: u32,
    /// The number of its package; see [`package_of`].
    pub(in crate::engine) package: u64,
    /// What the book says of it.
    pub(in crate::engine) rules: Arc<Rules<'b>>,
}

/// The wares that a thread has met.
#[derive(Debug, Default)]
pub(in crate::engine) struct Met<'b> {
    keys: KeyTable,
    list: Vec<Found<'b>>,
    /// The words of the first few of the list.
    first: Vec<(Box<str>, Box<str>, OrderKind, Option<Box<str>>)>,
    words: Vec<u8>,
}

/// Wares that are compared one by one: most exports hardly have more.
const FIRST_MAX: usize = 8;

impl<'b> Shelf<'b> {
    pub(in crate::engine) fn new(book: &'b PolicyBook) -> Self {
        Self { book, shared: Mutex::default() }
    }

    pub(in crate::engine) fn into_wares(self) -> Wares {
        self.shared.into_inner().unwrap_or_else(PoisonError::into_inner).wares
    }

    fn find(&self, product: &str, package_type: &str, kind: OrderKind, site: Option<&str>) -> Found<'b> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let Shared { wares, rules } = &mut *shared;
        let ware = wares.number(product, package_type, kind, site);
        if rules.len() == ware as usize {
            rules.push(Arc::new(Rules::of(wares.get(ware), self.book)));
        }
        Found { ware, package: package_of(product, package_type), rules: Arc::clone(&rules[ware as usize]) }
    }
}

impl<'b> Met<'b> {
    /// The ware of an order.
    pub(in crate::engine) fn find(
        &mut self,
        wares: &Shelf<'b>,
        product: &str,
        package_type: &str,
        kind: OrderKind,
        site: Option<&str>,
    ) -> &Found<'b> {
        let is_it = |(first, second, of, at): &(Box<str>, Box<str>, OrderKind, Option<Box<str>>)| {
            *of == kind && **first == *product && **second == *package_type && at.as_deref() == site
        };
        if let Some(at) = self.first.iter().position(is_it) {
            return &self.list[at];
        }
        // With the lengths of the first two no two wares are written alike.
        self.words.clear();
        self.words.extend_from_slice(&product.len().to_le_bytes());
        self.words.extend_from_slice(&package_type.len().to_le_bytes());
        self.words.extend_from_slice(product.as_bytes());
        self.words.extend_from_slice(package_type.as_bytes());
        self.words.push(kind as u8);
        if let Some(site) = site {
            self.words.push(b'@');
            self.words.extend_from_slice(site.as_bytes());
        }
        let next = u32::try_from(self.list.len()).expect("wares are counted in 32 bits");
        let at = self.keys.insert(&self.words, next).unwrap_or(next) as usize;
        if at == self.list.len() {
            self.list.push(wares.find(product, package_type, kind, site));
            if self.first.len() < FIRST_MAX {
                self.first.push((product.into(), package_type.into(), kind, site.map(Into::into)));
            }
        }
        &self.list[at]
    }
}
