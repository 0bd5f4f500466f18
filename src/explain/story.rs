//! The story of one order: what was bought, what happened, which rule holds, what follows.

use std::io::{self, Write};

use super::{boundary::boundary, tests_told::tests};
use crate::{
    case::{Case, Horizon},
    ingest::FileRead,
    judge::{Answer, Judgement, Told, View, assumed, judge, reason, settled, told},
    policy::{Candidates, Eligibility, Owed, PolicyBook},
    record::{Basis, EventKey, SourceRef},
    time::{Instant, Moment, Offset},
};

/// Usage rows told one by one.
const USAGE_TOLD_MAX: usize = 12;
const ZONE: Offset = Offset::BEIJING;

/// One line of the story, as long as it comes: pages are fitted to their width where they are printed.
fn put(out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{lead}{text}")
}

/// Tells one order.
///
/// # Errors
///
/// Those of the writer.
pub fn explain(
    case: &Case,
    book: &PolicyBook,
    horizon: &Horizon,
    files: &[FileRead],
    out: &mut dyn Write,
) -> io::Result<()> {
    let settled = settled(case, &Candidates::of_order(book, &case.order), horizon);
    let judged = settled.as_ref().map_or(case, |(case, _)| case);
    let view = View::new(judged, horizon);
    let judgement = judge(case, book, horizon);
    let place = |at: SourceRef| {
        let name = files.get(at.file.0 as usize).map(FileRead::name).unwrap_or_default();
        format!("{name}:{}", at.line)
    };
    bought(&view, &place, out)?;
    timeline(&view, &place, out)?;
    let candidates = Candidates::of_order(book, view.order());
    let mut asked = Vec::new();
    for one in told(&candidates, &view) {
        let request = one.answer.asked.request;
        // Refunds of one request are told once.
        if !asked.contains(&request) {
            asked.push(request);
            answered(book, &candidates, &view, &one, out)?;
        }
    }
    verdict(&judgement, &place, out)
}

fn bought(view: &View<'_>, place: &dyn Fn(SourceRef) -> String, out: &mut dyn Write) -> io::Result<()> {
    let order = view.order();
    writeln!(
        out,
        "Order {}: {} / {} ({})",
        order.order_id,
        order.product,
        order.package_type,
        order.kind.word()
    )?;
    writeln!(out, "  row        {}", place(order.at))?;
    let payer = if order.payer_id == order.account_id {
        "also the payer".to_owned()
    } else {
        format!("paid by {}", order.payer_id)
    };
    writeln!(out, "  account    {}, {payer}", order.account_id)?;
    let currency = order.paid.currency;
    let list =
        order.list_price.map(|list| format!(", list price {}", list.text(currency))).unwrap_or_default();
    writeln!(
        out,
        "  paid       {} {currency}: {}{list}",
        order.paid.total().text(currency),
        order.paid.text()
    )?;
    if !order.paid_at.is_exact() {
        let (from, to) = (order.paid_at.earliest().text(ZONE), order.paid_at.latest().text(ZONE));
        writeln!(out, "  paid at    written without seconds: from {from} to {to}")?;
    }
    writeln!(out, "  asked as of {}", view.horizon.as_of.text(ZONE))
}

