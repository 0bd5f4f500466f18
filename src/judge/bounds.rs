//! What is certain although something else is unknown: the most that may have been owed, and what came back
//! beyond that.

use super::{
    answer::Answer,
    completed::{lost_names, shape},
    draft::{Say, cite, on_refund, refund_row},
    ledger::{Entry, Ledger, Standing},
    view::View,
};
use crate::{
    finding::{Direction, Finding, Severity},
    money::Money,
    policy::{Candidates, Facts, Match, Policy, Question, Terms, Unknown, Version, ceiling},
    record::{Tenders, Usage},
};

/// What is known of a sum that is unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// The most that may be owed, every open question settled in the customer's favour.
    pub(super) most: Tenders,
    /// What came back beyond it, and beyond what was there before. A surplus that a reading gives exactly is
    /// not certain, and not told.
    pub(super) surplus: Money,
}

/// The usage that may be taken as use where rows contradict each other: all but those.
fn undisputed(view: &View<'_>) -> Option<Vec<Usage>> {
    let rows = &view.case.conflict.as_ref().filter(|conflict| !conflict.of_order)?.rows;
    Some(view.usage().iter().filter(|usage| !rows.contains(&usage.at)).cloned().collect())
}

/// Everything that was paid: what may be owed where no rule is known. Of rows of the order that contradict each
/// other, the greater sum.
fn everything(view: &View<'_>) -> Tenders {
    let mut paid = view.order().paid;
    for other in view.case.conflict.iter().flat_map(|conflict| &conflict.others) {
        let other = other.order.paid;
        if other.currency == paid.currency && other.total() > paid.total() {
            paid = other;
        }
    }
    paid
}

/// The questions that a request may have been, and the rule of each.
fn questions<'b>(
    candidates: &Candidates<'b>,
    view: &View<'_>,
    answer: &Answer<'b>,
) -> Vec<(Question, Option<(&'b Policy, &'b Version)>)> {
    let mut questions = Vec::new();
    for one in answer.each() {
        let request = one.asked.request;
        questions.push((one.asked.question, one.ruled));
        if !view.is_exact(request) {
            let question = view.longest(request);
            let ruled = match candidates.find(question.paid_at, question.requested_at) {
                Match::One(policy, version) => Some((policy, version)),
                Match::None | Match::Two(..) => None,
            };
            questions.push((question, ruled));
        }
    }
    questions
}

/// The most that may be owed to a request, by tender.
pub(super) fn most(
    candidates: &Candidates<'_>,
    view: &View<'_>,
    answer: &Answer<'_>,
    why: Unknown,
) -> Tenders {
    if matches!(
        why,
        Unknown::NoPolicy | Unknown::PolicySilent | Unknown::OverlapPolicy | Unknown::DuplicateOrder
    ) {
        return everything(view);
    }
    let usage = undisputed(view);
    let facts = Facts { usage: usage.as_deref().unwrap_or(view.usage()), ..view.facts() };
    let most = |(question, ruled): (Question, Option<(&Policy, &Version)>)| match ruled {
        Some((policy, version)) if version.terms.is_stated(&view.order().package_type) => {
            ceiling(policy, &version.terms, &facts, &question)
        }
        _ => everything(view),
    };
    let bounds = questions(candidates, view, answer).into_iter().map(most);
    bounds.max_by_key(Tenders::total).unwrap_or_else(|| everything(view))
}

/// Whether a reading, settled in the customer's favour as well, owes exactly a sum.
fn a_reading_owes(candidates: &Candidates<'_>, view: &View<'_>, answer: &Answer<'_>, sum: Money) -> bool {
    let facts = view.facts();
    let owes = |policy: &Policy, terms: &Terms, question: &Question| {
        ceiling(policy, terms, &facts, question).total() == sum
    };
    questions(candidates, view, answer).into_iter().any(|(question, ruled)| {
        ruled.is_some_and(|(policy, version)| {
            answer.readings_of(version).any(|reading| owes(policy, &reading.terms, &question))
        })
    })
}

