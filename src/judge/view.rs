//! A case as it stood at the as-of date: later events are not seen.

use crate::{
    case::{Case, CaseRefund, Horizon},
    money::{Currency, Money},
    policy::{Facts, Question},
    record::{Channel, Event, EventKind, Order, Refund, RefundStatus, Role, SourceRef, Tenders, Usage},
    time::{Instant, Moment},
};

/// A refund as it stood at the as-of date.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'c> {
    /// The refund and what it repeats.
    pub row: &'c CaseRefund,
    /// How far it had come.
    pub status: RefundStatus,
}

impl<'c> Seen<'c> {
    /// The refund's record.
    #[must_use]
    pub const fn refund(self) -> &'c Refund {
        &self.row.refund
    }

    /// What came back.
    #[must_use]
    pub const fn returned(self) -> &'c Tenders {
        &self.row.refund.returned
    }

    /// `A` of the comparison: the refunded total, in the refund's currency.
    #[must_use]
    pub fn total(self) -> Money {
        self.row.refund.returned.total()
    }

    /// Whether money moved.
    #[must_use]
    pub fn is_completed(self) -> bool {
        self.status == RefundStatus::Completed
    }

    /// Whether it counts toward what the order has received: completed, no repetition, in its currency.
    #[must_use]
    pub fn counts(self, currency: Currency) -> bool {
        self.is_completed() && self.row.repeats.is_none() && self.returned().currency == currency
    }
}

/// A case at the as-of date.
#[derive(Clone, Debug)]
pub struct View<'c> {
    /// The case.
    pub case: &'c Case,
    /// What holds for the run.
    pub horizon: &'c Horizon,
    /// Its refunds seen by then, by request and id.
    pub refunds: Vec<Seen<'c>>,
    usage: &'c [Usage],
    events: &'c [Event],
}

/// A request whose answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// When; the completion where only that is known.
    pub(crate) requested_at: Moment,
    /// How, where the export says so.
    pub(crate) channel: Option<Channel>,
    /// Whether the export has no time of the request, so that it lies between payment and completion.
    pub(crate) assumed: bool,
    /// When the money moved, of a request without a time.
    pub(crate) completed_at: Option<Instant>,
}

impl Request {
    /// The instant that is named; the completion at its latest where only that is known.
    pub(crate) const fn named_at(self) -> Instant {
        if self.assumed { self.requested_at.latest() } else { self.requested_at.earliest() }
    }
}

