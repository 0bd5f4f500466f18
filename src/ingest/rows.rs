//! The reference reader: records of cells with the exact line on which each starts, by the `csv` crate, one
//! after the other. The [block reader](super::table) is held to it row by row.
//!
//! A quote that is left open would take the rows behind it into its cell. A row that spans lines and has
//! not the width of the header is taken for that, and so is one that is longer than any row that is meant:
//! its first line alone is bad, and reading goes on with the line behind it.

use std::io::{self, Read, Seek, SeekFrom};

use csv::ByteRecord;

use super::stored::StoredRows;
use crate::{
    export::convert::Cells as CanonicalCells,
    scan::{Position, Record},
};

/// How much is read at once.
const BLOCK: usize = 1 << 18;

/// Bytes in order, from a file or out of an unpacker.
pub(super) type Bytes = Box<dyn Read + Send>;

/// The rows of one file, header included.
pub(super) struct Rows {
    reader: csv::Reader<Feed>,
    record: ByteRecord,
    /// Where the splitter began.
    base: Position,
    /// The line behind the last row.
    line: u64,
    /// How many cells a row has, once the header is known.
    width: Option<usize>,
}

/// The cells of one row, wherever they come from.
#[derive(Clone, Copy)]
pub(super) enum RowCells<'r> {
    /// As a file has them.
    Read(&'r ByteRecord),
    /// As the block reader finds them: only the wanted ones, and for each column its place among these.
    Scanned(Record<'r>, &'r [Option<usize>]),
    /// As a file of typed columns gives them: one of its rows, and of that the wanted ones.
    Stored(&'r StoredRows<'r>, usize),
    /// As a conversion of a vendor's export gives them.
    Canonical(&'r CanonicalCells),
}

impl<'r> RowCells<'r> {
    /// The bytes of a cell.
    #[inline]
    pub(super) fn get(self, place: usize) -> Option<&'r [u8]> {
        match self {
            Self::Read(record) => record.get(place),
            Self::Scanned(record, slots) => record.get((*slots.get(place)?)?),
            Self::Stored(rows, at) => rows.cell(at, place),
            Self::Canonical(cells) => cells.get(place).map(str::as_bytes),
        }
    }

    /// How many there are.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Read(record) => record.len(),
            Self::Scanned(record, _) => record.field_count(),
            Self::Stored(rows, _) => rows.width(),
            Self::Canonical(cells) => cells.len(),
        }
    }

    /// Each of them that can be had.
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

impl Row<'_> {
    /// Whether its cells may be read by their place: it has so many, and each is what the file holds.
    pub(super) fn has_cells(&self, width: usize) -> bool {
        let is_exact = match self.record {
            RowCells::Stored(rows, _) => rows.is_exact(),
            _ => true,
        };
        is_exact && self.record.len() == width
    }
}

/// The bytes of a file on their way to the splitter. Those of the row under way are kept, since its first
/// line may have to be read again.
struct Feed {
    source: Bytes,
    /// The bytes read last, from the row under way on.
    kept: Vec<u8>,
    /// Where the first of them stands, counted from where the splitter began, like every place here.
    kept_from: u64,
    /// The next byte that goes to the splitter.
    at: u64,
    /// The row under way, or the blank lines before it.
    row_from: u64,
    /// How long a row may become.
    row_bytes_max: u64,
    /// The line feed behind the file, which closes a last row without one, was given.
    has_closed: bool,
    /// The splitter was told that nothing follows.
    has_ended: bool,
}

