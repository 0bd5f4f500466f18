//! Exact money. The only place that knows `rust_decimal`.
//!
//! Three rules hold here and nowhere else has to think of them:
//!
//! 1. An amount is an integer count of 1e-8 of its currency's unit, because vendors' exports carry
//!    up to eight decimals. Sums cannot overflow: a parsed amount has at most twenty digits before
//!    the point, and 128 bits hold a billion of those.
//! 2. A share of an amount is a [`Ratio`], an exact fraction that is divided once, at the end, by a
//!    [`Rounding`] that a policy names. Dividing first moves cents (`0.01 × 15/30` becomes `0.00`).
//! 3. Splitting loses nothing: the parts of [`allocate`] sum to the whole.
#![warn(clippy::arithmetic_side_effects)]

mod allocation;
mod amount;
mod currency;
mod exact;
mod fraction;
mod ratio;
mod rounding;

pub use allocation::allocate;
pub use amount::{Money, MoneyError};
pub use currency::{Currency, CurrencyError};
pub use exact::Quantity;
pub(crate) use exact::{PLACES, UNIT};
pub use fraction::Fraction;
pub use ratio::Ratio;
pub use rounding::Rounding;
