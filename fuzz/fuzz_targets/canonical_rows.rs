//! Any bytes as the rows of a canonical file, by the reader that a run uses. The first byte chooses the role,
//! whose required columns are put before the rest.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use refund_audit::{
    ingest::{Inputs, columns},
    record::Role,
};

const ROLES: [Role; 4] = [Role::Orders, Role::Usage, Role::Refunds, Role::Events];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rows)) = bytes.split_first() else { return };
    let role = ROLES[usize::from(*first) % ROLES.len()];
    let header: Vec<&str> = columns(role).iter().map(|column| column.name).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rows.csv");
    // From 128 on, the header is left to the bytes, too.
    let head = if *first < 128 { header.join(",") + "\n" } else { String::new() };
    fs::write(&path, [head.as_bytes(), rows].concat()).expect("a file in it");
    refund_audit_fuzz::read(&Inputs::default().with(&path, role));
});
