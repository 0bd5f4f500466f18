//! Orders that nobody asked about and of which nothing can be said: most of an export.
//!
//! Judging such an order comes to the same each time: not requested, no finding. What decides that it is
//! one stands in its head, so that it need not be unpacked, gathered and judged to be counted.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    money::Currency,
    policy::{Length, Policy, PolicyBook},
    record::OrderStatus,
    store::{OrderHead, Ware, Wares},
    time::{Instant, Moment},
};

/// What the book says of a ware, looked up once.
#[derive(Clone, Debug)]
struct Rules<'b> {
    /// Policies about it.
    policies: Vec<&'b Policy>,
    /// The lengths of the windows of their versions and readings, each once.
    windows: Vec<Length>,
    /// Whether each of those has a window.
    has_windows: bool,
    /// Whether its product has no orders of its kind.
    is_impossible: bool,
}

/// What the book says of every ware of a run.
#[derive(Clone, Debug)]
pub(super) struct WareRules<'b> {
    by_ware: Vec<Rules<'b>>,
}

impl<'b> WareRules<'b> {
    pub(super) fn of(wares: &Wares, book: &'b PolicyBook) -> Self {
        Self { by_ware: wares.list().iter().map(|ware| Rules::of(ware, book)).collect() }
    }

    /// Whether a request at or after an instant could still be in time under some version or reading.
    pub(super) fn may_be_open(&self, head: &OrderHead<'_>, as_of: Instant) -> bool {
        let latest = |moment: Option<Moment>| moment.map(Moment::latest);
        let others = latest(head.delivered_at).max(latest(head.effective_at));
        let anchor = others.map_or(head.paid_at.latest(), |other| other.max(head.paid_at.latest()));
        self.by_ware[head.ware as usize].windows.iter().any(|window| match window {
            // One day beyond covers an inclusive end and the end of the local day.
            Length::Days(days) => anchor.plus_days(i64::from(*days) + 2) > as_of,
            Length::Validity => head.expires_at.is_none_or(|expires_at| expires_at.latest() > as_of),
            Length::Unlimited => true,
            Length::Unstated => false,
        })
    }

    /// Whether an order comes to nothing, so far as its head tells: it has no refund, no event and no
    /// contradiction, and its window is closed; that is for the caller to know.
    pub(super) fn comes_to_nothing(&self, head: &OrderHead<'_>, as_of: Instant) -> bool {
        let rules = &self.by_ware[head.ware as usize];
        let exact = |moment: Option<Moment>| moment.is_none_or(Moment::is_exact);
        rules.has_windows
            && !rules.is_impossible
            && head.paid_at.is_exact()
            && [head.delivered_at, head.effective_at, head.expires_at].into_iter().all(exact)
            && head.status != Some(OrderStatus::Refunded)
            && head.paid_at.latest() <= as_of
            && head.delivered_at.is_none_or(|at| at.latest() >= head.paid_at.earliest())
    }

    /// Whether some policy rules the order for a request at an instant.
    fn is_ruled(&self, head: &OrderHead<'_>, at: Instant) -> bool {
        let paid_at = head.paid_at.earliest();
        let policies = &self.by_ware[head.ware as usize].policies;
        policies.iter().any(|policy| policy.version_for(paid_at, at).is_some())
    }
}

impl<'b> Rules<'b> {
    fn of(ware: &Ware, book: &'b PolicyBook) -> Self {
        let Ware { product, package_type, kind } = ware;
        let about: Vec<&Policy> = book.about(product).collect();
        let item = |policy: &&Policy| policy.applies.covers_item(product, package_type);
        let is_impossible = about
            .iter()
            .copied()
            .filter(item)
            .any(|policy| policy.applies.impossible_order_kinds.contains(kind));
        let policies: Vec<&Policy> =
            about.into_iter().filter(|policy| policy.applies.covers(product, package_type, *kind)).collect();
        let versions = policies.iter().flat_map(|policy| &policy.versions);
        let terms = versions.flat_map(|version| {
            std::iter::once(&version.terms).chain(version.readings.iter().map(|reading| &reading.terms))
        });
        let mut windows = Vec::new();
        let mut has_windows = true;
        for terms in terms {
            match terms.window_of(package_type) {
                Some(window) if windows.contains(&window.length) => {}
                Some(window) => windows.push(window.length),
                None => has_windows = false,
            }
        }
        Self { policies, windows, has_windows, is_impossible }
    }
}

/// Orders that were counted and not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untouched {
    /// How many, by currency.
    pub by_currency: BTreeMap<Currency, u64>,
    /// Those that no policy rules, by product and package type.
    pub unruled: BTreeMap<(Arc<str>, Arc<str>), u64>,
}

impl Untouched {
    /// Counts an order.
    pub(super) fn count(
        &mut self,
        head: &OrderHead<'_>,
        rules: &WareRules<'_>,
        wares: &Wares,
        as_of: Instant,
    ) {
        *self.by_currency.entry(head.currency).or_default() += 1;
        if !rules.is_ruled(head, as_of) {
            let ware = wares.get(head.ware);
            *self.unruled.entry((ware.product.clone(), ware.package_type.clone())).or_default() += 1;
        }
    }

    /// Adds another count.
    pub(super) fn add(&mut self, other: Self) {
        for (currency, orders) in other.by_currency {
            *self.by_currency.entry(currency).or_default() += orders;
        }
        for (ware, orders) in other.unruled {
            *self.unruled.entry(ware).or_default() += orders;
        }
    }
}
