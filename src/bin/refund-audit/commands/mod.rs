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
    engine::{AuditError, Options},
    ingest::{FileRead, Inputs, check_unchanged, discover},
    record::Role,
    time::{Instant, Interval, Offset},
};

use crate::args::{InputArgs, QuestionArgs};

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

/// Refuses to go on with files that changed while they were read.
pub(crate) fn unchanged(files: &[FileRead]) -> Result<(), AuditError> {
    check_unchanged(files).map_err(AuditError::Ingest)
}

/// The options of a run.
pub(crate) fn options(args: &QuestionArgs, opportunities: bool, digests: bool) -> anyhow::Result<Options> {
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
        digests,
        threads: args.threads.map(usize::from),
    })
}
