//! The ids of orders: all that is remembered of those that were let go.

use std::collections::{BTreeSet, HashSet};

use super::{
    sieve::{Again, Sieve, Sifted},
    untouched::Settled,
    watch::Buyer,
};
use crate::{
    record::SourceRef,
    scan::keys::{Key, KeyTable},
    time::Instant,
};

/// Numbers by id, [`Ids::GONE`] of orders that were let go.
#[derive(Debug, Default)]
pub(in crate::engine) struct Ids {
    keys: KeyTable,
    /// Ids that several rows have, of which some were let go.
    repeated: BTreeSet<Box<[u8]>>,
    /// Rows kept because of their buyer alone.
    of_buyers: HashSet<SourceRef>,
    /// Whether an order that was let go may be one to be kept because of its buyer.
    is_missed: bool,
    /// The last payment of an order that was let go.
    latest_gone: Option<Instant>,
    settled: Settled,
}

impl Ids {
    /// The number of every order that was let go.
    pub(in crate::engine) const GONE: u32 = KeyTable::INDEX_MAX;

    pub(in crate::engine) fn with_capacity(ids: usize) -> Self {
        Self { keys: KeyTable::with_capacity(ids), ..Self::default() }
    }

    pub(in crate::engine) const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    /// Ids with numbers, and the orders that were let go.
    pub(in crate::engine) fn into_parts(self) -> (KeyTable, Settled) {
        (self.keys, self.settled)
    }

    /// Takes the ids of orders that are kept. Those that stand already are told: the number, and for what its id
    /// stands, which is none where that was let go.
    pub(in crate::engine) fn keep<'i>(
        &mut self,
        entries: impl IntoIterator<Item = (&'i [u8], u32)>,
        mut stands: impl FnMut(u32, Option<u32>),
    ) {
        let Self { keys, repeated, .. } = self;
        keys.insert_batch(
            entries.into_iter().map(|(id, number)| (Key::of(id), number)),
            |id, number, known| {
                if known == Self::GONE {
                    repeated.insert(id.into());
                }
                stands(number, (known != Self::GONE).then_some(known));
            },
        );
    }

    /// Takes the ids of orders that are let go, once those kept beside them were taken.
    pub(in crate::engine) fn let_go(&mut self, sifted: &Sifted, sieve: &Sieve<'_>) {
        let Self { keys, repeated, .. } = self;
        keys.insert_batch(sifted.gone_ids().map(|key| (key, Self::GONE)), |id, _, _| {
            repeated.insert(id.into());
        });
        self.settled.add(&sifted.settled);
        self.of_buyers.extend(sifted.kept.iter().filter_map(|kept| kept.of_buyer));
        let Some((refunds, watched)) = sieve.watched() else { return };
        let refunded = sifted.kept.iter().filter_map(|kept| kept.refunded);
        let requests = refunded
            .map(|(number, buyer)| (buyer, refunds.of_number(number).completed().collect::<Vec<_>>()))
            .filter(|(_, requests)| !requests.is_empty());
        let requests: Vec<(Buyer, Vec<Instant>)> = requests.collect();
        let is_gone = |request: &Instant| self.latest_gone.is_some_and(|gone| gone > *request);
        self.is_missed |= requests.iter().any(|(_, requests)| requests.iter().any(is_gone));
        if !requests.is_empty() {
            watched.watch(requests);
        }
        for gone in &sifted.gone {
            self.is_missed |= watched.concerns(gone.buyer, gone.paid_at);
            self.latest_gone = self.latest_gone.max(Some(gone.paid_at));
        }
    }

    /// What a second look at orders is for, where one is needed.
    pub(in crate::engine) fn look_again(&self) -> Option<Again> {
        (self.is_missed || !self.repeated.is_empty())
            .then(|| Again { repeated: self.repeated.clone(), kept: self.of_buyers.clone() })
    }

    /// Takes an order that is kept after all; where its id stands for another one, that is given back.
    pub(in crate::engine) fn recall(&mut self, id: &[u8], number: u32) -> Option<u32> {
        self.keys.replace(id, Self::GONE, number)
    }

    /// Counts orders no longer that are kept after all.
    pub(in crate::engine) fn take_back(&mut self, sifted: &Sifted) {
        self.settled.take_back(&sifted.settled);
    }
}
