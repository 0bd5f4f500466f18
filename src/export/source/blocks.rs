//! Rows of an opened table, over several threads.
//!
//! A text is cut into blocks at the ends of records, as [`scan`](crate::scan) sees them. A block without quotes is
//! split there, cell by cell in place; any other goes through [`TextRows`], which alone says what an odd quote means.
//! Where it finds a row broken within a block, the quote may close in the next one: reading goes on row by row from
//! that row on.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    num::NonZeroUsize,
    ops::ControlFlow,
};

use super::{
    Encoding, Kind, Limits, Opened, Packing, Place, RawRow, SourceError, SourceRow, decode::Decoding,
    open::open_bytes, rows::TextRows,
};
use crate::{
    export::cells::{CellError, clean},
    scan::{self, Block, Columns, PlainRecord, Position, RowsText, Scan, ScanError},
};

/// Rows that the splitter hands on together.
const BATCH: usize = 64;
/// Rows of one part where they are read one after the other.
const PART_ROWS: usize = 1024;

/// How a text is read in blocks; it changes only how fast.
#[derive(Clone, Copy, Debug)]
pub struct InBlocks {
    /// How many threads; the calling thread is one of them.
    pub threads: NonZeroUsize,
    /// How many bytes a thread reads at once.
    pub bytes: usize,
}

impl InBlocks {
    /// Blocks of the size that is fastest.
    #[must_use]
    pub const fn on(threads: NonZeroUsize) -> Self {
        Self { threads, bytes: Scan::BLOCK_BYTES }
    }
}

/// What becomes of the rows of a table, some at a time.
pub(crate) trait RowConsumer: Sync {
    /// What a thread has for itself; it may be told apart by nothing that shows.
    type State: Send;
    /// What some rows next to each other come to.
    type Part: Send;

    /// For a thread about to begin.
    fn state(&self) -> Self::State;
    /// No rows yet.
    fn part(&self) -> Self::Part;
    /// Takes rows of which no cell is quoted and which have as many cells as the header.
    fn plain(&self, state: &mut Self::State, part: &mut Self::Part, rows: &[ScannedRow<'_>]);
    /// Takes any row.
    fn row(&self, state: &mut Self::State, part: &mut Self::Part, row: &RawRow);
}

/// A row of a block, its cells in place.
pub(crate) struct ScannedRow<'r> {
    /// The physical line on which it begins.
    pub(crate) line: u64,
    /// How many cells it has.
    pub(crate) width: usize,
    /// Its cells.
    pub(crate) record: PlainRecord<'r>,
    text: RowsText<'r>,
}

impl SourceRow for ScannedRow<'_> {
    fn line(&self) -> u64 {
        self.line
    }

    fn len(&self) -> usize {
        self.width
    }

    #[inline]
    fn cell(&self, at: usize) -> &str {
        self.record.text(at, &self.text).unwrap_or_default()
    }

    fn flaw(&self, _: usize) -> Option<&CellError> {
        None
    }
}

/// Reads the rows of a table below the line of its header, in blocks on so many threads or row by row; the parts are
/// consumed in the order of the table. Of what stands above it, everything was read already. Gives the bad places of
/// the text that were replaced.
///
/// # Errors
///
/// [`SourceError`] where the table cannot be read to its end; what stands before that place was consumed.
pub(crate) fn read_rows<T: RowConsumer>(
    opened: &mut Opened,
    header_line: u64,
    width: usize,
    in_blocks: Option<InBlocks>,
    take: &T,
    mut consume: impl FnMut(T::Part) + Send,
) -> Result<u64, SourceError> {
    match in_blocks.and_then(|how| Blocks::of(opened, header_line, width, how)) {
        Some(blocks) => blocks.read(take, &mut consume),
        None => {
            let mut state = take.state();
            let mut part = take.part();
            let (mut row, mut rows) = (RawRow::default(), 0);
            while opened.read(&mut row)? {
                take.row(&mut state, &mut part, &row);
                rows += 1;
                if rows == PART_ROWS {
                    consume(std::mem::replace(&mut part, take.part()));
                    rows = 0;
                }
            }
            consume(part);
            Ok(opened.replaced())
        }
    }
}

