//! One canonical table from its first byte to its last row, by either reader.
//!
//! The header and everything damaged is read by the [reference](super::rows), everything else in
//! [blocks](crate::scan) over all threads. A row that spans lines and has not the width of the header has a
//! quote left open: the blocks end before it, its first line alone is bad, and they begin anew behind that
//! line. Where that happens too often, the reference reads on to the end.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    num::NonZeroUsize,
    ops::ControlFlow,
};

use super::{
    error::IngestError,
    file::FileRead,
    header::{Layout, recognise},
    progress::Progress,
    reading::{Reader, Reading},
    rows::{Bytes, Row, RowCells, Rows, split_plainly},
    stored::{self, StoredRows},
};
use crate::{
    digest::Digest,
    export::source::{
        Kind, Limits, PackedBytes, Packing, Place, SourceError, StoredTable, open_bytes, open_stored,
    },
    record::{FileId, Role},
    scan::{self, Block, Columns, Position, Record, Scan, ScanError, Source},
};

/// Rows that the block reader hands on together, so that many ids are looked up at once.
pub(super) const BATCH: usize = 64;
/// Rows of one part where the reference reads.
const PART_ROWS: usize = 4096;
/// So often blocks begin anew.
const RESTARTS_MAX: usize = 64;

/// What becomes of the rows of a table, part by part.
pub(super) trait Take: Sync {
    /// What a thread has for itself; it may be told apart by nothing that shows.
    type State: Send;
    /// What some rows that stand together come to.
    type Part: Send;

    /// For a thread about to begin.
    fn state(&self) -> Self::State;
    /// No rows yet.
    fn part(&self) -> Self::Part;
    /// Takes good rows of a block, the first `count` of `records`; they have the cells in the slots.
    fn records(
        &self,
        state: &mut Self::State,
        part: &mut Self::Part,
        records: scan::Rows<'_>,
        count: usize,
        slots: &Slots,
    );
    /// Takes the rows of a stretch of a file of typed columns.
    fn stored(&self, state: &mut Self::State, part: &mut Self::Part, rows: &StoredRows<'_>) {
        (0..rows.len()).for_each(|at| self.row(state, part, &rows.row(at)));
    }
    /// Takes any row.
    fn row(&self, state: &mut Self::State, part: &mut Self::Part, row: &Row<'_>);
}

/// Where the canonical columns of a file stand among those that the block reader looks at.
#[derive(Debug)]
pub(super) struct Slots {
    columns: Columns,
    /// By column of the file.
    by_place: Vec<Option<usize>>,
}

impl Slots {
    /// Those of the places; `None` where one of them is absurdly far.
    pub(super) fn of(places: impl Iterator<Item = usize>) -> Option<Self> {
        let mut wanted: Vec<usize> = places.collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut by_place = vec![None; wanted.last().map_or(0, |last| last + 1)];
        for (slot, &place) in wanted.iter().enumerate() {
            by_place[place] = Some(slot);
        }
        Some(Self { columns: Columns::new(wanted).ok()?, by_place })
    }

    /// A record as a row.
    pub(super) fn row<'r>(&'r self, record: Record<'r>) -> Row<'r> {
        let cells = RowCells::Scanned(record, &self.by_place);
        Row { record: cells, line: record.line(), is_unclosed: false }
    }
}

/// A table opened, its header recognised.
pub(super) struct Table<'p> {
    pub(super) layout: Layout,
    pub(super) read: FileRead,
    place: Place,
    body: Body,
    reading: Reading<'p>,
}

/// The rows of a table below its header.
enum Body {
    Text { rows: Box<Rows>, packed: PackedBytes },
    Stored(Box<dyn StoredTable>),
}

