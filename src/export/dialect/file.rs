//! The layout of a dialect file, as serde reads it. `data/dialects/README.md` explains it by example.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::export::cells::moment::DateOrder;

use super::{
    model::{Class, Evidence, FieldKind, Sign, SignRule},
    recipe::Aspect,
    role::Role,
};

/// The only schema there is.
pub(super) const SCHEMA: &str = "export-dialect/1";

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DialectFile {
    pub(super) schema: Spanned<String>,
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) vendor: Option<String>,
    pub(super) site: Option<Spanned<String>>,
    pub(super) zone: Spanned<String>,
    pub(super) zone_evidence: Evidence,
    pub(super) zone_source: String,
    pub(super) date_order: Option<DateOrder>,
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) null: Vec<String>,
    #[serde(default)]
    pub(super) advice: Vec<String>,
    pub(super) signature: SignatureFile,
    pub(super) column: Vec<ColumnFile>,
    #[serde(default)]
    pub(super) catalogue: CatalogueFile,
    pub(super) row: Vec<RowFile>,
    pub(super) orders: Option<TableFile>,
    pub(super) usage: Option<TableFile>,
    pub(super) refunds: Option<TableFile>,
    pub(super) events: Option<TableFile>,
    pub(super) packages: Option<TableFile>,
    #[serde(default)]
    pub(super) lacks: Vec<LackFile>,
}

/// The columns that a header must have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureFile {
    pub(super) present: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) any: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) absent: Vec<String>,
    pub(super) evidence: Evidence,
    pub(super) source: String,
}

/// A column of the export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnFile {
    pub(super) field: Spanned<String>,
    #[serde(default)]
    pub(super) names: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) guesses: Vec<Spanned<String>>,
    pub(super) kind: FieldKind,
    pub(super) unit: Option<Spanned<UnitFile>>,
    pub(super) zone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) long: bool,
    pub(super) digits_min: Option<usize>,
    #[serde(default)]
    pub(super) skip_keys: Vec<String>,
    pub(super) evidence: Evidence,
    pub(super) source: String,
}

/// The unit of an amount column.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UnitFile {
    /// Whole currency units.
    Yuan,
    /// Hundredths.
    Fen,
    /// Millionths.
    Micro,
}

/// Fields in which the product stands, the most exact first.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueFile {
    #[serde(default)]
    pub(super) vendor: Vec<Spanned<String>>,
    /// Our word for a vendor, and how it is called in the fields of `vendor`.
    #[serde(default)]
    pub(super) vendors: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) product: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) package: Vec<Spanned<String>>,
}

/// A rule for rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowFile {
    #[serde(default)]
    pub(super) when: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) filled: Vec<String>,
    #[serde(default)]
    pub(super) empty: Vec<String>,
    pub(super) sign: Option<SignOfFile>,
    pub(super) gives: Spanned<Vec<Role>>,
    #[serde(default)]
    pub(super) cells: BTreeMap<String, String>,
    pub(super) class: Option<Class>,
    pub(super) why: Option<String>,
    pub(super) evidence: Evidence,
    pub(super) source: String,
}

/// A condition on the sign of an amount.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignOfFile {
    pub(super) field: Spanned<String>,
    pub(super) is: Sign,
}

/// How rows of one role become records.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    #[serde(default)]
    pub(super) verbatim: bool,
    #[serde(default)]
    pub(super) group_by: Vec<Spanned<String>>,
    pub(super) amount: Option<Spanned<String>>,
    pub(super) sign: Option<SignRule>,
    #[serde(default)]
    pub(super) originals: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) originals_else: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) resource: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) told_apart_by: Vec<Spanned<String>>,
    pub(super) formula: Option<Spanned<String>>,
    pub(super) tax: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) tenders_make_amount: bool,
    #[serde(default)]
    pub(super) cells: BTreeMap<String, Spanned<RecipeFile>>,
    pub(super) evidence: Evidence,
    pub(super) source: String,
}

/// A recipe: exactly one of the primitives, with what it needs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecipeFile {
    pub(super) field: Option<String>,
    pub(super) without: Option<String>,
    pub(super) first: Option<Vec<String>>,
    pub(super) word: Option<String>,
    pub(super) words_of: Option<String>,
    pub(super) words: Option<BTreeMap<String, Vec<String>>>,
    pub(super) otherwise: Option<String>,
    pub(super) join: Option<Vec<String>>,
    pub(super) months: Option<Vec<String>>,
    pub(super) minus: Option<Vec<String>>,
    pub(super) quantity_of: Option<Vec<String>>,
    pub(super) unit_of: Option<Vec<String>>,
    pub(super) catalogue: Option<Aspect>,
    pub(super) currency_of: Option<String>,
}

/// A fact that the export does not have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LackFile {
    pub(super) fact: String,
    pub(super) effect: String,
    pub(super) remedy: String,
    pub(super) evidence: Evidence,
    pub(super) source: String,
}
