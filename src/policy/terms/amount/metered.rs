//! `paid_minus_metered`: paid − whole months at their price − the rest of a month.

use super::{
    Computed, Inputs, TOO_LARGE,
    days::{self},
    ladder::{self, Discount},
    step::{self, RoundStep, StepOf},
};
use crate::{
    money::{Currency, Fraction, Money, Ratio},
    policy::{file::Keys, question::Unknown},
    time::{Instant, Offset},
};

pub(super) const WORD: &str = "paid_minus_metered";

/// What the rest of a month costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// Hours at the user's hourly prices.
    Hourly,
    /// Days at the user's daily price.
    Daily,
    /// Days at a thirtieth of the month.
    Day30,
    /// Days at their share of the month that they lie in.
    MonthDays,
    /// Nothing.
    Free,
    /// A begun month costs a whole one.
    WholeMonth,
}

/// How the rest of a month is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly.
    Second,
    /// Begun hours.
    HourCeil,
    /// Full hours.
    HourFloor,
    /// Begun 24-hour units.
    DayCeil,
    /// Difference of dates: the day of the request is free.
    DayDiff,
    /// Dates, the first and the last counted.
    DayBoth,
}

/// The parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The discount of the whole months used.
    pub discount: Option<Discount>,
    /// The lowest discount that was sold, for the bound where a price is not known.
    pub lowest_discount: Option<Fraction>,
    /// What the rest of a month costs.
    pub remainder: Remainder,
    /// How it is counted.
    pub count: Count,
    /// Whether the discount of the purchase holds for the rest of a month too.
    pub order_discount: bool,
    /// Whether only the time until the first upgrade is charged.
    pub until_upgrade: bool,
    /// A step that is rounded.
    pub round_step: Option<RoundStep>,
}

