//! A number without a unit, kept exact: a discount, a factor, a share.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "products of two numbers of 64 bits in 128, and positive divisors"
)]

/// `numerator / denominator` in lowest terms, the denominator positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: i64,
    denominator: i64,
}

impl Fraction {
    /// One.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };
    /// Zero.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `part / whole` in lowest terms; `None` where the whole is not positive.
    #[must_use]
    pub fn new(part: i64, whole: i64) -> Option<Self> {
        Self::reduced(part.into(), whole.into())
    }

    /// The same of wider integers; `None` also where the lowest terms leave 64 bits.
    pub(super) fn reduced(part: i128, whole: i128) -> Option<Self> {
        let (part, whole) =
            if whole < 0 { (part.checked_neg()?, whole.checked_neg()?) } else { (part, whole) };
        (whole > 0).then_some(())?;
        let (mut one, mut other) = (part.unsigned_abs(), whole.unsigned_abs());
        while other != 0 {
            (one, other) = (other, one % other);
        }
        let shared = i128::try_from(one).ok()?.max(1);
        Some(Self {
            numerator: part.checked_div(shared)?.try_into().ok()?,
            denominator: whole.checked_div(shared)?.try_into().ok()?,
        })
    }

    /// Reads `0.85`, `12` or `3/2`; no sign, no exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| -> Option<i64> {
            (!text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then_some(())?;
            text.parse().ok()
        };
        if let Some((part, whole)) = text.split_once('/') {
            return Self::new(digits(part)?, digits(whole)?);
        }
        let Some((whole, behind)) = text.split_once('.') else { return Self::new(digits(text)?, 1) };
        let scale = 10_i64.checked_pow(u32::try_from(behind.len()).ok().filter(|places| *places <= 9)?)?;
        let part = digits(whole)?.checked_mul(scale)?.checked_add(digits(behind)?)?;
        Self::new(part, scale)
    }

    /// The part.
    #[must_use]
    pub const fn numerator(self) -> i64 {
        self.numerator
    }

    /// The whole, positive.
    #[must_use]
    pub const fn denominator(self) -> i64 {
        self.denominator
    }

    /// The product; `None` where it leaves 64 bits.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let part = i128::from(self.numerator).checked_mul(other.numerator.into())?;
        Self::reduced(part, i128::from(self.denominator).checked_mul(other.denominator.into())?)
    }

    /// Whether it is more than another.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        // Both products of two 64-bit numbers fit into 128 bits.
        i128::from(self.numerator) * i128::from(other.denominator)
            > i128::from(other.numerator) * i128::from(self.denominator)
    }
}

/// `0.85` where it ends within nine decimals, else `10/31`.
impl std::fmt::Display for Fraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((scale, places)) = (0..=9_u32).find_map(|places| {
            let scale = 10_i64.pow(places);
            (scale % self.denominator == 0).then_some((scale, places as usize))
        }) else {
            return write!(f, "{}/{}", self.numerator, self.denominator);
        };
        let units = i128::from(self.numerator) * i128::from(scale / self.denominator);
        if places == 0 {
            return write!(f, "{units}");
        }
        let sign = if units < 0 { "-" } else { "" };
        let (units, scale) = (units.unsigned_abs(), u128::from(scale.unsigned_abs()));
        write!(f, "{sign}{}.{:0places$}", units / scale, units % scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_fractions_are_read_and_shown() {
        for (text, shown) in
            [("0.85", "0.85"), ("3/2", "1.5"), ("12", "12"), ("10/31", "10/31"), ("0.118", "0.118")]
        {
            assert_eq!(Fraction::parse(text).unwrap().to_string(), shown);
        }
        for text in ["", ".5", "1.", "-1", "1e3", "1/0", "3/-2", "1_000", "0x1"] {
            assert_eq!(Fraction::parse(text), None, "{text}");
        }
    }

    #[test]
    fn products_stay_in_lowest_terms() {
        let product = Fraction::new(10, 30).unwrap().times(Fraction::parse("3/2").unwrap());
        assert_eq!(product, Fraction::new(1, 2));
        assert!(Fraction::ONE.exceeds(Fraction::new(1, 2).unwrap()));
        assert!(!Fraction::ZERO.exceeds(Fraction::ZERO));
    }
}
