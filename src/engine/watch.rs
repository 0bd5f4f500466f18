//! Accounts that had a refund, watched for buying the same package again while orders are read.
//!
//! Whether somebody bought a package again within a day of its refund is asked of orders about which nobody
//! asked anything else, and which would be gone by then. An export is mostly in the order of payments, so the
//! refunded order is met first, and what its account buys in the days after the request is kept. Where a file is
//! in another order, orders are read a second time.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::refunds::{RefundAt, Refunds};
use crate::{
    record::RefundStatus,
    scan::keys::{Key, KeyTable, hash_of},
    time::Instant,
};

/// Account, product and package type of an order as one number: equal where these are, and hardly ever else.
pub(super) type Buyer = u64;

/// The number of an account and a package.
pub(super) fn buyer_of(account_id: &str, product: &str, package_type: &str) -> Buyer {
    buyer_of_package(account_id, package_of(product, package_type))
}

/// The number of a package.
pub(super) fn package_of(product: &str, package_type: &str) -> u64 {
    hash_of(product.as_bytes()).rotate_left(1) ^ hash_of(package_type.as_bytes())
}

/// The same with the number of the package.
pub(super) fn buyer_of_package(account_id: &str, package: u64) -> Buyer {
    hash_of(account_id.as_bytes()).rotate_left(1) ^ package
}

/// When refunds were asked for that may make patterns.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Orders that refunds are for, by number.
    orders: KeyTable,
    /// Of each number.
    requests: Vec<Vec<Instant>>,
}

impl Asked {
    pub(super) fn of(refunds: &Refunds) -> Self {
        let mut asked = Self::default();
        for of_order in refunds.by_order() {
            let heads = of_order.rows().map(RefundAt::head);
            let completed = heads.filter(|head| head.status == RefundStatus::Completed);
            asked.add(of_order.order_id(), completed.map(|head| head.requested_at.earliest()).collect());
        }
        refunds.contradicted.keys().for_each(|order_id| asked.add(order_id.as_str(), Vec::new()));
        asked
    }

    fn add(&mut self, order_id: &str, requests: Vec<Instant>) {
        let number = u32::try_from(self.requests.len()).expect("refunds are counted in 32 bits");
        if self.orders.insert(order_id.as_bytes(), number).is_none() {
            self.requests.push(requests);
        }
    }

    /// Makes ready for being asked for some orders.
    pub(super) fn expect(&self, orders: &[Key<'_>]) {
        self.orders.expect(orders);
    }

    /// The number of an order that refunds are for.
    pub(super) fn find(&self, order: &Key<'_>) -> Option<u32> {
        self.orders.find(order)
    }

    /// The requests of a number.
    pub(super) fn requests(&self, number: u32) -> &[Instant] {
        &self.requests[number as usize]
    }
}

/// The hash of a number that is one already.
#[derive(Clone, Copy, Debug, Default)]
struct IsHash(u64);

impl Hasher for IsHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash_of(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Who had a refund, so far as orders were read.
#[derive(Debug, Default)]
pub(super) struct Watched {
    requests: HashMap<Buyer, Vec<Instant>, BuildHasherDefault<IsHash>>,
    /// The last payment of an order that was let go.
    latest_gone: Option<Instant>,
}

impl Watched {
    /// Watches a buyer from now on; whether an order that is gone may be one to be kept.
    pub(super) fn watch(&mut self, buyer: Buyer, requests: &[Instant]) -> bool {
        self.requests.entry(buyer).or_default().extend_from_slice(requests);
        requests.iter().any(|request| self.latest_gone.is_some_and(|gone| gone > *request))
    }

    /// Whether an order was paid within a day of a request of its buyer.
    pub(super) fn concerns(&self, buyer: Buyer, paid_at: Instant) -> bool {
        self.requests.get(&buyer).is_some_and(|requests| {
            requests.iter().any(|request| *request < paid_at && paid_at <= request.plus_days(1))
        })
    }

    /// Notes that an order was let go.
    pub(super) fn let_go(&mut self, paid_at: Instant) {
        self.latest_gone = self.latest_gone.max(Some(paid_at));
    }
}
