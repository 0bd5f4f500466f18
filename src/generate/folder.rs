//! A folder of exports that appears whole or not at all.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use super::{Export, Sinks};
use crate::scratch::Scratch;

/// The files of a folder under way.
pub(super) struct Folder {
    at: PathBuf,
    files: Vec<BufWriter<File>>,
}

impl Folder {
    /// Makes `out`: fills a folder beside it and renames that in the end.
    pub(super) fn build<T>(out: &Path, fill: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        if out.symlink_metadata().is_ok() {
            let taken = format!("{} is already there", out.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, taken));
        }
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let scratch = Scratch::new_in(parent)?;
        // A temporary folder is closed to others; the one inside it is made like any other.
        let at = scratch.path().join("new");
        fs::create_dir(&at)?;
        let open = |export: Export| File::create(at.join(export.file_name())).map(BufWriter::new);
        let files = Export::ALL.into_iter().map(open).collect::<io::Result<_>>()?;
        let mut folder = Self { at, files };
        let filled = fill(&mut folder)?;
        for file in folder.files {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        scratch.put(&folder.at, out, false)?;
        Ok(filled)
    }

    /// Puts one more file into the folder.
    pub(super) fn add(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.at.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

impl Sinks for Folder {
    fn line(&mut self, export: Export, line: &str) -> io::Result<()> {
        let file = &mut self.files[export as usize];
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")
    }
}
