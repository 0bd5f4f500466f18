//! What stops a run.

use std::{io, path::PathBuf};

use crate::ingest::IngestError;

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Files that cannot be read, or whose headers nobody knows: every one of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Ingest(Vec<IngestError>),
    /// Memory does not do for what must be held at once.
    #[error("a run over these files on {threads} thread{} needs at least {} of memory; --memory allows {}{}",
        if *.threads == 1 { "" } else { "s" }, size(*.needed), size(*.allowed),
        if *.threads == 1 { "" } else { " (fewer --threads need less)" })]
    Memory {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that there may be.
        allowed: u64,
        /// On how many threads.
        threads: u64,
    },
    /// Files of a run that memory does not hold cannot be written or read.
    #[error("{}: the files of a run in parts cannot be kept there: {source}{}", folder.display(), hint(*.needed, .source))]
    Spill {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
        /// Bytes that the run needs there, about.
        needed: u64,
    },
    /// The threads asked for cannot be had.
    #[error("{threads} threads cannot be started: {why}")]
    Threads {
        /// How many.
        threads: usize,
        /// Why not.
        why: String,
    },
}

/// A size as people write it.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    format!("{} MiB", bytes.div_ceil(MIB))
}

/// How much room to make.
fn hint(needed: u64, source: &io::Error) -> String {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        format!("; about {} are needed (--spill-dir names another folder)", size(needed))
    } else {
        String::new()
    }
}
