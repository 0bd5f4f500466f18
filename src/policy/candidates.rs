//! What a book says of a ware: the policies that may rule an order of it, looked up once for all of them.

use super::{
    book::{Match, PolicyBook},
    model::{Policy, Version},
};
use crate::{
    record::{Order, OrderKind},
    time::Instant,
};

/// The policies about a product, package type and kind of order.
#[derive(Clone, Debug)]
pub struct Candidates<'b> {
    /// Those that cover it, in order of id.
    policies: Vec<&'b Policy>,
    /// Whether one of them is an exception to some policy.
    has_exceptions: bool,
    impossible: Option<&'b Policy>,
}

impl<'b> Candidates<'b> {
    /// Those of a ware.
    #[must_use]
    pub fn of(book: &'b PolicyBook, product: &str, package_type: &str, kind: OrderKind) -> Self {
        let policies: Vec<&Policy> =
            book.about(product).filter(|policy| policy.applies.covers(product, package_type, kind)).collect();
        let has_exceptions = policies.iter().any(|policy| policy.exception_to.is_some());
        let impossible = book.about(product).find(|policy| {
            policy.applies.covers_item(product, package_type)
                && policy.applies.impossible_order_kinds.contains(&kind)
        });
        Self { policies, has_exceptions, impossible }
    }

    /// Those of an order.
    #[must_use]
    pub fn of_order(book: &'b PolicyBook, order: &Order) -> Self {
        Self::of(book, &order.product, &order.package_type, order.kind)
    }

    /// The policy about the package that says that it has no orders of this kind, where one does.
    #[must_use]
    pub const fn impossible(&self) -> Option<&'b Policy> {
        self.impossible
    }

    /// The policy and version that rule an order paid at an instant, for a request at another.
    ///
    /// Of the policies that have a version in force, those set aside by an exception among them leave; one
    /// must remain.
    #[must_use]
    pub fn find(&self, paid_at: Instant, requested_at: Instant) -> Match<'b> {
        let in_force = |policy: &&'b Policy| Some((*policy, policy.version_for(paid_at, requested_at)?));
        let mut standing = self.policies.iter().filter_map(in_force);
        if !self.has_exceptions {
            return one_of(&mut standing);
        }
        let standing: Vec<(&Policy, &Version)> = standing.collect();
        let is_set_aside =
            |id: &str| standing.iter().any(|(policy, _)| policy.exception_to.as_deref() == Some(id));
        one_of(&mut standing.iter().copied().filter(|(policy, _)| !is_set_aside(&policy.id)))
    }
}

fn one_of<'b>(left: &mut impl Iterator<Item = (&'b Policy, &'b Version)>) -> Match<'b> {
    match (left.next(), left.next()) {
        (None, _) => Match::None,
        (Some((policy, version)), None) => Match::One(policy, version),
        (Some((one, _)), Some((other, _))) => Match::Two(one, other),
    }
}
