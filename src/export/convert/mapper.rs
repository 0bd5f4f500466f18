//! One row to what it gives, by its dialect alone: nothing here knows what stands above the row, so rows can be
//! mapped on any thread, in any order.

use std::{cell::Cell, sync::Arc};

use super::{
    cook::{cook, product_of},
    furniture::Look,
    group::{Contribution, print_of},
    item::{Note, Record},
    rules::{Rules, unknown_kind},
    view::{Fault, View},
};
use crate::{
    export::{
        catalogue::Catalogue,
        cells::clean,
        dialect::{Binding, Condition, Dialect, FieldId, FieldKind, Gives, Role, RowRule, Table},
        source::{RawRow, SourceRow},
    },
    scan::quantities,
};

/// What a row gives by itself.
pub(super) enum Given {
    /// Nothing: the rule with this place among those of the dialect leaves such rows out.
    Nothing(usize),
    /// Records, or parts of records.
    Records(Vec<Piece>),
    /// It cannot be taken: the column and the reason.
    Refused(String, String),
}

/// A record, or what a row adds to one.
pub(super) enum Piece {
    /// A record of this row alone.
    Alone(Record),
    /// A part of the record with this key, or of one without a key that has this row alone.
    OfRecord(Option<String>, Contribution),
}

/// A row with everything that can be said of it without the rows above.
pub(super) struct Mapped {
    pub(super) line: u64,
    /// What it looks like; none where the row as a whole is broken.
    pub(super) look: Option<Look>,
    pub(super) given: Given,
    /// The amounts of the columns of amounts, in units of 1e-8; none of a broken row.
    pub(super) amounts: Vec<Option<i128>>,
    /// The row as it was read, for a message; empty where none can come.
    pub(super) raw: String,
    /// Of a refused row, what it names in cells that can be read: canonical column and id.
    pub(super) names: Vec<(&'static str, String)>,
}

/// Maps the rows of one table.
pub(super) struct Mapper {
    pub(super) binding: Arc<Binding>,
    pub(super) dialect: Arc<Dialect>,
    catalogue: Arc<Catalogue>,
    amount_fields: Arc<[FieldId]>,
}

/// What one thread remembers of the words it met.
#[derive(Default)]
pub(super) struct Memory {
    rules: Rules,
    /// Scratch for the amounts of a row.
    pub(super) amounts: Vec<Option<i128>>,
}

impl Mapper {
    pub(super) fn new(binding: Arc<Binding>, catalogue: Arc<Catalogue>) -> Self {
        let dialect = Arc::clone(&binding.dialect);
        let amount_fields = amount_fields(&dialect);
        Self { binding, dialect, catalogue, amount_fields }
    }

    /// The rule that leaves a sound row out, where one does and nothing above the row can change that; the amounts of
    /// the row are in the memory then.
    pub(super) fn left_out(&self, row: &dyn SourceRow, memory: &mut Memory) -> Option<usize> {
        let first = row.cell(0);
        let is_row =
            first.starts_with(|c: char| c.is_ascii_digit()) && row.len() == self.binding.header.len();
        if !is_row {
            return None;
        }
        let rounded = Cell::new(false);
        let view = View { row, binding: &self.binding, rounded: &rounded };
        let place = memory.rules.find(&self.dialect, view).ok().flatten()?;
        if !matches!(self.dialect.rows[place].gives, Gives::Nothing(..)) {
            return None;
        }
        self.read_amounts(view, &mut memory.amounts);
        Some(place)
    }

    /// Maps a row as it was read.
    pub(super) fn row(&self, row: &RawRow, memory: &mut Memory) -> Mapped {
        match row.fault {
            Some(fault) => Mapped {
                line: row.line,
                look: None,
                given: Given::Refused(String::new(), fault.to_string()),
                amounts: Vec::new(),
                raw: (row as &dyn SourceRow).raw(),
                names: Vec::new(),
            },
            None => self.sound(row, memory),
        }
    }

    /// Maps a row whose cells are sound.
    pub(super) fn sound(&self, row: &dyn SourceRow, memory: &mut Memory) -> Mapped {
        let look = Look::of(row, &self.binding);
        let rounded = Cell::new(false);
        let view = View { row, binding: &self.binding, rounded: &rounded };
        let (mut given, mut amounts) = (Given::Records(Vec::new()), Vec::new());
        if matches!(look, Look::Row | Look::Short) {
            self.read_amounts(view, &mut amounts);
            given = self.given(view, memory).unwrap_or_else(|(column, why)| Given::Refused(column, why));
        }
        let raw = if matches!(given, Given::Refused(..)) { row.raw() } else { String::new() };
        let names = if matches!(given, Given::Refused(..)) { self.names(view) } else { Vec::new() };
        Mapped { line: row.line(), look: Some(look), given, amounts, raw, names }
    }

