//! What a path holds: the tables of a file, of an archive or of a folder and everything below it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::{Kind, Limits, Packing, Place, SourceError, archive, open_bytes, workbook};

/// What was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The tables, sorted.
    pub places: Vec<Place>,
    /// What was not taken, and why not.
    pub passed_over: Vec<PassedOver>,
    /// Files that should be tables and cannot be read.
    pub errors: Vec<SourceError>,
}

/// A file or member that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassedOver {
    /// The file or member.
    pub place: String,
    /// Why not.
    pub reason: String,
}

/// Suffixes that promise a table.
const TABLE_SUFFIXES: [&str; 7] = ["csv", "tsv", "gz", "zst", "zip", "xlsx", "parquet"];

/// Lists the tables of a file, an archive, a workbook or a folder.
///
/// A file that is named is taken whatever its suffix says, by its first bytes. In a folder, files with a
/// suffix that promises no table are passed over, and files without a suffix are looked into, since the
/// storage of both vendors delivers objects without one.
///
/// # Errors
///
/// [`SourceError::Missing`] where nothing is there. A file in a folder that cannot be read stands among
/// [`Discovery::errors`] and hides no other.
pub fn discover(path: &Path, limits: &Limits) -> Result<Discovery, SourceError> {
    let mut found = Discovery::default();
    let about = fs::metadata(path).map_err(|_| SourceError::Missing(path.to_owned()))?;
    if about.is_dir() {
        let mut files = Vec::new();
        walk(path, 0, &mut files, &mut found);
        for file in files {
            if let Err(error) = take_from_folder(&file, limits, &mut found) {
                found.errors.push(error);
            }
        }
    } else {
        take(path, limits, &mut found)?;
    }
    found.places.sort();
    found.passed_over.sort();
    Ok(found)
}

/// Every file below a folder. Linked folders are not followed: they may lead back.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, found: &mut Discovery) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) => {
            found.errors.push(SourceError::Io { place: folder.display().to_string(), source });
            return;
        }
    };
    let mut below: Vec<_> = entries.filter_map(Result::ok).collect();
    below.sort_by_key(fs::DirEntry::file_name);
    for entry in below {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with(['.', '~']);
        let Ok(kind) = entry.file_type() else { continue };
        if hidden {
            continue;
        }
        if kind.is_dir() && depth < 64 {
            walk(&path, depth + 1, files, found);
        } else if kind.is_file() || kind.is_symlink() && path.is_file() {
            files.push(path);
        }
    }
}

/// What a file of a folder holds: a table, several, or why it is passed over.
///
/// # Errors
///
/// [`SourceError`] where it should be a table and cannot be read.
pub fn look(path: &Path, limits: &Limits) -> Result<Discovery, SourceError> {
    let mut found = Discovery::default();
    take_from_folder(path, limits, &mut found)?;
    Ok(found)
}

fn take_from_folder(path: &Path, limits: &Limits, found: &mut Discovery) -> Result<(), SourceError> {
    let suffix = path.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase());
    let pass = |reason: &str| PassedOver { place: path.display().to_string(), reason: reason.to_owned() };
    match suffix.as_deref() {
        Some(suffix) if TABLE_SUFFIXES.contains(&suffix) => {}
        Some("xls") => {
            found.passed_over.push(pass("an old workbook; save it as CSV"));
            return Ok(());
        }
        // An object name such as 1234_BillingItemDetail_202601 has no suffix; one with a date may seem to.
        Some(suffix) if !suffix.bytes().all(|b| b.is_ascii_digit()) => {
            found.passed_over.push(pass("not a table by its suffix"));
            return Ok(());
        }
        _ => {
            let head = first_bytes(path)?;
            if magic(&head) == Magic::Other && (head.contains(&0) || !looks_separated(&head)) {
                found.passed_over.push(pass("no suffix, and no separated text inside"));
                return Ok(());
            }
        }
    }
    // A placeholder without a byte is no loss. A packed file has some bytes even where it holds nothing.
    let is_packed = suffix.is_some_and(|suffix| matches!(suffix.as_str(), "gz" | "zst" | "zip" | "xlsx"));
    match take(path, limits, found) {
        Err(SourceError::Empty(place)) if !is_packed => {
            found.passed_over.push(PassedOver { place, reason: "is empty".to_owned() });
            Ok(())
        }
        other => other,
    }
}

