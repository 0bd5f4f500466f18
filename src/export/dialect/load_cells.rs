//! The parts of a dialect file that say how one cell is filled: recipes, kinds that fit, spellings of headers.

use super::{
    error::DialectError, file::RecipeFile, load::Loader, model::FieldKind, recipe::Recipe, role::CellKind,
};
use crate::export::cells::clean::word_key;

impl Loader<'_> {
    /// The one recipe that a cell has.
    pub(super) fn recipe(&self, raw: &RecipeFile, at: usize) -> Result<Recipe, DialectError> {
        let one = |name: &String| self.id(name, at);
        let many =
            |names: &Vec<String>| names.iter().map(|name| self.id(name, at)).collect::<Result<Vec<_>, _>>();
        let pair = |names: &Vec<String>| match names.as_slice() {
            [first, second] => Ok((self.id(first, at)?, self.id(second, at)?)),
            _ => self.fail(at, "wanted two fields"),
        };
        let mut found = Vec::new();
        if let Some(field) = &raw.field {
            found.push(match &raw.without {
                Some(without) => Recipe::FieldOr { field: one(field)?, without: one(without)? },
                None => Recipe::Field(one(field)?),
            });
        }
        if let Some(fields) = &raw.first {
            found.push(Recipe::First(many(fields)?));
        }
        if let Some(word) = &raw.word {
            found.push(Recipe::Word(word.clone()));
        }
        if let Some(field) = &raw.words_of {
            let Some(words) = &raw.words else { return self.fail(at, "`words_of` needs `words`") };
            let foreign = words
                .iter()
                .flat_map(|(ours, theirs)| theirs.iter().map(|word| (word_key(word), ours.clone())));
            found.push(Recipe::Words {
                field: one(field)?,
                words: foreign.collect(),
                otherwise: raw.otherwise.clone(),
            });
        }
        if let Some(fields) = &raw.join {
            found.push(Recipe::Join(many(fields)?));
        }
        if let Some(fields) = &raw.months {
            let (count, unit) = pair(fields)?;
            found.push(Recipe::Months { count, unit });
        }
        if let Some(fields) = &raw.minus {
            let (from, less) = pair(fields)?;
            found.push(Recipe::Minus { from, less });
        }
        if let Some(fields) = &raw.quantity_of {
            found.push(Recipe::QuantityOf(many(fields)?));
        }
        if let Some(fields) = &raw.unit_of {
            found.push(Recipe::UnitOf(many(fields)?));
        }
        if let Some(aspect) = raw.catalogue {
            found.push(Recipe::Catalogue(aspect));
        }
        if let Some(field) = &raw.currency_of {
            found.push(Recipe::Currency(if field.is_empty() { None } else { Some(one(field)?) }));
        }
        match (found.pop(), found.is_empty()) {
            (Some(recipe), true) => Ok(recipe),
            (Some(_), false) => self.fail(at, "a cell has one recipe, here are several"),
            (None, _) => self.fail(at, "a cell needs a recipe, here is none"),
        }
    }
}

/// Whether a canonical column of one kind can be filled from a field of another.
pub(super) const fn fits(kind: CellKind, field: FieldKind, recipe: &Recipe) -> bool {
    if matches!(recipe, Recipe::Months { .. } | Recipe::Words { .. } | Recipe::Join(_) | Recipe::Currency(_))
    {
        return true;
    }
    match (kind, field) {
        (_, FieldKind::Verbatim)
        | (
            CellKind::Id | CellKind::Text | CellKind::Word,
            FieldKind::Id | FieldKind::Text | FieldKind::Ids,
        )
        | (CellKind::Text, FieldKind::Measure)
        | (CellKind::Amount, FieldKind::Amount)
        | (CellKind::Quantity, FieldKind::Number | FieldKind::Measure)
        | (CellKind::Count, FieldKind::Number)
        | (CellKind::Moment, FieldKind::Moment | FieldKind::Epoch) => true,
        // The unit of a quantity may stand in a text of its own.
        (CellKind::Quantity, FieldKind::Text) => matches!(recipe, Recipe::QuantityOf(_)),
        _ => false,
    }
}

/// The spellings of a header: vendors write the unit of an amount behind it or leave it out.
pub(super) fn spellings(name: &str, kind: FieldKind, scale: i32) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let marks: &[&str] = match (kind, scale) {
        (FieldKind::Amount, 0) => &["(元)", "(CNY)", "(USD)"],
        (FieldKind::Amount, 2) => &["(分)"],
        _ => &[],
    };
    if marks.iter().any(|mark| name.ends_with(mark)) {
        all.extend(
            marks.iter().filter_map(|mark| name.strip_suffix(mark)).map(|bare| bare.trim().to_owned()),
        );
    } else {
        all.extend(marks.iter().map(|mark| format!("{name}{mark}")));
    }
    all
}
