//! What a policy file says without effect. None of it stops a run; `policy check` prints it.

use super::{
    model::{Policy, Version},
    terms::{Exclusion, Length, Predicate, Terms, quota, window},
};
use crate::{record::OrderKind, time::Offset};

/// A remark about a policy that loads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// The policy.
    pub policy: String,
    /// The version; empty where the policy as a whole is meant.
    pub version: String,
    /// What has no effect, and why.
    pub message: String,
}

/// Everything that one policy says without effect.
#[must_use]
pub fn lint(policy: &Policy) -> Vec<Lint> {
    let mut messages: Vec<(String, String)> =
        holes(policy).into_iter().map(|text| (String::new(), text)).collect();
    for version in &policy.versions {
        messages
            .extend(version_remarks(policy, version).into_iter().map(|text| (version.id.to_string(), text)));
    }
    messages
        .into_iter()
        .map(|(version, message)| Lint { policy: policy.id.to_string(), version, message })
        .collect()
}

/// Times between two versions at which neither is in force.
fn holes(policy: &Policy) -> Vec<String> {
    let pairs = policy.versions.windows(2);
    let hole = |pair: &[Version]| {
        let (to, from) = (pair[0].effective.to?, pair[1].effective.from?);
        (to < from).then(|| {
            let span = format!("{} to {}", to.text(policy.zone), from.text(policy.zone));
            format!("no version is in force from {span}: orders there are no-policy")
        })
    };
    pairs.filter_map(hole).collect()
}

fn version_remarks(policy: &Policy, version: &Version) -> Vec<String> {
    let mut remarks = Vec::new();
    let terms = &version.terms;
    for branch in terms.branches() {
        let id = branch.branch.as_ref().map(|branch| format!("branch {}: ", branch.id)).unwrap_or_default();
        for remark in branch_remarks(policy, branch) {
            let remark = format!("{id}{remark}");
            // A remark about the version's own tables would come once a branch.
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    if let Some(kinds) = &policy.applies.order_kinds {
        let idle = |kind: &&OrderKind| !terms.branches().any(|branch| branch.is_about(**kind));
        for kind in kinds.iter().filter(idle) {
            remarks.push(format!("no branch is about {} orders: they are no-policy", kind.word()));
        }
    }
    for reading in version.readings.iter().filter(|reading| reading.terms == *terms) {
        remarks.push(format!("reading {:?} changes nothing", reading.id));
    }
    if let Some(discretion) = &terms.discretion
        && discretion.reason_codes.is_empty()
        && !discretion.lawful_during_billing_run
    {
        remarks.push("discretion names no reason code: no denial can rest on it".to_owned());
    }
    if let Some(why) = &version.held {
        let from = version.effective.from.map(|from| from.text(Offset::BEIJING)).unwrap_or_default();
        remarks.push(format!("expected from {from}: loaded, never applied; confirm or remove it ({why})"));
    }
    remarks
}

fn branch_remarks(policy: &Policy, terms: &Terms) -> Vec<String> {
    let mut remarks = Vec::new();
    for window in terms.window.iter().chain(terms.class_windows.values()) {
        remarks.extend(window::lint(window));
    }
    let classes = terms.class_windows.keys().chain(terms.class_amounts.keys());
    for class in classes.filter(|class| !can_be(policy, class)) {
        remarks.push(format!("class.{class}: no order of the policy is a {class}"));
    }
    for exclusion in &terms.exclusions {
        remarks.extend(exclusion_remarks(policy, terms, exclusion));
    }
    for amount in std::iter::once(&terms.amount).chain(terms.class_amounts.values()) {
        remarks.extend(amount.method.lint());
    }
    if let Some(quota) = &terms.quota {
        remarks.extend(quota::lint(quota));
    }
    remarks
}

fn exclusion_remarks(policy: &Policy, terms: &Terms, exclusion: &Exclusion) -> Vec<String> {
    let mut remarks = Vec::new();
    let kinds = policy.applies.order_kinds.as_deref();
    if exclusion.predicate == Predicate::RenewalOnly
        && kinds.is_some_and(|kinds| !kinds.contains(&OrderKind::Renew))
    {
        remarks.push(
            "exclusion renewal_only: no order could meet it, applies.order_kind has no renew".to_owned(),
        );
    }
    if let Predicate::PackageTypeIn { values } = &exclusion.predicate {
        for value in values.iter().filter(|value| !can_be(policy, value)) {
            remarks.push(format!("exclusion package_type_in: no order could meet it, none is a {value}"));
        }
    }
    for class in exclusion.class.iter().filter(|class| !can_be(policy, class)) {
        remarks.push(format!("exclusion for class {class}: no order could meet it, none is a {class}"));
    }
    let ends_with_validity = terms.window.as_ref().is_some_and(|window| window.length == Length::Validity);
    if exclusion.predicate == Predicate::Expired && ends_with_validity {
        remarks.push("exclusion expired never matters: the window already ends with the validity".to_owned());
    }
    remarks
}

/// Whether an order of the policy can have that package type.
fn can_be(policy: &Policy, package_type: &str) -> bool {
    let is = |word: &String| word == package_type;
    policy.applies.package_types.as_ref().is_none_or(|types| types.iter().any(is))
        && !policy.applies.package_types_not.iter().any(is)
}
