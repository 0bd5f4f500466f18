//! The tables: findings, rejected rows, and the columns of outcomes.

use std::io::{self, Write};

use super::{Report, guard::text_cell, rows::FindingRow, side_by_side::write_rows};
use crate::{finding::Finding, record::Tender};

/// The cause behind an error of the `csv` crate, so that a closed pipe is still one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

pub(super) fn writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out)
}

/// Findings, one a row; lists within a cell are separated by `; `.
pub(super) fn write_findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = writer(&mut *out);
    table
        .write_record([
            "order_id",
            "refund_id",
            "finding",
            "class",
            "severity",
            "direction",
            "currency",
            "amount_at_risk",
            "expected_total",
            "actual_total",
            "policy",
            "policy_version",
            "explanation",
            "evidence",
            "readings",
            "primary",
            "exposure",
            "exposure_currency",
            "fingerprint",
        ])
        .map_err(cause)?;
    table.flush()?;
    drop(table);
    let findings = &report.audit.findings;
    write_rows(findings.len(), out, |some, text| {
        let mut table = writer(text);
        findings[some].iter().try_for_each(|finding| write_finding(finding, report, &mut table))?;
        table.flush()
    })
}

fn write_finding(
    finding: &Finding,
    report: &Report<'_>,
    table: &mut csv::Writer<impl Write>,
) -> io::Result<()> {
    let row = FindingRow::of(finding, report.audit);
    let text = |text: &'_ str| text_cell(text, report.manifest.csv_guard).into_owned();
    let evidence: Vec<String> = row
        .evidence
        .iter()
        .map(|at| format!("{} {}:{} {}", at.role, at.file, at.line, at.id).trim_end().to_owned())
        .collect();
    let or_empty = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    table
        .write_record([
            text(&or_empty(&row.order_id)).as_str(),
            text(&or_empty(&row.refund_id)).as_str(),
            row.finding,
            row.class,
            row.severity,
            row.direction,
            or_empty(&row.currency).as_str(),
            &row.amount_at_risk,
            or_empty(&row.expected_total).as_str(),
            or_empty(&row.actual_total).as_str(),
            or_empty(&row.policy).as_str(),
            or_empty(&row.policy_version).as_str(),
            &text(&row.explanation),
            &text(&evidence.join("; ")),
            &text(&row.readings.join("; ")),
            if row.primary { "true" } else { "false" },
            &row.exposure,
            or_empty(&row.exposure_currency).as_str(),
            &row.fingerprint,
        ])
        .map_err(cause)
}

/// The columns of `outcomes.csv`.
pub(super) fn outcome_columns() -> Vec<String> {
    let before = [
        "order_id",
        "product",
        "package_type",
        "currency",
        "policy",
        "policy_version",
        "decided_at",
        "deadline",
        "eligibility",
        "reasons",
        "expected_total",
    ];
    let tenders = Tender::ALL.map(|tender| format!("expected_{}", tender.word()));
    let after = ["refunds", "actual_total", "variance", "over", "under", "verdict"];
    before.map(str::to_owned).into_iter().chain(tenders).chain(after.map(str::to_owned)).collect()
}

/// One row for each rejected input row.
pub(super) fn write_rejects(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = writer(out);
    table.write_record(["file", "line", "column", "reason", "raw"]).map_err(cause)?;
    for defect in &report.audit.defects {
        let file = report.audit.files[defect.at.file.0 as usize].name();
        let text = |text: &str| text_cell(text, report.manifest.csv_guard).into_owned();
        let cells = [
            text(&file),
            defect.at.line.to_string(),
            text(&defect.column),
            text(&defect.reason),
            text(&defect.raw),
        ];
        table.write_record(&cells).map_err(cause)?;
    }
    table.flush()
}
