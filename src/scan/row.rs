//! Records as they are handed out: slices, never copies, except where quotes had to be taken out.

use std::ops::Range;

use super::Position;

/// Where the text of a wanted field is: in the block as it was written, or, without the quotes that stood
/// inside, in the scratch. The scratch is counted as if it stood behind the block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Nowhere: the record has fewer fields.
    pub(super) const MISSING: Self = Self { start: usize::MAX, end: 0 };

    #[inline]
    pub(super) fn new(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }

    /// Without the carriage return at the end of its text.
    pub(super) fn without_return(self, block: &[u8], scratch: &[u8]) -> Self {
        let text = self.text(block, scratch).unwrap_or_default();
        Self { end: self.end - (text.len() - without_return(text).len()), ..self }
    }

    #[inline]
    pub(super) fn text<'r>(self, block: &'r [u8], scratch: &'r [u8]) -> Option<&'r [u8]> {
        let in_block = block.get(self.start..self.end);
        in_block
            .or_else(|| scratch.get(self.start.checked_sub(block.len())?..self.end.checked_sub(block.len())?))
    }
}

/// A text without the carriage return at its end.
pub(super) fn without_return(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// What is known of a record as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Its first byte, in the block.
    pub start: usize,
    /// The byte after its last, in the block.
    pub end: usize,
    /// The physical line of its first byte.
    pub line: u64,
    /// How many fields it has.
    pub fields: usize,
    /// Where the bounds of its fields are.
    pub bounds: usize,
    /// Where its spans are, if any of its wanted fields is quoted.
    pub spans: Option<usize>,
    /// Whether a carriage return at its end belongs to the line end.
    pub has_return: bool,
    /// Whether there are line feeds in it.
    pub spans_lines: bool,
    /// Whether the text ends inside of its quotes.
    pub is_open: bool,
}

/// What the splitter fills and [`Rows`] shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffer {
    /// Where fields start, each one behind the end of the field before it; those of one record stand together.
    pub bounds: Vec<usize>,
    /// As many for each record with a wanted field that is quoted as there are wanted columns.
    pub spans: Vec<Span>,
    pub extents: Vec<Extent>,
    pub scratch: Vec<u8>,
    /// Whether any record has a quoted field, wanted or not.
    pub has_quoted: bool,
}

impl Buffer {
    /// Forgets the records; bounds are overwritten.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.extents.clear();
        self.scratch.clear();
        self.has_quoted = false;
    }
}

/// Some records of a block, next to each other.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'r> {
    pub(super) block: &'r [u8],
    pub(super) block_offset: u64,
    pub(super) columns: &'r [usize],
    pub(super) buffer: &'r Buffer,
}

impl<'r> Rows<'r> {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffer.extents.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.extents.is_empty()
    }

    /// One of them, by its place.
    #[must_use]
    #[inline]
    pub fn get(&self, place: usize) -> Option<Record<'r>> {
        let extent = self.buffer.extents.get(place)?;
        let Self { block, block_offset, columns, buffer } = *self;
        Some(Record { block, block_offset, columns, buffer, extent })
    }

    /// Whether any of them has a quoted field; none else spans lines or is open.
    #[must_use]
    pub fn has_quoted(&self) -> bool {
        self.buffer.has_quoted
    }

    /// From the first to the last of them, as text; `None` where it is none.
    #[must_use]
    pub fn text(&self) -> Option<RowsText<'r>> {
        let extents = &self.buffer.extents;
        RowsText::of(self.block, extents.first()?.start..extents.last()?.end)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = Record<'r>> + Clone + use<'r> {
        let rows = *self;
        (0..rows.len()).filter_map(move |place| rows.get(place))
    }
}

/// Some records as text.
#[derive(Clone, Copy, Debug)]
pub struct RowsText<'r> {
    text: &'r str,
    /// Where it begins, in the block.
    start: usize,
}

impl<'r> RowsText<'r> {
    fn of(block: &'r [u8], range: Range<usize>) -> Option<Self> {
        let start = range.start;
        Some(Self { text: std::str::from_utf8(block.get(range)?).ok()?, start })
    }
}

/// One record: the wanted fields, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    block: &'r [u8],
    block_offset: u64,
    columns: &'r [usize],
    buffer: &'r Buffer,
    extent: &'r Extent,
}

