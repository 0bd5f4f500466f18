//! What each file was recognised as, and what the files together can decide.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

use crate::{
    engine::Survey,
    export::describe::{Description, State, UnmappedColumn, answer},
    layout::{Side, counted, lines},
    record::{Defect, Fate},
};

/// Reasons for which rows are rejected that are shown of a file.
const REASONS_MAX: usize = 10;
/// Lines that are named of the rows with one reason.
const LINES_MAX: usize = 5;
/// Columns without a field that are named.
const UNMAPPED_MAX: usize = 12;

/// Writes what is known of the files; `survey` is what the audit would read of them.
///
/// # Errors
///
/// Those of the writer.
pub fn inspect(
    files: &[Description],
    survey: &Survey,
    is_brief: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for file in files {
        if is_brief {
            brief(file, survey, out)?;
        } else {
            one(file, survey, out)?;
            writeln!(out)?;
        }
    }
    if is_brief {
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
        put(out, "  skipped  ", passed)?;
    }
    Ok(())
}

/// One line, as long as it comes: pages are fitted to their width where they are printed.
fn put(out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{lead}{text}")
}

/// A file in a few lines: what it is, how much of it is read, what would be rejected.
fn brief(file: &Description, survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", file.place)?;
    put(out, "  dialect    ", &format!("{} ({})", file.dialect, file.title))?;
    for (role, count) in &file.records {
        let period = file.periods.get(role);
        let period = period.map(|(from, to)| format!(", {from} to {to}")).unwrap_or_default();
        put(out, "  records    ", &format!("{count} {role}{period}"))?;
    }
    if let Some(error) = &file.error {
        put(out, "  error      ", &error.to_string())?;
    }
    rejects(file, survey, out)
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
        put(out, "  missing    ", &format!("{}: {}. It is in: {}", lack.fact, lack.effect, lack.remedy))?;
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
    for (column, reason, lines) in grouped(survey.defects.iter().filter(|defect| defect.at.file == read.id)) {
        let named: Vec<String> = lines.iter().take(LINES_MAX).map(ToString::to_string).collect();
        let more = if lines.len() > LINES_MAX { ", …" } else { "" };
        let named = format!("{} {}{more}", if lines.len() == 1 { "line" } else { "lines" }, named.join(", "));
        let column = if column.is_empty() { String::new() } else { format!("{column} ") };
        let rows = counted(lines.len() as u64, "row", "rows");
        put(out, "             ", &format!("{rows}: {column}{reason} ({named})"))?;
    }
    Ok(())
}

/// Rejected rows by column and reason, the most frequent first. What was found differs from row to row and is that of
/// the first; the reason behind it is one.
fn grouped<'d>(defects: impl Iterator<Item = &'d Defect>) -> Vec<(&'d str, &'d str, Vec<u64>)> {
    let mut groups: Vec<(&str, &str, Vec<u64>)> = Vec::new();
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for defect in defects {
        let key = (defect.column.as_str(), without_found(&defect.reason));
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((&defect.column, &defect.reason, Vec::new()));
            groups.len() - 1
        });
        groups[place].2.push(defect.at.line);
    }
    groups.sort_by_key(|(_, _, lines)| (Reverse(lines.len()), lines[0]));
    groups.truncate(REASONS_MAX);
    groups
}

/// A reason without the cell in quotes that it begins with.
fn without_found(reason: &str) -> &str {
    let Some(quoted) = reason.strip_prefix('"') else { return reason };
    quoted.find("\" ").map_or(reason, |end| &quoted[end + 2..])
}
