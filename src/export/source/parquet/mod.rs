//! Parquet files as rows of text, through polars; the only place of the exports that knows it.
//!
//! A file is read in stretches of rows, by any thread: the pages of a stretch are [looked at](pages), become
//! typed columns, and these [text](cells). Memory grows with the stretch and never with the file. What a file
//! says of other programs' types (the Arrow schema that some put beside their own) is left aside: the types of
//! the format are enough, and a column of repeated words is then plain text. The line of a row is its number,
//! the first being 1; the header has none.

mod cells;
mod pages;
mod rows;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
    sync::{Mutex, PoisonError},
};

use polars::prelude::*;
use polars_parquet::{
    parquet::{read::PageMetaData, schema::types::PrimitiveType},
    read::{
        BasicDecompressor, ColumnChunkMetadata, Filter, PageReader, ParquetType, PhysicalType,
        RowGroupMetadata, column_iter_to_arrays, infer_schema, read_metadata,
    },
};

use super::{
    stored::{Stored, StoredColumn, StoredTable, Stretch, TextColumn, Texts},
    trusting::trusting,
};
use cells::{Cells, kind_of};
use pages::{Chunk, Needed};

pub(super) use rows::ParquetRows;

/// Cells of one stretch: what a thread holds in memory at a time.
const STRETCH_CELLS: u64 = 1 << 20;
/// Bytes of a stretch, unpacked, where texts are long.
const STRETCH_BYTES: u64 = 1 << 26;
/// Rows of a stretch, however many columns there are.
const STRETCH_ROWS_MIN: u64 = 1 << 10;
/// What Spark and Hive write with, and Impala does not. Their instants in the old forms are those of UTC; others
/// write there what a clock shows.
const WRITES_UTC: &str = "parquet-mr";

/// A parquet file, known by its footer.
pub(super) struct ParquetTable {
    file: Mutex<File>,
    stored: Stored,
    groups: Vec<RowGroupMetadata>,
    columns: Vec<Column>,
}

/// A column of the file.
struct Column {
    field: ArrowField,
    /// Whether its instants are those of UTC, where it has any.
    is_utc: bool,
}

impl ParquetTable {
    /// Opens a file by its footer.
    ///
    /// # Errors
    ///
    /// Where the file is damaged or cut short.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let (footer, schema) = sound(|| {
            let mut footer = read_metadata(&mut file)?;
            footer.key_value_metadata = None;
            let schema = infer_schema(&footer)?;
            Ok((footer, schema))
        })?;
        let rows = sound(|| rows_of(&footer, bytes))?;
        let writer = footer.created_by.unwrap_or_default();
        let (mut columns, mut told) = (Vec::new(), Vec::new());
        let abouts = footer.schema_descr.fields();
        for field in schema.iter_values() {
            let (column, is_zone_unsaid) = match abouts.iter().find(|about| about.name() == field.name) {
                Some(ParquetType::PrimitiveType(about)) => Column::of(field, about, &writer),
                _ => (Column { field: field.clone(), is_utc: false }, false),
            };
            let (kind, is_read) = kind_of(&column.field.dtype, column.is_utc);
            told.push(StoredColumn { name: field.name.to_string(), kind, is_read, is_zone_unsaid });
            columns.push(column);
        }
        let stored = Stored { rows, row_groups: footer.row_groups.len(), columns: told };
        Ok(Self { file: Mutex::new(file), stored, groups: footer.row_groups, columns })
    }

    /// The one chunk of a flat column in a row group.
    fn chunk<'g>(
        &self,
        group: &'g RowGroupMetadata,
        column: usize,
    ) -> Result<&'g ColumnChunkMetadata, String> {
        let name = &self.columns[column].field.name;
        let mut chunks = group.columns_under_root_iter(name).into_iter().flatten();
        match (chunks.next(), chunks.next()) {
            (Some(chunk), None) => Ok(chunk),
            _ => Err(format!("column {name} is not once in each row group")),
        }
    }

    /// How many rows of a group make a stretch.
    fn rows_together(&self, group: &RowGroupMetadata, columns: &[usize]) -> u64 {
        let chunks = columns.iter().filter_map(|&column| self.chunk(group, column).ok());
        let bytes: u64 = chunks.map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(0)).sum();
        let by_cells = STRETCH_CELLS / columns.len().max(1) as u64;
        let by_bytes = STRETCH_BYTES / (bytes / (group.num_rows() as u64).max(1)).max(1);
        by_cells.min(by_bytes).max(STRETCH_ROWS_MIN)
    }

    /// Some bytes of the file; its footer was held against its length.
    fn bytes(&self, range: &Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(range.end - range.start).map_err(io::Error::other)?];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(range.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The cells of a column within some rows of a group.
    fn cells(&self, group: &RowGroupMetadata, rows: &Range<u64>, column: usize) -> io::Result<Cells> {
        let Column { field, is_utc } = &self.columns[column];
        let chunk = self.chunk(group, column).map_err(|error| damaged(&error))?;
        let about = &chunk.descriptor().descriptor;
        let range = chunk.byte_range();
        let bytes = self.bytes(&range)?;
        let pages = Chunk {
            name: &field.name,
            values: u64::try_from(chunk.num_values()).unwrap_or(0),
            unpacked: u64::try_from(chunk.uncompressed_size()).unwrap_or(0),
        };
        let Needed { bytes, values, before, nulls } =
            pages.needed(bytes, rows).map_err(|error| damaged(&error))?;
        let count = usize::try_from(rows.end - rows.start).unwrap_or(usize::MAX);
        sound(|| {
            let before = usize::try_from(before).unwrap_or(usize::MAX);
            let values = i64::try_from(values).unwrap_or(i64::MAX);
            let page_bytes_max = bytes.len();
            let pages = PageMetaData::new(range.start, values, chunk.compression(), about.clone());
            let pages = PageReader::new_with_page_meta(
                io::Cursor::new(bytes.into()),
                pages,
                Vec::new(),
                page_bytes_max,
            );
            let pages = BasicDecompressor::new(pages, Vec::new());
            let filter = Filter::new_ranged(before, before + count);
            let types = vec![&about.primitive_type];
            let (arrays, _) = column_iter_to_arrays(vec![pages], types, field.clone(), Some(filter))?;
            let series = Series::try_from((field, arrays))?;
            polars_ensure!(series.len() == count, ComputeError: "column {} is short of rows", field.name);
            let found = series.null_count() as u64;
            if let Some(nulls) = nulls.filter(|&nulls| nulls != found) {
                polars_bail!(ComputeError: "column {} has {found} nulls where its pages count {nulls}", field.name);
            }
            Cells::of(series, *is_utc)
        })
    }
}

