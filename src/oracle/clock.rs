//! Times and sums as text, for whoever makes up exports to put to this calculation.

use super::{calendar, cells};

pub(crate) use calendar::{DAY, HOUR, SECOND, months_later};

/// The instant of a local date and time.
pub(crate) fn local(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> i64 {
    calendar::midnight_of(calendar::day_number(year, month, day))
        + hour * HOUR
        + minute * 60 * SECOND
        + second * SECOND
}

/// Year, month and day of an instant.
pub(crate) fn date_of(at: i64) -> (i64, i64, i64) {
    calendar::date_of(calendar::day_of(at))
}

/// The start of the day so many days after an instant's.
pub(crate) fn midnight_after(at: i64, days: i64) -> i64 {
    calendar::midnight_of(calendar::day_of(at) + days)
}

/// A day.
pub(crate) fn date_text(at: i64) -> String {
    let (year, month, day) = date_of(at);
    format!("{year:04}-{month:02}-{day:02}")
}

/// An instant without its seconds.
pub(crate) fn minute_text(at: i64) -> String {
    let of_day = at - midnight_after(at, 0);
    format!("{} {:02}:{:02}", date_text(at), of_day / HOUR, of_day % HOUR / (60 * SECOND))
}

/// An instant to the millisecond.
pub(crate) fn text(at: i64) -> String {
    let of_day = at - midnight_after(at, 0);
    let (minutes, seconds) = (of_day / HOUR, of_day % HOUR / (60 * SECOND));
    let part = match of_day % SECOND {
        0 => String::new(),
        thousandths => format!(".{thousandths:03}"),
    };
    format!("{}T{minutes:02}:{seconds:02}:{:02}{part}+08:00", date_text(at), of_day % (60 * SECOND) / SECOND)
}

/// A sum of hundred-millionths, with two decimals or as many as it needs.
pub(crate) fn money(sum: i128) -> String {
    let (whole, part) = (sum.abs() / cells::ONE, sum.abs() % cells::ONE);
    let mut part = format!("{part:08}");
    while part.len() > 2 && part.ends_with('0') {
        part.pop();
    }
    format!("{}{whole}.{part}", if sum < 0 { "-" } else { "" })
}

/// A sum as written; nothing where the cell is empty.
pub(crate) fn amount(text: &str) -> i128 {
    cells::decimal(text).unwrap_or(0)
}
