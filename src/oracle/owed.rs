//! What policy owes for a request at an instant: the grounds against it, what is missing, the sum and its split.

use super::{
    calendar::{DAY, SECOND, date_of, day_of, days_of_month, midnight_of, months_later},
    cells::{Moment, ONE},
    facts::{Event, Facts, Order, Refund, Sums, TENDERS, Usage},
    terms::{Book, Length, Policy, Terms, Version, Window},
    words::{Meaning, of_suspension},
};

/// Everything that holds for the whole run.
pub(super) struct Run<'f> {
    pub(super) facts: &'f Facts,
    pub(super) book: &'f Book,
    pub(super) as_of: i64,
    /// From here on, and up to here, the deduction export is complete; the end is outside.
    pub(super) covers: (i64, i64),
    /// How long before its completion a request without a time may have been made, in milliseconds.
    pub(super) lag: i64,
}

/// One order with all that concerns it.
#[derive(Clone)]
pub(super) struct Case<'f> {
    pub(super) order: &'f Order,
    /// By request, then by id; without those that are later than the as-of date.
    pub(super) refunds: Vec<&'f Refund>,
    /// Those that were asked for after the as-of date.
    pub(super) later: Vec<&'f Refund>,
    pub(super) usage: Vec<&'f Usage>,
    pub(super) events: Vec<&'f Event>,
    pub(super) torn: bool,
}

/// Whether, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eligible {
    Yes,
    No,
    /// For want of this fact.
    Unknown(&'static str),
}

/// The answer to one request.
#[derive(Clone)]
pub(super) struct Due<'f> {
    pub(super) eligible: Eligible,
    pub(super) grounds: Vec<&'static str>,
    /// What is owed; nothing where a ground stands.
    pub(super) split: Sums,
    /// What would be owed if everything unknown were as the customer would wish; known sums are their own best.
    pub(super) best: Sums,
    pub(super) ruled: Option<(&'f Policy, &'f Version)>,
    /// The first instant that is too late.
    pub(super) deadline: Option<i64>,
    /// An account is suspended and nobody knows why.
    pub(super) doubtful_suspension: bool,
    /// More refunds than the policy allows, where that is for a person to decide.
    pub(super) soft_quota: bool,
}

impl Due<'_> {
    fn version(&self) -> Option<(&str, &str)> {
        self.ruled.map(|(policy, version)| (policy.id.as_str(), version.id.as_str()))
    }

    pub(super) fn total(&self) -> i128 {
        self.split.iter().sum()
    }

    pub(super) fn most(&self) -> i128 {
        self.best.iter().sum()
    }

    pub(super) fn is_owed(&self) -> bool {
        self.eligible == Eligible::Yes
    }
}

/// Which of the instants that a moment without seconds may have been.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pick {
    /// The least time between payment and request, everything else as late as possible.
    Shortest,
    /// The most time, everything else as early as possible.
    Longest,
}

impl Pick {
    fn paid(self, moment: Moment) -> i64 {
        if self == Self::Shortest { moment.last } else { moment.first }
    }

    fn asked(self, moment: Moment) -> i64 {
        if self == Self::Shortest { moment.first } else { moment.last }
    }
}

/// The question that is put.
#[derive(Clone, Copy)]
pub(super) struct Ask<'f> {
    pub(super) at: Moment,
    /// The refund that is asked for, where there is one.
    pub(super) refund: Option<&'f Refund>,
}

