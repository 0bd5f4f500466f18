//! Sewing chunks together: where each chunk's first record begins, and on which line.
//!
//! Threads look at their chunks in any order, each with a guess of whether its chunk begins inside
//! quotes. Then they pass here one after the other. The one before left the true state, the beginning of
//! the record that its chunk cut off, and the position of that record; a wrong guess is seen by comparing,
//! and the chunk is surveyed again. So what is split is right whatever was guessed, and it is known before
//! the first record of the chunk is handed out.

use super::{Position, ScanError, position::line_feeds, quoting::Quoting, windows::Seen};

/// What one look at a chunk tells about it, supposing how it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survey {
    before: Quoting,
    after: Quoting,
    /// Where the last record that ends in the chunk ends.
    boundary: Option<usize>,
    line_feeds_to_boundary: u64,
    line_feeds_behind: u64,
}

impl Survey {
    /// Looks at a chunk that probably begins as guessed from its text.
    pub(super) fn guessed(chunk: &[u8], delimiter: u8) -> Self {
        let Seen { line_feeds: all, has_quotes } = Seen::in_bytes(chunk);
        if has_quotes {
            return Self::from(Quoting::guess(chunk, delimiter), chunk, delimiter);
        }
        let (after, boundary) = Quoting::after_plain_with_boundary(chunk, delimiter);
        let line_feeds_behind = line_feeds(&chunk[boundary.unwrap_or(0)..]);
        Self {
            before: Quoting::FieldStart,
            after,
            boundary,
            line_feeds_to_boundary: all - line_feeds_behind,
            line_feeds_behind,
        }
    }

    fn from(before: Quoting, chunk: &[u8], delimiter: u8) -> Self {
        let (after, boundary) = before.after_with_boundary(chunk, delimiter);
        let (ended, cut_off) = chunk.split_at(boundary.unwrap_or(0));
        Self {
            before,
            after,
            boundary,
            line_feeds_to_boundary: line_feeds(ended),
            line_feeds_behind: line_feeds(cut_off),
        }
    }
}

/// The end of what was stitched so far.
#[derive(Debug)]
pub(super) struct Seam {
    quoting: Quoting,
    /// Where the record that was cut off begins.
    position: Position,
    /// The beginning of that record.
    cut_off: Vec<u8>,
    cut_off_line_feeds: u64,
    record_bytes_max: usize,
    delimiter: u8,
    resurveyed: u64,
}

/// What a chunk contributes to the blocks: whole records.
#[derive(Debug)]
pub(super) struct Stitched {
    /// Where the first of them begins, in the chunk before or earlier.
    pub start: Position,
    /// The bytes of the first record that stand before this chunk.
    pub head: Vec<u8>,
    /// Where in this chunk the last of them ends.
    pub end: usize,
}

impl Seam {
    pub(super) fn new(start: Position, delimiter: u8, record_bytes_max: usize) -> Self {
        Self {
            quoting: Quoting::FieldStart,
            position: start,
            cut_off: Vec::new(),
            cut_off_line_feeds: 0,
            record_bytes_max,
            delimiter,
            resurveyed: 0,
        }
    }

    /// Where the stitched records end.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// How many chunks began otherwise than guessed.
    pub(super) fn resurveyed(&self) -> u64 {
        self.resurveyed
    }

    /// Passes bytes at the beginning of a file that belong to no record.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.position.offset += bytes as u64;
    }

    /// Sews the next chunk on; `None` where no record ends in it. `spare` is an empty buffer to use.
    pub(super) fn stitch(
        &mut self,
        chunk: &[u8],
        survey: Survey,
        is_last: bool,
        mut spare: Vec<u8>,
    ) -> Result<Option<Stitched>, ScanError> {
        let mut survey = survey;
        if !self.quoting.reads_like(survey.before, chunk) {
            self.resurveyed += 1;
            survey = Survey::from(self.quoting, chunk, self.delimiter);
        }
        if !chunk.is_empty() {
            self.quoting = survey.after;
        }
        if is_last {
            // The end of the input ends the last record, line end or not.
            survey.line_feeds_to_boundary += std::mem::take(&mut survey.line_feeds_behind);
            survey.boundary = Some(chunk.len());
        }
        let Some(end) = survey.boundary else {
            self.cut_off.extend_from_slice(chunk);
            self.cut_off_line_feeds += survey.line_feeds_behind;
            self.check_length()?;
            return Ok(None);
        };
        spare.extend_from_slice(&chunk[end..]);
        let start = self.position;
        let head = std::mem::replace(&mut self.cut_off, spare);
        self.position = Position {
            offset: start.offset + head.len() as u64 + end as u64,
            line: start.line + self.cut_off_line_feeds + survey.line_feeds_to_boundary,
        };
        self.cut_off_line_feeds = survey.line_feeds_behind;
        // Too long or not, what is cut off here waits for the next chunk: the records before it are whole.
        Ok(Some(Stitched { start, head, end }))
    }

    fn check_length(&self) -> Result<(), ScanError> {
        if self.cut_off.len() > self.record_bytes_max {
            return Err(ScanError::RecordTooLong { start: self.position, limit: self.record_bytes_max });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stitched_chunks_are_the_text_with_its_lines(
            bytes in prop::collection::vec(prop::sample::select(b",\"\n\ra".to_vec()), 0..80),
            size in 1_usize..9,
        ) {
            let mut seam = Seam::new(Position::START, b',', usize::MAX);
            let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
            let mut seen = Vec::new();
            for (number, chunk) in chunks.iter().enumerate() {
                let is_last = number + 1 == chunks.len();
                let survey = Survey::guessed(chunk, b',');
                if let Some(found) = seam.stitch(chunk, survey, is_last, Vec::new()).unwrap() {
                    prop_assert_eq!(found.start.offset, seen.len() as u64);
                    prop_assert_eq!(found.start.line, 1 + line_feeds(&seen));
                    prop_assert_eq!(Quoting::FieldStart.after(&seen, b','), Quoting::FieldStart);
                    seen.extend_from_slice(&found.head);
                    seen.extend_from_slice(&chunk[..found.end]);
                }
            }
            prop_assert_eq!(seen, bytes);
        }
    }
}
