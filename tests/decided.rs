//! What a run says that it decided: the first line, the money table, the list of refunds, the exit code, and how all
//! of it fits the terminal and the hands that paste from it.

mod support;

use std::process::Command;

use support::{Folder, ORDERS, REFUNDS, USAGE, csv, units};

/// Five refunds: one right, one 30.00 too much, one after use, one outside of the deductions, one of a product that
/// nobody knows; and one whose order is not there.
fn mixed() -> Folder {
    let orders = [
        "O-right,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
        "O-much,acct-2,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
        "O-used,acct-3,css,traffic,USD,50.00,2023-03-01T08:00:00+08:00",
        "O-early,acct-4,css,traffic,USD,70.00,2023-02-01T08:00:00+08:00",
        "O-unknown,acct-5,teapots,monthly,USD,20.00,2023-03-01T08:00:00+08:00",
        "O-quiet,acct-6,css,traffic,USD,500.00,2022-10-01T08:00:00+08:00",
    ];
    let usage = [
        "U-0,elsewhere,2023-03-01T01:00:00+08:00,1",
        "U-1,O-used,2023-03-02T03:00:00+08:00,1",
        "U-2,elsewhere,2023-03-10T03:00:00+08:00,1",
    ];
    let refund = |id: &str, order: &str, day: &str, sum: &str| {
        format!(
            "{id},{order},2023-{day}T08:00:00+08:00,self_service,completed,USD,{sum},2023-{day}T09:00:00+08:00"
        )
    };
    let refunds = [
        refund("R-right", "O-right", "03-03", "100.00"),
        refund("R-much", "O-much", "03-03", "130.00"),
        refund("R-used", "O-used", "03-03", "50.00"),
        refund("R-early", "O-early", "02-03", "70.00"),
        refund("R-unknown", "O-unknown", "03-03", "20.00"),
        refund("R-orphan", "O-elsewhere", "03-03", "60.00"),
    ];
    Folder::new()
        .with("in/orders.csv", csv(ORDERS, &orders))
        .with("in/usage.csv", csv(USAGE, &usage))
        .with("in/refunds.csv", csv(REFUNDS, &refunds))
}

const FIRST_LINE: &str = "Decided 3 of 5 refunds (280.00 of 370.00 USD). 1 needs the deductions from payment to \
    request; 1 has no policy. 1 more refund belongs to no order of these files (60.00 USD).";

