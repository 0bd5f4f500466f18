//! Days used, and days that the price paid for.

use super::Inputs;
use crate::{
    money::Fraction,
    policy::{
        file::{Keys, Value},
        question::{Facts, Question, Unknown},
    },
    record::Order,
    time::{Instant, Offset},
};

/// How the time used is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedDays {
    /// Begun 24-hour units.
    Ceil24h,
    /// Full 24-hour units.
    Floor24h,
    /// Difference of civil dates.
    DateDiff,
    /// Civil dates, the first and the last counted.
    CalendarBoth,
    /// Begun hours, each the 24th part of a day.
    Ceil1h,
    /// Exactly.
    Second,
    /// Always five.
    Fixed5,
}

impl UsedDays {
    /// Every way, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("ceil_24h", Self::Ceil24h),
        ("floor_24h", Self::Floor24h),
        ("date_diff", Self::DateDiff),
        ("calendar_both", Self::CalendarBoth),
        ("ceil_1h", Self::Ceil1h),
        ("second", Self::Second),
        ("fixed_5", Self::Fixed5),
    ];

    /// In a phrase.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Ceil24h => "begun 24-hour units",
            Self::Floor24h => "full 24-hour units",
            Self::DateDiff => "difference of dates",
            Self::CalendarBoth => "dates, first and last counted",
            Self::Ceil1h => "begun hours",
            Self::Second => "to the second",
            Self::Fixed5 => "always five",
        }
    }
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalDays {
    /// Days of the service period: as exported, otherwise the term from the purchase day, month ends clipped.
    ServicePeriod,
    /// Whole 24-hour units of the service period.
    ElapsedFloor,
    /// Days of the calendar month of the purchase.
    CalendarMonthOfPurchase,
    /// Thirty days a month.
    MonthsX30,
    /// 365 days a year; of a term that is no whole years, its days.
    YearsX365,
    /// So many.
    Fixed(u32),
}

impl TotalDays {
    /// Every way with a word in policy files.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("service_period", Self::ServicePeriod),
        ("elapsed_floor", Self::ElapsedFloor),
        ("calendar_month_of_purchase", Self::CalendarMonthOfPurchase),
        ("months_x_30", Self::MonthsX30),
        ("years_x_365", Self::YearsX365),
    ];

    /// In a phrase.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::ServicePeriod => "days of the service period".to_owned(),
            Self::ElapsedFloor => "whole 24-hour units of the service period".to_owned(),
            Self::CalendarMonthOfPurchase => "days of the calendar month".to_owned(),
            Self::MonthsX30 => "months × 30".to_owned(),
            Self::YearsX365 => "years × 365".to_owned(),
            Self::Fixed(days) => days.to_string(),
        }
    }
}

/// How days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTerms {
    /// Time used.
    pub used: UsedDays,
    /// At least so many days.
    pub used_min: i64,
    /// Days in all.
    pub total: TotalDays,
}

pub(super) fn read(keys: &Keys<'_, '_>) -> Option<DayTerms> {
    let used = keys.required(keys.word("used_days", "amount.used_days", &UsedDays::WORDS), "used_days");
    let total = match keys.get("total_days").map(|item| &item.value) {
        Some(Value::Integer(_)) => keys.count("total_days").filter(|days| *days > 0).map(TotalDays::Fixed),
        _ => keys.word("total_days", "amount.total_days", &TotalDays::WORDS),
    };
    let total = keys.required(total, "total_days");
    Some(DayTerms { used: used?, used_min: keys.integer("min_used").unwrap_or(0), total: total? })
}

/// What of it has no effect.
pub(super) fn lint(days: &DayTerms) -> Vec<String> {
    let never = days.used == UsedDays::Fixed5 && days.used_min > 0 && days.used_min <= 5;
    let remark = "amount.min_used never matters: used_days is always five".to_owned();
    never.then_some(remark).into_iter().collect()
}

/// Time used, in parts of a day, of days in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// How many parts: days, hours or microseconds.
    pub parts: i64,
    /// Parts of a day: 1, 24 or 86,400,000,000.
    pub per_day: i64,
    /// Days in all.
    pub total: i64,
}

impl Used {
    /// The share of the term; `None` where it leaves 64 bits.
    #[must_use]
    pub fn share(self) -> Option<Fraction> {
        Fraction::new(self.parts, self.total.checked_mul(self.per_day)?)
    }

    /// The share of the term that is left.
    #[must_use]
    pub fn left(self) -> Option<Fraction> {
        let all = self.total.checked_mul(self.per_day)?;
        Fraction::new(all.checked_sub(self.parts)?.max(0), all)
    }

