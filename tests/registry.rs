//! The catalogue, the policies and the pages that tell of them, tested as data.
//!
//! A new kind of finding, policy or report format is complete when these tests pass: they name the page, the case
//! or the line that is still missing.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use common::{CaseFile, Section, project, read_cases};
use refund_audit::{
    finding::{KINDS, Kind},
    policy::{BUILTIN, PolicyBook},
    report::FORMATS,
};

/// The headings of a page of findings.
const HEADINGS: [&str; 4] = ["What it means", "Why it matters", "What to look at", "When it is not a fault"];

/// What a page says of a kind that canonical exports cannot raise.
const NOT_RAISED: &str = "Not raised from canonical exports:";

#[test]
fn slugs_are_unique_words() {
    let mut seen = BTreeSet::new();
    for kind in KINDS {
        assert!(seen.insert(kind.slug), "{} stands twice in the catalogue", kind.slug);
        let letters = kind.slug.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(letters && !kind.slug.starts_with('-') && !kind.slug.ends_with('-'), "{:?}", kind.slug);
    }
}

#[test]
fn every_kind_has_a_page_with_its_class_and_all_headings() {
    let mut faults = Vec::new();
    for kind in KINDS {
        let name = format!("docs/findings/{}.md", kind.slug);
        let text = read(&name);
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        if lines.next() != Some(&format!("# {}", kind.slug)) {
            faults.push(format!("{name}: the first line is not `# {}`", kind.slug));
        }
        let said = lines.next().unwrap_or_default();
        let wanted = format!("{}, {} — ", kind.class.word(), kind.severity.word());
        if !said.starts_with(&wanted) || said.len() == wanted.len() {
            faults.push(format!("{name}: wanted `{wanted}title`, found `{said}`"));
        }
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        if headings != HEADINGS {
            faults.push(format!("{name}: the headings are {headings:?}, wanted {HEADINGS:?}"));
        }
        let page = kind.page();
        let sections = [page.title, page.meaning, page.importance, page.look_at, page.innocence];
        if sections.iter().any(|section| section.trim().is_empty()) {
            faults.push(format!("{name}: a section is empty"));
        }
        if kind.page != text {
            faults.push(format!("{name}: the catalogue holds another text"));
        }
    }
    nothing_of(&faults);
}

#[test]
fn every_page_belongs_to_a_kind() {
    let mut pages = names_in("docs/findings", "md");
    pages.remove("README");
    assert_eq!(pages, slugs(), "pages in docs/findings (left) and kinds of the catalogue (right)");
}

#[test]
fn the_index_of_findings_is_the_catalogue() {
    let text = read("docs/findings/README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [`"));
    let listed: Vec<String> = rows.map(|row| format!("| [`{row}")).collect();
    let wanted: Vec<String> = KINDS
        .iter()
        .map(|kind| {
            let (slug, class, severity) = (kind.slug, kind.class.word(), kind.severity.word());
            format!("| [`{slug}`]({slug}.md) | {class} | {severity} | {} |", kind.page().title)
        })
        .collect();
    assert_eq!(listed, wanted, "the table of docs/findings/README.md");
}

#[test]
fn the_program_and_the_pages_agree_on_what_is_raised() {
    let differ: Vec<&str> =
        KINDS.iter().filter(|kind| kind.is_raised() != is_raised(kind)).map(|kind| kind.slug).collect();
    assert!(
        differ.is_empty(),
        "a line break hides {NOT_RAISED:?} from the program on the pages of {differ:?}"
    );
}

#[test]
fn every_raised_kind_is_provoked_and_narrowly_missed() {
    let mut faults = Vec::new();
    for kind in KINDS.iter().filter(|kind| is_raised(kind)) {
        let name = format!("tests/cases/findings/{}.md", kind.slug);
        let path = project().join(&name);
        if !path.exists() {
            faults.push(format!("{name} is not there"));
            continue;
        }
        let file = read_cases(&path);
        let provoked = sections(&file, "Provoked");
        let missed = sections(&file, "Narrowly missed");
        if provoked.is_empty() {
            faults.push(format!("{name}: no section `## Provoked`"));
        }
        if missed.is_empty() {
            faults.push(format!("{name}: no section `## Narrowly missed`"));
        }
        for section in provoked.iter().filter(|section| !expects(section, kind.slug)) {
            faults.push(format!("{name}:{}: {} does not expect it", section.line, section.heading));
        }
        for section in
            missed.iter().filter(|section| expects(section, kind.slug) || ignores(section, kind.slug))
        {
            faults.push(format!("{name}:{}: {} expects or ignores it", section.line, section.heading));
        }
    }
    nothing_of(&faults);
}

