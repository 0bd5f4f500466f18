//! Parquet files with a byte that is not what was written: an error of that file or, where nothing tells, its
//! rows all the same; never the end of the program.
//!
//! The files of `tests/stored` were written by pyarrow 26: all encodings of flat columns, both versions of
//! pages, with and without dictionaries, compression and checksums.
#![cfg(feature = "columns")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use refund_audit::export::source::{Limits, OpenOptions, RawRow, discover, open};
use support::Folder;

const FILES: [&str; 4] = ["plain", "dictionary", "second-version", "checksums"];
/// Rows of each, the header counted.
const ROWS: usize = 15;

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stored/{name}.parquet"))
}

/// The rows of a file, cell by cell, or why not.
fn rows(path: &Path) -> Result<Vec<Vec<String>>, String> {
    let found = discover(path, &Limits::default()).map_err(|error| error.to_string())?;
    let mut opened = open(&found.places[0], &OpenOptions::default()).map_err(|error| error.to_string())?;
    let (mut row, mut rows) = (RawRow::default(), Vec::new());
    while opened.read(&mut row).map_err(|error| error.to_string())? {
        rows.push(row.cells().map(str::to_owned).collect());
    }
    Ok(rows)
}

/// Files that differ from a whole one in one byte, each byte once: by a bit at either end of it, or by all.
fn damaged(whole: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    // Behind the first four bytes, by which a file is known for what it is.
    (4..whole.len()).map(move |at| {
        let mut bytes = whole.to_vec();
        bytes[at] ^= [0x01, 0x80, 0xff][at % 3];
        (at, bytes)
    })
}

/// Reads every file that differs from a whole one in one byte: why each was refused, with one of its kind.
fn refused(name: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = Folder::new();
    let path = folder.path("orders.parquet");
    let whole = fs::read(stored(name)).unwrap();
    let mut refused = BTreeMap::new();
    for (at, bytes) in damaged(&whole) {
        fs::write(&path, &bytes).unwrap();
        match rows(&path) {
            Ok(rows) => assert_eq!(rows.len(), ROWS, "{name} at {at} has other rows"),
            Err(error) => {
                let told = error.split_once("orders.parquet: the parquet file cannot be read: ");
                let (_, why) = told.unwrap_or_else(|| panic!("{name} at {at}: {error}"));
                refused.entry(why.to_owned()).or_insert(bytes);
            }
        }
    }
    refused
}

#[test]
fn each_file_is_read_where_it_is_whole() {
    let wanted = rows(&stored("plain")).unwrap();
    assert_eq!((wanted.len(), wanted[0].len()), (ROWS, 7));
    assert_eq!(
        wanted[2],
        ["C-0001", "1000000000919", "css", "237.01", "2023-03-01T23:59:59.000001Z", "false", "0.25"]
    );
    for name in FILES {
        assert_eq!(rows(&stored(name)).unwrap(), wanted, "{name}");
    }
}

#[test]
fn no_byte_of_plain_pages_can_end_the_program() {
    let refused = refused("plain");
    // What would have asked for more memory than there is.
    assert!(refused.keys().any(|why| why.contains(" has a page that claims -")), "{:?}", refused.keys());
}

#[test]
fn no_byte_of_pages_with_dictionaries_can_end_the_program() {
    let refused = refused("dictionary");
    assert!(refused.len() > 10, "{:?}", refused.keys());
    // A panic that is caught is an error of the file and nothing besides.
    let panicked =
        refused.get("its pages are not what its footer says").expect("some damage is not foreseen");
    let folder = Folder::new().with("in/orders.parquet", panicked);
    let said =
        folder.run("inspect in").exits(2).warns("in/orders.parquet: the parquet file cannot be read: ");
    assert!(!said.stderr.contains("panicked") && !said.stderr.contains("thread"), "{said:?}");
}

#[test]
fn no_byte_of_pages_of_the_second_version_can_end_the_program() {
    let refused = refused("second-version");
    assert!(refused.keys().any(|why| why.contains(" nulls where its pages count ")), "{:?}", refused.keys());
}

#[test]
fn a_page_with_a_checksum_is_what_was_written_or_is_refused() {
    let refused = refused("checksums");
    assert!(refused.keys().any(|why| why.ends_with(" do not have its checksum")), "{:?}", refused.keys());
    let (whole, wanted) = (fs::read(stored("checksums")).unwrap(), rows(&stored("checksums")).unwrap());
    let folder = Folder::new();
    let path = folder.path("orders.parquet");
    // Orders and their accounts, as they stand in their pages.
    let values = [b"C-0003".to_vec(), 1_000_000_000_757_i64.to_le_bytes().to_vec()];
    for value in values {
        let at = whole.windows(value.len()).position(|bytes| bytes == value).expect("values are plain");
        let mut bytes = whole.clone();
        bytes[at + 1] ^= 1;
        fs::write(&path, bytes).unwrap();
        let error = rows(&path).unwrap_err();
        assert!(error.ends_with("a page whose bytes do not have its checksum"), "{error}");
    }
    assert_eq!(wanted[4][..2], ["C-0003", "1000000000757"].map(str::to_owned));
}
