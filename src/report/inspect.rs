//! What each file was recognised as, and what the files together can decide.

use std::io::{self, Write};

use crate::{
    engine::Survey,
    export::describe::{Description, State, UnmappedColumn, answer},
    layout::{Side, counted, lines, wrap},
    record::Fate,
};

/// Columns of the page.
const WIDTH: usize = 100;
/// Rejected rows shown of a file.
const REJECTS_MAX: usize = 10;
/// Columns without a field that are named.
const UNMAPPED_MAX: usize = 12;

/// Writes what is known of the files; `survey` is what the audit would read of them.
///
/// # Errors
///
/// Those of the writer.
pub fn inspect(files: &[Description], survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    for file in files {
        one(file, survey, out)?;
        writeln!(out)?;
    }
    writeln!(out, "What the files together can decide")?;
    for said in answer(files) {
        let word = match said.state {
            State::Yes => "yes",
            State::Partly => "partly",
            State::No => "no",
        };
        put(out, &format!("  {word:<7} "), &format!("{}: {}", said.question.words(), said.because))?;
    }
    for passed in &survey.passed_over {
        put(out, "  passed over  ", passed)?;
    }
    Ok(())
}

fn put(out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
    for (at, line) in wrap(text, WIDTH - lead.len()).into_iter().enumerate() {
        let lead = if at == 0 { lead.to_owned() } else { " ".repeat(lead.len()) };
        writeln!(out, "{lead}{line}")?;
    }
    Ok(())
}

fn one(file: &Description, survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", file.place)?;
    put(out, "  dialect    ", &format!("{} ({})", file.dialect, file.title))?;
    let evidence = file.signature_evidence.word();
    put(out, "  because    ", &format!("the header has {} ({evidence})", file.because.join(", ")))?;
    put(out, "  form       ", &form(file))?;
    let (zone, known) = &file.zone;
    put(out, "  times      ", &format!("{zone} where none is written ({})", known.word()))?;
    let rows = &file.tally.read.rows;
    let header = match file.stored {
        Some(_) => String::new(),
        None => format!(" behind the header on line {}", file.header_line),
    };
    put(out, "  rows       ", &format!("{rows}{header}"))?;
    for (role, count) in &file.records {
        let period = file.periods.get(role);
        let period = period.map(|(from, to)| format!(", {from} to {to}")).unwrap_or_default();
        put(out, "  records    ", &format!("{count} {role}{period}"))?;
    }
    for ((class, reason), count) in &file.out_of_scope {
        put(
            out,
            "  left out   ",
            &format!("{}, {}: {reason}", counted(*count, "row", "rows"), class.word()),
        )?;
    }
    columns(file, out)?;
    if !file.unmapped_columns.is_empty() {
        let named: Vec<String> = file.unmapped_columns.iter().take(UNMAPPED_MAX).map(unmapped).collect();
        let more = file.unmapped_columns.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        put(
            out,
            "  not read   ",
            &format!("{}{more}; a mapping file can give a column to a field (--mapping)", named.join(", ")),
        )?;
    }
    for (role, column) in &file.unfilled {
        put(out, "  misses     ", &format!("no column fills {column} of {role}, which every record needs"))?;
    }
    for (product, package, item) in file.unmapped_products.iter() {
        let text = format!(
            "{product} / {package}: {}, {}",
            counted(item.records, "record", "records"),
            item.money()
        );
        put(out, "  unmapped   ", &text)?;
    }
    for advice in &file.advice {
        put(out, "  note       ", advice)?;
    }
    for lack in &file.lacks {
        put(out, "  cannot say ", &format!("{}: {} ({})", lack.fact, lack.effect, lack.remedy))?;
    }
    if let Some(error) = &file.error {
        put(out, "  error      ", &error.to_string())?;
    }
    rejects(file, survey, out)
}

/// How the bytes of a file make a table.
fn form(file: &Description) -> String {
    let Some(stored) = &file.stored else {
        let form = [Some(file.packing), file.encoding, file.delimiter].into_iter().flatten();
        return form.collect::<Vec<_>>().join(", ");
    };
    let groups = if stored.row_groups == 1 { "row group" } else { "row groups" };
    format!("parquet, {} rows in {} {groups}", stored.rows, stored.row_groups)
}

/// Which column became which field; of typed columns with what they hold.
fn columns(file: &Description, out: &mut dyn Write) -> io::Result<()> {
    let is_typed = file.stored.is_some();
    let row = |column: &str, stored: &str, field: &str, evidence: &str, samples: &str| {
        let cells = [column, stored, field, evidence, samples].map(str::to_owned).into_iter().enumerate();
        cells.filter(|(at, _)| is_typed || *at != 1).map(|(_, cell)| cell).collect::<Vec<_>>()
    };
    let mut table = vec![row("column", "holds", "field", "", "for example")];
    for column in &file.columns {
        let samples: String = column.samples.join(", ").chars().take(44).collect();
        let stored = column.stored_as.as_deref().unwrap_or_default();
        table.push(row(&column.header, stored, &column.field, column.evidence.word(), &samples));
    }
    for line in lines(&vec![Side::Left; table[0].len()], &table) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// A column without a field, and what it holds where that is known.
fn unmapped(column: &UnmappedColumn) -> String {
    match &column.stored_as {
        Some(stored) => format!("{} ({stored})", column.header),
        None => column.header.clone(),
    }
}

/// The rows that an audit would reject.
fn rejects(file: &Description, survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    let place = file.place.replace('\\', "/");
    let Some(read) = survey.files.iter().find(|read| read.name() == place) else { return Ok(()) };
    let rejected = read.control.rows(Fate::Rejected);
    put(
        out,
        "  rejected   ",
        &if rejected == 0 { "none".to_owned() } else { counted(rejected, "row", "rows") },
    )?;
    let found = survey.defects.iter().filter(|defect| defect.at.file == read.id);
    for defect in found.take(REJECTS_MAX) {
        let column = if defect.column.is_empty() { String::new() } else { format!(" {}", defect.column) };
        put(out, "             ", &format!("line {}:{column} {}", defect.at.line, defect.reason))?;
    }
    Ok(())
}
