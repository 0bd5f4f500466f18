//! What an audit may say of a refund whose request has no time in the export, held against the set that knows
//! the time: nothing that the time contradicts, and where something is left out, a review with both ends or a
//! fact that is missing at one of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

use refund_audit::{
    engine::Audit,
    finding::{Class, Finding},
    money::Money,
};

use crate::{
    compare::run,
    rules::{REQUEST_IS_COMPLETION, Rule},
    set::{Set, get},
};

/// What may hold between the ends and at neither: a suspension that is over before the money comes back, a window
/// of rules that are others by then.
const COMES_AND_GOES: [&str; 2] = ["refund-while-suspended", "refund-out-of-window"];

/// Whether the rules of a layout leave the time of the request out.
pub(crate) fn are_tried(rules: &[Rule]) -> bool {
    rules.iter().any(is_the_rule)
}

fn is_the_rule(rule: &Rule) -> bool {
    rule.says == REQUEST_IS_COMPLETION.says
}

/// Holds the findings about refunds that were asked for between their payment and their completion against
/// those of the set with the time of the request. Gives how many turn on that time.
pub(crate) fn hold(
    rules: &[Rule],
    original: &Set,
    found: &Audit,
    folder: &Path,
    complaints: &mut String,
) -> usize {
    if !are_tried(rules) {
        return 0;
    }
    let mut known = original.clone();
    for rule in rules.iter().filter(|rule| !is_the_rule(rule)) {
        (rule.apply)(&mut known);
    }
    let files = known.files().into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let wanted = run(folder, &files.collect::<Vec<_>>());
    let (wanted, found) = (of_refunds(&wanted), of_refunds(found));
    let orders = known.known();
    let mut turning = 0;
    for refund in &known.refunds {
        let asked = get(refund, "requested_at");
        let is_between = orders
            .order_of(refund)
            .is_some_and(|order| get(order, "paid_at") <= asked && asked <= get(refund, "completed_at"));
        if !is_between {
            continue;
        }
        let id = get(refund, "refund_id");
        let of = |all: &BTreeMap<String, Vec<Finding>>| all.get(id).cloned().unwrap_or_default();
        let (wanted, found) = (of(&wanted), of(&found));
        let reviews: Vec<&Finding> = found.iter().filter(|one| is_review(one)).collect();
        turning += reviews.len();
        let (told, so) = (mismatches(&found), mismatches(&wanted));
        if reviews.len() > 1 {
            writeln!(complaints, "refund {id}: more than one review of both ends").unwrap();
        }
        // What is certain whatever the time was is named by how much it is at least, not by its cause.
        let is_bound = |(kind, sum): &(&str, Money)| {
            ["refund-overpaid", "cumulative-over-refund"].contains(kind) && so.iter().any(|(_, so)| so >= sum)
        };
        for one in told.difference(&so).filter(|one| !is_bound(one)) {
            writeln!(complaints, "refund {id}: {one:?} is told, and not so at {asked}").unwrap();
        }
        let is_left_open = !reviews.is_empty() || found.iter().any(|one| one.class == Class::Data);
        let left_out =
            so.difference(&told).filter(|(kind, _)| !is_left_open && !COMES_AND_GOES.contains(kind));
        for one in left_out {
            writeln!(complaints, "refund {id}: {one:?} is so at {asked}, neither told nor left open")
                .unwrap();
        }
    }
    turning
}

/// The findings about each refund.
fn of_refunds(audit: &Audit) -> BTreeMap<String, Vec<Finding>> {
    let mut of: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in &audit.findings {
        if let Some(refund) = &finding.refund_id {
            of.entry(refund.to_string()).or_default().push(finding.clone());
        }
    }
    of
}

fn is_review(finding: &Finding) -> bool {
    let ends = ["earliest request ", "latest request "];
    finding.kind.slug == "request-time-unknown"
        && finding.class == Class::Review
        && ends.iter().all(|end| finding.readings.iter().any(|line| line.starts_with(end)))
}

/// What is held against the vendor or the customer: kind and sum.
fn mismatches(findings: &[Finding]) -> BTreeSet<(&'static str, Money)> {
    let mismatches = findings.iter().filter(|finding| finding.class == Class::Mismatch);
    mismatches.map(|finding| (finding.kind.slug, finding.amount_at_risk)).collect()
}
