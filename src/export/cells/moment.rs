//! Moments in cells, brought to the layouts of the canonical form.
//!
//! A text that names its offset keeps it. One that does not takes the zone of its dialect: where that is
//! the canonical +08:00 the text stays without an offset, so that it is counted as assumed; any other zone
//! is written behind it. What a spreadsheet took away is not made up: without seconds the text ends with
//! the minute, without a time with the day.

use super::{CellError, calendar::Date, clean::fold_width, zone::Zone};

/// A moment in canonical layout, and what is known of how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MomentText {
    /// In a layout of the canonical form.
    pub text: String,
    /// Whether the zone is the dialect's.
    pub zone_assumed: bool,
    /// Whether it has seconds.
    pub to_the_second: bool,
}

/// Reads a moment. `None` is a zero date, of a year in which there was no cloud, or one that stands for never.
///
/// # Errors
///
/// [`CellError`] where the text is no moment, or one that can be read in two ways.
pub fn parse_moment(text: &str, zone: Zone) -> Result<Option<MomentText>, CellError> {
    parse_moment_in(text, zone, None)
}

/// In which order numeric dates have day and month, where the year does not come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The day first: `1/10/2025` is in October.
    Dmy,
    /// The month first: `10/1/2025` is in October.
    Mdy,
}

/// The same where somebody says in which order dates are. Dates with points have the day first wherever they are
/// written; of others that do not begin with the year, nothing but this tells.
///
/// # Errors
///
/// As for [`parse_moment`].
pub fn parse_moment_in(
    text: &str,
    zone: Zone,
    order: Option<DateOrder>,
) -> Result<Option<MomentText>, CellError> {
    let folded = fold_width(text);
    let body = folded.trim();
    let refuse = || CellError::NotAMoment(text.to_owned());
    if body.bytes().all(|b| b.is_ascii_digit()) {
        return parse_digits(body, text, zone);
    }
    let (first, second, third, rest) = split_date(body).ok_or_else(refuse)?;
    if first.len() != 4 {
        let Some(year) = third.filter(|year| year.len() == 4) else { return Err(refuse()) };
        let has_points = body[first.len()..].starts_with('.');
        let (day, month) = match order.or(has_points.then_some(DateOrder::Dmy)) {
            Some(DateOrder::Dmy) => (first, second),
            Some(DateOrder::Mdy) => (second, first),
            None => return Err(CellError::DayOrMonth(text.to_owned())),
        };
        let date = Date::checked(year, month, day).ok_or_else(|| CellError::NoSuchMoment(text.to_owned()))?;
        let clock = rest.trim_start_matches([' ', ',', 'T', 't']);
        return assemble(date, clock, zone, text);
    }
    let Some(day) = third else {
        return Err(if rest.is_empty() { CellError::MonthOnly(text.to_owned()) } else { refuse() });
    };
    let date = Date::checked(first, second, day).ok_or_else(|| CellError::NoSuchMoment(text.to_owned()))?;
    let clock = rest.trim_start_matches([' ', 'T', 't']);
    if clock.len() == rest.len() && !rest.is_empty() {
        return Err(refuse());
    }
    assemble(date, clock, zone, text)
}

/// Reads milliseconds since 1970 in UTC, as the interfaces of both vendors give some times; any other
/// text is read as [`parse_moment`] reads it.
///
/// # Errors
///
/// As for [`parse_moment`].
pub fn parse_epoch_or_moment(text: &str, zone: Zone) -> Result<Option<MomentText>, CellError> {
    if !(12..=13).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return parse_moment(text, zone);
    }
    let millis: i64 = text.parse().map_err(|_| CellError::NotAMoment(text.to_owned()))?;
    let seconds = millis.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let Date { year, month, day } = Date::of_days(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = match millis.rem_euclid(1000) {
        0 => String::new(),
        rest => format!(".{rest:03}"),
    };
    Ok(Some(MomentText {
        text: format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"),
        zone_assumed: false,
        to_the_second: true,
    }))
}

/// Seconds since 1970 in UTC of a text in a canonical layout, to compare moments of different exports; the
/// earliest second where the text is not exact. `None` for any other text.
#[must_use]
pub fn seconds_of(text: &str) -> Option<i64> {
    let (first, second, third, rest) = split_date(text)?;
    let date = Date::checked(first, second, third?)?;
    let clock = rest.trim_start_matches(['T', ' ']);
    let at = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(at);
    let zone = if offset.is_empty() { Zone::BEIJING } else { Zone::parse(offset)? };
    let mut seconds = date.days()? * 86_400 - zone.seconds();
    for (part, unit) in clock.split('.').next()?.split(':').zip([3600, 60, 1]) {
        if !part.is_empty() {
            seconds += part.parse::<i64>().ok()? * unit;
        }
    }
    Some(seconds)
}

