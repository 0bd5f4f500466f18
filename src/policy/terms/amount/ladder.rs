//! A factor that changes by steps with the length used.

use crate::{
    money::Fraction,
    policy::file::{Item, Keys, Value},
};

/// What the steps of a ladder are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderBy {
    /// Whole months used.
    MonthsUsed,
    /// Days used.
    DaysUsed,
}

/// A factor by length: each step holds from its length on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// What the lengths are counted in.
    pub by: LadderBy,
    /// Lengths, ascending from zero, and the factor from each on.
    pub steps: Vec<(i64, Fraction)>,
}

/// The discount of the length used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discount {
    /// By these steps.
    Ladder(Ladder),
    /// By the ladder of the user's prices: no page prints it.
    Prices,
}

impl Ladder {
    /// The factor after so many months and days used.
    #[must_use]
    pub fn at(&self, months: i64, days: i64) -> Fraction {
        let used = match self.by {
            LadderBy::MonthsUsed => months,
            LadderBy::DaysUsed => days,
        };
        self.steps.iter().rfind(|(from, _)| *from <= used).map_or(Fraction::ONE, |(_, factor)| *factor)
    }

    /// The lowest of its factors.
    #[must_use]
    pub fn lowest(&self) -> Fraction {
        let lower =
            |low: Fraction, (_, factor): &(i64, Fraction)| if low.exceeds(*factor) { *factor } else { low };
        self.steps.iter().fold(Fraction::ONE, lower)
    }

    /// The steps in a phrase.
    #[must_use]
    pub fn text(&self) -> String {
        let unit = match self.by {
            LadderBy::MonthsUsed => "months",
            LadderBy::DaysUsed => "days",
        };
        let steps: Vec<String> =
            self.steps.iter().map(|(from, factor)| format!("{factor} from {from} {unit} on")).collect();
        steps.join(", ")
    }
}

/// Reads a list of steps, or a table that also says what they are counted in.
pub(super) fn read(keys: &Keys<'_, '_>, key: &str) -> Option<Ladder> {
    let item = keys.get(key)?;
    let (by, steps) = match &item.value {
        Value::List(steps) => (LadderBy::DaysUsed, steps.clone()),
        Value::Table(_) => {
            let inner = keys.inner(key)?;
            inner.only(&["by", "steps"]);
            let by = [("months_used", LadderBy::MonthsUsed), ("days_used", LadderBy::DaysUsed)];
            let by = inner.required(inner.word("by", "by", &by), "by")?;
            let steps = inner.required(inner.get("steps"), "steps")?;
            let Value::List(steps) = &steps.value else {
                inner.complain(
                    steps.at,
                    format!("{} is a list of pairs [from, factor]", inner.named("steps")),
                );
                return None;
            };
            (by, steps.clone())
        }
        _ => {
            keys.complain(item.at, format!("{} is a list of pairs [from, factor]", keys.named(key)));
            return None;
        }
    };
    let read: Vec<(i64, Fraction)> = steps.iter().filter_map(|step| pair(keys, key, step)).collect();
    if read.first().is_none_or(|(from, _)| *from != 0) || !read.is_sorted_by(|a, b| a.0 < b.0) {
        keys.complain(item.at, format!("{} begins at 0 and ascends", keys.named(key)));
    }
    Some(Ladder { by, steps: read })
}

fn pair(keys: &Keys<'_, '_>, key: &str, step: &Item<'_>) -> Option<(i64, Fraction)> {
    let pair = step.list().filter(|pair| pair.len() == 2);
    let (from, factor) = match pair {
        Some([from, factor]) => (from.integer(), factor.text()),
        _ => (None, None),
    };
    let (Some(from), Some(factor)) = (from, factor) else {
        keys.complain(step.at, format!("a step of {} is [from, \"factor\"]", keys.named(key)));
        return None;
    };
    Some((from, keys.fraction_of(step.at, &keys.named(key), factor)?))
}

/// Reads a discount of the length used.
pub(super) fn discount(keys: &Keys<'_, '_>) -> Option<Discount> {
    match keys.get("duration_discount")?.value {
        Value::Text("prices") => Some(Discount::Prices),
        _ => read(keys, "duration_discount").map(Discount::Ladder),
    }
}

impl Discount {
    /// In a phrase.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Ladder(ladder) => ladder.text(),
            Self::Prices => "by the user's prices".to_owned(),
        }
    }
}
