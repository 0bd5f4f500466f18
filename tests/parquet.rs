//! Parquet as input: the same findings as the same data in CSV, exact cells, and what cannot be read.
#![cfg(feature = "columns")]

mod support;

use std::{collections::BTreeSet, io::Write as _, path::Path};

use polars::prelude::*;
use refund_audit::{
    export::{
        cells::number::parse_units,
        source::{Kind, Limits, OpenOptions, Opened, RawRow, discover, open},
    },
    money::Money,
    time::{Instant, Offset},
};
use serde_json::Value;
use support::Folder;

/// The bytes of a parquet file with so many rows in a row group.
fn parquet(columns: Vec<Column>, group_rows: usize) -> Vec<u8> {
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(group_rows)).finish(&mut frame).unwrap();
    bytes
}

fn text(name: &str, cells: &[Option<&str>]) -> Column {
    StringChunked::from_iter_options(name.into(), cells.iter().copied()).into_column()
}

fn words(name: &str, cells: &[&str]) -> Column {
    text(name, &cells.iter().map(|cell| Some(*cell)).collect::<Vec<_>>())
}

fn decimals(name: &str, units: impl Iterator<Item = Option<i128>>, scale: usize) -> Column {
    let units = Int128Chunked::from_iter_options(name.into(), units);
    units.into_decimal(38, scale).unwrap().into_column()
}

fn instants(name: &str, ticks: impl Iterator<Item = Option<i64>>, unit: TimeUnit, is_utc: bool) -> Column {
    let ticks = Int64Chunked::from_iter_options(name.into(), ticks);
    ticks.into_datetime(unit, is_utc.then_some(TimeZone::UTC)).into_column()
}

/// A CSV file column by column, empty cells as nulls.
fn columns_of(csv: &[u8]) -> Vec<(String, Vec<Option<String>>)> {
    let mut reader = csv::Reader::from_reader(csv);
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: Vec<(String, Vec<Option<String>>)> =
        names.into_iter().map(|name| (name, Vec::new())).collect();
    for row in reader.records() {
        for (column, cell) in columns.iter_mut().zip(row.unwrap().iter()) {
            column.1.push((!cell.is_empty()).then(|| cell.to_owned()));
        }
    }
    columns
}

/// The same table with every cell as text.
fn as_text(csv: &[u8]) -> Vec<Column> {
    let plain = |(name, cells): (String, Vec<Option<String>>)| {
        text(&name, &cells.iter().map(Option::as_deref).collect::<Vec<_>>())
    };
    columns_of(csv).into_iter().map(plain).collect()
}

/// The same table with amounts as decimals, instants as such, months as integers and flags as flags,
/// wherever every cell of a column is one.
fn as_typed(csv: &[u8]) -> Vec<Column> {
    let mut columns = Vec::new();
    for (name, cells) in columns_of(csv) {
        let all = |is: &dyn Fn(&str) -> bool| {
            cells.iter().flatten().next().is_some() && cells.iter().flatten().all(|cell| is(cell))
        };
        let is_instant = |cell: &str| cell.len() > 19 && Instant::parse(cell, Offset::BEIJING).is_ok();
        let is_amount = ["paid_", "refunded_", "list_price", "quantity", "amount"]
            .iter()
            .any(|start| name.starts_with(start) && !name.ends_with("_at"));
        let of = |told: &dyn Fn(&str) -> i64| -> Vec<Option<i64>> {
            cells.iter().map(|cell| cell.as_deref().map(told)).collect()
        };
        columns.push(if all(&is_instant) {
            let micros = of(&|cell| Instant::parse(cell, Offset::BEIJING).unwrap().micros());
            instants(&name, micros.into_iter(), TimeUnit::Microseconds, true)
        } else if is_amount && all(&|cell| Money::parse(cell).is_ok()) {
            let units = cells.iter().map(|cell| Some(Money::parse(cell.as_deref()?).unwrap().units()));
            decimals(&name, units, 8)
        } else if name == "months" && all(&|cell| cell.parse::<i64>().is_ok()) {
            Int64Chunked::from_iter_options(name.into(), of(&|cell| cell.parse().unwrap()).into_iter())
                .into_column()
        } else if all(&|cell| matches!(cell, "true" | "false")) {
            let flags = cells.iter().map(|cell| cell.as_deref().map(|cell| cell == "true"));
            BooleanChunked::from_iter_options(name.into(), flags).into_column()
        } else {
            text(&name, &cells.iter().map(Option::as_deref).collect::<Vec<_>>())
        });
    }
    columns
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples").join(file)).unwrap()
}

