//! Rows that are no rows of the table: empty ones, totals, and the header once more.
//!
//! Some exports end with a total, some with a second header and a summary in other columns. Where several
//! files were joined by hand, a second header begins the next one, so reading goes on behind it.

use crate::export::{
    cells::{clean, header_key},
    dialect::Binding,
    source::RawRow,
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

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Furniture {
    below_totals: bool,
}

impl Furniture {
    /// Why the row is no row of the table; none where it is one.
    pub(super) fn reason(&mut self, row: &RawRow, binding: &Binding) -> Option<&'static str> {
        if row.fault.is_some() {
            return None;
        }
        if row.is_blank() {
            return Some("an empty row");
        }
        let first = row.cells().map(clean).find(|cell| !cell.is_empty()).unwrap_or_default();
        if first.starts_with(|c: char| c.is_ascii_digit()) && row.len() >= binding.width_min() {
            // An account, an id or a date: neither a header nor a total begins with a digit.
            self.below_totals = false;
            return None;
        }
        let repeats = row.len() >= binding.width_min()
            && binding
                .keys
                .iter()
                .enumerate()
                .all(|(at, key)| key.is_empty() || header_key(row.cell(at)) == *key);
        if repeats {
            self.below_totals = false;
            return Some("the header once more");
        }
        let first = header_key(first);
        if TOTAL_WORDS.contains(&first.as_str()) {
            self.below_totals = true;
            return Some("a total of the rows above");
        }
        if self.below_totals && row.len() < binding.width_min() {
            return Some("below the totals");
        }
        // A summary may have a row of its own in the columns of the table, empty up to a few numbers.
        self.below_totals = false;
        None
    }
}
