//! Numbers in cells: thousands separators, currency signs, full-width digits, bracketed negatives and
//! scientific notation, to an integer of 1e-8.
//!
//! What needs more than eight decimals is rounded at the eighth, and says so; what is not zero never becomes zero.

use super::{CellError, clean::fold_width};

/// Decimal places kept; the canonical form has as many.
pub const PLACES: i32 = 8;
/// Integers of 1e-8 in one whole.
pub const WHOLE: i128 = 100_000_000;
/// Digits allowed before the point, as in the canonical form.
const WHOLE_DIGITS_MAX: usize = 20;
/// Digits behind the point that are looked at.
const FRACTION_DIGITS_MAX: usize = 18;
/// Signs and words of a currency that may stand before or behind an amount.
const CURRENCY_MARKS: [&str; 16] =
    ["人民币", "rmb", "cny", "usd", "us$", "hk$", "hkd", "jpy", "eur", "sgd", "¥", "$", "€", "£", "元", "圆"];

/// Reads a number as an integer of 1e-8, after moving its point `scale` places to the left: 2 for
/// hundredths of a currency unit, 6 for millionths.
///
/// # Errors
///
/// [`CellError`] names what does not fit.
pub fn parse_units(text: &str, scale: i32) -> Result<i128, CellError> {
    parse_rounded(text, scale).map(|(units, _)| units)
}

/// The same, and whether it was rounded: half away from zero, at the eighth decimal.
///
/// # Errors
///
/// As for [`parse_units`].
pub fn parse_rounded(text: &str, scale: i32) -> Result<(i128, bool), CellError> {
    let folded = fold_width(text);
    let (negative, body) = sign_and_body(&folded);
    let refuse = || CellError::NotANumber(text.to_owned());
    let body = body.to_ascii_lowercase();
    let (digits, exponent) = match body.split_once('e') {
        Some((digits, exponent)) => (digits, read_exponent(exponent).ok_or_else(refuse)?),
        None => (body.as_str(), 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refuse());
    }
    let whole = ungroup(whole, text)?;
    let mut mantissa: i128 = 0;
    let mut places = 0_i32;
    for digit in whole.bytes() {
        mantissa = shift(mantissa, digit).ok_or_else(|| CellError::TooManyDigits(text.to_owned()))?;
    }
    // What no sum of this size can show is left out; it decides no rounding but that of an exact half.
    for digit in fraction.trim_end_matches('0').bytes().take(FRACTION_DIGITS_MAX) {
        mantissa = shift(mantissa, digit).ok_or_else(|| CellError::TooManyDigits(text.to_owned()))?;
        places += 1;
    }
    let mut left = PLACES - places + exponent - scale;
    while left > 0 && mantissa != 0 {
        mantissa = shift(mantissa, b'0').ok_or_else(|| CellError::TooManyDigits(text.to_owned()))?;
        left -= 1;
    }
    let mut is_rounded = false;
    let is_zero = mantissa == 0;
    while left < 0 && mantissa != 0 {
        let last = mantissa % 10;
        is_rounded |= last != 0;
        mantissa /= 10;
        left += 1;
        if left == 0 && last >= 5 {
            mantissa += 1;
        }
    }
    if !is_zero && mantissa == 0 {
        mantissa = 1;
    }
    if mantissa >= 10_i128.pow(28) {
        return Err(CellError::TooManyDigits(text.to_owned()));
    }
    Ok((if negative { -mantissa } else { mantissa }, is_rounded))
}

/// The shortest text of an integer of 1e-8 with at least `places_min` decimals.
#[must_use]
pub fn text_of_units(units: i128, places_min: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let size = units.unsigned_abs();
    let whole = size / WHOLE.unsigned_abs();
    let fraction = format!("{:08}", size % WHOLE.unsigned_abs());
    let kept = fraction.trim_end_matches('0').len().max(places_min.min(8));
    if kept == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{}", &fraction[..kept]) }
}

