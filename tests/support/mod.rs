//! What the tests share: folders of exports, runs of the program, and what the runs left behind.
#![allow(dead_code, reason = "every test file compiles this for itself and uses its own part of it")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The columns that most tests need.
pub(crate) const ORDERS: &str = "order_id,account_id,product,package_type,currency,paid_cash,paid_at";
pub(crate) const USAGE: &str = "usage_id,order_id,posted_at,quantity";
pub(crate) const REFUNDS: &str =
    "refund_id,order_id,requested_at,channel,status,currency,refunded_cash,completed_at";

/// Bytes that a pipe takes only while somebody reads it on: it holds 64 KiB, and no more are read of it at once
/// to see what it is.
pub(crate) const PIPED: usize = 1 << 18;

/// The files of a run folder that every build writes.
pub(crate) const RUN_FILES: [&str; 7] = [
    "findings.csv",
    "findings.jsonl",
    "manifest.json",
    "outcomes.csv",
    "refunds.csv",
    "rejects.csv",
    "summary.json",
];

/// A header and its rows as a file.
pub(crate) fn csv<R: AsRef<str>>(header: &str, rows: &[R]) -> String {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(row.as_ref());
        text.push('\n');
    }
    text
}

/// A temporary folder of files; gone with its test.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("exports").tempdir().unwrap() }
    }

    /// Writes a file, and the folders on the way to it.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The rows of a table below its header.
    pub(crate) fn rows(&self, name: &str) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(self.path(name)).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// Names of what is in the folder, hidden files included, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program, to be run in this folder. Arguments are separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Run<'_> {
        Run::new(self, arguments)
    }

    /// Whether `name` holds a whole run folder, or nothing at all.
    pub(crate) fn assert_whole_or_absent(&self, name: &str) -> bool {
        if fs::symlink_metadata(self.path(name)).is_err() {
            return false;
        }
        for file in RUN_FILES {
            assert!(self.path(name).join(file).is_file(), "{name} is there without its {file}");
        }
        for file in ["summary.json", "manifest.json"] {
            self.json(&format!("{name}/{file}"));
        }
        let lines = self.text(&format!("{name}/findings.jsonl"));
        assert!(lines.is_empty() || lines.ends_with('\n'), "findings.jsonl breaks off");
        for line in lines.lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
        true
    }

    /// The slugs of a run folder's findings, in their order, with order and refund.
    pub(crate) fn findings(&self, run: &str) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let lines = self.text(&format!("{run}/findings.jsonl"));
        lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|one| (text(&one["order_id"]), text(&one["refund_id"]), text(&one["finding"])))
            .collect()
    }

    /// That every row and every sum of every file became something: what was read is what was accepted,
    /// rejected, a duplicate or out of scope.
    pub(crate) fn assert_ties(&self, run: &str) {
        let summary = self.json(&format!("{run}/summary.json"));
        let fates = ["accepted", "rejected", "duplicate", "out_of_scope"];
        assert_eq!(summary["rows"]["ties"], true, "{summary:#}");
        let files = summary["rows"]["by_file"].as_array().unwrap();
        assert!(!files.is_empty());
        for file in files {
            assert_eq!(file["ties"], true, "{file:#}");
            let rows: u64 = fates.iter().map(|fate| file[*fate].as_u64().unwrap()).sum();
            assert_eq!(Some(rows), file["read"].as_u64(), "{file:#}");
            for (column, sums) in file["sums"].as_object().unwrap() {
                let settled: i128 = fates.iter().map(|fate| units(sums[*fate].as_str().unwrap())).sum();
                assert_eq!(settled, units(sums["read"].as_str().unwrap()), "{column} of {file:#}");
            }
        }
    }

    /// Rows of one file by what became of them: read, accepted, rejected, duplicate, out of scope.
    pub(crate) fn fates(&self, run: &str, file: &str) -> [u64; 5] {
        let summary = self.json(&format!("{run}/summary.json"));
        let files = summary["rows"]["by_file"].as_array().unwrap();
        let one =
            files.iter().find(|one| one["file"] == file).unwrap_or_else(|| panic!("{file}: {summary:#}"));
        ["read", "accepted", "rejected", "duplicate", "out_of_scope"].map(|key| one[key].as_u64().unwrap())
    }
}

