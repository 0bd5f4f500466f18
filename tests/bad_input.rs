//! Exports as they should not be: the smallest bad file of each sort, what is said of it, and that nothing
//! else is lost. Whatever is wrong with a row, its neighbours are judged and the control totals tie.

mod support;

use std::{fs, process::Command};

use support::{Folder, ORDERS, REFUNDS, USAGE, agreeing, csv, overpaid};

const HEADER: &str = "order_id,account_id,product,package_type,currency,list_price,paid_cash,paid_at,months";

/// Orders of which the one in the middle is bad; the bad row starts on line 3.
fn with_bad_row(row: impl AsRef<[u8]>) -> Folder {
    let mut text =
        format!("{HEADER}\nB-1,a,mps,resource_pack,USD,,10.00,2023-03-01T08:00:00+08:00,\n").into_bytes();
    text.extend(row.as_ref());
    text.extend(b"\nB-9,a,mps,resource_pack,USD,,30.00,2023-03-01T08:00:00+08:00,\n");
    Folder::new().with("in/orders.csv", text)
}

fn order_ids(folder: &Folder) -> Vec<String> {
    folder.rows("run/outcomes.csv").into_iter().map(|row| row[0].clone()).collect()
}

/// That the bad row is rejected for this reason, and its neighbours are not.
fn assert_rejected(row: impl AsRef<[u8]>, column: &str, reason: &str) -> Vec<String> {
    let folder = with_bad_row(row);
    let said = folder.run("audit in").leaves("run", 3).says("1 rejected row");
    let rejects = folder.rows("run/rejects.csv");
    assert_eq!(rejects.len(), 1, "{said:?}");
    assert_eq!(rejects[0][..4], ["in/orders.csv", "3", column, reason], "{:?}", rejects[0]);
    assert_eq!(order_ids(&folder), ["B-1", "B-9"], "the neighbours survive");
    assert_eq!(folder.fates("run", "in/orders.csv"), [3, 2, 1, 0, 0]);
    folder.run("audit in --quiet --allow-rejects 1").exits(0);
    rejects[0].clone()
}

/// That the row in the middle is read as it stands.
fn assert_accepted(row: impl AsRef<[u8]>, id: &str) -> Folder {
    let folder = with_bad_row(row);
    folder.run("audit in").leaves("run", 0);
    let mut wanted = vec!["B-1".to_owned(), "B-9".to_owned(), id.to_owned()];
    wanted.sort();
    assert_eq!(order_ids(&folder), wanted);
    assert_eq!(folder.fates("run", "in/orders.csv"), [3, 3, 0, 0, 0]);
    folder
}

fn paying(amount: &str) -> String {
    format!("B-5,a,mps,resource_pack,USD,,{amount},2023-03-01T08:00:00+08:00,")
}

fn bought(at: &str) -> String {
    format!("B-5,a,mps,resource_pack,USD,,20.00,{at},")
}

fn called(id: &str) -> String {
    format!("{id},a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,")
}

// ---- files

#[test]
fn an_empty_file_is_incomplete_data() {
    let folder = agreeing().with("in/events.csv", "");
    folder.run("audit in").exits(3).says("in/events.csv");
    folder.run("audit --orders in/orders.csv --events in/events.csv").exits(3).says("in/events.csv");
    let folder = agreeing().with("in/refunds.csv", "");
    folder.run("audit in").leaves("run", 3);
    assert_eq!(order_ids(&folder), ["C-1", "C-2"]);
    assert_eq!(folder.fates("run", "in/refunds.csv"), [0; 5]);
    // Nothing tells what this one was to hold.
    let folder = agreeing().with("in/x.csv", "");
    let (code, said) = folder.run("audit in").ends();
    assert_eq!(code, Some(3), "{said:?}");
    assert!(said.stderr.contains("in/x.csv") || said.stdout.contains("in/x.csv"), "{said:?}");
}

