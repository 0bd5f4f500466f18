//! The program as it is called: arguments, exit codes, both outputs, and the run folder.

mod support;

use std::collections::BTreeSet;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::Child,
    thread::sleep,
    time::Duration,
};

use serde_json::Value;
use support::{Folder, ORDERS, REFUNDS, RUN_FILES, USAGE, agreeing, csv, exports, overpaid, policy_text};

/// The keys of a finding, in the order that other tools may rely on.
const KEYS: [&str; 19] = [
    "order_id",
    "refund_id",
    "finding",
    "class",
    "severity",
    "direction",
    "currency",
    "amount_at_risk",
    "expected_total",
    "actual_total",
    "policy",
    "policy_version",
    "explanation",
    "evidence",
    "readings",
    "primary",
    "exposure",
    "exposure_currency",
    "fingerprint",
];

/// Many orders, each with thirty dollars too many refunded.
fn many_overpaid(orders: usize) -> Folder {
    let order = |at: usize| format!("C-{at:06},acct-{at},css,traffic,USD,100.00,2023-03-01T08:00:00+08:00");
    let refund = |at: usize| {
        format!(
            "R-{at:06},C-{at:06},2023-03-02T08:00:00+08:00,self_service,completed,USD,130.00,2023-03-02T09:00:00+08:00"
        )
    };
    let usage = ["U-1,elsewhere,2023-02-21T03:00:00+08:00,1", "U-2,elsewhere,2023-03-10T03:00:00+08:00,1"];
    Folder::new()
        .with("in/orders.csv", csv(ORDERS, &(0..orders).map(order).collect::<Vec<_>>()))
        .with("in/usage.csv", csv(USAGE, &usage))
        .with("in/refunds.csv", csv(REFUNDS, &(0..orders).map(refund).collect::<Vec<_>>()))
}

/// Exports whose only finding is for a person: a denial for a reason that the vendor reserved.
fn review() -> Folder {
    exports(&["R-1,C-1,2023-03-02T08:00:00+08:00,self_service,rejected,USD,,"]).with(
        "in/refunds.csv",
        "refund_id,order_id,requested_at,status,reason,currency\n\
         R-1,C-1,2023-03-02T08:00:00+08:00,rejected,abuse,USD\n",
    )
}

