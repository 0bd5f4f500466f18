//! A file of the first edition in the words of the second.

use toml::de::DeTable;

use super::{
    error::{PolicyError, PolicyErrors, place},
    file::{Item, table_of},
    load::SCHEMAS,
};

/// The text of a policy file in the second edition, its comments and order kept: the schema, and words of other
/// sites without their site, which becomes that of the policy. A file of the second edition is given back as it is.
///
/// # Errors
///
/// What keeps it from being read.
pub fn migrate(file: &str, text: &str) -> Result<String, PolicyErrors> {
    let refuse = |byte: usize, message: String| {
        let (line, column) = place(text, byte);
        PolicyErrors(vec![PolicyError { file: file.to_owned(), line, column, message }])
    };
    let table = DeTable::parse(text).map_err(|error| {
        refuse(error.span().map_or(0, |span| span.start), error.message().replace('\n', " "))
    })?;
    let root = table_of(table.get_ref(), 0);
    let schema = root.get("schema").and_then(Item::text).unwrap_or_default();
    if schema == SCHEMAS[1] {
        return Ok(text.to_owned());
    }
    if schema != SCHEMAS[0] {
        return Err(refuse(0, format!("schema {schema:?} is not {:?}", SCHEMAS[0])));
    }
    // Texts are replaced where they are written, the last first, so that places stay right.
    let mut changes: Vec<(usize, String, String)> = Vec::new();
    let mut change = |item: &Item<'_>, from: &str, to: &str| {
        changes.push((item.at.byte as usize, format!("\"{from}\""), format!("\"{to}\"")));
    };
    if let Some(item) = root.get("schema") {
        change(item, schema, SCHEMAS[1]);
    }
    let policy = root.get("policy").and_then(Item::table);
    let applies = policy.and_then(|policy| policy.get("applies")?.table());
    let products = applies.and_then(|applies| applies.get("product")?.list()).unwrap_or_default();
    let mut of_words = None;
    for item in products {
        if let Some((product, site)) = item.text().and_then(|word| word.split_once('@')) {
            change(item, item.text().unwrap_or_default(), product);
            of_words = Some(site);
        }
    }
    if let Some(item) = policy.and_then(|policy| policy.get("site")) {
        let site = item.text().unwrap_or_default();
        let known = if ["intl", "cn", "any"].contains(&site) { site } else { "any" };
        change(item, site, of_words.unwrap_or(known));
    }
    changes.sort_by_key(|(byte, ..)| std::cmp::Reverse(*byte));
    let mut migrated = text.to_owned();
    for (byte, from, to) in changes {
        if migrated.get(byte..).is_some_and(|rest| rest.starts_with(&from)) {
            migrated.replace_range(byte..byte + from.len(), &to);
        }
    }
    Ok(migrated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_site_become_the_site_of_the_policy() {
        let old = "# kept\nschema = \"refund-policy/1\"\n[policy]\nsite = \"intl\" # kept\n\
                   [policy.applies]\nproduct = [\"css@cn\", \"vod@cn\"]\n";
        let new = "# kept\nschema = \"refund-policy/2\"\n[policy]\nsite = \"cn\" # kept\n\
                   [policy.applies]\nproduct = [\"css\", \"vod\"]\n";
        assert_eq!(migrate("x.toml", old).unwrap(), new);
        assert_eq!(migrate("x.toml", new).unwrap(), new);
        assert!(migrate("x.toml", "schema = \"other/1\"").is_err());
    }
}
