//! Events, by what they are keyed by.

use std::collections::HashMap;

use crate::{
    record::{AccountId, Event, EventKey, EventKind, Order, OrderId},
    time::{Calendar, Offset},
};

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
