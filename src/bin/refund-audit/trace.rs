//! How long each stage of a run took, for those who measure.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use anyhow::Context;
use refund_audit::ingest::{Progress, Stage};

/// Whether the trace would overwrite a file that the run reads, by whatever name or link. Asked before the work is
/// done.
pub(crate) fn check(path: &Path, read: &[PathBuf]) -> anyhow::Result<()> {
    // What is not there yet is nobody's input.
    let Ok(trace) = same_file::Handle::from_path(path) else { return Ok(()) };
    let input = read.iter().find(|input| {
        let is_file = input.is_file();
        is_file && same_file::Handle::from_path(input).is_ok_and(|input| input == trace)
    });
    anyhow::ensure!(
        input.is_none(),
        "--trace {}: is an input of this run; write the trace to another file",
        path.display()
    );
    Ok(())
}

/// Tells progress on, and notes when stages begin and end.
pub(crate) struct Trace {
    shown: Box<dyn Progress>,
    begun: Instant,
    /// Name, beginning and end of each stage, in microseconds.
    stages: Mutex<Vec<(&'static str, u128, Option<u128>)>>,
}

impl Trace {
    pub(crate) fn new(shown: Box<dyn Progress>) -> Self {
        Self { shown, begun: Instant::now(), stages: Mutex::new(Vec::new()) }
    }

    fn enter(&self, name: &'static str) {
        let now = self.begun.elapsed().as_micros();
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((name, now, None));
    }

    fn leave(&self) {
        let now = self.begun.elapsed().as_micros();
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, end)) = stages.last_mut() {
            *end = Some(now);
        }
    }

    /// Does something that is no stage of the library.
    pub(crate) fn stage<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        self.enter(name);
        let done = work();
        self.leave();
        done
    }

    /// Writes the seconds of each stage as one JSON object, in the order in which they began, and what is left.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let all = self.begun.elapsed().as_micros();
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = |micros: u128| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let took = stages.iter().map(|stage| (stage.0, stage.2.unwrap_or(all).saturating_sub(stage.1)));
        let in_stages: u128 = took.clone().map(|(_, micros)| micros).sum();
        let other = all.saturating_sub(in_stages);
        let lines: Vec<String> = took
            .chain([("other", other)])
            .map(|(name, micros)| format!("  {name:?}: {}", seconds(micros)))
            .collect();
        fs::write(path, format!("{{\n{}\n}}\n", lines.join(",\n")))
            .with_context(|| format!("{}: the trace could not be written", path.display()))
    }
}

impl Progress for Trace {
    fn begin(&self, stage: Stage, total: u64) {
        self.enter(match stage {
            Stage::Reading => "reading orders, refunds, events",
            Stage::Finding => "finding orders",
            Stage::Usage => "reading usage",
            Stage::Judging => "judging",
            Stage::Summing => "summing up",
        });
        self.shown.begin(stage, total);
    }

    fn advance(&self, amount: u64) {
        self.shown.advance(amount);
    }

    fn end(&self) {
        self.leave();
        self.shown.end();
    }
}
