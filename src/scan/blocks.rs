//! A whole input, a block at a time, on several threads.
//!
//! Each thread reads a chunk, learns at the [seam](super::stitch) which whole records it is to split, and
//! maps the block of them to a result; results are consumed in the order of the file. So what is consumed
//! does not depend on the number of threads or on their luck. In memory are at most one block and one
//! record cut off for each thread, and a few results.

use std::{num::NonZeroUsize, ops::ControlFlow};

use super::{Columns, Delimiter, Position, Records, ScanError, Source, workers};

/// How an input is to be scanned.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The columns wanted of each record.
    pub columns: Columns,
    /// What stands between fields.
    pub delimiter: Delimiter,
    /// How many threads read and split; the calling thread is one of them.
    pub threads: NonZeroUsize,
    /// How many bytes a thread reads at once.
    pub block_bytes: usize,
    /// How long a record may become before it counts as one that never ends; reached up to a block late.
    pub record_bytes_max: usize,
}

impl Scan {
    /// Fits into the second-level cache, and is large enough to make the bookkeeping of a block invisible.
    pub const BLOCK_BYTES: usize = 256 << 10;
    /// Far beyond any cell that is meant.
    pub const RECORD_BYTES_MAX: usize = 256 << 20;

    /// Scans for these columns, delimited by commas, on the calling thread.
    #[must_use]
    pub fn new(columns: Columns) -> Self {
        Self {
            columns,
            delimiter: Delimiter::COMMA,
            threads: NonZeroUsize::MIN,
            block_bytes: Self::BLOCK_BYTES,
            record_bytes_max: Self::RECORD_BYTES_MAX,
        }
    }

    /// Maps each block of `source` and returns the results in the order of the file.
    ///
    /// `start` is where the first record stands, behind the header as a rule.
    ///
    /// # Errors
    ///
    /// [`ScanError`] where the input cannot be read to its end.
    pub fn map<T: Send>(
        &self,
        source: Source<'_>,
        start: Position,
        map: impl Fn(&Block<'_>) -> T + Sync,
    ) -> Result<Vec<T>, ScanError> {
        let mut results = Vec::new();
        let consume = |result| {
            results.push(result);
            ControlFlow::Continue(())
        };
        self.run(source, start, || (), |(), block| map(block), consume)?;
        Ok(results)
    }

    /// Maps each block of `source` with the state of the thread that has it, and consumes the results in
    /// the order of the file until the consumer breaks.
    ///
    /// The states come back at the end. Which thread gets which block is chance, so a state may gather
    /// only what does not depend on order, such as sums, or what does not show, such as a cache.
    ///
    /// # Errors
    ///
    /// [`ScanError`] where the input cannot be read to its end; everything before that place was consumed.
    pub fn run<W: Send, T: Send>(
        &self,
        source: Source<'_>,
        start: Position,
        state: impl Fn() -> W + Sync,
        map: impl Fn(&mut W, &Block<'_>) -> T + Sync,
        consume: impl FnMut(T) -> ControlFlow<()> + Send,
    ) -> Result<Finished<W>, ScanError> {
        workers::run(self, source, start, &state, &map, consume)
    }
}

/// Whole records that stand next to each other in a file.
#[derive(Clone, Copy, Debug)]
pub struct Block<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) start: Position,
    pub(super) columns: &'b Columns,
    pub(super) delimiter: Delimiter,
}

impl<'b> Block<'b> {
    /// The records, in order.
    #[must_use]
    pub fn records(&self) -> Records<'b> {
        Records::new(self.bytes, self.start, self.columns, self.delimiter)
    }

    /// The records as they were written.
    #[must_use]
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Where the first byte stands.
    #[must_use]
    pub fn start(&self) -> Position {
        self.start
    }
}

/// What is known when a scan is over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finished<W> {
    /// The states of the threads, in no meaningful order.
    pub states: Vec<W>,
    /// Where the blocks end: the end of the input, unless the consumer broke.
    pub end: Position,
    /// Whether the consumer broke.
    pub stopped: bool,
    /// Chunks of which the beginning was guessed wrong, so that they were surveyed twice.
    pub resurveyed: u64,
}
