//! Which finding carries what should not have left, and which what is still owed.
//!
//! Of each refund the gravest finding in direction over carries what of it was too much; of the order the gravest
//! in direction under carries what is short. They are never netted, so an order may carry both.

use super::{ledger::Ledger, view::View};
use crate::{
    finding::{Class, Direction, Finding},
    money::Money,
    record::{RefundId, RefundStatus},
};

/// What an order carries in its own currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exposure {
    /// Money that should not have left.
    pub(super) over: Money,
    /// Money that is owed.
    pub(super) under: Money,
}

/// Marks the primary findings of an order and gives each its exposure.
pub(super) fn assign(view: &View<'_>, ledger: &Ledger<'_, '_>, findings: &mut [Finding]) -> Exposure {
    let currency = view.order().paid.currency;
    let mut exposure = Exposure { over: Money::ZERO, under: under(ledger, findings) };
    for entry in &ledger.entries {
        let refund_id = Some(&entry.seen.refund().refund_id);
        let about = |finding: &Finding| finding.refund_id.as_ref() == refund_id;
        let carried =
            carry(findings, entry.over, |finding| finding.direction == Direction::Over && about(finding));
        debug_assert!(carried || entry.over.is_zero(), "what was too much is named by a finding");
        if entry.seen.returned().currency == currency {
            exposure.over = exposure.over.plus(entry.over);
        }
    }
    let carried = carry(findings, exposure.under, is_short);
    debug_assert!(carried || exposure.under.is_zero(), "what is short is named by a finding");
    exposure
}

/// Whether a finding names money that is owed to a request. What nobody asked for is not short.
fn is_short(finding: &Finding) -> bool {
    finding.direction == Direction::Under && finding.kind.slug != "eligible-unclaimed"
}

/// The gravest of some findings carries a sum; whether there is one.
fn carry(findings: &mut [Finding], sum: Money, among: impl Fn(&Finding) -> bool) -> bool {
    let gravest = |finding: &&mut Finding| {
        (finding.severity, finding.class, std::cmp::Reverse(finding.amount_at_risk), finding.kind.slug)
    };
    let primary = findings.iter_mut().filter(|finding| among(finding)).min_by_key(gravest);
    let Some(primary) = primary else { return false };
    primary.primary = true;
    primary.exposure = sum;
    true
}

/// The largest sum that is short: the shortfall of the completed refunds, or what is open of a request. A denial of
/// which a person decides counts only where nothing came back.
fn under(ledger: &Ledger<'_, '_>, findings: &[Finding]) -> Money {
    let has_paid = ledger.has_paid();
    let is_denial = |refund_id: Option<&RefundId>| {
        ledger.entries.iter().any(|entry| {
            Some(&entry.seen.refund().refund_id) == refund_id && entry.seen.status == RefundStatus::Rejected
        })
    };
    let counts = |finding: &&Finding| {
        let is_review_of_denial = finding.class == Class::Review && is_denial(finding.refund_id.as_ref());
        is_short(finding) && !(has_paid && is_review_of_denial)
    };
    findings.iter().filter(counts).map(|finding| finding.amount_at_risk).max().unwrap_or_default()
}
