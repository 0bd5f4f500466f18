//! A request of which the export has no time, judged at every instant at which its answer may change.
//!
//! What holds whenever it was made stands. What turns on the time that is missing is for a person, with what
//! each end says before them.

use super::{
    answer::{Answer, Returned, split_of},
    draft::{Say, add, on_refund},
    ledger::Entry,
    moments::lag_of,
    view::{Request, View},
};
use crate::{
    finding::{Class, Finding},
    policy::{Candidates, Eligibility, Ground, Unknown},
};

/// What each end of the time is called.
const NAMES: [&str; 2] = ["earliest request", "latest request"];

/// What holds whenever the request was made. Where a fact is missing at an end, that is why it is unknown:
/// with the fact the answers may agree. Where something is owed throughout and the sums differ, the sum nearest to
/// what came back is taken, of two the higher.
pub(super) fn combined<'b>(
    tried: Vec<Answer<'b>>,
    request: Request,
    returned: Option<Returned<'_>>,
) -> Answer<'b> {
    let (early, late) = (&tried[0], &tried[tried.len() - 1]);
    let lacks_fact = |one: &&Answer<'_>| one.unknown().is_some_and(|why| !why.is_of_rules());
    let all = |eligibility: Eligibility| tried.iter().all(|one| one.entitlement.eligibility == eligibility);
    let mut answer = if let Some(lacking) = [late, early].into_iter().find(lacks_fact) {
        lacking.clone()
    } else if all(Eligibility::No) {
        let stands_early =
            |ground: &&Ground<'_>| early.entitlement.grounds.iter().any(|one| one.kind == ground.kind);
        let shared: Vec<Ground<'b>> = late.entitlement.grounds.iter().filter(stands_early).cloned().collect();
        let mut answer = late.clone();
        if shared.is_empty() {
            answer.entitlement.leave_open(Unknown::RequestTime);
        } else {
            answer.entitlement.grounds = shared;
        }
        answer
    } else if all(Eligibility::Yes) {
        let one_sum = tried.iter().all(|one| split_of(&one.entitlement) == split_of(&late.entitlement));
        let distance = |one: &Answer<'_>, returned: Returned<'_>| {
            (one.owed().minus(returned.under(one)).abs(), std::cmp::Reverse(one.owed()))
        };
        // Of instants with one sum, the latest.
        let nearest = |returned: Returned<'_>| {
            tried.iter().rev().min_by_key(|one| distance(one, returned)).unwrap_or(late)
        };
        match returned {
            _ if one_sum => late.clone(),
            Some(returned) => nearest(returned).clone(),
            None => {
                let mut answer = late.clone();
                answer.entitlement.leave_open(Unknown::RequestTime);
                answer
            }
        }
    } else {
        let mut answer = late.clone();
        let same = |one: &Answer<'_>| one.entitlement.eligibility == late.entitlement.eligibility;
        if !tried.iter().all(same) {
            answer.entitlement.leave_open(Unknown::RequestTime);
        }
        answer
    };
    answer.asked.request = request;
    answer.tried = Some(tried.into_boxed_slice());
    answer
}

/// What was assumed of the time of a request, as a sentence.
pub(crate) fn assumed(candidates: &Candidates<'_>, view: &View<'_>, answer: &Answer<'_>) -> String {
    let say = Say { view };
    let request = answer.asked.request;
    let Some([early, late]) = answer.ends() else { return String::new() };
    let lag = match request.completed_at {
        Some(_) => format!(", at most {} before", lag_of(candidates, view, request).text()),
        None => String::new(),
    };
    format!(
        "The export has no time of the request: it was made from {} to the completion {}{lag}.",
        say.at(early.asked.request.requested_at.earliest()),
        say.at(late.asked.request.requested_at.latest()),
    )
}

/// What is said beside the sum at both ends, and what of it turns on the time that is missing.
///
/// What both ends say stands. What one of them says stands where it is a review already and the rest is decided;
/// all else becomes one review with the largest sum, or adds to the one that is there.
pub(super) fn beside<'b>(
    candidates: &Candidates<'b>,
    view: &View<'_>,
    entry: &Entry<'_, 'b>,
    found: &mut Vec<Finding>,
    judge: impl Fn(&Answer<'b>) -> Vec<Finding>,
) {
    let answer = &entry.answer;
    let Some(ends) = answer.ends() else { return };
    let [early, late] = ends.map(judge);
    let says = |found: &[Finding], finding: &Finding| found.iter().any(|other| same(finding, other));
    let only_early = early.iter().filter(|finding| !says(&late, finding));
    let mut turning: Vec<(Finding, &str)> = only_early.map(|finding| (finding.clone(), NAMES[0])).collect();
    let (both, only_late): (Vec<_>, Vec<_>) = late.into_iter().partition(|finding| says(&early, finding));
    turning.extend(only_late.into_iter().map(|finding| (finding, NAMES[1])));
    found.extend(both);
    let is_open = answer.unknown() == Some(Unknown::RequestTime);
    let (reviews, other): (Vec<_>, Vec<_>) =
        turning.into_iter().partition(|(finding, _)| !is_open && finding.class == Class::Review);
    for (mut finding, end) in reviews {
        add(&mut finding, &format!("This holds for the {end}, not at the other end of the time."));
        found.push(finding);
    }
    let largest = other.iter().map(|(finding, _)| finding.amount_at_risk).max();
    let Some(largest) = largest else { return };
    let slug = Unknown::RequestTime.slug();
    let there = found.iter().position(|finding| finding.kind.slug == slug);
    let place = there.unwrap_or_else(|| {
        let mut finding = on_refund(view, answer, entry.seen, slug, largest);
        finding.explanation = assumed(candidates, view, answer);
        finding.readings = lines(view, answer);
        found.push(finding);
        found.len() - 1
    });
    let finding = &mut found[place];
    for (one, end) in &other {
        add(finding, &format!("At the {end}, {}: {}", one.kind.slug, one.explanation));
        for row in &one.evidence {
            if !finding.evidence.contains(row) {
                finding.evidence.push(row.clone());
            }
        }
    }
}

/// Whether two findings, one from each end, say the same.
fn same(one: &Finding, other: &Finding) -> bool {
    let said =
        |finding: &Finding| (finding.kind.slug, finding.class, finding.direction, finding.amount_at_risk);
    said(one) == said(other)
}

/// What each end of the time gives, for the list in a finding.
pub(super) fn lines(view: &View<'_>, answer: &Answer<'_>) -> Vec<String> {
    let say = Say { view };
    let line = |(end, name): (&Answer<'_>, &str)| {
        let owed = match (&end.entitlement.owed, end.unknown()) {
            (_, Some(why)) => format!("unknown ({})", why.slug()),
            (Some(owed), None) if end.entitlement.grounds.is_empty() => {
                format!("{} owed", say.sum(owed.total))
            }
            _ => {
                let grounds: Vec<&str> =
                    end.entitlement.grounds.iter().map(|ground| ground.kind.slug()).collect();
                format!("nothing owed ({})", grounds.join(", "))
            }
        };
        format!("{name} {}: {owed}", say.at(end.asked.request.named_at()))
    };
    answer.ends().map(|ends| ends.into_iter().zip(NAMES).map(line).collect()).unwrap_or_default()
}
