//! One order's refunds, requests and denials held against what is owed.

use super::{
    Finding, Outcome,
    bills::Asked,
    cells::Moment,
    facts::{Refund, Sums, tender_of},
    kinds,
    owed::{Ask, Case, Due, Eligible, LEFT_ASIDE, Run, is_completed, is_possible, minor_unit},
    terms::Terms,
    words::{Meaning, of_denial},
};

/// A completed refund and what was made of it.
struct Weighed {
    /// Too much of it, for whatever reason.
    over: i128,
    /// What counts against what is owed: nothing where it was not owed at all.
    counts: i128,
    by_tender: Sums,
}

/// The working sheet of an order.
pub(super) struct Judge<'r, 'f> {
    pub(super) run: &'r Run<'f>,
    pub(super) case: &'r Case<'f>,
    pub(super) findings: Vec<Finding>,
    asked: Vec<Asked<'f>>,
    weighed: Vec<Option<Weighed>>,
    /// A refund that the terms of the purchase or of the request owe exactly.
    version_owes: bool,
    /// Sums still open: of denials, approvals and requests; and of reviews of denials.
    open: i128,
    open_to_review: i128,
}

impl<'r, 'f> Judge<'r, 'f> {
    pub(super) fn new(run: &'r Run<'f>, case: &'r Case<'f>) -> Self {
        Self {
            run,
            case,
            findings: Vec::new(),
            asked: Vec::new(),
            weighed: Vec::new(),
            version_owes: false,
            open: 0,
            open_to_review: 0,
        }
    }

    pub(super) fn outcome(mut self) -> (Outcome, Vec<Finding>) {
        let all_back: i128 = self.refunds_that_count().map(|refund| self.kept_apart(refund)).sum();
        for refund in self.case.refunds.clone() {
            let before = self.before();
            let asked = Asked::of(self.run, self.case, refund, before, all_back);
            self.asked.push(asked);
            let weighed = self.one_refund(self.asked.len() - 1, before);
            self.weighed.push(weighed);
        }
        let decisive = self.decisive();
        let shortfall = self.as_a_whole(decisive.as_ref());
        self.the_order_itself(decisive.as_ref());
        self.row(decisive.as_ref(), shortfall)
    }

    // ---- which refunds count

