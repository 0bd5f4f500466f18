//! Building a finding: what every finding of an order has in common.

use super::{
    answer::Answer,
    view::{Seen, View},
};
use crate::{
    finding::{Citation, Direction, Evidence, Finding, Kind},
    money::{Currency, Money},
    policy::{Clause, Entitlement, Policy, Reading, Version},
    record::{Basis, Order, Refund, Role, SourceRef, Usage},
    time::{Instant, Offset},
};

/// Rows of usage that one finding names at most; the explanation says how many there are.
const USAGE_ROWS_MAX: usize = 20;

/// A finding about an order, begun.
pub(super) fn finding(view: &View<'_>, slug: &'static str, amount: Money) -> Finding {
    let order = view.order();
    let kind = Kind::of(slug).expect("a finding is in the catalogue");
    Finding {
        order_id: Some(order.order_id.clone()),
        refund_id: None,
        kind,
        class: kind.class,
        severity: kind.severity,
        direction: Direction::None,
        currency: Some(order.paid.currency),
        amount_at_risk: amount,
        asked_at: view.decisive().map(|seen| seen.refund().requested_at.earliest()),
        expected_total: None,
        actual_total: None,
        citation: None,
        explanation: String::new(),
        evidence: std::iter::once(order_row(order))
            .chain(also_rows(view, Role::Orders, order.order_id.as_str()))
            .collect(),
        readings: Vec::new(),
        primary: false,
        exposure: Money::ZERO,
    }
}

/// A finding about a refund and its answer, begun: with both totals, the policy and both rows.
pub(super) fn on_refund(
    view: &View<'_>,
    answer: &Answer<'_>,
    seen: Seen<'_>,
    slug: &'static str,
    amount: Money,
) -> Finding {
    let mut draft = finding(view, slug, amount);
    let refund = seen.refund();
    draft.refund_id = Some(refund.refund_id.clone());
    draft.currency = Some(refund.returned.currency);
    draft.asked_at = Some(refund.requested_at.earliest());
    draft.expected_total = answer.entitlement.owed.as_ref().map(|owed| owed.total);
    draft.actual_total = Some(seen.total());
    draft.citation = cite(answer.ruled, None);
    draft.evidence.insert(0, refund_row(refund));
    draft.evidence.extend(also_rows(view, Role::Refunds, refund.refund_id.as_str()));
    draft
}

/// Further rows that the order or a refund was brought together from.
fn also_rows<'v>(view: &View<'v>, role: Role, id: &str) -> impl Iterator<Item = Evidence> + use<'v> {
    let also = if view.case.conflict.is_some() { &[][..] } else { view.case.also.as_slice() };
    let id: Box<str> = id.into();
    let of_id = also.iter().filter(move |(of, own, _)| *of == role && *own == id);
    of_id.map(|(role, id, at)| Evidence { role: *role, at: *at, id: id.to_string() })
}

/// The rule of a version, with the clause that decides where one does.
pub(super) fn cite(ruled: Option<(&Policy, &Version)>, clause: Option<&Clause>) -> Option<Citation> {
    let (policy, version) = ruled?;
    // A clause cites the source of the version it was written for, which may be another one's heir.
    let of_version = version.sources.first().map(|source| source.cited.clone());
    let source = clause.and_then(|clause| clause.source.clone()).or(of_version);
    Some(Citation {
        policy: policy.id.clone(),
        version: version.id.clone(),
        clause: clause.cloned().unwrap_or_default(),
        source: source.unwrap_or_default(),
    })
}

/// Adds a sentence to what a finding says.
pub(super) fn add(finding: &mut Finding, sentence: &str) {
    finding.explanation.push(' ');
    finding.explanation.push_str(sentence);
}

pub(super) fn order_row(order: &Order) -> Evidence {
    Evidence { role: Role::Orders, at: order.at, id: order.order_id.to_string() }
}

pub(super) fn refund_row(refund: &Refund) -> Evidence {
    Evidence { role: Role::Refunds, at: refund.at, id: refund.refund_id.to_string() }
}

pub(super) fn usage_rows<'u>(rows: impl Iterator<Item = &'u Usage>) -> impl Iterator<Item = Evidence> {
    rows.take(USAGE_ROWS_MAX).map(|usage| Evidence {
        role: Role::Usage,
        at: usage.at,
        id: usage.usage_id.as_ref().map(ToString::to_string).unwrap_or_default(),
    })
}

pub(super) fn event_row(at: SourceRef) -> Evidence {
    Evidence { role: Role::Events, at, id: String::new() }
}

/// Words and texts that explanations of one order share.
#[derive(Clone, Copy)]
pub(super) struct Say<'v, 'c> {
    pub(super) view: &'v View<'c>,
}

impl Say<'_, '_> {
    /// The currency of the order.
    pub(super) fn currency(self) -> Currency {
        self.view.order().paid.currency
    }

    /// A sum with its currency.
    pub(super) fn money(self, sum: Money) -> String {
        format!("{} {}", sum.text(self.currency()), self.currency())
    }

    /// A bare sum.
    pub(super) fn sum(self, sum: Money) -> String {
        sum.text(self.currency())
    }

    /// An instant on the vendors' clock; where it is the as-of date, as that.
    pub(super) fn at(self, at: Instant) -> String {
        let text = at.text(Offset::BEIJING);
        if at == self.view.horizon.as_of { format!("{text} (the as-of date)") } else { text }
    }
}

/// What each reading gives, for the list in the finding: `full-refund: 499.00`.
pub(super) fn reading_lines(readings: &[(&Reading, Entitlement<'_>)], currency: Currency) -> Vec<String> {
    readings
        .iter()
        .map(|(reading, gives)| {
            let gives = match &gives.owed {
                Some(owed) if gives.is_due() => owed.total.text(currency),
                Some(_) => "not eligible".to_owned(),
                None => "unknown".to_owned(),
            };
            format!("{}: {gives}", reading.id)
        })
        .collect()
}

/// Deductions that are no reversals.
pub(super) fn is_deduction(usage: &Usage) -> bool {
    usage.basis == Basis::Deduction && usage.quantity.is_positive()
}
