//! The pages hold what they promise: the README's commands run and end as it says, its excerpt is what the
//! program prints, and the lists of the README and of `docs/` are those of the program.
//!
//! In a `console` block a line that begins with `$ ` is a command; a backslash continues it on the next line. It
//! ends with exit code 0, or with the one that a comment at its end names: `# exit 1`. `refund-audit X` and
//! `cargo run --locked --release -- X` both run the program that these tests were built with; other cargo commands are
//! held against the list of those that a page may show. Commands run one after another in a copy of the
//! repository's data, so that what they write is gone with the test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use refund_audit::{
    finding::KINDS,
    ingest::columns,
    policy::BUILTIN,
    record::{Role, Tender},
    report::FORMATS,
};
use tempfile::TempDir;

/// Cargo commands that a page may show: `.ci/run` runs them, or they only install the program.
const CARGO: [&str; 2] = ["cargo test --locked --release", "cargo install --locked --path ."];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    let path = repository().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A command of a page, and how it has to end.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    line: usize,
    text: String,
    exit: i32,
}

/// The lines inside the fenced blocks of a language, with their numbers.
fn fenced<'p>(page: &'p str, language: &str) -> Vec<(usize, &'p str)> {
    let mut inside = None;
    let mut found = Vec::new();
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), inside) {
            (Some(opened), None) => inside = Some(opened.trim() == language),
            (Some(_), Some(_)) => inside = None,
            (None, Some(true)) => found.push((at + 1, line)),
            (None, _) => {}
        }
    }
    found
}

fn commands(page: &str) -> Vec<Shown> {
    let mut lines = fenced(page, "console").into_iter();
    let mut found = Vec::new();
    while let Some((line, text)) = lines.next() {
        let Some(text) = text.strip_prefix("$ ") else { continue };
        let mut text = text.to_owned();
        while let Some(begun) = text.strip_suffix('\\') {
            let (_, more) =
                lines.next().unwrap_or_else(|| panic!("line {line}: the command goes on nowhere"));
            text = format!("{begun} {}", more.trim());
        }
        let (text, comment) = text.split_once(" # ").unwrap_or((&text, ""));
        let exit = comment.trim().strip_prefix("exit ").map_or(0, |code| {
            let code = code.split([' ', ',', ':']).next().unwrap_or_default();
            code.parse().unwrap_or_else(|_| panic!("line {line}: no exit code in {comment:?}"))
        });
        let words: Vec<&str> = text.split_whitespace().collect();
        found.push(Shown { line, text: words.join(" "), exit });
    }
    found
}

/// The arguments of a command that runs the program; `None` for another one.
fn arguments(text: &str) -> Option<Vec<String>> {
    let rest =
        text.strip_prefix("refund-audit").or_else(|| text.strip_prefix("cargo run --locked --release --"))?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// A copy of what a fresh clone holds beside the program, with the `target` folder that a build makes.
struct Checkout {
    root: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["data", "examples"] {
            copy(&repository().join(folder), &root.path().join(folder));
        }
        fs::create_dir(root.path().join("target")).unwrap();
        Self { root }
    }

    fn run(&self, arguments: &[String]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
        command.args(arguments).current_dir(self.root.path()).env_remove("CLICOLOR_FORCE").output().unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let beside = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &beside);
        } else {
            fs::copy(entry.path(), beside).unwrap();
        }
    }
}

#[test]
fn every_command_of_the_readme_runs_and_ends_as_it_says() {
    let checkout = Checkout::new();
    let mut run = 0;
    for shown in commands(&page("README.md")) {
        let Some(arguments) = arguments(&shown.text) else {
            assert!(CARGO.contains(&shown.text.as_str()), "README.md:{}: {}", shown.line, shown.text);
            continue;
        };
        let output = checkout.run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(shown.exit),
            "README.md:{}: {}\n{said}",
            shown.line,
            shown.text
        );
        run += 1;
    }
    assert!(run > 1, "the README shows no command of the program");
}

#[test]
fn other_pages_show_commands_that_run() {
    for name in
        ["CONTRIBUTING.md", "docs/comparison.md", "docs/exports.md", "docs/outputs.md", "examples/README.md"]
    {
        let checkout = Checkout::new();
        for shown in commands(&page(name)) {
            if let Some(arguments) = arguments(&shown.text) {
                let output = checkout.run(&arguments);
                let said = String::from_utf8_lossy(&output.stderr);
                assert_eq!(
                    output.status.code(),
                    Some(shown.exit),
                    "{name}:{}: {}\n{said}",
                    shown.line,
                    shown.text
                );
            }
        }
    }
}

#[test]
fn the_checks_run_the_readmes_cargo_commands() {
    let checks = page(".ci/run");
    assert!(
        checks.lines().any(|line| line.trim() == "cargo test --locked --release"),
        ".ci/run spells the tests otherwise"
    );
    let readme = page("README.md");
    assert!(commands(&readme).iter().any(|shown| shown.text == "cargo test --locked --release"));
    let first = "cargo run --locked --release -- audit examples/tencent-intl";
    assert!(commands(&readme).iter().any(|shown| shown.text == first));
}

