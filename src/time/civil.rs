//! Days of the calendar at a fixed offset from UTC.

use chrono::{Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime};

use super::Instant;

/// A fixed offset from UTC. Both vendors bill at +08:00, which has no summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offset {
    seconds_east: i32,
}

impl Offset {
    /// UTC itself.
    pub const UTC: Self = Self { seconds_east: 0 };
    /// +08:00, the clock of both vendors (F-TZ1, F-TZ2, F-TZ4 of the policy sources).
    pub const BEIJING: Self = Self { seconds_east: 8 * 3600 };

    /// Reads `+08:00`, `-05:30` or `Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "Z" || text == "z" {
            return Some(Self::UTC);
        }
        let (sign, rest) = match text.as_bytes().first()? {
            b'+' => (1, text.get(1..)?),
            b'-' => (-1, text.get(1..)?),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        if hours.len() != 2 || minutes.len() != 2 || !rest.bytes().all(|b| b.is_ascii_digit() || b == b':') {
            return None;
        }
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 18 && minutes < 60).then_some(Self { seconds_east: sign * (hours * 3600 + minutes * 60) })
    }

    /// Seconds east of Greenwich.
    #[must_use]
    pub const fn seconds_east(self) -> i32 {
        self.seconds_east
    }

    pub(super) fn chrono(self) -> FixedOffset {
        FixedOffset::east_opt(self.seconds_east).expect("an offset is less than a day")
    }
}

impl std::fmt::Display for Offset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.seconds_east < 0 { '-' } else { '+' };
        let minutes = self.seconds_east.abs() / 60;
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(NaiveDate);

impl CivilDate {
    /// The day of `year`, `month`, `day`, where there is one.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// Reads `2024-02-29`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        Self::new(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
    }

    pub(super) fn of(at: Instant, offset: Offset) -> Self {
        let local = at.plus_seconds(offset.seconds_east.into()).micros();
        let days = i32::try_from(local.div_euclid(super::instant::DAY)).unwrap_or(i32::MAX);
        Self(NaiveDate::from_epoch_days(days).unwrap_or(NaiveDate::MAX))
    }

    /// The first instant of the day at `offset`.
    #[must_use]
    pub fn start_at(self, offset: Offset) -> Instant {
        self.at_time(NaiveTime::MIN, offset)
    }

    pub(super) fn at_time(self, time: NaiveTime, offset: Offset) -> Instant {
        let local = self.0.and_time(time).and_utc().timestamp_micros();
        Instant::from_micros(local).plus_seconds(-i64::from(offset.seconds_east))
    }

    /// The day `days` later.
    #[must_use]
    pub fn plus_days(self, days: u64) -> Self {
        Self(self.0.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX))
    }

    /// The same day `months` later, clipped down to the last day of a shorter month.
    #[must_use]
    pub fn plus_months_clipped(self, months: u32) -> Self {
        Self(self.0.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX))
    }

    /// Days from `earlier` to here.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// Days of the `months` calendar months that begin with the month of this day.
    #[must_use]
    pub fn days_of_calendar_months(self, months: u32) -> i64 {
        let first = Self(self.0.with_day(1).unwrap_or(self.0));
        first.plus_months_clipped(months).days_since(first)
    }

    /// Whether it is a Saturday or a Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        self.0.weekday().number_from_monday() > 5
    }

    /// The century and the year in it, of a year of four digits.
    pub(super) fn century_and_year(self) -> Option<[i64; 2]> {
        let year = i64::from(self.0.year());
        (0..10_000).contains(&year).then_some([year / 100, year % 100])
    }

    /// Its year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    pub(super) fn month(self) -> u32 {
        self.0.month()
    }

    pub(super) fn day(self) -> u32 {
        self.0.day()
    }

    /// `2024-02` of the day.
    #[must_use]
    pub fn month_text(self) -> String {
        self.0.format("%Y-%m").to_string()
    }
}

