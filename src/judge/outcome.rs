//! One row about one order: what is owed, what was paid, and what came of it.

use std::sync::Arc;

use super::{exposure::Exposure, ledger::Ledger, view::View};
use crate::{
    finding::{Class, Finding},
    money::{Currency, Money},
    policy::{Eligibility, Unknown},
    record::{OrderId, RefundStatus, Tenders},
    time::Instant,
};

/// What came of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Policy and refunds agree.
    Agrees,
    /// They disagree under every reading.
    Mismatch,
    /// A person decides.
    Review,
    /// A fact or a rule is missing.
    Undetermined,
    /// Nothing was asked for.
    NotRequested,
}

impl Verdict {
    /// Every verdict, in the order of summaries.
    pub const ALL: [Self; 5] =
        [Self::Agrees, Self::Mismatch, Self::Review, Self::Undetermined, Self::NotRequested];

    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Mismatch => "mismatch",
            Self::Review => "review",
            Self::Undetermined => "undetermined",
            Self::NotRequested => "not-requested",
        }
    }
}

/// One row of `outcomes.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The order.
    pub order_id: OrderId,
    /// Its product.
    pub product: Arc<str>,
    /// Its package type.
    pub package_type: Arc<str>,
    /// Its currency.
    pub currency: Currency,
    /// The vendor whose policy rules it.
    pub vendor: Option<Arc<str>>,
    /// The policy that rules it.
    pub policy: Option<Arc<str>>,
    /// The version in force.
    pub policy_version: Option<Arc<str>>,
    /// The request that was decided, or the as-of date.
    pub decided_at: Instant,
    /// The first instant at which a request is too late.
    pub deadline: Option<Instant>,
    /// Whether a refund is due.
    pub eligibility: Eligibility,
    /// Every ground that stands, or why eligibility is unknown.
    pub reasons: Vec<&'static str>,
    /// What policy owes for a request at `decided_at`; `None` where unknown.
    pub expected: Option<Tenders>,
    /// Refunds seen, cancelled ones included.
    pub refunds: usize,
    /// What came back, repetitions included.
    pub actual_total: Money,
    /// `actual_total` less what was owed; `None` where that is unknown.
    pub variance: Option<Money>,
    /// What should not have left, in the order's currency.
    pub over: Money,
    /// What is owed and has not come back.
    pub under: Money,
    /// What came of it.
    pub verdict: Verdict,
}

impl Outcome {
    pub(super) fn of(
        view: &View<'_>,
        ledger: &Ledger<'_, '_>,
        exposure: Exposure,
        findings: &[Finding],
    ) -> Self {
        let order = view.order();
        let answer = &ledger.answer;
        let entitlement = &answer.entitlement;
        let reasons = match entitlement.eligibility {
            Eligibility::Unknown(why) => vec![why.slug()],
            _ => entitlement.grounds.iter().map(|ground| ground.kind.slug()).collect(),
        };
        let expected = entitlement.owed.as_ref().map(|owed| owed.split);
        let actual_total = returned(view);
        let requested = view.refunds.iter().any(|seen| seen.status != RefundStatus::Cancelled);
        let has = |class: Class| {
            findings.iter().any(|finding| finding.class == class && finding.kind.slug != "eligible-unclaimed")
        };
        let verdict = match entitlement.eligibility {
            _ if has(Class::Mismatch) => Verdict::Mismatch,
            // Both ends of the time of the request were tried, and a person decides between them.
            Eligibility::Unknown(why) if requested && why != Unknown::RequestTime => Verdict::Undetermined,
            _ if has(Class::Review) => Verdict::Review,
            _ if requested => Verdict::Agrees,
            _ => Verdict::NotRequested,
        };
        Self {
            order_id: order.order_id.clone(),
            product: order.product.clone(),
            package_type: order.package_type.clone(),
            currency: order.paid.currency,
            vendor: answer.ruled.map(|(policy, _)| policy.vendor.clone()),
            policy: answer.ruled.map(|(policy, _)| policy.id.clone()),
            policy_version: answer.ruled.map(|(_, version)| version.id.clone()),
            decided_at: answer.asked.request.named_at(),
            deadline: entitlement.deadline,
            eligibility: entitlement.eligibility,
            reasons,
            expected,
            refunds: view.refunds.len(),
            actual_total,
            variance: expected.filter(|_| requested).map(|expected| actual_total.minus(expected.total())),
            over: exposure.over,
            under: exposure.under,
            verdict,
        }
    }
}

/// Everything that came back for an order in its currency, repetitions included: it left the vendor.
pub(super) fn returned(view: &View<'_>) -> Money {
    let currency = view.order().paid.currency;
    let completed =
        view.refunds.iter().filter(|seen| seen.is_completed() && seen.returned().currency == currency);
    completed.map(|seen| seen.total()).sum()
}