impl<'f> Run<'f> {
    /// What policy says, as it is written.
    pub(super) fn due(&self, case: &Case<'f>, ask: Ask<'f>) -> Due<'f> {
        if case.order.otherwise.is_some() {
            return self.undecided(case, ask);
        }
        Self::twice(case, ask, |pick| self.due_once(case, ask, pick))
    }

    /// Two rows of the order contradict each other, and what follows differs.
    fn undecided(&self, case: &Case<'f>, ask: Ask<'f>) -> Due<'f> {
        let ruled = |order: &'f Order| {
            let read = Case { order, ..case.clone() };
            Self::twice(&read, ask, |pick| self.due_once(&read, ask, pick)).ruled
        };
        let paid = |order: &Order| order.paid.iter().sum::<i128>();
        let of_one = ruled(case.order);
        let Some(other) = &case.order.otherwise else {
            return Self::nothing_known(case.order, "duplicate-order");
        };
        let name = |ruled: Option<(&'f Policy, &'f Version)>| {
            ruled.map(|(policy, version)| (&policy.id, &version.id))
        };
        let greater = if paid(other) > paid(case.order) { other } else { case.order };
        let ruled = of_one.filter(|_| name(of_one) == name(ruled(other)));
        Due { ruled, ..Self::nothing_known(greater, "duplicate-order") }
    }

    /// The same under given terms of the version that rules.
    pub(super) fn due_under(
        &self,
        case: &Case<'f>,
        ask: Ask<'f>,
        ruled: (&'f Policy, &'f Version),
        terms: &Terms,
    ) -> Due<'f> {
        Self::twice(case, ask, |pick| self.by_terms(case, ask, ruled, terms, pick))
    }

    /// Where seconds were lost, both ends; they have to agree.
    fn twice(case: &Case<'f>, ask: Ask<'f>, once: impl Fn(Pick) -> Due<'f>) -> Due<'f> {
        let order = case.order;
        let others = [order.delivered_at, order.effective_at, order.expires_at].into_iter().flatten();
        let posted = case.usage.iter().map(|usage| usage.posted_at);
        let moments = [order.paid_at, ask.at].into_iter().chain(others).chain(posted);
        let mut shortest = once(Pick::Shortest);
        if moments.into_iter().all(Moment::is_exact) {
            return shortest;
        }
        let longest = once(Pick::Longest);
        let common: Vec<&'static str> =
            shortest.grounds.iter().filter(|ground| longest.grounds.contains(ground)).copied().collect();
        let alike = shortest.version() == longest.version()
            && (shortest.grounds.is_empty() || !common.is_empty())
            && shortest.eligible == longest.eligible
            && shortest.split == longest.split;
        if longest.most() > shortest.most() {
            shortest.best = longest.best;
        }
        shortest.grounds = common;
        if !alike {
            // With a fact that is missing both may agree.
            let missing = [shortest.eligible, longest.eligible]
                .into_iter()
                .find(|end| matches!(end, Eligible::Unknown(_)));
            shortest.eligible = missing.unwrap_or(Eligible::Unknown("date-only"));
            shortest.split = Sums::default();
            shortest.grounds.clear();
            shortest.deadline = None;
        }
        shortest
    }

    fn nothing_known(order: &Order, reason: &'static str) -> Due<'f> {
        let best = order.paid;
        Due {
            eligible: Eligible::Unknown(reason),
            grounds: Vec::new(),
            split: Sums::default(),
            best,
            ruled: None,
            deadline: None,
            doubtful_suspension: false,
            soft_quota: false,
        }
    }

    fn due_once(&self, case: &Case<'f>, ask: Ask<'f>, pick: Pick) -> Due<'f> {
        let order = case.order;
        let (paid_at, at) = (pick.paid(order.paid_at), pick.asked(ask.at));
        let about = self.book.policies.iter().filter(|policy| policy.is_about(order));
        let mut found: Vec<(&Policy, usize)> =
            about.filter_map(|policy| Some((policy, policy.version_for(paid_at, at)?))).collect();
        let set_aside: Vec<&String> =
            found.iter().filter_map(|(policy, _)| policy.exception_to.as_ref()).collect();
        let set_aside: Vec<String> = set_aside.into_iter().cloned().collect();
        found.retain(|(policy, _)| !set_aside.contains(&policy.id));
        if case.torn {
            let mut torn = Self::nothing_known(order, "duplicate-row");
            if let [(policy, version)] = found.as_slice() {
                let version = &policy.versions[*version];
                // Which deductions there were is open; whatever else stands against it stands all the same.
                let terms = Terms { tests_use: false, ..version.terms.clone() };
                let unused = Case { torn: false, ..case.clone() };
                torn.best = self.by_terms(&unused, ask, (policy, version), &terms, pick).best;
                torn.ruled = Some((policy, version));
            }
            return torn;
        }
        match found.as_slice() {
            [] => Self::nothing_known(order, "no-policy"),
            [(policy, version)] => {
                let version = &policy.versions[*version];
                self.by_terms(case, ask, (policy, version), &version.terms, pick)
            }
            _ => Self::nothing_known(order, "overlap-policy"),
        }
    }

    fn by_terms(
        &self,
        case: &Case<'f>,
        ask: Ask<'f>,
        ruled: (&'f Policy, &'f Version),
        terms: &Terms,
        pick: Pick,
    ) -> Due<'f> {
        let order = case.order;
        let mut due = Self::nothing_known(order, "policy-silent");
        due.ruled = Some(ruled);
        let window = terms.windows_by_class.get(&order.package).or(terms.window.as_ref());
        if window.is_some_and(|window| window.length == Length::Unstated) {
            return due;
        }
        if case.torn {
            due.eligible = Eligible::Unknown("duplicate-row");
            return due;
        }
        let mut sheet = Sheet {
            run: self,
            case,
            ask,
            terms,
            policy: &ruled.0.id,
            pick,
            grounds: Vec::new(),
            lacks: Vec::new(),
            deadline: None,
        };
        sheet.collect(window);
        due.doubtful_suspension = sheet.suspension() == Some(false);
        due.soft_quota = terms.quota.as_ref().is_some_and(|quota| !quota.hard) && sheet.quota_is_spent();
        due.deadline = sheet.deadline;
        if !sheet.grounds.is_empty() {
            due.eligible = Eligible::No;
            due.grounds = sheet.grounds;
            due.best = Sums::default();
            return due;
        }
        sheet.look_for_gaps();
        due.best = sheet.sum(true).unwrap_or_default();
        let sum = sheet.sum(false);
        match (sheet.lacks.first(), sum) {
            (Some(reason), _) => due.eligible = Eligible::Unknown(reason),
            (None, None) => due.eligible = Eligible::Unknown("missing-field"),
            (None, Some(split)) => {
                due.eligible = Eligible::Yes;
                due.split = split;
                due.best = split;
            }
        }
        due
    }
}

