//! Runs every worked case of `tests/cases` through the library, from CSV files to findings and outcomes.
//!
//! A case fails on every difference: an expected finding that is missing, a finding nobody expected, an order
//! with another outcome. The message names the file, the section, what was wanted and what came.

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::{Section, WantedFinding, WantedOutcome, markdown_below, read_cases};
use refund_audit::{
    engine::{Audit, Options, audit},
    finding::Finding,
    ingest::{Inputs, Silent},
    judge::Outcome,
    money::{Currency, Money},
    policy::{BUILTIN, PolicyBook},
    record::{OrderId, RefundId, Tenders},
    time::{Instant, Offset},
};

/// The folders of cases, one test each.
const FOLDERS: [&str; 3] = ["findings", "policies", "traps"];

#[test]
fn findings() {
    run_folder(FOLDERS[0]);
}

#[test]
fn policies() {
    run_folder(FOLDERS[1]);
}

#[test]
fn traps() {
    run_folder(FOLDERS[2]);
}

#[test]
fn every_case_file_is_run() {
    let run: usize =
        FOLDERS.iter().map(|folder| markdown_below(&format!("tests/cases/{folder}")).len()).sum();
    assert_eq!(markdown_below("tests/cases").len(), run, "a case stands outside of {FOLDERS:?}");
}

