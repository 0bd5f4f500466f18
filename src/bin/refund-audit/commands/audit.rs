//! The main job.

use std::path::PathBuf;

use refund_audit::{
    engine::{self, Listed, Options},
    finding::Class,
    ingest::Inputs,
    report::{
        FORMATS, Manifest, PolicyFile, Report, Summary, check_folder, check_inputs_outside, write_folder,
    },
    visible,
};

use super::{inputs, options, typed};
use crate::{
    args::{AuditArgs, FailOn, Guard, Listing},
    exit::Exit,
    output, policies,
    progress::progress,
    trace::{self, Trace},
};

pub(crate) fn run(args: &AuditArgs) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.out {
        check_folder(folder, args.force)?;
    }
    let (files, book) = policies::of_question(&args.question)?;
    let inputs = inputs(&args.inputs, "audit")?;
    let read = files_read(args, &inputs, &files);
    if let Some(folder) = &args.out {
        check_inputs_outside(folder, read.iter().map(PathBuf::as_path))?;
    }
    if let Some(path) = &args.trace {
        trace::check(path, &read)?;
    }
    let options = Options {
        opportunities: args.opportunities,
        digests: args.out.is_some(),
        outcomes: if args.out.is_some() && args.outcomes == Listing::All {
            Listed::All
        } else {
            Listed::Touched
        },
        refund_rows: args.out.is_some() || args.format == "refunds",
        ..options(&args.question)?
    };
    if let Some(threads) = options.threads {
        // What is written is rendered on as many threads as the rest.
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let trace = Trace::new(progress(args.question.progress, args.question.quiet));
    let audit = engine::audit(&inputs, &book, &options, &trace)?;
    let summary = trace.stage("adding up", || Summary::of(&audit))?;
    if !args.question.quiet {
        warn_of_unknown_columns(&audit);
    }
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        fail_on: args.fail_on.word().to_owned(),
        opportunities: args.opportunities,
        allow_rejects: args.allow_rejects,
        max_undecided: args.max_undecided.to_string(),
        outcomes: args.outcomes.word().to_owned(),
        csv_guard: args.csv_guard == Guard::Always,
        policies: files,
    };
    let style = output::style(args.question.color);
    let typed = typed(&args.inputs, &args.question);
    let report = Report { audit: &audit, summary: &summary, manifest: &manifest, style, typed: &typed };
    if let Some(folder) = &args.out {
        trace.stage("writing the run folder", || write_folder(&report, folder, args.force))?;
    }
    let silent = args.question.quiet && args.format == "text";
    if !silent {
        let format = FORMATS.iter().find(|format| format.name == args.format);
        let format = format.expect("clap admits only formats that are there");
        trace.stage("writing the report", || output::write(|out| (format.write)(&report, out)))?;
    }
    if let Some(path) = &args.trace {
        trace.write(path)?;
    }
    Ok(exit(&audit, &summary, args))
}

/// Every file that the run reads, none of which it may write to.
fn files_read(args: &AuditArgs, inputs: &Inputs, policies: &[PolicyFile]) -> Vec<PathBuf> {
    let exports = inputs.files.iter().map(|(path, _)| path.clone());
    let policies = policies.iter().filter(|file| !file.builtin).map(|file| PathBuf::from(&file.name));
    exports.chain(args.inputs.mapping.iter().cloned()).chain(policies).collect()
}

/// Names once, file by file, the columns that were not read.
#[expect(clippy::print_stderr, reason = "a warning belongs beside the report, not into it")]
fn warn_of_unknown_columns(audit: &engine::Audit) {
    for file in audit.files.iter().filter(|file| !file.unknown_columns.is_empty()) {
        let columns = format!("{}: columns not read: {}", file.name(), file.unknown_columns.join(", "));
        eprintln!("refund-audit: warning: {}", visible(&columns));
    }
}

/// 3 beats 1: incomplete data makes every other answer provisional.
fn exit(audit: &engine::Audit, summary: &Summary, args: &AuditArgs) -> Exit {
    let (undetermined, refunds) = audit.decisions.share_undetermined();
    let incomplete = summary.rejected > args.allow_rejects
        || !summary.empty_files.is_empty()
        || summary.orders() == 0
        || !summary.ties()
        || audit.nothing_by_then
        || summary.decided_nothing()
        || args.max_undecided.is_reached(undetermined, refunds);
    let classes: &[Class] = match args.fail_on {
        FailOn::Undecided if undetermined > 0 => &Class::ALL,
        FailOn::Mismatch | FailOn::Undecided => &[Class::Mismatch],
        FailOn::Review => &[Class::Mismatch, Class::Review],
        FailOn::Data => &Class::ALL,
        FailOn::Never => &[],
    };
    if !summary.exposures_tie() {
        Exit::Internal
    } else if incomplete {
        Exit::Incomplete
    } else if classes.iter().any(|&class| summary.findings_of(class) > 0) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
