//! Parquet files as rows of text, through polars; the only place of the exports that knows it.
//!
//! A row group is read in slices, each slice becomes typed columns, and a row becomes text when it is asked
//! for, so memory grows with the slice and never with the file. What a file says of other programs' types
//! (the Arrow schema that some put beside their own) is left aside: the types of the format are enough, and a
//! column of repeated words is then plain text. The line of a row is its number, the first being 1; the
//! header has none.
//!
//! polars maps the file into memory while it reads a slice, so nobody may cut it short meanwhile.

use std::{
    fs::File,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use polars::prelude::*;

use super::{
    RawRow,
    exact::{DOUBLE_DIGITS_MAX, exact_text},
    stored::{Stored, StoredColumn},
    typed::{day_text, decimal_text, moment_text},
};
use crate::export::cells::CellError;

/// Cells of one slice: what is held in memory at a time.
const SLICE_CELLS: usize = 1 << 19;
/// Rows of one slice, however many columns there are.
const SLICE_ROWS_MIN: usize = 1 << 10;
const SLICE_ROWS_MAX: usize = 1 << 16;
/// Digits of a decimal that a float of 32 bits gives back unchanged.
const SINGLE_DIGITS_MAX: usize = 6;
/// Digits of the widest decimal that is read.
const DECIMAL_DIGITS_MAX: usize = 38;

/// The rows of a parquet file.
pub(super) struct ParquetRows {
    file: File,
    stored: Stored,
    /// The footer, with the row groups that are still to come, the next one last.
    to_come: FileMetadata,
    group: Option<Group>,
    slice: Vec<Cells>,
    slice_rows: usize,
    at: usize,
    line: u64,
    is_header_read: bool,
}

/// The row group that is read.
struct Group {
    footer: Arc<FileMetadata>,
    read: usize,
}

impl ParquetRows {
    /// Opens a file by its footer.
    ///
    /// # Errors
    ///
    /// Where the file is damaged or cut short.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut reader = ParquetReader::new(file.try_clone()?);
        let mut footer = guarded(|| reader.get_metadata().map(|footer| (**footer).clone()))?;
        footer.key_value_metadata = None;
        let mut reader = ParquetReader::new(file.try_clone()?);
        reader.set_metadata(Arc::new(footer.clone()));
        let schema = guarded(|| reader.schema())?;
        let columns: Vec<StoredColumn> = schema
            .iter_values()
            .map(|field| {
                let (kind, is_read) = kind_of(&field.dtype);
                StoredColumn { name: field.name.to_string(), kind, is_read }
            })
            .collect();
        let rows = guarded(|| rows_of(&footer, bytes))?;
        footer.row_groups.reverse();
        let stored = Stored { rows, row_groups: footer.row_groups.len(), columns };
        Ok(Self {
            file,
            stored,
            to_come: footer,
            group: None,
            slice: Vec::new(),
            slice_rows: 0,
            at: 0,
            line: 0,
            is_header_read: false,
        })
    }

    /// What the file says of itself.
    pub(super) const fn stored(&self) -> &Stored {
        &self.stored
    }

    /// Reads the header, then row after row; `false` at the end.
    ///
    /// # Errors
    ///
    /// Where the file is damaged; everything read before it stands.
    pub(super) fn read(&mut self, row: &mut RawRow) -> io::Result<bool> {
        row.clear(self.line);
        if !self.is_header_read {
            self.is_header_read = true;
            for column in &self.stored.columns {
                row.push(&column.name);
            }
            return Ok(true);
        }
        while self.at == self.slice_rows {
            if !self.next_slice()? {
                return Ok(false);
            }
        }
        self.line += 1;
        row.clear(self.line);
        for cells in &self.slice {
            if let Some(error) = cells.write(self.at, row.text_mut()) {
                row.flaws.push((row.len(), error));
            }
            row.end_cell();
        }
        self.at += 1;
        Ok(true)
    }

    /// Reads the next slice; `false` behind the last one.
    fn next_slice(&mut self) -> io::Result<bool> {
        let Some(group) = &mut self.group else {
            let mut groups = std::mem::take(&mut self.to_come.row_groups);
            let next = groups.pop();
            let mut footer = self.to_come.clone();
            self.to_come.row_groups = groups;
            let Some(next) = next else { return Ok(false) };
            footer.num_rows = next.num_rows();
            footer.row_groups.push(next);
            self.group = Some(Group { footer: Arc::new(footer), read: 0 });
            return Ok(true);
        };
        let width = self.stored.columns.len().max(1);
        let rows = (SLICE_CELLS / width).clamp(SLICE_ROWS_MIN, SLICE_ROWS_MAX);
        let rows = rows.min(group.footer.num_rows - group.read);
        if rows == 0 {
            self.group = None;
            return Ok(true);
        }
        let read_columns = self.stored.columns.iter().enumerate().filter(|(_, column)| column.is_read);
        let read_columns: Vec<usize> = read_columns.map(|(at, _)| at).collect();
        let mut reader = ParquetReader::new(self.file.try_clone()?)
            .read_parallel(ParallelStrategy::None)
            .with_projection(Some(read_columns.clone()))
            .with_slice(Some((group.read, rows)));
        reader.set_metadata(Arc::clone(&group.footer));
        // What was read last is let go first: one slice is held, not two.
        self.slice.clear();
        let slice = guarded(|| {
            let frame = reader.finish()?;
            let cells: PolarsResult<Vec<Cells>> = frame
                .columns()
                .iter()
                .map(|column| Cells::of(column.as_materialized_series(), rows))
                .collect();
            cells
        })?;
        self.slice.resize_with(width, || Cells::Unread);
        for (at, cells) in read_columns.into_iter().zip(slice) {
            self.slice[at] = cells;
        }
        group.read += rows;
        self.slice_rows = rows;
        self.at = 0;
        Ok(true)
    }
}

