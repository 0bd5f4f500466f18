//! The sums of a run: rows, verdicts, and money over and under, never netted and never across currencies.

use std::{cmp::Reverse, collections::BTreeMap, io};

use rayon::prelude::*;

use crate::{
    engine::{Audit, Decisions, Untouched},
    finding::{Class, Direction, Finding, Severity},
    judge::{Decided, Need, Outcome, Verdict},
    money::{Currency, Money},
    policy::Eligibility,
    record::{ControlTotal, Fate, Role},
};

/// Outcomes that are added up on all threads at a time.
const TOGETHER: usize = 1 << 16;

/// Money of a group of orders in one currency. It foots: `refunded = decided + review + undetermined`, and
/// `decided − owed = over − under` over the orders whose verdict is mismatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoneyLine {
    /// Orders with a request.
    pub orders: u64,
    /// What came back.
    pub refunded: Money,
    /// Of it, for refunds that agree with the policy or disagree.
    pub decided: Money,
    /// What was owed for the decisive request, of orders where that is known.
    pub expected: Money,
    /// What should not have left.
    pub over: Money,
    /// What is owed and has not come back.
    pub under: Money,
    /// What was too much less what was too little in orders whose verdict is mismatch.
    pub wrong: Money,
    /// What came back for refunds of which a person decides.
    pub review: Money,
    /// What came back for refunds that could not be decided.
    pub undetermined: Money,
}

impl MoneyLine {
    /// What policy owes for what is decided: what came back, less what was too much, and what was too little.
    #[must_use]
    pub fn owed(&self) -> Money {
        self.decided.minus(self.wrong)
    }

    fn add_outcome(&mut self, outcome: &Outcome) {
        let requested = outcome.verdict != Verdict::NotRequested;
        self.orders += u64::from(requested);
        if let Some(expected) = outcome.expected.filter(|_| requested) {
            self.expected = self.expected.plus(expected.total());
        }
        self.over = self.over.plus(outcome.over);
        self.under = self.under.plus(outcome.under);
        if outcome.verdict == Verdict::Mismatch {
            self.wrong = self.wrong.plus(outcome.over).minus(outcome.under);
        }
    }

    fn add_refunds(&mut self, decided: Decided, came_back: Money) {
        if !decided.counts() {
            return;
        }
        self.refunded = self.refunded.plus(came_back);
        let part = match decided {
            Decided::Review => &mut self.review,
            Decided::Undetermined => &mut self.undetermined,
            _ => &mut self.decided,
        };
        *part = part.plus(came_back);
    }

    /// Adds that of other orders.
    fn merge(&mut self, other: Self) {
        // Named one by one, so that a sum which is added cannot be forgotten here.
        let Self { orders, refunded, decided, expected, over, under, wrong, review, undetermined } = other;
        self.orders += orders;
        self.refunded = self.refunded.plus(refunded);
        self.decided = self.decided.plus(decided);
        self.expected = self.expected.plus(expected);
        self.over = self.over.plus(over);
        self.under = self.under.plus(under);
        self.wrong = self.wrong.plus(wrong);
        self.review = self.review.plus(review);
        self.undetermined = self.undetermined.plus(undetermined);
    }
}

/// Findings of one kind in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLine {
    /// How many.
    pub findings: u64,
    /// Their amounts at risk.
    pub amount_at_risk: Money,
    /// The exposure that they carry.
    pub exposure: Money,
}

/// Why orders with a request, or money, stand open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undecided {
    /// How many.
    pub orders: u64,
    /// What came back for them.
    pub refunded: Money,
}