/// The first paragraph of a summary as one line.
fn first_paragraph(text: &str) -> String {
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_line_says_how_much_was_decided() {
    let folder = mixed();
    let said = folder.run("audit in").exits(1);
    assert_eq!(first_paragraph(&said.stdout), FIRST_LINE, "{said:?}");
    folder.run("audit in").leaves("run", 1);
    let summary = folder.json("run/summary.json");
    assert_eq!(summary["headline"], FIRST_LINE);
    assert_eq!(summary["refunds"]["by_decision"]["mismatch"], 2);
    assert_eq!(summary["refunds"]["needs"], serde_json::json!({ "deductions": 1, "policy": 1 }));
    assert!(folder.run("audit in --format markdown").exits(1).stdout.contains(FIRST_LINE));
    let nothing = folder.run("audit in/orders.csv in/usage.csv").exits(0);
    assert_eq!(first_paragraph(&nothing.stdout), "No refund was given or asked for: 6 orders were read.");
}

/// `refunded = decided + review + undetermined` and `decided − owed = over − under`, of each line of money.
#[test]
fn the_money_foots() {
    let folder = mixed();
    folder.run("audit in").leaves("run", 1);
    let money = &folder.json("run/summary.json")["money"];
    let mut lines = 0;
    for kind in ["by_currency", "by_policy", "without_order"] {
        for line in money[kind].as_array().unwrap() {
            let sum = |key: &str| units(line[key].as_str().unwrap());
            assert_eq!(sum("refunded"), sum("decided") + sum("review") + sum("undetermined"), "{line:#}");
            assert_eq!(sum("decided") - sum("owed"), sum("over") - sum("under"), "{line:#}");
            lines += 1;
        }
    }
    assert_eq!(lines, 1 + 2 + 1, "{money:#}");
    let line = &money["by_currency"][0];
    let texts = ["refunded", "decided", "owed", "over", "under", "undetermined"]
        .map(|key| line[key].as_str().unwrap());
    assert_eq!(texts, ["370.00", "280.00", "200.00", "80.00", "0.00", "90.00"]);
    assert_eq!(money["without_order"][0]["refunded"], "60.00");
}

#[test]
fn refunds_are_a_list_to_work_through() {
    let folder = mixed();
    folder.run("audit in").leaves("run", 1);
    assert_eq!(folder.text("run/refunds.csv"), folder.run("audit in --format refunds").exits(1).stdout);
    let mut reader = csv::Reader::from_path(folder.path("run/refunds.csv")).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = folder.rows("run/refunds.csv");
    let cells = |columns: &[&str]| -> Vec<Vec<&str>> {
        let place = |column: &&str| header.iter().position(|one| one == *column).unwrap();
        let places: Vec<usize> = columns.iter().map(place).collect();
        rows.iter().map(|row| places.iter().map(|&at| row[at].as_str()).collect()).collect()
    };
    let of_sums =
        ["refund_id", "paid", "came_back", "owed_from", "owed_to", "difference", "decision", "line"];
    assert_eq!(
        cells(&of_sums),
        [
            ["R-early", "70.00", "70.00", "0.00", "70.00", "", "undetermined", "5"],
            ["R-orphan", "", "60.00", "", "", "", "undetermined", "7"],
            ["R-much", "100.00", "130.00", "100.00", "100.00", "30.00", "mismatch", "3"],
            ["R-right", "100.00", "100.00", "100.00", "100.00", "0.00", "agrees", "2"],
            ["R-unknown", "20.00", "20.00", "0.00", "20.00", "", "undetermined", "6"],
            ["R-used", "50.00", "50.00", "0.00", "0.00", "50.00", "mismatch", "4"],
        ]
    );
    let texts = cells(&["reason", "settled_by"]);
    assert!(texts[0][0].starts_with("usage-coverage-gap: The deduction export covers "), "{texts:?}");
    assert!(
        texts[0][1].starts_with("the deductions from 2023-02-01 08:00:00 to 2023-02-03 08:00:00"),
        "{texts:?}"
    );
    assert!(texts[5][0].starts_with("refund-after-deduction: "), "{texts:?}");
    assert!(texts.iter().all(|row| !row[0].contains('\n')), "{texts:?}");
    assert_eq!(texts[4][1], "a policy for teapots / monthly (--policies)");
}

#[test]
fn outcomes_list_what_was_asked_for_unless_all_is_wanted() {
    let folder = mixed();
    folder.run("audit in --out some").exits(1);
    folder.run("audit in").leaves("every", 1);
    let ids = |run: &str| -> Vec<String> {
        folder.rows(&format!("{run}/outcomes.csv")).into_iter().map(|row| row[0].clone()).collect()
    };
    assert_eq!(ids("some"), ["O-early", "O-much", "O-right", "O-unknown", "O-used"]);
    assert_eq!(ids("every").len(), 6);
    // What is listed changes no sum and no finding.
    let [some, every] = ["some", "every"].map(|run| folder.json(&format!("{run}/summary.json")));
    assert_eq!(some, every);
    assert_eq!(folder.text("some/findings.jsonl"), folder.text("every/findings.jsonl"));
}

#[test]
fn a_run_that_decided_nothing_is_not_clean() {
    let folder = mixed();
    let orders = folder.text("in/orders.csv").replace("css", "teapots");
    folder.write("in/orders.csv", orders);
    // More than was ever paid would be certain without a policy.
    let refunds = folder.text("in/refunds.csv").replace("130.00", "100.00");
    folder.write("in/refunds.csv", refunds);
    let said = folder.run("audit in/orders.csv in/refunds.csv --usage-covers ..").exits(3);
    assert!(
        said.stdout.starts_with("Decided 0 of 5 refunds (0.00 of 340.00 USD). 5 have no policy."),
        "{said:?}"
    );
    // The same from half of the refunds on, and by class.
    let folder = mixed();
    for (share, code) in [("100%", 1), ("50.01%", 1), ("50%", 3), ("1%", 3)] {
        folder.run(&format!("audit in --quiet --max-undecided {share}")).exits(code);
        let code = if code == 3 { 3 } else { 0 };
        folder.run(&format!("audit in --quiet --fail-on never --max-undecided {share}")).exits(code);
    }
    folder.run("audit in --quiet --max-undecided half").exits(2).warns("write it as 20% or 12.5%");
    let folder = support::agreeing();
    folder.run("audit in --quiet --fail-on undecided --max-undecided 0%").exits(0);
    let more =
        folder.text("in/refunds.csv") + "R-2,C-none,2023-03-02T08:00:00+08:00,ticket,completed,USD,5,\n";
    folder.write("in/refunds.csv", more.replace("2023-03-02T08", "2023-02-25T08"));
    folder.run("audit in --quiet --fail-on never").exits(0);
}

#[test]
fn an_as_of_before_every_row_decides_nothing() {
    let folder = mixed();
    let said = folder.run("audit in --as-of 2015-10-05").exits(3);
    let wanted = "Nothing lies before the as-of date 2015-10-05 23:59:59.999999: every purchase, request and \
                  deduction is later.";
    assert_eq!(first_paragraph(&said.stdout), wanted);
    // The first purchase is on 1 October 2022; a day is its end.
    folder.run("audit in --quiet --as-of 2022-09-30").exits(3);
    folder.run("audit in --quiet --as-of 2022-10-01").exits(0);
}

#[test]
fn hints_can_be_pasted() {
    let folder = mixed();
    std::fs::rename(folder.path("in"), folder.path("the exports")).unwrap();
    let said = folder.run("audit --usage-covers ..").arg("the exports").exits(1);
    let (_, hints) = said.stdout.split_once("To see more\n").unwrap();
    let hints = hints.replace("\\\n", " ");
    let commands: Vec<&str> =
        hints.lines().filter_map(|line| line.strip_prefix("    refund-audit ")).collect();
    assert_eq!(commands.len(), 3, "{hints}");
    for (command, code) in commands.iter().zip([0, 0, 1]) {
        let program = env!("CARGO_BIN_EXE_refund-audit");
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", &format!("'{program}' {command}")]).current_dir(folder.path(""));
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{command}: {said}");
    }
}

/// In a terminal of so many columns, every line of every page fits.
#[cfg(target_os = "linux")]
#[test]
fn pages_follow_the_width_of_the_terminal() {
    use unicode_width::UnicodeWidthStr;

    let folder = mixed();
    let program = env!("CARGO_BIN_EXE_refund-audit");
    if Command::new("script").arg("--version").output().is_err() {
        return;
    }
    for columns in [60, 80, 100, 132] {
        for arguments in [
            "audit in",
            "explain R-used in",
            "inspect in",
            "finding usage-coverage-gap",
            "policy show css.package",
        ] {
            let quiet = if arguments.contains(" in") && !arguments.contains("inspect") {
                "--progress never"
            } else {
                ""
            };
            let command = format!("stty cols {columns} rows 40; NO_COLOR=1 '{program}' {arguments} {quiet}");
            let mut shell = Command::new("script");
            let shell = shell.args(["-qec", &command, "/dev/null"]).current_dir(folder.path(""));
            let text = String::from_utf8(shell.output().unwrap().stdout).unwrap();
            assert!(text.lines().count() > 5, "{arguments}: {text}");
            let widest =
                text.lines().map(|line| line.trim_end_matches('\r')).max_by_key(|line| line.width()).unwrap();
            assert!(widest.width() <= columns, "{arguments} at {columns}: {widest}");
            if columns == 132 && arguments == "audit in" {
                assert!(widest.width() > 100, "the room is used: {widest}");
            }
        }
    }
}

#[test]
fn a_spreadsheet_computes_nothing() {
    let order = "=cmd|' /C calc'!A0,a1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00";
    let refund = "@R-1,=cmd|' /C calc'!A0,2023-03-02T08:00:00+08:00,self_service,completed,USD,130.00,2023-03-02T09:00:00+08:00";
    let bad = "-2+3,a1,css,traffic,USD,1OO,2023-03-01T08:00:00+08:00";
    let folder = Folder::new()
        .with("in/orders.csv", csv(ORDERS, &[order, bad]))
        .with("in/refunds.csv", csv(REFUNDS, &[refund]));
    folder.run("audit in --usage-covers ..").leaves("run", 3);
    folder.run("audit in --usage-covers .. --csv-guard never").leaves("plain", 3);
    for (file, cell) in [
        ("findings.csv", 0),
        ("findings.csv", 1),
        ("outcomes.csv", 0),
        ("refunds.csv", 0),
        ("rejects.csv", 4),
    ] {
        let [guarded, plain] =
            ["run", "plain"].map(|run| folder.rows(&format!("{run}/{file}"))[0][cell].clone());
        assert!(plain.starts_with(['=', '@', '-']), "{file}: {plain}");
        assert_eq!(guarded, format!("'{plain}"), "{file}");
    }
    let difference = folder.rows("run/outcomes.csv")[0].clone();
    assert!(difference.iter().any(|cell| cell == "130.00"), "amounts stay numbers: {difference:?}");
    assert!(
        folder.text("run/findings.jsonl").contains("\"order_id\":\"=cmd|' /C calc'!A0\""),
        "JSON is exact"
    );
    assert_eq!(folder.json("run/manifest.json")["options"]["csv_guard"], "always");
}

#[test]
fn nothing_of_an_input_steers_the_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2Jte\u{202e}a";
    let orders = format!("O-1,a1,{evil},pots,USD,100.00,2023-03-01T08:00:00+08:00,{evil}");
    let refunds =
        "R-1,O-1,2023-03-02T08:00:00+08:00,self_service,completed,USD,100.00,2023-03-02T09:00:00+08:00";
    let events =
        format!("kind,account_id,at,reason\naccount_suspended,a1,2023-03-01T09:00:00+08:00,{evil}\n");
    let folder = Folder::new()
        .with("in/orders.csv", csv(&format!("{ORDERS},{evil}"), &[orders]))
        .with("in/refunds.csv", csv(REFUNDS, &[refunds]))
        .with("in/events.csv", events);
    for command in
        ["audit in", "audit in --format markdown", "inspect in", "explain O-1 in", &format!("finding {evil}")]
    {
        let (_, said) = folder.run(command).ends();
        let steers = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
        assert!(!steers(&said.stdout) && !steers(&said.stderr), "{command}: {:?}", said.stdout);
    }
}

