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
}