/// The decimals of a currency's smallest unit, as a sum of hundred-millionths.
pub(super) fn minor_unit(currency: &str) -> Option<i128> {
    match currency {
        "USD" | "CNY" | "EUR" | "HKD" | "SGD" | "GBP" => Some(ONE / 100),
        "JPY" | "KRW" => Some(ONE),
        "KWD" => Some(ONE / 1000),
        _ => None,
    }
}

/// What is left aside when grounds are tried at the payment: what the clock brings about, and what the vendor
/// asks of the customer or counts.
pub(super) const LEFT_ASIDE: [&str; 7] = [
    "refund-before-purchase",
    "refund-out-of-window",
    "refund-after-expiry",
    "refund-service-neglected",
    "refund-invoice-not-returned",
    "refund-quota-exceeded",
    "refund-renewal-only",
];

/// Whether a posting can be what it says: of this product, after the payment, after its own usage.
pub(super) fn is_possible(order: &Order, terms: &Terms, usage: &Usage) -> Result<(), &'static str> {
    if !usage.product.is_empty() && usage.product != order.product {
        return Err("deduction-of-other-product");
    }
    let posted_at = usage.posted_at.last;
    let next_day = terms.posts_next_day && day_of(posted_at) <= day_of(order.paid_at.first);
    if posted_at < order.paid_at.first
        || usage.end.or(usage.start).is_some_and(|end| posted_at < end)
        || next_day
    {
        return Err("deduction-impossible-time");
    }
    Ok(())
}

/// The end of a clock window, its first instant outside.
pub(super) fn window_end(window: &Window, anchor: i64) -> Option<i64> {
    let end = match window.length {
        Length::Time(time) => anchor + time,
        Length::Months(months) => months_later(anchor, months),
        Length::Validity | Length::Unlimited | Length::Unstated => return None,
    };
    let end = if window.inclusive { end + SECOND } else { end };
    if !window.to_day_end {
        return Some(end);
    }
    let days = match window.length {
        Length::Time(time) => time / DAY,
        _ => day_of(end) - day_of(anchor),
    };
    Some(end.max(midnight_of(day_of(anchor) + days + 1)))
}

