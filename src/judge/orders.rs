//! What is said of the order itself: its status, its times, money not yet asked for.

use super::{
    answer::Answer,
    draft::{Say, add, cite, event_row, finding, usage_rows},
    refunds::{reason, working},
    view::{Seen, View},
};
use crate::{
    finding::{Direction, Finding},
    money::Money,
    policy::{Candidates, Eligibility, Unknown},
    record::{Basis, EventKind, OrderStatus, RefundStatus},
    time::Moment,
};

/// The findings of the order, beside those of its refunds. `answer` is that of its decisive request.
pub(super) fn findings(view: &View<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    [
        refunded_without_money(view, answer),
        money_without_status(view, answer),
        conflict_without_refund(view, answer),
        time_order(view),
        deduction_before_purchase(view, answer),
        purchase_while_overdue(view, answer),
        unclaimed(view, answer),
    ]
    .into_iter()
    .flatten()
    .chain(future_times(view))
    .collect()
}

fn owed(answer: &Answer<'_>) -> Money {
    answer.entitlement.owed.as_ref().map(|owed| owed.total).unwrap_or_default()
}

/// The order's status says refunded, and no refund is there that moved money or is on its way.
fn refunded_without_money(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let said = view.order().status == Some(OrderStatus::Refunded);
    let moved = view
        .refunds
        .iter()
        .any(|seen| matches!(seen.status, RefundStatus::Completed | RefundStatus::Approved));
    if !said || moved || !owed(answer).is_positive() {
        return None;
    }
    let say = Say { view };
    let mut draft = finding(view, "approved-not-paid", owed(answer));
    draft.direction = Direction::Under;
    draft.expected_total = Some(owed(answer));
    draft.citation = cite(answer.ruled, None);
    draft.explanation = format!(
        "The order's status is refunded, and no completed refund is in the export: {} are owed ({}).",
        say.money(owed(answer)),
        working(answer)
    );
    Some(draft)
}

/// Money came back, and the order's status, where it is stated, still says otherwise.
fn money_without_status(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let status = view.order().status?;
    // A list that keeps the status of the purchase says nothing of what came back.
    if !matches!(status, OrderStatus::Paid | OrderStatus::Refunding) || view.order().assumed.status {
        return None;
    }
    let returned: Money = view.counted().map(Seen::total).sum();
    if !returned.is_positive() || returned < owed(answer) {
        return None;
    }
    let mut draft = finding(view, "status-conflict", returned);
    draft.actual_total = Some(returned);
    draft.evidence.extend(view.counted().map(|seen| super::draft::refund_row(seen.refund())));
    draft.explanation = format!(
        "The order's status is {}, yet {} came back in a completed refund.",
        status.word(),
        Say { view }.money(returned)
    );
    for link in view.counted().filter_map(|seen| seen.refund().link.as_ref()) {
        add(&mut draft, &link.sentence());
    }
    Some(draft)
}

/// Rows that contradict each other where no refund says so already.
fn conflict_without_refund(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let Eligibility::Unknown(why @ (Unknown::DuplicateOrder | Unknown::DuplicateRow)) =
        answer.entitlement.eligibility
    else {
        return None;
    };
    let said_by_refund = view.refunds.iter().any(|seen| seen.status != RefundStatus::Cancelled);
    if said_by_refund {
        return None;
    }
    let mut draft = finding(view, why.slug(), Money::ZERO);
    draft.explanation = reason(view, answer, why);
    Some(draft)
}

fn time_order(view: &View<'_>) -> Option<Finding> {
    let order = view.order();
    let paid_at = order.paid_at.earliest();
    let delivered_at = order.delivered_at.map(Moment::latest).filter(|at| *at < paid_at)?;
    let say = Say { view };
    let mut draft = finding(view, "time-order", Money::ZERO);
    draft.explanation = format!("Delivered {} before it was paid {}.", say.at(delivered_at), say.at(paid_at));
    Some(draft)
}

