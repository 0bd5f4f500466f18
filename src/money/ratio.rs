//! An exact fraction of money: multiplied first, divided once, rounded once.

use super::{Fraction, Money, PLACES, Rounding, exact::text_of_units};

/// `numerator / denominator` in units of 1e-8, kept apart until [`Ratio::round`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// A whole amount as a fraction over one.
    #[must_use]
    pub const fn whole(amount: Money) -> Self {
        Self { numerator: amount.units(), denominator: 1 }
    }

    /// `amount × part / total`; `None` where `total` is not positive or the product leaves 128 bits.
    #[must_use]
    pub fn share(amount: Money, part: i64, total: i64) -> Option<Self> {
        (total > 0).then_some(())?;
        let numerator = amount.units().checked_mul(part.into())?;
        Some(Self { numerator, denominator: total.into() })
    }

    /// `amount × rate`, the rate being an integer of 1e-8 (a price a unit, a quantity).
    #[must_use]
    pub fn times(amount: Money, rate_units: i128) -> Option<Self> {
        let numerator = amount.units().checked_mul(rate_units)?;
        Some(Self { numerator, denominator: super::UNIT })
    }

    /// `amount − self`, exactly.
    #[must_use]
    pub fn subtracted_from(self, amount: Money) -> Option<Self> {
        let whole = amount.units().checked_mul(self.denominator)?;
        Some(Self { numerator: whole.checked_sub(self.numerator)?, denominator: self.denominator })
    }

    /// `self × factor`, exactly; `None` where it leaves 128 bits.
    #[must_use]
    pub fn scaled(self, factor: Fraction) -> Option<Self> {
        // Crosswise, so that a long chain of shares stays within 128 bits.
        let one = common(self.numerator, factor.denominator().into());
        let other = common(factor.numerator().into(), self.denominator);
        let numerator = self
            .numerator
            .checked_div(one)?
            .checked_mul(i128::from(factor.numerator()).checked_div(other)?)?;
        let denominator = self
            .denominator
            .checked_div(other)?
            .checked_mul(i128::from(factor.denominator()).checked_div(one)?)?;
        Some(Self { numerator, denominator })
    }

    /// `self + other`, exactly.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let shared = common(self.denominator, other.denominator);
        let (mine, theirs) = (other.denominator.checked_div(shared)?, self.denominator.checked_div(shared)?);
        let numerator =
            self.numerator.checked_mul(mine)?.checked_add(other.numerator.checked_mul(theirs)?)?;
        Some(Self { numerator, denominator: self.denominator.checked_mul(mine)? })
    }

    /// `self − other`, exactly.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { numerator: other.numerator.checked_neg()?, ..other })
    }

    /// `self / other` as a number without a unit; `None` where `other` is not positive.
    #[must_use]
    pub fn part_of(self, other: Self) -> Option<Fraction> {
        let numerator = self.numerator.checked_mul(other.denominator)?;
        let denominator = self.denominator.checked_mul(other.numerator)?;
        Fraction::reduced(numerator, denominator)
    }

    /// The larger of both.
    #[must_use]
    pub fn at_least(self, other: Self) -> Option<Self> {
        Some(if self.minus(other)?.numerator < 0 { other } else { self })
    }

    /// The fraction, or zero where it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        Self { numerator: self.numerator.max(0), denominator: self.denominator }
    }

    /// The one division, rounded once to `places` decimals.
    #[must_use]
    pub fn round(self, places: u32, rounding: Rounding) -> Option<Money> {
        let step = 10_i128.checked_pow(PLACES.checked_sub(places)?)?;
        let divisor = self.denominator.checked_mul(step)?;
        let quotient = self.numerator.checked_div(divisor)?;
        let rest = self.numerator.checked_rem(divisor)?.checked_abs()?;
        let twice = rest.checked_mul(2)?;
        let away = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => twice >= divisor,
            Rounding::HalfEven => twice > divisor || (twice == divisor && quotient % 2 != 0),
        };
        let outward = if self.numerator < 0 { -1 } else { 1 };
        let steps = if away { quotient.checked_add(outward)? } else { quotient };
        steps.checked_mul(step).map(Money::from_units)
    }

    /// The value to print in a working: exact where it ends within `places` decimals, else cut there
    /// and followed by an ellipsis (`418.516…`).
    #[must_use]
    pub fn text(self, places: u32) -> String {
        let cut = self.round(places.min(PLACES), Rounding::Down).unwrap_or_default();
        let exact = cut.units().checked_mul(self.denominator) == Some(self.numerator);
        let shown = text_of_units(cut.units(), if exact { 2 } else { places });
        if exact { shown } else { format!("{shown}…") }
    }
}

/// The greatest common divisor, at least one.
#[expect(clippy::arithmetic_side_effects, reason = "the loop ends at a divisor of zero")]
fn common(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one.unsigned_abs(), other.unsigned_abs());
    while other != 0 {
        (one, other) = (other, one % other);
    }
    i128::try_from(one).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn the_printed_examples_of_the_vendors() {
        let engine = Ratio::share(money("499"), 26, 31).unwrap();
        assert_eq!(engine.text(3), "418.516…");
        assert_eq!(engine.round(2, Rounding::Down), Some(money("418.51")));
        assert_eq!(engine.round(2, Rounding::HalfUp), Some(money("418.52")));
        let lighthouse = Ratio::share(money("60"), 30, 365).unwrap();
        let left = lighthouse.subtracted_from(money("24")).unwrap();
        assert_eq!(left.round(2, Rounding::HalfUp), Some(money("19.07")));
        let minutes = Ratio::times(money("1589256"), 596_800).unwrap();
        let left = minutes.subtracted_from(money("16888")).unwrap();
        assert_eq!(left.round(2, Rounding::Down), Some(money("7403.32")));
    }

    #[test]
    fn dividing_last_keeps_the_tie() {
        let tie = Ratio::share(money("0.01"), 15, 30).unwrap();
        assert_eq!(tie.round(2, Rounding::HalfUp), Some(money("0.01")));
        assert_eq!(tie.round(2, Rounding::HalfEven), Some(money("0")));
        assert_eq!(tie.round(2, Rounding::Down), Some(money("0")));
        assert_eq!(tie.round(2, Rounding::Up), Some(money("0.01")));
    }

    #[test]
    fn nothing_overflows_silently() {
        let huge = Money::from_units(i128::MAX);
        assert_eq!(Ratio::share(huge, 2, 3), None);
        assert_eq!(Ratio::share(money("1"), 1, 0), None);
    }
}
