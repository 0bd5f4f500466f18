//! Instants in the two usual layouts, read by position.
//!
//! `YYYY-MM-DDTHH:MM:SS[.f]` with `Z` or `±HH:MM`, and `YYYY-MM-DD HH:MM:SS[.f]` without an offset, with
//! one to six decimals of a second. Exports are mostly in the order of time, so the day is read only when
//! it is another than the day before. Everything else is `None` here, be it another layout or no instant
//! at all: the general parser tells these apart.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Bytes of `YYYY-MM-DD`.
const DATE: usize = 10;
/// Bytes of `YYYY-MM-DD HH:MM:SS`.
const PLAIN: usize = 19;
/// The largest offset a zone has had, in hours.
const OFFSET_HOURS_MAX: i64 = 18;

/// An instant read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
    /// Whether the text names no offset, so that the reader's was taken.
    pub zone_assumed: bool,
}

/// Reads instants, remembering the last day.
#[derive(Clone, Debug)]
pub struct TimeReader {
    assumed_offset_micros: i64,
    /// The last day: its first eight bytes and its last two.
    day: (u64, u16),
    day_micros: i64,
    /// The last text without an offset, and its instant were it one of Greenwich.
    plain: ([u8; PLAIN], i64),
}

impl TimeReader {
    /// A reader that takes texts without an offset for so many seconds east of Greenwich.
    #[must_use]
    pub fn new(assumed_offset_seconds: i32) -> Self {
        Self {
            assumed_offset_micros: i64::from(assumed_offset_seconds) * SECOND,
            day: halves(b"1970-01-01"),
            day_micros: 0,
            plain: (*b"1970-01-01 00:00:00", 0),
        }
    }

    /// The instant that `text` names; `None` where it is not in one of the two layouts.
    #[must_use]
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<Read> {
        match text.try_into() {
            Ok(plain) => self.read_plain(plain),
            Err(_) => self.read_longer(text),
        }
    }

    /// The layout without an offset and without decimals of a second.
    #[inline]
    fn read_plain(&mut self, text: &[u8; PLAIN]) -> Option<Read> {
        if *text != self.plain.0 {
            let [.., b' ', _, _, _, _, _, _, _, _] = text else { return None };
            self.plain.1 = self.read_day(text.first_chunk()?)? + read_clock(*text.last_chunk()?)?;
            self.plain.0 = *text;
        }
        let micros = self.plain.1;
        Some(Read { micros: micros - self.assumed_offset_micros, zone_assumed: true })
    }

    /// The start of a day.
    #[inline]
    fn read_day(&mut self, date: &[u8; DATE]) -> Option<i64> {
        let day = halves(date);
        if day != self.day {
            self.day_micros = read_date(date)? * DAY;
            self.day = day;
        }
        Some(self.day_micros)
    }

    fn read_longer(&mut self, text: &[u8]) -> Option<Read> {
        let (date, rest) = text.split_first_chunk()?;
        let (&separator, rest) = rest.split_first()?;
        let (clock, rest) = rest.split_first_chunk()?;
        let (fraction, zone) = read_fraction(rest)?;
        let (offset, zone_assumed) = match (separator, zone) {
            (b' ', []) => (self.assumed_offset_micros, true),
            (b'T', b"Z") => (0, false),
            (b'T', zone) => (read_offset(zone.try_into().ok()?)?, false),
            _ => return None,
        };
        Some(Read { micros: self.read_day(date)? + read_clock(*clock)? + fraction - offset, zone_assumed })
    }
}

/// A date as two numbers, which are compared faster than ten bytes.
#[inline]
fn halves(date: &[u8; DATE]) -> (u64, u16) {
    let (first, last) = (date.first_chunk(), date.last_chunk());
    let (first, last) = (first.expect("ten bytes have eight"), last.expect("ten bytes have two"));
    (u64::from_le_bytes(*first), u16::from_le_bytes(*last))
}