/// The sign, and the number without sign, brackets and currency.
fn sign_and_body(text: &str) -> (bool, &str) {
    let mut rest = text.trim();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        negative = true;
        rest = inner.trim();
    }
    // A sign may stand before the currency or behind it: "-¥5", "¥-5", but only once.
    let mut signed = negative;
    loop {
        let before = rest;
        for mark in CURRENCY_MARKS {
            rest = strip_mark(rest, mark).trim();
        }
        if !signed && rest.starts_with(['-', '+']) {
            negative = rest.starts_with('-');
            signed = true;
            rest = rest[1..].trim_start();
        }
        if rest.len() == before.len() {
            return (negative, rest);
        }
    }
}

/// The currencies that the mark of an amount may stand for; none where it has no mark, or one of many countries.
#[must_use]
pub fn currency_of(text: &str) -> Option<&'static [&'static str]> {
    const DOLLARS: &[&str] = &["USD", "HKD", "SGD", "AUD", "CAD", "NZD", "TWD", "MXN", "BRL"];
    let folded = fold_width(text).to_ascii_lowercase();
    let has = |mark: &str| folded.contains(mark);
    let codes: &'static [&'static str] = match () {
        () if has("hk$") || has("hkd") => &["HKD"],
        () if has("us$") || has("usd") => &["USD"],
        () if has("sgd") => &["SGD"],
        () if has("jpy") => &["JPY"],
        () if has("eur") || has("€") => &["EUR"],
        () if has("£") => &["GBP"],
        () if has("人民币") || has("rmb") || has("cny") => &["CNY"],
        () if has("¥") => &["CNY", "JPY"],
        () if has("$") => DOLLARS,
        () => return None,
    };
    Some(codes)
}

/// The text without one currency mark at its start or its end.
fn strip_mark<'a>(text: &'a str, mark: &str) -> &'a str {
    if let Some(head) = text.get(..mark.len())
        && head.eq_ignore_ascii_case(mark)
    {
        return &text[mark.len()..];
    }
    if let Some(at) = text.len().checked_sub(mark.len())
        && let Some(tail) = text.get(at..)
        && tail.eq_ignore_ascii_case(mark)
    {
        return &text[..at];
    }
    text
}

/// The whole part without its thousands separators, which must stand where thousands end.
fn ungroup(whole: &str, text: &str) -> Result<String, CellError> {
    if !whole.contains([',', ' ', '\'']) {
        return if whole.bytes().all(|b| b.is_ascii_digit()) {
            let plain = whole.trim_start_matches('0');
            if plain.len() > WHOLE_DIGITS_MAX {
                Err(CellError::TooManyDigits(text.to_owned()))
            } else {
                Ok(plain.to_owned())
            }
        } else {
            Err(CellError::NotANumber(text.to_owned()))
        };
    }
    let mut groups = whole.split([',', ' ', '\'']);
    let first = groups.next().unwrap_or_default();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ',' | ' ' | '\'')) {
        return Err(CellError::NotANumber(text.to_owned()));
    }
    if !(1..=3).contains(&first.len())
        || !digits(first)
        || groups.clone().any(|part| part.len() != 3 || !digits(part))
    {
        return Err(CellError::Grouping(text.to_owned()));
    }
    let plain: String = std::iter::once(first).chain(groups).collect();
    if plain.len() > WHOLE_DIGITS_MAX {
        return Err(CellError::TooManyDigits(text.to_owned()));
    }
    Ok(plain)
}

/// The exponent of scientific notation, within the range that money can have.
fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let size: i32 = digits.parse().ok()?;
    Some(if text.starts_with('-') { -size } else { size })
}

