//! One row of a table, as it stands in its file.

use crate::export::cells::CellError;

/// The cells of one row of a table, wherever the row was read.
pub(crate) trait SourceRow {
    /// The physical line on which it begins; the first line of a file is 1.
    fn line(&self) -> u64;

    /// How many cells it has.
    fn len(&self) -> usize;

    /// The text of a cell as it is in the file; empty beyond the last one.
    fn cell(&self, at: usize) -> &str;

    /// Why a cell holds something that no text can say.
    fn flaw(&self, at: usize) -> Option<&CellError>;
}

impl<'r> dyn SourceRow + 'r {
    /// Its cells.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    /// The row for a message: its cells with commas between them, cut where it is long.
    pub(crate) fn raw(&self) -> String {
        const SHOWN_CHARS: usize = 400;
        let mut shown = String::new();
        for (at, cell) in self.cells().enumerate() {
            if at > 0 {
                shown.push(',');
            }
            shown.extend(cell.chars().take(SHOWN_CHARS));
            if shown.len() > SHOWN_CHARS * 4 {
                break;
            }
        }
        if let Some((end, _)) = shown.char_indices().nth(SHOWN_CHARS) {
            shown.truncate(end);
            shown.push('…');
        }
        shown
    }
}

impl SourceRow for RawRow {
    fn line(&self) -> u64 {
        self.line
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn cell(&self, at: usize) -> &str {
        Self::cell(self, at)
    }

    fn flaw(&self, at: usize) -> Option<&CellError> {
        self.flaws.iter().find(|(place, _)| *place == at).map(|(_, error)| error)
    }
}

/// One row as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    /// The physical line on which it begins; the first line of a file is 1.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
    /// Cells that hold something no text can say: column, and why.
    pub flaws: Vec<(usize, CellError)>,
    /// What is wrong with the row as a whole.
    pub fault: Option<RowFault>,
}

/// What is wrong with a row as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A quote opens a cell and none closes it.
    #[error("a quote opens a cell and is never closed")]
    OpenQuote,
    /// Longer than a row may be.
    #[error("the row is longer than a row may be")]
    TooLong,
}

impl RawRow {
    /// A row of given cells.
    #[must_use]
    pub fn of<S: AsRef<str>>(line: u64, cells: &[S]) -> Self {
        let mut row = Self { line, ..Self::default() };
        for cell in cells {
            row.push(cell.as_ref());
        }
        row
    }

    /// Adds a cell at the end.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// How many cells it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no cells.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a cell as it stands in the file; nothing beyond the last one.
    #[must_use]
    pub fn cell(&self, at: usize) -> &str {
        let start =
            at.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(self.text.len()));
        let end = self.ends.get(at).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    /// Its cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    /// The text to which the cell at the end is written.
    pub(super) const fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends the cell at the end.
    pub(super) fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    pub(super) fn clear(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.ends.clear();
        self.flaws.clear();
        self.fault = None;
    }
}
