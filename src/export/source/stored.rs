//! Files of typed columns: what they say of themselves before their rows are read, and their rows as text.

use std::{collections::BTreeMap, io, ops::Range};

use crate::export::cells::CellError;

/// The shape of a file of typed columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// How many rows it has.
    pub rows: u64,
    /// In how many pieces they lie.
    pub row_groups: usize,
    /// Its columns, in the order of the header.
    pub columns: Vec<StoredColumn>,
}

/// One column of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// What its cells are, in words.
    pub kind: String,
    /// Whether its cells can be text. Lists, structs and maps cannot; their cells are read as empty.
    pub is_read: bool,
    /// Whether it holds instants of which the file does not say whether they are of UTC.
    pub is_zone_unsaid: bool,
}

/// A file of typed columns whose rows may be read by several threads, some at a time.
pub trait StoredTable: Send + Sync {
    /// What the file says of itself.
    fn stored(&self) -> &Stored;

    /// The rows behind others, or the first ones: so many that their cells in the columns fit into memory.
    /// `None` at the end.
    fn next_stretch(&self, behind: Option<&Stretch>, columns: &[usize]) -> Option<Stretch>;

    /// Reads some columns of a stretch.
    ///
    /// # Errors
    ///
    /// Where the file is damaged.
    fn read(&self, stretch: &Stretch, columns: &[usize]) -> io::Result<Texts>;
}

/// Some rows of a file that are read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the first one, the first of the file being 1.
    pub first_row: u64,
    /// The row group that they are in.
    pub(super) group: usize,
    /// Which of its rows they are.
    pub(super) rows: Range<u64>,
}

impl Stretch {
    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.rows.end - self.rows.start).unwrap_or(usize::MAX)
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The cells of some rows as text, column by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// By column of the file; those that were not asked for have no cells.
    pub(super) columns: Vec<TextColumn>,
    /// Cells that hold something no text can say, by row and column.
    pub(super) flaws: BTreeMap<(usize, usize), CellError>,
}

impl Texts {
    /// How many columns the file has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.columns.len()
    }

    /// A cell; empty where it is null, `None` where its column was not asked for.
    #[must_use]
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        self.columns.get(column)?.cell(row)
    }

    /// Cells that hold something no text can say, by row and column.
    #[must_use]
    pub const fn flaws(&self) -> &BTreeMap<(usize, usize), CellError> {
        &self.flaws
    }
}

/// The cells of one column, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TextColumn {
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

#[cfg(feature = "columns")]
impl TextColumn {
    /// A column about to get so many cells.
    pub(super) fn with_room(rows: usize) -> Self {
        Self { text: Vec::new(), ends: Vec::with_capacity(rows) }
    }

    /// Adds a cell; nothing is an empty one.
    #[inline]
    pub(super) fn push<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
        if let Some(value) = value {
            write(&mut self.text, value);
        }
        self.ends.push(self.text.len());
    }
}

impl TextColumn {
    #[inline]
    fn cell(&self, row: usize) -> Option<&[u8]> {
        let end = *self.ends.get(row)?;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}