#[test]
fn a_header_alone_is_incomplete_data() {
    for (file, header) in [("orders", ORDERS), ("usage", USAGE), ("refunds", REFUNDS)] {
        for text in [header.to_owned(), format!("{header}\n"), format!("\u{feff}{header}\r\n\r\n")] {
            let folder = agreeing().with(&format!("in/{file}.csv"), text);
            folder.run("audit in").leaves("run", 3).says(&format!("Files without a row: in/{file}.csv"));
            assert_eq!(folder.fates("run", &format!("in/{file}.csv")), [0; 5]);
        }
    }
}

#[test]
fn a_missing_column_is_named_with_its_near_miss() {
    for (file, header, column, nearest) in [
        ("orders", ORDERS.replace("account_id", "acount_id"), "account_id", "acount_id"),
        ("usage", USAGE.replace("posted_at", "posted_on"), "posted_at", "posted_on"),
        ("refunds", REFUNDS.replace("requested_at", "request_at"), "requested_at", "request_at"),
    ] {
        let folder = agreeing();
        let rows = folder.text(&format!("in/{file}.csv"));
        let (_, rows) = rows.split_once('\n').unwrap();
        folder.write(&format!("in/{file}.csv"), format!("{header}\n{rows}"));
        let said = folder.run("audit in --out run").exits(2);
        assert_eq!(
            said.stderr,
            format!(
                "refund-audit: in/{file}.csv:1: header not recognised: nearest to {file}, which needs {column}; \
                 did you mean {nearest} for {column}\n"
            )
        );
        assert!(!folder.path("run").exists());
    }
}

#[test]
fn unknown_columns_are_named_once_and_not_read() {
    let folder = agreeing();
    folder.run("audit in").leaves("before", 0);
    let text = folder.text("in/orders.csv");
    let text = text
        .replacen(ORDERS, &format!("colour,{ORDERS},mood"), 1)
        .replace("\nC-", "\nred,C-")
        .replace("+08:00\n", "+08:00,\"good\"\n");
    folder.write("in/orders.csv", text);
    let said = folder.run("audit in").leaves("after", 0);
    let said = said.says("in/orders.csv: columns not read: colour, mood.");
    assert_eq!(said.stderr, "refund-audit: warning: in/orders.csv: columns not read: colour, mood\n");
    assert_eq!(folder.text("after/outcomes.csv"), folder.text("before/outcomes.csv"));
    let files = folder.json("after/summary.json")["rows"]["by_file"].clone();
    assert_eq!(files[0]["unknown_columns"], serde_json::json!(["colour", "mood"]));
}

#[test]
fn a_column_twice_is_refused() {
    let folder = agreeing().with(
        "in/orders.csv",
        csv(&format!("{ORDERS},paid_cash"), &["C-1,a,css,traffic,USD,1,2023-03-01T08:00:00Z,2"]),
    );
    folder
        .run("audit in")
        .exits(2)
        .warns("refund-audit: in/orders.csv:1: column paid_cash appears twice in the header");
}

#[test]
fn a_file_that_is_no_text_is_refused_by_its_header() {
    let folder = agreeing().with("in/photo.csv", [0x89, b'P', b'N', b'G', 0, 0, 0xff, 0xfe, b'\n', 0]);
    folder
        .run("audit in")
        .exits(2)
        .warns("refund-audit: in/photo.csv: is binary data, not a table; export it as CSV");
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let folder = overpaid();
    let unix = folder.run("audit in --format jsonl").exits(1).stdout;
    for file in ["orders", "usage", "refunds"] {
        let name = format!("in/{file}.csv");
        let text = folder.text(&name).replace('\n', "\r\n");
        folder.write(&name, format!("\u{feff}{}", text.trim_end()));
    }
    assert_eq!(folder.run("audit in --format jsonl").exits(1).stdout, unix);
}

// ---- rows