/// What it was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Working {
    /// Paid in refundable tenders.
    pub base: Money,
    /// The list price of a month.
    pub monthly: Ratio,
    /// Whole months used.
    pub months: u32,
    /// Their discount.
    pub discount: Fraction,
    /// The rest, in microseconds as it is counted.
    pub rest_micros: i64,
    /// What the rest costs.
    pub rest: Ratio,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<Terms> {
    let remainder = [
        ("hourly", Remainder::Hourly),
        ("daily", Remainder::Daily),
        ("day_30", Remainder::Day30),
        ("month_days", Remainder::MonthDays),
        ("none", Remainder::Free),
        ("whole_month", Remainder::WholeMonth),
    ];
    let count = [
        ("second", Count::Second),
        ("hour_ceil", Count::HourCeil),
        ("hour_floor", Count::HourFloor),
        ("day_ceil", Count::DayCeil),
        ("day_diff", Count::DayDiff),
        ("day_both", Count::DayBoth),
    ];
    let remainder = keys.required(keys.word("remainder", "amount.remainder", &remainder), "remainder")?;
    let count = match (keys.word("count", "amount.count", &count), remainder) {
        (Some(count), _) => count,
        (None, Remainder::Free | Remainder::WholeMonth) => Count::Second,
        (None, _) => keys.required(None, "count")?,
    };
    Some(Terms {
        discount: ladder::discount(keys),
        lowest_discount: keys.fraction("lowest_discount"),
        remainder,
        count,
        order_discount: keys
            .word("hourly_discount", "amount.hourly_discount", &[("none", false), ("order", true)])
            .unwrap_or(false),
        until_upgrade: keys
            .word("until", "amount.until", &[("request", false), ("upgrade", true)])
            .unwrap_or(false),
        round_step: step::read(keys),
    })
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl Count {
    /// The rest from an instant to another, in microseconds.
    fn micros(self, from: Instant, to: Instant, zone: Offset) -> i64 {
        let elapsed = to.micros().saturating_sub(from.micros()).max(0);
        let begun = |unit: i64| (elapsed.div_euclid(unit) + i64::from(elapsed.rem_euclid(unit) > 0)) * unit;
        let dates = || to.date_at(zone).days_since(from.date_at(zone));
        match self {
            Self::Second => elapsed,
            Self::HourCeil => begun(HOUR),
            Self::HourFloor => elapsed.div_euclid(HOUR) * HOUR,
            Self::DayCeil => begun(DAY),
            Self::DayDiff => dates() * DAY,
            Self::DayBoth => (dates() + 1) * DAY,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Second => "to the second",
            Self::HourCeil => "begun hours",
            Self::HourFloor => "full hours",
            Self::DayCeil => "begun days",
            Self::DayDiff => "difference of dates",
            Self::DayBoth => "dates, first and last counted",
        }
    }
}

pub(super) fn compute(terms: &Terms, inputs: &Inputs<'_>) -> Result<Computed, Unknown> {
    let Inputs { facts, question, policy, base, .. } = *inputs;
    let (order, zone) = (facts.order, policy.zone);
    let start = days::term_start(facts, question);
    let upgraded = facts.first_upgrade_after(question.paid_at).filter(|_| terms.until_upgrade);
    let to = upgraded.unwrap_or(question.requested_at).min(question.requested_at);
    let term = order.term_months();
    let mut months = to.whole_months_since(start, zone);
    if term.is_some_and(|term| months >= term) {
        months = term.unwrap_or(months);
    }
    let from = start.plus_months_clipped(months, zone);
    let over = term.is_some_and(|term| months >= term);
    let rest_micros = if over || to <= start { 0 } else { terms.count.micros(from, to, zone) };
    let by_order = || Ratio::whole(order.list_price?).scaled(Fraction::new(1, i64::from(term?))?);
    let monthly = policy.prices.monthly(order).map(Ratio::whole).or_else(by_order);
    if months == 0 && rest_micros == 0 {
        let none = Ratio::whole(Money::ZERO);
        let working =
            Working { base, monthly: none, months, discount: Fraction::ONE, rest_micros, rest: none };
        return Ok(Computed::Exact(Ratio::whole(base), super::Working::PaidMinusMetered(working)));
    }
    let missing = if order.list_price.is_none() { "list_price" } else { "months" };
    let whole = Ratio::whole(base);
    let needs_monthly =
        months > 0 || !matches!(terms.remainder, Remainder::Hourly | Remainder::Daily | Remainder::Free);
    let Some(monthly) = monthly.or((!needs_monthly).then(|| Ratio::whole(Money::ZERO))) else {
        return Ok(Computed::AtMost(whole, Unknown::MissingField(missing)));
    };
    let charged =
        if terms.remainder == Remainder::WholeMonth && rest_micros > 0 { months + 1 } else { months };
    let known = policy.prices.ladder(order);
    let ladder = match &terms.discount {
        Some(Discount::Ladder(ladder)) => Some(ladder),
        Some(Discount::Prices) => known.as_ref(),
        None => None,
    };
    let discount = match &terms.discount {
        None => Some(Fraction::ONE),
        Some(_) => ladder.map(|ladder| ladder.at(charged.into(), i64::from(charged) * 30)),
    };
    let of_months = |discount: Fraction| monthly.scaled(Fraction::new(charged.into(), 1)?)?.scaled(discount);
    let rest = rest(terms, inputs, monthly, from, rest_micros);
    if let (Some(discount), Ok(Some(rest))) = (discount, &rest) {
        let rest = *rest;
        let exact =
            of_months(discount).and_then(|months| whole.minus(months)?.minus(rest)).ok_or(TOO_LARGE)?;
        let working = Working { base, monthly, months: charged, discount, rest_micros, rest };
        return Ok(Computed::Exact(exact, super::Working::PaidMinusMetered(working)));
    }
    let lowest = discount.or(terms.lowest_discount).or_else(|| ladder.map(ladder::Ladder::lowest));
    let lowest = if charged == 0 { Fraction::ZERO } else { lowest.unwrap_or(Fraction::ZERO) };
    let at_most = of_months(lowest).and_then(|months| whole.minus(months)).ok_or(TOO_LARGE)?;
    let missing = match (rest, discount) {
        (Err(missing), _) => missing,
        (_, None) => "prices: the discount of the length used",
        (Ok(None), _) => return Err(TOO_LARGE),
        (Ok(Some(_)), Some(_)) => unreachable!("that was computed"),
    };
    Ok(Computed::AtMost(at_most, Unknown::MissingField(missing)))
}

/// What the rest of a month costs; the price that is missing. `None` where it is too large.
fn rest(
    terms: &Terms,
    inputs: &Inputs<'_>,
    monthly: Ratio,
    from: Instant,
    rest_micros: i64,
) -> Result<Option<Ratio>, &'static str> {
    let (order, zone) = (inputs.facts.order, inputs.policy.zone);
    let nothing = Ratio::whole(Money::ZERO);
    if rest_micros == 0 {
        return Ok(Some(nothing));
    }
    let days_of = |days: i64| Fraction::new(rest_micros, DAY.checked_mul(days)?);
    let priced = match terms.remainder {
        Remainder::Free | Remainder::WholeMonth => return Ok(Some(nothing)),
        Remainder::Day30 => days_of(30).and_then(|share| {
            let day =
                step::money(terms.round_step, StepOf::DayPrice, monthly.scaled(Fraction::new(1, 30)?)?)?;
            if terms.round_step.is_some() { day.scaled(days_of(1)?) } else { monthly.scaled(share) }
        }),
        Remainder::MonthDays => {
            let on = from.date_at(zone);
            days_of(on.plus_months_clipped(1).days_since(on)).and_then(|share| monthly.scaled(share))
        }
        Remainder::Daily => {
            let daily = inputs.policy.prices.daily(order).ok_or("prices: the price of a day")?;
            days_of(1).and_then(|days| Ratio::whole(daily).scaled(days))
        }
        Remainder::Hourly => {
            inputs.policy.prices.hours(order, rest_micros).ok_or("prices: the price of an hour")?
        }
    };
    if !terms.order_discount {
        return Ok(priced);
    }
    let list = order.list_price.ok_or("list_price")?;
    let paid = Ratio::whole(order.paid.total()).part_of(Ratio::whole(list));
    Ok(priced.and_then(|rest| rest.scaled(paid?)))
}

