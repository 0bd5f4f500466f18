//! Reading a table key by key, with a complaint for each value that does not fit.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use super::{At, Complaints, Item, Table, Value};
use crate::{
    money::{Fraction, Money},
    policy::model::Clause,
    suggest::did_you_mean,
};

/// What reading a table needs to know of its surroundings.
pub(in crate::policy) struct Context<'c> {
    pub(in crate::policy) complaints: &'c Complaints<'c>,
    /// The source of each version of each file, as it is cited.
    pub(in crate::policy) cited: &'c BTreeMap<(u32, u32), Arc<str>>,
    /// Texts of clauses that occur in many versions, each held once.
    pub(in crate::policy) texts: &'c RefCell<BTreeMap<String, Arc<str>>>,
}

impl Context<'_> {
    /// A text, shared with every other place that has the same one.
    pub(in crate::policy) fn shared(&self, text: &str) -> Arc<str> {
        let mut texts = self.texts.borrow_mut();
        if let Some(known) = texts.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        texts.insert(text.to_owned(), new.clone());
        new
    }
}

/// A table that is being read.
#[derive(Clone)]
pub(in crate::policy) struct Keys<'c, 't> {
    /// Its path in the version, for complaints: `window`, `branch.rest.amount`.
    pub(in crate::policy) path: String,
    pub(in crate::policy) at: At,
    table: Table<'t>,
    context: &'c Context<'c>,
    /// Whether rules below need no clause: those of an example have its place.
    without_clauses: bool,
}

impl<'c, 't> Keys<'c, 't> {
    pub(in crate::policy) fn new(path: &str, item: &Item<'t>, context: &'c Context<'c>) -> Self {
        let table = item.table().cloned().unwrap_or_else(|| {
            context.complaints.at(item.at, format!("{path} is a table, not {}", item.value.kind()));
            Table::default()
        });
        Self { path: path.to_owned(), at: item.at, table, context, without_clauses: false }
    }

    /// The same, with rules that need no clause.
    pub(in crate::policy) fn without_clauses(mut self) -> Self {
        self.without_clauses = true;
        self
    }

    /// A table inside this one.
    fn below(&self, key: &str, item: &Item<'t>) -> Self {
        let without_clauses = self.without_clauses;
        Self { without_clauses, ..Keys::new(&self.named(key), item, self.context) }
    }

