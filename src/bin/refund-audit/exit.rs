//! The exit codes, and how trouble becomes one.

use std::{io, process::ExitCode};

use refund_audit::{engine::AuditError, ingest::IngestError, visible};

/// What the program tells its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything read, judged, and clean at `--fail-on`.
    Clean = 0,
    /// There are findings of the class `--fail-on` or graver, or refunds that it asks for are not decided.
    Findings = 1,
    /// The command line, the configuration or a policy is wrong; or a file cannot be read or written.
    Usage = 2,
    /// Data is incomplete: rows rejected, an input empty, nothing to audit, totals that do not tie, too many refunds
    /// undetermined, an as-of date before every row; or the results are, because the disk is full.
    Incomplete = 3,
    /// A promise of the program is broken.
    Internal = 4,
}

impl Exit {
    /// The code for the operating system.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }

    /// Help and version are no errors; anything else that clap says is a usage error.
    #[expect(clippy::print_stderr, reason = "the program, where nothing else can be told")]
    pub(crate) fn of_clap(error: &clap::Error) -> Self {
        let failed = error.print().is_err();
        if failed && error.use_stderr() {
            eprintln!("{error}");
        }
        if error.use_stderr() { Self::Usage } else { Self::Clean }
    }
}

/// Prints an error with its causes and says which code it is.
#[expect(clippy::print_stderr, reason = "this is where the program speaks of errors")]
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    for (at, text) in said.iter().map(|text| without_number(&visible(text))).enumerate() {
        let lead = if at == 0 { "refund-audit: " } else { "  because " };
        eprintln!("{lead}{}", text.replace('\n', "\n              "));
    }
    // An input without even a header is missing data, not a wrong command line.
    // A full disk cuts the results short and says nothing about the call.
    if error.chain().any(|cause| is_empty_input(cause) || is_full_disk(cause)) {
        Exit::Incomplete
    } else {
        Exit::Usage
    }
}

/// A message of the operating system without the number that it ends with, which tells nobody anything.
fn without_number(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(from) = text.find(" (os error ") {
        let Some(length) = text[from..].find(')') else { break };
        text.replace_range(from..=from + length, "");
    }
    text
}

fn is_full_disk(cause: &(dyn std::error::Error + 'static)) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    cause
        .downcast_ref::<io::Error>()
        .is_some_and(|error| matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge))
}

fn is_empty_input(cause: &(dyn std::error::Error + 'static)) -> bool {
    let Some(AuditError::Ingest(errors)) = cause.downcast_ref() else { return false };
    errors.iter().all(|error| matches!(error, IngestError::Empty { .. }))
}