/// Takes one file by its first bytes.
fn take(path: &Path, limits: &Limits, found: &mut Discovery) -> Result<(), SourceError> {
    let head = first_bytes(path)?;
    let name = || path.display().to_string();
    let mut push = |kind, packing| found.places.push(Place::of_file(path, kind, packing));
    match magic(&head) {
        Magic::Empty => return Err(SourceError::Empty(name())),
        Magic::Gzip => push(Kind::Text, Packing::Gzip),
        Magic::Zstd => push(Kind::Text, Packing::Zstd),
        Magic::Parquet => push(Kind::Parquet, Packing::Plain),
        Magic::Zip => {
            let listing = archive::list(path, limits)?;
            if listing.is_workbook {
                found.places.extend(workbook::sheets(path, limits)?);
            } else if listing.places.is_empty() {
                let inside: Vec<String> = listing
                    .passed_over
                    .iter()
                    .map(|(place, why)| {
                        format!("{} {why}", place.rsplit_once('!').map_or("", |(_, name)| name))
                    })
                    .collect();
                let reason = if inside.is_empty() {
                    "holds no CSV".to_owned()
                } else {
                    format!("holds no CSV: {}", inside.join("; "))
                };
                return Err(SourceError::Archive { place: name(), reason });
            } else {
                found.places.extend(listing.places);
                let passed = listing.passed_over.into_iter();
                found.passed_over.extend(passed.map(|(place, reason)| PassedOver { place, reason }));
            }
        }
        Magic::Not(OLD_WORKBOOK)
            if suffix_of(path).is_some_and(|suffix| suffix.starts_with("xls") && suffix.len() > 3) =>
        {
            let found = "a workbook with a password; save it without one";
            return Err(SourceError::NotATable { place: name(), found });
        }
        Magic::Not(found) => return Err(SourceError::NotATable { place: name(), found }),
        Magic::Other => push(Kind::Text, Packing::Plain),
    }
    Ok(())
}

/// Whether a file is parquet, by its first bytes.
#[must_use]
pub fn is_parquet(path: &Path) -> bool {
    first_bytes(path).is_ok_and(|head| magic(&head) == Magic::Parquet)
}

/// What comes through a pipe, by its first bytes: text, packed or not. What can be read at any place only, such as
/// an archive, cannot come through one.
///
/// # Errors
///
/// [`SourceError`] where it is no table, or cannot be read.
pub fn through_pipe(place: Place) -> Result<Place, SourceError> {
    let (bytes, _) = open_bytes(&place, &Limits::default())?;
    let mut head = Vec::new();
    bytes.take(HEAD_BYTES).read_to_end(&mut head).map_err(|error| SourceError::of_reading(&place, error))?;
    let packing = match magic(&head) {
        Magic::Other => Packing::Plain,
        Magic::Gzip => Packing::Gzip,
        Magic::Zstd => Packing::Zstd,
        Magic::Empty => return Err(SourceError::Empty(place.to_string())),
        Magic::Not(found) => return Err(SourceError::NotATable { place: place.to_string(), found }),
        Magic::Zip | Magic::Parquet => {
            let found = "a pipe with an archive, a workbook or parquet, which are read from files";
            return Err(SourceError::NotATable { place: place.to_string(), found });
        }
    };
    Ok(Place { packing, ..place })
}

/// So much of a file is looked at to see what it is.
const HEAD_BYTES: u64 = 4096;

fn first_bytes(path: &Path) -> Result<Vec<u8>, SourceError> {
    let refuse = |source| SourceError::Io { place: path.display().to_string(), source };
    let mut head = Vec::new();
    File::open(path).map_err(refuse)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(refuse)?;
    Ok(head)
}

/// What the first bytes say.
#[derive(PartialEq, Eq)]
enum Magic {
    Empty,
    Gzip,
    Zstd,
    Zip,
    Parquet,
    Not(&'static str),
    Other,
}

fn magic(head: &[u8]) -> Magic {
    match head {
        [] => Magic::Empty,
        [0x1f, 0x8b, ..] => Magic::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Magic::Zstd,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Magic::Zip,
        [b'P', b'A', b'R', b'1', ..] => Magic::Parquet,
        [b'P', b'A', b'R', b'E', ..] => Magic::Not("an encrypted parquet file"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Magic::Not(OLD_WORKBOOK),
        [b'%', b'P', b'D', b'F', ..] => Magic::Not("a PDF"),
        [b'7', b'z', 0xbc, 0xaf, ..] => Magic::Not("a 7z archive"),
        [b'R', b'a', b'r', b'!', ..] => Magic::Not("a RAR archive"),
        _ => {
            let start = head.trim_ascii_start();
            let page = [&b"<!doctype html"[..], b"<html", b"<?xml"];
            let is_page =
                page.iter().any(|p| start.get(..p.len()).is_some_and(|s| s.eq_ignore_ascii_case(p)));
            if is_page {
                Magic::Not("a web page or XML")
            } else if is_json(start) {
                Magic::Not("JSON, as an interface answers; save the table as CSV")
            } else if head.starts_with(b"version https://git-lfs") {
                Magic::Not("a pointer of Git LFS and not the file itself; fetch it with `git lfs pull`")
            } else {
                Magic::Other
            }
        }
    }
}

/// What an old workbook is called; one with a password comes in the same container.
const OLD_WORKBOOK: &str = "an old workbook (.xls); save it as .xlsx or CSV";

fn suffix_of(path: &Path) -> Option<String> {
    path.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase())
}

/// Whether a text begins as JSON does: with a brace and a quote, or with a bracket and either. A header may begin with
/// a bracket, but not so.
fn is_json(start: &[u8]) -> bool {
    let begins = |text: &[u8], with: &[u8]| text.first().is_some_and(|byte| with.contains(byte));
    let rest = start.get(1..).unwrap_or_default().trim_ascii_start();
    begins(start, b"{") && begins(rest, b"\"}") || begins(start, b"[") && begins(rest, b"{[")
}

/// Whether the first line of a text has a delimiter.
fn looks_separated(head: &[u8]) -> bool {
    let line = head.split(|b| *b == b'\n').find(|line| line.len() > 3).unwrap_or_default();
    line.iter().any(|b| matches!(b, b',' | b'\t' | b';'))
}
