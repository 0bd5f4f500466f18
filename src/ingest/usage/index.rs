//! Which order a usage row belongs to.

use std::collections::HashMap;

use super::Line;
use crate::{
    scan::keys::{Key, KeyTable},
    time::Instant,
};

/// An order, so far as usage finds it.
#[derive(Clone, Copy, Debug)]
pub struct Purchase<'o> {
    /// Its number among the orders of the run.
    pub number: u32,
    /// Its id.
    pub order_id: &'o str,
    /// What it bought.
    pub instance_id: Option<&'o str>,
    /// When it was paid.
    pub paid_at: Instant,
}

/// The orders of a run by their ids and by what they bought.
#[derive(Debug)]
pub struct OrderIndex<'o> {
    by_order: &'o KeyTable,
    instances: Instances,
    in_question: Bits,
}

/// A yes or no for each order.
#[derive(Debug, Default)]
struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    fn get(&self, at: u32) -> bool {
        self.words.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(all: I) -> Self {
        let (mut words, mut length) = (Vec::new(), 0);
        for (at, is_set) in all.into_iter().enumerate() {
            if at % 64 == 0 {
                words.push(0);
            }
            *words.last_mut().expect("a word was just begun") |= u64::from(is_set) << (at % 64);
            length = at + 1;
        }
        Self { words, length }
    }
}

/// Orders of an instance by time of payment: a renewal has the instance of its purchase.
#[derive(Debug, Default)]
struct Instances {
    numbers: KeyTable,
    /// Where the orders of each instance begin, and where the last end.
    begins: Vec<u32>,
    paid: Vec<(Instant, u32)>,
}

