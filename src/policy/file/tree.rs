//! The values of a file, each with its place.

use std::{collections::BTreeMap, rc::Rc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
    value::Datetime,
};

/// Where a value is written: the file by its number, the version of that file, and the byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) struct At {
    pub(in crate::policy) file: u32,
    pub(in crate::policy) version: u32,
    pub(in crate::policy) byte: u32,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Item<'t> {
    pub(in crate::policy) at: At,
    pub(in crate::policy) value: Value<'t>,
}

/// Keys and values, by key. Shared until one of two heirs changes something.
pub(in crate::policy) type Table<'t> = Rc<BTreeMap<&'t str, Item<'t>>>;

/// A value. Whole tables and lists are shared between a version and its heirs.
#[derive(Clone, Debug)]
pub(in crate::policy) enum Value<'t> {
    Text(&'t str),
    Integer(i64),
    /// Kept as text: a float has lost digits before anyone sees it, so that every key refuses it.
    Float,
    Boolean(bool),
    Datetime(Datetime),
    List(Rc<[Item<'t>]>),
    Table(Table<'t>),
}

impl<'t> Item<'t> {
    pub(in crate::policy) const fn table(&self) -> Option<&Table<'t>> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(in crate::policy) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    pub(in crate::policy) const fn text(&self) -> Option<&'t str> {
        match self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::policy) const fn integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl Value<'_> {
    /// What kind of value it is, for complaints.
    pub(in crate::policy) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "an integer",
            Self::Float => "a float",
            Self::Boolean(_) => "true or false",
            Self::Datetime(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float => f.write_str("a float"),
            Self::Boolean(flag) => write!(f, "{flag}"),
            Self::Datetime(at) => write!(f, "{at}"),
            Self::List(list) => {
                let texts: Vec<String> = list.iter().map(|item| item.value.to_string()).collect();
                write!(f, "{}", texts.join(", "))
            }
            Self::Table(table) => {
                let texts: Vec<String> =
                    table.iter().map(|(key, item)| format!("{key} = {}", item.value)).collect();
                write!(f, "{{ {} }}", texts.join(", "))
            }
        }
    }
}

/// The tree of a parsed file; the texts stay where they are.
pub(in crate::policy) fn table_of<'t>(table: &'t DeTable<'t>, file: u32) -> Table<'t> {
    Rc::new(table.iter().map(|(key, value)| (key.get_ref().as_ref(), item_of(value, file))).collect())
}

fn item_of<'t>(value: &'t Spanned<DeValue<'t>>, file: u32) -> Item<'t> {
    let byte = u32::try_from(value.span().start).unwrap_or(u32::MAX);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Float, Value::Integer)
        }
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(at) => Value::Datetime(*at),
        DeValue::Array(list) => Value::List(list.iter().map(|value| item_of(value, file)).collect()),
        DeValue::Table(table) => Value::Table(table_of(table, file)),
    };
    Item { at: At { file, version: 0, byte }, value }
}

/// Marks every value below an item as written in a version.
pub(in crate::policy) fn of_version<'t>(item: &Item<'t>, version: u32) -> Item<'t> {
    let value = match &item.value {
        Value::List(list) => Value::List(list.iter().map(|item| of_version(item, version)).collect()),
        Value::Table(table) => {
            Value::Table(Rc::new(table.iter().map(|(key, item)| (*key, of_version(item, version))).collect()))
        }
        value => value.clone(),
    };
    Item { at: At { version, ..item.at }, value }
}
