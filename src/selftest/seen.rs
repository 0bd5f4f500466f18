//! What either side says, as lines that can be held against each other.

use std::{collections::BTreeMap, fs, io, path::Path};

use super::exports::Scenario;
use crate::{
    engine::{self, AuditError, Options},
    ingest::{Inputs, Silent},
    oracle::{Oracle, Question, TENDERS, clock},
    policy::PolicyBook,
    record::{RefundId, Role, Tender},
    time::{Instant, Interval},
};

/// Lines about each order.
pub(super) type Said = BTreeMap<String, Vec<String>>;

/// Kinds that concern files, or patterns over many orders, which the second calculation does not look for.
const NOT_COMPARED: [&str; 5] =
    ["naive-time", "precision", "orphan-deduction", "abuse-pattern", "eligible-unclaimed"];

/// Kinds that the program looks for only where an order is in question.
const IN_QUESTION: [&str; 4] =
    ["deduction-before-purchase", "deduction-of-other-product", "deduction-impossible-time", "duplicate-row"];

/// A scenario could not be put to one of the two.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// The exports could not be written.
    #[error("the exports of the test could not be written")]
    Write(#[from] io::Error),
    /// The program stopped.
    #[error("the audit of made-up exports stops")]
    Audit(#[from] AuditError),
    /// A policy file holds a word that the second calculation does not know.
    #[error("the second calculation does not know: {0}")]
    Unknown(String),
}

/// How the lines of an order begin that the second calculation does not judge.
pub(super) const NOT_JUDGED: &str = "not judged";

/// Lines of the second calculation.
pub(super) fn by_oracle(oracle: &Oracle, scenario: &Scenario) -> Result<Said, SelftestError> {
    let answer = super::asked(oracle, scenario).map_err(SelftestError::Unknown)?;
    let mut said = Said::new();
    for (order, outcome) in &answer.outcomes {
        let owed = outcome.owed.map(|owed| {
            owed.iter().copied().enumerate().map(|(tender, sum)| (TENDERS[tender], sum)).collect()
        });
        let ruled = outcome.policy.as_ref().map(|(policy, version)| (policy.as_str(), version.as_str()));
        said.entry(order.clone()).or_default().push(row(
            outcome.eligible,
            owed,
            outcome.verdict,
            outcome.deadline,
            ruled,
            &outcome.reasons,
            Some((outcome.over, outcome.under)),
        ));
    }
    for finding in &answer.findings {
        let lines = said.entry(finding.order.clone()).or_default();
        lines.push(line(
            finding.refund.as_deref(),
            finding.kind,
            finding.class,
            finding.direction,
            finding.amount,
        ));
    }
    for (order, why) in answer.not_judged {
        said.insert(order, vec![format!("{NOT_JUDGED}  {why}")]);
    }
    Ok(tidy(said, scenario))
}

/// Lines of the program, which reads the scenario as files from a folder.
pub(super) fn by_program(
    book: &PolicyBook,
    scenario: &Scenario,
    folder: &Path,
) -> Result<Said, SelftestError> {
    let mut inputs = Inputs::default();
    let tables = [
        (Role::Orders, Some(&scenario.orders)),
        (Role::Usage, Some(&scenario.usage)),
        (Role::Refunds, Some(&scenario.refunds)),
        (Role::Events, scenario.has_events.then_some(&scenario.events)),
    ];
    for (role, table) in tables {
        if let Some(table) = table {
            let path = folder.join(format!("{}.csv", role.word()));
            fs::write(&path, table.text(false))?;
            inputs = inputs.with(path, role);
        }
    }
    let instant = |at: i64| Instant::from_micros(at * 1000);
    let options = Options {
        as_of: Some(instant(scenario.as_of)),
        usage_covers: Some(match scenario.covers {
            None => Interval::EVERYTHING,
            Some((from, to)) => Interval { from: Some(instant(from)), to: Some(instant(to)) },
        }),
        threads: Some(1),
        ..Options::default()
    };
    let audit = engine::audit(&inputs, book, &options, &Silent)?;
    let mut said = Said::new();
    for outcome in audit.outcomes.list()? {
        let owed = outcome.expected.map(|owed| {
            Tender::ALL.iter().map(|tender| (tender.word(), owed.get(*tender).units())).collect()
        });
        let ruled = outcome.policy.as_deref().zip(outcome.policy_version.as_deref());
        said.entry(outcome.order_id.as_str().to_owned()).or_default().push(row(
            outcome.eligibility.word(),
            owed,
            outcome.verdict.word(),
            outcome.deadline.map(|at| at.micros().div_euclid(1000)),
            ruled,
            &outcome.reasons,
            None,
        ));
    }
    for finding in &audit.findings {
        let Some(order) = &finding.order_id else { continue };
        let refund = finding.refund_id.as_ref().map(RefundId::as_str);
        let class = finding.class.word();
        let amount = finding.amount_at_risk.units();
        let lines = said.entry(order.as_str().to_owned()).or_default();
        lines.push(line(refund, finding.kind.slug, class, finding.direction.word(), amount));
    }
    Ok(tidy(said, scenario))
}

fn line(refund: Option<&str>, kind: &str, class: &str, direction: &str, amount: i128) -> String {
    // Of reviews and data nothing says in which direction they point; what they carry is compared by order.
    let direction = if class == "mismatch" { format!("  direction={direction}") } else { String::new() };
    format!("{}  {kind}  {}  class={class}{direction}", refund.unwrap_or("-"), clock::money(amount))
}

fn row(
    eligible: &str,
    owed: Option<Vec<(&str, i128)>>,
    verdict: &str,
    deadline: Option<i64>,
    ruled: Option<(&str, &str)>,
    reasons: &[&'static str],
    sums: Option<(i128, i128)>,
) -> String {
    let owed = owed.map_or("-".to_owned(), |owed| {
        let total: i128 = owed.iter().map(|(_, sum)| sum).sum();
        let parts = owed
            .iter()
            .filter(|(_, sum)| *sum != 0)
            .map(|(tender, sum)| format!("{tender} {}", clock::money(*sum)));
        let parts: Vec<String> = parts.collect();
        let parts = if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join(" ")) };
        format!("{}{parts}", clock::money(total))
    });
    let deadline = if eligible == "unknown" { None } else { deadline };
    let deadline = deadline.map_or("none".to_owned(), clock::text);
    let ruled = ruled.map_or("-".to_owned(), |(policy, version)| format!("{policy}@{version}"));
    let reasons = if reasons.is_empty() { "none".to_owned() } else { reasons.join(";") };
    let sums = sums.map_or(String::new(), |(over, under)| {
        format!("  over {}  under {}", clock::money(over), clock::money(under))
    });
    format!(
        "eligible {eligible}  owed {owed}  verdict {verdict}  deadline {deadline}  policy {ruled}  reasons {reasons}{sums}"
    )
}

