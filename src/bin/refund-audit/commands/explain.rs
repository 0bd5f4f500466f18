//! What an id names, from its rows to its verdict.

use std::io::{self, Write};

use refund_audit::{
    engine::{self, NamedBy, Options, Told},
    explain, nearest,
    record::Defect,
};

use super::{inputs, options};
use crate::{args::ExplainArgs, exit::Exit, output, policies, progress::progress};

/// Rejected rows that are told one by one.
const REJECTS_TOLD_MAX: usize = 10;

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let id = &args.id;
    let (_, book) = policies::of_question(&args.question)?;
    let paths = &args.inputs.paths;
    if std::path::Path::new(id).exists() && paths.iter().all(|path| !path.exists()) {
        anyhow::bail!("explain wants the id first, then the files: refund-audit explain ID {id}");
    }
    let inputs = inputs(&args.inputs, "explain ID")?;
    let options = Options { opportunities: true, ..options(&args.question)? };
    let progress = progress(args.question.progress, args.question.quiet);
    let told = engine::tell(&inputs, &book, &options, id, progress.as_ref())?;
    let concerning = concerning(&told, id);
    if told.named.is_none() && concerning.is_empty() {
        let near = nearest(id, told.ids.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
        anyhow::bail!(
            "no order, refund or instance {id:?} in the exports ({} ids read){near}",
            told.ids.len()
        );
    }
    output::write_text(|out| {
        introduction(&told, id, out)?;
        for (at, case) in told.cases.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            explain::explain(case, &book, &told.horizon, &told.files, out)?;
        }
        rejects(&told, &concerning, out)
    })?;
    Ok(if told.defects.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// What the id was found to be, where it is not the order's own.
fn introduction(told: &Told, id: &str, out: &mut dyn Write) -> io::Result<()> {
    match told.named {
        None | Some(NamedBy::Order) => {}
        Some(NamedBy::Refund) => {
            for case in &told.cases {
                writeln!(out, "Refund {id} is for order {}.\n", case.order.order_id)?;
            }
        }
        Some(NamedBy::Instance) => {
            let orders: Vec<String> = told.cases.iter().map(|case| case.order.order_id.to_string()).collect();
            let by = if orders.len() == 1 { "order" } else { "orders" };
            writeln!(out, "{id} was bought by {by} {}.\n", orders.join(", "))?;
        }
    }
    for (row, finding) in &told.orphans {
        let refund = &row.refund;
        writeln!(out, "Refund {id} is for order {}, which is in none of the files.", refund.order_id)?;
        let file = told.files.get(refund.at.file.0 as usize);
        let file = file.map(refund_audit::ingest::FileRead::name).unwrap_or_default();
        writeln!(out, "  row        {file}:{}", refund.at.line)?;
        writeln!(out, "  came back  {} {}", refund.returned.text(), refund.returned.currency)?;
        if let Some(finding) = finding {
            writeln!(out, "  {} ({}, {})", finding.kind.slug, finding.class.word(), finding.severity.word())?;
            writeln!(out, "    {}", finding.full_explanation())?;
        }
    }
    Ok(())
}

/// Rejected rows that name the id, or one of the ids of what it names.
fn concerning<'t>(told: &'t Told, id: &str) -> Vec<&'t Defect> {
    let mut ids: Vec<String> = vec![id.to_owned()];
    for case in &told.cases {
        ids.push(case.order.order_id.to_string());
        ids.extend(case.order.instance_id.as_ref().map(ToString::to_string));
        ids.extend(case.refunds.iter().map(|row| row.refund.refund_id.to_string()));
    }
    let names = |defect: &&Defect| {
        let mut cells = defect.raw.split([',', ';', '\t', '"', '\'']).map(str::trim);
        cells.any(|cell| !cell.is_empty() && ids.iter().any(|id| id == cell))
    };
    told.defects.iter().filter(names).collect()
}

/// What is not in the story because it could not be read.
fn rejects(told: &Told, concerning: &[&Defect], out: &mut dyn Write) -> io::Result<()> {
    if told.defects.is_empty() {
        return Ok(());
    }
    let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    if concerning.is_empty() {
        return writeln!(out, "\nRejected: {}, none of which names it", rows(told.defects.len()));
    }
    let name = if concerning.len() == 1 { "names" } else { "name" };
    writeln!(out, "\nRejected, and so not in this story: {} that {name} it", rows(concerning.len()))?;
    for defect in concerning.iter().take(REJECTS_TOLD_MAX) {
        let file = told.files.get(defect.at.file.0 as usize);
        let file = file.map(refund_audit::ingest::FileRead::name).unwrap_or_default();
        let column = if defect.column.is_empty() { String::new() } else { format!(" {}", defect.column) };
        writeln!(out, "  {file}:{}:{column} {}", defect.at.line, defect.reason)?;
    }
    let more = concerning.len().saturating_sub(REJECTS_TOLD_MAX);
    if more > 0 { writeln!(out, "  … and {} more", rows(more)) } else { Ok(()) }
}
