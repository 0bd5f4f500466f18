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
    /// A finding about an order as a whole, with nothing at risk.
    fn of_order(order: &str, kind: &'static str) -> Self {
        let (class, gravity) = kinds::of(kind);
        Self {
            order: order.to_owned(),
            refund: None,
            kind,
            class,
            gravity,
            direction: "none",
            amount: 0,
            exposure: 0,
        }
    }

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
    let alone: BTreeMap<&String, [facts::Order; 2]> = facts
        .orders
        .iter()
        .filter_map(|(id, order)| {
            let other = order.otherwise.as_deref()?.clone();
            Some((id, [facts::Order { otherwise: None, ..order.clone() }, other]))
        })
        .collect();
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
        let (outcome, findings) = as_each_row_tells(&run, &case, alone.get(&order.id));
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

/// The judgement of an order; where two of its rows contradict each other, as either tells it, if both come to the same.
fn as_each_row_tells<'f>(
    run: &owed::Run<'f>,
    case: &owed::Case<'f>,
    alone: Option<&'f [facts::Order; 2]>,
) -> (Outcome, Vec<Finding>) {
    if let Some([one, other]) = alone {
        let as_told = |order: &'f facts::Order| {
            let read = owed::Case { order, ..case.clone() };
            judged::Judge::new(run, &read).outcome()
        };
        let (outcome, mut findings) = as_told(one);
        if (&outcome, &findings) == (&as_told(other).0, &as_told(other).1) {
            findings.push(Finding::of_order(&case.order.id, "duplicate-order"));
            return (outcome, findings);
        }
    }
    judged::Judge::new(run, case).outcome()
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

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &str = r#"
        [policy]
        id = "x"
        site = "intl"
        [policy.applies]
        product = ["p"]
        [[version]]
        id = "v"
        effective_from = 2018-01-01T00:00:00+08:00
        [version.window]
        length = { days = 5 }
        [version.usage]
        test = "none"
        [version.amount]
        method = "prorate_days"
        used_days = "ceil_24h"
        min_used = 1
        total_days = "service_period"
        [version.tenders]
        refundable = ["cash", "commission", "free_credit"]
        lost = ["voucher"]
        [version.rounding]
        mode = "down"
        [version.destination]
        account = "payer"
        [version.channel]
        allowed = ["ticket"]
    "#;

    /// What is owed in cents, by tender, for one order and one request.
    fn owed(paid: &str, paid_at: &str, asked_at: &str) -> Vec<i128> {
        let oracle = Oracle::new(&[("x", TERMS)]).unwrap();
        let columns = "order_id,account_id,product,package_type,currency,months,paid_cash,paid_free_credit,paid_voucher,paid_at";
        let orders = format!("{columns}\nO,A,p,t,USD,1,{paid},{paid_at}\n");
        let refunds =
            format!("refund_id,order_id,status,requested_at,currency\nR,O,requested,{asked_at},USD\n");
        let question = Question {
            orders: &orders,
            usage: None,
            refunds: Some(&refunds),
            events: None,
            as_of: "2026-01-01T00:00:00+08:00",
            covers: (None, None),
            lag_days: 7,
        };
        let answer = oracle.answer(&question).unwrap();
        let owed = answer.outcomes["O"].owed.unwrap_or_default();
        owed.iter().filter(|sum| **sum > 0).map(|sum| sum / 1_000_000).collect()
    }

    #[test]
    fn the_printed_example_comes_out_to_the_second() {
        let bought = "2023-03-01T08:00:00+08:00";
        assert_eq!(owed("499.00,,", bought, "2023-03-06T07:59:59+08:00"), [41_851]);
        assert_eq!(owed("299.00,200.00,", bought, "2023-03-06T07:59:59+08:00"), [25_077, 16_774]);
        assert_eq!(owed("499.00,,30.00", bought, "2023-03-06T07:59:59+08:00"), [41_851]);
        assert_eq!(owed("499.00,,", bought, "2023-03-02T08:00:00+08:00"), [48_290]);
        assert_eq!(owed("499.00,,", bought, "2023-03-02T08:00:01+08:00"), [46_680]);
        assert!(owed("499.00,,", bought, "2023-03-06T08:00:00+08:00").is_empty());
    }

    #[test]
    fn months_of_every_length_prorate() {
        let table = [
            ("2025-01-31", [48_117, 46_335, 44_553, 42_771, 40_989]),
            ("2024-01-31", [48_179, 46_458, 44_737, 43_017, 41_296]),
            ("2025-01-29", [48_236, 46_573, 44_910, 43_246, 41_583]),
            ("2025-01-28", [48_290, 46_680, 45_070, 43_461, 41_851]),
        ];
        for (day, sums) in table {
            let bought = format!("{day}T08:00:00+08:00");
            let at = cells::moment(&bought).unwrap().first;
            for (used, sum) in (1_i64..).zip(sums) {
                let last = clock::text(at + used * calendar::DAY - calendar::SECOND);
                assert_eq!(owed("499.00,,", &bought, &last), [sum], "{day}, day {used}");
            }
        }
    }

    #[test]
    fn business_days_follow_the_notices() {
        let days = calendar::BusinessDays::default();
        let end = |text: &str, count: i64| {
            let limit = days.after(cells::moment(text).unwrap().first, count);
            (clock::date_text(limit.end - 1), limit.known)
        };
        // Over the week of the National Day of 2025, whose last Saturday is worked.
        assert_eq!(end("2025-09-30 10:00:00", 3), ("2025-10-11".to_owned(), true));
        // Over the Spring Festival of 2024, whose last Sunday is worked.
        assert_eq!(end("2024-02-08 10:00:00", 2), ("2024-02-18".to_owned(), true));
        assert_eq!(end("2028-03-03 10:00:00", 3), ("2028-03-08".to_owned(), false));
        let back = days.reaching_back(cells::moment("2025-01-08 10:00:00").unwrap().first, 2);
        assert_eq!(clock::date_text(back), "2025-01-06");
    }
}
