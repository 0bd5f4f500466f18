//! Instants of the made-up world, in whole seconds, and how its exports write them.
//!
//! The calendar is counted out here once more, in integers and apart from [`crate::time`], so that a
//! fault there cannot hide in the truth.

use std::fmt::Write as _;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Both vendors live at UTC+08:00.
const OFFSET: i64 = 8 * 3600;

/// An instant: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(i64);

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `2026-03-01T08:00:00+08:00`.
    Local,
    /// `2026-03-01T00:00:00Z`.
    Utc,
    /// `2026-03-01 08:00:00`, without an offset.
    Naive,
    /// `2026-03-01`, the time of day lost.
    Day,
    /// `2026-03-01T08:00:00.900+08:00`, within a second.
    Fraction,
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

impl Civil {
    /// Days since 1970-01-01, counted in years that begin in March.
    const fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    const fn of_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
        Self { year, month, day }
    }
}

/// Days of a month.
pub(super) const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Stamp {
    /// An instant by the vendors' clock.
    pub(super) const fn at(on: (i64, i64, i64), clock: (i64, i64, i64)) -> Self {
        let (year, month, day) = on;
        let days = Civil { year, month, day }.days();
        Self(days * DAY + clock.0 * 3600 + clock.1 * 60 + clock.2 - OFFSET)
    }

    /// Midnight at the start of a day by the vendors' clock.
    pub(super) const fn on(year: i64, month: i64, day: i64) -> Self {
        Self::at((year, month, day), (0, 0, 0))
    }

    /// So many seconds later.
    pub(super) const fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    /// So many times 24 hours later.
    pub(super) const fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY)
    }

    /// The same clock time of the same day so many months later, or of the last day of a shorter month.
    pub(super) const fn plus_months(self, months: i64) -> Self {
        let on = self.civil();
        let month = on.year * 12 + on.month - 1 + months;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let length = month_length(year, month);
        let day = if on.day < length { on.day } else { length };
        Self(Civil { year, month, day }.days() * DAY + self.second_of_day() - OFFSET)
    }

    /// The start of its day.
    pub(super) const fn midnight(self) -> Self {
        self.plus(-self.second_of_day())
    }

    /// Seconds since the start of its day.
    pub(super) const fn second_of_day(self) -> i64 {
        (self.0 + OFFSET).rem_euclid(DAY)
    }

    /// Its day.
    pub(super) const fn civil(self) -> Civil {
        Civil::of_days((self.0 + OFFSET).div_euclid(DAY))
    }

    /// Seconds since an earlier instant.
    pub(super) const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Midnights since an earlier instant.
    pub(super) const fn dates_since(self, earlier: Self) -> i64 {
        self.midnight().since(earlier.midnight()) / DAY
    }

    /// Writes it behind what is there.
    pub(super) fn write(self, form: Form, text: &mut String) {
        let shown = if form == Form::Utc { self.plus(-OFFSET) } else { self };
        let (on, second) = (shown.civil(), shown.second_of_day());
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(text, "{:04}-{:02}-{:02}", on.year, on.month, on.day).expect("a string takes everything");
        let (between, end) = match form {
            Form::Day => return,
            Form::Naive => (' ', ""),
            Form::Local => ('T', "+08:00"),
            Form::Utc => ('T', "Z"),
            Form::Fraction => ('T', ".900+08:00"),
        };
        write!(text, "{between}{hour:02}:{minute:02}:{second:02}{end}").expect("a string takes everything");
    }

    /// It as text.
    pub(super) fn text(self, form: Form) -> String {
        let mut text = String::new();
        self.write(form, &mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_writes_the_same_instant() {
        let at = Stamp::at((2026, 3, 1), (7, 59, 59));
        let texts =
            [Form::Local, Form::Utc, Form::Naive, Form::Day, Form::Fraction].map(|form| at.text(form));
        let wanted = [
            "2026-03-01T07:59:59+08:00",
            "2026-02-28T23:59:59Z",
            "2026-03-01 07:59:59",
            "2026-03-01",
            "2026-03-01T07:59:59.900+08:00",
        ];
        assert_eq!(texts, wanted);
    }

    #[test]
    fn months_clip_down_and_days_are_counted() {
        for ((year, month, day), wanted) in [
            ((2025, 1, 31), 28),
            ((2024, 1, 31), 29),
            ((2025, 3, 31), 30),
            ((2025, 12, 31), 31),
            ((2025, 2, 28), 28),
        ] {
            let from = Stamp::on(year, month, day).plus(3600);
            assert_eq!(from.plus_months(1).dates_since(from), wanted, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn days_and_dates_are_inverse() {
        assert!((-1000..40_000).all(|days| Civil::of_days(days).days() == days));
        assert_eq!(Civil::of_days(0), Civil { year: 1970, month: 1, day: 1 });
    }
}
