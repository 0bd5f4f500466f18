//! What the targets hold the readers to: every row read is accepted, rejected, a duplicate or out of scope,
//! and so is every amount.

use std::sync::{Arc, LazyLock};

use refund_audit::{
    engine::{Options, survey},
    export::{
        catalogue::Catalogue,
        convert::Conversion,
        dialect::Book,
        source::{Limits, OpenOptions, Opened},
    },
    ingest::{Inputs, Silent},
    record::Fate,
};

static BOOK: LazyLock<Book> = LazyLock::new(|| Book::built_in().expect("the dialects of the program load"));
static CATALOGUE: LazyLock<Arc<Catalogue>> =
    LazyLock::new(|| Arc::new(Catalogue::built_in().expect("the products of the program load")));

/// Limits at which absurd files are refused soon, so that a run is not spent on unpacking zeros.
pub fn options() -> OpenOptions {
    let limits = Limits {
        unpacked_bytes_max: 1 << 22,
        workbook_bytes_max: 1 << 22,
        row_bytes_max: 1 << 16,
        ..Limits::default()
    };
    OpenOptions { limits, ..OpenOptions::default() }
}

/// Recognises and converts a table. Its header may be unknown and its bytes may end in damage; whatever was
/// read until then has to be accounted for.
pub fn convert(mut opened: Opened) {
    let Ok(recognised) = BOOK.recognise(&mut opened, None) else { return };
    let mut conversion = Conversion::of(opened, recognised, Arc::clone(&CATALOGUE));
    let (mut rows, mut failed) = (0, false);
    for item in &mut conversion {
        match item {
            Ok(item) => rows += item.rows(),
            Err(_) => failed = true,
        }
    }
    let tally = conversion.tally();
    assert!(tally.ties(), "rows or sums were lost: {tally:?}");
    if !failed {
        assert_eq!(rows, tally.read.rows, "what came out does not account for every row");
    }
}

/// Reads files as a run does. A file as a whole may be refused; otherwise its totals tie.
pub fn read(inputs: &Inputs) {
    let options = Options { threads: Some(1), digests: true, ..Options::default() };
    let Ok(survey) = survey(inputs, &options, &Silent) else { return };
    for file in &survey.files {
        assert!(file.control.ties(), "{}: rows or sums were lost: {:?}", file.name(), file.control);
    }
    let rejected: u64 = survey.files.iter().map(|file| file.control.rows(Fate::Rejected)).sum();
    let listed = survey.defects.len() as u64;
    assert!(listed <= rejected, "{listed} rows are listed as rejected and {rejected} are counted");
}
