//! Vendors' names of products and packages, and our words for them.
//!
//! The names come from `data/products.toml` and from files of the user's own. A name is found whole or not
//! at all. What is not found is counted with its money, so that the user sees what a mapping would bring;
//! its words in the canonical form begin with [`UNMAPPED_MARK`], and no policy applies to them.

mod unmapped;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use unmapped::{Unmapped, UnmappedItem};

use crate::export::{
    cells::header_key,
    dialect::{DialectError, Evidence},
};

/// What the words of products and packages begin with that the catalogue does not know.
pub const UNMAPPED_MARK: char = '?';

/// The only schema there is.
const SCHEMA: &str = "product-catalogue/1";

/// The catalogue that comes with the program.
const BUILT_IN: &str = include_str!("../../../data/products.toml");

/// Names of products and packages.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    products: BTreeMap<(String, String), String>,
    packages: BTreeMap<(String, String), Package>,
}

/// What an item name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Package {
    /// The kind of package.
    word: String,
    gift: bool,
}

/// Our words for a row's product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The product.
    pub product: String,
    /// The kind of package.
    pub package_type: String,
    /// Whether it is one that is given away.
    pub gift: bool,
    /// Whether both words are known.
    pub mapped: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    schema: toml::Spanned<String>,
    #[serde(default)]
    product: Vec<ProductFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductFile {
    vendor: String,
    product: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    package: Vec<PackageFile>,
    #[expect(dead_code, reason = "for readers of the file; every statement must have it")]
    evidence: Evidence,
    #[expect(dead_code, reason = "for readers of the file; every statement must have it")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFile {
    package_type: String,
    #[serde(default)]
    gift: bool,
    names: Vec<toml::Spanned<String>>,
    #[expect(dead_code, reason = "for readers of the file; every statement must have it")]
    evidence: Evidence,
    #[expect(dead_code, reason = "for readers of the file; every statement must have it")]
    source: String,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    ///
    /// # Errors
    ///
    /// [`DialectError`] where the file does not fit; a test holds that it does.
    pub fn built_in() -> Result<Self, DialectError> {
        let mut catalogue = Self::default();
        catalogue.extend(BUILT_IN, "products.toml")?;
        Ok(catalogue)
    }

    /// Adds the names of a file; a name that is already there is replaced.
    ///
    /// # Errors
    ///
    /// [`DialectError`] with the place of what does not fit.
    pub fn extend(&mut self, text: &str, file: &str) -> Result<(), DialectError> {
        let raw: CatalogueFile = toml::from_str(text).map_err(|error| {
            let byte = error.span().map_or(0, |span| span.start);
            DialectError::at(file, text, byte, error.message().replace('\n', ", "))
        })?;
        if raw.schema.get_ref() != SCHEMA {
            let reason = format!("the schema is \"{}\", wanted \"{SCHEMA}\"", raw.schema.get_ref());
            return Err(DialectError::at(file, text, raw.schema.span().start, reason));
        }
        for product in raw.product {
            for name in &product.names {
                self.products.insert((product.vendor.clone(), header_key(name)), product.product.clone());
            }
            let mut here: BTreeMap<String, &str> = BTreeMap::new();
            for package in &product.package {
                for name in &package.names {
                    let key = header_key(name.get_ref());
                    if here.insert(key.clone(), &package.package_type).is_some() {
                        let reason = format!(
                            "\"{}\" stands twice among the packages of {}",
                            name.get_ref(),
                            product.product
                        );
                        return Err(DialectError::at(file, text, name.span().start, reason));
                    }
                    let known = Package { word: package.package_type.clone(), gift: package.gift };
                    self.packages.insert((product.product.clone(), key), known);
                }
            }
        }
        Ok(())
    }

    /// Our words for the product and item names of a row, each the most exact first. Without a vendor
    /// every vendor's names count, where they agree.
    #[must_use]
    pub fn find(&self, vendor: Option<&str>, products: &[&str], items: &[&str]) -> Item {
        let product = products.iter().find_map(|name| self.product(vendor, &header_key(name)));
        if let Some(product) = product {
            let package =
                items.iter().find_map(|name| self.packages.get(&(product.to_owned(), header_key(name))));
            if let Some(package) = package {
                return Item {
                    product: product.to_owned(),
                    package_type: package.word.clone(),
                    gift: package.gift,
                    mapped: true,
                };
            }
        }
        // A product whose package is unknown is not given our word: a policy for "all other packages" of the
        // product would apply to something nobody has looked at.
        let marked = |name: Option<&&str>| format!("{UNMAPPED_MARK}{}", name.copied().unwrap_or_default());
        Item {
            product: marked(products.first()),
            package_type: marked(items.first()),
            gift: false,
            mapped: false,
        }
    }

    fn product(&self, vendor: Option<&str>, key: &str) -> Option<&str> {
        if let Some(vendor) = vendor {
            return self.products.get(&(vendor.to_owned(), key.to_owned())).map(String::as_str);
        }
        let mut found =
            self.products.iter().filter(|((_, name), _)| name == key).map(|(_, product)| product.as_str());
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// The words it can give: product and kind of package.
    pub fn words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.packages.iter().map(|((product, _), package)| (product.as_str(), package.word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whole() {
        let catalogue = Catalogue::built_in().unwrap();
        let find = |products: &[&str], items: &[&str]| catalogue.find(Some("tencent-cloud"), products, items);
        let pack = find(&["p_rav", "实时音视频"], &["sv_rav_audio_video_assign_formal"]);
        assert_eq!(
            (pack.product.as_str(), pack.package_type.as_str(), pack.gift),
            ("trtc", "minute_pack", false)
        );
        assert!(find(&["实时音视频"], &["音视频通话-赠送套餐包"]).gift);
        let server = find(&["云服务器CVM"], &["运算组件-标准型S2-2核4G"]);
        assert_eq!((server.product.as_str(), server.mapped), ("?云服务器CVM", false));
        let unknown_pack = find(&["CSS"], &["Something new"]);
        assert_eq!(
            (unknown_pack.product.as_str(), unknown_pack.package_type.as_str()),
            ("?CSS", "?Something new")
        );
        assert!(!find(&["CSS traffic"], &["Traffic Package"]).mapped);
        assert_eq!(find(&[], &[]).product, "?");
    }

    #[test]
    fn words_are_those_of_the_policies() {
        let known = [
            (
                "trtc",
                &["minute_pack", "rtc_engine_monthly", "call_monthly", "conference_monthly", "live_monthly"]
                    [..],
            ),
            ("css", &["traffic", "transcode_standard", "transcode_tsc"]),
            ("mps", &["transcode_general", "transcode_tsc", "resource_pack"]),
            ("vod", &["package", "starter_package"]),
            ("cos", &["resource_pack"]),
            ("lighthouse", &["instance", "data_disk"]),
            ("ali_live", &["resource_plan", "duration_pack", "payg", "queen_sdk_yearly", "sdk_license"]),
            ("ali_vod", &["resource_plan", "duration_pack"]),
            ("ali_mps", &["resource_plan", "duration_pack"]),
            ("ali_rtc", &["resource_plan", "duration_pack"]),
            (
                "ali_marketplace",
                &["software", "service", "image_subscription", "image_payg", "tool_download", "api"],
            ),
        ];
        for (product, package) in Catalogue::built_in().unwrap().words() {
            let fits = known.iter().any(|(name, packages)| *name == product && packages.contains(&package));
            assert!(fits, "{product} {package}");
        }
    }

    #[test]
    fn without_a_vendor_names_must_agree() {
        let catalogue = Catalogue::built_in().unwrap();
        assert!(!catalogue.find(None, &["媒体处理"], &["资源包"]).mapped);
        assert!(catalogue.find(None, &["云直播"], &["流量资源包"]).mapped);
    }

    #[test]
    fn a_users_file_adds_and_replaces() {
        let mut catalogue = Catalogue::built_in().unwrap();
        let own = "schema = \"product-catalogue/1\"\n[[product]]\nvendor = \"tencent-cloud\"\nproduct = \"css\"\n\
                   names = [\"直播专用\"]\nevidence = \"inferred\"\nsource = \"mine\"\n\
                   package = [{ package_type = \"traffic\", names = [\"专用包\"], evidence = \"inferred\", source = \"mine\" }]\n";
        catalogue.extend(own, "mine.toml").unwrap();
        assert!(catalogue.find(Some("tencent-cloud"), &["直播专用"], &["专用包"]).mapped);
        let twice = own.replace("[\"专用包\"]", "[\"专用包\", \"专用 包\"]");
        let error = catalogue.extend(&twice, "mine.toml").unwrap_err().to_string();
        assert!(error.starts_with("mine.toml:8:56: "), "{error}");
    }
}