impl StoredTable for ParquetTable {
    fn stored(&self) -> &Stored {
        &self.stored
    }

    fn next_stretch(&self, behind: Option<&Stretch>, columns: &[usize]) -> Option<Stretch> {
        let (mut number, mut from, first_row) =
            behind.map_or((0, 0, 1), |last| (last.group, last.rows.end, last.first_row + last.len() as u64));
        loop {
            let group = self.groups.get(number)?;
            let rows = group.num_rows() as u64;
            if from < rows {
                // Of about the same length, so that no thread gets much less than another.
                let together = rows.div_ceil(rows.div_ceil(self.rows_together(group, columns)));
                return Some(Stretch { first_row, group: number, rows: from..rows.min(from + together) });
            }
            (number, from) = (number + 1, 0);
        }
    }

    fn read(&self, stretch: &Stretch, columns: &[usize]) -> io::Result<Texts> {
        let mut texts = Texts::default();
        texts.columns.resize_with(self.columns.len(), TextColumn::default);
        for &column in columns.iter().filter(|&&column| self.stored.columns[column].is_read) {
            let cells = self.cells(&self.groups[stretch.group], &stretch.rows, column)?;
            texts.columns[column] = cells.texts(column, &mut texts.flaws);
        }
        Ok(texts)
    }
}

impl Column {
    /// A flat column, and whether it holds instants of which the file does not say whether they are of UTC: those
    /// of 96 bits, and those of before 2018.
    fn of(field: &ArrowField, about: &PrimitiveType, writer: &str) -> (Self, bool) {
        let mut field = field.clone();
        let ArrowDataType::Timestamp(_, zone) = &field.dtype else {
            return (Self { field, is_utc: false }, false);
        };
        let is_old = about.logical_type.is_none();
        let is_utc = zone.is_some() || is_old && writer.starts_with(WRITES_UTC);
        if about.physical_type == PhysicalType::Int96 {
            // Nanoseconds end with the year 2262, before the days that stand for never.
            field.dtype = ArrowDataType::Timestamp(ArrowTimeUnit::Microsecond, None);
        }
        (Self { field, is_utc }, is_old && !is_utc)
    }
}

/// The rows of a file, where its footer points into the file and agrees with itself.
fn rows_of(footer: &FileMetadata, bytes: u64) -> PolarsResult<u64> {
    let mut rows = 0_u64;
    for group in &footer.row_groups {
        let of_group = group.num_rows() as u64;
        rows = rows.saturating_add(of_group);
        for column in group.parquet_columns() {
            let is_inside = column.compressed_size() >= 0 && column.byte_range().end <= bytes;
            polars_ensure!(is_inside, ComputeError: "its footer points behind its end; it may be cut short");
            let (about, values) = (&column.descriptor().descriptor, column.num_values());
            polars_ensure!(
                about.max_rep_level > 0 || u64::try_from(values) == Ok(of_group),
                ComputeError: "its footer counts {values} values of {} in {of_group} rows",
                about.primitive_type.field_info.name
            );
        }
    }
    polars_ensure!(
        rows == footer.num_rows as u64,
        ComputeError: "its footer counts {} rows, and its row groups {rows}", footer.num_rows
    );
    Ok(rows)
}

fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the parquet file cannot be read: {reason}"))
}

/// What polars makes of the file. It panics where pages are not what their headers say, so a damaged file would
/// end the program; there is no other way to ask it.
fn sound<T>(work: impl FnOnce() -> PolarsResult<T>) -> io::Result<T> {
    match trusting(work) {
        Some(done) => done.map_err(|error| damaged(&error.to_string())),
        None => Err(damaged("its pages are not what its footer says")),
    }
}
