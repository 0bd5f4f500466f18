//! The splitter: from the bytes of whole records to their wanted fields.
//!
//! A record is walked from mark to mark: where the leading columns end is noted, the others are counted,
//! and a line feed stops the walk. A quote counts only where a field begins; what it encloses is passed.
//! Where a field is wanted that was quoted, [`unquote`] reads it. The result is what the `csv` crate gives
//! with `flexible(true)`, without trimming, and with the line feed as the one end of a record; then one
//! carriage return is taken off the end of the last field, and a record of one empty field is none.
#![expect(clippy::inline_always, reason = "or the compiler forgets which instructions were chosen")]

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch};

use super::{
    Columns, Delimiter, Position, Record, Rows,
    row::{Buffer, Extent, Span, without_return},
    unquote::unquote,
    windows::{Marks, WINDOW},
};

/// Delimiters noted at once, whether there are so many or not: a loop of fixed length predicts well.
const NOTED: usize = 8;

/// The records of a text, in order.
#[derive(Clone, Debug)]
pub struct Records<'b> {
    bytes: &'b [u8],
    start: Position,
    columns: &'b Columns,
    delimiter: u8,
    level: Level,
    /// The first byte not read yet.
    at: usize,
    /// The physical line of that byte.
    line: u64,
    /// Where the window of `marks` begins; none was looked at yet where that is beyond every text.
    base: usize,
    /// What is marked in the window and not used up.
    marks: Marks,
    /// `bounds[n]` is where field `n` of the record being read starts, one behind the end of field
    /// `n - 1`; only the columns up to the last wanted one are noted, and [`NOTED`] more have room.
    bounds: Vec<usize>,
    buffer: Buffer,
}

impl<'b> Records<'b> {
    /// The records of `bytes`, of which the first byte stands at `start` of the file.
    ///
    /// The text begins outside quotes and the end of the text ends the last record.
    #[must_use]
    pub fn new(bytes: &'b [u8], start: Position, columns: &'b Columns, delimiter: Delimiter) -> Self {
        let delimiter = delimiter.byte();
        Self {
            bytes,
            start,
            columns,
            delimiter,
            level: Level::new(),
            at: 0,
            line: start.line,
            base: usize::MAX,
            marks: Marks::default(),
            bounds: vec![0; columns.width() + 1 + NOTED],
            buffer: Buffer::default(),
        }
    }