/// Whether a time of an order lost its seconds: nothing says from which of its ends the deadline is told.
fn has_blurred_times(scenario: &Scenario, order: &str) -> bool {
    let rows =
        (0..scenario.orders.rows.len()).filter(|place| scenario.orders.cell(*place, "order_id") == order);
    let times = ["paid_at", "delivered_at", "effective_at", "expires_at"];
    rows.into_iter()
        .any(|place| times.iter().any(|time| (1..19).contains(&scenario.orders.cell(place, time).len())))
}

/// Sorted, without what is not compared.
fn tidy(mut said: Said, scenario: &Scenario) -> Said {
    for (order, lines) in &mut said {
        let asked =
            (0..scenario.refunds.rows.len()).any(|place| scenario.refunds.cell(place, "order_id") == order);
        lines.retain(|line| {
            let kind = line.split("  ").nth(1).unwrap_or("");
            !NOT_COMPARED.contains(&kind) && (asked || !IN_QUESTION.contains(&kind))
        });
        if has_blurred_times(scenario, order) {
            for line in lines.iter_mut().filter(|line| line.starts_with("eligible ")) {
                *line = line
                    .split("  ")
                    .filter(|part| !part.starts_with("deadline "))
                    .collect::<Vec<_>>()
                    .join("  ");
            }
        }
        lines.sort();
    }
    said.retain(|_, lines| !lines.is_empty());
    said
}

/// The question as the second calculation takes it.
pub(super) fn question<'t>(
    texts: &'t [String; 4],
    has_events: bool,
    as_of: &'t str,
    covers: (Option<&'t str>, Option<&'t str>),
) -> Question<'t> {
    let [orders, usage, refunds, events] = texts;
    Question {
        orders,
        usage: Some(usage),
        refunds: Some(refunds),
        events: has_events.then_some(events.as_str()),
        as_of,
        covers,
        lag_days: 7,
    }
}

/// The lines of one side that the other has not.
pub(super) fn only(these: &[String], others: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = others.iter().collect();
    let mut only = Vec::new();
    for line in these {
        match left.iter().position(|other| *other == line) {
            Some(place) => {
                left.remove(place);
            }
            None => only.push(line.clone()),
        }
    }
    only
}

/// Which kinds of finding, and which parts of the outcome, differ.
pub(super) fn kinds_of_difference(wanted: &[String], got: &[String]) -> Vec<String> {
    let (missing, more) = (only(wanted, got), only(got, wanted));
    let is_row = |line: &&String| line.starts_with("eligible ");
    let mut kinds = Vec::new();
    for (sign, lines) in [('-', &missing), ('+', &more)] {
        for line in lines.iter().filter(|line| !is_row(line)) {
            kinds.push(format!("{sign} {}", line.split("  ").nth(1).unwrap_or("")));
        }
    }
    if let (Some(wanted), Some(got)) = (missing.iter().find(is_row), more.iter().find(is_row)) {
        for (one, other) in wanted.split("  ").zip(got.split("  ")).filter(|(one, other)| one != other) {
            let name = one.split(' ').next().unwrap_or("");
            let whole = ["eligible", "reasons", "verdict", "policy"].contains(&name);
            kinds.push(if whole { format!("{one}, {other}") } else { name.to_owned() });
        }
    } else if missing.iter().any(|line| is_row(&line)) || more.iter().any(|line| is_row(&line)) {
        kinds.push("row".to_owned());
    }
    kinds
}
