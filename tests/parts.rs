//! Runs that memory does not hold: what they say is what a run in memory says, byte for byte; what they need is
//! said before anything is written; and they leave nothing where their files were.

mod support;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    num::NonZeroUsize,
    path::Path,
    sync::LazyLock,
};

use refund_audit::{
    engine::{self, Listed, Options},
    ingest::{Reader, Silent, discover},
    policy::PolicyBook,
    report::{FORMATS, Manifest, Report, Style, Summary, write_folder},
};
use support::{Folder, ORDERS, PIPED, REFUNDS, USAGE, csv, overpaid};

static BOOK: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

// ---- every byte

/// Orders of instances: bought at one instant, renewed, and named by rows that name no order.
const INSTANCES: [&str; 5] = [
    "I-1,pack-1,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
    "I-2,pack-1,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
    "I-3,pack-1,acct-1,css,traffic,USD,90.00,2023-03-20T08:00:00+08:00",
    "I-4,pack-2,acct-2,css,traffic,USD,80.00,2023-03-01T08:00:00+08:00",
    "I-5,,acct-2,css,traffic,USD,80.00,2023-03-01T08:00:00+08:00",
];

/// Usage by order, by instance, by an instance where the order is not known, and of nobody; and a row that is no
/// usage.
const OF_INSTANCES: [&str; 10] = [
    "UI-1,,pack-1,2023-03-01T07:00:00+08:00,1",
    "UI-2,,pack-1,2023-03-02T08:00:00+08:00,2",
    "UI-3,,pack-1,2023-03-21T08:00:00+08:00,3",
    "UI-4,nobody,pack-2,2023-03-02T07:00:00+08:00,4",
    "UI-5,nobody,pack-9,2023-03-02T08:00:00+08:00,5",
    "UI-6,,pack-9,2023-03-02T08:00:00+08:00,6",
    "UI-7,nobody,,2023-03-02T08:00:00+08:00,7",
    "UI-8,I-5,pack-2,2023-03-02T07:00:00+08:00,8",
    "UI-9,,pack-1,2023-03-20T08:00:00+08:00,9",
    "UI-10,,pack-1,no time,10",
];

/// The shipped sample and a generated set, some of whose usage names its instance only; rows that repeat others
/// and rows that contradict them; and the exports of a vendor that has packs.
fn set() -> Folder {
    let folder = Folder::new();
    fs::create_dir(folder.path("in")).unwrap();
    folder.run("generate --sample --out in/sample").exits(0);
    folder.run("generate --orders 400 --seed 11 --out in/made").exits(0);
    let instances: HashMap<String, String> =
        folder.rows("in/made/orders.csv").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut usage = csv::Writer::from_path(folder.path("in/made/usage-2.csv")).unwrap();
    let text = folder.text("in/made/usage.csv");
    usage.write_record(text.lines().next().unwrap().split(',')).unwrap();
    for (at, mut row) in folder.rows("in/made/usage.csv").into_iter().enumerate() {
        if at % 3 == 0 {
            row[2] = instances.get(&row[1]).cloned().unwrap_or_else(|| "unheard-of".to_owned());
            row[1].clear();
        }
        usage.write_record(&row).unwrap();
    }
    usage.flush().unwrap();
    fs::remove_file(folder.path("in/made/usage.csv")).unwrap();
    let refund = |(order, day): (&str, u8)| {
        let instant = format!("2023-03-{day:02}T08:00:00+08:00");
        format!("R-{order},{order},{instant},self_service,completed,USD,80.00,{instant}")
    };
    let refunds = [("I-1", 2), ("I-2", 2), ("I-3", 22), ("I-4", 2), ("nobody", 2)].map(refund);
    let orders = "order_id,instance_id,account_id,product,package_type,currency,paid_cash,paid_at";
    folder.write("in/more/orders.csv", csv(orders, &INSTANCES));
    let again = INSTANCES.map(|row| row.replace("I-4,pack-2,acct-2", "I-4,pack-2,acct-7"));
    folder.write("in/more/orders-2.csv", csv(orders, &again));
    folder.write("in/more/refunds.csv", csv(REFUNDS, &refunds));
    let usage = "usage_id,order_id,instance_id,posted_at,quantity";
    folder.write("in/more/usage.csv", csv(usage, &OF_INSTANCES));
    let again = OF_INSTANCES.map(|row| row.replace("07:00:00+08:00,4", "07:00:00+08:00,44"));
    folder.write("in/more/usage-2.csv", csv(usage, &again));
    for (name, export) in [("flow", "billflow"), ("orders", "orders"), ("used", "deduct")] {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
        let text = fs::read_to_string(fixtures.join(format!("alibaba-{export}/interface.csv"))).unwrap();
        // One order that bought two packs, both drawn upon.
        let text = text.replace("[\"\"rtc-pack-1\"\"]", "[\"\"cu-1\"\",\"\"flow-1\"\"]");
        folder.write(&format!("in/vendor/{name}.csv"), text);
    }
    folder
}

