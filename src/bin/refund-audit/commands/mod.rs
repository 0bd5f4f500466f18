//! One command a file.

pub(crate) mod audit;
pub(crate) mod convert;
pub(crate) mod explain;
pub(crate) mod finding;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod policy;

use anyhow::Context;
use refund_audit::{
    engine::{Listed, Options},
    ingest::{Inputs, Reader, discover},
    record::Role,
    time::{Instant, Interval, Offset},
};

use crate::{
    args::{self, InputArgs, QuestionArgs},
    memory,
};

/// The files of a run.
pub(crate) fn inputs(args: &InputArgs) -> anyhow::Result<Inputs> {
    let mut inputs = discover(&args.paths)?;
    let given = [
        (Role::Orders, &args.orders),
        (Role::Usage, &args.usage),
        (Role::Refunds, &args.refunds),
        (Role::Events, &args.events),
    ];
    for (role, paths) in given {
        for path in paths {
            inputs = inputs.with(path, role);
        }
    }
    anyhow::ensure!(
        !inputs.files.is_empty(),
        "no exports named: give files or folders, for example `refund-audit audit exports/`"
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

/// The options of a run.
pub(crate) fn options(
    args: &QuestionArgs,
    opportunities: bool,
    writes_folder: bool,
) -> anyhow::Result<Options> {
    let zone = Offset::BEIJING;
    let as_of = args
        .as_of
        .as_deref()
        .map(|text| Instant::parse(text, zone).map_err(|why| anyhow::anyhow!("--as-of {text:?} {why}")));
    let covers = args
        .usage_covers
        .as_deref()
        .map(|text| Interval::parse(text, zone).map_err(|why| anyhow::anyhow!("--usage-covers {why}")));
    Ok(Options {
        as_of: as_of.transpose()?,
        usage_covers: covers.transpose()?,
        opportunities,
        digests: writes_folder,
        outcomes: if writes_folder { Listed::All } else { Listed::Touched },
        memory: args.memory.map(|size| size.0).or_else(memory::usual),
        parts: None,
        spill_dir: args.spill_dir.clone(),
        threads: args.threads.map(usize::from),
        reader: match args.reader {
            args::Reader::Blocks => Reader::BLOCKS,
            args::Reader::Csv => Reader::Csv,
        },
    })
}

/// As many threads as the machine has processors for this process.
fn threads() -> std::num::NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN)
}
