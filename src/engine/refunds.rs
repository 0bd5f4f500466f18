//! Refunds of a run: packed, each once, found by order, with what they repeat.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::{aside::Aside, orders::Orders};
use crate::{
    case::CaseRefund,
    ingest::{RequestTime, refund_amounts},
    record::{
        Difference, FileId, Join, OrderId, Refund, RefundId, RefundStatus, Role, SourceRef, Together,
        bring_together,
    },
    scan::keys::{Key, KeyTable},
    store::{Arena, Place, RefundHead, pack_refund, refund_head, refunded_order_of, unpack_refund},
    time::Instant,
};

/// Refunds as they are read.
#[derive(Debug, Default)]
pub(super) struct RefundsRead {
    arena: Arena,
    places: Vec<Place>,
    packed: Vec<u8>,
    /// When refunds were asked for, as somebody says.
    times: Vec<RequestTime>,
}

impl RefundsRead {
    /// Takes a refund.
    pub(super) fn push(&mut self, refund: &Refund) {
        self.packed.clear();
        pack_refund(refund, &mut self.packed);
        self.places.push(self.arena.push(&self.packed));
    }

    /// Takes the time at which a refund was asked for.
    pub(super) fn asked(&mut self, time: RequestTime) {
        self.times.push(time);
    }

    /// Keeps one of each and marks those that repeat the channel transaction of an earlier one.
    pub(super) fn once(self, aside: &mut Vec<Aside>) -> Refunds {
        let Self { arena, mut places, times, .. } = self;
        let mut arena = arena;
        let mut joined = join_rows(&mut arena, &mut places, aside);
        joined.unmatched = complete(&mut arena, &mut places, &mut joined.also_at, times);
        let mut rows: Vec<Row> = Vec::with_capacity(places.len());
        {
            let mut kept: Vec<(RefundHead<'_>, Place)> =
                places.into_par_iter().map(|place| (refund_head(arena.at(place)), place)).collect();
            kept.par_sort_unstable_by(|(a, _), (b, _)| {
                (a.requested_at, a.refund_id).cmp(&(b.requested_at, b.refund_id))
            });
            let mut transactions: HashMap<&str, Place> = HashMap::new();
            let mut by_order: Vec<(&str, Row)> = Vec::with_capacity(kept.len());
            for &(RefundHead { order_id, merged, status, channel_txn, .. }, place) in &kept {
                let separate = !merged && status != RefundStatus::Cancelled;
                let earlier = channel_txn.filter(|_| separate).map(|transaction| {
                    let earlier = *transactions.entry(transaction).or_insert(place);
                    (earlier != place).then_some(earlier)
                });
                by_order.push((order_id, (place, earlier.flatten())));
            }
            drop(kept);
            // Within an order they stay by request and id.
            by_order.par_sort_by(|a, b| a.0.cmp(b.0));
            rows.extend(by_order.into_iter().map(|(_, row)| row));
        }
        Refunds::found(arena, rows, joined)
    }
}

/// What rows of refunds that have one id come to.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// By refund: rows beside the one that is kept; those that repeat another word for word are left out.
    also_at: BTreeMap<RefundId, Vec<SourceRef>>,
    /// By file: times of requests whose refund nothing has.
    unmatched: BTreeMap<FileId, u64>,
    /// By order: rows of its refunds that contradict each other.
    contradicted: BTreeMap<OrderId, Contradicted>,
}

/// Rows of refunds of one order that contradict each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Contradicted {
    pub(super) rows: Vec<SourceRef>,
    pub(super) differences: Vec<Difference>,
    /// Of each such refund, what its other rows lead to.
    pub(super) others: Vec<Vec<Refund>>,
}

