//! Typed values to the text that a CSV would hold: exact, in the layouts of the canonical form.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Digits of the longest integer of 128 bits.
const DIGITS_MAX: usize = 39;

/// A decimal of `scale` places, at most 38. Zeros behind the last digit belong to its column and not to the
/// number.
pub(super) fn put_decimal(text: &mut Vec<u8>, units: i128, scale: usize) {
    let mut digits = [b'0'; DIGITS_MAX];
    let mut from = DIGITS_MAX;
    let mut wide = units.unsigned_abs();
    let mut narrow = loop {
        if let Ok(narrow) = u64::try_from(wide) {
            break narrow;
        }
        from -= 1;
        digits[from] = digit(wide % 10);
        wide /= 10;
    };
    while narrow > 0 {
        from -= 1;
        digits[from] = digit(narrow % 10);
        narrow /= 10;
    }
    let point = DIGITS_MAX - scale;
    let (whole, fraction) = (&digits[from.min(point - 1)..point], without_zeros(&digits[point..]));
    if units < 0 {
        text.push(b'-');
    }
    text.extend_from_slice(whole);
    if !fraction.is_empty() {
        text.push(b'.');
        text.extend_from_slice(fraction);
    }
}

/// The day so many days after 1970-01-01.
pub(super) fn put_day(text: &mut Vec<u8>, days: i64) {
    let (year, month, day) = civil(days);
    match u64::try_from(year) {
        Ok(year @ ..=9999) => put_digits::<4>(text, year),
        _ => text.extend_from_slice(format!("{year:04}").as_bytes()),
    }
    text.push(b'-');
    put_digits::<2>(text, month.unsigned_abs());
    text.push(b'-');
    put_digits::<2>(text, day.unsigned_abs());
}

/// An instant in so many ticks a second after 1970: with `Z` where it is known to be one of UTC, else as
/// the text without an offset that a clock would show.
pub(super) fn put_moment(text: &mut Vec<u8>, ticks: i64, per_second: i64, is_utc: bool) {
    let (seconds, part) = (ticks.div_euclid(per_second), ticks.rem_euclid(per_second));
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY).unsigned_abs());
    put_day(text, days);
    text.push(if is_utc { b'T' } else { b' ' });
    put_digits::<2>(text, second / 3600);
    text.push(b':');
    put_digits::<2>(text, second / 60 % 60);
    text.push(b':');
    put_digits::<2>(text, second % 60);
    if part > 0 {
        text.push(b'.');
        put_digits::<9>(text, (part * (1_000_000_000 / per_second)).unsigned_abs());
        while text.last() == Some(&b'0') {
            text.pop();
        }
    }
    if is_utc {
        text.push(b'Z');
    }
}

/// A number with zeros before it.
fn put_digits<const WIDTH: usize>(text: &mut Vec<u8>, mut number: u64) {
    let mut digits = [b'0'; WIDTH];
    for place in digits.iter_mut().rev() {
        *place = digit(number % 10);
        number /= 10;
    }
    text.extend_from_slice(&digits);
}

/// Digits without the zeros at their end.
fn without_zeros(digits: &[u8]) -> &[u8] {
    let end = digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1);
    &digits[..end]
}

/// The digit of a number below ten.
fn digit(number: impl TryInto<u8>) -> u8 {
    b'0' + number.try_into().unwrap_or_default()
}

/// Year, month and day of the Gregorian calendar, counted in years that begin in March and in cycles of 400.
const fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (cycle, day_of_cycle) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_cycle + cycle * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(put: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut text = b"before".to_vec();
        put(&mut text);
        String::from_utf8(text.split_off(6)).unwrap()
    }

    #[test]
    fn decimals_keep_every_digit_and_no_zero_of_their_column() {
        for (units, scale, wanted) in [
            (3_701_000_000, 8, "37.01"),
            (-5, 2, "-0.05"),
            (0, 8, "0"),
            (12, 0, "12"),
            (1_200, 0, "1200"),
            (1, 8, "0.00000001"),
            (
                99_999_999_999_999_999_999_999_999_999_999_999_999,
                38,
                "0.99999999999999999999999999999999999999",
            ),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(told(|text| put_decimal(text, units, scale)), wanted);
        }
    }

    #[test]
    fn moments_are_told_to_their_last_digit() {
        for (ticks, per_second, is_utc, wanted) in [
            (0, 1_000, false, "1970-01-01 00:00:00"),
            (-1, 1_000, true, "1969-12-31T23:59:59.999Z"),
            (1_709_164_800_123, 1_000, true, "2024-02-29T00:00:00.123Z"),
            (1_672_502_400_000_001, 1_000_000, false, "2022-12-31 16:00:00.000001"),
            (1_672_502_400_000_000_001, 1_000_000_000, true, "2022-12-31T16:00:00.000000001Z"),
            (-62_135_596_800_000, 1_000, false, "0001-01-01 00:00:00"),
            (253_402_300_799_000, 1_000, false, "9999-12-31 23:59:59"),
        ] {
            assert_eq!(told(|text| put_moment(text, ticks, per_second, is_utc)), wanted);
        }
        for ticks in [i64::MIN, i64::MAX] {
            told(|text| put_moment(text, ticks, 1_000, true));
        }
    }

    #[test]
    fn days_count_through_leap_years() {
        for (days, wanted) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
            (19_783, "2024-03-01"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
            (-719_162, "0001-01-01"),
        ] {
            assert_eq!(told(|text| put_day(text, days)), wanted);
        }
    }
}
