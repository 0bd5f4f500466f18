//! What the catalogue did not know, counted with its money.

use std::collections::BTreeMap;

use crate::export::cells::number::text_of_units;

/// Items without a word of ours, over any number of files.
#[derive(Clone, Debug, Default)]
pub struct Unmapped {
    items: BTreeMap<(String, String), UnmappedItem>,
}

/// One such item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnmappedItem {
    /// How many records name it.
    pub records: u64,
    /// What was paid or returned for it, by currency, in integers of 1e-8.
    pub sums: BTreeMap<String, i128>,
}

impl UnmappedItem {
    /// `12.50 CNY`, or several of those.
    #[must_use]
    pub fn money(&self) -> String {
        let sums =
            self.sums.iter().map(|(currency, units)| format!("{} {currency}", text_of_units(*units, 2)));
        sums.collect::<Vec<_>>().join(", ")
    }
}

impl Unmapped {
    /// Counts a record of an unknown item.
    pub fn count(&mut self, product: &str, package_type: &str, currency: &str, units: i128) {
        let item = self.items.entry((product.to_owned(), package_type.to_owned())).or_default();
        item.records += 1;
        let sum = item.sums.entry(currency.to_owned()).or_default();
        *sum = sum.saturating_add(units);
    }

    /// Adds what another file had.
    pub fn merge(&mut self, other: &Self) {
        for (key, item) in &other.items {
            let mine = self.items.entry(key.clone()).or_default();
            mine.records += item.records;
            for (currency, units) in &item.sums {
                let sum = mine.sums.entry(currency.clone()).or_default();
                *sum = sum.saturating_add(*units);
            }
        }
    }

    /// Product and package as the export names them, with what was counted; sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &UnmappedItem)> {
        self.items.iter().map(|((product, package), item)| (product.as_str(), package.as_str(), item))
    }

    /// Whether everything was known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
