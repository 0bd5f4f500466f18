//! `none`: nothing comes back.

use super::{Computed, Inputs};
use crate::{
    money::Currency,
    policy::{file::Keys, question::Unknown},
};

pub(super) const WORD: &str = "none";

/// No parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms;

/// Nothing is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working;

#[expect(clippy::unnecessary_wraps, reason = "every method is read so")]
pub(super) fn read(_: &Keys<'_, '_>) -> Option<Terms> {
    Some(Terms)
}

#[expect(clippy::unnecessary_wraps, reason = "every method computes so")]
pub(super) fn compute(_: &Terms, _: &Inputs<'_>) -> Result<Computed, Unknown> {
    Ok(Computed::Nothing)
}

pub(super) fn text(_: &Terms) -> String {
    "nothing".to_owned()
}

pub(super) fn lint(_: &Terms) -> Vec<String> {
    Vec::new()
}

impl Working {
    #[expect(clippy::unused_self, reason = "every working has it")]
    pub(super) fn text(&self, _: Currency) -> String {
        "nothing".to_owned()
    }

    super::no_days!();
}
