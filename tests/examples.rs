//! The examples: what the program says of each, and what each combination of its files decides, which is the table of
//! `docs/downloads.md`. Both are rewritten by `.ci/accept`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program in the repository, so that files are named as on the page.
fn run(arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund-audit"));
    command.args(arguments).current_dir(repository()).env_remove("CLICOLOR_FORCE").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The folders of examples.
fn examples() -> Vec<String> {
    let entries = fs::read_dir(repository().join("examples")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "expected")
        .collect();
    names.sort();
    names
}

#[test]
fn each_vendor_and_site_has_an_example_that_says_what_is_expected() {
    assert_eq!(examples(), ["alibaba-cn", "alibaba-intl", "tencent-cn", "tencent-intl"]);
    for name in examples() {
        let output = run(&["audit".to_owned(), format!("examples/{name}")]);
        let said = text(&output);
        let expected =
            fs::read_to_string(repository().join(format!("examples/expected/{name}.txt"))).unwrap();
        assert_eq!(said, expected, "{name}: read the difference, then accept it with .ci/accept");
        assert!(said.starts_with("Decided "), "{said}");
        // Each file is recognised, none of its rows is bad.
        for file in ["bill", "order-list", "deductions"] {
            assert!(said.contains(file), "{name}: {file}");
        }
        assert!(!said.contains("rejected row"), "{said}");
    }
}

/// The files of one combination.
fn files(example: &str, names: &[&str]) -> Vec<String> {
    let folder = PathBuf::from("examples").join(example);
    let named = |name: &str| {
        let path = folder.join(format!("{name}.csv"));
        let is_there = repository().join(&path).is_file();
        let path = if is_there { path } else { folder.join(format!("{name}-flow.csv")) };
        path.to_string_lossy().into_owned()
    };
    names.iter().map(|name| named(name)).collect()
}

/// One line of the table: what `inspect` says of the files together, and how many refunds `audit` decides.
fn row(example: &str, names: &[&str]) -> String {
    let files = files(example, names);
    let with = |command: &[&str]| -> Output {
        let words: Vec<String> =
            command.iter().map(|&word| word.to_owned()).chain(files.iter().cloned()).collect();
        run(&words)
    };
    let inspected = text(&with(&["inspect", "--brief"]));
    let (_, answers) = inspected.split_once("What the files together can decide\n").unwrap();
    let states: Vec<&str> = answers
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .filter(|word| matches!(*word, "yes" | "partly" | "no"))
        .collect();
    assert_eq!(states.len(), 9, "{inspected}");
    let audited = text(&with(&["audit"]));
    let mut words = audited.split_whitespace();
    let decided = match (words.next(), words.next(), words.next(), words.next()) {
        (Some("Decided"), Some(decided), Some("of"), Some(all)) => format!("{decided} of {all}"),
        _ => "–".to_owned(),
    };
    format!(
        "| {} | {} | {decided} |",
        names.join(", ").replace("order-list", "order list"),
        states.join(" | ")
    )
}

const COMBINATIONS: [&[&str]; 5] = [
    &["bill"],
    &["bill", "deductions"],
    &["bill", "order-list"],
    &["order-list", "deductions"],
    &["bill", "order-list", "deductions"],
];

#[test]
fn the_page_of_downloads_says_what_each_combination_decides() {
    let page = fs::read_to_string(repository().join("docs/downloads.md")).unwrap();
    for name in examples() {
        let (_, section) = page.split_once(&format!("\n### {name}\n")).unwrap();
        let told: Vec<&str> = section
            .lines()
            .skip_while(|line| line.is_empty())
            .take_while(|line| line.starts_with('|'))
            .skip(2)
            .collect();
        let wanted: Vec<String> = COMBINATIONS.iter().map(|names| row(&name, names)).collect();
        assert_eq!(told, wanted, "{name}: read the difference, then accept it with .ci/accept");
    }
}
