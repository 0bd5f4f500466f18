//! What a file was recognised as, which column became which, what stays out, and what it cannot say.
//!
//! This is what the command `inspect` shows. It reads a file once, through the same conversion that the audit
//! uses, so that it cannot promise what the audit does not keep.

mod questions;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::Arc,
};

pub use questions::{Answer, Question, State, answer};

use crate::export::{
    catalogue::{Catalogue, Unmapped},
    cells::{clean, moment::seconds_of},
    convert::{Conversion, Converted, Defect, FileError, Item, Record, Straight, Tally, UsageConsumer},
    dialect::{Class, Evidence, FieldKind, Lack, Recognised, Role},
    source::{InBlocks, Opened, ScannedRow, SourceError, Stored},
};

/// Sample values shown of a column.
const SAMPLES_MAX: usize = 3;
/// Rows in which sample values are looked for.
const SAMPLE_ROWS: usize = 50;
/// Rejected rows shown.
const DEFECTS_MAX: usize = 20;

/// What is known of a file.
#[derive(Debug)]
pub struct Description {
    /// The file.
    pub place: String,
    /// Its dialect.
    pub dialect: String,
    /// What that is, for people.
    pub title: String,
    /// The columns by which it was recognised.
    pub because: Vec<String>,
    /// How it is known that those columns make the dialect.
    pub signature_evidence: Evidence,
    /// What it says of its columns, where they are typed.
    pub stored: Option<Stored>,
    /// Its encoding; none where cells are typed.
    pub encoding: Option<&'static str>,
    /// Its delimiter; none where cells are typed.
    pub delimiter: Option<&'static str>,
    /// How it is packed.
    pub packing: &'static str,
    /// The line of the header.
    pub header_line: u64,
    /// The zone of its times, and how it is known.
    pub zone: (String, Evidence),
    /// Its columns that became fields.
    pub columns: Vec<ColumnUse>,
    /// Its columns that did not.
    pub unmapped_columns: Vec<UnmappedColumn>,
    /// Required canonical columns that it cannot fill: role and column.
    pub unfilled: Vec<(Role, &'static str)>,
    /// Records by role.
    pub records: BTreeMap<Role, u64>,
    /// The first and the last moment of each role's leading time.
    pub periods: BTreeMap<Role, (String, String)>,
    /// Rows out of scope, by class and reason.
    pub out_of_scope: BTreeMap<(Class, String), u64>,
    /// The first rejected rows.
    pub defects: Vec<Defect>,
    /// Records that the canonical reader will refuse for an empty required cell, by column.
    pub incomplete: BTreeMap<(Role, &'static str), u64>,
    /// Products without a word of ours.
    pub unmapped_products: Unmapped,
    /// Bad places of the text that were replaced.
    pub replaced: u64,
    /// Rows and sums.
    pub tally: Tally,
    /// What such an export cannot say.
    pub lacks: Vec<Lack>,
    /// What a user should know about such a file.
    pub advice: Vec<String>,
    /// Why it cannot be converted as a whole.
    pub error: Option<FileError>,
    /// Canonical columns that some record has, by role; the questions are answered by them.
    pub filled: BTreeSet<(Role, &'static str)>,
}

/// A column that became a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnUse {
    /// Its header.
    pub header: String,
    /// What its cells are, where they are typed.
    pub stored_as: Option<String>,
    /// The field of the dialect.
    pub field: String,
    /// What its cells hold.
    pub kind: FieldKind,
    /// How it is known that the header stands for the field.
    pub evidence: Evidence,
    /// A few of its values.
    pub samples: Vec<String>,
}

/// A column that is no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmappedColumn {
    /// Its header.
    pub header: String,
    /// What its cells are, where they are typed.
    pub stored_as: Option<String>,
    /// A few of its values.
    pub samples: Vec<String>,
}

/// Reads a file and describes it.
///
/// # Errors
///
/// [`SourceError`] where its first rows cannot be read. What is wrong further down stands in the description.
pub fn describe(
    mut opened: Opened,
    recognised: Recognised,
    catalogue: Arc<Catalogue>,
    threads: NonZeroUsize,
) -> Result<Description, SourceError> {
    let binding = recognised.binding.clone();
    let dialect = Arc::clone(&binding.dialect);
    let head = opened.head(recognised.rows_above + 1 + SAMPLE_ROWS)?;
    let samples = |column: usize| {
        let mut found: Vec<String> = Vec::new();
        for row in head.iter().skip(recognised.rows_above + 1) {
            let text = clean(row.cell(column));
            if !text.is_empty() && !found.iter().any(|known| known == text) && found.len() < SAMPLES_MAX {
                found.push(text.chars().take(60).collect());
            }
        }
        found
    };
    let mut columns = Vec::new();
    let mut unmapped_columns = Vec::new();
    let stored = opened.stored().cloned();
    for (at, header) in binding.header.iter().enumerate() {
        let stored_as = stored.as_ref().and_then(|stored| Some(stored.columns.get(at)?.kind.clone()));
        let Some((_, field)) = binding.field_at(at) else {
            let samples = samples(at);
            unmapped_columns.push(UnmappedColumn { header: header.clone(), stored_as, samples });
            continue;
        };
        let spelling = field.headers.iter().find(|spelling| spelling.key == binding.keys[at]);
        columns.push(ColumnUse {
            header: header.clone(),
            stored_as,
            field: field.name.clone(),
            kind: field.kind,
            evidence: spelling.map_or(field.evidence, |spelling| spelling.evidence),
            samples: samples(at),
        });
    }
    let mut unfilled = Vec::new();
    for table in &dialect.tables {
        for (place, column) in table.role.columns().iter().enumerate().filter(|(_, column)| column.required) {
            let recipe = table.cells.iter().find(|(at, _)| *at == place).map(|(_, recipe)| recipe);
            let fillable = recipe.is_some_and(|recipe| {
                let fields = recipe.fields();
                let has_default = matches!(recipe, crate::export::dialect::Recipe::Currency(_))
                    && dialect.currency.is_some();
                fields.is_empty() && !matches!(recipe, crate::export::dialect::Recipe::Currency(_))
                    || has_default
                    || fields.iter().any(|field| binding.column(*field).is_some())
            });
            // The order of a refund is found through its resource or another export.
            let linked = table.role == Role::Refunds && column.name == "order_id";
            if !fillable && !linked {
                unfilled.push((table.role, column.name));
            }
        }
    }
    let mut description = Description {
        place: opened.place().to_string(),
        dialect: dialect.id.clone(),
        title: dialect.title.clone(),
        because: recognised.because.clone(),
        signature_evidence: dialect.signature.evidence,
        stored,
        encoding: opened.encoding().map(crate::export::source::Encoding::name),
        delimiter: opened.delimiter().map(crate::export::source::Delimiter::word),
        packing: opened.place().packing.word(),
        header_line: binding.line,
        zone: (dialect.zone.text(), dialect.zone_evidence),
        columns,
        unmapped_columns,
        unfilled,
        records: BTreeMap::new(),
        periods: BTreeMap::new(),
        out_of_scope: BTreeMap::new(),
        defects: Vec::new(),
        incomplete: BTreeMap::new(),
        unmapped_products: Unmapped::default(),
        replaced: 0,
        tally: Tally::default(),
        lacks: dialect.lacks.clone(),
        advice: dialect.advice.clone(),
        error: None,
        filled: BTreeSet::new(),
    };
    let mut conversion = Conversion::of(opened, recognised, catalogue);
    let mut seen = Seen::default();
    let read = conversion.run(Some(InBlocks::on(threads)), &Look, &mut |converted| match converted {
        Converted::Item(Item::Record(record)) => seen.take(&record),
        Converted::Item(item) => description.take(item),
        Converted::Usage(_, _, more) => seen.add(more),
    });
    description.error = read.err();
    let Seen { records, periods, incomplete, filled } = seen;
    Ok(Description {
        records,
        periods,
        incomplete,
        filled,
        replaced: conversion.replaced(),
        tally: conversion.tally().clone(),
        unmapped_products: conversion.unmapped().clone(),
        ..description
    })
}

impl Description {
    fn take(&mut self, item: Item) {
        match item {
            Item::Record(_) | Item::Duplicate { .. } => {}
            Item::Defect(defect) => {
                if self.defects.len() < DEFECTS_MAX {
                    self.defects.push(defect);
                }
            }
            Item::OutOfScope { class, reason, rows, .. } => {
                *self.out_of_scope.entry((class, reason)).or_default() += rows;
            }
        }
    }
}

/// What records have in common, whichever order they come in.
#[derive(Default)]
struct Seen {
    records: BTreeMap<Role, u64>,
    periods: BTreeMap<Role, (String, String)>,
    incomplete: BTreeMap<(Role, &'static str), u64>,
    filled: BTreeSet<(Role, &'static str)>,
}

impl Seen {
    fn take(&mut self, record: &Record) {
        *self.records.entry(record.role).or_default() += 1;
        for (column, cell) in record.role.columns().iter().zip(record.cells.iter()) {
            if cell.is_some() {
                self.filled.insert((record.role, column.name));
            }
        }
        for column in record.missing() {
            let linked = record.role == Role::Refunds && column == "order_id";
            if !linked {
                *self.incomplete.entry((record.role, column)).or_default() += 1;
            }
        }
        let leading = match record.role {
            Role::Orders => "paid_at",
            Role::Usage => "posted_at",
            Role::Refunds => "requested_at",
            Role::Events => "at",
            Role::Packages => "bought_at",
        };
        if let Some(moment) = record.cell(leading) {
            self.widen(record.role, moment, moment);
        }
    }

    /// Takes up the first and the last moment of some records. Of two texts of one second the lesser one stays.
    fn widen(&mut self, role: Role, first: &str, last: &str) {
        let (mine, my_last) = self.periods.entry(role).or_insert_with(|| (first.to_owned(), last.to_owned()));
        if (seconds_of(first), first) < (seconds_of(mine), mine.as_str()) {
            first.clone_into(mine);
        }
        if (seconds_of(last), last) > (seconds_of(my_last), my_last.as_str()) {
            last.clone_into(my_last);
        }
    }

    fn add(&mut self, more: Self) {
        for (role, count) in more.records {
            *self.records.entry(role).or_default() += count;
        }
        for (place, count) in more.incomplete {
            *self.incomplete.entry(place).or_default() += count;
        }
        self.filled.extend(more.filled);
        for (role, (first, last)) in more.periods {
            self.widen(role, &first, &last);
        }
    }
}

/// Looks at records of usage on the thread that has them.
struct Look;

impl UsageConsumer for Look {
    type State = ();
    type Taken = Seen;

    fn state(&self) {}

    fn begin(&self) -> Seen {
        Seen::default()
    }

    fn straight(&self, (): &mut (), _: &mut Seen, _: usize, _: &[ScannedRow<'_>], _: &Straight) -> usize {
        0
    }

    fn record(&self, (): &mut (), seen: &mut Seen, _: usize, record: &Record) {
        seen.take(record);
    }
}
