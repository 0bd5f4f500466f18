//! Which files a run reads: those named, and those in named folders.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::error::IngestError;
use crate::record::Role;

/// The files of a run with the role they were given for, if any, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Path as named, and the role given for it.
    pub files: Vec<(PathBuf, Option<Role>)>,
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
}

/// The files behind paths. Folders are read recursively for `*.csv`; hidden files and result folders of
/// earlier runs (they hold a `manifest.json`) are left out. The same file named twice is read once.
///
/// # Errors
///
/// [`IngestError`] where a path is not there or a folder holds nothing to read.
pub fn discover(paths: &[PathBuf]) -> Result<Inputs, IngestError> {
    let mut files = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let mut found = Vec::new();
        if fs::metadata(path).map_err(|source| IngestError::Io { path: path.clone(), source })?.is_dir() {
            walk(path, &mut found)?;
            if found.is_empty() {
                return Err(IngestError::EmptyFolder { path: path.clone() });
            }
        } else {
            found.push(path.clone());
        }
        for file in found {
            let real =
                fs::canonicalize(&file).map_err(|source| IngestError::Io { path: file.clone(), source })?;
            if seen.insert(real) {
                files.insert((file, None));
            }
        }
    }
    Ok(Inputs { files: files.into_iter().collect() })
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), IngestError> {
    let error = |source| IngestError::Io { path: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(error)? {
        entries.push(entry.map_err(error)?.path());
    }
    entries.sort();
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if entries.iter().any(|path| path.ends_with("manifest.json")) {
        return Ok(());
    }
    for path in entries.into_iter().filter(|path| !hidden(path)) {
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            found.push(path);
        }
    }
    Ok(())
}
