//! Some orders of a run with all that belongs to them: the whole run, or as much of it as memory holds.

use super::{
    aside::Aside,
    events::{self, Events},
    kept::{KeptRows, Single},
    orders::{JoinedOrder, Orders},
    refunds::{Contradicted, Refunds, RefundsRead},
};
use crate::{
    case::{Case, Conflict},
    money::Quantity,
    record::{Event, Order, Refund, Role},
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
        let joined = self.orders.joined(number);
        let of_order = joined.iter().flat_map(|joined| &joined.rows).copied();
        case.also = of_order.map(|at| (Role::Orders, case.order.order_id.as_str().into(), at)).collect();
        for one in &case.refunds {
            let id = &one.refund.refund_id;
            let rows = refunds.also_at(id).iter();
            case.also.extend(rows.map(|at| (Role::Refunds, id.as_str().into(), *at)));
        }
        let mut case = case.sorted();
        case.conflict = match joined.filter(|joined| !joined.others.is_empty()) {
            Some(joined) => Some(conflict_of_order(&case, joined)),
            None => match refunds.contradicted(&case.order.order_id) {
                Some(about) => Some(conflict_of_refunds(&case, about)),
                None => (!contradicted.is_empty()).then_some(Conflict {
                    of_order: false,
                    rows: contradicted,
                    differences: Vec::new(),
                    others: Vec::new(),
                }),
            },
        };
        (case, aside)
    }

    /// The case of an order that is not in question: it has no refund, no kept row and no contradiction.
    fn plain_case(&self, number: u32) -> Case {
        let mut case = Case::new(self.orders.order(number));
        case.events = self.facts.events.of(&case.order);
        case.unkept_net = self.sums.get(number as usize).copied().unwrap_or_default();
        case.sorted()
    }
}

/// How the case would be told by the other rows of its order. Another thing that was bought is another case, which
/// cannot be put together here.
fn conflict_of_order(case: &Case, joined: &JoinedOrder) -> Conflict {
    let bought =
        |order: &Order| (order.product.clone(), order.package_type.clone(), order.kind, order.site.clone());
    let same =
        |order: &&Order| order.account_id == case.order.account_id && bought(order) == bought(&case.order);
    let others: Vec<Case> = joined
        .others
        .iter()
        .filter(same)
        .map(|order| Case { order: order.clone(), ..case.clone() })
        .collect();
    let is_whole = others.len() == joined.others.len();
    Conflict {
        of_order: true,
        rows: joined.rows.clone(),
        differences: joined.differences.clone(),
        others: if is_whole { others } else { Vec::new() },
    }
}

/// The same by the other rows of its refunds, one refund at a time; where several are contradicted nothing is put
/// together.
fn conflict_of_refunds(case: &Case, about: &Contradicted) -> Conflict {
    let other = |refund: &Refund| {
        let is_of_order = refund.order_id == case.order.order_id;
        let mut other = case.clone();
        let own = other.refunds.iter_mut().find(|own| own.refund.refund_id == refund.refund_id)?;
        own.refund = refund.clone();
        is_of_order.then(|| other.sorted())
    };
    let others: Option<Vec<Case>> = match about.others.as_slice() {
        [others] => others.iter().map(other).collect(),
        _ => None,
    };
    Conflict {
        of_order: false,
        rows: about.rows.clone(),
        differences: about.differences.clone(),
        others: others.unwrap_or_default(),
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
