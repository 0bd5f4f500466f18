//! How much is owed: one exact fraction, rounded once, split once.

use super::{
    entitlement::{Facts, Question, Unknown},
    grounds::anchor,
    model::{Method, Policy, Terms, TotalDays, UsedDays},
};
use crate::{
    money::{Currency, Money, Quantity, Ratio, Rounding, allocate},
    record::{Order, Tenders},
    time::{CivilDate, Instant, Offset},
};

/// A sum owed, its split over tenders, and how it was computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The sum.
    pub total: Money,
    /// The split; it sums to the total.
    pub split: Tenders,
    /// The computation.
    pub step: Step,
}

/// A computation with its inputs, kept to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, because a ground stands or the policy gives nothing.
    Nothing,
    /// What was paid in refundable tenders.
    Full,
    /// `base × (total − used) / total`.
    Prorate {
        /// Paid in refundable tenders.
        base: Money,
        /// Days used.
        used: i64,
        /// Days in all.
        total: i64,
        /// The exact value.
        exact: Ratio,
        /// The rounding.
        rounding: Rounding,
    },
    /// `base − used / total × list`.
    TimeShare {
        /// Paid in refundable tenders.
        base: Money,
        /// List price.
        list: Money,
        /// Days used.
        used: i64,
        /// Days in all.
        total: i64,
        /// The exact value.
        exact: Ratio,
        /// The rounding.
        rounding: Rounding,
    },
    /// `base − consumed × price`.
    Consumed {
        /// Paid in refundable tenders.
        base: Money,
        /// Net quantity deducted.
        consumed: Quantity,
        /// Price of a unit.
        price: Money,
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

    /// The arithmetic written out: `499.00 × (31 − 5) / 31 = 418.516… → 418.51 (down)`.
    #[must_use]
    pub fn working(&self) -> String {
        let currency = self.split.currency;
        let total = self.total.text(currency);
        let money = |amount: Money| amount.text(currency);
        let end = |exact: &Ratio, rounding: Rounding| {
            // Three decimals behind the minor unit show why it rounds as it does.
            let shown = exact.text(currency.places().unwrap_or(0) + 1);
            format!("= {shown} → {total} ({})", rounding.word())
        };
        match &self.step {
            Step::Nothing => format!("nothing is owed: {total}"),
            Step::Full => {
                let parts: Vec<String> = self.split.present().map(|(_, sum)| money(sum)).collect();
                match parts.len() {
                    0 | 1 => format!("paid in refundable tenders: {total}"),
                    _ => format!("{} = {total}", parts.join(" + ")),
                }
            }
            Step::Prorate { base, used, total, exact, rounding } => {
                format!("{} × ({total} − {used}) / {total} {}", money(*base), end(exact, *rounding))
            }
            Step::TimeShare { base, list, used, total, exact, rounding } => {
                format!("{} − {used} / {total} × {} {}", money(*base), money(*list), end(exact, *rounding))
            }
            Step::Consumed { base, consumed, price, exact, rounding } => {
                format!("{} − {consumed} × {} {}", money(*base), money(*price), end(exact, *rounding))
            }
        }
    }
}

