//! One row about one refund: what came back, what policy owed then, and whether that could be decided.
//!
//! A decision adds nothing to the findings of its order. It says which of them is about this refund, and where
//! nothing could be decided, what is missing.

use std::sync::Arc;

use super::{
    Judgement,
    answer::Answer,
    ledger::{Entry, Ledger},
    refunds::reason,
    view::View,
};
use crate::{
    case::{Case, CaseRefund, Horizon},
    finding::{Class, Finding},
    money::{Currency, Money},
    policy::{Candidates, Eligibility, Unknown},
    record::{OrderId, RefundId, RefundStatus, SourceRef, Tenders},
    time::{Instant, Offset},
};

/// What came of one refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decided {
    /// It agrees with the policy.
    Agrees,
    /// It disagrees under every reading.
    Mismatch,
    /// A person decides.
    Review,
    /// A fact or a rule is missing.
    Undetermined,
    /// It was withdrawn, so nothing is to be decided.
    Withdrawn,
    /// It was requested after the as-of date.
    NotSeen,
}

impl Decided {
    /// Every one, in the order of summaries.
    pub const ALL: [Self; 6] =
        [Self::Agrees, Self::Mismatch, Self::Review, Self::Undetermined, Self::Withdrawn, Self::NotSeen];

    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Undetermined => "undetermined",
            Self::Withdrawn => "withdrawn",
            Self::NotSeen => "not-seen",
        }
    }

    /// The one with a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether policy says what is right: it agrees or disagrees.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Agrees | Self::Mismatch)
    }

    /// Whether it counts among the refunds of a run: it was asked for by the as-of date and not withdrawn.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Withdrawn | Self::NotSeen)
    }
}

/// What kind of thing would settle a refund that is not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// The time of the request, which order lists and ticket lists have.
    OrderList,
    /// Deductions of the whole time from payment to request.
    Deductions,
    /// The order, which no file of the run has.
    Order,
    /// A fact that no file of the run has.
    Fact,
    /// Full times, where a day or a minute is written.
    Seconds,
    /// Which of several rows holds.
    OneRow,
    /// A policy.
    Policy,
    /// An answer of the vendor, whose page is silent.
    VendorAnswer,
    /// A person's decision between readings.
    Person,
}

impl Need {
    /// Every one, in the order of summaries where counts are equal.
    pub const ALL: [Self; 9] = [
        Self::OrderList,
        Self::Deductions,
        Self::Order,
        Self::Fact,
        Self::Seconds,
        Self::OneRow,
        Self::Policy,
        Self::VendorAnswer,
        Self::Person,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OrderList => "order-list",
            Self::Deductions => "deductions",
            Self::Order => "order",
            Self::Fact => "fact",
            Self::Seconds => "full-times",
            Self::OneRow => "one-row",
            Self::Policy => "policy",
            Self::VendorAnswer => "vendor-answer",
            Self::Person => "person",
        }
    }

    /// The one with a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// What a count of refunds needs, in a sentence: `3 need the order list`.
    #[must_use]
    pub fn of_refunds(self, count: u64) -> String {
        let (need, have, turn) =
            if count == 1 { ("needs", "has", "turns") } else { ("need", "have", "turn") };
        match self {
            Self::OrderList => format!("{count} {need} the order list"),
            Self::Deductions => format!("{count} {need} the deductions from payment to request"),
            Self::Order => format!("{count} {need} the bill or order list of the purchase"),
            Self::Fact => format!("{count} {need} a fact that no file has"),
            Self::Seconds => format!("{count} {need} an export with full times"),
            Self::OneRow => format!("{count} {have} rows that contradict each other"),
            Self::Policy => format!("{count} {have} no policy"),
            Self::VendorAnswer => format!("{count} {need} an answer of the vendor, whose page is silent"),
            Self::Person => format!("{count} {turn} on a reading and {need} a person"),
        }
    }
}

