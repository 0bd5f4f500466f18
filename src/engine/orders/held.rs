//! Orders of a run: packed, each once, found by id.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    super::aside::Aside,
    ids::Ids,
    sieve::{Sieve, Sifted},
    untouched::Settled,
};
use crate::{
    ingest::order_amounts,
    record::{Difference, Join, Order, OrderId, OrderRow, Role, SourceRef, Together, bring_together},
    scan::keys::KeyTable,
    store::{
        Arena, OrderHead, Place, Wares, head_and_place_of, head_of, order_id_of, pack_order, unpack_order,
    },
    time::Instant,
};

/// Packed orders by number.
#[derive(Debug, Default)]
pub(in crate::engine) struct Rows {
    arena: Arena,
    places: Vec<Place>,
}

impl Rows {
    /// Takes a packed order; its number comes back.
    pub(in crate::engine) fn push(&mut self, packed: &[u8]) -> u32 {
        let number = self.count();
        let place = self.arena.push(packed);
        self.places.push(place);
        number
    }

    fn count(&self) -> u32 {
        u32::try_from(self.places.len()).expect("orders are counted in 32 bits")
    }

    fn id_of(&self, number: u32) -> &[u8] {
        order_id_of(self.arena.at(self.places[number as usize]))
    }
}

/// Orders in memory as they come from the sieve.
#[derive(Debug, Default)]
pub(in crate::engine) struct Found {
    rows: Rows,
    ids: Ids,
    /// Of rows that have one id, all but the first by the number of the first.
    again: BTreeMap<u32, Vec<u32>>,
    /// Kept rows whose id stood as let go.
    late: Vec<u32>,
}

impl Found {
    /// Those that were kept elsewhere.
    pub(in crate::engine) fn of(rows: Rows) -> Self {
        let ids = Ids::with_capacity(rows.places.len());
        let mut found = Self { rows, ids, ..Self::default() };
        found.find_from(0);
        found
    }

    /// Makes room for the ids of about so many orders.
    pub(in crate::engine) fn expect(&mut self, orders: usize) {
        self.ids = Ids::with_capacity(orders);
    }

    /// Takes up what the sieve gave, in the order of the file.
    pub(in crate::engine) fn take(&mut self, sifted: &Sifted, sieve: &Sieve<'_>) {
        let first = self.rows.count();
        for packed in sifted.orders() {
            self.rows.push(packed);
        }
        self.find_from(first);
        self.ids.let_go(sifted, sieve);
    }

    /// Lets rows be found by their ids.
    fn find_from(&mut self, first: u32) {
        let Self { rows, ids, again, late } = self;
        let entries = (first..rows.count()).map(|number| (rows.id_of(number), number));
        ids.keep(entries, |number, stands| match stands {
            None => late.push(number),
            Some(stands) => again.entry(stands).or_default().push(number),
        });
    }

    pub(in crate::engine) const fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Takes up what a second look gave.
    pub(in crate::engine) fn take_again(&mut self, sifted: &Sifted) {
        for packed in sifted.orders() {
            let number = self.rows.push(packed);
            if let Some(stands) = self.ids.recall(order_id_of(packed), number) {
                self.again.entry(stands).or_default().push(number);
            }
        }
        self.ids.take_back(sifted);
    }

    /// Puts rows that were kept beside those of their id that a second look gave.
    fn settle_late(&mut self) {
        for number in std::mem::take(&mut self.late) {
            if let Some(stands) = self.ids.recall(self.rows.id_of(number), number) {
                self.again.entry(stands).or_default().push(number);
            }
        }
    }
}

/// What is known of all orders when they have been read.
#[derive(Debug, Default)]
pub(in crate::engine) struct OrdersKnown {
    pub(in crate::engine) wares: Wares,
    /// The orders, unless they went into parts.
    pub(in crate::engine) found: Found,
    /// Rows, repeated ones included.
    pub(in crate::engine) count: u64,
    /// The first and the last payment.
    pub(in crate::engine) paid: Option<(Instant, Instant)>,
    /// Whether any of them names what it bought.
    pub(in crate::engine) names_instances: bool,
    /// Of a run in parts that lets orders go: their ids, and how many.
    pub(in crate::engine) ids: Option<Ids>,
}

/// Orders by number, each once. A number whose order repeats another has none.
#[derive(Debug)]
pub(in crate::engine) struct Orders<'w> {
    wares: &'w Wares,
    arena: Arena,
    places: Vec<Option<Place>>,
    /// Numbers by id; see [`Ids`].
    keys: KeyTable,
    /// By number: what the rows of an order that has several come to.
    joined: BTreeMap<u32, JoinedOrder>,
}

/// What rows of one id come to.
#[derive(Debug)]
pub(in crate::engine) struct JoinedOrder {
    /// Rows beside the one that is kept; those that repeat another word for word are left out.
    pub(in crate::engine) rows: Vec<SourceRef>,
    /// The orders that other rows lead to, where rows contradict each other.
    pub(in crate::engine) others: Vec<Order>,
    /// In what these differ.
    pub(in crate::engine) differences: Vec<Difference>,
}

