//! The books of an order: of each refund what it returned, what was owed to it, and what of it was too much.
//!
//! One pass over the refunds in their order. Findings, exposures and the outcome are all taken from here, so that
//! they tie.

use super::{
    answer::{Answer, Returned},
    bounds::Bound,
    view::{Seen, View},
};
use crate::{
    money::Money,
    policy::{Candidates, Eligibility, Entitlement, Reading},
    record::{Event, RefundStatus, Tenders},
};

/// What a refund is in the books.
#[derive(Clone, Debug)]
pub(super) enum Standing<'b> {
    /// Withdrawn.
    Cancelled,
    /// It has the channel's number of an earlier one.
    Repetition,
    /// It is in another currency than its order.
    OtherCurrency,
    /// Whether anything is owed is unknown.
    Open,
    /// Something is owed, or nothing by the sum.
    Owed,
    /// A ground stands, and exactly what came back is owed under these readings.
    Saved(Vec<(&'b Reading, Entitlement<'b>)>),
    /// The versions of purchase and request differ, and one of them owes exactly what came back.
    ByVersion,
    /// A ground stands, and nothing saves it.
    NotOwed,
}

/// A refund in the books.
#[derive(Clone, Debug)]
pub(super) struct Entry<'c, 'b> {
    pub(super) seen: Seen<'c>,
    /// What policy says to its request.
    pub(super) answer: Answer<'b>,
    pub(super) standing: Standing<'b>,
    /// What the order's refunds had rightly returned before.
    pub(super) before: Money,
    /// What it returned in tenders that the policy keeps.
    pub(super) lost: Money,
    /// What else it returned, which is held against what is owed.
    pub(super) rest: Money,
    /// What of that is more than was owed; where that is unknown, than may have been owed at most.
    pub(super) surplus: Money,
    /// What of it should not have left, in its own currency.
    pub(super) over: Money,
    /// Where whether anything is owed is unknown and something came back: the most that may have been owed.
    pub(super) bound: Option<Bound>,
    /// Whether it counts toward what the order has received.
    pub(super) counts: bool,
}

/// The refunds of an order in the books, and what decides the order.
#[derive(Debug)]
pub(super) struct Ledger<'c, 'b> {
    pub(super) entries: Vec<Entry<'c, 'b>>,
    /// The answer to the decisive request.
    pub(super) answer: Answer<'b>,
    /// What came back rightly or perhaps rightly, without lost tenders: the sum of `R` of the comparison.
    pub(super) back: Money,
    /// What came back in all, without lost tenders.
    pub(super) all_back: Money,
}

impl<'c, 'b> Ledger<'c, 'b> {
    /// The books of a case.
    pub(super) fn of(candidates: &Candidates<'b>, view: &View<'c>) -> Self {
        let mut entries: Vec<Entry<'c, 'b>> = Vec::with_capacity(view.refunds.len());
        let (mut back, mut all_back) = (Money::ZERO, Money::ZERO);
        for &seen in &view.refunds {
            let entry = Entry::of(candidates, view, seen, back);
            if entry.counts {
                all_back = all_back.plus(entry.rest);
                if !entry.is_not_owed() {
                    back = back.plus(entry.rest);
                }
            }
            entries.push(entry);
        }
        let decisive = view.decisive().and_then(|decisive| {
            entries.iter().find(|entry| entry.seen.refund().refund_id == decisive.refund().refund_id)
        });
        let answer = match decisive {
            Some(entry) => entry.answer.clone(),
            None => Answer::of(candidates, view, view.request_now(), None),
        };
        Self { entries, answer, back, all_back }
    }

    /// The order's last completed refund: of those that returned something, where any did.
    pub(super) fn last(&self) -> Option<&Entry<'c, 'b>> {
        let counted = || self.entries.iter().rev().filter(|entry| entry.counts);
        counted().find(|entry| entry.seen.total().is_positive()).or_else(|| counted().next())
    }

