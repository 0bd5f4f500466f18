//! Standard output: colours where they are wanted, and a quiet end where the reader has gone.

use std::io::{self, IsTerminal, Write, stdout};

use anyhow::Context;
use refund_audit::{fit, report::Style, visible};

use crate::args::When;

/// Colours where they are wanted, and the width of the terminal where there is one.
pub(crate) fn style(when: When) -> Style {
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let choice = anstream::AutoStream::choice(&stdout());
            stdout().is_terminal() && choice != anstream::ColorChoice::Never
        }
    };
    // A terminal that does not say its size may have been told it by the shell.
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    let asked = terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0));
    let terminal = stdout().is_terminal().then(|| asked.or_else(told)).flatten();
    Style { colour, ..terminal.map_or_else(Style::default, Style::of_width) }
}

/// Writes text for a person, as wide as the terminal is, in which nothing of an input may steer it.
pub(crate) fn write_text(act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut text = Vec::new();
    act(&mut text).context("standard output")?;
    let text = fit(&visible(&String::from_utf8_lossy(&text)), style(When::Never).width);
    write(|out| out.write_all(text.as_bytes()))
}

/// Writes a list, one line an entry: what another program reads is not broken.
pub(crate) fn write_list(act: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    if stdout().is_terminal() {
        return write_text(act);
    }
    let mut text = Vec::new();
    act(&mut text).context("standard output")?;
    write(|out| out.write_all(visible(&String::from_utf8_lossy(&text)).as_bytes()))
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
