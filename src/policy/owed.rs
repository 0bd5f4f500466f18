//! How much is owed: one exact fraction, rounded once, split once.

use super::{
    model::Policy,
    question::{Facts, Question, Unknown},
    terms::{
        Terms, Working,
        amount::{Computed, Inputs, TOO_LARGE},
    },
};
use crate::{
    money::{Currency, Fraction, Money, Ratio, Rounding},
    record::Tenders,
};

/// A sum owed, its split over tenders, and how it was computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The sum.
    pub total: Money,
    /// The split, in the tenders that it comes back in; it sums to the total.
    pub split: Tenders,
    /// The computation.
    pub step: Step,
}

/// A computation with its inputs, kept to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, because a ground stands or the policy gives nothing.
    Nothing,
    /// What was paid in refundable tenders.
    Full,
    /// A method that computes.
    Computed {
        /// The method and what it was computed from.
        working: Working,
        /// The share that is kept for the return, where one is.
        fee: Option<Fraction>,
        /// The exact value.
        exact: Ratio,
        /// The rounding.
        rounding: Rounding,
    },
}

impl Owed {
    /// Nothing.
    #[must_use]
    pub const fn nothing(currency: Currency) -> Self {
        Self { total: Money::ZERO, split: Tenders::none(currency), step: Step::Nothing }
    }

    /// The exact value before rounding.
    #[must_use]
    pub fn exact(&self) -> Ratio {
        match &self.step {
            Step::Computed { exact, .. } => exact.or_zero(),
            Step::Nothing | Step::Full => Ratio::whole(self.total),
        }
    }

    /// The method that computed it, and its inputs.
    #[must_use]
    pub const fn computed(&self) -> Option<&Working> {
        match &self.step {
            Step::Computed { working, .. } => Some(working),
            Step::Nothing | Step::Full => None,
        }
    }

    /// The arithmetic written out: `499.00 × (31 − 5) / 31 = 418.516… → 418.51 (down)`.
    #[must_use]
    pub fn working(&self) -> String {
        let currency = self.split.currency;
        let total = self.total.text(currency);
        match &self.step {
            Step::Nothing => format!("nothing is owed: {total}"),
            Step::Full => {
                let parts: Vec<String> = self.split.present().map(|(_, sum)| sum.text(currency)).collect();
                match parts.len() {
                    0 | 1 => format!("paid in refundable tenders: {total}"),
                    _ => format!("{} = {total}", parts.join(" + ")),
                }
            }
            Step::Computed { working, fee, exact, rounding } => {
                // Three decimals behind the minor unit show why it rounds as it does.
                let shown = exact.text(currency.places().unwrap_or(0) + 1);
                let fee = fee.map(|share| format!(", less a fee of {share},")).unwrap_or_default();
                format!("{}{fee} = {shown} → {total} ({})", working.text(currency), rounding.word())
            }
        }
    }
}

/// What is owed, or at most, where a fact is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    Exact(Owed),
    AtMost(Money, Unknown),
}

/// The sum owed where no ground stands.
pub(super) fn owed(
    policy: &Policy,
    terms: &Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> Result<Sum, Unknown> {
    let order = facts.order;
    let currency = order.paid.currency;
    let places = currency.places().ok_or(Unknown::CurrencyUnknown)?;
    let named = |tender| terms.tenders.refundable.contains(&tender) || terms.tenders.lost.contains(&tender);
    if let Some((tender, _)) = order.paid.present().find(|(tender, _)| !named(*tender)) {
        return Err(Unknown::UnknownTender(tender));
    }
    let base = order.paid.of(&terms.tenders.refundable);
    let inputs = Inputs { policy, facts, question, base };
    let rounding = terms.rounding;
    let fee = terms.fee.as_ref();
    let less_fee = |exact: Ratio| match fee {
        Some(fee) => fee.taken_off(exact, base, order).ok_or(TOO_LARGE),
        None => Ok(exact),
    };
    let (exact, working) = match terms.amount_of(&order.package_type).method.compute(&inputs)? {
        Computed::Nothing => return Ok(Sum::Exact(Owed::nothing(currency))),
        Computed::Whole if fee.is_none_or(|fee| fee.promotion_channel) => {
            // Nothing is computed, so nothing is rounded: what was paid comes back as it was paid.
            return Ok(Sum::Exact(Owed { total: base, split: terms.tenders.whole(order), step: Step::Full }));
        }
        Computed::Whole => (Ratio::whole(base), Working::whole(base)),
        Computed::Exact(exact, working) => (exact, working),
        Computed::AtMost(exact, missing) => {
            let most = less_fee(exact)?.or_zero().round(places, Rounding::Up).ok_or(TOO_LARGE)?;
            return Ok(Sum::AtMost(most.min(base), missing));
        }
    };
    let exact = less_fee(exact)?;
    let total = exact.or_zero().round(places, rounding).ok_or(TOO_LARGE)?;
    let split = terms.tenders.part(order, total, places).ok_or(TOO_LARGE)?;
    let fee = fee.filter(|fee| !fee.promotion_channel).map(|fee| fee.share);
    Ok(Sum::Exact(Owed { total, split, step: Step::Computed { working, fee, exact, rounding } }))
}