#[test]
fn ragged_rows_are_rejected() {
    let short = assert_rejected("B-5,a,mps,resource_pack,USD", "", "the row has 5 cells, the header 9");
    assert_eq!(short[4], "B-5,a,mps,resource_pack,USD");
    let long = format!("{},more,and more", called("B-5"));
    let long = assert_rejected(&long, "", "the row has 11 cells, the header 9");
    assert_eq!(long[4], "B-5,a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,,more,and more");
    assert_rejected("just words", "", "the row has 1 cells, the header 9");
}

#[test]
fn blank_lines_are_no_rows() {
    let folder = with_bad_row("\n\r\n");
    folder.run("audit in").leaves("run", 0);
    assert_eq!(folder.fates("run", "in/orders.csv"), [2, 2, 0, 0, 0]);
}

#[test]
fn lines_are_physical_after_quotes_with_newlines() {
    let header = format!("{HEADER},note");
    let rows = [
        "B-1,a,mps,resource_pack,USD,,10.00,2023-03-01T08:00:00+08:00,,\"one\ntwo\r\nthree, and \"\"four\"\"\"",
        "B-2,a,mps,resource_pack,USD,,ten,2023-03-01T08:00:00+08:00,,",
        "B-3,a,mps,resource_pack,USD,,eleven,2023-03-01T08:00:00+08:00,,\"\n\n\"",
        "B-4,a,mps,resource_pack,USD,,twelve,2023-03-01T08:00:00+08:00,,\"quoted\"",
        "B-5,a,mps,resource_pack,USD,,12.00,2023-03-01T08:00:00+08:00,,",
    ];
    let folder = Folder::new().with("in/orders.csv", csv(&header, &rows)).with(
        "in/refunds.csv",
        csv(
            REFUNDS,
            &["R-1,B-5,2023-03-20T08:00:00+08:00,ticket,completed,USD,12.00,2023-03-20T09:00:00+08:00"],
        ),
    );
    folder.run("audit in --usage-covers ..").leaves("run", 3);
    let places: Vec<(String, String)> =
        folder.rows("run/rejects.csv").into_iter().map(|row| (row[1].clone(), row[3].clone())).collect();
    let wanted = |line: &str, word: &str| {
        (line.to_owned(), format!("{word:?} is not a plain decimal number such as 37.01"))
    };
    assert_eq!(places, [wanted("5", "ten"), wanted("6", "eleven"), wanted("9", "twelve")]);
    let found: serde_json::Value =
        serde_json::from_str(folder.text("run/findings.jsonl").lines().next().unwrap()).unwrap();
    let order = found["evidence"].as_array().unwrap().iter().find(|row| row["role"] == "order").unwrap();
    assert_eq!((&order["line"], &order["id"]), (&10.into(), &"B-5".into()));
    assert_eq!(order_ids(&folder), ["B-1", "B-5"]);
}

#[test]
fn an_open_quote_loses_its_own_row_and_no_other() {
    let row = "B-5,\"a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,";
    let folder = with_bad_row(row);
    folder.run("audit in").leaves("run", 3);
    let rejects = folder.rows("run/rejects.csv");
    assert_eq!((rejects[0][1].as_str(), rejects[0][3].contains("quote")), ("3", true), "{rejects:?}");
    assert_eq!(order_ids(&folder), ["B-1", "B-9"], "the neighbours of a bad row survive");
    assert_eq!(rejects.len(), 1, "{rejects:?}");
}

#[test]
fn an_open_quote_in_the_last_row_loses_that_row() {
    let folder = with_bad_row("B-5,\"a\",mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,");
    let text =
        folder.text("in/orders.csv") + "B-10,\"a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,\n";
    folder.write("in/orders.csv", text);
    folder.run("audit in").leaves("run", 3);
    let rejects = folder.rows("run/rejects.csv");
    assert_eq!((rejects.len(), rejects[0][1].as_str()), (1, "5"));
    assert!(rejects[0][3].starts_with("a quote is left open"), "{rejects:?}");
    assert_eq!(order_ids(&folder), ["B-1", "B-5", "B-9"]);
}

