//! The door through which rows come: records of cells with the exact line on which each starts.
//!
//! Behind it stands the `csv` crate. Everything else asks [`Rows`] only, so that a faster splitter can
//! take its place without another line changing.
//!
//! A quote that is left open would take the rows behind it into its cell. A row that spans lines and has
//! not the width of the header is taken for that: its first line alone is bad, and reading goes on with
//! the line behind it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Chain, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use csv::ByteRecord;

use super::progress::Progress;
use crate::digest::Digest;

/// How much is read at once.
const BLOCK: usize = 1 << 18;

/// The rows of one file, header included.
pub(super) struct Rows<'p> {
    path: PathBuf,
    progress: &'p dyn Progress,
    reader: Splitter<'p>,
    record: ByteRecord,
    passed: Arc<Mutex<Passed>>,
    /// Where the splitter began, and the line there.
    base: (u64, u64),
    /// The line behind the last row.
    line: u64,
    /// How many cells a row has, once the header is known.
    width: Option<usize>,
}

type Splitter<'p> = csv::Reader<Chain<Tap<'p>, &'static [u8]>>;

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
    /// Whether a quote is left open in it; it is then its first line alone.
    pub(super) is_unclosed: bool,
}

/// Counts bytes for the bar and the digest on their way to the splitter.
struct Tap<'p> {
    file: File,
    offset: u64,
    progress: &'p dyn Progress,
    passed: Arc<Mutex<Passed>>,
}

/// What has passed the tap, each byte counted once however often it is read.
#[derive(Default)]
struct Passed {
    digest: Option<Digest>,
    bytes: u64,
    last: Option<u8>,
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        let mut passed = self.passed.lock().expect("no thread panics with a tap");
        let known = usize::try_from(passed.bytes.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let fresh = &buffer[known.min(length)..length];
        if let Some(digest) = &mut passed.digest {
            digest.update(fresh);
        }
        passed.bytes += fresh.len() as u64;
        passed.last = fresh.last().copied().or(passed.last);
        drop(passed);
        self.offset += length as u64;
        self.progress.advance(fresh.len() as u64);
        Ok(length)
    }
}

/// A splitter of what stands behind `offset`.
///
/// Rows end at a line feed alone: the crate's own line count is wrong after CR LF and after blank lines,
/// and right like this once the carriage return is taken off the last cell. The extra line feed closes a
/// last row without one.
fn splitter<'p>(
    path: &Path,
    offset: u64,
    progress: &'p dyn Progress,
    passed: &Arc<Mutex<Passed>>,
) -> io::Result<Splitter<'p>> {
    let mut file = File::open(path)?;
    if offset > 0 {
        file.seek(SeekFrom::Start(offset))?;
    }
    let tap = Tap { file, offset, progress, passed: Arc::clone(passed) };
    Ok(csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(BLOCK)
        .from_reader(tap.chain(&b"\n"[..])))
}

impl<'p> Rows<'p> {
    /// Opens a file; with `digest` its SHA-256 is computed on the way.
    pub(super) fn open(path: &Path, digest: bool, progress: &'p dyn Progress) -> io::Result<Self> {
        let passed = Passed { digest: digest.then(Digest::default), ..Passed::default() };
        let passed = Arc::new(Mutex::new(passed));
        Ok(Self {
            path: path.to_owned(),
            progress,
            reader: splitter(path, 0, progress, &passed)?,
            record: ByteRecord::new(),
            passed,
            base: (0, 1),
            line: 1,
            width: None,
        })
    }

    /// From here on, a row that spans lines without having `width` cells has a quote left open.
    pub(super) fn expect_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The next row; `None` at the end. Blank lines are no rows.
    pub(super) fn next(&mut self) -> io::Result<Option<Row<'_>>> {
        loop {
            if !self.reader.read_byte_record(&mut self.record).map_err(io::Error::from)? {
                return Ok(None);
            }
            let after = self.base.1 + self.reader.position().line() - 1;
            let inner = if after - self.line > 1 { newlines(&self.record) } else { 0 };
            // Only a row without a quote left open ends with a line feed of its own.
            let takes_the_end = self.record.as_slice().last() == Some(&b'\n') && self.ends_unclosed();
            let line = after - inner - u64::from(!takes_the_end);
            strip_carriage_return(&mut self.record);
            let is_ragged = self.width.is_some_and(|width| width != self.record.len());
            if takes_the_end || (inner > 0 && is_ragged) {
                self.go_back_behind_first_line(line)?;
                let record = RowCells::Read(&self.record);
                return Ok(Some(Row { record, line, is_unclosed: true }));
            }
            self.line = after;
            if self.record.len() == 1 && self.record.get(0).is_some_and(<[u8]>::is_empty) {
                continue;
            }
            let record = RowCells::Read(&self.record);
            return Ok(Some(Row { record, line, is_unclosed: false }));
        }
    }

    /// Leaves the first line of the row just read as the row, and reads on behind that line.
    fn go_back_behind_first_line(&mut self, line: u64) -> io::Result<()> {
        let start = self.record.position().map_or(0, csv::Position::byte);
        let mut offset = self.base.0 + start;
        let mut file = BufReader::new(File::open(&self.path)?);
        file.seek(SeekFrom::Start(offset))?;
        let mut first = Vec::new();
        // Blank lines may stand before the row.
        while first.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            first.clear();
            let length = file.read_until(b'\n', &mut first)?;
            if length == 0 {
                break;
            }
            offset += length as u64;
        }
        while matches!(first.last(), Some(b'\r' | b'\n')) {
            first.pop();
        }
        self.record.clear();
        for cell in first.split(|&byte| byte == b',') {
            self.record.push_field(cell);
        }
        self.reader = splitter(&self.path, offset, self.progress, &self.passed)?;
        self.base = (offset, line + 1);
        self.line = line + 1;
        Ok(())
    }

    /// Whether the row just read took the line feed that was put behind the file, which only a quote left
    /// open can do; a file that ends with a closing quote has that line feed as the end of its last row.
    fn ends_unclosed(&self) -> bool {
        let passed = self.passed.lock().expect("no thread panics with a tap");
        self.base.0 + self.reader.position().byte() > passed.bytes && passed.last != Some(b'"')
    }

    /// The digest of everything read, once the end was reached.
    pub(super) fn digest(&mut self) -> Option<String> {
        self.passed.lock().expect("no thread panics with a tap").digest.take().map(Digest::hex)
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
        assert_eq!(
            lines("a,b\n1,2\n3,\"4\n5,6\n"),
            [
                (1, cells(&["a", "b"])),
                (2, cells(&["1", "2"])),
                (3, cells(&["3", "\"4"])),
                (4, cells(&["5", "6"]))
            ]
        );
    }
}
