//! The policies of the trips: the built-in ones, and each of a site once more for the other.
//!
//! An export of the site that a policy is not about gives its product another word, and without a policy for that
//! word nothing would be judged. The same terms under it let what the export says be judged in full.

use std::sync::LazyLock;

use refund_audit::policy::{BUILTIN, PolicyBook};
use toml::{Table, Value};

pub(crate) static POLICIES: LazyLock<PolicyBook> = LazyLock::new(|| {
    let others: Vec<(String, String)> = BUILTIN
        .iter()
        .filter_map(|(name, text)| {
            Some((name.replace(".toml", ".other-site.toml"), for_the_other_site(text)?))
        })
        .collect();
    let others = others.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    PolicyBook::load(&BUILTIN.iter().copied().chain(others).collect::<Vec<_>>()).unwrap()
});

/// The policy about the same products as bought on the vendor's other site, if it is one of a site of Tencent
/// Cloud: exports of the others do not say their site.
fn for_the_other_site(text: &str) -> Option<String> {
    let mut file: Table = toml::from_str(text).unwrap();
    let policy = file["policy"].as_table_mut().unwrap();
    if policy["vendor"].as_str() != Some("tencent-cloud") {
        return None;
    }
    let other = if policy["site"].as_str()? == "cn" { "intl" } else { "cn" };
    policy.insert("site".to_owned(), other.into());
    let id = format!("{}.other-site", policy["id"].as_str().unwrap());
    policy.insert("id".to_owned(), id.into());
    let products = policy["applies"]["product"].as_array_mut().unwrap();
    for product in products {
        *product = Value::from(format!("{}@{other}", product.as_str().unwrap()));
    }
    Some(file.to_string())
}
