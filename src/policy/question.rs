//! What policy is asked, what it may know, and what it answers when it does not know.

use crate::{
    money::Quantity,
    record::{Basis, Channel, Event, EventKind, Order, Tender, Usage},
    time::{Instant, Interval, Moment},
};

/// What is known of an order.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its usage rows by time of posting, where they were kept.
    pub usage: &'a [Usage],
    /// The net deduction, where rows were not kept because nothing turns on their times.
    pub unkept_net: Quantity,
    /// Events of the order, its account and its product.
    pub events: &'a [Event],
    /// Whether the run has an events export at all: without one, an absence proves nothing.
    pub events_known: bool,
    /// When upgrades of the same instance were paid, ascending.
    pub upgrades: &'a [Instant],
    /// Earlier refunds of the account and its like, as far as a quota counts them.
    pub earlier: &'a [Spent<'a>],
}

/// An earlier refund that a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent<'a> {
    /// When it was asked for.
    pub requested_at: Instant,
    /// The product of its order.
    pub product: &'a str,
    /// The package type of its order.
    pub package_type: &'a str,
    /// The way of the policy that it went, where the policy has several.
    pub branch: Option<&'a str>,
}

/// A request to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// When the order was paid.
    pub paid_at: Instant,
    /// When the refund was asked for.
    pub requested_at: Instant,
    /// How it was asked for, where the export says so.
    pub channel: Option<Channel>,
    /// The interval for which the deduction export is complete.
    pub covered: Interval,
    /// Whether other moments that lost their seconds count with their latest instant, which favours the
    /// request, or with their earliest.
    pub blurs_late: bool,
}

/// Whether a refund is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Eligibility {
    /// Due.
    Yes,
    /// A ground stands against it.
    No,
    /// A fact or a rule is missing.
    Unknown(Unknown),
}

impl Eligibility {
    /// `yes`, `no`, `unknown`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Why eligibility is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// No policy is about the order, or none has a version at that time.
    NoPolicy,
    /// The version does not say.
    PolicySilent,
    /// Two policies of equal rank match.
    OverlapPolicy,
    /// The deduction export does not cover the time from payment to request.
    CoverageGap,
    /// A field that the policy needs is empty.
    MissingField(&'static str),
    /// Times contradict each other where the policy uses them.
    TimeOrder(&'static str),
    /// Paid with a tender of which the policy says nothing.
    UnknownTender(Tender),
    /// The currency has no known minor unit.
    CurrencyUnknown,
    /// Only the day or the minute is known, and the outcome turns on the second.
    DateOnly,
    /// The export has no time of the request, and the outcome turns on it.
    RequestTime,
    /// The order stands twice with different content.
    DuplicateOrder,
    /// A row of the order stands twice with different content.
    DuplicateRow,
    /// A row that may be of the order was rejected, and what it says could matter.
    RejectedRow,
}

impl Unknown {
    /// The finding that names it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoPolicy => "no-policy",
            Self::PolicySilent => "policy-silent",
            Self::OverlapPolicy => "overlap-policy",
            Self::CoverageGap => "usage-coverage-gap",
            Self::MissingField(_) => "missing-field",
            Self::TimeOrder(_) => "time-order",
            Self::UnknownTender(_) => "unknown-tender",
            Self::CurrencyUnknown => "currency-unknown",
            Self::DateOnly => "date-only",
            Self::RequestTime => "request-time-unknown",
            Self::DuplicateOrder => "duplicate-order",
            Self::DuplicateRow => "duplicate-row",
            Self::RejectedRow => "rejected-row",
        }
    }

    /// Whether it is a rule that is missing; otherwise it is a fact.
    #[must_use]
    pub const fn is_of_rules(self) -> bool {
        matches!(self, Self::NoPolicy | Self::PolicySilent | Self::OverlapPolicy)
    }
}

impl Question {
    /// The instant that a moment counts with.
    #[must_use]
    pub const fn instant(&self, moment: Moment) -> Instant {
        if self.blurs_late { moment.latest() } else { moment.earliest() }
    }
}

impl<'a> Facts<'a> {
    /// Deductions posted at or before the request, by time.
    pub fn postings(&self, question: &Question) -> impl Iterator<Item = &'a Usage> + use<'a> {
        let (at, late) = (question.requested_at, question.blurs_late);
        self.usage.iter().filter(move |usage| {
            let posted_at = if late { usage.posted_at.latest() } else { usage.posted_at.earliest() };
            usage.basis == Basis::Deduction && posted_at <= at
        })
    }

    /// Their sum, net of reversals.
    #[must_use]
    pub fn net_posted(&self, question: &Question) -> Quantity {
        self.postings(question).fold(self.unkept_net, |sum, usage| sum.plus(usage.quantity))
    }

    /// The first positive one.
    #[must_use]
    pub fn first_posting(&self, question: &Question) -> Option<Instant> {
        self.postings(question)
            .find(|usage| usage.quantity.is_positive())
            .map(|usage| usage.posted_at.earliest())
    }

    /// Events of one kind, by time.
    pub fn events_of(&self, kind: EventKind) -> impl Iterator<Item = &'a Event> + use<'a> {
        self.events.iter().filter(move |event| event.kind == kind)
    }

    /// When the instance was first upgraded after an instant.
    #[must_use]
    pub fn first_upgrade_after(&self, at: Instant) -> Option<Instant> {
        self.upgrades.iter().copied().find(|paid_at| *paid_at > at)
    }
}
