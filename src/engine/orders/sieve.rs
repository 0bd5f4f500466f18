//! Which orders are kept, told of each as it is read.
//!
//! Most orders of an export were never refunded, their window is closed, and nothing else is known of them: they
//! are counted, their ids are remembered for the usage that names them, and the rest of them is let go. The
//! others are packed. Where every order is to be told of, all are.

use std::collections::{BTreeSet, HashSet};

use super::{
    super::{events::Events, linking::as_export, refunds::Refunds},
    shelf::{Met, Shelf},
    untouched::Settled,
    watch::{Buyer, Watched, buyer_of_package},
};
use crate::{
    export,
    ingest::OrderSink,
    policy::PolicyBook,
    record::{OrderId, OrderRow, SourceRef},
    scan::keys::{Hashed, Key},
    store::{OrderHead, Wares, pack_order},
    time::{Instant, wider},
};

/// Says of each order what becomes of it.
#[derive(Debug)]
pub(in crate::engine) struct Sieve<'r> {
    shelf: Shelf<'r>,
    /// What lets orders go; without it all are kept.
    known: Option<Known<'r>>,
    /// Orders that were let go and are to be kept after all.
    again: Option<Again>,
    /// Whether refunds of exports are tied to orders by what these say.
    links: bool,
}

/// What is known before orders are read.
#[derive(Debug)]
struct Known<'r> {
    refunds: &'r Refunds,
    events: &'r Events,
    /// A lower bound of the as-of date.
    as_of_min: Instant,
    watched: Watched,
}

/// What a second look at orders is for.
#[derive(Debug, Default)]
pub(in crate::engine) struct Again {
    /// Ids that several rows have.
    pub(in crate::engine) repeated: BTreeSet<Box<[u8]>>,
    /// Rows kept at the first look because of their buyer.
    pub(in crate::engine) kept: HashSet<SourceRef>,
}

/// What some orders that stand together come to.
#[derive(Debug, Default)]
pub(in crate::engine) struct Sifted {
    /// Orders that are kept, packed one behind the other.
    packed: Vec<u8>,
    pub(in crate::engine) kept: Vec<KeptOrder>,
    /// The ids of those that are not, one behind the other.
    ids: Vec<u8>,
    pub(in crate::engine) gone: Vec<Gone>,
    pub(in crate::engine) settled: Settled,
    /// The first and the last payment.
    pub(in crate::engine) paid: Option<(Instant, Instant)>,
    /// Whether any of them names what it bought.
    pub(in crate::engine) names_instances: bool,
    /// So far as refunds of exports are tied to orders by it.
    pub(in crate::engine) exported: Vec<(OrderId, export::convert::Record)>,
}

impl Sifted {
    /// How many there are.
    pub(in crate::engine) fn count(&self) -> u64 {
        (self.kept.len() + self.gone.len()) as u64
    }

    /// The packed orders.
    pub(in crate::engine) fn orders(&self) -> impl Iterator<Item = &[u8]> {
        cut(&self.packed, self.kept.iter().map(|kept| kept.end))
    }

    /// The ids of orders that are let go.
    pub(in crate::engine) fn gone_ids(&self) -> impl Iterator<Item = Key<'_>> {
        let ids = cut(&self.ids, self.gone.iter().map(|gone| gone.end));
        ids.zip(&self.gone).map(|(id, gone)| Key::with(id, gone.hashed))
    }
}

/// Bytes cut at their ends.
fn cut(bytes: &[u8], ends: impl Iterator<Item = usize>) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    ends.map(move |end| &bytes[std::mem::replace(&mut from, end)..end])
}

/// An order that is kept.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct KeptOrder {
    /// Where it ends.
    pub(in crate::engine) end: usize,
    /// Its refund and its buyer, where one was asked for.
    pub(in crate::engine) refunded: Option<(u32, Buyer)>,
    /// Where it stands, if it is kept because of its buyer alone.
    pub(in crate::engine) of_buyer: Option<SourceRef>,
}

/// An order that is let go.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Gone {
    /// Where its id ends.
    pub(in crate::engine) end: usize,
    hashed: Hashed,
    pub(in crate::engine) buyer: Buyer,
    pub(in crate::engine) paid_at: Instant,
}

