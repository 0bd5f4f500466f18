//! The bar: bytes read with rate and remaining time, then cases judged.

use std::{
    io::{IsTerminal, stderr},
    sync::Mutex,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use refund_audit::ingest::{Progress, Silent, Stage};

use crate::args::When;

/// The bar on stderr.
struct Bar {
    current: Mutex<Option<ProgressBar>>,
}

/// What shows progress: a bar on a terminal, or where it is asked for; else nothing.
pub(crate) fn progress(when: When, quiet: bool) -> Box<dyn Progress> {
    let shown = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => !quiet && stderr().is_terminal(),
    };
    if shown { Box::new(Bar { current: Mutex::new(None) }) } else { Box::new(Silent) }
}

impl Bar {
    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut current) = self.current.lock() {
            act(&mut current);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, stage: Stage, total: u64) {
        let template = match stage {
            Stage::Reading => "reading {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            Stage::Judging => "judging {bar:30} {pos}/{len} cases {per_sec} {eta}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
        bar.set_style(style);
        self.with(|current| *current = Some(bar));
    }

    fn advance(&self, amount: u64) {
        self.with(|current| {
            if let Some(bar) = current {
                bar.inc(amount);
            }
        });
    }

    fn end(&self) {
        self.with(|current| {
            if let Some(bar) = current.take() {
                bar.finish_and_clear();
            }
        });
    }
}
