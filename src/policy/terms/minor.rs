//! The smaller tables: ways of asking, preconditions, side effects, rights that the vendor reserves.

use crate::{
    policy::{file::Keys, model::Clause},
    record::Channel,
};

/// How a refund may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTerms {
    /// The channels.
    pub allowed: Vec<Channel>,
    /// The rule.
    pub clause: Clause,
}

/// A state that must be mended before money moves: a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The invoice was issued and not given back.
    InvoiceOutstanding,
}

/// A state that must be mended, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The state.
    pub condition: Condition,
    /// The rule.
    pub clause: Clause,
}

/// What becomes of gifts that came with the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftTerms {
    /// The rule; they become void.
    pub clause: Clause,
}

/// What becomes of frozen fees: they are released when the refund is done and are no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenTerms {
    /// The rule.
    pub clause: Clause,
}

/// The vendor's right to say no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discretion {
    /// Reasons of a denial that the vendor reserved.
    pub reason_codes: Vec<String>,
    /// Whether a denial while a billing run of the product is in progress is lawful.
    pub lawful_during_billing_run: bool,
    /// The rule.
    pub clause: Clause,
}

/// What must hold at the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseTerms {
    /// Whether nothing may be bought while bills are overdue.
    pub forbidden_while_overdue: bool,
    /// The rule.
    pub clause: Clause,
}

/// Refunds that one payment of the channel settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamePayment {
    /// Within so many seconds.
    pub seconds: u32,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) const CHANNEL: &[&str] = &["allowed", "clause", "place"];
pub(in crate::policy) const GIFTS: &[&str] = &["on_refund", "clause", "place"];
pub(in crate::policy) const FROZEN: &[&str] = &["release_by", "counts_as_refund", "clause", "place"];
pub(in crate::policy) const DISCRETION: &[&str] = &["reason_codes", "lawful_during", "clause", "place"];
pub(in crate::policy) const PURCHASE: &[&str] = &["forbidden_while_overdue", "clause", "place"];
pub(in crate::policy) const SAME_PAYMENT: &[&str] = &["within", "clause", "place"];

pub(in crate::policy) fn channel(keys: &Keys<'_, '_>) -> Option<ChannelTerms> {
    keys.only(CHANNEL);
    let allowed = keys.required(keys.words("allowed", "channel", &Channel::WORDS), "allowed")?;
    Some(ChannelTerms { allowed, clause: keys.clause() })
}

pub(in crate::policy) fn precondition(keys: &Keys<'_, '_>) -> Option<Precondition> {
    keys.only(&["if", "clause", "place"]);
    let words = [("invoice_outstanding", Condition::InvoiceOutstanding)];
    let condition = keys.required(keys.word("if", "precondition", &words), "if")?;
    Some(Precondition { condition, clause: keys.clause() })
}

pub(in crate::policy) fn gifts(keys: &Keys<'_, '_>) -> GiftTerms {
    keys.only(GIFTS);
    let _ = keys.word("on_refund", "gifts.on_refund", &[("void", ())]);
    GiftTerms { clause: keys.clause() }
}

pub(in crate::policy) fn frozen(keys: &Keys<'_, '_>) -> FrozenTerms {
    keys.only(FROZEN);
    let _ = keys.word("release_by", "frozen.release_by", &[("refund_done", ())]);
    if keys.flag("counts_as_refund") == Some(true) {
        keys.complain(
            keys.place("counts_as_refund"),
            "frozen.counts_as_refund can only be false: a release moves no money",
        );
    }
    FrozenTerms { clause: keys.clause() }
}

pub(in crate::policy) fn discretion(keys: &Keys<'_, '_>) -> Discretion {
    keys.only(DISCRETION);
    let lawful = keys.words("lawful_during", "lawful_during", &[("billing_run", ())]);
    Discretion {
        reason_codes: keys.strings("reason_codes").unwrap_or_default(),
        lawful_during_billing_run: lawful.is_some_and(|lawful| !lawful.is_empty()),
        clause: keys.clause(),
    }
}

pub(in crate::policy) fn purchase(keys: &Keys<'_, '_>) -> PurchaseTerms {
    keys.only(PURCHASE);
    PurchaseTerms {
        forbidden_while_overdue: keys.flag("forbidden_while_overdue").unwrap_or(false),
        clause: keys.clause(),
    }
}

pub(in crate::policy) fn same_payment(keys: &Keys<'_, '_>) -> Option<SamePayment> {
    keys.only(SAME_PAYMENT);
    let within = keys.required(keys.inner("within"), "within")?;
    within.only(&["minutes", "seconds"]);
    let minutes = within.count("minutes").map(|minutes| minutes.saturating_mul(60));
    let seconds = within.required(minutes.or_else(|| within.count("seconds")), "minutes")?;
    Some(SamePayment { seconds, clause: keys.clause() })
}
