//! The main job.

use std::path::PathBuf;

use refund_audit::{
    engine,
    finding::Class,
    ingest::Inputs,
    report::{
        FORMATS, Manifest, PolicyFile, Report, Summary, check_folder, check_inputs_outside, write_folder,
    },
};

use super::{inputs, options};
use crate::{
    args::{AuditArgs, FailOn},
    exit::Exit,
    output, policies,
    progress::progress,
    trace::{self, Trace},
};

pub(crate) fn run(args: &AuditArgs) -> anyhow::Result<Exit> {
    if let Some(folder) = &args.out {
        check_folder(folder, args.force)?;
    }
    let (files, book) = policies::load(&args.question.policies, args.question.no_builtin_policies)?;
    let inputs = inputs(&args.inputs)?;
    let read = files_read(args, &inputs, &files);
    if let Some(folder) = &args.out {
        check_inputs_outside(folder, read.iter().map(PathBuf::as_path))?;
    }
    if let Some(path) = &args.trace {
        trace::check(path, &read)?;
    }
    let options = options(&args.question, args.opportunities, args.out.is_some())?;
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
        policies: files,
    };
    let style = output::style(args.question.color);
    let report = Report { audit: &audit, summary: &summary, manifest: &manifest, style };
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
    Ok(exit(&summary, args))
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
        eprintln!(
            "refund-audit: warning: {}: columns not read: {}",
            file.name(),
            file.unknown_columns.join(", ")
        );
    }
}

/// 3 beats 1: incomplete data makes every other answer provisional.
fn exit(summary: &Summary, args: &AuditArgs) -> Exit {
    let incomplete = summary.rejected > args.allow_rejects
        || !summary.empty_files.is_empty()
        || summary.orders() == 0
        || !summary.ties();
    let classes: &[Class] = match args.fail_on {
        FailOn::Mismatch => &[Class::Mismatch],
        FailOn::Review => &[Class::Mismatch, Class::Review],
        FailOn::Data => &Class::ALL,
        FailOn::Never => &[],
    };
    if incomplete {
        Exit::Incomplete
    } else if classes.iter().any(|&class| summary.findings_of(class) > 0) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
