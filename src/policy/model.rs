//! The model of a policy: a closed set of parameters. What it cannot say gets a new named primitive
//! with a test, never an expression language.

use std::{collections::BTreeMap, sync::Arc};

use super::{prices::Prices, terms::Terms};
use crate::{
    record::{Channel, Order, OrderKind},
    time::{Instant, Interval, Offset},
};

/// One vendor text and what it rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its id, stable for ever.
    pub id: Arc<str>,
    /// Whose text it is.
    pub vendor: Arc<str>,
    /// For which of the vendor's sites; `any` is all.
    pub site: String,
    /// One line of what it covers.
    pub title: String,
    /// The vendor's clock, where a rule speaks of days.
    pub zone: Offset,
    /// The policy that it beats where both match.
    pub exception_to: Option<String>,
    /// The orders it is about.
    pub applies: Applies,
    /// Which instant picks the version.
    pub select_by: SelectBy,
    /// Its versions by effective date.
    pub versions: Vec<Version>,
    /// Prices that no order holds, where the user gave some.
    pub prices: Arc<Prices>,
    /// The file it was read from, as named.
    pub file: String,
}

/// The orders a policy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applies {
    /// Products; `None` is every product of the vendor that no policy names.
    pub products: Option<Vec<String>>,
    /// Package types; `None` is all.
    pub package_types: Option<Vec<String>>,
    /// Package types that it is not about.
    pub package_types_not: Vec<String>,
    /// Order kinds; `None` is all.
    pub order_kinds: Option<Vec<OrderKind>>,
    /// Order kinds that the product does not have, so that a row of one is a data finding.
    pub impossible_order_kinds: Vec<OrderKind>,
}

impl Applies {
    /// Whether the policy is about that product and package, whatever an order did to it.
    #[must_use]
    pub fn covers_item(&self, product: &str, package_type: &str) -> bool {
        let is = |word: &String| *word == package_type;
        self.products.as_ref().is_none_or(|products| products.iter().any(|word| *word == product))
            && self.package_types.as_ref().is_none_or(|types| types.iter().any(is))
            && !self.package_types_not.iter().any(is)
    }

    /// Whether the policy is about orders of that kind for that product and package.
    #[must_use]
    pub fn covers(&self, product: &str, package_type: &str, kind: OrderKind) -> bool {
        self.covers_item(product, package_type)
            && self.order_kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether the policy is about that order.
    #[must_use]
    pub fn covers_order(&self, order: &Order) -> bool {
        self.covers(&order.product, &order.package_type, order.kind)
    }
}

/// Which instant picks the version in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectBy {
    /// That of the purchase: terms accepted with the order (K14).
    Purchase,
    /// That of the request (K13).
    Request,
}

impl SelectBy {
    /// The word in policy files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Request => "request",
        }
    }
}

/// The text as it stood from a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id within the policy.
    pub id: Arc<str>,
    /// When it is in force.
    pub effective: Interval,
    /// How sure the dates and the wording are: `high`, `medium`, `low`.
    pub confidence: String,
    /// Whether the vendor rolls it out step by step, so that a denial under the former rule is no fault.
    pub rollout_gradual: bool,
    /// Why it is loaded and never applied: announced only, or its source does not bear it.
    pub held: Option<String>,
    /// The versions it repeats with changes, for the reader.
    pub like: Option<String>,
    /// Where the text stands.
    pub sources: Vec<Source>,
    /// What it rules.
    pub terms: Terms,
    /// Other readings of the same text.
    pub readings: Vec<Reading>,
    /// The version itself as a reading of an order that may be of this site or of another.
    pub of_site: Option<Box<Reading>>,
}

/// Where a text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Address.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// The page's own stamp.
    pub stamp: String,
    /// When it was read.
    pub read_on: String,
    /// When its values were held against it a second time.
    pub checked_on: Option<String>,
    /// The digest of the text that was read: `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Title, stamp and address, as findings cite it.
    pub cited: Arc<str>,
}

/// A rule in our own words, and its place on the page; findings share them with their policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// The rule.
    pub text: Arc<str>,
    /// The place.
    pub place: Arc<str>,
    /// The source of the version that the clause was written for; `None` where that has none of its own.
    pub source: Option<Arc<str>>,
}

/// A named alternative reading: the terms with some parameters changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its id.
    pub id: String,
    /// Why the text can be read so.
    pub why: String,
    /// The parameters it changes.
    pub set: BTreeMap<String, String>,
    /// The channel to which it is limited.
    pub channel: Option<Channel>,
    /// The terms under it.
    pub terms: Terms,
}

impl Policy {
    /// Whether it is for orders of a site; an order whose site is unknown may be of any.
    #[must_use]
    pub fn is_for_site(&self, site: Option<&str>) -> bool {
        self.site == "any" || site.is_none_or(|site| site == self.site)
    }

    /// The version in force for an order bought at `paid_at` and a request at `requested_at`.
    #[must_use]
    pub fn version_for(&self, paid_at: Instant, requested_at: Instant) -> Option<&Version> {
        self.version_at(match self.select_by {
            SelectBy::Purchase => paid_at,
            SelectBy::Request => requested_at,
        })
    }

    /// The version in force at an instant. Versions that are held back are never in force.
    #[must_use]
    pub fn version_at(&self, at: Instant) -> Option<&Version> {
        self.versions.iter().find(|version| version.held.is_none() && version.effective.contains(at))
    }
}