/// Another decimal digit at the end.
fn shift(mantissa: i128, digit: u8) -> Option<i128> {
    mantissa.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_amount_meet() {
        for text in [
            "1234.5",
            "1,234.50",
            "１，２３４．５",
            "¥1,234.5",
            "￥1234.50",
            "1234.5元",
            "CNY 1,234.50",
            "1234.5 CNY",
            "+1234.5",
            "1.2345E+3",
            "1.2345e3",
            "1 234.5",
            "$1,234.5",
            "001234.5",
            "1234.50000000000",
        ] {
            assert_eq!(parse_units(text, 0), Ok(123_450_000_000), "{text}");
        }
        for text in ["-80.89", "(80.89)", "－80.89", "−80.89", "-¥80.89", "¥-80.89", "（80.89）", "-8.089E1"]
        {
            assert_eq!(parse_units(text, 0), Ok(-8_089_000_000), "{text}");
        }
    }

    #[test]
    fn scales_move_the_point_exactly() {
        assert_eq!(parse_units("17000", 2).map(|u| text_of_units(u, 2)).as_deref(), Ok("170.00"));
        assert_eq!(parse_units("10000.1", 2).map(|u| text_of_units(u, 2)).as_deref(), Ok("100.001"));
        assert_eq!(parse_units("1200000000", 6).map(|u| text_of_units(u, 2)).as_deref(), Ok("1200.00"));
        assert_eq!(parse_units("0.00000285", 0).map(|u| text_of_units(u, 2)).as_deref(), Ok("0.00000285"));
        assert_eq!(parse_units("1e-8", 0), Ok(1));
        assert_eq!(parse_rounded("1e-8", 2), Ok((1, true)), "what is not zero stays so");
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for text in ["", "abc", "1.2.3", "--1", "1_000", "NaN", "inf", "12%", "1e", "e5", "0x10", "1-2", "."]
        {
            assert!(matches!(parse_units(text, 0), Err(CellError::NotANumber(_))), "{text}");
        }
        for text in ["1,23", "1.234,50", "12,34,567.00", ",123", "1,,234"] {
            assert!(
                matches!(parse_units(text, 0), Err(CellError::Grouping(_) | CellError::NotANumber(_))),
                "{text}"
            );
        }
        assert!(matches!(parse_units(&"9".repeat(60), 0), Err(CellError::TooManyDigits(_))));
        assert!(matches!(parse_units("1e999", 0), Err(CellError::TooManyDigits(_))));
        assert_eq!(parse_units("0e999", 0), Ok(0));
    }

    #[test]
    fn the_ninth_decimal_is_rounded_and_said() {
        for (text, wanted, is_rounded) in [
            ("889.0600830000001", "889.060083", true),
            ("-106.96304543256", "-106.96304543", true),
            ("0.000000005", "0.00000001", true),
            ("6.123E-7", "0.00000061", true),
            ("0.0177777778", "0.01777778", true),
            ("1e-30", "0.00000001", true),
            ("1.500000000000", "1.5", false),
        ] {
            let (units, rounded) = parse_rounded(text, 0).unwrap();
            assert_eq!((text_of_units(units, 0).as_str(), rounded), (wanted, is_rounded), "{text}");
        }
    }

    #[test]
    fn marks_name_their_currency() {
        assert_eq!(currency_of("HK$300.00"), Some(&["HKD"][..]));
        assert_eq!(currency_of("USD - 100.00"), Some(&["USD"][..]));
        assert!(currency_of("¥5").is_some_and(|codes| codes.contains(&"CNY") && codes.contains(&"JPY")));
        assert_eq!((currency_of("100.00"), currency_of("100元")), (None, None));
    }

    #[test]
    fn the_published_refund_row_adds_up() {
        let part = |text| parse_units(text, 0).unwrap();
        assert_eq!(part("-80.43264806") + part("-0.45735194"), part("-80.89000000"));
        assert_eq!(text_of_units(part("-80.43264806"), 2), "-80.43264806");
        assert_eq!(text_of_units(part("0"), 0), "0");
    }
}
