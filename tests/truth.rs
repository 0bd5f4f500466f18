//! Generated exports against the truth that was written with them: what was planted is found, nothing else
//! is, and what is owed is what the maker of the order says.

use std::{collections::BTreeMap, path::Path};

use refund_audit::{
    engine::{Audit, Options, audit},
    generate::{generate_into, write_sample},
    ingest::{Silent, discover},
    policy::{BUILTIN, PolicyBook},
};

/// One line of the truth.
struct Truth {
    order_id: Option<String>,
    planted: Vec<String>,
    eligible: Option<String>,
    expected_total: Option<String>,
}

fn truths(folder: &Path) -> Vec<Truth> {
    let text = std::fs::read_to_string(folder.join("truth.jsonl")).unwrap();
    let read = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let planted =
            value["planted"].as_array().unwrap().iter().map(|slug| slug.as_str().unwrap().to_owned());
        Truth {
            order_id: text("order_id"),
            planted: planted.collect(),
            eligible: text("eligible"),
            expected_total: text("expected_total"),
        }
    };
    text.lines().map(read).collect()
}

fn run(folder: &Path, book: &PolicyBook) -> Audit {
    let inputs = discover(&[folder.to_owned()]).unwrap();
    let options = Options { opportunities: true, ..Options::default() };
    audit(&inputs, book, &options, &Silent).unwrap()
}

/// Holds an audit to the truth of its folder.
fn hold(folder: &Path, book: &PolicyBook) {
    let audit = run(folder, book);
    let mut found: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for finding in &audit.findings {
        let order_id = finding.order_id.as_ref().map(ToString::to_string);
        found.entry(order_id).or_default().push(finding.kind.slug.to_owned());
    }
    let outcomes: BTreeMap<String, _> = audit
        .outcomes
        .list()
        .unwrap()
        .into_iter()
        .map(|outcome| (outcome.order_id.to_string(), outcome))
        .collect();
    let mut wrong = Vec::new();
    let truths = truths(folder);
    for truth in &truths {
        let Some(id) = &truth.order_id else {
            let about_files = found.get(&None).cloned().unwrap_or_default();
            for slug in truth.planted.iter().filter(|slug| !about_files.contains(slug)) {
                wrong.push(format!("{slug} of a file was not found"));
            }
            continue;
        };
        let mut slugs = found.remove(&Some(id.clone())).unwrap_or_default();
        slugs.sort();
        if slugs != truth.planted {
            wrong.push(format!("{id}: found {slugs:?}, planted {:?}", truth.planted));
        }
        let Some(outcome) = outcomes.get(id) else { continue };
        if truth.eligible.as_deref() != Some(outcome.eligibility.word()) {
            wrong.push(format!(
                "{id}: eligible {}, planted {:?}",
                outcome.eligibility.word(),
                truth.eligible
            ));
        }
        let owed = outcome.expected.map(|owed| owed.total().text(outcome.currency));
        if owed != truth.expected_total {
            wrong.push(format!("{id}: owed {owed:?}, planted {:?}", truth.expected_total));
        }
    }
    let unplanned = found.iter().filter(|(id, _)| id.is_some());
    wrong.extend(unplanned.map(|(id, slugs)| format!("{id:?}: found {slugs:?}, nothing planted")));
    assert!(wrong.is_empty(), "{} of {} truths:\n{}", wrong.len(), truths.len(), wrong.join("\n"));
    assert!(audit.files.iter().all(|file| file.control.ties()), "control totals tie");
}

#[test]
fn generated_exports_tell_their_truth() {
    for seed in [1, 2] {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("exports");
        generate_into(seed, 12_000, &folder).unwrap();
        hold(&folder, &PolicyBook::builtin());
    }
}

#[test]
fn the_sample_tells_its_truth() {
    hold(Path::new("data/samples"), &PolicyBook::builtin());
}

#[test]
fn two_policies_of_equal_rank_stop_their_order_alone() {
    let folder = Path::new("data/samples");
    let text = std::fs::read_to_string("data/samples/policies/example.css.edge-bundle.toml").unwrap();
    let mut files = BUILTIN.to_vec();
    files.push(("example.css.edge-bundle.toml", &text));
    let slugs = |book: &PolicyBook| -> Vec<(Option<String>, &'static str)> {
        let findings = run(folder, book).findings;
        findings.iter().map(|one| (one.order_id.as_ref().map(ToString::to_string), one.kind.slug)).collect()
    };
    let without = slugs(&PolicyBook::builtin());
    let mut with = slugs(&PolicyBook::load(&files).unwrap());
    let overlap = (Some("PLANT-overlap-policy-1".to_owned()), "overlap-policy");
    assert!(with.contains(&overlap) && !without.contains(&overlap));
    with.retain(|one| *one != overlap);
    assert_eq!(with, without);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let (one, other) = (scratch.path().join("one"), scratch.path().join("other"));
    generate_into(7, 500, &one).unwrap();
    generate_into(7, 500, &other).unwrap();
    for name in ["orders.csv", "usage.csv", "refunds.csv", "events.csv", "truth.jsonl"] {
        assert_eq!(
            std::fs::read(one.join(name)).unwrap(),
            std::fs::read(other.join(name)).unwrap(),
            "{name}"
        );
    }
    assert!(generate_into(7, 500, &one).is_err(), "a folder that is there is never written over");
}

#[test]
fn the_shipped_sample_is_what_the_generator_writes() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("sample");
    write_sample(&folder).unwrap();
    for name in ["orders.csv", "usage.csv", "refunds.csv", "events.csv", "truth.jsonl", "README.md"] {
        let written = std::fs::read(folder.join(name)).unwrap();
        assert!(written == std::fs::read(Path::new("data/samples").join(name)).unwrap(), "{name} differs");
    }
}
