//! Each refund in turn: what it is, before the money of completed ones is compared.

use super::{
    answer::Answer,
    bounds, completed, denied,
    draft::{Say, add, event_row, on_refund, usage_rows},
    ends,
    ledger::{Entry, Ledger, Standing, version_choice},
    side_effects,
    view::{Seen, View},
};
use crate::{
    finding::{Direction, Evidence, Finding},
    money::Money,
    policy::{Candidates, GroundKind, Unknown},
    record::{Refund, RefundStatus, Role},
};

/// The findings of every refund of the order.
pub(super) fn findings(
    candidates: &Candidates<'_>,
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &ledger.entries {
        if matches!(entry.standing, Standing::Cancelled) {
            found.extend(money_of_a_dead_refund(view, entry));
            continue;
        }
        let mut about = one(candidates, view, ledger, entry);
        for finding in &mut about {
            say_assumed(candidates, view, &entry.answer, entry.seen.refund(), finding);
        }
        found.extend(about);
    }
    found
}

/// What is said of all completed refunds of the order together, at the last of them.
pub(super) fn together(
    candidates: &Candidates<'_>,
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
) -> Vec<Finding> {
    let mut found = completed::of_order(view, ledger);
    if let Some(last) = ledger.last() {
        for finding in &mut found {
            say_assumed(candidates, view, &ledger.answer, last.seen.refund(), finding);
        }
    }
    found
}

/// Says what stood in for a fact that the export does not have.
pub(super) fn say_assumed(
    candidates: &Candidates<'_>,
    view: &View<'_>,
    answer: &Answer<'_>,
    refund: &Refund,
    finding: &mut Finding,
) {
    if answer.tried.is_some() && finding.kind.slug != Unknown::RequestTime.slug() {
        add(finding, &ends::assumed(candidates, view, answer));
    }
    if refund.assumed.tenders || view.order().assumed.tenders {
        add(finding, "The export has no split by means of payment: totals were judged.");
    }
    if let Some(link) = &refund.link {
        add(finding, &link.sentence());
    }
}

/// A refund that was withdrawn moves no money; where it did, the status is wrong.
fn money_of_a_dead_refund(view: &View<'_>, entry: &Entry<'_, '_>) -> Option<Finding> {
    let seen = entry.seen;
    if !seen.total().is_positive() {
        return None;
    }
    let mut finding = on_refund(view, &entry.answer, seen, "status-conflict", seen.total());
    finding.explanation = format!(
        "The refund's status is {}, yet the export shows {} {} returned.",
        seen.status.word(),
        seen.total().text(seen.returned().currency),
        seen.returned().currency
    );
    Some(finding)
}