/// Runs every file of a folder and fails once, with everything that differs.
fn run_folder(folder: &str) {
    let builtin = PolicyBook::builtin();
    let mut failures = Vec::new();
    let mut sections = 0;
    for path in markdown_below(&format!("tests/cases/{folder}")) {
        let file = read_cases(&path);
        for section in &file.sections {
            sections += 1;
            let differs = run(section, &builtin);
            if !differs.is_empty() {
                let place = format!("{}:{} ## {}", file.name, section.line, section.heading);
                failures.push(format!("{place}\n    {}", differs.join("\n    ")));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {sections} cases differ\n\n{}\n",
        failures.len(),
        failures.join("\n\n")
    );
}

/// What differs between the expectation of a section and the run of its exports.
fn run(section: &Section, builtin: &PolicyBook) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inputs = write_exports(section, folder.path());
    let expect = &section.expect;
    let options = Options {
        as_of: expect.as_of,
        usage_covers: expect.usage_covers,
        opportunities: expect.opportunities,
        threads: Some(1),
        ..Options::default()
    };
    let book = match with_policies(section) {
        Some(Ok(book)) => book,
        Some(Err(why)) => return vec![format!("the policies do not load: {why}")],
        None => builtin.clone(),
    };
    let audit = match audit(&inputs, &book, &options, &Silent) {
        Ok(audit) => audit,
        Err(why) => return vec![format!("the audit stops: {why}")],
    };
    let mut differs = compare_rejects(section, &audit);
    differs.extend(compare_outcomes(section, &audit));
    differs.extend(compare_findings(section, &audit));
    differs
}

/// The built-in policies with those of the section; `None` where it has none.
fn with_policies(section: &Section) -> Option<Result<PolicyBook, String>> {
    if section.policies.is_empty() {
        return None;
    }
    let own = section.policies.iter().map(|text| (id_of(text), text.as_str()));
    let files: Vec<(&str, &str)> = BUILTIN.iter().copied().chain(own).collect();
    Some(PolicyBook::load(&files).map_err(|why| why.to_string()))
}

/// The id of a policy, which names its file.
fn id_of(text: &str) -> &str {
    let line = text.lines().find(|line| line.starts_with("id ") || line.starts_with("id="));
    line.and_then(|line| line.split('"').nth(1)).expect("a policy has an id")
}

fn write_exports(section: &Section, folder: &Path) -> Inputs {
    let mut inputs = Inputs::default();
    for (at, (role, text)) in section.exports.iter().enumerate() {
        let path = folder.join(format!("{}-{}.csv", role.word(), at + 1));
        fs::write(&path, text).expect("an export can be written");
        inputs = inputs.with(path, *role);
    }
    inputs
}

fn compare_rejects(section: &Section, audit: &Audit) -> Vec<String> {
    if audit.defects.len() == section.expect.rejects {
        return Vec::new();
    }
    let rejected = audit.defects.iter().map(|defect| {
        format!("{} line {}: {} {}", defect.role.word(), defect.at.line, defect.column, defect.reason)
    });
    let rejected: Vec<String> = rejected.collect();
    vec![format!("rejects: wanted {}, got {} {rejected:?}", section.expect.rejects, audit.defects.len())]
}

fn compare_outcomes(section: &Section, audit: &Audit) -> Vec<String> {
    let expect = &section.expect;
    let mut differs = Vec::new();
    let outcomes = audit.outcomes.list().unwrap();
    for wanted in &expect.outcomes {
        match outcomes.iter().find(|outcome| outcome.order_id.as_str() == wanted.order) {
            Some(got) => {
                let exposure = audit
                    .findings
                    .iter()
                    .filter(|finding| finding.order_id.as_ref() == Some(&got.order_id))
                    .map(|finding| finding.exposure)
                    .sum();
                differs.extend(compare_outcome(wanted, got, exposure));
            }
            None => differs.push(format!("{}: no such order in the run", wanted.order)),
        }
    }
    let mentioned: BTreeSet<&str> = expect
        .outcomes
        .iter()
        .map(|wanted| wanted.order.as_str())
        .chain(expect.findings.iter().filter_map(|wanted| wanted.order.as_deref()))
        .chain(expect.clean.iter().map(String::as_str))
        .collect();
    let silent = outcomes.iter().filter(|outcome| !mentioned.contains(outcome.order_id.as_str()));
    differs.extend(silent.map(|outcome| format!("{}: nothing is expected of this order", outcome.order_id)));
    differs
}

fn compare_outcome(wanted: &WantedOutcome, got: &Outcome, exposure: Money) -> Vec<String> {
    let mut differs = Vec::new();
    let mut check = |what: &str, wanted_text: String, got_text: String| {
        if wanted_text != got_text {
            differs.push(format!("{}: {what}: wanted {wanted_text}, got {got_text}", got.order_id));
        }
    };
    let sum = |money: Option<Money>| money.map_or("-".to_owned(), |money| money.text(got.currency));
    check("eligible", wanted.eligible.clone(), got.eligibility.word().to_owned());
    if let Some(owed) = wanted.owed.text("-", |money| money.text(got.currency)) {
        check("owed", owed, sum(got.expected.as_ref().map(Tenders::total)));
    }
    if let Some(tenders) = &wanted.tenders {
        let text = |pairs: &mut dyn Iterator<Item = String>| pairs.collect::<Vec<_>>().join(" ");
        let mut pairs = tenders
            .iter()
            .filter(|(_, money)| !money.is_zero())
            .map(|(tender, money)| format!("{} {}", tender.word(), money.text(got.currency)));
        let present = got.expected.as_ref().map(|tenders| tenders.present().collect::<Vec<_>>());
        let mut got_pairs = present
            .unwrap_or_default()
            .into_iter()
            .map(|(tender, money)| format!("{} {}", tender.word(), money.text(got.currency)));
        check("tenders", text(&mut pairs), text(&mut got_pairs));
    }
    if let Some(verdict) = &wanted.verdict {
        check("verdict", verdict.clone(), got.verdict.word().to_owned());
    }
    let instant = |at: Instant| at.text(Offset::BEIJING);
    if let Some(deadline) = wanted.deadline.text("none", instant) {
        check("deadline", deadline, got.deadline.map_or("none".to_owned(), instant));
    }
    if let Some(policy) = &wanted.policy {
        let text = match (&got.policy, &got.policy_version) {
            (Some(id), Some(version)) => format!("{id}@{version}"),
            _ => "-".to_owned(),
        };
        check("policy", policy.clone(), text);
    }
    if let Some(reasons) = &wanted.reasons {
        check("reasons", reasons.join(";"), got.reasons.join(";"));
    }
    if let Some(wanted) = wanted.exposure {
        check("exposure", sum(Some(wanted)), sum(Some(exposure)));
    }
    for (what, wanted, got) in [("over", wanted.over, got.over), ("under", wanted.under, got.under)] {
        if let Some(wanted) = wanted {
            check(what, sum(Some(wanted)), sum(Some(got)));
        }
    }
    differs
}

fn compare_findings(section: &Section, audit: &Audit) -> Vec<String> {
    let expect = &section.expect;
    let counts = |finding: &&Finding| !expect.ignoring.iter().any(|slug| slug == finding.kind.slug);
    let mut left: Vec<&Finding> = audit.findings.iter().filter(counts).collect();
    let mut differs = Vec::new();
    for wanted in &expect.findings {
        match left.iter().position(|finding| fits(wanted, finding)) {
            Some(at) => {
                left.remove(at);
            }
            None => differs.push(format!("wanted   {}", wanted.text)),
        }
    }
    differs.extend(left.into_iter().map(|finding| format!("not wanted   {}", told(finding))));
    for order in &expect.clean {
        if expect.findings.iter().any(|wanted| wanted.order.as_ref() == Some(order)) {
            differs.push(format!("{order}: both findings and no findings are expected"));
        }
    }
    differs
}

fn fits(wanted: &WantedFinding, got: &Finding) -> bool {
    let is = |word: &Option<String>, got: &str| word.as_ref().is_none_or(|word| word == got);
    wanted.order.as_deref() == got.order_id.as_ref().map(OrderId::as_str)
        && wanted.refund.as_deref() == got.refund_id.as_ref().map(RefundId::as_str)
        && wanted.slug == got.kind.slug
        && wanted.amount == got.amount_at_risk
        && is(&wanted.class, got.class.word())
        && is(&wanted.severity, got.severity.word())
        && is(&wanted.direction, got.direction.word())
        && wanted.says.as_ref().is_none_or(|says| got.full_explanation().contains(says.as_str()))
}

/// A finding as a case would expect it.
fn told(finding: &Finding) -> String {
    let order = finding.order_id.as_ref().map_or("-", OrderId::as_str);
    let refund = finding.refund_id.as_ref().map_or("-", RefundId::as_str);
    let amount = |currency: Currency| finding.amount_at_risk.text(currency);
    format!(
        "{order} {refund}  {}  {}  class={} severity={} direction={}  \"{}\"",
        finding.kind.slug,
        finding.currency.map_or("0".to_owned(), amount),
        finding.class.word(),
        finding.severity.word(),
        finding.direction.word(),
        finding.full_explanation()
    )
}