    /// Whole days used, a begun one counted.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.parts.div_euclid(self.per_day) + if self.parts.rem_euclid(self.per_day) > 0 { 1 } else { 0 }
    }

    /// `5 / 31`, `48 / (365 × 24)`.
    #[must_use]
    pub fn text(self) -> String {
        let Self { parts, per_day, total } = self;
        match per_day {
            1 => format!("{parts} / {total}"),
            24 => format!("{parts} / ({total} × 24)"),
            _ => format!(
                "{} s / ({total} × 86400 s)",
                crate::money::Quantity::from_units(i128::from(parts) * 100)
            ),
        }
    }

    /// The same with whole days.
    #[must_use]
    pub const fn of_days(used: i64, total: i64) -> Self {
        Self { parts: used, per_day: 1, total }
    }
}

/// Where the term of an order starts: when it took effect, otherwise the start of its period, otherwise its
/// payment.
pub(in crate::policy) fn term_start(facts: &Facts<'_>, question: &Question) -> Instant {
    let order = facts.order;
    let effective_at = order.effective_at.map(|moment| question.instant(moment));
    effective_at.or(order.period_start).unwrap_or(question.paid_at)
}

/// The time used at the request, never more than the term and none before it starts.
pub(super) fn used(terms: &DayTerms, inputs: &Inputs<'_>) -> Result<Used, Unknown> {
    let Inputs { policy, facts, question, .. } = *inputs;
    let zone = policy.zone;
    let total = total_days(terms.total, facts.order, question.paid_at, zone)
        .ok_or(Unknown::MissingField("months"))?;
    let start = term_start(facts, question);
    let per_day = match terms.used {
        UsedDays::Ceil1h => 24,
        UsedDays::Second => 86_400_000_000,
        _ => 1,
    };
    let at = question.requested_at;
    if at < start {
        return Ok(Used { parts: 0, per_day, total });
    }
    let micros = at.micros().saturating_sub(start.micros());
    let parts = match terms.used {
        UsedDays::Ceil1h => ceil(micros, 3_600_000_000).max(terms.used_min.saturating_mul(24)),
        UsedDays::Second => micros.max(terms.used_min.saturating_mul(per_day)),
        way => used_days(way, terms.used_min, start, at, zone),
    };
    Ok(Used { parts: parts.min(total.saturating_mul(per_day)), per_day, total })
}

const fn ceil(micros: i64, unit: i64) -> i64 {
    micros.div_euclid(unit) + if micros.rem_euclid(unit) > 0 { 1 } else { 0 }
}

/// Whole days used from a start to the request, at least `used_min`.
#[must_use]
pub fn used_days(used: UsedDays, used_min: i64, start: Instant, requested_at: Instant, zone: Offset) -> i64 {
    let dates = || requested_at.date_at(zone).days_since(start.date_at(zone));
    let days = match used {
        UsedDays::Ceil24h | UsedDays::Ceil1h | UsedDays::Second => requested_at.begun_days_since(start),
        UsedDays::Floor24h => requested_at.seconds_since(start).div_euclid(86_400),
        UsedDays::DateDiff => dates(),
        UsedDays::CalendarBoth => dates() + 1,
        UsedDays::Fixed5 => 5,
    };
    days.max(used_min)
}

/// Days that the price paid for; `None` where the export does not say how long the term is.
#[must_use]
pub fn total_days(total: TotalDays, order: &Order, paid_at: Instant, zone: Offset) -> Option<i64> {
    let bought_on = paid_at.date_at(zone);
    let start = order.period_start.unwrap_or(paid_at);
    let period = || match order.period_end {
        Some(end) => {
            // An end written as the last second of a day means that day is inside.
            let start_on = order.period_start.map_or(bought_on, |start| start.date_at(zone));
            Some(end.plus_seconds(1).date_at(zone).days_since(start_on))
        }
        None => Some(bought_on.plus_months_clipped(order.term_months()?).days_since(bought_on)),
    };
    let days = match total {
        TotalDays::Fixed(days) => days.into(),
        TotalDays::MonthsX30 => i64::from(order.term_months()?) * 30,
        TotalDays::CalendarMonthOfPurchase => bought_on.days_of_calendar_months(order.term_months()?),
        TotalDays::YearsX365 => match order.term_months() {
            Some(months) if months > 0 && months % 12 == 0 => i64::from(months / 12) * 365,
            Some(_) => period()?,
            None => years(period()?),
        },
        TotalDays::ServicePeriod => period()?,
        TotalDays::ElapsedFloor => {
            let end = match order.period_end {
                Some(end) => end.plus_seconds(i64::from(ends_a_day(end, zone))),
                None => start.plus_months_clipped(order.term_months()?, zone),
            };
            end.seconds_since(start).div_euclid(86_400)
        }
    };
    (days > 0).then_some(days)
}

/// The days of a period, those of whole years at 365 each.
const fn years(days: i64) -> i64 {
    let whole = days / 365;
    // A year has at most one day more than 365.
    if whole > 0 && days - whole * 365 <= whole { whole * 365 } else { days }
}

/// Whether an instant is the last second of a day.
fn ends_a_day(at: Instant, zone: Offset) -> bool {
    let next = at.plus_seconds(1);
    next.date_at(zone).start_at(zone) == next
}
