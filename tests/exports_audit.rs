//! Exports as people have them, from the command line to the findings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

const BILL: &str = "\
支付者UIN,使用者UIN,产品名称,子产品名称,计费模式,资源ID,交易类型,订单ID,扣费时间,组件名称,优惠后总价,代金券支出(元),赠送账户支出(元),分成账户支出(元),现金账户支出(元)
909619400,909619400,云直播,云直播,包年包月,281975,包年包月新购,20240716478001340751511,2024-07-16 15:07:09,流量资源包,100.00,0,0,0,100.00
909619400,909619400,云直播,云直播,包年包月,281975,包年包月退款,20240719478001340999911,2024-07-19 09:00:00,流量资源包,-100.00,0,0,0,-100.00
909619400,909619400,云直播,云直播,包年包月,281976,包年包月新购,20240716478001340751512,2024-07-16 15:07:09,流量资源包,100.00,0,0,0,100.00
909619400,909619400,云直播,云直播,包年包月,281976,包年包月退款,20240719478001340999912,2024-07-19 09:00:00,流量资源包,-80.00,0,0,0,-80.00
909619400,909619400,云直播,云直播,按量计费,281976,按量计费日结,-,2024-07-19 09:00:00,流量,1.00,0,0,0,1.00
";
const DEDUCTIONS: &str = "\
资源包ID,资源包类型,使用量,抵扣类型,抵扣比例,抵扣量,抵扣时间
281975,流量资源包,2.365GB,中国大陆流量,1:1,2.365GB,2024-07-17 10:00:00
999999,流量资源包,1GB,中国大陆流量,1:1,1GB,2024-07-18 10:00:00
";

