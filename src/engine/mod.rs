//! The pipeline, one function a stage: read, assemble, judge in parallel, sum up.

mod assemble;
mod error;
mod run_checks;
mod options;
mod run;
mod wanting;

pub use error::AuditError;
pub use options::Options;
pub use run::{Audit, Coverage, Survey, Told, audit, survey, tell};
