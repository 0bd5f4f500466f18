//! The rows of a parquet file, one after the other.

use std::{io, path::Path};

use super::ParquetTable;
use crate::export::source::{
    RawRow,
    stored::{Stored, StoredTable, Stretch, Texts},
};

/// The rows of a parquet file.
pub(in super::super) struct ParquetRows {
    table: ParquetTable,
    columns: Vec<usize>,
    stretch: Option<Stretch>,
    texts: Texts,
    /// Rows of the stretch that were given.
    given: usize,
    is_header_read: bool,
}

impl ParquetRows {
    /// Opens a file by its footer.
    ///
    /// # Errors
    ///
    /// Where the file is damaged or cut short.
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        let table = ParquetTable::open(path)?;
        let columns = (0..table.stored.columns.len()).collect();
        let texts = Texts::default();
        Ok(Self { table, columns, stretch: None, texts, given: 0, is_header_read: false })
    }

    /// What the file says of itself.
    pub(in super::super) const fn stored(&self) -> &Stored {
        &self.table.stored
    }

    /// Reads the header, then row after row; `false` at the end.
    ///
    /// # Errors
    ///
    /// Where the file is damaged; everything read before it stands.
    pub(in super::super) fn read(&mut self, row: &mut RawRow) -> io::Result<bool> {
        row.clear(0);
        if !self.is_header_read {
            self.is_header_read = true;
            for column in &self.table.stored.columns {
                row.push(&column.name);
            }
            return Ok(true);
        }
        while self.stretch.as_ref().is_none_or(|stretch| stretch.len() == self.given) {
            let Some(next) = self.table.next_stretch(self.stretch.as_ref(), &self.columns) else {
                return Ok(false);
            };
            // What was read last is let go first: one stretch is held, not two.
            self.texts = Texts::default();
            self.texts = self.table.read(&next, &self.columns)?;
            self.stretch = Some(next);
            self.given = 0;
        }
        let (at, texts) = (self.given, &self.texts);
        row.clear(self.stretch.as_ref().map_or(0, |stretch| stretch.first_row) + at as u64);
        for column in 0..texts.width() {
            if let Some(flaw) = texts.flaws().get(&(at, column)) {
                row.flaws.push((column, flaw.clone()));
            }
            // What is no UTF-8 shows as the mark that a cell may not have.
            row.push(&String::from_utf8_lossy(texts.cell(at, column).unwrap_or_default()));
        }
        self.given += 1;
        Ok(true)
    }
}
