//! How a canonical cell comes from the cells of an export: a closed set of primitives.

use serde::Deserialize;

use super::model::FieldId;

/// What the product catalogue is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Our word for the product.
    Product,
    /// Our word for the kind of package.
    PackageType,
    /// Whether the item is one that is given away.
    Gift,
}

/// A recipe for one canonical cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// The cell of a field.
    Field(FieldId),
    /// The cell of a field, or of another one where the file has no such column.
    FieldOr {
        /// The field.
        field: FieldId,
        /// The field taken where the column is absent.
        without: FieldId,
    },
    /// The first of several fields that is not empty.
    First(Vec<FieldId>),
    /// Always this word.
    Word(String),
    /// The word that stands for the field's word.
    Words {
        /// The field.
        field: FieldId,
        /// Foreign words in comparison form, and ours; an empty word of ours leaves the cell empty.
        words: Vec<(String, String)>,
        /// What every other word stands for; without it such a row is a defect.
        otherwise: Option<String>,
    },
    /// Several fields with `@` between them, where the export has no key of its own.
    Join(Vec<FieldId>),
    /// A term in months, of a count and its unit; empty for other units.
    Months {
        /// The count.
        count: FieldId,
        /// The unit.
        unit: FieldId,
    },
    /// A difference.
    Minus {
        /// What it is taken from.
        from: FieldId,
        /// What is taken away.
        less: FieldId,
    },
    /// The number of a quantity with magnitude words, whose unit may stand in a cell of its own.
    QuantityOf(Vec<FieldId>),
    /// The unit of such a quantity.
    UnitOf(Vec<FieldId>),
    /// What the product catalogue says.
    Catalogue(Aspect),
    /// The currency of the field, or the dialect's.
    Currency(Option<FieldId>),
}

impl Recipe {
    /// The fields it reads.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldId> {
        match self {
            Self::Field(field) | Self::Words { field, .. } | Self::Currency(Some(field)) => vec![*field],
            Self::FieldOr { field, without } => vec![*field, *without],
            Self::First(fields) | Self::Join(fields) | Self::QuantityOf(fields) | Self::UnitOf(fields) => {
                fields.clone()
            }
            Self::Months { count, unit } => vec![*count, *unit],
            Self::Minus { from, less } => vec![*from, *less],
            Self::Word(_) | Self::Catalogue(_) | Self::Currency(None) => Vec::new(),
        }
    }
}