/// The rows of a file, where its footer points into the file and agrees with itself.
fn rows_of(footer: &FileMetadata, bytes: u64) -> PolarsResult<u64> {
    let mut rows = 0_u64;
    for group in &footer.row_groups {
        rows = rows.saturating_add(group.num_rows() as u64);
        let is_inside = group.parquet_columns().iter().all(|column| column.byte_range().end <= bytes);
        polars_ensure!(is_inside, ComputeError: "its footer points behind its end; it may be cut short");
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

/// What polars makes of the file. It takes a file by its word and panics where pages are not what the footer
/// says, so a damaged file would end the program; there is no other way to ask it. What cannot be caught: a page
/// that claims fewer than no values makes it ask for more memory than there is, and the allocator ends the run.
fn guarded<T>(work: impl FnOnce() -> PolarsResult<T>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| damaged(&error.to_string())),
        Err(_) => Err(damaged("its pages are not what its footer says")),
    }
}

/// What a column holds, in words, and whether its cells can be text.
fn kind_of(dtype: &ArrowDataType) -> (String, bool) {
    let said = match dtype {
        ArrowDataType::Utf8View => "text",
        ArrowDataType::BinaryView => "bytes",
        ArrowDataType::Boolean => "flag",
        ArrowDataType::Int32 | ArrowDataType::UInt32 => "integer of 32 bits",
        ArrowDataType::Int64 | ArrowDataType::UInt64 => "integer of 64 bits",
        ArrowDataType::Float32 => "float of 32 bits",
        ArrowDataType::Float64 => "float of 64 bits",
        ArrowDataType::Date32 => "date",
        ArrowDataType::Timestamp(_, Some(_)) => "instant of UTC",
        ArrowDataType::Timestamp(_, None) => "instant without offset",
        ArrowDataType::Decimal(digits, scale) if *digits <= DECIMAL_DIGITS_MAX => {
            return (format!("decimal({digits}, {scale})"), true);
        }
        ArrowDataType::LargeList(_) | ArrowDataType::List(_) => return ("a list".to_owned(), false),
        ArrowDataType::Struct(_) => return ("a struct".to_owned(), false),
        ArrowDataType::Map(..) => return ("a map".to_owned(), false),
        other => return (format!("{other:?}"), false),
    };
    (said.to_owned(), true)
}

