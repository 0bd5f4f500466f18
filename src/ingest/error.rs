//! What stops a run before its first row: a file that is not there, a header nobody knows.

use std::{io, path::PathBuf};

use crate::{
    export::{
        convert::FileError,
        dialect::{DialectError, HeaderError},
        source::SourceError,
    },
    record::Role,
};

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// It cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has another size than when it was opened: it was written to, cut or replaced.
    #[error("{}: had {bytes_before} bytes when it was opened and has {bytes_now} now; read it again once nothing changes it", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// Its size when it was opened.
        bytes_before: u64,
        /// Its size when everything was read; 0 where it is gone.
        bytes_now: u64,
    },
    /// It gives no rows.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its header leads to no dialect, or to two.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It cannot be converted as a whole.
    #[error(transparent)]
    File(#[from] FileError),
    /// A mapping or dialect file does not fit.
    #[error(transparent)]
    Dialect(#[from] DialectError),
    /// A dialect is named for a file that is not among the inputs.
    #[error("--dialect {file}={dialect}: no such file among the inputs")]
    NoSuchInput {
        /// The file.
        file: String,
        /// The dialect.
        dialect: String,
    },
    /// A folder holds nothing to read.
    #[error("{}: no table in this folder or below it{}", path.display(), skipped(passed_over))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// What it holds instead, each with the reason why it was skipped.
        passed_over: Vec<String>,
    },
    /// It has not even a header, and nothing says what it was to tell of.
    #[error(
        "{file}: the file is empty, and nothing says what it was to tell of; name it with --orders, --usage, --refunds or --events"
    )]
    Empty {
        /// The file.
        file: String,
    },
    /// Its header is not that of any role.
    #[error("{file}:1: header not recognised: nearest to {}, which needs {}{hint}", role.word(), missing.join(", "))]
    UnknownHeader {
        /// The file.
        file: String,
        /// The role that misses least.
        role: Role,
        /// The columns it misses.
        missing: Vec<&'static str>,
        /// The near misses.
        hint: String,
    },
    /// Two of its columns have one name.
    #[error("{file}:1: column {column} appears twice in the header")]
    ColumnTwice {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// It is an export of other facts than it was given for.
    #[error("{file}: given as {}, but it is {dialect}, which has none", role.word())]
    OtherRole {
        /// The file.
        file: String,
        /// The role it was given for.
        role: Role,
        /// What it is.
        dialect: String,
    },
    /// Its name is given for another role than its header says.
    #[error("{file}:1: given as {}, but {column} is missing{hint}", role.word())]
    NotTheRole {
        /// The file.
        file: String,
        /// The role it was given for.
        role: Role,
        /// The first column that is missing.
        column: &'static str,
        /// The near miss.
        hint: String,
    },
}

/// What a folder without a table holds instead.
fn skipped(passed_over: &[String]) -> String {
    const NAMED: usize = 5;
    if passed_over.is_empty() {
        return " (*.csv, *.tsv, *.xlsx, *.parquet, *.gz, *.zst, *.zip)".to_owned();
    }
    let rest = passed_over.len().saturating_sub(NAMED);
    let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
    let named = passed_over.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    format!("; skipped: {named}{rest}. Name a file to read it anyway")
}
