//! Days, counted by the Gregorian calendar, as far as cells need them.

/// Years up to this one are how systems write "no date": `0001-01-01`, `0002-11-30`, `1900-01-00`.
const ZERO_YEAR_MAX: u32 = 1970;
/// Years from this one on are how they write "never": `2117-01-01`.
const NEVER_YEAR_MIN: u32 = 2100;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
}

impl Date {
    /// Whether it is how systems write that there is no date, or none ever.
    pub(super) const fn is_none(self) -> bool {
        self.year <= ZERO_YEAR_MAX || self.year >= NEVER_YEAR_MIN
    }

    /// The day of three texts, where there is one.
    pub(super) fn checked(year: &str, month: &str, day: &str) -> Option<Self> {
        if month.len() > 2 || day.len() > 2 {
            return None;
        }
        let date = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        // 1900-01-00 is how a spreadsheet shows an empty date; it is a zero date and not an error.
        let zero = date.year <= ZERO_YEAR_MAX;
        (zero || (1..=12).contains(&date.month) && date.day >= 1 && date.day <= date.month_days())
            .then_some(date)
    }

    /// The days of its month.
    fn month_days(self) -> u32 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.year.is_multiple_of(4) && !self.year.is_multiple_of(100)
                || self.year.is_multiple_of(400) =>
            {
                29
            }
            2 => 28,
            _ => 31,
        }
    }

    /// Days since 1970-01-01, for years from then on.
    pub(super) fn days(self) -> Option<i64> {
        if !(1970..=9999).contains(&self.year) {
            return None;
        }
        let year_days = |year| if (Self { year, month: 2, day: 1 }).month_days() == 29 { 366 } else { 365 };
        let before: i64 = (1970..self.year).map(year_days).sum();
        let months: u32 = (1..self.month).map(|month| Self { month, ..self }.month_days()).sum();
        Some(before + i64::from(months + self.day) - 1)
    }

    /// The day so many days after 1970-01-01. Counted year by year and month by month: there are few.
    pub(super) fn of_days(days: i64) -> Self {
        let mut date = Self { year: 1970, month: 1, day: 1 };
        let mut left = u64::try_from(days).unwrap_or(0);
        loop {
            let leap = Self { month: 2, ..date }.month_days() == 29;
            let year_days = if leap { 366 } else { 365 };
            if left < year_days {
                break;
            }
            left -= year_days;
            date.year += 1;
        }
        while left >= u64::from(date.month_days()) {
            left -= u64::from(date.month_days());
            date.month += 1;
        }
        date.day += u32::try_from(left).unwrap_or(0);
        date
    }
}