impl<'o> OrderIndex<'o> {
    /// The index of a run's orders: their numbers by id, and what they bought, with packs and the orders that
    /// bought them. `in_question` says of each number whether the rows of its order are kept.
    ///
    /// # Panics
    ///
    /// With four thousand million orders or more.
    #[must_use]
    pub fn new<'p>(
        by_order: &'o KeyTable,
        orders: impl Iterator<Item = Purchase<'p>>,
        packs: &[(String, String)],
        in_question: impl IntoIterator<Item = bool>,
    ) -> Self {
        let mut packs_of: HashMap<u32, Vec<&str>> = HashMap::new();
        for (pack, order) in packs {
            if let Some(number) = by_order.get(order.as_bytes()) {
                packs_of.entry(number).or_default().push(pack);
            }
        }
        let mut numbers = KeyTable::new();
        // The order's id settles which of two paid at once is the later one.
        let mut found: Vec<(u32, Instant, &str, u32)> = Vec::new();
        for order in orders {
            let packs = packs_of.get(&order.number).into_iter().flatten().copied();
            for instance in order.instance_id.into_iter().chain(packs) {
                let next = u32::try_from(numbers.len()).expect("instances are counted in 32 bits");
                let instance = numbers.insert(instance.as_bytes(), next).unwrap_or(next);
                found.push((instance, order.paid_at, order.order_id, order.number));
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut begins = Vec::with_capacity(numbers.len() + 1);
        for (place, (instance, ..)) in (0..).zip(&found) {
            if begins.len() == *instance as usize {
                begins.push(place);
            }
        }
        begins.push(u32::try_from(found.len()).expect("orders are counted in 32 bits"));
        let paid = found.into_iter().map(|(_, paid_at, _, number)| (paid_at, number)).collect();
        let instances = Instances { numbers, begins, paid };
        Self { by_order, instances, in_question: in_question.into_iter().collect() }
    }

    /// How many numbers it knows of.
    pub(super) const fn numbers(&self) -> usize {
        self.in_question.length
    }

    /// Whether the rows of an order are kept; those of a number beyond all that were said are not.
    #[must_use]
    pub fn is_in_question(&self, order: u32) -> bool {
        self.in_question.get(order)
    }

    /// Makes ready for rows that name these orders.
    pub fn expect(&self, orders: &[Key<'_>]) {
        self.by_order.expect(orders);
    }

    /// Appends the order of each row: by its order id, else by its instance the order last paid by then.
    pub fn find(&self, lines: &[Line<'_>], found: &mut Vec<Option<u32>>) {
        let from = found.len();
        found.extend(lines.iter().map(|line| self.by_order.find(&line.order_id?)));
        let of_instances = |at: &usize| found[from + at].is_none() && lines[*at].instance_id.is_some();
        let open: Vec<usize> = (0..lines.len()).filter(of_instances).collect();
        if open.is_empty() {
            return;
        }
        let mut numbers = Vec::with_capacity(open.len());
        let ids = open.iter().map(|&at| lines[at].instance_id.unwrap_or_default());
        self.instances.numbers.get_batch(ids, &mut numbers);
        for (at, number) in open.into_iter().zip(numbers) {
            let posted_at = lines[at].posted_at.earliest();
            found[from + at] = number.and_then(|number| self.instances.last_paid(number, posted_at));
        }
    }
}

impl Instances {
    /// The order of an instance that was last paid by then, or else its first.
    fn last_paid(&self, number: u32, posted_at: Instant) -> Option<u32> {
        let number = number as usize;
        let of_instance = &self.paid[self.begins[number] as usize..self.begins[number + 1] as usize];
        let paid = of_instance.partition_point(|(paid_at, _)| *paid_at <= posted_at);
        of_instance.get(paid.saturating_sub(1)).map(|(_, at)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        money::Quantity,
        record::{Basis, FileId, SourceRef},
        time::Moment,
    };

    fn line<'r>(order: &'r str, instance: &'r str, posted_at: i64) -> Line<'r> {
        let id = |text: &'r str| (!text.is_empty()).then_some(text.as_bytes());
        Line {
            order_id: id(order).map(Key::of),
            instance_id: id(instance),
            usage_id: None,
            posted_at: Moment::exact(Instant::from_micros(posted_at)),
            usage_start: None,
            usage_end: None,
            unit: None,
            product: None,
            class: None,
            quantity: Quantity::ZERO,
            basis: Basis::Deduction,
            at: SourceRef { file: FileId(0), line: 1 },
        }
    }

    #[test]
    fn a_row_belongs_to_its_order_or_to_the_one_last_paid_of_its_instance() {
        let orders = [("a", Some("i"), 20), ("b", Some("i"), 10), ("c", None, 5), ("d", Some("j"), 7)];
        let mut keys = KeyTable::new();
        for (number, (order_id, ..)) in (0..).zip(orders) {
            keys.insert(order_id.as_bytes(), number);
        }
        let purchases = (0..).zip(&orders).map(|(number, &(order_id, instance_id, paid_at))| Purchase {
            number,
            order_id,
            instance_id,
            paid_at: Instant::from_micros(paid_at),
        });
        let packs = [("i", "b"), ("p", "c"), ("p", "a"), ("q", "nobody")];
        let packs = packs.map(|(pack, order)| (pack.to_owned(), order.to_owned()));
        let index = OrderIndex::new(&keys, purchases, &packs, [true, false, false, true]);
        let asked = [
            (line("c", "i", 30), Some(2)),
            (line("", "i", 30), Some(0)),
            (line("nobody", "i", 19), Some(1)),
            (line("", "i", 1), Some(1)),
            (line("", "p", 6), Some(2)),
            (line("", "p", 20), Some(0)),
            (line("", "j", 0), Some(3)),
            (line("", "q", 0), None),
            (line("nobody", "", 0), None),
        ];
        let mut found = Vec::new();
        index.find(&asked.map(|(line, _)| line), &mut found);
        assert_eq!(found, asked.map(|(_, order)| order));
        assert_eq!([0, 1, 2, 3].map(|order| index.is_in_question(order)), [true, false, false, true]);
    }
}
