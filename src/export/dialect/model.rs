//! A dialect after its file was checked.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{recipe::Recipe, role::Role};
use crate::export::cells::{moment::DateOrder, zone::Zone};

/// How a statement of a dialect is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A vendor's page or interface, or a program that binds to it, says so.
    Sourced,
    /// Concluded from those, or taken by analogy.
    Inferred,
}

impl Evidence {
    /// The word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sourced => "sourced",
            Self::Inferred => "inferred",
        }
    }
}

/// The place of a field in its dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub(super) usize);

impl FieldId {
    /// The place as a number.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// What the cells of a field hold, and how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// An id.
    Id,
    /// Several ids.
    Ids,
    /// A text.
    Text,
    /// Money.
    Amount,
    /// A plain number.
    Number,
    /// A number with a magnitude word and a unit.
    Measure,
    /// A moment.
    Moment,
    /// Milliseconds since 1970, or a moment.
    Epoch,
    /// Taken as it stands, for the canonical form.
    Verbatim,
}

/// A column of the export.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name within the dialect.
    pub name: String,
    /// The header as vendors write it, the usual one first.
    pub headers: Vec<Header>,
    /// What its cells hold.
    pub kind: FieldKind,
    /// Places the point of an amount moves to the left: 2 for hundredths.
    pub scale: i32,
    /// Its zone, where it is not the dialect's.
    pub zone: Option<Zone>,
    /// Whether its ids have eighteen digits or more.
    pub long_ids: bool,
    /// For ids inside a text: how many digits make one.
    pub digits_min: Option<usize>,
    /// Words behind which an id does not count.
    pub skip_keys: Vec<String>,
    /// How the field is known.
    pub evidence: Evidence,
    /// From where.
    pub source: String,
}

/// One spelling of a column's header.
#[derive(Clone, Debug)]
pub struct Header {
    /// As written.
    pub name: String,
    /// In comparison form.
    pub key: String,
    /// Whether this spelling was seen or guessed.
    pub evidence: Evidence,
}

/// Which columns make the dialect.
#[derive(Clone, Debug)]
pub struct Signature {
    /// All of these.
    pub present: Vec<FieldId>,
    /// Of each of these sets at least one.
    pub any: Vec<Vec<FieldId>>,
    /// None of these headers, in comparison form.
    pub absent: Vec<String>,
    /// How that is known.
    pub evidence: Evidence,
    /// From where.
    pub source: String,
}

/// A sign of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Below zero.
    Negative,
    /// Above zero.
    Positive,
}

/// How an export signs what is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignRule {
    /// Below zero.
    Negative,
    /// Above zero.
    Positive,
    /// Not known; one file has one sign.
    Either,
}

/// Why rows are out of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Charges and system rows that no refund policy speaks of.
    Noise,
    /// A correction by hand, which may be a refund that no order can be found for.
    Adjustment,
    /// Usable for totals or cross-checks only.
    TotalsOnly,
    /// A total, a second header or an empty row: no row of the table.
    Furniture,
}

impl Class {
    /// The word in summaries.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Adjustment => "adjustment",
            Self::TotalsOnly => "totals-only",
            Self::Furniture => "furniture",
        }
    }
}

/// A condition on a row.
#[derive(Clone, Debug)]
pub enum Condition {
    /// The field's word is one of these, in comparison form.
    Is(FieldId, Vec<String>),
    /// The field is not empty.
    Filled(FieldId),
    /// The field is empty.
    Empty(FieldId),
    /// The amount has this sign; zero counts as positive.
    Sign(FieldId, Sign),
}

/// What rows become.
#[derive(Clone, Debug)]
pub enum Gives {
    /// Records of these roles; the row is counted with the first.
    Roles(Vec<Role>),
    /// Nothing, and why.
    Nothing(Class, String),
}

