//! Until when a refund may be requested.

use crate::{
    policy::{
        file::{Item, Keys, Value},
        model::{Clause, Policy},
        question::{Facts, Question, Unknown},
    },
    record::EventKind,
    time::{Instant, Offset},
};

/// The keys of the table.
pub(in crate::policy) const KEYS: &[&str] =
    &["anchor", "length", "count", "first_day", "end", "extend", "before", "after", "clause", "place"];

/// From when a window runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The payment.
    PaidAt,
    /// The delivery; the payment where the export has none.
    DeliveredAt,
    /// Taking effect; the payment where the export has none.
    EffectiveAt,
    /// The start of the service period; the payment where the export has none.
    PeriodStart,
    /// The issue of a certificate, by the events export.
    IssuedAt,
}

impl Anchor {
    /// Every anchor, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("paid_at", Self::PaidAt),
        ("delivered_at", Self::DeliveredAt),
        ("effective_at", Self::EffectiveAt),
        ("period_start", Self::PeriodStart),
        ("issued_at", Self::IssuedAt),
    ];

    /// The word in policy files.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, anchor)| *anchor == self).map_or("", |(word, _)| word)
    }
}

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many times 24 hours.
    Days(u32),
    /// So many whole local dates.
    CalendarDays {
        /// How many.
        days: u32,
        /// Whether the date of the anchor is the first of them; otherwise the date after it.
        from_anchor: bool,
    },
    /// So many calendar months, clipped down to the last day of a shorter month.
    Months(u32),
    /// So many minutes.
    Minutes(u32),
    /// Until the package expires.
    Validity,
    /// Without end.
    Unlimited,
    /// The page does not say: every outcome is open.
    Unstated,
}

/// How long before the expiry a request must come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// So many times 24 hours.
    Days(u32),
    /// So many calendar months.
    Months(u32),
}

/// Until when a refund may be requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// From when.
    pub anchor: Anchor,
    /// How long.
    pub length: Length,
    /// Whether the last instant itself still counts: one second more.
    pub end_inclusive: bool,
    /// Whether it goes on to the end of the local day.
    pub to_day_end: bool,
    /// How long before the expiry it ends, where that is earlier.
    pub before: Option<Before>,
    /// Whether the vendor decides freely once it is over; otherwise a request is too late then.
    pub then_discretion: bool,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Window> {
    keys.only(KEYS);
    let item = keys.get("length");
    if item.is_none() {
        keys.complain(keys.at, format!("{} is missing", keys.named("length")));
    }
    let calendar = keys.word("count", "count", &[("elapsed", false), ("calendar_days", true)]);
    let from_anchor = keys.word("first_day", "first_day", &[("anchor", true), ("next", false)]);
    let end = keys.word("end", "end", &[("exclusive", false), ("inclusive", true)]);
    let length = length(keys, item?, calendar.unwrap_or(false), from_anchor)?;
    if matches!(length, Length::Days(_) | Length::Months(_) | Length::Minutes(_)) && end.is_none() {
        keys.complain(
            keys.at,
            format!(
                "{} is missing: say whether the last instant counts, exclusive or inclusive",
                keys.named("end")
            ),
        );
    }
    let before = keys.get("before").and_then(|item| before(keys, item));
    Some(Window {
        anchor: keys.word("anchor", "anchor", &Anchor::WORDS).unwrap_or(Anchor::PaidAt),
        length,
        end_inclusive: end.unwrap_or(false),
        to_day_end: keys
            .word("extend", "extend", &[("none", false), ("local_day_end", true)])
            .unwrap_or(false),
        before,
        then_discretion: keys
            .word("after", "after", &[("too_late", false), ("discretion", true)])
            .unwrap_or(false),
        clause: keys.clause(),
    })
}

/// The one unit of a duration and its number: `{ days = 5 }`.
fn unit<'t>(item: &Item<'t>) -> Option<(&'t str, u32)> {
    let table = item.table().filter(|table| table.len() == 1)?;
    let (unit, number) = table.iter().next()?;
    let number = u32::try_from(number.integer()?).ok().filter(|number| (1..=36_500).contains(number))?;
    Some((unit, number))
}