/// One row of `refunds.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The order it is for.
    pub order_id: OrderId,
    /// The refund.
    pub refund_id: RefundId,
    /// The order's owner; where the order is not there, who asked.
    pub account: Option<Box<str>>,
    /// Product and package type of the order; none where it is not there.
    pub product: Option<(Arc<str>, Arc<str>)>,
    /// The vendor whose policy rules the order.
    pub vendor: Option<Arc<str>>,
    /// That policy.
    pub policy: Option<Arc<str>>,
    /// The refund's currency.
    pub currency: Currency,
    /// When the order was paid.
    pub bought_at: Option<Instant>,
    /// The first and the last instant at which it may have been requested; the same where that is known.
    pub requested_at: (Instant, Instant),
    /// When the money moved, as far as was seen.
    pub completed_at: Option<Instant>,
    /// What was paid for the order, where it was in the refund's currency.
    pub paid: Option<Money>,
    /// What came back.
    pub came_back: Money,
    /// The least and the most that policy owed when it was requested, less what had rightly come back by then.
    pub owed: Option<(Money, Money)>,
    /// What came back beyond the most that was owed, or as a negative sum what fell short of the least; zero
    /// where what is owed is known and came back, none where it lies between, or nothing is due yet.
    pub difference: Option<Money>,
    /// What came of it.
    pub decided: Decided,
    /// Why, in one line.
    pub reason: String,
    /// What would settle it, where it is not decided.
    pub need: Option<Need>,
    /// The same in words.
    pub settled_by: String,
    /// Its row.
    pub at: SourceRef,
}

/// What came of each refund of an order that was judged, in the order of their requests.
#[must_use]
pub fn decisions(
    case: &Case,
    candidates: &Candidates<'_>,
    horizon: &Horizon,
    judgement: &Judgement,
) -> Vec<Decision> {
    let view = View::new(case, horizon);
    let ledger = Ledger::of(candidates, &view);
    let decisive = view.decisive().map(|seen| seen.refund().refund_id.clone());
    let mut made = Vec::with_capacity(case.refunds.len());
    for row in &case.refunds {
        let Some(entry) = ledger.entries.iter().find(|entry| std::ptr::eq(entry.seen.row, row)) else {
            made.push(not_seen(&view, row));
            continue;
        };
        let is_decisive = decisive.as_ref() == Some(&row.refund.refund_id);
        let about = |finding: &&Finding| {
            finding.refund_id.as_ref() == Some(&row.refund.refund_id)
                || finding.refund_id.is_none() && is_decisive
        };
        let findings: Vec<&Finding> = judgement.findings.iter().filter(about).collect();
        let (vendor, policy) = (judgement.outcome.vendor.clone(), judgement.outcome.policy.clone());
        made.push(Decision { vendor, policy, ..one(&view, entry, &findings) });
    }
    made
}

/// The decision about a refund whose order is not in the exports, from the finding about it.
#[must_use]
pub fn orphan_decision(row: &CaseRefund, finding: Option<&Finding>) -> Decision {
    let refund = &row.refund;
    let is_wrong = finding.is_some_and(|finding| finding.class == Class::Mismatch);
    let decided = match (finding, is_wrong) {
        (Some(_), true) => Decided::Mismatch,
        (Some(_), false) => Decided::Undetermined,
        (None, _) if refund.status == RefundStatus::Cancelled => Decided::Withdrawn,
        (None, _) => Decided::NotSeen,
    };
    let need = (decided == Decided::Undetermined).then_some(Need::Order);
    Decision {
        order_id: refund.order_id.clone(),
        refund_id: refund.refund_id.clone(),
        account: refund.account_id.as_ref().map(|id| id.as_str().into()),
        product: None,
        vendor: None,
        policy: None,
        currency: refund.returned.currency,
        bought_at: None,
        requested_at: (refund.requested_at.earliest(), refund.requested_at.latest()),
        completed_at: refund.completed_at,
        paid: None,
        came_back: came_back(refund.status, refund.returned.total()),
        owed: None,
        difference: is_wrong.then(|| refund.returned.total()),
        decided,
        reason: finding.map(|finding| line_of(finding)).unwrap_or_else(|| quiet_reason(decided).to_owned()),
        need,
        settled_by: if need.is_some() {
            "the bill of the months before, or the order list that has the purchase".to_owned()
        } else {
            String::new()
        },
        at: refund.at,
    }
}

fn came_back(status: RefundStatus, total: Money) -> Money {
    if status == RefundStatus::Completed { total } else { Money::ZERO }
}

const fn quiet_reason(decided: Decided) -> &'static str {
    match decided {
        Decided::Withdrawn => "withdrawn",
        Decided::NotSeen => "requested after the as-of date",
        _ => "",
    }
}

/// What is known of a refund without asking anything of it.
fn plain(view: &View<'_>, row: &CaseRefund) -> Decision {
    let (order, refund) = (view.order(), &row.refund);
    let same_currency = order.paid.currency == refund.returned.currency;
    Decision {
        order_id: order.order_id.clone(),
        refund_id: refund.refund_id.clone(),
        account: Some(order.account_id.as_str().into()),
        product: Some((order.product.clone(), order.package_type.clone())),
        vendor: None,
        policy: None,
        currency: refund.returned.currency,
        bought_at: Some(order.paid_at.earliest()),
        requested_at: (refund.requested_at.earliest(), refund.requested_at.latest()),
        completed_at: None,
        paid: same_currency.then(|| order.paid.total()),
        came_back: Money::ZERO,
        owed: None,
        difference: None,
        decided: Decided::NotSeen,
        reason: String::new(),
        need: None,
        settled_by: String::new(),
        at: refund.at,
    }
}

