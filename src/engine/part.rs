//! Some orders of a run with all that belongs to them: the whole run, or as much of it as memory holds.

use super::{
    aside::Aside,
    events::{self, Events},
    kept::{KeptRows, Single},
    orders::Orders,
    refunds::{Refunds, RefundsRead},
};
use crate::{
    case::{Case, Conflict},
    money::Quantity,
    record::{Event, Refund},
};

/// What is known beside orders and usage.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) refunds: Refunds,
    pub(super) events: Events,
}

/// Orders with their usage.
#[derive(Debug)]
pub(super) struct Part<'r> {
    pub(super) facts: &'r Facts,
    pub(super) orders: Orders<'r>,
    /// Of each number, whether the order is in question.
    pub(super) in_question: Vec<bool>,
    pub(super) usage: KeptRows,
    /// Net deductions of orders whose rows were not kept, by number; empty where nobody asks.
    pub(super) sums: Vec<Quantity>,
}

impl Part<'_> {
    /// The rows of usage that are set aside because their id stands already.
    pub(super) fn aside(&self) -> impl Iterator<Item = Aside> + '_ {
        let mut numbers: Vec<u32> = self.usage.numbers_from(0).collect();
        numbers.dedup();
        numbers.into_iter().flat_map(|number| self.usage.of(number).aside)
    }

    /// The case of an order, and the rows of usage that were set aside for it.
    pub(super) fn case(&self, number: u32) -> (Case, Vec<Aside>) {
        if !self.in_question[number as usize] {
            return (self.plain_case(number), Vec::new());
        }
        let Facts { refunds, events } = self.facts;
        let Single { rows, aside, contradicted } = self.usage.of(number);
        let mut case = Case::new(self.orders.order(number));
        let order = &case.order;
        case.events = events.of(order);
        case.refunds = refunds.of(&order.order_id);
        case.usage = rows;
        case.unkept_net = self.sums.get(number as usize).copied().unwrap_or_default();
        let of_usage = (!contradicted.is_empty()).then_some(&contradicted);
        let row_conflict = refunds.contradicted.get(&order.order_id).or(of_usage);
        case.conflict = match self.orders.contradictions(number) {
            Some(rows) => Some(Conflict::Order(rows.to_vec())),
            None => row_conflict.map(|rows| Conflict::Row(rows.clone())),
        };
        (case.sorted(), aside)
    }

    /// The case of an order that is not in question: it has no refund, no kept row and no contradiction.
    fn plain_case(&self, number: u32) -> Case {
        let mut case = Case::new(self.orders.order(number));
        case.events = self.facts.events.of(&case.order);
        case.unkept_net = self.sums.get(number as usize).copied().unwrap_or_default();
        case.sorted()
    }
}

impl Facts {
    /// What records say; of rows that repeat or contradict each other one is kept.
    pub(super) fn of(refunds: RefundsRead, events: Vec<Event>, aside: &mut Vec<Aside>) -> Self {
        Self { refunds: refunds.once(aside), events: events::events(events) }
    }

    /// Every refund.
    pub(super) fn refunds(&self) -> impl Iterator<Item = Refund> + '_ {
        self.refunds.all()
    }
}