impl std::fmt::Display for CivilDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// The instant `months` calendar months after `at`, at the same time of day, month ends clipped down.
impl Instant {
    /// The same local time `months` later, clipped down to the last day of a shorter month.
    #[must_use]
    pub fn plus_months_clipped(self, months: u32, offset: Offset) -> Self {
        let on = self.date_at(offset);
        let of_day = self.micros() - on.start_at(offset).micros();
        on.plus_months_clipped(months).start_at(offset).plus_micros(of_day)
    }

    /// The same local time `months` earlier, clipped down to the last day of a shorter month.
    #[must_use]
    pub fn minus_months_clipped(self, months: u32, offset: Offset) -> Self {
        let on = self.date_at(offset);
        let of_day = self.micros() - on.start_at(offset).micros();
        let earlier = CivilDate(on.0.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN));
        earlier.start_at(offset).plus_micros(of_day)
    }

    /// How many whole months have gone by since `start`: the most that, added to it, are not after this.
    #[must_use]
    pub fn whole_months_since(self, start: Self, offset: Offset) -> u32 {
        let (from, to) = (start.date_at(offset).0, self.date_at(offset).0);
        let apart = (to.year() - from.year()) * 12 + to.month0().cast_signed() - from.month0().cast_signed();
        let apart = u32::try_from(apart).unwrap_or(0);
        if start.plus_months_clipped(apart, offset) <= self { apart } else { apart.saturating_sub(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn a_month_from_a_month_end_clips_down() {
        for (from, to, days) in [
            ("2025-01-28", "2025-02-28", 31),
            ("2025-01-29", "2025-02-28", 30),
            ("2025-01-30", "2025-02-28", 29),
            ("2025-01-31", "2025-02-28", 28),
            ("2024-01-29", "2024-02-29", 31),
            ("2024-01-31", "2024-02-29", 29),
            ("2025-02-28", "2025-03-28", 28),
            ("2024-02-29", "2024-03-29", 29),
            ("2025-03-31", "2025-04-30", 30),
            ("2025-12-31", "2026-01-31", 31),
        ] {
            let end = date(from).plus_months_clipped(1);
            assert_eq!((end, end.days_since(date(from))), (date(to), days), "{from}");
        }
    }

    #[test]
    fn offsets_have_one_form() {
        assert_eq!(Offset::parse("+08:00"), Some(Offset::BEIJING));
        assert_eq!(Offset::parse("Z"), Some(Offset::UTC));
        assert_eq!(Offset::parse("-05:30").unwrap().to_string(), "-05:30");
        for text in ["+8:00", "0800", "+08", "+25:00", "+08:60", "+0a:00"] {
            assert_eq!(Offset::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_keep_the_hour() {
        let at = date("2023-11-30").start_at(Offset::BEIJING).plus_seconds(9 * 3600);
        let later = at.plus_months_clipped(3, Offset::BEIJING);
        assert_eq!(later.text(Offset::BEIJING), "2024-02-29T09:00:00+08:00");
    }

    #[test]
    fn whole_months_end_at_the_same_time_of_day() {
        let at = |text: &str, seconds: i64| date(text).start_at(Offset::BEIJING).plus_seconds(seconds);
        for (from, to, months) in [
            (at("2025-01-31", 3600), at("2025-02-28", 3599), 0),
            (at("2025-01-31", 3600), at("2025-02-28", 3600), 1),
            (at("2024-02-29", 0), at("2025-02-28", 0), 12),
            (at("2025-03-05", 0), at("2025-03-04", 0), 0),
            (at("2025-12-31", 10), at("2026-03-31", 9), 2),
        ] {
            assert_eq!(to.whole_months_since(from, Offset::BEIJING), months);
        }
        assert_eq!(at("2024-03-31", 5).minus_months_clipped(1, Offset::BEIJING), at("2024-02-29", 5));
    }

    #[test]
    fn years_before_the_common_era_are_no_dates_here() {
        assert_eq!(CivilDate::parse("2023-02-29"), None);
        assert_eq!(date("9999-12-31").plus_months_clipped(1).to_string(), "+10000-01-31");
    }
}
