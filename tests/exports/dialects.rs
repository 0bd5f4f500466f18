//! Every fixture in `tests/exports/dialects` against what was accepted for it, in several encodings.

use std::{fs, path::PathBuf};

use crate::common::{book, convert};

fn fixtures() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let mut found = Vec::new();
    for folder in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        found.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    found.retain(|path| path.extension().is_some_and(|suffix| suffix == "csv"));
    found.sort();
    found
}

#[test]
fn fixtures_convert_as_accepted() {
    let mut differing = Vec::new();
    for path in fixtures() {
        let outcome = convert(&fs::read(&path).unwrap());
        let folder = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(outcome.dialect, folder, "{}", path.display());
        let golden = path.with_extension("out");
        let text = outcome.text();
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&golden, &text).unwrap();
        }
        if fs::read_to_string(&golden).unwrap_or_default() != text {
            differing.push(format!("{}\n{text}", path.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_dialect_has_a_fixture() {
    let fixtures = fixtures();
    for dialect in book().dialects() {
        let has = |path: &PathBuf| path.parent().unwrap().ends_with(&dialect.id);
        assert!(fixtures.iter().any(has), "{} has no fixture", dialect.id);
    }
}

#[test]
fn encodings_and_line_ends_change_nothing() {
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let wanted = convert(text.as_bytes()).text();
        let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{FEFF}{text}").encode_utf16().flat_map(unit).collect()
        };
        let tabs = |delimiter: &str| {
            let mut row = String::new();
            let mut quoted = false;
            for c in text.chars() {
                quoted ^= c == '"';
                if c == ',' && !quoted { row.push_str(delimiter) } else { row.push(c) }
            }
            row
        };
        let variants: Vec<(&str, Vec<u8>)> = vec![
            ("BOM", format!("\u{FEFF}{text}").into_bytes()),
            ("GB18030", encoding_rs::GB18030.encode(&text).0.into_owned()),
            ("UTF-16 LE", utf16(u16::to_le_bytes)),
            ("UTF-16 BE", utf16(u16::to_be_bytes)),
            ("CR LF", text.replace('\n', "\r\n").into_bytes()),
            ("tab", tabs("\t").into_bytes()),
            ("semicolon", tabs(";").into_bytes()),
            ("no last line end", text.trim_end().to_owned().into_bytes()),
        ];
        for (name, bytes) in variants {
            if name == "semicolon" && text.contains(';') {
                continue;
            }
            // Raw rows in defects show the delimiter; everything else must be equal.
            assert_eq!(convert(&bytes).text(), wanted, "{name} {}", path.display());
        }
    }
}
