//! A second, slow and plain calculation of the whole judgement, to hold the program against.

mod beside;
mod bills;
mod calendar;
mod cells;
pub(crate) mod clock;
mod facts;
mod judged;
mod kinds;
mod owed;
mod terms;
mod words;

use std::collections::BTreeMap;

pub use facts::TENDERS;

/// The exports as text, and what the run was told.
pub struct Question<'t> {
    /// The orders export.
    pub orders: &'t str,
    /// The deduction export, where there is one.
    pub usage: Option<&'t str>,
    /// The refund export, where there is one.
    pub refunds: Option<&'t str>,
    /// The events export, where there is one.
    pub events: Option<&'t str>,
    /// As-of date, RFC 3339.
    pub as_of: &'t str,
    /// From when to when the deduction export is complete, RFC 3339; `None` is open.
    pub covers: (Option<&'t str>, Option<&'t str>),
    /// Days that a request without a time may have been made before its completion.
    pub lag_days: i64,
}

/// One finding; amounts in hundred-millionths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The order it is about.
    pub order: String,
    /// The refund it is about, where it is about one.
    pub refund: Option<String>,
    /// Its kind.
    pub kind: &'static str,
    /// Its class.
    pub class: &'static str,
    gravity: u8,
    /// `over`, `under`, `none`.
    pub direction: &'static str,
    /// The amount at risk.
    pub amount: i128,
    /// What it carries of the order's sums.
    pub exposure: i128,
}

impl Finding {
    fn weight(&self) -> (u8, &'static str, i128) {
        (self.gravity, if self.class == "mismatch" { "z" } else { self.class }, self.amount)
    }
}

/// One order's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The order.
    pub order: String,
    /// Policy and version that rule it.
    pub policy: Option<(String, String)>,
    /// The decisive request, in milliseconds.
    pub decided_at: i64,
    /// The first instant that is too late, in milliseconds.
    pub deadline: Option<i64>,
    /// `yes`, `no`, `unknown`.
    pub eligible: &'static str,
    /// The grounds, or what is missing.
    pub reasons: Vec<&'static str>,
    /// What is owed by tender.
    pub owed: Option<[i128; 13]>,
    /// What should not have left.
    pub over: i128,
    /// What should have come back.
    pub under: i128,
    /// The verdict.
    pub verdict: &'static str,
    /// Whether anything was asked for.
    pub requested: bool,
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// By order.
    pub outcomes: BTreeMap<String, Outcome>,
    /// Orders that a policy is about which this calculation cannot read, and why.
    pub not_judged: BTreeMap<String, String>,
    /// All findings about orders.
    pub findings: Vec<Finding>,
    /// 0, 1 or 3.
    pub exit: u8,
}

/// The calculation under the policies of a run.
pub struct Oracle {
    book: terms::Book,
}

impl Oracle {
    /// Reads policy files, each by name and text. An error names what this calculation does not know.
    pub fn new(policies: &[(&str, &str)]) -> Result<Self, String> {
        Ok(Self { book: terms::Book::read(policies)? })
    }

    /// The judgement of all orders.
    pub fn answer(&self, question: &Question<'_>) -> Result<Answer, String> {
        answer(&self.book, question)
    }
}

fn answer(book: &terms::Book, question: &Question<'_>) -> Result<Answer, String> {
    let instant = |text: &str| {
        cells::moment(text).map(|moment| moment.first).ok_or_else(|| format!("{text} is no instant"))
    };
    let as_of = instant(question.as_of)?;
    let end = |text: Option<&str>, open: i64| text.map_or(Ok(open), instant);
    let covers = (end(question.covers.0, i64::MIN)?, end(question.covers.1, i64::MAX)?);
    let texts = facts::Texts {
        orders: question.orders,
        usage: question.usage,
        refunds: question.refunds,
        events: question.events,
    };
    let facts = facts::Facts::read(&texts, as_of);
    let run = owed::Run { facts: &facts, book, as_of, covers, lag: question.lag_days * calendar::DAY };
    let mut answer =
        Answer { outcomes: BTreeMap::new(), not_judged: BTreeMap::new(), findings: Vec::new(), exit: 0 };
    for order in facts.orders.values() {
        let unread = book.policies.iter().find(|policy| policy.unread.is_some() && policy.is_about(order));
        if let Some((policy, why)) = unread.and_then(|policy| Some((policy, policy.unread.as_ref()?))) {
            answer.not_judged.insert(order.id.clone(), format!("{}: {why}", policy.id));
        }
        let of_order = facts.refunds.iter().filter(|refund| refund.order == order.id);
        let concerns = |event: &&facts::Event| {
            event.order == order.id || event.order.is_empty() && event.account == order.account
        };
        let mut usage: Vec<&facts::Usage> =
            facts.usage.iter().filter(|usage| usage.order == order.id).collect();
        usage.sort_by_key(|usage| usage.posted_at.first);
        let case = owed::Case {
            order,
            refunds: of_order.clone().filter(|refund| !refund.is_later).collect(),
            later: of_order.filter(|refund| refund.is_later).collect(),
            usage,
            events: facts.events.iter().filter(concerns).collect(),
            torn: facts.torn.contains(&order.id),
        };
        let (outcome, findings) = judged::Judge::new(&run, &case).outcome();
        answer.outcomes.insert(order.id.clone(), outcome);
        answer.findings.extend(findings);
    }
    orphans(&facts, &mut answer);
    let asked: Vec<&Outcome> = answer.outcomes.values().filter(|outcome| outcome.requested).collect();
    let nothing_decided = !asked.is_empty() && asked.iter().all(|outcome| outcome.verdict == "undetermined");
    let mismatch = answer.findings.iter().any(|finding| finding.class == "mismatch");
    answer.exit = match (mismatch, nothing_decided) {
        _ if facts.rejected > 0 => 3,
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    };
    Ok(answer)
}

/// Refunds of orders that nobody has.
fn orphans(facts: &facts::Facts, answer: &mut Answer) {
    let days: Vec<i64> = facts.orders.values().map(|order| calendar::day_of(order.paid_at.first)).collect();
    let (first, last) = (days.iter().min(), days.iter().max());
    for refund in facts.refunds.iter().filter(|one| !one.is_later && !facts.orders.contains_key(&one.order)) {
        let amount = refund.total();
        if refund.status == "cancelled" {
            continue;
        }
        let day = calendar::day_of(refund.requested_at.first);
        let covered = first.is_some_and(|first| *first <= day) && last.is_some_and(|last| day <= *last);
        let class = if covered { "mismatch" } else { "data" };
        if covered && amount == 0 {
            continue;
        }
        let exposure = if covered && refund.status == "completed" { amount } else { 0 };
        answer.findings.push(Finding {
            order: refund.order.clone(),
            refund: Some(refund.id.clone()),
            kind: "orphan-refund",
            class,
            gravity: 4,
            direction: "over",
            amount,
            exposure,
        });
    }
}