/// Opens a table and recognises its header.
pub(super) fn open<'p>(
    id: FileId,
    place: &Place,
    given: Option<Role>,
    reading: &Reading<'p>,
) -> Result<Table<'p>, IngestError> {
    if place.kind == Kind::Parquet {
        return open_typed(id, place, given, reading);
    }
    let (bytes, packed) = bytes_of(place)?;
    let mut rows = Rows::new(bytes, Position::START, reading.row_bytes_max);
    let header: Vec<String> = match rows.next().map_err(|error| unreadable(place, error))? {
        Some(row) => row.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
        None => Vec::new(),
    };
    rows.expect_width(header.len());
    let name = place.path.to_string_lossy();
    let layout = if header.is_empty() {
        let role = given.or_else(|| role_by_name(place));
        Layout::of_nothing(role.ok_or_else(|| IngestError::Empty { file: name.clone().into_owned() })?)
    } else {
        recognise(&name, &header, given)?
    };
    let mut read = FileRead::new(id, &place.path, layout.role);
    read.part = place.part.as_ref().map(|(_, name)| name.clone());
    read.unknown_columns.clone_from(&layout.unknown);
    let body = Body::Text { rows: Box::new(rows), packed };
    Ok(Table { layout, read, place: place.clone(), body, reading: *reading })
}

/// The same of a table of typed columns.
fn open_typed<'p>(
    id: FileId,
    place: &Place,
    given: Option<Role>,
    reading: &Reading<'p>,
) -> Result<Table<'p>, IngestError> {
    let table = open_stored(place)?;
    let stored = table.stored();
    let header: Vec<String> = stored.columns.iter().map(|column| column.name.clone()).collect();
    let layout = recognise(&place.path.to_string_lossy(), &header, given)?;
    let mut read = FileRead::new(id, &place.path, layout.role);
    let unread = stored::describe(stored, &layout, &mut read);
    unread.map_err(|error| SourceError::of_reading(place, error))?;
    let body = Body::Stored(table);
    Ok(Table { layout, read, place: place.clone(), body, reading: *reading })
}

/// What an empty file was to tell of, by the one role that its name holds.
fn role_by_name(place: &Place) -> Option<Role> {
    let name = place.path.file_stem()?.to_string_lossy().to_lowercase();
    let mut named = Role::ALL.into_iter().filter(|role| name.contains(role.word()));
    named.next().filter(|_| named.next().is_none())
}

fn bytes_of(place: &Place) -> Result<(Bytes, PackedBytes), IngestError> {
    match open_bytes(place, &Limits::default()) {
        Err(SourceError::Io { source, .. }) => Err(unreadable(place, source)),
        opened => Ok(opened?),
    }
}

fn unreadable(place: &Place, source: io::Error) -> IngestError {
    match place.packing {
        Packing::Plain => IngestError::Io { path: place.path.clone(), source },
        _ => SourceError::of_reading(place, source).into(),
    }
}