struct Sheet<'s, 'f> {
    run: &'s Run<'f>,
    case: &'s Case<'f>,
    ask: Ask<'f>,
    terms: &'s Terms,
    policy: &'s str,
    pick: Pick,
    grounds: Vec<&'static str>,
    lacks: Vec<&'static str>,
    deadline: Option<i64>,
}

impl Sheet<'_, '_> {
    fn at(&self) -> i64 {
        self.pick.asked(self.ask.at)
    }

    fn paid_at(&self) -> i64 {
        self.pick.paid(self.case.order.paid_at)
    }

    fn other(&self, moment: Option<Moment>) -> Option<i64> {
        moment.map(|moment| self.pick.paid(moment))
    }

    fn against(&mut self, ground: &'static str) {
        if !self.grounds.contains(&ground) {
            self.grounds.push(ground);
        }
    }

    fn collect(&mut self, window: Option<&Window>) {
        let (order, at) = (self.case.order, self.at());
        if at < self.paid_at() {
            self.against("refund-before-purchase");
        }
        if order.status == "unpaid" || order.status == "closed" {
            self.against("refund-of-unpaid-order");
        }
        if let Some(window) = window {
            self.clock(window);
        }
        if self.terms.tests_use && self.used(true) > 0 {
            self.against("refund-after-deduction");
        }
        for exclusion in &self.terms.exclusions {
            if exclusion.classes.as_ref().is_none_or(|classes| classes.contains(&order.package)) {
                self.exclusion(&exclusion.when, &exclusion.values, exclusion.months);
            }
        }
        if self.terms.preconditions.iter().any(|one| one == "invoice_outstanding")
            && order.invoice == "issued"
        {
            self.against("refund-invoice-not-returned");
        }
        if self.terms.quota.as_ref().is_some_and(|quota| quota.hard) && self.quota_is_spent() {
            self.against("refund-quota-exceeded");
        }
    }

    fn clock(&mut self, window: &Window) {
        match window.length {
            Length::Validity => {
                self.deadline = self.expires_at();
                self.expiry();
            }
            Length::Unlimited | Length::Unstated => {}
            Length::Time(_) | Length::Months(_) => {
                let order = self.case.order;
                let named = match window.anchor.as_str() {
                    "delivered_at" => order.delivered_at,
                    "effective_at" => order.effective_at,
                    _ => None,
                };
                let anchor = self.other(named).unwrap_or_else(|| self.paid_at());
                if anchor < self.paid_at() {
                    self.lacks.push("time-order");
                    return;
                }
                self.deadline = window_end(window, anchor);
                if self.deadline.is_some_and(|end| self.at() >= end) {
                    self.against("refund-out-of-window");
                }
            }
        }
    }

    fn expires_at(&self) -> Option<i64> {
        let order = self.case.order;
        // The end of the period stands in, a last second of a day being inside; else payment and term.
        let period_end = order.period_end.map(|end| {
            let next = end + SECOND;
            if next == midnight_of(day_of(next)) { next } else { end }
        });
        let by_months = || Some(months_later(self.paid_at(), order.term()?));
        self.other(order.expires_at).or(period_end).or_else(by_months)
    }

    fn expiry(&mut self) {
        match self.expires_at() {
            Some(end) if self.at() >= end => self.against("refund-after-expiry"),
            Some(_) => {}
            None => self.lacks.push("missing-field"),
        }
    }

    /// Net quantity deducted by the request: of postings that can be, or of all.
    fn used(&self, possible: bool) -> i128 {
        let posted =
            self.case.usage.iter().filter(|usage| !usage.raw && self.pick.paid(usage.posted_at) <= self.at());
        let counted =
            posted.filter(|usage| !possible || is_possible(self.case.order, self.terms, usage).is_ok());
        counted.map(|usage| usage.quantity).sum()
    }

    fn events(&self, kind: &str) -> Vec<&Event> {
        self.case.events.iter().copied().filter(|event| event.kind == kind).collect()
    }

    fn happened(&self, kind: &str, by: i64) -> bool {
        self.events(kind).iter().any(|event| event.at <= by)
    }

