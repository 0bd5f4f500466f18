//! Offsets from UTC, as exports and dialect files write them.

/// The canonical zone, in minutes east of UTC.
const CANONICAL_MINUTES: i32 = 480;

/// An offset from UTC in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(i32);

impl Zone {
    /// Beijing time, which the canonical form assumes.
    pub const BEIJING: Self = Self(CANONICAL_MINUTES);
    /// Universal time.
    pub const UTC: Self = Self(0);

    /// Reads `Z`, `+08:00`, `+0800`, `+8`, `UTC`, `UTC+8`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.trim();
        let rest = rest.strip_prefix("UTC").or_else(|| rest.strip_prefix("GMT")).unwrap_or(rest);
        if matches!(rest, "" | "Z" | "z") {
            return if text.trim().is_empty() { None } else { Some(Self::UTC) };
        }
        let sign = if rest.starts_with('-') { -1 } else { 1 };
        let digits = rest.strip_prefix(['+', '-'])?;
        let (hours, minutes) = match digits.split_once(':') {
            Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
            None if digits.len() == 4 => digits.split_at(2),
            None => (digits, "0"),
            Some(_) => return None,
        };
        if !(1..=2).contains(&hours.len())
            || !hours.bytes().chain(minutes.bytes()).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 18 && minutes < 60).then_some(Self(sign * (hours * 60 + minutes)))
    }

    /// Seconds east of UTC.
    pub(super) fn seconds(self) -> i64 {
        i64::from(self.0) * 60
    }

    /// `Z`, or `+08:00`.
    #[must_use]
    pub fn text(self) -> String {
        if self.0 == 0 {
            return "Z".to_owned();
        }
        let sign = if self.0 < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_one_text() {
        for (text, wanted) in
            [("Z", "Z"), ("+08:00", "+08:00"), ("UTC+8", "+08:00"), ("-0530", "-05:30"), ("UTC", "Z")]
        {
            assert_eq!(Zone::parse(text).unwrap().text(), wanted);
        }
        for text in ["", "8", "+8:0", "+25:00", "Asia/Shanghai"] {
            assert!(Zone::parse(text).is_none(), "{text}");
        }
    }
}
