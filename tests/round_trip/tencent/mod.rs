//! Tencent Cloud: bills by component, order lists, packs and what was deducted from them.

mod bills;
mod columns;
mod deals;
mod packs;

pub(crate) use bills::{bill_cn, bill_intl, bill_partner, cash_flow};
pub(crate) use deals::deals;
pub(crate) use packs::{live_deductions, mps_and_other_deductions, other_packs, pack_deductions, packs};

use crate::{
    names::is_named,
    set::{Row, Set, TENDERS, get, sum, units},
};

/// Whether the vendor sells it under a name, and it was paid and returned by these tenders only.
fn fits(order: &Row, refunds: &[&Row], tenders: &[&str]) -> bool {
    let other = |row: &Row, before: &str| {
        TENDERS.iter().any(|t| !tenders.contains(t) && units(get(row, &format!("{before}{t}"))) != 0)
    };
    (order.is_empty() || is_named("tencent-cloud", order))
        && !other(order, "paid_")
        && refunds.iter().all(|refund| !other(refund, "refunded_"))
}

/// What a bill can carry.
pub(crate) fn carries(order: &Row, refunds: &[&Row]) -> bool {
    fits(order, refunds, &["cash", "commission", "free_credit", "voucher"])
}

/// A bill that knows a refund's order by its instance knows none of an order that is not there.
pub(crate) fn carries_by_instance(order: &Row, refunds: &[&Row]) -> bool {
    !order.is_empty() && carries(order, refunds) && sum(order, "paid_", &TENDERS) != 0
}

/// What can be said in hundredths.
pub(crate) fn carries_in_fen(order: &Row, refunds: &[&Row]) -> bool {
    let whole = |row: &Row| {
        row.iter().all(|(column, cell)| {
            !(column.starts_with("paid_") || column.starts_with("refunded_") || column == "list_price")
                || column.ends_with("_at")
                || units(cell) % 1_000_000 == 0
        })
    };
    carries(order, refunds) && whole(order) && refunds.iter().all(|refund| whole(refund))
}

/// The China site bills in yuan.
pub(crate) fn in_yuan(mut set: Set) -> Set {
    for row in set.orders.iter_mut().chain(&mut set.refunds) {
        row.insert("currency".to_owned(), "CNY".to_owned());
    }
    set
}