/// The sum owed where no ground stands.
pub(super) fn owed(
    policy: &Policy,
    terms: &Terms,
    facts: &Facts<'_>,
    question: &Question,
) -> Result<Owed, Unknown> {
    let order = facts.order;
    let currency = order.paid.currency;
    let places = currency.places().ok_or(Unknown::CurrencyUnknown)?;
    let named = |tender| terms.tenders.refundable.contains(&tender) || terms.tenders.lost.contains(&tender);
    if let Some((tender, _)) = order.paid.present().find(|(tender, _)| !named(*tender)) {
        return Err(Unknown::UnknownTender(tender));
    }
    let base = order.paid.of(&terms.tenders.refundable);
    let days = |used, used_min, total| -> Result<(i64, i64), Unknown> {
        let total =
            total_days(total, order, question.paid_at, policy.zone).ok_or(Unknown::MissingField("months"))?;
        let start = match terms.window_of(&order.package_type) {
            Some(window) => anchor(window, facts, question)?,
            None => question.paid_at,
        };
        Ok((used_days(used, used_min, start, question.requested_at, policy.zone), total))
    };
    let too_large = Unknown::MissingField("an amount that can be computed with: it is too large");
    let (rounding, exact, step) = match &terms.amount.method {
        Method::None => return Ok(Owed::nothing(currency)),
        Method::Full => {
            // Nothing is computed, so nothing is rounded: what was paid comes back as it was paid.
            let mut split = Tenders::none(currency);
            for &tender in &terms.tenders.refundable {
                split.set(tender, order.paid.get(tender));
            }
            return Ok(Owed { total: base, split, step: Step::Full });
        }
        Method::ProrateDays { used, used_min, total } => {
            let (used, total) = days(*used, *used_min, *total)?;
            let exact = Ratio::share(base, total.saturating_sub(used), total).ok_or(too_large)?;
            (terms.rounding, exact, Step::Prorate { base, used, total, exact, rounding: terms.rounding })
        }
        Method::PaidMinusTimeShare { used, used_min, total } => {
            let (used, total) = days(*used, *used_min, *total)?;
            let list = order.list_price.ok_or(Unknown::MissingField("list_price"))?;
            let gone = Ratio::share(list, used, total).ok_or(too_large)?;
            let exact = gone.subtracted_from(base).ok_or(too_large)?;
            (
                terms.rounding,
                exact,
                Step::TimeShare { base, list, used, total, exact, rounding: terms.rounding },
            )
        }
        Method::PaidMinusConsumed { tiers } => {
            let consumed = facts.net_posted(question).max(Quantity::ZERO);
            let whole = consumed.units() / crate::money::UNIT;
            let tier = tiers.iter().rfind(|tier| i128::from(tier.from) <= whole);
            let price = tier.map(|tier| tier.price).unwrap_or_default();
            let gone = Ratio::times(price, consumed.units()).ok_or(too_large)?;
            let exact = gone.subtracted_from(base).ok_or(too_large)?;
            (terms.rounding, exact, Step::Consumed { base, consumed, price, exact, rounding: terms.rounding })
        }
    };
    let total = exact.or_zero().round(places, rounding).ok_or(too_large)?;
    let weights: Vec<Money> = terms.tenders.refundable.iter().map(|&tender| order.paid.get(tender)).collect();
    let parts = allocate(total, &weights, places).ok_or(too_large)?;
    let mut split = Tenders::none(currency);
    for (&tender, part) in terms.tenders.refundable.iter().zip(parts) {
        split.set(tender, part);
    }
    Ok(Owed { total, split, step })
}

/// Days used from the start of a window to the request, at least `used_min`.
#[must_use]
pub fn used_days(used: UsedDays, used_min: i64, start: Instant, requested_at: Instant, zone: Offset) -> i64 {
    let days = match used {
        UsedDays::Ceil24h => requested_at.begun_days_since(start),
        UsedDays::DateDiff => requested_at.date_at(zone).days_since(start.date_at(zone)),
        UsedDays::Fixed5 => 5,
    };
    days.max(used_min)
}

/// Days that the price paid for; `None` where the export does not say how long the term is.
#[must_use]
pub fn total_days(total: TotalDays, order: &Order, paid_at: Instant, zone: Offset) -> Option<i64> {
    let bought_on = paid_at.date_at(zone);
    let days = match total {
        TotalDays::MonthsX30 => i64::from(order.term_months()?) * 30,
        TotalDays::CalendarMonthOfPurchase => bought_on.days_of_calendar_months(order.term_months()?),
        TotalDays::ServicePeriod => match order.period_end {
            Some(end) => {
                let start_on = order.period_start.map_or(bought_on, |start| start.date_at(zone));
                end_date(end, zone).days_since(start_on)
            }
            None => bought_on.plus_months_clipped(order.term_months()?).days_since(bought_on),
        },
    };
    (days > 0).then_some(days)
}

/// The first day after a period. An end written as the last second of a day means that day is inside.
fn end_date(end: Instant, zone: Offset) -> CivilDate {
    end.plus_seconds(1).date_at(zone)
}
