//! The summary that a finance lead reads at seven in the morning: what was decided first, then the money.

mod page;

pub use page::Style;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use page::{Page, Tone};

use super::{MoneyLine, Report, headline::headline, quoted};
use crate::{
    finding::{Class, Finding, Severity},
    judge::Verdict,
    layout::{Side, counted, cut, cut_start, group, grouped, width_of, wrap},
    money::{Currency, Money},
    record::{Fate, Role},
    time::Offset,
};

/// Findings named in the summary.
const LARGEST: usize = 10;
/// Files named one by one; more are summed by role.
const FILES_NAMED_MAX: usize = 12;
/// Columns that the numbers of the table of files take.
const COUNTS_WIDTH: usize = 68;

/// A sum in the decimals of its currency, in groups; an ellipsis says that there are more, which the run
/// folder has in full.
fn in_page(sum: Money, currency: Currency) -> String {
    let text = sum.text(currency);
    let places = currency.places().unwrap_or(0);
    if sum.places() <= places {
        return group(&text);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let kept = fraction.get(..places as usize).unwrap_or(fraction);
    let point = if kept.is_empty() { "" } else { "." };
    format!("{}…", group(&format!("{whole}{point}{kept}")))
}

/// Writes the summary.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(report.style);
    head(report, &mut page);
    read(report, &mut page);
    dialects(report, &mut page);
    verdict(report, &mut page);
    money(report, &mut page);
    policies(report, &mut page);
    kinds(report, &mut page);
    largest(report, &mut page);
    undecided(report, &mut page);
    remarks(report, &mut page);
    more(report, &mut page);
    for line in page.lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn head(report: &Report<'_>, page: &mut Page) {
    let audit = report.audit;
    let zone = Offset::BEIJING;
    for line in wrap(&headline(report), page.style.width) {
        page.line(Some(Tone::Heading), &line);
    }
    page.line(None, "");
    let as_of = if audit.as_of_given { "as asked" } else { "the latest row" };
    page.paragraph(None, &format!("As of {} ({as_of}; all times are {zone}).", audit.as_of.plain(zone)));
    let covers = audit.coverage.interval;
    let given = if audit.coverage.given { "as asked" } else { "first to last posting" };
    let known = match (covers.from, covers.to) {
        _ if !audit.coverage.given && audit.coverage.postings.is_none() => "none were read".to_owned(),
        (None, None) => format!("complete for all times ({given})"),
        (from, to) => {
            let side = |at: Option<crate::time::Instant>, open: &str| {
                at.map_or(open.to_owned(), |at| at.plain(zone))
            };
            let (from, to) = (side(from, "the beginning"), side(to, "the end"));
            format!("complete from {from} to {to} ({given})")
        }
    };
    page.paragraph(None, &format!("Deductions: {known}."));
}

fn read(report: &Report<'_>, page: &mut Page) {
    let (audit, summary) = (report.audit, report.summary);
    page.heading("What was read");
    let mut rows = vec![vec![
        String::new(),
        "rows".into(),
        "accepted".into(),
        "rejected".into(),
        "duplicate".into(),
        "out of scope".into(),
        "totals".into(),
    ]];
    let counts = |total: &crate::record::ControlTotal| {
        let mut cells = vec![grouped(total.rows_read())];
        cells.extend(Fate::ALL.map(|fate| grouped(total.rows(fate))));
        cells.push(if total.ties() { "tie".to_owned() } else { "DO NOT TIE".to_owned() });
        cells
    };
    let roles = [Role::Orders, Role::Usage, Role::Refunds, Role::Events, Role::Packages];
    if audit.files.len() <= FILES_NAMED_MAX {
        for role in roles {
            for file in audit.files.iter().filter(|file| file.role == role) {
                let name = cut_start(&file.name(), page.style.width.saturating_sub(COUNTS_WIDTH).max(30));
                rows.push([vec![name], counts(&file.control)].concat());
            }
        }
    }
    for role in roles {
        let files = audit.files.iter().filter(|file| file.gives(role)).count();
        if let Some(total) = summary.by_role.get(&role)
            && (files > 1 || audit.files.len() > FILES_NAMED_MAX)
        {
            rows.push([vec![format!("{} in {files} files", role.word())], counts(total)].concat());
        }
    }
    let right = Side::Right;
    page.table(&[Side::Left, right, right, right, right, right, Side::Left], &rows);
}

/// Which files were read through which dialect.
fn dialects(report: &Report<'_>, page: &mut Page) {
    const NAMED: usize = 4;
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in &report.audit.files {
        if let Some(dialect) = &file.dialect {
            files.entry(dialect).or_default().push(file.name());
        }
    }
    for (dialect, names) in files {
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let named = names[..names.len().min(NAMED)].join(", ");
        page.paragraph(None, &format!("{dialect}: {named}{more}"));
    }
}

/// What came of the orders, in a sentence.
fn verdict(report: &Report<'_>, page: &mut Page) {
    let summary = report.summary;
    let of = |verdict: Verdict| summary.verdicts.get(&verdict).copied().unwrap_or(0);
    page.heading("Verdict");
    let requested = summary.orders() - of(Verdict::NotRequested);
    let (tone, text) = if summary.orders() == 0 {
        (Tone::Bad, "There is nothing to audit: no order was read.".to_owned())
    } else if of(Verdict::Mismatch) == 0 && summary.findings_of(Class::Mismatch) > 0 {
        (Tone::Bad, "There are refunds that belong to no order of the exports.".to_owned())
    } else if requested == 0 {
        (Tone::Good, "No order had a refund or a request.".to_owned())
    } else if of(Verdict::Mismatch) > 0 {
        let text = format!(
            "{} of {} orders with a refund or request disagree with the policy.",
            grouped(of(Verdict::Mismatch)),
            grouped(requested)
        );
        (Tone::Bad, text)
    } else if of(Verdict::Review) + of(Verdict::Undetermined) > 0 {
        (Tone::Doubt, "No order disagrees with the policy; some need a person or more data.".to_owned())
    } else {
        (
            Tone::Good,
            if requested == 1 {
                "The one order with a refund or request agrees with the policy.".to_owned()
            } else {
                format!("All {} orders with a refund or request agree with the policy.", grouped(requested))
            },
        )
    };
    page.paragraph(Some(tone), &text);
    let parts: Vec<String> = [
        (Verdict::Agrees, "agree"),
        (Verdict::Mismatch, "mismatch"),
        (Verdict::Review, "for review"),
        (Verdict::Undetermined, "undetermined"),
        (Verdict::NotRequested, "without a request"),
    ]
    .into_iter()
    .map(|(verdict, words)| format!("{} {words}", grouped(of(verdict))))
    .collect();
    page.paragraph(None, &format!("{}: {}.", counted(summary.orders(), "order", "orders"), parts.join(", ")));
}

fn money(report: &Report<'_>, page: &mut Page) {
    let summary = report.summary;
    let has_money = |line: &MoneyLine| line.orders > 0 || !line.refunded.is_zero();
    let of_orders = summary.by_currency.iter().map(|(currency, line)| (*currency, line, ""));
    let orphans = summary.orphan_money.iter().map(|(currency, line)| (*currency, line, "no order"));
    let mut shown: Vec<_> = of_orders.chain(orphans).filter(|(_, line, _)| has_money(line)).collect();
    if shown.is_empty() {
        return;
    }
    shown.sort_by_key(|(currency, _, kind)| (*currency, *kind));
    page.heading("Money: what came back, and what of it was paid too much or too little (never offset)");
    let head = ["", "refunded", "decided", "owed", "too much", "too little", "for review", "undetermined"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (currency, line, kind) in shown {
        let sums =
            [line.refunded, line.decided, line.owed(), line.over, line.under, line.review, line.undetermined];
        let cells = sums.map(|sum| in_page(sum, currency));
        let label = if kind.is_empty() { currency.to_string() } else { format!("  {kind}") };
        rows.push([vec![label], cells.to_vec()].concat());
    }
    let is_cut = rows.iter().flatten().any(|cell| cell.ends_with('…'));
    let right = Side::Right;
    page.table(&[Side::Left, right, right, right, right, right, right, right], &rows);
    if is_cut {
        page.paragraph(Some(Tone::Quiet), "… has more decimals; the run folder has them all.");
    }
}

fn policies(report: &Report<'_>, page: &mut Page) {
    let lines: Vec<_> = report.summary.by_policy.iter().collect();
    if lines.is_empty() {
        return;
    }
    page.heading("By vendor and policy");
    let head = ["vendor", "policy", "", "orders", "refunded", "too much", "too little"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for ((vendor, policy, currency), line) in lines {
        rows.push(vec![
            if vendor.is_empty() { "-".to_owned() } else { vendor.clone() },
            cut(if policy.is_empty() { "no policy" } else { policy }, 40),
            currency.to_string(),
            grouped(line.orders),
            in_page(line.refunded, *currency),
            in_page(line.over, *currency),
            in_page(line.under, *currency),
        ]);
    }
    let right = Side::Right;
    page.table(&[Side::Left, Side::Left, Side::Left, right, right, right, right], &rows);
}

fn kinds(report: &Report<'_>, page: &mut Page) {
    let kinds = &report.summary.by_kind;
    if kinds.is_empty() {
        return;
    }
    page.heading("Findings by kind");
    let mut rows =
        vec![["class", "severity", "finding", "", "number", "at risk"].map(str::to_owned).to_vec()];
    for ((class, severity, slug, currency), line) in kinds {
        rows.push(vec![
            class.word().to_owned(),
            severity.word().to_owned(),
            (*slug).to_owned(),
            currency.map(|currency| currency.to_string()).unwrap_or_default(),
            grouped(line.findings),
            currency.map(|currency| in_page(line.amount_at_risk, currency)).unwrap_or_default(),
        ]);
    }
    page.table(&[Side::Left, Side::Left, Side::Left, Side::Left, Side::Right, Side::Right], &rows);
}

/// The largest primary findings: the first of each currency, then the second of each, until ten.
fn largest_of<'f>(findings: &'f [Finding], currencies: &[Currency]) -> Vec<&'f Finding> {
    let in_currency = |currency: Currency| {
        let mut list: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.currency == Some(currency) && finding.amount_at_risk.is_positive())
            .filter(|finding| {
                finding.primary && finding.class != Class::Data && finding.severity != Severity::Info
            })
            .collect();
        list.sort_by(|a, b| (b.amount_at_risk, a.sort_key()).cmp(&(a.amount_at_risk, b.sort_key())));
        list
    };
    let lists: Vec<Vec<&Finding>> = currencies.iter().map(|&currency| in_currency(currency)).collect();
    let depth = lists.iter().map(Vec::len).max().unwrap_or(0);
    let ranked = (0..depth).flat_map(|rank| lists.iter().filter_map(move |list| list.get(rank).copied()));
    let mut chosen: Vec<&Finding> = ranked.take(LARGEST).collect();
    chosen.sort_by(|a, b| {
        (a.currency, b.amount_at_risk, a.sort_key()).cmp(&(b.currency, a.amount_at_risk, b.sort_key()))
    });
    chosen
}

