//! The splitter: from the bytes of whole records to their wanted fields.
//!
//! Text without quotes is taken window by window: every mark is noted, and line feeds tell which of them are
//! of one record. Where a quote comes, a record is walked from mark to mark: where the leading columns end is
//! noted, the others are counted, and a line feed stops the walk. A quote counts only where a field begins;
//! what it encloses is passed.
//! Where a field is wanted that was quoted, [`unquote`] reads it; a record of which none is reads like one
//! without quotes. The result is what the `csv` crate gives
//! with `flexible(true)`, without trimming, and with the line feed as the one end of a record; then one
//! carriage return is taken off the end of the last field, and a record of one empty field is none.
#![expect(clippy::inline_always, reason = "or the compiler forgets which instructions were chosen")]

use std::{mem, ops::Range};

use fearless_simd::{Level, Simd, dispatch};

use super::{
    Columns, Delimiter, Position, Record, Rows,
    row::{Buffer, Extent, Span, without_return},
    unquote::unquote,
    windows::{Marks, PlainMarks, WINDOW},
};

/// Delimiters noted at once, whether there are so many or not: a loop of fixed length predicts well.
const NOTED: usize = 8;
/// A record with more fields than this behind the wanted ones is walked, so that they are not all noted.
const FIELDS_MAX: usize = 1024;

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
    /// How many bounds of the buffer are those of records that were read.
    bounded: usize,
    /// Where records end that were seen in text without quotes, as places among the bounds; others follow that
    /// mean nothing.
    ends: Vec<usize>,
    /// Whether the last record had no quotes, so that the next has probably none.
    is_plain: bool,
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
            bounded: 0,
            ends: Vec::new(),
            is_plain: true,
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
    /// Rows taken together let the reader look up many ids at once ([`KeyTable::expect`]).
    ///
    /// [`KeyTable::expect`]: super::keys::KeyTable::expect
    pub fn next_rows(&mut self, rows_max: usize) -> Option<Rows<'_>> {
        self.buffer.clear();
        self.bounded = 0;
        dispatch!(self.level, simd => self.read_records(simd, rows_max));
        let rows = Rows {
            block: self.bytes,
            block_offset: self.start.offset,
            columns: self.columns.indices(),
            buffer: &self.buffer,
        };
        (!rows.is_empty()).then_some(rows)
    }

    /// Reads records into the buffer, at most so many.
    #[inline(always)]
    fn read_records<S: Simd>(&mut self, simd: S, rows_max: usize) {
        while self.buffer.extents.len() < rows_max {
            if self.is_plain {
                self.read_plain_records(simd, rows_max);
                if self.buffer.extents.len() >= rows_max {
                    return;
                }
            }
            if !self.read_record(simd) {
                return;
            }
        }
    }

    /// Reads records up to the first window with a quote or to the last window, until there are so many.
    #[inline(always)]
    fn read_plain_records<S: Simd>(&mut self, simd: S, rows_max: usize) {
        let first = self.bounded;
        let noted_max = self.columns.width() + FIELDS_MAX;
        let wanted = rows_max - self.buffer.extents.len();
        let (bytes, delimiter, mut base) = (self.bytes, self.delimiter, self.at);
        // Nothing that is written here can be one of the variables of the loop, if they have no address.
        let (mut bounds, mut ends) = (mem::take(&mut self.buffer.bounds), mem::take(&mut self.ends));
        make_room(&mut bounds, first);
        bounds[first] = base;
        let (mut noted, mut last, mut ended) = (first + 1, first, 0);
        while let Some(window) = bytes.get(base..).and_then(<[u8]>::first_chunk) {
            let Some(PlainMarks { delimiters, line_feeds }) = PlainMarks::of(simd, window, delimiter) else {
                break;
            };
            make_room(&mut bounds, noted);
            let marked = delimiters | line_feeds;
            note(&mut bounds[noted..], marked, base);
            if ends.len() < ended + WINDOW {
                ends.resize((ended + WINDOW) * 2, 0);
            }
            let mut left = line_feeds;
            loop {
                // The place among the bounds of the one behind the line feed. Whether there is one in a window is
                // hard to foresee, so one is noted in any case; that there are several is rare.
                let before = marked & (left & left.wrapping_neg()).wrapping_sub(1);
                let behind = noted + before.count_ones() as usize;
                ends[ended] = behind;
                (last, ended) = if left == 0 { (last, ended) } else { (behind, ended + 1) };
                left &= left.wrapping_sub(1);
                if left == 0 {
                    break;
                }
            }
            noted += marked.count_ones() as usize;
            base += WINDOW;
            if ended >= wanted || noted - last > noted_max {
                break;
            }
        }
        (self.buffer.bounds, self.ends) = (bounds, ends);
        self.push_plain_records(first, ended, rows_max);
    }

    /// Notes the records that were seen to end, at most so many in all.
    #[inline(always)]
    fn push_plain_records(&mut self, first: usize, ended: usize, rows_max: usize) {
        let mut from = first;
        for &to in &self.ends[..ended] {
            let (start, end) = (self.buffer.bounds[from], self.buffer.bounds[to] - 1);
            let has_return = end > start && self.bytes[end - 1] == b'\r';
            let fields = to - from;
            if fields > 1 || end - start > usize::from(has_return) {
                if self.buffer.extents.len() == rows_max {
                    break;
                }
                self.buffer.extents.push(Extent {
                    start,
                    end,
                    line: self.line,
                    fields,
                    bounds: from,
                    spans: None,
                    has_return,
                    spans_lines: false,
                    is_open: false,
                });
            }
            self.line += 1;
            self.at = end + 1;
            from = to;
        }
        // The start of what follows stands among the bounds already, but is not needed there.
        self.bounded = from + 1;
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
            let spanned = self.buffer.spans.len();
            let Walked { end, fields, has_quoted, has_spans, is_open } = self.walk(simd, start);
            self.at = end;
            self.is_plain = !has_quoted;
            self.buffer.has_quoted |= has_quoted;
            if fields == 1 && !is_open && self.is_blank(start..end) {
                self.buffer.spans.truncate(spanned);
                continue;
            }
            self.buffer.extents.push(Extent {
                start,
                end,
                line,
                fields,
                bounds: self.bounded,
                spans: has_spans.then_some(spanned),
                has_return: !has_spans && end > start && self.bytes[end - 1] == b'\r',
                spans_lines: self.line > line,
                is_open,
            });
            self.bounded += self.columns.width() + 2;
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
        let room = self.bounded + width + 2 + NOTED;
        if self.buffer.bounds.len() < room {
            self.buffer.bounds.resize(room * 2, 0);
        }
        self.buffer.bounds[self.bounded] = start;
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
        self.buffer.bounds[self.bounded + delimiters.min(width) + 1] = end + 1;
        let has_spans = has_quoted && self.is_any_wanted_quoted(fields);
        if has_spans {
            self.push_spans_unquoted(fields);
        }
        Walked { end, fields, has_quoted, has_spans, is_open }
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

    /// Whether a wanted field of the record just walked through is quoted.
    fn is_any_wanted_quoted(&self, fields: usize) -> bool {
        let mut wanted = self.columns.indices().iter().take_while(|&&column| column < fields);
        let bounds = &self.buffer.bounds[self.bounded..];
        wanted.any(|&column| self.bytes.get(bounds[column]) == Some(&b'"'))
    }

    /// Notes the wanted fields of a record in which some of them is quoted.
    #[cold]
    fn push_spans_unquoted(&mut self, fields: usize) {
        for &column in self.columns.indices() {
            let span = if column < fields {
                let bounds = &self.buffer.bounds[self.bounded..];
                let field = bounds[column]..bounds[column + 1] - 1;
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
        let bounds = &mut self.buffer.bounds[self.bounded..];
        let mut place = earlier.min(width) + 1;
        loop {
            marked = note_some(&mut bounds[place..], marked, self.base);
            if marked == 0 || place + NOTED > width {
                return;
            }
            place += NOTED;
        }
    }
}

/// Makes room for the bounds of a window behind so many others.
#[inline(always)]
fn make_room(bounds: &mut Vec<usize>, noted: usize) {
    let wanted = noted + WINDOW + NOTED;
    if bounds.len() < wanted {
        bounds.resize(wanted * 2, 0);
    }
}

/// Notes where the fields behind all marks of a window start that begins at `base`.
#[inline(always)]
fn note(bounds: &mut [usize], mut marked: u64, base: usize) {
    let mut rest = bounds;
    loop {
        marked = note_some(rest, marked, base);
        if marked == 0 {
            return;
        }
        rest = &mut rest[NOTED..];
    }
}

/// The same of the first [`NOTED`] marks, whether there are so many or not; the marks that are left.
#[inline(always)]
fn note_some(bounds: &mut [usize], mut marked: u64, base: usize) -> u64 {
    let behind_first = base + 1;
    for bound in bounds.first_chunk_mut::<NOTED>().expect("bounds has spare places") {
        // The highest bit keeps the number of zeros defined when nothing is marked any more. No sum wraps: a
        // mark is on a byte of the text.
        *bound = behind_first.wrapping_add((marked | 1 << 63).trailing_zeros() as usize);
        marked &= marked.wrapping_sub(1);
    }
    marked
}

/// What a walk through a record found beside its wanted fields.
struct Walked {
    end: usize,
    fields: usize,
    /// Whether any field is quoted.
    has_quoted: bool,
    /// Whether any of those is wanted, so that spans were noted.
    has_spans: bool,
    is_open: bool,
}