/// Leaves one place for each id. Identical rows are repetitions, others are brought together; where they
/// contradict each other their orders are left open. The order of rows decides nothing.
fn join_rows(arena: &mut Arena, places: &mut Vec<Place>, aside: &mut Vec<Aside>) -> Joined {
    let mut joined = Joined::default();
    let mut several: Vec<Vec<Refund>> = Vec::new();
    {
        let mut all: Vec<(RefundHead<'_>, Place)> =
            places.par_iter().map(|place| (refund_head(arena.at(*place)), *place)).collect();
        all.par_sort_unstable_by(|(a, _), (b, _)| a.refund_id.cmp(b.refund_id));
        places.clear();
        for same in all.chunk_by(|(a, _), (b, _)| a.refund_id == b.refund_id) {
            match same {
                [(_, one)] => places.push(*one),
                _ => several.push(same.iter().map(|(_, place)| unpack_refund(arena.at(*place))).collect()),
            }
        }
    }
    let mut packed = Vec::new();
    for mut rows in several {
        rows.sort_by(Refund::rank);
        let mut further = Vec::new();
        for at in 1..rows.len() {
            let is_repeated = rows[at - 1].says_the_same(&rows[at]);
            let refund = &rows[at];
            let amounts = refund_amounts(refund);
            aside.push(Aside { at: refund.at, role: Role::Refunds, amounts, is_repeated });
            if !is_repeated {
                further.push(refund.at);
            }
        }
        let orders: BTreeSet<OrderId> = rows.iter().map(|refund| refund.order_id.clone()).collect();
        let Together { record, others, differences } = bring_together(rows);
        if !others.is_empty() {
            let of_others = others.iter().map(|other| &other.order_id);
            let open: BTreeSet<&OrderId> = of_others.chain([&record.order_id]).collect();
            for order in orders.iter().filter(|order| open.contains(order)) {
                let about = joined.contradicted.entry(order.clone()).or_default();
                about.rows.extend(further.iter().copied().chain([record.at]));
                about.rows.sort_unstable();
                about.differences.extend(differences.iter().cloned());
                about.others.push(others.clone());
            }
        }
        packed.clear();
        pack_refund(&record, &mut packed);
        places.push(arena.push(&packed));
        if !further.is_empty() {
            joined.also_at.insert(record.refund_id, further);
        }
    }
    joined
}

/// Gives refunds the times at which they were asked for; counts those of refunds that nothing has, by file. A part of
/// a refund that was split was asked for with it.
fn complete(
    arena: &mut Arena,
    places: &mut [Place],
    also_at: &mut BTreeMap<RefundId, Vec<SourceRef>>,
    mut times: Vec<RequestTime>,
) -> BTreeMap<FileId, u64> {
    let mut unmatched = BTreeMap::new();
    if times.is_empty() {
        return unmatched;
    }
    // Of several rows of one refund the last by time counts, wherever it stands.
    times.sort_by(|a, b| (a.requested_at, a.at).cmp(&(b.requested_at, b.at)));
    let by_id: HashMap<&str, &RequestTime> =
        times.iter().map(|time| (time.refund_id.as_str(), time)).collect();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    let mut packed = Vec::new();
    for place in places {
        let own = refund_head(arena.at(*place)).refund_id.to_owned();
        let whole = own.rsplit_once('/').map_or(own.as_str(), |(whole, _)| whole);
        let Some((id, time)) = by_id.get_key_value(own.as_str()).or_else(|| by_id.get_key_value(whole))
        else {
            continue;
        };
        met.insert(id);
        let mut refund = unpack_refund(arena.at(*place));
        refund.requested_at = time.requested_at;
        refund.assumed.request = false;
        also_at.entry(refund.refund_id.clone()).or_default().push(time.at);
        packed.clear();
        pack_refund(&refund, &mut packed);
        *place = arena.push(&packed);
    }
    for time in times.iter().filter(|time| !met.contains(time.refund_id.as_str())) {
        *unmatched.entry(time.at.file).or_default() += 1;
    }
    unmatched
}

/// A refund, and the earlier one that it repeats.
type Row = (Place, Option<Place>);

/// Refunds of the run, each once, by order, request and id; orders that a contradiction leaves open.
#[derive(Debug, Default)]
pub(super) struct Refunds {
    arena: Arena,
    rows: Vec<Row>,
    joined: Joined,
    /// Orders that rows are for, numbered in the order of their rows, and behind them others that are contradicted.
    orders: KeyTable,
    /// By number of an order: where its rows end, and those of the next begin.
    ends: Vec<u32>,
}

/// One refund, packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefundAt<'f> {
    refunds: &'f Refunds,
    row: &'f Row,
}

/// The refunds of one order, by request and id.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfOrder<'f> {
    refunds: &'f Refunds,
    rows: &'f [Row],
}

impl Refunds {
    /// Rows by order.
    fn found(arena: Arena, rows: Vec<Row>, joined: Joined) -> Self {
        let order_of = |(place, _): &Row| refunded_order_of(arena.at(*place));
        let mut ids: Vec<&str> = Vec::new();
        let (mut ends, mut end) = (Vec::new(), 0);
        for of_order in rows.chunk_by(|a, b| order_of(a) == order_of(b)) {
            end += u32::try_from(of_order.len()).expect("refunds are counted in 32 bits");
            ids.push(order_of(&of_order[0]));
            ends.push(end);
        }
        ids.extend(joined.contradicted.keys().map(OrderId::as_str));
        let mut orders = KeyTable::with_capacity(ids.len());
        // One that has rows and is contradicted beside keeps its number.
        orders.insert_batch(ids.into_iter().map(|id| Key::of(id.as_bytes())).zip(0..), |_, _, _| {});
        Self { arena, rows, joined, orders, ends }
    }

