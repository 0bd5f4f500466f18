//! A step of a computation that a page prints rounded, although nothing says that the system rounds there.

use crate::{
    money::{Fraction, Money, Ratio, Rounding},
    policy::file::Keys,
};

/// Which step is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOf {
    /// The price of an hour.
    HourPrice,
    /// The price of a day.
    DayPrice,
    /// The share of the term that was used.
    Share,
    /// The months that are left.
    MonthsLeft,
    /// What was used.
    Used,
}

/// A step that is rounded before the sum goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundStep {
    /// Which.
    pub of: StepOf,
    /// To so many decimals.
    pub places: u32,
    /// How.
    pub mode: Rounding,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<RoundStep> {
    let keys = keys.inner("round_step")?;
    keys.only(&["what", "places", "mode"]);
    let words = [
        ("hour_price", StepOf::HourPrice),
        ("day_price", StepOf::DayPrice),
        ("share", StepOf::Share),
        ("months_left", StepOf::MonthsLeft),
        ("used", StepOf::Used),
    ];
    let places = keys.required(keys.count("places"), "places")?;
    if places > 8 {
        keys.complain(keys.place("places"), "round_step.places is from 0 to 8");
    }
    Some(RoundStep {
        of: keys.required(keys.word("what", "round_step.what", &words), "what")?,
        places: places.min(8),
        mode: keys
            .word("mode", "rounding", &Rounding::ALL.map(|mode| (mode.word(), mode)))
            .unwrap_or(Rounding::HalfUp),
    })
}

/// A sum, rounded where this is the step that is.
pub(super) fn money(rounded: Option<RoundStep>, of: StepOf, sum: Ratio) -> Option<Ratio> {
    match rounded {
        Some(step) if step.of == of => sum.round(step.places, step.mode).map(Ratio::whole),
        _ => Some(sum),
    }
}

/// A number without a unit, likewise.
pub(super) fn number(rounded: Option<RoundStep>, of: StepOf, number: Fraction) -> Option<Fraction> {
    match rounded {
        Some(step) if step.of == of => {
            let one = Money::from_units(crate::money::UNIT);
            let exact = Ratio::whole(one).scaled(number)?;
            let units = exact.round(step.places, step.mode)?.units();
            Fraction::new(i64::try_from(units).ok()?, i64::try_from(crate::money::UNIT).ok()?)
        }
        _ => Some(number),
    }
}
