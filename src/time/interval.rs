//! Half-open intervals of instants, and how people write them.

use super::{CivilDate, Instant, Offset, parse_moment};

/// `[from, to)`, either end open where it is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first instant inside; `None` is the beginning of time.
    pub from: Option<Instant>,
    /// The first instant after; `None` is never.
    pub to: Option<Instant>,
}

/// The first and the last instant of two such pairs.
#[must_use]
pub fn wider(
    one: Option<(Instant, Instant)>,
    other: Option<(Instant, Instant)>,
) -> Option<(Instant, Instant)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

/// Why a text is not an interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an interval: {why}; write FROM..TO with instants or dates, or .. for everything")]
pub struct IntervalError {
    text: String,
    why: String,
}

impl Interval {
    /// All of time.
    pub const EVERYTHING: Self = Self { from: None, to: None };

    /// Whether `at` lies inside.
    #[must_use]
    pub fn contains(self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// Whether no instant lies inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if to <= from)
    }

    /// Reads `FROM..TO`: instants, or civil dates that stand for the start of their day at `offset`;
    /// either side may be left out. The end does not belong to the interval.
    ///
    /// # Errors
    ///
    /// [`IntervalError`] where a side is neither, or the end is not after the start.
    pub fn parse(text: &str, offset: Offset) -> Result<Self, IntervalError> {
        let error = |why: String| IntervalError { text: text.to_owned(), why };
        let (from, to) = text.split_once("..").ok_or_else(|| error("there is no \"..\"".to_owned()))?;
        let side = |part: &str| -> Result<Option<Instant>, IntervalError> {
            if part.is_empty() {
                return Ok(None);
            }
            if let Some(on) = CivilDate::parse(part) {
                return Ok(Some(on.start_at(offset)));
            }
            let reading = parse_moment(part, offset).map_err(|why| error(format!("{part:?} {why}")))?;
            Ok(Some(reading.moment.earliest()))
        };
        let interval = Self { from: side(from)?, to: side(to)? };
        match (interval.from, interval.to) {
            (Some(from), Some(to)) if to <= from => Err(error("its end is not after its start".to_owned())),
            _ => Ok(interval),
        }
    }

    /// `from .. to` in words for a report.
    #[must_use]
    pub fn text(self, offset: Offset) -> String {
        let side = |at: Option<Instant>| at.map(|at| at.text(offset)).unwrap_or_default();
        format!("{}..{}", side(self.from), side(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_for_the_start_of_their_day() {
        let march = Interval::parse("2023-03-01..2023-04-01", Offset::BEIJING).unwrap();
        assert_eq!(march.text(Offset::BEIJING), "2023-03-01T00:00:00+08:00..2023-04-01T00:00:00+08:00");
        assert!(!march.contains(march.to.unwrap()));
        assert!(march.contains(march.from.unwrap()));
        assert_eq!(Interval::parse("..", Offset::UTC).unwrap(), Interval::EVERYTHING);
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for text in ["2023-03-01", "x..", "2023-03-02..2023-03-02", "2023-02-30.."] {
            assert!(Interval::parse(text, Offset::UTC).is_err(), "{text}");
        }
    }
}