impl<'c> View<'c> {
    /// The case as it stood.
    #[must_use]
    pub fn new(case: &'c Case, horizon: &'c Horizon) -> Self {
        let as_of = horizon.as_of;
        let seen = |row: &'c CaseRefund| {
            let refund = &row.refund;
            let later = |at: Option<Instant>| at.is_some_and(|at| at > as_of);
            let status = match refund.status {
                RefundStatus::Completed if later(refund.completed_at) => {
                    if later(refund.decided_at) {
                        RefundStatus::Requested
                    } else {
                        RefundStatus::Approved
                    }
                }
                RefundStatus::Approved | RefundStatus::Rejected if later(refund.decided_at) => {
                    RefundStatus::Requested
                }
                status => status,
            };
            Seen { row, status }
        };
        let refunds =
            case.refunds.iter().filter(|row| row.refund.requested_at.earliest() <= as_of).map(seen).collect();
        let usage_end = case.usage.partition_point(|usage| usage.posted_at.earliest() <= as_of);
        let events_end = case.events.partition_point(|event| event.from_at <= as_of);
        Self { case, horizon, refunds, usage: &case.usage[..usage_end], events: &case.events[..events_end] }
    }

    /// Rejected rows that may be of the order, by role.
    #[must_use]
    pub fn rejected(&self) -> Vec<(Role, SourceRef)> {
        self.horizon.rejected.about(self.case)
    }

    /// The order.
    #[must_use]
    pub const fn order(&self) -> &'c Order {
        &self.case.order
    }

    /// Its usage seen by then.
    #[must_use]
    pub const fn usage(&self) -> &'c [Usage] {
        self.usage
    }

    /// Its events of one kind seen by then.
    pub fn events_of(&self, kind: EventKind) -> impl Iterator<Item = &'c Event> + use<'c> {
        self.events.iter().filter(move |event| event.kind == kind)
    }

    /// When an event ended, as far as was seen.
    #[must_use]
    pub fn end_of(&self, event: &Event) -> Option<Instant> {
        event.until_at.filter(|until| *until <= self.horizon.as_of)
    }

    /// The facts that policy decides on.
    #[must_use]
    pub const fn facts(&self) -> Facts<'c> {
        Facts {
            order: &self.case.order,
            usage: self.usage,
            unkept_net: self.case.unkept_net,
            events: self.events,
            events_known: self.horizon.events_known,
            upgrades: &[],
            earlier: &[],
        }
    }

    /// A request at the as-of date, where nothing was requested.
    pub(crate) fn request_now(&self) -> Request {
        let requested_at = Moment::exact(self.horizon.as_of);
        Request { requested_at, channel: None, assumed: false, completed_at: None }
    }

    /// The request of a refund. Where the export has only its completion, it was made between the payment
    /// and that.
    pub(crate) fn request_of(&self, seen: Seen<'_>) -> Request {
        let refund = seen.refund();
        let is_after_payment = self.order().paid_at.earliest() <= refund.requested_at.latest();
        let assumed = refund.assumed.request && is_after_payment;
        let completed_at = refund.completed_at.filter(|_| assumed && seen.is_completed());
        let requested_at = refund.requested_at;
        let is_written = |at: &Instant| requested_at.earliest() <= *at && *at <= requested_at.latest();
        let requested_at = match completed_at {
            Some(at) if !is_written(&at) && at >= self.order().paid_at.earliest() => Moment::exact(at),
            _ => requested_at,
        };
        Request { requested_at, channel: refund.channel, assumed, completed_at }
    }

    /// The refund whose request decides the order: the first that moved money; where none did, the first that was
    /// neither cancelled nor a repetition.
    pub(crate) fn decisive(&self) -> Option<Seen<'c>> {
        let currency = self.order().paid.currency;
        let moved = |seen: &Seen<'_>| seen.counts(currency) && seen.total().is_positive();
        self.refunds.iter().copied().find(moved).or_else(|| self.first_request())
    }

    /// The first refund that was neither cancelled nor a repetition.
    pub(crate) fn first_request(&self) -> Option<Seen<'c>> {
        self.refunds
            .iter()
            .copied()
            .find(|seen| seen.status != RefundStatus::Cancelled && seen.row.repeats.is_none())
    }

    /// The refunds that count toward what the order received.
    pub(super) fn counted(&self) -> impl Iterator<Item = Seen<'c>> + '_ {
        let currency = self.order().paid.currency;
        self.refunds.iter().copied().filter(move |seen| seen.counts(currency))
    }

    /// Whether the order or a refund of it has a total where its means of payment should stand.
    pub(super) fn assumes_tenders(&self) -> bool {
        self.order().assumed.tenders || self.counted().any(|one| one.refund().assumed.tenders)
    }

    /// Whether it is known what a refund returned and what was paid: neither is where rows about them contradict
    /// each other and cannot be told apart.
    pub(super) fn knows_sums(&self, seen: Seen<'_>) -> bool {
        self.case.conflict.as_ref().is_none_or(|conflict| {
            if conflict.of_order {
                !conflict.others.is_empty()
            } else {
                !conflict.rows.contains(&seen.refund().at)
            }
        })
    }

    /// Whether every instant that policy uses is known to the second, for a request.
    pub(super) fn is_exact(&self, request: Request) -> bool {
        self.order().is_exact()
            && request.requested_at.is_exact()
            && self.usage.iter().all(|usage| usage.posted_at.is_exact())
    }

    /// The longest time the request may have taken: paid at the first instant, asked at the last.
    pub(super) fn longest(&self, request: Request) -> Question {
        Question {
            paid_at: self.order().paid_at.earliest(),
            requested_at: request.requested_at.latest(),
            channel: request.channel,
            covered: self.horizon.usage_covers,
            blurs_late: false,
        }
    }

    /// The shortest time: paid at the last instant, asked at the first one not before that.
    pub(super) fn shortest(&self, request: Request) -> Question {
        let latest = request.requested_at.latest();
        let paid_at = self.order().paid_at.latest().min(latest).max(self.order().paid_at.earliest());
        Question {
            paid_at,
            requested_at: request.requested_at.earliest().max(paid_at.min(latest)),
            channel: request.channel,
            covered: self.horizon.usage_covers,
            blurs_late: true,
        }
    }
}