    /// By file: times of requests whose refund nothing has.
    pub(super) const fn unmatched(&self) -> &BTreeMap<FileId, u64> {
        &self.joined.unmatched
    }

    /// The rows of an order's refunds that contradict each other.
    pub(super) fn contradicted(&self, order: &OrderId) -> Option<&Contradicted> {
        self.joined.contradicted.get(order)
    }

    /// The rows that a refund was brought together from, beside its own.
    pub(super) fn also_at(&self, refund: &RefundId) -> &[SourceRef] {
        self.joined.also_at.get(refund).map_or(&[], Vec::as_slice)
    }

    /// Every refund, by order.
    pub(super) fn all(&self) -> impl Iterator<Item = Refund> + '_ {
        self.rows.iter().map(|(place, _)| unpack_refund(self.arena.at(*place)))
    }

    /// Those of each order that has any, by order.
    pub(super) fn by_order(&self) -> impl Iterator<Item = OfOrder<'_>> {
        (0..).take(self.ends.len()).map(|number| self.of_number(number))
    }

    /// How many orders refunds are for or contradictions are about.
    pub(super) fn orders(&self) -> usize {
        self.orders.len()
    }

    /// Makes ready for being asked for some orders.
    pub(super) fn expect(&self, orders: &[Key<'_>]) {
        self.orders.expect(orders);
    }

    /// The number here of an order that refunds are for or that they contradict.
    pub(super) fn find(&self, order: &Key<'_>) -> Option<u32> {
        self.orders.find(order)
    }

    /// Those of the order with this number here.
    pub(super) fn of_number(&self, number: u32) -> OfOrder<'_> {
        let number = number as usize;
        let end_of = |number: usize| self.ends.get(number).map_or(self.rows.len(), |end| *end as usize);
        let begin = number.checked_sub(1).map_or(0, end_of);
        OfOrder { refunds: self, rows: &self.rows[begin..end_of(number)] }
    }

    /// Those of an order.
    pub(super) fn of(&self, order_id: &OrderId) -> Vec<CaseRefund> {
        self.of_order(order_id.as_str()).map(RefundAt::get).collect()
    }

    /// The same, packed.
    pub(super) fn of_order(&self, order_id: &str) -> impl Iterator<Item = RefundAt<'_>> {
        let number = self.orders.get(order_id.as_bytes());
        number.into_iter().flat_map(|number| self.of_number(number).rows())
    }

    /// Of each number, whether the order has a refund.
    pub(super) fn refunded(&self, orders: &Orders<'_>) -> Vec<bool> {
        let own = self.by_order().map(OfOrder::order_id);
        let ids = own.chain(self.joined.contradicted.keys().map(OrderId::as_str));
        let mut numbers = Vec::new();
        orders.keys().get_batch(ids.map(str::as_bytes), &mut numbers);
        let mut refunded = vec![false; orders.numbers()];
        for number in numbers.into_iter().flatten() {
            refunded[number as usize] = true;
        }
        refunded
    }
}

impl<'f> OfOrder<'f> {
    /// The order.
    pub(super) fn order_id(self) -> &'f str {
        refunded_order_of(self.refunds.arena.at(self.rows[0].0))
    }

    /// When those that were completed were asked for.
    pub(super) fn completed(self) -> impl Iterator<Item = Instant> + 'f {
        let heads = self.rows().map(RefundAt::head);
        let completed = heads.filter(|head| head.status == RefundStatus::Completed);
        completed.map(|head| head.requested_at.earliest())
    }

    /// Each of them.
    pub(super) fn rows(self) -> impl Iterator<Item = RefundAt<'f>> {
        self.rows.iter().map(move |row| RefundAt { refunds: self.refunds, row })
    }
}

impl<'f> RefundAt<'f> {
    /// What sorts it, without the rest.
    pub(super) fn head(self) -> RefundHead<'f> {
        refund_head(self.refunds.arena.at(self.row.0))
    }

    /// The refund with what it repeats.
    pub(super) fn get(self) -> CaseRefund {
        let repeats = self.row.1.map(|earlier| {
            let head = refund_head(self.refunds.arena.at(earlier));
            (head.refund_id.into(), head.at)
        });
        CaseRefund { refund: unpack_refund(self.refunds.arena.at(self.row.0)), repeats }
    }
}