fn largest(report: &Report<'_>, page: &mut Page) {
    let mut currencies: Vec<Currency> =
        report.audit.findings.iter().filter_map(|finding| finding.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let chosen = largest_of(&report.audit.findings, &currencies);
    if chosen.is_empty() {
        return;
    }
    let of_each = if currencies.len() > 1 { " (within each currency)" } else { "" };
    page.heading(&match chosen.len() {
        1 => format!("The largest finding{of_each}"),
        many => format!("The {many} largest findings{of_each}"),
    });
    for finding in chosen {
        let currency = finding.currency.expect("a largest finding has a currency");
        let sum = format!("{currency} {}", in_page(finding.amount_at_risk, currency));
        let order = finding.order_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let title = format!("{sum:>16}  {}  {}", finding.kind.slug, order);
        let tone = if finding.class == Class::Mismatch { Tone::Bad } else { Tone::Doubt };
        page.line(Some(tone), &cut(&title, page.style.width));
        let indent = 18;
        let text = wrap(&finding.explanation, page.style.width - indent);
        for (at, line) in text.iter().take(2).enumerate() {
            let more = at == 1 && text.len() > 2;
            let line =
                if more { cut(&format!("{line} …"), page.style.width - indent) } else { line.clone() };
            page.line(None, &format!("{}{line}", " ".repeat(indent)));
        }
    }
}

fn undecided(report: &Report<'_>, page: &mut Page) {
    let summary = report.summary;
    if summary.undecided.is_empty() {
        return;
    }
    page.heading("What could not be decided, and why");
    let mut rows = vec![["reason", "", "orders", "refunded"].map(str::to_owned).to_vec()];
    for ((reason, currency), line) in &summary.undecided {
        rows.push(vec![
            (*reason).to_owned(),
            currency.to_string(),
            grouped(line.orders),
            in_page(line.refunded, *currency),
        ]);
    }
    page.table(&[Side::Left, Side::Left, Side::Right, Side::Right], &rows);
    if !summary.unruled.is_empty() {
        let named: Vec<String> = summary
            .unruled
            .iter()
            .take(6)
            .map(|((product, package), orders)| format!("{product} / {package} ({})", grouped(*orders)))
            .collect();
        let rest = summary.unruled.len().saturating_sub(named.len());
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        page.paragraph(None, &format!("No policy for orders of {}{rest}.", named.join(", ")));
    }
}

fn remarks(report: &Report<'_>, page: &mut Page) {
    let (audit, summary) = (report.audit, report.summary);
    let mut remarks = Vec::new();
    for file in audit.files.iter().filter(|file| !file.unknown_columns.is_empty()) {
        remarks.push(format!("{}: columns not read: {}.", file.name(), file.unknown_columns.join(", ")));
    }
    if !summary.empty_files.is_empty() {
        remarks.push(format!("Files without a row: {}.", summary.empty_files.join(", ")));
    }
    if summary.rejected > 0 {
        let first = audit.defects.first();
        let example = first.map(|defect| {
            let file = audit.files[defect.at.file.0 as usize].name();
            let column = if defect.column.is_empty() { String::new() } else { format!(" {}", defect.column) };
            format!(" The first: {file}:{}:{column} {}", defect.at.line, defect.reason)
        });
        let rows = counted(summary.rejected, "rejected row", "rejected rows");
        remarks.push(format!("{rows}.{}", example.unwrap_or_default()));
    }
    for file in &audit.files {
        for (text, count) in &file.notes {
            remarks.push(format!("{}: {text}: {}.", file.name(), grouped(*count)));
        }
    }
    remarks.extend(audit.wanting.iter().cloned());
    if !audit.passed_over.is_empty() {
        const NAMED: usize = 5;
        let rest = audit.passed_over.len().saturating_sub(NAMED);
        let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        let named: Vec<&str> = audit.passed_over.iter().take(NAMED).map(String::as_str).collect();
        remarks.push(format!("Skipped: {}{rest}.", named.join("; ")));
    }
    if audit.unmatched_events > 0 {
        let orders = counted(audit.unmatched_events as u64, "order that is", "orders that are");
        remarks.push(format!("Events name {orders} not in the exports."));
    }
    if summary.by_kind.keys().any(|(_, _, slug, _)| *slug == "request-time-unknown") {
        remarks.push(format!(
            "Requests without a time are taken to lie at most {} before the completion of their refund, unless the \
             policy prints a limit (--request-lag).",
            counted(audit.request_lag_days.into(), "day", "days")
        ));
    }
    if !summary.exposures_tie() {
        remarks.push(format!(
            "Findings do not carry what the outcomes of their orders say: {}.",
            summary.untied_orders.join(", ")
        ));
    }
    if !summary.ties() {
        remarks.push(format!("Control totals do not tie: {}.", summary.untied_files.join(", ")));
    }
    for (currency, (orders, sum)) in summary.unclaimed.iter().filter(|(_, (orders, _))| *orders > 0) {
        let sum: &Money = sum;
        remarks.push(format!(
            "{} could still be refunded: {currency} {} (--opportunities lists them).",
            counted(*orders, "unused order", "unused orders"),
            in_page(*sum, *currency)
        ));
    }
    if remarks.is_empty() {
        return;
    }
    page.heading("Remarks");
    for remark in remarks {
        page.paragraph(None, &remark);
    }
}

/// Commands that go on from here, with the paths and ids of this run.
fn more(report: &Report<'_>, page: &mut Page) {
    page.heading("To see more");
    let findings = &report.audit.findings;
    let currencies: BTreeSet<Currency> = findings.iter().filter_map(|finding| finding.currency).collect();
    let largest = largest_of(findings, &currencies.into_iter().collect::<Vec<_>>());
    let example = largest.first().copied().or_else(|| findings.iter().find(|one| one.order_id.is_some()));
    let inputs = report.typed;
    let command = |words: &[&str]| -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).chain(inputs.iter().cloned()).collect()
    };
    let id_of = |finding: &Finding| {
        let refund = finding.refund_id.as_ref().map(ToString::to_string);
        refund.or_else(|| finding.order_id.as_ref().map(ToString::to_string))
    };
    // A command is not broken within an id, so one that fits no line is no example.
    let room = page.style.width.saturating_sub(28);
    let fits = |id: &String| width_of(id) <= room;
    let mut ids = largest.iter().copied().chain(findings).filter_map(id_of).filter_map(|id| quoted(&id));
    if let Some(id) = ids.find(fits) {
        page.paragraph(None, "One refund or order, from its rows to its verdict:");
        page.command(&command(&["refund-audit", "explain", &id]));
    }
    if let Some(finding) = example.or(findings.first()) {
        page.paragraph(None, "What a kind of finding means:");
        page.command(&["refund-audit", "finding", finding.kind.slug].map(str::to_owned));
    }
    page.paragraph(None, "Every finding, refund and outcome as files, in the folder `run`:");
    let mut words = command(&["refund-audit", "audit"]);
    words.extend(["--out", "run"].map(str::to_owned));
    page.command(&words);
}