/// Exports whose only finding is about the data: instants without an offset.
fn naive() -> Folder {
    exports(&["R-1,C-1,2023-03-02 08:00:00,self_service,completed,USD,100.00,2023-03-02T09:00:00+08:00"])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

// ---- exit codes

#[test]
fn agreement_is_code_zero_and_a_mismatch_is_one() {
    agreeing().run("audit in").exits(0).says("agrees with the policy");
    overpaid().run("audit in").exits(1).says("disagree with the policy").says("refund-overpaid");
}

#[test]
fn roles_given_by_name_are_the_roles_recognised() {
    let folder = overpaid();
    let named = "audit --orders in/orders.csv --usage in/usage.csv --refunds in/refunds.csv --format jsonl";
    let found = "audit in/orders.csv in/usage.csv in/refunds.csv --format jsonl";
    assert_eq!(folder.run(named).exits(1).stdout, folder.run(found).exits(1).stdout);
    folder
        .run("audit --orders in/refunds.csv")
        .exits(2)
        .warns("refund-audit: in/refunds.csv:1: given as orders, but account_id is missing");
}

#[test]
fn fail_on_decides_which_class_is_a_failure() {
    let table: [(&str, Folder, [i32; 4]); 4] = [
        ("nothing", agreeing(), [0, 0, 0, 0]),
        ("mismatch", overpaid(), [1, 1, 1, 0]),
        ("review", review(), [0, 1, 1, 0]),
        ("data", naive(), [0, 0, 1, 0]),
    ];
    for (what, folder, wanted) in table {
        let found = lines(&folder.run("audit in --format jsonl --fail-on never").exits(0).stdout);
        let classes: Vec<&str> = found.iter().map(|one| one["class"].as_str().unwrap()).collect();
        assert_eq!(classes, if what == "nothing" { vec![] } else { vec![what] }, "{found:?}");
        for (class, code) in ["mismatch", "review", "data", "never"].into_iter().zip(wanted) {
            let said = folder.run(&format!("audit in --quiet --fail-on {class}")).exits(code);
            assert!(said.stdout.is_empty(), "{said:?}");
        }
        folder.run("audit in --quiet").exits(wanted[0]);
    }
}

#[test]
fn what_is_wrong_with_the_call_is_code_two() {
    let folder = agreeing();
    folder.run("audit").exits(2).warns("no exports named: give files or folders");
    folder.run("").exits(2).warns("Usage: refund-audit <COMMAND>");
    folder.run("adit in").exits(2).warns("tip: a similar subcommand exists: 'audit'");
    folder.run("audit in --formt json").exits(2).warns("tip: a similar argument exists: '--format'");
    folder
        .run("audit in --format yaml")
        .exits(2)
        .warns("[possible values: text, json, jsonl, csv, refunds, markdown");
    folder.run("audit in --threads 0").exits(2).warns("0 is not in 1..=1024");
    folder
        .run("audit in --fail-on everything")
        .exits(2)
        .warns("possible values: mismatch, review, data, undecided, never");
    folder.run("audit in --allow-rejects many").exits(2).warns("invalid value 'many'");
    folder.run("audit in nowhere.csv").exits(2).warns("refund-audit: nowhere.csv: No such file or directory");
    fs::create_dir(folder.path("hollow")).unwrap();
    folder
        .run("audit hollow")
        .exits(2)
        .warns("refund-audit: hollow: no table in this folder or below it (*.csv,");
    folder.run("audit in --policies nowhere").exits(2).warns("policies folder nowhere");
    folder.run("audit in --policies hollow").exits(2).warns("hollow: no .toml file in this policies folder");
}

#[test]
fn an_unknown_header_is_code_two_and_every_one_is_named() {
    let folder = agreeing()
        .with("in/a.csv", "order_id,acount_id,product,package_type,currency,paid_at\n")
        .with("in/b.csv", "name,colour\n");
    folder
        .run("audit in")
        .exits(2)
        .warns("in/a.csv:1: header not recognised: nearest to orders, which needs account_id; did you mean acount_id for account_id")
        .warns("in/b.csv:1: header not recognised: nearest to");
}

#[test]
fn a_bad_policy_is_code_two_with_its_place() {
    let text = policy_text("tencent-intl.css.package").replacen("length = { days = 5 }", "length = 5", 1);
    let line = 1 + text.lines().position(|line| line.starts_with("length = 5")).unwrap();
    let folder = agreeing().with("rules/css.toml", text);
    let said = folder.run("audit in --policies rules").exits(2);
    let said = said.warns(&format!("rules/css.toml:{line}:10: window.length is {{ days = N }}"));
    // Another policy builds on that version; the fault is in one file all the same.
    for complaint in said.stderr.lines() {
        assert!(complaint.contains(" rules/css.toml:"), "{complaint:?} in {said:?}");
    }
}

#[test]
fn incomplete_data_is_code_three_and_beats_one() {
    let bad_row = "R-2,C-2,yesterday,self_service,completed,USD,1.00,";
    let folder = overpaid();
    let refunds = folder.text("in/refunds.csv") + bad_row + "\n";
    folder.write("in/refunds.csv", refunds);
    folder
        .run("audit in")
        .exits(3)
        .says("disagree with the policy")
        .says("1 rejected row.")
        .says("in/refunds.csv:3: requested_at");
    folder.run("audit in --fail-on never").exits(3);
    folder.run("audit in --allow-rejects 1").exits(1);
    folder.run("audit in --allow-rejects 1 --fail-on never").exits(0);
    folder.run("audit in --allow-rejects 0").exits(3);
}

#[test]
fn an_empty_input_is_code_three() {
    let folder = agreeing().with("in/events.csv", "kind,at\n");
    folder.run("audit in").exits(3).says("Files without a row: in/events.csv");
}

#[test]
fn nothing_to_audit_is_code_three() {
    let folder = agreeing().with("in/orders.csv", csv::<&str>(ORDERS, &[]));
    folder.run("audit in").exits(3).says("There is nothing to audit: no order was read.");
    folder.run("audit in/usage.csv").exits(3).says("There is nothing to audit");
}

// ---- what is asked

#[test]
fn an_as_of_that_is_no_instant_is_refused() {
    let folder = agreeing();
    let as_of = |text: &str| folder.run("audit in --as-of").arg(text);
    as_of("2023-02-29T08:00:00Z")
        .exits(2)
        .warns(r#"--as-of "2023-02-29T08:00:00Z" names a day that is not in the calendar"#);
    as_of("2023-03")
        .exits(2)
        .warns(r#"--as-of "2023-03" is not an instant such as 2026-03-01T08:00:00+08:00"#);
    as_of("now").exits(2).warns(r#"--as-of "now" is not an instant"#);
    as_of("2023-03-05 25:00:00").exits(2).warns("names a time of day that does not exist");
    as_of("2023-03-05T08:00:00+8").exits(2).warns("has an offset that is not of the form +08:00 or Z");
}

#[test]
fn an_as_of_hides_what_came_later_and_stands_in_the_manifest() {
    let folder = overpaid();
    let as_of = "2023-03-01T12:00:00+08:00";
    folder.run("audit in --usage-covers .. --as-of").arg(as_of).leaves("run", 0).says("(as asked;");
    let manifest = folder.json("run/manifest.json");
    assert_eq!((&manifest["as_of"], &manifest["as_of_given"]), (&as_of.into(), &true.into()));
    assert_eq!(manifest["usage_covers"], "..");
    assert_eq!(folder.findings("run"), [("C-1".into(), "R-1".into(), "future-time".into())]);

    folder.run("audit in").leaves("latest", 1).says("(the latest row;");
    let manifest = folder.json("latest/manifest.json");
    assert_eq!(manifest["as_of"], "2023-03-10T03:00:00+08:00");
    assert_eq!(manifest["usage_covers"], "2023-02-21T00:00:00+08:00..2023-03-11T00:00:00+08:00");
}

#[test]
fn a_coverage_that_is_no_interval_is_refused() {
    let folder = agreeing();
    let covers = |text: &str| folder.run("audit in --usage-covers").arg(text);
    let form = "write FROM..TO with instants or dates, or .. for everything";
    for (text, why) in [
        ("2023-02-01", r#"there is no "..""#),
        ("2023-13", r#"there is no "..""#),
        ("2023-02-03..2023-02-01", "its end is not after its start"),
        ("2023-02-03..2023-02-03", "its end is not after its start"),
        ("2023-02-30..", r#""2023-02-30" names a day that is not in the calendar"#),
        ("..soon", r#""soon" is not an instant"#),
    ] {
        covers(text)
            .exits(2)
            .warns(&format!("refund-audit: --usage-covers {text:?} is not an interval: {why}"))
            .warns(form);
    }
    covers("..").exits(0).says("all times");
    let stated = "complete from 2023-02-01 00:00:00 to 2023-03-01 00:00:00 (as asked)";
    covers("2023-02").exits(3).says(stated).says("1 needs the deductions from payment to request");
    covers("2023-12").exits(3).says("complete from 2023-12-01 00:00:00 to 2024-01-01 00:00:00");
    covers("2023-01-01..2023-04-01").exits(0);
    covers("2023-03-02T00:00:00Z..").exits(3).says("undetermined").says("usage-coverage-gap");
}

#[test]
fn opportunities_are_told_when_asked_for() {
    let folder = exports(&[]).with("in/refunds.csv", "").with("in/refunds.csv", csv::<&str>(REFUNDS, &[]));
    let as_of = "audit in/orders.csv in/usage.csv --as-of 2023-03-03T00:00:00+08:00 --format jsonl";
    assert_eq!(folder.run(as_of).exits(0).stdout, "");
    let found = lines(&folder.run(&format!("{as_of} --opportunities")).exits(0).stdout);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["finding"], &found[0]["order_id"]), (&"eligible-unclaimed".into(), &"C-1".into()));
    assert_eq!((&found[0]["amount_at_risk"], &found[0]["direction"]), (&"100.00".into(), &"under".into()));
}

// ---- standard output

#[test]
fn help_and_version_are_no_errors() {
    let folder = Folder::new();
    for command in [
        "",
        "audit",
        "explain",
        "finding",
        "policy",
        "policy list",
        "policy show",
        "policy check",
        "policy examples",
        "policy migrate",
        "policy coverage",
        "policy sources",
        "generate",
    ] {
        let said = folder.run(&format!("{command} --help")).exits(0).says("Usage: refund-audit");
        assert!(said.stderr.is_empty(), "{said:?}");
        let widest = said.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{said:?}");
    }
    folder.run("--help").exits(0).says("Exit codes:").says("3 beats 1");
    folder.run("--version").exits(0).says(concat!("refund-audit ", env!("CARGO_PKG_VERSION"), " (commit "));
    folder.run("audit --version").exits(0).says("features: ");
    let said = folder.run("audit --help").exits(0);
    for heading in ["Inputs:", "Question:", "Output:", "Exit code:", "Large files:", "Examples:"] {
        assert!(said.stdout.contains(&format!("\n{heading}\n")), "{heading} is missing: {said:?}");
    }
    assert!(!folder.run("audit -h").exits(0).stdout.contains("--reader"), "it is for those who measure");
}

#[test]
fn json_and_jsonl_are_the_findings_with_their_keys_in_order() {
    let folder = many_overpaid(3);
    let jsonl = folder.run("audit in --format jsonl").exits(1).stdout;
    let found = lines(&jsonl);
    let per_order = found.iter().filter(|one| one["order_id"].is_string()).count();
    assert_eq!(per_order, 3, "{jsonl}");
    for line in jsonl.lines() {
        let mut from = 0;
        for key in KEYS {
            let key = format!("\"{key}\":");
            let at =
                line[from..].find(&key).unwrap_or_else(|| panic!("{key} is missing or out of order: {line}"));
            from += at + key.len();
        }
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!(object.as_object().unwrap().len(), KEYS.len(), "{line}");
    }
    let array: Value = serde_json::from_str(&folder.run("audit in --format json").exits(1).stdout).unwrap();
    assert_eq!(array.as_array(), Some(&found));
    let none: Value =
        serde_json::from_str(&agreeing().run("audit in --format json").exits(0).stdout).unwrap();
    assert_eq!(none, Value::Array(Vec::new()));
    assert_eq!(agreeing().run("audit in --format jsonl").exits(0).stdout, "");
}

#[test]
fn csv_is_a_table_with_the_same_columns() {
    let folder = many_overpaid(3);
    let text = folder.run("audit in --format csv").exits(1).stdout;
    let mut table = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(table.headers().unwrap().iter().collect::<Vec<_>>(), KEYS);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let found = lines(&folder.run("audit in --format jsonl").exits(1).stdout);
    assert_eq!(rows.len(), found.len());
    for (row, one) in rows.iter().zip(&found) {
        for (cell, key) in row.iter().zip(KEYS) {
            if let Some(text) = one[key].as_str() {
                assert_eq!(cell, text, "{key}");
            }
        }
    }
}

#[test]
fn markdown_has_a_heading_and_a_row_for_each_finding() {
    let said = many_overpaid(3).run("audit in --format markdown").exits(1);
    let said =
        said.says("# Refund audit as of 2023-03-10T03:00:00+08:00\n").says("## Findings: mismatch (3)");
    for order in ["C-000000", "C-000001", "C-000002"] {
        assert!(said.stdout.contains(&format!("\n| {order} | R-")), "{said:?}");
    }
    let tables = said.stdout.lines().filter(|line| line.starts_with('|'));
    assert!(tables.clone().count() > 10 && tables.clone().all(|line| line.ends_with('|')), "{said:?}");
}

fn assert_fits(said: &support::Said) {
    for line in said.stdout.lines() {
        assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
    }
    assert!(!said.stdout.contains('\u{1b}'), "{said:?}");
}

#[test]
fn the_summary_fits_a_hundred_columns() {
    assert_fits(&agreeing().run("audit in").exits(0));
    assert_fits(&many_overpaid(30).run("audit in").exits(1));
    assert_fits(&review().run("audit in").exits(0));
}

#[test]
fn the_summary_fits_a_hundred_columns_with_long_names() {
    let order = format!("O{}", "x".repeat(140));
    let folder = Folder::new()
        .with(
            &format!("in/{}/orders-of-the-whole-month.csv", "deep/".repeat(30)),
            csv(
                &format!("{ORDERS},{}", "a_column_that_nobody_asked_for_".repeat(5)),
                &[format!("{order},{},css,traffic,USD,100.00,2023-03-01T08:00:00+08:00,x", "acct".repeat(40))],
            ),
        )
        .with(
            "in/refunds.csv",
            csv(
                REFUNDS,
                &[format!("R-{order},{order},2023-03-20T08:00:00+08:00,ticket,completed,USD,130.00,2023-03-20T09:00:00+08:00")],
            ),
        );
    assert_fits(&folder.run("audit in --usage-covers ..").exits(1));
}

#[test]
fn the_summary_fits_a_hundred_columns_with_large_sums() {
    let orders = ["C-1,acct-1,css,traffic,VND,412345678900,2023-03-01T08:00:00+08:00"];
    let refunds =
        ["R-1,C-1,2023-03-20T08:00:00+08:00,ticket,completed,VND,512345678900,2023-03-20T09:00:00+08:00"];
    let folder = Folder::new()
        .with("in/orders.csv", csv(ORDERS, &orders))
        .with("in/refunds.csv", csv(REFUNDS, &refunds));
    assert_fits(&folder.run("audit in --usage-covers ..").exits(1).says("512,345,678,900"));
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let folder = overpaid();
    let plain = folder.run("audit in").exits(1).stdout;
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(folder.run("audit in --color never").env("CLICOLOR_FORCE", "1").exits(1).stdout, plain);
    assert_eq!(folder.run("audit in").env("NO_COLOR", "1").exits(1).stdout, plain);
    let painted = folder.run("audit in --color always").exits(1).stdout;
    assert!(painted.contains("\u{1b}["), "{painted}");
    // What is typed says more than what is set once and for all.
    assert_eq!(folder.run("audit in --color always").env("NO_COLOR", "1").exits(1).stdout, painted);
    assert_eq!(without_colour(&painted), plain);
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn quiet_leaves_only_what_was_asked_for() {
    let folder = overpaid();
    let said = folder.run("audit in --quiet").exits(1);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    let said = folder.run("audit in --quiet --format jsonl").exits(1);
    assert_eq!((lines(&said.stdout).len(), said.stderr.as_str()), (1, ""));
}

#[test]
fn progress_is_for_terminals_unless_asked_for() {
    let folder = many_overpaid(200);
    for when in ["", "--progress auto", "--progress never"] {
        let said = folder.run(&format!("audit in {when}")).exits(1);
        assert_eq!(said.stderr, "", "{said:?}");
    }
    let said = folder.run("audit in --progress always").exits(1);
    assert!(said.stderr.contains("reading"), "no progress on stderr: {said:?}");
    assert_eq!(said.stdout, folder.run("audit in").exits(1).stdout);
}

/// Nothing is said of it, and the exit code is that of the run: it was judged before anything was printed.
#[test]
fn a_reader_that_leaves_early_changes_no_exit_code() {
    let folder = many_overpaid(600);
    let code_of = |arguments: &str| {
        let mut child = folder.run(arguments).start();
        let mut first = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        drop(out);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!first.is_empty() && said.is_empty(), "{arguments}: {said:?}");
        child.wait().unwrap().code()
    };
    for format in ["jsonl", "json", "csv", "markdown", "text"] {
        assert_eq!(code_of(&format!("audit in --format {format}")), Some(1), "{format}");
    }
    assert_eq!(code_of("audit in --format jsonl --fail-on never --out kept"), Some(0));
    assert!(folder.assert_whole_or_absent("kept"));
    folder.write("in/more.csv", csv(ORDERS, &["C-x,acct,css,traffic,USD,1O.00,2023-03-01T08:00:00+08:00"]));
    assert_eq!(code_of("audit in --format jsonl"), Some(3), "a row is rejected");
    assert_eq!(code_of("convert in --out canonical"), Some(3), "a row is rejected");
    assert_eq!(code_of("finding"), Some(0));
}

// ---- the run folder

#[test]
fn a_run_folder_has_its_files() {
    let folder = overpaid();
    folder.run("audit in").leaves("run", 1);
    for file in RUN_FILES {
        assert!(folder.path("run").join(file).is_file(), "{file}");
    }
    assert_eq!(folder.findings("run"), [("C-1".into(), "R-1".into(), "refund-overpaid".into())]);
    assert_eq!(folder.text("run/findings.jsonl"), folder.run("audit in --format jsonl").exits(1).stdout);
    assert_eq!(folder.text("run/findings.csv"), folder.run("audit in --format csv").exits(1).stdout);
    assert_eq!(folder.text("run/rejects.csv"), "file,line,column,reason,raw\n");
    let header = folder.text("run/outcomes.csv").lines().next().unwrap().to_owned();
    assert!(header.starts_with("order_id,product,package_type,currency,policy,policy_version,decided_at,deadline,eligibility,reasons,expected_total,expected_cash,"));
    assert!(header.ends_with(",refunds,actual_total,variance,over,under,verdict"), "{header}");
    let outcomes = folder.rows("run/outcomes.csv");
    let by_order: Vec<(&str, &str)> =
        outcomes.iter().map(|row| (&*row[0], row.last().unwrap().as_str())).collect();
    assert_eq!(by_order, [("C-1", "mismatch"), ("C-2", "not-requested")]);
    assert_eq!(folder.names(), ["in", "run"], "nothing is left beside the run folder");
}

#[test]
fn the_manifest_names_inputs_and_policies_by_digest() {
    let folder = overpaid();
    folder.run("audit in").leaves("run", 1);
    let manifest = folder.json("run/manifest.json");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    let inputs = manifest["inputs"].as_array().unwrap();
    let named: Vec<(&str, u64, u64)> = inputs
        .iter()
        .map(|one| {
            (one["file"].as_str().unwrap(), one["bytes"].as_u64().unwrap(), one["rows"].as_u64().unwrap())
        })
        .collect();
    let size = |name: &str| fs::metadata(folder.path(name)).unwrap().len();
    assert_eq!(
        named,
        [
            ("in/orders.csv", size("in/orders.csv"), 2),
            ("in/refunds.csv", size("in/refunds.csv"), 1),
            ("in/usage.csv", size("in/usage.csv"), 2)
        ]
    );
    let policies = manifest["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 13);
    for one in inputs.iter().chain(policies) {
        let digest = one["sha256"].as_str().unwrap_or_else(|| panic!("{one} has no digest"));
        assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }
}

#[test]
fn a_run_folder_is_replaced_only_by_force() {
    let folder = overpaid();
    folder.run("audit in").leaves("run", 1);
    let before = folder.text("run/findings.jsonl");
    folder
        .run("audit in --as-of 2023-03-01T12:00:00+08:00 --out run")
        .exits(2)
        .warns("refund-audit: run: is there already; --force replaces a run folder");
    assert_eq!(folder.text("run/findings.jsonl"), before);
    folder.run("audit in --force --fail-on never --as-of 2023-03-01T12:00:00+08:00").leaves("run", 0);
    assert_ne!(folder.text("run/findings.jsonl"), before);
    assert_eq!(folder.names(), ["in", "run"]);
}

#[test]
fn force_does_not_replace_what_is_no_run_folder() {
    let folder = overpaid().with("photos/cat.jpg", "meow").with("note", "a file");
    folder.run("audit in --force --out photos").exits(2).warns(
        "photos: is no run folder (it has no manifest.json of refund-audit), so --force does not replace it",
    );
    folder.run("audit in --force --out note").exits(2).warns("note: is no run folder");
    assert_eq!((folder.text("photos/cat.jpg"), folder.text("note")), ("meow".into(), "a file".into()));
    folder.run("audit in --force --out in").exits(2);
    assert!(folder.path("in/orders.csv").is_file());
    assert_eq!(folder.names(), ["in", "note", "photos"]);
}

/// Other programs write a `manifest.json` too; and what stands beside our own files is not ours to destroy.
#[test]
fn force_destroys_no_input_and_nothing_that_no_run_wrote() {
    let folder = overpaid().with("in/manifest.json", r#"{"blobCount": 2}"#);
    folder.run("audit in --force --out in").exits(2).warns("in: is no run folder");
    let named = "audit --orders in/orders.csv --usage in/usage.csv --refunds in/refunds.csv --force --out in";
    folder.run(named).exits(2).warns("in: is no run folder");
    folder.run("audit in").leaves("run", 1);
    // A file that the user put into a run folder, and inputs that lie below one.
    folder.write("run/notes.txt", "call the vendor");
    folder.run("audit in --force --out run").exits(2).warns("run: holds notes.txt, which no run wrote");
    fs::remove_file(folder.path("run/notes.txt")).unwrap();
    fs::rename(folder.path("in/refunds.csv"), folder.path("run/refunds.csv")).unwrap();
    folder
        .run("audit in run/refunds.csv --force --out run")
        .exits(2)
        .warns("run: holds run/refunds.csv, an input of this run; write the run to another folder");
    // A parent of the inputs is no place either, whatever its manifest says.
    folder.write("manifest.json", folder.text("run/manifest.json"));
    folder.run("audit in --force --out").arg(folder.path("")).exits(2).warns("which no run wrote");
    assert!(folder.text("run/refunds.csv").contains("R-1"));
    assert!(folder.path("in/orders.csv").is_file());
}

#[test]
fn a_trace_overwrites_no_input() {
    let folder = overpaid().with("rules/alibaba.marketplace.toml", policy_text("alibaba.marketplace"));
    let orders = folder.text("in/orders.csv");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("in/orders.csv", folder.path("soft")).unwrap();
        fs::hard_link(folder.path("in/orders.csv"), folder.path("hard")).unwrap();
        for link in ["soft", "hard"] {
            folder.run(&format!("audit in --trace {link}")).exits(2).warns("is an input of this run");
        }
    }
    for trace in ["in/orders.csv", "./in/../in/usage.csv", "rules/alibaba.marketplace.toml"] {
        folder
            .run(&format!("audit in --policies rules --trace {trace}"))
            .exits(2)
            .warns(&format!("--trace {trace}: is an input of this run; write the trace to another file"));
    }
    assert_eq!(folder.text("in/orders.csv"), orders);
    folder.run("audit in --trace took.json").exits(1);
    folder.run("audit in --trace took.json").exits(1);
    assert!(folder.json("took.json").is_object());
}

#[test]
fn an_unwritable_parent_is_code_two_and_leaves_nothing() {
    let folder = overpaid();
    folder
        .run("audit in --out nowhere/run")
        .exits(2)
        .warns("nowhere/run: the run folder could not be written: nowhere is no folder");
    folder.run("audit in --out in/orders.csv/run").exits(2).warns("in/orders.csv is no folder");
    assert_eq!(folder.names(), ["in"]);
    // No user, not even the first, can make a folder there.
    if cfg!(target_os = "linux") && Path::new("/proc/self").is_dir() {
        folder
            .run("audit in --out /proc/run")
            .exits(2)
            .warns("/proc/run: the run folder could not be written");
        assert!(!Path::new("/proc/run").exists());
    }
}

#[test]
fn a_run_killed_at_any_time_leaves_no_half_folder() {
    let folder = many_overpaid(3000);
    for wait in (0..12).map(|step| Duration::from_millis(step * 80)) {
        kill(&folder, "audit in --quiet --out run", |_| sleep(wait));
    }
    // What a killed run left beside its place is no input of the next one, does not stop it, and goes.
    folder.run("audit . --quiet --force").leaves("run", 1);
    assert_eq!(folder.names(), ["in", "run"]);
    assert_eq!(folder.json("run/manifest.json")["inputs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_run_killed_while_it_writes_leaves_no_half_folder() {
    let folder = many_overpaid(3000);
    for wait in (0..12).map(|step| Duration::from_millis(step * 5)) {
        kill(&folder, "audit in --quiet --out run", |child| until_it_writes(&folder, child, wait));
        let _ = fs::remove_dir_all(folder.path("run"));
    }
}

#[test]
fn a_run_killed_while_it_replaces_another_leaves_a_whole_folder_or_none() {
    let folder = many_overpaid(1000);
    for wait in (0..12).map(|step| Duration::from_millis(step * 5)) {
        if !folder.path("run").exists() {
            folder.run("audit in --quiet").leaves("run", 1);
        }
        kill(&folder, "audit in --quiet --force --out run", |child| until_it_writes(&folder, child, wait));
    }
}

/// Starts a run, waits, kills it, and looks at what is left.
fn kill(folder: &Folder, arguments: &str, wait: impl FnOnce(&mut Child)) {
    let mut child = folder.run(arguments).start();
    wait(&mut child);
    // It may have come to its end already; both are fine.
    let _ = child.kill();
    child.wait().unwrap();
    folder.assert_whole_or_absent("run");
}

/// Waits until a run has begun to write beside its place, and a little longer.
fn until_it_writes(folder: &Folder, child: &mut Child, longer: Duration) {
    let before = folder.names();
    while folder.names() == before && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    sleep(longer);
}

#[test]
fn a_run_folder_among_the_inputs_is_not_read() {
    let folder = overpaid();
    let first = folder.run("audit . --format jsonl").exits(1).stdout;
    folder.run("audit .").leaves("run", 1);
    let again = folder.run("audit .").exits(1).says("./run: an earlier run of this program");
    assert_eq!(folder.run("audit . --format jsonl").exits(1).stdout, first, "{again:?}");
}

/// A month that is left out makes an answer that looks right.
#[test]
fn a_folder_with_the_manifest_of_another_program_is_read() {
    let folder = overpaid().with("in/march/manifest.json", r#"{"blobCount": 1, "program": "another"}"#);
    let march = ["C-3,acct-3,css,traffic,USD,70.00,2023-03-01T08:00:00+08:00"];
    folder.write("in/march/orders.csv", csv(ORDERS, &march));
    folder
        .run("audit in")
        .exits(1)
        .says("3 orders")
        .says("in/march/manifest.json: not a table by its suffix");
    folder.run("inspect in").exits(0).says("in/march/orders.csv");
}

// ---- the other commands

#[test]
fn policies_are_listed() {
    let said = Folder::new().run("policy list").exits(0);
    let is_id = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let listed: BTreeSet<&str> = said.stdout.lines().filter(is_id).map(str::trim).collect();
    assert_eq!(listed, policy_ids().iter().map(String::as_str).collect());
    for version in ["2019-08-27", "5-days", "30-days", "validity", "2022-12-22", "2025-09-12"] {
        assert!(said.stdout.contains(&format!("    {version}")), "{version}: {said:?}");
    }
    for group in ["tencent-cloud, site intl, ", "alibaba-cloud, site cn, "] {
        assert!(said.stdout.lines().any(|line| line.starts_with(group)), "{group}: {said:?}");
    }
}

/// The ids of the files that are policies and no shared terms.
fn policy_ids() -> BTreeSet<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_policy = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|suffix| suffix == "toml")
            && !std::fs::read_to_string(path)
                .unwrap()
                .lines()
                .any(|line| line.trim_start().starts_with("abstract "))
    };
    entries.filter(is_policy).map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_printed_sums_are_listed_with_their_verdicts() {
    let said = Folder::new().run("policy examples").exits(0);
    said.says("TRTC-2       418.51 USD")
        .says("by tencent-intl.trtc.rtc-engine-monthly   agrees")
        .says("agrees with the formula of the page, which its print contradicts")
        .says(" printed sums: ");
}

#[test]
fn a_policy_of_the_first_edition_is_migrated_and_means_the_same() {
    let old = policy_text("tencent-intl.mps.resource-pack")
        .replacen("refund-policy/2", "refund-policy/1", 1)
        .replacen(r#"["mps"]"#, r#"["mps@cn"]"#, 1);
    let folder = Folder::new().with("tencent-intl.mps.resource-pack.toml", &old);
    folder.run("policy migrate --write tencent-intl.mps.resource-pack.toml").exits(0);
    let shown = folder.run("policy check tencent-intl.mps.resource-pack.toml").exits(0);
    shown.says("loads, ");
    let migrated = folder.run("policy migrate tencent-intl.mps.resource-pack.toml").exits(0).stdout;
    assert!(migrated.contains("schema = \"refund-policy/2\"") && migrated.contains("\"mps\""), "{migrated}");
}

#[test]
fn the_sources_are_listed_and_held_against_saved_copies() {
    let folder = Folder::new();
    folder
        .run("policy sources")
        .exits(0)
        .says("https://www.tencentcloud.com/document/product/267/52222")
        .says("cited by tencent-intl.css.");
    let folder =
        Folder::new().with("copies/www.tencentcloud.com_document_product_267_52222.txt", "another text");
    folder
        .run("policy sources --check copies")
        .exits(0)
        .says("no digest of what was read; this copy has sha256:");
}

#[test]
fn what_the_policies_cover_of_some_exports_is_summed() {
    let said = overpaid().run("policy coverage in").exits(0);
    said.says(" refunded").says("judged by a policy").says("no policy");
    Folder::new().run("policy coverage").exits(0).says("css ").says("tencent-intl.css.package");
}

#[test]
fn a_policy_is_shown_with_clause_effect_versions_and_readings() {
    let folder = Folder::new();
    folder
        .run("policy show tencent-intl.css.package")
        .exits(0)
        .says("Version 2022-12-22: 2022-12-01T00:00:00+08:00 until 2025-09-12T16:15:57+08:00")
        .says("Version 2025-09-12: 2025-09-12T16:15:57+08:00 until further notice")
        .says("https://www.tencentcloud.com/document/product/267/52222")
        .says("window: 5 × 24 hours, the last instant excluded, extended to the end of the local day")
        .says("excluded if: account_suspended")
        .says("reading no-extension:");
    folder.run("policy show tencent-intl.css.pakage").exits(2).warns("did you mean tencent-intl.css.package");
    folder
        .run("policy show zzz")
        .exits(2)
        .warns(r#"no policy "zzz" (`refund-audit policy list` names them)"#);
}

#[test]
fn the_policies_of_the_program_pass_their_own_check() {
    let said = Folder::new().run("policy check").exits(0);
    let loads = said.stdout.lines().filter(|line| line.contains(" loads, ")).count();
    assert_eq!(loads, policy_ids().len(), "{said:?}");
}

/// A policy about `cdn` / `traffic`, to be spoilt.
fn good_policy() -> String {
    let text = policy_text("tencent-intl.mps.resource-pack");
    let text = text.replace("tencent-intl.mps.resource-pack", "acme.cdn.package");
    let text = text.replace(r#"["mps"]"#, r#"["cdn"]"#);
    let types = text.lines().find(|line| line.starts_with("package_type")).unwrap().to_owned();
    text.replace(&types, r#"package_type = ["traffic"]"#)
}

/// A second version for [`good_policy`].
const LATER: &str = r#"
[[version]]
id             = "later"
effective_from = 2024-01-01T00:00:00+08:00
like           = "2022-08-09"

[[version.source]]
url     = "https://acme.example/refunds"
title   = "Refunds"
stamp   = "undated"
read_on = "2026-11-21"
"#;

#[test]
fn a_policy_that_loads_is_checked_and_remarked_on() {
    let folder = Folder::new().with("acme.cdn.package.toml", good_policy() + LATER);
    let said = folder.run("policy check acme.cdn.package.toml").exits(0);
    let said = said.says("acme.cdn.package.toml: acme.cdn.package loads, 2 versions\n");
    assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
}

/// Spoils a policy in one place and says what the loader answers.
fn assert_refused(spoilt: &[(&str, &str, &str)]) {
    let good = good_policy() + LATER;
    let mut let_pass = Vec::new();
    for (from, to, wanted) in spoilt {
        assert!(good.contains(from), "{from:?} is not in the policy");
        let text = good.replacen(from, to, 1);
        let folder = Folder::new().with("acme.cdn.package.toml", &text);
        let (code, said) = folder.run("policy check acme.cdn.package.toml").ends();
        let placed = said.stderr.lines().any(|line| {
            let place = line.split_once("acme.cdn.package.toml:").map(|(_, place)| place);
            place.is_some_and(|place| {
                place.split(':').take(2).all(|part| part.parse::<u32>().is_ok_and(|at| at > 0))
            })
        });
        if code != Some(2) || !placed || !said.stderr.contains(wanted) {
            let_pass.push(format!(
                "{from:?} to {to:?}: wanted code 2, line and column, and {wanted:?}; got {code:?}\n{said:?}"
            ));
        }
    }
    assert!(let_pass.is_empty(), "{}", let_pass.join("\n\n"));
}

#[test]
fn the_loader_refuses_what_it_does_not_know() {
    assert_refused(&[
        (
            r#"schema = "refund-policy/2""#,
            r#"schema = "refund-policy/3""#,
            r#""refund-policy/3" is not "refund-policy/2""#,
        ),
        ("confidence     =", "confidense     =", "unknown field `confidense`"),
        ("[version.window]", "[version.windows]", "unknown field `windows`"),
        ("length = { days = 5 }", "length = { days = 5.0 }", "window.length"),
        ("length = { days = 5 }", "length = { weeks = 1 }", "window.length in days is written { days = 5 }"),
        ("length = { days = 5 }", r#"length = "unlimitd""#, "window.length is"),
        (
            r#"method = "full""#,
            r#"method = "ful""#,
            r#"unknown amount.method "ful", wanted one of full, prorate_days"#,
        ),
        (r#"mode   = "down""#, r#"mode   = "dwon""#, r#"did you mean "down""#),
        (r#"select_by      = "purchase""#, r#"select_by      = "payment""#, r#"unknown select_by "payment""#),
        (
            r#"timezone = "+08:00""#,
            r#"timezone = "Asia/Shanghai""#,
            "timezone is not an offset such as +08:00",
        ),
        (r#""commission""#, r#""comission""#, r#"did you mean "commission""#),
        (
            r#"set = { "window.end" = "inclusive" }"#,
            r#"set = { "window.ends" = "inclusive" }"#,
            r#"sets "window.ends", which is not there"#,
        ),
        (
            r#"set = { "window.end" = "inclusive" }"#,
            r#"set = { "amount.used_days" = "fixed_6" }"#,
            "amount.used_days",
        ),
        (
            r#"set = { "window.end" = "inclusive" }"#,
            r#"set = { "window.end" = "sometimes" }"#,
            r#"unknown end "sometimes""#,
        ),
        (
            "[version.discretion]",
            "[[version.exclusion]]\nif = \"promotion_forbid\"\nclause = \"x\"\nplace = \"x\"\n[version.discretion]",
            r#"did you mean "promotion_forbids""#,
        ),
    ]);
}

#[test]
fn the_loader_refuses_what_is_missing_or_contradicts_itself() {
    assert_refused(&[
        ("2024-01-01T00:00:00+08:00", "2022-08-09T16:34:54+08:00", "overlap"),
        (
            "like           = \"2022-08-09\"",
            "like           = \"2022-08-08\"",
            r#"there is no version "2022-08-08" to inherit from; did you mean "2022-08-09""#,
        ),
        ("like           = \"2022-08-09\"", "like           = \"later\"", "inherits from itself"),
        ("2024-01-01T00:00:00+08:00", "2024-01-01T00:00:00", "is not an instant with an offset"),
        (
            "[[version.source]]\nurl     = \"https://acme.example/refunds\"\ntitle   = \"Refunds\"\nstamp   = \"undated\"\nread_on = \"2026-11-21\"\n",
            "",
            r#"version "later" has no source of its own"#,
        ),
        ("https://acme.example", "http://acme.example", "the address of a source begins with https://"),
        ("read_on = \"2026-11-21\"", "read_on = \"2026-02-30\"", "read_on is not a day"),
        ("stamp   = \"undated\"\n", "", "missing field `stamp`"),
        (r#"lost       = ["voucher""#, r#"lost       = ["cash""#, r#""cash" is both refundable and lost"#),
        ("timezone =", "exception_to = \"acme.cdn.pakage\"\ntimezone =", "exception_to names no policy"),
        (r#"mode   = "down""#, "", "version.rounding.mode is missing"),
    ]);
}

/// The README of the policies says that each of these is refused.
#[test]
fn the_loader_refuses_what_its_readme_says_it_refuses() {
    let window = good_policy();
    let clause = window
        .split("[version.window]")
        .nth(1)
        .unwrap()
        .lines()
        .find(|line| line.starts_with("clause"))
        .unwrap()
        .to_owned();
    let place = window
        .split("[version.window]")
        .nth(1)
        .unwrap()
        .lines()
        .find(|line| line.starts_with("place"))
        .unwrap()
        .to_owned();
    let why = window
        .split("[[version.reading]]")
        .nth(1)
        .unwrap()
        .lines()
        .find(|line| line.starts_with("why"))
        .unwrap()
        .to_owned();
    assert_refused(&[
        (r#"id       = "acme.cdn.package""#, r#"id       = "acme.cdn.other""#, "acme.cdn.other"),
        (&clause, "", "clause"),
        (&place, "", "place"),
        (&why, "", "why"),
        ("effective_from = 2024-01-01T00:00:00+08:00", "effective_from = 2021-01-01T00:00:00+08:00", "order"),
        (
            "2024-01-01T00:00:00+08:00",
            "2024-01-01T00:00:00+08:00\neffective_to   = 2023-01-01T00:00:00+08:00",
            "effective_to is not after effective_from",
        ),
        (
            "[version.discretion]",
            "[[version.exclusion]]\nif = \"promotion_forbids\"\nwith = { months = 3 }\nclause = \"x\"\nplace = \"x\"\n[version.discretion]",
            "months",
        ),
        (
            "[version.discretion]",
            "[[version.exclusion]]\nif = \"promotion_forbids\"\nclass = [\"service\"]\nclause = \"x\"\nplace = \"x\"\n[version.discretion]",
            "service",
        ),
    ]);
}

#[test]
fn what_has_no_effect_is_remarked_on() {
    let exclusion = |text: &str| {
        format!("[[version.exclusion]]\n{text}\nclause = \"x\"\nplace = \"x\"\n[version.discretion]")
    };
    let table = [
        ("[version.discretion]", exclusion("if = \"renewal_only\""), "renewal_only: no order could meet it"),
        (
            "[version.discretion]",
            exclusion("if = \"package_type_in\"\nwith = { values = [\"image\"] }"),
            "no order could meet it, none is a image",
        ),
        (
            r#"set = { "window.end" = "inclusive" }"#,
            r#"set = { "window.end" = "exclusive" }"#.to_owned(),
            "changes nothing",
        ),
    ];
    let by_validity = good_policy().replacen("{ days = 5 }", "\"validity\"", 1).replacen(
        "\"exclusive\"",
        "\"inclusive\"",
        1,
    );
    let folder = Folder::new().with("acme.cdn.package.toml", by_validity);
    folder.run("policy check acme.cdn.package.toml").exits(0).says("window.end never matters");
    let third = LATER.replace("\"later\"", "\"third\"").replace("2024-01-01", "2025-02-01");
    let ending = LATER.replace("like ", "effective_to   = 2025-01-01T00:00:00+08:00\nlike ");
    let folder = Folder::new().with("acme.cdn.package.toml", good_policy() + &ending + &third);
    folder
        .run("policy check acme.cdn.package.toml")
        .exits(0)
        .says("no version is in force from 2025-01-01T00:00:00+08:00 to 2025-02-01T00:00:00+08:00");
    for (from, to, wanted) in table {
        let text = (good_policy() + LATER).replacen(from, &to, 1);
        let folder = Folder::new().with("acme.cdn.package.toml", text);
        folder.run("policy check acme.cdn.package.toml").exits(0).says(wanted);
    }
}

#[test]
fn a_kind_of_finding_has_its_page() {
    let folder = Folder::new();
    folder
        .run("finding refund-after-deduction")
        .exits(0)
        .says("mismatch, critical")
        .says("\nWhat it means\n")
        .says("\nWhy it matters\n")
        .says("\nWhat to look at\n")
        .says("\nWhen it is not a fault\n");
    let list = folder.run("finding").exits(0).stdout;
    for line in list.lines() {
        let slug = line.split_whitespace().next().unwrap();
        folder.run("finding").arg(slug).exits(0).says(&format!("{slug}: "));
    }
    assert!(list.lines().count() >= 60, "{list}");
    folder
        .run("finding refund-overpayd")
        .exits(2)
        .warns(r#"no kind of finding is called "refund-overpayd"; did you mean refund-overpaid"#);
    folder.run("finding zzzzzzzzzzzz").exits(2).warns("(`refund-audit finding` lists them)");
}

#[test]
fn an_order_is_told_from_its_rows_to_its_verdict() {
    let folder = overpaid();
    folder
        .run("explain C-1 in")
        .exits(0)
        .says("in/orders.csv:2")
        .says("in/refunds.csv:2")
        .says("tencent-intl.css.package version 2022-12-22")
        .says("window: open until 2023-03-07T00:00:00+08:00")
        .says("owed        paid in refundable tenders: 100.00")
        .says("boundary    4 d 16:00:00 later")
        .says("Verdict: mismatch")
        .says("refund-overpaid (mismatch, high) USD 30.00, carries 30.00");
    folder
        .run("explain C-9 in")
        .exits(2)
        .warns(r#"no order, refund or instance "C-9" in the exports (3 ids read); did you mean C-1"#);
    folder.run("explain unlike-any-of-them in").exits(2).warns("(3 ids read)");
    folder.run("explain C-1").exits(2).warns("no exports named");
}

// ---- policies of the user's own

#[test]
fn a_policy_of_the_same_id_replaces_the_built_in_one() {
    let refund =
        "R-1,C-1,2023-03-07T08:00:00+08:00,self_service,completed,USD,100.00,2023-03-07T09:00:00+08:00";
    let folder = exports(&[refund]);
    let text =
        policy_text("tencent-intl.css.package").replacen("length = { days = 5 }", "length = { days = 7 }", 1);
    folder.write("rules/tencent-intl.css.package.toml", text);
    folder.run("audit in").leaves("before", 1);
    assert_eq!(folder.findings("before"), [("C-1".into(), "R-1".into(), "refund-out-of-window".into())]);
    folder.run("audit in --policies rules").leaves("after", 0);
    assert_eq!(folder.findings("after"), []);
    let manifest = folder.json("after/manifest.json");
    let own = |one: &&Value| one["builtin"] == false;
    let named: Vec<&Value> =
        manifest["policies"].as_array().unwrap().iter().filter(own).map(|one| &one["file"]).collect();
    assert_eq!(named, ["rules/tencent-intl.css.package.toml"]);
}

/// Two orders of a product nobody has a policy for, one of them refunded too late for [`good_policy`].
fn cdn() -> Folder {
    let orders = [
        "D-1,acct-1,cdn,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
        "M-1,acct-1,mps,resource_pack,USD,100.00,2023-03-01T08:00:00+08:00",
    ];
    let refunds = [
        "R-1,D-1,2023-03-09T08:00:00+08:00,ticket,completed,USD,100.00,2023-03-09T09:00:00+08:00",
        "R-2,M-1,2023-03-09T08:00:00+08:00,ticket,completed,USD,100.00,2023-03-09T09:00:00+08:00",
    ];
    Folder::new().with("in/orders.csv", csv(ORDERS, &orders)).with("in/refunds.csv", csv(REFUNDS, &refunds))
}

fn found(order: &str, refund: &str, slug: &str) -> (String, String, String) {
    (order.to_owned(), refund.to_owned(), slug.to_owned())
}

#[test]
fn a_policy_can_be_added() {
    let folder = cdn().with("rules/acme.cdn.package.toml", good_policy());
    folder.run("audit in --usage-covers ..").leaves("before", 1);
    assert_eq!(
        folder.findings("before"),
        [found("D-1", "R-1", "no-policy"), found("M-1", "R-2", "refund-out-of-window")]
    );
    folder.run("audit in --usage-covers .. --policies rules").leaves("after", 1);
    assert_eq!(
        folder.findings("after"),
        [found("D-1", "R-1", "refund-out-of-window"), found("M-1", "R-2", "refund-out-of-window")]
    );
    folder.run("audit in --usage-covers .. --no-builtin-policies --policies rules").leaves("alone", 1);
    assert_eq!(
        folder.findings("alone"),
        [found("D-1", "R-1", "refund-out-of-window"), found("M-1", "R-2", "no-policy")]
    );
    folder.run("policy list --policies rules").exits(0).says("acme.cdn.package\n");
    folder
        .run("policy show acme.cdn.package --policies rules --no-builtin-policies")
        .exits(0)
        .says("cdn: traffic");
}

#[test]
fn two_policies_of_equal_rank_stop_their_order_only() {
    let folder = cdn()
        .with("rules/acme.cdn.package.toml", good_policy())
        .with("rules/acme.cdn.twin.toml", good_policy().replace("acme.cdn.package", "acme.cdn.twin"));
    folder.run("audit in --usage-covers .. --policies rules").leaves("run", 1);
    assert_eq!(
        folder.findings("run"),
        [found("D-1", "R-1", "overlap-policy"), found("M-1", "R-2", "refund-out-of-window")]
    );
    let outcomes = folder.rows("run/outcomes.csv");
    assert_eq!((outcomes[0][8].as_str(), outcomes[0][9].as_str()), ("unknown", "overlap-policy"));
    // An exception sets the general policy aside, and the order is judged.
    let twin = folder.text("rules/acme.cdn.twin.toml");
    folder.write(
        "rules/acme.cdn.twin.toml",
        twin.replacen("timezone =", "exception_to = \"acme.cdn.package\"\ntimezone =", 1),
    );
    folder.run("audit in --usage-covers .. --policies rules").leaves("ranked", 1);
    assert_eq!(folder.findings("ranked")[0], found("D-1", "R-1", "refund-out-of-window"));
}
