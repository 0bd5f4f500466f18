//! Sheets of a workbook as rows of text.
//!
//! A spreadsheet keeps numbers as binary floats. A decimal of at most fifteen digits survives that and
//! comes back unchanged; what needs more digits than that is no decimal anyone typed, so the cell is
//! marked and, where it matters, its row refused. Long ids kept as numbers have lost their last digits.

use std::path::Path;

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, Xlsx, XlsxError, open_workbook};

use super::{
    Kind, Limits, Packing, Place, RawRow, SourceError, archive,
    exact::{DOUBLE_DIGITS_MAX, exact_text},
};
use crate::export::cells::CellError;

/// The last column that a workbook can have, which spreadsheets call XFD, counted from 1.
const COLUMNS_MAX: u32 = 16_384;

/// A row of a sheet: only the cells that are filled, with their columns. One cell at the far right of each row
/// must not cost a row full of empty ones.
#[derive(Debug)]
pub(super) struct SheetRow {
    filled: RawRow,
    /// Column of each filled cell, from 0.
    columns: Vec<u32>,
}

/// The rows of a sheet, widened one at a time to the width of the sheet.
#[derive(Debug)]
pub(super) struct SheetRows {
    rows: std::vec::IntoIter<SheetRow>,
    width: usize,
}

impl SheetRows {
    /// Whether no row is left.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }
}

impl Iterator for SheetRows {
    type Item = RawRow;

    fn next(&mut self) -> Option<RawRow> {
        let SheetRow { filled, columns } = self.rows.next()?;
        let mut whole = RawRow::of::<&str>(filled.line, &[]);
        for (cell, column) in filled.cells().zip(columns) {
            while whole.len() < column as usize {
                whole.push("");
            }
            whole.push(cell);
        }
        while whole.len() < self.width {
            whole.push("");
        }
        whole.flaws = filled.flaws;
        Some(whole)
    }
}

/// The sheets of a workbook that are not empty by name.
pub(super) fn sheets(path: &Path, limits: &Limits) -> Result<Vec<Place>, SourceError> {
    let place = path.display().to_string();
    let bytes = archive::unpacked_bytes(path)?;
    if bytes > limits.workbook_bytes_max {
        let reason = format!("the workbook claims to unpack to {bytes} bytes");
        return Err(SourceError::Bomb { place, reason });
    }
    let book: Xlsx<_> = open_workbook(path).map_err(|error: XlsxError| refuse(&place, &error))?;
    let names = book.sheet_names().into_iter().enumerate();
    Ok(names
        .map(|(index, name)| Place {
            path: path.to_owned(),
            part: Some((index, name)),
            kind: Kind::Sheet,
            packing: Packing::Plain,
            pipe: None,
        })
        .collect())
}

/// The rows of one sheet. A row's line is its row number in the sheet.
pub(super) fn rows(place: &Place, limits: &Limits) -> Result<SheetRows, SourceError> {
    let shown = place.to_string();
    let bytes = archive::unpacked_bytes(&place.path)?;
    if bytes > limits.workbook_bytes_max {
        let reason = format!("the workbook claims to unpack to {bytes} bytes");
        return Err(SourceError::Bomb { place: shown, reason });
    }
    let mut book: Xlsx<_> = open_workbook(&place.path).map_err(|error: XlsxError| refuse(&shown, &error))?;
    let name = place.part.as_ref().map_or("", |(_, name)| name.as_str());
    let mut reader = book.worksheet_cells_reader(name).map_err(|error| refuse(&shown, &error))?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut width = 0;
    while let Some(cell) = reader.next_cell().map_err(|error| refuse(&shown, &error))? {
        let (row, column) = cell.get_position();
        if column >= COLUMNS_MAX {
            let line = u64::from(row) + 1;
            let why = format!(
                "row {line} has a cell in column {}, beyond XFD, the last that a sheet can have",
                u64::from(column) + 1
            );
            return Err(refuse(&shown, &why));
        }
        if matches!(cell.get_value(), DataRef::Empty) {
            continue;
        }
        let line = u64::from(row) + 1;
        if rows.last().is_none_or(|last| last.filled.line != line) {
            rows.push(SheetRow { filled: RawRow::of::<&str>(line, &[]), columns: Vec::new() });
        }
        let Some(SheetRow { filled, columns }) = rows.last_mut() else { break };
        if columns.last().is_some_and(|&last| last >= column) {
            return Err(refuse(&shown, &format!("the cells of row {line} are out of order")));
        }
        columns.push(column);
        width = width.max(column as usize + 1);
        match text_of(cell.get_value()) {
            Ok(text) => filled.push(&text),
            Err((text, error)) => {
                filled.flaws.push((column as usize, error));
                filled.push(&text);
            }
        }
    }
    Ok(SheetRows { rows: rows.into_iter(), width })
}

fn refuse(place: &str, error: &dyn std::fmt::Display) -> SourceError {
    SourceError::Workbook { place: place.to_owned(), reason: error.to_string() }
}

/// The text of a cell, or the text to show and why it cannot be trusted.
fn text_of(value: &DataRef<'_>) -> Result<String, (String, CellError)> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Ok(text.clone()),
        DataRef::SharedString(text) => Ok((*text).to_owned()),
        DataRef::Bool(flag) => Ok(flag.to_string()),
        DataRef::Int(number) => exact_text(number.to_string(), DOUBLE_DIGITS_MAX),
        // The shortest text that gives the same float; more digits than a decimal keeps are refused below.
        DataRef::Float(number) => exact_text(format!("{number}"), DOUBLE_DIGITS_MAX),
        DataRef::DateTime(moment) => Ok(moment_text(*moment)),
        DataRef::Error(error) => Err((error_text(error), CellError::SpreadsheetError(error_text(error)))),
    }
}

/// A date cell to the second. A midnight stays one: whether the cell shows a time is a matter of its format.
fn moment_text(moment: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}")
}

fn error_text(error: &CellErrorType) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_decimals_come_back_and_long_ones_are_refused() {
        for text in [
            "80.89",
            "99067.91144815",
            "0.00000559",
            "123456789012345",
            "-80.43264806",
            "100",
            "1234567890123456",
        ] {
            let number = text.parse().unwrap();
            assert_eq!(text_of(&DataRef::Float(number)).as_deref(), Ok(text), "{text}");
        }
        for text in ["20230707400000442821061", "12345678901234560"] {
            let number = text.parse().unwrap();
            assert!(matches!(text_of(&DataRef::Float(number)), Err((_, CellError::Inexact(_)))), "{text}");
        }
    }
}
