//! Zip archives: what is in them, and a stream of one member.
//!
//! The archive library reads the directory entry by entry, because an archive that was appended to may hold two
//! members of one name and both are read; the data of a member is then unpacked from its own offset, so that a
//! member is a plain stream which borrows nothing.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use flate2::{Crc, read::DeflateDecoder};
use zip::{
    CompressionMethod, HasZipMetadata,
    read::{Config, ZipFileEntry},
    result::ZipError,
    unstable::read::ZipIterable,
};

use super::{
    Kind, Limits, Packing, Place, SourceError,
    guard::{Counted, Guarded, PackedBytes},
};

/// What an archive holds.
pub(super) struct Listing {
    /// The tables.
    pub(super) places: Vec<Place>,
    /// What is no table, and why not.
    pub(super) passed_over: Vec<(String, String)>,
    /// Whether it is a workbook rather than an archive of files.
    pub(super) is_workbook: bool,
}

/// Lists an archive and refuses those that cannot be trusted.
pub(super) fn list(path: &Path, limits: &Limits) -> Result<Listing, SourceError> {
    let mut archive = open_archive(path)?;
    let refuse = |place: String, reason: String| SourceError::Archive { place, reason };
    let whole = path.display().to_string();
    if archive.len() > limits.members_max {
        return Err(refuse(
            whole,
            format!("has {} members, more than {}", archive.len(), limits.members_max),
        ));
    }
    let mut listing = Listing { places: Vec::new(), passed_over: Vec::new(), is_workbook: false };
    let mut times_seen: BTreeMap<String, u32> = BTreeMap::new();
    for (index, member) in members(&mut archive, path)?.enumerate() {
        let member = member?;
        let name = member_name(member.name_raw());
        let place = format!("{whole}!{name}");
        if name == "xl/workbook.xml" {
            listing.is_workbook = true;
        }
        if member.is_dir() || name.ends_with('/') {
            continue;
        }
        if is_escaping(&name) {
            return Err(refuse(
                place,
                "points outside of the archive, and such an archive is not read".to_owned(),
            ));
        }
        let file_name = name.rsplit('/').next().unwrap_or(&name);
        if name.starts_with("__MACOSX/") || file_name.starts_with('.') {
            continue;
        }
        let suffix = file_name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
        let promises_table =
            suffix.is_empty() || suffix.len() > 5 || matches!(suffix.as_str(), "csv" | "tsv" | "txt");
        if !promises_table {
            let reason = match suffix.as_str() {
                "zip" | "gz" | "zst" | "xlsx" | "xls" => "is packed twice; unpack the outer archive first",
                _ => "is no CSV",
            };
            listing.passed_over.push((place, reason.to_owned()));
            continue;
        }
        if member.encrypted() {
            return Err(refuse(place, "is encrypted; unpack the archive with its password first".to_owned()));
        }
        if !matches!(member.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refuse(place, format!("is packed with {}, which is not read", member.compression())));
        }
        if member.size() == 0 {
            listing.passed_over.push((place, "is empty".to_owned()));
            continue;
        }
        let swells = member.size() > limits.ratio_from_bytes
            && member.size() / member.compressed_size().max(1) > limits.ratio_max;
        if swells || member.size() > limits.unpacked_bytes_max {
            let reason = format!("claims to unpack {} bytes to {}", member.compressed_size(), member.size());
            return Err(SourceError::Bomb { place, reason });
        }
        let seen = times_seen.entry(name.clone()).or_default();
        *seen += 1;
        // Evidence has to tell the rows of both apart.
        let name = if *seen > 1 { format!("{name}#{seen}") } else { name };
        listing.places.push(Place {
            path: path.to_owned(),
            part: Some((index, name)),
            kind: Kind::Text,
            packing: Packing::Zip,
            pipe: None,
        });
    }
    Ok(listing)
}

