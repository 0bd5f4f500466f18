//! What a conversion wrote, held against the set cell by cell: an audit does not turn on every fact.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{
    clock::Time,
    set::{Row, Set, TENDERS, get, text_of, units},
};

/// The rows of a table by their ids; of usage, by everything that is compared.
type Facts = BTreeMap<String, Row>;

/// What is left of a cell once other ways of writing it are set aside; empty where it says nothing.
fn plain(column: &str, cell: &str) -> String {
    let is_money =
        TENDERS.iter().any(|tender| column.ends_with(&format!("d_{tender}"))) || column == "list_price";
    if cell.is_empty() || column == "order_kind" && cell == "new" {
        String::new()
    } else if is_money || ["quantity", "months"].contains(&column) {
        let units = units(cell);
        if units == 0 && is_money { String::new() } else { text_of(units, 0) }
    } else if column.ends_with("_at")
        || ["period_start", "period_end", "usage_start", "usage_end"].contains(&column)
    {
        Time::read(cell).canonical()
    } else {
        cell.to_owned()
    }
}

fn facts(rows: &[Row], key: &str) -> Facts {
    let mut facts = Facts::new();
    for (at, row) in rows.iter().enumerate() {
        let mut left = Row::new();
        for (column, cell) in row {
            // The site is what the dialect of a bill knows; the set says none.
            if column == "site" && key == "order_id" {
                continue;
            }
            // Who paid is the owner where a row does not say.
            if column == "payer_id" && cell == get(row, "account_id") {
                continue;
            }
            // Of usage these are for the reader only, and a row without its basis is a deduction.
            let is_said = !(key.is_empty()
                && ["unit", "description", "account_id", "product"].contains(&column.as_str()));
            let cell = plain(column, cell);
            if is_said && !cell.is_empty() {
                left.insert(column.clone(), cell);
            }
        }
        let id = if key.is_empty() { format!("{left:?}") } else { get(row, key).to_owned() };
        let id = if facts.contains_key(&id) { format!("{id} once more, at {at}") } else { id };
        facts.insert(id, left);
    }
    facts
}

/// What a converted folder and the set that was written say differently, in a few lines.
pub(crate) fn differences(folder: &Path, set: &Set) -> String {
    let mut told = Vec::new();
    for (name, key, wanted) in [
        ("orders", "order_id", &set.orders),
        ("refunds", "refund_id", &set.refunds),
        ("usage", "", &set.usage),
    ] {
        let text = fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap_or_default();
        let found = facts(&crate::set::read(&text), key);
        let wanted = facts(wanted, key);
        if key.is_empty() {
            // Rows of usage have no id: how often each is there has to agree, which row it was does not.
            let count = |facts: &Facts| {
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                for row in facts.values() {
                    *counts.entry(format!("{row:?}")).or_default() += 1;
                }
                counts
            };
            let (found, wanted) = (count(&found), count(&wanted));
            told.extend(
                wanted
                    .iter()
                    .filter(|(row, count)| found.get(*row) != Some(count))
                    .map(|(row, _)| format!("usage, not there: {row}")),
            );
            told.extend(
                found
                    .iter()
                    .filter(|(row, count)| wanted.get(*row) != Some(count))
                    .map(|(row, _)| format!("usage, not wanted: {row}")),
            );
            continue;
        }
        for (id, row) in &wanted {
            let there = found.get(id).cloned().unwrap_or_default();
            for column in row.keys().chain(there.keys().filter(|column| !row.contains_key(*column))) {
                let (wanted, found) = (get(row, column), get(&there, column));
                if wanted != found {
                    told.push(format!("{name} {id}: {column} is {found:?} where {wanted:?} was written"));
                }
            }
        }
        told.extend(
            found
                .keys()
                .filter(|id| !wanted.contains_key(*id))
                .map(|id| format!("{name} {id}: was never written")),
        );
    }
    told.truncate(12);
    told.join("\n")
}
