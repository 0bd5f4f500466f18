//! Which kind of row a row is, by the rules of its dialect.

use super::view::{Fault, View};
use crate::export::{
    cells::clean::word_key,
    dialect::{Condition, Dialect, FieldId, RowRule, Sign},
};

/// The first rule that fits the row.
pub(super) fn find_rule<'d>(dialect: &'d Dialect, view: View<'_>) -> Result<Option<&'d RowRule>, Fault> {
    // Most rules ask for the same field, whose word is brought to comparison form once.
    let mut asked: Option<(FieldId, Option<String>)> = None;
    for rule in &dialect.rows {
        let mut fits = true;
        for condition in &rule.when {
            fits = match condition {
                Condition::Is(field, words) => {
                    if asked.as_ref().is_none_or(|(known, _)| known != field) {
                        asked = Some((*field, view.text(*field)?.map(word_key)));
                    }
                    let word = asked.as_ref().and_then(|(_, word)| word.as_ref());
                    word.is_some_and(|word| words.contains(word))
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
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

/// The defect of a row that no rule fits: by the field that the rules look at.
pub(super) fn unknown_kind(dialect: &Dialect, view: View<'_>) -> (String, String) {
    let asked = dialect.rows.iter().flat_map(|rule| &rule.when).find_map(|condition| match condition {
        Condition::Is(field, _) => Some(*field),
        _ => None,
    });
    let Some(field) = asked else {
        return (String::new(), "is of no kind this dialect knows".to_owned());
    };
    let found = view.text(field).ok().flatten().unwrap_or_default();
    let reason = format!(
        "\"{found}\" is no kind of row that {} knows; say in a file for --mapping what such rows are",
        dialect.id
    );
    (view.binding.name(field).to_owned(), reason)
}
