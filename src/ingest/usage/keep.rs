//! What becomes of usage in memory: kept, summed, or counted as an orphan.

use std::sync::{Mutex, PoisonError};

use super::{Fates, Line, OrderIndex, UsageSink};
use crate::{
    money::Quantity,
    record::{Basis, Usage, UsageId},
    scan::keys::Key,
    time::Instant,
};

/// Keeps the rows of orders in question and sums those of the others, over all files of a run.
#[derive(Debug)]
pub struct Keeper<'i> {
    index: &'i OrderIndex<'i>,
    as_of: Option<Instant>,
    /// Net deductions of orders that are not in question, by place of the order. Sums do not show in which
    /// order they were added up, so all threads have one list.
    settled: Option<Mutex<Vec<Quantity>>>,
}

/// What some rows that stand together come to.
#[derive(Debug, Default)]
pub struct Kept {
    /// What became of them.
    pub fates: Fates,
    /// Rows of orders in question, with the number of the order.
    pub rows: Vec<(u32, Usage)>,
    /// Orders that are not in question, with what is to be added to their sums.
    settled: Vec<(u32, Quantity)>,
    found: Vec<Option<u32>>,
}

impl<'i> Keeper<'i> {
    /// With `as_of`, later postings count in no sum; with `sums`, there are any.
    #[must_use]
    pub fn new(index: &'i OrderIndex<'i>, as_of: Option<Instant>, sums: bool) -> Self {
        let settled = sums.then(|| Mutex::new(vec![Quantity::ZERO; index.numbers()]));
        Self { index, as_of, settled }
    }

    /// The net deductions of orders that are not in question, by place of the order; none where they were
    /// not asked for.
    #[must_use]
    pub fn into_sums(self) -> Vec<Quantity> {
        let settled = self.settled.map(|sums| sums.into_inner().unwrap_or_else(PoisonError::into_inner));
        settled.unwrap_or_default()
    }

    /// Adds what some rows say of settled orders.
    pub fn settle(&self, kept: &mut Kept) {
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

    fn expect(&self, orders: &[Key<'_>]) {
        self.index.expect(orders);
    }

    fn take(&self, taken: &mut Kept, lines: &[Line<'_>]) {
        let Kept { fates, rows, settled, found } = taken;
        found.clear();
        self.index.find(lines, found);
        let mut is_orphaned = false;
        let (mut accepted, mut quantity) = (0, 0);
        for (line, order) in lines.iter().zip(found.iter()) {
            let Some(order) = *order else {
                is_orphaned = true;
                continue;
            };
            accepted += 1;
            quantity += line.quantity.units();
            if self.index.is_in_question(order) {
                rows.push((order, line.usage()));
            } else if self.settled.is_some()
                && line.basis == Basis::Deduction
                && self.as_of.is_none_or(|as_of| line.posted_at.earliest() <= as_of)
            {
                settled.push((order, line.quantity));
            }
        }
        fates.accept_all(accepted, Quantity::from_units(quantity));
        if is_orphaned {
            for (line, _) in lines.iter().zip(found.iter()).filter(|(_, order)| order.is_none()) {
                let id = line.order_id.map(|key| key.id()).or(line.instance_id).unwrap_or_default();
                fates.orphan(text(id), line.at.line, line.quantity);
            }
        }
    }
}

fn text(id: &[u8]) -> &str {
    std::str::from_utf8(id).expect("ids of a line are UTF-8")
}

impl Line<'_> {
    /// The row as it is kept.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            posted_at: self.posted_at,
            usage_id: self.usage_id.map(|id| UsageId::from(text(id))),
            usage_start: self.usage_start,
            usage_end: self.usage_end,
            quantity: self.quantity,
            unit: self.unit.map(Into::into),
            basis: self.basis,
            product: self.product.map(Into::into),
            class: self.class.map(Into::into),
            at: self.at,
        }
    }
}
