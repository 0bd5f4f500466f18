//! An order's exposure, counted once: the gravest finding carries it.

use super::{answer::Answer, outcome::returned, view::View};
use crate::{finding::Finding, money::Money, record::RefundStatus};

/// Marks the primary finding of an order and gives it the order's exposure: what came back beyond what
/// is owed, or what is owed beyond what came back.
pub(super) fn assign(view: &View<'_>, answer: &Answer<'_>, findings: &mut [Finding]) {
    let gravest = |finding: &&mut Finding| {
        (finding.severity, finding.class, std::cmp::Reverse(finding.amount_at_risk), finding.kind.slug)
    };
    let owed = answer.entitlement.owed.as_ref().map(|owed| owed.total);
    let asked = view.refunds.iter().any(|seen| seen.status != RefundStatus::Cancelled);
    let exposure = match owed {
        Some(owed) if asked || returned(view).is_positive() => returned(view).minus(owed).abs(),
        _ => Money::ZERO,
    };
    if let Some(primary) = findings.iter_mut().min_by_key(gravest) {
        primary.primary = true;
        primary.exposure = exposure;
    }
}