    fn holds(&self, event: &Event) -> bool {
        event.at <= self.at() && event.until.is_none_or(|until| self.at() < until)
    }

    /// Whether the account is suspended: for a violation, or for a reason that nobody knows.
    fn suspension(&self) -> Option<bool> {
        let of_policy = self.terms.exclusions.iter().find(|one| one.when == "account_suspended")?;
        let known = |event: &&Event| {
            of_policy.values.iter().any(|word| of_suspension(word) == of_suspension(&event.reason))
        };
        let events = self.events("account_suspended");
        let holding: Vec<&Event> = events.into_iter().filter(|event| self.holds(event)).collect();
        if holding.iter().any(known) {
            return Some(true);
        }
        holding.iter().any(|event| of_suspension(&event.reason) == Meaning::Unknown).then_some(false)
    }

    fn exclusion(&mut self, when: &str, values: &[String], months: i64) {
        let (order, at) = (self.case.order, self.at());
        let unseen =
            ["image_in_use", "service_completed", "no_service_request", "no_information", "no_feedback"];
        if unseen.contains(&when) && !self.run.facts.has_events {
            self.lacks.push("missing-field");
            return;
        }
        let waits_on = |sheet: &Self, kind: &str| {
            let limit = |event: &Event| months_later(event.at, months);
            sheet
                .events(kind)
                .iter()
                .any(|event| at > limit(event) && event.until.is_none_or(|until| until > limit(event)))
        };
        match when {
            "gift" if order.gift || order.kind == "gift" || order.kind == "trial" => {
                self.against("refund-of-giveaway");
            }
            "account_suspended" if self.suspension() == Some(true) => self.against("refund-while-suspended"),
            "promotion_forbids" if order.promotion_forbids => self.against("refund-forbidden-by-promotion"),
            "license_activated" if order.license_at.is_some_and(|on| on <= at) => {
                self.against("refund-license-activated");
            }
            "linked_license_activated" if order.linked_license_at.is_some_and(|on| on <= at) => {
                self.against("refund-license-activated");
            }
            "expired" => self.expiry(),
            "package_type_in" if values.contains(&order.package) => {
                self.against("refund-not-refundable-item");
            }
            "image_in_use" if self.events(when).iter().any(|event| self.holds(event)) => {
                self.against("refund-image-in-use");
            }
            "service_completed" if self.happened(when, at) => self.against("refund-service-completed"),
            "no_service_request" => {
                let limit = months_later(self.paid_at(), months);
                if at > limit && !self.happened("service_requested", limit) {
                    self.against("refund-service-neglected");
                }
            }
            "no_information" if waits_on(self, "information_requested") => {
                self.against("refund-service-neglected");
            }
            "no_feedback" if waits_on(self, "service_delivered") => self.against("refund-service-neglected"),
            "out_of_scope_demand" if self.happened("service_out_of_scope", at) => {
                self.against("refund-service-buyer-cause");
            }
            "buyer_illegality" if self.happened("service_unlawful", at) => {
                self.against("refund-service-buyer-cause");
            }
            "renewal_only" if order.kind == "renew" && !self.comes_with_its_purchase() => {
                self.against("refund-renewal-only");
            }
            _ => {}
        }
    }

    /// A renewal comes back along with the purchase of its instance, both asked for in the purchase's window.
    fn comes_with_its_purchase(&self) -> bool {
        let order = self.case.order;
        if order.instance.is_empty() {
            return false;
        }
        let denied = self.ask.refund.is_some_and(|refund| refund.status == "rejected");
        let purchases = self.run.facts.orders.values().filter(|other| {
            other.instance == order.instance
                && other.account == order.account
                && other.kind == "new"
                && other.id != order.id
        });
        purchases.into_iter().any(|purchase| {
            let window = self.terms.windows_by_class.get(&purchase.package).or(self.terms.window.as_ref());
            let end =
                window.and_then(|window| window_end(window, purchase.paid_at.first)).unwrap_or(i64::MAX);
            let inside = |at: i64| at < end;
            let back = self.run.completed_of(purchase);
            back.iter().any(|refund| {
                let asked_at = refund.requested_at.first;
                inside(asked_at) && inside(self.at()) && (!denied || asked_at <= self.at())
            })
        })
    }

