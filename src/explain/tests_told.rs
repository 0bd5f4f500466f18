//! Each ground that was tested, with its inputs, whether it stands or not.

use crate::{
    judge::{Answer, View},
    policy::{Condition, GroundKind, Length, Policy, Predicate, Version, duration, words},
    record::EventKind,
    time::Offset,
};

const ZONE: Offset = Offset::BEIJING;

/// One line a test.
pub(super) fn tests(view: &View<'_>, answer: &Answer<'_>, policy: &Policy, version: &Version) -> Vec<String> {
    let mut lines = Vec::new();
    let question = &answer.asked.question;
    let order = view.order();
    let terms = answer.entitlement.terms.unwrap_or(&version.terms);
    let standing = |kind: GroundKind| answer.entitlement.grounds.iter().find(|ground| ground.kind == kind);
    for kind in [GroundKind::BeforePurchase, GroundKind::UnpaidOrder] {
        if let Some(ground) = standing(kind) {
            lines.push(format!("[x] {}: {}", kind.slug(), ground.why));
        }
    }
    if let Some(window) = terms.window_of(&order.package_type) {
        let too_late = standing(GroundKind::OutOfWindow).or_else(|| standing(GroundKind::AfterExpiry));
        lines.push(match (too_late, window.length, answer.entitlement.deadline) {
            (Some(ground), ..) => format!("[x] window: {}", ground.why),
            (None, Length::Unlimited, _) => "[ ] window: none".to_owned(),
            (None, Length::Unstated, _) => "[?] window: the page does not say".to_owned(),
            // Something else leaves the order open, so that no ground is named.
            (None, _, Some(end)) if end <= question.requested_at => format!(
                "[?] window: open until {}, requested {}: {} after the end",
                end.text(policy.zone),
                question.requested_at.text(policy.zone),
                duration(question.requested_at.seconds_since(end))
            ),
            (None, _, Some(end)) => format!(
                "[ ] window: open until {}, requested {}: {} before the end",
                end.text(policy.zone),
                question.requested_at.text(policy.zone),
                duration(end.seconds_since(question.requested_at))
            ),
            (None, _, None) => "[?] window: its end is not known".to_owned(),
        });
    }
    if terms.usage.deduction_excludes {
        let covered =
            question.covered.contains(question.paid_at) && question.covered.contains(question.requested_at);
        let net = view.facts().net_posted(question);
        lines.push(match standing(GroundKind::AfterDeduction) {
            Some(ground) => format!("[x] use: {}", ground.why),
            None if covered => format!("[ ] use: net deduction {net} at the request"),
            None => format!(
                "[?] use: net deduction {net}, but the export covers only {}",
                question.covered.text(ZONE)
            ),
        });
    }
    for exclusion in &terms.exclusions {
        if !exclusion.concerns(&order.package_type, order.kind) {
            continue;
        }
        let kind = exclusion.predicate.ground();
        let clause = &exclusion.clause.text;
        lines.push(match standing(kind).filter(|ground| ground.clause == Some(&exclusion.clause)) {
            Some(ground) => format!("[x] {}: {}", kind.slug(), ground.why),
            None => {
                format!("[ ] {}: {}", exclusion.predicate.word(), not(view, &exclusion.predicate, clause))
            }
        });
    }
    for precondition in &terms.preconditions {
        let Condition::InvoiceOutstanding = precondition.condition;
        lines.push(match standing(GroundKind::InvoiceNotReturned) {
            Some(ground) => format!("[x] {}: {}", GroundKind::InvoiceNotReturned.slug(), ground.why),
            None => "[ ] invoice: none is out".to_owned(),
        });
    }
    if let Some(quota) = &terms.quota {
        lines.push(match standing(GroundKind::QuotaExceeded) {
            Some(ground) => format!("[x] {}: {}", GroundKind::QuotaExceeded.slug(), ground.why),
            None => format!("[ ] quota: {}", words::quota(quota)),
        });
    }
    lines
}

/// Why an exclusion does not stand.
fn not(view: &View<'_>, predicate: &Predicate, clause: &str) -> String {
    let order = view.order();
    let at = |instant: Option<crate::time::Instant>, none: &str| {
        instant.map_or(none.to_owned(), |at| format!("only {}", at.text(ZONE)))
    };
    match predicate {
        Predicate::Gift => "the order was bought".to_owned(),
        Predicate::AccountSuspended { reasons } => {
            let known = view.events_of(EventKind::AccountSuspended).count();
            format!(
                "account {} not suspended for {} at the request ({known} suspensions known)",
                order.account_id,
                reasons.join(" or ")
            )
        }
        Predicate::PromotionForbids => "no promotion forbids it".to_owned(),
        Predicate::LicenseActivated => at(order.license_activated_at, "no License was activated"),
        Predicate::LinkedLicenseActivated => {
            at(order.linked_license_activated_at, "no License tied to it was activated")
        }
        Predicate::Expired => order.expires_at.map_or("no expiry in the export".to_owned(), |at| {
            format!("it expires {}", at.earliest().text(ZONE))
        }),
        Predicate::PackageTypeIn { values } => {
            format!("it is a {}, not {}", order.package_type, values.join(" or "))
        }
        Predicate::RenewalOnly => format!("the order is {}", order.kind.word()),
        _ => format!("not so ({})", clause.trim_end_matches('.')),
    }
}
