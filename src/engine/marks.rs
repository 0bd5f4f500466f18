//! Which accounts may make a pattern: asked of numbers that stand for them, so that hardly any order or refund
//! has to be looked at for it.
//!
//! Equal numbers may stand for different accounts, so what is found here is more than there is, never less; what
//! is told is found by the accounts themselves ([`patterns`](super::patterns)).

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{
    orders::{Buyer, Orders, buyer_of, buyer_of_package},
    refunds::{OfOrder, RefundAt},
};
use crate::{
    case::Horizon,
    record::RefundStatus,
    scan::keys::hash_of,
    store::{OrderHead, Wares},
    time::Instant,
};

/// Refunds of one account and product within a rolling year that make a pattern.
pub(super) const PATTERN_REFUNDS_MIN: usize = 4;

/// A product of an account as one number.
pub(super) type Billed = u64;

/// A refund that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    buyer: Buyer,
    asked_at: Instant,
    billed: Billed,
}

/// The number of the product of an order's account, and of its package.
fn numbers_of(head: &OrderHead<'_>, wares: &Wares) -> (Billed, Buyer) {
    let ware = wares.get(head.ware);
    let billed = buyer_of_package(head.account_id, hash_of(ware.product.as_bytes()));
    (billed, buyer_of(head.account_id, &ware.product, &ware.package_type))
}

/// The marks of the refunds of one order.
pub(super) fn marks_of<'m>(
    orders: &'m Orders<'_>,
    number: u32,
    refunds: OfOrder<'m>,
    horizon: &'m Horizon,
) -> impl Iterator<Item = Mark> + 'm {
    let (billed, buyer) = numbers_of(&orders.head(number).0, orders.wares());
    let counted = refunds.rows().filter(|row| counts(*row, horizon));
    counted.map(move |row| Mark { buyer, asked_at: row.head().requested_at.earliest(), billed })
}

/// Of an order, whether its account is among some.
pub(super) fn is_billed(head: &OrderHead<'_>, wares: &Wares, suspects: &BTreeSet<Billed>) -> bool {
    suspects.contains(&numbers_of(head, wares).0)
}

/// Whether a refund counts towards patterns.
pub(super) fn counts(row: RefundAt<'_>, horizon: &Horizon) -> bool {
    let head = row.head();
    head.status == RefundStatus::Completed && head.requested_at.earliest() <= horizon.as_of && {
        let row = row.get();
        row.repeats.is_none() && row.refund.returned.total().is_positive()
    }
}

/// All marks of a run, by buyer and request.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    pub(super) fn of(mut marks: Vec<Mark>) -> Self {
        marks.par_sort_unstable();
        Self(marks)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that had as many refunds of a product as make a pattern.
    pub(super) fn often_refunded(&self) -> BTreeSet<Billed> {
        let mut billed: Vec<Billed> = self.0.iter().map(|mark| mark.billed).collect();
        billed.par_sort_unstable();
        let often = billed.chunk_by(|a, b| a == b).filter(|same| same.len() >= PATTERN_REFUNDS_MIN);
        often.map(|same| same[0]).collect()
    }

    /// Those of which some orders bought a package again within a day.
    pub(super) fn bought_again(&self, orders: &Orders<'_>) -> BTreeSet<Billed> {
        let is_again = |head: OrderHead<'_>| {
            let (billed, buyer) = numbers_of(&head, orders.wares());
            let paid_at = head.paid_at.earliest();
            let before = self.0.partition_point(|mark| (mark.buyer, mark.asked_at) < (buyer, paid_at));
            let last = self.0[..before].last()?;
            (last.buyer == buyer && paid_at <= last.asked_at.plus_days(1)).then_some(billed)
        };
        let found: Vec<Billed> = orders.par_heads().flatten().filter_map(is_again).collect();
        found.into_iter().collect()
    }
}