/// A person has an order, a refund or a resource in front of them, and the row that matters may be one that could not
/// be read.
#[test]
fn explain_takes_any_id_and_hides_no_rejected_row() {
    let orders = "order_id,instance_id,account_id,product,package_type,order_kind,currency,paid_cash,paid_at";
    let rows = [
        "O-1,pack-7,a1,css,traffic,new,USD,100.00,2023-03-01T08:00:00+08:00",
        "O-2,pack-7,a1,css,traffic,renew,USD,100.00,2023-04-01T08:00:00+08:00",
    ];
    let refund = |id: &str, order: &str, sum: &str| {
        format!(
            "{id},{order},2023-03-02T08:00:00+08:00,self_service,completed,USD,{sum},2023-03-02T09:00:00+08:00"
        )
    };
    let folder = Folder::new()
        .with("in/orders.csv", csv(orders, &rows))
        .with("in/refunds.csv", csv(REFUNDS, &[refund("R-1", "O-1", "100.00"), refund("R-9", "O-9", "5.00")]))
        .with(
            "in/usage.csv",
            csv(USAGE, &["U-1,other,2023-03-01T08:00:00+08:00,1", "U-2,other,2023-04-02T08:00:00+08:00,1"]),
        );
    let of_order = folder.run("explain O-1 in").exits(0).says("Order O-1: css / traffic").stdout;
    let of_refund = folder.run("explain R-1 in").exits(0).stdout;
    assert_eq!(of_refund, format!("Refund R-1 is for order O-1.\n\n{of_order}"));
    let of_pack = folder.run("explain pack-7 in").exits(0).says("pack-7 was bought by orders O-1, O-2.");
    assert!(of_pack.stdout.contains(&of_order) && of_pack.stdout.contains("Order O-2: "), "{of_pack:?}");
    folder
        .run("explain R-9 in")
        .exits(0)
        .says("Refund R-9 is for order O-9, which is in none of the files.")
        .says("orphan-refund");
    folder
        .run("explain pack-8 in")
        .exits(2)
        .warns("no order, refund or instance \"pack-8\" in the exports")
        .warns("; did you mean pack-7");
    folder.run("explain R-10 in").exits(2).warns("; did you mean R-1");
    folder.run("explain in O-1").exits(2).warns("explain wants the id first, then the files");
    // The letter O in an amount: audit ends with 3, and so does the story, which says what is not in it.
    folder.write(
        "in/refunds.csv",
        csv(REFUNDS, &[refund("R-1", "O-1", "1O0.00"), refund("R-9", "O-9", "5.00")]),
    );
    folder
        .run("explain O-1 in")
        .exits(3)
        .says("Rejected, and so not in this story: 1 row that names it")
        .says("in/refunds.csv:2: refunded_cash \"1O0.00\"");
    folder.run("explain R-1 in").exits(3).says("in/refunds.csv:2: refunded_cash");
    folder.run("explain O-2 in").exits(3).says("Rejected: 1 row, none of which names it");
    folder.run("audit in --quiet").exits(3);
}

