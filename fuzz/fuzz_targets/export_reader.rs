//! Any bytes as an export: encoding, delimiter, rows, header, conversion.
#![no_main]

use std::{io::Cursor, path::PathBuf};

use libfuzzer_sys::fuzz_target;
use refund_audit::export::source::{Kind, Packing, Place, open_text};

fuzz_target!(|bytes: &[u8]| {
    let path = PathBuf::from("export.csv");
    let place = Place::of_file(&path, Kind::Text, Packing::Plain);
    let bytes = Box::new(Cursor::new(bytes.to_vec()));
    if let Ok(opened) = open_text(place, bytes, &refund_audit_fuzz::options()) {
        refund_audit_fuzz::convert(opened);
    }
});
