//! What comes out of a conversion.

use super::cells::Cells;
use crate::export::{
    dialect::{Class, Role, Sign},
    source::SourceError,
};

/// What became of a row, or of several that make one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A record in canonical cells.
    Record(Record),
    /// A row that cannot be taken.
    Defect(Defect),
    /// A row that stands in the same record already.
    Duplicate {
        /// Which of the parts it was read from.
        part: usize,
        /// Its line.
        line: u64,
        /// The line of the row it repeats.
        of_line: u64,
    },
    /// Rows that are about nothing the audit asks.
    OutOfScope {
        /// Which of the parts they were read from.
        part: usize,
        /// The line of the first of them.
        line: u64,
        /// How many.
        rows: u64,
        /// Which kind of row.
        class: Class,
        /// Why it is out of scope.
        reason: String,
    },
}

impl Item {
    /// How many rows of the file it accounts for.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        match self {
            Self::Record(record) => record.rows,
            Self::Defect(_) | Self::Duplicate { .. } => 1,
            Self::OutOfScope { rows, .. } => *rows,
        }
    }
}

/// A record in canonical cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The table it belongs to.
    pub role: Role,
    /// Its cells, in the order of [`Role::columns`].
    pub cells: Cells,
    /// Which of the parts its first row was read from.
    pub part: usize,
    /// The line of its first row.
    pub line: u64,
    /// How many rows it accounts for; none where another record of the same rows does already.
    pub rows: u64,
    /// The packs or resources a refund is for, by which its order can be found.
    pub resources: Vec<String>,
    /// How the export signed the refund.
    pub sign_as_read: Option<Sign>,
    /// Facts that its dialect does not have, so that something stands in their place.
    pub assumed: Vec<String>,
    /// What a refund is of, in the words of the orders' products.
    pub product: Option<String>,
    /// What a reader should know about it.
    pub notes: Vec<Note>,
}

impl Record {
    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(self.role.place_of(column)?)
    }

    /// Whether it only says when a refund was asked for.
    #[must_use]
    pub fn is_request_time(&self) -> bool {
        self.role == Role::Refunds && self.cell("status").is_none() && self.cell("currency").is_none()
    }

    /// Whether it is a refund that was taken back: money that did not leave the vendor.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.notes.contains(&Note::TakenBack)
    }

    /// Whether something stands in the place of a fact.
    #[must_use]
    pub fn assumes(&self, fact: &str) -> bool {
        self.assumed.iter().any(|known| known == fact)
    }

    /// Fills the cell of a column.
    pub(crate) fn set(&mut self, column: &str, text: Option<String>) {
        if let Some(place) = self.role.place_of(column) {
            self.cells.set(place, text.as_deref());
        }
    }

    /// The required columns that are empty, so that the canonical reader will refuse the record.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let columns = self.role.columns().iter().zip(self.cells.iter());
        let mut missing: Vec<_> = columns
            .filter(|(column, cell)| column.required && cell.is_none())
            .map(|(column, _)| column.name)
            .collect();
        if self.role == Role::Usage && self.cell("order_id").is_none() && self.cell("instance_id").is_none() {
            missing.push("instance_id");
        }
        missing
    }
}

/// A row that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Which of the parts it was read from.
    pub part: usize,
    /// Its line.
    pub line: u64,
    /// The header of the column at fault; empty where it is the row as a whole.
    pub column: String,
    /// What was found and what was wanted.
    pub reason: String,
    /// The row as it was read, cut where it is long.
    pub raw: String,
    /// What it names in cells that could be read: canonical column and id.
    pub names: Vec<(&'static str, String)>,
}

/// What a reader should know about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Note {
    /// Cash stands for all tenders: the file has no column for each.
    TenderSplitAbsent,
    /// The tenders do not add up to the amount.
    TenderSum {
        /// What the tenders make.
        tenders: String,
        /// What the amount says.
        amount: String,
    },
    /// Tax is among the amounts.
    TaxIncluded,
    /// The export usually signs refunds the other way.
    SignReversed,
    /// Rows of different sign were summed.
    MixedRows,
    /// The rows of the record disagree in this column; the first was taken.
    RowsDiffer(&'static str),
    /// The refund is for several orders and its sum was split as the vendor's formula says.
    SplitByFormula,
    /// The refund is for several orders, and nothing says how much for each: it stands with the first.
    SeveralOrders(Vec<String>),
    /// The vendor's formula names another sum.
    FormulaDisagrees {
        /// What the formula says.
        formula: String,
        /// What the rows make.
        rows: String,
    },
    /// The order was found through the resource.
    LinkedByResource(String),
    /// The order was found through the refund in another export.
    LinkedByRefund,
    /// Several orders have the resource; the latest before the refund was taken.
    SeveralOrdersOfResource(Vec<String>),
    /// No order was found.
    Unlinked,
    /// A number of it had more than eight decimals and was rounded at the eighth.
    Rounded,
    /// It has the sign of a charge: a refund that was taken back.
    TakenBack,
    /// The resource of the refund also stands under orders of another account or product, which were not taken.
    ResourceOfOthers,
}

/// Why a file as a whole cannot be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Parts of one archive have different dialects.
    #[error("{place}: is {found}, while the parts before it are {wanted}")]
    MixedDialects {
        /// The part.
        place: String,
        /// Its dialect.
        found: String,
        /// The dialect of the others.
        wanted: String,
    },
    /// The bytes end in damage.
    #[error(transparent)]
    Source(#[from] SourceError),
}
