//! Two audits of one set: of the canonical files after the rules of a layout, and of what was written in it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use refund_audit::{
    engine::{Audit, Options, audit},
    finding::Finding,
    ingest::{Silent, discover, plan_exports, write_canonical},
    time::{Instant, Interval, Offset},
};

use crate::{
    ends, facts,
    hand::{File, Hand},
    policies::POLICIES,
    rules::Rule,
    set::{Row, Set, plain},
};

/// A way of writing a set down.
pub(crate) struct Layout {
    pub(crate) name: &'static str,
    /// The dialects that its files have to be recognised as.
    pub(crate) dialects: &'static [&'static str],
    /// Whether it can carry an order with its refunds.
    pub(crate) carries: fn(&Row, &[&Row]) -> bool,
    /// What is made of the set beforehand, since the layout is of another site or country.
    pub(crate) set: fn(Set) -> Set,
    pub(crate) rules: &'static [Rule],
    pub(crate) write: fn(&Set, &mut Hand) -> Vec<File>,
}

pub(crate) fn run(folder: &Path, files: &[(String, Vec<u8>)]) -> Audit {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let at = |text: &str| Instant::parse(text, Offset::BEIJING).unwrap();
    let covers = Interval::parse("2020-06-01..2026-10-01", Offset::BEIJING).unwrap();
    let options = Options {
        as_of: Some(at("2026-09-30T23:59:59+08:00")),
        usage_covers: Some(covers),
        opportunities: true,
        ..Options::default()
    };
    audit(&discover(&[folder.to_owned()]).unwrap(), &POLICIES, &options, &Silent)
        .unwrap_or_else(|error| panic!("{error:?}"))
}

/// What is said of each order, without the rows that it was read from.
fn told(audit: &Audit) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for outcome in &audit.outcomes.list().unwrap() {
        told.entry(outcome.order_id.to_string()).or_default().push(format!("{outcome:?}"));
    }
    for finding in &audit.findings {
        if let Some(order) = &finding.order_id {
            told.entry(order.to_string()).or_default().push(words(finding));
        }
    }
    told
}

fn words(finding: &Finding) -> String {
    let cited = finding.citation.as_ref().map(|cited| (&cited.policy, &cited.version, &cited.clause));
    format!(
        "{} of {:?}: {:?} {:?} {:?} {:?} at risk {:?}, asked {:?}, expected {:?}, actual {:?}, {cited:?}, {:?}, primary {}, {:?}\n      {}",
        finding.kind.slug,
        finding.refund_id,
        finding.class,
        finding.severity,
        finding.direction,
        finding.currency,
        finding.amount_at_risk,
        finding.asked_at,
        finding.expected_total,
        finding.actual_total,
        finding.readings,
        finding.primary,
        finding.exposure,
        finding.explanation
    )
}

/// What a round trip came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Came {
    pub(crate) orders: usize,
    pub(crate) refunds: usize,
    pub(crate) findings: usize,
    /// Refunds whose outcome turns on the time of the request.
    pub(crate) turning: usize,
}

/// Writes a generated set in a layout and holds its audit against that of the set.
pub(crate) fn hold(layout: &Layout, generated: &Set, seed: u64) -> Came {
    let mut hand = Hand::new(seed);
    let original = (layout.set)(generated.carried(layout.carries));
    let mut left = original.clone();
    for rule in layout.rules {
        (rule.apply)(&mut left);
    }
    let folder = tempfile::tempdir().unwrap();
    let text = left.files().into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let wanted = run(&folder.path().join("canonical"), &text.collect::<Vec<_>>());
    let exports = (layout.write)(&original, &mut hand);
    let mut files: Vec<(String, Vec<u8>)> =
        exports.iter().map(|file| (file.name.clone(), file.bytes.clone())).collect();
    if !original.events.is_empty() && !files.iter().any(|(name, _)| name.starts_with("events")) {
        files.push(("events.csv".to_owned(), plain(&original.events).into_bytes()));
    }
    let found = run(&folder.path().join("exports"), &files);

    let mut dialects: Vec<&str> = found.files.iter().filter_map(|file| file.dialect.as_deref()).collect();
    dialects.sort_unstable();
    dialects.dedup();
    let mut complaints = String::new();
    if dialects != layout.dialects {
        writeln!(complaints, "the dialects are {dialects:?}").unwrap();
    }
    for defect in found.defects.iter().take(5) {
        writeln!(complaints, "rejected: {defect:?}").unwrap();
    }
    for defect in wanted.defects.iter().take(5) {
        writeln!(complaints, "rejected in the canonical set: {defect:?}").unwrap();
    }
    let turning = ends::hold(layout.rules, &original, &found, &folder.path().join("known"), &mut complaints);
    let (one, other) = (told(&wanted), told(&found));
    let mut differ = 0;
    for order in one.keys().chain(other.keys().filter(|order| !one.contains_key(*order))) {
        let (wanted, found) = (one.get(order), other.get(order));
        if wanted != found {
            differ += 1;
            if differ <= 4 {
                let lines = |told: Option<&Vec<String>>| {
                    told.map_or("nothing".to_owned(), |told| told.join("\n    "))
                };
                writeln!(
                    complaints,
                    "{order}\n  wanted\n    {}\n  found\n    {}",
                    lines(wanted),
                    lines(found)
                )
                .unwrap();
            }
        }
    }
    // A conversion says the same as what it was made of.
    let converted = folder.path().join("converted");
    fs::create_dir(&converted).unwrap();
    let plan = plan_exports(&discover(&[folder.path().join("exports")]).unwrap()).unwrap();
    write_canonical(&plan, &converted, std::num::NonZeroUsize::MIN).unwrap();
    if told(&run(&converted, &[])) != other {
        writeln!(complaints, "the conversion has other findings").unwrap();
    }
    let differences = facts::differences(&converted, &left);
    if !differences.is_empty() {
        writeln!(complaints, "{differences}").unwrap();
    }
    if !complaints.is_empty() {
        for rule in layout.rules {
            writeln!(complaints, "rule: {}", rule.says).unwrap();
        }
        for file in &exports {
            writeln!(complaints, "{}: {}", file.name, file.done.join(", ")).unwrap();
        }
        panic!("{}, seed {seed}: {differ} of {} orders differ\n{complaints}", layout.name, one.len());
    }
    let findings = found.findings.iter().filter(|finding| finding.order_id.is_some()).count();
    Came { orders: found.outcomes.len(), refunds: left.refunds.len(), findings, turning }
}
