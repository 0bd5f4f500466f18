//! Rows that are no rows of the table: empty ones, totals, and the header once more.
//!
//! Some exports end with a total, some with a second header and a summary in other columns. Where several
//! files were joined by hand, a second header begins the next one, so reading goes on behind it.

use crate::export::{
    cells::{clean, header_key},
    dialect::Binding,
    source::SourceRow,
};

/// First cells of rows that sum the others up, in comparison form.
const TOTAL_WORDS: [&str; 14] = [
    "合计",
    "总计",
    "汇总",
    "小计",
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "sum",
    "summary",
    "合计:",
    "总计:",
    "总交易单数",
    "共计",
];

/// What a row is by itself, before what stands above it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing is written in it.
    Blank,
    /// The header once more.
    Header,
    /// A total of the rows above.
    Total,
    /// Too few cells for a row of the table.
    Short,
    /// As wide as a row of the table, or broken.
    Row,
}

impl Look {
    /// What a row with sound cells is.
    pub(super) fn of(row: &dyn SourceRow, binding: &Binding) -> Self {
        let first = row.cells().map(clean).find(|cell| !cell.is_empty());
        let Some(first) = first else { return Self::Blank };
        let is_wide = row.len() >= binding.width_min();
        if is_wide && first.starts_with(|c: char| c.is_ascii_digit()) {
            // An account, an id or a date: neither a header nor a total begins with a digit.
            return Self::Row;
        }
        let mut keys = binding.keys.iter().enumerate();
        if is_wide && keys.all(|(at, key)| key.is_empty() || header_key(row.cell(at)) == *key) {
            return Self::Header;
        }
        if TOTAL_WORDS.contains(&header_key(first).as_str()) {
            return Self::Total;
        }
        if is_wide { Self::Row } else { Self::Short }
    }
}

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Furniture {
    below_totals: bool,
}

impl Furniture {
    /// Why the row is no row of the table; none where it is one.
    pub(super) fn reason(&mut self, look: Look) -> Option<&'static str> {
        let (below_totals, reason) = match look {
            Look::Blank => (self.below_totals, Some("an empty row")),
            Look::Header => (false, Some("the header once more")),
            Look::Total => (true, Some("a total of the rows above")),
            Look::Short if self.below_totals => (true, Some("below the totals")),
            // A summary may have a row of its own in the columns of the table, empty up to a few numbers.
            Look::Short | Look::Row => (false, None),
        };
        self.below_totals = below_totals;
        reason
    }
}
