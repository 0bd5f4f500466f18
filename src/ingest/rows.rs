//! The door through which rows come: records of cells with the exact line on which each starts.
//!
//! Behind it stands the `csv` crate. Everything else asks [`Rows`] only, so that a faster splitter can
//! take its place without another line changing.

use std::{
    fs::File,
    io::{self, Chain, Read},
    path::Path,
    sync::{Arc, Mutex},
};

use csv::ByteRecord;

use super::progress::Progress;
use crate::digest::Digest;

/// How much is read at once.
const BLOCK: usize = 1 << 18;

/// The rows of one file, header included.
pub(super) struct Rows<'p> {
    reader: csv::Reader<Chain<Tap<'p>, &'static [u8]>>,
    record: ByteRecord,
    digest: Arc<Mutex<Option<Digest>>>,
    line: u64,
}

/// The cells of one row, wherever they come from.
#[derive(Clone, Copy)]
pub(super) enum RowCells<'r> {
    /// As a file has them.
    Read(&'r ByteRecord),
    /// As a conversion of a vendor's export gives them.
    Canonical(&'r [Option<String>]),
}

impl<'r> RowCells<'r> {
    /// The bytes of a cell.
    pub(super) fn get(self, place: usize) -> Option<&'r [u8]> {
        match self {
            Self::Read(record) => record.get(place),
            Self::Canonical(cells) => cells.get(place)?.as_deref().map(str::as_bytes),
        }
    }

    /// How many there are.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Read(record) => record.len(),
            Self::Canonical(cells) => cells.len(),
        }
    }

    /// Each of them.
    pub(super) fn iter(self) -> impl Iterator<Item = &'r [u8]> {
        (0..self.len()).filter_map(move |place| self.get(place))
    }
}

/// One row as it stands in the file.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    /// Its cells.
    pub(super) record: RowCells<'r>,
    /// The physical line on which it starts; the header is on line 1.
    pub(super) line: u64,
    /// Lines that it spans beside the first.
    pub(super) more_lines: u64,
}

/// Counts bytes for the bar and the digest on their way to the splitter.
struct Tap<'p> {
    file: File,
    progress: &'p dyn Progress,
    digest: Arc<Mutex<Option<Digest>>>,
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        if let Some(digest) = self.digest.lock().expect("no thread panics with a digest").as_mut() {
            digest.update(&buffer[..length]);
        }
        self.progress.advance(length as u64);
        Ok(length)
    }
}

impl<'p> Rows<'p> {
    /// Opens a file; with `digest` its SHA-256 is computed on the way.
    pub(super) fn open(path: &Path, digest: bool, progress: &'p dyn Progress) -> io::Result<Self> {
        let digest = Arc::new(Mutex::new(digest.then(Digest::default)));
        let tap = Tap { file: File::open(path)?, progress, digest: Arc::clone(&digest) };
        // Rows end at a line feed alone: the crate's own line count is wrong after CR LF and after blank
        // lines, and right like this once the carriage return is taken off the last cell. The extra line
        // feed closes a last row without one.
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .buffer_capacity(BLOCK)
            .from_reader(tap.chain(&b"\n"[..]));
        Ok(Self { reader, record: ByteRecord::new(), digest, line: 1 })
    }

    /// The next row; `None` at the end. Blank lines are no rows.
    pub(super) fn next(&mut self) -> io::Result<Option<Row<'_>>> {
        loop {
            if !self.reader.read_byte_record(&mut self.record).map_err(io::Error::from)? {
                return Ok(None);
            }
            let after = self.reader.position().line();
            let inner = if after - self.line > 1 { newlines(&self.record) } else { 0 };
            let line = after - inner - 1;
            self.line = after;
            strip_carriage_return(&mut self.record);
            if self.record.len() == 1 && self.record.get(0).is_some_and(<[u8]>::is_empty) {
                continue;
            }
            return Ok(Some(Row { record: RowCells::Read(&self.record), line, more_lines: inner }));
        }
    }

    /// The digest of everything read, once the end was reached.
    pub(super) fn digest(&mut self) -> Option<String> {
        self.digest.lock().expect("no thread panics with a digest").take().map(Digest::hex)
    }
}

fn newlines(record: &ByteRecord) -> u64 {
    record.as_slice().iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

/// Takes the carriage return of CR LF off the last cell.
fn strip_carriage_return(record: &mut ByteRecord) {
    if record.as_slice().last() == Some(&b'\r')
        && let Some(last) = record.get(record.len().saturating_sub(1))
        && last.last() == Some(&b'\r')
    {
        let kept = last[..last.len() - 1].to_vec();
        record.truncate(record.len() - 1);
        record.push_field(&kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Silent;

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        let mut rows = Rows::open(file.path(), false, &Silent).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells = row.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            found.push((row.line, cells));
        }
        found
    }

    fn cells(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn lines_are_physical_whatever_ends_them() {
        assert_eq!(
            lines("a,b\r\n1,2\r\n3,4\r\n"),
            [(1, cells(&["a", "b"])), (2, cells(&["1", "2"])), (3, cells(&["3", "4"]))]
        );
        assert_eq!(
            lines("a,b\n1,2\n\n\n3,4"),
            [(1, cells(&["a", "b"])), (2, cells(&["1", "2"])), (5, cells(&["3", "4"]))]
        );
        assert_eq!(
            lines("a,b\r\n\r\n1,\"x\r\ny\"\r\n3,\"4\"\r\n"),
            [(1, cells(&["a", "b"])), (3, cells(&["1", "x\r\ny"])), (5, cells(&["3", "4"]))]
        );
        assert_eq!(lines("\u{feff}a\n1\n"), [(1, cells(&["a"])), (2, cells(&["1"]))]);
        assert_eq!(lines("\n\na\n"), [(3, cells(&["a"]))]);
        assert_eq!(lines(""), []);
    }
}
