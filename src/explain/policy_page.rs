//! One policy: each clause beside its effect, its versions, its readings.

use std::io::{self, Write};

use super::tests_told::word;
use crate::{
    policy::{Clause, Condition, Length, Method, Policy, Terms, TotalDays, UsedDays, Version, Window},
    record::Tender,
    time::Instant,
};

/// Tells one policy.
///
/// # Errors
///
/// Those of the writer.
pub fn policy_page(policy: &Policy, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n{}", policy.id, policy.title)?;
    writeln!(out, "{}, site {}, clock {}", policy.vendor, policy.site, policy.zone)?;
    let applies = &policy.applies;
    let types = match (&applies.package_types, applies.package_types_not.is_empty()) {
        (Some(types), _) => types.join(", "),
        (None, false) => format!("all but {}", applies.package_types_not.join(", ")),
        (None, true) => "all".to_owned(),
    };
    writeln!(out, "\nabout       {}: {types}", applies.products.join(", "))?;
    if let Some(kinds) = &applies.order_kinds {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        writeln!(out, "orders      {}", kinds.join(", "))?;
    }
    if let Some(general) = &policy.exception_to {
        writeln!(out, "exception   it sets {general} aside where both match")?;
    }
    writeln!(out, "version     the one in force at the {}", policy.select_by.word())?;
    for version in &policy.versions {
        self::version(policy, version, out)?;
    }
    Ok(())
}

fn version(policy: &Policy, version: &Version, out: &mut dyn Write) -> io::Result<()> {
    let side = |at: Option<Instant>, open: &str| at.map_or(open.to_owned(), |at| at.text(policy.zone));
    writeln!(
        out,
        "\nVersion {}: {} until {}",
        version.id,
        side(version.effective.from, "ever"),
        side(version.effective.to, "further notice")
    )?;
    let mut marks = vec![format!("confidence {}", version.confidence)];
    marks.extend(version.like.as_ref().map(|like| format!("like {like}")));
    marks.extend(version.rollout_gradual.then(|| "rolled out step by step: a denial is a review".to_owned()));
    marks.extend(version.expected.then(|| "expected only: never applied".to_owned()));
    writeln!(out, "  {}", marks.join("; "))?;
    for source in &version.sources {
        writeln!(
            out,
            "  source: {} ({}), {}, read {}",
            source.title, source.stamp, source.url, source.read_on
        )?;
    }
    for (effect, clause) in effects(&version.terms) {
        writeln!(out, "\n  {effect}")?;
        if !clause.text.is_empty() {
            let place = if clause.place.is_empty() { String::new() } else { format!(" [{}]", clause.place) };
            writeln!(out, "      {}{place}", clause.text)?;
        }
    }
    for reading in &version.readings {
        let set: Vec<String> = reading.set.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        let when =
            reading.channel.map(|channel| format!(", for {} requests", channel.word())).unwrap_or_default();
        writeln!(out, "\n  reading {}: {}{when}\n      {}", reading.id, set.join(", "), reading.why)?;
    }
    Ok(())
}

