//! All policies of a run: loading, replacing, and finding the one that rules an order.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    builtin::BUILTIN,
    error::PolicyErrors,
    load::{Files, parse},
    model::{Policy, Version},
    prices::Prices,
    vendors::Vendors,
};

/// The policies of a run, by id.
#[derive(Default, Clone, Debug, PartialEq, Eq)]
pub struct PolicyBook {
    policies: Vec<Policy>,
    by_product: BTreeMap<String, Vec<usize>>,
    /// Policies about every product of a vendor that no policy names.
    general: Vec<usize>,
    vendors: Vendors,
}

/// What a book says about an order and an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match<'b> {
    /// No policy is about it, or none has a version in force.
    None,
    /// One policy rules it.
    One(&'b Policy, &'b Version),
    /// Two policies of equal rank match: their ids.
    Two(&'b Policy, &'b Policy),
}

impl PolicyBook {
    /// The policies that are built into the program.
    ///
    /// # Panics
    ///
    /// Never: a test loads them.
    #[must_use]
    pub fn builtin() -> Self {
        Self::load(BUILTIN).expect("the built-in policies load")
    }

    /// Reads policies from `(name, text)` pairs. A later one with the id of an earlier one replaces it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, with file, line and column.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, PolicyErrors> {
        let mut errors = Vec::new();
        let parsed = parse(files);
        let is_builtin = |file: &str| BUILTIN.iter().any(|(name, _)| *name == file);
        let gathered = Files::gather(files, &parsed, is_builtin, &mut errors);
        let policies = gathered.policies(&mut errors);
        if !errors.is_empty() {
            errors.sort();
            errors.dedup();
            return Err(PolicyErrors(errors));
        }
        let mut by_product: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut general = Vec::new();
        for (at, policy) in policies.iter().enumerate() {
            match &policy.applies.products {
                Some(products) => {
                    for product in products {
                        by_product.entry(product.clone()).or_default().push(at);
                    }
                }
                None => general.push(at),
            }
        }
        let vendors = Vendors::of(&policies);
        Ok(Self { policies, by_product, general, vendors })
    }

    /// The book with prices that no order holds.
    #[must_use]
    pub fn with_prices(mut self, prices: Prices) -> Self {
        let prices = Arc::new(prices);
        for policy in &mut self.policies {
            policy.prices = prices.clone();
        }
        self
    }

    /// Every policy, by id.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The policy of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| *policy.id == *id)
    }

    /// Whether the policies about a product are all of other sites than this one.
    #[must_use]
    pub fn is_of_another_site(&self, product: &str, site: &str) -> bool {
        let mut about = self.about(product).peekable();
        about.peek().is_some() && about.all(|policy| !policy.is_for_site(Some(site)))
    }

    /// Policies that are about a product at all, in order of id: those that name it, then the general terms of
    /// its vendor.
    pub fn about<'b>(&'b self, product: &str) -> impl Iterator<Item = &'b Policy> + use<'b> {
        let named = self.by_product.get(product).map(Vec::as_slice).unwrap_or_default();
        let vendor = if self.general.is_empty() { None } else { self.vendors.of_product(product) };
        let general = self.general.iter().filter(move |&&at| Some(&*self.policies[at].vendor) == vendor);
        named.iter().chain(general).map(|&at| &self.policies[at])
    }
}
