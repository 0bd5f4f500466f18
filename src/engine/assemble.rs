//! Records to cases: repetitions set aside, contradictions marked, everything with its order.

use std::collections::{BTreeMap, HashMap};

use crate::{
    case::{Case, CaseRefund, Conflict},
    ingest::{FileRead, order_amounts, refund_amounts},
    money::Quantity,
    record::{
        AccountId, Event, EventKey, EventKind, Fate, Order, OrderId, Refund, RefundId, RefundStatus, Role,
        SourceRef, Usage,
    },
    time::{Calendar, Offset},
};

/// Orders by id, each once; rows that say something else of one are its contradictions.
pub(super) struct Orders {
    pub(super) list: Vec<Order>,
    /// By place of the order: the rows that contradict it.
    pub(super) contradicted: BTreeMap<usize, Vec<SourceRef>>,
}

/// Rows of a file that repeat another, counted for the finding.
pub(super) type Repeated = BTreeMap<crate::record::FileId, u64>;

/// Sorts orders by id and keeps one of each. Identical rows are repetitions, others contradictions; which
/// of these is kept goes by what they say, so that the order of rows decides nothing.
pub(super) fn orders(mut all: Vec<Order>, files: &mut [FileRead], repeated: &mut Repeated) -> Orders {
    // In place and without a second list: orders are most of what a run holds.
    all.sort_unstable_by(|a, b| {
        a.order_id.cmp(&b.order_id).then_with(|| a.compare_content(b)).then_with(|| a.at.cmp(&b.at))
    });
    let mut rows: BTreeMap<OrderId, Vec<SourceRef>> = BTreeMap::new();
    let mut last_other: Option<Order> = None;
    all.dedup_by(|order, kept| {
        if order.order_id != kept.order_id {
            return false;
        }
        let says_the_same =
            |other: &Order| other.order_id == order.order_id && other.compare_content(order).is_eq();
        let is_repeated = says_the_same(kept) || last_other.as_ref().is_some_and(says_the_same);
        set_aside(files, Role::Orders, order.at, &order_amounts(order));
        if is_repeated {
            *repeated.entry(order.at.file).or_default() += 1;
        } else {
            rows.entry(order.order_id.clone()).or_default().push(order.at);
            last_other = Some(order.clone());
        }
        true
    });
    all.shrink_to_fit();
    let place = |id: &OrderId| all.binary_search_by(|order| order.order_id.cmp(id)).ok();
    let contradicted = rows.into_iter().filter_map(|(id, rows)| Some((place(&id)?, rows))).collect();
    Orders { list: all, contradicted }
}

/// Refunds of the run, each once, with what they repeat; orders that a contradiction leaves open.
pub(super) struct Refunds {
    pub(super) by_order: BTreeMap<OrderId, Vec<CaseRefund>>,
    pub(super) contradicted: BTreeMap<OrderId, Vec<SourceRef>>,
}

/// Keeps one of each refund and marks those that repeat the channel transaction of an earlier one.
pub(super) fn refunds(mut all: Vec<Refund>, files: &mut [FileRead], repeated: &mut Repeated) -> Refunds {
    all.sort_by(|a, b| {
        a.refund_id.cmp(&b.refund_id).then_with(|| a.compare_content(b)).then_with(|| a.at.cmp(&b.at))
    });
    let mut list: Vec<Refund> = Vec::with_capacity(all.len());
    let mut contradicted: BTreeMap<OrderId, Vec<SourceRef>> = BTreeMap::new();
    let mut last_other: Option<Refund> = None;
    for refund in all {
        let Some(kept) = list.last().filter(|kept| kept.refund_id == refund.refund_id) else {
            list.push(refund);
            continue;
        };
        let says_the_same =
            |other: &Refund| other.refund_id == refund.refund_id && other.compare_content(&refund).is_eq();
        set_aside(files, Role::Refunds, refund.at, &refund_amounts(&refund));
        if says_the_same(kept) || last_other.as_ref().is_some_and(says_the_same) {
            *repeated.entry(refund.at.file).or_default() += 1;
        } else {
            contradicted.entry(kept.order_id.clone()).or_default().extend([kept.at, refund.at]);
            contradicted.entry(refund.order_id.clone()).or_default().extend([kept.at, refund.at]);
            last_other = Some(refund);
        }
    }
    for rows in contradicted.values_mut() {
        rows.sort_unstable();
        rows.dedup();
    }
    list.sort_by(|a, b| (a.requested_at, &a.refund_id).cmp(&(b.requested_at, &b.refund_id)));
    let mut transactions: HashMap<Box<str>, (RefundId, SourceRef)> = HashMap::new();
    let mut by_order: BTreeMap<OrderId, Vec<CaseRefund>> = BTreeMap::new();
    for refund in list {
        let mut repeats = None;
        let separate = !refund.merged && refund.status != RefundStatus::Cancelled;
        if let Some(transaction) = refund.channel_txn.as_ref().filter(|_| separate) {
            match transactions.get(transaction) {
                Some(earlier) => repeats = Some(earlier.clone()),
                None => {
                    transactions.insert(transaction.clone(), (refund.refund_id.clone(), refund.at));
                }
            }
        }
        by_order.entry(refund.order_id.clone()).or_default().push(CaseRefund { refund, repeats });
    }
    Refunds { by_order, contradicted }
}

