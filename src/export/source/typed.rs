//! Typed values to the text that a CSV would hold: exact, in the layouts of the canonical form.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A decimal of `scale` places. Zeros behind the last digit belong to its column and not to the number.
pub(super) fn decimal_text(units: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let fraction = fraction.trim_end_matches('0');
    let sign = if units < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// The day so many days after 1970-01-01.
pub(super) fn day_text(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// An instant in so many ticks a second after 1970: with `Z` where it is known to be one of UTC, else as
/// the text without an offset that a clock would show.
pub(super) fn moment_text(ticks: i64, per_second: i64, is_utc: bool) -> String {
    let (seconds, part) = (ticks.div_euclid(per_second), ticks.rem_euclid(per_second));
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let nanos = format!("{:09}", part * (1_000_000_000 / per_second));
    let fraction = nanos.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let (between, zone) = if is_utc { ("T", "Z") } else { (" ", "") };
    format!("{}{between}{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}", day_text(days))
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
            assert_eq!(decimal_text(units, scale), wanted);
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
            assert_eq!(moment_text(ticks, per_second, is_utc), wanted);
        }
        for ticks in [i64::MIN, i64::MAX] {
            moment_text(ticks, 1_000, true);
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
            assert_eq!(day_text(days), wanted);
        }
    }
}