/// Everything that happened, in order of time.
fn timeline(view: &View<'_>, place: &dyn Fn(SourceRef) -> String, out: &mut dyn Write) -> io::Result<()> {
    let order = view.order();
    let mut lines: Vec<(Instant, String)> = Vec::new();
    let mut add = |at: Option<Instant>, what: String| lines.extend(at.map(|at| (at, what)));
    add(Some(order.paid_at.earliest()), format!("paid  {}", place(order.at)));
    add(order.delivered_at.map(Moment::earliest), "delivered".to_owned());
    add(order.effective_at.map(Moment::earliest), "took effect".to_owned());
    add(order.license_activated_at, "its License was activated".to_owned());
    add(order.linked_license_activated_at, "a License tied to it was activated".to_owned());
    add(order.expires_at.map(Moment::earliest), "expires".to_owned());
    for usage in view.usage().iter().take(USAGE_TOLD_MAX) {
        let kind = if usage.basis == Basis::Deduction { "deducted" } else { "raw usage" };
        add(Some(usage.posted_at.earliest()), format!("{kind} {}  {}", usage.quantity, place(usage.at)));
    }
    for seen in &view.refunds {
        let refund = seen.refund();
        let id = &refund.refund_id;
        let channel = refund.channel.map(|channel| format!(" by {}", channel.word())).unwrap_or_default();
        let row = place(refund.at);
        let requested = if refund.assumed.request {
            format!("refund {id} requested at an unknown time")
        } else {
            format!("refund {id} requested{channel}")
        };
        add(Some(refund.requested_at.earliest()), format!("{requested}, now {}  {row}", seen.status.word()));
        add(refund.decided_at, format!("refund {id} decided"));
        add(
            refund.completed_at,
            format!("refund {id} completed: {} {}", refund.returned.text(), refund.returned.currency),
        );
        add(refund.arrived_at, format!("refund {id} arrived"));
    }
    for event in view.case.events.iter().filter(|event| event.kind.key() != EventKey::Day) {
        let reason = event.reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let amount =
            event.amount.map(|amount| format!(" {}", amount.text(order.paid.currency))).unwrap_or_default();
        let until = event.until_at.map(|until| format!(" until {}", until.text(ZONE))).unwrap_or_default();
        add(
            Some(event.from_at),
            format!("{}{reason}{amount}{until}  {}", event.kind.word(), place(event.at)),
        );
    }
    lines.sort();
    writeln!(out, "\nWhat happened")?;
    for (at, what) in lines {
        let later = if at > view.horizon.as_of { "  (after the as-of date: not seen)" } else { "" };
        writeln!(out, "  {}  {what}{later}", at.text(ZONE))?;
    }
    let untold = view.usage().len().saturating_sub(USAGE_TOLD_MAX);
    if untold > 0 {
        writeln!(out, "  … and {untold} more usage rows")?;
    }
    Ok(())
}

/// One request; where the export has no time of it, the earliest and the latest that it may have been.
fn answered(
    book: &PolicyBook,
    candidates: &Candidates<'_>,
    view: &View<'_>,
    told: &Told<'_, '_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let answer = &told.answer;
    let asked = answer.asked.request.named_at().text(ZONE);
    match (told.seen, answer.ends()) {
        (None, _) => {
            writeln!(out, "\nNothing was requested; a request at the as-of date {asked}")?;
            put_to_policy(book, view, answer, out)?;
        }
        (Some(seen), None) => {
            writeln!(out, "\nThe request of {asked} (refund {})", seen.refund().refund_id)?;
            decides(told, out)?;
            put_to_policy(book, view, answer, out)?;
        }
        (Some(seen), Some(ends)) => {
            writeln!(out, "\nA request without a time (refund {})", seen.refund().refund_id)?;
            decides(told, out)?;
            put(out, "  assumed     ", &assumed(candidates, view, answer))?;
            for (end, bound) in ends.into_iter().zip(["earliest", "latest"]) {
                let at = end.asked.request.named_at().text(ZONE);
                writeln!(out, "\nA request at {at}, the {bound} that it may have been made")?;
                put_to_policy(book, view, end, out)?;
            }
            writeln!(out, "\nWhenever between both it was made, of which the export has no time")?;
            eligible(view, answer, out)?;
        }
    }
    if let Some(most) = told.most {
        let currency = view.order().paid.currency;
        let text = format!(
            "{} {currency} may be owed, every open question settled for the customer",
            most.text(currency)
        );
        put(out, "  at most     ", &text)?;
    }
    Ok(())
}

fn decides(told: &Told<'_, '_>, out: &mut dyn Write) -> io::Result<()> {
    told.decides.map_or(Ok(()), |why| put(out, "  decides     ", &format!("the order, for {why}")))
}

