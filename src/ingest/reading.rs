//! How canonical files are read. Nothing here changes what is read, only how fast.

use std::num::NonZeroUsize;

use super::progress::Progress;
use crate::{export::source::InBlocks, scan::Scan};

/// What splits canonical files into rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Blocks over all threads, byte by byte.
    Blocks {
        /// How many bytes a thread reads at once.
        bytes: usize,
    },
    /// The `csv` crate, row by row: the reference.
    Csv,
}

impl Reader {
    /// Blocks of the size that is fastest.
    pub const BLOCKS: Self = Self::Blocks { bytes: Scan::BLOCK_BYTES };
}

impl Default for Reader {
    fn default() -> Self {
        Self::BLOCKS
    }
}

/// How files are to be read.
#[derive(Clone, Copy)]
pub struct Reading<'p> {
    /// What splits them.
    pub reader: Reader,
    /// How many threads read one file; the calling thread is one of them.
    pub threads: NonZeroUsize,
    /// Whether files are digested.
    pub digest: bool,
    /// How long a row may become before it counts as one that never ends.
    pub row_bytes_max: usize,
    /// Who is told how far it is.
    pub progress: &'p dyn Progress,
}

impl<'p> Reading<'p> {
    /// Far beyond any row that is meant.
    pub const ROW_BYTES_MAX: usize = 32 << 20;

    /// Reads in blocks on the calling thread alone, without digests.
    #[must_use]
    pub fn new(progress: &'p dyn Progress) -> Self {
        Self {
            reader: Reader::default(),
            threads: NonZeroUsize::MIN,
            digest: false,
            row_bytes_max: Self::ROW_BYTES_MAX,
            progress,
        }
    }

    /// How the text of an export is read; `None` row by row.
    pub(super) const fn in_blocks(&self) -> Option<InBlocks> {
        match self.reader {
            Reader::Blocks { bytes } => Some(InBlocks { threads: self.threads, bytes }),
            Reader::Csv => None,
        }
    }
}
