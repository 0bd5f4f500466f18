//! Any bytes as a packed file or a workbook: gzip, zstd, zip, xlsx.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use refund_audit::export::source::{Kind, discover, open};

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("export");
    fs::write(&path, bytes).expect("a file in it");
    let options = refund_audit_fuzz::options();
    let Ok(found) = discover(&path, &options.limits) else { return };
    for place in found.places.iter().filter(|place| place.kind != Kind::Parquet) {
        if let Ok(opened) = open(place, &options) {
            refund_audit_fuzz::convert(opened);
        }
    }
});