impl Feed {
    /// Reads on into what is kept; `false` at the end.
    fn read_on(&mut self, most: usize) -> io::Result<bool> {
        let filled = self.kept.len();
        self.kept.resize(filled + most.min(BLOCK), 0);
        let read = loop {
            match self.source.read(&mut self.kept[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.kept.truncate(filled + read.as_ref().map_or(0, |&read| read));
        Ok(read? > 0)
    }

    /// Where in what is kept a place is.
    fn index_of(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.kept_from))
            .map_or(self.kept.len(), |at| at.min(self.kept.len()))
    }

    /// Where the row under way begins, so far as it is known; blank lines are no part of it.
    fn row_begins(&self) -> u64 {
        let kept = &self.kept[self.index_of(self.row_from)..];
        let blank = kept.iter().take_while(|&&byte| byte == b'\n').count();
        self.row_from + blank as u64
    }

    /// The first line of the row under way, and the place of the line feed that ends it.
    fn first_line(&mut self) -> io::Result<(&[u8], u64)> {
        let begin = self.row_begins();
        let mut looked_at = self.index_of(begin);
        let end = loop {
            if let Some(ahead) = self.kept[looked_at..].iter().position(|&byte| byte == b'\n') {
                break looked_at + ahead;
            }
            looked_at = self.kept.len();
            if !self.read_on(BLOCK)? {
                break looked_at;
            }
        };
        Ok((&self.kept[self.index_of(begin)..end], self.kept_from + end as u64))
    }
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A row that does not end within its limit is taken for one that never ends.
        let row_end_max = self.row_begins().saturating_add(self.row_bytes_max).saturating_add(1);
        let most = usize::try_from(row_end_max.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        if most == 0 {
            self.has_ended = true;
            return Ok(0);
        }
        if self.index_of(self.at) == self.kept.len() {
            let passed = self.index_of(self.row_from);
            self.kept.drain(..passed);
            self.kept_from += passed as u64;
            if !self.read_on(most)? {
                self.has_ended = self.has_closed;
                self.has_closed = true;
                buffer[0] = b'\n';
                return Ok(usize::from(!self.has_ended));
            }
        }
        let kept = &self.kept[self.index_of(self.at)..];
        let given = kept.len().min(most);
        buffer[..given].copy_from_slice(&kept[..given]);
        self.at += given as u64;
        Ok(given)
    }
}

impl Seek for Feed {
    /// Goes back within what is kept.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(place) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        self.at = place;
        self.row_from = place;
        self.has_closed = false;
        self.has_ended = false;
        Ok(place)
    }
}

/// The splitter. Rows end at a line feed alone: the crate's own line count is wrong after CR LF and after
/// blank lines, and right like this once the carriage return is taken off the last cell.
fn splitter<R: Read>(input: R, buffer_bytes: usize) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(buffer_bytes)
        .from_reader(input)
}

impl Rows {
    /// The rows of an input, of which the first byte stands at `base`.
    pub(super) fn new(source: Bytes, base: Position, row_bytes_max: usize) -> Self {
        let feed = Feed {
            source,
            kept: Vec::new(),
            kept_from: 0,
            at: 0,
            row_from: 0,
            row_bytes_max: row_bytes_max as u64,
            has_closed: false,
            has_ended: false,
        };
        Self { reader: splitter(feed, BLOCK), record: ByteRecord::new(), base, line: base.line, width: None }
    }

