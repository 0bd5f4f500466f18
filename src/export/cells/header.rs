//! The form in which headers are compared.

use unicode_normalization::UnicodeNormalization;

use super::clean::clean;

/// A header for comparison: NFKC, cleaned, lower case, and without any space.
///
/// Vendors have written `Start Date of  Usage` with two spaces, `ProductName` and `Product Name`, and
/// `（Including Tax）` in full-width brackets for one column; none of those differences means anything.
/// Headers are equal or they are not: a part of a header is never looked for, since `amount` is also
/// found in `couponamount`.
#[must_use]
pub fn header_key(text: &str) -> String {
    let text = clean(text);
    if text.is_ascii() {
        return text.chars().filter(|c| !c.is_ascii_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    clean(&folded)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_header_meet() {
        for (one, other) in [
            ("Start Date of  Usage", "start date of usage"),
            ("ProductName", "Product Name"),
            ("Total Cost （Including Tax）", "Total Cost (Including Tax)"),
            ("\u{FEFF}支付者UIN", "支付者UIN"),
            ("`订单ID", "订单ＩＤ"),
            ("\t\"x", "\"X"),
        ] {
            assert_eq!(header_key(one), header_key(other), "{one}");
        }
        assert_ne!(header_key("amount"), header_key("coupon amount"));
    }
}