/// A finding's place in the order of kinds: class, severity, slug, currency.
pub(super) type KindKey = (Class, Severity, &'static str, Option<Currency>);

/// The sums of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All rows and sums by role.
    pub by_role: BTreeMap<Role, ControlTotal>,
    /// Orders by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Money by currency.
    pub by_currency: BTreeMap<Currency, MoneyLine>,
    /// Money by vendor, policy and currency; no policy is the empty text.
    pub by_policy: BTreeMap<(String, String, Currency), MoneyLine>,
    /// Findings by kind.
    pub by_kind: BTreeMap<KindKey, KindLine>,
    /// Undecided orders with a request, by reason and currency.
    pub undecided: BTreeMap<(&'static str, Currency), Undecided>,
    /// Products of orders without a policy, with their orders.
    pub unruled: BTreeMap<(String, String), u64>,
    /// Unclaimed refunds that can still be had, by currency: orders and money.
    pub unclaimed: BTreeMap<Currency, (u64, Money)>,
    /// Refunds of orders that are not in the exports, by currency: how many and for how much, whether it came
    /// back or was asked for.
    pub orphaned: BTreeMap<Currency, (u64, Money)>,
    /// The money of these refunds that came back, by currency.
    pub orphan_money: BTreeMap<Currency, MoneyLine>,
    /// Refunds of known orders by what came of them.
    pub refunds: BTreeMap<Decided, u64>,
    /// Those that are not decided, by what they need; the most frequent first.
    pub needs: Vec<(Need, u64)>,
    /// What findings carry, by currency: over and under, those of orders that are not in the exports and of refunds
    /// in another currency than their order's included.
    pub exposure: BTreeMap<Currency, (Money, Money)>,
    /// Orders whose findings do not carry what their outcomes say.
    pub untied_orders: Vec<String>,
    /// Rejected rows.
    pub rejected: u64,
    /// Files without a row.
    pub empty_files: Vec<String>,
    /// Files whose totals do not tie.
    pub untied_files: Vec<String>,
}

impl Summary {
    /// The sums of an audit.
    ///
    /// # Errors
    ///
    /// Where outcomes that memory did not hold cannot be read.
    pub fn of(audit: &Audit) -> io::Result<Self> {
        let mut summary = Self::default();
        for file in &audit.files {
            if file.shares.is_empty() {
                summary.by_role.entry(file.role).or_default().add(&file.control);
            }
            for (role, share) in &file.shares {
                summary.by_role.entry(*role).or_default().add(share);
            }
            summary.rejected += file.control.rows(Fate::Rejected);
            if file.control.rows_read() == 0 {
                summary.empty_files.push(file.name());
            }
            if !file.control.ties() {
                summary.untied_files.push(file.name());
            }
        }
        audit.outcomes.stretches(TOGETHER, |some| {
            let sums: Vec<Self> = (0..some.len())
                .into_par_iter()
                .fold(Self::default, |mut sums, at| {
                    let outcome = some.get(at);
                    sums.add_outcome(&outcome);
                    sums.hold_against(&outcome, &audit.findings);
                    sums
                })
                .collect();
            for sums in sums {
                summary.add_outcomes(sums);
            }
            Ok(())
        })?;
        summary.add_untouched(&audit.untouched);
        summary.add_decisions(&audit.decisions);
        for finding in &audit.findings {
            let key = (finding.class, finding.severity, finding.kind.slug, finding.currency);
            let line = summary.by_kind.entry(key).or_insert(KindLine {
                findings: 0,
                amount_at_risk: Money::ZERO,
                exposure: Money::ZERO,
            });
            line.findings += 1;
            line.amount_at_risk = line.amount_at_risk.plus(finding.amount_at_risk);
            line.exposure = line.exposure.plus(finding.exposure);
            if let Some(currency) = finding.currency.filter(|_| !finding.exposure.is_zero()) {
                let (over, under) = summary.exposure.entry(currency).or_default();
                let side = if finding.direction == Direction::Under { under } else { over };
                *side = side.plus(finding.exposure);
            }
            if let Some(currency) = finding.currency.filter(|_| finding.kind.slug == "orphan-refund") {
                let orphaned = summary.orphaned.entry(currency).or_default();
                orphaned.0 += 1;
                orphaned.1 = orphaned.1.plus(finding.amount_at_risk);
            }
        }
        Ok(summary)
    }

    fn add_decisions(&mut self, decisions: &Decisions) {
        for (((vendor, policy, currency), decided), sum) in &decisions.sums {
            *self.refunds.entry(*decided).or_default() += sum.refunds;
            if !decided.counts() {
                continue;
            }
            self.by_currency.entry(*currency).or_default().add_refunds(*decided, sum.came_back);
            let key = (vendor.clone(), policy.clone(), *currency);
            self.by_policy.entry(key).or_default().add_refunds(*decided, sum.came_back);
        }
        for ((currency, decided), sum) in &decisions.orphans {
            let line = self.orphan_money.entry(*currency).or_default();
            line.add_refunds(*decided, sum.came_back);
            if *decided == Decided::Mismatch {
                line.over = line.over.plus(sum.came_back);
            }
        }
        self.needs = decisions.needs.iter().map(|(need, refunds)| (*need, *refunds)).collect();
        self.needs.sort_by_key(|(need, refunds)| (Reverse(*refunds), *need));
    }

    /// Refunds of known orders that count, and how many of them are decided.
    #[must_use]
    pub fn decided(&self) -> (u64, u64) {
        let of = |fits: fn(Decided) -> bool| {
            let fitting = self.refunds.iter().filter(|(decided, _)| fits(**decided));
            fitting.map(|(_, refunds)| refunds).sum()
        };
        (of(Decided::is_decided), of(Decided::counts))
    }

    /// Orders that were only counted stand where an outcome without a request and without money would.
    fn add_untouched(&mut self, untouched: &Untouched) {
        for (currency, orders) in &untouched.by_currency {
            *self.verdicts.entry(Verdict::NotRequested).or_default() += orders;
            self.by_currency.entry(*currency).or_default();
        }
        for ((product, package_type), orders) in &untouched.unruled {
            *self.unruled.entry((product.to_string(), package_type.to_string())).or_default() += orders;
        }
    }

    /// Adds the sums of other outcomes.
    fn add_outcomes(&mut self, other: Self) {
        for (verdict, orders) in other.verdicts {
            *self.verdicts.entry(verdict).or_default() += orders;
        }
        for (currency, line) in other.by_currency {
            self.by_currency.entry(currency).or_default().merge(line);
        }
        for (key, line) in other.by_policy {
            self.by_policy.entry(key).or_default().merge(line);
        }
        for (key, undecided) in other.undecided {
            let sum = self.undecided.entry(key).or_default();
            sum.orders += undecided.orders;
            sum.refunded = sum.refunded.plus(undecided.refunded);
        }
        for (ware, orders) in other.unruled {
            *self.unruled.entry(ware).or_default() += orders;
        }
        self.untied_orders.extend(other.untied_orders);
        for (currency, (orders, money)) in other.unclaimed {
            let sum = self.unclaimed.entry(currency).or_default();
            *sum = (sum.0 + orders, sum.1.plus(money));
        }
    }

    /// Holds what an order's findings carry against its outcome. Findings stand in the order of their orders.
    fn hold_against(&mut self, outcome: &Outcome, findings: &[Finding]) {
        if outcome.verdict == Verdict::NotRequested && outcome.over.is_zero() && outcome.under.is_zero() {
            return;
        }
        let order_id = Some(&outcome.order_id);
        let from = findings.partition_point(|finding| finding.order_id.as_ref() < order_id);
        let own = findings[from..].iter().take_while(|finding| finding.order_id.as_ref() == order_id);
        let (mut over, mut under) = (Money::ZERO, Money::ZERO);
        for finding in own.filter(|finding| finding.currency == Some(outcome.currency)) {
            let side = if finding.direction == Direction::Under { &mut under } else { &mut over };
            *side = side.plus(finding.exposure);
        }
        if (over, under) != (outcome.over, outcome.under) {
            self.untied_orders.push(outcome.order_id.to_string());
        }
    }

    fn add_outcome(&mut self, outcome: &Outcome) {
        *self.verdicts.entry(outcome.verdict).or_default() += 1;
        self.by_currency.entry(outcome.currency).or_default().add_outcome(outcome);
        if outcome.verdict != Verdict::NotRequested || !outcome.actual_total.is_zero() {
            let text = |name: &Option<std::sync::Arc<str>>| name.as_deref().unwrap_or_default().to_owned();
            let key = (text(&outcome.vendor), text(&outcome.policy), outcome.currency);
            self.by_policy.entry(key).or_default().add_outcome(outcome);
        }
        if let Eligibility::Unknown(why) = outcome.eligibility
            && outcome.verdict != Verdict::NotRequested
        {
            let undecided = self.undecided.entry((why.slug(), outcome.currency)).or_default();
            undecided.orders += 1;
            undecided.refunded = undecided.refunded.plus(outcome.actual_total);
        }
        if outcome.policy.is_none() && outcome.reasons.contains(&"no-policy") {
            let key = (outcome.product.to_string(), outcome.package_type.to_string());
            *self.unruled.entry(key).or_default() += 1;
        }
        if outcome.verdict == Verdict::NotRequested && outcome.eligibility == Eligibility::Yes {
            let owed = outcome.expected.map(|expected| expected.total()).unwrap_or_default();
            let unclaimed = self.unclaimed.entry(outcome.currency).or_default();
            if owed.is_positive() {
                unclaimed.0 += 1;
                unclaimed.1 = unclaimed.1.plus(owed);
            }
        }
    }

    /// Whether every row and amount read has become something.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.untied_files.is_empty()
    }

    /// Whether the findings of each order carry what its outcome says. Anything else is a fault of the program.
    #[must_use]
    pub fn exposures_tie(&self) -> bool {
        self.untied_orders.is_empty()
    }

    /// Whether something was asked for and not one order of it could be decided, nor is anything certain.
    #[must_use]
    pub fn decided_nothing(&self) -> bool {
        let of = |verdict: Verdict| self.verdicts.get(&verdict).copied().unwrap_or(0);
        let asked = self.orders() - of(Verdict::NotRequested);
        asked > 0 && of(Verdict::Undetermined) == asked && self.findings_of(Class::Mismatch) == 0
    }

    /// Orders of the run.
    #[must_use]
    pub fn orders(&self) -> u64 {
        self.verdicts.values().sum()
    }

    /// Findings of a class. Money that can still be claimed is no fault and does not count.
    #[must_use]
    pub fn findings_of(&self, class: Class) -> u64 {
        let of_class =
            self.by_kind.iter().filter(|((of, _, slug, _), _)| *of == class && *slug != "eligible-unclaimed");
        of_class.map(|(_, line)| line.findings).sum()
    }
}
