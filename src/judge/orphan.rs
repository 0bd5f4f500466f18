//! Refunds whose order is not in the exports.

use crate::{
    case::{CaseRefund, Horizon},
    finding::{Class, Direction, Evidence, Finding, Kind},
    money::Money,
    record::{Link, RefundStatus, Role},
    time::Offset,
};

/// The finding about a refund of an order that is not there; nothing for one that was withdrawn without
/// money or lies after the as-of date. It is a mismatch only where it names its order and the order export
/// covers its time.
///
/// # Panics
///
/// Never: its kind is in the catalogue.
#[must_use]
pub fn judge_orphan(row: &CaseRefund, horizon: &Horizon) -> Option<Finding> {
    let refund = &row.refund;
    let asked_at = refund.requested_at.earliest();
    let total = refund.returned.total();
    let withdrawn = refund.status == RefundStatus::Cancelled && !total.is_positive();
    if withdrawn || asked_at > horizon.as_of {
        return None;
    }
    let kind = Kind::of("orphan-refund").expect("a finding is in the catalogue");
    // A refund of which nobody knows the order may be for one of those that are there.
    let names_order = refund.link.as_deref() != Some(&Link::NotFound);
    let covered = names_order && horizon.orders_cover.is_some_and(|cover| cover.contains(asked_at));
    let currency = refund.returned.currency;
    let cover =
        horizon.orders_cover.map_or("no order at all".to_owned(), |cover| cover.text(Offset::BEIJING));
    let said = if names_order {
        let beyond = if covered { "" } else { ": the order may lie outside" };
        format!(
            "{} {currency} for an order that is not in the exports, which cover purchases {cover}{beyond}.",
            total.text(currency)
        )
    } else {
        format!("{} {currency} came back.", total.text(currency))
    };
    let said: Vec<String> =
        [said].into_iter().chain(refund.link.as_ref().map(|link| link.sentence())).collect();
    Some(Finding {
        order_id: Some(refund.order_id.clone()),
        refund_id: Some(refund.refund_id.clone()),
        kind,
        class: if covered { Class::Mismatch } else { Class::Data },
        severity: kind.severity,
        direction: Direction::Over,
        currency: Some(currency),
        amount_at_risk: total,
        asked_at: Some(asked_at),
        expected_total: None,
        actual_total: Some(total),
        citation: None,
        explanation: said.join(" "),
        evidence: vec![Evidence { role: Role::Refunds, at: refund.at, id: refund.refund_id.to_string() }],
        readings: Vec::new(),
        primary: true,
        exposure: if refund.status == RefundStatus::Completed { total } else { Money::ZERO },
    })
}
