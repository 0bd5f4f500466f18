//! What a policy owes for a request at an instant: eligibility with every ground, sum and split.

use super::{
    book::Match,
    candidates::Candidates,
    grounds::{Ground, grounds},
    model::{Policy, Version},
    owed::{Owed, Sum, owed},
    question::{Eligibility, Facts, Question, Unknown},
    terms::{Period, Terms},
};
use crate::{money::Money, time::Instant};

/// The answer to a question under one set of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement<'b> {
    /// Whether a refund is due.
    pub eligibility: Eligibility,
    /// Every ground that stands.
    pub grounds: Vec<Ground<'b>>,
    /// The first instant at which a request is too late.
    pub deadline: Option<Instant>,
    /// What is owed: nothing where a ground stands, unknown where eligibility is.
    pub owed: Option<Owed>,
    /// Where eligibility is unknown although a policy rules: what is owed at most, with every open question
    /// settled in the customer's favour.
    pub at_most: Option<Money>,
    /// The terms that decided: those of the way that was taken, or of the first where none could be.
    pub terms: Option<&'b Terms>,
}

impl<'b> Entitlement<'b> {
    fn unknown(why: Unknown) -> Self {
        Self {
            eligibility: Eligibility::Unknown(why),
            grounds: Vec::new(),
            deadline: None,
            owed: None,
            at_most: None,
            terms: None,
        }
    }

    /// Leaves it open for a reason that no single question shows.
    pub(crate) fn leave_open(&mut self, why: Unknown) {
        self.eligibility = Eligibility::Unknown(why);
        self.grounds.clear();
        self.at_most = self.owed.take().map(|owed| owed.total).or(self.at_most);
    }

    /// Whether a refund is due.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.eligibility == Eligibility::Yes
    }

    /// The id of the way that was taken, where the version has several.
    #[must_use]
    pub fn branch(&self) -> Option<&'b str> {
        self.terms?.branch.as_ref().map(|branch| &*branch.id)
    }
}

/// What the policies about an order owe for a question, and the policy and version that say so.
#[must_use]
pub fn entitle<'b>(
    candidates: &Candidates<'b>,
    facts: &Facts<'_>,
    question: &Question,
) -> (Option<(&'b Policy, &'b Version)>, Entitlement<'b>) {
    match candidates.find(question.paid_at, question.requested_at) {
        Match::None => (None, Entitlement::unknown(Unknown::NoPolicy)),
        Match::Two(..) => (None, Entitlement::unknown(Unknown::OverlapPolicy)),
        Match::One(policy, version) => {
            (Some((policy, version)), evaluate(policy, &version.terms, facts, question))
        }
    }
}

/// The answer under given terms of a policy: those of its version, of a reading, of another version.
///
/// The first way whose conditions hold gives the sum. A way of which a fact is missing leaves it open unless
/// what comes after it gives the same.
#[must_use]
pub(crate) fn evaluate<'b>(
    policy: &Policy,
    terms: &'b Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> Entitlement<'b> {
    if terms.branch.is_none() {
        return of_branch(policy, terms, facts, question);
    }
    let mut refused: Option<Entitlement<'b>> = None;
    let mut open: Option<Entitlement<'b>> = None;
    let mut given: Option<Entitlement<'b>> = None;
    let mut ends: Vec<Option<Instant>> = Vec::new();
    for branch in terms.branches().filter(|branch| is_tried(branch, facts, question)) {
        let answer = of_branch(policy, branch, facts, question);
        ends.push(answer.deadline);
        if given.is_some() {
            continue;
        }
        match answer.eligibility {
            Eligibility::Yes => given = Some(answer),
            Eligibility::No => refused = refused.or(Some(answer)),
            Eligibility::Unknown(_) => open = open.or(Some(answer)),
        }
    }
    let total = |answer: &Entitlement<'_>| answer.owed.as_ref().map(|owed| owed.total);
    let mut answer = match (open, given) {
        (None, Some(given)) => given,
        (Some(open), Some(given)) if open.at_most.is_some() && open.at_most == total(&given) => given,
        (Some(mut open), Some(given)) => {
            open.at_most = open.at_most.max(total(&given));
            open
        }
        (Some(open), None) => open,
        (None, None) => match refused {
            Some(refused) => refused,
            None => return Entitlement::unknown(Unknown::NoPolicy),
        },
    };
    // Too late is what is too late for every way.
    answer.deadline = if ends.contains(&None) { None } else { ends.into_iter().flatten().max() };
    answer
}

/// Whether a way is about the order at the request.
fn is_tried(terms: &Terms, facts: &Facts<'_>, question: &Question) -> bool {
    let order = facts.order;
    let Some(period) = terms.branch.as_ref().and_then(|branch| branch.period) else {
        return terms.is_about(order.kind);
    };
    let begins_at = order.period_start.or(order.effective_at.map(|moment| question.instant(moment)));
    let is_pending = begins_at.is_some_and(|at| question.requested_at < at);
    terms.is_about(order.kind) && is_pending == (period == Period::Pending)
}

fn of_branch<'b>(
    policy: &Policy,
    terms: &'b Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> Entitlement<'b> {
    let at_most = || match owed(policy, terms, facts, question) {
        Ok(Sum::Exact(owed)) => owed.total,
        Ok(Sum::AtMost(most, _)) => most,
        Err(Unknown::UnknownTender(_)) => facts.order.paid.total(),
        Err(_) => facts.order.paid.of(&terms.tenders.refundable),
    };
    let window = terms.window_of(&facts.order.package_type);
    let deadline = match window.map(|window| window.end(policy, facts, question)) {
        Some(Err(Unknown::PolicySilent)) => {
            let unknown = Entitlement::unknown(Unknown::PolicySilent);
            return Entitlement { at_most: Some(at_most()), terms: Some(terms), ..unknown };
        }
        Some(Ok(end)) => end,
        Some(Err(_)) | None => None,
    };
    let (grounds, missing) = grounds(policy, terms, facts, question);
    let answer = Entitlement {
        eligibility: Eligibility::No,
        grounds,
        deadline,
        owed: None,
        at_most: None,
        terms: Some(terms),
    };
    if !answer.grounds.is_empty() {
        return Entitlement { owed: Some(Owed::nothing(facts.order.paid.currency)), ..answer };
    }
    let needs_deductions = terms.depends_on_deductions(&facts.order.package_type);
    let covered =
        question.covered.contains(question.paid_at) && question.covered.contains(question.requested_at);
    let sum = if needs_deductions && !covered {
        Err(Unknown::CoverageGap)
    } else if let Some(unknown) = missing {
        Err(unknown)
    } else {
        owed(policy, terms, facts, question)
    };
    match sum {
        Ok(Sum::Exact(owed)) => Entitlement { eligibility: Eligibility::Yes, owed: Some(owed), ..answer },
        Ok(Sum::AtMost(most, why)) => {
            Entitlement { eligibility: Eligibility::Unknown(why), at_most: Some(most), ..answer }
        }
        Err(why) => {
            Entitlement { eligibility: Eligibility::Unknown(why), at_most: Some(at_most()), ..answer }
        }
    }
}
