//! `prorate_days`: paid × days left / days.

use super::{
    Computed, Inputs, TOO_LARGE, Used,
    days::{self, DayTerms},
};
use crate::{
    money::{Currency, Money, Ratio},
    policy::{file::Keys, question::Unknown},
};

pub(super) const WORD: &str = "prorate_days";

/// How the days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How the days are counted.
    pub days: DayTerms,
}

/// What it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
    /// Time used, of the term.
    pub used: Used,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<Terms> {
    Some(Terms { days: days::read(keys)? })
}

pub(super) fn compute(terms: &Terms, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
    let working = Working { base: inputs.base, used: days::used(&terms.days, inputs)? };
    let exact = working.exact().ok_or(TOO_LARGE)?;
    Ok(Computed::Exact(exact, super::Working::ProrateDays(working)))
}

pub(super) fn text(terms: &Terms) -> String {
    let DayTerms { used, total, .. } = terms.days;
    format!("paid × (days − used) / days; used: {}, days: {}", used.text(), total.text())
}

pub(super) fn lint(terms: &Terms) -> Vec<String> {
    days::lint(&terms.days)
}

impl Working {
    fn exact(&self) -> Option<Ratio> {
        Ratio::whole(self.base).scaled(self.used.left()?)
    }

    pub(super) fn text(&self, currency: Currency) -> String {
        let base = self.base.text(currency);
        match self.used {
            Used { parts, per_day: 1, total } => format!("{base} × ({total} − {parts}) / {total}"),
            used => format!("{base} × (1 − {})", used.text()),
        }
    }

    pub(super) const fn days(&self) -> Option<(i64, i64)> {
        Some((self.used.days(), self.used.total))
    }

    #[expect(clippy::unused_self, reason = "every working has it")]
    pub(super) fn with(&self, base: Money, used: i64, total: i64) -> Option<Ratio> {
        Self { base, used: Used::of_days(used, total) }.exact()
    }
}
