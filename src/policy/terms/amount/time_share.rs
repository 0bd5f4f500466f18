//! `paid_minus_time_share`: paid − price × days used / days, at the discount of the length used, by a
//! coefficient.

use super::{
    Computed, Inputs, TOO_LARGE, Used,
    days::{self, DayTerms},
    ladder::{self, Discount, Ladder},
    step::{self, RoundStep, StepOf},
};
use crate::{
    money::{Currency, Fraction, Money, Ratio},
    policy::{file::Keys, question::Unknown},
};

pub(super) const WORD: &str = "paid_minus_time_share";

/// What the time used is priced at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// The list price.
    List,
    /// Everything that was paid, vouchers included.
    BeforeVouchers,
    /// What was paid in refundable tenders.
    RefundablePaid,
}

/// The parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How the days are counted.
    pub days: DayTerms,
    /// What they are priced at.
    pub price: Price,
    /// The discount of the length used.
    pub discount: Option<Discount>,
    /// The lowest discount that was sold, for the bound where the discount is not known.
    pub lowest_discount: Option<Fraction>,
    /// A factor on what was used, by days used.
    pub coefficient: Option<Ladder>,
    /// A step that is rounded.
    pub round_step: Option<RoundStep>,
}

/// What it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
    /// The price of the term.
    pub price: Money,
    /// Time used, of the term.
    pub used: Used,
    /// The discount of the length used, and the coefficient.
    pub factors: [Fraction; 2],
    /// A step that is rounded.
    pub round_step: Option<RoundStep>,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<Terms> {
    let price = [
        ("list", Price::List),
        ("before_vouchers", Price::BeforeVouchers),
        ("refundable_paid", Price::RefundablePaid),
    ];
    Some(Terms {
        days: days::read(keys)?,
        price: keys.word("price", "amount.price", &price).unwrap_or(Price::List),
        discount: ladder::discount(keys),
        lowest_discount: keys.fraction("lowest_discount"),
        coefficient: ladder::read(keys, "coefficient"),
        round_step: step::read(keys),
    })
}

pub(super) fn compute(terms: &Terms, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
    let Inputs { facts, question, policy, base, .. } = *inputs;
    let order = facts.order;
    let used = days::used(&terms.days, inputs)?;
    let price = match terms.price {
        Price::List => order.list_price.ok_or(Unknown::MissingField("list_price"))?,
        Price::BeforeVouchers => order.paid.total(),
        Price::RefundablePaid => base,
    };
    let start = days::term_start(facts, question);
    let months = i64::from(question.requested_at.whole_months_since(start, policy.zone));
    let (discount, open) = match &terms.discount {
        None => (Fraction::ONE, false),
        Some(Discount::Ladder(ladder)) => (ladder.at(months, used.days()), false),
        Some(Discount::Prices) => match policy.prices.ladder(order) {
            Some(ladder) => (ladder.at(months, used.days()), false),
            None => (terms.lowest_discount.unwrap_or(Fraction::ZERO), true),
        },
    };
    let coefficient =
        terms.coefficient.as_ref().map_or(Fraction::ONE, |ladder| ladder.at(months, used.days()));
    let factors = [discount, coefficient];
    let working = Working { base, price, used, factors, round_step: terms.round_step };
    let exact = working.exact().ok_or(TOO_LARGE)?;
    if open && used.parts > 0 {
        return Ok(Computed::AtMost(exact, Unknown::MissingField("prices: the discount of the length used")));
    }
    Ok(Computed::Exact(exact, super::Working::PaidMinusTimeShare(working)))
}

pub(super) fn text(terms: &Terms) -> String {
    let price = match terms.price {
        Price::List => "list price",
        Price::BeforeVouchers => "everything paid, vouchers included",
        Price::RefundablePaid => "paid",
    };
    let DayTerms { used, total, .. } = terms.days;
    let mut text = format!("paid − used / days × {price}; used: {}, days: {}", used.text(), total.text());
    if let Some(discount) = &terms.discount {
        text.push_str(&format!("; at the discount of the length used ({})", discount.text()));
    }
    if let Some(coefficient) = &terms.coefficient {
        text.push_str(&format!("; times {}", coefficient.text()));
    }
    text
}

pub(super) fn lint(terms: &Terms) -> Vec<String> {
    let mut remarks = days::lint(&terms.days);
    if terms.lowest_discount.is_some() && terms.discount != Some(Discount::Prices) {
        remarks.push("amount.lowest_discount never matters: the discount is known".to_owned());
    }
    remarks
}

impl Working {
    fn exact(&self) -> Option<Ratio> {
        let Self { base, price, used, factors: [discount, coefficient], round_step } = *self;
        let share = step::number(round_step, StepOf::Share, used.share()?)?;
        let mut gone = match round_step.map(|step| step.of) {
            Some(of @ (StepOf::HourPrice | StepOf::DayPrice)) => {
                // The price of an hour or a day first, then so many of them.
                let units = if of == StepOf::HourPrice { 24 } else { 1 };
                let one = Ratio::whole(price).scaled(Fraction::new(1, used.total.checked_mul(units)?)?)?;
                let count = Fraction::new(used.parts.checked_mul(units)?, used.per_day)?;
                step::money(round_step, of, one)?.scaled(count)?
            }
            _ => Ratio::whole(price).scaled(share)?,
        };
        gone = gone.scaled(discount)?.scaled(coefficient)?;
        Ratio::whole(base).minus(step::money(round_step, StepOf::Used, gone)?)
    }

    pub(super) fn text(&self, currency: Currency) -> String {
        let factors: String = self
            .factors
            .iter()
            .filter(|factor| **factor != Fraction::ONE)
            .map(|factor| format!(" × {factor}"))
            .collect();
        format!(
            "{} − {} × {}{factors}",
            self.base.text(currency),
            self.used.text(),
            self.price.text(currency)
        )
    }

    pub(super) const fn days(&self) -> Option<(i64, i64)> {
        Some((self.used.days(), self.used.total))
    }

    pub(super) fn with(&self, base: Money, used: i64, total: i64) -> Option<Ratio> {
        Self { base, used: Used::of_days(used, total), ..*self }.exact()
    }
}