const SAMPLE: [&str; 4] = ["orders", "usage", "refunds", "events"];

/// A word of an explanation that names a row of a file, as `orders:140`, with the line below a header.
fn as_line(word: &str) -> String {
    let name = word.trim_end_matches(['.', ',', ';']);
    let row = name.split_once(':').filter(|(file, _)| SAMPLE.contains(file));
    match row.and_then(|(file, row)| Some((file, row.parse::<u64>().ok()?))) {
        Some((file, row)) => format!("{file}:{}{}", row + 1, &word[name.len()..]),
        None => word.to_owned(),
    }
}

/// The findings of a run over a folder of files of one kind, each file by its role, and rows counted as
/// lines below a header. What is said of a file as a whole names its first line, and its name is part of
/// its fingerprint.
fn findings(folder: &Folder, kind: &str) -> Vec<Value> {
    let told = |line: &str| {
        let line = line.replace(&format!("{kind}/"), "").replace(".parquet", "").replace(".csv", "");
        let mut finding: Value = serde_json::from_str(&line).unwrap();
        let is_of_file = finding["order_id"].is_null() && finding["evidence"][0]["id"] == "";
        if finding["order_id"].is_null() {
            finding["fingerprint"] = Value::Null;
        }
        for evidence in finding["evidence"].as_array_mut().unwrap() {
            if kind != "csv" && !is_of_file {
                evidence["line"] = (evidence["line"].as_u64().unwrap() + 1).into();
            }
        }
        if kind != "csv" {
            let told = finding["explanation"].as_str().unwrap();
            finding["explanation"] = told.split(' ').map(as_line).collect::<Vec<_>>().join(" ").into();
        }
        finding
    };
    folder.text(&format!("{kind}-run/findings.jsonl")).lines().map(told).collect()
}

#[test]
fn the_sample_as_parquet_gives_the_findings_of_the_sample_as_csv() {
    let folder = Folder::new();
    for role in SAMPLE {
        let csv = sample(&format!("{role}.csv"));
        folder.write(&format!("csv/{role}.csv"), &csv);
        folder.write(&format!("text/{role}.parquet"), parquet(as_text(&csv), 100));
        folder.write(&format!("typed/{role}.parquet"), parquet(as_typed(&csv), 1 << 20));
    }
    for kind in ["csv", "text", "typed"] {
        folder.run(&format!("audit {kind} --quiet")).leaves(&format!("{kind}-run"), 1);
    }
    let wanted = findings(&folder, "csv");
    assert!(wanted.len() > 50, "the sample has findings");
    for kind in ["text", "typed"] {
        // A typed cell has no way of being written that could be remarked upon.
        let is_compared = |finding: &&Value| kind == "text" || !finding["order_id"].is_null();
        let found = findings(&folder, kind);
        let found: Vec<&Value> = found.iter().filter(is_compared).collect();
        let wanted: Vec<&Value> = wanted.iter().filter(is_compared).collect();
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(found, wanted, "{kind}");
        }
        assert_eq!(found.len(), wanted.len(), "{kind}");
        assert_eq!(folder.text(&format!("{kind}-run/outcomes.csv")), folder.text("csv-run/outcomes.csv"));
        for role in SAMPLE {
            let file = |kind: &str, suffix: &str| {
                folder.fates(&format!("{kind}-run"), &format!("{kind}/{role}.{suffix}"))
            };
            assert_eq!(file(kind, "parquet"), file("csv", "csv"), "{kind} {role}");
        }
    }
}

