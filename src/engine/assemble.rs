//! What is known beside orders and usage: refunds, each once, and events by what they are keyed by.

use std::collections::{BTreeMap, HashMap};

use super::{aside::Aside, orders::Orders};
use crate::{
    case::CaseRefund,
    ingest::refund_amounts,
    record::{
        AccountId, Event, EventKey, EventKind, Order, OrderId, Refund, RefundId, RefundStatus, Role,
        SourceRef,
    },
    time::{Calendar, Offset},
};

/// Refunds of the run, each once, with what they repeat; orders that a contradiction leaves open.
#[derive(Debug, Default)]
pub(super) struct Refunds {
    pub(super) by_order: BTreeMap<OrderId, Vec<CaseRefund>>,
    pub(super) contradicted: BTreeMap<OrderId, Vec<SourceRef>>,
}

/// Keeps one of each refund and marks those that repeat the channel transaction of an earlier one.
pub(super) fn refunds(mut all: Vec<Refund>, aside: &mut Vec<Aside>) -> Refunds {
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
        let is_repeated = says_the_same(kept) || last_other.as_ref().is_some_and(says_the_same);
        let amounts = refund_amounts(&refund);
        aside.push(Aside { at: refund.at, role: Role::Refunds, amounts, is_repeated });
        if !is_repeated {
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
        // Nearly every order has one; a list that begins with room for four takes two kilobytes.
        let of_order = by_order.entry(refund.order_id.clone()).or_insert_with(|| Vec::with_capacity(1));
        of_order.push(CaseRefund { refund, repeats });
    }
    Refunds { by_order, contradicted }
}

impl Refunds {
    /// Of each number, whether the order has a refund.
    pub(super) fn refunded(&self, orders: &Orders<'_>) -> Vec<bool> {
        let mut refunded = vec![false; orders.numbers()];
        for number in self.by_order.keys().chain(self.contradicted.keys()).filter_map(|id| orders.number(id))
        {
            refunded[number as usize] = true;
        }
        refunded
    }
}

/// Events by what they are keyed by.
#[derive(Debug, Default)]
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

    /// Whether one of the order or of its account is there. Those of its product, runs of its bills, say
    /// something only of a refund that was asked for.
    pub(super) fn concern(&self, order_id: &str, account_id: &str) -> bool {
        // Most runs have none, and then nothing is hashed.
        !self.by_order.is_empty() && self.by_order.contains_key(order_id)
            || !self.by_account.is_empty() && self.by_account.contains_key(account_id)
    }

    /// Orders that events name.
    pub(super) fn orders(&self) -> impl Iterator<Item = &OrderId> {
        self.by_order.keys()
    }
}
