//! Which kind of row a row is, by the rules of its dialect.

use std::collections::HashMap;

use super::view::{Fault, View};
use crate::export::{
    cells::clean::word_key,
    dialect::{Condition, Dialect, FieldId, Sign},
};

/// So many words of one column are remembered; a column that rules ask for has a few dozen.
const WORDS_MAX: usize = 4096;

/// The rules of a dialect, and what they came to for the words that were met.
///
/// Nearly every rule asks for a word in one column, the same for all. For each word met there, the rules that it
/// leaves open are found once.
#[derive(Default)]
pub(super) struct Rules {
    open: HashMap<String, Box<[usize]>>,
}

impl Rules {
    /// The place of the first rule that fits the row.
    pub(super) fn find(&mut self, dialect: &Dialect, view: View<'_>) -> Result<Option<usize>, Fault> {
        let Some(asked) = asked_first(dialect) else {
            return first_of(dialect, 0..dialect.rows.len(), None, view);
        };
        let column = view.binding.column(asked).filter(|column| view.row.flaw(*column).is_none());
        let raw = column.map_or("", |column| view.row.cell(column));
        if column.is_some()
            && let Some(open) = self.open.get(raw)
        {
            return first_of(dialect, open.iter().copied(), Some(asked), view);
        }
        let word = view.text(asked)?.map(word_key);
        let fits = |condition: &Condition| match condition {
            Condition::Is(field, words) if *field == asked => {
                word.as_ref().is_some_and(|word| words.contains(word))
            }
            _ => true,
        };
        let open: Box<[usize]> =
            (0..dialect.rows.len()).filter(|place| dialect.rows[*place].when.iter().all(fits)).collect();
        let found = first_of(dialect, open.iter().copied(), Some(asked), view);
        if column.is_some() && self.open.len() < WORDS_MAX {
            self.open.insert(raw.to_owned(), open);
        }
        found
    }
}

/// The field whose word the first rule that asks for one asks for.
fn asked_first(dialect: &Dialect) -> Option<FieldId> {
    dialect.rows.iter().flat_map(|rule| &rule.when).find_map(|condition| match condition {
        Condition::Is(field, _) => Some(*field),
        _ => None,
    })
}

/// The first of some rules that fits; the words of the field `settled` do.
fn first_of(
    dialect: &Dialect,
    places: impl Iterator<Item = usize>,
    settled: Option<FieldId>,
    view: View<'_>,
) -> Result<Option<usize>, Fault> {
    for place in places {
        let mut fits = true;
        for condition in &dialect.rows[place].when {
            fits = match condition {
                Condition::Is(field, _) if Some(*field) == settled => true,
                Condition::Is(field, words) => {
                    view.text(*field)?.map(word_key).is_some_and(|word| words.contains(&word))
                }
                Condition::Filled(field) => view.text(*field)?.is_some(),
                Condition::Empty(field) => view.text(*field)?.is_none(),
                // Asked last: an amount that cannot be read matters only to rows of the kind.
                Condition::Sign(field, sign) => {
                    (view.units(*field)?.unwrap_or(0) < 0) == (*sign == Sign::Negative)
                }
            };
            if !fits {
                break;
            }
        }
        if fits {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The defect of a row that no rule fits: by the field that the rules look at.
pub(super) fn unknown_kind(dialect: &Dialect, view: View<'_>) -> (String, String) {
    let Some(field) = asked_first(dialect) else {
        return (String::new(), "is of no kind this dialect knows".to_owned());
    };
    let found = view.text(field).ok().flatten().unwrap_or_default();
    let reason = format!(
        "\"{found}\" is no kind of row that {} knows; say in a file for --mapping what such rows are",
        dialect.id
    );
    (view.binding.name(field).to_owned(), reason)
}
