//! Inheritance between versions, before they are given a meaning.
//!
//! `like` names an earlier version of the same policy, `base` versions of other ones. Tables are overridden
//! key by key; lists (exclusions, preconditions, readings, branches) are appended, because a later text that
//! repeats a former one and adds a clause is the usual case. Identity, dates and sources are never inherited.

use std::{collections::BTreeMap, rc::Rc};

use super::{Item, Table, Value};

/// Keys of a version that its heirs do not get.
const OWN: [&str; 11] = [
    "id",
    "effective_from",
    "effective_to",
    "rollout",
    "like",
    "base",
    "drop",
    "expected",
    "expected_reason",
    "source",
    "branch_order",
];

/// Tables that are overridden key by key; `class` has such tables inside.
const LISTS: [&str; 3] = ["exclusion", "precondition", "reading"];

/// `later` with everything of `former` that it does not change.
pub(in crate::policy) fn inherit<'t>(later: &Table<'t>, former: &Table<'t>) -> Table<'t> {
    let mut merged: BTreeMap<&'t str, Item<'t>> = BTreeMap::clone(later);
    for (key, old) in former.iter().filter(|(key, _)| !OWN.contains(*key)) {
        let Some(new) = merged.get(key) else {
            merged.insert(key, old.clone());
            continue;
        };
        let value = match (*key, &new.value, &old.value) {
            (key, Value::List(new), Value::List(old)) if LISTS.contains(&key) => {
                Value::List(old.iter().chain(new.iter()).cloned().collect())
            }
            ("branch", Value::List(new), Value::List(old)) => Value::List(branches(new, old).into()),
            ("class", Value::Table(new), Value::Table(old)) => Value::Table(of_tables(new, old)),
            (_, Value::Table(new), Value::Table(old)) => Value::Table(over(new, old)),
            (_, new, _) => new.clone(),
        };
        let at = new.at;
        merged.insert(key, Item { at, value });
    }
    Rc::new(merged)
}

/// These keys, and where one is missing that of `former`.
fn over<'t>(later: &Table<'t>, former: &Table<'t>) -> Table<'t> {
    let mut merged = BTreeMap::clone(former);
    merged.extend(later.iter().map(|(key, item)| (*key, item.clone())));
    Rc::new(merged)
}

/// A table of tables: each over its namesake, to any depth of tables but the innermost.
fn of_tables<'t>(later: &Table<'t>, former: &Table<'t>) -> Table<'t> {
    let mut merged = BTreeMap::clone(former);
    for (key, new) in later.iter() {
        let item = match (merged.get(key).map(|old| &old.value), &new.value) {
            (Some(Value::Table(old)), Value::Table(new_table)) => {
                Item { at: new.at, value: Value::Table(inherit(new_table, old)) }
            }
            _ => new.clone(),
        };
        merged.insert(key, item);
    }
    Rc::new(merged)
}

fn id_of<'t>(item: &Item<'t>) -> Option<&'t str> {
    item.table()?.get("id")?.text()
}

/// Inherited branches with those of the same id merged in, then the new ones.
fn branches<'t>(later: &[Item<'t>], former: &[Item<'t>]) -> Vec<Item<'t>> {
    let same = |one: &Item<'t>, other: &Item<'t>| id_of(one).is_some() && id_of(one) == id_of(other);
    let mut merged: Vec<Item<'t>> = former
        .iter()
        .map(|old| {
            let new = later.iter().find(|new| same(new, old));
            match (new.and_then(Item::table), old.table()) {
                (Some(new_table), Some(old_table)) => {
                    let mut table = BTreeMap::clone(&inherit(new_table, old_table));
                    if let Some(id) = old_table.get("id") {
                        table.insert("id", id.clone());
                    }
                    let at = new.map_or(old.at, |new| new.at);
                    Item { at, value: Value::Table(Rc::new(table)) }
                }
                _ => old.clone(),
            }
        })
        .collect();
    merged.extend(later.iter().filter(|new| !former.iter().any(|old| same(new, old))).cloned());
    merged
}

/// Takes what `path` names off a version: `exclusion.gift`, `branch.rest`, `quota`. Whether it was there.
pub(in crate::policy) fn drop_from<'t>(version: &Table<'t>, path: &str) -> Option<Table<'t>> {
    let mut left = BTreeMap::clone(version);
    let Some((list, name)) = path.split_once('.') else {
        left.remove(path)?;
        return Some(Rc::new(left));
    };
    let key = match list {
        "exclusion" | "precondition" => "if",
        "reading" | "branch" => "id",
        _ => return None,
    };
    let item = left.get(list)?;
    let named = |item: &Item<'t>| item.table().and_then(|table| table.get(key)?.text()) == Some(name);
    let items = item.list()?;
    if !items.iter().any(named) {
        return None;
    }
    let kept: Rc<[Item<'t>]> = items.iter().filter(|item| !named(item)).cloned().collect();
    let at = item.at;
    let (list, _) = version.get_key_value(list)?;
    left.insert(list, Item { at, value: Value::List(kept) });
    Some(Rc::new(left))
}

/// The branches in the order that a version names them in; the names that are not there.
pub(in crate::policy) fn settle_branches<'t>(
    version: &Table<'t>,
    order: &[&str],
) -> (Table<'t>, Vec<String>) {
    let Some(item) = version.get("branch") else {
        return (version.clone(), order.iter().map(|id| (*id).to_owned()).collect());
    };
    let items = item.list().unwrap_or_default();
    let place = |item: &Item<'t>| order.iter().position(|id| id_of(item) == Some(id)).unwrap_or(order.len());
    let mut sorted = items.to_vec();
    sorted.sort_by_key(place);
    let missing = order.iter().filter(|id| !items.iter().any(|item| id_of(item) == Some(id)));
    let missing = missing.map(|id| (*id).to_owned()).collect();
    let mut settled = BTreeMap::clone(version);
    settled.insert("branch", Item { at: item.at, value: Value::List(sorted.into()) });
    (Rc::new(settled), missing)
}
