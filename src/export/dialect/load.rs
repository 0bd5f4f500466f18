//! Dialect files to dialects, with every complaint at its line and column.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    error::DialectError,
    file::{ColumnFile, DialectFile, RecipeFile, RowFile, SCHEMA, TableFile, UnitFile},
    load_cells::{fits, spellings},
    model::{
        Class, Condition, Dialect, Evidence, Field, FieldId, FieldKind, Gives, Header, Lack, RowRule,
        SignRule, Signature, Table,
    },
    recipe::Recipe,
    role::Role,
};
use crate::export::cells::{clean::word_key, header_key, zone::Zone};

impl Dialect {
    /// Reads and checks a dialect file; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`DialectError`] with the place of the first thing that does not fit.
    pub fn parse(text: &str, file: &str) -> Result<Self, DialectError> {
        let raw: DialectFile = toml::from_str(text).map_err(|error| {
            let byte = error.span().map_or(0, |span| span.start);
            DialectError::at(file, text, byte, error.message().replace('\n', ", "))
        })?;
        Loader { text, file, names: BTreeMap::new(), kinds: Vec::new() }.load(raw)
    }
}

impl<'a> Loader<'a> {
    /// For a user's file that speaks of the fields of a dialect.
    pub(super) fn of(text: &'a str, file: &'a str, dialect: &Dialect) -> Self {
        let names = dialect.fields.iter().enumerate().map(|(at, field)| (field.name.clone(), FieldId(at)));
        Self {
            text,
            file,
            names: names.collect(),
            kinds: dialect.fields.iter().map(|field| field.kind).collect(),
        }
    }
}

/// One file on its way to a dialect.
pub(super) struct Loader<'a> {
    text: &'a str,
    file: &'a str,
    names: BTreeMap<String, FieldId>,
    kinds: Vec<FieldKind>,
}

