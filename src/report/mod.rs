//! The same audit in several forms. Nothing here knows how a finding came about.
//!
//! A format is one file and one line in [`FORMATS`]. The run folder ([`write_folder`]) holds every form
//! that other tools rely on, and appears whole or not at all.

#[cfg(feature = "columns")]
mod columns;
mod csv_files;
mod folder;
mod guard;
mod headline;
mod inspect;
mod json;
mod manifest;
mod markdown;
mod outcomes;
mod refunds;
mod rows;
mod score;
mod side_by_side;
mod summary;
mod summary_json;
mod text;

pub use folder::{FolderError, check_folder, check_inputs_outside, write_folder, write_whole};
pub use inspect::inspect;
pub use manifest::{Manifest, PolicyFile};
pub use rows::{EvidenceRow, FindingRow};
pub use score::{KindScore, Score, ScoreError};
pub use summary::{KindLine, MoneyLine, Summary, Undecided};
pub use text::Style;

use std::io::{self, Write};

use crate::engine::Audit;

/// What every form is made from.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What came of the run.
    pub audit: &'a Audit,
    /// Its sums.
    pub summary: &'a Summary,
    /// What is needed to repeat it.
    pub manifest: &'a Manifest,
    /// Colours and the width of text.
    pub style: Style,
    /// The inputs and the options of the question as they were typed, each ready for a shell: for commands to be
    /// pasted.
    pub typed: &'a [String],
}

/// A word as a shell reads it as one; nothing for one that no shell can read.
#[must_use]
pub fn quoted(word: &str) -> Option<String> {
    shlex::try_quote(word).ok().map(std::borrow::Cow::into_owned)
}

/// A form of the report on standard output.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name in `--format`.
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// Writes it.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// Every form, the default first.
pub const FORMATS: &[Format] = &[
    Format { name: "text", about: "a summary for a person", write: text::write },
    Format { name: "json", about: "the findings as one array", write: json::write_array },
    Format { name: "jsonl", about: "the findings, one object a line", write: json::write_lines },
    Format { name: "csv", about: "the findings as a table", write: csv_files::write_findings },
    Format { name: "refunds", about: "one row a refund, as refunds.csv", write: refunds::write },
    Format { name: "markdown", about: "summary and findings for a ticket or a wiki", write: markdown::write },
];