    /// What a row names, whatever it may be: the ids of each role that it could give.
    fn names(&self, view: View<'_>) -> Vec<(&'static str, String)> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        let mut add = |column: &'static str, field: FieldId| {
            // An id that a spreadsheet cut names nothing.
            for id in view.ids(field).unwrap_or_default() {
                if !found.iter().any(|known| *known == (column, id.clone())) {
                    found.push((column, id));
                }
            }
        };
        for table in &self.dialect.tables {
            for (place, recipe) in &table.cells {
                let column = table.role.columns()[*place].name;
                if matches!(column, "order_id" | "refund_id" | "instance_id" | "account_id") {
                    let fields = recipe.fields();
                    let first = fields.iter().find(|field| matches!(view.text(**field), Ok(Some(_))));
                    first.into_iter().for_each(|field| add(column, *field));
                }
            }
            table.resource.iter().for_each(|field| add("instance_id", *field));
            table.originals.iter().for_each(|field| add("order_id", *field));
        }
        found
    }

    fn read_amounts(&self, view: View<'_>, amounts: &mut Vec<Option<i128>>) {
        amounts.clear();
        amounts.extend(self.amount_fields.iter().map(|field| self.amount(view, *field)));
    }

    /// An amount, in units of 1e-8; none where it is none.
    fn amount(&self, view: View<'_>, field: FieldId) -> Option<i128> {
        let column = self.binding.column(field)?;
        let plain = (self.dialect.field(field).scale == 0 && view.row.flaw(column).is_none())
            .then(|| quantities::read_i64(view.row.cell(column).as_bytes()));
        plain.flatten().map(i128::from).or_else(|| view.units(field).ok().flatten())
    }

    /// What a row gives; an error is the column and the reason of a defect.
    fn given(&self, view: View<'_>, memory: &mut Memory) -> Result<Given, (String, String)> {
        let (row, binding) = (view.row, view.binding);
        if row.len() < binding.width_min() {
            let reason = format!("has {} cells where the header has {}", row.len(), binding.header.len());
            return Err((binding.header.get(row.len()).cloned().unwrap_or_default(), reason));
        }
        if (binding.header.len()..row.len()).any(|at| !clean(row.cell(at)).is_empty()) {
            let reason = format!(
                "has {} cells where the header has {}; a cell with a delimiter is not quoted",
                row.len(),
                binding.header.len()
            );
            return Err((String::new(), reason));
        }
        let Some(place) = memory.rules.find(&self.dialect, view).map_err(told)? else {
            return Err(unknown_kind(&self.dialect, view));
        };
        let rule = &self.dialect.rows[place];
        let Gives::Roles(roles) = &rule.gives else { return Ok(Given::Nothing(place)) };
        let mut parts = Vec::with_capacity(roles.len());
        for (at, role) in roles.iter().enumerate() {
            if let Some(table) = self.dialect.table(*role) {
                parts.push(self.part(view, table, rule, at == 0)?);
            }
        }
        Ok(Given::Records(parts))
    }

    /// What a row gives for one role.
    fn part(
        &self,
        view: View<'_>,
        table: &Table,
        rule: &RowRule,
        counts: bool,
    ) -> Result<Piece, (String, String)> {
        view.rounded.set(false);
        let mut draft = cook(view, table, rule, &self.catalogue).map_err(told)?;
        if view.rounded.get() {
            draft.note(Note::Rounded);
        }
        let line = view.row.line();
        let alone = table.group_by.is_empty();
        if table.verbatim || alone && !matches!(table.role, Role::Refunds | Role::Orders) {
            return Ok(Piece::Alone(Record {
                role: table.role,
                cells: draft.finish(),
                part: 0,
                line,
                rows: u64::from(counts),
                resources: Vec::new(),
                sign_as_read: None,
                assumed: Vec::new(),
                product: None,
                notes: draft.notes,
            }));
        }
        let mut key = Vec::new();
        for field in &table.group_by {
            key.extend(view.id(*field).map_err(told)?);
        }
        if !alone && key.is_empty() {
            let column = table.group_by.first().map_or("", |field| view.binding.name(*field)).to_owned();
            return Err((column, "is empty, and rows are put together by it".to_owned()));
        }
        let mut originals = many(view, &table.originals).map_err(told)?;
        if originals.is_empty() {
            originals = many(view, &table.originals_else).map_err(told)?;
        }
        let mut resources = Vec::new();
        for field in &table.resource {
            if resources.is_empty() {
                resources = view.ids(*field).map_err(told)?;
            }
        }
        let formula = table.formula.map(|field| view.text(field)).transpose().map_err(told)?;
        let decisive = table.amount.map(|field| view.units(field)).transpose().map_err(told)?.flatten();
        let product = match table.role {
            Role::Refunds => product_of(view, &self.catalogue).map_err(told)?,
            _ => None,
        };
        let contribution = Contribution {
            part: 0,
            line,
            draft: draft.pack(),
            originals,
            resources,
            formula: formula.flatten().map(str::to_owned),
            decisive: decisive.unwrap_or(0),
            product,
            is_numbered: is_numbered(view, table).map_err(told)?,
            chosen_by_sign: rule.when.iter().any(|condition| matches!(condition, Condition::Sign(..))),
            print: print_of(view.row),
        };
        Ok(Piece::OfRecord((!alone).then(|| key.join("\u{1f}")), contribution))
    }
}

/// The fields of amounts, whose sums are the control totals of a table.
pub(super) fn amount_fields(dialect: &Dialect) -> Arc<[FieldId]> {
    let amounts = dialect.fields.iter().filter(|field| field.kind == FieldKind::Amount);
    amounts.filter_map(|field| dialect.field_named(&field.name)).collect()
}

/// Whether an order has none of the fields that tell orders of one id apart.
fn is_numbered(view: View<'_>, table: &Table) -> Result<bool, Fault> {
    for field in &table.told_apart_by {
        if view.text(*field)?.is_some() {
            return Ok(false);
        }
    }
    Ok(!table.told_apart_by.is_empty())
}

fn told(fault: Fault) -> (String, String) {
    (fault.column, fault.error.to_string())
}

fn many(view: View<'_>, fields: &[FieldId]) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    for field in fields {
        all.extend(view.ids(*field)?);
    }
    Ok(all)
}