/// The sum of what the members of a workbook unpack to.
pub(super) fn unpacked_bytes(path: &Path) -> Result<u64, SourceError> {
    let mut archive = open_archive(path)?;
    let mut sum = 0_u64;
    for member in members(&mut archive, path)? {
        sum = sum.saturating_add(member?.size());
    }
    Ok(sum)
}

/// A stream of one member.
pub(super) fn member(
    place: &Place,
    index: usize,
    limits: &Limits,
) -> Result<(Box<dyn Read + Send>, PackedBytes), SourceError> {
    let refuse = |reason: String| SourceError::Archive { place: place.to_string(), reason };
    let mut archive = open_archive(&place.path)?;
    let entry = members(&mut archive, &place.path)?
        .nth(index)
        .ok_or_else(|| refuse("is damaged: a member is gone from its directory".to_owned()))??;
    let mut file = open_file(&place.path)?;
    let start =
        entry.get_metadata().data_start(&mut file).map_err(|error| refuse(format!("is damaged: {error}")))?;
    let (packed_bytes, method, crc) = (entry.compressed_size(), entry.compression(), entry.crc32());
    file.seek(SeekFrom::Start(start))
        .map_err(|source| SourceError::Io { place: place.to_string(), source })?;
    let (packed, bytes) = Counted::new(file.take(packed_bytes));
    let count = bytes.clone();
    let unpacked: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(Checked::new(Guarded::new(packed, bytes, *limits), crc)),
        _ => Box::new(Checked::new(Guarded::new(DeflateDecoder::new(packed), bytes, *limits), crc)),
    };
    Ok((unpacked, count))
}

fn open_file(path: &Path) -> Result<BufReader<File>, SourceError> {
    let file = File::open(path);
    file.map(BufReader::new).map_err(|source| SourceError::Io { place: path.display().to_string(), source })
}

fn open_archive(path: &Path) -> Result<ZipIterable<BufReader<File>>, SourceError> {
    ZipIterable::try_new(open_file(path)?, Config::default()).map_err(|error| SourceError::Archive {
        place: path.display().to_string(),
        reason: format!("is no readable archive: {error}"),
    })
}

/// The entries of the directory, in its order; two may have one name.
fn members(
    archive: &mut ZipIterable<BufReader<File>>,
    path: &Path,
) -> Result<impl Iterator<Item = Result<ZipFileEntry<'static>, SourceError>>, SourceError> {
    let damaged = |error: ZipError| SourceError::Archive {
        place: path.display().to_string(),
        reason: format!("is damaged: {error}"),
    };
    Ok(archive.files().map_err(damaged)?.map(move |entry| entry.map_err(damaged)))
}

/// A member's name: UTF-8, or what a Chinese system writes.
fn member_name(raw: &[u8]) -> String {
    std::str::from_utf8(raw).map_or_else(|_| encoding_rs::GB18030.decode(raw).0.into_owned(), str::to_owned)
}

/// Whether a name leaves the folder it would be unpacked to.
fn is_escaping(name: &str) -> bool {
    let plain = name.replace('\\', "/");
    plain.starts_with('/')
        || plain.contains(':')
        || plain.contains('\0')
        || plain.split('/').any(|part| part == "..")
}

/// Compares the checksum of a member with the one in the archive, at its end.
struct Checked<R> {
    inner: R,
    crc: Crc,
    wanted: u32,
}

impl<R> Checked<R> {
    fn new(inner: R, wanted: u32) -> Self {
        Self { inner, crc: Crc::new(), wanted }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.crc.sum() != self.wanted {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the checksum of the archive does not fit",
            ));
        }
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_known() {
        for name in ["../a.csv", "a/../../b.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv"] {
            assert!(is_escaping(name), "{name}");
        }
        for name in ["a.csv", "2023/按扣费周期-明细账单.csv", "a..b.csv"] {
            assert!(!is_escaping(name), "{name}");
        }
    }
}
