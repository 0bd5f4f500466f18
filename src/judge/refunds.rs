//! Each refund in turn: what it is, before the money of completed ones is compared.

use super::{
    answer::Answer,
    completed,
    draft::{Say, add, event_row, on_refund, reading_lines},
    ends, side_effects,
    view::{Request, Seen, View},
};
use crate::{
    finding::{Class, Direction, Evidence, Finding},
    money::Money,
    policy::{Candidates, Eligibility, Unknown},
    record::{EventKind, Refund, RefundStatus, Role},
};

/// The findings of every refund of the order.
pub(super) fn findings(candidates: &Candidates<'_>, view: &View<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, &seen) in view.refunds.iter().enumerate() {
        let refund = seen.refund();
        if seen.status == RefundStatus::Cancelled {
            found.extend(money_of_a_dead_refund(view, candidates, seen));
            continue;
        }
        let answer = Answer::of(candidates, view, view.request_of(seen));
        let mut about = match answer.ends.as_deref() {
            Some(ends) if !lacks_fact(&answer) => ends::findings(view, &answer, ends, seen, place),
            _ => one(view, &answer, seen, place),
        };
        for finding in &mut about {
            say_assumed(view, refund, answer.asked.request, finding);
        }
        found.extend(about);
    }
    found
}

/// Whether another fact than the time of the request is missing, so that trying both ends shows nothing.
fn lacks_fact(answer: &Answer<'_>) -> bool {
    match answer.entitlement.eligibility {
        Eligibility::Unknown(why) => why != Unknown::RequestTime && !why.is_of_rules(),
        _ => false,
    }
}

/// Says what stood in for a fact that the export does not have.
fn say_assumed(view: &View<'_>, refund: &Refund, request: Request, finding: &mut Finding) {
    let is_said = finding.kind.slug == Unknown::RequestTime.slug() && finding.class == Class::Review;
    if request.assumed && !is_said {
        add(
            finding,
            "The export has no time of the request: the payment and the completion were both tried.",
        );
    }
    if refund.assumed.tenders || view.order().assumed.tenders {
        add(finding, "The export has no split by means of payment: totals were judged.");
    }
    if let Some(link) = &refund.link {
        add(finding, &link.sentence());
    }
}

/// A refund that was withdrawn moves no money; where it did, the status is wrong.
fn money_of_a_dead_refund(view: &View<'_>, candidates: &Candidates<'_>, seen: Seen<'_>) -> Option<Finding> {
    if !seen.total().is_positive() {
        return None;
    }
    let answer = Answer::of(candidates, view, view.request_of(seen));
    let mut finding = on_refund(view, &answer, seen, "status-conflict", seen.total());
    finding.explanation = format!(
        "The refund's status is {}, yet the export shows {} {} returned.",
        seen.status.word(),
        seen.total().text(seen.returned().currency),
        seen.returned().currency
    );
    Some(finding)
}

/// One refund that was not withdrawn.
pub(super) fn one(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>, place: usize) -> Vec<Finding> {
    let refund = seen.refund();
    if let Some((earlier, at)) = &seen.row.repeats {
        let mut finding = on_refund(view, answer, seen, "duplicate-refund", seen.total());
        finding.direction = Direction::Over;
        finding.evidence.push(Evidence { role: Role::Refunds, at: *at, id: earlier.to_string() });
        finding.explanation = format!(
            "Channel transaction {} already stands on refund {earlier}, and neither is marked as merged: {} {} \
             are paid twice.",
            refund.channel_txn.as_deref().unwrap_or_default(),
            seen.total().text(seen.returned().currency),
            seen.returned().currency
        );
        return vec![finding];
    }
    if seen.returned().currency != view.order().paid.currency {
        return vec![currency_mismatch(view, answer, seen)];
    }
    if let Eligibility::Unknown(why) = answer.entitlement.eligibility {
        return vec![undecided(view, answer, seen, why)];
    }
    let mut found = Vec::new();
    if let Some((finding, goes_on)) = version_dependent(view, answer, seen) {
        found.push(finding);
        if !goes_on {
            return found;
        }
    }
    match seen.status {
        RefundStatus::Requested => found.extend(pending_too_long(view, answer, seen)),
        RefundStatus::Approved => found.extend(approved_not_paid(view, answer, seen)),
        RefundStatus::Rejected => {
            found.extend(rejected(view, answer, seen));
            found.extend(money_despite_rejection(view, answer, seen));
        }
        RefundStatus::Completed => {
            found.extend(completed::findings(view, answer, seen, place));
            found.extend(side_effects::findings(view, answer, seen));
        }
        RefundStatus::Cancelled => {}
    }
    found
}

