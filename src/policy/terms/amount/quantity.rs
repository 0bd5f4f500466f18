//! `prorate_quantity`: paid × quantity left / quantity bought.

use super::{Computed, Inputs, TOO_LARGE};
use crate::{
    money::{Currency, Fraction, Money, Quantity, Ratio},
    policy::{
        file::Keys,
        question::{Facts, Unknown},
    },
};

pub(super) const WORD: &str = "prorate_quantity";

/// No parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms;

/// What it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
    /// Net quantity deducted, at most what was bought.
    pub consumed: Quantity,
    /// Quantity bought.
    pub bought: Quantity,
}

#[expect(clippy::unnecessary_wraps, reason = "every method is read so")]
pub(super) fn read(_: &Keys<'_, '_>) -> Option<Terms> {
    Some(Terms)
}

/// What the order bought.
pub(in crate::policy) fn bought(facts: &Facts<'_>) -> Result<Quantity, Unknown> {
    facts.order.quota.filter(|quota| quota.is_positive()).ok_or(Unknown::MissingField("quota"))
}

/// The share of what was bought; `None` where it cannot be computed.
pub(super) fn share(part: Quantity, bought: Quantity) -> Option<Fraction> {
    Fraction::new(i64::try_from(part.units()).ok()?, i64::try_from(bought.units()).ok()?)
}

pub(super) fn compute(_: &Terms, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
    let bought = bought(inputs.facts)?;
    let consumed = inputs.facts.net_posted(inputs.question).max(Quantity::ZERO).min(bought);
    let working = Working { base: inputs.base, consumed, bought };
    let left = Quantity::from_units(bought.units() - consumed.units());
    let exact =
        share(left, bought).and_then(|left| Ratio::whole(working.base).scaled(left)).ok_or(TOO_LARGE)?;
    Ok(Computed::Exact(exact, super::Working::ProrateQuantity(working)))
}

pub(super) fn text(_: &Terms) -> String {
    "paid × (bought − consumed) / bought".to_owned()
}

pub(super) fn lint(_: &Terms) -> Vec<String> {
    Vec::new()
}

impl Working {
    pub(super) fn text(&self, currency: Currency) -> String {
        format!("{} × ({} − {}) / {}", self.base.text(currency), self.bought, self.consumed, self.bought)
    }

    super::no_days!();
}
