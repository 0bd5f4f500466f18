//! Requests that no money followed: denied, approved and not paid, left open too long.

use super::{
    answer::Answer,
    between,
    draft::{Say, cite, event_row, on_refund, reading_lines, refund_row},
    ledger::{Entry, Ledger},
    refunds::working,
    view::{Seen, View},
};
use crate::{
    finding::{Class, Direction, Evidence, Finding, Severity},
    money::Money,
    policy::{Eligibility, Version, evaluate},
    record::EventKind,
    time::Instant,
};

/// What is still open of what a request was owed: all that came back for the order, earlier or later, owed or not,
/// is taken off.
fn open(ledger: &Ledger<'_, '_>, entry: &Entry<'_, '_>) -> Option<Money> {
    let open = entry.answer.owed().minus(ledger.all_back);
    (entry.answer.entitlement.is_due() && open.is_positive()).then_some(open)
}

/// A finding about money that is open.
fn draft(view: &View<'_>, entry: &Entry<'_, '_>, slug: &'static str, amount: Money) -> Finding {
    let mut finding = on_refund(view, &entry.answer, entry.seen, slug, amount);
    finding.direction = Direction::Under;
    finding.actual_total = None;
    finding
}

/// What of it had come back, in words.
fn less(say: Say<'_, '_>, owed: Money, open: Money) -> String {
    if open == owed {
        return String::new();
    }
    format!(", of which {} came back otherwise: {} are open", say.sum(owed.minus(open)), say.sum(open))
}

