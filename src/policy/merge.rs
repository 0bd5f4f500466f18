//! Inheritance between versions, before they are given a meaning.
//!
//! `like` names an earlier version of the same policy, `base` a version of another one. Tables are
//! overridden key by key; lists (exclusions, preconditions, readings) are appended, because a later text
//! that repeats a former one and adds a clause is the usual case. Identity, dates and sources are never
//! inherited.

use super::raw::RawVersion;

/// One optional table over another.
macro_rules! tables_over {
    ($later:ident, $former:ident; $($table:ident),*) => {
        $($later.$table = match ($later.$table, &$former.$table) {
            (Some(later), Some(former)) => Some(later.over(former)),
            (later, former) => later.or_else(|| former.clone()),
        };)*
    };
}

/// `later` with everything of `former` that it does not change.
pub(super) fn inherit(mut later: RawVersion, former: &RawVersion) -> RawVersion {
    tables_over!(later, former; window, usage, amount, tenders, rounding, destination, channel, quota,
        processing, arrival, gifts, frozen, discretion, purchase);
    later.select_by = later.select_by.or_else(|| former.select_by.clone());
    later.confidence = later.confidence.or_else(|| former.confidence.clone());
    for (class, terms) in &former.class {
        let mine = later.class.entry(class.clone()).or_default();
        mine.window = match (mine.window.take(), &terms.window) {
            (Some(later), Some(former)) => Some(later.over(former)),
            (later, former) => later.or_else(|| former.clone()),
        };
    }
    later.exclusion = former.exclusion.iter().cloned().chain(later.exclusion).collect();
    later.precondition = former.precondition.iter().cloned().chain(later.precondition).collect();
    later.reading = former.reading.iter().cloned().chain(later.reading).collect();
    later
}