#[test]
fn every_case_of_a_finding_belongs_to_a_raised_kind() {
    let raised: BTreeSet<String> =
        KINDS.iter().filter(|kind| is_raised(kind)).map(|kind| kind.slug.to_owned()).collect();
    let cases = names_in("tests/cases/findings", "md");
    let strangers: Vec<&String> = cases.difference(&raised).collect();
    assert!(strangers.is_empty(), "tests/cases/findings tells of what is never raised: {strangers:?}");
}

#[test]
fn the_policies_about_a_word_of_the_catalogue_are_of_its_vendor() {
    let book = PolicyBook::builtin();
    let table: toml::Table = read("data/products.toml").parse().unwrap();
    let mut ruled = 0;
    for entry in table["product"].as_array().unwrap() {
        let text = |key: &str| entry[key].as_str().unwrap();
        for policy in book.about(text("product")) {
            assert_eq!(&*policy.vendor, text("vendor"), "{}", policy.id);
            ruled += 1;
        }
    }
    assert!(ruled > 10, "{ruled}");
}

#[test]
fn every_expected_finding_is_in_the_catalogue() {
    let slugs = slugs();
    let mut faults = Vec::new();
    for path in common::markdown_below("tests/cases") {
        let file = read_cases(&path);
        for section in &file.sections {
            let words =
                section.expect.findings.iter().map(|wanted| &wanted.slug).chain(&section.expect.ignoring);
            for slug in words.filter(|slug| !slugs.contains(*slug)) {
                faults.push(format!("{}:{}: {slug:?} is no kind of finding", file.name, section.line));
            }
        }
    }
    nothing_of(&faults);
}

#[test]
fn every_policy_file_is_built_in_and_the_reverse() {
    let on_disk: BTreeMap<String, String> = names_in("data/policies", "toml")
        .into_iter()
        .map(|id| {
            let name = format!("data/policies/{id}.toml");
            let text = read(&name);
            (name, text)
        })
        .collect();
    let built_in: BTreeMap<String, String> =
        BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(built_in.len(), BUILTIN.len(), "a policy is built in twice");
    assert_eq!(
        on_disk.keys().collect::<Vec<_>>(),
        built_in.keys().collect::<Vec<_>>(),
        "files in data/policies (left) and those built in (right)"
    );
    assert_eq!(on_disk, built_in, "the text that is built in");
}

#[test]
fn every_policy_version_is_cited_and_every_rule_has_a_clause() {
    let mut faults = Vec::new();
    for policy in PolicyBook::builtin().policies() {
        for version in &policy.versions {
            let place = format!("{}@{}", policy.id, version.id);
            if version.sources.is_empty() {
                faults.push(format!("{place}: no source"));
            }
            for source in &version.sources {
                if !source.url.starts_with("https://") || source.url.contains(char::is_whitespace) {
                    faults.push(format!("{place}: {:?} is no plain https address", source.url));
                }
                let empty = |text: &str| text.trim().is_empty();
                if empty(&source.title) || empty(&source.stamp) {
                    faults.push(format!("{place}: a source without title or stamp"));
                }
            }
            if version.readings.iter().any(|reading| reading.why.trim().is_empty()) {
                faults.push(format!("{place}: a reading without a reason"));
            }
        }
    }
    for (name, text) in BUILTIN {
        let table: toml::Table = toml::from_str(text).expect("a built-in policy is TOML");
        let mut clauses = Vec::new();
        collect_clauses(name, &toml::Value::Table(table), &mut clauses);
        assert!(!clauses.is_empty(), "{name} has no clause");
        for (place, _) in clauses.iter().filter(|(_, text)| text.trim().is_empty()) {
            faults.push(format!("{place} is empty"));
        }
    }
    nothing_of(&faults);
}

