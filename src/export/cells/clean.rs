//! What stands around the text of a cell and does not belong to it.
//!
//! Consoles put tabs or a guard character around ids to keep them text, spreadsheets write `="…"`, web
//! pages leave no-break spaces. Only the outside is cleaned: what stands inside a text is kept.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Spellings of "nothing here", beside the empty cell; compared without regard to case.
const NULLS: [&str; 5] = ["-", "--", "null", "n/a", "\\n"];

/// A character that prints nothing at the edge of a cell.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{180E}' | '\u{00AD}')
}

/// The text of a cell without what consoles and spreadsheets put around it.
///
/// Taken away, as often as they occur: spaces of every kind, tabs, line ends and zero-width characters on
/// both sides, and once a `="…"` wrapper, a guarding backtick and the apostrophe that marks text.
#[must_use]
pub fn clean(text: &str) -> &str {
    let mut rest = text.trim_matches(is_invisible);
    if let Some(inner) = rest.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')) {
        rest = inner.trim_matches(is_invisible);
    }
    if let Some(inner) = rest.strip_prefix(['`', '\'', '\u{2018}', '\u{2019}']) {
        rest = inner.strip_suffix('`').unwrap_or(inner).trim_matches(is_invisible);
    }
    rest
}

/// Whether a cleaned text says that there is nothing: empty, a dash, `NULL`, `N/A`, `\N`, or one of
/// the dialect's own words.
#[must_use]
pub fn is_null(text: &str, own: &[String]) -> bool {
    text.is_empty()
        || text.len() <= 12
            && (NULLS.iter().any(|null| null.eq_ignore_ascii_case(text))
                || text.chars().all(|c| matches!(c, '－' | '—' | '–')))
        || own.iter().any(|null| null == text)
}

/// Full-width letters, digits and signs as their plain forms; everything else as it is.
#[must_use]
pub fn fold_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{FFE5}' => '¥',
        '\u{FFE1}' => '£',
        '\u{3000}' | '\u{00A0}' | '\u{202F}' | '\u{2007}' => ' ',
        '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}' => '-',
        _ => c,
    };
    Cow::Owned(text.chars().map(plain).collect())
}

/// A word for comparison: NFKC, lower case, spaces collapsed.
#[must_use]
pub fn word_key(text: &str) -> String {
    let folded: String = clean(text).nfkc().flat_map(char::to_lowercase).collect();
    let mut key = String::with_capacity(folded.len());
    for part in folded.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(part);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_cell_goes() {
        for (raw, wanted) in [
            ("\t20230707400000442821061\t", "20230707400000442821061"),
            ("20230707400000442821061\r\n", "20230707400000442821061"),
            ("\u{A0}12.5\u{3000}", "12.5"),
            ("\u{200B}\u{FEFF}abc\u{200B}", "abc"),
            ("`100.00", "100.00"),
            ("`100.00`", "100.00"),
            ("'000123", "000123"),
            ("=\"000123\"", "000123"),
            ("=\"\t000123\"", "000123"),
            ("a\tb", "a\tb"),
            ("it's", "it's"),
            ("", ""),
            ("`", ""),
            ("=\"\"", ""),
        ] {
            assert_eq!(clean(raw), wanted, "{raw:?}");
        }
    }

    #[test]
    fn nothing_has_many_spellings_and_zero_is_not_one() {
        for text in ["", "-", "--", "NULL", "null", "N/A", "n/a", "\\N", "－", "—"] {
            assert!(is_null(text, &[]), "{text}");
        }
        for text in ["0", "0.00", "-1", "否", "nullable", "---1"] {
            assert!(!is_null(text, &[]), "{text}");
        }
        assert!(is_null("无", &["无".to_owned()]));
    }

    #[test]
    fn words_compare_without_width_case_and_spaces() {
        assert_eq!(word_key(" Ｒｅｆｕｎｄ "), word_key("refund"));
        assert_eq!(word_key("Monthly  subscription refund"), word_key("monthly Subscription refund"));
        assert_ne!(word_key("包年包月退款"), word_key("包年包月新购"));
    }
}