fn not_seen(view: &View<'_>, row: &CaseRefund) -> Decision {
    Decision { reason: quiet_reason(Decided::NotSeen).to_owned(), ..plain(view, row) }
}

fn one(view: &View<'_>, entry: &Entry<'_, '_>, findings: &[&Finding]) -> Decision {
    let (seen, answer) = (entry.seen, &entry.answer);
    let refund = seen.refund();
    let has = |class: Class| findings.iter().any(|finding| finding.class == class);
    let open = match answer.entitlement.eligibility {
        Eligibility::Unknown(why) => Some(why),
        Eligibility::Yes | Eligibility::No => None,
    };
    let decided = if seen.status == RefundStatus::Cancelled {
        Decided::Withdrawn
    } else if has(Class::Mismatch) {
        Decided::Mismatch
    } else if open.is_some_and(|why| why != Unknown::RequestTime) {
        Decided::Undetermined
    } else if has(Class::Review) {
        Decided::Review
    } else if open.is_some() {
        Decided::Undetermined
    } else {
        Decided::Agrees
    };
    let owed = owed(view, entry).map(|(from, to)| {
        let room = |owed: Money| owed.minus(entry.before).or_zero();
        (room(from), room(to))
    });
    let came_back = came_back(seen.status, seen.total());
    let (need, settled_by) = match decided {
        Decided::Undetermined => open.map(|why| settled_by(view, answer, why)).unzip(),
        Decided::Review => {
            let review = findings.iter().find(|finding| finding.class == Class::Review);
            let open = open.or_else(|| {
                let turns_on_time =
                    review.is_some_and(|finding| finding.kind.slug == Unknown::RequestTime.slug());
                turns_on_time.then_some(Unknown::RequestTime)
            });
            match open {
                Some(why) => Some(settled_by(view, answer, why)).unzip(),
                None => (
                    Some(Need::Person),
                    Some("a person's decision, with the readings of the finding".to_owned()),
                ),
            }
        }
        _ => (None, None),
    };
    let requested_at = answer.ends().map_or(
        (refund.requested_at.earliest(), refund.requested_at.latest()),
        |[early, late]| {
            (early.asked.request.requested_at.earliest(), late.asked.request.requested_at.latest())
        },
    );
    Decision {
        requested_at,
        completed_at: refund.completed_at.filter(|at| *at <= view.horizon.as_of),
        came_back,
        owed,
        difference: difference(entry, owed),
        decided,
        reason: why(view, answer, decided, findings),
        need,
        settled_by: settled_by.unwrap_or_default(),
        ..plain(view, seen.row)
    }
}

/// The least and the most that is owed; where a fact is missing it lies between nothing and the most that may be
/// owed, every open question settled for the customer.
fn owed(view: &View<'_>, entry: &Entry<'_, '_>) -> Option<(Money, Money)> {
    match &entry.answer.entitlement.owed {
        Some(owed) => Some((owed.total, owed.total)),
        None => Some((Money::ZERO, entry.most().map_or(view.order().paid.total(), Tenders::total))),
    }
}

/// What should not have left; else what the refund, without tenders that are lost, falls short of the least that was
/// owed.
fn difference(entry: &Entry<'_, '_>, owed: Option<(Money, Money)>) -> Option<Money> {
    let (from, to) = owed?;
    if matches!(entry.seen.status, RefundStatus::Requested | RefundStatus::Cancelled) {
        return None;
    }
    outside(entry.over, entry.rest, (from, to))
}

fn outside(over: Money, rest: Money, (from, to): (Money, Money)) -> Option<Money> {
    if over.is_positive() {
        Some(over)
    } else if rest < from {
        Some(rest.minus(from))
    } else {
        (from == to).then_some(Money::ZERO)
    }
}