    fn refunds_that_count(&self) -> impl Iterator<Item = &'f Refund> {
        let order = self.case.order;
        self.case.refunds.clone().into_iter().filter(move |refund| is_completed(refund, order))
    }

    /// What a refund returned in tenders that come back, by the terms of its own request.
    fn kept_apart(&self, refund: &'f Refund) -> i128 {
        let due = self.run.due(self.case, Ask { at: refund.requested_at, refund: Some(refund) });
        refund.total() - lost(terms_of(&due), refund)
    }

    fn before(&self) -> i128 {
        self.weighed.iter().flatten().map(|one| one.counts).sum()
    }

    /// Whether money came back by a refund that counts.
    fn something_completed(&self) -> bool {
        self.refunds_that_count().next().is_some()
    }

    /// The request that decides about the order: its place among those asked.
    fn decisive(&self) -> Option<Asked<'f>> {
        let order = self.case.order;
        let completed = self.asked.iter().find(|asked| is_completed(asked.refund, order));
        let asked = completed.or_else(|| {
            self.asked.iter().find(|asked| asked.refund.status != "cancelled" && !asked.refund.repeats)
        });
        asked.cloned()
    }

    // ---- findings

    pub(super) fn find(
        &mut self,
        refund: Option<&Refund>,
        kind: &'static str,
        amount: i128,
        direction: &'static str,
    ) {
        self.find_as(refund, kind, kinds::of(kind), amount, direction);
    }

    pub(super) fn find_as(
        &mut self,
        refund: Option<&Refund>,
        kind: &'static str,
        (class, gravity): (&'static str, u8),
        amount: i128,
        direction: &'static str,
    ) {
        self.findings.push(Finding {
            order: self.case.order.id.clone(),
            refund: refund.map(|refund| refund.id.clone()),
            kind,
            class,
            gravity,
            direction,
            amount,
            exposure: 0,
        });
    }

    fn review(&mut self, refund: &Refund, kind: &'static str, amount: i128, direction: &'static str) {
        let gravity = kinds::of(kind).1;
        self.find_as(Some(refund), kind, ("review", gravity), amount, direction);
    }

    // ---- refund by refund

    fn one_refund(&mut self, place: usize, before: i128) -> Option<Weighed> {
        let asked = self.asked[place].clone();
        let (refund, order) = (asked.refund, self.case.order);
        let total = refund.total();
        if refund.status == "cancelled" {
            if total > 0 {
                self.find(Some(refund), "status-conflict", total, "none");
            }
            return None;
        }
        if refund.repeats {
            if total > 0 {
                self.find(Some(refund), "duplicate-refund", total, "over");
            }
            return None;
        }
        if refund.currency != order.currency {
            if total > 0 {
                self.find(Some(refund), "currency-mismatch", total, "over");
            }
            return None;
        }
        if let Eligible::Unknown(reason) = asked.due.eligible {
            return self.unknown(&asked, reason, before);
        }
        let others = self.other_version(&asked);
        let differs = !others.is_empty();
        let mut told: Vec<i128> = Vec::new();
        for (own, other) in &others {
            let difference = (own - other).abs();
            if !told.contains(&difference) {
                self.find(Some(refund), "version-dependent", difference, direction_of(refund));
                told.push(difference);
            }
        }
        match refund.status.as_str() {
            "completed" => self.completed(&asked, &others, before),
            "requested" | "approved" if !differs => {
                self.waiting(&asked);
                None
            }
            "rejected" => {
                if differs {
                    self.open_to_review = self.open_to_review.max((asked.due.total() - before).max(0));
                } else {
                    self.denied(&asked);
                }
                if total > 0 {
                    self.find(Some(refund), "status-conflict", total, "none");
                }
                None
            }
            _ => None,
        }
    }

    /// What is owed by the purchase's version and by that of the request, where the two say different things: at the
    /// request, or at either end of the time in which it was made.
    fn other_version(&self, asked: &Asked<'f>) -> Vec<(i128, i128)> {
        let Some((policy, version)) = asked.due.ruled else { return Vec::new() };
        let mut found = Vec::new();
        let mut ends = vec![asked.instants[0], asked.instants[asked.instants.len() - 1]];
        ends.dedup();
        for at in ends {
            let Some(other) = policy.in_force(at.first).map(|place| &policy.versions[place]) else {
                continue;
            };
            if !version.by_purchase || other.id == version.id {
                continue;
            }
            let ask = Ask { at, refund: Some(asked.refund) };
            let own = if asked.is_bill { self.run.due(self.case, ask) } else { asked.due.clone() };
            let other = self.run.due_under(self.case, ask, (policy, other), &other.terms);
            if own.eligible != other.eligible || own.total() != other.total() {
                found.push((own.total(), other.total()));
            }
        }
        found
    }

    /// Eligibility is unknown: what is certain all the same.
    fn unknown(&mut self, asked: &Asked<'f>, reason: &'static str, before: i128) -> Option<Weighed> {
        let (refund, order, due) = (asked.refund, self.case.order, &asked.due);
        let total = refund.total();
        if !is_completed(refund, order) {
            let is_done = refund.status == "completed";
            self.find(Some(refund), reason, if is_done { total } else { 0 }, "none");
            if is_done && reason == "request-time-unknown" {
                self.beside(asked);
            }
            return None;
        }
        let terms = terms_of(due).filter(|_| reason != "policy-silent" && reason != "duplicate-order");
        let lost_here = lost(terms, refund);
        let back = total - lost_here;
        if lost_here > 0 {
            self.find(Some(refund), "voucher-refunded", lost_here, "over");
        }
        let mut over = back - (due.most() - before).max(0);
        if over > 0 && self.a_reading_allows(asked, back + before, lost_here) {
            over = 0;
        }
        if over > 0 {
            let lost_paid: i128 =
                terms.map_or(0, |terms| terms.kept.iter().map(|tender| order.paid[*tender]).sum());
            if before > 0 {
                self.find(Some(refund), "cumulative-over-refund", over, "over");
            } else if lost_here == 0 && over == lost_paid {
                self.find_as(Some(refund), "voucher-refunded", ("mismatch", 4), over, "over");
            } else {
                self.find(Some(refund), "refund-overpaid", over, "over");
            }
        }
        let certain = lost_here + over.max(0);
        self.find(Some(refund), reason, total - certain, "none");
        if reason == "request-time-unknown" {
            self.beside(asked);
        } else {
            self.destination(asked);
        }
        let mut by_tender = refund.back;
        without_lost(terms, &mut by_tender);
        Some(Weighed { over: certain, counts: back, by_tender })
    }

    /// Whether under some reading, with everything unknown as the customer would wish, exactly this is owed.
    fn a_reading_allows(&self, asked: &Asked<'f>, sum: i128, lost_here: i128) -> bool {
        self.readings(asked).into_iter().any(|(due, lost_then)| {
            lost_then == lost_here && due.most() == sum && due.eligible != Eligible::No
        })
    }

    /// What each reading that fits the channel of the request says, at each instant that the request may have
    /// been made, and what is lost under it.
    fn readings(&self, asked: &Asked<'f>) -> Vec<(Due<'f>, i128)> {
        let Some((policy, version)) = asked.due.ruled else { return Vec::new() };
        let channel = &asked.refund.channel;
        let fitting =
            version.readings.iter().filter(|one| one.channel.as_ref().is_none_or(|only| only == channel));
        let mut answers = Vec::new();
        for reading in fitting {
            for at in &asked.instants {
                let ask = Ask { at: *at, refund: Some(asked.refund) };
                let due = self.run.due_under(self.case, ask, (policy, version), &reading.terms);
                answers.push((due, lost(Some(&reading.terms), asked.refund)));
            }
        }
        answers
    }

    fn completed(&mut self, asked: &Asked<'f>, others: &[(i128, i128)], before: i128) -> Option<Weighed> {
        let (refund, order, due) = (asked.refund, self.case.order, &asked.due);
        let counts = is_completed(refund, order);
        let terms = terms_of(due);
        let (total, lost_here) = (refund.total(), lost(terms, refund));
        let back = total - lost_here;
        let sum = back + before;
        let mut by_tender = refund.back;
        without_lost(terms, &mut by_tender);
        let weighed = |over: i128| Some(Weighed { over, counts: back, by_tender });
        if others.iter().any(|(own, other)| sum == *own || sum == *other) {
            self.version_owes = true;
            if counts {
                self.lost_tenders(refund, lost_here);
                return weighed(lost_here);
            }
            return None;
        }
        if !counts {
            self.beside(asked);
            return None;
        }
        if due.eligible == Eligible::No {
            let saved = self
                .readings(asked)
                .iter()
                .any(|(due, lost_then)| due.is_owed() && *lost_then == lost_here && due.total() == sum);
            self.beside(asked);
            if saved {
                if back > 0 {
                    self.find(Some(refund), "reading-dependent", back, "over");
                }
                self.lost_tenders(refund, lost_here);
                return weighed(lost_here);
            }
            for ground in due.grounds.clone() {
                self.find(Some(refund), ground, total, "over");
            }
            return Some(Weighed { over: total, counts: 0, by_tender: Sums::default() });
        }
        self.lost_tenders(refund, lost_here);
        let room = (due.total() - before).max(0);
        let over = back - room;
        if over > 0 {
            self.surplus(asked, over, sum, before, lost_here);
        }
        self.beside(asked);
        weighed(lost_here + over.max(0))
    }

    fn lost_tenders(&mut self, refund: &Refund, lost_here: i128) {
        if lost_here > 0 {
            self.find(Some(refund), "voucher-refunded", lost_here, "over");
        }
    }

    /// Names the cause of a surplus: the first that fits.
    fn surplus(&mut self, asked: &Asked<'f>, over: i128, sum: i128, before: i128, lost_here: i128) {
        let (refund, order) = (asked.refund, self.case.order);
        let terms = terms_of(&asked.due);
        let lost_paid: i128 =
            terms.map_or(0, |terms| terms.kept.iter().map(|tender| order.paid[*tender]).sum());
        let discount = order.list_price.map(|list| list - order.paid.iter().sum::<i128>());
        if before > 0 {
            self.find(Some(refund), "cumulative-over-refund", over, "over");
        } else if lost_here == 0 && over == lost_paid {
            self.find_as(Some(refund), "voucher-refunded", ("mismatch", 4), over, "over");
        } else if self.frozen_fees(refund).contains(&over) {
            self.find(Some(refund), "frozen-counted-as-refund", over, "over");
        } else if self
            .readings(asked)
            .iter()
            .any(|(due, lost_then)| due.is_owed() && *lost_then == lost_here && due.total() == sum)
        {
            self.find(Some(refund), self.by_a_reading(over), over, "over");
        } else if discount == Some(over) {
            self.find(Some(refund), "discount-refunded", over, "over");
        } else if prorates(terms) {
            self.find(Some(refund), "wrong-proration", over, "over");
        } else {
            self.find(Some(refund), "refund-overpaid", over, "over");
        }
    }

    fn by_a_reading(&self, difference: i128) -> &'static str {
        let small = minor_unit(&self.case.order.currency).is_some_and(|unit| difference <= unit);
        if small { "rounding-difference" } else { "reading-dependent" }
    }

    fn frozen_fees(&self, refund: &Refund) -> Vec<i128> {
        let fees = self.case.events.iter().filter(|event| event.kind == "fee_frozen");
        let before = fees.filter(|event| refund.completed_at.is_none_or(|done| event.at <= done));
        before.map(|event| event.amount).collect()
    }

    // ---- requests without money

    /// What of a sum has not come back by any completed refund of the order.
    fn still_open(&self, owed: i128) -> i128 {
        let back: i128 = self.refunds_that_count().map(|refund| self.kept_apart(refund)).sum();
        (owed - back).max(0)
    }

    fn waiting(&mut self, asked: &Asked<'f>) {
        let (refund, due) = (asked.refund, &asked.due);
        let open = self.still_open(due.total());
        if !due.is_owed() || open == 0 {
            return;
        }
        if refund.status == "approved" {
            self.find(Some(refund), "approved-not-paid", open, "under");
            self.open = self.open.max(open);
            return;
        }
        let Some(promise) = terms_of(due).and_then(|terms| terms.processing) else { return };
        let (end, known) = self.promised(promise, refund.requested_at.first);
        if self.run.as_of >= end {
            let class = if known { "mismatch" } else { "review" };
            self.find_as(Some(refund), "pending-too-long", (class, 2), open, "under");
            self.open = self.open.max(open);
        }
    }

    /// The first instant after a limit, and whether the calendar of its days is known.
    pub(super) fn promised(&self, promise: super::terms::Promise, from: i64) -> (i64, bool) {
        match promise.business_days {
            Some(days) => {
                let limit = self.run.facts.business.after(from, days);
                (limit.end, limit.known)
            }
            None => (from + promise.time, true),
        }
    }

    fn denied(&mut self, asked: &Asked<'f>) {
        let (refund, due) = (asked.refund, asked.due.clone());
        if !due.is_owed() {
            self.denied_for_use(asked);
            return;
        }
        // Owed or not, what had come back before leaves less to deny.
        let earlier: Vec<&'f Refund> =
            self.refunds_that_count().filter(|other| comes_before(other, refund)).collect();
        let back: i128 = earlier.into_iter().map(|other| self.kept_apart(other)).sum();
        let denied = due.total() - back;
        if denied <= 0 || self.is_lawful(asked) {
            return;
        }
        let terms = terms_of(&due);
        let reserved = terms.is_some_and(|terms| {
            terms.reserved_reasons.iter().any(|word| of_denial(word) == of_denial(&refund.reason))
        });
        let review = if reserved && of_denial(&refund.reason) != Meaning::Unknown {
            Some("discretionary-rejection")
        } else if self.readings(asked).iter().any(|(due, _)| due.eligible == Eligible::No)
            || self.used_and_not_yet_deducted(asked) && !Self::use_is_the_deduction(asked)
            || self.the_former_version_denies(asked)
        {
            Some("reading-dependent")
        } else if due.doubtful_suspension {
            Some("refund-while-suspended")
        } else if due.soft_quota {
            Some("refund-quota-exceeded")
        } else if self.arises_by_the_decision(asked) {
            Some("changed-before-payment")
        } else {
            None
        };
        if let Some(kind) = review {
            self.review(refund, kind, denied, "under");
            self.open_to_review = self.open_to_review.max(denied);
            return;
        }
        let open = self.still_open(due.total());
        if open == 0 {
            self.find_as(Some(refund), "eligible-refund-denied", ("review", 1), 0, "under");
        } else {
            self.find(Some(refund), "eligible-refund-denied", open, "under");
            self.open = self.open.max(open);
        }
    }

    /// Refused while the bill of the product was being made, where the policy allows that.
    fn is_lawful(&self, asked: &Asked<'f>) -> bool {
        if !terms_of(&asked.due).is_some_and(|terms| terms.lawful_in_billing_run) {
            return false;
        }
        let product = &self.case.order.product;
        let mut runs = self
            .run
            .facts
            .events
            .iter()
            .filter(|event| event.kind == "billing_run" && event.product == *product);
        if runs.clone().next().is_none() {
            return of_denial(&asked.refund.reason) == Meaning::BillingRun;
        }
        let at = asked.refund.requested_at.first;
        runs.any(|run| run.at <= at && run.until.is_none_or(|until| at < until))
    }

    fn the_former_version_denies(&self, asked: &Asked<'f>) -> bool {
        let Some((policy, version)) = asked.due.ruled else { return false };
        let place = policy.versions.iter().position(|one| one.id == version.id).unwrap_or(0);
        if !version.gradual || place == 0 {
            return false;
        }
        let former = &policy.versions[place - 1];
        let ask = Ask { at: asked.refund.requested_at, refund: Some(asked.refund) };
        self.run.due_under(self.case, ask, (policy, former), &former.terms).eligible == Eligible::No
    }

    // ---- between the request and the payment

    /// Whether use began before the request and was deducted after it.
    pub(super) fn used_and_not_yet_deducted(&self, asked: &Asked<'f>) -> bool {
        let Some((_, version)) = asked.due.ruled else { return false };
        let at = asked.refund.requested_at.first;
        terms_of(&asked.due).is_some_and(|terms| terms.tests_use)
            && self.case.usage.iter().any(|usage| {
                !usage.raw
                    && usage.quantity > 0
                    && usage.start.is_some_and(|start| start < at)
                    && usage.posted_at.first > at
                    && is_possible(self.case.order, &version.terms, usage).is_ok()
            })
    }

    /// Whether the page of the policy defines use by the deduction.
    pub(super) fn use_is_the_deduction(asked: &Asked<'f>) -> bool {
        terms_of(&asked.due).is_some_and(|terms| terms.use_is_the_deduction)
    }

    /// Whether a ground stands at an instant after the request that did not stand at it.
    pub(super) fn arises_by(&self, asked: &Asked<'f>, done: i64) -> bool {
        let Some((policy, version)) = asked.due.ruled else { return false };
        let ask = Ask { at: Moment::exact(done), refund: Some(asked.refund) };
        let then = self.run.due_under(self.case, ask, (policy, version), &version.terms);
        let new = then
            .grounds
            .iter()
            .any(|ground| !LEFT_ASIDE.contains(ground) && !asked.due.grounds.contains(ground));
        new || self.use_began_by(asked, done)
    }

    /// Use that began between the request and the payment, whenever it was posted.
    fn use_began_by(&self, asked: &Asked<'f>, done: i64) -> bool {
        let Some((_, version)) = asked.due.ruled else { return false };
        let at = asked.refund.requested_at.first;
        let counted = self.case.usage.iter().filter(|usage| {
            let began_between = usage.start.is_some_and(|start| at <= start && start <= done);
            !usage.raw
                && (usage.posted_at.first <= done || began_between)
                && is_possible(self.case.order, &version.terms, usage).is_ok()
        });
        version.terms.tests_use && done >= at && counted.map(|usage| usage.quantity).sum::<i128>() > 0
    }

    fn arises_by_the_decision(&self, asked: &Asked<'f>) -> bool {
        let refund = asked.refund;
        if let Some(done) = refund.decided_at.or(refund.completed_at) {
            return self.arises_by(asked, done);
        }
        let from = refund.requested_at.first;
        let promise = terms_of(&asked.due).and_then(|terms| terms.processing);
        let to = promise.map_or(from + self.run.lag, |promise| self.promised(promise, from).0 - 1);
        let to = to.min(self.run.as_of);
        let instants = super::bills::instants(self.run, self.case, from, to);
        instants.into_iter().any(|at| self.arises_by(asked, at))
    }

    // ---- the order as a whole

    /// What is short at the last completed refund, and money in another shape than owed.
    fn as_a_whole(&mut self, decisive: Option<&Asked<'f>>) -> i128 {
        let Some(decisive) = decisive else { return 0 };
        let order = self.case.order;
        let of_row = |refund: &&Asked<'f>| {
            let refund = refund.refund;
            refund.status == "completed" && !refund.repeats && refund.currency == order.currency
        };
        let last_with_money = self.asked.iter().rev().find(|asked| is_completed(asked.refund, order));
        let Some(last) = last_with_money.or_else(|| self.asked.iter().rev().find(of_row)) else { return 0 };
        let last = last.clone();
        if self.version_owes {
            return 0;
        }
        let terms = terms_of(&decisive.due).cloned();
        let back: i128 = self.before();
        let mut shortfall = 0;
        if decisive.due.is_owed() {
            shortfall = (decisive.due.total() - back).max(0);
            if shortfall > 0 {
                let lost_here = lost(terms.as_ref(), decisive.refund);
                let explained = self
                    .readings(decisive)
                    .iter()
                    .any(|(due, lost_then)| due.is_owed() && due.total() == back && *lost_then == lost_here);
                let kind = if explained {
                    self.by_a_reading(shortfall)
                } else if prorates(terms.as_ref()) {
                    "wrong-proration"
                } else {
                    "refund-underpaid"
                };
                self.find(Some(last.refund), kind, shortfall, "under");
            }
        }
        if last_with_money_exists(&self.asked, order)
            && decisive.due.eligible != Eligible::No
            && decisive.due.ruled.is_some()
        {
            self.shape(decisive, last.refund);
        }
        shortfall
    }

    fn shape(&mut self, decisive: &Asked<'f>, last: &Refund) {
        let terms = terms_of(&decisive.due).cloned().unwrap_or_default();
        let mut owed = Sums::default();
        let known = |tender: &usize| decisive.due.is_owed() || terms.refundable.contains(tender);
        for (tender, sum) in decisive.due.best.iter().enumerate().filter(|(tender, _)| known(tender)) {
            owed[*terms.return_as.get(&tender).unwrap_or(&tender)] += sum;
        }
        let mut back = Sums::default();
        for one in self.weighed.iter().flatten().filter(|one| one.counts > 0) {
            for (sum, more) in back.iter_mut().zip(one.by_tender) {
                *sum += more;
            }
        }
        let differences: Vec<i128> = back.iter().zip(owed).map(|(back, owed)| back - owed).collect();
        let surplus: i128 = differences.iter().filter(|one| **one > 0).sum();
        let short: i128 = -differences.iter().filter(|one| **one < 0).sum::<i128>();
        let moved = surplus.min(short);
        let unit = minor_unit(&self.case.order.currency).unwrap_or(0);
        if moved <= unit {
            return;
        }
        let cash = tender_of("cash").is_some_and(|cash| differences[cash] > 0);
        if cash {
            self.find(Some(last), "tender-cash-out", moved, "none");
        } else if decisive.due.is_owed() {
            self.find(Some(last), "tender-swap", moved, "none");
        }
    }

    fn row(mut self, decisive: Option<&Asked<'f>>, shortfall: i128) -> (Outcome, Vec<Finding>) {
        let order = self.case.order;
        let repeated: i128 = self
            .case
            .refunds
            .iter()
            .filter(|one| one.repeats && one.currency == order.currency)
            .map(|one| one.total())
            .sum();
        let over = self.weighed.iter().flatten().map(|one| one.over).sum::<i128>() + repeated;
        let to_review = if self.something_completed() { 0 } else { self.open_to_review };
        let under = shortfall.max(self.open).max(to_review);
        self.carry(under);
        let due = match decisive {
            Some(asked) => asked.due.clone(),
            None => self.run.due(self.case, Ask { at: Moment::exact(self.run.as_of), refund: None }),
        };
        let asked_for = decisive.is_some();
        let has = |class: &str| self.findings.iter().any(|finding| finding.class == class);
        let verdict = match due.eligible {
            _ if has("mismatch") => "mismatch",
            Eligible::Unknown(reason) if asked_for && reason != "request-time-unknown" => "undetermined",
            _ if has("review") => "review",
            _ if asked_for => "agrees",
            _ => "not-requested",
        };
        let (eligible, reasons) = match due.eligible {
            Eligible::Yes => ("yes", Vec::new()),
            Eligible::No => ("no", due.grounds.clone()),
            Eligible::Unknown(reason) => ("unknown", vec![reason]),
        };
        let outcome = Outcome {
            order: order.id.clone(),
            policy: due.ruled.map(|(policy, version)| (policy.id.clone(), version.id.clone())),
            decided_at: decisive.map_or(self.run.as_of, |asked| asked.refund.requested_at.first),
            deadline: due.deadline,
            eligible,
            reasons,
            owed: matches!(due.eligible, Eligible::Yes | Eligible::No).then_some(due.split),
            over,
            under,
            verdict,
            requested: asked_for,
        };
        (outcome, self.findings)
    }

    /// Lays each refund's surplus and the order's shortfall on the gravest finding of that direction.
    fn carry(&mut self, under: i128) {
        let order = self.case.order;
        let mut overs: Vec<(String, i128)> = Vec::new();
        for (asked, weighed) in self.asked.iter().zip(&self.weighed) {
            let refund = asked.refund;
            let over = match weighed {
                Some(weighed) => weighed.over,
                None if refund.repeats && refund.currency == order.currency => refund.total(),
                None => 0,
            };
            overs.push((refund.id.clone(), over));
        }
        for (id, over) in overs.into_iter().filter(|(_, over)| *over > 0) {
            let of_it = self
                .findings
                .iter_mut()
                .filter(|one| one.direction == "over" && one.refund.as_ref() == Some(&id));
            if let Some(gravest) = of_it.max_by_key(|one| one.weight()) {
                gravest.exposure = over;
            }
        }
        if under > 0 {
            let short = self.findings.iter_mut().filter(|one| one.direction == "under");
            if let Some(gravest) = short.max_by_key(|one| one.weight()) {
                gravest.exposure = under;
            }
        }
    }
}

fn last_with_money_exists(asked: &[Asked<'_>], order: &super::facts::Order) -> bool {
    asked.iter().any(|asked| is_completed(asked.refund, order))
}

fn comes_before(one: &Refund, other: &Refund) -> bool {
    (one.requested_at.first, &one.id) < (other.requested_at.first, &other.id)
}

fn direction_of(refund: &Refund) -> &'static str {
    if refund.status == "completed" { "over" } else { "under" }
}

pub(super) fn terms_of<'d>(due: &Due<'d>) -> Option<&'d Terms> {
    due.ruled.map(|(_, version)| &version.terms)
}

/// What a refund returned in tenders that the policy keeps.
pub(super) fn lost(terms: Option<&Terms>, refund: &Refund) -> i128 {
    terms.map_or(0, |terms| terms.kept.iter().map(|tender| refund.back[*tender]).sum())
}

fn without_lost(terms: Option<&Terms>, sums: &mut Sums) {
    for tender in terms.into_iter().flat_map(|terms| &terms.kept) {
        sums[*tender] = 0;
    }
}

fn prorates(terms: Option<&Terms>) -> bool {
    terms.is_some_and(|terms| !["full", "none"].contains(&terms.amount.method.as_str()))
}
