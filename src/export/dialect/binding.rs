//! Which column of a file is which field of its dialect.

use std::sync::Arc;

use super::{
    error::{HeaderError, TwoColumns},
    model::{Dialect, Field, FieldId},
};
use crate::export::{
    cells::{clean, header_key},
    source::RawRow,
};

/// A dialect, and where its fields stand in one file.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The dialect.
    pub dialect: Arc<Dialect>,
    /// The header of the file, cleaned.
    pub header: Vec<String>,
    /// The same in comparison form.
    pub keys: Vec<String>,
    /// The line on which the header stands.
    pub line: u64,
    columns: Vec<Option<usize>>,
}

impl Binding {
    /// The column of a field, where the file has it.
    #[must_use]
    pub fn column(&self, field: FieldId) -> Option<usize> {
        self.columns.get(field.index()).copied().flatten()
    }

    /// The field of a column, where one was recognised.
    #[must_use]
    pub fn field_at(&self, column: usize) -> Option<(FieldId, &Field)> {
        let at = self.columns.iter().position(|found| *found == Some(column))?;
        Some((FieldId(at), &self.dialect.fields[at]))
    }

    /// The columns that are no field.
    pub fn unmapped(&self) -> impl Iterator<Item = (usize, &str)> {
        self.header
            .iter()
            .enumerate()
            .filter(|(at, _)| self.field_at(*at).is_none())
            .map(|(at, name)| (at, name.as_str()))
    }

    /// What the file calls a field: its header, or the usual one where the file has no such column.
    #[must_use]
    pub fn name(&self, field: FieldId) -> &str {
        match self.column(field) {
            Some(column) => &self.header[column],
            None => &self.dialect.field(field).headers[0].name,
        }
    }

    /// How many leading columns a row must have: what stands behind the last field may be missing.
    #[must_use]
    pub fn width_min(&self) -> usize {
        self.columns.iter().flatten().max().map_or(0, |last| last + 1)
    }
}

/// Binds a header to a dialect.
///
/// # Errors
///
/// [`HeaderError::TwoColumns`] where two columns stand for one field.
pub fn bind(dialect: &Arc<Dialect>, header: &RawRow, place: &str) -> Result<Binding, HeaderError> {
    let names: Vec<String> = header.cells().map(|cell| clean(cell).to_owned()).collect();
    let keys: Vec<String> = names.iter().map(|name| header_key(name)).collect();
    let mut columns = vec![None; dialect.fields.len()];
    for (at, field) in dialect.fields.iter().enumerate() {
        let mut found =
            keys.iter().enumerate().filter(|(_, key)| field.headers.iter().any(|header| header.key == **key));
        if let Some((first, _)) = found.next() {
            if let Some((second, _)) = found.next() {
                return Err(HeaderError::TwoColumns(Box::new(TwoColumns {
                    place: place.to_owned(),
                    line: header.line,
                    dialect: dialect.id.clone(),
                    field: field.name.clone(),
                    first: names[first].clone(),
                    second: names[second].clone(),
                })));
            }
            columns[at] = Some(first);
        }
    }
    Ok(Binding { dialect: Arc::clone(dialect), header: names, keys, line: header.line, columns })
}
