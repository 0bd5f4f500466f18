//! One policy: each clause beside its effect, its versions, its readings.

use std::io::{self, Write};

use crate::{
    policy::{Clause, Condition, Period, Policy, Terms, Version, words},
    record::OrderKind,
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
    let products = match &applies.products {
        Some(products) => products.join(", "),
        None => "every product of the vendor that no policy names".to_owned(),
    };
    writeln!(out, "\nabout       {products}: {types}")?;
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
    marks.extend(version.held.as_ref().map(|why| format!("never applied: {why}")));
    writeln!(out, "  {}", marks.join("; "))?;
    for source in &version.sources {
        let checked = source.checked_on.as_ref().map(|on| format!(", checked {on}")).unwrap_or_default();
        writeln!(
            out,
            "  source: {} ({}), {}, read {}{checked}",
            source.title, source.stamp, source.url, source.read_on
        )?;
    }
    for branch in version.terms.branches() {
        if let Some(head) = branch_text(branch) {
            writeln!(out, "\n  {head}")?;
        }
        for (effect, clause) in own_effects(branch) {
            self::effect(&effect, clause, out)?;
        }
    }
    for (effect, clause) in shared_effects(&version.terms) {
        self::effect(&effect, clause, out)?;
    }
    for reading in &version.readings {
        let set: Vec<String> = reading.set.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        let when =
            reading.channel.map(|channel| format!(", for {} requests", channel.word())).unwrap_or_default();
        writeln!(out, "\n  reading {}: {}{when}\n      {}", reading.id, set.join(", "), reading.why)?;
    }
    Ok(())
}

/// One effect with its clause.
fn effect(effect: &str, clause: &Clause, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n  {effect}")?;
    if clause.text.is_empty() {
        return Ok(());
    }
    let place = if clause.place.is_empty() { String::new() } else { format!(" [{}]", clause.place) };
    writeln!(out, "      {}{place}", clause.text)
}

/// One of several ways to a refund.
fn branch_text(terms: &Terms) -> Option<String> {
    let branch = terms.branch.as_ref()?;
    let kinds = |kinds: &[OrderKind]| kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
    let mut text = format!("branch {}", branch.id);
    if !branch.only_for.is_empty() {
        text.push_str(&format!(", for {} orders", kinds(&branch.only_for)));
    }
    if !branch.not_for.is_empty() {
        text.push_str(&format!(", not for {} orders", kinds(&branch.not_for)));
    }
    match branch.period {
        Some(Period::Pending) => text.push_str(", while its period has not begun"),
        Some(Period::Begun) => text.push_str(", once its period has begun"),
        None => {}
    }
    Some(text)
}

/// Effects that each way to a refund has of its own, in phrases, with their clauses.
fn own_effects(terms: &Terms) -> Vec<(String, &Clause)> {
    let mut effects = Vec::new();
    effects.extend(
        terms.window.as_ref().map(|window| (format!("window: {}", words::window(window)), &window.clause)),
    );
    for (class, window) in &terms.class_windows {
        effects.push((format!("window of {class}: {}", words::window(window)), &window.clause));
    }
    effects.push((format!("use: {}", words::usage(&terms.usage)), &terms.usage.clause));
    let sum = |of: &str, amount: &'_ crate::policy::AmountTerms| {
        format!("sum{of}: {}; rounded {}", amount.method.text(), terms.rounding.word())
    };
    effects.push((sum("", &terms.amount), &terms.amount.clause));
    for (class, amount) in &terms.class_amounts {
        effects.push((sum(&format!(" of {class}"), amount), &amount.clause));
    }
    effects.extend(terms.fee.as_ref().map(|fee| (format!("fee: {}", words::fee(fee)), &fee.clause)));
    effects.push((words::tenders(&terms.tenders), &terms.tenders.clause));
    let channels: Vec<&str> = terms.channel.allowed.iter().map(|channel| channel.word()).collect();
    effects.push((format!("asked for by: {}", channels.join(", ")), &terms.channel.clause));
    for exclusion in &terms.exclusions {
        effects.push((format!("excluded if: {}", words::exclusion(exclusion)), &exclusion.clause));
    }
    for precondition in &terms.preconditions {
        let Condition::InvoiceOutstanding = precondition.condition;
        effects.push(("first: the invoice comes back".to_owned(), &precondition.clause));
    }
    effects
        .extend(terms.quota.as_ref().map(|quota| (format!("quota: {}", words::quota(quota)), &quota.clause)));
    effects
}

/// Effects that all ways of a version share.
fn shared_effects(terms: &Terms) -> Vec<(String, &Clause)> {
    let mut effects = Vec::new();
    effects.push((format!("goes to: {}", words::destination(&terms.destination)), &terms.destination.clause));
    for (what, deadline) in [("decided", &terms.processing), ("arrives", &terms.arrival)] {
        if let Some(deadline) = deadline {
            effects.push((format!("{what} within: {}", words::deadline(deadline)), &deadline.clause));
        }
    }
    if let Some(same) = &terms.same_payment {
        let text = format!("refunds within {} seconds of each other are one payment", same.seconds);
        effects.push((text, &same.clause));
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