fn currency_mismatch(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Finding {
    let mut finding = on_refund(view, answer, seen, "currency-mismatch", seen.total());
    finding.expected_total = None;
    finding.explanation = format!(
        "The order was paid in {}, the refund is in {} ({}): no amounts are compared.",
        view.order().paid.currency,
        seen.returned().currency,
        seen.returned().text()
    );
    finding
}

/// One finding named by the reason why eligibility is unknown.
fn undecided(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>, why: Unknown) -> Finding {
    let mut finding = on_refund(view, answer, seen, why.slug(), seen.total());
    let say = Say { view };
    finding.explanation = format!("{} {} is undecided.", reason(view, answer, why), say.money(seen.total()));
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
        Unknown::RequestTime => format!(
            "The export has no time of the request, which lies between the payment {} and the completion {}: \
             both were tried, and the outcome turns on it.",
            say.at(order.paid_at.earliest()),
            say.at(answer.asked.request.requested_at.latest())
        ),
        Unknown::DateOnly => {
            "Only the day or the minute is written, and the outcome turns on the second: both ends were tried."
                .to_owned()
        }
        Unknown::DuplicateOrder | Unknown::DuplicateRow => match &view.case.conflict {
            Some(conflict) => super::conflict::sentence(conflict, view.horizon),
            None => "A row stands more than once with different content.".to_owned(),
        },
    }
}

