//! One command a file.

pub(crate) mod audit;
pub(crate) mod convert;
pub(crate) mod coverage;
pub(crate) mod explain;
pub(crate) mod finding;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod policy;
pub(crate) mod score;
pub(crate) mod selftest;
pub(crate) mod sources;

use std::path::{Path, PathBuf};

use anyhow::Context;
use refund_audit::{
    engine::{Listed, Options},
    ingest::{Inputs, Reader, discover},
    nearest,
    record::Role,
    report::quoted,
    time::{CivilDate, Instant, Interval, Offset},
};

use crate::{
    args::{self, InputArgs, QuestionArgs},
    memory,
};

/// The files of a run.
pub(crate) fn inputs(args: &InputArgs, command: &str) -> anyhow::Result<Inputs> {
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| in_place(path)).collect();
    let given_by_role = [&args.orders, &args.usage, &args.refunds, &args.events].into_iter().flatten();
    for path in paths.iter().chain(given_by_role) {
        check_there(path)?;
    }
    let mut inputs = discover(&paths)?;
    let given = [
        (Role::Orders, &args.orders),
        (Role::Usage, &args.usage),
        (Role::Refunds, &args.refunds),
        (Role::Events, &args.events),
    ];
    for (role, paths) in given {
        for path in paths {
            inputs = inputs.with(in_place(path), role);
        }
    }
    for path in &args.request_times {
        inputs.dialects.push((path.clone(), "request-times".to_owned()));
        if !inputs.files.iter().any(|(known, _)| known == path) {
            inputs.files.push((path.clone(), None));
        }
    }
    anyhow::ensure!(
        !inputs.files.is_empty(),
        "no exports named: give files or folders, for example `refund-audit {command} exports/`"
    );
    for asked in &args.dialect {
        let Some((file, id)) = asked.rsplit_once('=') else {
            anyhow::bail!("--dialect {asked:?} is not of the form FILE=ID");
        };
        inputs.dialects.push((file.into(), id.to_owned()));
    }
    for path in &args.mapping {
        let name = path.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).with_context(|| format!("mapping file {name}"))?;
        inputs.mappings.push((name, text));
    }
    Ok(inputs)
}

/// `-` is standard input.
fn in_place(path: &Path) -> PathBuf {
    if cfg!(unix) && path == Path::new("-") { PathBuf::from("/dev/stdin") } else { path.to_owned() }
}

/// Whether something is there, with the nearest name beside it where nothing is.
fn check_there(path: &Path) -> anyhow::Result<()> {
    let Err(error) = std::fs::metadata(path) else { return Ok(()) };
    if error.kind() != std::io::ErrorKind::NotFound || path == Path::new("-") {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let near = nearest(&wanted, names.iter().map(String::as_str));
    let near = near.map(|near| format!("; did you mean {}", path.with_file_name(near).display()));
    anyhow::bail!("{}: No such file or directory{}", path.display(), near.unwrap_or_default())
}

/// The options of the question.
pub(crate) fn options(args: &QuestionArgs) -> anyhow::Result<Options> {
    let as_of = args.as_of.as_deref().map(as_of).transpose()?;
    let usage_covers = args.usage_covers.as_deref().map(covered).transpose()?;
    Ok(Options {
        as_of,
        usage_covers,
        outcomes: Listed::Touched,
        request_lag_days: args.request_lag,
        memory: args.memory.map(|size| size.0).or_else(memory::usual),
        spill_dir: args.spill_dir.clone(),
        threads: args.threads.map(usize::from),
        reader: match args.reader {
            args::Reader::Blocks => Reader::BLOCKS,
            args::Reader::Csv => Reader::Csv,
        },
        ..Options::default()
    })
}

/// As many threads as the machine has processors for this process.
fn threads() -> std::num::NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN)
}

/// An instant, or the last one of a day.
fn as_of(text: &str) -> anyhow::Result<Instant> {
    let zone = Offset::BEIJING;
    match CivilDate::parse(text) {
        Some(day) => Ok(day.plus_days(1).start_at(zone).plus_micros(-1)),
        None => Instant::parse(text, zone).map_err(|why| anyhow::anyhow!("--as-of {text:?} {why}")),
    }
}

/// An interval of instants or days, or a month.
fn covered(text: &str) -> anyhow::Result<Interval> {
    let zone = Offset::BEIJING;
    if let Some(first) = CivilDate::parse(&format!("{text}-01")) {
        let next = first.plus_months_clipped(1);
        return Ok(Interval { from: Some(first.start_at(zone)), to: Some(next.start_at(zone)) });
    }
    Interval::parse(text, zone).map_err(|why| anyhow::anyhow!("--usage-covers {why}"))
}

/// The inputs and the question as they were typed, each word ready for a shell, in an order that does not depend
/// on that of the files. A word that no shell can read is left out, and with it the promise that the command can be
/// pasted.
pub(crate) fn typed(inputs: &InputArgs, question: &QuestionArgs) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |option: &str, mut values: Vec<String>| {
        values.sort();
        for value in values.iter().filter_map(|value| quoted(value)) {
            words.extend((!option.is_empty()).then(|| option.to_owned()));
            words.push(value);
        }
    };
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    add("", paths(&inputs.paths));
    add("--orders", paths(&inputs.orders));
    add("--usage", paths(&inputs.usage));
    add("--refunds", paths(&inputs.refunds));
    add("--events", paths(&inputs.events));
    add("--dialect", inputs.dialect.clone());
    add("--mapping", paths(&inputs.mapping));
    add("--as-of", question.as_of.iter().cloned().collect());
    add("--usage-covers", question.usage_covers.iter().cloned().collect());
    add("--policies", paths(&question.policies));
    words.extend(question.no_builtin_policies.then(|| "--no-builtin-policies".to_owned()));
    words
}
