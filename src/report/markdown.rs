//! Summary and findings as Markdown, for a ticket or a wiki.

use std::io::{self, Write};

use super::{Report, rows::FindingRow};
use crate::{finding::Class, judge::Verdict, record::Fate, time::Offset};

/// Writes the report.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (audit, summary) = (report.audit, report.summary);
    writeln!(out, "# Refund audit as of {}\n", audit.as_of.text(Offset::BEIJING))?;
    writeln!(out, "Deductions complete for `{}`.\n", audit.coverage.interval.text(Offset::BEIJING))?;
    writeln!(out, "| file | role | rows | accepted | rejected | duplicate | out of scope | ties |")?;
    writeln!(out, "|---|---|--:|--:|--:|--:|--:|---|")?;
    for file in &audit.files {
        let counts = Fate::ALL.map(|fate| file.control.rows(fate).to_string()).join(" | ");
        let ties = if file.control.ties() { "yes" } else { "NO" };
        let rows = file.control.rows_read();
        writeln!(out, "| {} | {} | {rows} | {counts} | {ties} |", cell(&file.name()), file.role.word())?;
    }
    writeln!(out, "\n## Orders\n")?;
    writeln!(out, "| verdict | orders |\n|---|--:|")?;
    for verdict in Verdict::ALL {
        writeln!(out, "| {} | {} |", verdict.word(), summary.verdicts.get(&verdict).copied().unwrap_or(0))?;
    }
    writeln!(out, "\n## Money\n")?;
    writeln!(
        out,
        "| vendor | policy | currency | orders | refunded | owed | over | under | review | undetermined |"
    )?;
    writeln!(out, "|---|---|---|--:|--:|--:|--:|--:|--:|--:|")?;
    for ((vendor, policy, currency), line) in &summary.by_policy {
        let sums = [line.refunded, line.expected, line.over, line.under, line.review, line.undetermined];
        let sums = sums.map(|sum| sum.text(*currency)).join(" | ");
        let name = |text: &str| if text.is_empty() { "–".to_owned() } else { cell(text) };
        writeln!(out, "| {} | {} | {currency} | {} | {sums} |", name(vendor), name(policy), line.orders)?;
    }
    for class in Class::ALL {
        let of_class: Vec<_> = audit.findings.iter().filter(|finding| finding.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        writeln!(out, "\n## Findings: {} ({})\n", class.word(), of_class.len())?;
        writeln!(out, "| order | refund | finding | severity | at risk | explanation | rows |")?;
        writeln!(out, "|---|---|---|---|--:|---|---|")?;
        for finding in of_class {
            let row = FindingRow::of(finding, audit);
            let evidence: Vec<String> =
                row.evidence.iter().map(|at| format!("{}:{}", at.file, at.line)).collect();
            writeln!(
                out,
                "| {} | {} | `{}` | {} | {} {} | {} | {} |",
                cell(row.order_id.as_deref().unwrap_or("–")),
                cell(row.refund_id.as_deref().unwrap_or("–")),
                row.finding,
                row.severity,
                row.currency.as_deref().unwrap_or_default(),
                row.amount_at_risk,
                cell(&row.explanation),
                cell(&evidence.join(", "))
            )?;
        }
    }
    Ok(())
}

/// A text that cannot break its table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