/// Every form of the report and every file of the run folder.
fn told(folder: &Folder, options: &Options) -> BTreeMap<String, Vec<u8>> {
    let inputs = discover(&[folder.path("in")]).unwrap();
    let audit = engine::audit(&inputs, &BOOK, options, &Silent).unwrap();
    let summary = Summary::of(&audit).unwrap();
    let (manifest, style) = (Manifest::default(), Style::default());
    let report = Report { audit: &audit, summary: &summary, manifest: &manifest, style, typed: &[] };
    let run = tempfile::tempdir().unwrap();
    write_folder(&report, &run.path().join("run"), false).unwrap();
    let files = fs::read_dir(run.path().join("run")).unwrap().map(|entry| entry.unwrap().path());
    let mut told: BTreeMap<String, Vec<u8>> = files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect();
    for format in FORMATS {
        let mut bytes = Vec::new();
        (format.write)(&report, &mut bytes).unwrap();
        told.insert(format!("--format {}", format.name), bytes);
    }
    told
}

/// Demands that both say the same; names what does not.
fn assert_same(found: &BTreeMap<String, Vec<u8>>, wanted: &BTreeMap<String, Vec<u8>>, how: &str) {
    let names = |told: &BTreeMap<String, Vec<u8>>| told.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(wanted), "{how}");
    for (name, wanted) in wanted {
        let (found, wanted) = (String::from_utf8_lossy(&found[name]), String::from_utf8_lossy(wanted));
        let other = found.lines().zip(wanted.lines()).find(|(found, wanted)| found != wanted);
        assert!(found == wanted, "{how}: {name} differs first in {other:#?}");
    }
}

fn in_parts(parts: usize, threads: usize, reader: Reader) -> Options {
    let parts = NonZeroUsize::new(parts);
    Options { parts, threads: Some(threads), reader, digests: true, ..Options::default() }
}

#[test]
fn in_any_number_of_parts_on_any_number_of_threads_every_byte_is_the_same() {
    let folder = set();
    for outcomes in [Listed::All, Listed::Touched] {
        let by = |options: Options| told(&folder, &Options { outcomes, ..options });
        let wanted = by(Options { threads: Some(2), digests: true, ..Options::default() });
        let text = |name: &str| String::from_utf8_lossy(&wanted[name]);
        // The set has what it is to have.
        assert!(text("rejects.csv").contains("no time"));
        assert!(text("findings.jsonl").lines().count() > 60);
        for slug in ["abuse-pattern", "duplicate-order", "duplicate-row", "orphan-deduction", "orphan-refund"]
        {
            assert!(text("findings.jsonl").contains(&format!("\"finding\":\"{slug}\"")), "no {slug}");
        }
        let small = Reader::Blocks { bytes: 700 };
        let all = [
            (2, 8, Reader::Csv),
            (61, 3, small),
            (1, 1, Reader::BLOCKS),
            (3, 2, small),
            (8, 3, Reader::BLOCKS),
            (8, 1, Reader::Csv),
        ];
        let some = if outcomes == Listed::All { 6 } else { 2 };
        for (parts, threads, reader) in all.into_iter().take(some) {
            let how = format!("{outcomes:?} in {parts} parts on {threads} threads by {reader:?}");
            assert_same(&by(in_parts(parts, threads, reader)), &wanted, &how);
        }
    }
}

