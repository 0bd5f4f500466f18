//! Which files a run reads: those named, and those in named folders.

use std::{
    collections::BTreeSet,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{error::IngestError, write::REJECTS};
use crate::{
    export::source::{Limits, look},
    record::Role,
    run_folder::is_run_folder,
};

/// The files of a run with the role they were given for, if any, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Path as named, and the role given for it.
    pub files: Vec<(PathBuf, Option<Role>)>,
    /// Files of folders that were not taken, and why not.
    pub passed_over: Vec<String>,
    /// Files with the id of the dialect they are to be read as.
    pub dialects: Vec<(PathBuf, String)>,
    /// Mapping, dialect and product files of the user: name and text.
    pub mappings: Vec<(String, String)>,
}

impl Inputs {
    /// A file given for a role.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, role: Role) -> Self {
        self.files.push((path.into(), Some(role)));
        self.files.sort();
        self.files.dedup();
        self
    }

    /// The dialect that was asked for a file, by its path or its name.
    pub(super) fn dialect_of(&self, path: &Path) -> Option<&str> {
        let asked = self.dialects.iter().find(|(file, _)| path == file || path.ends_with(file));
        asked.map(|(_, id)| id.as_str())
    }
}

/// The files behind paths. Folders are read recursively for tables: `*.csv`, packed ones, archives,
/// workbooks, and objects without a suffix. Hidden files are left out; run folders of this program and other
/// files are passed over and named. The same file named twice is read once.
///
/// # Errors
///
/// [`IngestError`] where a path is not there or a folder holds nothing to read.
pub fn discover(paths: &[PathBuf]) -> Result<Inputs, IngestError> {
    let mut files = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut passed_over = BTreeSet::new();
    for path in paths {
        let mut found = Vec::new();
        if fs::metadata(path).map_err(|source| IngestError::Io { path: path.clone(), source })?.is_dir() {
            walk(path, &mut found, &mut passed_over)?;
            if found.is_empty() {
                let passed_over = passed_over.into_iter().collect();
                return Err(IngestError::EmptyFolder { path: path.clone(), passed_over });
            }
        } else {
            found.push(path.clone());
        }
        for file in found {
            // What another program writes into has no name of its own.
            let is_file = file.is_file();
            let real =
                fs::canonicalize(&file).or_else(|error| if is_file { Err(error) } else { Ok(file.clone()) });
            let real = real.map_err(|source| IngestError::Io { path: file.clone(), source })?;
            if seen.insert(real) {
                files.insert((file, None));
            }
        }
    }
    Ok(Inputs {
        files: files.into_iter().collect(),
        passed_over: passed_over.into_iter().collect(),
        ..Inputs::default()
    })
}

/// Whether a file is the list of rejected rows that a conversion writes beside its tables.
fn is_list_of_rejects(path: &Path) -> bool {
    let head = format!("{}\n", REJECTS.join(","));
    let mut start = vec![0; head.len()];
    path.ends_with("rejects.csv")
        && fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == head.as_bytes()
}

fn walk(
    folder: &Path,
    found: &mut Vec<PathBuf>,
    passed_over: &mut BTreeSet<String>,
) -> Result<(), IngestError> {
    let error = |source| IngestError::Io { path: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(error)? {
        entries.push(entry.map_err(error)?.path());
    }
    entries.sort();
    let hidden =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '~']));
    if is_run_folder(folder) {
        passed_over.insert(format!("{}: an earlier run of this program", folder.display()));
        return Ok(());
    }
    for path in entries.into_iter().filter(|path| !hidden(path)) {
        if path.is_dir() {
            walk(&path, found, passed_over)?;
        } else if is_list_of_rejects(&path) {
            passed_over.insert(format!("{}: rows that a conversion rejected", path.display()));
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            found.push(path);
        } else if path.is_file() {
            match look(&path, &Limits::default()) {
                // What should be a table and cannot be read is said where it is read.
                Err(_) => found.push(path),
                Ok(tables) if !tables.places.is_empty() => found.push(path),
                Ok(tables) => {
                    let passed = tables.passed_over.into_iter();
                    passed_over.extend(passed.map(|one| format!("{}: {}", one.place, one.reason)));
                }
            }
        }
    }
    Ok(())
}
