//! What many outcomes have in common, once for all of them.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use crate::{
    judge::{Outcome, Verdict},
    money::Currency,
    policy::Eligibility,
    time::Instant,
};

/// All of an outcome but its id, its times and its sums, and which of these it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) product: Arc<str>,
    pub(super) package_type: Arc<str>,
    pub(super) currency: Currency,
    pub(super) vendor: Option<Arc<str>>,
    pub(super) policy: Option<Arc<str>>,
    pub(super) policy_version: Option<Arc<str>>,
    pub(super) eligibility: Eligibility,
    pub(super) reasons: Vec<&'static str>,
    pub(super) verdict: Verdict,
    pub(super) refunds: usize,
    /// The as-of date, where that is when it was decided.
    pub(super) decided_at: Option<Instant>,
    pub(super) has_deadline: bool,
    /// The currency of what is owed, and whether it is anything.
    pub(super) expected: Option<(Currency, bool)>,
    pub(super) has_returned: bool,
    pub(super) has_variance: bool,
    pub(super) has_over: bool,
    pub(super) has_under: bool,
}

impl Shape {
    /// The shape of an outcome, whose words are taken as they are.
    pub(super) fn of(outcome: &Outcome, as_of: Instant) -> Self {
        // Named one by one, so that a field which is added cannot be forgotten here.
        let Outcome {
            order_id: _,
            product,
            package_type,
            currency,
            vendor,
            policy,
            policy_version,
            decided_at,
            deadline,
            eligibility,
            reasons,
            expected,
            refunds,
            actual_total,
            variance,
            over,
            under,
            verdict,
        } = outcome;
        Self {
            product: product.clone(),
            package_type: package_type.clone(),
            currency: *currency,
            vendor: vendor.clone(),
            policy: policy.clone(),
            policy_version: policy_version.clone(),
            eligibility: *eligibility,
            reasons: reasons.clone(),
            verdict: *verdict,
            refunds: *refunds,
            decided_at: Some(*decided_at).filter(|at| *at == as_of),
            has_deadline: deadline.is_some(),
            expected: expected.map(|expected| (expected.currency, expected.present().next().is_some())),
            has_returned: !actual_total.is_zero(),
            has_variance: variance.is_some(),
            has_over: !over.is_zero(),
            has_under: !under.is_zero(),
        }
    }

    /// Whether it is that of an outcome.
    fn is_of(&self, outcome: &Outcome, as_of: Instant) -> bool {
        let owes = |expected: &crate::record::Tenders| expected.present().next().is_some();
        self.verdict == outcome.verdict
            && self.refunds == outcome.refunds
            && self.currency == outcome.currency
            && self.has_deadline == outcome.deadline.is_some()
            && self.has_variance == outcome.variance.is_some()
            && self.has_returned != outcome.actual_total.is_zero()
            && self.has_over != outcome.over.is_zero()
            && self.has_under != outcome.under.is_zero()
            && self.decided_at == Some(outcome.decided_at).filter(|at| *at == as_of)
            && self.expected == outcome.expected.as_ref().map(|sums| (sums.currency, owes(sums)))
            && self.eligibility == outcome.eligibility
            && self.reasons == outcome.reasons
            && self.product == outcome.product
            && self.package_type == outcome.package_type
            && self.policy_version == outcome.policy_version
            && self.policy == outcome.policy
            && self.vendor == outcome.vendor
    }
}

/// Shapes, each with a number.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    list: Vec<Shape>,
    /// Numbers by what tells most shapes apart.
    numbers: HashMap<u64, Vec<u32>>,
    hasher: RandomState,
    last: u32,
}

impl Shapes {
    /// The number of the shape of an outcome.
    pub(super) fn number_of(&mut self, outcome: &Outcome, as_of: Instant) -> u32 {
        // Neighbours in an export often come to the same.
        if self.list.get(self.last as usize).is_some_and(|last| last.is_of(outcome, as_of)) {
            return self.last;
        }
        let Outcome { product, package_type, policy_version, reasons, verdict, .. } = outcome;
        let hash = self.hasher.hash_one((product, package_type, policy_version, reasons, verdict));
        let known = self.numbers.get(&hash).into_iter().flatten().copied();
        let mut same = known.filter(|number| self.list[*number as usize].is_of(outcome, as_of));
        let number = same.next();
        self.last = number.unwrap_or_else(|| self.add(hash, Shape::of(outcome, as_of)));
        self.last
    }

    /// The number of a shape.
    pub(super) fn number(&mut self, shape: &Shape) -> u32 {
        let Shape { product, package_type, policy_version, reasons, verdict, .. } = shape;
        let hash = self.hasher.hash_one((product, package_type, policy_version, reasons, verdict));
        let known = self.numbers.get(&hash).into_iter().flatten().copied();
        let mut same = known.filter(|number| self.list[*number as usize] == *shape);
        let number = same.next();
        number.unwrap_or_else(|| self.add(hash, shape.clone()))
    }

    fn add(&mut self, hash: u64, shape: Shape) -> u32 {
        let number = u32::try_from(self.list.len()).expect("shapes are counted in 32 bits");
        self.list.push(shape);
        self.numbers.entry(hash).or_default().push(number);
        number
    }

    /// Every shape, by number.
    pub(super) fn list(&self) -> &[Shape] {
        &self.list
    }

    /// Every shape, by number, when none is added any more.
    pub(super) fn into_list(self) -> Vec<Shape> {
        self.list
    }
}