#[test]
fn bytes_that_are_no_text_lose_their_row_only() {
    let row = assert_rejected(
        b"B-\xff5,a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,",
        "order_id",
        "is not UTF-8",
    );
    assert!(row[4].starts_with("B-\u{fffd}5,a,mps"), "{row:?}");
    assert_rejected(
        b"B-5,a,m\xc3\x28s,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,",
        "product",
        "is not UTF-8: byte 0xC3 at position 2",
    );
}

#[test]
fn a_cell_of_ten_megabytes_loses_its_row_only() {
    let megabytes = "x".repeat(10 << 20);
    let row = assert_rejected(
        called(&megabytes),
        "order_id",
        "is 10485760 bytes long; an identifier has at most 512",
    );
    assert!(row[4].len() < 1000, "{} bytes of the row are kept", row[4].len());
    assert!(row[4].contains("bytes)"), "{row:?}");
    let row = assert_rejected(
        paying(&megabytes),
        "paid_cash",
        &format!("\"{}\"… (10485760 bytes) is not a plain decimal number such as 37.01", "x".repeat(60)),
    );
    assert!(row[4].len() < 1000);
    assert_rejected(
        paying(&"9".repeat(10 << 20)),
        "paid_cash",
        &format!("\"{}\"… (10485760 bytes) has more than twenty digits before the point", "9".repeat(60)),
    );
    // Where nobody reads the cell it does no harm.
    let folder = agreeing();
    let text = folder
        .text("in/usage.csv")
        .replacen("quantity", "quantity,description", 1)
        .replace(",1\n", &format!(",1,{megabytes}\n"));
    folder.write("in/usage.csv", text);
    folder.run("audit in").leaves("run", 0);
    assert_eq!(folder.fates("run", "in/usage.csv"), [2, 2, 0, 0, 0]);
}

// ---- amounts

#[test]
fn amounts_that_are_none_are_rejected_with_the_reason() {
    for (amount, why) in [
        ("1e3", "is written with an exponent; plain digits such as 1000.00 are wanted"),
        ("1E+3", "is written with an exponent; plain digits such as 1000.00 are wanted"),
        ("NaN", "is not a plain decimal number such as 37.01"),
        ("inf", "is not a plain decimal number such as 37.01"),
        ("$20", "is not a plain decimal number such as 37.01"),
        ("1_000", "is not a plain decimal number such as 37.01"),
        ("20.", "is not a plain decimal number such as 37.01"),
        (".5", "is not a plain decimal number such as 37.01"),
        ("0x10", "is not a plain decimal number such as 37.01"),
        ("２０", "is not a plain decimal number such as 37.01"),
        ("1 000", "has blanks around or inside the number"),
        ("12345678901234567890123456789", "has more than twenty digits before the point"),
        ("0.123456789", "has more than eight decimal places"),
        ("-20.00", "is negative; canonical amounts are positive, a refund is money returned"),
    ] {
        assert_rejected(paying(amount), "paid_cash", &format!("{amount:?} {why}"));
    }
    assert_rejected(
        paying("\"1,000\""),
        "paid_cash",
        "\"1,000\" has a grouping comma; plain digits such as 1000.00 are wanted",
    );
}

#[test]
fn amounts_are_exact_to_eight_decimals_and_twenty_digits() {
    for amount in ["20", "0", "", "00020.10", "0.00000001", "99999999999999999999", "20.10000000000000"] {
        assert_accepted(paying(amount), "B-5");
    }
    let folder = assert_accepted(paying("99999999999999999999.99999999"), "B-5");
    let files = folder.json("run/summary.json")["rows"]["by_file"].clone();
    assert_eq!(files[0]["sums"]["paid_cash"]["accepted"], "100000000000000000039.99999999");
}