/// Counts a row whose id stands already as a duplicate.
fn set_aside(files: &mut [FileRead], role: Role, at: SourceRef, amounts: &[(&'static str, i128)]) {
    files[at.file.0 as usize].resettle(role, at.line, Fate::Accepted, Fate::Duplicate, amounts);
}

/// Events by what they are keyed by.
#[derive(Default)]
pub(super) struct Events {
    by_order: HashMap<OrderId, Vec<Event>>,
    by_account: HashMap<AccountId, Vec<Event>>,
    by_product: HashMap<Box<str>, Vec<Event>>,
    pub(super) calendar: Calendar,
}

/// Sorts events to their keys; the same event twice counts once.
pub(super) fn events(mut all: Vec<Event>) -> Events {
    let same = |a: &Event, b: &Event| {
        let elsewhere = Event { at: a.at, ..b.clone() };
        *a == elsewhere
    };
    all.sort();
    all.dedup_by(|a, b| same(a, b));
    let mut events = Events::default();
    for event in all {
        match event.kind.key() {
            EventKey::Order => {
                let key = event.order_id.clone().expect("an event has its key");
                events.by_order.entry(key).or_default().push(event);
            }
            EventKey::Account => {
                let key = event.account_id.clone().expect("an event has its key");
                events.by_account.entry(key).or_default().push(event);
            }
            EventKey::Product => {
                let key = event.product.clone().expect("an event has its key");
                events.by_product.entry(key).or_default().push(event);
            }
            EventKey::Day => {
                let on = event.from_at.date_at(Offset::BEIJING);
                if event.kind == EventKind::Holiday {
                    events.calendar.add_holiday(on);
                } else {
                    events.calendar.add_workday(on);
                }
            }
        }
    }
    events
}

impl Events {
    /// Events that concern an order.
    pub(super) fn of(&self, order: &Order) -> Vec<Event> {
        let own = self.by_order.get(&order.order_id);
        let account = self.by_account.get(&order.account_id);
        let product = self.by_product.get(&*order.product);
        own.into_iter().chain(account).chain(product).flatten().cloned().collect()
    }

    /// Orders that events name.
    pub(super) fn orders(&self) -> impl Iterator<Item = &OrderId> {
        self.by_order.keys()
    }
}

/// Rows of usage that were kept, by place of the order; repeated ones set aside.
pub(super) struct KeptUsage {
    pub(super) rows: BTreeMap<u32, Vec<Usage>>,
    pub(super) contradicted: BTreeMap<u32, Vec<SourceRef>>,
}

/// Sorts kept rows to their orders. Rows with one id and one content are one; with one id and another
/// content they leave the order open. Rows without an id are each their own.
pub(super) fn usage(all: Vec<(u32, Usage)>, files: &mut [FileRead], repeated: &mut Repeated) -> KeptUsage {
    let mut kept = KeptUsage { rows: BTreeMap::new(), contradicted: BTreeMap::new() };
    for (order, usage) in all {
        kept.rows.entry(order).or_default().push(usage);
    }
    let kept_contradictions = &mut kept.contradicted;
    for (order, rows) in &mut kept.rows {
        rows.sort_by(|a, b| (&a.usage_id, a).cmp(&(&b.usage_id, b)));
        let mut single: Vec<Usage> = Vec::with_capacity(rows.len());
        let mut last_other: Option<Usage> = None;
        for usage in rows.drain(..) {
            let Some(kept) =
                single.last().filter(|kept| usage.usage_id.is_some() && kept.usage_id == usage.usage_id)
            else {
                single.push(usage);
                continue;
            };
            set_aside(files, Role::Usage, usage.at, &[("quantity", usage.quantity.units())]);
            if kept.same_content(&usage)
                || last_other.as_ref().is_some_and(|other| other.same_content(&usage))
            {
                *repeated.entry(usage.at.file).or_default() += 1;
            } else {
                kept_contradictions.entry(*order).or_default().extend([kept.at, usage.at]);
                last_other = Some(usage);
            }
        }
        *rows = single;
    }
    kept
}

/// Everything about one order, to be taken when its turn comes.
pub(super) struct Assembled {
    pub(super) orders: Orders,
    pub(super) refunds: Refunds,
    pub(super) events: Events,
    pub(super) usage: KeptUsage,
    pub(super) settled: Vec<Quantity>,
}

impl Assembled {
    /// The case of the order at a place.
    pub(super) fn case(&self, at: usize) -> Case {
        let order = &self.orders.list[at];
        let place = u32::try_from(at).expect("orders are counted in 32 bits");
        let mut case = Case::new(order.clone());
        case.events = self.events.of(order);
        case.refunds = self.refunds.by_order.get(&order.order_id).cloned().unwrap_or_default();
        case.usage = self.usage.rows.get(&place).cloned().unwrap_or_default();
        case.unkept_net = self.settled.get(at).copied().unwrap_or_default();
        let row_conflict =
            self.refunds.contradicted.get(&order.order_id).or_else(|| self.usage.contradicted.get(&place));
        case.conflict = match self.orders.contradicted.get(&at) {
            Some(rows) => Some(Conflict::Order(rows.clone())),
            None => row_conflict.map(|rows| Conflict::Row(rows.clone())),
        };
        case.sorted()
    }
}
