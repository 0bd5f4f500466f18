//! Grounds that stand against a refund. All are collected; none hides another.

use super::{
    entitlement::{Facts, Question, Unknown},
    model::{Clause, Condition, Exclusion, Length, Policy, Predicate, Terms, Window},
    why::{Input, Why},
};
use crate::{
    record::{Event, EventKind, Invoice, OrderKind, OrderStatus, SourceRef},
    time::Instant,
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

/// The first instant at which a request is too late under a window; `None` where there is none.
pub(super) fn window_end(
    window: &Window,
    policy: &Policy,
    facts: &Facts<'_>,
    question: &Question,
) -> Result<Option<Instant>, Unknown> {
    match window.length {
        Length::Unlimited => Ok(None),
        Length::Unstated => Err(Unknown::PolicySilent),
        Length::Validity => {
            let expires_at = facts.order.expires_at.ok_or(Unknown::MissingField("expires_at"))?;
            Ok(Some(question.instant(expires_at)))
        }
        Length::Days(days) => {
            let anchor = anchor(window, facts, question)?;
            let clock = anchor.plus_days(days.into()).plus_seconds(window.end_inclusive.into());
            let day_end = anchor.date_at(policy.zone).plus_days((days + 1).into()).start_at(policy.zone);
            // "To 23:59:59 of the day days after": the start of the day that follows it.
            Ok(Some(if window.to_day_end { clock.max(day_end) } else { clock }))
        }
    }
}

/// The instant a window runs from.
pub(super) fn anchor(window: &Window, facts: &Facts<'_>, question: &Question) -> Result<Instant, Unknown> {
    use super::model::Anchor;
    let named = match window.anchor {
        Anchor::PaidAt => None,
        Anchor::DeliveredAt => facts.order.delivered_at,
        Anchor::EffectiveAt => facts.order.effective_at,
    };
    match named.map(|moment| question.instant(moment)) {
        Some(at) if at < question.paid_at => {
            Err(Unknown::TimeOrder("delivered or effective before it was paid"))
        }
        Some(at) => Ok(at),
        None => Ok(question.paid_at),
    }
}

/// Every ground that stands at the request, in the order of the catalogue: facts, window, use, the
/// exclusions in the order of the file, the preconditions. What could not be tested is the first fact
/// that is missing.
pub(super) fn grounds<'b>(
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
        match window_end(window, policy, facts, question) {
            Ok(Some(end)) if end <= asked_at => {
                let (kind, what) = match window.length {
                    Length::Validity => (GroundKind::AfterExpiry, "its validity"),
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
    for exclusion in terms.exclusions.iter().filter(|exclusion| concerns(exclusion, &order.package_type)) {
        match stands(exclusion, policy, facts, question) {
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
    (found, missing)
}

fn concerns(exclusion: &Exclusion, package_type: &str) -> bool {
    exclusion.class.is_empty() || exclusion.class.iter().any(|class| class == package_type)
}

type Standing = Option<(GroundKind, Input, Vec<SourceRef>)>;

/// Whether an exclusion stands, with its inputs in words.
fn stands(
    exclusion: &Exclusion,
    policy: &Policy,
    facts: &Facts<'_>,
    question: &Question,
) -> Result<Standing, Unknown> {
    let (order, at, zone) = (facts.order, question.requested_at, policy.zone);
    let plain =
        |holds: bool, kind, why: &dyn Fn() -> String| holds.then(|| (kind, Input::Said(why()), Vec::new()));
    let by_event = |event: Option<&Event>, kind, what: &str| {
        let said = |event: &Event| Input::Said(format!("{what} {}", event.from_at.text(zone)));
        event.map(|event| (kind, said(event), vec![event.at]))
    };
    let active = |activated: Option<Instant>, what: &str| {
        let activated = activated.filter(|activated| *activated <= at);
        let said = |on: Instant| Input::Said(format!("{what} was activated {}", on.text(zone)));
        activated.map(|on| (GroundKind::LicenseActivated, said(on), Vec::new()))
    };
    Ok(match &exclusion.predicate {
        Predicate::Gift => plain(order.is_giveaway(), GroundKind::Giveaway, &|| {
            if order.gift {
                "the order is marked as a gift".to_owned()
            } else {
                format!("the order is a {}", order.kind.word())
            }
        }),
        Predicate::AccountSuspended { reasons } => {
            let counts = |event: &&Event| {
                event.reason.as_deref().is_some_and(|reason| reasons.iter().any(|known| known == reason))
            };
            let event = facts
                .events_of(EventKind::AccountSuspended)
                .find(|event| event.holds_at(at) && counts(event));
            event.map(|event| {
                let until = event
                    .until_at
                    .map_or("still open".to_owned(), |until| format!("until {}", until.text(zone)));
                let reason = event.reason.as_deref().unwrap_or_default();
                let why = format!(
                    "account {} suspended for {reason} from {}, {until}",
                    order.account_id,
                    event.from_at.text(zone)
                );
                (GroundKind::Suspended, Input::Said(why), vec![event.at])
            })
        }
        Predicate::PromotionForbids => {
            plain(order.promotion_forbids_refund, GroundKind::ForbiddenByPromotion, &|| {
                "the order's promotion forbids refunds".to_owned()
            })
        }
        Predicate::LicenseActivated => active(order.license_activated_at, "its License"),
        Predicate::LinkedLicenseActivated => {
            active(order.linked_license_activated_at, "a License tied to it")
        }
        Predicate::Expired => {
            let expires_at = order.expires_at.ok_or(Unknown::MissingField("expires_at"))?;
            let expires_at = question.instant(expires_at);
            let input = Input::Expired(expires_at);
            (expires_at <= at).then_some((GroundKind::AfterExpiry, input, Vec::new()))
        }
        Predicate::PackageTypeIn { values } => plain(
            values.iter().any(|value| **value == *order.package_type),
            GroundKind::NotRefundableItem,
            &|| format!("package type {} is not refundable", order.package_type),
        ),
        Predicate::ImageInUse => by_event(
            facts.events_of(EventKind::ImageInUse).find(|event| event.holds_at(at)),
            GroundKind::ImageInUse,
            "in use since",
        ),
        Predicate::ServiceCompleted => by_event(
            facts.events_of(EventKind::ServiceCompleted).find(|event| event.from_at <= at),
            GroundKind::ServiceCompleted,
            "the service was completed",
        ),
        Predicate::NoServiceRequest { months } => {
            let limit = question.paid_at.plus_months_clipped(*months, zone);
            let in_time = facts.events_of(EventKind::ServiceRequested).any(|event| event.from_at <= limit);
            if at > limit && !in_time {
                if !facts.events_known {
                    return Err(Unknown::MissingField("events: service_requested"));
                }
                let why = format!(
                    "no service was requested by {}, {months} months after the payment",
                    limit.text(zone)
                );
                Some((GroundKind::ServiceNeglected, Input::Said(why), Vec::new()))
            } else {
                None
            }
        }
        Predicate::NoInformation { months } => neglected(
            facts,
            EventKind::InformationRequested,
            *months,
            question,
            policy,
            "information asked for",
        ),
        Predicate::NoFeedback { months } => neglected(
            facts,
            EventKind::ServiceDelivered,
            *months,
            question,
            policy,
            "feedback on the delivery of",
        ),
        Predicate::OutOfScopeDemand => by_event(
            facts.events_of(EventKind::ServiceOutOfScope).find(|event| event.from_at <= at),
            GroundKind::ServiceBuyerCause,
            "a demand beyond the service was recorded",
        ),
        Predicate::BuyerIllegality => by_event(
            facts.events_of(EventKind::ServiceUnlawful).find(|event| event.from_at <= at),
            GroundKind::ServiceBuyerCause,
            "an unlawful demand was recorded",
        ),
        Predicate::RenewalOnly => plain(order.kind == OrderKind::Renew, GroundKind::RenewalOnly, &|| {
            "the order is a renewal, refunded alone".to_owned()
        }),
    })
}

/// A question or delivery that the buyer left lying for more than so many months.
fn neglected(
    facts: &Facts<'_>,
    kind: EventKind,
    months: u32,
    question: &Question,
    policy: &Policy,
    what: &str,
) -> Standing {
    let zone = policy.zone;
    facts.events_of(kind).find_map(|event| {
        let limit = event.from_at.plus_months_clipped(months, zone);
        let answered_in_time = event.until_at.is_some_and(|until| until <= limit);
        (question.requested_at > limit && !answered_in_time).then(|| {
            let why = format!("{what} {} did not come by {}", event.from_at.text(zone), limit.text(zone));
            (GroundKind::ServiceNeglected, Input::Said(why), vec![event.at])
        })
    })
}
