//! What a vendor owes, and why: policies as data, and the entitlement they give at an instant.
//!
//! A [`PolicyBook`] is loaded from TOML files (`data/policies/README.md` has the format). A [`Policy`]
//! has dated [`Version`]s; a version's [`Terms`] are a closed set of parameters; a [`Reading`] is a
//! named alternative where the vendor's text is open. [`entitle`] computes, from terms and facts alone,
//! every ground that stands against a refund and, where none does, the sum and its split.
//!
//! Nothing here knows CSV, findings or reports.

mod book;
mod builtin;
mod candidates;
mod entitlement;
mod error;
mod grounds;
mod lint;
mod merge;
mod model;
mod raw;
mod resolve;
mod sum;
mod why;

pub use book::{Match, PolicyBook};
pub use builtin::BUILTIN;
pub use candidates::Candidates;
pub(crate) use entitlement::evaluate;
pub use entitlement::{Eligibility, Entitlement, Facts, Question, Unknown, entitle};
pub use error::{PolicyError, PolicyErrors};
pub use grounds::{Ground, GroundKind};
pub use lint::{Lint, lint};
pub use model::*;
pub use sum::{Owed, Step, total_days, used_days};
pub use why::Why;
pub(crate) use why::duration;
