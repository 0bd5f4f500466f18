//! What stops a scan.

use std::io;

use super::Position;

/// Why an input could not be read to its end. The message is to be put behind the name of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The system refused to read on, or the compressed stream is damaged.
    #[error("cannot be read beyond byte {offset}: {source}")]
    Unreadable {
        /// How far it was read.
        offset: u64,
        /// What the system says.
        source: io::Error,
    },
    /// The file became shorter while it was read.
    #[error("shrank to {found} bytes while it was read; it had {wanted}")]
    Shrank {
        /// Its length when the scan began.
        wanted: u64,
        /// How far it could be read.
        found: u64,
    },
    /// A record that never seems to end, mostly one with an unclosed quote.
    #[error("has a record of more than {limit} bytes on line {}; is a quote left open there?", .start.line)]
    RecordTooLong {
        /// Where it begins; empty lines may still come first.
        start: Position,
        /// What is allowed.
        limit: usize,
    },
}
