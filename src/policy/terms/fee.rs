//! What is taken off the sum for the return itself.

use crate::{
    money::{Fraction, Money, Ratio},
    policy::{file::Keys, model::Clause},
    record::{Order, Tender},
};

pub(in crate::policy) const KEYS: &[&str] = &["share", "of", "when", "clause", "place"];

/// What a fee is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeOf {
    /// The sum that would come back.
    Refund,
    /// What was paid in refundable tenders.
    Paid,
    /// What of it was paid in cash.
    PaidCash,
}

/// A fee for the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// The share.
    pub share: Fraction,
    /// Of what.
    pub of: FeeOf,
    /// Whether only orders of promotion channels pay it, which no export tells.
    pub promotion_channel: bool,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Fee> {
    keys.only(KEYS);
    let of = [("refund", FeeOf::Refund), ("paid", FeeOf::Paid), ("paid_cash", FeeOf::PaidCash)];
    let share = keys.required(keys.fraction("share"), "share")?;
    if share.exceeds(Fraction::ONE) {
        keys.complain(keys.place("share"), "fee.share is more than the whole");
    }
    Some(Fee {
        share,
        of: keys.required(keys.word("of", "fee.of", &of), "of")?,
        promotion_channel: keys
            .word("when", "fee.when", &[("always", false), ("promotion_channel", true)])
            .unwrap_or(false),
        clause: keys.clause(),
    })
}

impl Fee {
    /// What is left of a sum; `None` where it cannot be computed.
    pub(in crate::policy) fn taken_off(&self, exact: Ratio, base: Money, order: &Order) -> Option<Ratio> {
        if self.promotion_channel {
            return Some(exact);
        }
        let of = match self.of {
            FeeOf::Refund => exact.or_zero(),
            FeeOf::Paid => Ratio::whole(base),
            FeeOf::PaidCash => Ratio::whole(order.paid.get(Tender::Cash)),
        };
        exact.minus(of.scaled(self.share)?)
    }
}

/// The effect in a phrase.
#[must_use]
pub fn text(fee: &Fee) -> String {
    let of = match fee.of {
        FeeOf::Refund => "the sum",
        FeeOf::Paid => "what was paid in refundable tenders",
        FeeOf::PaidCash => "what was paid in cash",
    };
    let when = if fee.promotion_channel { ", for orders of promotion channels" } else { "" };
    format!("{} of {of} is kept{when}", fee.share)
}