fn length(keys: &Keys<'_, '_>, item: &Item<'_>, calendar: bool, from_anchor: Option<bool>) -> Option<Length> {
    let path = keys.named("length");
    let length = match &item.value {
        Value::Text("validity") => Some(Length::Validity),
        Value::Text("unlimited") => Some(Length::Unlimited),
        Value::Text("unstated") => Some(Length::Unstated),
        Value::Table(_) => {
            let length = match unit(item) {
                Some(("days", days)) if calendar => {
                    if from_anchor.is_none() {
                        keys.complain(
                            keys.at,
                            format!("{} is missing: anchor or next", keys.named("first_day")),
                        );
                    }
                    Some(Length::CalendarDays { days, from_anchor: from_anchor.unwrap_or(true) })
                }
                Some(("days", days)) => Some(Length::Days(days)),
                Some(("months", months)) => Some(Length::Months(months)),
                Some(("hours", hours)) => Some(Length::Minutes(hours * 60)),
                Some(("minutes", minutes)) => Some(Length::Minutes(minutes)),
                _ => None,
            };
            if length.is_none() {
                keys.complain(
                    item.at,
                    format!("{path} in days is written {{ days = 5 }}; months, hours and minutes likewise"),
                );
            }
            return length;
        }
        _ => None,
    };
    if length.is_none() {
        keys.complain(
            item.at,
            format!(
                "{path} is {{ days = N }}, \"validity\", \"unlimited\" or \"unstated\", not {}",
                item.value
            ),
        );
    }
    length
}

fn before(keys: &Keys<'_, '_>, item: &Item<'_>) -> Option<Before> {
    match unit(item) {
        Some(("days", days)) => Some(Before::Days(days)),
        Some(("months", months)) => Some(Before::Months(months)),
        _ => {
            keys.complain(item.at, format!("{} is {{ days = N }} or {{ months = N }}", keys.named("before")));
            None
        }
    }
}

impl Window {
    /// The first instant at which a request is too late; `None` where there is none.
    pub(in crate::policy) fn end(
        &self,
        policy: &Policy,
        facts: &Facts<'_>,
        question: &Question,
    ) -> Result<Option<Instant>, Unknown> {
        let zone = policy.zone;
        let end = match self.length {
            Length::Unlimited => None,
            Length::Unstated => return Err(Unknown::PolicySilent),
            Length::Validity => Some(expiry(facts, question, zone)?),
            Length::Days(_) | Length::CalendarDays { .. } | Length::Months(_) | Length::Minutes(_) => {
                Some(self.clock_end(self.from(facts, question)?, zone))
            }
        };
        let Some(before) = self.before else { return Ok(end) };
        let expires_at = expiry(facts, question, zone)?;
        let limit = match before {
            Before::Days(days) => expires_at.plus_days(-i64::from(days)),
            Before::Months(months) => expires_at.minus_months_clipped(months, zone),
        };
        Ok(Some(end.map_or(limit, |end| end.min(limit))))
    }

