//! Orders that nobody asked about and of which nothing can be said: most of an export.
//!
//! Judging such an order comes to the same each time: not requested, no finding. What decides that it is
//! one stands in its head, so that it need not be unpacked, gathered and judged to be counted.

use std::{collections::BTreeMap, sync::Arc};

use super::super::events::Events;
use crate::{
    money::Currency,
    policy::{Policy, PolicyBook, Terms, Window},
    record::OrderStatus,
    store::{OrderHead, Ware, Wares},
    time::{Instant, Moment},
};

/// What the book says of a ware, looked up once.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Rules<'b> {
    /// Policies about it.
    policies: Vec<&'b Policy>,
    /// The windows of their versions and readings, each way once.
    windows: Vec<&'b Window>,
    /// Whether each of those has a window.
    has_windows: bool,
    /// Whether its product has no orders of its kind.
    is_impossible: bool,
    /// The instants at which a version begins or ends, ascending.
    turns: Vec<Instant>,
}

/// What the book says of every ware of a run.
#[derive(Clone, Debug)]
pub(in crate::engine) struct WareRules<'b> {
    by_ware: Vec<Rules<'b>>,
}

impl<'b> WareRules<'b> {
    pub(in crate::engine) fn of(wares: &Wares, book: &'b PolicyBook) -> Self {
        Self { by_ware: wares.list().iter().map(|ware| Rules::of(ware, book)).collect() }
    }

    /// Those of a ware.
    pub(in crate::engine) fn get(&self, ware: u32) -> &Rules<'b> {
        &self.by_ware[ware as usize]
    }
}

impl<'b> Rules<'b> {
    /// Whether an order that has no refund leaves something to be asked: its window may be open at an instant or
    /// later, it may come to something whoever asks, or an event concerns it.
    pub(in crate::engine) fn leave_open(
        &self,
        head: &OrderHead<'_>,
        events: &Events,
        as_of: Instant,
    ) -> bool {
        self.may_be_open(head, as_of)
            || !self.comes_to_nothing(head, as_of)
            || events.concern(head.order_id, head.account_id)
    }

    /// Whether a request at or after an instant could still be in time under some version or reading.
    fn may_be_open(&self, head: &OrderHead<'_>, as_of: Instant) -> bool {
        let latest = |moment: Option<Moment>| moment.map(Moment::latest);
        let others = latest(head.delivered_at).max(latest(head.effective_at));
        let anchor = others.map_or(head.paid_at.latest(), |other| other.max(head.paid_at.latest()));
        let expires_at = head.expires_at.map(Moment::latest);
        self.windows.iter().any(|window| window.may_be_open(anchor, expires_at, as_of))
    }

    /// Whether an order comes to nothing, so far as its head tells: it has no refund, no event and no
    /// contradiction, and its window is closed; that is for the caller to know.
    fn comes_to_nothing(&self, head: &OrderHead<'_>, as_of: Instant) -> bool {
        let exact = |moment: Option<Moment>| moment.is_none_or(Moment::is_exact);
        self.has_windows
            && !self.is_impossible
            && head.paid_at.is_exact()
            && [head.delivered_at, head.effective_at, head.expires_at].into_iter().all(exact)
            && head.status != Some(OrderStatus::Refunded)
            && head.paid_at.latest() <= as_of
            && head.delivered_at.is_none_or(|at| at.latest() >= head.paid_at.earliest())
    }

    /// Whether some policy rules an order paid at an instant for a request at another.
    pub(in crate::engine) fn rule(&self, paid_at: Instant, requested_at: Instant) -> bool {
        self.policies.iter().any(|policy| policy.version_for(paid_at, requested_at).is_some())
    }

    /// A number that orders of the ware share if and only if no version begins or ends between their payments,
    /// so that the same versions are about all of them.
    pub(in crate::engine) fn era(&self, paid_at: Instant) -> u32 {
        let passed = self.turns.partition_point(|turn| *turn <= paid_at);
        u32::try_from(passed).expect("a policy has a few versions")
    }