/// Every `clause` and `place` below a value, with the table it stands in.
fn collect_clauses(place: &str, value: &toml::Value, found: &mut Vec<(String, String)>) {
    match value {
        toml::Value::Table(table) => {
            let is_rule = table.contains_key("clause") || table.contains_key("place");
            for key in ["clause", "place"].into_iter().filter(|_| is_rule) {
                let text = table.get(key).and_then(toml::Value::as_str).unwrap_or_default();
                found.push((format!("{place}.{key}"), text.to_owned()));
            }
            for (key, inner) in table {
                collect_clauses(&format!("{place}.{key}"), inner, found);
            }
        }
        toml::Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                collect_clauses(&format!("{place}[{at}]"), inner, found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_policy_with_cases_has_one_for_every_version_and_reading() {
    let mut faults = Vec::new();
    let book = PolicyBook::builtin();
    for policy in book.policies() {
        let name = format!("tests/cases/policies/{}.md", policy.id);
        // Policies without a file of cases are walked by tests/policy_walk.rs, and by the printed sums.
        if !project().join(&name).exists() {
            continue;
        }
        let text = read(&name);
        let expected_anywhere = |version: &str| {
            let ruled = format!("policy {}@{version}", policy.id);
            let said = |line: &str| line.split(&ruled).skip(1).any(|rest| !rest.starts_with(['-', '.']));
            text.lines().any(said) || all_cases().iter().any(|text| text.lines().any(said))
        };
        let silent = policy.versions.iter().filter(|version| !expected_anywhere(&version.id));
        if policy.versions.len() > 1 {
            faults.extend(silent.map(|version| format!("{name}: no order is ruled by {}", version.id)));
        }
        let readings: BTreeSet<&str> = policy
            .versions
            .iter()
            .flat_map(|version| version.readings.iter().map(|reading| reading.id.as_str()))
            .collect();
        let untold = readings.iter().filter(|id| !text.contains(&format!("\"{id}\"")));
        let inherits = text.contains("has no second reading here");
        faults.extend(
            untold.filter(|_| !inherits).map(|id| format!("{name}: no finding names the reading {id}")),
        );
    }
    let ids: BTreeSet<String> = book.policies().iter().map(|policy| policy.id.to_string()).collect();
    let strangers: Vec<String> = names_in("tests/cases/policies", "md").difference(&ids).cloned().collect();
    faults.extend(strangers.iter().map(|id| format!("tests/cases/policies/{id}.md is about no policy")));
    nothing_of(&faults);
}

fn all_cases() -> Vec<String> {
    let paths = common::markdown_below("tests/cases");
    paths.iter().map(|path| fs::read_to_string(path).expect("a case can be read")).collect()
}

#[test]
fn the_glossary_is_there() {
    assert!(read("GLOSSARY.md").starts_with("# "), "GLOSSARY.md has no title");
}

#[test]
fn readme_lists_the_formats_that_there_are() {
    if !project().join("README.md").exists() {
        return;
    }
    let wanted: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    let text = read("README.md").replace('\\', "");
    let lists: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.split_once("--format"))
        .map(|(_, after)| formats_named(after))
        .filter(|list| list.len() > 1)
        .collect();
    assert!(!lists.is_empty(), "README.md names no list of formats; wanted {}", wanted.join(", "));
    for list in lists {
        assert_eq!(list, wanted, "the list of formats in README.md (left) and those there are (right)");
    }
}

/// The formats named behind `--format`: one word of alternatives, `text|json`, or words in backticks.
fn formats_named(after: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '|' | '-' | '_');
    let direct = after.trim_start_matches([' ', '=', '`', '<', '[']);
    let end = direct.find(|c| !is_word(c)).unwrap_or(direct.len());
    if direct[..end].contains('|') {
        return direct[..end].split('|').collect();
    }
    let Some((_, cell)) = after.split_once('`') else { return Vec::new() };
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter(|word| !word.is_empty() && word.chars().all(is_word)).collect()
}

/// Whether a page says that canonical exports can raise its kind, however its lines are broken.
fn is_raised(kind: &Kind) -> bool {
    let words: Vec<&str> = kind.page.split_whitespace().collect();
    !words.join(" ").contains(NOT_RAISED)
}

/// The sections of a file whose heading begins with a word, such as `Provoked: by ticket`.
fn sections<'f>(file: &'f CaseFile, word: &str) -> Vec<&'f Section> {
    let begins = |heading: &str| heading == word || heading.starts_with(&format!("{word}:"));
    file.sections.iter().filter(|section| begins(&section.heading)).collect()
}

fn expects(section: &Section, slug: &str) -> bool {
    section.expect.findings.iter().any(|wanted| wanted.slug == slug)
}

fn ignores(section: &Section, slug: &str) -> bool {
    section.expect.ignoring.iter().any(|ignored| ignored == slug)
}

fn slugs() -> BTreeSet<String> {
    KINDS.iter().map(|kind| kind.slug.to_owned()).collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(project().join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// The names, without their ending, of the files in a folder.
fn names_in(folder: &str, extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(project().join(folder)).unwrap_or_else(|why| panic!("{folder}: {why}"));
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let stem = |path: &Path| path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    paths
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| stem(&path))
        .collect()
}

fn nothing_of(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults\n{}\n", faults.len(), faults.join("\n"));
}
