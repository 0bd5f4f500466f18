//! Days, months and business days at +08:00, the clock of both vendors.

use std::collections::BTreeMap;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;
const EIGHT_HOURS: i64 = 8 * HOUR;

/// The local day of an instant, counted from 1970-01-01.
pub(super) fn day_of(at: i64) -> i64 {
    (at + EIGHT_HOURS).div_euclid(DAY)
}

/// The instant at which a local day begins.
pub(super) fn midnight_of(day: i64) -> i64 {
    day * DAY - EIGHT_HOURS
}

/// The same local time some months later; the last day of the month where it is too short.
pub(crate) fn months_later(at: i64, months: i64) -> i64 {
    let (year, month, mut day) = date_of(day_of(at));
    let count = year * 12 + month - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    while !exists(year, month, day) {
        day -= 1;
    }
    midnight_of(day_number(year, month, day)) + (at + EIGHT_HOURS).rem_euclid(DAY)
}

/// Whether the calendar has such a day.
pub(super) fn exists(year: i64, month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= days_of_month(year, month)
}

/// How long a month is.
pub(super) fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let months: i64 = (1..month).map(|earlier| days_of_month(year, earlier)).sum();
    365 * before + before / 4 - before / 100 + before / 400 - 719_162 + months + day - 1
}

/// Year, month and day of a count of days from 1970-01-01.
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while day_number(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 12;
    while day_number(year, month, 1) > days {
        month -= 1;
    }
    (year, month, days - day_number(year, month, 1) + 1)
}

/// Days off on weekdays and work on weekends, by the yearly notices of the General Office of the State Council:
/// year, then runs of days off (first and last as month times 100 plus day), then weekends that are worked.
type Year = (i64, &'static [(i64, i64)], &'static [i64]);
const NOTICES: &[Year] = &[
    (
        2018,
        &[(101, 101), (215, 221), (405, 407), (429, 501), (618, 618), (924, 924), (1001, 1007), (1230, 1231)],
        &[211, 224, 408, 428, 929, 930, 1229],
    ),
    (
        2019,
        &[(101, 101), (204, 210), (405, 405), (501, 504), (607, 607), (913, 913), (1001, 1007)],
        &[202, 203, 428, 505, 929, 1012],
    ),
    // The first notice's 01-30 became 02-02 by a second one.
    (
        2020,
        &[(101, 101), (124, 202), (404, 406), (501, 505), (625, 627), (1001, 1008)],
        &[119, 426, 509, 628, 927, 1010],
    ),
    (
        2021,
        &[(101, 103), (211, 217), (403, 405), (501, 505), (612, 614), (919, 921), (1001, 1007)],
        &[207, 220, 425, 508, 918, 926, 1009],
    ),
    (
        2022,
        &[(101, 103), (131, 206), (403, 405), (430, 504), (603, 605), (910, 912), (1001, 1007), (1231, 1231)],
        &[129, 130, 402, 424, 507, 1008, 1009],
    ),
    (
        2023,
        &[(101, 102), (121, 127), (405, 405), (429, 503), (622, 624), (929, 1006), (1230, 1231)],
        &[128, 129, 423, 506, 625, 1007, 1008],
    ),
    (
        2024,
        &[(101, 101), (210, 217), (404, 406), (501, 505), (610, 610), (915, 917), (1001, 1007)],
        &[204, 218, 407, 428, 511, 914, 929, 1012],
    ),
    (
        2025,
        &[(101, 101), (128, 204), (404, 406), (501, 505), (531, 602), (1001, 1008)],
        &[126, 208, 427, 928, 1011],
    ),
    (
        2026,
        &[(101, 103), (215, 223), (404, 406), (501, 505), (619, 621), (925, 927), (1001, 1007)],
        &[104, 214, 228, 509, 920, 1010],
    ),
];

/// What a run knows of business days: the notices, and the days of its events export, which override them.
#[derive(Default)]
pub(super) struct BusinessDays {
    /// Local day to whether it is worked.
    pub(super) told: BTreeMap<i64, bool>,
}

/// The end of a limit in business days.
pub(super) struct Limit {
    /// The first instant after the last business day.
    pub(super) end: i64,
    /// Whether every day that was counted or passed over lies in a year with a notice.
    pub(super) known: bool,
}

impl BusinessDays {
    fn is_worked(&self, day: i64) -> bool {
        if let Some(worked) = self.told.get(&day) {
            return *worked;
        }
        let (year, month, of_month) = date_of(day);
        let date = month * 100 + of_month;
        // 1970-01-01 was a Thursday.
        let weekend = matches!((day + 3).rem_euclid(7), 5 | 6);
        match NOTICES.iter().find(|(known, _, _)| *known == year) {
            Some((_, off, worked)) => {
                let free = off.iter().any(|(first, last)| (*first..=*last).contains(&date));
                if weekend { worked.contains(&date) } else { !free }
            }
            None => !weekend,
        }
    }

    /// The end of the n-th business day after the day of an instant.
    pub(super) fn after(&self, at: i64, count: i64) -> Limit {
        let mut day = day_of(at);
        let has_notice = |day: i64| NOTICES.iter().any(|(year, _, _)| *year == date_of(day).0);
        let mut known = has_notice(day);
        let mut left = count;
        while left > 0 {
            day += 1;
            known &= has_notice(day);
            left -= i64::from(self.is_worked(day));
        }
        Limit { end: midnight_of(day + 1), known }
    }

    /// The start of the earliest day whose limit ends on or after the day of an instant.
    pub(super) fn reaching_back(&self, at: i64, count: i64) -> i64 {
        let mut day = day_of(at);
        while self.after(midnight_of(day - 1), count).end > midnight_of(day_of(at)) {
            day -= 1;
        }
        midnight_of(day)
    }
}
