//! What the vendors call the products and packages of the set, from the list of the program.

use std::sync::LazyLock;

use crate::{
    hand::Hand,
    set::{Row, get},
};

/// One kind of package: vendor, product, names of the product, package type, names of the package,
/// and the site whose policies speak of it.
struct Kind {
    vendor: String,
    product: String,
    products: Vec<String>,
    package_type: String,
    packages: Vec<String>,
    site: Option<String>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let text = include_str!("../../data/products.toml");
    let list: toml::Table = toml::from_str(text).unwrap();
    let words = |value: &toml::Value| -> Vec<String> {
        value["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let mut kinds = Vec::new();
    for product in list["product"].as_array().unwrap() {
        for package in product["package"].as_array().unwrap() {
            if package.get("gift").is_none() {
                kinds.push(Kind {
                    vendor: product["vendor"].as_str().unwrap().to_owned(),
                    product: product["product"].as_str().unwrap().to_owned(),
                    products: words(product),
                    package_type: package["package_type"].as_str().unwrap().to_owned(),
                    packages: words(package),
                    site: package
                        .get("site")
                        .or(product.get("site"))
                        .map(|site| site.as_str().unwrap().to_owned()),
                });
            }
        }
    }
    kinds
});

/// Whether a vendor has a name for what an order bought.
pub(crate) fn is_named(vendor: &str, order: &Row) -> bool {
    kinds_of(order).any(|kind| kind.vendor == vendor)
}

/// The site whose policies speak of what an order bought, where only one's do.
pub(crate) fn site_of_policies(order: &Row) -> Option<&'static str> {
    kinds_of(order).find_map(|kind| kind.site.as_deref())
}

fn kinds_of(order: &Row) -> impl Iterator<Item = &'static Kind> {
    let (product, package_type) = (get(order, "product").to_owned(), get(order, "package_type").to_owned());
    KINDS.iter().filter(move |kind| kind.product == product && kind.package_type == package_type)
}

/// One of the names of an order's product and package.
pub(crate) fn names_of(order: &Row, hand: &mut Hand) -> (String, String) {
    let kinds: Vec<&Kind> = kinds_of(order).collect();
    let kind = kinds[hand.below(kinds.len())];
    let one = |names: &[String], hand: &mut Hand| names[hand.below(names.len())].clone();
    (one(&kind.products, hand), one(&kind.packages, hand))
}
