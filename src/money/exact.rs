//! Text to integers of 1e-8 and back: the grammar of every number in a canonical export.

use rust_decimal::Decimal;

use super::amount::MoneyError;

/// Decimal places kept: exports carry up to eight.
pub(crate) const PLACES: u32 = 8;
/// Integers of 1e-8 in one whole.
pub(crate) const UNIT: i128 = 100_000_000;
/// The same in 64 bits, which hold nearly every number.
const UNIT_SHORT: u64 = 100_000_000;
/// Digits allowed before the decimal point.
const WHOLE_DIGITS_MAX: usize = 20;

/// A plain decimal as an integer of 1e-8.
///
/// The grammar is `-`? digits (`.` digits)?: no sign `+`, no grouping, no exponent, no spaces. It is
/// checked before the digits reach the decimal library, which would accept `1_000`.
///
/// # Errors
///
/// [`MoneyError`] names the first thing that does not fit.
pub(crate) fn parse_units(text: &str) -> Result<i128, MoneyError> {
    parse_usual(text.as_bytes()).map_or_else(|| parse_any(text), Ok)
}

/// The same for what nearly every cell holds: up to ten digits, and up to eight behind the point. `None`
/// leaves the text to the grammar.
fn parse_usual(text: &[u8]) -> Option<i128> {
    const WHOLE_DIGITS: usize = 10;
    let (digits, is_negative) = match text {
        [b'-', digits @ ..] => (digits, true),
        digits => (digits, false),
    };
    let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
    let (whole, fraction) = digits.split_at(point);
    if whole.is_empty() || whole.len() > WHOLE_DIGITS {
        return None;
    }
    let behind = match fraction {
        [] => 0,
        [_, fraction @ ..] if (1..=PLACES as usize).contains(&fraction.len()) => {
            let missing = (PLACES as usize).checked_sub(fraction.len())?;
            number(fraction)?.checked_mul(10_u64.pow(u32::try_from(missing).ok()?))?
        }
        _ => return None,
    };
    let units = i128::from(number(whole)?).checked_mul(UNIT)?.checked_add(i128::from(behind))?;
    if is_negative { units.checked_neg() } else { Some(units) }
}

/// The number of a few digits.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = u64::from(byte.checked_sub(b'0')?);
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(digit) }
    })
}

/// The grammar.
fn parse_any(text: &str) -> Result<i128, MoneyError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || fraction.is_empty() {
        return Err(MoneyError::NotANumber);
    }
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return Err(MoneyError::of_text(text));
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > WHOLE_DIGITS_MAX {
        return Err(MoneyError::TooManyDigits);
    }
    let kept = fraction.trim_end_matches('0');
    if kept.len() > PLACES as usize {
        return Err(MoneyError::TooManyPlaces);
    }
    let sign = if digits.len() < text.len() { "-" } else { "" };
    let plain = format!("{sign}0{whole}.{kept:0<8}");
    let exact = Decimal::from_str_exact(&plain).map_err(|_| MoneyError::TooManyDigits)?;
    Ok(exact.mantissa())
}

/// The shortest decimal text of an integer of 1e-8 with at least `places_min` decimals.
pub(crate) fn text_of_units(units: i128, places_min: u32) -> String {
    let mut text = Vec::with_capacity(24);
    put_units(units, places_min, &mut text);
    String::from_utf8(text).expect("a number is written in ASCII")
}

/// Appends the same.
pub(crate) fn put_units(units: i128, places_min: u32, out: &mut Vec<u8>) {
    let (Ok(magnitude), true) = (u64::try_from(units.unsigned_abs()), places_min <= PLACES) else {
        out.extend_from_slice(text_of_any(units, places_min).as_bytes());
        return;
    };
    if units < 0 {
        out.push(b'-');
    }
    put_digits(magnitude / UNIT_SHORT, 1, out);
    let mut places = PLACES;
    let mut behind = magnitude % UNIT_SHORT;
    while places > places_min && behind.is_multiple_of(10) {
        behind /= 10;
        places = places.saturating_sub(1);
    }
    if places > 0 {
        out.push(b'.');
        put_digits(behind, places as usize, out);
    }
}