/// The number of two digits.
#[inline]
fn two_digits(digits: [u8; 2]) -> Option<i64> {
    let [tens, ones] = digits.map(|digit| digit.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Days since 1970-01-01 of `YYYY-MM-DD` from the year 1 on.
fn read_date(text: &[u8; DATE]) -> Option<i64> {
    let [century @ .., y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let year = two_digits(century)? * 100 + two_digits([y3, y4])?;
    let (month, day) = (two_digits([m1, m2])?, two_digits([d1, d2])?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if year == 0 || day == 0 || day > days_in_month {
        return None;
    }
    // Years that begin in March have the leap day at their end.
    let (year, months_since_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    // Of each five months from March on, three have 31 days.
    let days_before_month = (153 * months_since_march + 2) / 5;
    let days_before_year = 365 * year + year / 4 - year / 100 + year / 400;
    // From the first of March of the year 0 to 1970-01-01.
    Some(days_before_year + days_before_month + day - 1 - 719_468)
}

/// Microseconds of `HH:MM:SS`; a minute has sixty seconds.
#[inline]
fn read_clock(text: [u8; 8]) -> Option<i64> {
    // All eight bytes at once: exclusive-or with the layout leaves digits as 0 to 9 and colons as 0.
    let bytes = u64::from_le_bytes(text) ^ u64::from_le_bytes(*b"00:00:00");
    // Adding these sets the highest bit of a byte that is larger than it may be.
    let too_large =
        (bytes.wrapping_add(u64::from_le_bytes(*b"vv\x7fvv\x7fvv")) | bytes) & 0x8080_8080_8080_8080;
    if too_large != 0 {
        return None;
    }
    // Ten times a digit and the digit behind it, in the byte of the former.
    let numbers = bytes.wrapping_mul(10).wrapping_add(bytes >> 8).to_le_bytes();
    let [hours, minutes, seconds] = [numbers[0], numbers[3], numbers[6]].map(i64::from);
    let is_in_day = hours < 24 && minutes < 60 && seconds < 60;
    is_in_day.then(|| (hours * 3600 + minutes * 60 + seconds) * SECOND)
}

/// Microseconds of `.f` with one to six digits, if it is there, and what follows.
#[inline]
fn read_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = text.split_first() else {
        return Some((0, text));
    };
    let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
    if !matches!(count, 1..=6) {
        return None;
    }
    let (digits, rest) = digits.split_at(count);
    let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    Some(((count..6).fold(value, |value, _| value * 10), rest))
}

/// Microseconds of `±HH:MM`, east positive.
#[inline]
fn read_offset(text: [u8; 6]) -> Option<i64> {
    let [sign, h1, h2, b':', m1, m2] = text else { return None };
    let (hours, minutes) = (two_digits([h1, h2])?, two_digits([m1, m2])?);
    if hours > OFFSET_HOURS_MAX || minutes > 59 {
        return None;
    }
    let micros = (hours * 60 + minutes) * 60 * SECOND;
    match sign {
        b'+' => Some(micros),
        b'-' => Some(-micros),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate, NaiveDateTime};
    use proptest::prelude::*;

    const BEIJING: i32 = 8 * 3600;

    fn read(text: &str) -> Option<Read> {
        TimeReader::new(BEIJING).read(text.as_bytes())
    }

    #[test]
    fn every_day_of_the_calendar() {
        let mut reader = TimeReader::new(0);
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        for day in first.iter_days().take_while(|day| *day < NaiveDate::from_ymd_opt(9999, 12, 31).unwrap()) {
            let text = format!("{} 00:00:00", day.format("%Y-%m-%d"));
            let wanted = day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros();
            assert_eq!(
                reader.read(text.as_bytes()),
                Some(Read { micros: wanted, zone_assumed: true }),
                "{text}"
            );
        }
    }

    #[test]
    fn both_layouts_name_one_instant() {
        let assumed = read("2026-03-01 08:00:00").unwrap();
        assert!(assumed.zone_assumed);
        for text in [
            "2026-03-01T08:00:00+08:00",
            "2026-03-01T00:00:00Z",
            "2026-03-01T00:00:00.000000-00:00",
            "2026-02-28T18:15:00-05:45",
        ] {
            assert_eq!(read(text), Some(Read { zone_assumed: false, ..assumed }), "{text}");
        }
        assert_eq!(read("2026-03-01 08:00:00.5").unwrap().micros - assumed.micros, 500_000);
        assert_eq!(read("2026-03-01 08:00:00.000001").unwrap().micros - assumed.micros, 1);
    }

    #[test]
    fn everything_else_is_left_to_the_general_parser() {
        for text in [
            "",
            "2026-03-01",
            "2026-03-01 08:00",
            "2026-03-01 08:00:0",
            "2026-03-01T08:00:00",
            "2026-03-01 08:00:00Z",
            "2026-03-01t08:00:00z",
            "2026-03-01T08:00:00+0800",
            "2026-03-01T08:00:00+08",
            "2026-03-01T08:00:00+19:00",
            "2026-03-01T08:00:00+08:60",
            "2026-03-01T08:00:00 08:00",
            "2026-03-01 08:00:60",
            "2026-03-01 24:00:00",
            "2026-03-01 08:60:00",
            "2026-03-01 08:00:00.",
            "2026-03-01 08:00:00.1234567",
            "2026-03-01 08:00:00.x",
            "2026-02-29 08:00:00",
            "1900-02-29 08:00:00",
            "2026-04-31 08:00:00",
            "2026-00-01 08:00:00",
            "2026-13-01 08:00:00",
            "2026-01-00 08:00:00",
            "0000-01-01 00:00:00",
            "2026/03/01 08:00:00",
            " 2026-03-01 08:00:00",
            "2026-03-01 08:00:00 ",
            "2026-03-01 08.00.00",
            "2026-03-01 0a:00:00",
            "2026-03-01 08\u{e9}00:00",
            "2026-03-01T08:00:00.Z",
            "+026-03-01 08:00:00",
            "2026-03-01 08:00:00\0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read("2000-02-29 23:59:59").is_some());
        assert!(read("2026-03-01T08:00:00+18:59").is_some());
    }

    #[test]
    fn a_day_that_is_none_is_not_remembered() {
        let mut reader = TimeReader::new(0);
        for _ in 0..2 {
            assert_eq!(reader.read(b"2026-02-30 00:00:00"), None);
            assert_eq!(reader.read(b"1970-01-01 00:00:00").map(|read| read.micros), Some(0));
        }
    }

    proptest! {
        #[test]
        fn instants_are_those_of_chrono(
            micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000,
            offset_minutes in -18 * 60 - 59..18 * 60 + 60,
            digits in 0_usize..=6,
        ) {
            let utc = DateTime::from_timestamp_micros(micros).unwrap();
            let zone = chrono::FixedOffset::east_opt(offset_minutes * 60).unwrap();
            let text = utc.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string();
            prop_assume!(text.len() == 32 && !text.starts_with("0000"));
            let cut = if digits == 0 { 19 } else { 20 + digits };
            let text = format!("{}{}", &text[..cut], &text[26..]);
            let wanted = DateTime::parse_from_rfc3339(&text).unwrap().timestamp_micros();
            prop_assert_eq!(read(&text), Some(Read { micros: wanted, zone_assumed: false }));
        }

        #[test]
        fn damaged_text_is_read_as_chrono_reads_it_or_not_at_all(
            at in 0_usize..25,
            byte in prop::sample::select(b"0123456789-+:.TZ \xff".to_vec()),
        ) {
            for text in ["2026-02-28T23:59:59+08:00", "2026-02-28 23:59:59.123456"] {
                let mut text = text.as_bytes().to_vec();
                text[at] = byte;
                let Some(found) = TimeReader::new(0).read(&text) else { continue };
                let text = str::from_utf8(&text).unwrap();
                let wanted = DateTime::parse_from_rfc3339(text).map(|read| read.timestamp_micros()).or_else(|_| {
                    let format = "%Y-%m-%d %H:%M:%S%.f";
                    NaiveDateTime::parse_from_str(text, format).map(|read| read.and_utc().timestamp_micros())
                });
                prop_assert_eq!(Ok(found.micros), wanted);
            }
        }
    }
}
