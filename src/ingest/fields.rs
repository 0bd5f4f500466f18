//! The cells of a row by the columns of its file, wherever the row was read.
#![expect(clippy::inline_always, reason = "called for each cell of each row; a call costs as much again")]

use super::rows::Row;
use crate::scan::{PlainRecord, RowsText, keys::Key, quantities};

/// The place of a column that a file does not have, as no row has so many.
pub(super) const NOWHERE: usize = usize::MAX - 1;

/// The cells of a row. Only columns that are looked at are asked for.
pub(super) trait Fields<'r> {
    /// The bytes of a cell.
    fn get(&self, column: usize) -> Option<&'r [u8]>;

    /// The same as text; `None` also where it is none.
    fn text(&self, column: usize) -> Option<&'r str> {
        std::str::from_utf8(self.get(column)?).ok()
    }

    /// The sixteen bytes from the beginning of a cell on, whatever they are, and its length; `None` where they are
    /// not at hand.
    fn ahead(&self, _column: usize) -> Option<(&'r [u8; 16], usize)> {
        None
    }

    /// A cell that is not empty.
    #[inline(always)]
    fn cell(&self, column: usize) -> Option<&'r [u8]> {
        self.get(column).filter(|cell| !cell.is_empty())
    }

    /// A cell that is a decimal in its usual layout, in units of 1e-8; `None` for any other.
    #[inline(always)]
    fn units(&self, column: usize) -> Option<i64> {
        let ahead = self.ahead(column).and_then(|(bytes, length)| quantities::read_ahead(bytes, length));
        ahead.or_else(|| quantities::read_i64(self.cell(column)?))
    }
}

impl<'r> Fields<'r> for PlainRecord<'r> {
    #[inline(always)]
    fn get(&self, column: usize) -> Option<&'r [u8]> {
        PlainRecord::get(self, column)
    }

    #[inline(always)]
    fn ahead(&self, column: usize) -> Option<(&'r [u8; 16], usize)> {
        PlainRecord::ahead(self, column)
    }
}

/// A record of rows that are text all through.
pub(super) struct TextRecord<'r> {
    pub(super) record: PlainRecord<'r>,
    pub(super) text: RowsText<'r>,
}

impl<'r> Fields<'r> for TextRecord<'r> {
    #[inline(always)]
    fn get(&self, column: usize) -> Option<&'r [u8]> {
        self.record.get(column)
    }

    #[inline(always)]
    fn text(&self, column: usize) -> Option<&'r str> {
        self.record.text(column, &self.text)
    }

    #[inline(always)]
    fn ahead(&self, column: usize) -> Option<(&'r [u8; 16], usize)> {
        self.record.ahead(column)
    }
}

impl<'r> Fields<'r> for Row<'r> {
    #[inline]
    fn get(&self, column: usize) -> Option<&'r [u8]> {
        self.record.get(column)
    }
}

/// Makes keys of the ids in a column of some rows, as many as there is room for; of how many rows. Of each row come its
/// line, its cells where these are at hand, and what it is made of. A row without an id has an empty key.
#[inline(always)]
pub(super) fn keys_of<'r, F: Fields<'r>, R>(
    rows: impl Iterator<Item = (u64, Option<F>, R)>,
    row_of: impl Fn(R) -> Row<'r>,
    column: usize,
    keys: &mut [Key<'r>],
) -> usize {
    let mut count = 0;
    for (key, (_, cells, row)) in keys.iter_mut().zip(rows) {
        let id = match cells {
            Some(cells) => cells.get(column),
            None => row_of(row).get(column),
        };
        *key = id.map(Key::of).unwrap_or_default();
        count += 1;
    }
    count
}
