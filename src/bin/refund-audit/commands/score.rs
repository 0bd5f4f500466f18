//! A run against the truth of its generated exports.

use std::{fs, path::PathBuf};

use anyhow::Context;
use refund_audit::report::{KindScore, Score};

use crate::{args::ScoreArgs, exit::Exit, output};

/// Orders that are named one by one.
const NAMED_MAX: usize = 20;

pub(crate) fn run(args: &ScoreArgs) -> anyhow::Result<Exit> {
    let findings = if args.run.is_dir() { args.run.join("findings.jsonl") } else { args.run.clone() };
    let read = |path: &PathBuf| {
        fs::read_to_string(path).with_context(|| format!("{} cannot be scored", path.display()))
    };
    let (found, truth) = (read(&findings)?, read(&args.truth)?);
    let names = [&findings, &args.truth].map(|path| path.display().to_string());
    let score = Score::of((&names[0], &found), (&names[1], &truth))?;
    output::write_list(|out| {
        writeln!(out, "{:<32} {:>8} {:>8} {:>12}", "finding", "found", "missed", "not planted")?;
        let mut line = |name: &str, kind: KindScore| {
            writeln!(out, "{name:<32} {:>8} {:>8} {:>12}", kind.found, kind.missed, kind.not_planted)
        };
        for (name, kind) in &score.kinds {
            line(name, *kind)?;
        }
        line("total", score.total())?;
        for (what, list) in [("missed", &score.missed), ("not planted", &score.not_planted)] {
            for (order, kind) in list.iter().take(NAMED_MAX) {
                writeln!(out, "{what}: {kind} of {order}")?;
            }
            let more = list.len().saturating_sub(NAMED_MAX);
            if more > 0 {
                writeln!(out, "{what}: {more} more")?;
            }
        }
        Ok(())
    })?;
    Ok(if score.is_exact() { Exit::Clean } else { Exit::Findings })
}
