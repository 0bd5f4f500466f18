//! Plain decimals as integers of 1e-8.
//!
//! The grammar is `-`? digits (`.` digits)?, with at most eight decimals and twenty digits before the
//! point. Everything else is `None` here, be it another way of writing a number, a number that does not
//! fit, or none at all: the general parser tells these apart.

/// Decimals kept.
const PLACES: usize = 8;
/// What a number with so many decimals must be multiplied with.
const SCALES: [u32; PLACES + 1] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
/// Digits before the point.
const WHOLE_DIGITS_MAX: usize = 20;
/// So many digits always fit into 64 bits.
const SHORT_BYTES_MAX: usize = 19;

/// The decimal that `text` writes, in units of 1e-8; `None` also where it does not fit, which begins at
/// some 92 thousand million.
#[must_use]
#[inline]
pub fn read_i64(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = split_sign(text);
    if let Some(units) = read_usual(digits) {
        return Some(if is_negative { -units } else { units });
    }
    if digits.len() > SHORT_BYTES_MAX {
        return read_i128(text)?.try_into().ok();
    }
    let (value, places) = read_digits(digits)?;
    let units = i64::try_from(value).ok()?.checked_mul(i64::from(SCALES[places]))?;
    Some(if is_negative { -units } else { units })
}

/// The decimal that the first `length` bytes write, in units of 1e-8, whatever stands behind them. `None` also for
/// much that [`read_i64`] reads; this one has no branch that depends on the length.
#[must_use]
#[inline]
pub fn read_ahead(bytes: &[u8; 16], length: usize) -> Option<i64> {
    if length > bytes.len() {
        return None;
    }
    let bits = u32::try_from(length * 8).ok()?;
    let behind = u128::MAX.unbounded_shl(bits);
    let [low, high] = [u128::from(ZEROES), u128::from(ZEROES) << 64];
    let text = (u128::from_le_bytes(*bytes) & !behind) | ((low | high) & behind);
    let words = [text & u128::from(u64::MAX), text >> 64];
    let [low, high] = words.map(u64::try_from);
    read_words([low.ok()?, high.ok()?], length)
}

/// The decimal that `text` writes, in units of 1e-8.
#[must_use]
pub fn read_i128(text: &[u8]) -> Option<i128> {
    let (is_negative, digits) = split_sign(text);
    let point = digits.iter().position(|&byte| byte == b'.');
    let whole_digits = point.unwrap_or(digits.len());
    let places = point.map_or(0, |point| digits.len() - point - 1);
    if !matches!(whole_digits, 1..=WHOLE_DIGITS_MAX) || places > PLACES || (point.is_some() && places == 0) {
        return None;
    }
    let mut value = 0_i128;
    for (place, &byte) in digits.iter().enumerate() {
        if Some(place) != point {
            value = value * 10 + i128::from(digit(byte)?);
        }
    }
    let units = value * i128::from(SCALES[places]);
    Some(if is_negative { -units } else { units })
}

/// Eight noughts.
const ZEROES: u64 = u64::from_le_bytes([b'0'; 8]);

/// One to seven digits, the point, and one to eight decimals, four to sixteen bytes in all; `None` for all else.
/// Digits are looked at eight at once.
#[inline]
fn read_usual(text: &[u8]) -> Option<i64> {
    read_words(words(text)?, text.len())
}

/// The same of a text of so many bytes, with noughts behind it.
#[inline]
fn read_words([low, high]: [u64; 2], length: usize) -> Option<i64> {
    // The lowest of these bits is that of the first point.
    let points = low ^ u64::from_le_bytes([b'.'; 8]);
    let points = points.wrapping_sub(0x0101_0101_0101_0101) & !points & 0x8080_8080_8080_8080;
    let point = points.trailing_zeros() / 8;
    if !matches!(point, 1..=7) || !matches!(length - point as usize, 2..=9) {
        return None;
    }
    // Noughts before the digits and behind the decimals, so that either is a number of eight digits.
    let whole = (low ^ ZEROES) << (64 - point * 8);
    let behind = (point + 1) * 8;
    let decimals = (low.unbounded_shr(behind) | high << (64 - behind)) ^ ZEROES;
    let too_large = (whole.wrapping_add(0x7676_7676_7676_7676) | whole)
        | (decimals.wrapping_add(0x7676_7676_7676_7676) | decimals);
    (too_large & 0x8080_8080_8080_8080 == 0)
        .then(|| eight_digits(whole) * i64::from(SCALES[0]) + eight_digits(decimals))
}

/// The bytes of a text of four to sixteen, with noughts behind them.
#[inline]
fn words(text: &[u8]) -> Option<[u64; 2]> {
    let bits = |bytes: usize| u32::try_from(bytes * 8).expect("few bytes");
    // A long text and a short one have their ends read over one another.
    match text.len() {
        length @ 8..=16 => {
            let (low, high) =
                (u64::from_le_bytes(*text.first_chunk()?), u64::from_le_bytes(*text.last_chunk()?));
            let noughts = ZEROES.unbounded_shl(bits(length - 8));
            Some([low, high.unbounded_shr(bits(16 - length)) | noughts])
        }
        length @ 4..8 => {
            let (low, high) =
                (u32::from_le_bytes(*text.first_chunk()?), u32::from_le_bytes(*text.last_chunk()?));
            let low = u64::from(low) | u64::from(high) << bits(length - 4);
            Some([low | ZEROES << bits(length), ZEROES])
        }
        _ => None,
    }
}

