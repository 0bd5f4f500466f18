//! What a run is asked to do.

use crate::{
    ingest::Reader,
    time::{Instant, Interval},
};

/// The options of a run that change its result, and those that change only its speed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The date the question is asked for; `None` takes the latest instant of the refund and usage exports.
    pub as_of: Option<Instant>,
    /// The interval for which the deduction export is complete; `None` takes the days of its postings.
    pub usage_covers: Option<Interval>,
    /// Whether unclaimed refunds are findings.
    pub opportunities: bool,
    /// Whether inputs are digested for the manifest.
    pub digests: bool,
    /// How many threads; `None` takes one for each core.
    pub threads: Option<usize>,
    /// What splits canonical files into rows.
    pub reader: Reader,
}