    /// Whether a completed refund returned anything.
    pub(super) fn has_paid(&self) -> bool {
        self.entries.iter().any(|entry| entry.counts && entry.seen.total().is_positive())
    }

    /// What the order's refunds fall short of what is owed to its decisive request. Where the versions of
    /// purchase and request differ and one owes the sum, which of them binds is open.
    pub(super) fn short(&self) -> Money {
        match (self.last(), self.answer.entitlement.eligibility) {
            (Some(last), Eligibility::Yes) if !matches!(last.standing, Standing::ByVersion) => {
                self.answer.owed().minus(self.back).or_zero()
            }
            _ => Money::ZERO,
        }
    }

    /// What came back before a refund, rightly or not, without lost tenders.
    pub(super) fn back_before(&self, entry: &Entry<'_, '_>) -> Money {
        let earlier = self
            .entries
            .iter()
            .take_while(|one| one.seen.refund().refund_id != entry.seen.refund().refund_id);
        earlier.filter(|one| one.counts).map(|one| one.rest).sum()
    }

    /// What came back, by tender, without refunds that were not owed at all.
    pub(super) fn returned(&self, view: &View<'_>) -> Tenders {
        let mut returned = Tenders::none(view.order().paid.currency);
        for entry in self.entries.iter().filter(|entry| entry.counts && !entry.is_not_owed()) {
            returned.add(entry.seen.returned());
        }
        returned
    }
}

impl<'c, 'b> Entry<'c, 'b> {
    fn of(candidates: &Candidates<'b>, view: &View<'c>, seen: Seen<'c>, before: Money) -> Self {
        let currency = view.order().paid.currency;
        let counts = seen.counts(currency);
        let returned = counts.then(|| Returned { before, tenders: seen.returned() });
        let answer = Answer::of(candidates, view, view.request_of(seen), returned);
        let zero = Money::ZERO;
        let mut entry = Self {
            seen,
            answer,
            standing: Standing::Owed,
            before,
            lost: zero,
            rest: zero,
            surplus: zero,
            over: zero,
            bound: None,
            counts,
        };
        if seen.status == RefundStatus::Cancelled {
            entry.standing = Standing::Cancelled;
        } else if seen.row.repeats.is_some() || seen.returned().currency != currency {
            let repeats = seen.row.repeats.is_some();
            entry.standing = if repeats { Standing::Repetition } else { Standing::OtherCurrency };
            if seen.is_completed() {
                entry.over = seen.total();
            }
        } else {
            if counts {
                entry.lost = entry.answer.lost_of(seen.returned());
                entry.rest = seen.total().minus(entry.lost);
            }
            entry.stand(candidates, view);
        }
        entry
    }

    /// Holds what came back against what was owed.
    fn stand(&mut self, candidates: &Candidates<'b>, view: &View<'_>) {
        let sum = self.before.plus(self.rest);
        let moves = self.counts && self.seen.total().is_positive();
        match self.answer.entitlement.eligibility {
            Eligibility::Unknown(_) => {
                self.standing = Standing::Open;
                if moves && view.knows_sums(self.seen) {
                    let bound = Bound::of(candidates, view, self);
                    self.surplus = bound.surplus;
                    self.over = self.lost.plus(self.surplus);
                    self.bound = Some(bound);
                } else {
                    self.lost = Money::ZERO;
                    self.rest = if self.counts { self.seen.total() } else { Money::ZERO };
                }
            }
            _ if self.counts && versions_owe(view, &self.answer, sum) => {
                self.standing = Standing::ByVersion;
                self.over = self.lost;
            }
            Eligibility::Yes => {
                let room = self.answer.owed().minus(self.before).or_zero();
                self.surplus = self.rest.minus(room).or_zero();
                self.over = self.lost.plus(self.surplus);
            }
            Eligibility::No => {
                let saving = if moves {
                    self.answer.readings_that_owe(view, sum, self.seen.returned())
                } else {
                    Vec::new()
                };
                if saving.is_empty() {
                    self.standing = Standing::NotOwed;
                    self.over = if moves { self.seen.total() } else { Money::ZERO };
                } else {
                    self.standing = Standing::Saved(saving);
                    self.over = self.lost;
                }
            }
        }
    }

