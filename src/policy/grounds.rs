//! Grounds that stand against a refund. All are collected; none hides another.

use super::{
    model::{Clause, Policy},
    question::{Facts, Question, Spent, Unknown},
    terms::{Condition, Length, Per, Quota, Terms, Window, Within},
    why::{Input, Why},
};
use crate::{
    record::{Invoice, OrderStatus, SourceRef},
    time::{CivilDate, Instant, Offset},
};

/// What kind of ground, in the order of the catalogue of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroundKind {
    /// Requested before it was paid.
    BeforePurchase,
    /// The order was never paid.
    UnpaidOrder,
    /// Requested too late by the clock.
    OutOfWindow,
    /// Requested after the package expired.
    AfterExpiry,
    /// Deducted from at the request.
    AfterDeduction,
    /// A giveaway.
    Giveaway,
    /// The account was suspended.
    Suspended,
    /// The promotion forbids it.
    ForbiddenByPromotion,
    /// A License was active.
    LicenseActivated,
    /// Not refundable as such.
    NotRefundableItem,
    /// The image was in use.
    ImageInUse,
    /// The service was completed.
    ServiceCompleted,
    /// The buyer let the service lie.
    ServiceNeglected,
    /// The buyer wanted what the service does not give.
    ServiceBuyerCause,
    /// A renewal alone.
    RenewalOnly,
    /// The invoice is still out.
    InvoiceNotReturned,
    /// As many refunds as the policy gives were given before.
    QuotaExceeded,
}

impl GroundKind {
    /// The finding that a refund against this ground is.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::BeforePurchase => "refund-before-purchase",
            Self::UnpaidOrder => "refund-of-unpaid-order",
            Self::OutOfWindow => "refund-out-of-window",
            Self::AfterExpiry => "refund-after-expiry",
            Self::AfterDeduction => "refund-after-deduction",
            Self::Giveaway => "refund-of-giveaway",
            Self::Suspended => "refund-while-suspended",
            Self::ForbiddenByPromotion => "refund-forbidden-by-promotion",
            Self::LicenseActivated => "refund-license-activated",
            Self::NotRefundableItem => "refund-not-refundable-item",
            Self::ImageInUse => "refund-image-in-use",
            Self::ServiceCompleted => "refund-service-completed",
            Self::ServiceNeglected => "refund-service-neglected",
            Self::ServiceBuyerCause => "refund-service-buyer-cause",
            Self::RenewalOnly => "refund-renewal-only",
            Self::InvoiceNotReturned => "refund-invoice-not-returned",
            Self::QuotaExceeded => "refund-quota-exceeded",
        }
    }
}

/// A ground that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground<'b> {
    /// What kind.
    pub kind: GroundKind,
    /// The rule; `None` where it follows from the facts alone.
    pub clause: Option<&'b Clause>,
    /// The inputs, in words.
    pub why: Why,
    /// Event rows it rests on. Deductions are found by the reader of the ground in the case itself.
    pub events: Vec<SourceRef>,
}