/// A rule for rows. The first that fits is taken.
#[derive(Clone, Debug)]
pub struct RowRule {
    /// Every one of these must hold.
    pub when: Vec<Condition>,
    /// What the row becomes.
    pub gives: Gives,
    /// Canonical cells that this kind of row fixes.
    pub cells: Vec<(String, String)>,
    /// How that is known.
    pub evidence: Evidence,
    /// From where.
    pub source: String,
}

/// How rows of one role become records.
#[derive(Clone, Debug)]
pub struct Table {
    /// The role.
    pub role: Role,
    /// Whether cells are taken as they stand, under their own names.
    pub verbatim: bool,
    /// Fields whose equality makes rows one record; none makes each row one.
    pub group_by: Vec<FieldId>,
    /// The amount whose sign says whether money came or went.
    pub amount: Option<FieldId>,
    /// How refunds are signed.
    pub sign: SignRule,
    /// Fields that name the orders a refund is for.
    pub originals: Vec<FieldId>,
    /// Fields looked at where those are empty.
    pub originals_else: Vec<FieldId>,
    /// Fields that name the resources or packs; the first that is not empty counts.
    pub resource: Vec<FieldId>,
    /// Fields without which records of one id are told apart by their place among them: the key of the file does not
    /// do that then.
    pub told_apart_by: Vec<FieldId>,
    /// The vendor's calculation in words.
    pub formula: Option<FieldId>,
    /// Whether the tenders of a record add up to its amount, which is then checked.
    pub tenders_make_amount: bool,
    /// The tax, which says whether amounts are with or without.
    pub tax: Option<FieldId>,
    /// A recipe for each canonical cell that the export can fill: place of the column, and recipe.
    pub cells: Vec<(usize, Recipe)>,
    /// How that is known.
    pub evidence: Evidence,
    /// From where.
    pub source: String,
}

/// A fact that the export does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// Which, for example `requested_at`.
    pub fact: String,
    /// What that means for findings.
    pub effect: String,
    /// Which export has it.
    pub remedy: String,
    /// How that is known.
    pub evidence: Evidence,
    /// From where.
    pub source: String,
}

/// Which site of the vendor.
pub type Site = Option<String>;

/// How one kind of export writes things down.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Its name in options and messages.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// The vendor, in the catalogue's words.
    pub vendor: Option<String>,
    /// The vendor's site.
    pub site: Site,
    /// The zone of times without offset.
    pub zone: Zone,
    /// How the zone is known.
    pub zone_evidence: Evidence,
    /// From where.
    pub zone_source: String,
    /// In which order its numeric dates are, where somebody says so.
    pub date_order: Option<DateOrder>,
    /// The currency where no column says it.
    pub currency: Option<String>,
    /// Further spellings of "nothing here".
    pub null: Vec<String>,
    /// What a user should know about such a file.
    pub advice: Vec<String>,
    /// Which columns make it.
    pub signature: Signature,
    /// Its columns.
    pub fields: Vec<Field>,
    /// Fields in which the vendor stands, where the dialect is of several.
    pub vendor_fields: Vec<FieldId>,
    /// What is written there, in comparison form, and our word for it.
    pub vendor_names: BTreeMap<String, String>,
    /// Fields in which the product stands.
    pub product_fields: Vec<FieldId>,
    /// Fields in which the kind of package stands.
    pub package_fields: Vec<FieldId>,
    /// Its kinds of rows.
    pub rows: Vec<RowRule>,
    /// What becomes of them.
    pub tables: Vec<Table>,
    /// What it cannot say.
    pub lacks: Vec<Lack>,
}

impl Dialect {
    /// A field of this dialect.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.0]
    }

    /// The field of that name.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<FieldId> {
        self.fields.iter().position(|field| field.name == name).map(FieldId)
    }

    /// The table of a role.
    #[must_use]
    pub fn table(&self, role: Role) -> Option<&Table> {
        self.tables.iter().find(|table| table.role == role)
    }

    /// The dialect with another zone for times without offset, as the user says.
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        for field in &mut self.fields {
            field.zone = None;
        }
        self
    }

    /// The roles its rows may have.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.tables.iter().map(|table| table.role)
    }
}