#[test]
fn packed_exports_say_the_same_in_parts() {
    let pack = |name: &str, bytes: &[u8]| match name {
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut packer, bytes).unwrap();
            packer.finish().unwrap()
        }
        _ => zstd::encode_all(bytes, 1).unwrap(),
    };
    let folder = set();
    let outcomes = told(&folder, &in_parts(3, 2, Reader::BLOCKS)).remove("outcomes.csv");
    for suffix in ["gz", "zst"] {
        for inner in ["sample", "made", "more", "vendor"] {
            for entry in fs::read_dir(folder.path("in").join(inner)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.to_str().unwrap();
                let Some(plain) = name.find(".csv").map(|at| &name[..at + 4]) else { continue };
                let bytes = match path.extension().unwrap().to_str().unwrap() {
                    "gz" => {
                        let mut bytes = Vec::new();
                        let file = fs::File::open(&path).unwrap();
                        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut bytes)
                            .unwrap();
                        bytes
                    }
                    _ => fs::read(&path).unwrap(),
                };
                fs::write(format!("{plain}.{suffix}"), pack(suffix, &bytes)).unwrap();
                fs::remove_file(&path).unwrap();
            }
        }
        let wanted = told(&folder, &Options { threads: Some(1), digests: true, ..Options::default() });
        let found = told(&folder, &in_parts(5, 3, Reader::BLOCKS));
        assert_same(&found, &wanted, suffix);
        assert_eq!(found.get("outcomes.csv"), outcomes.as_ref(), "{suffix} and plain");
    }
}

// ---- through the program, in little memory

/// What a run on one thread takes, and a little that is in its parts.
const LITTLE: &str = "--memory 60MiB --threads 1";

/// Exports whose orders are more than little memory holds, most of it in a column that nobody reads.
fn many_bytes() -> Folder {
    let folder = overpaid();
    let long = "x".repeat(60_000);
    let row = |at: usize| {
        let paid = "2023-03-01T08:00:00+08:00";
        format!("C-{at},acct-{at},css,traffic,USD,100.00,{paid},{long}")
    };
    let rows: Vec<String> = (1..200).map(row).collect();
    folder.write("in/orders.csv", csv(&format!("{ORDERS},remark"), &rows));
    fs::create_dir(folder.path("spill")).unwrap();
    folder
}

/// Names of what is left in the folder for the files of parts.
fn left_in_spill(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("spill")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_run_in_little_memory_says_what_one_in_much_says_and_leaves_nothing() {
    let folder = many_bytes();
    let whole = folder.run("audit in").leaves("whole", 1);
    let parts = folder.run(&format!("audit in --spill-dir spill {LITTLE}")).leaves("parts", 1);
    assert_eq!((&parts.stdout, &parts.stderr), (&whole.stdout, &whole.stderr));
    for file in support::RUN_FILES {
        let (parts, whole) = (folder.text(&format!("parts/{file}")), folder.text(&format!("whole/{file}")));
        assert_eq!(parts, whole, "{file}");
    }
    assert_eq!(left_in_spill(&folder), [""; 0]);
    for format in FORMATS {
        let by = |options: &str| folder.run(&format!("audit in {options} --format {}", format.name)).exits(1);
        assert_eq!(by(&format!("--spill-dir spill {LITTLE}")).stdout, by("").stdout, "{}", format.name);
    }
    assert_eq!(left_in_spill(&folder), [""; 0]);
}

#[test]
fn a_run_with_more_usage_in_question_than_memory_holds_begins_anew_in_parts() {
    let folder = overpaid();
    let long = "x".repeat(200_000);
    let row = |at: usize| format!("U-{at},C-1,2023-02-21T03:00:00+08:00,1,{long}");
    let rows: Vec<String> = (0..150).map(row).collect();
    folder
        .write("in/orders.csv", folder.text("in/orders.csv").lines().take(2).collect::<Vec<_>>().join("\n"));
    folder.write("in/usage.csv", csv(&format!("{USAGE},remark"), &rows));
    fs::create_dir(folder.path("spill")).unwrap();
    let whole = folder.run("audit in").exits(1);
    let parts = folder.run(&format!("audit in --spill-dir spill {LITTLE}")).exits(1);
    assert_eq!((parts.stdout, parts.stderr), (whole.stdout, whole.stderr));
    assert_eq!(left_in_spill(&folder), [""; 0]);
    // It was in parts: without their folder it cannot be.
    folder
        .run(&format!("audit in --spill-dir missing {LITTLE}"))
        .exits(2)
        .warns("missing: the files of a run");
}

#[test]
fn too_little_memory_is_refused_before_anything_is_written() {
    let folder = many_bytes();
    let said = folder.run("audit in --memory 20MiB --threads 1 --spill-dir spill --out run").exits(2);
    let said = said.warns("on 1 thread needs at least 57 MiB of memory; --memory allows 20 MiB");
    assert_eq!(said.stdout, "");
    assert_eq!((folder.names(), left_in_spill(&folder)), (vec!["in".to_owned(), "spill".to_owned()], vec![]));
    // What is named does.
    folder.run("audit in --memory 57MiB --threads 1 --spill-dir spill").exits(1);
    // Each thread needs its own.
    folder
        .run("audit in --memory 57MiB --threads 8 --spill-dir spill")
        .exits(2)
        .warns("--memory allows 57 MiB");
}

#[test]
fn a_run_in_parts_that_cannot_read_an_input_names_it_and_leaves_nothing() {
    let folder = many_bytes();
    let usage = zstd::encode_all(folder.text("in/usage.csv").as_bytes(), 1).unwrap();
    fs::remove_file(folder.path("in/usage.csv")).unwrap();
    folder.write("in/usage.csv.zst", &usage[..usage.len() - 3]);
    let said = folder.run(&format!("audit in --spill-dir spill {LITTLE} --out run")).exits(2);
    said.warns("in/usage.csv.zst");
    assert_eq!((folder.names(), left_in_spill(&folder)), (vec!["in".to_owned(), "spill".to_owned()], vec![]));
}

#[test]
fn a_wrong_size_is_named_with_what_is_wanted() {
    let folder = overpaid();
    for wrong in ["lots", "512", "1.5GiB", "2pounds", "MiB"] {
        let said = folder.run(&format!("audit in --memory {wrong}")).exits(2);
        let wanted = format!("{wrong:?} is no size; write it as 512MiB or 2GiB");
        assert!(said.stderr.contains(&wanted) && said.stderr.contains("--memory"), "{said:?}");
    }
    folder.run("audit in --memory 99999999999TiB").exits(2).warns("is more than there is");
}

#[test]
fn a_bill_that_is_not_packed_is_not_taken_for_a_packed_one() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let bill = fs::read_to_string(fixtures.join("alibaba-billflow/interface.csv")).unwrap();
    let mut lines = bill.lines();
    let header = lines.next().unwrap();
    let long = "x".repeat(100_000);
    let rows: Vec<String> = lines.cycle().take(8).map(|line| format!("{line},{long}")).collect();
    let folder = Folder::new().with("in/flow.csv", csv(&format!("{header},remark"), &rows));
    // Nearly a megabyte, and six of it are held; were it packed, it would be more than fifty.
    folder.run("audit in --memory 64MiB --threads 1 --fail-on never --allow-rejects 99").exits(3);
}