    pub(in crate::engine) fn of(ware: &Ware, book: &'b PolicyBook) -> Self {
        let Ware { product, package_type, kind, site } = ware;
        let about: Vec<&Policy> =
            book.about(product).filter(|policy| policy.is_for_site(site.as_deref())).collect();
        let item = |policy: &&Policy| policy.applies.covers_item(product, package_type);
        let is_impossible = about
            .iter()
            .copied()
            .filter(item)
            .any(|policy| policy.applies.impossible_order_kinds.contains(kind));
        let policies: Vec<&Policy> =
            about.into_iter().filter(|policy| policy.applies.covers(product, package_type, *kind)).collect();
        let versions = policies.iter().flat_map(|policy| &policy.versions);
        let ends = versions.clone().flat_map(|version| [version.effective.from, version.effective.to]);
        let mut turns: Vec<Instant> = ends.flatten().collect();
        turns.sort_unstable();
        turns.dedup();
        let terms = versions.flat_map(|version| {
            let readings = version.readings.iter().map(|reading| &reading.terms);
            std::iter::once(&version.terms).chain(readings).flat_map(Terms::branches)
        });
        let mut windows: Vec<&Window> = Vec::new();
        let mut has_windows = true;
        for terms in terms {
            match terms.window_of(package_type) {
                Some(window) if windows.iter().any(|known| known.is_as_long_as(window)) => {}
                Some(window) => windows.push(window),
                None => has_windows = false,
            }
        }
        Self { policies, windows, has_windows, is_impossible, turns }
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
    /// Counts some orders of one ware and currency.
    pub(in crate::engine) fn count(&mut self, orders: u64, currency: Currency, ware: &Ware, is_ruled: bool) {
        *self.by_currency.entry(currency).or_default() += orders;
        if !is_ruled {
            *self.unruled.entry((ware.product.clone(), ware.package_type.clone())).or_default() += orders;
        }
    }

    /// Adds another count.
    pub(in crate::engine) fn add(&mut self, other: Self) {
        for (currency, orders) in other.by_currency {
            *self.by_currency.entry(currency).or_default() += orders;
        }
        for (ware, orders) in other.unruled {
            *self.unruled.entry(ware).or_default() += orders;
        }
    }
}

/// Orders that came to nothing as they were read, before the as-of date was known: so many of each ware,
/// currency and era, with the first payment of these.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Settled(BTreeMap<(u32, Currency, u32), (u64, Instant)>);

impl Settled {
    /// Counts an order.
    pub(in crate::engine) fn count(&mut self, head: &OrderHead<'_>, rules: &Rules<'_>) {
        let paid_at = head.paid_at.earliest();
        let key = (head.ware, head.currency, rules.era(paid_at));
        let (orders, first) = self.0.entry(key).or_insert((0, paid_at));
        *orders += 1;
        *first = paid_at.min(*first);
    }

    /// Adds another count.
    pub(in crate::engine) fn add(&mut self, other: &Self) {
        for (key, (orders, first)) in &other.0 {
            let (sum, earliest) = self.0.entry(*key).or_insert((0, *first));
            *sum += orders;
            *earliest = *first.min(earliest);
        }
    }

    /// Takes back a part of what was counted.
    pub(in crate::engine) fn take_back(&mut self, other: &Self) {
        for (key, (orders, _)) in &other.0 {
            let (counted, _) = self.0.get_mut(key).expect("only what was counted is taken back");
            *counted -= orders;
        }
    }

    /// What they come to at the as-of date.
    pub(in crate::engine) fn untouched(
        self,
        rules: &WareRules<'_>,
        wares: &Wares,
        as_of: Instant,
    ) -> Untouched {
        let mut untouched = Untouched::default();
        for ((ware, currency, _), (orders, paid_at)) in self.0 {
            if orders > 0 {
                untouched.count(orders, currency, wares.get(ware), rules.get(ware).rule(paid_at, as_of));
            }
        }
        untouched
    }
}
