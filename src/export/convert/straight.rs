//! Rows whose cells are canonical as they stand: a dialect that renames columns and does no more to a row.
//!
//! Deductions are the largest exports of a console, and nearly all of their rows are of this kind. Such a row is read
//! like a canonical one, by the places of its columns.

use super::mapper::Mapper;
use crate::export::{
    cells::{id::parse_id, is_null, zone::Zone},
    dialect::{Condition, Dialect, FieldId, FieldKind, Gives, Recipe, Role},
    source::{ScannedRow, SourceRow},
};

/// Where the canonical cells of one role stand in a file.
#[derive(Clone, Debug)]
pub(crate) struct Straight {
    columns: Vec<Column>,
    /// Columns of which one cell at least is filled in a row of this kind.
    filled: Vec<usize>,
    nulls: Vec<String>,
}

/// A canonical column that a column of the file holds.
#[derive(Clone, Copy, Debug)]
struct Column {
    name: &'static str,
    place: usize,
    kind: Kind,
}

/// What makes a cell canonical as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Id,
    /// An id of eighteen digits or more, which a spreadsheet may have cut.
    LongId,
    Moment,
    Quantity,
    /// Letters alone: a unit, and no magnitude before it.
    Unit,
}

impl Mapper {
    /// The plan for rows of one role, where the first rule of the dialect gives that role alone and asks for nothing
    /// but filled cells.
    pub(super) fn straight(&self, role: Role) -> Option<Straight> {
        let dialect = &self.dialect;
        let rule = dialect.rows.first()?;
        let gives_it_alone = matches!(&rule.gives, Gives::Roles(roles) if *roles == [role]);
        let table = dialect.table(role).filter(|table| table.group_by.is_empty() && !table.verbatim)?;
        if !gives_it_alone
            || !rule.cells.is_empty()
            || dialect.fields.iter().any(|f| f.kind == FieldKind::Amount)
        {
            return None;
        }
        let filled = rule.when.iter().map(|condition| match condition {
            Condition::Filled(field) => self.binding.column(*field),
            _ => None,
        });
        let filled = filled.collect::<Option<Vec<_>>>()?;
        let cells = table.cells.iter().map(|(place, recipe)| (role.columns()[*place].name, recipe));
        let is_unit_of = |wanted: &[FieldId]| {
            table.cells.iter().any(|(_, recipe)| matches!(recipe, Recipe::UnitOf(fields) if fields == wanted))
        };
        let mut columns = Vec::new();
        for (name, recipe) in cells {
            // A unit in a cell of its own may hold a magnitude, so it has to be looked at.
            if matches!(recipe, Recipe::QuantityOf(fields) if fields.len() > 1 && !is_unit_of(fields)) {
                return None;
            }
            match self.column_of(dialect, name, recipe) {
                Some(Some(column)) => columns.push(column),
                Some(None) => {}
                None => return None,
            }
        }
        Some(Straight { columns, filled, nulls: dialect.null.clone() })
    }

    /// The column that fills a canonical one; `None` in the inside where it stays empty or does not decide, on the
    /// outside where more is done than to take a cell.
    #[expect(clippy::option_option, reason = "taken as it is, left empty, and neither")]
    fn column_of(&self, dialect: &Dialect, name: &'static str, recipe: &Recipe) -> Option<Option<Column>> {
        if matches!(name, "account_id" | "description") {
            // Nothing is judged by it.
            return Some(None);
        }
        let (field, kind): (FieldId, Option<Kind>) = match recipe {
            Recipe::Field(field) => (*field, None),
            Recipe::First(fields) if fields.len() == 1 => (fields[0], None),
            // The fields behind the first hold the unit; where that is letters alone, the number is the quantity.
            Recipe::QuantityOf(fields) => (*fields.first()?, Some(Kind::Quantity)),
            Recipe::UnitOf(fields) if fields.len() == 2 => (fields[1], Some(Kind::Unit)),
            Recipe::Word(word) if name == "basis" && word == "deduction" => return Some(None),
            _ => return None,
        };
        let Some(place) = self.binding.column(field) else { return Some(None) };
        let about = dialect.field(field);
        let kind = match (kind, about.kind) {
            (Some(kind), _) if about.scale == 0 => kind,
            (None, FieldKind::Id) if about.long_ids => Kind::LongId,
            (None, FieldKind::Id) => Kind::Id,
            (None, FieldKind::Moment) if about.zone.unwrap_or(dialect.zone) == Zone::BEIJING => Kind::Moment,
            (None, FieldKind::Number) if about.scale == 0 && name == "quantity" => Kind::Quantity,
            _ => return None,
        };
        Some(Some(Column { name, place, kind }))
    }
}

impl Straight {
    /// The place of the column that fills a canonical one; none where it stays empty.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.place)
    }

    /// Whether the cells of a row mean what they say: what a canonical reader makes of them is what the dialect would.
    pub(crate) fn holds(&self, row: &ScannedRow<'_>) -> bool {
        // No word for a total has a digit; a header has no date below a moment.
        let first = row.cell(0).as_bytes();
        let is_row = first.first().is_some_and(u8::is_ascii_digit)
            || first.iter().any(u8::is_ascii_digit)
                && self
                    .columns
                    .iter()
                    .any(|column| column.kind == Kind::Moment && !row.cell(column.place).is_empty());
        is_row
            && self.filled.iter().all(|place| !row.cell(*place).is_empty())
            && self.columns.iter().all(|column| self.is_usual(column, row.cell(column.place)))
    }

    fn is_usual(&self, column: &Column, cell: &str) -> bool {
        let bytes = cell.as_bytes();
        if bytes.is_empty() {
            return true;
        }
        let is_word = || bytes.len() > 12 || !is_null(cell, &self.nulls);
        let is_id = || {
            bytes[0].is_ascii_alphanumeric()
                && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                && is_word()
        };
        match column.kind {
            // A year in which there was a cloud.
            Kind::Moment => bytes.starts_with(b"20"),
            Kind::Quantity => bytes[0].is_ascii_digit() || bytes[0] == b'-' && bytes.len() > 2,
            Kind::Unit => bytes.iter().all(u8::is_ascii_alphabetic) && is_word(),
            Kind::Id => is_id(),
            Kind::LongId => is_id() && (bytes.len() < 18 || parse_id(cell, true).is_ok()),
        }
    }
}
