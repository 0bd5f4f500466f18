//! How much is owed: a closed set of methods, each in a file of its own.
//!
//! A method says how it is read, what it computes, how its working is shown and what of it has no effect. To
//! add one: write its file and add its line to [`methods!`].

mod consumed;
mod days;
mod full;
mod ladder;
mod metered;
mod none;
mod prorate;
mod quantity;
mod step;
mod time_share;

use crate::{
    money::{Currency, Money, Ratio},
    policy::{
        file::Keys,
        model::{Clause, Policy},
        question::{Facts, Question, Unknown},
    },
};

pub use consumed::{Tier, UnitPrice};
pub(in crate::policy) use days::term_start;
pub use days::{DayTerms, TotalDays, Used, UsedDays, total_days, used_days};
pub use ladder::{Discount, Ladder, LadderBy};
pub use metered::{Count, Remainder};
pub(in crate::policy) use quantity::bought;
pub use step::{RoundStep, StepOf};
pub use time_share::Price;

/// The keys of the table, whatever the method.
pub(in crate::policy) const KEYS: &[&str] = &[
    "method",
    "base",
    "price",
    "used_days",
    "min_used",
    "total_days",
    "month_clip",
    "duration_discount",
    "lowest_discount",
    "coefficient",
    "remainder",
    "count",
    "hourly_discount",
    "until",
    "tiers",
    "tier_by",
    "unit_price",
    "round_step",
    "floor",
    "clause",
    "place",
];

/// How much is owed, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountTerms {
    /// The method.
    pub method: Method,
    /// The rule.
    pub clause: Clause,
}

/// What a method computes from.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Inputs<'f> {
    pub(in crate::policy) policy: &'f Policy,
    pub(in crate::policy) facts: &'f Facts<'f>,
    pub(in crate::policy) question: &'f Question,
    /// Paid in refundable tenders.
    pub(in crate::policy) base: Money,
}

/// What a method comes to.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) enum Computed {
    /// The exact sum, and how it was computed.
    Exact(Ratio, Working),
    /// Everything that was paid in refundable tenders, as it was paid.
    Whole,
    /// Nothing.
    Nothing,
    /// A fact is missing; the sum is at most this.
    AtMost(Ratio, Unknown),
}

/// Why nothing can be computed.
pub(in crate::policy) const TOO_LARGE: Unknown =
    Unknown::MissingField("an amount that can be computed with: it is too large");

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $module:ident),* $(,)?) => {
        /// How much is owed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Method {
            $($(#[$doc])* $name($module::Terms)),*
        }

        /// A computation with its inputs, kept to be shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Working {
            $($(#[$doc])* $name($module::Working)),*
        }

        /// Every method, by its word in policy files.
        const WORDS: &[(&str, fn(&Keys<'_, '_>) -> Option<Method>)] =
            &[$(($module::WORD, |keys| Some(Method::$name($module::read(keys)?)))),*];

        impl Method {
            /// The word in policy files.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $(Self::$name(_) => $module::WORD),* }
            }

            pub(in crate::policy) fn compute(&self, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
                match self { $(Self::$name(terms) => $module::compute(terms, inputs)),* }
            }

            /// The sum in a phrase.
            #[must_use]
            pub fn text(&self) -> String {
                match self { $(Self::$name(terms) => $module::text(terms)),* }
            }

            /// What of it has no effect.
            pub(in crate::policy) fn lint(&self) -> Vec<String> {
                match self { $(Self::$name(terms) => $module::lint(terms)),* }
            }
        }

        impl Working {
            /// The arithmetic up to its exact value: `499.00 × (31 − 5) / 31`.
            #[must_use]
            pub fn text(&self, currency: Currency) -> String {
                match self { $(Self::$name(working) => working.text(currency)),* }
            }

            /// Days used of days in all, where the sum goes by days.
            #[must_use]
            pub const fn days(&self) -> Option<(i64, i64)> {
                match self { $(Self::$name(working) => working.days()),* }
            }

            /// The same computation from another base, other days used or another term.
            #[must_use]
            pub fn with(&self, base: Money, used: i64, total: i64) -> Option<Ratio> {
                match self { $(Self::$name(working) => working.with(base, used, total)),* }
            }
        }
    };
}

methods! {
    /// What was paid.
    Full = full,
    /// Paid × days left / days.
    ProrateDays = prorate,
    /// Paid − price × days used / days.
    PaidMinusTimeShare = time_share,
    /// Paid − whole months at their price − the rest of a month.
    PaidMinusMetered = metered,
    /// Paid − consumed × the price of a unit.
    PaidMinusConsumed = consumed,
    /// Paid × quantity left / quantity bought.
    ProrateQuantity = quantity,
    /// Nothing.
    None = none,
}

/// Of methods whose sum goes by nothing that a neighbour could be told of.
macro_rules! no_days {
    () => {
        #[must_use]
        pub(super) const fn days(&self) -> Option<(i64, i64)> {
            None
        }

        #[must_use]
        pub(super) const fn with(
            &self,
            _: crate::money::Money,
            _: i64,
            _: i64,
        ) -> Option<crate::money::Ratio> {
            None
        }
    };
}
use no_days;

impl Working {
    /// Everything that was paid, as the start of a sum from which a fee is taken.
    pub(in crate::policy) const fn whole(base: Money) -> Self {
        Self::Full(full::Working { base })
    }
}

impl Method {
    /// Whether it gives back a part: a wrong sum is then a wrong proration.
    #[must_use]
    pub const fn prorates(&self) -> bool {
        !matches!(self, Self::Full(_) | Self::None(_))
    }

    /// Whether the sum itself depends on what was consumed.
    #[must_use]
    pub const fn depends_on_consumption(&self) -> bool {
        matches!(self, Self::PaidMinusConsumed(_) | Self::ProrateQuantity(_))
    }
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<AmountTerms> {
    keys.only(KEYS);
    let words: Vec<(&str, fn(&Keys<'_, '_>) -> Option<Method>)> = WORDS.to_vec();
    let read = keys.required(keys.word("method", "amount.method", &words), "method")?;
    let _ = keys.word("base", "amount.base", &[("refundable_paid", ())]);
    let _ = keys.word("month_clip", "amount.month_clip", &[("down", ())]);
    if keys.text("floor").is_some_and(|floor| floor != "0") {
        keys.complain(keys.place("floor"), "amount.floor can only be \"0\"");
    }
    Some(AmountTerms { method: read(keys)?, clause: keys.clause() })
}
