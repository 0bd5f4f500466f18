//! What a policy file says without effect. None of it stops a run; `policy check` prints it.

use super::model::{Exclusion, Length, Method, Policy, Predicate, Terms, UsedDays, Version, Window};
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

/// Fields of a quota that no export carries.
const UNEXPORTED: [&str; 2] = ["app_id", "bundle"];

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
    let windows = terms.window.iter().chain(terms.class_windows.values());
    for window in windows {
        remarks.extend(window_remarks(window));
    }
    for class in terms.class_windows.keys().filter(|class| !can_be(policy, class)) {
        remarks.push(format!("class.{class}: no order of the policy is a {class}"));
    }
    for exclusion in &terms.exclusions {
        remarks.extend(exclusion_remarks(policy, terms, exclusion));
    }
    for reading in version.readings.iter().filter(|reading| reading.terms == *terms) {
        remarks.push(format!("reading {:?} changes nothing", reading.id));
    }
    if let Method::ProrateDays { used: UsedDays::Fixed5, used_min, .. }
    | Method::PaidMinusTimeShare { used: UsedDays::Fixed5, used_min, .. } = terms.amount.method
        && used_min <= 5
    {
        remarks.push("amount.min_used never matters: used_days is always five".to_owned());
    }
    if let Some(quota) = &terms.quota {
        for field in quota.per.iter().filter(|field| UNEXPORTED.contains(&field.as_str())) {
            remarks.push(format!("quota.per needs {field}, which no export has"));
        }
        remarks.push("quota is stated, not judged yet".to_owned());
    }
    if let Some(discretion) = &terms.discretion
        && discretion.reason_codes.is_empty()
        && !discretion.lawful_during_billing_run
    {
        remarks.push("discretion names no reason code: no denial can rest on it".to_owned());
    }
    if version.expected {
        let from = version.effective.from.map(|from| from.text(Offset::BEIJING)).unwrap_or_default();
        remarks.push(format!("expected from {from}: loaded, never applied; confirm or remove it"));
    }
    remarks
}

fn window_remarks(window: &Window) -> Vec<String> {
    let mut remarks = Vec::new();
    if !matches!(window.length, Length::Days(_)) {
        if window.end_inclusive {
            remarks.push("window.end never matters: the window is not counted in days".to_owned());
        }
        if window.to_day_end {
            remarks.push("window.extend never matters: the window is not counted in days".to_owned());
        }
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
