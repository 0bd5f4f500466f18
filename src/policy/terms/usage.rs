//! Whether use excludes a refund.

use std::collections::BTreeMap;

use crate::policy::{file::Keys, model::Clause};

pub(in crate::policy) const KEYS: &[&str] = &["test", "scope", "defined_as", "metering", "clause", "place"];

/// Whether use excludes a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageTerms {
    /// Whether a posted deduction is use.
    pub deduction_excludes: bool,
    /// What of the package is meant, where the page says so.
    pub scope: Option<String>,
    /// Whether the page says that use is the deduction, so that what was consumed and not yet deducted is none.
    pub defined_by_deduction: bool,
    /// How raw usage becomes deductions, where the page says so.
    pub metering: Option<Metering>,
    /// The rule.
    pub clause: Clause,
}

/// How raw usage becomes deductions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metering {
    /// The unit of a deduction.
    pub unit: String,
    /// What is rounded up to whole units.
    pub ceil: String,
    /// The factor of each class of usage, as written.
    pub coefficient: BTreeMap<String, String>,
    /// In which order packs are drawn.
    pub pack_order: Vec<String>,
    /// When deductions are posted.
    pub posts_at: String,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<UsageTerms> {
    keys.only(KEYS);
    let test = keys.required(
        keys.word("test", &keys.named("test"), &[("none", false), ("deduction_posted", true)]),
        "test",
    )?;
    Some(UsageTerms {
        deduction_excludes: test,
        scope: keys.text("scope").map(str::to_owned),
        defined_by_deduction: keys
            .word("defined_as", "defined_as", &[("consumption", false), ("deduction", true)])
            .unwrap_or(false),
        metering: keys.inner("metering").and_then(|keys| metering(&keys)),
        clause: keys.clause(),
    })
}

fn metering(keys: &Keys<'_, '_>) -> Option<Metering> {
    keys.only(&["unit", "ceil", "coefficient", "pack_order", "posts_at"]);
    let text = |key: &str| keys.required(keys.text(key), key).map(str::to_owned);
    let coefficient = keys.inner("coefficient").map(|factors| {
        let factor = |(class, _): (&str, _)| Some((class.to_owned(), factors.text(class)?.to_owned()));
        factors.entries().filter_map(factor).collect()
    });
    Some(Metering {
        unit: text("unit")?,
        ceil: text("ceil")?,
        coefficient: keys.required(coefficient, "coefficient")?,
        pack_order: keys.required(keys.strings("pack_order"), "pack_order")?,
        posts_at: text("posts_at")?,
    })
}

/// The effect in a phrase.
#[must_use]
pub fn text(usage: &UsageTerms) -> &'static str {
    if usage.deduction_excludes { "a posted deduction excludes a refund" } else { "not tested" }
}
