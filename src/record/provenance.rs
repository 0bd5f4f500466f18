//! Where a value came from: file and physical line, carried wherever the value goes.

/// A file of the run, by its place in the run's list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// The row a record was read from. The header is line 1; a record that spans lines has its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceRef {
    /// The file.
    pub file: FileId,
    /// The physical line on which the record starts.
    pub line: u64,
}

/// What an export tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Purchases.
    Orders,
    /// Deductions and raw usage.
    Usage,
    /// Refunds and requests for them.
    Refunds,
    /// Facts about accounts and orders.
    Events,
    /// Packs with the orders that bought them, by which deductions find their order.
    Packages,
}

impl Role {
    /// Every role that is judged, in the order they are read. Packages only tie others together.
    pub const ALL: [Self; 4] = [Self::Orders, Self::Refunds, Self::Events, Self::Usage];

    /// The word used in options, evidence and summaries.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Usage => "usage",
            Self::Refunds => "refunds",
            Self::Events => "events",
            Self::Packages => "packages",
        }
    }

    /// The word for one row of it, used in evidence.
    #[must_use]
    pub const fn row_word(self) -> &'static str {
        match self {
            Self::Orders => "order",
            Self::Usage => "usage",
            Self::Refunds => "refund",
            Self::Events => "event",
            Self::Packages => "package",
        }
    }
}
