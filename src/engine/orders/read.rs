//! Orders as they come from the sieve: into memory, or into parts of a file.

use std::io;

use super::{
    held::{Found, OrdersKnown},
    ids::Ids,
    sieve::{Again, Sieve, Sifted},
};
use crate::{
    export,
    record::OrderId,
    spill::SpillWriter,
    store::{Wares, order_id_of},
    time::{Instant, wider},
};

/// Orders as they are read.
pub(in crate::engine) struct OrdersRead<'s> {
    to: To<'s>,
    count: u64,
    paid: Option<(Instant, Instant)>,
    names_instances: bool,
    exported: Vec<(OrderId, export::convert::Record)>,
}

/// Where orders go.
enum To<'s> {
    Memory(Box<Found>),
    Parts(Box<Parted<'s>>),
}

/// Orders that go into parts of a spill file.
struct Parted<'s> {
    writer: SpillWriter<'s>,
    /// The first error.
    done: io::Result<()>,
    /// Where any are let go, the ids of all.
    ids: Option<Ids>,
}

impl Parted<'_> {
    /// The number of every order that is kept: where it is found says its part.
    const KEPT: u32 = 0;

    fn write(&mut self, sifted: &Sifted) {
        for packed in sifted.orders() {
            if self.done.is_ok() {
                self.done = self.writer.push(order_id_of(packed), packed);
            }
        }
    }

    fn take(&mut self, sifted: &Sifted, sieve: &Sieve<'_>) {
        self.write(sifted);
        if sieve.lets_go() {
            let ids = self.ids.get_or_insert_default();
            // Rows of one id meet in their part.
            ids.keep(sifted.orders().map(|packed| (order_id_of(packed), Self::KEPT)), |_, _| {});
            ids.let_go(sifted, sieve);
        }
    }

    fn take_again(&mut self, sifted: &Sifted) {
        self.write(sifted);
        if let Some(ids) = &mut self.ids {
            for packed in sifted.orders() {
                ids.recall(order_id_of(packed), Self::KEPT);
            }
            ids.take_back(sifted);
        }
    }
}

impl Default for OrdersRead<'_> {
    fn default() -> Self {
        Self::to(To::Memory(Box::default()))
    }
}

impl<'s> OrdersRead<'s> {
    const fn to(to: To<'s>) -> Self {
        Self { to, count: 0, paid: None, names_instances: false, exported: Vec::new() }
    }

    /// Orders that go into parts by their id.
    pub(in crate::engine) fn in_parts(writer: SpillWriter<'s>) -> Self {
        Self::to(To::Parts(Box::new(Parted { writer, done: Ok(()), ids: None })))
    }

    /// Makes room for the ids of about so many orders at once: a table that grows leaves room behind that
    /// nothing else fits into.
    pub(in crate::engine) fn expect(&mut self, orders: usize, sieve: &Sieve<'_>) {
        match &mut self.to {
            To::Memory(found) => found.expect(orders),
            To::Parts(parted) if sieve.lets_go() => parted.ids = Some(Ids::with_capacity(orders)),
            To::Parts(_) => {}
        }
    }

    /// Takes orders, in the order of their file.
    pub(in crate::engine) fn take(&mut self, mut sifted: Sifted, sieve: &Sieve<'_>) {
        self.count += sifted.count();
        self.names_instances |= sifted.names_instances;
        self.paid = wider(self.paid, sifted.paid);
        self.exported.append(&mut sifted.exported);
        match &mut self.to {
            To::Memory(found) => found.take(&sifted, sieve),
            To::Parts(parted) => parted.take(&sifted, sieve),
        }
    }

    /// What a second look at them is for, where one is needed.
    pub(in crate::engine) fn look_again(&self) -> Option<Again> {
        match &self.to {
            To::Memory(found) => found.ids().look_again(),
            To::Parts(parted) => parted.ids.as_ref()?.look_again(),
        }
    }

    /// Takes what a second look gave.
    pub(in crate::engine) fn take_again(&mut self, sifted: &Sifted) {
        match &mut self.to {
            To::Memory(found) => found.take_again(sifted),
            To::Parts(parted) => parted.take_again(sifted),
        }
    }

    /// Those of canonical files, so far as refunds of exports are tied to orders by them.
    pub(in crate::engine) fn take_exported(&mut self) -> Vec<(OrderId, export::convert::Record)> {
        std::mem::take(&mut self.exported)
    }

    /// What is known when all were read.
    ///
    /// # Errors
    ///
    /// Where parts could not be written.
    pub(in crate::engine) fn finish(self, wares: Wares) -> io::Result<OrdersKnown> {
        let Self { to, count, paid, names_instances, .. } = self;
        let (found, ids) = match to {
            To::Memory(found) => (*found, None),
            To::Parts(parted) => {
                let Parted { writer, done, ids } = *parted;
                done?;
                writer.finish()?;
                (Found::default(), ids)
            }
        };
        Ok(OrdersKnown { wares, found, count, paid, names_instances, ids })
    }
}
