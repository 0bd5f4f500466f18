//! When a request may have been made of which the export has no time, and at which of these instants the answer
//! to it may change.
//!
//! A bill says when money came back, not when it was asked for. That was not before the payment, and not longer
//! before the completion than a request takes: the limit that the policy prints, else the lag of the run.

use std::sync::Arc;

use super::view::{Request, View};
use crate::{
    case::Horizon,
    policy::{Candidates, Deadline, Match, Method, Policy, Predicate, Span, Terms, Version, window_ends},
    record::{EventKind, Order},
    time::{Instant, Moment, Offset},
};

/// Days before a date that are looked at for one whose limit lasts to it: more than any limit takes.
const LOOK_BACK_DAYS: i64 = 400;
/// Steps of one kind that are tried at most: the hours of four years.
const STEPS_MAX: i64 = 4 * 366 * 24;

/// How long before its completion a refund may have been asked for.
#[derive(Clone, Debug)]
pub(crate) enum Lag<'b> {
    /// As long as the policy takes to decide on the site of the order.
    Printed(&'b Deadline, Option<Arc<str>>, Offset),
    /// So many times 24 hours, which the run assumes.
    Days(u32),
}

impl<'b> Lag<'b> {
    /// That of a version, else of the run.
    pub(crate) fn of(ruled: Option<(&'b Policy, &'b Version)>, view: &View<'_>) -> Self {
        let printed =
            ruled.and_then(|(policy, version)| Some((version.terms.processing.as_ref()?, policy.zone)));
        printed.map_or(Self::Days(view.horizon.request_lag_days), |(limit, zone)| {
            Self::Printed(limit, view.order().site.clone(), zone)
        })
    }

    /// The earliest instant at which what was completed at one may have been asked for. A limit in business days
    /// reaches back to the start of the earliest day of which it lasts to the day of the completion.
    pub(crate) fn before(&self, completed_at: Instant, horizon: &Horizon) -> Instant {
        let (limit, site, zone) = match self {
            Self::Days(days) => return completed_at.plus_days(-i64::from(*days)),
            Self::Printed(limit, site, zone) => (limit, site.as_deref(), *zone),
        };
        match limit.on(site) {
            Span::Minutes(minutes) => completed_at.plus_seconds(-i64::from(minutes) * 60),
            Span::BusinessDays(_) => {
                let start_of = |back: i64| completed_at.plus_days(-back).date_at(zone).start_at(zone);
                let lasts =
                    |back: &i64| limit.due(start_of(*back), site, zone, &horizon.calendar).at > completed_at;
                start_of((0..LOOK_BACK_DAYS).take_while(lasts).last().unwrap_or_default())
            }
        }
    }

    /// The last instant by which what was asked for at one is decided.
    pub(crate) fn after(&self, asked_at: Instant, horizon: &Horizon) -> Instant {
        match self {
            Self::Days(days) => asked_at.plus_days((*days).into()),
            Self::Printed(limit, site, zone) => {
                limit.due(asked_at, site.as_deref(), *zone, &horizon.calendar).at.plus_micros(-1)
            }
        }
    }

    /// In words.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Days(days) => format!("{days} days, which the run assumes (--request-lag)"),
            Self::Printed(limit, site, _) => {
                let printed = match limit.on(site.as_deref()) {
                    Span::BusinessDays(days) => format!("{days} business days"),
                    Span::Minutes(minutes) => format!("{minutes} minutes"),
                };
                format!("{printed}, the limit that the policy prints")
            }
        }
    }
}

/// The version in force for a request at an instant, where one rules.
fn ruling<'b>(
    candidates: &Candidates<'b>,
    view: &View<'_>,
    at: Instant,
) -> Option<(&'b Policy, &'b Version)> {
    match candidates.find(view.order().paid_at.earliest(), at) {
        Match::One(policy, version) => Some((policy, version)),
        Match::None | Match::Two(..) => None,
    }
}

/// The lag of a request: that of the version in force when it was completed.
pub(crate) fn lag_of<'b>(candidates: &Candidates<'b>, view: &View<'_>, request: Request) -> Lag<'b> {
    Lag::of(ruling(candidates, view, request.requested_at.latest()), view)
}

/// The requests to be tried in place of one without a time, by ascending time: the earliest, the latest, and
/// between them every one of which the answer may differ from that of its neighbour.
pub(super) fn of(candidates: &Candidates<'_>, view: &View<'_>, request: Request) -> Vec<Request> {
    let latest = Request { assumed: false, ..request };
    let paid_at = view.order().paid_at;
    let earliest_at = match request.completed_at {
        Some(_) => {
            let lag = lag_of(candidates, view, request);
            let lagged = lag.before(request.requested_at.earliest(), view.horizon);
            if lagged <= paid_at.earliest() { paid_at } else { Moment::exact(lagged) }
        }
        None => paid_at,
    };
    let earliest = Request { requested_at: earliest_at, ..latest };
    let (from, to) = (earliest_at.latest(), request.requested_at.earliest());
    let mut changes = Changes { from, to, at: Vec::new() };
    let mut versions: Vec<(&Policy, &Version)> = Vec::new();
    let starts: Vec<Instant> =
        [from, to].into_iter().chain(candidates.changes().filter(|at| from < *at && *at < to)).collect();
    for at in starts {
        changes.add(at);
        let Some((policy, version)) = ruling(candidates, view, at) else { continue };
        if !versions.iter().any(|(one, other)| one.id == policy.id && other.id == version.id) {
            versions.push((policy, version));
        }
    }
    changes.of_facts(view);
    for (policy, version) in versions {
        changes.of_terms(view, policy, &version.terms, latest);
        for reading in &version.readings {
            changes.of_terms(view, policy, &reading.terms, latest);
        }
    }
    let between = changes.inner().into_iter();
    let between = between.map(|at| Request { requested_at: Moment::exact(at), ..latest });
    [earliest].into_iter().chain(between).chain((to > from).then_some(latest)).collect()
}

