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
    /// Whether one of them is an exception to some policy, or is general.
    has_ranks: bool,
    /// Whether all of them are for the site of the order.
    sites_known: bool,
    impossible: Option<&'b Policy>,
    /// Whether the policies about the product are all of other sites of the vendor.
    elsewhere: bool,
}

impl<'b> Candidates<'b> {
    /// Those of a ware.
    #[must_use]
    pub fn of(
        book: &'b PolicyBook,
        product: &str,
        package_type: &str,
        kind: OrderKind,
        site: Option<&str>,
    ) -> Self {
        let about = || book.about(product).filter(|policy| policy.is_for_site(site));
        let policies: Vec<&Policy> =
            about().filter(|policy| policy.applies.covers(product, package_type, kind)).collect();
        let has_ranks =
            policies.iter().any(|policy| policy.exception_to.is_some() || policy.applies.products.is_none());
        let impossible = about().find(|policy| {
            policy.applies.covers_item(product, package_type)
                && policy.applies.impossible_order_kinds.contains(&kind)
        });
        let elsewhere = site.is_some_and(|site| book.is_of_another_site(product, site));
        let sites_known = site.is_some() || policies.iter().all(|policy| policy.site == policies[0].site);
        Self { policies, has_ranks, sites_known, impossible, elsewhere }
    }

    /// Those of an order.
    #[must_use]
    pub fn of_order(book: &'b PolicyBook, order: &Order) -> Self {
        Self::of(book, &order.product, &order.package_type, order.kind, order.site.as_deref())
    }

    /// The policy about the package that says that it has no orders of this kind, where one does.
    #[must_use]
    pub const fn impossible(&self) -> Option<&'b Policy> {
        self.impossible
    }

    /// Whether the policies about the product are all of other sites of the vendor.
    #[must_use]
    pub const fn of_another_site(&self) -> bool {
        self.elsewhere
    }

    /// The instants at which a version of one of them begins or ends.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Instant> + '_ {
        let versions = self.policies.iter().flat_map(|policy| &policy.versions);
        versions.flat_map(|version| [version.effective.from, version.effective.to]).flatten()
    }

    /// The policy and version that rule an order paid at an instant, for a request at another.
    ///
    /// Of the policies that have a version in force, those set aside by an exception among them leave, and
    /// general ones where another one is left; one must remain. Where the site of the order is not known, one of
    /// each site may: the first of them rules, and [`Self::of_other_sites`] has the others.
    #[must_use]
    pub fn find(&self, paid_at: Instant, requested_at: Instant) -> Match<'b> {
        let in_force = |policy: &&'b Policy| Some((*policy, policy.version_for(paid_at, requested_at)?));
        if !self.has_ranks {
            return one_of(&mut self.policies.iter().filter_map(in_force));
        }
        one_of(&mut self.left(paid_at, requested_at).into_iter())
    }

    /// Where the site of the order is not known: the policies and versions of the vendor's other sites that
    /// would rule it there.
    #[must_use]
    pub fn of_other_sites(&self, paid_at: Instant, requested_at: Instant) -> Vec<(&'b Policy, &'b Version)> {
        if self.sites_known {
            return Vec::new();
        }
        let left = self.left(paid_at, requested_at);
        let Match::One(first, _) = one_of(&mut left.iter().copied()) else { return Vec::new() };
        left.into_iter().filter(|(policy, _)| policy.site != first.site).collect()
    }

    /// The policies and versions in force that no other one sets aside, of each site by itself.
    fn left(&self, paid_at: Instant, requested_at: Instant) -> Vec<(&'b Policy, &'b Version)> {
        let in_force = |policy: &&'b Policy| Some((*policy, policy.version_for(paid_at, requested_at)?));
        let standing: Vec<(&Policy, &Version)> = self.policies.iter().filter_map(in_force).collect();
        let same_site =
            |one: &Policy, other: &Policy| one.site == other.site || one.site == "any" || other.site == "any";
        let is_set_aside = |of: &Policy| {
            // An exception names the other one, whatever the site; general terms give way on their own site.
            let sets_aside = |other: &Policy| {
                let is_general = of.applies.products.is_none() && other.applies.products.is_some();
                other.exception_to.as_deref() == Some(&of.id) || is_general && same_site(of, other)
            };
            standing.iter().any(|(other, _)| sets_aside(other))
        };
        standing.iter().copied().filter(|(policy, _)| !is_set_aside(policy)).collect()
    }
}

/// The one that rules; two where they are of one site. Of several sites the first in the order of [`rank`].
fn one_of<'b>(left: &mut impl Iterator<Item = (&'b Policy, &'b Version)>) -> Match<'b> {
    let Some(mut first) = left.next() else { return Match::None };
    for other in left {
        if first.0.site == other.0.site || first.0.site == "any" || other.0.site == "any" {
            return Match::Two(first.0, other.0);
        }
        if rank(other.0) < rank(first.0) {
            first = other;
        }
    }
    Match::One(first.0, first.1)
}

/// Which site rules an order whose site is not known, with the others as readings: the international one first,
/// because its exports are those that say the least of their site.
fn rank(policy: &Policy) -> (bool, &str) {
    (policy.site != "intl", &policy.site)
}
