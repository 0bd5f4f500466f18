//! `refunds.csv`: one row a refund, the list to work through.

use std::io::{self, Write};

use super::{Report, csv_files::writer, guard::text_cell, side_by_side::write_rows};
use crate::{
    judge::Decision,
    money::Money,
    time::{Instant, Offset},
};

/// The columns, behind which later ones come.
const COLUMNS: [&str; 20] = [
    "refund_id",
    "order_id",
    "account",
    "product",
    "package_type",
    "currency",
    "bought_at",
    "requested_from",
    "requested_to",
    "completed_at",
    "paid",
    "came_back",
    "owed_from",
    "owed_to",
    "difference",
    "decision",
    "reason",
    "settled_by",
    "file",
    "line",
];

/// Writes every row, by order and refund.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let decisions = &report.audit.decisions;
    let header = COLUMNS.join(",");
    writeln!(out, "{header}")?;
    write_rows(decisions.len(), out, |some, text| {
        let mut table = writer(text);
        for at in some {
            table.write_record(cells(&decisions.get(at), report)).map_err(io::Error::other)?;
        }
        table.flush()
    })
}

fn cells(decision: &Decision, report: &Report<'_>) -> [String; COLUMNS.len()] {
    let text = |text: &str| text_cell(text, report.manifest.csv_guard).into_owned();
    let sum = |sum: Option<Money>| sum.map(|sum| sum.text(decision.currency)).unwrap_or_default();
    let at = |at: Option<Instant>| at.map(|at| at.text(Offset::BEIJING)).unwrap_or_default();
    let (product, package_type) =
        decision.product.as_ref().map_or(("", ""), |(product, package)| (product, package));
    [
        text(decision.refund_id.as_str()),
        text(decision.order_id.as_str()),
        text(decision.account.as_deref().unwrap_or_default()),
        text(product),
        text(package_type),
        decision.currency.to_string(),
        at(decision.bought_at),
        at(Some(decision.requested_at.0)),
        at(Some(decision.requested_at.1)),
        at(decision.completed_at),
        sum(decision.paid),
        sum(Some(decision.came_back)),
        sum(decision.owed.map(|owed| owed.0)),
        sum(decision.owed.map(|owed| owed.1)),
        sum(decision.difference),
        decision.decided.word().to_owned(),
        text(&decision.reason),
        text(&decision.settled_by),
        text(&report.audit.files[decision.at.file.0 as usize].name()),
        decision.at.line.to_string(),
    ]
}
