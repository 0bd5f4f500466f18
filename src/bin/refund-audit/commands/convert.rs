//! Any recognised export as canonical CSV.

use std::io;

use refund_audit::{
    engine::AuditError,
    ingest::{IngestError, plan_exports, write_canonical},
    report::{FolderError, check_folder, write_whole},
};

use super::{inputs, threads};
use crate::{args::ConvertArgs, exit::Exit, output};

pub(crate) fn run(args: &ConvertArgs) -> anyhow::Result<Exit> {
    if args.out.symlink_metadata().is_ok() {
        anyhow::bail!("{}: is there already; a conversion replaces nothing", args.out.display());
    }
    check_folder(&args.out, false)?;
    let inputs = inputs(&args.inputs, "convert")?;
    let plan = plan_exports(&inputs).map_err(AuditError::Ingest)?;
    let mut failed = None;
    let mut done = None;
    let wrote = write_whole(&args.out, false, |folder| match write_canonical(&plan, folder, threads()) {
        Ok(written) => {
            done = Some(written);
            Ok(())
        }
        Err(mut errors) => {
            // What cannot be written is told of the folder that was asked for.
            if let [IngestError::Io { path, .. }] = errors.as_slice()
                && path == folder
                && let Some(IngestError::Io { source, .. }) = errors.pop()
            {
                return Err(source);
            }
            failed = Some(errors);
            Err(io::Error::other("the conversion failed"))
        }
    });
    if let Some(errors) = failed {
        return Err(AuditError::Ingest(errors).into());
    }
    wrote.map_err(|error: FolderError| anyhow::anyhow!(error))?;
    let written = done.unwrap_or_default();
    output::write(|out| {
        for (role, records) in &written.records {
            writeln!(out, "{records:>10}  {role}.csv")?;
        }
        writeln!(out, "{:>10}  rejects.csv", written.rejected)?;
        writeln!(out, "{:>10}  rows out of scope or twice, not written", written.left_out)
    })?;
    Ok(if written.rejected > 0 { Exit::Incomplete } else { Exit::Clean })
}
