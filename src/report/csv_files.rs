//! The tables: findings, outcomes, rejected rows.

use std::io::{self, Write};

use super::{Report, rows::FindingRow};
use crate::{judge::Outcome, money::Money, record::Tender, time::Offset};

/// The cause behind an error of the `csv` crate, so that a closed pipe is still one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn writer(out: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out)
}

/// Findings, one a row; lists within a cell are separated by `; `.
pub(super) fn write_findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = writer(out);
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
            "fingerprint",
        ])
        .map_err(cause)?;
    for finding in &report.audit.findings {
        let row = FindingRow::of(finding, report.audit);
        let evidence: Vec<String> = row
            .evidence
            .iter()
            .map(|at| format!("{} {}:{} {}", at.role, at.file, at.line, at.id).trim_end().to_owned())
            .collect();
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        table
            .write_record([
                or_empty(&row.order_id).as_str(),
                or_empty(&row.refund_id).as_str(),
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
                &row.explanation,
                &evidence.join("; "),
                &row.readings.join("; "),
                if row.primary { "true" } else { "false" },
                &row.exposure,
                &row.fingerprint,
            ])
            .map_err(cause)?;
    }
    table.flush()
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
    let after = ["refunds", "actual_total", "variance", "verdict"];
    before.map(str::to_owned).into_iter().chain(tenders).chain(after.map(str::to_owned)).collect()
}

/// One row for each order read. Tenders of which nothing is owed are left empty.
pub(super) fn write_outcomes(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = writer(out);
    table.write_record(outcome_columns()).map_err(cause)?;
    report.audit.outcomes.each(|outcome| table.write_record(outcome_cells(&outcome)).map_err(cause))?;
    table.flush()
}

fn outcome_cells(outcome: &Outcome) -> Vec<String> {
    let zone = Offset::BEIJING;
    let text = |money: Money| money.text(outcome.currency);
    let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut cells = vec![
        outcome.order_id.to_string(),
        outcome.product.to_string(),
        outcome.package_type.to_string(),
        outcome.currency.to_string(),
        or_empty(outcome.policy.as_deref()),
        or_empty(outcome.policy_version.as_deref()),
        outcome.decided_at.text(zone),
        outcome.deadline.map(|at| at.text(zone)).unwrap_or_default(),
        outcome.eligibility.word().to_owned(),
        outcome.reasons.join(";"),
        outcome.expected.map(|expected| text(expected.total())).unwrap_or_default(),
    ];
    cells.extend(Tender::ALL.map(|tender| {
        let owed = outcome.expected.map(|expected| expected.get(tender)).filter(|sum| !sum.is_zero());
        owed.map(text).unwrap_or_default()
    }));
    cells.extend([
        outcome.refunds.to_string(),
        text(outcome.actual_total),
        outcome.variance.map(text).unwrap_or_default(),
        outcome.verdict.word().to_owned(),
    ]);
    cells
}

/// One row for each rejected input row.
pub(super) fn write_rejects(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = writer(out);
    table.write_record(["file", "line", "column", "reason", "raw"]).map_err(cause)?;
    for defect in &report.audit.defects {
        let file = report.audit.files[defect.at.file.0 as usize].name();
        let line = defect.at.line.to_string();
        table.write_record([&file, &line, &defect.column, &defect.reason, &defect.raw]).map_err(cause)?;
    }
    table.flush()
}