/// `20260105` and `20260105080000`; `202601` is a month.
fn parse_digits(body: &str, text: &str, zone: Zone) -> Result<Option<MomentText>, CellError> {
    match body.len() {
        6 => return Err(CellError::MonthOnly(text.to_owned())),
        8 | 12 | 14 => {}
        _ => return Err(CellError::NotAMoment(text.to_owned())),
    }
    let date = Date::checked(&body[..4], &body[4..6], &body[6..8]);
    let date = date.ok_or_else(|| CellError::NoSuchMoment(text.to_owned()))?;
    let clock = match body.len() {
        8 => String::new(),
        12 => format!("{}:{}", &body[8..10], &body[10..]),
        _ => format!("{}:{}:{}", &body[8..10], &body[10..12], &body[12..]),
    };
    assemble(date, &clock, zone, text)
}

/// Two or three numbers with `-`, `/`, `.` or 年月日 between them, and the rest.
fn split_date(body: &str) -> Option<(&str, &str, Option<&str>, &str)> {
    let (first, rest) = split_number(body)?;
    let rest = rest.strip_prefix(['-', '/', '.', '年'])?;
    let (second, rest) = split_number(rest)?;
    let Some(rest) = rest.strip_prefix(['-', '/', '.', '月']) else {
        return Some((first, second, None, rest));
    };
    if rest.is_empty() {
        return Some((first, second, None, rest));
    }
    let (third, rest) = split_number(rest)?;
    let rest = match rest.strip_prefix('日') {
        // 2026年3月1日8:00 has no space before the clock.
        Some(behind) if behind.starts_with(|c: char| c.is_ascii_digit()) => return None,
        Some(behind) => behind,
        None => rest,
    };
    Some((first, second, Some(third), rest))
}

