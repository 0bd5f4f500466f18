//! What becomes of usage in memory: kept, summed, or counted as an orphan.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::{Line, OrderIndex, UsageSink};
use crate::{
    money::Quantity,
    record::{Basis, ControlTotal, Fate, Usage, UsageId},
    time::Instant,
};

/// Orphaned ids named in a finding.
const ORPHANS_NAMED_MAX: usize = 5;

/// Keeps the rows of orders in question and sums those of the others, over all files of a run.
#[derive(Debug)]
pub struct Keeper<'i> {
    index: &'i OrderIndex,
    as_of: Option<Instant>,
    /// Net deductions of orders that are not in question, by place of the order. Sums do not show in which
    /// order they were added up, so all threads have one list.
    settled: Option<Mutex<Vec<Quantity>>>,
}

/// What some rows that stand together come to.
#[derive(Debug, Default)]
pub struct Kept {
    /// Rows of orders in question, by place of the order.
    pub rows: Vec<(u32, Usage)>,
    /// Rows of orders that nobody knows.
    pub orphans: u64,
    /// The first of their ids by text, each with its first line.
    pub orphan_examples: BTreeMap<String, u64>,
    accepted: u64,
    quantity_accepted: i128,
    quantity_orphaned: i128,
    /// Orders that are not in question, with what is to be added to their sums.
    settled: Vec<(u32, Quantity)>,
    found: Vec<Option<u32>>,
}

impl<'i> Keeper<'i> {
    /// With `as_of`, later postings count in no sum; with `sums`, there are any.
    #[must_use]
    pub fn new(index: &'i OrderIndex, as_of: Option<Instant>, sums: bool) -> Self {
        let settled = sums.then(|| Mutex::new(vec![Quantity::ZERO; index.len()]));
        Self { index, as_of, settled }
    }

    /// The net deductions of orders that are not in question, by place of the order; none where they were
    /// not asked for.
    #[must_use]
    pub fn into_sums(self) -> Vec<Quantity> {
        let settled = self.settled.map(|sums| sums.into_inner().unwrap_or_else(PoisonError::into_inner));
        settled.unwrap_or_default()
    }

    /// Adds what a part of a file says of settled orders.
    pub(super) fn settle(&self, kept: &mut Kept) {
        let settled = std::mem::take(&mut kept.settled);
        if let Some(sums) = &self.settled {
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            for (order, quantity) in settled {
                let sum = &mut sums[order as usize];
                *sum = sum.plus(quantity);
            }
        }
    }
}

impl UsageSink for Keeper<'_> {
    type Taken = Kept;

    fn begin(&self) -> Kept {
        Kept::default()
    }

    fn take(&self, taken: &mut Kept, lines: &[Line<'_>]) {
        let Kept { rows, settled, found, .. } = taken;
        found.clear();
        self.index.find(lines, found);
        let mut is_orphaned = false;
        for (line, order) in lines.iter().zip(found.iter()) {
            let Some(order) = *order else {
                is_orphaned = true;
                continue;
            };
            taken.accepted += 1;
            taken.quantity_accepted += line.quantity.units();
            if self.index.is_in_question(order) {
                rows.push((order, usage(line)));
            } else if self.settled.is_some()
                && line.basis == Basis::Deduction
                && self.as_of.is_none_or(|as_of| line.posted_at.earliest() <= as_of)
            {
                settled.push((order, line.quantity));
            }
        }
        if is_orphaned {
            taken.name_orphans(lines);
        }
    }
}

impl Kept {
    /// Counts the rows of which no order was found.
    #[cold]
    fn name_orphans(&mut self, lines: &[Line<'_>]) {
        for (line, order) in lines.iter().zip(&self.found) {
            if order.is_none() {
                self.orphans += 1;
                self.quantity_orphaned += line.quantity.units();
                let id = text(line.order_id.or(line.instance_id).unwrap_or_default());
                name_orphan(&mut self.orphan_examples, id, line.at.line);
            }
        }
    }

    /// Takes up the part that follows.
    pub(super) fn add(&mut self, next: Self) {
        self.rows.extend(next.rows);
        self.orphans += next.orphans;
        for (id, line) in next.orphan_examples {
            name_orphan(&mut self.orphan_examples, &id, line);
        }
        self.accepted += next.accepted;
        self.quantity_accepted += next.quantity_accepted;
        self.quantity_orphaned += next.quantity_orphaned;
    }

    /// Counts what became of the rows.
    pub(super) fn count(&self, control: &mut ControlTotal) {
        control.settle_rows(Fate::Accepted, self.accepted);
        control.settle_sum(Fate::Accepted, "quantity", self.quantity_accepted);
        control.settle_rows(Fate::OutOfScope, self.orphans);
        control.settle_sum(Fate::OutOfScope, "quantity", self.quantity_orphaned);
    }
}

fn text(id: &[u8]) -> &str {
    std::str::from_utf8(id).expect("ids of a line are UTF-8")
}

fn usage(line: &Line<'_>) -> Usage {
    Usage {
        posted_at: line.posted_at,
        usage_id: line.usage_id.map(|id| UsageId::from(text(id))),
        usage_start: line.usage_start,
        quantity: line.quantity,
        basis: line.basis,
        at: line.at,
    }
}

/// Keeps the first few ids by text, whatever the order of rows.
fn name_orphan(examples: &mut BTreeMap<String, u64>, id: &str, line: u64) {
    let is_full = examples.len() >= ORPHANS_NAMED_MAX;
    if examples.contains_key(id)
        || (is_full && examples.last_key_value().is_some_and(|(last, _)| last.as_str() < id))
    {
        return;
    }
    examples.insert(id.to_owned(), line);
    if examples.len() > ORPHANS_NAMED_MAX {
        examples.pop_last();
    }
}
