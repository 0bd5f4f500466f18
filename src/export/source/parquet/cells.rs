//! Typed columns to the text of their cells.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::super::{
    exact::{DOUBLE_DIGITS_MAX, exact_text},
    stored::TextColumn,
    typed::{put_day, put_decimal, put_moment},
};
use crate::export::cells::CellError;

/// Digits of a decimal that a float of 32 bits gives back unchanged.
const SINGLE_DIGITS_MAX: usize = 6;
/// Digits of the widest decimal that is read.
const DECIMAL_DIGITS_MAX: usize = 38;

/// What a column holds, in words, and whether its cells can be text.
pub(super) fn kind_of(dtype: &ArrowDataType, is_utc: bool) -> (String, bool) {
    let said = match dtype {
        ArrowDataType::Utf8View => "text",
        ArrowDataType::BinaryView => "bytes",
        ArrowDataType::Boolean => "flag",
        ArrowDataType::Int32 | ArrowDataType::UInt32 => "integer of 32 bits",
        ArrowDataType::Int64 | ArrowDataType::UInt64 => "integer of 64 bits",
        ArrowDataType::Float32 => "float of 32 bits",
        ArrowDataType::Float64 => "float of 64 bits",
        ArrowDataType::Date32 => "date",
        ArrowDataType::Timestamp(..) if is_utc => "instant of UTC",
        ArrowDataType::Timestamp(..) => "instant without offset",
        ArrowDataType::Decimal(digits, scale) if *digits <= DECIMAL_DIGITS_MAX && scale <= digits => {
            return (format!("decimal({digits}, {scale})"), true);
        }
        ArrowDataType::LargeList(_) | ArrowDataType::List(_) => return ("a list".to_owned(), false),
        ArrowDataType::Struct(_) => return ("a struct".to_owned(), false),
        ArrowDataType::Map(..) => return ("a map".to_owned(), false),
        other => return (format!("{other:?}"), false),
    };
    (said.to_owned(), true)
}

/// The cells of one column within a stretch.
pub(super) enum Cells {
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
    pub(super) fn of(series: Series, is_utc: bool) -> PolarsResult<Self> {
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str()?.clone()),
            DataType::Binary => Self::Bytes(series.binary()?.clone()),
            DataType::Boolean => Self::Flag(series.bool()?.clone()),
            DataType::UInt64 => Self::Unsigned(series.u64()?.clone()),
            kind if kind.is_integer() => Self::Signed(series.cast(&DataType::Int64)?.i64()?.clone()),
            DataType::Float32 | DataType::Float64 => Self::Float(series),
            DataType::Decimal(_, scale) => Self::Decimal(series.decimal()?.physical().clone(), *scale),
            DataType::Date => Self::Day(series.date()?.physical().clone()),
            DataType::Datetime(unit, _) => {
                let per_second = match unit {
                    TimeUnit::Milliseconds => 1_000,
                    TimeUnit::Microseconds => 1_000_000,
                    TimeUnit::Nanoseconds => 1_000_000_000,
                };
                Self::Moment { ticks: series.datetime()?.physical().clone(), per_second, is_utc }
            }
            other => polars_bail!(ComputeError: "column {} came as {other}", series.name()),
        })
    }

    /// Their text. Those that no text can be trusted for stand among the flaws, by row and column.
    pub(super) fn texts(&self, column: usize, flaws: &mut BTreeMap<(usize, usize), CellError>) -> TextColumn {
        match self {
            Self::Text(cells) => {
                texts(cells.len(), cells.iter(), |text, cell| text.extend_from_slice(cell.as_bytes()))
            }
            Self::Bytes(cells) => texts(cells.len(), cells.iter(), Vec::extend_from_slice),
            Self::Flag(cells) => texts(cells.len(), cells.iter(), |text, flag| {
                text.extend_from_slice(if flag { b"true" } else { b"false" });
            }),
            Self::Signed(cells) => {
                texts(cells.len(), cells.iter(), |text, number| put_decimal(text, number.into(), 0))
            }
            Self::Unsigned(cells) => {
                texts(cells.len(), cells.iter(), |text, number| put_decimal(text, number.into(), 0))
            }
            Self::Float(cells) => floats(cells, column, flaws),
            Self::Decimal(cells, scale) => {
                texts(cells.len(), cells.iter(), |text, units| put_decimal(text, units, *scale))
            }
            Self::Day(cells) => texts(cells.len(), cells.iter(), |text, days| put_day(text, days.into())),
            Self::Moment { ticks, per_second, is_utc } => texts(ticks.len(), ticks.iter(), |text, ticks| {
                put_moment(text, ticks, *per_second, *is_utc);
            }),
        }
    }
}

/// Writes each value; a null is an empty cell.
fn texts<T>(
    rows: usize,
    values: impl Iterator<Item = Option<T>>,
    write: impl Fn(&mut Vec<u8>, T),
) -> TextColumn {
    let mut texts = TextColumn::with_room(rows);
    for value in values {
        texts.push(value, &write);
    }
    texts
}

/// Writes the shortest text that gives the same float, where few enough digits make it up.
fn floats(cells: &Series, column: usize, flaws: &mut BTreeMap<(usize, usize), CellError>) -> TextColumn {
    let mut texts = TextColumn::with_room(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let told = match cell {
            AnyValue::Float64(number) => Some(exact_text(number.to_string(), DOUBLE_DIGITS_MAX)),
            AnyValue::Float32(number) => Some(exact_text(number.to_string(), SINGLE_DIGITS_MAX)),
            _ => None,
        };
        let told = told.map(|told| {
            told.unwrap_or_else(|(told, error)| {
                flaws.insert((row, column), error);
                told
            })
        });
        texts.push(told, |text, told| text.extend_from_slice(told.as_bytes()));
    }
    texts
}