    /// Whether the account had as many refunds as it may have.
    fn quota_is_spent(&self) -> bool {
        let Some(quota) = &self.terms.quota else { return false };
        let (order, at) = (self.case.order, self.at());
        let counted = self.run.facts.orders.values().filter(|other| {
            other.id != order.id
                && other.account == order.account
                && (!quota.by_package || other.package == order.package)
                && self.run.is_ruled_by(other, self.policy)
        });
        let window = self.terms.window.as_ref().map_or(0, |window| match window.length {
            Length::Time(time) => time,
            _ => i64::MAX / 2,
        });
        let in_period = |asked_at: i64| match quota.within.as_str() {
            "window" => at - asked_at < window,
            "calendar_year" => date_of(day_of(asked_at)).0 == date_of(day_of(at)).0,
            _ => true,
        };
        let before = counted.filter(|other| {
            let back = self.run.completed_of(other);
            back.iter().any(|refund| refund.requested_at.first < at && in_period(refund.requested_at.first))
        });
        before.count() >= usize::try_from(quota.count).unwrap_or(0)
    }

    /// What is not known, the first to be named first.
    fn look_for_gaps(&mut self) {
        let mut gaps = Vec::new();
        let (from, to) = self.run.covers;
        let covered = |at: i64| from <= at && at < to;
        let needs = self.terms.tests_use || self.terms.amount.method == "paid_minus_consumed";
        if needs && !(covered(self.paid_at()) && covered(self.at())) {
            gaps.push("usage-coverage-gap");
        }
        if self.terms.tests_use && self.used(false) > 0 {
            let posted = self
                .case
                .usage
                .iter()
                .filter(|usage| !usage.raw && self.pick.paid(usage.posted_at) <= self.at());
            let why: Vec<&str> =
                posted.filter_map(|usage| is_possible(self.case.order, self.terms, usage).err()).collect();
            let other = "deduction-of-other-product";
            gaps.push(if why.contains(&other) { other } else { "deduction-impossible-time" });
        }
        if self.lacks.contains(&"missing-field") {
            gaps.push("missing-field");
        }
        if self.lacks.contains(&"time-order") {
            gaps.push("time-order");
        }
        if minor_unit(&self.case.order.currency).is_none() {
            gaps.push("currency-unknown");
        }
        if self.unnamed().next().is_some() {
            gaps.push("unknown-tender");
        }
        self.lacks = gaps;
    }

    /// Tenders paid that the policy neither returns nor keeps.
    fn unnamed(&self) -> impl Iterator<Item = usize> {
        let named =
            |tender: &usize| self.terms.refundable.contains(tender) || self.terms.kept.contains(tender);
        (0..TENDERS.len()).filter(move |tender| self.case.order.paid[*tender] != 0 && !named(tender))
    }

    /// The sum by tender; none where a fact is missing that it needs. `best` takes what is missing as the customer
    /// would wish.
    fn sum(&self, best: bool) -> Option<Sums> {
        let order = self.case.order;
        let mut refundable = self.terms.refundable.clone();
        if best {
            refundable.extend(self.unnamed());
        }
        let base: i128 = refundable.iter().map(|tender| order.paid[*tender]).sum();
        let whole = |refundable: &[usize]| {
            let mut split = Sums::default();
            for tender in refundable {
                split[*tender] = order.paid[*tender];
            }
            split
        };
        let (above, below) = match (self.terms.amount.method.as_str(), self.fraction(base)) {
            ("full", _) => return Some(whole(&refundable)),
            ("none", _) => return Some(Sums::default()),
            (_, Some(fraction)) => fraction,
            (_, None) if best => return Some(whole(&refundable)),
            (_, None) => return None,
        };
        let unit = match minor_unit(&order.currency) {
            Some(unit) => unit,
            None if best => 1,
            None => return None,
        };
        let units = if above <= 0 {
            0
        } else {
            round(above, below * unit, if best && unit == 1 { "up" } else { &self.terms.rounding })
        };
        let units = units.max(self.terms.amount.floor / unit);
        Some(split(units, unit, &order.paid, &refundable))
    }