#[test]
fn quantities_and_refunds_keep_the_same_grammar() {
    let folder = overpaid();
    let usage = folder.text("in/usage.csv")
        + "U-3,C-2,2023-03-01T03:00:00+08:00,1e3\nU-4,C-2,2023-03-01T03:00:00+08:00,\nU-5,C-2,2023-03-01T03:00:00+08:00,-0.5\n";
    let refunds =
        folder.text("in/refunds.csv") + "R-2,C-1,2023-03-02T08:00:00+08:00,ticket,completed,USD,-5,\n";
    folder.write("in/usage.csv", usage);
    folder.write("in/refunds.csv", refunds);
    folder.run("audit in").leaves("run", 3);
    let rejects: Vec<Vec<String>> =
        folder.rows("run/rejects.csv").into_iter().map(|row| row[..4].to_vec()).collect();
    let negative = "\"-5\" is negative; canonical amounts are positive, a refund is money returned";
    let exponent = "\"1e3\" is written with an exponent; plain digits such as 1000.00 are wanted";
    assert_eq!(
        rejects,
        [
            ["in/refunds.csv", "3", "refunded_cash", negative],
            ["in/usage.csv", "4", "quantity", exponent],
            ["in/usage.csv", "5", "quantity", "is empty"],
        ]
    );
    assert_eq!(folder.fates("run", "in/usage.csv"), [5, 3, 2, 0, 0]);
    // What the rejected refund says could matter, so the order is left open.
    assert!(folder.findings("run").iter().any(|(order, _, slug)| order == "C-1" && slug == "rejected-row"));
}

// ---- times

#[test]
fn times_that_are_none_are_rejected_with_the_reason() {
    let layout = "is not an instant such as 2026-03-01T08:00:00+08:00 or 2026-03-01 08:00:00";
    let year_zero = "names the year 0000; an export writes that where it has no date: leave the cell empty";
    for (at, why) in [
        ("2023-02-29T08:00:00+08:00", "names a day that is not in the calendar"),
        ("2023-02-29", "names a day that is not in the calendar"),
        ("2023-13-01 00:00:00", "names a day that is not in the calendar"),
        ("0000-00-00 00:00:00", year_zero),
        ("0000-01-01T00:00:00Z", year_zero),
        ("2023-03-01 24:00:00", "names a time of day that does not exist"),
        ("2023-03-01T08:00:00+8", "has an offset that is not of the form +08:00 or Z"),
        ("2023-03-01 08:00:00.1234567", "has more than six decimals of a second"),
        ("01/03/2023", layout),
        ("1677628800", layout),
        ("yesterday", layout),
    ] {
        assert_rejected(bought(at), "paid_at", &format!("{at:?} {why}"));
    }
    assert_rejected(bought(""), "paid_at", "is empty");
}

#[test]
fn the_ends_of_time_are_survived() {
    for at in [
        "9999-12-31T23:59:59+08:00",
        "9999-12-31 23:59:59",
        "9999-12-31",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
    ] {
        let (code, said) = with_bad_row(bought(at)).run("audit in").ends();
        assert_eq!(code, Some(0), "{said:?}");
        for (column, value) in [("requested_at", at), ("completed_at", at), ("arrived_at", at)] {
            let row = |of: &str| if of == column { value } else { "2023-03-02T08:00:00+08:00" };
            let refund = format!(
                "R-1,C-1,{},completed,USD,100.00,{},{}",
                row("requested_at"),
                row("completed_at"),
                row("arrived_at")
            );
            let header =
                "refund_id,order_id,requested_at,status,currency,refunded_cash,completed_at,arrived_at";
            let folder = agreeing().with("in/refunds.csv", csv(header, &[refund]));
            let (code, said) = folder.run("audit in --out run --outcomes all").ends();
            // Where nothing can be decided at such a time, the run says so.
            let decided = !said.stdout.starts_with("Decided 0 ");
            assert!(matches!((code, decided), (Some(0 | 1), true) | (Some(3), false)), "{column} {said:?}");
            folder.assert_ties("run");
            assert_eq!(order_ids(&folder), ["C-1", "C-2"]);
            folder.run("explain C-1 in").exits(0);
        }
    }
}