/// Deductions for usage of a day before the purchase cannot be right (CSS-5, MPS-3).
fn deduction_before_purchase(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let zone = answer.ruled.map(|(policy, _)| policy.zone)?;
    let bought_on = view.order().paid_at.earliest().date_at(zone);
    let early: Vec<_> = view
        .usage()
        .iter()
        .filter(|usage| usage.basis == Basis::Deduction && usage.quantity.is_positive())
        .filter(|usage| usage.usage_start.is_some_and(|start| start.date_at(zone) < bought_on))
        .collect();
    let first = early.first()?;
    let used_on = first.usage_start?.date_at(zone);
    let mut draft = finding(view, "deduction-before-purchase", Money::ZERO);
    draft.citation = cite(answer.ruled, None);
    draft.explanation = format!(
        "Usage of {used_on} was deducted from a package bought {bought_on} ({} {}).",
        early.len(),
        if early.len() == 1 { "row" } else { "rows" }
    );
    draft.evidence.extend(usage_rows(early.into_iter()));
    Some(draft)
}

/// Some products cannot be bought while bills are overdue (LIVE-12).
fn purchase_while_overdue(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let (_, version) = answer.ruled?;
    let terms = version.terms.purchase.as_ref().filter(|purchase| purchase.forbidden_while_overdue)?;
    let paid_at = view.order().paid_at.earliest();
    let overdue = view.events_of(EventKind::AccountOverdue).find(|event| event.holds_at(paid_at))?;
    let say = Say { view };
    let mut draft = finding(view, "purchase-while-overdue", Money::ZERO);
    draft.citation = cite(answer.ruled, Some(&terms.clause));
    draft.evidence.push(event_row(overdue.at));
    draft.explanation = format!(
        "Bought {} while bills of the account were overdue since {}.",
        say.at(paid_at),
        say.at(overdue.from_at)
    );
    Some(draft)
}

/// Money that can still be had: nothing is wrong yet.
fn unclaimed(view: &View<'_>, answer: &Answer<'_>) -> Option<Finding> {
    let due = view.horizon.opportunities && view.first_request().is_none() && answer.entitlement.is_due();
    if !due || !owed(answer).is_positive() {
        return None;
    }
    let say = Say { view };
    let mut draft = finding(view, "eligible-unclaimed", owed(answer));
    draft.direction = Direction::Under;
    draft.expected_total = Some(owed(answer));
    draft.citation = cite(answer.ruled, None);
    let until = answer
        .entitlement
        .deadline
        .map_or("without a deadline".to_owned(), |at| format!("until {}", say.at(at)));
    draft.explanation =
        format!("Unused, and {} can be asked for {until} ({}).", say.money(owed(answer)), working(answer));
    Some(draft)
}

/// Rows from after the as-of date, which were not seen.
fn future_times(view: &View<'_>) -> Vec<Finding> {
    let as_of = view.horizon.as_of;
    let say = Say { view };
    let mut found = Vec::new();
    let unseen = view.case.refunds.iter().filter(|row| row.refund.requested_at.earliest() > as_of);
    for row in unseen {
        let mut draft = finding(view, "future-time", Money::ZERO);
        draft.refund_id = Some(row.refund.refund_id.clone());
        draft.currency = Some(row.refund.returned.currency);
        draft.evidence.insert(0, super::draft::refund_row(&row.refund));
        draft.explanation = format!(
            "Requested {}, after the as-of date {}: not seen.",
            say.at(row.refund.requested_at.earliest()),
            say.at(as_of)
        );
        found.push(draft);
    }
    let paid_at = view.order().paid_at.earliest();
    if paid_at > as_of {
        let mut draft = finding(view, "future-time", Money::ZERO);
        draft.explanation = format!("Paid {}, after the as-of date {}.", say.at(paid_at), say.at(as_of));
        found.push(draft);
    }
    found
}

/// An order of a kind that its product does not have (ARTC-8).
pub(super) fn upgrade_of_pack(candidates: &Candidates<'_>, view: &View<'_>) -> Option<Finding> {
    let order = view.order();
    let policy = candidates.impossible()?;
    let mut draft = finding(view, "upgrade-of-pack", Money::ZERO);
    draft.citation = cite(policy.versions.last().map(|version| (policy, version)), None);
    draft.explanation = format!(
        "The order is an {}, which {} / {} does not have.",
        order.kind.word(),
        order.product,
        order.package_type
    );
    Some(draft)
}