    /// The next record; `None` at the end.
    #[expect(clippy::should_implement_trait, reason = "a record lends what the next call overwrites")]
    pub fn next(&mut self) -> Option<Record<'_>> {
        self.next_rows(1)?.get(0)
    }

    /// The next records, at most so many; `None` at the end.
    ///
    /// Rows taken together let the reader look up many ids at once ([`KeyTable::get_batch`]).
    ///
    /// [`KeyTable::get_batch`]: super::keys::KeyTable::get_batch
    pub fn next_rows(&mut self, rows_max: usize) -> Option<Rows<'_>> {
        self.buffer.clear();
        dispatch!(self.level, simd => self.read_records(simd, rows_max));
        let rows = Rows {
            block: self.bytes,
            block_offset: self.start.offset,
            wanted: self.columns.indices().len(),
            buffer: &self.buffer,
        };
        (!rows.is_empty()).then_some(rows)
    }

    /// Reads records into the buffer, at most so many.
    #[inline(always)]
    fn read_records<S: Simd>(&mut self, simd: S, rows_max: usize) {
        for _ in 0..rows_max {
            if !self.read_record(simd) {
                return;
            }
        }
    }

    /// Reads one record into the buffer; `false` at the end.
    #[inline(always)]
    fn read_record<S: Simd>(&mut self, simd: S) -> bool {
        loop {
            if !self.skip_line_ends() {
                return false;
            }
            let (start, line) = (self.at, self.line);
            self.move_window_to(simd, start);
            let Walked { end, fields, is_open } = self.walk(simd, start);
            self.at = end;
            if fields == 1 && !is_open && self.is_blank(start..end) {
                self.buffer.spans.truncate(self.buffer.extents.len() * self.columns.indices().len());
                continue;
            }
            let spans_lines = self.line > line;
            self.buffer.extents.push(Extent { start, end, line, fields, spans_lines, is_open });
            return true;
        }
    }

    /// Goes to the next byte that belongs to a record: empty lines are none.
    #[inline(always)]
    fn skip_line_ends(&mut self) -> bool {
        loop {
            match self.bytes.get(self.at) {
                Some(b'\n') => self.line += 1,
                Some(_) => return true,
                None => return false,
            }
            self.at += 1;
        }
    }

    /// Whether the one field of a record is empty but for a carriage return.
    #[cold]
    fn is_blank(&mut self, field: Range<usize>) -> bool {
        let mark = self.buffer.scratch.len();
        let span = match self.bytes[field.clone()].first() {
            Some(b'"') => unquote(self.bytes, field, &mut self.buffer.scratch),
            _ => Span::new(field),
        };
        let text = span.text(self.bytes, &self.buffer.scratch);
        let is_blank = text.is_none_or(|text| without_return(text).is_empty());
        self.buffer.scratch.truncate(mark);
        is_blank
    }

    /// Looks at the next window; `false` at the end of the text.
    #[inline(always)]
    fn move_window_on<S: Simd>(&mut self, simd: S) -> bool {
        let base = self.base + WINDOW;
        if base >= self.bytes.len() {
            return false;
        }
        self.base = base;
        self.marks = Marks::at(simd, self.bytes, base, self.delimiter);
        true
    }

    /// Looks at what stands from `at` on.
    #[inline(always)]
    fn move_window_to<S: Simd>(&mut self, simd: S, at: usize) {
        let base = at - at % WINDOW;
        if base != self.base {
            self.base = base;
            self.marks = Marks::at(simd, self.bytes, base, self.delimiter);
        }
        self.marks = self.marks.from(at - base);
    }

    /// Walks through the record that begins at `start` and notes its wanted fields.
    #[inline(always)]
    fn walk<S: Simd>(&mut self, simd: S, start: usize) -> Walked {
        let width = self.columns.width();
        self.bounds[0] = start;
        let mut delimiters = 0;
        let mut has_quoted = false;
        let mut is_open = false;
        let end = loop {
            let Marks { delimiters: marked, stops } = self.marks;
            // All bits below the lowest stop; all bits where there is no stop.
            let before_stop = (stops & stops.wrapping_neg()).wrapping_sub(1);
            self.note_delimiters(marked & before_stop, delimiters, width);
            delimiters += (marked & before_stop).count_ones() as usize;
            if stops == 0 {
                if !self.move_window_on(simd) {
                    break self.bytes.len();
                }
                continue;
            }
            let stop = self.base + stops.trailing_zeros() as usize;
            if self.bytes[stop] != b'"' {
                break stop;
            }
            if stop == start || self.bytes[stop - 1] == self.delimiter {
                has_quoted = true;
                is_open = !self.pass_quoted(simd, stop);
            } else {
                // A quote in the middle of a field is a byte like any other.
                self.marks = self.marks.from(stop + 1 - self.base);
            }
        };
        let fields = delimiters + 1;
        if has_quoted {
            self.bounds[delimiters.min(width) + 1] = end + 1;
            self.push_spans_unquoted(fields);
        } else {
            let has_return = end > start && self.bytes[end - 1] == b'\r';
            self.bounds[delimiters.min(width) + 1] = end + 1 - usize::from(has_return);
            let bounds = &self.bounds[..];
            self.buffer.spans.extend(self.columns.indices().iter().map(|&column| {
                if column < fields { Span::new(field_at(bounds, column)) } else { Span::MISSING }
            }));
        }
        Walked { end, fields, is_open }
    }

    /// Passes the text behind the quote at `opened` up to and with the quote that closes it; `false` where
    /// none does.
    #[inline(always)]
    fn pass_quoted<S: Simd>(&mut self, simd: S, opened: usize) -> bool {
        self.move_window_to(simd, opened + 1);
        loop {
            let stops = self.marks.stops;
            if stops == 0 {
                if !self.move_window_on(simd) {
                    // The quote was never closed, so what is marked in the window is enclosed.
                    self.marks = Marks::default();
                    return false;
                }
                continue;
            }
            let stop = self.base + stops.trailing_zeros() as usize;
            match self.bytes[stop] {
                b'"' if self.bytes.get(stop + 1) == Some(&b'"') => self.move_window_to(simd, stop + 2),
                b'"' => {
                    self.move_window_to(simd, stop + 1);
                    return true;
                }
                _line_feed => {
                    self.line += 1;
                    self.marks.stops &= stops.wrapping_sub(1);
                }
            }
        }
    }

    /// Notes the wanted fields of a record in which some field is quoted.
    #[cold]
    fn push_spans_unquoted(&mut self, fields: usize) {
        for &column in self.columns.indices() {
            let span = if column < fields {
                let field = field_at(&self.bounds, column);
                let span = match self.bytes[field.clone()].first() {
                    Some(b'"') => unquote(self.bytes, field, &mut self.buffer.scratch),
                    _ => Span::new(field),
                };
                if column + 1 == fields {
                    span.without_return(self.bytes, &self.buffer.scratch)
                } else {
                    span
                }
            } else {
                Span::MISSING
            };
            self.buffer.spans.push(span);
        }
    }

    /// Notes where the fields behind these delimiters start, `earlier` delimiters having been seen.
    #[inline(always)]
    fn note_delimiters(&mut self, mut marked: u64, earlier: usize, width: usize) {
        // Beyond the wanted columns everything is written over the same spare places.
        let mut place = earlier.min(width) + 1;
        let behind_first = self.base + 1;
        loop {
            let spare = self.bounds[place..].first_chunk_mut::<NOTED>().expect("bounds has spare places");
            for bound in spare {
                // The highest bit keeps the number of zeros defined when nothing is marked any more. No
                // sum wraps: a mark is on a byte of the text.
                *bound = behind_first.wrapping_add((marked | 1 << 63).trailing_zeros() as usize);
                marked &= marked.wrapping_sub(1);
            }
            if marked == 0 || place + NOTED > width {
                return;
            }
            place += NOTED;
        }
    }
}

/// What a walk through a record found beside its wanted fields.
struct Walked {
    end: usize,
    fields: usize,
    is_open: bool,
}

/// The field of a column, from bounds that were noted.
#[inline(always)]
fn field_at(bounds: &[usize], column: usize) -> Range<usize> {
    bounds[column]..bounds[column + 1] - 1
}