// ---- identity

#[test]
fn the_same_row_twice_counts_once() {
    let folder = overpaid();
    folder.run("audit in --format jsonl").exits(1);
    for file in ["orders", "refunds", "usage"] {
        let name = format!("in/{file}.csv");
        let text = folder.text(&name);
        let first = text.lines().nth(1).unwrap();
        folder.write(&name, format!("{text}{first}\n{first}\n"));
    }
    folder.run("audit in").leaves("run", 1);
    assert_eq!(folder.fates("run", "in/orders.csv"), [4, 2, 0, 2, 0]);
    assert_eq!(folder.fates("run", "in/refunds.csv"), [3, 1, 0, 2, 0]);
    let found = folder.findings("run");
    let about_orders: Vec<_> = found.iter().filter(|(order, ..)| !order.is_empty()).collect();
    assert_eq!(about_orders, [&("C-1".to_owned(), "R-1".to_owned(), "refund-overpaid".to_owned())]);
    let about_files =
        found.iter().filter(|(order, _, slug)| order.is_empty() && slug == "duplicate-row").count();
    assert!(about_files >= 2, "{found:?}");
}

#[test]
fn an_order_with_two_contents_is_judged_by_neither() {
    let folder = overpaid();
    let text = folder.text("in/orders.csv").replace("C-1,acct-1,css", "C-1,acct-7,css");
    let twice = folder.text("in/orders.csv") + text.lines().nth(1).unwrap() + "\n";
    folder.write("in/orders.csv", twice);
    folder.run("audit in").leaves("run", 3).says("duplicate-order");
    assert_eq!(folder.findings("run"), [("C-1".into(), "R-1".into(), "duplicate-order".into())]);
    let outcomes = folder.rows("run/outcomes.csv");
    assert_eq!(
        (outcomes.len(), outcomes[0][8].as_str(), outcomes[0][9].as_str()),
        (2, "unknown", "duplicate-order")
    );
    let finding: serde_json::Value = serde_json::from_str(folder.text("run/findings.jsonl").trim()).unwrap();
    let lines: Vec<u64> = finding["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["role"] == "order")
        .map(|row| row["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 4], "both rows are evidence");
    assert_eq!(folder.fates("run", "in/orders.csv")[0], 3);
}

#[test]
fn refunds_may_stand_before_their_orders() {
    let folder = overpaid();
    let wanted = folder.run("audit in/orders.csv in/usage.csv in/refunds.csv --format jsonl").exits(1).stdout;
    assert_eq!(
        folder.run("audit in/refunds.csv in/usage.csv in/orders.csv --format jsonl").exits(1).stdout,
        wanted
    );
    // Also within a folder, where the name puts the refunds first.
    fs::rename(folder.path("in/refunds.csv"), folder.path("in/a.csv")).unwrap();
    let found = folder.run("audit in --format jsonl").exits(1).stdout;
    assert_eq!(found, wanted.replace("in/refunds.csv", "in/a.csv"));
}

#[test]
fn a_currency_nobody_knows_is_undetermined_and_one_that_is_none_is_rejected() {
    let folder = overpaid();
    for file in ["in/orders.csv", "in/refunds.csv"] {
        let text = folder.text(file).replace("USD", "XQX");
        folder.write(file, text);
    }
    // More came back than was ever paid: that much is certain in any currency.
    folder.run("audit in").leaves("run", 1).says("currency-unknown");
    let found = |kind: &str| ("C-1".to_owned(), "R-1".to_owned(), kind.to_owned());
    assert_eq!(folder.findings("run"), [found("currency-unknown"), found("refund-overpaid")]);
    for (currency, hint) in [("usd", "; did you mean USD"), ("US$", ""), ("Dollar", "")] {
        let row = format!("B-5,a,mps,resource_pack,{currency},,20.00,2023-03-01T08:00:00+08:00,");
        let reason = format!("{currency:?} is not an ISO 4217 code of three capital letters{hint}");
        assert_rejected(row, "currency", &reason);
    }
    assert_rejected("B-5,a,mps,resource_pack,,,20.00,2023-03-01T08:00:00+08:00,", "currency", "is empty");
}

#[test]
fn ids_are_opaque() {
    for id in ["B 5", "0005", "5", "5e3", "NULL", "订单-5", "B-5'; --", "B-5/../x"] {
        assert_accepted(called(id), id);
    }
    let row = assert_rejected(called(""), "order_id", "is empty");
    assert!(row[4].starts_with(",a,mps"), "{row:?}");
    assert_rejected(
        called(" B-5"),
        "order_id",
        "\" B-5\" has blanks around it; an identifier is compared exactly",
    );
    assert_rejected(called("B-5\t"), "order_id", "\"B-5\\t\" holds the control character U+0009");
    let row = assert_rejected(called("B-\0-5"), "order_id", "\"B-\\0-5\" holds the control character U+0000");
    assert!(row[4].starts_with("B-\u{2400}-5,a,mps") && !row[4].contains('\0'), "{row:?}");
}

#[test]
fn a_leading_zero_makes_another_order() {
    let folder = overpaid();
    let orders = folder.text("in/orders.csv").replace("C-1,", "007,").replace("C-2,", "7,");
    let refunds = folder.text("in/refunds.csv").replace("C-1,", "07,");
    folder.write("in/orders.csv", orders);
    folder.write("in/refunds.csv", refunds);
    folder.run("audit in/orders.csv in/refunds.csv").leaves("run", 3);
    assert_eq!(order_ids(&folder), ["007", "7"]);
    assert_eq!(folder.findings("run"), [("07".into(), "R-1".into(), "orphan-refund".into())]);
}

#[test]
fn words_that_are_none_of_the_set_are_rejected_with_the_set() {
    let folder = overpaid();
    let refunds = folder.text("in/refunds.csv")
        + "R-2,C-1,2023-03-02T08:00:00+08:00,ticket,complete,USD,5,\nR-3,C-1,2023-03-02T08:00:00+08:00,phone,completed,USD,5,\n";
    folder.write("in/refunds.csv", refunds);
    folder.run("audit in").leaves("run", 3);
    let rejects: Vec<Vec<String>> =
        folder.rows("run/rejects.csv").into_iter().map(|row| row[1..4].to_vec()).collect();
    let status =
        "\"complete\" is not one of requested, approved, rejected, completed, cancelled; did you mean";
    assert_eq!(rejects.len(), 2);
    assert_eq!((&*rejects[0][0], &*rejects[0][1]), ("3", "status"));
    assert!(rejects[0][2].starts_with(status), "{rejects:?}");
    assert_eq!(rejects[1], ["4", "channel", "\"phone\" is not one of self_service, ticket"]);
    for (months, reason) in [("0", "\"0\""), ("1.5", "\"1.5\""), ("many", "\"many\"")] {
        let row = format!("B-5,a,mps,resource_pack,USD,,20.00,2023-03-01T08:00:00+08:00,{months}");
        assert_rejected(row, "months", &format!("{reason} is not a whole number of months from 1 to 1200"));
    }
}

#[test]
fn a_usage_row_without_any_id_is_rejected() {
    let folder = agreeing();
    let text = folder.text("in/usage.csv") + "U-3,,2023-03-01T03:00:00+08:00,1\n";
    folder.write("in/usage.csv", text);
    folder.run("audit in").leaves("run", 3);
    assert_eq!(
        folder.rows("run/rejects.csv")[0][1..4],
        ["4", "order_id", "is empty, and there is no instance_id either"]
    );
}

#[test]
fn every_bad_row_of_a_file_is_listed() {
    let bad: Vec<String> =
        (0..50).map(|at| paying(&format!("x{at}")).replacen("B-5", &format!("B-{at}"), 1)).collect();
    let folder = with_bad_row(bad.join("\n"));
    folder.run("audit in").leaves("run", 3);
    let lines: Vec<u64> = folder.rows("run/rejects.csv").iter().map(|row| row[1].parse().unwrap()).collect();
    assert_eq!(lines, (3..53).collect::<Vec<u64>>());
    assert_eq!(order_ids(&folder), ["B-1", "B-9"]);
    folder.run("audit in --quiet --allow-rejects 50").exits(0);
    folder.run("audit in --quiet --allow-rejects 49").exits(3);
}

// ---- the machine

/// Whether permissions bind whoever runs the tests; they do not bind root.
#[cfg(unix)]
fn permissions_bind(folder: &Folder) -> bool {
    use std::os::unix::fs::PermissionsExt;
    folder.write("closed/file", "");
    fs::set_permissions(folder.path("closed/file"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    fs::read(folder.path("closed/file")).is_err()
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_or_written_is_code_two() {
    use std::os::unix::fs::PermissionsExt;
    let folder = overpaid();
    if !permissions_bind(&folder) {
        return;
    }
    folder.run("audit in --out closed/run").exits(2).warns("closed/run: the run folder could not be written");
    assert!(!folder.path("closed/run").exists());
    fs::set_permissions(folder.path("in/usage.csv"), fs::Permissions::from_mode(0o000)).unwrap();
    folder.run("audit in --out run").exits(2).warns("in/usage.csv: Permission denied");
    assert!(!folder.path("run").exists());
    fs::set_permissions(folder.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_code_three_with_a_message() {
    let folder = overpaid();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for command in [
        "audit in",
        "audit in --format json",
        "audit in --format jsonl",
        "audit in --format csv",
        "audit in --format markdown",
        "explain C-1 in",
        "finding",
        "policy list",
        "policy show tencent-intl.css.package",
        "policy check",
    ] {
        let said = folder.run(command).stdout(full()).exits(3).warns("No space left on device");
        assert!(said.stderr.starts_with("refund-audit: ") && !said.stderr.contains("panicked"), "{said:?}");
    }
}

/// A limit on the size of files stands for the full disk, which no test can have for itself.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_while_a_folder_is_written_leaves_none() {
    let order = |at: usize| format!("C-{at},acct-{at},css,traffic,USD,100.00,2023-03-01T08:00:00+08:00");
    let folder = overpaid().with("in/orders.csv", csv(ORDERS, &(0..200).map(order).collect::<Vec<_>>()));
    for command in ["audit in --quiet --out run", "convert in --out run"] {
        let limited = format!("ulimit -f 8; trap '' XFSZ; exec \"$0\" {command}");
        let said = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_refund-audit")])
            .current_dir(folder.path(""))
            .output()
            .unwrap();
        let told = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(3), "{command}: {told}");
        assert!(
            told.starts_with("refund-audit: run: the run folder could not be written: File too large"),
            "{command}: {told}"
        );
        assert_eq!(folder.names(), ["in"], "{command}");
        // The same without the limit.
        folder.run(command).ends();
        assert_eq!(folder.names(), ["in", "run"], "{command}");
        fs::remove_dir_all(folder.path("run")).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_is_never_written_to() {
    let folder = overpaid();
    let before: Vec<Vec<u8>> =
        ["orders", "usage", "refunds"].map(|file| folder.bytes(&format!("in/{file}.csv"))).into();
    let modified = || fs::metadata(folder.path("in/orders.csv")).unwrap().modified().unwrap();
    let then = modified();
    folder.run("audit in").leaves("run", 1);
    let after: Vec<Vec<u8>> =
        ["orders", "usage", "refunds"].map(|file| folder.bytes(&format!("in/{file}.csv"))).into();
    assert_eq!((before, then), (after, modified()));
}