    /// From here on, a row that spans lines without having `width` cells has a quote left open.
    pub(super) fn expect_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The next row; `None` at the end. Blank lines are no rows.
    pub(super) fn next(&mut self) -> io::Result<Option<Row<'_>>> {
        loop {
            let row_from = self.reader.position().byte();
            self.reader.get_mut().row_from = row_from;
            if !self.reader.read_byte_record(&mut self.record).map_err(io::Error::from)? {
                return Ok(None);
            }
            let after = self.base.line + self.reader.position().line() - 1;
            // Only a row that never ends is ended by the end of the bytes.
            let never_ends = self.reader.get_ref().has_ended;
            let inner = if never_ends || after - self.line > 1 { newlines(&self.record) } else { 0 };
            strip_carriage_return(&mut self.record);
            let is_ragged = self.width.is_some_and(|width| width != self.record.len());
            if never_ends || (inner > 0 && is_ragged) {
                let line = after - inner - u64::from(!never_ends);
                self.go_back_behind_first_line(line)?;
                let record = RowCells::Read(&self.record);
                return Ok(Some(Row { record, line, is_unclosed: true }));
            }
            self.line = after;
            if self.record.len() == 1 && self.record.get(0).is_some_and(<[u8]>::is_empty) {
                continue;
            }
            let record = RowCells::Read(&self.record);
            return Ok(Some(Row { record, line: after - inner - 1, is_unclosed: false }));
        }
    }

    /// Leaves the first line of the row just read as the row, and reads on behind that line.
    fn go_back_behind_first_line(&mut self, line: u64) -> io::Result<()> {
        let (first, end) = self.reader.get_mut().first_line()?;
        split_plainly(first, &mut self.record);
        // From the line feed itself on, which is a blank line to the splitter: at the very beginning of its
        // input it would take three certain bytes for a mark of UTF-8.
        let mut position = csv::Position::new();
        position.set_byte(end).set_line(line - self.base.line + 1);
        self.reader.seek_raw(SeekFrom::Start(end), position).map_err(io::Error::from)?;
        self.line = line;
        Ok(())
    }

    /// Where the next row stands, or blank lines before it.
    pub(super) fn position(&self) -> Position {
        Position { offset: self.base.offset + self.reader.position().byte(), line: self.line }
    }

    /// The bytes behind the last row.
    pub(super) fn into_rest(self) -> Bytes {
        let from = self.reader.position().byte();
        let mut feed = self.reader.into_inner();
        let unread = feed.kept.split_off(feed.index_of(from));
        Box::new(io::Cursor::new(unread).chain(feed.source))
    }
}

/// The cells of a line, split at its commas whatever its quotes say.
pub(super) fn split_plainly(line: &[u8], record: &mut ByteRecord) {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    record.clear();
    for cell in line[..end].split(|&byte| byte == b',') {
        record.push_field(cell);
    }
}

/// The cells of a row that the block reader found, all of them, as the reference reads them.
pub(super) fn split_again(raw: &[u8]) -> io::Result<ByteRecord> {
    let mut record = ByteRecord::new();
    // Blank lines may stand before a row, and at the very beginning a mark of UTF-8 would be passed over.
    splitter(b"\n".chain(raw).chain(&b"\n"[..]), raw.len() + 1).read_byte_record(&mut record)?;
    strip_carriage_return(&mut record);
    Ok(record)
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

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        let bytes = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let mut rows = Rows::new(bytes, Position::START, 1000);
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> =
                row.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            let (line, width) = (row.line, cells.len());
            found.push((line, cells));
            if found.len() == 1 {
                rows.expect_width(width);
            }
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

    #[test]
    fn the_end_of_the_file_closes_no_quote() {
        for (last, wanted) in [
            // Closed by the last byte, the line feed before it being part of the cell.
            ("1,\"x\n\"", cells(&["1", "x\n"])),
            ("\"x\n\",", cells(&["x\n", ""])),
            // Open, though the last byte is a quote.
            ("1,\"x\"\"", cells(&["1", "\"x\"\""])),
            ("1,\"", cells(&["1", "\""])),
            ("\"", cells(&["\""])),
        ] {
            assert_eq!(lines(&format!("a,b\n{last}")), [(1, cells(&["a", "b"])), (2, wanted)], "{last}");
        }
    }

    #[test]
    fn a_row_beyond_the_limit_costs_its_first_line() {
        let long = "x".repeat(600);
        let text = format!("a,b\n1,\"{long}\n{long}\"\n3,4\n");
        let found = lines(&text);
        let wanted = [(1, 2), (2, 2), (3, 1), (4, 2)];
        assert_eq!(found.iter().map(|(line, cells)| (*line, cells.len())).collect::<Vec<_>>(), wanted);
        assert_eq!(found[2].1, [format!("{long}\"")]);
    }
}