/// A canonical order in columns, one of them replaced.
fn order_with(column: Column) -> Vec<Column> {
    let rows = column.len();
    let mut columns = vec![
        words("order_id", &(0..rows).map(|row| ["C-0", "C-1", "C-2", "C-3"][row]).collect::<Vec<_>>()),
        words("account_id", &vec!["100"; rows]),
        words("product", &vec!["css"; rows]),
        words("package_type", &vec!["traffic"; rows]),
        words("currency", &vec!["USD"; rows]),
        words("paid_cash", &vec!["100.00"; rows]),
        words("paid_at", &vec!["2023-03-01 08:00:00"; rows]),
    ];
    columns.retain(|known| known.name() != column.name());
    columns.push(column);
    columns
}

/// What one column of orders becomes as canonical CSV.
fn converted(column: Column) -> Vec<String> {
    let name = column.name().to_string();
    let folder = Folder::new().with("in/orders.parquet", parquet(order_with(column), 3));
    folder.run("convert in --out out").exits(0);
    let mut reader = csv::Reader::from_path(folder.path("out/orders.csv")).unwrap();
    let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

#[test]
fn every_type_of_cell_becomes_its_exact_text() {
    let whole =
        |name: &str, cells: [Option<i64>; 2]| Int64Chunked::from_iter_options(name.into(), cells.into_iter());
    for (column, wanted) in [
        (
            decimals("paid_cash", [Some(3_701_000_000), Some(1), None].into_iter(), 8),
            vec!["37.01", "0.00000001", ""],
        ),
        (
            decimals("paid_cash", [Some(9_999_999_999_999_999_999_999), Some(7)].into_iter(), 2),
            vec!["99999999999999999999.99", "0.07"],
        ),
        (decimals("months", [Some(1200), Some(300)].into_iter(), 2), vec!["12", "3"]),
        (
            whole("paid_cash", [Some(1_234_567_890_123_456_789), None]).into_column(),
            vec!["1234567890123456789", ""],
        ),
        (
            whole("account_id", [Some(9_007_199_254_740_993), Some(1)]).into_column(),
            vec!["9007199254740993", "1"],
        ),
        (
            UInt64Chunked::from_iter_options("account_id".into(), [Some(u64::MAX)].into_iter()).into_column(),
            vec!["18446744073709551615"],
        ),
        (
            Int32Chunked::from_iter_options("months".into(), [Some(12), None].into_iter()).into_column(),
            vec!["12", ""],
        ),
        (
            BooleanChunked::from_iter_options("gift".into(), [Some(true), Some(false), None].into_iter())
                .into_column(),
            vec!["true", "false", ""],
        ),
        (text("payer_id", &[Some("007"), None, Some("a,\"b\"")]), vec!["007", "", "a,\"b\""]),
        (
            BinaryChunked::from_iter_options("payer_id".into(), [Some("007".as_bytes()), None].into_iter())
                .into_column(),
            vec!["007", ""],
        ),
        (
            Int32Chunked::from_iter_options("expires_at".into(), [Some(19_782), None].into_iter())
                .into_date()
                .into_column(),
            vec!["2024-02-29", ""],
        ),
        (
            instants(
                "paid_at",
                [Some(1_677_628_800_000), Some(1_677_628_800_250)].into_iter(),
                TimeUnit::Milliseconds,
                true,
            ),
            vec!["2023-03-01T00:00:00Z", "2023-03-01T00:00:00.25Z"],
        ),
        (
            instants("paid_at", [Some(1_677_628_800_000_001)].into_iter(), TimeUnit::Microseconds, false),
            vec!["2023-03-01 00:00:00.000001"],
        ),
        (
            instants("paid_at", [Some(1_677_628_800_123_456_000)].into_iter(), TimeUnit::Nanoseconds, true),
            vec!["2023-03-01T00:00:00.123456Z"],
        ),
    ] {
        let shown = format!("{} as {:?}", column.name(), column.dtype());
        assert_eq!(converted(column), wanted, "{shown}");
    }
}

#[test]
fn bytes_that_are_no_text_cost_their_row_only() {
    let bytes =
        BinaryChunked::from_iter_options("payer_id".into(), [Some(&b"1"[..]), Some(b"\xff")].into_iter());
    let folder = Folder::new().with("in/orders.parquet", parquet(order_with(bytes.into_column()), 4));
    folder.run("audit in").leaves("run", 3);
    let rejected = folder.rows("run/rejects.csv");
    assert_eq!(rejected[0][..3], ["in/orders.parquet", "2", "payer_id"].map(str::to_owned));
}

#[test]
fn a_row_that_does_not_fit_is_shown_whole_whichever_thread_read_it() {
    let usage = |quantities: &[&str]| {
        let rows = quantities.len();
        let ids: Vec<String> = (0..rows).map(|row| format!("U-{row}")).collect();
        parquet(
            vec![
                words("usage_id", &ids.iter().map(String::as_str).collect::<Vec<_>>()),
                words("order_id", &vec!["C-0"; rows]),
                words("region", &vec!["eu-1"; rows]),
                words("posted_at", &vec!["2023-03-02 08:00:00"; rows]),
                words("quantity", quantities),
                words("unit", &vec!["GB"; rows]),
            ],
            2,
        )
    };
    let orders = parquet(order_with(words("payer_id", &["1"])), 4);
    let folder = Folder::new().with("in/orders.parquet", orders);
    folder.write("in/usage.parquet", usage(&["1", "much", "2", "3", "4", "5", "more", "6", "7"]));
    for threads in [1, 4] {
        folder.run(&format!("audit in --threads {threads}")).leaves(&format!("run{threads}"), 3);
    }
    let rejected = folder.rows("run1/rejects.csv");
    assert_eq!(rejected[0][..3], ["in/usage.parquet", "2", "quantity"].map(str::to_owned));
    assert_eq!(rejected[0][4], "U-1,C-0,eu-1,2023-03-02 08:00:00,much,GB");
    assert_eq!(rejected[1][..2], ["in/usage.parquet", "7"].map(str::to_owned));
    assert_eq!(folder.fates("run1", "in/usage.parquet"), [9, 7, 2, 0, 0]);
    for file in ["rejects.csv", "findings.jsonl", "outcomes.csv", "summary.json"] {
        assert_eq!(folder.text(&format!("run1/{file}")), folder.text(&format!("run4/{file}")), "{file}");
    }
    let summary = folder.json("run1/summary.json");
    assert_eq!(summary["rows"]["by_file"][1]["dialect"], Value::Null, "{summary:#}");
}

#[test]
fn a_float_is_taken_where_it_stands_for_a_decimal_and_else_its_row_is_refused() {
    let cells = [Some(80.89), Some(0.1 + 0.2), None, Some(99_067.911_448_15)];
    let column = Column::new("paid_cash".into(), cells);
    let folder = Folder::new().with("in/orders.parquet", parquet(order_with(column), 4));
    folder.run("audit in").leaves("run", 0);
    assert_eq!(folder.fates("run", "in/orders.parquet"), [4, 4, 0, 0, 0]);
    folder.run("convert in --out out").exits(0);
    let paid: Vec<String> = folder.rows("out/orders.csv").into_iter().map(|row| row.join("|")).collect();
    // The noise of a binary sum is no digit of the amount, as in a workbook.
    for (row, amount) in [(0, "|80.89|"), (1, "|0.3"), (3, "|99067.91144815|")] {
        assert!(paid[row].contains(amount), "{paid:?}");
    }
    // Beyond 2^53 a float has gaps between whole numbers, and a float of 32 bits keeps six digits.
    let long = Column::new("paid_cash".into(), [90_071_992_547_409_930.0]);
    let short = Column::new("paid_cash".into(), [80.89, 1_234.567_8]).cast(&DataType::Float32).unwrap();
    for (column, wanted) in [(long, [1, 0, 1, 0, 0]), (short, [2, 1, 1, 0, 0])] {
        folder.write("in/orders.parquet", parquet(order_with(column), 4));
        folder.run("audit in --force").leaves("run", 3);
        assert_eq!(folder.fates("run", "in/orders.parquet"), wanted);
    }
}

/// A canonical file whose instants are of 96 bits, as written by pyarrow 26, and the same by another writer.
fn int96(writer: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored/int96.parquet");
    let mut bytes = std::fs::read(path).unwrap();
    let known = b"parquet-cpp-arrow version 26.0.1";
    let at = bytes.windows(known.len()).position(|part| part == known).unwrap();
    bytes[at..at + known.len()].copy_from_slice(format!("{writer:<0$}", known.len()).as_bytes());
    bytes
}

#[test]
fn instants_of_96_bits_are_of_utc_where_their_writer_means_that() {
    let unsaid = "instants of paid_at, stored in a form that does not say whether they are of UTC";
    for (writer, paid_at, expires_at, is_unsaid) in [
        ("parquet-mr version 1.13.1", "2023-03-01T23:59:59.000001Z", "9999-12-31T00:00:00Z", false),
        ("impala version 4.4.0", "2023-03-01 23:59:59.000001", "9999-12-31 00:00:00", true),
    ] {
        let folder = Folder::new().with("in/orders.parquet", int96(writer));
        folder.run("audit in").leaves("run", 0);
        let summary = folder.json("run/summary.json");
        let file = &summary["rows"]["by_file"][0];
        assert_eq!(file["notes"][unsaid], if is_unsaid { 4.into() } else { Value::Null }, "{file:#}");
        let is_assumed = folder.findings("run").iter().any(|(_, _, finding)| finding == "naive-time");
        assert_eq!(is_assumed, is_unsaid, "{writer}");
        folder.run("convert in --out out").exits(0);
        let orders = folder.rows("out/orders.csv");
        assert!(orders[1].contains(&paid_at.to_owned()), "{writer}: {orders:?}");
        assert!(orders[0].contains(&expires_at.to_owned()), "{writer}: {orders:?}");
    }
}

#[test]
fn a_list_is_named_and_not_read_and_refused_where_it_stands_for_a_field() {
    let list = |name: &str| Column::new(name.into(), [Series::new("".into(), ["a", "b"])]);
    let folder = Folder::new().with("in/orders.parquet", parquet(order_with(list("tags")), 4));
    let said = folder.run("audit in").exits(0).says("in/orders.parquet: columns not read: tags (a list).");
    assert!(said.stderr.contains("columns not read: tags (a list)"), "{said:?}");
    folder.run("inspect in").exits(0).says("not read   tags (a list)");
    folder.write("in/orders.parquet", parquet(order_with(list("paid_cash")), 4));
    folder.run("audit in").exits(2).warns(
        "in/orders.parquet: the column \"paid_cash\" holds a list, which is not read, and stands for the field paid_cash",
    );
}

#[test]
fn inspect_says_what_a_parquet_file_holds() {
    let csv = sample("orders.csv");
    let folder = Folder::new().with("orders.parquet", parquet(as_typed(&csv), 100));
    let said = folder.run("inspect orders.parquet").exits(0);
    let said =
        said.says("canonical-orders").says("parquet, 422 rows in 4 row groups").says("rows       422\n");
    let line = |start: &str| said.stdout.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    assert!(line("paid_cash ").contains("decimal(38, 8)"), "{said:?}");
    assert!(line("expires_at ").contains("instant of UTC"), "{said:?}");
    assert!(line("order_id ").contains("text"), "{said:?}");
}

#[test]
fn a_file_cut_short_anywhere_is_an_error_like_any_other_damaged_file() {
    let whole = parquet(as_text(&sample("refunds.csv")), 50);
    let folder = Folder::new().with("in/orders.csv", sample("orders.csv"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&sample("refunds.csv")).unwrap();
    let packed = packed.finish().unwrap();
    folder.write("in/refunds.csv.gz", &packed[..packed.len() / 2]);
    let like_gz = folder.run("audit in").ends().0;
    std::fs::remove_file(folder.path("in/refunds.csv.gz")).unwrap();
    for kept in [5, 12, 100, whole.len() / 2, whole.len() - 100, whole.len() - 4, whole.len() - 1] {
        folder.write("in/refunds.parquet", &whole[..kept]);
        let (code, said) = folder.run("audit in --out run").ends();
        assert_eq!(code, like_gz, "{kept} of {} bytes: {said:?}", whole.len());
        assert_eq!(code, Some(2));
        assert!(said.stderr.contains("in/refunds.parquet: the parquet file cannot be read: "), "{said:?}");
        assert!(!folder.assert_whole_or_absent("run"));
    }
    // What was cut out of the middle is missed by the footer.
    let cut = [&whole[..whole.len() / 4], &whole[whole.len() / 2..]].concat();
    folder.write("in/refunds.parquet", cut);
    folder.run("audit in").exits(2).warns("in/refunds.parquet: the parquet file cannot be read: ");
}

fn opened(path: &Path) -> Result<Opened, String> {
    let found = discover(path, &Limits::default()).map_err(|error| error.to_string())?;
    let place = found.places.first().ok_or("no place")?;
    open(place, &OpenOptions::default()).map_err(|error| error.to_string())
}

/// Reads a file to its end: how many rows, or why not.
fn read_all(path: &Path) -> Result<u64, String> {
    let mut opened = opened(path)?;
    let mut row = RawRow::default();
    let mut rows = 0;
    while opened.read(&mut row).map_err(|error| error.to_string())? {
        rows += 1;
    }
    Ok(rows)
}

#[test]
fn no_damage_ends_the_program() {
    let whole = parquet(as_typed(&sample("refunds.csv"))[..12].to_vec(), 50);
    let folder = Folder::new();
    let path = folder.path("refunds.parquet");
    let (mut read, mut refused) = (0, BTreeSet::new());
    // Every byte of the footer that holds counts and places, and a spread of the pages.
    for at in (4..whole.len()).step_by(whole.len() / 400) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x5a;
        std::fs::write(&path, &damaged).unwrap();
        match read_all(&path) {
            Ok(_) => read += 1,
            Err(error) => {
                assert!(
                    error.contains("refunds.parquet: the parquet file cannot be read: "),
                    "{at}: {error}"
                );
                refused.insert(error);
            }
        }
    }
    assert!(!refused.is_empty(), "{read} damaged files were read, {refused:?}");
}

#[test]
fn a_file_without_rows_is_missing_data_as_it_is_in_csv() {
    let orders = sample("orders.csv");
    let header = sample("refunds.csv").split(|byte| *byte == b'\n').next().unwrap().to_vec();
    let folder = Folder::new().with("csv/orders.csv", &orders).with("csv/refunds.csv", &header);
    folder.write("parquet/orders.csv", &orders);
    folder.write("parquet/refunds.parquet", parquet(as_text(&header), 100));
    for kind in ["csv", "parquet"] {
        folder.run(&format!("audit {kind}")).leaves(&format!("{kind}-run"), 3);
    }
    assert_eq!(folder.fates("parquet-run", "parquet/refunds.parquet"), [0; 5]);
    assert_eq!(folder.text("csv-run/outcomes.csv"), folder.text("parquet-run/outcomes.csv"));
}

#[test]
fn a_role_that_was_named_is_held_to_the_columns() {
    let folder = Folder::new();
    for role in SAMPLE {
        let csv = sample(&format!("{role}.csv"));
        folder.write(&format!("{role}.parquet"), parquet(as_text(&csv), 1000));
    }
    folder
        .run("audit --orders orders.parquet --usage usage.parquet --refunds refunds.parquet --events events.parquet")
        .leaves("run", 1);
    folder.run("audit --orders usage.parquet --refunds refunds.parquet").exits(2).warns("usage.parquet");
}

#[test]
fn a_run_folder_is_no_input_and_its_tables_are_no_export() {
    let folder = Folder::new();
    for role in SAMPLE {
        folder.write(&format!("in/{role}.csv"), sample(&format!("{role}.csv")));
    }
    folder.run("audit in --quiet").leaves("in/run", 1);
    assert!(folder.path("in/run/findings.parquet").is_file());
    let before = folder.bytes("in/run/findings.jsonl");
    folder.run("audit in --quiet").leaves("again", 1);
    assert_eq!(folder.bytes("again/findings.jsonl"), before);
    for table in ["findings.csv", "findings.parquet", "outcomes.parquet"] {
        let folder = Folder::new().with(table, folder.bytes(&format!("in/run/{table}")));
        folder.run(&format!("audit {table}")).exits(2).warns("header");
    }
}

#[test]
fn a_focus_file_is_read_as_its_csv() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects/focus/tencent-1.2.csv");
    let csv = std::fs::read(fixture).unwrap();
    let mut columns = as_text(&csv);
    for column in &mut columns {
        let name = column.name().clone();
        let cells: Vec<Option<String>> =
            column.str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect();
        if name.ends_with("Cost") {
            // Ten places, as FOCUS files have them; the last two are zeros here.
            let units = cells.iter().map(|cell| Some(parse_units(cell.as_deref()?, 0).ok()? * 100));
            *column = decimals(&name, units, 10);
        } else if name.ends_with("PeriodStart") || name.ends_with("PeriodEnd") {
            let micros = cells
                .iter()
                .map(|cell| Some(Instant::parse(cell.as_deref()?, Offset::UTC).unwrap().micros()));
            *column = instants(&name, micros, TimeUnit::Microseconds, true);
        }
    }
    let rows = columns[0].len();
    columns.push(Column::new("Tags".into(), vec![Series::new("".into(), ["a"]); rows]));
    let folder = Folder::new().with("csv/focus.csv", &csv).with("parquet/focus.parquet", parquet(columns, 2));
    for kind in ["csv", "parquet"] {
        folder.run(&format!("convert {kind} --out {kind}-out")).ends();
    }
    for table in ["orders", "refunds", "usage"] {
        let told = |kind: &str| folder.text(&format!("{kind}-out/{table}.csv"));
        assert!(told("csv").lines().count() > 1, "{table}");
        assert_eq!(told("parquet"), told("csv"));
    }
    folder.run("inspect parquet").exits(0).says("Tags (a list)");
}

