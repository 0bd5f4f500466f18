//! How far the run is, told to whoever shows it.

/// A stretch of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading orders, refunds and events; counted in bytes.
    Reading,
    /// Finding orders by id, and which of them are in question; counted in orders.
    Finding,
    /// Reading usage; counted in bytes.
    Usage,
    /// Judging; counted in cases.
    Judging,
    /// Looking for patterns, and putting findings in order; counted in findings.
    Summing,
}

/// Told of progress; may be called from several threads at once.
pub trait Progress: Sync {
    /// A stage begins that is `total` long.
    fn begin(&self, stage: Stage, total: u64);
    /// So much more of it is done.
    fn advance(&self, amount: u64);
    /// It is over.
    fn end(&self);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Stage, _: u64) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}
