//! Orders of a run: packed, each once, found by id.

use std::{collections::BTreeMap, io};

use rayon::prelude::*;

use super::aside::Aside;
use crate::{
    ingest::order_amounts,
    record::{Order, OrderId, Role, SourceRef},
    scan::keys::KeyTable,
    spill::SpillWriter,
    store::{Arena, OrderHead, Place, Wares, head_of, order_id_of, pack_order, unpack_order},
    time::Instant,
};

/// Orders as they are read.
pub(super) struct OrdersRead<'s> {
    wares: Wares,
    to: To<'s>,
    packed: Vec<u8>,
    count: u64,
    paid: Option<(Instant, Instant)>,
    names_instances: bool,
}

/// Where orders go.
enum To<'s> {
    Memory(Rows),
    /// Parts of a spill file, with the first error.
    Parts(SpillWriter<'s>, io::Result<()>),
}

/// Packed orders by number.
#[derive(Debug, Default)]
pub(super) struct Rows {
    arena: Arena,
    places: Vec<Place>,
}

impl Rows {
    /// Takes a packed order.
    pub(super) fn push(&mut self, packed: &[u8]) {
        let place = self.arena.push(packed);
        self.places.push(place);
    }
}

/// What is known of all orders when they have been read.
#[derive(Debug, Default)]
pub(super) struct OrdersKnown {
    pub(super) wares: Wares,
    /// The orders, unless they went into parts.
    pub(super) rows: Rows,
    /// Rows, repeated ones included.
    pub(super) count: u64,
    /// The first and the last payment.
    pub(super) paid: Option<(Instant, Instant)>,
    /// Whether any of them names what it bought.
    pub(super) names_instances: bool,
}

impl Default for OrdersRead<'_> {
    fn default() -> Self {
        Self::to(To::Memory(Rows::default()))
    }
}

impl<'s> OrdersRead<'s> {
    fn to(to: To<'s>) -> Self {
        Self { wares: Wares::default(), to, packed: Vec::new(), count: 0, paid: None, names_instances: false }
    }

    /// Orders that go into parts by their id.
    pub(super) fn in_parts(writer: SpillWriter<'s>) -> Self {
        Self::to(To::Parts(writer, Ok(())))
    }

    /// Takes an order.
    pub(super) fn push(&mut self, order: &Order) {
        self.packed.clear();
        pack_order(order, &mut self.wares, &mut self.packed);
        self.count += 1;
        self.names_instances |= order.instance_id.is_some();
        let at = order.paid_at.earliest();
        let (first, last) = self.paid.unwrap_or((at, at));
        self.paid = Some((first.min(at), last.max(at)));
        match &mut self.to {
            To::Memory(rows) => rows.push(&self.packed),
            To::Parts(writer, done) => {
                if done.is_ok() {
                    *done = writer.push(order.order_id.as_str().as_bytes(), &self.packed);
                }
            }
        }
    }

    /// What is known when all were read.
    ///
    /// # Errors
    ///
    /// Where parts could not be written.
    pub(super) fn finish(self) -> io::Result<OrdersKnown> {
        let Self { wares, to, count, paid, names_instances, .. } = self;
        let rows = match to {
            To::Memory(rows) => rows,
            To::Parts(writer, done) => {
                done?;
                writer.finish()?;
                Rows::default()
            }
        };
        Ok(OrdersKnown { wares, rows, count, paid, names_instances })
    }
}

/// Orders by number, each once. A number whose order repeats another has none.
#[derive(Debug)]
pub(super) struct Orders<'w> {
    wares: &'w Wares,
    arena: Arena,
    places: Vec<Option<Place>>,
    keys: KeyTable,
    /// By number: the rows that contradict the order.
    contradicted: BTreeMap<u32, Vec<SourceRef>>,
}