/// Instants within a span at which an answer may change.
struct Changes {
    from: Instant,
    to: Instant,
    at: Vec<Instant>,
}

impl Changes {
    /// A change at an instant: that one and the last before it may have different answers.
    fn add(&mut self, at: Instant) {
        for at in [at.plus_micros(-1), at, at.plus_micros(1)] {
            if self.from < at && at < self.to {
                self.at.push(at);
            }
        }
    }

    fn inner(mut self) -> Vec<Instant> {
        self.at.sort_unstable();
        self.at.dedup();
        self.at
    }

    fn add_moment(&mut self, moment: Moment) {
        self.add(moment.earliest());
        self.add(moment.latest());
    }

    /// What happened to the order, whatever the policy says of it.
    fn of_facts(&mut self, view: &View<'_>) {
        let order = view.order();
        let moments =
            [Some(order.paid_at), order.delivered_at, order.effective_at, order.expires_at].into_iter();
        moments.flatten().for_each(|moment| self.add_moment(moment));
        let instants =
            [order.period_start, order.license_activated_at, order.linked_license_activated_at].into_iter();
        instants.flatten().for_each(|at| self.add(at));
        for usage in view.usage() {
            self.add_moment(usage.posted_at);
        }
        for event in view.facts().events {
            self.add(event.from_at);
            event.until_at.into_iter().for_each(|until| self.add(until));
        }
    }

    /// What the clock brings about under given terms: the end of the window, months of neglect, hours, days and
    /// months of use.
    fn of_terms(&mut self, view: &View<'_>, policy: &Policy, terms: &Terms, latest: Request) {
        let (order, facts, zone) = (view.order(), view.facts(), policy.zone);
        for question in [view.shortest(latest), view.longest(latest)] {
            for end in window_ends(policy, terms, &facts, &question) {
                self.add(end);
            }
        }
        for exclusion in terms.branches().flat_map(|way| &way.exclusions) {
            let (kind, months) = match exclusion.predicate {
                Predicate::NoServiceRequest { months } => (None, months),
                Predicate::NoInformation { months } => (Some(EventKind::InformationRequested), months),
                Predicate::NoFeedback { months } => (Some(EventKind::ServiceDelivered), months),
                _ => continue,
            };
            match kind {
                None => self.add(order.paid_at.earliest().plus_months_clipped(months, zone)),
                Some(kind) => {
                    for event in view.events_of(kind) {
                        self.add(event.from_at.plus_months_clipped(months, zone));
                    }
                }
            }
        }
        let mut methods = terms.branches().map(|way| &way.amount_of(&order.package_type).method);
        let counts_time = |method: &&Method| {
            !matches!(method, Method::Full(_) | Method::None(_) | Method::PaidMinusConsumed(_))
        };
        if methods.any(|method| counts_time(&method)) {
            self.of_days(view, zone);
        }
        let is_metered =
            |way: &Terms| matches!(way.amount_of(&order.package_type).method, Method::PaidMinusMetered(_));
        if terms.branches().any(is_metered) {
            for start in starts(order) {
                self.every(start, |start, hours| start.plus_seconds(hours * 3600));
            }
        }
    }

    /// Days and months from what a term may begin with, and the ends of local days.
    fn of_days(&mut self, view: &View<'_>, zone: Offset) {
        for start in starts(view.order()) {
            self.every(start, Instant::plus_days);
            let midnight = start.date_at(zone).start_at(zone);
            self.every(midnight, Instant::plus_days);
            self.every(start, |start, months| {
                start.plus_months_clipped(u32::try_from(months).unwrap_or(u32::MAX), zone)
            });
        }
    }

    /// A step from a start, again and again, as far as it lies within.
    fn every(&mut self, start: Instant, step: impl Fn(Instant, i64) -> Instant) {
        let (from, to) = (self.from, self.to);
        let steps = (0..STEPS_MAX).map(|count| step(start, count));
        for at in steps.take_while(|at| *at < to).filter(|at| *at > from) {
            self.add(at);
        }
    }
}

/// What a term may begin with.
fn starts(order: &Order) -> Vec<Instant> {
    let moments = [Some(order.paid_at), order.delivered_at, order.effective_at].into_iter().flatten();
    let mut starts: Vec<Instant> =
        moments.flat_map(|moment| [moment.earliest(), moment.latest()]).chain(order.period_start).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}