impl<'r> Record<'r> {
    /// The text of the wanted column with this place among the wanted ones; `None` where the record ends
    /// before that column, or where no such column is wanted.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each field of each row; a call costs as much again")]
    pub fn get(&self, place: usize) -> Option<&'r [u8]> {
        let column = *self.columns.get(place)?;
        let Extent { fields, bounds, spans, has_return, .. } = *self.extent;
        if let Some(spans) = spans {
            return self.get_unquoted(spans + place);
        }
        if column >= fields {
            return None;
        }
        let [start, behind] = *self.buffer.bounds.get(bounds + column..)?.first_chunk()?;
        self.block.get(start..behind - 1 - usize::from(has_return && column + 1 == fields))
    }

    /// The record as one of whose wanted fields none is quoted; `None` where any is, or where it has not so many
    /// fields. Columns that are not wanted are not to be asked for: what comes then may be any text.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each row; a call costs as much again")]
    pub fn plain(&self, fields: usize) -> Option<PlainRecord<'r>> {
        let Extent { fields: found, bounds, spans: None, end, has_return, .. } = *self.extent else {
            return None;
        };
        if found != fields {
            return None;
        }
        let starts = self.buffer.bounds.get(bounds..)?.get(..fields)?;
        Some(PlainRecord { block: self.block, starts, end: end + 1 - usize::from(has_return) })
    }

    /// The text of a field of a record with quotes.
    #[cold]
    fn get_unquoted(&self, span: usize) -> Option<&'r [u8]> {
        self.buffer.spans.get(span)?.text(self.block, &self.buffer.scratch)
    }

    /// How many fields the record has, wanted or not.
    #[must_use]
    #[inline]
    pub fn field_count(&self) -> usize {
        self.extent.fields
    }

    /// The physical line on which the record starts.
    #[must_use]
    #[inline]
    pub fn line(&self) -> u64 {
        self.extent.line
    }

    /// Whether there are line feeds in the record, which can only be inside of quotes.
    #[must_use]
    #[inline]
    pub fn spans_lines(&self) -> bool {
        self.extent.spans_lines
    }

    /// Whether the text ends inside of a quote that the record opened.
    #[must_use]
    #[inline]
    pub fn is_open(&self) -> bool {
        self.extent.is_open
    }

    /// Where the record starts.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { offset: self.block_offset + self.extent.start as u64, line: self.extent.line }
    }

    /// Where in its block the record is.
    pub(super) fn range(&self) -> Range<usize> {
        self.extent.start..self.extent.end
    }

    /// The record as it was written, without the line feed at its end.
    #[must_use]
    pub fn raw(&self) -> &'r [u8] {
        &self.block[self.range()]
    }
}

/// A record of whose wanted fields none is quoted: these by their place in the file.
#[derive(Clone, Copy, Debug)]
pub struct PlainRecord<'r> {
    block: &'r [u8],
    starts: &'r [usize],
    /// Where a field behind its last one would start.
    end: usize,
}

impl<'r> PlainRecord<'r> {
    /// The text of the field of a column; `None` where the record ends before it.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each field of each row; a call costs as much again")]
    pub fn get(&self, column: usize) -> Option<&'r [u8]> {
        self.block.get(self.range(column)?)
    }

    /// The same as text, `text` being that of the records of which this is one.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each field of each row; a call costs as much again")]
    pub fn text(&self, column: usize, text: &RowsText<'r>) -> Option<&'r str> {
        let Range { start, end } = self.range(column)?;
        text.text.get(start.checked_sub(text.start)?..end.checked_sub(text.start)?)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each field of each row; a call costs as much again")]
    fn range(&self, column: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(column)?;
        let behind = self.starts.get(column + 1).copied().unwrap_or(self.end);
        Some(start..behind - 1)
    }

    /// The first bytes of that text and of what follows it, and how many are of the text; `None` also near the
    /// end of a block.
    #[must_use]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each row; a call costs as much again")]
    pub fn ahead<const BYTES: usize>(&self, column: usize) -> Option<(&'r [u8; BYTES], usize)> {
        let start = *self.starts.get(column)?;
        Some((self.block.get(start..)?.first_chunk()?, self.get(column)?.len()))
    }
}