    /// What the validity of an order is the end of.
    pub(in crate::policy) fn validity_of(facts: &Facts<'_>) -> &'static str {
        match facts.order {
            order if order.expires_at.is_some() => "its validity",
            order if order.period_end.is_some() => "its period, which is assumed to be its validity",
            _ => "its months from the payment, which are assumed to be its validity",
        }
    }

    /// The end of a window that is counted from an instant.
    fn clock_end(&self, anchor: Instant, zone: Offset) -> Instant {
        let clock = match self.length {
            Length::Days(days) => anchor.plus_days(days.into()),
            Length::Months(months) => anchor.plus_months_clipped(months, zone),
            Length::Minutes(minutes) => anchor.plus_seconds(i64::from(minutes) * 60),
            Length::CalendarDays { days, from_anchor } => {
                let days = u64::from(days) + u64::from(!from_anchor);
                return anchor.date_at(zone).plus_days(days).start_at(zone);
            }
            Length::Validity | Length::Unlimited | Length::Unstated => return anchor,
        };
        let clock = clock.plus_seconds(self.end_inclusive.into());
        if !self.to_day_end {
            return clock;
        }
        // "To 23:59:59 of the last day": the start of the day that follows it.
        let last_on = clock.plus_seconds(-i64::from(self.end_inclusive)).date_at(zone);
        clock.max(last_on.plus_days(1).start_at(zone))
    }

    /// The instant it runs from.
    pub(in crate::policy) fn from(&self, facts: &Facts<'_>, question: &Question) -> Result<Instant, Unknown> {
        let order = facts.order;
        let named = match self.anchor {
            Anchor::PaidAt => None,
            Anchor::DeliveredAt => order.delivered_at.map(|moment| question.instant(moment)),
            Anchor::EffectiveAt => order.effective_at.map(|moment| question.instant(moment)),
            Anchor::PeriodStart => order.period_start,
            Anchor::IssuedAt => {
                let issued = facts.events_of(EventKind::CertificateIssued).next();
                if issued.is_none() && !facts.events_known {
                    return Err(Unknown::MissingField("events: certificate_issued"));
                }
                issued.map(|event| event.from_at)
            }
        };
        match named {
            Some(at) if at < question.paid_at && self.anchor != Anchor::PeriodStart => {
                Err(Unknown::TimeOrder("delivered or effective before it was paid"))
            }
            Some(at) => Ok(at.max(question.paid_at)),
            None => Ok(question.paid_at),
        }
    }

    /// Whether it ends when another one does, for every order.
    #[must_use]
    pub fn is_as_long_as(&self, other: &Self) -> bool {
        (self.anchor, self.length) == (other.anchor, other.length)
    }

    /// Whether a request at an instant may still be in time for some order whose latest anchor and expiry are
    /// these: never `false` where it is in time.
    #[must_use]
    pub fn may_be_open(&self, latest_anchor: Instant, expires_at: Option<Instant>, at: Instant) -> bool {
        let clock = |days: i64| {
            matches!(self.anchor, Anchor::PeriodStart | Anchor::IssuedAt)
                || latest_anchor.plus_days(days + 2) > at
        };
        match self.length {
            // One day beyond covers an inclusive end and the end of the local day.
            Length::Days(days) => clock(days.into()),
            Length::CalendarDays { days, .. } => clock(i64::from(days) + 1),
            Length::Months(months) => clock(i64::from(months) * 31),
            Length::Minutes(minutes) => clock(i64::from(minutes) / 1440),
            Length::Validity => expires_at.is_none_or(|expires_at| expires_at > at),
            Length::Unlimited => true,
            Length::Unstated => false,
        }
    }
}

/// The expiry: as exported, otherwise the end of the service period, otherwise the payment plus the months
/// of the term.
pub(in crate::policy) fn expiry(
    facts: &Facts<'_>,
    question: &Question,
    zone: Offset,
) -> Result<Instant, Unknown> {
    let order = facts.order;
    if let Some(expires_at) = order.expires_at {
        return Ok(question.instant(expires_at));
    }
    if let Some(end) = order.period_end {
        // A period that ends with the last second of a day includes that second.
        let next = end.plus_seconds(1);
        return Ok(if next.date_at(zone).start_at(zone) == next { next } else { end });
    }
    let months = order.term_months().ok_or(Unknown::MissingField("expires_at"))?;
    Ok(question.paid_at.plus_months_clipped(months, zone))
}

/// The window in a phrase.
#[must_use]
pub fn text(window: &Window) -> String {
    let end = if window.end_inclusive { "the last instant included" } else { "the last instant excluded" };
    let extend = if window.to_day_end { ", extended to the end of the local day" } else { "" };
    let mut text = match window.length {
        Length::Days(days) => format!("{days} × 24 hours, {end}{extend}"),
        Length::CalendarDays { days, from_anchor } => {
            let first = if from_anchor { "the first day counted" } else { "from the next day on" };
            format!("{days} calendar days, {first}")
        }
        Length::Months(months) => format!("{months} calendar months, {end}{extend}"),
        Length::Minutes(minutes) => format!("{minutes} minutes, {end}{extend}"),
        Length::Validity => "until the package expires".to_owned(),
        Length::Unlimited => "no limit".to_owned(),
        Length::Unstated => "not stated: every outcome is open".to_owned(),
    };
    if window.anchor != Anchor::PaidAt {
        text.push_str(&format!(", from {}", window.anchor.word()));
    }
    match window.before {
        Some(Before::Days(days)) => text.push_str(&format!(", at the latest {days} days before the expiry")),
        Some(Before::Months(months)) => {
            text.push_str(&format!(", at the latest {months} months before the expiry"));
        }
        None => {}
    }
    if window.then_discretion {
        text.push_str("; later the vendor decides");
    }
    text
}

/// What of a window has no effect.
pub(in crate::policy) fn lint(window: &Window) -> Vec<String> {
    let mut remarks = Vec::new();
    if matches!(window.length, Length::Validity | Length::Unlimited | Length::Unstated) {
        if window.end_inclusive {
            remarks.push("window.end never matters: the window is not counted in days".to_owned());
        }
        if window.to_day_end {
            remarks.push("window.extend never matters: the window is not counted in days".to_owned());
        }
    }
    if window.then_discretion && matches!(window.length, Length::Unlimited | Length::Unstated) {
        remarks.push("window.after never matters: the window does not end".to_owned());
    }
    remarks
}