#[test]
fn a_folder_that_cannot_take_the_files_is_named() {
    let folder = many_bytes();
    let said = folder.run(&format!("audit in --spill-dir missing {LITTLE} --out run")).exits(2);
    said.warns("missing: the files of a run in parts cannot be kept there: No such file");
    folder.write("file", "");
    let said = folder.run(&format!("audit in --spill-dir file {LITTLE} --out run")).exits(2);
    said.warns("file: the files of a run in parts cannot be kept there: Not a directory");
    assert_eq!(folder.names(), ["file", "in", "spill"]);
    // A run that memory holds asks for no folder.
    folder.run("audit in --spill-dir missing").exits(1);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        fs::OpenOptions,
        os::unix::{fs::PermissionsExt, process::ExitStatusExt},
        process::{Child, Command},
    };

    use super::*;

    #[test]
    fn a_folder_that_nobody_may_write_to_is_named() {
        let folder = many_bytes();
        fs::set_permissions(folder.path("spill"), fs::Permissions::from_mode(0o555)).unwrap();
        let may_all = fs::write(folder.path("spill/probe"), "").is_ok();
        // Whoever may write anywhere has another such folder.
        let spill = if may_all { "/proc/self/fdinfo" } else { "spill" };
        let said = folder.run(&format!("audit in --spill-dir {spill} {LITTLE} --out run")).exits(2);
        said.warns(&format!("{spill}: the files of a run in parts cannot be kept there: "));
        fs::set_permissions(folder.path("spill"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(folder.names(), ["in", "spill"]);
    }

    /// Orders or usage, so many bytes of them that do not get smaller by packing.
    fn noisy(header: &str, rows: u64, row: impl Fn(u64) -> String) -> String {
        let noise = |at: u64| format!("{:x}", at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29));
        let rows: Vec<String> = (1..=rows).map(|at| row(at).replace("NOISE", &noise(at))).collect();
        csv(header, &rows)
    }

    /// A limit on the size of files stands for the full disk, which no test can have for itself.
    #[test]
    fn a_disk_that_fills_says_how_much_is_needed() {
        let paid = "2023-03-01T08:00:00+08:00";
        let order = |at: u64| format!("C-{at},acct-{at}NOISE,css,traffic,USD,100.00,{paid}");
        let usage = |at: u64| format!("NOISE{at},C-1,{paid},1");
        let full = [
            ("in/orders.csv", noisy(ORDERS, 3000, order), "orders"),
            ("in/usage.csv", noisy(USAGE, 3000, usage), "usage"),
        ];
        for (name, text, what) in full {
            let folder = many_bytes();
            if what == "orders" {
                // Beside the many bytes, which are none of the files' business.
                folder.write("in/noisy.csv", text);
            } else {
                folder.write(name, text);
            }
            let limited = format!(
                "ulimit -f 16; trap '' XFSZ; exec \"$0\" audit in --spill-dir spill {LITTLE} --format json"
            );
            let said = Command::new("sh")
                .args(["-c", &limited, env!("CARGO_BIN_EXE_refund-audit")])
                .current_dir(folder.path(""))
                .output()
                .unwrap();
            let told = String::from_utf8(said.stderr).unwrap();
            assert_eq!(said.status.code(), Some(3), "{what}: {told}");
            assert!(
                told.contains("spill: the files of a run in parts cannot be kept there: File too large")
                    && told.contains("; about 6 MiB are needed (--spill-dir names another folder)"),
                "{what}: {told}"
            );
            assert_eq!(said.stdout, b"", "{what}");
            assert_eq!(left_in_spill(&folder), [""; 0], "{what}");
        }
    }

    /// A run in parts that waits for its usage, and the pipe through which that comes.
    fn waiting() -> (Folder, Child, fs::File) {
        let folder = many_bytes();
        let pipe = folder.path("in/pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let arguments = format!(
            "audit --orders in/orders.csv --refunds in/refunds.csv --usage in/pipe --spill-dir spill --out run {LITTLE}"
        );
        let mut child = folder.run(&arguments).start();
        // Its header is read at once, and its rows when everything else is in parts: not before is there room for
        // more blank lines than a pipe holds.
        let usage = folder.text("in/usage.csv");
        let (header, _) = usage.split_once('\n').unwrap();
        let mut rows = OpenOptions::new().write(true).open(&pipe).unwrap();
        let begin = format!("{header}\n{}", "\n".repeat(PIPED));
        std::io::Write::write_all(&mut rows, begin.as_bytes()).unwrap();
        if left_in_spill(&folder).len() != 1 {
            // Where it waits for more than that, nobody would ever end it.
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("a run in parts keeps its files while it waits for usage");
        }
        (folder, child, rows)
    }

    #[test]
    fn a_run_in_parts_reads_a_pipe_as_a_run_in_memory_does() {
        let (folder, child, mut rows) = waiting();
        let usage = folder.text("in/usage.csv");
        let (_, behind) = usage.split_once('\n').unwrap();
        std::io::Write::write_all(&mut rows, behind.as_bytes()).unwrap();
        drop(rows);
        let said = child.wait_with_output().unwrap();
        assert_eq!(said.status.code(), Some(1), "{}", String::from_utf8_lossy(&said.stderr));
        assert_eq!(left_in_spill(&folder), [""; 0]);
    }

    #[test]
    fn a_run_in_parts_that_is_ended_by_a_signal_leaves_nothing() {
        for (signal, number) in [("INT", 2), ("TERM", 15)] {
            let (folder, child, _rows) = waiting();
            let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            let said = child.wait_with_output().unwrap();
            assert_eq!(said.status.signal(), Some(number));
            assert_eq!((said.stdout, said.stderr), (vec![], vec![]), "SIG{signal}");
            assert_eq!(left_in_spill(&folder), [""; 0], "SIG{signal}");
            assert_eq!(folder.names(), ["in", "spill"], "SIG{signal}");
        }
    }

    #[test]
    fn what_a_killed_run_in_parts_leaves_is_removed_by_the_next_one_in_parts() {
        let (folder, mut child, _rows) = waiting();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(left_in_spill(&folder).len(), 1, "a killed run cannot remove its files");
        fs::remove_file(folder.path("in/pipe")).unwrap();
        folder.run(&format!("audit in --spill-dir spill {LITTLE}")).exits(1);
        assert_eq!(left_in_spill(&folder), [""; 0]);
    }
}
