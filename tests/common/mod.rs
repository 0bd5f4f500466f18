//! Worked cases in Markdown, read into sections: exports, the question, and what is expected of it.
//!
//! The format is described in `tests/README.md`. A case that cannot be read stops the test with file and line.

#![allow(dead_code, reason = "each test program uses its part of this module")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use refund_audit::{
    money::Money,
    record::{Role, Tender},
    time::{Instant, Interval, Offset},
};

/// The folder of the project.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of worked cases.
#[derive(Debug)]
pub(crate) struct CaseFile {
    /// Its path inside the project.
    pub(crate) name: String,
    /// Its sections that hold a case.
    pub(crate) sections: Vec<Section>,
}

/// One case: exports and what is expected of them.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its heading.
    pub(crate) heading: String,
    /// The line of the heading.
    pub(crate) line: usize,
    /// CSV files by role; a role may have several.
    pub(crate) exports: Vec<(Role, String)>,
    /// Policy files beside the built-in ones.
    pub(crate) policies: Vec<String>,
    /// The expectation.
    pub(crate) expect: Expect,
}

/// What a section asks and expects.
#[derive(Debug, Default)]
pub(crate) struct Expect {
    /// The as-of date; the run's own default where absent.
    pub(crate) as_of: Option<Instant>,
    /// The coverage of the deduction export; the run's own default where absent.
    pub(crate) usage_covers: Option<Interval>,
    /// Whether unclaimed refunds are findings.
    pub(crate) opportunities: bool,
    /// Kinds of finding that are not compared.
    pub(crate) ignoring: Vec<String>,
    /// Rows that are rejected.
    pub(crate) rejects: usize,
    /// What is expected of orders.
    pub(crate) outcomes: Vec<WantedOutcome>,
    /// Every finding.
    pub(crate) findings: Vec<WantedFinding>,
    /// Orders without a finding.
    pub(crate) clean: Vec<String>,
}

/// What is expected of one order; what is not said is not compared.
#[derive(Debug, Default)]
pub(crate) struct WantedOutcome {
    pub(crate) order: String,
    pub(crate) eligible: String,
    /// `Nothing` where the sum is unknown.
    pub(crate) owed: Wish<Money>,
    /// Every tender that is owed.
    pub(crate) tenders: Option<Vec<(Tender, Money)>>,
    pub(crate) verdict: Option<String>,
    /// `Nothing` where there is no deadline.
    pub(crate) deadline: Wish<Instant>,
    /// `id@version`, or `-`.
    pub(crate) policy: Option<String>,
    /// Grounds in their order, or why eligibility is unknown.
    pub(crate) reasons: Option<Vec<String>>,
    /// The exposure that the order's findings carry together.
    pub(crate) exposure: Option<Money>,
    /// What should not have left.
    pub(crate) over: Option<Money>,
    /// What is owed and has not come back.
    pub(crate) under: Option<Money>,
}

/// What is expected of a value that may be absent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Wish<T> {
    /// It is not compared.
    #[default]
    Anything,
    /// It is absent.
    Nothing,
    /// It is this.
    Exactly(T),
}

impl<T: Copy> Wish<T> {
    /// The expected value as text, `nothing` where it is absent; `None` where it is not compared.
    pub(crate) fn text(self, nothing: &str, show: impl FnOnce(T) -> String) -> Option<String> {
        match self {
            Self::Anything => None,
            Self::Nothing => Some(nothing.to_owned()),
            Self::Exactly(value) => Some(show(value)),
        }
    }
}

/// One finding that is expected.
#[derive(Debug)]
pub(crate) struct WantedFinding {
    /// The order; `None` for a finding about a file.
    pub(crate) order: Option<String>,
    /// The refund; `None` for a finding about the order.
    pub(crate) refund: Option<String>,
    pub(crate) slug: String,
    pub(crate) amount: Money,
    pub(crate) class: Option<String>,
    pub(crate) severity: Option<String>,
    pub(crate) direction: Option<String>,
    /// Part of the explanation.
    pub(crate) says: Option<String>,
    /// The line as written, for messages.
    pub(crate) text: String,
}