/// A policy for the mainland site, on which these bills were written: the built-in ones about the product are
/// those of the other site.
const POLICY: &str = "\
schema = \"refund-policy/2\"
[policy]
id = \"tencent-cn.css.package\"
vendor = \"tencent-cloud\"
site = \"cn\"
title = \"CSS packages of the mainland site, taken to be as those of the other\"
timezone = \"+08:00\"
[policy.applies]
product = [\"css\"]
package_type = [\"traffic\"]
order_kind = [\"new\"]
[[version]]
id = \"2022-12-22\"
base = \"tencent-intl.css.package@2022-12-22\"
effective_from = 2022-12-01T00:00:00+08:00
select_by = \"purchase\"
confidence = \"low\"
[[version.source]]
url = \"https://example.com/\"
title = \"Made up\"
stamp = \"none\"
read_on = \"2026-11-21\"
";

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the program, with the policy of the mainland site where it judges.
fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let judges = matches!(arguments[0], "audit" | "explain");
    let policies: &[&str] = if judges { &["--policies", "policies"] } else { &[] };
    run_as_typed(folder, &[arguments, policies].concat())
}

fn run_as_typed(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
    let done = command.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("policies")).unwrap();
    fs::write(folder.path().join("policies/tencent-cn.css.package.toml"), POLICY).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

const COVERED: [&str; 2] = ["--usage-covers", "2024-07-01..2024-08-01"];

/// The findings about orders, without the files they were read from.
fn findings(folder: &Path, path: &str) -> Vec<(String, String, String, String, String)> {
    let ran = run(folder, &[&["audit", path, "--format", "jsonl"][..], &COVERED].concat());
    // Columns that were not read are named; nothing else is said beside the findings.
    assert!(ran.err.lines().all(|line| line.contains(": columns not read: ")), "{}", ran.err);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ran.out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|finding| !finding["order_id"].is_null())
        .map(|finding| {
            (
                text(&finding["order_id"]),
                text(&finding["finding"]),
                text(&finding["amount_at_risk"]),
                nowhere(&text(&finding["explanation"])),
                text(&finding["fingerprint"]),
            )
        })
        .collect()
}

/// A sentence without the places of the rows that it names.
fn nowhere(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let place = word.trim_end_matches([';', '.', ',']);
        let line = place.rsplit_once(':').map(|(_, line)| line);
        let names_row = place.contains(".csv") && line.is_some_and(|line| line.parse::<u64>().is_ok());
        if names_row { word.replace(place, "a row") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn slugs(found: &[(String, String, String, String, String)]) -> Vec<(&str, &str)> {
    found.iter().map(|(_, slug, amount, ..)| (slug.as_str(), amount.as_str())).collect()
}

#[test]
fn a_bill_and_its_deductions_are_enough() {
    let here = folder(&[("exports/bill.csv", BILL.as_bytes()), ("exports/used.csv", DEDUCTIONS.as_bytes())]);
    let found = findings(here.path(), "exports");
    // A deduction between payment and completion: the time of the request decides, and no bill has it.
    assert_eq!(slugs(&found), [("request-time-unknown", "100.00"), ("refund-underpaid", "20.00")]);
    assert!(found[0].3.contains("The export has no time of the request"), "{}", found[0].3);
    assert!(found[1].3.contains("The export has no time of the request"), "{}", found[1].3);
    let ran = run(here.path(), &[&["audit", "exports"][..], &COVERED].concat());
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    for wanted in [
        "tencent-bill-cn: exports/bill.csv",
        "tencent-pack-deduct: exports/used.csv",
        "With the times at which refunds of account 909619400 were requested (the console shows them), 1 more order \
         could be decided.",
        "With the pack list or the order list that names the packs of file exports/used.csv, 1 more deduction could \
         be tied",
        "With a list of what was given away to account 909619400 (no gift flag is in the exports), 1 more order could \
         be checked",
        "refunds tied to their order by its resource: 2.",
    ] {
        assert!(
            ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(wanted),
            "{wanted}\n{}",
            ran.out
        );
    }
}

/// What more data would decide, sentence by sentence.
fn wanting(folder: &Path, path: &str, options: &[&str]) -> Vec<String> {
    let out = folder.join("run");
    run(folder, &[&["audit", path, "--out", "run", "--force", "--quiet"], options].concat());
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let said = summary["wanting"].as_array().map(Vec::as_slice).unwrap_or_default();
    said.iter().map(|sentence| sentence.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_missing_is_summed_up_by_account() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let read = |name: &str| String::from_utf8(fs::read(fixtures.join(name)).unwrap()).unwrap();
    let (flow, list) = (read("alibaba-billflow/interface.csv"), read("alibaba-orders/interface.csv"));
    let used = read("alibaba-deduct/interface.csv");
    let said = |list: &str, options: &[&str]| {
        let files = [("e/flow.csv", &*flow), ("e/orders.csv", list), ("e/used.csv", &*used)];
        let here = folder(&files.map(|(name, text)| (name, text.as_bytes())));
        wanting(here.path(), "e", options)
    };
    let pack = "With the pack list of account 1234567890123456, 1 more order could be checked against deductions that \
                name only packs.";
    let details = "With the deduction details of account 909619400 from payment to request, 2 more orders could be \
                   decided.";
    let nameless = list.replace("[\"\"rtc-pack-1\"\"]", "[]");
    assert_ne!(list, nameless);
    assert!(said(&nameless, &[]).iter().any(|sentence| sentence == pack), "{:?}", said(&nameless, &[]));
    assert!(said(&list, &[]).iter().all(|sentence| sentence != pack), "{:?}", said(&list, &[]));
    // Deductions that end before the refunds, and such as reach over them.
    let here = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let short = wanting(here.path(), "e", &["--usage-covers", "2024-07-01..2024-07-10"]);
    assert!(short.iter().any(|sentence| sentence == details), "{short:?}");
    let whole = wanting(here.path(), "e", &COVERED);
    assert!(whole.iter().all(|sentence| !sentence.contains("deduction details")), "{whole:?}");
    // Canonical files have a flag for gifts and say what they say.
    run(here.path(), &["convert", "e", "--out", "canonical"]);
    assert_eq!(wanting(here.path(), "canonical", &COVERED), Vec::<String>::new());
}

#[test]
fn what_turns_on_the_time_of_the_request_is_a_review_with_both_ends() {
    let here = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let ran = run(here.path(), &[&["audit", "e", "--format", "jsonl"][..], &COVERED].concat());
    let all = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let turning: Vec<Value> = all.filter(|finding| finding["finding"] == "request-time-unknown").collect();
    assert_eq!(turning.len(), 1);
    assert_eq!(turning[0]["class"], "review");
    assert_eq!(
        turning[0]["readings"],
        serde_json::json!([
            "earliest request 2024-07-16T15:07:09+08:00: 100.00 owed",
            "latest request 2024-07-19T09:00:00+08:00 (the as-of date): nothing owed (refund-after-deduction)"
        ])
    );
    // The deduction that decides at one end is among the rows.
    assert!(turning[0]["evidence"].as_array().unwrap().iter().any(|row| row["file"] == "e/used.csv"));
    let ran = run(here.path(), &[&["explain", "20240716478001340751511", "e"][..], &COVERED].concat());
    for wanted in [
        "requested at an unknown time,",
        "A request at 2024-07-16T15:07:09+08:00, the earliest that it may have been made",
        "A request at 2024-07-19T09:00:00+08:00, the latest that it may have been made",
        "[ ] use: net deduction 0 at the request",
        "[x] use: net deduction 2.365 at the request",
        "Verdict: review",
    ] {
        assert!(ran.out.contains(wanted), "{wanted}\n{}", ran.out);
    }
}

#[test]
fn a_policy_of_another_site_rules_no_order() {
    let here = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let judged = |options: &[&str]| {
        let ran =
            run_as_typed(here.path(), &[&["audit", "e", "--format", "jsonl"], options, &COVERED].concat());
        let all = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of_orders = all.filter(|finding| !finding["order_id"].is_null());
        of_orders
            .map(|finding| {
                (finding["finding"].as_str().unwrap().to_owned(), finding["explanation"].to_string())
            })
            .collect::<Vec<_>>()
    };
    let built_in = judged(&[]);
    assert_eq!(
        built_in.iter().map(|(slug, _)| slug.as_str()).collect::<Vec<_>>(),
        ["no-policy", "no-policy"]
    );
    assert!(
        built_in[0].1.contains("No policy covers css / traffic")
            && built_in[0]
                .1
                .contains("on the vendor's cn site, and the policies about css are those of another"),
        "{}",
        built_in[0].1
    );
    let ran = run_as_typed(here.path(), &[&["audit", "e"][..], &COVERED].concat());
    let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(
        "With a policy for product css on the site cn (--policies), 2 more orders of the vendor's other site"
    ));
    let ran = run_as_typed(here.path(), &["explain", "20240716478001340751511", "e"]);
    assert!(ran.out.contains("policies about css: tencent-intl.css.other-package, tencent-intl.css.package"));
    // A policy of the site; the first edition wrote the site behind the word.
    let first_edition =
        POLICY.replace("[\"css\"]", "[\"css@cn\"]").replace("refund-policy/2", "refund-policy/1");
    for policy in [POLICY, first_edition.as_str()] {
        fs::write(here.path().join("policies/tencent-cn.css.package.toml"), policy).unwrap();
        let slugs: Vec<String> =
            judged(&["--policies", "policies"]).into_iter().map(|(slug, _)| slug).collect();
        assert_eq!(slugs, ["request-time-unknown", "refund-underpaid"], "{policy}");
    }
    // The international bill of the same product is ruled by the built-in policy.
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects/tencent-bill-intl");
    let ran = run_as_typed(
        here.path(),
        &["audit", fixture.join("2023.csv").to_str().unwrap(), "--usage-covers", ".."],
    );
    assert!(ran.out.contains("tencent-intl.css.package"), "{}", ran.out);
}

#[test]
fn a_finding_says_how_its_refund_came_to_the_order() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let read = |name: &str| fs::read(fixtures.join(name)).unwrap();
    let said = |files: &[(&str, &[u8])]| {
        let here = folder(files);
        let found = findings(here.path(), "e");
        let ran = run(here.path(), &["convert", "e", "--out", "canonical"]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert_eq!(found, findings(here.path(), "canonical"));
        found
    };
    let of_resource = |bill: &str| {
        let found = said(&[("e/bill.csv", bill.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
        found.into_iter().find(|finding| finding.1 == "refund-underpaid").unwrap()
    };
    let only = of_resource(BILL);
    assert!(only.3.contains("tied to this order by its resource 281976."), "{}", only.3);
    // A renewal of the same pack before the refund: of two orders, the later one.
    let renewal = |at: &str| {
        let row = "909619400,909619400,云直播,云直播,包年包月,281976,包年包月新购,20240717478001340751513,AT,流量资源包,\
                   100.00,0,0,0,100.00\n";
        of_resource(&(BILL.to_owned() + &row.replace("AT", at)))
    };
    let later = renewal("2024-07-19 09:00:00");
    assert_eq!(later.0, "20240717478001340751513");
    assert!(
        later.3.contains("its resource 281976: of the several orders of that, this is the latest"),
        "{}",
        later.3
    );
    let too_late = renewal("2024-07-19 09:00:01");
    assert_eq!(too_late.0, "20240716478001340751512");
    assert!(too_late.3.contains("tied to this order by its resource 281976."), "{}", too_late.3);
    // The order list names the order of a refund that the bill flow has without one.
    let (flow, list) = (read("alibaba-billflow/interface.csv"), read("alibaba-orders/interface.csv"));
    let both = said(&[("e/flow.csv", &flow), ("e/orders.csv", &list)]);
    let tied = both.iter().filter(|finding| finding.0 == "202012345675912");
    assert!(tied.clone().count() > 0, "the list names the order itself: {both:?}");
    let alone = said(&[("e/flow.csv", &flow)]);
    assert_eq!(alone.len(), 1);
    assert_eq!((alone[0].0.as_str(), alone[0].1.as_str()), ("?210000000012345", "orphan-refund"));
    assert!(alone[0].3.contains("names no order, and nothing else"), "{}", alone[0].3);
    // One refund of three orders stands with the first.
    let several = read("tencent-bill-cn/published-refund.csv");
    let several = said(&[("e/bill.csv", &several)]);
    assert!(!several.is_empty());
    assert!(several.iter().all(|finding| finding.3.contains("names several orders")), "{several:?}");
}

#[test]
fn the_same_saved_in_a_spreadsheet_in_gbk() {
    let plain = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let habits = |text: &str| {
        let text = text.replace("2024-07-16 15:07:09", "2024/7/16 15:07:09").replace('\n', "\r\n");
        text.replace("281975,包", "\t281975,包").replace(",100.00", ",\"￥100.00\"") + "\r\n,,,,\r\n"
    };
    let saved = folder(&[("e/bill.csv", &gbk(&habits(BILL))), ("e/used.csv", &gbk(DEDUCTIONS))]);
    assert_eq!(findings(plain.path(), "e"), findings(saved.path(), "e"));
}

#[test]
fn packed_files_are_the_same_exports() {
    let plain = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let mut zipped = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let (header, rows) = BILL.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    for (name, rows) in [("1.csv", &rows[..2]), ("2.csv", &rows[2..])] {
        zipped.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let text = format!("{header}\n{}\n", rows.join("\n"));
        std::io::Write::write_all(&mut zipped, text.as_bytes()).unwrap();
    }
    let zipped = zipped.finish().unwrap().into_inner();
    let zstd = zstd::encode_all(DEDUCTIONS.as_bytes(), 1).unwrap();
    let packed = folder(&[("e/bill.zip", &zipped), ("e/used.csv.zst", &zstd), ("e/notes.txt", b"hello")]);
    assert_eq!(findings(plain.path(), "e"), findings(packed.path(), "e"));
    let ran = run(packed.path(), &["audit", "e", "--format", "jsonl", "--usage-covers", ".."]);
    assert!(ran.out.contains("\"file\":\"e/bill.zip!2.csv\",\"line\":3"), "{}", ran.out);
    let ran = run(packed.path(), &["audit", "e"]);
    assert!(ran.out.contains("Skipped: e/notes.txt"), "{}", ran.out);
}

#[test]
fn files_that_cover_the_same_days_count_once() {
    let plain = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    // The file of the sixth has the days to the fifth, that of the eighth has them again and more.
    let lines: Vec<&str> = BILL.lines().collect();
    let first = lines[..3].join("\n") + "\n";
    let later = BILL.replace("流量资源包,100.00", "流量资源包,100.00000000");
    let here = folder(&[
        ("e/20240706-bill.csv", first.as_bytes()),
        ("e/20240708-bill.csv", later.as_bytes()),
        ("e/202407.csv", BILL.as_bytes()),
        ("e/used.csv", DEDUCTIONS.as_bytes()),
    ]);
    assert_eq!(findings(plain.path(), "e"), findings(here.path(), "e"));
    let ran = run(here.path(), &[&["audit", "e", "--format", "jsonl"][..], &COVERED].concat());
    assert!(ran.out.contains("\"finding\":\"duplicate-row\""), "{}", ran.out);
    // With another amount in one of them nothing is settled silently.
    let other = BILL.replace(",-80.00,0,0,0,-80.00", ",-70.00,0,0,0,-70.00");
    fs::write(here.path().join("e/202407.csv"), other).unwrap();
    let found = findings(here.path(), "e");
    assert!(slugs(&found).iter().any(|(slug, _)| *slug == "duplicate-row"), "{found:?}");
}

#[test]
fn a_packed_file_is_held_to_the_role_it_was_given_for() {
    let orders = "order_id,account_id,product,package_type,currency,paid_at\nC-1,1,css,traffic,USD,2024-07-16 15:07:09\n";
    let packed = zstd::encode_all(orders.as_bytes(), 1).unwrap();
    let here = folder(&[("orders.csv.zst", &packed)]);
    assert_eq!(run(here.path(), &["audit", "--orders", "orders.csv.zst"]).code, Some(0));
    let ran = run(here.path(), &["audit", "--refunds", "orders.csv.zst"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("orders.csv.zst: given as refunds, but it is canonical-orders"), "{}", ran.err);
}

#[test]
fn two_vendors_months_in_one_folder() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let read = |name: &str| fs::read(fixtures.join(name)).unwrap();
    let here = folder(&[
        ("e/july.csv", BILL.as_bytes()),
        ("e/used.csv", DEDUCTIONS.as_bytes()),
        ("e/ali/flow.csv", &read("alibaba-billflow/interface.csv")),
        ("e/ali/orders.csv", &read("alibaba-orders/interface.csv")),
        ("e/ali/used.csv", &read("alibaba-deduct/interface.csv")),
    ]);
    let ran = run(here.path(), &["audit", "e", "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    assert!(ran.err.is_empty(), "{}", ran.err);
    assert!(!report.is_null(), "{}", ran.out);
    let ran = run(here.path(), &["audit", "e", "--out", "run"]);
    assert!(ran.err.is_empty(), "{}", ran.err);
    let summary: Value =
        serde_json::from_slice(&fs::read(here.path().join("run/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["rows"]["ties"], true);
    let files = summary["rows"]["by_file"].as_array().unwrap();
    let dialects: Vec<&str> = files.iter().filter_map(|file| file["dialect"].as_str()).collect();
    assert_eq!(
        dialects,
        ["alibaba-billflow", "alibaba-orders", "alibaba-deduct", "tencent-bill-cn", "tencent-pack-deduct"]
    );
    // Every row counts once, in its file and in the sums by role.
    let read = |value: &Value| value["read"].as_u64().unwrap();
    let by_role: u64 = summary["rows"]["by_role"].as_object().unwrap().values().map(read).sum();
    assert_eq!(files.iter().map(read).sum::<u64>(), by_role);
    let manifest = fs::read_to_string(here.path().join("run/manifest.json")).unwrap();
    assert!(manifest.contains("\"dialect\": \"alibaba-orders\""), "{manifest}");
}

#[test]
fn a_conversion_gives_the_findings_of_the_original() {
    let here = folder(&[("e/bill.csv", BILL.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let ran = run(here.path(), &["convert", "e", "--out", "canonical"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    assert_eq!(findings(here.path(), "e"), findings(here.path(), "canonical"));
    let ran = run(here.path(), &["convert", "e", "--out", "canonical"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("canonical: is there already"), "{}", ran.err);
}

#[test]
fn a_conversion_names_every_file_that_cannot_be_read() {
    let cut = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
    let here = folder(&[
        ("e/july.csv.gz", &cut[..]),
        ("e/august.csv.gz", &cut[..]),
        ("e/good.csv", BILL.as_bytes()),
    ]);
    let ran = run(here.path(), &["convert", "e", "--out", "c"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.err.contains("e/july.csv.gz") && ran.err.contains("e/august.csv.gz"), "{}", ran.err);
    assert!(!here.path().join("c").exists());
}

#[test]
fn conversions_of_all_fixtures_give_their_findings() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let mut tried = 0;
    for dialect in fs::read_dir(&fixtures).unwrap().map(|entry| entry.unwrap().path()) {
        if !dialect.is_dir() {
            continue;
        }
        let here = folder(&[]);
        let path = dialect.to_str().unwrap();
        let ran = run(here.path(), &["convert", path, "--out", "c"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{path}: {}{}", ran.out, ran.err);
        if fs::read_dir(here.path().join("c")).unwrap().count() > 1 {
            assert_eq!(findings(here.path(), path), findings(here.path(), "c"), "{path}");
            tried += 1;
        }
        let ran = run(here.path(), &["inspect", path]);
        assert_eq!(ran.code, Some(0), "{path}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("What the files together can decide"), "{}", ran.out);
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn the_first_message_helps() {
    let unknown = BILL.replace("交易类型", "类型");
    let mixed = BILL.replace(",-80.00,0,0,0,-80.00", ",80.00,0,0,0,80.00");
    let here = folder(&[
        ("e/unknown.csv", unknown.as_bytes()),
        ("e/damaged.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]),
        ("e/page.csv", b"<!DOCTYPE html>\n<html>"),
    ]);
    let ran = run(here.path(), &["audit", "e"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    for wanted in
        ["e/unknown.csv", "nearest is tencent-bill-cn", "交易类型", "e/damaged.csv.gz", "e/page.csv"]
    {
        assert!(ran.err.contains(wanted), "{wanted}\n{}", ran.err);
    }
    fs::remove_file(here.path().join("e/damaged.csv.gz")).unwrap();
    fs::remove_file(here.path().join("e/page.csv")).unwrap();
    // The user says which column it is.
    let mapping =
        "extends = \"tencent-bill-cn\"\ncolumn = [{ field = \"transaction_type\", names = [\"类型\"] }]\n";
    fs::write(here.path().join("mine.toml"), mapping).unwrap();
    let ran = run(here.path(), &["audit", "e", "--mapping", "mine.toml", "--usage-covers", ".."]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{}", ran.out);
    let ran = run(here.path(), &["audit", "e", "--dialect", "unknown.csv=focus"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("focus"), "{}", ran.err);
    let ran = run(here.path(), &["audit", "e", "--dialect", "other.csv=focus"]);
    assert!(ran.err.contains("--dialect other.csv=focus: no such file among the inputs"), "{}", ran.err);

    // A refund that was taken back is told, and the rest is audited.
    let mixed = folder(&[("mixed.csv", mixed.as_bytes()), ("used.csv", DEDUCTIONS.as_bytes())]);
    let ran = run(mixed.path(), &[&["audit", "mixed.csv", "used.csv"][..], &COVERED].concat());
    assert_ne!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("were taken back: set aside"), "{}", ran.out);
    assert!(
        ran.out.contains("mixed.csv     5         3         0          0             2  tie"),
        "{}",
        ran.out
    );
}

#[test]
fn a_bad_row_is_rejected_alone() {
    let bad = BILL.replace("20240716478001340751512", "2.02407E+22");
    let here = folder(&[("e/bill.csv", bad.as_bytes()), ("e/used.csv", DEDUCTIONS.as_bytes())]);
    let ran = run(here.path(), &["audit", "e"]);
    assert_eq!(ran.code, Some(3), "{}", ran.out);
    assert!(ran.out.contains("1 rejected row. The first: e/bill.csv:4: 订单ID"), "{}", ran.out);
    let ran = run(here.path(), &["inspect", "e"]);
    assert!(ran.out.contains("rejected   1 row"), "{}", ran.out);
    assert!(ran.out.contains("1 row: 订单ID"), "{}", ran.out);
}

#[test]
fn threads_and_the_order_of_files_change_nothing() {
    let here = folder(&[("bill.csv", BILL.as_bytes()), ("used.csv", DEDUCTIONS.as_bytes())]);
    let one = run(here.path(), &["audit", "bill.csv", "used.csv", "--threads", "1", "--format", "json"]);
    let other = run(here.path(), &["audit", "used.csv", "bill.csv", "--threads", "4", "--format", "json"]);
    assert_eq!(one.out, other.out);
}

#[test]
fn a_refund_of_a_bill_finds_its_order_in_a_canonical_file() {
    let orders = "order_id,instance_id,account_id,product,package_type,currency,paid_at,paid_cash\n\
                  A-1,281976,909619400,css,traffic,CNY,2024-07-16 15:07:09,100.00\n";
    let lines: Vec<&str> = BILL.lines().collect();
    let refund = [lines[0], lines[4]].join("\n");
    let here = folder(&[
        ("e/bill.csv", refund.as_bytes()),
        ("e/orders.csv", orders.as_bytes()),
        ("e/used.csv", DEDUCTIONS.as_bytes()),
    ]);
    let found = findings(here.path(), "e");
    assert_eq!(slugs(&found), [("refund-underpaid", "20.00")]);
    assert_eq!(found[0].0, "A-1");
}

#[test]
fn a_canonical_file_in_another_encoding_loses_no_row() {
    let orders = "order_id,account_id,product,package_type,currency,paid_at,paid_cash\n\
                  A-1,甲公司,css,traffic,CNY,2024-07-16 15:07:09,100.00\n";
    let refunds = "refund_id,order_id,account_id,requested_at,status,completed_at,currency,refunded_cash\n\
                   R-1,A-1,甲公司,2024-07-17 09:00:00,completed,2024-07-17 10:00:00,CNY,80.00\n";
    let plain = folder(&[("e/orders.csv", orders.as_bytes()), ("e/refunds.csv", refunds.as_bytes())]);
    let saved = folder(&[("e/orders.csv", &gbk(orders)), ("e/refunds.csv", &gbk(refunds))]);
    assert_eq!(slugs(&findings(plain.path(), "e")), [("refund-underpaid", "20.00")]);
    assert_eq!(findings(plain.path(), "e"), findings(saved.path(), "e"));
}

#[test]
fn the_order_list_tells_when_a_refund_of_the_bill_flow_was_asked_for() {
    let flow = "Item,RecordID,OwnerID,ProductCode,ProductName,CommodityCode,PaymentTime,PretaxGrossAmount,PretaxAmount,CashAmount,Currency,Status\n\
        SubscriptionOrder,202403010000001,100,live,视频直播,直播流量包,2024-03-01 08:00:00,90.00,90.00,90.00,CNY,PayFinish\n\
        Refund,210000000012345,100,live,视频直播,直播流量包,2024-04-20 08:00:00,-90.00,-90.00,-90.00,CNY,PayFinish\n";
    let orders = "OrderId,OrderType,RelatedOrderId,PaymentStatus,CreateTime,PaymentTime,PretaxAmount,Currency,ProductCode,CommodityCode,InstanceIDs,Operator\n\
        210000000012345,Refund,202403010000001,NULL,2024-03-03T00:00:00Z,2024-04-20T00:00:00Z,90.00,CNY,live,直播流量包,\"[\"\"live-1\"\"]\",100\n";
    let here = folder(&[("e/flow.csv", flow.as_bytes()), ("e/orders.csv", orders.as_bytes())]);
    let ran = run(here.path(), &["convert", "e", "--out", "c"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let refunds = fs::read_to_string(here.path().join("c/refunds.csv")).unwrap();
    let row = refunds.lines().nth(1).unwrap();
    assert!(row.contains("202403010000001") && row.contains("2024-03-03T08:00:00+08:00"), "{row}");
    // Nothing is assumed any more, and the day of the payment is that of the completion.
    assert!(!row.contains("requested_at") && row.contains("2024-04-20T08:00:00+08:00"), "{row}");
    fs::remove_file(here.path().join("e/orders.csv")).unwrap();
    run(here.path(), &["convert", "e", "--out", "alone"]);
    let refunds = fs::read_to_string(here.path().join("alone/refunds.csv")).unwrap();
    assert!(refunds.contains(",requested_at"), "{refunds}");
}

#[test]
fn totals_are_judged_where_tenders_are_not_known() {
    let header = BILL.lines().next().unwrap().split(",代金券").next().unwrap().to_owned();
    let rows = "\n9,9,云直播,云直播,包年包月,281976,包年包月新购,20240716478001340751512,2024-07-16 15:07:09,流量资源包,100.00\n\
                9,9,云直播,云直播,包年包月,281976,包年包月退款,20240719478001340999912,2024-07-19 09:00:00,流量资源包,-80.00\n";
    let here = folder(&[("e/bill.csv", (header + rows).as_bytes())]);
    let found = findings(here.path(), "e");
    assert_eq!(slugs(&found), [("refund-underpaid", "20.00")]);
    assert!(found[0].3.contains("no split by means of payment"), "{}", found[0].3);
}