/// The cells of one column within a slice.
enum Cells {
    Unread,
    Text(StringChunked),
    Bytes(BinaryChunked),
    Flag(BooleanChunked),
    Signed(Int64Chunked),
    Unsigned(UInt64Chunked),
    Float(Series),
    Decimal(Int128Chunked, usize),
    Day(Int32Chunked),
    Moment { ticks: Int64Chunked, per_second: i64, is_utc: bool },
}

impl Cells {
    fn of(series: &Series, rows: usize) -> PolarsResult<Self> {
        polars_ensure!(series.len() == rows, ComputeError: "column {} is short of rows", series.name());
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Binary => Self::Bytes(series.binary()?.clone()),
            DataType::Boolean => Self::Flag(series.bool()?.clone()),
            DataType::UInt64 => Self::Unsigned(series.u64()?.clone()),
            kind if kind.is_integer() => Self::Signed(series.cast(&DataType::Int64)?.i64()?.clone()),
            DataType::Float32 | DataType::Float64 => Self::Float(series.clone()),
            DataType::Decimal(_, scale) => Self::Decimal(series.decimal()?.physical().clone(), *scale),
            DataType::Date => Self::Day(series.date()?.physical().clone()),
            DataType::Datetime(unit, zone) => {
                let per_second = match unit {
                    TimeUnit::Milliseconds => 1_000,
                    TimeUnit::Microseconds => 1_000_000,
                    TimeUnit::Nanoseconds => 1_000_000_000,
                };
                let ticks = series.datetime()?.physical().clone();
                Self::Moment { ticks, per_second, is_utc: zone.is_some() }
            }
            other => polars_bail!(ComputeError: "column {} came as {other}", series.name()),
        })
    }

    /// Writes the text of a cell, or says why there is none that can be trusted.
    fn write(&self, at: usize, text: &mut String) -> Option<CellError> {
        match self {
            Self::Unread => {}
            Self::Text(cells) => text.push_str(cells.get(at).unwrap_or_default()),
            // What is no UTF-8 shows as the mark that a cell may not have.
            Self::Bytes(cells) => {
                text.push_str(&String::from_utf8_lossy(cells.get(at).unwrap_or_default()));
            }
            Self::Flag(cells) => put(text, cells.get(at), |flag| flag.to_string()),
            Self::Signed(cells) => put(text, cells.get(at), |number| number.to_string()),
            Self::Unsigned(cells) => put(text, cells.get(at), |number| number.to_string()),
            Self::Float(cells) => return write_float(cells, at, text),
            Self::Decimal(cells, scale) => put(text, cells.get(at), |units| decimal_text(units, *scale)),
            Self::Day(cells) => put(text, cells.get(at), |days| day_text(i64::from(days))),
            Self::Moment { ticks, per_second, is_utc } => {
                put(text, ticks.get(at), |ticks| moment_text(ticks, *per_second, *is_utc));
            }
        }
        None
    }
}

/// Writes a value; a null is an empty cell.
fn put<T>(text: &mut String, value: Option<T>, told: impl FnOnce(T) -> String) {
    if let Some(value) = value {
        text.push_str(&told(value));
    }
}

/// Writes the shortest text that gives the same float, where few enough digits make it up.
fn write_float(cells: &Series, at: usize, text: &mut String) -> Option<CellError> {
    let told = match cells.get(at) {
        Ok(AnyValue::Float64(number)) => exact_text(number.to_string(), DOUBLE_DIGITS_MAX),
        Ok(AnyValue::Float32(number)) => exact_text(number.to_string(), SINGLE_DIGITS_MAX),
        _ => Ok(String::new()),
    };
    let (told, flaw) = match told {
        Ok(told) => (told, None),
        Err((told, error)) => (told, Some(error)),
    };
    text.push_str(&told);
    flaw
}