/// The gravest finding about it, or the sum that it agrees with, in one line.
fn why(view: &View<'_>, answer: &Answer<'_>, decided: Decided, findings: &[&Finding]) -> String {
    let of_class = |class: Class| findings.iter().find(|finding| finding.class == class);
    let told = match decided {
        Decided::Mismatch => of_class(Class::Mismatch),
        Decided::Review => of_class(Class::Review),
        _ => None,
    };
    if let Some(finding) = told {
        return line_of(finding);
    }
    match (decided, answer.entitlement.eligibility) {
        (Decided::Undetermined, Eligibility::Unknown(why)) => {
            format!("{}: {}", why.slug(), first_sentence(&reason(view, answer, why)))
        }
        (Decided::Agrees, _) => match &answer.entitlement.owed {
            Some(owed) if answer.entitlement.is_due() => owed.working(),
            _ => {
                let grounds: Vec<&str> =
                    answer.entitlement.grounds.iter().map(|ground| ground.kind.slug()).collect();
                format!("rightly refused: {}", grounds.join(", "))
            }
        },
        _ => quiet_reason(decided).to_owned(),
    }
}

/// A finding in one line: its slug and its first sentence.
fn line_of(finding: &Finding) -> String {
    format!("{}: {}", finding.kind.slug, first_sentence(&finding.explanation))
}

/// A text up to its first full stop that ends a sentence: one before a blank and a capital letter.
fn first_sentence(text: &str) -> &str {
    let ends = text.match_indices(". ").map(|(at, _)| at);
    let is_end = |at: &usize| text[at + 2..].starts_with(char::is_uppercase);
    let mut ends = ends.filter(is_end);
    ends.next().map_or(text, |at| &text[..=at]).trim_end()
}

/// What would settle what is open.
fn settled_by(view: &View<'_>, answer: &Answer<'_>, why: Unknown) -> (Need, String) {
    let order = view.order();
    let question = &answer.asked.question;
    let day = |at: Instant| at.plain(Offset::BEIJING);
    match why {
        Unknown::RequestTime => (
            Need::OrderList,
            "the time of the request: an order list or a ticket list, or --request-times FILE".to_owned(),
        ),
        Unknown::CoverageGap => (
            Need::Deductions,
            format!(
                "the deductions from {} to {}; where the export is complete for that time, --usage-covers says so",
                day(question.paid_at),
                day(question.requested_at)
            ),
        ),
        Unknown::MissingField(field) => (Need::Fact, format!("{field}, which no file of the run has")),
        Unknown::TimeOrder(what) => (Need::Fact, format!("the right times of the order: {what}")),
        Unknown::CurrencyUnknown => (Need::Fact, format!("the minor unit of {}", order.paid.currency)),
        Unknown::DateOnly => (Need::Seconds, "an export that writes times to the second".to_owned()),
        Unknown::DuplicateOrder | Unknown::DuplicateRow => {
            (Need::OneRow, "an export with one of the rows that contradict each other".to_owned())
        }
        Unknown::RejectedRow => {
            let rows: Vec<String> = view.rejected().iter().map(|(_, at)| view.horizon.name(*at)).collect();
            (Need::Fact, format!("the rejected row in a form that can be read ({})", rows.join(", ")))
        }
        Unknown::NoPolicy => {
            (Need::Policy, format!("a policy for {} / {} (--policies)", order.product, order.package_type))
        }
        Unknown::OverlapPolicy => {
            (Need::Policy, "one of the two policies of equal rank taken out".to_owned())
        }
        Unknown::PolicySilent => {
            (Need::VendorAnswer, "the vendor's answer: the page gives no rule".to_owned())
        }
        Unknown::UnknownTender(tender) => (
            Need::VendorAnswer,
            format!("the vendor's answer on whether money paid by {} comes back", tender.word()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_before_a_capital_letter() {
        assert_eq!(first_sentence("37.01 USD came back. Nothing was owed."), "37.01 USD came back.");
        assert_eq!(first_sentence("No. 5 of the list came back"), "No. 5 of the list came back");
        assert_eq!(first_sentence(""), "");
    }

    #[test]
    fn a_difference_is_what_lies_outside_of_what_may_be_owed() {
        let money = |units: i128| Money::from_units(units);
        let of = |over: i128, rest: i128, from: i128, to: i128| {
            outside(money(over), money(rest), (money(from), money(to))).map(Money::units)
        };
        assert_eq!([of(0, 5, 5, 5), of(1, 6, 5, 5), of(0, 4, 5, 5)], [Some(0), Some(1), Some(-1)]);
        assert_eq!([of(0, 5, 0, 9), of(1, 10, 0, 9), of(0, 0, 1, 9)], [None, Some(1), Some(-1)]);
    }

    #[test]
    fn words_lead_back() {
        assert!(Decided::ALL.iter().all(|one| Decided::of_word(one.word()) == Some(*one)));
        assert!(Need::ALL.iter().all(|one| Need::of_word(one.word()) == Some(*one)));
    }
}
