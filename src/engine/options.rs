//! What a run is asked to do.

use std::{num::NonZeroUsize, path::PathBuf};

use crate::{
    ingest::Reader,
    time::{Instant, Interval},
};

/// Which orders of a run get an outcome of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// Every one.
    #[default]
    All,
    /// Those that something was asked or is to be said about; the others are counted.
    Touched,
}

/// The options of a run that change its result, and those that change only its speed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The date the question is asked for; `None` takes the latest instant of the refund and usage exports.
    pub as_of: Option<Instant>,
    /// The interval for which the deduction export is complete; `None` takes the days of its postings.
    pub usage_covers: Option<Interval>,
    /// Whether unclaimed refunds are findings.
    pub opportunities: bool,
    /// How many times 24 hours a request may lie before the completion of its refund, where neither the export
    /// nor the policy says; `None` takes seven.
    pub request_lag_days: Option<u32>,
    /// Whether inputs are digested for the manifest.
    pub digests: bool,
    /// Which orders get an outcome.
    pub outcomes: Listed,
    /// Whether a row is kept for each refund; they are counted in any case.
    pub refund_rows: bool,
    /// How many bytes of memory a run may take; `None` sets no limit.
    pub memory: Option<u64>,
    /// In how many parts a run is to be taken however much memory there is; `None` leaves it to `memory`.
    pub parts: Option<NonZeroUsize>,
    /// Where files go that memory does not hold; `None` takes the system's folder for such files.
    pub spill_dir: Option<PathBuf>,
    /// How many threads; `None` takes one for each core.
    pub threads: Option<usize>,
    /// What splits canonical files into rows.
    pub reader: Reader,
}
