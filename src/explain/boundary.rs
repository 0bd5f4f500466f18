//! How near the answer was to another: how much earlier or later, or which missing fact.

use crate::{
    judge::{Answer, View},
    policy::{Eligibility, GroundKind, Policy, Unknown, Version, Working, duration},
    record::Basis,
    time::Offset,
};

const ZONE: Offset = Offset::BEIJING;

/// Sentences about what would have changed the answer.
pub(super) fn boundary(
    view: &View<'_>,
    answer: &Answer<'_>,
    policy: &Policy,
    version: &Version,
) -> Vec<String> {
    let mut lines = Vec::new();
    let question = &answer.asked.question;
    let asked = question.requested_at;
    let grounds = &answer.entitlement.grounds;
    let stands = |kind: GroundKind| grounds.iter().any(|ground| ground.kind == kind);
    if let Some(end) = answer.entitlement.deadline {
        let others = if grounds.len() > 1 { " (the other grounds would still stand)" } else { "" };
        if end <= asked {
            let late = asked.seconds_since(end) + 1;
            lines.push(format!(
                "{} earlier, by {}, it would have been in time{others}",
                duration(late),
                end.plus_seconds(-1).text(policy.zone)
            ));
        } else {
            lines.push(format!(
                "{} later, from {} on, it would be too late",
                duration(end.seconds_since(asked)),
                end.text(policy.zone)
            ));
        }
    }
    let deductions =
        view.usage().iter().filter(|usage| usage.basis == Basis::Deduction && usage.quantity.is_positive());
    let terms = answer.entitlement.terms.unwrap_or(&version.terms);
    if terms.usage.deduction_excludes {
        if stands(GroundKind::AfterDeduction) {
            if let Some(first) = view.facts().first_posting(question) {
                lines.push(format!(
                    "before {} nothing had been deducted: a request until then was unused",
                    first.text(policy.zone)
                ));
            }
        } else if let Some(next) = deductions.map(|usage| usage.posted_at.earliest()).find(|at| *at > asked) {
            lines.push(format!(
                "the first deduction was posted {}, {} after the request: from then on it counts as used",
                next.text(policy.zone),
                duration(next.seconds_since(asked))
            ));
        }
    }
    let computed = answer.entitlement.owed.as_ref().and_then(|owed| owed.computed());
    if let Some((used, total)) = computed.and_then(Working::days) {
        let next = question.paid_at.plus_days(used);
        lines.push(format!(
            "day {} of {total} begins after {}: one more day would be charged",
            used + 1,
            next.text(policy.zone)
        ));
    }
    if let Eligibility::Unknown(why) = answer.entitlement.eligibility {
        lines.push(match why {
            Unknown::CoverageGap => format!(
                "with deductions complete from {} to {} it could be decided (--usage-covers says so)",
                question.paid_at.text(ZONE),
                asked.text(ZONE)
            ),
            Unknown::MissingField(field) => format!("with {field} in the export it could be decided"),
            Unknown::NoPolicy => {
                "with a policy for this product and date it could be decided (--policies)".to_owned()
            }
            Unknown::DateOnly => "with seconds in the export it could be decided".to_owned(),
            Unknown::RequestTime => "with the time of the request it could be decided".to_owned(),
            _ => "with that settled it could be decided".to_owned(),
        });
    }
    if lines.is_empty() {
        lines
            .push("no date decides here: only another state of the order would change the answer".to_owned());
    }
    lines
}
