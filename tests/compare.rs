//! The measured set of `benches/compare`: the same numbers give the same bytes, every row is one that the
//! program accepts, and what it finds there is what the question of the comparison asks for, so that queries
//! with two policies written into them can come to the same answer.

#[path = "../benches/compare/generate/set/mod.rs"]
mod set;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use set::{Export, Set, Size, USAGE_ROWS_MIN};

/// Kinds that the question covers; `benches/compare/runner/answer.py` has the same list.
const ASKED: [&str; 8] = [
    "deduction-after-refund",
    "orphan-refund",
    "refund-after-deduction",
    "refund-out-of-window",
    "refund-overpaid",
    "refund-underpaid",
    "voucher-refunded",
    "wrong-proration",
];
/// Kinds that the program tells beside them, of rows that the question passes over.
const BESIDE: [&str; 5] =
    ["abuse-pattern", "changed-before-payment", "eligible-refund-denied", "naive-time", "orphan-deduction"];

fn written(size: Size, seed: u64) -> BTreeMap<&'static str, String> {
    let set = Set::new(size, seed);
    let write = |export: Export| {
        let mut text = Vec::new();
        set.write(export, &mut text).expect("memory takes every row");
        (export.file_name(), String::from_utf8(text).expect("rows are text"))
    };
    Export::CANONICAL.iter().chain(Export::CONSOLE).copied().map(write).collect()
}

const SMALL: Size = Size { orders: 300, usage: 6000, refunds: 60 };

#[test]
fn the_same_numbers_give_the_same_bytes_for_any_number_of_threads() {
    // More than one block of rows, so that threads matter.
    let size = Size { usage: 50_000, ..SMALL };
    let one = written(size, 1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    assert_eq!(one, pool.install(|| written(size, 1)));
    assert_ne!(one, written(size, 2));
}

#[test]
fn a_set_has_as_many_rows_as_asked_and_usage_in_the_order_of_time() {
    for size in [SMALL, Size { orders: 101, usage: USAGE_ROWS_MIN, refunds: 101 }] {
        let files = written(size, 1);
        let rows = |name: &str| files[name].lines().skip(1).count() as u64;
        assert_eq!(
            [rows("orders.csv"), rows("usage.csv"), rows("refunds.csv")],
            [size.orders, size.usage, size.refunds]
        );
        let orders: BTreeSet<&str> = files["orders.csv"].lines().skip(1).map(|row| &row[..20]).collect();
        assert_eq!(orders.len() as u64, size.orders, "order numbers repeat");
        let starts: Vec<&str> =
            files["usage.csv"].lines().skip(1).filter_map(|row| row.split(',').nth(4)).collect();
        assert!(starts.is_sorted(), "usage is not in the order of time");
    }
}

#[test]
fn the_audit_finds_what_the_question_asks_for_and_rejects_nothing() {
    let folder = tempfile::tempdir().expect("a folder for a set");
    // A refund of every order, so that each fate is dealt many times.
    let files = written(Size { refunds: 3000, orders: 3000, usage: 60_000 }, 1);
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).expect("a file of the set");
    }
    let run = folder.path().join("run");
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
    command.args(["audit", "--quiet", "--out"]).arg(&run);
    for (role, name) in [("--orders", "orders.csv"), ("--usage", "usage.csv"), ("--refunds", "refunds.csv")] {
        command.arg(role).arg(folder.path().join(name));
    }
    assert_eq!(command.status().expect("the program runs").code(), Some(1));
    assert_eq!(fs::read_to_string(run.join("rejects.csv")).expect("rejects").lines().count(), 1);
    let found = kinds(&run.join("findings.jsonl"));
    for kind in ASKED {
        assert!(found.get(kind).is_some_and(|count| *count >= 10), "{kind}: {found:?}");
    }
    let known: BTreeSet<&str> = ASKED.into_iter().chain(BESIDE).collect();
    let others: Vec<&String> = found.keys().filter(|kind| !known.contains(kind.as_str())).collect();
    assert!(others.is_empty(), "the question says nothing of {others:?}");
}

#[test]
fn downloads_of_a_console_are_read_alike_in_blocks_and_row_by_row() {
    let folder = tempfile::tempdir().expect("a folder for a set");
    let files = written(Size { refunds: 600, orders: 3000, usage: 30_000 }, 1);
    for name in ["bill.csv", "deductions.csv"] {
        fs::write(folder.path().join(name), &files[name]).expect("a file of the set");
    }
    let audit = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
        command.current_dir(folder.path()).args(["audit", "bill.csv", "deductions.csv", "--format", "json"]);
        command.args(options).output().expect("the program runs").stdout
    };
    let wanted = audit(&["--reader", "csv"]);
    assert!(wanted.len() > 100_000, "little was found");
    for threads in ["1", "2", "3", "8"] {
        assert!(audit(&["--threads", threads]) == wanted, "on {threads} threads");
    }
}

/// How often each kind of finding was told.
fn kinds(path: &Path) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in fs::read_to_string(path).expect("findings").lines() {
        let finding: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let kind = finding["finding"].as_str().expect("a finding has a kind").to_owned();
        *found.entry(kind).or_default() += 1;
    }
    found
}

#[test]
fn the_runner_holds_answers_to_the_same_kinds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/runner/answer.py");
    let text = fs::read_to_string(path).expect("the runner's projection");
    let (_, list) = text.split_once("KINDS = {").expect("the kinds of the runner");
    let (list, _) = list.split_once('}').expect("the end of the kinds");
    let mut named: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    named.sort_unstable();
    assert_eq!(named, ASKED);
}