impl<'r> Sieve<'r> {
    /// One that keeps every order.
    pub(in crate::engine) fn keeping_all(book: &'r PolicyBook, links: bool) -> Self {
        Self { shelf: Shelf::new(book), known: None, again: None, links }
    }

    /// One that lets go what comes to nothing.
    pub(in crate::engine) fn letting_go(
        book: &'r PolicyBook,
        refunds: &'r Refunds,
        events: &'r Events,
        as_of_min: Instant,
    ) -> Self {
        let watched = Watched::with_room(refunds.orders());
        let known = Known { refunds, events, as_of_min, watched };
        Self { shelf: Shelf::new(book), known: Some(known), again: None, links: false }
    }

    /// Whether it lets any order go.
    pub(in crate::engine) const fn lets_go(&self) -> bool {
        self.known.is_some()
    }

    /// The wares of the orders.
    pub(in crate::engine) fn into_wares(self) -> Wares {
        self.shelf.into_wares()
    }

    /// The same sieve for a second look: it gives only what is to be kept after all.
    pub(in crate::engine) fn look_again(&mut self, again: Again) {
        self.again = Some(again);
    }

    /// The refunds and the buyers that are watched, where any order is let go.
    pub(in crate::engine) fn watched(&self) -> Option<(&Refunds, &Watched)> {
        self.known.as_ref().map(|known| (known.refunds, &known.watched))
    }

    fn row(&self, met: &mut Met<'r>, sifted: &mut Sifted, row: &OrderRow<'_>, key: &Key<'_>) {
        let found = met.find(&self.shelf, row.product, row.package_type, row.kind, row.site);
        let head = OrderHead::of(row, found.ware);
        let refund = self.known.as_ref().and_then(|known| known.refunds.find(key));
        let buyer = || buyer_of_package(row.account_id, found.package);
        let paid_at = row.paid_at.earliest();
        let mut of_buyer = None;
        let lets_go = self.known.as_ref().filter(|known| {
            refund.is_none()
                && row.instance_id.is_none()
                && !found.rules.leave_open(&head, known.events, known.as_of_min)
        });
        if let Some(known) = lets_go {
            let buyer = buyer();
            let is_watched = known.watched.concerns(buyer, paid_at);
            let is_repeated =
                || self.again.as_ref().is_some_and(|again| again.repeated.contains(row.order_id.as_bytes()));
            match &self.again {
                None if !is_watched => {
                    sifted.ids.extend_from_slice(row.order_id.as_bytes());
                    sifted.gone.push(Gone { end: sifted.ids.len(), hashed: key.hashed(), buyer, paid_at });
                    sifted.settled.count(&head, &found.rules);
                    self.note(sifted, row);
                    return;
                }
                None => of_buyer = Some(row.at),
                Some(again) if again.kept.contains(&row.at) || !is_watched && !is_repeated() => return,
                Some(_) => sifted.settled.count(&head, &found.rules),
            }
        } else if self.again.is_some() {
            return;
        }
        pack_order(row, found.ware, &mut sifted.packed);
        let refunded = refund.filter(|_| self.again.is_none()).map(|refund| (refund, buyer()));
        sifted.kept.push(KeptOrder { end: sifted.packed.len(), refunded, of_buyer });
        self.note(sifted, row);
    }

    /// Takes up what is told of all orders.
    fn note(&self, sifted: &mut Sifted, row: &OrderRow<'_>) {
        let at = row.paid_at.earliest();
        sifted.paid = wider(sifted.paid, Some((at, at)));
        sifted.names_instances |= row.instance_id.is_some();
        if self.links {
            sifted.exported.push((row.order_id.into(), as_export(row)));
        }
    }
}

impl<'r> OrderSink for Sieve<'r> {
    type State = Met<'r>;
    type Taken = Sifted;

    fn state(&self) -> Met<'r> {
        Met::default()
    }

    fn begin(&self) -> Sifted {
        Sifted::default()
    }

    fn expect(&self, orders: &[Key<'_>]) {
        if let Some(known) = &self.known {
            known.refunds.expect(orders);
        }
    }

    fn take(&self, met: &mut Met<'r>, sifted: &mut Sifted, rows: &[OrderRow<'_>], orders: &[Key<'_>]) {
        for (row, key) in rows.iter().zip(orders) {
            self.row(met, sifted, row, key);
        }
    }
}