/// Appends a number in at least so many digits.
fn put_digits(number: u64, digits_min: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    let mut rest = number;
    while rest > 0 || digits.len().saturating_sub(first) < digits_min {
        first = first.saturating_sub(1);
        digits[first] = b'0'.saturating_add(u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
    }
    out.extend_from_slice(&digits[first..]);
}

fn text_of_any(units: i128, places_min: u32) -> String {
    let Ok(exact) = Decimal::try_from_i128_with_scale(units, PLACES) else {
        // Beyond 96 bits only control totals of absurd files arrive here; whole units suffice.
        return format!("{}", units.checked_div(UNIT).unwrap_or_default());
    };
    let mut shortest = exact.normalize();
    if shortest.scale() < places_min {
        shortest.rescale(places_min);
    }
    if shortest.is_zero() {
        shortest.set_sign_positive(true);
    }
    shortest.to_string()
}

/// How many decimals an integer of 1e-8 needs.
pub(crate) fn places_of_units(units: i128) -> u32 {
    let mut rest = units;
    let mut places = PLACES;
    while places > 0 && rest % 10 == 0 {
        rest /= 10;
        places = places.saturating_sub(1);
    }
    places
}

/// An exact count of what a package holds: gigabytes, minutes. Signed, because a reversal is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a plain decimal with up to eight decimals.
    ///
    /// # Errors
    ///
    /// [`MoneyError`] says which part of the grammar the text misses.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_units(text).map(Self)
    }

    /// A quantity from its integer of 1e-8.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The integer of 1e-8.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The sum. Bounded inputs cannot overflow; see the module.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Whether something is left after reversals.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text_of_units(self.0, 0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_usual_is_read_as_the_grammar_reads_it(text in "-{0,2}[0-9]{0,12}(\\.[0-9_.]{0,10})?") {
            if let Some(units) = parse_usual(text.as_bytes()) {
                prop_assert_eq!(parse_any(&text).unwrap(), units);
            }
        }

        #[test]
        fn what_is_usual_is_written_as_the_decimal_library_writes_it(
            units in prop_oneof![-200_i128..200, any::<i64>().prop_map(i128::from), any::<i128>()],
            zeros in 0..9_u32,
            places_min in 0..9_u32,
        ) {
            let step = 10_i128.pow(zeros);
            let units = units.checked_div(step).and_then(|steps| steps.checked_mul(step)).unwrap();
            prop_assert_eq!(text_of_units(units, places_min), text_of_any(units, places_min));
        }
    }

    #[test]
    fn the_grammar_is_plain_decimals() {
        assert_eq!(parse_units("37.01").unwrap(), 3_701_000_000);
        assert_eq!(parse_units("-0.00000001").unwrap(), -1);
        assert_eq!(parse_units("00012").unwrap(), 1_200_000_000);
        assert_eq!(parse_units("1.100000000000").unwrap(), 110_000_000);
        for (text, wanted) in [
            ("1e3", MoneyError::Exponent),
            ("1,000", MoneyError::Grouping),
            ("1_000", MoneyError::NotANumber),
            ("NaN", MoneyError::NotANumber),
            ("", MoneyError::NotANumber),
            (" 1", MoneyError::Spaces),
            ("+1", MoneyError::NotANumber),
            ("1.", MoneyError::NotANumber),
            (".5", MoneyError::NotANumber),
            ("--1", MoneyError::NotANumber),
            ("1.2.3", MoneyError::NotANumber),
            ("0.000000001", MoneyError::TooManyPlaces),
            ("12345678901234567890123456789", MoneyError::TooManyDigits),
            ("123456789012345678901", MoneyError::TooManyDigits),
        ] {
            assert_eq!(parse_units(text).unwrap_err(), wanted, "{text}");
        }
    }

    #[test]
    fn text_keeps_what_is_there_and_no_less_than_asked() {
        assert_eq!(text_of_units(3_701_000_000, 2), "37.01");
        assert_eq!(text_of_units(1_600_000_000, 2), "16.00");
        assert_eq!(text_of_units(8_043_264_806, 2), "80.43264806");
        assert_eq!(text_of_units(-45_735_194, 2), "-0.45735194");
        assert_eq!(text_of_units(0, 0), "0");
        assert_eq!(places_of_units(3_701_000_000), 2);
        assert_eq!(places_of_units(0), 0);
    }
}
