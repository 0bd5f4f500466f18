//! The pipeline, one function a stage: read, assemble, judge in parallel, sum up. A run that memory does not
//! hold goes through the same stages in parts.

mod aside;
mod budget;
mod decisions;
mod error;
mod events;
mod judging;
mod kept;
mod linking;
mod marks;
mod options;
mod orders;
mod outcomes;
mod part;
mod parts;
mod patterns;
mod read;
mod refunds;
mod run;
mod run_checks;
mod said;
mod wanting;
mod whole;

pub use decisions::{DecisionGroup, DecisionSum, Decisions};
pub use error::AuditError;
pub use options::{Listed, Options};
pub use orders::Untouched;
pub use outcomes::{Outcomes, Stretch};
pub use run::{Audit, Coverage, NamedBy, Survey, Told, audit, survey, tell};