#[test]
fn a_part_of_a_name_finds_kinds_and_policies() {
    let folder = Folder::new();
    let whole = folder.run("finding usage-coverage-gap").exits(0).stdout;
    assert_eq!(folder.run("finding coverage").exits(0).stdout, whole);
    let several = folder.run("finding orphan").exits(0).stdout;
    let slugs: Vec<&str> = several.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(slugs, ["orphan-refund", "orphan-deduction"]);
    folder.run("finding nothing-such").exits(2).warns("no kind of finding is called");
    let policy = folder.run("policy show tencent-intl.css.package").exits(0).stdout;
    assert_eq!(folder.run("policy show css.package").exits(0).stdout, policy);
    let several = folder.run("policy show css").exits(0).stdout;
    assert!(several.lines().count() > 1 && several.lines().all(|line| line.contains("css")), "{several}");
    folder.run("policy show cvm").exits(2).warns("no policy \"cvm\"");
}

#[test]
fn inspect_is_brief_and_groups_reasons_and_never_green_over_nothing() {
    let bad = |at: u64| format!("O-{at},a1,css,traffic,USD,1OO.{at:02},2023-03-01T08:00:00+08:00");
    let rows: Vec<String> = (0..26).map(bad).collect();
    let folder = Folder::new().with("in/orders.csv", csv(ORDERS, &rows));
    let said = folder.run("inspect in").exits(3).says("26 rows: paid_cash \"1OO.00\" is not");
    assert_eq!(said.stdout.matches("paid_cash \"1OO").count(), 1, "{said:?}");
    let brief = folder
        .run("inspect in --brief")
        .exits(3)
        .says("26 rows: paid_cash")
        .says("What the files together can decide");
    assert!(
        brief.stdout.lines().count() < said.stdout.lines().count() && !brief.stdout.contains("for example"),
        "{brief:?}"
    );
    folder.write("in/orders.csv", csv(ORDERS, &[bad(1).replace('O', "0").replace("0-1", "O-1")]));
    folder.run("inspect in").exits(0);
    let folder = Folder::new().with("what.csv", "a,b\n1,2\n");
    let said = folder.run("inspect what.csv").exits(2);
    assert!(said.stdout.is_empty() && said.stderr.contains("what.csv"), "{said:?}");
}

