//! The run folder: written beside its place, synced, and put there in one move.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{Report, csv_files, json, manifest, refunds, summary_json};
use crate::{
    run_folder::{foreign_entry, is_run_folder},
    scratch::Scratch,
};

/// Why a run folder cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// It is there and was not to be replaced.
    #[error("{}: is there already; --force replaces a run folder", .0.display())]
    Exists(PathBuf),
    /// It is there and is no run folder, so it is never replaced.
    #[error("{}: is no run folder (it has no manifest.json of refund-audit), so --force does not replace it", .0.display())]
    NotARun(PathBuf),
    /// It is a run folder and holds something that no run wrote, which replacing it would destroy.
    #[error("{}: holds {name}, which no run wrote; move it away first, --force would destroy it", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        name: String,
    },
    /// It holds an input of the run that is to be written there.
    #[error("{}: holds {}, an input of this run; write the run to another folder", folder.display(), input.display())]
    HoldsInput {
        /// The folder.
        folder: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// Writing failed; nothing was left behind.
    #[error("{}: the run folder could not be written: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Whether a run folder could be put there: asked before the work is done.
///
/// # Errors
///
/// [`FolderError`] where something is there that must not be replaced, or its parent is missing.
pub fn check_folder(folder: &Path, force: bool) -> Result<(), FolderError> {
    let parent = parent(folder);
    if !parent.is_dir() {
        let source = io::Error::new(io::ErrorKind::NotFound, format!("{} is no folder", parent.display()));
        return Err(FolderError::Io { path: folder.to_owned(), source });
    }
    if fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    if !force {
        return Err(FolderError::Exists(folder.to_owned()));
    }
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty {
        return Ok(());
    }
    if !is_run_folder(folder) {
        return Err(FolderError::NotARun(folder.to_owned()));
    }
    match foreign_entry(folder) {
        Ok(None) => Ok(()),
        Ok(Some(name)) => Err(FolderError::Foreign { folder: folder.to_owned(), name }),
        Err(source) => Err(FolderError::Io { path: folder.to_owned(), source }),
    }
}

/// Whether a run folder would take the place of a file that the run reads: exports, policies, mappings. Asked
/// before the work is done.
///
/// # Errors
///
/// [`FolderError::HoldsInput`] for the first that would be lost.
pub fn check_inputs_outside<'p>(
    folder: &Path,
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), FolderError> {
    // What is not there yet holds nothing.
    let Ok(real) = fs::canonicalize(folder) else { return Ok(()) };
    let mut inputs = inputs.into_iter();
    let lost = inputs.find(|input| fs::canonicalize(input).is_ok_and(|input| input.starts_with(&real)));
    lost.map_or(Ok(()), |input| {
        Err(FolderError::HoldsInput { folder: folder.to_owned(), input: input.to_owned() })
    })
}

fn parent(folder: &Path) -> &Path {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes the run folder. It appears whole or not at all; with `force` an earlier run folder gives way.
///
/// # Errors
///
/// [`FolderError`] where it cannot be written.
pub fn write_folder(report: &Report<'_>, folder: &Path, force: bool) -> Result<(), FolderError> {
    write_whole(folder, force, |new| fill(report, new))
}

/// Writes a folder by `fill`. It appears whole or not at all.
///
/// # Errors
///
/// [`FolderError`] where it cannot be written.
pub fn write_whole(
    folder: &Path,
    force: bool,
    fill: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), FolderError> {
    check_folder(folder, force)?;
    let error = |source| FolderError::Io { path: folder.to_owned(), source };
    let scratch = Scratch::new_in(parent(folder)).map_err(error)?;
    let new = scratch.path().join("new");
    fs::create_dir(&new).map_err(error)?;
    fill(&new).map_err(error)?;
    sync_folder(&new).map_err(error)?;
    scratch.put(&new, folder, force).map_err(error)?;
    sync_folder(parent(folder)).map_err(error)
}

type Writer = fn(&Report<'_>, &mut dyn Write) -> io::Result<()>;

/// The files of a run folder that are written one after the other, by name.
const FILES: &[(&str, Writer)] = &[
    ("findings.csv", csv_files::write_findings),
    ("findings.jsonl", json::write_lines),
    ("manifest.json", |report, out| pretty(&manifest::manifest(report.manifest, report.audit), out)),
    ("refunds.csv", refunds::write),
    ("rejects.csv", csv_files::write_rejects),
    ("summary.json", |report, out| pretty(&summary_json::summary(report)?, out)),
];

fn pretty(value: &serde_json::Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

fn fill(report: &Report<'_>, folder: &Path) -> io::Result<()> {
    for (name, write) in FILES {
        let mut out = BufWriter::with_capacity(1 << 16, File::create(folder.join(name))?);
        write(report, &mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    }
    #[cfg(feature = "columns")]
    super::columns::write_findings(report, folder)?;
    super::outcomes::write_outcomes(report, folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // A folder can be opened and synced on Unix only; elsewhere the rename is all there is.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