/// The digits at the start, and the rest.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Date, clock and zone in canonical layout.
fn assemble(date: Date, clock: &str, zone: Zone, text: &str) -> Result<Option<MomentText>, CellError> {
    if date.is_none() {
        return Ok(None);
    }
    let Date { year, month, day } = date;
    let day = format!("{year:04}-{month:02}-{day:02}");
    if clock.trim().is_empty() {
        return if zone == Zone::BEIJING {
            Ok(Some(MomentText { text: day, zone_assumed: true, to_the_second: false }))
        } else {
            Err(CellError::DateInOtherZone(text.to_owned()))
        };
    }
    let refuse = || CellError::NotAMoment(text.to_owned());
    let at = clock.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(at);
    let offset = match offset.trim() {
        "" => None,
        named => Some(Zone::parse(named).ok_or_else(refuse)?),
    };
    let mut parts = clock.split(':');
    let hour = parts.next().unwrap_or_default();
    let minute = parts.next().ok_or_else(refuse)?;
    let second = parts.next();
    let (second, fraction) =
        second.map_or((None, ""), |s| s.split_once('.').map_or((Some(s), ""), |(s, f)| (Some(s), f)));
    let fits =
        |part: &str, limit: u32| part.len() <= 2 && part.parse::<u32>().is_ok_and(|number| number < limit);
    let whole = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some()
        || !whole(hour)
        || minute.len() != 2
        || !whole(minute)
        || second.is_some_and(|s| !whole(s))
    {
        return Err(refuse());
    }
    if !fits(hour, 24) || !fits(minute, 60) || second.is_some_and(|s| !fits(s, 60)) {
        return Err(CellError::NoSuchMoment(text.to_owned()));
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refuse());
    }
    let mut clock = format!("{hour:0>2}:{minute}");
    if let Some(second) = second {
        clock.push(':');
        clock.extend((second.len() < 2).then_some('0'));
        clock.push_str(second);
        // What lies below a millionth of a second orders nothing here.
        let fraction = fraction.get(..6).unwrap_or(fraction).trim_end_matches('0');
        if !fraction.is_empty() {
            clock.push('.');
            clock.push_str(fraction);
        }
    }
    let text = match offset {
        Some(offset) => format!("{day}T{clock}{}", offset.text()),
        None if zone == Zone::BEIJING => format!("{day} {clock}"),
        None => format!("{day}T{clock}{}", zone.text()),
    };
    Ok(Some(MomentText { text, zone_assumed: offset.is_none(), to_the_second: second.is_some() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone: Zone) -> String {
        parse_moment(text, zone).unwrap().map(|moment| moment.text).unwrap_or_default()
    }

    #[test]
    fn day_and_month_change_places_where_somebody_says_so() {
        let read =
            |text: &str, order| parse_moment_in(text, Zone::BEIJING, order).map(|found| found.unwrap().text);
        assert_eq!(read("1/10/2025 9:00:00", Some(DateOrder::Dmy)).as_deref(), Ok("2025-10-01 09:00:00"));
        assert_eq!(read("1/10/2025 9:00:00", Some(DateOrder::Mdy)).as_deref(), Ok("2025-01-10 09:00:00"));
        assert_eq!(
            read("01.10.2025 09:00", None).as_deref(),
            Ok("2025-10-01 09:00"),
            "with points the day is first"
        );
        assert!(matches!(read("1/10/2025", None), Err(CellError::DayOrMonth(_))));
        assert!(matches!(read("13/13/2025", Some(DateOrder::Dmy)), Err(CellError::NoSuchMoment(_))));
    }

    #[test]
    fn layouts_come_to_the_canonical_ones() {
        for (text, wanted) in [
            ("2023-07-07 16:14:18", "2023-07-07 16:14:18"),
            ("2020-07-08 15:52:30.941", "2020-07-08 15:52:30.941"),
            ("2019/5/23 12:00", "2019-05-23 12:00"),
            ("2026/1/5", "2026-01-05"),
            ("20260105", "2026-01-05"),
            ("20260105080910", "2026-01-05 08:09:10"),
            ("2026年3月1日 8:00", "2026-03-01 08:00"),
            ("２０２６-０３-０１ ０８:００:００", "2026-03-01 08:00:00"),
            ("2017-06-08T09:41:30Z", "2017-06-08T09:41:30Z"),
            ("2017-06-08T09:41:30.000+08:00", "2017-06-08T09:41:30+08:00"),
            ("2025-08-04 10:00:00 UTC+8", "2025-08-04T10:00:00+08:00"),
            ("0002-11-30", ""),
            ("0000-00-00 00:00:00", ""),
            ("1900-01-00", ""),
            ("2117-01-01 00:00:00", ""),
        ] {
            assert_eq!(read(text, Zone::BEIJING), wanted, "{text}");
        }
        assert_eq!(read("2019-02-23 16:00:00", Zone::UTC), "2019-02-23T16:00:00Z");
        assert_eq!(read("2019-02-23 16:00", Zone::UTC), "2019-02-23T16:00Z");
    }

    #[test]
    fn what_is_no_moment_says_why() {
        let error = |text: &str| parse_moment(text, Zone::BEIJING).unwrap_err();
        for text in [
            "abc",
            "2026-03-01x08:00",
            "44986.33",
            "2026-03-01 08",
            "8:00",
            "2026-03-01 8:5:00",
            "1672502400000",
        ] {
            assert!(matches!(error(text), CellError::NotAMoment(_)), "{text}");
        }
        for text in ["202601", "2026-01", "2026/1", "2026年1月"] {
            assert!(matches!(error(text), CellError::MonthOnly(_)), "{text}");
        }
        for text in ["2026-02-30 08:00:00", "2026-13-01", "2026-03-01 24:00:00", "2026-03-01 08:61:00"] {
            assert!(matches!(error(text), CellError::NoSuchMoment(_)), "{text}");
        }
        assert!(matches!(error("1/5/2026 8:00"), CellError::DayOrMonth(_)));
        assert!(matches!(parse_moment("2026-03-01", Zone::UTC), Err(CellError::DateInOtherZone(_))));
    }

    #[test]
    fn epoch_milliseconds_are_universal_time() {
        let read = |text: &str| parse_epoch_or_moment(text, Zone::BEIJING).unwrap().unwrap().text;
        assert_eq!(read("1672502400000"), "2022-12-31T16:00:00Z");
        assert_eq!(read("1677599999000"), "2023-02-28T15:59:59Z");
        assert_eq!(read("1709164800123"), "2024-02-29T00:00:00.123Z");
        assert_eq!(read("2023-01-01 00:00:00"), "2023-01-01 00:00:00");
    }

    #[test]
    fn moments_of_different_layouts_compare() {
        assert_eq!(seconds_of("2022-12-31T16:00:00Z"), Some(1_672_502_400));
        assert_eq!(seconds_of("2023-01-01 00:00:00"), seconds_of("2022-12-31T16:00:00Z"));
        assert_eq!(seconds_of("2023-01-01"), seconds_of("2022-12-31T11:00:00.5-05:00"));
        assert_eq!(seconds_of("2024-03-01 08:00"), Some(1_709_251_200));
        assert_eq!(seconds_of("never"), None);
    }
}
