//! What of a purchase was consumed.

use std::sync::Arc;

use super::{SourceRef, UsageId};
use crate::{
    money::Quantity,
    time::{Instant, Moment},
};

/// What a usage row rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A deduction from the package: what decides.
    Deduction,
    /// Raw usage: never decides, only raises reviews (K21).
    Raw,
}

impl Basis {
    /// Every basis, with its word in exports.
    pub const WORDS: [(&'static str, Self); 2] = [("deduction", Self::Deduction), ("raw", Self::Raw)];
}

/// One deduction, or one record of raw usage, of an order in question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usage {
    /// When it was posted; for raw usage when the record was made.
    pub posted_at: Moment,
    /// Its number, where the export has one.
    pub usage_id: Option<UsageId>,
    /// When the usage it pays for began.
    pub usage_start: Option<Instant>,
    /// When it ended.
    pub usage_end: Option<Instant>,
    /// What was deducted; a reversal is negative.
    pub quantity: Quantity,
    /// The unit of the quantity.
    pub unit: Option<Arc<str>>,
    /// What it rests on.
    pub basis: Basis,
    /// The product that was used.
    pub product: Option<Arc<str>>,
    /// What was metered, as `audio` or `720p`.
    pub class: Option<Arc<str>>,
    /// Where it was read.
    pub at: SourceRef,
}

impl Usage {
    /// When the usage itself began, as far as the row tells.
    #[must_use]
    pub fn began_at(&self) -> Instant {
        self.usage_start.unwrap_or(self.posted_at.earliest())
    }

    /// Whether another row is the same record, wherever it was read.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let elsewhere = Self { at: self.at, ..other.clone() };
        *self == elsewhere
    }
}
