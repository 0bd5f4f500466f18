//! Decimals that a binary float stands for.

use crate::export::cells::CellError;

/// Digits of a decimal that a float of 64 bits gives back unchanged.
pub(super) const DOUBLE_DIGITS_MAX: usize = 15;
/// Whole numbers below this are floats of 64 bits without a gap between them.
const GAPLESS_BELOW: u64 = 1 << 53;

/// A number's text where at most so many digits make it up; else the text to show and why it cannot be trusted. The
/// text is the shortest that gives the same float. A fraction of 64 bits with more digits is the noise of a sum, as
/// `0.30000000000000004`, and is rounded to fifteen; a whole number up to 2^53 is exact, unless it ends with a zero
/// that may stand for a digit that was lost.
pub(super) fn exact_text(text: String, digits_max: usize) -> Result<String, (String, CellError)> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0');
    // Zeros at the end of a whole number may be digits that were lost.
    let significant = if text.contains('.') { significant.trim_end_matches('0') } else { significant };
    let is_number = digits.bytes().any(|b| b.is_ascii_digit());
    if is_number && significant.len() <= digits_max {
        return Ok(text);
    }
    let is_double = digits_max == DOUBLE_DIGITS_MAX;
    let is_gapless =
        !significant.ends_with('0') && significant.parse::<u64>().is_ok_and(|whole| whole < GAPLESS_BELOW);
    if is_number && is_double && !text.contains('.') && is_gapless {
        return Ok(text);
    }
    if is_number && is_double && text.contains('.') && !text.contains(['e', 'E']) {
        return Ok(rounded(&text, digits_max));
    }
    let error = CellError::Inexact(text.clone());
    Err((text, error))
}

/// A decimal with a point, to so many digits; half away from zero.
fn rounded(text: &str, digits_max: usize) -> String {
    let (sign, body) = text.strip_prefix('-').map_or(("", text), |body| ("-", body));
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
    let first = all.iter().position(|digit| *digit != 0).unwrap_or(0);
    // Digits of the whole part always stay: a float has fewer of them than it has digits in all.
    let keep = (first + digits_max).max(whole.len()).min(all.len());
    let mut kept: Vec<u8> = all[..keep].to_vec();
    let mut carry = all.get(keep).is_some_and(|digit| *digit >= 5);
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == 9;
        *digit = if carry { 0 } else { *digit + 1 };
    }
    let mut whole_len = whole.len();
    if carry {
        kept.insert(0, 1);
        whole_len += 1;
    }
    let shown = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
    let fraction = shown(&kept[whole_len..]);
    let fraction = fraction.trim_end_matches('0');
    let whole = shown(&kept[..whole_len]);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_rounded_and_lost_digits_are_refused() {
        for (text, wanted) in [
            ("0.30000000000000004", Some("0.3")),
            ("-889.0600830000001", Some("-889.060083")),
            ("99.99999999999999", Some("100")),
            ("0.1", Some("0.1")),
            ("1900000000000077", Some("1900000000000077")),
            ("1900000000000070", None),
            ("9007199254740993", None),
            ("20230707400000442821061", None),
        ] {
            assert_eq!(exact_text(text.to_owned(), DOUBLE_DIGITS_MAX).ok().as_deref(), wanted, "{text}");
        }
        // A float of 32 bits has seven digits at most: what is beyond is no noise.
        assert!(exact_text("889.0601".to_owned(), 6).is_err());
    }
}
