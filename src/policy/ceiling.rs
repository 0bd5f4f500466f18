//! The most that may be owed where a fact is missing, by tender, and the ends of windows.

use super::{
    entitlement::evaluate,
    model::Policy,
    question::{Eligibility, Facts, Question, Unknown},
    terms::Terms,
};
use crate::{
    money::{Money, allocate},
    record::{Tender, Tenders},
    time::Instant,
};

/// The most that is owed under given terms, by tender, every open question settled in the customer's favour: no
/// deduction beyond those seen, the missing event absent, a tender of which the terms say nothing returned. A ground
/// that stands needs no further fact, so nothing is owed then.
pub(crate) fn ceiling(policy: &Policy, terms: &Terms, facts: &Facts<'_>, question: &Question) -> Tenders {
    let answer = evaluate(policy, terms, facts, question);
    let decided = answer.terms.unwrap_or(terms);
    let paid = &facts.order.paid;
    match (answer.eligibility, answer.owed) {
        (Eligibility::Yes, Some(owed)) => owed.split,
        (Eligibility::Unknown(why), _) => {
            let whole = may_come_back(decided, paid);
            match answer.at_most {
                Some(most) if !matches!(why, Unknown::UnknownTender(_)) => cut(most, &whole),
                _ => whole,
            }
        }
        _ => Tenders::none(paid.currency),
    }
}

/// What was paid in tenders that are not lost.
fn may_come_back(terms: &Terms, paid: &Tenders) -> Tenders {
    let mut back = Tenders::none(paid.currency);
    for (tender, sum) in paid.present().filter(|(tender, _)| !terms.tenders.lost.contains(tender)) {
        back.set(tender, sum.max(Money::ZERO));
    }
    back
}

/// A sum split in proportion to what was paid; all of it where it is more than that.
fn cut(sum: Money, whole: &Tenders) -> Tenders {
    if sum >= whole.total() {
        return *whole;
    }
    let weights: Vec<Money> = Tender::ALL.into_iter().map(|tender| whole.get(tender)).collect();
    let parts = whole.currency.places().and_then(|places| allocate(sum, &weights, places));
    let mut split = Tenders::none(whole.currency);
    match parts {
        Some(parts) => Tender::ALL.into_iter().zip(parts).for_each(|(tender, part)| split.set(tender, part)),
        None => split.set(Tender::Cash, sum),
    }
    split
}

/// The first instants at which a request is too late under given terms, of each way and package type.
pub(crate) fn window_ends(
    policy: &Policy,
    terms: &Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> Vec<Instant> {
    let windows = terms.branches().flat_map(|way| way.class_windows.values().chain(&way.window));
    windows.filter_map(|window| window.end(policy, facts, question).ok().flatten()).collect()
}
