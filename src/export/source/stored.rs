//! What a file of typed columns says of itself, before its rows are read.

/// The shape of a file of typed columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// How many rows it has.
    pub rows: u64,
    /// In how many pieces they lie.
    pub row_groups: usize,
    /// Its columns, in the order of the header.
    pub columns: Vec<StoredColumn>,
}

/// One column of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredColumn {
    /// Its name.
    pub name: String,
    /// What its cells are, in words.
    pub kind: String,
    /// Whether its cells can be text. Lists, structs and maps cannot; their cells are read as empty.
    pub is_read: bool,
}
