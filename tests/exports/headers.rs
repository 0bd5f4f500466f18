//! Header variants: the same file under another dress of its headers gives the same records, and a header
//! that only looks alike is refused.

use std::{fs, path::PathBuf};

use crate::common::{Outcome, book, convert, recognised};

/// A table of a fixture.
type Table = Vec<Vec<String>>;

fn fixtures() -> Vec<(String, Table)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut files: Vec<PathBuf> = folders
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "csv"))
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).unwrap();
        let rows: Table =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        (path.display().to_string(), rows)
    };
    files.into_iter().map(read).collect()
}

fn text(table: &Table) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    table.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// What came of a file, wherever its rows stand.
fn told(outcome: &Outcome) -> String {
    let mut lines = vec![outcome.dialect.clone()];
    for record in &outcome.records {
        lines.push(format!("{} {:?} {:?} {:?}", record.role, record.cells, record.resources, record.notes));
    }
    lines.push(format!("{} rejected", outcome.defects.len()));
    let real = outcome.out_of_scope.iter().filter(|(_, class, _)| class.word() != "furniture");
    lines.extend(real.map(|(_, class, reason)| format!("{} {reason}", class.word())));
    lines.join("\n")
}

fn wide(text: &str) -> String {
    text.chars()
        .map(|c| if ('!'..='~').contains(&c) { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
        .collect()
}

fn with_header(table: &Table, dress: impl Fn(&str) -> String) -> String {
    let mut table = table.clone();
    for name in &mut table[0] {
        *name = dress(name);
    }
    text(&table)
}

/// Each way of dressing a file up that changes nothing in it.
fn variants(table: &Table) -> Vec<(&'static str, String)> {
    let plain = text(table);
    let mut reversed = table.clone();
    for row in &mut reversed {
        row.reverse();
    }
    let mut tagged = table.clone();
    for (at, row) in tagged.iter_mut().enumerate() {
        let (tag, value) = if at == 0 { ("标签键:订单ID", "标签键:Amount") } else { ("-", "7") };
        row.extend([tag.to_owned(), value.to_owned()]);
    }
    vec![
        ("as it is", plain.clone()),
        ("capitals", with_header(table, str::to_uppercase)),
        ("small letters", with_header(table, str::to_lowercase)),
        ("full-width letters and brackets", with_header(table, wide)),
        ("full-width brackets", with_header(table, |name| name.replace('(', "（").replace(')', "）"))),
        ("half-width brackets", with_header(table, |name| name.replace('（', "(").replace('）', ")"))),
        ("spaces doubled", with_header(table, |name| format!("  {}\u{A0}", name.replace(' ', "  ")))),
        ("spaces gone", with_header(table, |name| name.replace(' ', ""))),
        (
            "spaces of other kinds",
            with_header(table, |name| format!("\u{3000}{}\t", name.replace(' ', "\u{3000}"))),
        ),
        ("line ends within", with_header(table, |name| format!("{name}\r\n"))),
        ("backticks", with_header(table, |name| format!("`{name}"))),
        ("apostrophes", with_header(table, |name| format!("'{name}"))),
        ("formulas of text", with_header(table, |name| format!("=\"{name}\""))),
        ("a mark in front", format!("\u{FEFF}{plain}")),
        ("a mark within the quotes", plain.replacen('"', "\"\u{FEFF}", 1)),
        ("blank lines in front", format!("\u{FEFF}\r\n\r\n\n{plain}")),
        ("a title in front", format!("账单明细\n{plain}")),
        ("columns in another order", text(&reversed)),
        ("a column for each tag", text(&tagged)),
    ]
}

#[test]
fn every_fixture_reads_the_same_in_every_dress() {
    let mut wrong = Vec::new();
    for (name, table) in fixtures() {
        let width = table[0].len();
        assert!(table.iter().all(|row| row.len() == width), "{name} is ragged");
        let wanted = told(&convert(text(&table).as_bytes()));
        for (dress, text) in variants(&table) {
            if let Err(error) = recognised(text.as_bytes()) {
                wrong.push(format!("{name}, {dress}: {error}"));
                continue;
            }
            let found = told(&convert(text.as_bytes()));
            if found != wanted {
                wrong.push(format!("{name}, {dress}:\n{found}\nwhere it was\n{wanted}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_spelling_of_every_column_is_found_and_no_longer_name_is() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for dialect in book().dialects() {
        let usual = |at: usize| dialect.fields[at].headers.first().map(|header| header.name.clone());
        let mut needed: Vec<usize> = dialect.signature.present.iter().map(|field| field.index()).collect();
        needed.extend(dialect.signature.any.iter().filter_map(|set| set.first()).map(|field| field.index()));
        for (at, field) in dialect.fields.iter().enumerate() {
            for spelling in &field.headers {
                let header = |name: &str| {
                    let others =
                        needed.iter().filter(|other| **other != at).filter_map(|other| usual(*other));
                    let mut all: Vec<String> = others.collect();
                    all.push(name.to_owned());
                    text(&vec![all])
                };
                tried += 1;
                let place = dialect.field_named(&field.name).unwrap();
                match book().recognise(
                    &mut crate::common::opened(header(&spelling.name).as_bytes()).unwrap(),
                    Some(&dialect.id),
                ) {
                    Ok(found) if found.binding.column(place).is_some() => {}
                    Ok(_) => wrong.push(format!("{}: {} is not {}", dialect.id, spelling.name, field.name)),
                    Err(error) => wrong.push(format!("{}: {}: {error}", dialect.id, spelling.name)),
                }
                // A header is compared whole: one that holds a known name is another column.
                for longer in [
                    format!("我的{}", spelling.name),
                    format!("{}2", spelling.name),
                    format!("x{}", spelling.name),
                ] {
                    if let Ok(found) = book().recognise(
                        &mut crate::common::opened(header(&longer).as_bytes()).unwrap(),
                        Some(&dialect.id),
                    ) && found.binding.column(place).is_some()
                    {
                        wrong.push(format!("{}: {longer} is taken for {}", dialect.id, field.name));
                    }
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn two_spellings_of_one_column_in_one_file_are_an_error_that_names_both() {
    let mut tried = 0;
    for dialect in book().dialects() {
        for field in &dialect.fields {
            let [one, other, ..] = field.headers.as_slice() else { continue };
            let signature = dialect.signature.present.iter().map(|field| dialect.field(*field));
            let any =
                dialect.signature.any.iter().filter_map(|set| set.first()).map(|field| dialect.field(*field));
            let mut header: Vec<String> = signature
                .chain(any)
                .filter(|needed| needed.name != field.name)
                .map(|needed| needed.headers[0].name.clone())
                .collect();
            header.extend([one.name.clone(), other.name.clone()]);
            let file = text(&vec![header]);
            let mut opened = crate::common::opened(file.as_bytes()).unwrap();
            let error = book().recognise(&mut opened, Some(&dialect.id)).err().map(|error| error.to_string());
            let error = error.unwrap_or_default();
            assert!(
                error.contains(&format!("{:?}", one.name)) && error.contains(&format!("{:?}", other.name)),
                "{}: {}: {error}",
                dialect.id,
                field.name
            );
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}