    /// The table itself.
    pub(in crate::policy) const fn table(&self) -> &Table<'t> {
        &self.table
    }

    pub(in crate::policy) const fn context(&self) -> &'c Context<'c> {
        self.context
    }

    /// Complains about keys that are none of these.
    pub(in crate::policy) fn only(&self, known: &[&str]) {
        for (key, item) in self.table.iter().filter(|(key, _)| !known.contains(*key)) {
            let near = did_you_mean(key, known.iter().copied());
            let known = known.join("`, `");
            let within = if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
            let message = format!("unknown field `{key}`{within}, expected one of `{known}`{near}");
            self.context.complaints.at(item.at, message);
        }
    }

    pub(in crate::policy) fn complain(&self, at: At, message: impl Into<String>) {
        self.context.complaints.at(at, message);
    }

    pub(in crate::policy) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(in crate::policy) fn get(&self, key: &str) -> Option<&Item<'t>> {
        self.table.get(key)
    }

    /// Where a key is, or else its table.
    pub(in crate::policy) fn place(&self, key: &str) -> At {
        self.get(key).map_or(self.at, |item| item.at)
    }

    /// The name of a key with that of its table.
    pub(in crate::policy) fn named(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn wrong_kind(&self, key: &str, item: &Item<'_>, wanted: &str) {
        self.complain(item.at, format!("{} is {wanted}, not {}", self.named(key), item.value.kind()));
    }

    /// A value of one kind, where the key is there.
    fn of_kind<T>(&self, key: &str, wanted: &str, read: impl Fn(&Item<'t>) -> Option<T>) -> Option<T> {
        let item = self.get(key)?;
        let value = read(item);
        if value.is_none() {
            self.wrong_kind(key, item, wanted);
        }
        value
    }

    pub(in crate::policy) fn text(&self, key: &str) -> Option<&'t str> {
        self.of_kind(key, "text", Item::text)
    }

    pub(in crate::policy) fn integer(&self, key: &str) -> Option<i64> {
        self.of_kind(key, "an integer", Item::integer)
    }

    /// An integer from zero on.
    pub(in crate::policy) fn count(&self, key: &str) -> Option<u32> {
        let number = self.integer(key)?;
        let count = u32::try_from(number).ok().filter(|count| *count <= 1_000_000);
        if count.is_none() {
            self.complain(self.place(key), format!("{} is from 0 to 1000000", self.named(key)));
        }
        count
    }

    pub(in crate::policy) fn flag(&self, key: &str) -> Option<bool> {
        self.of_kind(key, "true or false", |item| match item.value {
            Value::Boolean(flag) => Some(flag),
            _ => None,
        })
    }

    /// An inner table.
    pub(in crate::policy) fn inner(&self, key: &str) -> Option<Keys<'c, 't>> {
        let item = self.get(key)?;
        Some(self.below(key, item))
    }

    /// The entries of a table whose keys are free.
    pub(in crate::policy) fn entries(&self) -> impl Iterator<Item = (&'t str, &Item<'t>)> {
        self.table.iter().map(|(key, item)| (*key, item))
    }

    /// The inner tables of a list of tables.
    pub(in crate::policy) fn tables(&self, key: &str) -> Vec<Keys<'c, 't>> {
        let Some(list) = self.of_kind(key, "a list of tables", |item| match &item.value {
            Value::List(list) => Some(list.clone()),
            _ => None,
        }) else {
            return Vec::new();
        };
        list.iter().map(|item| self.below(key, item)).collect()
    }

    /// A list of texts, each with its place; a single text is a list of one where `or_one`.
    pub(in crate::policy) fn texts(&self, key: &str) -> Option<Vec<(At, &'t str)>> {
        let item = self.get(key)?;
        let Some(list) = item.list() else {
            self.wrong_kind(key, item, "a list of texts");
            return None;
        };
        let text = |item: &Item<'t>| {
            let text = item.text();
            if text.is_none() {
                self.wrong_kind(key, item, "a list of texts");
            }
            text.map(|text| (item.at, text))
        };
        Some(list.iter().filter_map(text).collect())
    }

    /// The same, owned.
    pub(in crate::policy) fn strings(&self, key: &str) -> Option<Vec<String>> {
        Some(self.texts(key)?.into_iter().map(|(_, text)| text.to_owned()).collect())
    }

    /// A word of a closed set.
    pub(in crate::policy) fn word<T: Copy>(&self, key: &str, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        self.one_of(self.place(key), text, what, words)
    }

    /// The word that a text is.
    pub(in crate::policy) fn one_of<T: Copy>(
        &self,
        at: At,
        text: &str,
        what: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = words.iter().find(|(known, _)| *known == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            let near = did_you_mean(text, known.iter().copied());
            self.complain(at, format!("unknown {what} {text:?}, wanted one of {}{near}", known.join(", ")));
        }
        found
    }

    /// A list of words of a closed set.
    pub(in crate::policy) fn words<T: Copy>(
        &self,
        key: &str,
        what: &str,
        words: &[(&str, T)],
    ) -> Option<Vec<T>> {
        let texts = self.texts(key)?;
        Some(texts.into_iter().filter_map(|(at, text)| self.one_of(at, text, what, words)).collect())
    }

    /// A key that must be there; the complaint names `name`.
    pub(in crate::policy) fn required<T>(&self, value: Option<T>, key: &str) -> Option<T> {
        if value.is_none() && !self.has(key) {
            let of = if self.path.is_empty() { "version." } else { "" };
            self.complain(self.at, format!("{of}{} is missing", self.named(key)));
        }
        value
    }

    /// A decimal number written as text.
    pub(in crate::policy) fn money(&self, key: &str) -> Option<Money> {
        let text = self.text(key)?;
        self.money_of(self.place(key), &self.named(key), text)
    }

    pub(in crate::policy) fn money_of(&self, at: At, what: &str, text: &str) -> Option<Money> {
        match Money::parse(text) {
            Ok(money) => Some(money),
            Err(why) => {
                self.complain(at, format!("{what} {text:?} {why}"));
                None
            }
        }
    }

    /// A fraction written as text: `"0.85"`, `"3/2"`.
    pub(in crate::policy) fn fraction(&self, key: &str) -> Option<Fraction> {
        let text = self.text(key)?;
        self.fraction_of(self.place(key), &self.named(key), text)
    }

    pub(in crate::policy) fn fraction_of(&self, at: At, what: &str, text: &str) -> Option<Fraction> {
        let fraction = Fraction::parse(text);
        if fraction.is_none() {
            self.complain(
                at,
                format!("{what} {text:?} is no number such as \"0.85\" and no fraction such as \"3/2\""),
            );
        }
        fraction
    }

    /// The words of a rule and its place on the page; every rule has both.
    pub(in crate::policy) fn clause(&self) -> Clause {
        let read = |key: &str| {
            let text = self.text(key).unwrap_or_default();
            if text.trim().is_empty() && !self.without_clauses {
                self.complain(self.at, format!("{} has no {key}", self.path));
            }
            self.context.shared(text)
        };
        let origin = self.get("clause").map_or(self.at, |item| item.at);
        Clause {
            text: read("clause"),
            place: read("place"),
            source: self.context.cited.get(&(origin.file, origin.version)).cloned(),
        }
    }
}