/// The number of eight digits, each of which is its value already.
#[inline]
fn eight_digits(digits: u64) -> i64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let [low, high] = [pairs, pairs >> 16].map(|pairs| pairs & 0x0000_00ff_0000_00ff);
    let sum = low.wrapping_mul(100 + (1_000_000 << 32)).wrapping_add(high.wrapping_mul(1 + (10_000 << 32)));
    i64::try_from(sum >> 32).expect("eight digits")
}

#[inline]
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        _ => (false, text),
    }
}

#[inline]
fn digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit <= 9).then_some(digit)
}

/// The digits of a short number without its point, and how many of them are decimals.
#[inline]
fn read_digits(text: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    let mut whole_digits = 0;
    for &byte in text {
        let Some(digit) = digit(byte) else { break };
        value = value * 10 + u64::from(digit);
        whole_digits += 1;
    }
    if whole_digits == 0 {
        return None;
    }
    let Some((&b'.', decimals)) = text[whole_digits..].split_first() else {
        return (whole_digits == text.len()).then_some((value, 0));
    };
    if !matches!(decimals.len(), 1..=PLACES) {
        return None;
    }
    for &byte in decimals {
        value = value * 10 + u64::from(digit(byte)?);
    }
    Some((value, decimals.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_decimals() {
        for (text, wanted) in [
            ("0", 0),
            ("-0", 0),
            ("1", 100_000_000),
            ("007", 700_000_000),
            ("12.5", 1_250_000_000),
            ("-12.50000000", -1_250_000_000),
            ("0.00000001", 1),
            ("92233720368.54775807", i64::MAX),
            ("-92233720368.54775807", -i64::MAX),
            ("00000000000000000001.5", 150_000_000),
        ] {
            assert_eq!(read_i64(text.as_bytes()), Some(wanted), "{text}");
            assert_eq!(read_i128(text.as_bytes()), Some(i128::from(wanted)), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_general_parser() {
        for text in [
            "",
            "-",
            "--1",
            "+1",
            "1e3",
            "1,000",
            " 1",
            "1 ",
            "NaN",
            "inf",
            ".5",
            "5.",
            ".",
            "-.5",
            "1.2.3",
            "1..2",
            "1_000",
            "0x10",
            "1.000000000",
            "١",
            "1\0",
            "1.-2",
            "000000000000000000001",
            "1.2.",
            "1-",
        ] {
            assert_eq!(read_i64(text.as_bytes()), None, "{text}");
            assert_eq!(read_i128(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_cut() {
        for text in
            ["92233720368.54775808", "-92233720368.54775809", "9999999999999999999", "99999999999.999999"]
        {
            assert_eq!(read_i64(text.as_bytes()), None, "{text}");
            assert!(read_i128(text.as_bytes()).is_some(), "{text}");
        }
        assert_eq!(read_i64(b"-92233720368.54775808"), Some(i64::MIN));
        assert_eq!(read_i128(b"99999999999999999999.99999999"), Some(9_999_999_999_999_999_999_999_999_999));
    }

    proptest! {
        #[test]
        fn both_widths_agree(text in "-?[0-9]{0,21}\\.?[0-9]{0,9}|-?[0-9]{0,9}[.][0-9]{0,9}|[-+./:0-9]{1,17}") {
            let wide = read_i128(text.as_bytes());
            let narrow = wide.and_then(|units| i64::try_from(units).ok());
            prop_assert_eq!(read_i64(text.as_bytes()), narrow);
        }

        #[test]
        fn what_stands_behind_a_text_does_not_count(text in "[0-9]{1,7}[.][0-9]{1,8}|[-+./:0-9]{0,16}", behind: [u8; 16]) {
            let bytes = [text.as_bytes(), &behind].concat();
            let read = read_ahead(bytes.first_chunk().unwrap(), text.len());
            prop_assert!(read.is_none() || read == read_i64(text.as_bytes()));
            let (whole, decimals) = text.split_once('.').unwrap_or_default();
            let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let is_usual = matches!((whole.len(), decimals.len()), (1..=7, 1..=8));
            prop_assert_eq!(read.is_some(), is_usual && are_digits(whole) && are_digits(decimals));
        }

        #[test]
        fn what_is_written_is_read(units in any::<i64>(), places in 0_u32..=8) {
            let step = 10_i64.pow(8 - places);
            let units = units / step * step;
            let sign = if units < 0 { "-" } else { "" };
            let (whole, rest) = (units.unsigned_abs() / 100_000_000, units.unsigned_abs() % 100_000_000);
            let fraction = format!("{rest:08}");
            let text = match places {
                0 => format!("{sign}{whole}"),
                _ => format!("{sign}{whole}.{}", &fraction[..places as usize]),
            };
            prop_assert_eq!(read_i128(text.as_bytes()), Some(i128::from(units)));
        }
    }
}
