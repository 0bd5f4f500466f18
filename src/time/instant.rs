//! A point in time, and what an export that lost its seconds knows of one.

use super::{CivilDate, Offset};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant `days` × 24 hours later.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY)))
    }

    /// The instant `seconds` later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(SECOND)))
    }

    /// The instant `micros` microseconds later.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Begun 24-hour units from `start` to here: one second is one, 24 hours are one, a second more
    /// are two. Not positive where `start` is not earlier.
    #[must_use]
    pub const fn begun_days_since(self, start: Self) -> i64 {
        let elapsed = self.0.saturating_sub(start.0);
        elapsed.div_euclid(DAY) + if elapsed.rem_euclid(DAY) > 0 { 1 } else { 0 }
    }

    /// Whole seconds from `start` to here, cut toward the past.
    #[must_use]
    pub const fn seconds_since(self, start: Self) -> i64 {
        self.0.saturating_sub(start.0).div_euclid(SECOND)
    }

    /// The civil date at `offset`.
    #[must_use]
    pub fn date_at(self, offset: Offset) -> CivilDate {
        CivilDate::of(self, offset)
    }

    /// RFC 3339 with the offset, with a fraction only where there is one.
    ///
    /// # Panics
    ///
    /// Never: it is written in ASCII.
    #[must_use]
    pub fn text(self, offset: Offset) -> String {
        let mut text = Vec::with_capacity(32);
        self.put_text(offset, &mut text);
        String::from_utf8(text).expect("an instant is written in ASCII")
    }

    /// Appends the same.
    pub fn put_text(self, offset: Offset, out: &mut Vec<u8>) {
        let on = self.date_at(offset);
        let Some([century, year]) = on.century_and_year() else {
            // Years of more or less than four digits are spelled in the calendar's own way.
            out.extend_from_slice(self.text_of_any_year(offset).as_bytes());
            return;
        };
        let local = self.0.saturating_add(i64::from(offset.seconds_east()).saturating_mul(SECOND));
        let micros = local.rem_euclid(DAY);
        let (seconds, micros) = (micros / SECOND, micros % SECOND);
        let east = i64::from(offset.seconds_east());
        let minutes = east.abs() / 60;
        put_two(out, century);
        put_two(out, year);
        for (mark, number) in [
            (b'-', on.month().into()),
            (b'-', on.day().into()),
            (b'T', seconds / 3600),
            (b':', seconds / 60 % 60),
            (b':', seconds % 60),
        ] {
            out.push(mark);
            put_two(out, number);
        }
        if micros > 0 {
            out.push(b'.');
            put_two(out, micros / 10_000);
            put_two(out, micros / 100 % 100);
            put_two(out, micros % 100);
        }
        out.push(if east < 0 { b'-' } else { b'+' });
        put_two(out, minutes / 60);
        out.push(b':');
        put_two(out, minutes % 60);
    }

    fn text_of_any_year(self, offset: Offset) -> String {
        let local = chrono::DateTime::from_timestamp_micros(self.0)
            .unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
            .with_timezone(&offset.chrono());
        let format = if self.0 % SECOND == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.6f%:z" };
        local.format(format).to_string()
    }

    /// `2022-12-06 23:59:59`, for people who know the zone from the context.
    #[must_use]
    pub fn plain(self, offset: Offset) -> String {
        let text = self.text(offset);
        text.get(..text.len().saturating_sub(6)).unwrap_or(&text).replace('T', " ")
    }
}

/// Appends a number below a hundred in two digits.
fn put_two(out: &mut Vec<u8>, number: i64) {
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}

/// A point in time as an export wrote it: exact, or lost within a minute or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    earliest: Instant,
    blur_micros: i64,
}

impl Moment {
    /// A moment known exactly.
    #[must_use]
    pub const fn exact(at: Instant) -> Self {
        Self { earliest: at, blur_micros: 0 }
    }

    /// A moment of which only the minute was written.
    #[must_use]
    pub const fn within_minute(start: Instant) -> Self {
        Self { earliest: start, blur_micros: 59 * SECOND }
    }

    /// A moment of which only the day was written.
    #[must_use]
    pub const fn within_day(start: Instant) -> Self {
        Self { earliest: start, blur_micros: DAY - SECOND }
    }

    /// A moment of which only bounds are known; `last` is not before `first`.
    #[must_use]
    pub const fn between(first: Instant, last: Instant) -> Self {
        Self { earliest: first, blur_micros: last.micros().saturating_sub(first.micros()) }
    }

    /// The first instant it may have been.
    #[must_use]
    pub const fn earliest(self) -> Instant {
        self.earliest
    }

    /// The last instant it may have been.
    #[must_use]
    pub const fn latest(self) -> Instant {
        self.earliest.plus_micros(self.blur_micros)
    }

    /// Whether the export wrote it to the second.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.blur_micros == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_is_what_the_calendar_would_write(
            seconds in -70_000_000_000_i64..300_000_000_000,
            micros in prop_oneof![Just(0), 0..SECOND],
            minutes_east in -1080_i32..=1080,
        ) {
            let at = Instant::from_micros(seconds * SECOND + micros);
            let sign = if minutes_east < 0 { '-' } else { '+' };
            let minutes = minutes_east.abs();
            let offset = Offset::parse(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)).unwrap();
            prop_assert_eq!(at.text(offset), at.text_of_any_year(offset));
        }
    }

    #[test]
    fn begun_days_round_up() {
        let start = Instant::from_micros(0);
        assert_eq!(start.plus_seconds(1).begun_days_since(start), 1);
        assert_eq!(start.plus_days(1).begun_days_since(start), 1);
        assert_eq!(start.plus_days(1).plus_seconds(1).begun_days_since(start), 2);
        assert_eq!(start.begun_days_since(start), 0);
        assert_eq!(start.begun_days_since(start.plus_seconds(1)), 0);
    }

    #[test]
    fn text_shows_the_offset() {
        let at = Instant::from_micros(1_670_342_399 * SECOND);
        assert_eq!(at.text(Offset::BEIJING), "2022-12-06T23:59:59+08:00");
        assert_eq!(at.plain(Offset::BEIJING), "2022-12-06 23:59:59");
        assert_eq!(at.plus_micros(5).text(Offset::UTC), "2022-12-06T15:59:59.000005+00:00");
    }
}