    /// Whether an event began before the money moved: what came later is not held against it.
    pub(super) fn is_of_its_time(&self, event: &Event) -> bool {
        self.seen.refund().completed_at.is_none_or(|completed_at| event.from_at <= completed_at)
    }

    /// The most that may have been owed, by tender, where that is all that is known.
    pub(super) fn most(&self) -> Option<&Tenders> {
        self.bound.as_ref().map(|bound| &bound.most)
    }

    /// Whether it was not owed at all, so that it takes no room and fills no shortfall.
    pub(super) fn is_not_owed(&self) -> bool {
        match self.standing {
            Standing::NotOwed => true,
            // Nothing may have been owed at all.
            Standing::Open => {
                self.surplus.is_positive() && self.most().is_some_and(|most| most.total().is_zero())
            }
            _ => false,
        }
    }
}

/// A request of an order as it is told, with what policy says to it.
#[derive(Clone, Debug)]
pub(crate) struct Told<'c, 'b> {
    /// The refund; `None` where nothing was requested, and the request is one at the as-of date.
    pub(crate) seen: Option<Seen<'c>>,
    pub(crate) answer: Answer<'b>,
    /// Why it decides the order, where it does.
    pub(crate) decides: Option<&'static str>,
    /// The most that may have been owed, where only that is known.
    pub(crate) most: Option<Money>,
}

/// Every request of an order that was put and repeats none, the decisive one first.
pub(crate) fn told<'c, 'b>(candidates: &Candidates<'b>, view: &View<'c>) -> Vec<Told<'c, 'b>> {
    let ledger = Ledger::of(candidates, view);
    let Some(decisive) = view.decisive() else {
        let decides = Some("nothing was requested");
        return vec![Told { seen: None, answer: ledger.answer, decides, most: None }];
    };
    let why = if decisive.counts(view.order().paid.currency) && decisive.total().is_positive() {
        "its refund is the first that moved money"
    } else {
        "no refund moved money, and it is the first that was neither withdrawn nor a repetition"
    };
    let told = ledger.entries.into_iter().filter(|entry| entry.seen.row.repeats.is_none()).map(|entry| {
        let is_decisive = entry.seen.refund().refund_id == decisive.refund().refund_id;
        let most = entry.most().map(Tenders::total);
        Told { seen: Some(entry.seen), answer: entry.answer, decides: is_decisive.then_some(why), most }
    });
    let (mut first, others): (Vec<_>, Vec<_>) = told.partition(|one| one.decides.is_some());
    first.extend(others);
    first
}

/// Whether the versions of purchase and request differ and one of them owes exactly a sum; where the request has
/// no time, whether that holds of one that it may have been.
fn versions_owe(view: &View<'_>, answer: &Answer<'_>, sum: Money) -> bool {
    let owes = |answer: &Answer<'_>| {
        let choice = version_choice(view, answer);
        choice.is_some_and(|choice| choice.mine == sum || choice.theirs == sum)
    };
    answer.each().iter().any(owes)
}

/// What the versions of purchase and request say where they differ.
pub(super) struct VersionChoice<'b> {
    pub(super) other: &'b crate::policy::Version,
    pub(super) gives: Entitlement<'b>,
    pub(super) mine: Money,
    pub(super) theirs: Money,
}

/// The versions of purchase and request, where they differ in eligibility or sum.
pub(super) fn version_choice<'b>(view: &View<'_>, answer: &Answer<'b>) -> Option<VersionChoice<'b>> {
    let (other, gives) = answer.at_request(view)?;
    let theirs = gives.owed.as_ref().map(|owed| owed.total).unwrap_or_default();
    let mine = answer.owed();
    let same_eligibility = answer.entitlement.eligibility.word() == gives.eligibility.word();
    (!same_eligibility || mine != theirs).then_some(VersionChoice { other, gives, mine, theirs })
}
