//! What is wrong with a dialect file, and why a header is not recognised.

use crate::export::source::SourceError;

/// A dialect or mapping file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {reason}")]
pub struct DialectError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was found and what was wanted.
    pub reason: String,
}

impl DialectError {
    /// An error at a byte of a file's text.
    pub(crate) fn at(file: &str, text: &str, byte: usize, reason: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: reason.into(),
        }
    }
}

/// Why a file's header leads to no dialect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// No dialect has this header.
    #[error("{place}: the header is of no known export; {advice}")]
    Unknown {
        /// The file.
        place: String,
        /// The nearest dialect, where one is near at all.
        nearest: Option<String>,
        /// The columns it misses, by their usual name.
        missing: Vec<String>,
        /// What to do.
        advice: String,
    },
    /// The layout is known, and not read.
    #[error("{place}: is {is}; {instead}")]
    Refused {
        /// The file.
        place: String,
        /// What it is.
        is: String,
        /// What to do instead.
        instead: String,
    },
    /// Two dialects have this header.
    #[error(
        "{place}: the header fits the dialects {first} and {second}; say which with --dialect FILE={first} or \
         --dialect FILE={second}"
    )]
    Ambiguous {
        /// The file.
        place: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// Two columns stand for one field.
    #[error(transparent)]
    TwoColumns(Box<TwoColumns>),
    /// A column that stands for a field has cells that are no text.
    #[error(
        "{place}: the column \"{column}\" holds {kind}, which is not read, and stands for the field {field} of \
         {dialect}; export it as text, or as a decimal where it is an amount"
    )]
    Unreadable {
        /// The file.
        place: String,
        /// The column.
        column: String,
        /// What it holds.
        kind: String,
        /// The field.
        field: String,
        /// The dialect.
        dialect: String,
    },
    /// The dialect asked for has other columns.
    #[error("{place}: the header does not have the columns {missing:?} of the dialect {dialect}")]
    Misfit {
        /// The file.
        place: String,
        /// The dialect asked for.
        dialect: String,
        /// What it misses.
        missing: Vec<String>,
    },
    /// There is no dialect of that name.
    #[error("there is no dialect {asked}; known are {known}")]
    NoSuchDialect {
        /// The name asked for.
        asked: String,
        /// The names there are.
        known: String,
    },
    /// The file gives no rows.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Two columns of a header that stand for one field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place}:{line}: the columns \"{first}\" and \"{second}\" both claim the field {field} of {dialect}; remove one, or \
     say which with --mapping"
)]
pub struct TwoColumns {
    /// The file.
    pub place: String,
    /// The line of the header.
    pub line: u64,
    /// The dialect.
    pub dialect: String,
    /// The field.
    pub field: String,
    /// One column.
    pub first: String,
    /// The other.
    pub second: String,
}
