//! What a vendor owes, and why: policies as data, and the entitlement they give at an instant.
//!
//! A [`PolicyBook`] is loaded from TOML files (`data/policies/README.md` has the format). A [`Policy`]
//! has dated [`Version`]s; a version's [`Terms`] are a closed set of parameters, for one way to a refund or for
//! several that are tried in order; a [`Reading`] is a named alternative where the vendor's text is open.
//! [`entitle`] computes, from terms and facts alone, every ground that stands against a refund and, where none
//! does, the sum and its split.
//!
//! `file` holds files as they are typed, `terms` what each table means, `load` joins both. Nothing here knows
//! CSV, findings or reports.

mod book;
mod builtin;
mod candidates;
mod ceiling;
mod entitlement;
mod error;
pub mod examples;
mod file;
mod grounds;
mod lint;
mod load;
mod migrate;
mod model;
mod owed;
mod prices;
mod question;
mod terms;
mod vendors;
mod why;
pub mod words;

pub use book::{Match, PolicyBook};
pub use builtin::BUILTIN;
pub use candidates::Candidates;
pub(crate) use ceiling::{ceiling, window_ends};
pub(crate) use entitlement::evaluate;
pub use entitlement::{Entitlement, entitle};
pub use error::{PolicyError, PolicyErrors};
pub(crate) use grounds::grounds;
pub use grounds::{Ground, GroundKind};
pub use lint::{Lint, lint};
pub use migrate::migrate;
pub use model::{Applies, Clause, Policy, Reading, SelectBy, Source, Version};
pub use owed::{Owed, Step};
pub use prices::Prices;
pub use question::{Eligibility, Facts, Question, Spent, Unknown};
pub use terms::{
    AmountTerms, Anchor, Before, Branch, ChannelTerms, Condition, Count, DayTerms, Deadline, Destination,
    Discount, Discretion, Due, EventState, Exclusion, Fee, FeeOf, FrozenTerms, GiftTerms, Ladder, LadderBy,
    Length, Metering, Method, Per, Period, Precondition, Predicate, Price, PurchaseTerms, Quota, Receiver,
    Remainder, RoundStep, Route, SamePayment, Span, Split, StepOf, TenderTerms, Terms, Tier, TotalDays,
    UnitPrice, UsageTerms, Used, UsedDays, Window, Within, Working, total_days, used_days,
};
pub use why::Why;
pub(crate) use why::duration;
