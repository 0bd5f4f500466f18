//! Whose product a word is: the general terms of a vendor rule only its own products.

use std::collections::BTreeMap;

use super::model::Policy;

/// The catalogue, for the vendor of each product.
const CATALOGUE: &str = include_str!("../../data/products.toml");

/// The vendor of each product that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Vendors(BTreeMap<String, String>);

impl Vendors {
    /// Those of the catalogue and of the policies; nothing where no policy is general.
    pub(super) fn of(policies: &[Policy]) -> Self {
        if policies.iter().all(|policy| policy.applies.products.is_some()) {
            return Self::default();
        }
        let mut vendors = of_catalogue();
        for policy in policies {
            for product in policy.applies.products.iter().flatten() {
                vendors.entry(product.clone()).or_insert_with(|| policy.vendor.to_string());
            }
        }
        Self(vendors)
    }

    pub(super) fn of_product(&self, product: &str) -> Option<&str> {
        self.0.get(product).map(String::as_str)
    }
}

/// The vendor of each product of the catalogue, which writes each key on a line of its own.
fn of_catalogue() -> BTreeMap<String, String> {
    let mut vendors = BTreeMap::new();
    let mut vendor = "";
    for line in CATALOGUE.lines() {
        let value = |key: &str| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.split('"').nth(1)).flatten()
        };
        if let Some(name) = value("vendor") {
            vendor = name;
        } else if let Some(product) = value("product") {
            vendors.insert(product.to_owned(), vendor.to_owned());
        }
    }
    vendors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_catalogue_say_what_its_tables_say() {
        let table: toml::Table = CATALOGUE.parse().unwrap();
        let entries = table["product"].as_array().unwrap();
        let of_tables: BTreeMap<String, String> = entries
            .iter()
            .map(|entry| {
                (entry["product"].as_str().unwrap().into(), entry["vendor"].as_str().unwrap().into())
            })
            .collect();
        assert_eq!(of_catalogue(), of_tables);
    }
}
