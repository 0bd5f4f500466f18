//! What became of usage rows, counted.

use std::collections::BTreeMap;

use crate::{
    money::Quantity,
    record::{ControlTotal, Fate},
};

/// Orphaned ids named in a finding.
const ORPHANS_NAMED_MAX: usize = 5;

/// Rows that belong to an order of the run, and rows that belong to none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    accepted: u64,
    quantity_accepted: i128,
    orphans: u64,
    quantity_orphaned: i128,
    examples: BTreeMap<String, u64>,
}

impl Fates {
    /// Counts a row of an order.
    pub fn accept(&mut self, quantity: Quantity) {
        self.accept_all(1, quantity);
    }

    /// Counts rows of orders, with the sum of their quantities.
    pub fn accept_all(&mut self, rows: u64, quantity: Quantity) {
        self.accepted += rows;
        self.quantity_accepted += quantity.units();
    }

    /// Counts a row that names an order or an instance which nobody knows.
    pub fn orphan(&mut self, id: &str, line: u64, quantity: Quantity) {
        self.orphans += 1;
        self.quantity_orphaned += quantity.units();
        self.name(id, line);
    }

    /// Takes up another count.
    pub fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.quantity_accepted += other.quantity_accepted;
        self.orphans += other.orphans;
        self.quantity_orphaned += other.quantity_orphaned;
        for (id, line) in other.examples {
            self.name(&id, line);
        }
    }

    /// Rows that belong to no order.
    #[must_use]
    pub const fn orphans(&self) -> u64 {
        self.orphans
    }

    /// The first of their ids by text, each with its first line.
    #[must_use]
    pub const fn examples(&self) -> &BTreeMap<String, u64> {
        &self.examples
    }

    /// Writes it into the totals of a file.
    pub(in crate::ingest) fn settle(&self, control: &mut ControlTotal) {
        control.settle_rows(Fate::Accepted, self.accepted);
        control.settle_sum(Fate::Accepted, "quantity", self.quantity_accepted);
        control.settle_rows(Fate::OutOfScope, self.orphans);
        control.settle_sum(Fate::OutOfScope, "quantity", self.quantity_orphaned);
    }

    /// Keeps the first few ids by text, whatever the order of rows.
    fn name(&mut self, id: &str, line: u64) {
        if let Some(known) = self.examples.get_mut(id) {
            *known = line.min(*known);
            return;
        }
        let is_full = self.examples.len() >= ORPHANS_NAMED_MAX;
        if is_full && self.examples.last_key_value().is_some_and(|(last, _)| last.as_str() < id) {
            return;
        }
        self.examples.insert(id.to_owned(), line);
        if self.examples.len() > ORPHANS_NAMED_MAX {
            self.examples.pop_last();
        }
    }
}