/// Undecided past the time the vendor promises.
pub(super) fn pending_too_long(
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Option<Finding> {
    let open = open(ledger, entry)?;
    let answer = &entry.answer;
    let (policy, version) = answer.ruled?;
    let limit = version.terms.processing.as_ref()?;
    let asked_at = answer.asked.request.requested_at.latest();
    let due = limit.due(asked_at, view.order().site.as_deref(), policy.zone, &view.horizon.calendar);
    if view.horizon.as_of < due.at {
        return None;
    }
    let say = Say { view };
    let mut finding = draft(view, entry, "pending-too-long", open);
    finding.citation = cite(answer.ruled, Some(&limit.clause));
    finding.explanation = format!(
        "Requested {}, to be decided by {} ({}), still undecided {}: {} are owed{}.",
        say.at(answer.asked.request.requested_at.earliest()),
        due.by,
        due.span,
        say.at(view.horizon.as_of),
        say.money(answer.owed()),
        less(say, answer.owed(), open)
    );
    Some(finding)
}

pub(super) fn approved_not_paid(
    view: &View<'_>,
    ledger: &Ledger<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Option<Finding> {
    let open = open(ledger, entry)?;
    let answer = &entry.answer;
    let say = Say { view };
    let mut finding = draft(view, entry, "approved-not-paid", open);
    finding.explanation = format!(
        "The refund is approved, and by {} no money has moved: {} are owed ({}){}.",
        say.at(view.horizon.as_of),
        say.money(answer.owed()),
        working(answer),
        less(say, answer.owed(), open)
    );
    Some(finding)
}

/// A denial in words.
fn denial(seen: Seen<'_>) -> String {
    match seen.refund().reason.as_deref().unwrap_or_default() {
        "" => "without a reason".to_owned(),
        reason => format!("as {reason:?}"),
    }
}

/// A denial: lawful, reserved, open to reading, or wrong. One of which nothing was left is silent.
pub(super) fn rejected(view: &View<'_>, ledger: &Ledger<'_, '_>, entry: &Entry<'_, '_>) -> Option<Finding> {
    let (answer, seen) = (&entry.answer, entry.seen);
    let (_, version) = answer.ruled.filter(|_| answer.entitlement.is_due())?;
    let denied = answer.owed().minus(ledger.back_before(entry));
    if !denied.is_positive() || denied_in_billing_run(view, answer, seen).is_some() {
        return None;
    }
    let say = Say { view };
    let reason = seen.refund().reason.as_deref().unwrap_or_default();
    let reserved =
        version.terms.discretion.as_ref().filter(|d| d.reason_codes.iter().any(|code| code == reason));
    let mut finding = if let Some(discretion) = reserved {
        let mut finding = draft(view, entry, "discretionary-rejection", denied);
        finding.citation = cite(answer.ruled, Some(&discretion.clause));
        finding.explanation = format!(
            "Eligible for {}, denied {}: the vendor reserved that reason, so a person decides.",
            say.money(denied),
            denial(seen)
        );
        finding
    } else if let Some((why, rows)) = denied_by_reading(view, answer)
        .or_else(|| between::used_by_consumption(view, answer))
        .or_else(|| former_denies(view, answer))
    {
        let mut finding = draft(view, entry, "reading-dependent", denied);
        finding.evidence.extend(rows);
        finding.explanation = format!(
            "Eligible for {} under {}, denied {}; {why}.",
            say.money(denied),
            version.id,
            denial(seen)
        );
        finding
    } else if let Some(mut finding) = between::changed(view, answer, seen, denied) {
        finding.direction = Direction::Under;
        finding.actual_total = None;
        finding
    } else {
        wrongly(view, ledger, entry, version)
    };
    finding.readings = reading_lines(&answer.readings(view), say.currency());
    Some(finding)
}

/// The readings under which nothing is owed.
fn denied_by_reading(view: &View<'_>, answer: &Answer<'_>) -> Option<(String, Vec<Evidence>)> {
    let readings = answer.readings(view);
    let against: Vec<&str> = readings
        .iter()
        .filter(|(_, gives)| !gives.is_due())
        .map(|(reading, _)| reading.id.as_str())
        .collect();
    let why = || format!("under the reading {} nothing is owed", against.join(", "));
    (!against.is_empty()).then(|| (why(), Vec::new()))
}

/// Where a version is rolled out step by step: whether the one before it denies the request.
fn former_denies(view: &View<'_>, answer: &Answer<'_>) -> Option<(String, Vec<Evidence>)> {
    let (policy, version) = answer.ruled.filter(|(_, version)| version.rollout_gradual)?;
    let is_former = |one: &&Version| one.held.is_none() && one.effective.to == version.effective.from;
    let former = policy.versions.iter().find(is_former)?;
    let gives = evaluate(policy, &former.terms, &view.facts(), &answer.asked.question);
    let denies = gives.eligibility == Eligibility::No;
    denies.then(|| {
        let grounds: Vec<String> = gives.grounds.iter().map(|ground| ground.why.to_string()).collect();
        let why = format!(
            "{} rolls that version out step by step, and under {} before it nothing is owed ({})",
            policy.vendor,
            former.id,
            grounds.join("; ")
        );
        (why, Vec::new())
    })
}

/// A denial that no rule explains; where the money came after all, it was made good.
fn wrongly(view: &View<'_>, ledger: &Ledger<'_, '_>, entry: &Entry<'_, '_>, version: &Version) -> Finding {
    let (answer, seen) = (&entry.answer, entry.seen);
    let say = Say { view };
    let open = open(ledger, entry);
    let mut finding = draft(view, entry, "eligible-refund-denied", open.unwrap_or_default());
    let terms = answer.terms().unwrap_or(&version.terms);
    let window = terms.window_of(&view.order().package_type).map(|window| &window.clause);
    finding.citation = cite(answer.ruled, window);
    let deadline = answer.entitlement.deadline.map(|at| format!(", in time (until {})", say.at(at)));
    let said = format!(
        "Denied {}, yet no ground stands against it: requested {}{}, and {} are owed ({})",
        denial(seen),
        say.at(answer.asked.request.requested_at.earliest()),
        deadline.unwrap_or_default(),
        say.money(answer.owed()),
        working(answer)
    );
    if let Some(open) = open {
        finding.explanation = format!("{said}{}.", less(say, answer.owed(), open));
        return finding;
    }
    finding.class = Class::Review;
    finding.severity = Severity::Low;
    let made_good = made_good(view, ledger, answer.owed());
    let on = made_good.and_then(|(_, at)| at).map_or(String::new(), |at| format!(" on {}", say.at(at)));
    finding.explanation = format!("{said}; made good{on}.");
    finding.evidence.extend(made_good.map(|(seen, _)| refund_row(seen.refund())));
    finding
}

/// The refund with which a sum had come back in full, and when it was completed.
fn made_good<'c>(
    view: &View<'c>,
    ledger: &Ledger<'c, '_>,
    owed: Money,
) -> Option<(Seen<'c>, Option<Instant>)> {
    let mut back = Money::ZERO;
    ledger.entries.iter().filter(|entry| entry.counts).find_map(|entry| {
        back = back.plus(entry.rest);
        let at = entry.seen.refund().completed_at.filter(|at| *at <= view.horizon.as_of);
        (back >= owed).then_some((entry.seen, at))
    })
}

/// Whether a denial fell into a billing run, where the vendor's page makes that lawful (CSS-6): by the
/// runs of the product where the exports have any, else by the reason given.
fn denied_in_billing_run(view: &View<'_>, answer: &Answer<'_>, seen: Seen<'_>) -> Option<Evidence> {
    let (_, version) = answer.ruled?;
    version.terms.discretion.as_ref().filter(|discretion| discretion.lawful_during_billing_run)?;
    let mut runs = view.events_of(EventKind::BillingRun).peekable();
    if runs.peek().is_none() {
        let named = seen.refund().reason.as_deref() == Some("billing_in_progress");
        return named.then(|| refund_row(seen.refund()));
    }
    runs.find(|run| run.holds_at(answer.asked.request.requested_at.earliest())).map(|run| event_row(run.at))
}
