//! The grammar of single cells: what vendors, consoles and spreadsheets do to a text.
//!
//! Every function takes the text of one cell and gives what it says, or a [`CellError`] that says why it
//! cannot be taken. Nothing here knows a column, a dialect or a file.

mod calendar;
pub mod clean;
pub mod header;
pub mod id;
pub mod list;
pub mod measure;
pub mod moment;
pub mod number;
pub mod zone;

pub use clean::{clean, is_null};
pub use header::header_key;

/// Why a cell cannot be taken. The messages complete "`column`: found …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// A text where a number was wanted.
    #[error("\"{0}\" is not a number")]
    NotANumber(String),
    /// A comma or a space that groups no thousands: perhaps a decimal comma.
    #[error("\"{0}\" has a separator that does not group thousands; a decimal comma is not read")]
    Grouping(String),
    /// More digits than money has.
    #[error("\"{0}\" has more digits than an amount can have")]
    TooManyDigits(String),
    /// An id that a spreadsheet turned into a floating number.
    #[error(
        "\"{0}\" is an id that a spreadsheet turned into a number; its last digits are lost: export the file \
         again and do not save it from the spreadsheet, or import the column as text"
    )]
    IdInNotation(String),
    /// A long id whose digits beyond the fifteenth are zero.
    #[error(
        "\"{0}\" is an id whose digits after the fifteenth are all zero, as a spreadsheet leaves them: export \
         the file again and do not save it from the spreadsheet, or import the column as text"
    )]
    IdCutShort(String),
    /// A text where a moment was wanted.
    #[error("\"{0}\" is not a time such as 2026-03-01 08:00:00")]
    NotAMoment(String),
    /// A month where a moment was wanted.
    #[error("\"{0}\" names a month, not a moment")]
    MonthOnly(String),
    /// Day and month in an order that cannot be told.
    #[error(
        "\"{0}\" does not say which number is the day and which the month; export times as 2026-03-01 08:00:00, or \
         say date_order = \"dmy\" or \"mdy\" in a file for --mapping"
    )]
    DayOrMonth(String),
    /// A day or an hour that does not exist.
    #[error("\"{0}\" names a day or a time of day that does not exist")]
    NoSuchMoment(String),
    /// A date without a time in a zone that is not the canonical one.
    #[error("\"{0}\" is a date without a time, in another zone than +08:00, and cannot be placed")]
    DateInOtherZone(String),
    /// A word that the dialect does not know.
    #[error("\"{found}\" is not a word this dialect knows here; known are {known}")]
    UnknownWord {
        /// The word found.
        found: String,
        /// Those the dialect knows.
        known: String,
    },
    /// A spreadsheet number that no short decimal stands for.
    #[error(
        "the cell holds the binary number {0}, of which a spreadsheet keeps fifteen digits only; save the column as text"
    )]
    Inexact(String),
    /// The mark of another currency than that of the row.
    #[error("\"{found}\" is marked as {marked}, and the row is in {currency}")]
    OtherCurrency {
        /// The cell.
        found: String,
        /// What its mark says.
        marked: String,
        /// What the row says.
        currency: String,
    },
    /// Hundredths of a currency that has none.
    #[error(
        "\"{0}\" is in hundredths, which {1} does not have: what the number stands for is documented nowhere"
    )]
    NoHundredths(String, String),
    /// A spreadsheet error such as `#REF!`.
    #[error("the cell holds the spreadsheet error {0}")]
    SpreadsheetError(String),
    /// Bytes that are no text in the file's encoding.
    #[error("the cell has a byte that is no text in the file's encoding ({0})")]
    BadByte(String),
}
