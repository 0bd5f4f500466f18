//! Ids: opaque texts, and the damage spreadsheets do to the long ones.
//!
//! A spreadsheet keeps fifteen digits. An order id of twenty-three becomes `2.02308E+22`, or, where the
//! column was made wide, fifteen digits and eight zeros. Both would match other orders, so both are refused.

use super::{CellError, clean::fold_width};

/// Digits that a spreadsheet number keeps.
const KEPT_DIGITS: usize = 15;
/// From this length on, zeros after the fifteenth digit are damage and not chance.
const LONG_DIGITS_MIN: usize = 18;

/// The text of an id; `long` where the dialect's ids have eighteen digits or more.
///
/// # Errors
///
/// [`CellError::IdInNotation`] and [`CellError::IdCutShort`] for ids a spreadsheet has damaged.
pub fn parse_id(text: &str, long: bool) -> Result<String, CellError> {
    let folded = fold_width(text);
    if is_notation(&folded) {
        return Err(CellError::IdInNotation(text.to_owned()));
    }
    let digits = folded.strip_suffix(".0").unwrap_or(&folded);
    if long && digits.len() >= LONG_DIGITS_MIN && digits.bytes().all(|b| b.is_ascii_digit()) {
        let (head, tail) = digits.split_at(KEPT_DIGITS);
        if tail.bytes().all(|b| b == b'0') && head.bytes().any(|b| b != b'0') {
            return Err(CellError::IdCutShort(text.to_owned()));
        }
    }
    Ok(folded.into_owned())
}

/// `2.02308E+22`, and nothing that could be an id with an `e` in it.
fn is_notation(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix('+') else {
        return false;
    };
    let mantissa_fits = mantissa.starts_with(|c: char| c.is_ascii_digit())
        && mantissa.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    mantissa_fits && (1..=3).contains(&exponent.len()) && exponent.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_ids_are_refused_and_whole_ones_kept() {
        for text in ["2.02308E+22", "2E+22", "2.02308e+22", "１.00001E+11"] {
            assert!(matches!(parse_id(text, true), Err(CellError::IdInNotation(_))), "{text}");
        }
        for text in ["20230707400000400000000", "202307074000004000"] {
            assert!(matches!(parse_id(text, true), Err(CellError::IdCutShort(_))), "{text}");
            assert!(parse_id(text, false).is_ok());
        }
        for text in
            ["20230707400000442821061", "ins-wxf3fmq8", "12E4", "3e5f", "1000000000000000", "0001", "rm-1E+a"]
        {
            assert_eq!(parse_id(text, true).as_deref(), Ok(text));
        }
    }
}