/// What policy says to one request: rule, tests, sum, readings, boundary.
fn put_to_policy(
    book: &PolicyBook,
    view: &View<'_>,
    answer: &Answer<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((policy, version)) = answer.ruled else {
        if let Eligibility::Unknown(why) = answer.entitlement.eligibility {
            put(out, "  rule        ", &format!("none. {}", reason(view, answer, why)))?;
        }
        let product = &*view.order().product;
        let near: Vec<&str> = book.about(product).map(|policy| &*policy.id).collect();
        if !near.is_empty() {
            put(out, "  nearest     ", &format!("policies about {product}: {}", near.join(", ")))?;
        }
        return Ok(());
    };
    let side = |at: Option<Instant>, open: &str| at.map_or(open.to_owned(), |at| at.text(policy.zone));
    put(out, "  rule        ", &format!("{} version {}", policy.id, version.id))?;
    put(
        out,
        "  why         ",
        &format!(
            "it covers {} / {}; the version in force at the {} applies, from {} until {}",
            view.order().product,
            view.order().package_type,
            policy.select_by.word(),
            side(version.effective.from, "the beginning"),
            side(version.effective.to, "further notice")
        ),
    )?;
    if let Some(general) = policy
        .exception_to
        .as_ref()
        .filter(|general| book.get(general).is_some_and(|general| general.applies.covers_order(view.order())))
    {
        put(out, "              ", &format!("as an exception it sets {general} aside"))?;
    }
    if let Some(source) = version.sources.first() {
        put(out, "  source      ", &format!("{} ({}), {}", source.title, source.stamp, source.url))?;
    }
    writeln!(out, "  tests")?;
    for line in tests(view, answer, policy, version) {
        let (mark, told) = line.split_at_checked(4).unwrap_or(("", &line));
        put(out, &format!("    {mark}"), told)?;
    }
    eligible(view, answer, out)?;
    readings(view, answer, out)?;
    for line in boundary(view, answer, policy, version) {
        put(out, "  boundary    ", &line)?;
    }
    Ok(())
}

fn eligible(view: &View<'_>, answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    match answer.entitlement.eligibility {
        Eligibility::Yes => put(out, "  eligible    ", "yes")?,
        Eligibility::No => put(
            out,
            "  eligible    ",
            &format!("no: {} against it", plural(answer.entitlement.grounds.len(), "reason")),
        )?,
        Eligibility::Unknown(why) => {
            put(out, "  eligible    ", &format!("unknown. {}", reason(view, answer, why)))?;
        }
    }
    if let Some(owed) = &answer.entitlement.owed {
        put(out, "  owed        ", &owed.working())?;
        put(out, "  split       ", &owed.split.text())?;
    }
    Ok(())
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn readings(view: &View<'_>, answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (reading, gives) in answer.readings(view) {
        let says = match &gives.owed {
            Some(owed) if gives.is_due() => owed.working(),
            Some(_) => "not eligible".to_owned(),
            None => "unknown".to_owned(),
        };
        let same = gives.owed.as_ref().map(Owed::working)
            == answer.entitlement.owed.as_ref().map(Owed::working)
            && gives.eligibility == answer.entitlement.eligibility;
        put(
            out,
            "  reading     ",
            &format!("{}: {}", reading.id, if same { "the same".to_owned() } else { says }),
        )?;
    }
    if let Some((other, gives)) = answer.at_request(view) {
        let same = gives.eligibility == answer.entitlement.eligibility
            && gives.owed.as_ref().map(|owed| owed.total)
                == answer.entitlement.owed.as_ref().map(|owed| owed.total);
        let says =
            if same { "the same".to_owned() } else { format!("eligible {}", gives.eligibility.word()) };
        put(out, "  reading     ", &format!("version {} of the request: {says}", other.id))?;
    }
    Ok(())
}

fn verdict(
    judgement: &Judgement,
    place: &dyn Fn(SourceRef) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let outcome = &judgement.outcome;
    let text = |money: crate::money::Money| money.text(outcome.currency);
    writeln!(out, "\nVerdict: {}", outcome.verdict.word())?;
    let owed = outcome.expected.map_or("unknown".to_owned(), |expected| text(expected.total()));
    let variance =
        outcome.variance.map(|variance| format!(", variance {}", text(variance))).unwrap_or_default();
    writeln!(
        out,
        "  came back {}, owed {owed}{variance}, over {}, under {} ({})",
        text(outcome.actual_total),
        text(outcome.over),
        text(outcome.under),
        outcome.currency
    )?;
    for finding in &judgement.findings {
        let sum =
            finding.currency.map(|currency| format!(" {currency} {}", finding.amount_at_risk.text(currency)));
        writeln!(
            out,
            "\n  {} ({}, {}){}{}",
            finding.kind.slug,
            finding.class.word(),
            finding.severity.word(),
            sum.unwrap_or_default(),
            match (finding.primary, finding.currency) {
                (true, Some(currency)) => format!(", carries {}", finding.exposure.text(currency)),
                _ => String::new(),
            }
        )?;
        put(out, "    ", &finding.full_explanation())?;
        let rows: Vec<String> = finding.evidence.iter().map(|row| place(row.at)).collect();
        put(out, "    rows: ", &rows.join(", "))?;
    }
    Ok(())
}
