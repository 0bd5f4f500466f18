//! Summary and findings as Markdown, for a ticket or a wiki.

use std::io::{self, Write};

use super::{Report, headline::headline, rows::FindingRow};
use crate::{finding::Class, judge::Verdict, layout::visible, record::Fate, time::Offset};

/// Writes the report.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (audit, summary) = (report.audit, report.summary);
    writeln!(out, "# Refund audit as of {}\n", audit.as_of.text(Offset::BEIJING))?;
    writeln!(out, "**{}**\n", cell(&headline(report)))?;
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
        "| vendor | policy | currency | orders | refunded | decided | owed | paid too much | paid too little | for review | undetermined |"
    )?;
    writeln!(out, "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for ((vendor, policy, currency), line) in &summary.by_policy {
        let sums =
            [line.refunded, line.decided, line.owed(), line.over, line.under, line.review, line.undetermined];
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

/// A text of an input as a cell: nothing of it is markup, and nothing breaks the table.
fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' => escaped.push(' '),
            // A link or an image would be followed from a ticket.
            '|' | '\\' | '`' | '[' | ']' | '*' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn nothing_of_an_input_is_markup() {
        assert_eq!(cell("<img src=x> & a|b"), "&lt;img src=x&gt; &amp; a\\|b");
        assert_eq!(cell("![i](http://x)\n`c`"), "!\\[i\\](http://x) \\`c\\`");
        assert_eq!(cell("\u{1b}[2J"), "\u{fffd}\\[2J");
        assert_eq!(cell("订单 O-1_2"), "订单 O-1_2");
    }
}
