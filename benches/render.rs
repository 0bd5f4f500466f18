//! Rows rendered a second, on all threads: the run folder of an audit, and findings as they go to standard output.
//!
//! The audit is made once, of a generated set in which every order has an outcome. The run folder is written to a
//! temporary folder and synced, as it is in a run; findings go into memory. With the default features the parquet
//! files are written as well.

use std::{fs, path::Path};

use criterion::{Criterion, Throughput};
use refund_audit::{
    engine::{self, Audit, Options},
    generate::generate_into,
    ingest::{Silent, discover},
    policy::PolicyBook,
    report::{FORMATS, Manifest, Report, Style, Summary, write_folder},
};

/// Orders of the set.
const ORDERS: u64 = 100_000;
/// Forms of findings that are measured.
const FORMS: [&str; 2] = ["csv", "jsonl"];

/// Bytes of all files of a folder.
fn bytes_of(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).expect("the run folder is there");
    files.map(|file| file.expect("a file").metadata().expect("its size").len()).sum()
}

fn audit(folder: &Path) -> Audit {
    generate_into(7, ORDERS, &folder.join("set")).expect("room for the set");
    let inputs = discover(&[folder.join("set")]).expect("the set is there");
    engine::audit(&inputs, &PolicyBook::builtin(), &Options::default(), &Silent).expect("the set is read")
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let audit = audit(folder.path());
    let summary = Summary::of(&audit).expect("the outcomes are in memory");
    let manifest = Manifest::default();
    let report =
        Report { audit: &audit, summary: &summary, manifest: &manifest, style: Style::default(), typed: &[] };
    let run = folder.path().join("run");
    write_folder(&report, &run, true).expect("room for the run folder");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("render");
    group.sample_size(20);
    let sizes = [Throughput::Elements(audit.outcomes.len() as u64), Throughput::Bytes(bytes_of(&run))];
    for (size, unit) in sizes.into_iter().zip(["orders", "bytes"]) {
        group.throughput(size);
        group.bench_function(format!("a run folder, in {unit}"), |bencher| {
            bencher.iter(|| write_folder(&report, &run, true).expect("room for the run folder"));
        });
    }
    for name in FORMS {
        let format = FORMATS.iter().find(|format| format.name == name).expect("the form is there");
        let written = || {
            let mut text = Vec::new();
            (format.write)(&report, &mut text).expect("memory takes what is written");
            text
        };
        for (size, unit) in [
            (Throughput::Elements(audit.findings.len() as u64), "findings"),
            (Throughput::Bytes(written().len() as u64), "bytes"),
        ] {
            group.throughput(size);
            group.bench_function(format!("findings as {name}, in {unit}"), |bencher| {
                bencher.iter(written);
            });
        }
    }
    group.finish();
    criterion.final_summary();
}
