//! What is said beside the sum: where the money went, what lived on, and the order itself.

use super::{
    bills::Asked,
    calendar::day_of,
    cells::Moment,
    facts::{Order, Refund, tender_of},
    judged::{Judge, terms_of},
    kinds,
    owed::{Ask, Due, Eligible, is_completed, is_possible},
    terms::Promise,
    words::method,
};

/// A finding that turns on the time of the request: kind, class and gravity, amount, direction.
type Turning = (&'static str, (&'static str, u8), i128, &'static str);

impl<'f> Judge<'_, 'f> {
    /// Everything beside the sum of a completed refund whose eligibility is known.
    pub(super) fn beside(&mut self, asked: &Asked<'f>) {
        let refund = asked.refund;
        self.destination(asked);
        if !refund.channel.is_empty() {
            let offered = terms_of(&asked.due).is_none_or(|terms| terms.channels.contains(&refund.channel));
            if !offered {
                self.find(Some(refund), "wrong-channel", 0, "none");
            }
        }
        self.cards_and_wallets(asked);
        self.times(refund);
        if refund.total() > 0 {
            self.arrival(asked);
        }
        self.what_lived_on(asked);
        let (first, last) = (asked.instants[0], asked.instants[asked.instants.len() - 1]);
        let early = self.turning(asked, first);
        if !asked.is_bill {
            for (kind, class, amount, direction) in early {
                self.find_as(Some(refund), kind, class, amount, direction);
            }
            return;
        }
        let late = self.turning(asked, last);
        for one in early.iter().filter(|one| late.contains(one)) {
            self.find_as(Some(refund), one.0, one.1, one.2, one.3);
        }
        // What only one end gives; where eligibility turns on the time, that is said already.
        let of_one_end = early
            .iter()
            .filter(|one| !late.contains(one))
            .chain(late.iter().filter(|one| !early.contains(one)));
        let known = !matches!(asked.due.eligible, Eligible::Unknown(_));
        let mut open: Option<i128> = None;
        for one in of_one_end.filter(|_| known) {
            if one.1.0 == "review" {
                self.find_as(Some(refund), one.0, one.1, one.2, one.3);
            } else {
                open = Some(open.unwrap_or(0).max(one.2));
            }
        }
        if let Some(amount) = open {
            self.find(Some(refund), "request-time-unknown", amount, "none");
        }
    }

    /// Whose account, and by which route.
    pub(super) fn destination(&mut self, asked: &Asked<'f>) {
        let (refund, order) = (asked.refund, self.case.order);
        let torn = asked.due.eligible == Eligible::Unknown("duplicate-order");
        let Some(terms) = terms_of(&asked.due).filter(|_| !torn) else { return };
        let account_of = |word: &str| if word == "payer" { &order.payer } else { &order.account };
        let mut right = terms.accept.iter().map(|word| account_of(word)).chain([account_of(&terms.account)]);
        if refund.total() == 0 {
            return;
        }
        if !refund.to_account.is_empty() && !right.any(|account| *account == refund.to_account) {
            self.find(Some(refund), "wrong-destination", refund.total(), "none");
        }
        if terms.original_route && method(&refund.to_method).is_some_and(|tender| order.paid[tender] == 0) {
            self.find(Some(refund), "wrong-method", refund.total(), "none");
        }
    }

    /// Money by credit card or PayPal, which a strict reading does not return.
    fn cards_and_wallets(&mut self, asked: &Asked<'f>) {
        let reading = asked
            .due
            .ruled
            .is_some_and(|(_, version)| version.readings.iter().any(|one| one.id == "cards-and-wallets"));
        if !reading || !asked.due.is_owed() {
            return;
        }
        let by = |word: &str| tender_of(word).map_or(0, |tender| asked.refund.back[tender]);
        let amount = by("credit_card") + by("paypal");
        if amount > 0 {
            self.find(Some(asked.refund), "reading-dependent", amount, "over");
        }
    }

    fn times(&mut self, refund: &Refund) {
        let early = refund.completed_at.is_some_and(|done| done < refund.requested_at.first)
            || refund.arrived_at.zip(refund.completed_at).is_some_and(|(arrived, done)| arrived < done);
        if early {
            self.find(Some(refund), "time-order", 0, "none");
        }
    }

    fn arrival(&mut self, asked: &Asked<'f>) {
        let (refund, order) = (asked.refund, self.case.order);
        let terms = terms_of(&asked.due);
        let concerns = |terms: &super::terms::Terms| {
            terms.side_effects_of.as_ref().is_none_or(|of| of.contains(&order.package))
        };
        let promise: Option<Promise> = terms.filter(|terms| concerns(terms)).and_then(|terms| terms.arrival);
        let (Some(promise), Some(done)) = (promise, refund.completed_at) else { return };
        if done < refund.requested_at.first {
            return;
        }
        let (end, known) = self.promised(promise, done);
        match refund.arrived_at {
            Some(arrived) if arrived >= end => {
                let class = if known { "mismatch" } else { "review" };
                self.find_as(Some(refund), "arrival-late", (class, 1), refund.total(), "none");
            }
            None if self.run.as_of >= end && self.others_arrived() => {
                let class = if known && !promise.soft { "mismatch" } else { "review" };
                self.find_as(Some(refund), "not-arrived", (class, 2), refund.total(), "none");
            }
            _ => {}
        }
    }

    /// Whether the export knows arrivals of refunds of this product.
    fn others_arrived(&self) -> bool {
        let arrived = self.run.facts.refunds.iter().filter(|one| one.arrived_at.is_some() && !one.is_later);
        let mut of = arrived.filter_map(|one| self.run.facts.orders.get(&one.order));
        of.any(|order| order.product == self.case.order.product)
    }

    fn what_lived_on(&mut self, asked: &Asked<'f>) {
        let (refund, order) = (asked.refund, self.case.order);
        let Some(terms) = terms_of(&asked.due) else { return };
        let Some(done) = refund.completed_at else { return };
        let asked_at = refund.requested_at.first;
        let after = self.case.usage.iter().any(|usage| {
            !usage.raw
                && usage.quantity > 0
                && usage.posted_at.first > done
                && usage.start.is_none_or(|start| start > done)
        });
        if after && done >= asked_at {
            self.find(Some(refund), "deduction-after-refund", 0, "none");
        }
        if terms.releases_frozen {
            let frozen =
                self.case.events.iter().filter(|event| event.kind == "fee_frozen" && event.at <= done);
            let held: i128 = frozen
                .filter(|event| event.until.is_none_or(|until| until > done))
                .map(|event| event.amount)
                .sum();
            if held > 0 {
                self.find(Some(refund), "frozen-not-released", held, "none");
            }
        }
        let linked = terms.exclusions.iter().any(|one| one.when == "linked_license_activated");
        if linked
            && refund.total() > 0
            && order.linked_license_at.is_some_and(|on| on > done && on <= self.run.as_of)
        {
            self.find(Some(refund), "license-activated-after-refund", refund.total(), "none");
        }
        if asked.due.is_owed() && refund.total() > 0 && !asked.is_bill && self.arises_by(asked, done) {
            self.find(Some(refund), "changed-before-payment", refund.total(), "over");
        }
    }

    /// What turns on the time of the request.
    fn turning(&self, asked: &Asked<'f>, at: Moment) -> Vec<Turning> {
        let (refund, order) = (asked.refund, self.case.order);
        let mut found: Vec<Turning> = Vec::new();
        let due = if asked.is_bill {
            self.run.due(self.case, Ask { at, refund: Some(refund) })
        } else {
            asked.due.clone()
        };
        let Some(terms) = terms_of(&due) else { return found };
        let mut add = |kind: &'static str, amount: i128, direction: &'static str| {
            found.push((kind, kinds::of(kind), amount, direction));
        };
        let moment = at.first;
        let gifts = self.case.events.iter().filter(|event| event.kind == "gift_granted");
        let done = refund.completed_at;
        let gifts = gifts.filter(|event| done.is_none_or(|done| event.at <= done));
        let alive = gifts.filter(|event| {
            event.until.is_none_or(|until| done.is_some_and(|done| until > done) || until < moment)
        });
        let alive: i128 = alive.map(|event| event.amount).sum();
        let concerned = terms.side_effects_of.as_ref().is_none_or(|of| of.contains(&order.package));
        if terms.voids_gifts && concerned && alive > 0 {
            add("gift-not-voided", alive, "none");
        }
        let total = refund.total();
        let mut runs = self
            .run
            .facts
            .events
            .iter()
            .filter(|event| event.kind == "billing_run" && event.product == order.product);
        let in_run = runs.any(|run| run.at <= moment && run.until.is_none_or(|until| moment < until));
        if terms.lawful_in_billing_run && in_run && total > 0 {
            add("requested-in-billing-run", total, "none");
        }
        if !due.is_owed() {
            return found;
        }
        let possible = |usage: &&&super::facts::Usage| is_possible(order, terms, usage).is_ok();
        let deductions = self.case.usage.iter().filter(|usage| !usage.raw);
        if terms.tests_use
            && deductions
                .filter(|usage| usage.quantity > 0 && usage.posted_at.last <= moment)
                .any(|usage| possible(&usage))
        {
            add("reversed-deduction", total, "none");
        }
        let raw = self
            .case
            .usage
            .iter()
            .any(|usage| usage.raw && usage.start.unwrap_or(usage.posted_at.first) < moment);
        let lagging = {
            let shifted = Asked { refund, due: due.clone(), instants: vec![at], is_bill: false };
            self.lags(&shifted, moment)
        };
        if raw || lagging && Self::use_is_the_deduction(asked) {
            add("usage-undeducted-at-request", 0, "none");
        }
        if lagging && total > 0 && !Self::use_is_the_deduction(asked) {
            add("reading-dependent", total, "over");
        }
        if total == 0 {
            return found;
        }
        if due.doubtful_suspension {
            let (_, gravity) = kinds::of("refund-while-suspended");
            found.push(("refund-while-suspended", ("review", gravity), total, "over"));
        }
        if due.soft_quota {
            let (_, gravity) = kinds::of("refund-quota-exceeded");
            found.push(("refund-quota-exceeded", ("review", gravity), total, "over"));
        }
        if self.drawn_out_of_turn(&due, moment) {
            found.push(("deduction-out-of-order", kinds::of("deduction-out-of-order"), total, "none"));
        }
        found
    }

    /// Use that began before an instant and was deducted after it.
    fn lags(&self, asked: &Asked<'f>, at: i64) -> bool {
        let Some(terms) = terms_of(&asked.due) else { return false };
        terms.tests_use
            && self.case.usage.iter().any(|usage| {
                !usage.raw
                    && usage.quantity > 0
                    && usage.start.is_some_and(|start| start < at)
                    && usage.posted_at.first > at
                    && is_possible(self.case.order, terms, usage).is_ok()
            })
    }

    // ---- packs in order of expiry

    fn sibling_packs(&self, due: &Due<'f>) -> Vec<&'f Order> {
        let order = self.case.order;
        if !terms_of(due).is_some_and(|terms| terms.draws_by_expiry) {
            return Vec::new();
        }
        let all = self.run.facts.orders.values();
        let alike = all.filter(|other| {
            other.id != order.id
                && (&other.account, &other.product, &other.package)
                    == (&order.account, &order.product, &order.package)
                && other.expires_at.is_some()
        });
        alike.collect()
    }

    /// When a pack was drawn upon: the start of each use, else its posting.
    fn draws<'u>(&'u self, order: &'u Order) -> impl Iterator<Item = i64> + 'u {
        let usage = self
            .run
            .facts
            .usage
            .iter()
            .filter(|usage| usage.order == order.id && !usage.raw && usage.quantity > 0);
        usage.map(|usage| usage.start.unwrap_or(usage.posted_at.first))
    }

    /// Refunded as unused, while a pack that expires later was drawn in its life.
    fn drawn_out_of_turn(&self, due: &Due<'f>, at: i64) -> bool {
        let order = self.case.order;
        let Some(expiry) = order.expires_at.map(|end| end.first) else { return false };
        let siblings = self.sibling_packs(due);
        let later =
            siblings.into_iter().filter(|other| other.expires_at.is_some_and(|end| end.first > expiry));
        later.into_iter().any(|other| {
            self.draws(other).any(|drawn| order.paid_at.first <= drawn && drawn <= at && drawn < expiry)
        })
    }

    /// Refused as used, while a pack that expires earlier was untouched.
    pub(super) fn denied_for_use(&mut self, asked: &Asked<'f>) {
        let (refund, order) = (asked.refund, self.case.order);
        let at = refund.requested_at.first;
        if asked.due.grounds != ["refund-after-deduction"] {
            return;
        }
        let Some(expiry) = order.expires_at.map(|end| end.first) else { return };
        let untouched = self.sibling_packs(&asked.due).into_iter().any(|other| {
            let alive = other.paid_at.first <= at
                && other.expires_at.is_some_and(|end| at < end.first && end.first < expiry);
            let back = self.run.completed_of(other);
            let refunded = back.iter().any(|one| one.requested_at.first <= at);
            alive && !refunded && !self.draws(other).any(|drawn| drawn <= at)
        });
        if untouched {
            let amount = self.owed_if_unused(asked);
            self.find(Some(refund), "deduction-out-of-order", amount, "none");
        }
    }

    fn owed_if_unused(&self, asked: &Asked<'f>) -> i128 {
        let Some((policy, version)) = asked.due.ruled else { return 0 };
        let terms = super::terms::Terms { tests_use: false, ..version.terms.clone() };
        let ask = Ask { at: asked.refund.requested_at, refund: Some(asked.refund) };
        self.run.due_under(self.case, ask, (policy, version), &terms).total()
    }

    // ---- the order itself

    pub(super) fn the_order_itself(&mut self, decisive: Option<&Asked<'f>>) {
        let order = self.case.order;
        let due = match decisive {
            Some(asked) => asked.due.clone(),
            None => self.run.due(self.case, Ask { at: Moment::exact(self.run.as_of), refund: None }),
        };
        self.status(&due);
        for (kind, stands) in
            [("duplicate-order", order.otherwise.is_some()), ("duplicate-row", self.case.torn)]
        {
            if stands && !self.findings.iter().any(|finding| finding.kind == kind) {
                self.find(None, kind, 0, "none");
            }
        }
        if order.delivered_at.is_some_and(|delivered| delivered.last < order.paid_at.first) {
            self.find(None, "time-order", 0, "none");
        }
        if order.paid_at.first > self.run.as_of {
            self.find(None, "future-time", 0, "none");
        }
        for refund in self.case.later.clone() {
            self.find(Some(refund), "future-time", 0, "none");
        }
        let policies = &self.run.book.policies;
        if policies.iter().any(|policy| policy.cannot_be(order)) {
            self.find(None, "upgrade-of-pack", 0, "none");
        }
        let Some(terms) = terms_of(&due) else { return };
        let overdue = self.case.events.iter().any(|event| {
            let at = order.paid_at.first;
            event.kind == "account_overdue" && event.at <= at && event.until.is_none_or(|until| at < until)
        });
        if terms.not_while_overdue && overdue {
            self.find(None, "purchase-while-overdue", 0, "none");
        }
        let deductions: Vec<_> = self.case.usage.iter().filter(|usage| !usage.raw).collect();
        let before = |start: i64| day_of(start) < day_of(order.paid_at.first);
        if deductions.iter().any(|usage| usage.quantity > 0 && usage.start.is_some_and(before)) {
            self.find(None, "deduction-before-purchase", 0, "none");
        }
        let expired = order.expires_at.map(|end| end.first);
        let late = |start: i64| expired.is_some_and(|end| start >= end);
        if terms.tests_use {
            if deductions.iter().any(|usage| usage.quantity > 0 && usage.start.is_some_and(late)) {
                self.find(None, "deduction-after-expiry", 0, "none");
            }
            for kind in ["deduction-of-other-product", "deduction-impossible-time"] {
                let told = self.findings.iter().any(|finding| finding.kind == kind);
                let stands = |usage: &super::facts::Usage| {
                    usage.quantity != 0 && is_possible(order, terms, usage) == Err(kind)
                };
                if !told && deductions.iter().any(|usage| stands(usage)) {
                    self.find(None, kind, 0, "none");
                }
            }
        }
    }

    /// The status of the order against its refunds.
    fn status(&mut self, due: &Due<'f>) {
        let order = self.case.order;
        let counts =
            |refund: &&&Refund| ["completed", "approved", "requested"].contains(&refund.status.as_str());
        if order.status == "refunded" && !self.case.refunds.iter().any(|refund| counts(&refund)) {
            let paid: i128 = match terms_of(due) {
                Some(terms) => terms.refundable.iter().map(|tender| order.paid[*tender]).sum(),
                None => order.paid.iter().sum(),
            };
            self.find(None, "status-conflict", paid, "none");
        }
        let back: i128 = self
            .case
            .refunds
            .iter()
            .filter(|refund| is_completed(refund, order))
            .map(|refund| refund.total())
            .sum();
        let all = back > 0 && !(due.is_owed() && back < due.total());
        if (order.status == "paid" || order.status == "refunding") && all {
            self.find(None, "status-conflict", back, "none");
        }
    }
}