impl Bound {
    /// That of a completed refund of which it is unknown whether anything is owed.
    pub(super) fn of<'b>(candidates: &Candidates<'b>, view: &View<'_>, entry: &Entry<'_, 'b>) -> Self {
        let Some(why) = entry.answer.unknown() else {
            return Self { most: everything(view), surplus: Money::ZERO };
        };
        let most = most(candidates, view, &entry.answer, why);
        let room = most.total().minus(entry.before).or_zero();
        let surplus = entry.rest.minus(room).or_zero();
        let sum = entry.before.plus(entry.rest);
        let is_open = surplus.is_positive() && a_reading_owes(candidates, view, &entry.answer, sum);
        Self { most, surplus: if is_open { Money::ZERO } else { surplus } }
    }
}

/// What is certain of a refund of which it is unknown whether anything is owed.
pub(super) fn findings(view: &View<'_>, ledger: &Ledger<'_, '_>, entry: &Entry<'_, '_>) -> Vec<Finding> {
    let (Some(bound), Some(_)) = (&entry.bound, entry.answer.unknown()) else { return Vec::new() };
    let say = Say { view };
    let (seen, answer) = (entry.seen, &entry.answer);
    let draft = |slug: &'static str, amount: Money| {
        let mut finding = on_refund(view, answer, seen, slug, amount);
        finding.direction = Direction::Over;
        finding
    };
    let mut found = Vec::new();
    let surplus = bound.surplus;
    let most = say.money(bound.most.total());
    if surplus.is_positive() {
        let terms = answer.terms();
        let lost_paid = terms.map_or(Money::ZERO, |terms| view.order().paid.of(&terms.tenders.lost));
        let is_voucher =
            entry.lost.is_zero() && surplus == lost_paid && says_lost(answer) && !view.assumes_tenders();
        let finding = if entry.before.is_positive() {
            let mut finding = draft("cumulative-over-refund", surplus);
            let earlier = view.counted().take_while(|one| one.refund().refund_id != seen.refund().refund_id);
            finding.evidence.extend(earlier.map(|one| refund_row(one.refund())));
            finding.explanation = format!(
                "{} had come back before, with {} it is {}, and at most {most} may be owed, whatever is missing: at least \
                 {} too much.",
                say.sum(entry.before),
                say.money(entry.rest),
                say.sum(entry.before.plus(entry.rest)),
                say.sum(surplus)
            );
            finding
        } else if is_voucher {
            let mut finding = draft("voucher-refunded", surplus);
            finding.severity = Severity::Critical;
            finding.citation = cite(answer.ruled, terms.map(|terms| &terms.tenders.clause));
            finding.explanation = format!(
                "{} came back, at most {most} may be owed, whatever is missing: the rest is exactly what was paid by {}, \
                 which does not come back; here it came back as money.",
                say.money(seen.total()),
                terms.map(|terms| lost_names(&view.order().paid, terms)).unwrap_or_default()
            );
            finding
        } else {
            let mut finding = draft("refund-overpaid", surplus);
            finding.citation = cite(answer.ruled, terms.map(|terms| &terms.amount.clause));
            finding.explanation = format!(
                "{} came back, at most {most} may be owed, whatever is missing: at least {} too much.",
                say.money(entry.rest),
                say.sum(surplus)
            );
            finding
        };
        found.push(finding);
    }
    if entry.lost.is_positive() {
        found.extend(super::completed::voucher_refunded(view, entry));
    }
    let decides = ledger.last().is_some_and(|last| last.seen.refund().refund_id == seen.refund().refund_id);
    if decides && says_lost(answer) && matches!(entry.standing, Standing::Open) {
        found.extend(
            shape(view, ledger, answer, &bound.most).filter(|one| one.kind.slug == "tender-cash-out"),
        );
    }
    found
}

/// Whether a rule is known that says which tenders do not come back.
fn says_lost(answer: &Answer<'_>) -> bool {
    let is_silent = matches!(answer.unknown(), Some(Unknown::PolicySilent | Unknown::DuplicateOrder));
    answer.ruled.is_some() && !is_silent
}
