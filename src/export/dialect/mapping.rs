//! A user's file that teaches a dialect further headers and further kinds of rows.
//!
//! It begins with `extends = "tencent-bill-cn"` and repeats nothing: its columns add names to fields that
//! the dialect has, its rows come before the dialect's own. A whole dialect of one's own is a dialect file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    error::DialectError,
    file::RecipeFile,
    load::Loader,
    model::{Class, Condition, Dialect, Evidence, Gives, Header, RowRule},
    role::Role,
};
use crate::export::cells::{clean::word_key, header_key, moment::DateOrder};

/// A mapping file, read but not yet applied.
#[derive(Debug)]
pub struct Mapping {
    text: String,
    file: String,
    raw: MappingFile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingFile {
    extends: Spanned<String>,
    #[serde(default)]
    column: Vec<ColumnNames>,
    #[serde(default)]
    row: Vec<RowWords>,
    date_order: Option<DateOrder>,
    #[serde(default)]
    orders: CellsOfTable,
    #[serde(default)]
    usage: CellsOfTable,
    #[serde(default)]
    refunds: CellsOfTable,
    #[serde(default)]
    packages: CellsOfTable,
}

/// How further canonical cells of a table are filled, or the same ones otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CellsOfTable {
    #[serde(default)]
    cells: BTreeMap<String, Spanned<RecipeFile>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnNames {
    field: Spanned<String>,
    names: Vec<Spanned<String>>,
    /// Whether only these names stand for the field, so that one of two claiming columns is set aside.
    #[serde(default)]
    only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowWords {
    when: BTreeMap<Spanned<String>, Vec<String>>,
    gives: Vec<Role>,
    #[serde(default)]
    cells: BTreeMap<String, String>,
    why: Option<String>,
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    ///
    /// [`DialectError`] with the place of what does not fit.
    pub fn parse(text: &str, file: &str) -> Result<Self, DialectError> {
        let raw = toml::from_str(text).map_err(|error: toml::de::Error| {
            let byte = error.span().map_or(0, |span| span.start);
            DialectError::at(file, text, byte, error.message().replace('\n', ", "))
        })?;
        Ok(Self { text: text.to_owned(), file: file.to_owned(), raw })
    }

    /// The id of the dialect that it extends.
    #[must_use]
    pub fn extends(&self) -> &str {
        self.raw.extends.get_ref()
    }

    /// The dialect with the further headers and rows.
    pub(super) fn apply(&self, known: Option<&Dialect>) -> Result<Dialect, DialectError> {
        let fail = |byte: usize, reason: String| Err(DialectError::at(&self.file, &self.text, byte, reason));
        let Some(known) = known else {
            return fail(self.raw.extends.span().start, format!("there is no dialect {}", self.extends()));
        };
        let mut dialect = known.clone();
        for column in &self.raw.column {
            let Some(field) = dialect.field_named(column.field.get_ref()) else {
                let names: Vec<&str> = dialect.fields.iter().map(|field| field.name.as_str()).collect();
                let reason = format!(
                    "{} has no field {}; it has {}",
                    dialect.id,
                    column.field.get_ref(),
                    names.join(", ")
                );
                return fail(column.field.span().start, reason);
            };
            if column.only {
                dialect.fields[field.index()].headers.clear();
            }
            for name in &column.names {
                let key = header_key(name.get_ref());
                let owner = dialect
                    .fields
                    .iter()
                    .position(|other| other.headers.iter().any(|header| header.key == key));
                match owner {
                    Some(owner) if owner == field.index() => continue,
                    // The user's word outranks ours: the header moves to the field it is given to.
                    Some(owner) => dialect.fields[owner].headers.retain(|header| header.key != key),
                    None => {}
                }
                let header = Header { name: name.get_ref().clone(), key, evidence: Evidence::Inferred };
                dialect.fields[field.index()].headers.push(header);
            }
        }
        if let Some(bare) = dialect.fields.iter().find(|field| field.headers.is_empty()) {
            return fail(
                self.raw.extends.span().start,
                format!("the field {} is left without any header", bare.name),
            );
        }
        dialect.date_order = self.raw.date_order.or(dialect.date_order);
        let loader = Loader::of(&self.text, &self.file, &dialect);
        let MappingFile { orders, usage, refunds, packages, .. } = &self.raw;
        let tables = [
            (Role::Orders, orders),
            (Role::Usage, usage),
            (Role::Refunds, refunds),
            (Role::Packages, packages),
        ];
        for (role, of_table) in tables.into_iter().filter(|(_, of_table)| !of_table.cells.is_empty()) {
            let cells = loader.cells(role, &of_table.cells)?;
            let Some(table) = dialect.tables.iter_mut().find(|table| table.role == role) else {
                return fail(self.raw.extends.span().start, format!("{} gives no {role}", dialect.id));
            };
            table.cells.retain(|(place, _)| !cells.iter().any(|(other, _)| other == place));
            table.cells.extend(cells);
            table.cells.sort_by_key(|(place, _)| *place);
        }
        let mut rules = Vec::new();
        for row in &self.raw.row {
            let mut when = Vec::new();
            for (field, words) in &row.when {
                let Some(id) = dialect.field_named(field.get_ref()) else {
                    return fail(
                        field.span().start,
                        format!("{} has no field {}", dialect.id, field.get_ref()),
                    );
                };
                when.push(Condition::Is(id, words.iter().map(|word| word_key(word)).collect()));
            }
            if let Some(role) = row.gives.iter().find(|role| dialect.table(**role).is_none()) {
                return fail(self.raw.extends.span().start, format!("{} gives no {role}", dialect.id));
            }
            let gives = if row.gives.is_empty() {
                Gives::Nothing(
                    Class::Noise,
                    row.why.clone().unwrap_or_else(|| "set aside by the mapping".to_owned()),
                )
            } else {
                Gives::Roles(row.gives.clone())
            };
            let cells = row.cells.iter().map(|(column, word)| (column.clone(), word.clone())).collect();
            rules.push(RowRule {
                when,
                gives,
                cells,
                evidence: Evidence::Inferred,
                source: self.file.clone(),
            });
        }
        rules.append(&mut dialect.rows);
        dialect.rows = rules;
        Ok(dialect)
    }
}
