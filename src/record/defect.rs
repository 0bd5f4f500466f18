//! What is wrong with a row that became no record.

use super::{Role, SourceRef};

/// A rejected row: where, which column, what was found and what was wanted, and the row itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// The row.
    pub at: SourceRef,
    /// What the file tells of.
    pub role: Role,
    /// The column at fault; empty where the row as a whole is.
    pub column: String,
    /// Found and wanted, in words.
    pub reason: String,
    /// The row as read, cut where it is very long.
    pub raw: String,
    /// What it names in cells that could be read.
    pub names: Vec<(Named, Box<str>)>,
}

/// What a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// An order.
    Order,
    /// A refund.
    Refund,
    /// A package or a resource.
    Instance,
    /// An account.
    Account,
}

impl Named {
    /// Each, with the canonical column that names it.
    pub const COLUMNS: [(&'static str, Self); 4] = [
        ("order_id", Self::Order),
        ("refund_id", Self::Refund),
        ("instance_id", Self::Instance),
        ("account_id", Self::Account),
    ];

    /// What is named in a canonical column.
    #[must_use]
    pub fn of_column(column: &str) -> Option<Self> {
        Self::COLUMNS.iter().find(|(known, _)| *known == column).map(|(_, named)| *named)
    }
}