impl Table<'_> {
    /// Reads the rows; the parts are consumed in the order of the file. The file comes back with its digest,
    /// where one was asked for.
    ///
    /// # Errors
    ///
    /// [`IngestError`] where the file cannot be read to its end; never for a row.
    pub(super) fn read<T: Take>(
        self,
        slots: Option<&Slots>,
        take: &T,
        consume: impl FnMut(T::Part) + Send,
    ) -> Result<FileRead, IngestError> {
        let Reading { reader, threads, digest, row_bytes_max, progress } = self.reading;
        let Self { layout, mut read, place, body, .. } = self;
        let packed = match &body {
            Body::Text { packed, .. } => packed.clone(),
            Body::Stored(_) => PackedBytes::default(),
        };
        let mut meter = Meter { progress, packed, is_packed: place.packing != Packing::Plain, shown: 0 };
        let all = read.bytes;
        // A pipe is read once, from its first byte to its last: blocks begin anew behind damage.
        let is_pipe = place.pipe.is_some();
        let run = || match (body, reader, slots) {
            (Body::Stored(table), ..) => {
                let wanted = slots.map(|slots| slots.columns.indices().to_vec());
                let wanted = wanted.unwrap_or_else(|| layout.places.iter().flatten().copied().collect());
                let rows = u128::from(table.stored().rows.max(1));
                let mut consume = consume;
                let consume = |part, to_row| {
                    consume(part);
                    let bytes = u128::from(all) * u128::from(to_row) / rows;
                    meter.reach(u64::try_from(bytes).unwrap_or(all));
                };
                stored::read(table.as_ref(), &wanted, threads, take, consume)
                    .map_err(|error| SourceError::of_reading(&place, error).into())
            }
            (Body::Text { rows, .. }, Reader::Blocks { bytes }, Some(slots)) if !is_pipe => {
                let blocks =
                    Blocks { place: &place, width: layout.width, slots, bytes, threads, row_bytes_max };
                blocks.read(*rows, take, &mut meter, consume)
            }
            (Body::Text { mut rows, .. }, ..) => {
                in_turn(&mut rows, take, &mut meter, consume).map_err(|error| unreadable(&place, error))
            }
        };
        // What went through a pipe is gone.
        let sha256 = if !digest || is_pipe {
            run()?;
            None
        } else if threads.get() == 1 {
            run()?;
            Some(Digest::of_file(&read.path))
        } else {
            // A digest takes as long as all of the rest on several cores, so it is taken beside it.
            let (done, sha256) = std::thread::scope(|scope| {
                let path = &read.path;
                let digesting = scope.spawn(move || Digest::of_file(path));
                let done = run();
                (done, digesting.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            });
            done?;
            Some(sha256)
        };
        read.sha256 =
            sha256.transpose().map_err(|source| IngestError::Io { path: read.path.clone(), source })?;
        meter.end(all);
        Ok(read)
    }
}

/// Tells of the bytes of a file that were read, each once.
struct Meter<'p> {
    progress: &'p dyn Progress,
    packed: PackedBytes,
    is_packed: bool,
    shown: u64,
}

impl Meter<'_> {
    /// Everything before `offset` of the text was read.
    fn reach(&mut self, offset: u64) {
        let now = if self.is_packed { self.packed.read_so_far() } else { offset };
        self.progress.advance(now.saturating_sub(self.shown));
        self.shown = self.shown.max(now);
    }

    fn end(&mut self, all: u64) {
        self.progress.advance(all.saturating_sub(self.shown));
    }
}

/// Reads all rows by the reference.
fn in_turn<T: Take>(
    rows: &mut Rows,
    take: &T,
    meter: &mut Meter<'_>,
    mut consume: impl FnMut(T::Part),
) -> io::Result<()> {
    let mut state = take.state();
    loop {
        let mut part = take.part();
        for _ in 0..PART_ROWS {
            let Some(row) = rows.next()? else {
                consume(part);
                return Ok(());
            };
            take.row(&mut state, &mut part, &row);
        }
        consume(part);
        meter.reach(rows.position().offset);
    }
}

/// A table read in blocks.
struct Blocks<'b> {
    place: &'b Place,
    width: usize,
    slots: &'b Slots,
    bytes: usize,
    threads: NonZeroUsize,
    row_bytes_max: usize,
}

/// What a block came to.
struct Mapped<P> {
    part: P,
    /// The row with a quote left open before which the block was left.
    left_at: Option<Position>,
    end: u64,
}

