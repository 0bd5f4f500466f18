//! Rows that were set aside because their id stands already.

use std::collections::BTreeMap;

use crate::{
    ingest::FileRead,
    record::{Fate, FileId, Role, SourceRef},
};

/// Rows of a file that repeat another, counted for the finding.
pub(super) type Repeated = BTreeMap<FileId, u64>;

/// A row whose id stands already.
#[derive(Clone, Debug)]
pub(super) struct Aside {
    pub(super) at: SourceRef,
    pub(super) role: Role,
    /// Its amounts, by column.
    pub(super) amounts: Vec<(&'static str, i128)>,
    /// Whether it says the same as another row of its id; else it contradicts the one that is kept.
    pub(super) is_repeated: bool,
}

impl Aside {
    /// Counts it as a duplicate of its file.
    pub(super) fn settle(&self, files: &mut [FileRead], repeated: &mut Repeated) {
        let Self { at, role, amounts, is_repeated } = self;
        files[at.file.0 as usize].resettle(*role, at.line, Fate::Accepted, Fate::Duplicate, amounts);
        if *is_repeated {
            *repeated.entry(at.file).or_default() += 1;
        }
    }
}
