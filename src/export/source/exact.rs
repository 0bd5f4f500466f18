//! Decimals that a binary float gives back as they were typed.

use crate::export::cells::CellError;

/// Digits of a decimal that a float of 64 bits gives back unchanged.
pub(super) const DOUBLE_DIGITS_MAX: usize = 15;

/// A number's text where at most so many digits make it up; else the text to show and why it cannot be
/// trusted. The text is the shortest that gives the same float.
pub(super) fn exact_text(text: String, digits_max: usize) -> Result<String, (String, CellError)> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0');
    // Zeros at the end of a whole number may be digits that were lost.
    let significant = if text.contains('.') { significant.trim_end_matches('0') } else { significant };
    if significant.len() > digits_max || !digits.bytes().any(|b| b.is_ascii_digit()) {
        let error = CellError::Inexact(text.clone());
        return Err((text, error));
    }
    Ok(text)
}
