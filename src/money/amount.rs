//! An exact sum of money in the currency of the record that holds it.

use super::{
    Currency, PLACES,
    exact::{parse_units, places_of_units, put_units, text_of_units},
};

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Something else than digits, one point and a leading minus.
    #[error("is not a plain decimal number such as 37.01")]
    NotANumber,
    /// `1e3`.
    #[error("is written with an exponent; plain digits such as 1000.00 are wanted")]
    Exponent,
    /// `1,000`.
    #[error("has a grouping comma; plain digits such as 1000.00 are wanted")]
    Grouping,
    /// Blanks around or inside.
    #[error("has blanks around or inside the number")]
    Spaces,
    /// More than eight decimals that are not zeros.
    #[error("has more than eight decimal places")]
    TooManyPlaces,
    /// More digits than exact arithmetic is promised for.
    #[error("has more than twenty digits before the point")]
    TooManyDigits,
}

impl MoneyError {
    /// The most telling complaint about a text that has a character that does not belong.
    pub(super) fn of_text(text: &str) -> Self {
        let starts_as_number = text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        if text.chars().any(char::is_whitespace) {
            Self::Spaces
        } else if starts_as_number && text.contains(',') {
            Self::Grouping
        } else if starts_as_number && text.contains(['e', 'E']) {
            Self::Exponent
        } else {
            Self::NotANumber
        }
    }
}

/// An exact sum of money, counted in 1e-8 of the unit of a currency that stands beside it.
///
/// It has no operators on purpose: `+` on money that may have two currencies is how a report lies.
/// Who adds has first made sure that both sides belong to one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Reads a plain decimal with up to eight decimals.
    ///
    /// # Errors
    ///
    /// [`MoneyError`] says which part of the grammar the text misses.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        parse_units(text).map(Self)
    }

    /// A sum from its integer of 1e-8.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The integer of 1e-8.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// One minor unit of a currency with that many decimals: `0.01` for two.
    #[must_use]
    pub const fn minor_unit(places: u32) -> Self {
        Self(10_i128.pow(PLACES.saturating_sub(places)))
    }

    /// The sum of two amounts of one order.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference of two amounts of one order.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The amount, or zero where it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// How many decimals it needs.
    #[must_use]
    pub fn places(self) -> u32 {
        places_of_units(self.0)
    }

    /// The amount in the decimals of its currency, more only where the amount has more.
    #[must_use]
    pub fn text(self, currency: Currency) -> String {
        text_of_units(self.0, currency.places().unwrap_or(0))
    }

    /// Appends the same.
    pub fn put_text(self, currency: Currency, out: &mut Vec<u8>) {
        put_units(self.0, currency.places().unwrap_or(0), out);
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_follows_the_currency_and_loses_nothing() {
        let usd = Currency::parse("USD").unwrap();
        let jpy = Currency::parse("JPY").unwrap();
        assert_eq!(Money::parse("16").unwrap().text(usd), "16.00");
        assert_eq!(Money::parse("80.43264806").unwrap().text(usd), "80.43264806");
        assert_eq!(Money::parse("50322").unwrap().text(jpy), "50322");
        assert_eq!(Money::ZERO.text(usd), "0.00");
    }

    #[test]
    fn a_minor_unit_is_what_the_currency_says() {
        assert_eq!(Money::minor_unit(2), Money::parse("0.01").unwrap());
        assert_eq!(Money::minor_unit(0), Money::parse("1").unwrap());
        assert_eq!(Money::minor_unit(3), Money::parse("0.001").unwrap());
    }
}