/// A text that is read in blocks.
struct Blocks<'o> {
    place: &'o Place,
    encoding: Encoding,
    delimiter: super::Delimiter,
    header_line: u64,
    columns: Columns,
    how: InBlocks,
}

/// What a block came to.
struct Mapped<P> {
    part: P,
    replaced: u64,
    /// Where a row is that may end in another block.
    left_at: Option<Position>,
}

impl<'o> Blocks<'o> {
    /// The blocks of a table; `None` where it is no text, or one that is read once or ends its lines in another way.
    fn of(opened: &'o Opened, header_line: u64, width: usize, how: InBlocks) -> Option<Self> {
        let place = opened.place();
        let (encoding, delimiter) = (opened.encoding()?, opened.delimiter()?);
        let can_be_read_again = place.kind == Kind::Text && place.pipe.is_none() && place.path.is_file();
        if !can_be_read_again || opened.ends_lines_with_returns() {
            return None;
        }
        let columns = Columns::new((0..width).collect::<Vec<_>>()).ok()?;
        Some(Self { place, encoding, delimiter, header_line, columns, how })
    }

    /// The text from its first byte on, in UTF-8.
    fn stream(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let (bytes, _) = open_bytes(self.place, &Limits::default())?;
        Ok(match self.encoding {
            Encoding::Utf8 => bytes,
            other => Box::new(Decoded { decoding: Decoding::new(bytes, other), text: Vec::new(), at: 0 }),
        })
    }

