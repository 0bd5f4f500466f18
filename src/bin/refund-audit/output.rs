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

/// Writes to standard output through a buffer.
pub(crate) fn write(act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(stdout().lock());
    act(&mut out).and_then(|()| out.flush()).context("standard output")
}