/// Every ground that stands at the request, in the order of the catalogue: facts, window, use, the
/// exclusions in the order of the file, the preconditions. What could not be tested is the first fact
/// that is missing.
pub(crate) fn grounds<'b>(
    policy: &Policy,
    terms: &'b Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> (Vec<Ground<'b>>, Option<Unknown>) {
    let (order, zone) = (facts.order, policy.zone);
    let mut missing = None;
    let mut found: Vec<Ground<'b>> = Vec::new();
    let mut add = |kind, clause, input, events| {
        if !found.iter().any(|ground: &Ground<'_>| ground.kind == kind) {
            found.push(Ground { kind, clause, why: Why { zone, input }, events });
        }
    };
    let asked_at = question.requested_at;
    if asked_at < question.paid_at {
        let input = Input::Early { asked_at, paid_at: question.paid_at };
        add(GroundKind::BeforePurchase, None, input, Vec::new());
    }
    if let Some(status @ (OrderStatus::Unpaid | OrderStatus::Closed)) = order.status {
        add(GroundKind::UnpaidOrder, None, Input::Status(status), Vec::new());
    }
    if let Some(window) = terms.window_of(&order.package_type) {
        match window.end(policy, facts, question) {
            Ok(Some(end)) if end <= asked_at && window.then_discretion => {
                missing = missing.or(Some(Unknown::PolicySilent));
            }
            Ok(Some(end)) if end <= asked_at => {
                let (kind, what) = match window.length {
                    Length::Validity => (GroundKind::AfterExpiry, Window::validity_of(facts)),
                    _ => (GroundKind::OutOfWindow, "the window"),
                };
                let input = Input::Late { window: what, end, asked_at };
                add(kind, Some(&window.clause), input, Vec::new());
            }
            Ok(_) => {}
            Err(unknown) => missing = missing.or(Some(unknown)),
        }
    }
    let net = facts.net_posted(question);
    if terms.usage.deduction_excludes && net.is_positive() {
        let input = Input::Used { net, asked_at, first: facts.first_posting(question) };
        add(GroundKind::AfterDeduction, Some(&terms.usage.clause), input, Vec::new());
    }
    for exclusion in &terms.exclusions {
        if !exclusion.concerns(&order.package_type, order.kind) {
            continue;
        }
        match exclusion.stands(policy, facts, question) {
            Ok(Some((kind, input, events))) => add(kind, Some(&exclusion.clause), input, events),
            Ok(None) => {}
            Err(unknown) => missing = missing.or(Some(unknown)),
        }
    }
    for precondition in &terms.preconditions {
        match precondition.condition {
            Condition::InvoiceOutstanding if order.invoice == Some(Invoice::Issued) => {
                let said = Input::Said("an invoice was issued and has not been returned".to_owned());
                add(GroundKind::InvoiceNotReturned, Some(&precondition.clause), said, Vec::new());
            }
            Condition::InvoiceOutstanding => {}
        }
    }
    // Beyond the quota of one way the next is tried; where there is only one, a soft quota is a review.
    if let Some(quota) = terms.quota.as_ref().filter(|quota| quota.hard || terms.branch.is_some()) {
        let spent = spent(quota, terms, policy, facts, question);
        if spent >= quota.count {
            let said = Input::Said(format!(
                "{spent} earlier refunds count toward the quota of {}",
                super::terms::quota::text(quota)
            ));
            add(GroundKind::QuotaExceeded, Some(&quota.clause), said, Vec::new());
        }
    }
    (found, missing)
}

/// How many earlier refunds count toward a quota at the request.
fn spent(quota: &Quota, terms: &Terms, policy: &Policy, facts: &Facts<'_>, question: &Question) -> u32 {
    let at = question.requested_at;
    let from = match quota.within {
        Within::Lifetime => None,
        Within::Window => terms.window_of(&facts.order.package_type).and_then(|window| match window.length {
            Length::Days(days) | Length::CalendarDays { days, .. } => Some(at.plus_days(-i64::from(days))),
            Length::Months(months) => Some(at.minus_months_clipped(months, policy.zone)),
            Length::Minutes(minutes) => Some(at.plus_seconds(-60 * i64::from(minutes))),
            Length::Validity | Length::Unlimited | Length::Unstated => None,
        }),
        Within::RollingYear => Some(at.minus_months_clipped(12, policy.zone)),
        Within::CalendarYear => Some(year_start(at, 1, 1, policy.zone)),
        Within::YearFrom(month, day) => Some(year_start(at, month, day, policy.zone)),
    };
    let of_same = |earlier: &&Spent<'_>| {
        let same_way = match (&terms.branch, earlier.branch) {
            (Some(branch), Some(way)) => *branch.id == *way,
            _ => true,
        };
        let same_item = quota.per.iter().all(|per| match per {
            Per::Product => *earlier.product == *facts.order.product,
            Per::ProductGroup => quota.group.iter().any(|product| product == earlier.product),
            Per::Package | Per::Bundle => *earlier.package_type == *facts.order.package_type,
            Per::Account | Per::Subject | Per::AppId => true,
        });
        same_way
            && same_item
            && earlier.requested_at < at
            && from.is_none_or(|from| from <= earlier.requested_at)
    };
    let count = facts.earlier.iter().filter(of_same).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The last start of a year, which begins on a month and day, at or before an instant.
fn year_start(at: Instant, month: u32, day: u32, zone: Offset) -> Instant {
    let on = at.date_at(zone);
    let start = |year: i32| CivilDate::new(year, month, day).map(|date| date.start_at(zone));
    start(on.year()).filter(|start| *start <= at).or_else(|| start(on.year() - 1)).unwrap_or(at)
}
