//! `full`: everything that was paid in refundable tenders.

use super::{Computed, Inputs};
use crate::{
    money::{Currency, Money},
    policy::{file::Keys, question::Unknown},
};

pub(super) const WORD: &str = "full";

/// No parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms;

/// What a fee is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
}

#[expect(clippy::unnecessary_wraps, reason = "every method is read so")]
pub(super) fn read(_: &Keys<'_, '_>) -> Option<Terms> {
    Some(Terms)
}

#[expect(clippy::unnecessary_wraps, reason = "every method computes so")]
pub(super) fn compute(_: &Terms, _: &Inputs<'_>) -> Result<Computed, Unknown> {
    Ok(Computed::Whole)
}

pub(super) fn text(_: &Terms) -> String {
    "what was paid in refundable tenders".to_owned()
}

pub(super) fn lint(_: &Terms) -> Vec<String> {
    Vec::new()
}

impl Working {
    pub(super) fn text(&self, currency: Currency) -> String {
        self.base.text(currency)
    }

    super::no_days!();
}
