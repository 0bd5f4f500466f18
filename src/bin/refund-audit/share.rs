//! A share of the refunds of a run.

use std::{fmt, str::FromStr};

/// Hundredths of a percent in everything.
const WHOLE: u64 = 10_000;

/// A share as it is typed: `100%`, `20%`, `12.5%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    hundredths: u64,
}

impl Share {
    /// Whether a part of a whole is as large as the share. Nothing of something is never too much.
    pub(crate) const fn is_reached(self, part: u64, whole: u64) -> bool {
        part > 0 && part as u128 * WHOLE as u128 >= whole as u128 * self.hundredths as u128
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("{text:?} is no share; write it as 20% or 12.5%");
        let number = text.strip_suffix('%').ok_or_else(wanted)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 2 {
            return Err(wanted());
        }
        let hundredths = format!("{whole}{fraction:0<2}").parse::<u64>().map_err(|_| wanted())?;
        if hundredths > WHOLE {
            Err(format!("{text:?} is more than everything"))
        } else {
            Ok(Self { hundredths })
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.hundredths / 100, self.hundredths % 100);
        if fraction == 0 { write!(f, "{whole}%") } else { write!(f, "{whole}.{fraction:02}%") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    #[test]
    fn a_share_is_reached_at_its_bound() {
        for (text, part, whole, reached) in [
            ("100%", 3, 3, true),
            ("100%", 2, 3, false),
            ("50%", 1, 2, true),
            ("50%", 1, 3, false),
            ("33.33%", 1, 3, true),
            ("33.34%", 1, 3, false),
            ("0%", 1, 1_000_000, true),
            ("0%", 0, 3, false),
            ("100%", 0, 0, false),
        ] {
            assert_eq!(share(text).is_reached(part, whole), reached, "{text} of {part} in {whole}");
        }
    }

    #[test]
    fn a_share_is_a_percentage() {
        for text in ["50", "0.5", "101%", "-1%", "%", "1.234%", "1e1%", "x%", ""] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
        assert_eq!(
            [share("100%"), share("12.5%"), share("0%")].map(|one| one.to_string()),
            ["100%", "12.50%", "0%"]
        );
    }
}
