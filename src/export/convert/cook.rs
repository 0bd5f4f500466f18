//! Canonical cells from the cells of one row, by the recipes of its dialect.

use std::borrow::Cow;

use super::{
    cells::Cells,
    item::Note,
    view::{Fault, View},
};
use crate::export::{
    catalogue::{Catalogue, Item},
    cells::{CellError, clean::word_key, header_key, number},
    dialect::{Aspect, CellKind, FieldId, FieldKind, Recipe, Role, RowRule, Table},
};

/// The value of a canonical cell. Amounts and quantities stay numbers until rows are summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// An integer of 1e-8.
    Units(i128),
}

/// A record in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) role: Role,
    pub(super) cells: Vec<Option<Value>>,
    pub(super) notes: Vec<Note>,
}

impl Draft {
    /// The number in a column.
    pub(super) fn units(&self, place: usize) -> Option<i128> {
        match self.cells.get(place)? {
            Some(Value::Units(units)) => Some(*units),
            _ => None,
        }
    }

    /// The text in a column.
    pub(super) fn text(&self, column: &str) -> Option<&str> {
        match self.cells.get(self.role.place_of(column)?)? {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Puts a text into a column.
    pub(super) fn set_text(&mut self, column: &str, text: Option<String>) {
        if let Some(cell) = self.role.place_of(column).and_then(|place| self.cells.get_mut(place)) {
            *cell = text.map(Value::Text);
        }
    }

    /// Adds a note once.
    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The places of the columns of money that came or went by some means.
    pub(super) fn tender_places(role: Role) -> impl Iterator<Item = usize> {
        let columns = role.columns().iter().enumerate();
        columns
            .filter(|(_, column)| column.name.starts_with("paid_") || column.name.starts_with("refunded_"))
            .filter(|(_, column)| column.kind == CellKind::Amount)
            .map(|(place, _)| place)
    }

    /// The cells as texts.
    pub(super) fn finish(&self) -> Cells {
        let columns = self.role.columns().iter().zip(&self.cells);
        Cells::of(columns.map(|(column, value)| {
            Some(match value.as_ref()? {
                Value::Text(text) => Cow::Borrowed(text.as_str()),
                Value::Units(units) => {
                    let places = if column.kind == CellKind::Amount { 2 } else { 0 };
                    Cow::Owned(number::text_of_units(*units, places))
                }
            })
        }))
    }

    /// The filled cells for a message, cut where they are long.
    pub(super) fn shown(&self) -> String {
        const SHOWN_CHARS: usize = 400;
        let cells = self.finish();
        let filled = self.role.columns().iter().zip(cells.iter());
        let shown: Vec<String> =
            filled.filter_map(|(column, cell)| Some(format!("{}={}", column.name, cell?))).collect();
        shown.join(",").chars().take(SHOWN_CHARS).collect()
    }

    /// The filled cells in one piece of bytes, for as long as rows may be added.
    pub(super) fn pack(&self) -> Packed {
        let mut bytes = Vec::with_capacity(256);
        for (place, value) in self.cells.iter().enumerate() {
            let Some(value) = value else { continue };
            bytes.push(u8::try_from(place).expect("a role has fewer columns"));
            match value {
                Value::Units(units) => {
                    bytes.push(UNITS);
                    bytes.extend_from_slice(&units.to_le_bytes());
                }
                Value::Text(text) if text.len() < usize::from(LONG) => {
                    bytes.push(u8::try_from(text.len()).expect("shorter than a long text"));
                    bytes.extend_from_slice(text.as_bytes());
                }
                Value::Text(text) => {
                    bytes.push(LONG);
                    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        Packed { role: self.role, bytes: bytes.into(), notes: self.notes.clone() }
    }
}

/// In place of the length of a text: it is a number of sixteen bytes.
const UNITS: u8 = u8::MAX;
/// In place of the length of a text: it is longer, and eight bytes say how long.
const LONG: u8 = u8::MAX - 1;

/// A record in the making, its filled cells in one piece.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub(super) role: Role,
    bytes: Box<[u8]>,
    pub(super) notes: Vec<Note>,
}

impl Packed {
    /// The record with a place for each cell.
    pub(super) fn unpack(&self) -> Draft {
        const WHOLE: &str = "what was packed comes out whole";
        let mut draft = Draft {
            role: self.role,
            cells: vec![None; self.role.columns().len()],
            notes: self.notes.clone(),
        };
        let mut rest = &*self.bytes;
        let take = |rest: &mut &[u8], count: usize| -> Vec<u8> {
            let (taken, behind) = rest.split_at(count);
            *rest = behind;
            taken.to_vec()
        };
        while let [place, length, behind @ ..] = rest {
            rest = behind;
            draft.cells[usize::from(*place)] = Some(if *length == UNITS {
                Value::Units(i128::from_le_bytes(take(&mut rest, 16).try_into().expect(WHOLE)))
            } else {
                let length = match *length {
                    LONG => usize::try_from(u64::from_le_bytes(take(&mut rest, 8).try_into().expect(WHOLE)))
                        .expect(WHOLE),
                    short => usize::from(short),
                };
                Value::Text(String::from_utf8(take(&mut rest, length)).expect(WHOLE))
            });
        }
        draft
    }
}

/// Cooks a record of one role out of a row.
pub(super) fn cook(
    view: View<'_>,
    table: &Table,
    rule: &RowRule,
    catalogue: &Catalogue,
) -> Result<Draft, Fault> {
    let columns = table.role.columns();
    let mut draft = Draft { role: table.role, cells: vec![None; columns.len()], notes: Vec::new() };
    let mut item: Option<Item> = None;
    for (place, recipe) in &table.cells {
        let kind = columns[*place].kind;
        draft.cells[*place] = match recipe {
            Recipe::Catalogue(aspect) => {
                if item.is_none() {
                    item = Some(look_up(view, catalogue)?);
                }
                item.as_ref().and_then(|item| aspect_of(item, *aspect))
            }
            Recipe::FieldOr { field, without } => {
                if view.binding.column(*field).is_some() {
                    field_value(view, *field, kind)?
                } else {
                    if Some(*without) == table.amount {
                        draft.note(Note::TenderSplitAbsent);
                    }
                    field_value(view, *without, kind)?
                }
            }
            recipe => recipe_value(view, recipe, kind)?,
        };
    }
    for (column, word) in &rule.cells {
        draft.set_text(column, (!word.is_empty()).then(|| word.clone()));
    }
    if let Some(site) = &view.binding.dialect.site
        && table.role == Role::Orders
        && draft.text("site").is_none()
    {
        draft.set_text("site", Some(site.clone()));
    }
    check_currency(view, table, draft.text("currency"))?;
    if let Some(tax) = table.tax
        && view.units(tax)?.is_some_and(|units| units != 0)
    {
        draft.note(Note::TaxIncluded);
    }
    Ok(draft)
}

/// Holds amounts against the currency of their row: a mark may not be of another, and hundredths are of currencies
/// that have them.
fn check_currency(view: View<'_>, table: &Table, currency: Option<&str>) -> Result<(), Fault> {
    const WITHOUT_HUNDREDTHS: [&str; 7] = ["JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF"];
    let Some(currency) = currency.filter(|_| !table.verbatim) else { return Ok(()) };
    let fields = table.cells.iter().flat_map(|(_, recipe)| recipe.fields());
    for field in fields.filter(|field| view.binding.dialect.field(*field).kind == FieldKind::Amount) {
        let Some(text) = view.text(field)? else { continue };
        if let Some(marked) = number::currency_of(text).filter(|codes| !codes.contains(&currency)) {
            let (found, currency) = (text.to_owned(), currency.to_owned());
            let marked = marked.join(" or ");
            return Err(view.fault(field, CellError::OtherCurrency { found, marked, currency }));
        }
        let is_amount = view.units(field)?.is_some_and(|units| units != 0);
        if view.binding.dialect.field(field).scale == 2 && is_amount && WITHOUT_HUNDREDTHS.contains(&currency)
        {
            return Err(view.fault(field, CellError::NoHundredths(text.to_owned(), currency.to_owned())));
        }
    }
    Ok(())
}

fn recipe_value(view: View<'_>, recipe: &Recipe, kind: CellKind) -> Result<Option<Value>, Fault> {
    Ok(match recipe {
        Recipe::Field(field) => field_value(view, *field, kind)?,
        Recipe::First(fields) => first_value(view, fields, kind)?,
        Recipe::Word(word) => Some(Value::Text(word.clone())),
        Recipe::Words { field, words, otherwise } => {
            let Some(found) = view.text(*field)? else { return Ok(None) };
            let key = word_key(found);
            let ours =
                words.iter().find(|(theirs, _)| *theirs == key).map(|(_, ours)| ours).or(otherwise.as_ref());
            let Some(ours) = ours else {
                let known = words.iter().map(|(theirs, _)| theirs.as_str()).collect::<Vec<_>>().join(", ");
                return Err(view.fault(*field, CellError::UnknownWord { found: found.to_owned(), known }));
            };
            (!ours.is_empty()).then(|| Value::Text(ours.clone()))
        }
        Recipe::Join(fields) => {
            let mut parts = Vec::new();
            for field in fields {
                let part = match view.binding.dialect.field(*field).kind {
                    FieldKind::Moment | FieldKind::Epoch => view.moment(*field)?.map(|moment| moment.text),
                    _ => view.id(*field)?,
                };
                parts.extend(part);
            }
            (!parts.is_empty()).then(|| Value::Text(parts.join("@")))
        }
        Recipe::Months { count, unit } => months(view, *count, *unit)?.map(Value::Text),
        Recipe::Minus { from, less } => match (view.units(*from)?, view.units(*less)?) {
            (Some(from), Some(less)) => Some(Value::Units(from.saturating_sub(less))),
            _ => None,
        },
        Recipe::QuantityOf(fields) => view.measure(fields)?.map(|(units, _)| Value::Units(units)),
        Recipe::UnitOf(fields) => view.measure(fields)?.and_then(|(_, unit)| unit).map(Value::Text),
        Recipe::Currency(field) => {
            let named = field.map(|field| view.text(field)).transpose()?.flatten().map(currency_word);
            named.or_else(|| view.binding.dialect.currency.clone()).map(Value::Text)
        }
        Recipe::Catalogue(_) | Recipe::FieldOr { .. } => None,
    })
}

fn first_value(view: View<'_>, fields: &[FieldId], kind: CellKind) -> Result<Option<Value>, Fault> {
    for field in fields {
        if let Some(value) = field_value(view, *field, kind)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn field_value(view: View<'_>, field: FieldId, kind: CellKind) -> Result<Option<Value>, Fault> {
    Ok(match (view.binding.dialect.field(field).kind, kind) {
        (FieldKind::Verbatim, _) => view.text(field)?.map(|text| Value::Text(text.to_owned())),
        (FieldKind::Id, _) => view.id(field)?.map(Value::Text),
        (FieldKind::Ids, _) => view.ids(field)?.into_iter().next().map(Value::Text),
        (FieldKind::Moment | FieldKind::Epoch, _) => {
            view.moment(field)?.map(|moment| Value::Text(moment.text))
        }
        (FieldKind::Number, CellKind::Count) => {
            view.units(field)?.map(|units| Value::Text(number::text_of_units(units, 0)))
        }
        (FieldKind::Measure, CellKind::Text) | (FieldKind::Text, _) => {
            view.text(field)?.map(|text| Value::Text(text.to_owned()))
        }
        (FieldKind::Amount | FieldKind::Number | FieldKind::Measure, _) => {
            view.units(field)?.map(Value::Units)
        }
    })
}

/// A term in months: whole months, or years; other terms have none.
fn months(view: View<'_>, count: FieldId, unit: FieldId) -> Result<Option<String>, Fault> {
    let (Some(count), Some(unit)) = (view.units(count)?, view.text(unit)?) else { return Ok(None) };
    let factor = match word_key(unit).as_str() {
        "m" | "月" | "个月" | "month" | "months" => 1,
        "y" | "年" | "year" | "years" => 12,
        _ => return Ok(None),
    };
    let months = count.saturating_mul(factor);
    let whole = months > 0 && months % number::WHOLE == 0;
    Ok(whole.then(|| number::text_of_units(months, 0)))
}

/// The ISO code of a currency as exports name it.
fn currency_word(text: &str) -> String {
    match word_key(text).as_str() {
        "人民币" | "rmb" | "cny" | "¥" | "元" => "CNY".to_owned(),
        "美元" | "usd" | "$" | "us$" => "USD".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

fn look_up(view: View<'_>, catalogue: &Catalogue) -> Result<Item, Fault> {
    let dialect = &view.binding.dialect;
    let texts = |fields: &[FieldId]| -> Result<Vec<&str>, Fault> {
        fields.iter().filter_map(|field| view.text(*field).transpose()).collect()
    };
    let products = texts(&dialect.product_fields)?;
    let items = texts(&dialect.package_fields)?;
    // A row of a vendor that nobody knows is of none of the vendors known here.
    let vendor = texts(&dialect.vendor_fields)?.first().map(|name| {
        let ours = dialect.vendor_names.get(&header_key(name));
        ours.map_or(*name, String::as_str)
    });
    Ok(catalogue.find(dialect.vendor.as_deref().or(vendor), &products, &items))
}

/// What a row is of, in the words of the orders' products; none where the dialect does not say.
pub(super) fn product_of(view: View<'_>, catalogue: &Catalogue) -> Result<Option<String>, Fault> {
    if view.binding.dialect.product_fields.is_empty() {
        return Ok(None);
    }
    let product = look_up(view, catalogue)?.product;
    Ok((product.len() > 1).then_some(product))
}

fn aspect_of(item: &Item, aspect: Aspect) -> Option<Value> {
    match aspect {
        Aspect::Product => Some(Value::Text(item.product.clone())),
        Aspect::PackageType => Some(Value::Text(item.package_type.clone())),
        Aspect::Gift => item.gift.then(|| Value::Text("true".to_owned())),
    }
}