impl Blocks<'_> {
    /// Reads all rows behind the header.
    fn read<T: Take>(
        &self,
        header: Rows,
        take: &T,
        meter: &mut Meter<'_>,
        mut consume: impl FnMut(T::Part) + Send,
    ) -> Result<(), IngestError> {
        let error = |source| unreadable(self.place, source);
        let mut at = header.position();
        let file = match self.place.packing {
            Packing::Plain => Some(File::open(&self.place.path).map_err(error)?),
            _ => None,
        };
        let mut stream: Option<Bytes> = file.is_none().then(|| header.into_rest());
        for _ in 0..RESTARTS_MAX {
            let source = match (&file, stream.take()) {
                (Some(file), _) => {
                    // The header was read with a line feed behind the file if it had none.
                    at.offset = at.offset.min(file.metadata().map_err(error)?.len());
                    Source::File(file)
                }
                (None, Some(stream)) => Source::Stream(stream),
                (None, None) => unreachable!("a stream is opened again whenever it is left"),
            };
            let Some(left_at) = self.scan(source, at, take, meter, &mut consume)? else { return Ok(()) };
            let FirstLine { text, number, behind, rest } = self.first_line(left_at)?;
            let mut record = csv::ByteRecord::new();
            split_plainly(&text, &mut record);
            let row = Row { record: RowCells::Read(&record), line: number, is_unclosed: true };
            let mut part = take.part();
            take.row(&mut take.state(), &mut part, &row);
            consume(part);
            at = behind;
            stream = Some(rest);
        }
        // From the line feed before it on: at the very beginning of its input the reference takes three
        // certain bytes for a mark of UTF-8.
        let rest = b"\n".chain(stream.expect("blocks began anew at least once"));
        let at = Position { offset: at.offset - 1, line: at.line - 1 };
        let mut rows = Rows::new(Box::new(rest), at, self.row_bytes_max);
        rows.expect_width(self.width);
        in_turn(&mut rows, take, meter, consume).map_err(error)
    }

    /// Reads blocks up to the end or to a row with a quote left open: where that stands.
    fn scan<T: Take>(
        &self,
        source: Source<'_>,
        start: Position,
        take: &T,
        meter: &mut Meter<'_>,
        consume: &mut (impl FnMut(T::Part) + Send),
    ) -> Result<Option<Position>, IngestError> {
        let mut left_at = None;
        let scan = Scan {
            threads: self.threads_for(start),
            block_bytes: self.bytes,
            record_bytes_max: self.row_bytes_max,
            ..Scan::new(self.slots.columns.clone())
        };
        let finished = scan.run(
            source,
            start,
            || take.state(),
            |state, block| self.map(take, state, block),
            |mapped: Mapped<T::Part>| {
                consume(mapped.part);
                meter.reach(mapped.end);
                left_at = mapped.left_at;
                if left_at.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        match finished {
            Ok(_) => Ok(left_at),
            Err(ScanError::RecordTooLong { start, .. }) => Ok(Some(start)),
            Err(ScanError::Unreadable { source, .. }) => Err(unreadable(self.place, source)),
            Err(error @ ScanError::Shrank { .. }) => {
                Err(unreadable(self.place, io::Error::new(io::ErrorKind::UnexpectedEof, error.to_string())))
            }
        }
    }

    /// No more threads than there are blocks.
    fn threads_for(&self, start: Position) -> NonZeroUsize {
        let length = std::fs::metadata(&self.place.path).map_or(u64::MAX, |about| about.len());
        let is_plain = self.place.packing == Packing::Plain;
        let left = if is_plain { length.saturating_sub(start.offset) } else { u64::MAX };
        let blocks = usize::try_from(left / self.bytes.max(1) as u64).unwrap_or(usize::MAX);
        self.threads.min(NonZeroUsize::MIN.saturating_add(blocks))
    }

    /// Takes the records of a block, up to one with a quote left open.
    fn map<T: Take>(&self, take: &T, state: &mut T::State, block: &Block<'_>) -> Mapped<T::Part> {
        let mut part = take.part();
        let mut records = block.records();
        let end = block.start().offset + block.bytes().len() as u64;
        let may_be_long = block.bytes().len() > self.row_bytes_max;
        while let Some(rows) = records.next_rows(BATCH) {
            let may_be_unclosed = may_be_long || rows.has_quoted();
            let unclosed =
                may_be_unclosed.then(|| rows.iter().position(|record| self.is_unclosed(&record))).flatten();
            take.records(state, &mut part, rows, unclosed.unwrap_or(rows.len()), self.slots);
            if let Some(record) = unclosed.and_then(|place| rows.get(place)) {
                return Mapped { part, left_at: Some(record.position()), end };
            }
        }
        Mapped { part, left_at: None, end }
    }

    #[inline]
    fn is_unclosed(&self, record: &Record<'_>) -> bool {
        record.is_open()
            || (record.spans_lines() && record.field_count() != self.width)
            || record.raw().len() > self.row_bytes_max
    }

    /// The first line that is not blank from a place on.
    fn first_line(&self, from: Position) -> Result<FirstLine, IngestError> {
        let error = |source| unreadable(self.place, source);
        let bytes: Bytes = if self.place.packing == Packing::Plain {
            let mut file = File::open(&self.place.path).map_err(error)?;
            file.seek(SeekFrom::Start(from.offset)).map_err(error)?;
            Box::new(file)
        } else {
            let (mut bytes, _) = bytes_of(self.place)?;
            io::copy(&mut bytes.by_ref().take(from.offset), &mut io::sink()).map_err(error)?;
            bytes
        };
        let mut bytes = BufReader::new(bytes);
        let mut behind = from;
        let mut text = Vec::new();
        loop {
            text.clear();
            let length = bytes.read_until(b'\n', &mut text).map_err(error)?;
            let number = behind.line;
            behind.offset += length as u64;
            behind.line += u64::from(text.last() == Some(&b'\n'));
            if text != b"\n" {
                return Ok(FirstLine { text, number, behind, rest: Box::new(bytes) });
            }
        }
    }
}

/// A line, and what stands behind it.
struct FirstLine {
    text: Vec<u8>,
    number: u64,
    behind: Position,
    rest: Bytes,
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::ingest::Silent;

    /// Rows as they come: line, cells, and whether a quote is left open.
    struct TakeAll;

    type Found = Vec<(u64, Vec<Vec<u8>>, bool)>;

    impl Take for TakeAll {
        type State = ();
        type Part = Found;

        fn state(&self) {}

        fn part(&self) -> Found {
            Vec::new()
        }

        fn records(
            &self,
            (): &mut (),
            part: &mut Found,
            records: scan::Rows<'_>,
            count: usize,
            slots: &Slots,
        ) {
            for record in records.iter().take(count) {
                self.row(&mut (), part, &slots.row(record));
            }
        }

        fn row(&self, (): &mut (), part: &mut Found, row: &Row<'_>) {
            part.push((row.line, row.record.iter().map(<[u8]>::to_vec).collect(), row.is_unclosed));
        }
    }

    fn rows(text: &[u8], reader: Reader, threads: usize, row_bytes_max: usize) -> Found {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text).unwrap();
        let place = Place::plain(file.path()).unwrap();
        let threads = NonZeroUsize::new(threads).unwrap();
        let reading = Reading { reader, threads, row_bytes_max, ..Reading::new(&Silent) };
        let table = open(FileId(0), &place, None, &reading).unwrap();
        let slots = Slots::of(0..100);
        let mut found = Vec::new();
        table.read(slots.as_ref(), &TakeAll, |part| found.extend(part)).unwrap();
        found
    }

    proptest! {
        #[test]
        fn every_row_is_read_alike(
            bytes in prop::collection::vec(prop::sample::select(b",,,\"\"\n\n\raab\xef\xbb\xbf".to_vec()), 0..200),
            block_bytes in prop::sample::select(vec![1_usize, 5, 30, 1000]),
            threads in 1_usize..4,
            row_bytes_max in prop::sample::select(vec![27_usize, 40, 1000]),
        ) {
            // A header that is read whatever follows.
            let text = [&b"order_id,posted_at,quantity\n"[..], &bytes].concat();
            let wanted = rows(&text, Reader::Csv, 1, row_bytes_max);
            prop_assert_eq!(rows(&text, Reader::Blocks { bytes: block_bytes }, threads, row_bytes_max), wanted);
        }
    }
}
