//! Rows that contradict each other: what does not depend on the column in which they differ is decided.
//!
//! The case is judged as each of its rows tells it. Where all come to the same, that is the answer, and a finding
//! beside it names the columns; where they do not, the outcome is unknown.

use super::{Judgement, draft::finding, judge_settled, view::View};
use crate::{
    case::{Case, Conflict, Horizon},
    finding::{Class, Direction, Evidence, Finding},
    money::Money,
    policy::{Candidates, Unknown},
    record::Role,
};

/// The case as its kept rows tell it, where every other row leads to the same; with what contradicts it.
pub(crate) fn settled<'c>(
    case: &'c Case,
    candidates: &Candidates<'_>,
    horizon: &Horizon,
) -> Option<(Case, &'c Conflict)> {
    let conflict = case.conflict.as_ref().filter(|conflict| !conflict.others.is_empty())?;
    let plain = Case { conflict: None, ..case.clone() };
    let says = gist(&judge_settled(&plain, candidates, horizon));
    let agree = |other: &Case| gist(&judge_settled(other, candidates, horizon)) == says;
    conflict.others.iter().all(agree).then_some((plain, conflict))
}

/// What is decided of an order, beside the words in which it is told.
fn gist(judgement: &Judgement) -> impl PartialEq + use<> {
    let Judgement { outcome, findings } = judgement;
    let of_outcome = (
        outcome.eligibility,
        outcome.reasons.clone(),
        outcome.expected,
        outcome.actual_total,
        outcome.verdict,
    );
    let told = |finding: &Finding| -> (Option<String>, &'static str, Class, Direction, Money, Money) {
        let refund = finding.refund_id.as_ref().map(ToString::to_string);
        let Finding { kind, class, direction, amount_at_risk, exposure, .. } = finding;
        (refund, kind.slug, *class, *direction, *amount_at_risk, *exposure)
    };
    (of_outcome, findings.iter().map(told).collect::<Vec<_>>())
}

/// The finding beside an order that is decided although its rows differ.
pub(super) fn note(view: &View<'_>, conflict: &Conflict) -> Finding {
    let why = if conflict.of_order { Unknown::DuplicateOrder } else { Unknown::DuplicateRow };
    let mut draft = finding(view, why.slug(), Money::ZERO);
    draft.explanation = format!(
        "{} All of them come to the same, so the order is decided.",
        sentence(conflict, view.horizon)
    );
    draft.evidence.extend(rows(conflict, view.order().order_id.as_str()));
    draft
}

/// In what the rows differ, with the rows.
pub(super) fn sentence(conflict: &Conflict, horizon: &Horizon) -> String {
    let what = if conflict.of_order { "The order" } else { "A row of the order" };
    let differing: Vec<String> = conflict
        .differences
        .iter()
        .map(|difference| {
            let ((here, mine), (there, theirs)) = (&difference.here, &difference.there);
            format!(
                "`{}` is {mine} in {} and {theirs} in {}",
                difference.column,
                horizon.name(*here),
                horizon.name(*there)
            )
        })
        .collect();
    if differing.is_empty() {
        return format!("{what} stands more than once with different content.");
    }
    format!("{what} stands more than once with different content: {}.", differing.join("; "))
}

/// The contradicting rows as evidence.
pub(super) fn rows(conflict: &Conflict, order_id: &str) -> Vec<Evidence> {
    let role = match (conflict.of_order, conflict.differences.is_empty()) {
        (true, _) => Role::Orders,
        (false, false) => Role::Refunds,
        (false, true) => Role::Usage,
    };
    let id = if conflict.of_order { order_id.to_owned() } else { String::new() };
    conflict.rows.iter().map(|&at| Evidence { role, at, id: id.clone() }).collect()
}