/// Each effect in a phrase, with its clause.
fn effects(terms: &Terms) -> Vec<(String, &Clause)> {
    let mut effects = Vec::new();
    effects.extend(
        terms.window.as_ref().map(|window| (format!("window: {}", window_text(window)), &window.clause)),
    );
    for (class, window) in &terms.class_windows {
        effects.push((format!("window of {class}: {}", window_text(window)), &window.clause));
    }
    let use_text =
        if terms.usage.deduction_excludes { "a posted deduction excludes a refund" } else { "not tested" };
    effects.push((format!("use: {use_text}"), &terms.usage.clause));
    effects.push((
        format!("sum: {}; rounded {}", method_text(&terms.amount.method), terms.rounding.word()),
        &terms.amount.clause,
    ));
    let names =
        |tenders: &[Tender]| tenders.iter().map(|tender| tender.word()).collect::<Vec<_>>().join(", ");
    let tenders =
        format!("comes back: {}; lost: {}", names(&terms.tenders.refundable), names(&terms.tenders.lost));
    effects.push((tenders, &terms.tenders.clause));
    let accept: Vec<&str> = terms.destination.accept.iter().map(|receiver| receiver.word()).collect();
    let also = if accept.is_empty() { String::new() } else { format!(", {} accepted", accept.join(", ")) };
    effects.push((format!("goes to: {}{also}", terms.destination.account.word()), &terms.destination.clause));
    let channels: Vec<&str> = terms.channel.allowed.iter().map(|channel| channel.word()).collect();
    effects.push((format!("asked for by: {}", channels.join(", ")), &terms.channel.clause));
    for exclusion in &terms.exclusions {
        let class = if exclusion.class.is_empty() {
            String::new()
        } else {
            format!(" ({})", exclusion.class.join(", "))
        };
        effects.push((format!("excluded if: {}{class}", word(&exclusion.predicate)), &exclusion.clause));
    }
    for precondition in &terms.preconditions {
        let Condition::InvoiceOutstanding = precondition.condition;
        effects.push(("first: the invoice comes back".to_owned(), &precondition.clause));
    }
    if let Some(quota) = &terms.quota {
        let text = format!(
            "quota: {} per {} within {} (stated, not judged yet)",
            quota.count,
            quota.per.join(" and "),
            quota.within
        );
        effects.push((text, &quota.clause));
    }
    for (what, deadline) in [("decided", &terms.processing), ("arrives", &terms.arrival)] {
        if let Some(deadline) = deadline {
            effects
                .push((format!("{what} within: {} business days", deadline.business_days), &deadline.clause));
        }
    }
    effects.extend(terms.gifts.as_ref().map(|gifts| ("gifts: become void".to_owned(), &gifts.clause)));
    effects.extend(
        terms.frozen.as_ref().map(|frozen| {
            ("frozen fees: released with the refund, no part of it".to_owned(), &frozen.clause)
        }),
    );
    if let Some(discretion) = &terms.discretion {
        let run = if discretion.lawful_during_billing_run { "; lawful during a billing run" } else { "" };
        effects.push((
            format!("denial reserved for: {}{run}", discretion.reason_codes.join(", ")),
            &discretion.clause,
        ));
    }
    if let Some(purchase) = terms.purchase.as_ref().filter(|purchase| purchase.forbidden_while_overdue) {
        effects.push(("purchase: not while bills are overdue".to_owned(), &purchase.clause));
    }
    effects
}

fn window_text(window: &Window) -> String {
    match window.length {
        Length::Days(days) => {
            let end =
                if window.end_inclusive { "the last instant included" } else { "the last instant excluded" };
            let extend = if window.to_day_end { ", extended to the end of the local day" } else { "" };
            format!("{days} × 24 hours, {end}{extend}")
        }
        Length::Validity => "until the package expires".to_owned(),
        Length::Unlimited => "no limit".to_owned(),
        Length::Unstated => "not stated: every outcome is open".to_owned(),
    }
}

fn method_text(method: &Method) -> String {
    let used = |used: &UsedDays| match used {
        UsedDays::Ceil24h => "begun 24-hour units",
        UsedDays::DateDiff => "difference of dates",
        UsedDays::Fixed5 => "always five",
    };
    let total = |total: &TotalDays| match total {
        TotalDays::ServicePeriod => "days of the service period",
        TotalDays::CalendarMonthOfPurchase => "days of the calendar month",
        TotalDays::MonthsX30 => "months × 30",
    };
    match method {
        Method::Full => "what was paid in refundable tenders".to_owned(),
        Method::None => "nothing".to_owned(),
        Method::ProrateDays { used: u, total: t, .. } => {
            format!("paid × (days − used) / days; used: {}, days: {}", used(u), total(t))
        }
        Method::PaidMinusTimeShare { used: u, total: t, .. } => {
            format!("paid − used / days × list price; used: {}, days: {}", used(u), total(t))
        }
        Method::PaidMinusConsumed { tiers } => {
            format!("paid − consumed × the price of its band ({} bands)", tiers.len())
        }
    }
}
