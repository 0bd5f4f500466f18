//! When a refund was asked for: at its own time, or, where a bill has none, at some time before the completion.

use std::collections::BTreeSet;

use super::{
    calendar::{DAY, day_of, midnight_of, months_later},
    cells::Moment,
    facts::{Refund, Sums},
    judged::{lost, terms_of},
    owed::{Ask, Case, Due, Eligible, Run, window_end},
    terms::{Length, Terms},
};

/// A refund with the answer to its request.
#[derive(Clone)]
pub(super) struct Asked<'f> {
    pub(super) refund: &'f Refund,
    pub(super) due: Due<'f>,
    /// Every instant at which it may have been asked for and at which the answer may be another.
    pub(super) instants: Vec<Moment>,
    /// Whether the export has no time of the request.
    pub(super) is_bill: bool,
}

impl<'f> Asked<'f> {
    /// Puts the request. `before` came back by earlier refunds, `all_back` by all of the order.
    pub(super) fn of(
        run: &Run<'f>,
        case: &Case<'f>,
        refund: &'f Refund,
        before: i128,
        all_back: i128,
    ) -> Self {
        let ask = |at: Moment| Ask { at, refund: Some(refund) };
        match refund.completed_at {
            Some(done) if refund.without_time && refund.status == "completed" => {
                let from = earliest(run, case, refund, done);
                let instants: Vec<Moment> =
                    instants(run, case, from, done).into_iter().map(Moment::exact).collect();
                let dues: Vec<Due<'f>> = instants.iter().map(|at| run.due(case, ask(*at))).collect();
                let due = of_any_time(&dues, refund, before, all_back);
                Self { refund, due, instants, is_bill: true }
            }
            _ => {
                let due = run.due(case, ask(refund.requested_at));
                Self { refund, due, instants: vec![refund.requested_at], is_bill: false }
            }
        }
    }
}

/// The earliest time at which a refund that was completed then may have been asked for.
fn earliest<'f>(run: &Run<'f>, case: &Case<'f>, refund: &'f Refund, done: i64) -> i64 {
    let due = run.due(case, Ask { at: Moment::exact(done), refund: Some(refund) });
    let promise = terms_of(&due).and_then(|terms| terms.processing);
    let from = match promise {
        Some(promise) => match promise.business_days {
            Some(days) => run.facts.business.reaching_back(done, days),
            None => done - promise.time,
        },
        None => done - run.lag,
    };
    from.max(case.order.paid_at.first).min(done)
}

/// One answer from those of all instants.
fn of_any_time<'f>(dues: &[Due<'f>], refund: &Refund, before: i128, all_back: i128) -> Due<'f> {
    let (first, last) = (dues[0].clone(), dues[dues.len() - 1].clone());
    for end in [&last, &first] {
        let by_policy = |reason: &str| ["no-policy", "policy-silent", "overlap-policy"].contains(&reason);
        let at_both = first.eligible == last.eligible;
        if matches!(end.eligible, Eligible::Unknown(reason) if at_both || !by_policy(reason)) {
            let mut unknown = end.clone();
            unknown.best = best_of(dues);
            return unknown;
        }
    }
    if dues.iter().all(|due| due.eligible == Eligible::No) {
        let common: Vec<&'static str> =
            last.grounds.iter().filter(|ground| first.grounds.contains(ground)).copied().collect();
        if !common.is_empty() {
            return Due { grounds: common, ..last };
        }
    }
    if dues.iter().all(Due::is_owed) {
        let back = before + refund.total() - lost(terms_of(&last), refund);
        let back = back.max(all_back);
        let nearest = dues.iter().min_by_key(|due| ((due.total() - back).abs(), -due.total()));
        let nearest = nearest.unwrap_or(&last);
        return Due { split: nearest.split, best: nearest.split, ..last.clone() };
    }
    Due {
        eligible: Eligible::Unknown("request-time-unknown"),
        grounds: Vec::new(),
        split: Sums::default(),
        best: best_of(dues),
        ..last
    }
}

fn best_of(dues: &[Due<'_>]) -> Sums {
    dues.iter().max_by_key(|due| due.most()).map(|due| due.best).unwrap_or_default()
}

/// Instants of a span around every one at which an answer may change.
pub(super) fn instants(run: &Run<'_>, case: &Case<'_>, from: i64, to: i64) -> Vec<i64> {
    let order = case.order;
    let mut turns: Vec<i64> = Vec::new();
    let anchors = [Some(order.paid_at), order.delivered_at, order.effective_at]
        .into_iter()
        .flatten()
        .map(|one| one.first);
    let anchors: Vec<i64> = anchors.chain(order.period_start).collect();
    let about = run.book.policies.iter().filter(|policy| policy.is_about(order));
    for version in about.flat_map(|policy| &policy.versions) {
        turns.extend([version.from, version.to]);
        for terms in
            std::iter::once(&version.terms).chain(version.readings.iter().map(|reading| &reading.terms))
        {
            turns_of_terms(run, case, terms, &anchors, &mut turns);
        }
    }
    for event in &case.events {
        turns.extend([Some(event.at), event.until, Some(months_later(event.at, 3))].into_iter().flatten());
    }
    turns.extend(case.usage.iter().map(|usage| usage.posted_at.first));
    turns.extend(case.usage.iter().filter_map(|usage| usage.start));
    turns.extend(order.expires_at.map(|end| end.first));
    turns.extend([order.license_at, order.linked_license_at, order.period_end].into_iter().flatten());
    let (first, last) = (day_of(from), day_of(to));
    turns.extend((first..=last + 1).map(midnight_of));
    for anchor in anchors {
        turns.extend((0..=last - first + 1).map(|days| from + (anchor - from).rem_euclid(DAY) + days * DAY));
    }
    let mut instants = BTreeSet::from([from, to]);
    for turn in turns {
        // Sums and grounds are told apart to the millisecond, and some limits end a second later.
        for at in [turn - 1, turn, turn.saturating_add(1)] {
            if from <= at && at <= to {
                instants.insert(at);
            }
        }
    }
    instants.into_iter().collect()
}

fn turns_of_terms(run: &Run<'_>, case: &Case<'_>, terms: &Terms, anchors: &[i64], turns: &mut Vec<i64>) {
    let order = case.order;
    let others =
        run.facts.orders.values().filter(|other| other.account == order.account && other.id != order.id);
    let others: Vec<i64> = others.map(|other| other.paid_at.first).collect();
    for window in terms.window.iter().chain(terms.windows_by_class.values()) {
        turns.extend(anchors.iter().chain(&others).filter_map(|anchor| window_end(window, *anchor)));
        let counts_by_window = terms.quota.as_ref().is_some_and(|quota| quota.within == "window");
        if let (true, Length::Time(time)) = (counts_by_window, window.length) {
            turns.extend(run.facts.refunds.iter().map(|refund| refund.requested_at.first + time));
        }
    }
    if terms.quota.is_some() {
        turns.extend(run.facts.refunds.iter().map(|refund| refund.requested_at.first));
    }
    for exclusion in &terms.exclusions {
        if exclusion.when == "no_service_request" {
            turns.push(months_later(order.paid_at.first, exclusion.months));
        }
    }
}
