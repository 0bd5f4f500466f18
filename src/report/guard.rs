//! Text of inputs in tables that a spreadsheet may open: what it would compute is kept from being a formula.

use std::borrow::Cow;

/// Whether a spreadsheet takes a text that begins so for a formula, or hides from the eye that it is one.
const fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// A cell of text from an input: with a `'` before it where it would begin a formula. Never for a number, a date
/// or an amount, whose sign is theirs.
pub(super) fn text_cell(text: &str, is_on: bool) -> Cow<'_, str> {
    if is_on && text.starts_with(begins_formula) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_computed_is_changed() {
        for text in ["=1+2", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"] {
            assert_eq!(text_cell(text, true), format!("'{text}"));
            assert_eq!(text_cell(text, false), text);
        }
        for text in ["", "O-1", "'=1", "订单", "1=2"] {
            assert!(matches!(text_cell(text, true), Cow::Borrowed(same) if same == text));
        }
    }
}