#[test]
fn the_excerpt_is_the_beginning_of_what_the_program_prints() {
    let readme = page("README.md");
    let mut excerpt: Vec<&str> = fenced(&readme, "text").into_iter().map(|(_, line)| line).collect();
    assert_eq!(excerpt.pop(), Some("…"), "the excerpt ends with an ellipsis");
    assert!(excerpt.len() > 20, "the excerpt shows a screen");
    let output = Checkout::new().run(&["audit".to_owned(), "examples/tencent-intl".to_owned()]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Vec<&str> = printed.lines().take(excerpt.len()).collect();
    assert_eq!(excerpt, printed, "the excerpt in README.md is not what the program prints");
}

#[test]
fn the_readme_names_every_command_option_format_and_exit_code() {
    let checkout = Checkout::new();
    let readme = page("README.md");
    let help = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        String::from_utf8(checkout.run(&arguments).stdout).unwrap()
    };
    let all = help(&["--help"]);
    let listed =
        all.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for command in
        listed.filter_map(|line| line.split_whitespace().next()).filter(|&command| command != "help")
    {
        assert!(readme.contains(&format!("refund-audit {command} ")), "README.md says nothing of {command}");
        let page = help(&[command, "--help"]);
        let options = page.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2);
        for option in options.map(|word| word.trim_end_matches([',', '.', ';', ')'])) {
            let is_named = matches!(option, "--help" | "--version") || readme.contains(&format!("`{option}"));
            assert!(is_named, "README.md says nothing of {command} {option}");
        }
    }
    for format in FORMATS {
        assert!(
            readme.contains(&format!("`{}`", format.name)),
            "README.md says nothing of --format {}",
            format.name
        );
    }
    for code in 0..=4 {
        assert!(readme.contains(&format!("\n| {code} | ")), "README.md says nothing of exit code {code}");
    }
}

/// The first cells of the rows of the tables under a heading, without their quotes.
fn first_cells(page: &str, heading: &str) -> Vec<String> {
    let (_, after) =
        page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let level = format!("\n{} ", heading.split(' ').next().unwrap());
    let section = after.split(&level).next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells
        .flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect()
}

/// `<tender>` in a name stands for each tender.
fn spelled_out(names: Vec<String>) -> Vec<String> {
    let all = |name: String| -> Vec<String> {
        match name.strip_suffix("<tender>") {
            Some(stem) => Tender::ALL.iter().map(|tender| format!("{stem}{}", tender.word())).collect(),
            None => vec![name],
        }
    };
    names.into_iter().flat_map(all).collect()
}

#[test]
fn the_columns_of_the_exports_are_those_that_are_read() {
    let exports = page("docs/exports.md");
    for role in Role::ALL {
        let mut documented = spelled_out(first_cells(&exports, &format!("## {}", role.word())));
        let mut read: Vec<String> = columns(role).iter().map(|column| column.name.to_owned()).collect();
        documented.sort();
        read.sort();
        assert_eq!(documented, read, "docs/exports.md, {}", role.word());
        for column in columns(role).iter().filter(|column| column.required) {
            let row = format!("| `{}` | yes |", column.name);
            assert!(exports.contains(&row), "docs/exports.md does not say that {} is required", column.name);
        }
    }
}

#[test]
fn the_files_of_a_run_have_the_columns_and_keys_that_are_documented() {
    let outputs = page("docs/outputs.md");
    let checkout = Checkout::new();
    let arguments = ["audit", "data/samples", "--quiet", "--out", "target/run"].map(str::to_owned);
    assert_eq!(checkout.run(&arguments).status.code(), Some(1));
    let run: PathBuf = checkout.root.path().join("target/run");
    for entry in fs::read_dir(&run).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(outputs.contains(&format!("`{name}`")), "docs/outputs.md says nothing of {name}");
    }
    for name in ["findings.csv", "outcomes.csv", "refunds.csv", "rejects.csv"] {
        let text = fs::read_to_string(run.join(name)).unwrap();
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        assert_eq!(
            spelled_out(first_cells(&outputs, &format!("## {name}"))),
            header,
            "docs/outputs.md, {name}"
        );
    }
    for name in ["summary.json", "manifest.json"] {
        let text = fs::read_to_string(run.join(name)).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        let mut documented = first_cells(&outputs, &format!("## {name}"));
        documented.retain(|key| !key.contains('.'));
        keys.sort();
        documented.sort();
        assert_eq!(documented.iter().collect::<Vec<_>>(), keys, "docs/outputs.md, {name}");
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "GLOSSARY.md",
        "docs/benchmarks.md",
        "docs/comparison.md",
        "docs/exports.md",
        "docs/outputs.md",
        "docs/downloads.md",
        "examples/README.md",
        "docs/findings/README.md",
        "data/policies/README.md",
        "benches/README.md",
    ];
    for name in pages {
        let text = page(name);
        let folder = repository().join(name).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(folder.join(target).exists(), "{name} links to {link}, which is not there");
            }
        }
    }
}

#[test]
fn numbers_of_the_readme_are_those_of_the_program() {
    let readme = page("README.md");
    let policies = format!("{} policies", BUILTIN.len());
    let kinds = format!("{} kinds of finding", KINDS.len());
    for said in [policies, kinds] {
        assert!(readme.contains(&said), "README.md does not say {said:?}");
    }
}

#[test]
fn a_command_is_read_with_its_exit_code() {
    let page = "```console\n$ refund-audit audit \\\n  x   # exit 1: planted\nsome output\n\
                $ cargo test --release\n```\n";
    let wanted = [
        Shown { line: 2, text: "refund-audit audit x".to_owned(), exit: 1 },
        Shown { line: 5, text: "cargo test --release".to_owned(), exit: 0 },
    ];
    assert_eq!(commands(page), wanted);
}