#[test]
fn a_long_row_group_comes_in_slices_row_by_row() {
    let rows = 150_000;
    let numbers = Int64Chunked::from_iter_values("number".into(), 0..rows).into_column();
    let names: Vec<String> = (0..rows).map(|row| format!("n{}", row % 1000)).collect();
    let names = words("name", &names.iter().map(String::as_str).collect::<Vec<_>>());
    // Cells enough for more than one stretch.
    let more = (2..12).map(|at| numbers.clone().with_name(format!("more{at}").into()));
    let columns = [numbers.clone(), names].into_iter().chain(more).collect();
    let folder = Folder::new().with("long.parquet", parquet(columns, 150_000));
    let found = discover(&folder.path("long.parquet"), &Limits::default()).unwrap();
    assert_eq!(found.places[0].kind, Kind::Parquet);
    let mut opened = opened(&folder.path("long.parquet")).unwrap();
    assert_eq!(opened.stored().unwrap().rows, rows.unsigned_abs());
    let mut row = RawRow::default();
    assert!(opened.read(&mut row).unwrap());
    assert_eq!((row.line, row.cell(0), row.cell(1)), (0, "number", "name"));
    for number in 0..rows {
        assert!(opened.read(&mut row).unwrap());
        assert_eq!(row.line, number.unsigned_abs() + 1);
        assert_eq!((row.cell(0), row.cell(1)), (&*number.to_string(), &*format!("n{}", number % 1000)));
    }
    assert!(!opened.read(&mut row).unwrap());
    assert!(!opened.read(&mut row).unwrap());
}
