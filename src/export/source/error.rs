//! Why a file cannot be read at all. One bad row is never among these.

use std::{io, path::PathBuf};

use super::Place;

/// A file, or a part of one, that gives no rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The operating system refuses, or packed data is damaged or cut short.
    #[error("{place}: {source}")]
    Io {
        /// The file or part.
        place: String,
        /// What was refused.
        source: io::Error,
    },
    /// Nothing in it, as vendors' storage leaves placeholders.
    #[error("{0}: the file is empty")]
    Empty(String),
    /// Not a table of text.
    #[error("{place}: is {found}, not a table; export it as CSV")]
    NotATable {
        /// The file or part.
        place: String,
        /// What it is.
        found: &'static str,
    },
    /// An archive that cannot be trusted or read.
    #[error("{place}: {reason}")]
    Archive {
        /// The archive or member.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Packed data that unpacks to absurd size.
    #[error("{place}: {reason}; if it is what it claims to be, unpack it first")]
    Bomb {
        /// The file or member.
        place: String,
        /// Which limit it broke.
        reason: String,
    },
    /// A workbook that cannot be read.
    #[error("{place}: the workbook cannot be read: {reason}; save the sheet as CSV")]
    Workbook {
        /// The workbook.
        place: String,
        /// What its reader says.
        reason: String,
    },
    /// A format that this build leaves out.
    #[error(
        "{0}: this build reads no parquet, because it was made without the feature columns; export it as CSV"
    )]
    LeftOut(String),
    /// Two encodings were asked for and found.
    #[error("{place}: is not in the encoding asked for ({wanted})")]
    Encoding {
        /// The file.
        place: String,
        /// The name of the encoding.
        wanted: &'static str,
    },
    /// A path that is neither a file nor a folder.
    #[error("{}: no such file or folder", .0.display())]
    Missing(PathBuf),
}

impl SourceError {
    /// What went wrong while the bytes of a place were read.
    #[must_use]
    pub fn of_reading(place: &Place, source: io::Error) -> Self {
        let place = place.to_string();
        if source.kind() == io::ErrorKind::FileTooLarge {
            return Self::Bomb { place, reason: source.to_string() };
        }
        Self::Io { place, source }
    }
}
