//! Runs a conversion over bytes and tells what came of it.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "shared by tests that each use a part")]

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use refund_audit::export::{
    catalogue::Catalogue,
    convert::{Conversion, Defect, FileError, Item, Record, Tally},
    dialect::{Book, Class, HeaderError, Recognised},
    source::{Kind, OpenOptions, Opened, Packing, Place, SourceError, open_text},
};

pub struct Outcome {
    pub dialect: String,
    pub records: Vec<Record>,
    pub defects: Vec<Defect>,
    pub duplicates: Vec<(u64, u64)>,
    pub out_of_scope: Vec<(u64, Class, String)>,
    pub error: Option<FileError>,
    pub tally: Tally,
    pub replaced: u64,
    pub unmapped: Vec<(String, String, u64, String)>,
}

pub fn book() -> &'static Book {
    static BOOK: LazyLock<Book> = LazyLock::new(|| Book::built_in().unwrap());
    &BOOK
}

pub fn catalogue() -> Arc<Catalogue> {
    static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(Catalogue::built_in().unwrap()));
    Arc::clone(&CATALOGUE)
}

pub fn opened(bytes: &[u8]) -> Result<Opened, SourceError> {
    let place = Place::of_file(Path::new("test.csv"), Kind::Text, Packing::Plain);
    open_text(place, Box::new(std::io::Cursor::new(bytes.to_vec())), &OpenOptions::default())
}

pub fn recognised(bytes: &[u8]) -> Result<(Opened, Recognised), HeaderError> {
    let mut opened = opened(bytes)?;
    let recognised = book().recognise(&mut opened, None)?;
    Ok((opened, recognised))
}

pub fn convert(bytes: &[u8]) -> Outcome {
    let (opened, recognised) = recognised(bytes).unwrap();
    convert_opened(opened, recognised)
}

pub fn convert_opened(opened: Opened, recognised: Recognised) -> Outcome {
    let dialect = recognised.binding.dialect.id.clone();
    let conversion = Conversion::of(opened, recognised, catalogue());
    drain(dialect, conversion)
}

pub fn drain(dialect: String, mut conversion: Conversion) -> Outcome {
    let mut outcome = Outcome {
        dialect,
        records: Vec::new(),
        defects: Vec::new(),
        duplicates: Vec::new(),
        out_of_scope: Vec::new(),
        error: None,
        tally: Tally::default(),
        replaced: 0,
        unmapped: Vec::new(),
    };
    let mut rows = 0;
    for item in &mut conversion {
        match item {
            Ok(item) => {
                rows += item.rows();
                match item {
                    Item::Record(record) => outcome.records.push(record),
                    Item::Defect(defect) => outcome.defects.push(defect),
                    Item::Duplicate { line, of_line, .. } => outcome.duplicates.push((line, of_line)),
                    Item::OutOfScope { line, class, reason, .. } => {
                        outcome.out_of_scope.push((line, class, reason));
                    }
                }
            }
            Err(error) => outcome.error = Some(error),
        }
    }
    outcome.tally = conversion.tally().clone();
    outcome.replaced = conversion.replaced();
    let unmapped = conversion.unmapped().iter();
    outcome.unmapped = unmapped.map(|(p, k, i)| (p.to_owned(), k.to_owned(), i.records, i.money())).collect();
    assert!(outcome.tally.ties(), "rows or sums were lost: {:?}", outcome.tally);
    if outcome.error.is_none() {
        assert_eq!(rows, outcome.tally.read.rows, "the items do not account for every row");
    }
    outcome
}

impl Outcome {
    /// The outcome as lines of text, for goldens.
    pub fn text(&self) -> String {
        let mut lines = vec![format!("dialect {}", self.dialect)];
        if let Some(error) = &self.error {
            lines.push(format!("error {error}"));
        }
        for record in &self.records {
            lines.push(String::new());
            let rows = match record.rows {
                1 => String::new(),
                rows => format!(" ({rows} rows)"),
            };
            lines.push(format!("line {} {}{rows}", record.line, record.role));
            for (column, cell) in record.role.columns().iter().zip(record.cells.iter()) {
                if let Some(cell) = cell {
                    lines.push(format!("  {} = {cell}", column.name));
                }
            }
            if !record.resources.is_empty() {
                lines.push(format!("  resources: {}", record.resources.join(", ")));
            }
            lines.extend(record.notes.iter().map(|note| format!("  note: {note:?}")));
            let missing = record.missing();
            if !missing.is_empty() {
                lines.push(format!("  missing: {}", missing.join(", ")));
            }
        }
        lines.push(String::new());
        for defect in &self.defects {
            lines.push(format!("line {} rejected, {}: {}", defect.line, defect.column, defect.reason));
        }
        for (line, of_line) in &self.duplicates {
            lines.push(format!("line {line} repeats line {of_line}"));
        }
        for (line, class, reason) in &self.out_of_scope {
            lines.push(format!("line {line} {}: {reason}", class.word()));
        }
        for (product, package, records, money) in &self.unmapped {
            lines.push(format!("unmapped {product} / {package}: {records}, {money}"));
        }
        lines.join("\n") + "\n"
    }

    /// The only record.
    pub fn only(&self) -> &Record {
        assert_eq!(self.records.len(), 1, "{}", self.text());
        &self.records[0]
    }
}