/// Versions of purchase and request that differ: the finding, and whether judging goes on.
fn version_dependent(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<(Finding, bool)> {
    let (other, gives) = answer.at_request(view)?;
    let total = |owed: &Option<crate::policy::Owed>| owed.as_ref().map(|owed| owed.total).unwrap_or_default();
    let (mine, theirs) = (total(&answer.entitlement.owed), total(&gives.owed));
    let same_eligibility = answer.entitlement.eligibility.word() == gives.eligibility.word();
    if same_eligibility && mine == theirs {
        return None;
    }
    let say = Say { view };
    let (_, version) = answer.ruled?;
    let mut finding = on_refund(view, answer, seen, "version-dependent", mine.minus(theirs).abs());
    finding.explanation = format!(
        "Version {} of the purchase says {} ({}), version {} of the request says {} ({}): which one binds is open.",
        version.id,
        answer.entitlement.eligibility.word(),
        say.sum(mine),
        other.id,
        gives.eligibility.word(),
        say.sum(theirs)
    );
    let goes_on = seen.is_completed() && seen.total() != mine && seen.total() != theirs;
    Some((finding, goes_on))
}

fn expected(answer: &Answer<'_>) -> Money {
    answer.entitlement.owed.as_ref().map(|owed| owed.total).unwrap_or_default()
}

/// Undecided past the time the vendor promises.
fn pending_too_long(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    let (policy, version) = answer.ruled?;
    let limit = version.terms.processing.as_ref().filter(|_| answer.entitlement.is_due())?;
    let asked_at = answer.asked.request.requested_at.latest();
    let due = limit.due(asked_at, view.order().site.as_deref(), policy.zone, &view.horizon.calendar);
    if view.horizon.as_of < due.at {
        return None;
    }
    let say = Say { view };
    let mut finding = on_refund(view, answer, seen, "pending-too-long", expected(answer));
    finding.direction = Direction::Under;
    finding.actual_total = None;
    finding.citation = super::draft::cite(answer.ruled, Some(&limit.clause));
    finding.explanation = format!(
        "Requested {}, to be decided by {} ({}), still undecided {}: {} are owed.",
        say.at(answer.asked.request.requested_at.earliest()),
        due.by,
        due.span,
        say.at(view.horizon.as_of),
        say.money(expected(answer))
    );
    Some(finding)
}

fn approved_not_paid(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    answer.entitlement.is_due().then(|| {
        let say = Say { view };
        let mut finding = on_refund(view, answer, seen, "approved-not-paid", expected(answer));
        finding.direction = Direction::Under;
        finding.actual_total = None;
        finding.explanation = format!(
            "The refund is approved, and by {} no money has moved: {} are owed ({}).",
            say.at(view.horizon.as_of),
            say.money(expected(answer)),
            working(answer)
        );
        finding
    })
}

/// A denial: lawful, reserved, open to reading, or wrong.
fn rejected(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Finding> {
    let (policy, version) = answer.ruled.filter(|_| answer.entitlement.is_due())?;
    if denied_in_billing_run(view, answer, seen).is_some() {
        return None;
    }
    let say = Say { view };
    let owed = expected(answer);
    let reason = seen.refund().reason.as_deref().unwrap_or_default();
    let denial = if reason.is_empty() { "without a reason".to_owned() } else { format!("as {reason:?}") };
    let reserved =
        version.terms.discretion.as_ref().filter(|d| d.reason_codes.iter().any(|code| code == reason));
    let readings = answer.readings(view);
    let against: Vec<&str> = readings
        .iter()
        .filter(|(_, gives)| !gives.is_due())
        .map(|(reading, _)| reading.id.as_str())
        .collect();
    let mut finding = if let Some(discretion) = reserved {
        let mut finding = on_refund(view, answer, seen, "discretionary-rejection", owed);
        finding.citation = super::draft::cite(answer.ruled, Some(&discretion.clause));
        finding.explanation = format!(
            "Eligible for {}, denied {denial}: the vendor reserved that reason, so a person decides.",
            say.money(owed)
        );
        finding
    } else if version.rollout_gradual || !against.is_empty() {
        let mut finding = on_refund(view, answer, seen, "reading-dependent", owed);
        finding.explanation = if against.is_empty() {
            format!(
                "Eligible for {} under version {}, which {} rolls out step by step; denied {denial}, which the former \
                 rule may explain.",
                say.money(owed),
                version.id,
                policy.vendor
            )
        } else {
            format!(
                "Eligible for {}, denied {denial}; under the reading {} nothing is owed.",
                say.money(owed),
                against.join(", ")
            )
        };
        finding
    } else {
        let mut finding = on_refund(view, answer, seen, "eligible-refund-denied", owed);
        let window = version.terms.window_of(&view.order().package_type).map(|window| &window.clause);
        finding.citation = super::draft::cite(answer.ruled, window);
        let deadline = answer.entitlement.deadline.map(|at| format!(", in time (until {})", say.at(at)));
        finding.explanation = format!(
            "Denied {denial}, yet no ground stands against it: requested {}{}, and {} are owed ({}).",
            say.at(answer.asked.request.requested_at.earliest()),
            deadline.unwrap_or_default(),
            say.money(owed),
            working(answer)
        );
        finding
    };
    finding.direction = Direction::Under;
    finding.actual_total = None;
    finding.readings = reading_lines(&readings, say.currency());
    Some(finding)
}

/// Whether a denial fell into a billing run, where the vendor's page makes that lawful (CSS-6): by the
/// runs of the product where the exports have any, else by the reason given.
fn denied_in_billing_run(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Evidence> {
    let (_, version) = answer.ruled?;
    version.terms.discretion.as_ref().filter(|discretion| discretion.lawful_during_billing_run)?;
    let mut runs = view.events_of(EventKind::BillingRun).peekable();
    if runs.peek().is_none() {
        let named = seen.refund().reason.as_deref() == Some("billing_in_progress");
        return named.then(|| super::draft::refund_row(seen.refund()));
    }
    runs.find(|run| run.holds_at(answer.asked.request.requested_at.earliest())).map(|run| event_row(run.at))
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
