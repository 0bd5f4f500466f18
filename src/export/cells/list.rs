//! Several ids in one cell: separated, as a JSON array, or inside a longer text.

/// The ids of a cell, in its order and each once.
///
/// Without `digits_min` the cell is a list: `a,b`, `a;b`, `["a","b"]`. With it, the cell is a text in which
/// every run of at least so many digits is an id; a run behind one of `skip_keys` is none
/// (`NewOrder: "2023…"`), until the next word.
#[must_use]
pub fn ids_of(text: &str, digits_min: Option<usize>, skip_keys: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut take = |id: &str| {
        if !id.is_empty() && !found.iter().any(|known| known == id) {
            found.push(id.to_owned());
        }
    };
    let Some(digits_min) = digits_min else {
        let between = |c: char| {
            matches!(c, ',' | ';' | '|' | '，' | '；' | '、' | '[' | ']' | '"' | '\'') || c.is_whitespace()
        };
        for id in text.split(between) {
            if !matches!(id, "null" | "-") {
                take(id);
            }
        }
        return found;
    };
    let mut skipping = false;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        // A Chinese word may stand right before the digits: 订单号20230707….
        let mut rest = word;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let key = &rest[..at];
            if !key.is_empty() {
                skipping = skip_keys.iter().any(|skip| skip.eq_ignore_ascii_case(key));
            }
            let end = rest[at..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |len| at + len);
            if end - at >= digits_min && !skipping {
                take(&rest[at..end]);
            }
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            skipping = skip_keys.iter().any(|skip| skip.eq_ignore_ascii_case(rest));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_many_spellings() {
        for text in ["a1,b2", "a1;b2", "[\"a1\",\"b2\"]", "a1 | b2", "a1、b2", "a1,b2,a1", "['a1', 'b2']"] {
            assert_eq!(ids_of(text, None, &[]), ["a1", "b2"], "{text}");
        }
        assert!(ids_of("[]", None, &[]).is_empty());
    }

    #[test]
    fn ids_inside_a_text_are_long_runs_of_digits() {
        let skip = ["NewOrder".to_owned(), "ReverseOrder".to_owned()];
        let object = r#"{"PrepayPurchase":"20230707400000442656611","NewOrder":"20230707400000442999991","PrepayRenew":"20230707400000442695851,20230707400000442708571"}"#;
        assert_eq!(
            ids_of(object, Some(15), &skip),
            ["20230707400000442656611", "20230707400000442695851", "20230707400000442708571"]
        );
        let formula = "退款：343.12元（订单号20230707400000442656611：部件cvm:剩余88.79元;订单号20230707400000442656611：剩余0元";
        assert_eq!(ids_of(formula, Some(15), &skip), ["20230707400000442656611"]);
    }
}
