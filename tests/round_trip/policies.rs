//! The policies of the trips: the built-in ones, those of one site of Tencent Cloud for both.
//!
//! A bill of that vendor says its site, and a policy is for orders of its own. The same terms for every site let what the
//! export says be judged in full.

use std::sync::LazyLock;

use refund_audit::policy::{BUILTIN, PolicyBook};
use toml::Table;

pub(crate) static POLICIES: LazyLock<PolicyBook> = LazyLock::new(|| {
    let files: Vec<(&str, String)> =
        BUILTIN.iter().map(|(name, text)| (*name, for_every_site(text))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    PolicyBook::load(&files).unwrap()
});

/// The policy for every site, if it is one of Tencent Cloud: exports of the others do not say their site.
fn for_every_site(text: &str) -> String {
    let mut file: Table = toml::from_str(text).unwrap();
    let policy = file["policy"].as_table_mut().unwrap();
    if policy["vendor"].as_str() == Some("tencent-cloud") {
        policy.insert("site".to_owned(), "any".into());
    }
    file.to_string()
}
