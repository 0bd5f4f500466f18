//! Where rows come from: a file, or a part of one.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::Pipe;

/// How the bytes of a place are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip, one member or several.
    Gzip,
    /// zstd frames.
    Zstd,
    /// A member of a zip archive.
    Zip,
}

impl Packing {
    /// The word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }
}

/// What kind of table a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Separated text.
    Text,
    /// A sheet of a workbook.
    Sheet,
    /// The columns of a parquet file.
    Parquet,
}

/// A file, a member of an archive or a sheet of a workbook.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its part: number in the archive or workbook, and name.
    pub part: Option<(usize, String)>,
    /// What the part holds.
    pub kind: Kind,
    /// How it is packed.
    pub packing: Packing,
    /// Where its path is no file: what was opened there, once.
    pub pipe: Option<Pipe>,
}

impl Place {
    /// A file that is looked at, if it is one.
    #[must_use]
    pub fn of_file(path: &Path, kind: Kind, packing: Packing) -> Self {
        Self { path: path.to_owned(), part: None, kind, packing, pipe: None }
    }

    /// Plain text, from a file or from a pipe, which is opened.
    ///
    /// # Errors
    ///
    /// Where a pipe cannot be opened.
    pub fn plain(path: &Path) -> io::Result<Self> {
        Ok(Self { pipe: Pipe::of(path)?, ..Self::of_file(path, Kind::Text, Packing::Plain) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        match &self.part {
            Some((_, name)) => write!(f, "!{name}"),
            None => Ok(()),
        }
    }
}