impl<'w> Orders<'w> {
    /// Keeps one of each. Identical rows are repetitions, others contradictions; which of these is kept
    /// goes by what they say, so that the order of rows decides nothing.
    pub(super) fn once(rows: Rows, wares: &'w Wares, aside: &mut Vec<Aside>) -> Self {
        let Rows { arena, mut places } = rows;
        places.shrink_to_fit();
        let mut keys = KeyTable::with_capacity(places.len());
        let mut again: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let ids = places.iter().map(|place| order_id_of(arena.at(*place)));
        keys.insert_batch(ids.zip(0..), |_, number, kept| again.entry(kept).or_default().push(number));
        let places = places.into_iter().map(Some).collect();
        let mut orders = Self { wares, arena, places, keys, contradicted: BTreeMap::new() };
        for (kept, others) in again {
            orders.settle(kept, &others, aside);
        }
        orders
    }

    /// Chooses among rows of one id.
    fn settle(&mut self, kept: u32, others: &[u32], aside: &mut Vec<Aside>) {
        let numbers = std::iter::once(kept).chain(others.iter().copied());
        let mut rows: Vec<(Order, Option<Place>)> =
            numbers.map(|number| (self.order(number), self.places[number as usize])).collect();
        rows.sort_unstable_by(|(a, _), (b, _)| a.compare_content(b).then_with(|| a.at.cmp(&b.at)));
        let mut contradictions = Vec::new();
        for at in 1..rows.len() {
            let (former, order) = (&rows[at - 1].0, &rows[at].0);
            let is_repeated = former.compare_content(order).is_eq();
            aside.push(Aside {
                at: order.at,
                role: Role::Orders,
                amounts: order_amounts(order),
                is_repeated,
            });
            if !is_repeated {
                contradictions.push(order.at);
            }
        }
        self.places[kept as usize] = rows[0].1;
        for &other in others {
            self.places[other as usize] = None;
        }
        if !contradictions.is_empty() {
            self.contradicted.insert(kept, contradictions);
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// One more than the highest number.
    pub(super) const fn numbers(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory.
    pub(super) fn memory_bytes(&self) -> u64 {
        let places = self.places.capacity() * size_of::<Option<Place>>();
        (self.arena.memory_bytes() + places + self.keys.memory_bytes()) as u64
    }

    /// What was bought.
    pub(super) const fn wares(&self) -> &'w Wares {
        self.wares
    }

    /// Numbers by id.
    pub(super) const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    /// The number of an order.
    pub(super) fn number(&self, id: &OrderId) -> Option<u32> {
        self.keys.get(id.as_str().as_bytes())
    }

    /// The order of a number.
    pub(super) fn order(&self, number: u32) -> Order {
        let place = self.places[number as usize].expect("an order has its number");
        unpack_order(self.arena.at(place), self.wares)
    }

    /// What the order of a number bought.
    pub(super) fn ware(&self, number: u32) -> u32 {
        let place = self.places[number as usize].expect("an order has its number");
        head_of(self.arena.at(place)).ware
    }

    /// The heads of all orders, with their numbers.
    pub(super) fn heads(&self) -> impl Iterator<Item = (u32, OrderHead<'_>)> {
        self.heads_of(0, u32::try_from(self.places.len()).expect("orders are counted in 32 bits"))
    }

    /// The same of some numbers.
    pub(super) fn heads_of(&self, from: u32, to: u32) -> impl Iterator<Item = (u32, OrderHead<'_>)> {
        let places = &self.places[from as usize..to as usize];
        let head = |place: Place| head_of(self.arena.at(place));
        (from..to).zip(places).filter_map(move |(number, place)| Some((number, head((*place)?))))
    }

    /// The heads of all numbers, on all threads.
    pub(super) fn par_heads(&self) -> impl IndexedParallelIterator<Item = Option<OrderHead<'_>>> {
        self.places.par_iter().map(|place| Some(head_of(self.arena.at((*place)?))))
    }

    /// Orders that rows contradict.
    pub(super) fn contradicted(&self) -> impl Iterator<Item = u32> + '_ {
        self.contradicted.keys().copied()
    }

    /// The rows that contradict an order.
    pub(super) fn contradictions(&self, number: u32) -> Option<&[SourceRef]> {
        self.contradicted.get(&number).map(Vec::as_slice)
    }
}