pub(super) fn text(terms: &Terms) -> String {
    let rest = match terms.remainder {
        Remainder::Hourly => "the rest by the hour",
        Remainder::Daily => "the rest by the day",
        Remainder::Day30 => "the rest at a thirtieth of a month a day",
        Remainder::MonthDays => "the rest by its days of the month",
        Remainder::Free => "the rest of a month free",
        Remainder::WholeMonth => "a begun month whole",
    };
    let mut text = format!("paid − whole months at list price − the rest; {rest}, {}", terms.count.text());
    if let Some(discount) = &terms.discount {
        text.push_str(&format!("; months at the discount of the length used ({})", discount.text()));
    }
    if terms.until_upgrade {
        text.push_str("; until the first upgrade");
    }
    text
}

pub(super) fn lint(terms: &Terms) -> Vec<String> {
    let mut remarks = Vec::new();
    if terms.order_discount && matches!(terms.remainder, Remainder::Free | Remainder::WholeMonth) {
        remarks.push("amount.hourly_discount never matters: the rest of a month has no price".to_owned());
    }
    remarks
}

impl Working {
    pub(super) fn text(&self, currency: Currency) -> String {
        let mut text = self.base.text(currency);
        let places = currency.places().unwrap_or(0) + 2;
        if self.months > 0 {
            text.push_str(&format!(" − {} × {}", self.months, self.monthly.text(places)));
            if self.discount != Fraction::ONE {
                text.push_str(&format!(" × {}", self.discount));
            }
        }
        if self.rest_micros > 0 {
            let hours = Fraction::new(self.rest_micros, HOUR).unwrap_or(Fraction::ZERO);
            text.push_str(&format!(" − {} for {hours} h", self.rest.text(places)));
        }
        text
    }

    super::no_days!();
}
