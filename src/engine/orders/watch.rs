//! Accounts that had a refund, watched for buying the same package again while orders are read.
//!
//! Whether somebody bought a package again within a day of its refund is asked of orders about which nobody
//! asked anything else, and which would be gone by then. An export is mostly in the order of payments, so the
//! refunded order is met first, and what its account buys in the days after the request is kept. Where a file is
//! in another order, orders are read a second time.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{scan::keys::hash_of, time::Instant};

/// Account, product and package type of an order as one number: equal where these are, and hardly ever else.
pub(in crate::engine) type Buyer = u64;

/// The number of an account and a package.
pub(in crate::engine) fn buyer_of(account_id: &str, product: &str, package_type: &str) -> Buyer {
    buyer_of_package(account_id, package_of(product, package_type))
}

/// The number of a package.
pub(in crate::engine) fn package_of(product: &str, package_type: &str) -> u64 {
    hash_of(product.as_bytes()).rotate_left(1) ^ hash_of(package_type.as_bytes())
}

/// The same with the number of the package.
pub(in crate::engine) fn buyer_of_package(account_id: &str, package: u64) -> Buyer {
    hash_of(account_id.as_bytes()).rotate_left(1) ^ package
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

/// Who had a refund, so far as orders were read: threads ask while one of them tells.
#[derive(Debug)]
pub(in crate::engine) struct Watched {
    requests: RwLock<HashMap<Buyer, Vec<Instant>, BuildHasherDefault<IsHash>>>,
    /// A bit for each of these buyers, shared with some others: most orders are of none of them, and find that out
    /// without the lock.
    marks: Box<[AtomicU64]>,
}

impl Watched {
    /// Nobody yet, and room for the buyers of so many orders.
    pub(in crate::engine) fn with_room(orders: usize) -> Self {
        // One bit in eight or fewer is set; more of them would find no room in a near cache.
        let words = (orders * 4).next_power_of_two().div_ceil(64);
        Self { requests: RwLock::default(), marks: (0..words).map(|_| AtomicU64::new(0)).collect() }
    }

    fn mark(&self, buyer: Buyer) -> (&AtomicU64, u64) {
        let place = usize::try_from(buyer >> 6).expect("an address has 64 bits") & (self.marks.len() - 1);
        (&self.marks[place], 1 << (buyer & 63))
    }

    /// Watches buyers from now on.
    pub(in crate::engine) fn watch(&self, some: impl IntoIterator<Item = (Buyer, Vec<Instant>)>) {
        let mut requests = self.requests.write().unwrap_or_else(PoisonError::into_inner);
        for (buyer, more) in some {
            requests.entry(buyer).or_default().extend(more);
            let (marks, bit) = self.mark(buyer);
            marks.fetch_or(bit, Ordering::Release);
        }
    }

    /// Whether an order was paid within a day of a request of its buyer.
    pub(in crate::engine) fn concerns(&self, buyer: Buyer, paid_at: Instant) -> bool {
        let (marks, bit) = self.mark(buyer);
        if marks.load(Ordering::Acquire) & bit == 0 {
            return false;
        }
        let requests = self.requests.read().unwrap_or_else(PoisonError::into_inner);
        let is_after = |request: &Instant| *request < paid_at && paid_at <= request.plus_days(1);
        requests.get(&buyer).is_some_and(|requests| requests.iter().any(is_after))
    }
}
