//! A refund of whose request the export has no time, judged as asked for at the payment and at the completion.
//!
//! What both ends say stands, whenever between them it was asked for. What only one of them says turns on the
//! time that is missing: a person decides, with both ends before them.

use super::{
    answer::Answer,
    draft::{Say, add, on_refund},
    refunds::{one, reason},
    view::{Seen, View},
};
use crate::{
    finding::{Class, Finding},
    policy::{Eligibility, Unknown},
};

/// The findings about one refund that was not withdrawn.
pub(super) fn findings(
    view: &View<'_>,
    answer: &Answer<'_>,
    ends: &[Answer<'_>; 2],
    seen: Seen<'_>,
    place: usize,
) -> Vec<Finding> {
    let [early, late] = ends.each_ref().map(|end| one(view, end, seen, place));
    let both = ends.iter().zip([&early, &late]).zip(NAMES);
    let readings: Vec<String> = both.map(|((end, found), name)| line(view, end, found, name)).collect();
    let says = |found: &[Finding], finding: &Finding| found.iter().any(|other| same(finding, other));
    let only_early = early.iter().filter(|finding| !says(&late, finding));
    let mut turning: Vec<(Finding, &str)> = only_early.map(|finding| (finding.clone(), NAMES[0])).collect();
    let (mut found, only_late): (Vec<_>, Vec<_>) =
        late.into_iter().partition(|finding| says(&early, finding));
    turning.extend(only_late.into_iter().map(|finding| (finding, NAMES[1])));
    if answer.entitlement.eligibility == Eligibility::No {
        // Nothing is owed at either end, on a ground that stands at both: another beside it changes nothing.
        let is_ground = |slug| {
            ends.iter().flat_map(|end| &end.entitlement.grounds).any(|ground| ground.kind.slug() == slug)
        };
        turning.retain(|(finding, _)| !is_ground(finding.kind.slug));
    }
    let is_open = answer.entitlement.eligibility == Eligibility::Unknown(Unknown::RequestTime);
    if !is_open && turning.iter().all(|(finding, _)| finding.class == Class::Review) {
        // They are for a person already.
        for (mut finding, end) in turning {
            add(&mut finding, &format!("This holds for a request made at the {end}, not at the other end."));
            finding.readings.extend(readings.iter().cloned());
            found.push(finding);
        }
    } else if let Some((first, _)) = turning.first() {
        let at_risk = turning.iter().map(|(finding, _)| finding.amount_at_risk).max();
        let sum = if is_open { seen.total() } else { at_risk.unwrap_or_default() };
        let mut finding = on_refund(view, answer, seen, Unknown::RequestTime.slug(), sum);
        finding.class = Class::Review;
        finding.citation = first.citation.clone().or(finding.citation);
        finding.explanation = reason(view, answer, Unknown::RequestTime);
        for (one, end) in &turning {
            add(&mut finding, &format!("At the {end}, {}: {}", one.kind.slug, one.explanation));
            for row in &one.evidence {
                if !finding.evidence.contains(row) {
                    finding.evidence.push(row.clone());
                }
            }
        }
        finding.readings = readings;
        found.push(finding);
    }
    found
}

/// What each end of the time is called.
const NAMES: [&str; 2] = ["payment", "completion"];

/// Whether two findings, one from each end, say the same.
fn same(one: &Finding, other: &Finding) -> bool {
    let said =
        |finding: &Finding| (finding.kind.slug, finding.class, finding.direction, finding.amount_at_risk);
    said(one) == said(other)
}

/// What one end gives, for the list in the finding.
fn line(view: &View<'_>, end: &Answer<'_>, found: &[Finding], name: &str) -> String {
    let say = Say { view };
    let owed = match (&end.entitlement.owed, end.entitlement.eligibility) {
        (Some(owed), _) => format!("{} owed", say.sum(owed.total)),
        (None, Eligibility::Unknown(why)) => format!("unknown ({})", why.slug()),
        (None, _) => "unknown".to_owned(),
    };
    let told: Vec<String> = found
        .iter()
        .map(|finding| format!("{} {}", finding.kind.slug, say.sum(finding.amount_at_risk)))
        .collect();
    let told = if told.is_empty() { "agrees".to_owned() } else { told.join(", ") };
    format!("requested at the {name} {}: {owed}, {told}", say.at(end.asked.request.named_at()))
}
