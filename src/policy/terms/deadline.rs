//! Until when a request is decided or the money arrives.

use crate::{
    policy::{file::Keys, model::Clause},
    time::{Calendar, Instant, Offset},
};

pub(in crate::policy) const KEYS: &[&str] =
    &["business_days", "days", "hours", "minutes", "calendar", "soft", "by_site", "clause", "place"];

/// A length of time that a vendor promises or expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// To the end of so many business days after the day on which it began.
    BusinessDays(u32),
    /// So many minutes, hours or days by the clock, in minutes.
    Minutes(u32),
}

/// A time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// How long.
    pub span: Span,
    /// How long on a site of its own.
    pub by_site: Vec<(String, Span)>,
    /// Whether it is an expectation rather than a promise.
    pub soft: bool,
    /// The rule.
    pub clause: Clause,
}

pub(in crate::policy) fn read(keys: &Keys<'_, '_>) -> Option<Deadline> {
    keys.only(KEYS);
    let by_site = keys.inner("by_site").map(|sites| {
        let span = |(site, _): (&str, _)| {
            let keys = sites.inner(site)?;
            keys.only(&KEYS[..4]);
            Some((site.to_owned(), span(&keys)?))
        };
        sites.entries().filter_map(span).collect()
    });
    if let Some(calendar) = keys.get("calendar") {
        let _ = keys.word("calendar", "calendar", &[("cn", ())]).or_else(|| {
            calendar.text().is_none().then(|| keys.complain(calendar.at, "the calendar is text"))
        });
    }
    Some(Deadline {
        span: span(keys)?,
        by_site: by_site.unwrap_or_default(),
        soft: keys.flag("soft").unwrap_or(false),
        clause: keys.clause(),
    })
}

fn span(keys: &Keys<'_, '_>) -> Option<Span> {
    let units = [("days", 1440), ("hours", 60), ("minutes", 1)];
    let business = keys.count("business_days");
    if let Some(days) = business {
        if days > 366 {
            keys.complain(keys.place("business_days"), "more business days than a year has");
        }
        return Some(Span::BusinessDays(days));
    }
    let clock = units.into_iter().find_map(|(unit, minutes)| Some(keys.count(unit)?.saturating_mul(minutes)));
    keys.required(clock.map(Span::Minutes), "business_days")
}

impl Deadline {
    /// The limit on a site.
    #[must_use]
    pub fn on(&self, site: Option<&str>) -> Span {
        let own = self.by_site.iter().find(|(known, _)| Some(known.as_str()) == site);
        own.map_or(self.span, |(_, span)| *span)
    }

    /// When it has passed for what began at an instant.
    #[must_use]
    pub fn due(&self, began_at: Instant, site: Option<&str>, zone: Offset, calendar: &Calendar) -> Due {
        let span = self.on(site);
        match span {
            Span::BusinessDays(days) => {
                let last_on = calendar.business_days_after(began_at.date_at(zone), days);
                let at = last_on.plus_days(1).start_at(zone);
                Due { at, by: format!("the end of {last_on}"), span: words(span) }
            }
            Span::Minutes(minutes) => {
                let at = began_at.plus_seconds(i64::from(minutes) * 60);
                Due { at, by: at.text(zone), span: words(span) }
            }
        }
    }
}

/// When a limit has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The first instant after it.
    pub at: Instant,
    /// Its end in words.
    pub by: String,
    /// Its length in words.
    pub span: String,
}

fn words(span: Span) -> String {
    match span {
        Span::BusinessDays(days) => format!("{days} business days"),
        Span::Minutes(minutes) if minutes % 1440 == 0 => format!("{} days", minutes / 1440),
        Span::Minutes(minutes) if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        Span::Minutes(minutes) => format!("{minutes} minutes"),
    }
}

/// The effect in a phrase.
#[must_use]
pub fn text(deadline: &Deadline) -> String {
    let mut text = words(deadline.span);
    for (site, own) in &deadline.by_site {
        text.push_str(&format!(", {} on the site {site}", words(*own)));
    }
    text
}