/// Every Markdown file below a folder of the project, sorted by name.
pub(crate) fn markdown_below(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Reads a file of worked cases.
pub(crate) fn read_cases(path: &Path) -> CaseFile {
    let name = path.strip_prefix(project()).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).unwrap_or_else(|why| panic!("{name}: {why}"));
    let mut drafts: Vec<Draft> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            drafts.push(Draft::new(heading.trim(), at + 1));
        } else if let Some(fence) = line.strip_prefix("```") {
            let place = format!("{name}:{}", at + 1);
            let body: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```")).collect();
            let draft =
                drafts.last_mut().unwrap_or_else(|| panic!("{place}: a block stands before the title"));
            draft.take(fence.trim(), &body, &place);
        }
    }
    assert!(text.starts_with("# "), "{name}:1: the file begins with its title");
    let sections: Vec<Section> = drafts.into_iter().filter_map(|draft| draft.finish(&name)).collect();
    assert!(!sections.is_empty(), "{name}: the file holds no case");
    CaseFile { name, sections }
}

/// A section while it is read.
struct Draft {
    heading: String,
    line: usize,
    exports: Vec<(Role, String)>,
    policies: Vec<String>,
    expect: Option<Expect>,
}

impl Draft {
    fn new(heading: &str, line: usize) -> Self {
        Self { heading: heading.to_owned(), line, exports: Vec::new(), policies: Vec::new(), expect: None }
    }

    /// Takes a fenced block; a block of another language is part of the story.
    fn take(&mut self, fence: &str, body: &[&str], place: &str) {
        let (language, attributes) = fence.split_once(' ').unwrap_or((fence, ""));
        match language {
            "csv" => {
                let role = attributes.strip_prefix("export=").and_then(role_of);
                let role = role.unwrap_or_else(|| panic!("{place}: no role in {fence:?}"));
                let mut text = body.join("\n");
                text.push('\n');
                self.exports.push((role, text));
            }
            "toml" if attributes == "policy" => self.policies.push(body.join("\n")),
            "expect" => {
                assert!(self.expect.is_none(), "{place}: a second expectation in one section");
                self.expect = Some(expectation(attributes, body, place));
            }
            _ => {}
        }
    }

    fn finish(self, name: &str) -> Option<Section> {
        let Self { heading, line, exports, policies, expect } = self;
        let Some(expect) = expect else {
            assert!(exports.is_empty(), "{name}:{line}: {heading:?} has exports and no expectation");
            return None;
        };
        assert!(!exports.is_empty(), "{name}:{line}: {heading:?} has an expectation and no export");
        Some(Section { heading, line, exports, policies, expect })
    }
}

fn role_of(word: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.word() == word)
}

fn expectation(attributes: &str, body: &[&str], place: &str) -> Expect {
    let zone = Offset::BEIJING;
    let mut expect = Expect::default();
    for attribute in attributes.split_whitespace() {
        let (key, value) =
            attribute.split_once('=').unwrap_or_else(|| panic!("{place}: {attribute:?} has no value"));
        match key {
            "as-of" => expect.as_of = Some(instant(value, place)),
            "usage-covers" => {
                let interval = Interval::parse(value, zone).unwrap_or_else(|why| panic!("{place}: {why}"));
                expect.usage_covers = Some(interval);
            }
            "opportunities" => expect.opportunities = value == "yes",
            "ignoring" => expect.ignoring = value.split(',').map(str::to_owned).collect(),
            "rejects" => expect.rejects = value.parse().unwrap_or_else(|_| panic!("{place}: {attribute}")),
            _ => panic!("{place}: {key:?} is not known here"),
        }
    }
    for line in body.iter().map(|line| line.trim()).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [order, "no", "findings"] => expect.clean.push(order.to_owned()),
            [order, "eligible", ..] => expect.outcomes.push(outcome(order, line, place)),
            _ => expect.findings.push(finding(line, place)),
        }
    }
    expect
}

/// `ORDER eligible yes owed 418.51 [cash 250.77 free_credit 167.74] verdict agrees …`, in any order of keys.
fn outcome(order: &str, line: &str, place: &str) -> WantedOutcome {
    let mut wanted = WantedOutcome { order: order.to_owned(), ..WantedOutcome::default() };
    let (plain, tenders) = match line.split_once('[') {
        Some((before, rest)) => {
            let (inside, after) =
                rest.split_once(']').unwrap_or_else(|| panic!("{place}: no ']' in {line:?}"));
            (format!("{before}{after}"), Some(inside))
        }
        None => (line.to_owned(), None),
    };
    wanted.tenders = tenders.map(|inside| {
        let words: Vec<&str> = inside.split_whitespace().collect();
        let pair = |pair: &[&str]| {
            let tender =
                Tender::parse(pair[0]).unwrap_or_else(|| panic!("{place}: {:?} is no tender", pair[0]));
            (tender, money(pair[1], place))
        };
        words.chunks_exact(2).map(pair).collect()
    });
    let words: Vec<&str> = plain.split_whitespace().skip(1).collect();
    assert!(words.len().is_multiple_of(2), "{place}: a key without a value in {line:?}");
    let unless_none = |word: &str| (word != "-" && word != "none").then(|| word.to_owned());
    for pair in words.chunks_exact(2) {
        let value = pair[1];
        match pair[0] {
            "eligible" => value.clone_into(&mut wanted.eligible),
            "owed" => wanted.owed = wish(value, |value| money(value, place)),
            "verdict" => wanted.verdict = Some(value.to_owned()),
            "deadline" => wanted.deadline = wish(value, |value| instant(value, place)),
            "policy" => wanted.policy = Some(value.to_owned()),
            "reasons" => {
                let list = unless_none(value).unwrap_or_default();
                wanted.reasons = Some(list.split(';').filter(|w| !w.is_empty()).map(str::to_owned).collect());
            }
            "exposure" => wanted.exposure = Some(money(value, place)),
            "over" => wanted.over = Some(money(value, place)),
            "under" => wanted.under = Some(money(value, place)),
            key => panic!("{place}: {key:?} is nothing an order has"),
        }
    }
    wanted
}

/// `ORDER REFUND slug AMOUNT [class=…] [severity=…] [direction=…] ["part of the explanation"]`.
fn finding(line: &str, place: &str) -> WantedFinding {
    let (plain, says) = match line.split_once('"') {
        Some((before, rest)) => {
            let inside = rest.strip_suffix('"').unwrap_or_else(|| panic!("{place}: open quote in {line:?}"));
            (before, Some(inside.to_owned()))
        }
        None => (line, None),
    };
    let words: Vec<&str> = plain.split_whitespace().collect();
    let [order, refund, slug, amount, ref attributes @ ..] = words[..] else {
        panic!("{place}: {line:?} is not ORDER REFUND finding AMOUNT")
    };
    let unless_none = |word: &str| (word != "-").then(|| word.to_owned());
    let mut wanted = WantedFinding {
        order: unless_none(order),
        refund: unless_none(refund),
        slug: slug.to_owned(),
        amount: money(amount, place),
        class: None,
        severity: None,
        direction: None,
        says,
        text: line.to_owned(),
    };
    for attribute in attributes {
        match attribute.split_once('=') {
            Some(("class", class)) => wanted.class = Some(class.to_owned()),
            Some(("severity", severity)) => wanted.severity = Some(severity.to_owned()),
            Some(("direction", direction)) => wanted.direction = Some(direction.to_owned()),
            _ => panic!("{place}: {attribute:?} is nothing a finding has"),
        }
    }
    wanted
}

fn wish<T>(word: &str, read: impl FnOnce(&str) -> T) -> Wish<T> {
    if matches!(word, "-" | "none") { Wish::Nothing } else { Wish::Exactly(read(word)) }
}

fn money(text: &str, place: &str) -> Money {
    Money::parse(text).unwrap_or_else(|why| panic!("{place}: {text:?} {why}"))
}

fn instant(text: &str, place: &str) -> Instant {
    Instant::parse(text, Offset::BEIJING).unwrap_or_else(|why| panic!("{place}: {text:?} {why}"))
}
