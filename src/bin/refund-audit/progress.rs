//! The bar: bytes read with rate and remaining time, then cases judged.

use std::{
    io::{IsTerminal, stderr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use refund_audit::ingest::{Progress, Silent, Stage};

use crate::args::When;

/// What is done in a stage, and what it is counted in.
type Unit = (&'static str, &'static str);

/// The stage under way. There is one terminal, so there is one bar.
type Current = Option<(ProgressBar, Unit)>;
static CURRENT: Mutex<Current> = Mutex::new(None);

/// The bar on stderr; where that is no terminal, a line at the end of each stage instead.
struct Bar {
    on_terminal: bool,
}

fn current() -> MutexGuard<'static, Current> {
    // Whatever panicked, the bar is whole or absent.
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the bar off the terminal. As long as the guard lives, nobody draws another.
pub(crate) fn clear() -> impl Drop {
    let mut current = current();
    if let Some((bar, _)) = current.take() {
        bar.finish_and_clear();
    }
    current
}

/// What shows progress: a bar on a terminal, or where it is asked for; else nothing.
pub(crate) fn progress(when: When, quiet: bool) -> Box<dyn Progress> {
    let shown = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => !quiet && stderr().is_terminal(),
    };
    if shown { Box::new(Bar { on_terminal: stderr().is_terminal() }) } else { Box::new(Silent) }
}

impl Progress for Bar {
    fn begin(&self, stage: Stage, total: u64) {
        let (template, unit) = match stage {
            Stage::Reading => {
                ("reading {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}", ("reading", "bytes"))
            }
            Stage::Finding => ("finding orders {bar:30} {pos}/{len}", ("finding", "orders")),
            Stage::Usage => {
                ("usage {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}", ("reading usage", "bytes"))
            }
            Stage::Summing => ("summing up {bar:30} {pos}/{len}", ("summing up", "findings")),
            Stage::Judging => ("judging {bar:30} {pos}/{len} cases {per_sec} {eta}", ("judging", "cases")),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
        bar.set_style(style);
        *current() = Some((bar, unit));
    }

    fn advance(&self, amount: u64) {
        if let Some((bar, _)) = &*current() {
            bar.inc(amount);
        }
    }

    fn end(&self) {
        if let Some((bar, unit)) = current().take() {
            bar.finish_and_clear();
            if !self.on_terminal {
                told(bar.position(), unit);
            }
        }
    }
}

/// What a stage came to, for a log.
#[expect(clippy::print_stderr, reason = "progress was asked for where there is no terminal")]
fn told(done: u64, (stage, what): Unit) {
    eprintln!("{stage}: {done} {what}");
}