#[test]
fn what_is_typed_wrongly_is_answered_with_the_nearest() {
    let folder = mixed();
    folder.run("audit im").exits(2).warns("im: No such file or directory; did you mean in");
    folder.run("audit --orders in/order.csv").exits(2).warns("did you mean in/orders.csv");
    folder.run("explain R-1").exits(2).warns("for example `refund-audit explain ID exports/`");
    folder.write("mine/rules.toml", "");
    folder
        .run("audit in --policies mine/rules.toml")
        .exits(2)
        .warns("--policies mine/rules.toml: give the folder, not the file");
    folder.write("notes/read.me", "x");
    folder
        .run("audit notes")
        .exits(2)
        .warns("notes: no table in this folder or below it; skipped: notes/read.me");
    let piped = std::fs::File::open(folder.path("in/orders.csv")).unwrap();
    folder
        .run("audit --orders - --refunds in/refunds.csv --usage in/usage.csv")
        .stdin(piped)
        .exits(1)
        .says("Decided 3 of 5");
}

#[test]
fn a_run_is_scored_against_its_truth() {
    let folder = Folder::new();
    folder.run("generate --seed 5 --orders 2000 --out made").exits(0);
    folder.run("audit made --quiet --out run").exits(1);
    let said = folder.run("score run made/truth.jsonl").exits(0);
    assert!(
        said.stdout
            .lines()
            .last()
            .is_some_and(|line| line.starts_with("total ") && line.ends_with(" 0            0")),
        "{said:?}"
    );
    // One that was found is taken away, and one is made up.
    let found = folder.text("run/findings.jsonl");
    let of_order = found.lines().position(|line| line.starts_with("{\"order_id\":\"")).unwrap();
    let fewer: Vec<&str> =
        found.lines().enumerate().filter(|(at, _)| *at != of_order).map(|(_, line)| line).collect();
    folder.write("less.jsonl", fewer.join("\n"));
    folder.run("score less.jsonl made/truth.jsonl").exits(1).says("\nmissed: ");
    folder.write("more.jsonl", found + "{\"order_id\":\"O-made-up\",\"finding\":\"refund-overpaid\"}\n");
    folder
        .run("score more.jsonl made/truth.jsonl")
        .exits(1)
        .says("not planted: refund-overpaid of O-made-up");
    folder.run("score nowhere made/truth.jsonl").exits(2).warns("nowhere cannot be scored");
}
