//! One row seen through its dialect: the cell of a field, cleaned and read by the field's kind.

use std::cell::Cell;

use crate::export::{
    cells::{
        CellError, clean, id, is_null, list, measure,
        moment::{self, MomentText},
        number,
    },
    dialect::{Binding, FieldId, FieldKind},
    source::SourceRow,
};

/// A cell that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The header of its column.
    pub(super) column: String,
    /// Why not.
    pub(super) error: CellError,
}

/// A row and the meaning of its columns.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) row: &'a dyn SourceRow,
    pub(super) binding: &'a Binding,
    /// Set where a number had more than eight decimals and was rounded.
    pub(super) rounded: &'a Cell<bool>,
}

impl<'a> View<'a> {
    /// The text of a field; none where the cell says that there is nothing, or the file has no such column.
    pub(super) fn text(&self, field: FieldId) -> Result<Option<&'a str>, Fault> {
        let Some(column) = self.binding.column(field) else { return Ok(None) };
        if let Some(error) = self.row.flaw(column) {
            return Err(self.fault(field, error.clone()));
        }
        let raw = self.row.cell(column);
        if raw.is_empty() {
            return Ok(None);
        }
        if raw.contains(['\u{FFFD}', '\0']) {
            return Err(self.fault(field, CellError::BadByte(clean(raw).to_owned())));
        }
        let dialect = &self.binding.dialect;
        if dialect.field(field).kind == FieldKind::Verbatim {
            let text = raw.trim();
            return Ok((!text.is_empty()).then_some(text));
        }
        let text = clean(raw);
        Ok((!is_null(text, &dialect.null)).then_some(text))
    }

    /// An amount or a number as an integer of 1e-8.
    pub(super) fn units(&self, field: FieldId) -> Result<Option<i128>, Fault> {
        let about = self.binding.dialect.field(field);
        let Some(text) = self.text(field)? else { return Ok(None) };
        let read = match about.kind {
            FieldKind::Measure => {
                measure::parse_rounded(text).map(|(units, _, is_rounded)| (units, is_rounded))
            }
            _ => number::parse_rounded(text, about.scale),
        };
        let read = read.map(|(units, is_rounded)| {
            self.rounded.set(self.rounded.get() || is_rounded);
            units
        });
        read.map(Some).map_err(|error| self.fault(field, error))
    }

    /// An id.
    pub(super) fn id(&self, field: FieldId) -> Result<Option<String>, Fault> {
        let long = self.binding.dialect.field(field).long_ids;
        let Some(text) = self.text(field)? else { return Ok(None) };
        id::parse_id(text, long).map(Some).map_err(|error| self.fault(field, error))
    }

    /// The ids of a list or a text; an id alone where the field holds one.
    pub(super) fn ids(&self, field: FieldId) -> Result<Vec<String>, Fault> {
        let about = self.binding.dialect.field(field);
        let Some(text) = self.text(field)? else { return Ok(Vec::new()) };
        if about.kind != FieldKind::Ids {
            return Ok(self.id(field)?.into_iter().collect());
        }
        let long = about.long_ids || about.digits_min.is_some();
        // A text that is one damaged id holds no run of digits that could be checked below.
        id::parse_id(text, long).map_err(|error| self.fault(field, error))?;
        let found = list::ids_of(text, about.digits_min, &about.skip_keys);
        let whole = found.iter().map(|found| id::parse_id(found, long)).collect::<Result<Vec<_>, _>>();
        whole.map_err(|error| self.fault(field, error))
    }

    /// A moment in a canonical layout.
    pub(super) fn moment(&self, field: FieldId) -> Result<Option<MomentText>, Fault> {
        let dialect = &self.binding.dialect;
        let about = dialect.field(field);
        let zone = about.zone.unwrap_or(dialect.zone);
        let Some(text) = self.text(field)? else { return Ok(None) };
        let read = match about.kind {
            FieldKind::Epoch => moment::parse_epoch_or_moment(text, zone),
            _ => moment::parse_moment_in(text, zone, dialect.date_order),
        };
        read.map_err(|error| self.fault(field, error))
    }

    /// The number and unit of a quantity whose unit may stand in a further cell.
    pub(super) fn measure(&self, fields: &[FieldId]) -> Result<Option<(i128, Option<String>)>, Fault> {
        let Some((first, rest)) = fields.split_first() else { return Ok(None) };
        let Some(text) = self.text(*first)? else { return Ok(None) };
        let fail = |error| self.fault(*first, error);
        let (units, unit, is_rounded) = measure::parse_rounded(text).map_err(fail)?;
        self.rounded.set(self.rounded.get() || is_rounded);
        if unit.is_some() {
            return Ok(Some((units, unit)));
        }
        for field in rest {
            if let Some(behind) = self.text(*field)? {
                return measure::parse_measure(&format!("{text}{behind}")).map(Some).map_err(fail);
            }
        }
        Ok(Some((units, None)))
    }

    /// A fault in a field's column.
    pub(super) fn fault(&self, field: FieldId, error: CellError) -> Fault {
        Fault { column: self.binding.name(field).to_owned(), error }
    }
}
