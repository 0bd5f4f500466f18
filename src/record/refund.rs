//! Money that came back, or was asked for.

use std::cmp::Ordering;

use super::{AccountId, Assumed, Link, OrderId, RefundId, SourceRef, Tenders};
use crate::time::{Instant, Moment};

/// How a refund was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// In the console.
    SelfService,
    /// By a ticket to the vendor.
    Ticket,
}

impl Channel {
    /// Every channel, with its word in exports and policy files.
    pub const WORDS: [(&'static str, Self); 2] =
        [("self_service", Self::SelfService), ("ticket", Self::Ticket)];

    /// The word of the channel.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, channel)| *channel == self).map_or("", |(word, _)| word)
    }
}

/// How far a refund came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefundStatus {
    /// Asked for, undecided.
    Requested,
    /// Granted, money not moved.
    Approved,
    /// Denied.
    Rejected,
    /// Money moved.
    Completed,
    /// Withdrawn.
    Cancelled,
}

impl RefundStatus {
    /// Every status, with its word in exports.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("requested", Self::Requested),
        ("approved", Self::Approved),
        ("rejected", Self::Rejected),
        ("completed", Self::Completed),
        ("cancelled", Self::Cancelled),
    ];

    /// The word of the status.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }
}

/// A refund, or a request for one. Amounts are positive: money returned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refund {
    /// Where it was read.
    pub at: SourceRef,
    /// Its key.
    pub refund_id: RefundId,
    /// The order it is for.
    pub order_id: OrderId,
    /// Who asked.
    pub account_id: Option<AccountId>,
    /// Where the money went.
    pub to_account: Option<AccountId>,
    /// By which route it went.
    pub to_method: Option<Box<str>>,
    /// When it was asked for.
    pub requested_at: Moment,
    /// How it was asked for.
    pub channel: Option<Channel>,
    /// How far it came.
    pub status: RefundStatus,
    /// Why it was denied.
    pub reason: Option<Box<str>>,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// When the money moved.
    pub completed_at: Option<Instant>,
    /// When it arrived.
    pub arrived_at: Option<Instant>,
    /// What came back, by means of payment.
    pub returned: Tenders,
    /// The payment channel's number.
    pub channel_txn: Option<Box<str>>,
    /// Whether several refunds were legally merged into this payment.
    pub merged: bool,
    /// What stands in for a fact that the export does not have.
    pub assumed: Assumed,
    /// How it was tied to its order, where its row does not name that.
    pub link: Option<Box<Link>>,
}

impl Refund {
    /// The order of rows by what they say, wherever they were read and however their order was found.
    #[must_use]
    pub fn compare_content(&self, other: &Self) -> Ordering {
        let elsewhere = Self { at: self.at, link: self.link.clone(), ..other.clone() };
        self.cmp(&elsewhere)
    }
}