impl<'w> Orders<'w> {
    /// Keeps one of each. Identical rows are repetitions; others are brought together, and what is kept goes by
    /// what they say, so that the order of rows decides nothing. Orders that were let go are counted.
    pub(in crate::engine) fn once(
        mut found: Found,
        wares: &'w Wares,
        aside: &mut Vec<Aside>,
    ) -> (Self, Settled) {
        found.settle_late();
        let Found { rows: Rows { arena, mut places }, ids, again, .. } = found;
        let (keys, settled) = ids.into_parts();
        places.shrink_to_fit();
        let places = places.into_iter().map(Some).collect();
        let mut orders = Self { wares, arena, places, keys, joined: BTreeMap::new() };
        for (kept, others) in again {
            orders.settle(kept, &others, aside);
        }
        (orders, settled)
    }

    /// Brings rows of one id together.
    fn settle(&mut self, kept: u32, others: &[u32], aside: &mut Vec<Aside>) {
        let numbers = std::iter::once(kept).chain(others.iter().copied());
        let mut rows: Vec<Order> = numbers.map(|number| self.order(number)).collect();
        rows.sort_unstable_by(Order::rank);
        let mut further = Vec::new();
        for at in 1..rows.len() {
            let (former, order) = (&rows[at - 1], &rows[at]);
            let is_repeated = former.says_the_same(order);
            aside.push(Aside {
                at: order.at,
                role: Role::Orders,
                amounts: order_amounts(&OrderRow::from(order)),
                is_repeated,
            });
            if !is_repeated {
                further.push(order.at);
            }
        }
        let Together { record, others: other_orders, differences } = bring_together(rows);
        self.places[kept as usize] = Some(self.place(&record));
        for &other in others {
            self.places[other as usize] = None;
        }
        if !further.is_empty() {
            self.joined.insert(kept, JoinedOrder { rows: further, others: other_orders, differences });
        }
    }

    /// Keeps an order that was put together of several rows.
    fn place(&mut self, order: &Order) -> Place {
        let mut packed = Vec::new();
        let ware = self.wares.find(&order.product, &order.package_type, order.kind, order.site.as_deref());
        pack_order(
            &OrderRow::from(order),
            ware.expect("what it bought is that of one of its rows"),
            &mut packed,
        );
        self.arena.push(&packed)
    }

    /// How many there are, those that were let go included.
    pub(in crate::engine) fn count(&self) -> usize {
        self.keys.len()
    }

    /// One more than the highest number.
    pub(in crate::engine) const fn numbers(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory.
    pub(in crate::engine) fn memory_bytes(&self) -> u64 {
        let places = self.places.capacity() * size_of::<Option<Place>>();
        (self.arena.memory_bytes() + places + self.keys.memory_bytes()) as u64
    }

    /// What was bought.
    pub(in crate::engine) const fn wares(&self) -> &'w Wares {
        self.wares
    }

    /// Numbers by id.
    pub(in crate::engine) const fn keys(&self) -> &KeyTable {
        &self.keys
    }

    /// The number of an order that is kept.
    pub(in crate::engine) fn number(&self, id: &OrderId) -> Option<u32> {
        self.keys.get(id.as_str().as_bytes()).filter(|number| *number != Ids::GONE)
    }

    /// The order of a number.
    pub(in crate::engine) fn order(&self, number: u32) -> Order {
        let place = self.places[number as usize].expect("an order has its number");
        unpack_order(self.arena.at(place), self.wares)
    }

    /// The head of the order of a number, and where it stands.
    pub(in crate::engine) fn head(&self, number: u32) -> (OrderHead<'_>, SourceRef) {
        let place = self.places[number as usize].expect("an order has its number");
        head_and_place_of(self.arena.at(place))
    }

    /// The heads of all orders, with their numbers.
    pub(in crate::engine) fn heads(&self) -> impl Iterator<Item = (u32, OrderHead<'_>)> {
        self.heads_of(0, u32::try_from(self.places.len()).expect("orders are counted in 32 bits"))
    }

    /// The same of some numbers.
    pub(in crate::engine) fn heads_of(
        &self,
        from: u32,
        to: u32,
    ) -> impl Iterator<Item = (u32, OrderHead<'_>)> {
        let places = &self.places[from as usize..to as usize];
        let head = |place: Place| head_of(self.arena.at(place));
        (from..to).zip(places).filter_map(move |(number, place)| Some((number, head((*place)?))))
    }

    /// The heads of all numbers, on all threads.
    pub(in crate::engine) fn par_heads(&self) -> impl IndexedParallelIterator<Item = Option<OrderHead<'_>>> {
        self.places.par_iter().map(|place| Some(head_of(self.arena.at((*place)?))))
    }

    /// Orders whose rows contradict each other.
    pub(in crate::engine) fn contradicted(&self) -> impl Iterator<Item = u32> + '_ {
        self.joined.iter().filter(|(_, joined)| !joined.others.is_empty()).map(|(number, _)| *number)
    }

    /// What the rows of an order come to, where it has several that differ.
    pub(in crate::engine) fn joined(&self, number: u32) -> Option<&JoinedOrder> {
        self.joined.get(&number)
    }
}
