//! Where in an input something stands.

use super::windows::Seen;

/// A place in the text of an input: a byte, and the physical line it is on.
///
/// Lines are counted by line feeds, as editors and `grep -n` count them, so a line feed inside a quoted
/// field counts and a lone carriage return does not. The first line is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// One more than the line feeds before it.
    pub line: u64,
}

impl Position {
    /// Where every input starts.
    pub const START: Self = Self { offset: 0, line: 1 };
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

/// How many line feeds `bytes` has.
pub(super) fn line_feeds(bytes: &[u8]) -> u64 {
    Seen::in_bytes(bytes).line_feeds
}