/// One refund that was not withdrawn.
fn one(
    candidates: &Candidates<'_>,
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Vec<Finding> {
    let (seen, answer) = (entry.seen, &entry.answer);
    match (&entry.standing, answer.unknown()) {
        (Standing::Repetition, _) => return repetition(view, entry).into_iter().collect(),
        (Standing::OtherCurrency, _) => return currency_mismatch(view, entry).into_iter().collect(),
        (_, Some(why)) => {
            let mut found = vec![undecided(candidates, view, entry, why)];
            found.extend(bounds::findings(view, ledger, entry));
            if why == Unknown::RequestTime {
                ends::beside(candidates, view, entry, &mut found, |end| beside(view, end, seen));
            } else if seen.is_completed() && why != Unknown::DuplicateOrder {
                found.extend(side_effects::certain(view, answer, seen));
            }
            return found;
        }
        _ => {}
    }
    let mut found = Vec::new();
    if answer.tried.is_none()
        && let Some(finding) = version_dependent(view, answer, seen)
    {
        found.push(finding);
        if !entry.counts {
            return found;
        }
    }
    let by_version = matches!(entry.standing, Standing::ByVersion);
    match seen.status {
        RefundStatus::Requested => found.extend(denied::pending_too_long(view, ledger, entry)),
        RefundStatus::Approved => found.extend(denied::approved_not_paid(view, ledger, entry)),
        RefundStatus::Rejected => {
            found.extend(denied::rejected(view, ledger, entry));
            found.extend(money_despite_rejection(view, answer, seen));
        }
        RefundStatus::Completed => {
            found.extend(completed::findings(view, entry));
            if answer.tried.is_some() {
                ends::beside(candidates, view, entry, &mut found, |end| beside(view, end, seen));
            } else if !by_version {
                found.extend(side_effects::findings(view, answer, seen));
            }
        }
        RefundStatus::Cancelled => {}
    }
    found
}

/// What is said beside the sum of a refund, were it asked for at one end of its time.
fn beside(view: &View<'_>, end: &Answer<'_>, seen: Seen<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = version_dependent(view, end, seen).into_iter().collect();
    if seen.is_completed() {
        found.extend(side_effects::findings(view, end, seen));
    }
    found
}

fn repetition(view: &View<'_>, entry: &Entry<'_, '_>) -> Option<Finding> {
    let seen = entry.seen;
    let (earlier, at) = seen.row.repeats.as_ref().filter(|_| seen.total().is_positive())?;
    let mut finding = on_refund(view, &entry.answer, seen, "duplicate-refund", seen.total());
    finding.direction = Direction::Over;
    finding.evidence.push(Evidence { role: Role::Refunds, at: *at, id: earlier.to_string() });
    finding.explanation = format!(
        "Channel transaction {} already stands on refund {earlier}, and neither is marked as merged: {} {} are paid \
         twice.",
        seen.refund().channel_txn.as_deref().unwrap_or_default(),
        seen.total().text(seen.returned().currency),
        seen.returned().currency
    );
    Some(finding)
}

fn currency_mismatch(view: &View<'_>, entry: &Entry<'_, '_>) -> Option<Finding> {
    let seen = entry.seen;
    if !seen.total().is_positive() {
        return None;
    }
    let mut finding = on_refund(view, &entry.answer, seen, "currency-mismatch", seen.total());
    finding.direction = Direction::Over;
    finding.expected_total = None;
    finding.explanation = format!(
        "The order was paid in {}, the refund is in {} ({}): no amounts are compared.",
        view.order().paid.currency,
        seen.returned().currency,
        seen.returned().text()
    );
    Some(finding)
}

/// One finding named by the reason why eligibility is unknown, with what came back less what is certain of it.
fn undecided(candidates: &Candidates<'_>, view: &View<'_>, entry: &Entry<'_, '_>, why: Unknown) -> Finding {
    let (seen, answer) = (entry.seen, &entry.answer);
    let open = if entry.counts { seen.total().minus(entry.over) } else { Money::ZERO };
    let mut finding = on_refund(view, answer, seen, why.slug(), open);
    let say = Say { view };
    let certain = if entry.over.is_positive() {
        format!(" Of {}, {} are too much whatever is missing.", say.sum(seen.total()), say.sum(entry.over))
    } else {
        String::new()
    };
    let said = if why == Unknown::RequestTime {
        format!("{} The outcome turns on it.", ends::assumed(candidates, view, answer))
    } else {
        reason(view, answer, why)
    };
    finding.explanation = format!("{said} {} is undecided.{certain}", say.money(open));
    if why == Unknown::RequestTime {
        finding.readings = ends::lines(view, answer);
        for end in answer.each() {
            let grounds = &end.entitlement.grounds;
            let events = grounds.iter().flat_map(|ground| &ground.events).map(|&at| event_row(at));
            let is_use = grounds.iter().any(|ground| ground.kind == GroundKind::AfterDeduction);
            let facts = view.facts();
            let postings = facts.postings(&end.asked.question).filter(|_| is_use);
            for row in events.chain(usage_rows(postings)) {
                if !finding.evidence.contains(&row) {
                    finding.evidence.push(row);
                }
            }
        }
    }
    if why == Unknown::RejectedRow {
        let rows = view.rejected().into_iter();
        finding.evidence.extend(rows.map(|(role, at)| Evidence { role, at, id: String::new() }));
    }
    if let Some(conflict) = &view.case.conflict {
        finding.evidence.extend(super::conflict::rows(conflict, view.order().order_id.as_str()));
    }
    finding
}

/// Why an outcome is unknown, as a sentence.
pub(crate) fn reason(view: &View<'_>, answer: &Answer<'_>, why: Unknown) -> String {
    let order = view.order();
    let question = &answer.asked.question;
    let say = Say { view };
    match why {
        Unknown::NoPolicy => format!(
            "No policy covers {} / {} (order kind {}) bought {}.{}",
            order.product,
            order.package_type,
            order.kind.word(),
            say.at(question.paid_at),
            order
                .site
                .as_deref()
                .filter(|_| answer.elsewhere)
                .map(|site| format!(
                    " It was bought on the vendor's {site} site, and the policies about {} are those of another.",
                    order.product
                ))
                .unwrap_or_default()
        ),
        Unknown::PolicySilent => "The version in force names no refund window.".to_owned(),
        Unknown::OverlapPolicy => {
            format!("Two policies of equal rank match {} / {}.", order.product, order.package_type)
        }
        Unknown::CoverageGap if view.horizon.usage_covers.is_empty() => {
            "No deduction was read: that the package was unused cannot be shown.".to_owned()
        }
        Unknown::CoverageGap => format!(
            "The deduction export covers {}, not all of the time from the payment {} to the request {}: that the \
             package was unused cannot be shown.",
            view.horizon.usage_covers.text(crate::time::Offset::BEIJING),
            say.at(question.paid_at),
            say.at(question.requested_at)
        ),
        Unknown::MissingField(field) => format!("The policy needs {field}, which the export leaves empty."),
        Unknown::TimeOrder(what) => format!("The order's times contradict each other: {what}."),
        Unknown::UnknownTender(tender) => format!(
            "{} were paid by {}, of which the policy says neither that it comes back nor that it is lost.",
            say.money(order.paid.get(tender)),
            tender.word()
        ),
        Unknown::CurrencyUnknown => {
            format!("The minor unit of {} is not known, so nothing can be rounded in it.", order.paid.currency)
        }
        Unknown::RequestTime => {
            "The export has no time of the request, and the outcome turns on it.".to_owned()
        }
        Unknown::DateOnly => {
            "Only the day or the minute is written, and the outcome turns on the second: both ends were tried."
                .to_owned()
        }
        Unknown::RejectedRow => {
            let rows: Vec<String> = view.rejected().iter().map(|(_, at)| view.horizon.name(*at)).collect();
            format!(
                "A row that may be of this order was rejected ({}), and what it says could change the outcome.",
                rows.join(", ")
            )
        }
        Unknown::DuplicateOrder | Unknown::DuplicateRow => match &view.case.conflict {
            Some(conflict) => super::conflict::sentence(conflict, view.horizon),
            None => "A row stands more than once with different content.".to_owned(),
        },
    }
}

/// Versions of purchase and request that differ.
fn version_dependent(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    let choice = version_choice(view, answer)?;
    let (mine, theirs) = (choice.mine, choice.theirs);
    let say = Say { view };
    let (_, version) = answer.ruled?;
    let mut finding = on_refund(view, answer, seen, "version-dependent", mine.minus(theirs).abs());
    finding.explanation = format!(
        "Version {} of the purchase says {} ({}), version {} of the request says {} ({}): which one binds is open.",
        version.id,
        answer.entitlement.eligibility.word(),
        say.sum(mine),
        choice.other.id,
        choice.gives.eligibility.word(),
        say.sum(theirs)
    );
    Some(finding)
}

fn money_despite_rejection(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    seen.total().is_positive().then(|| {
        let mut finding = on_refund(view, answer, seen, "status-conflict", seen.total());
        finding.explanation = format!(
            "The refund's status is rejected, yet the export shows {} returned.",
            Say { view }.money(seen.total())
        );
        finding
    })
}

/// The arithmetic of what is owed.
pub(super) fn working(answer: &Answer<'_>) -> String {
    answer.entitlement.owed.as_ref().map(crate::policy::Owed::working).unwrap_or_default()
}
