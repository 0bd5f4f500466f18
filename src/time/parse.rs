//! The grammar of instants in exports.
//!
//! Two layouts, read by position: RFC 3339 with an offset, and `YYYY-MM-DD HH:MM:SS[.f]` without one,
//! which takes the zone of the dialect and is counted as assumed. A text without seconds, or without a
//! time, is read as a [`Moment`] that knows how much it lost.

use chrono::NaiveTime;

use super::{CivilDate, Instant, Moment, Offset};

/// A moment, and whether its zone was assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The moment read.
    pub moment: Moment,
    /// Whether the text named no offset, so that the dialect's zone was taken.
    pub zone_assumed: bool,
}

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Another layout.
    #[error("is not an instant such as 2026-03-01T08:00:00+08:00 or 2026-03-01 08:00:00")]
    Layout,
    /// The thirtieth of February, the month 13.
    #[error("names a day that is not in the calendar")]
    NoSuchDay,
    /// The year 0, which no order was placed in.
    #[error("names the year 0000; an export writes that where it has no date: leave the cell empty")]
    YearZero,
    /// Twenty-five o'clock, or the 61st second.
    #[error("names a time of day that does not exist")]
    NoSuchTime,
    /// An offset of more than 18 hours, or in another form than `+08:00`.
    #[error("has an offset that is not of the form +08:00 or Z")]
    Offset,
    /// More digits of a second than six.
    #[error("has more than six decimals of a second")]
    TooFine,
}

/// Reads one moment; `zone` is taken where the text names no offset.
///
/// # Errors
///
/// [`TimeError`] says what does not fit.
pub fn parse_moment(text: &str, zone: Offset) -> Result<Reading, TimeError> {
    let (day, rest) = text.split_at_checked(10).ok_or(TimeError::Layout)?;
    let bytes = day.as_bytes();
    let digit_at = |at: usize| bytes[at].is_ascii_digit();
    if bytes[4] != b'-' || bytes[7] != b'-' || ![0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digit_at) {
        return Err(TimeError::Layout);
    }
    if day.starts_with("0000") {
        return Err(TimeError::YearZero);
    }
    let on = CivilDate::parse(day).ok_or(TimeError::NoSuchDay)?;
    if rest.is_empty() {
        return Ok(Reading { moment: Moment::within_day(on.start_at(zone)), zone_assumed: true });
    }
    let clock = rest.strip_prefix(['T', 't', ' ']).ok_or(TimeError::Layout)?;
    let (clock, offset) = split_offset(clock)?;
    let zone_assumed = offset.is_none();
    let zone = offset.unwrap_or(zone);
    let moment = match read_clock(clock)? {
        (time, true) => Moment::exact(on.at_time(time, zone)),
        (time, false) => Moment::within_minute(on.at_time(time, zone)),
    };
    Ok(Reading { moment, zone_assumed })
}

/// The time of day and the offset behind it, if any.
fn split_offset(text: &str) -> Result<(&str, Option<Offset>), TimeError> {
    let Some(at) = text.find(['Z', 'z', '+', '-']) else {
        return Ok((text, None));
    };
    let (clock, offset) = text.split_at(at);
    let offset = Offset::parse(offset).ok_or(TimeError::Offset)?;
    Ok((clock, Some(offset)))
}

/// `HH:MM` or `HH:MM:SS[.f]`, and whether the seconds were there.
fn read_clock(text: &str) -> Result<(NaiveTime, bool), TimeError> {
    let two = |at: usize| -> Result<u32, TimeError> {
        match text.as_bytes().get(at..at + 2) {
            Some(&[tens, ones]) if tens.is_ascii_digit() && ones.is_ascii_digit() => {
                Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            _ => Err(TimeError::Layout),
        }
    };
    let colon = |at: usize| text.as_bytes().get(at) == Some(&b':');
    if !colon(2) {
        return Err(TimeError::Layout);
    }
    let (hours, minutes) = (two(0)?, two(3)?);
    if text.len() == 5 {
        let time = NaiveTime::from_hms_opt(hours, minutes, 0).ok_or(TimeError::NoSuchTime)?;
        return Ok((time, false));
    }
    if !colon(5) {
        return Err(TimeError::Layout);
    }
    let seconds = two(6)?;
    let micros = match text.as_bytes().get(8..) {
        None | Some([]) => 0,
        Some([b'.', digits @ ..]) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
            let kept = digits.iter().rposition(|&d| d != b'0').map_or(0, |last| last + 1);
            if kept > 6 {
                return Err(TimeError::TooFine);
            }
            (0..6).fold(0, |sum, at| sum * 10 + u32::from(digits.get(at).map_or(0, |d| d - b'0')))
        }
        Some(_) => return Err(TimeError::Layout),
    };
    let time = NaiveTime::from_hms_micro_opt(hours, minutes, seconds, micros).ok_or(TimeError::NoSuchTime)?;
    Ok((time, true))
}

impl Instant {
    /// Reads an exact instant with an offset, for options and policy files.
    ///
    /// # Errors
    ///
    /// [`TimeError`] where the text is not one to the second; a missing offset takes `zone`.
    pub fn parse(text: &str, zone: Offset) -> Result<Self, TimeError> {
        let reading = parse_moment(text, zone)?;
        if reading.moment.is_exact() { Ok(reading.moment.earliest()) } else { Err(TimeError::Layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reading, TimeError> {
        parse_moment(text, Offset::BEIJING)
    }

    #[test]
    fn offsets_and_assumed_zones_meet_in_one_instant() {
        let local = read("2026-03-01 08:00:00").unwrap();
        let utc = read("2026-03-01T00:00:00Z").unwrap();
        let west = read("2026-02-28T19:00:00.000-05:00").unwrap();
        assert_eq!(local.moment, utc.moment);
        assert_eq!(west.moment, utc.moment);
        assert!(local.zone_assumed && !utc.zone_assumed);
    }

    #[test]
    fn lost_precision_is_known() {
        let minute = read("2026-03-01 08:00").unwrap().moment;
        let day = read("2026-03-01").unwrap().moment;
        assert_eq!(minute.latest().seconds_since(minute.earliest()), 59);
        assert_eq!(day.latest().seconds_since(day.earliest()), 86_399);
        assert!(!minute.is_exact() && !day.is_exact());
    }

    #[test]
    fn what_is_no_instant_says_why() {
        for (text, wanted) in [
            ("", TimeError::Layout),
            ("2023-02-29 08:00:00", TimeError::NoSuchDay),
            ("2023-13-01 08:00:00", TimeError::NoSuchDay),
            ("0000-00-00 00:00:00", TimeError::YearZero),
            ("2023-03-01 24:00:00", TimeError::NoSuchTime),
            ("2023-03-01 08:00:61", TimeError::NoSuchTime),
            ("2023-03-01T08:00:00+8", TimeError::Offset),
            ("2023-03-01 08:00:00.1234567", TimeError::TooFine),
            ("2023/03/01 08:00:00", TimeError::Layout),
            ("2023-03-01x08:00:00", TimeError::Layout),
            ("2023-03-01 8:00:00", TimeError::Layout),
            ("44986.33", TimeError::Layout),
            ("二〇二三年三月一日", TimeError::Layout),
        ] {
            assert_eq!(read(text).unwrap_err(), wanted, "{text}");
        }
        assert!(read("9999-12-31 23:59:59").is_ok());
        assert!(read("0001-01-01 00:00:00").is_ok());
    }
}
