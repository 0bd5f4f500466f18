//! Standard output: colours where they are wanted, and a quiet end where the reader has gone.

use std::io::{self, IsTerminal, Write, stdout};

use anyhow::Context;
use refund_audit::report::Style;

use crate::args::When;

/// Whether to use colours.
pub(crate) fn style(when: When) -> Style {
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let choice = anstream::AutoStream::choice(&stdout());
            stdout().is_terminal() && choice != anstream::ColorChoice::Never
        }
    };
    Style { colour }
}

/// Writes to standard output through a buffer. A reader that has gone ends the writing and nothing else: what the
/// program found out, and so its exit code, is the same.
pub(crate) fn write(act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(stdout().lock());
    match act(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still in the buffer has no reader either.
            let _ = out.into_parts();
            Ok(())
        }
        written => written.context("standard output"),
    }
}
