//! What happened between the request and the payment, or the denial: grounds that arose, and use before the
//! request that was deducted only after it.

use super::{
    answer::Answer,
    draft::{Say, cite, event_row, on_refund, usage_rows},
    moments::Lag,
    view::{Seen, View},
};
use crate::{
    finding::Finding,
    money::{Money, Quantity},
    policy::{Ground, GroundKind, Question, grounds},
    record::{Basis, Usage},
    time::Instant,
};

/// Grounds that something done in between brings about. What the clock brings about is left aside (window, expiry,
/// months of neglect), and so are preconditions, quotas and renewals.
const ARISING: [GroundKind; 6] = [
    GroundKind::AfterDeduction,
    GroundKind::Suspended,
    GroundKind::LicenseActivated,
    GroundKind::ImageInUse,
    GroundKind::ServiceCompleted,
    GroundKind::ServiceBuyerCause,
];

/// When a refund was paid or denied.
#[derive(Clone, Copy, Debug)]
enum End {
    /// At that instant.
    At(Instant),
    /// At some time until then: a denial of which the export does not say when.
    Until(Instant),
}

impl End {
    fn of(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Self> {
        let refund = seen.refund();
        let asked_at = answer.asked.question.requested_at;
        let named = if seen.is_completed() {
            Some(refund.completed_at?)
        } else {
            refund.decided_at.or(refund.completed_at)
        };
        Some(match named {
            Some(at) => Self::At(at),
            None => {
                let latest = Lag::of(answer.ruled, view).after(asked_at, view.horizon);
                Self::Until(latest.min(view.horizon.as_of))
            }
        })
    }

    const fn last(self) -> Instant {
        match self {
            Self::At(at) | Self::Until(at) => at,
        }
    }
}

/// What arose in between.
struct Arisen<'b, 'c> {
    grounds: Vec<Ground<'b>>,
    /// Deductions for usage that began in between, posted after it.
    late: Vec<&'c Usage>,
}

/// A ground that stood at the payment or the denial, and not at the request: a review that names it. `sum` is what
/// came back, or was denied.
pub(super) fn changed(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>, sum: Money) -> Option<Finding> {
    if answer.tried.is_some() || !answer.entitlement.is_due() || !sum.is_positive() {
        return None;
    }
    let end = End::of(view, answer, seen)?;
    let asked_at = answer.asked.question.requested_at;
    if end.last() < asked_at {
        return None;
    }
    let Arisen { grounds, late } = arisen(view, answer, end)?;
    if grounds.is_empty() && late.is_empty() {
        return None;
    }
    let say = Say { view };
    let mut finding = on_refund(view, answer, seen, "changed-before-payment", sum);
    let mut told: Vec<String> =
        grounds.iter().map(|ground| format!("{}: {}", ground.kind.slug(), ground.why)).collect();
    for ground in &grounds {
        finding.evidence.extend(ground.events.iter().map(|&at| event_row(at)));
        if ground.kind == GroundKind::AfterDeduction {
            let question = Question { requested_at: end.last(), ..answer.asked.question };
            let postings = view.facts().postings(&question);
            finding.evidence.extend(usage_rows(postings.filter(|usage| usage.posted_at.latest() > asked_at)));
        }
    }
    if let Some(first) = late.first() {
        let began_at = first.began_at();
        told.push(format!(
            "refund-after-deduction: usage began {} and was deducted {}",
            say.at(began_at),
            say.at(first.posted_at.earliest())
        ));
        finding.evidence.extend(usage_rows(late.iter().copied()));
    }
    finding.citation = cite(answer.ruled, grounds.first().and_then(|ground| ground.clause));
    let when = match (seen.is_completed(), end) {
        (true, _) => format!("when the money moved {}", say.at(end.last())),
        (false, End::At(at)) => format!("when it was denied {}", say.at(at)),
        (false, End::Until(at)) => format!("at some time until {}, by when it was denied", say.at(at)),
    };
    finding.explanation = format!(
        "Nothing stood against the request {}, but {when} there was {}: a person decides which of the two counts.",
        say.at(asked_at),
        told.join("; ")
    );
    Some(finding)
}

fn arisen<'b, 'c>(view: &View<'c>, answer: &Answer<'b>, end: End) -> Option<Arisen<'b, 'c>> {
    let (policy, version) = answer.ruled?;
    let terms = answer.terms().unwrap_or(&version.terms);
    let facts = view.facts();
    let asked_at = answer.asked.question.requested_at;
    let mut found: Vec<Ground<'b>> = Vec::new();
    for at in moments(view, asked_at, end) {
        let question = Question { requested_at: at, ..answer.asked.question };
        let (standing, _) = grounds(policy, terms, &facts, &question);
        for ground in standing.into_iter().filter(|ground| ARISING.contains(&ground.kind)) {
            if !found.iter().any(|one| one.kind == ground.kind) {
                found.push(ground);
            }
        }
    }
    let mut late = Vec::new();
    if terms.usage.deduction_excludes {
        let is_within = |usage: &&Usage| {
            let began_within =
                usage.usage_start.is_some_and(|start| asked_at <= start && start <= end.last());
            usage.basis == Basis::Deduction && began_within && usage.posted_at.earliest() > end.last()
        };
        late = view.usage().iter().filter(is_within).collect();
        if !net(&late).is_positive() {
            late.clear();
        }
    }
    Some(Arisen { grounds: found, late })
}

fn net(rows: &[&Usage]) -> Quantity {
    rows.iter().fold(Quantity::ZERO, |sum, usage| sum.plus(usage.quantity))
}

/// The instants at which grounds are tested: the one that is named, or each of a span at which one may begin.
fn moments(view: &View<'_>, asked_at: Instant, end: End) -> Vec<Instant> {
    let until = match end {
        End::At(at) => return vec![at],
        End::Until(at) => at,
    };
    let order = view.order();
    let licenses = [order.license_activated_at, order.linked_license_activated_at].into_iter().flatten();
    let postings = view.usage().iter().map(|usage| usage.posted_at.latest());
    let events = view.facts().events.iter().map(|event| event.from_at);
    let all = licenses.chain(postings).chain(events).chain([until]);
    let mut within: Vec<Instant> = all.filter(|at| asked_at <= *at && *at <= until).collect();
    within.sort_unstable();
    within.dedup();
    within
}

/// Deductions for usage that began before the request, posted only after it; none where the policy does not test
/// use or these come to nothing.
pub(super) fn consumed<'c>(view: &View<'c>, answer: &Answer<'_>) -> Vec<&'c Usage> {
    let tests_use = answer.terms().is_some_and(|terms| terms.usage.deduction_excludes);
    if !tests_use || !answer.entitlement.is_due() {
        return Vec::new();
    }
    let asked_at = answer.asked.question.requested_at;
    let is_early = |usage: &&Usage| {
        usage.basis == Basis::Deduction
            && usage.usage_start.is_some_and(|start| start < asked_at)
            && usage.posted_at.earliest() > asked_at
    };
    let rows: Vec<&Usage> = view.usage().iter().filter(is_early).collect();
    if net(&rows).is_positive() { rows } else { Vec::new() }
}

/// Whether the page of the policy that rules says that use is what was deducted.
pub(super) fn is_use_by_deduction(answer: &Answer<'_>) -> bool {
    answer.terms().is_some_and(|terms| terms.usage.defined_by_deduction)
}

/// The name of the reading under which a package was used when it was consumed, whenever that was deducted.
const USE_BY_CONSUMPTION: &str = "use-by-consumption";

/// Why a package that was consumed before the request was used under the reading that goes by consumption.
pub(super) fn used_by_consumption(
    view: &View<'_>,
    answer: &Answer<'_>,
) -> Option<(String, Vec<crate::finding::Evidence>)> {
    let rows = consumed(view, answer);
    let first = rows.first().filter(|_| !is_use_by_deduction(answer))?;
    let say = Say { view };
    let why = format!(
        "under the reading {USE_BY_CONSUMPTION} nothing is owed: usage began {}, before the request, and was deducted \
         {}, after it",
        say.at(first.began_at()),
        say.at(first.posted_at.earliest())
    );
    Some((why, usage_rows(rows.into_iter()).collect()))
}

/// A refund of a package that was consumed before the request and deducted after it, where the page does not say
/// that use is the deduction.
pub(super) fn paid_by_reading(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    let (why, rows) = used_by_consumption(view, answer).filter(|_| seen.total().is_positive())?;
    let (_, version) = answer.ruled?;
    let mut finding = on_refund(view, answer, seen, "reading-dependent", seen.total());
    finding.citation = cite(answer.ruled, Some(&version.terms.usage.clause));
    let say = Say { view };
    finding.explanation = format!("{} came back; {why}.", say.money(seen.total()));
    finding.evidence.extend(rows);
    finding.readings.push(format!("{USE_BY_CONSUMPTION}: not eligible"));
    Some(finding)
}