    fn read<T: RowConsumer>(
        &self,
        take: &T,
        consume: &mut (impl FnMut(T::Part) + Send),
    ) -> Result<u64, SourceError> {
        let place = self.place;
        let error = |source| SourceError::of_reading(place, source);
        let is_plain =
            place.packing == Packing::Plain && matches!(self.encoding, Encoding::Utf8 | Encoding::Utf8Bom);
        let file = if is_plain { Some(File::open(&place.path).map_err(error)?) } else { None };
        // A stream was decoded, and has no mark at its beginning.
        let mark = if is_plain && self.encoding == Encoding::Utf8Bom { self.encoding.bom().len() } else { 0 };
        let start = Position { offset: mark as u64, ..Position::START };
        let (mut replaced, mut left_at) = (0, None);
        let scan = Scan {
            threads: self.how.threads,
            block_bytes: self.how.bytes,
            record_bytes_max: Limits::default().row_bytes_max,
            delimiter: scan::Delimiter::new(self.delimiter.byte()).unwrap_or_default(),
            ..Scan::new(self.columns.clone())
        };
        let source = match &file {
            Some(file) => scan::Source::File(file),
            None => scan::Source::Stream(self.stream()?),
        };
        let finished = scan.run(
            source,
            start,
            || take.state(),
            |state, block| self.map(take, state, block),
            |mapped: Mapped<T::Part>| {
                consume(mapped.part);
                replaced += mapped.replaced;
                left_at = mapped.left_at;
                if left_at.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        match finished {
            Ok(_) => {}
            Err(ScanError::RecordTooLong { start, .. }) => left_at = Some(start),
            Err(ScanError::Unreadable { source, .. }) => return Err(error(source)),
            Err(shrank @ ScanError::Shrank { .. }) => {
                return Err(error(io::Error::new(io::ErrorKind::UnexpectedEof, shrank.to_string())));
            }
        }
        let Some(from) = left_at else { return Ok(replaced) };
        let mut rest: Box<dyn Read + Send> = match file {
            Some(mut file) => {
                file.seek(SeekFrom::Start(from.offset)).map_err(error)?;
                Box::new(file)
            }
            None => {
                let mut stream = self.stream()?;
                io::copy(&mut stream.by_ref().take(from.offset), &mut io::sink()).map_err(error)?;
                stream
            }
        };
        let mut rows = self.rows(&mut rest, from.line);
        let mut state = take.state();
        let mut part = take.part();
        let (mut row, mut count) = (RawRow::default(), 0);
        while rows.read(&mut row).map_err(error)? {
            if row.line <= self.header_line {
                continue;
            }
            take.row(&mut state, &mut part, &row);
            count += 1;
            if count == PART_ROWS {
                consume(std::mem::replace(&mut part, take.part()));
                count = 0;
            }
        }
        consume(part);
        Ok(replaced + rows.replaced())
    }

    fn rows<R: Read>(&self, text: R, line: u64) -> TextRows<R> {
        TextRows::new(
            Decoding::new(text, Encoding::Utf8),
            self.delimiter,
            false,
            Limits::default().row_bytes_max,
        )
        .from_line(line)
    }

    /// Takes the rows of a block.
    fn map<T: RowConsumer>(&self, take: &T, state: &mut T::State, block: &Block<'_>) -> Mapped<T::Part> {
        let mut part = take.part();
        let bytes = block.bytes();
        let width = self.columns.indices().len();
        if memchr::memchr(b'"', bytes).is_none() && std::str::from_utf8(bytes).is_ok() {
            let mut records = block.records();
            let mut raw = RawRow::default();
            while let Some(rows) = records.next_rows(BATCH) {
                let text = rows.text();
                let mut plain = Vec::with_capacity(rows.len());
                for record in rows.iter().filter(|record| record.line() > self.header_line) {
                    let line = record.line();
                    if let (Some(record), Some(text)) = (record.plain(width), text) {
                        plain.push(ScannedRow { line, width, record, text });
                        continue;
                    }
                    take.plain(state, &mut part, &plain);
                    plain.clear();
                    if read_one(record.raw(), self.delimiter.byte(), line, &mut raw) {
                        take.row(state, &mut part, &raw);
                    }
                }
                take.plain(state, &mut part, &plain);
            }
            return Mapped { part, replaced: 0, left_at: None };
        }
        let mut rows = self.rows(bytes, block.start().line);
        let mut row = RawRow::default();
        // Bytes in memory can be read.
        while rows.read(&mut row).unwrap_or(false) {
            if row.fault.is_some() {
                return Mapped { part, replaced: rows.replaced(), left_at: Some(start_of(block, row.line)) };
            }
            if row.line > self.header_line {
                take.row(state, &mut part, &row);
            }
        }
        Mapped { part, replaced: rows.replaced(), left_at: None }
    }
}

/// Splits a row without quotes; `false` where nothing is written in it.
fn read_one(raw: &[u8], delimiter: u8, line: u64, row: &mut RawRow) -> bool {
    let text = String::from_utf8_lossy(raw);
    let text = text.strip_suffix('\r').unwrap_or(&text);
    row.clear(line);
    text.split(char::from(delimiter)).for_each(|cell| row.push(cell));
    row.len() > 1 || !clean(row.cell(0)).is_empty()
}

/// Where a line of a block begins.
fn start_of(block: &Block<'_>, line: u64) -> Position {
    let start = block.start();
    let mut ends = memchr::memchr_iter(b'\n', block.bytes());
    let offset = match line.checked_sub(start.line + 1) {
        None => 0,
        Some(before) => ends.nth(usize::try_from(before).unwrap_or(usize::MAX)).map_or(0, |end| end + 1),
    };
    Position { offset: start.offset + offset as u64, line }
}

/// A text of another encoding as a stream of UTF-8.
struct Decoded<R> {
    decoding: Decoding<R>,
    text: Vec<u8>,
    at: usize,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            self.text.clear();
            self.at = 0;
            if !self.decoding.more(&mut self.text)? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