impl Loader<'_> {
    pub(super) fn fail<T>(&self, byte: usize, reason: impl Into<String>) -> Result<T, DialectError> {
        Err(DialectError::at(self.file, self.text, byte, reason))
    }

    fn load(mut self, raw: DialectFile) -> Result<Dialect, DialectError> {
        if raw.schema.get_ref() != SCHEMA {
            return self.fail(
                raw.schema.span().start,
                format!("the schema is \"{}\", wanted \"{SCHEMA}\"", raw.schema.get_ref()),
            );
        }
        let fields = self.fields(&raw.column)?;
        let zone = self.zone(&raw.zone)?;
        let signature = Signature {
            present: self.ids(&raw.signature.present)?,
            any: raw.signature.any.iter().map(|set| self.ids(set)).collect::<Result<_, _>>()?,
            absent: raw.signature.absent.iter().map(|name| header_key(name)).collect(),
            evidence: raw.signature.evidence,
            source: raw.signature.source,
        };
        let tables = [
            (Role::Orders, &raw.orders),
            (Role::Usage, &raw.usage),
            (Role::Refunds, &raw.refunds),
            (Role::Events, &raw.events),
            (Role::Packages, &raw.packages),
        ];
        let tables: Vec<Table> = tables
            .into_iter()
            .filter_map(|(role, table)| table.as_ref().map(|table| self.table(role, table, &fields)))
            .collect::<Result<_, _>>()?;
        let rows = raw.row.iter().map(|row| self.row(row, &tables)).collect::<Result<_, _>>()?;
        if let Some(site) = &raw.site
            && !matches!(site.get_ref().as_str(), "cn" | "intl")
        {
            return self.fail(site.span().start, "the site is cn or intl");
        }
        Ok(Dialect {
            id: raw.id.into_inner(),
            title: raw.title,
            vendor: raw.vendor,
            site: raw.site.map(Spanned::into_inner),
            zone,
            zone_evidence: raw.zone_evidence,
            zone_source: raw.zone_source,
            date_order: raw.date_order,
            currency: raw.currency,
            null: raw.null,
            advice: raw.advice,
            signature,
            vendor_fields: self.ids(&raw.catalogue.vendor)?,
            vendor_names: raw
                .catalogue
                .vendors
                .iter()
                .flat_map(|(ours, names)| names.iter().map(|name| (header_key(name), ours.clone())))
                .collect(),
            product_fields: self.ids(&raw.catalogue.product)?,
            package_fields: self.ids(&raw.catalogue.package)?,
            fields,
            rows,
            tables,
            lacks: raw
                .lacks
                .into_iter()
                .map(|lack| Lack {
                    fact: lack.fact,
                    effect: lack.effect,
                    remedy: lack.remedy,
                    evidence: lack.evidence,
                    source: lack.source,
                })
                .collect(),
        })
    }

    fn fields(&mut self, raw: &[ColumnFile]) -> Result<Vec<Field>, DialectError> {
        let mut fields = Vec::new();
        let mut claimed: BTreeMap<String, String> = BTreeMap::new();
        for column in raw {
            let name = column.field.get_ref().clone();
            let at = column.field.span().start;
            let scale = match (&column.unit, column.kind) {
                (Some(unit), FieldKind::Amount) => match unit.get_ref() {
                    UnitFile::Yuan => 0,
                    UnitFile::Fen => 2,
                    UnitFile::Micro => 6,
                },
                (Some(unit), _) => {
                    return self
                        .fail(unit.span().start, format!("the field {name} is no amount and has no unit"));
                }
                (None, FieldKind::Amount) => {
                    return self.fail(at, format!("the amount {name} has no unit: yuan, fen or micro"));
                }
                (None, _) => 0,
            };
            let mut headers = Vec::new();
            let seen = column.names.iter().map(|spelled| (spelled, column.evidence));
            for (spelled, evidence) in
                seen.chain(column.guesses.iter().map(|spelled| (spelled, Evidence::Inferred)))
            {
                for spelling in spellings(spelled.get_ref(), column.kind, scale) {
                    let key = header_key(&spelling);
                    match claimed.insert(key.clone(), name.clone()) {
                        Some(other) if other != name => {
                            let reason = format!(
                                "the header \"{}\" stands for {other} and for {name}",
                                spelled.get_ref()
                            );
                            return self.fail(spelled.span().start, reason);
                        }
                        Some(_) if spelling == *spelled.get_ref() => {
                            let reason = format!(
                                "the header \"{}\" stands there already in another spelling",
                                spelled.get_ref()
                            );
                            return self.fail(spelled.span().start, reason);
                        }
                        Some(_) => {}
                        None => headers.push(Header { name: spelling, key, evidence }),
                    }
                }
            }
            if headers.is_empty() {
                return self.fail(at, format!("the field {name} has no header"));
            }
            if self.names.insert(name.clone(), FieldId(fields.len())).is_some() {
                return self.fail(at, format!("there are two fields {name}"));
            }
            self.kinds.push(column.kind);
            fields.push(Field {
                name,
                headers,
                kind: column.kind,
                scale,
                zone: column.zone.as_ref().map(|zone| self.zone(zone)).transpose()?,
                long_ids: column.long,
                digits_min: column.digits_min,
                skip_keys: column.skip_keys.clone(),
                evidence: column.evidence,
                source: column.source.clone(),
            });
        }
        Ok(fields)
    }

    fn row(&self, raw: &RowFile, tables: &[Table]) -> Result<RowRule, DialectError> {
        let at = raw.gives.span().start;
        let mut when = Vec::new();
        for (field, words) in &raw.when {
            when.push(Condition::Is(self.id(field, at)?, words.iter().map(|word| word_key(word)).collect()));
        }
        for field in &raw.filled {
            when.push(Condition::Filled(self.id(field, at)?));
        }
        for field in &raw.empty {
            when.push(Condition::Empty(self.id(field, at)?));
        }
        if let Some(sign) = &raw.sign {
            when.push(Condition::Sign(self.id(sign.field.get_ref(), sign.field.span().start)?, sign.is));
        }
        let roles = raw.gives.get_ref();
        let gives = match (&raw.why, roles.is_empty()) {
            (Some(why), true) => Gives::Nothing(raw.class.unwrap_or(Class::Noise), why.clone()),
            (None, true) => return self.fail(at, "rows that give nothing need a `why`"),
            (Some(_), false) => return self.fail(at, "rows that give records need no `why`"),
            (None, false) => Gives::Roles(roles.clone()),
        };
        for role in roles {
            if !tables.iter().any(|table| table.role == *role) {
                return self.fail(at, format!("the file has no table [{role}]"));
            }
        }
        for column in raw.cells.keys() {
            if !roles.iter().any(|role| role.place_of(column).is_some()) {
                return self.fail(at, format!("no table of the rule has a column {column}"));
            }
        }
        let cells = raw.cells.iter().map(|(column, word)| (column.clone(), word.clone())).collect();
        Ok(RowRule { when, gives, cells, evidence: raw.evidence, source: raw.source.clone() })
    }

    fn table(&self, role: Role, raw: &TableFile, fields: &[Field]) -> Result<Table, DialectError> {
        let mut cells = self.cells(role, &raw.cells)?;
        if raw.verbatim {
            for (place, column) in role.columns().iter().enumerate() {
                if let Some(field) = self.names.get(column.name) {
                    cells.push((place, Recipe::Field(*field)));
                }
            }
        }
        let optional = |field: &Option<Spanned<String>>| {
            field.as_ref().map(|field| self.id(field.get_ref(), field.span().start)).transpose()
        };
        let amount = optional(&raw.amount)?;
        if let (Some(id), Some(name)) = (amount, &raw.amount)
            && fields[id.0].kind != FieldKind::Amount
        {
            return self.fail(name.span().start, format!("the field {} is no amount", name.get_ref()));
        }
        Ok(Table {
            role,
            verbatim: raw.verbatim,
            group_by: self.ids(&raw.group_by)?,
            amount,
            sign: raw.sign.unwrap_or(SignRule::Positive),
            originals: self.ids(&raw.originals)?,
            originals_else: self.ids(&raw.originals_else)?,
            resource: self.ids(&raw.resource)?,
            told_apart_by: self.ids(&raw.told_apart_by)?,
            formula: optional(&raw.formula)?,
            tenders_make_amount: raw.tenders_make_amount,
            tax: optional(&raw.tax)?,
            cells,
            evidence: raw.evidence,
            source: raw.source.clone(),
        })
    }

    /// The recipes of canonical cells of one role.
    pub(super) fn cells(
        &self,
        role: Role,
        raw: &BTreeMap<String, Spanned<RecipeFile>>,
    ) -> Result<Vec<(usize, Recipe)>, DialectError> {
        let mut cells = Vec::new();
        for (column, recipe) in raw {
            let at = recipe.span().start;
            let Some(place) = role.place_of(column) else {
                return self.fail(at, format!("the table {role} has no column {column}"));
            };
            let recipe = self.recipe(recipe.get_ref(), at)?;
            let kind = role.columns()[place].kind;
            if !recipe.fields().iter().all(|field| fits(kind, self.kinds[field.0], &recipe)) {
                return self
                    .fail(at, format!("the column {column} cannot be filled from a field of that kind"));
            }
            cells.push((place, recipe));
        }
        Ok(cells)
    }

    fn ids(&self, names: &[Spanned<String>]) -> Result<Vec<FieldId>, DialectError> {
        names.iter().map(|name| self.id(name.get_ref(), name.span().start)).collect()
    }

    pub(super) fn id(&self, name: &str, at: usize) -> Result<FieldId, DialectError> {
        match self.names.get(name) {
            Some(id) => Ok(*id),
            None => self.fail(at, format!("there is no field {name}")),
        }
    }

    fn zone(&self, text: &Spanned<String>) -> Result<Zone, DialectError> {
        match Zone::parse(text.get_ref()) {
            Some(zone) => Ok(zone),
            None => {
                self.fail(text.span().start, format!("\"{}\" is no zone such as +08:00 or Z", text.get_ref()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
schema = "export-dialect/1"
id = "small"
title = "A small one"
zone = "+08:00"
zone_evidence = "inferred"
zone_source = "none"
[signature]
present = ["order"]
evidence = "sourced"
source = "x"
[[column]]
field = "order"
names = ["订单ID"]
kind = "id"
evidence = "sourced"
source = "x"
[[row]]
gives = ["orders"]
evidence = "sourced"
source = "x"
[orders]
cells.order_id = { field = "order" }
evidence = "sourced"
source = "x"
"#;

    #[test]
    fn complaints_name_their_place() {
        Dialect::parse(SMALL, "small.toml").unwrap();
        for (from, to, wanted) in [
            ("field = \"order\" }", "field = \"ordre\" }", "small.toml:23:18: there is no field ordre"),
            ("cells.order_id", "cells.oder_id", "small.toml:23:17: the table orders has no column oder_id"),
            ("cells.order_id", "cells.paid_cash", "small.toml:23:19: the column paid_cash cannot be filled"),
            ("id = \"small\"", "idd = \"small\"", "small.toml:3:1: unknown field `idd`"),
            ("zone = \"+08:00\"", "zone = \"CST\"", "small.toml:5:8: \"CST\" is no zone"),
            ("dialect/1", "dialect/2", "small.toml:2:10: the schema is"),
            ("gives = [\"orders\"]", "gives = []", "small.toml:19:9: rows that give nothing need a `why`"),
            ("gives = [\"orders\"]", "gives = [\"usage\"]", "small.toml:19:9: the file has no table [usage]"),
            ("kind = \"id\"", "kind = \"amount\"", "small.toml:13:9: the amount order has no unit"),
        ] {
            let error = Dialect::parse(&SMALL.replace(from, to), "small.toml").unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{error}\n{wanted}");
        }
    }
}