    /// The exact sum as a fraction of hundred-millionths; none where the export does not carry it.
    fn fraction(&self, base: i128) -> Option<(i128, i128)> {
        let order = self.case.order;
        match self.terms.amount.method.as_str() {
            "prorate_days" => {
                let days = self.days_of_term()?;
                Some((base * (days - self.days_used(days)), days))
            }
            "paid_minus_time_share" => {
                let days = self.days_of_term()?;
                Some((base * days - order.list_price? * self.days_used(days), days))
            }
            "paid_minus_consumed" => {
                let consumed = self.used(false).max(0);
                let tier = self.terms.amount.tiers.iter().rev().find(|(from, _)| consumed >= *from)?;
                Some((base * ONE - consumed * tier.1, ONE))
            }
            _ => None,
        }
    }

    /// Where the term begins.
    fn start(&self) -> i64 {
        let order = self.case.order;
        self.other(order.effective_at).or(order.period_start).unwrap_or_else(|| self.paid_at())
    }

    fn days_used(&self, total: i128) -> i128 {
        let (start, at) = (self.start(), self.at());
        if at < start {
            return 0;
        }
        let used = match self.terms.amount.used_days.as_str() {
            "date_diff" => day_of(at) - day_of(start),
            "fixed_5" => 5,
            _ => (at - start + DAY - 1).div_euclid(DAY),
        };
        i128::from(used).max(self.terms.amount.min_used).min(total)
    }

    fn days_of_term(&self) -> Option<i128> {
        let order = self.case.order;
        let start = self.start();
        let days = match self.terms.amount.total_days.as_str() {
            "months_x_30" => order.term()? * 30,
            "calendar_month_of_purchase" => {
                let (year, month, _) = date_of(day_of(self.paid_at()));
                days_of_month(year, month)
            }
            // An end in the last second of a day means that all of that day is inside.
            _ => match order.period_end {
                Some(end) => day_of(end + SECOND) - day_of(start),
                None => day_of(months_later(start, order.term()?)) - day_of(start),
            },
        };
        (days > 0).then_some(i128::from(days))
    }
}

impl<'f> Run<'f> {
    /// The completed refunds of an order: money in its own currency, not repeated.
    pub(super) fn completed_of(&self, order: &Order) -> Vec<&'f Refund> {
        let refunds = self.facts.refunds.iter();
        refunds
            .filter(|refund| refund.order == order.id && !refund.is_later && is_completed(refund, order))
            .collect()
    }

    fn is_ruled_by(&self, order: &Order, policy: &str) -> bool {
        let policies = &self.book.policies;
        policies.iter().any(|one| one.id == policy && one.is_about(order))
    }
}

/// Money that came back and counts.
pub(super) fn is_completed(refund: &Refund, order: &Order) -> bool {
    refund.status == "completed" && !refund.repeats && refund.currency == order.currency && refund.total() > 0
}

fn round(above: i128, below: i128, mode: &str) -> i128 {
    let (whole, rest) = (above / below, above % below);
    let up = match mode {
        "up" => rest > 0,
        "half_up" => 2 * rest >= below,
        "half_even" => 2 * rest > below || 2 * rest == below && whole % 2 == 1,
        _ => false,
    };
    whole + i128::from(up)
}

/// Smallest units over tenders by what was paid in each: the larger remainder first, then the earlier tender.
fn split(units: i128, unit: i128, paid: &Sums, refundable: &[usize]) -> Sums {
    let mut parts = Sums::default();
    let base: i128 = refundable.iter().map(|tender| paid[*tender]).sum();
    if units == 0 || base == 0 {
        return parts;
    }
    let mut left = units;
    for tender in refundable {
        parts[*tender] = units * paid[*tender] / base;
        left -= parts[*tender];
    }
    let mut waiting: Vec<usize> = refundable.to_vec();
    // Stable: tenders with equal remainders keep the order of the policy.
    waiting.sort_by_key(|tender| -(units * paid[*tender] % base));
    for tender in waiting {
        if left > 0 {
            parts[tender] += 1;
            left -= 1;
        }
    }
    parts.map(|units| units * unit)
}