/// A plain decimal of at most eight places as an integer of 1e-8.
pub(crate) fn units(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(fraction.len() <= 8, "{text} has more than eight decimals");
    sign * format!("{whole}{fraction:0<8}").parse::<i128>().unwrap_or_else(|_| panic!("{text} is no decimal"))
}

/// One run of the program, not started yet.
#[must_use = "a run that is never asked for its exit code does not happen"]
pub(crate) struct Run<'f> {
    command: Command,
    shown: String,
    folder: &'f Folder,
}

impl<'f> Run<'f> {
    fn new(folder: &'f Folder, arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
        command.args(arguments.split_whitespace()).current_dir(folder.dir.path()).stdin(Stdio::null());
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RAYON_NUM_THREADS", "RUST_BACKTRACE"] {
            command.env_remove(variable);
        }
        Self { command, shown: format!("refund-audit {arguments}"), folder }
    }

    /// One more argument, blanks and all.
    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(&argument);
        self.shown = format!("{} {}", self.shown, argument.as_ref().display());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where standard input comes from.
    pub(crate) fn stdin(mut self, from: impl Into<Stdio>) -> Self {
        self.command.stdin(from);
        self
    }

    /// Where standard output goes.
    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    /// Runs to the end and demands an exit code.
    pub(crate) fn exits(self, wanted: i32) -> Said {
        let (code, said) = self.ends();
        assert_eq!(code, Some(wanted), "{said:?}");
        said
    }

    /// Runs to the end; no code where a signal ended it.
    pub(crate) fn ends(mut self) -> (Option<i32>, Said) {
        let output = self.command.output().unwrap();
        (output.status.code(), Said::of(self.shown, output))
    }

    /// Starts without waiting, both outputs piped.
    pub(crate) fn start(mut self) -> Child {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Demands an exit code of an audit into `run`, with every order listed, and that its control totals tie.
    pub(crate) fn leaves(self, run: &str, wanted: i32) -> Said {
        let folder = self.folder;
        let said = self.arg("--out").arg(run).arg("--outcomes").arg("all").exits(wanted);
        folder.assert_whole_or_absent(run);
        folder.assert_ties(run);
        said
    }
}

/// What a run said.
pub(crate) struct Said {
    shown: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    fn of(shown: String, output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Self { shown, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Demands a phrase on standard output.
    pub(crate) fn says(self, phrase: &str) -> Self {
        assert!(self.stdout.contains(phrase), "{phrase:?} is not on stdout of {self:?}");
        self
    }

    /// Demands a phrase on standard error.
    pub(crate) fn warns(self, phrase: &str) -> Self {
        assert!(self.stderr.contains(phrase), "{phrase:?} is not on stderr of {self:?}");
        self
    }
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`\n--- stdout\n{}\n--- stderr\n{}", self.shown, self.stdout, self.stderr)
    }
}

/// Exports in which everything agrees: one lawful refund, one order without a request.
pub(crate) fn agreeing() -> Folder {
    exports(&[
        "R-1,C-1,2023-03-02T08:00:00+08:00,self_service,completed,USD,100.00,2023-03-02T09:00:00+08:00",
    ])
}

/// Exports with one fault: thirty dollars too many came back.
pub(crate) fn overpaid() -> Folder {
    exports(&[
        "R-1,C-1,2023-03-02T08:00:00+08:00,self_service,completed,USD,130.00,2023-03-02T09:00:00+08:00",
    ])
}

/// Two CSS orders, the deductions of one of them, and these refunds.
pub(crate) fn exports(refunds: &[&str]) -> Folder {
    let orders = [
        "C-1,acct-1,css,traffic,USD,100.00,2023-03-01T08:00:00+08:00",
        "C-2,acct-2,css,traffic,USD,50.00,2023-02-20T08:00:00+08:00",
    ];
    let usage = ["U-1,C-2,2023-02-21T03:00:00+08:00,1", "U-2,C-2,2023-03-10T03:00:00+08:00,1"];
    Folder::new()
        .with("in/orders.csv", csv(ORDERS, &orders))
        .with("in/usage.csv", csv(USAGE, &usage))
        .with("in/refunds.csv", csv(REFUNDS, refunds))
}

/// The text of a policy file of the project.
pub(crate) fn policy_text(id: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies").join(format!("{id}.toml"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{id}: {error}"))
}
