//! What is asked once of a whole run: patterns over the orders of an account, and what concerns a file.

use std::collections::BTreeMap;

use super::assemble::{Refunds, Repeated};
use crate::{
    case::{CaseRefund, Horizon},
    finding::{Direction, Evidence, Finding, Kind},
    ingest::{FileRead, UsageRead},
    money::Money,
    record::{AccountId, FileId, Order, RefundStatus, Role, SourceRef},
    time::{Instant, Offset},
};

/// Refunds of one account and product within a rolling year that make a pattern.
const PATTERN_REFUNDS_MIN: usize = 4;
/// Days of that year.
const PATTERN_DAYS: i64 = 365;

/// Usage rows of a file whose order nobody knows.
pub(super) struct Orphans {
    file: FileId,
    rows: u64,
    examples: BTreeMap<String, u64>,
}

impl Orphans {
    /// The file, and how many there are.
    pub(super) const fn rows(&self) -> (FileId, u64) {
        (self.file, self.rows)
    }

    pub(super) fn of(usage: &UsageRead) -> Option<Self> {
        (usage.orphans > 0).then(|| Self {
            file: usage.read.id,
            rows: usage.orphans,
            examples: usage.orphan_examples.clone(),
        })
    }
}

/// A finding about a file, with no order and no money.
fn about_file(slug: &'static str, file: &FileRead, line: u64, explanation: String) -> Finding {
    let kind = Kind::of(slug).expect("a finding is in the catalogue");
    Finding {
        order_id: None,
        refund_id: None,
        kind,
        class: kind.class,
        severity: kind.severity,
        direction: Direction::None,
        currency: None,
        amount_at_risk: Money::ZERO,
        asked_at: None,
        expected_total: None,
        actual_total: None,
        citation: None,
        explanation,
        evidence: vec![Evidence {
            role: file.role,
            at: SourceRef { file: file.id, line },
            id: String::new(),
        }],
        readings: Vec::new(),
        primary: false,
        exposure: Money::ZERO,
    }
}

/// What concerns a whole column or file: once, with its count.
pub(super) fn about_files(files: &[FileRead], repeated: &Repeated, orphans: &[Orphans]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let name = file.name();
        if file.zone_assumed > 0 {
            let text = format!(
                "{name}: {} no offset from UTC; {} was assumed.",
                count(file.zone_assumed, "instant has", "instants have"),
                Offset::BEIJING
            );
            found.push(about_file("naive-time", file, 1, text));
        }
        if file.long_decimals > 0 {
            let text = format!(
                "{name}: {} with more than eight decimals, the rest being zeros; nothing was lost.",
                count(file.long_decimals, "amount is written", "amounts are written")
            );
            found.push(about_file("precision", file, 1, text));
        }
        if let Some(rows) = repeated.get(&file.id) {
            let text = format!(
                "{name}: {} in the exports already, word for word, and counted once.",
                count(*rows, "row stands", "rows stand")
            );
            found.push(about_file("duplicate-row", file, 1, text));
        }
    }
    for orphaned in orphans {
        let file = &files[orphaned.file.0 as usize];
        let ids: Vec<&str> = orphaned.examples.keys().map(String::as_str).collect();
        let text = format!(
            "{}: {} to no order of the exports ({}{}): they may hide use of a package.",
            file.name(),
            count(orphaned.rows, "row belongs", "rows belong"),
            ids.join(", "),
            if orphaned.rows > ids.len() as u64 { ", …" } else { "" }
        );
        let mut finding = about_file("orphan-deduction", file, 1, text);
        finding.evidence = orphaned
            .examples
            .iter()
            .map(|(id, line)| Evidence {
                role: Role::Usage,
                at: SourceRef { file: file.id, line: *line },
                id: id.clone(),
            })
            .collect();
        found.push(finding);
    }
    found
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Accounts that refund one product again and again: a signal, never a verdict.
pub(super) fn abuse_patterns(orders: &[Order], refunds: &Refunds, horizon: &Horizon) -> Vec<Finding> {
    let mut by_account: BTreeMap<(&AccountId, &str), Vec<(&Order, &CaseRefund)>> = BTreeMap::new();
    for (order_id, rows) in &refunds.by_order {
        let Ok(at) = orders.binary_search_by(|order| order.order_id.cmp(order_id)) else { continue };
        let order = &orders[at];
        for row in rows.iter().filter(|row| counts(row, horizon)) {
            by_account.entry((&order.account_id, &order.product)).or_default().push((order, row));
        }
    }
    let again = bought_again(orders, &by_account);
    by_account
        .into_iter()
        .flat_map(|(key, rows)| {
            let mut found: Vec<Finding> = rows
                .iter()
                .filter_map(|row| repurchase(row, again.get(&key).map_or(&[][..], Vec::as_slice)))
                .collect();
            found.extend(pattern(key.0, key.1, rows));
            found
        })
        .collect()
}

/// Orders of the accounts and products that had refunds, by time of payment.
fn bought_again<'o>(
    orders: &'o [Order],
    refunded: &BTreeMap<(&'o AccountId, &'o str), Vec<(&Order, &CaseRefund)>>,
) -> BTreeMap<(&'o AccountId, &'o str), Vec<&'o Order>> {
    let mut bought: BTreeMap<(&AccountId, &str), Vec<&Order>> = BTreeMap::new();
    for order in orders.iter().filter(|order| refunded.contains_key(&(&order.account_id, &*order.product))) {
        bought.entry((&order.account_id, &*order.product)).or_default().push(order);
    }
    for list in bought.values_mut() {
        list.sort_by_key(|order| order.paid_at);
    }
    bought
}

/// The same package bought again by the same account within a day of its refund.
fn repurchase((order, row): &(&Order, &CaseRefund), bought: &[&Order]) -> Option<Finding> {
    let refund = &row.refund;
    let asked_at = refund.requested_at.earliest();
    let after = bought.partition_point(|other| other.paid_at.earliest() <= asked_at);
    let again = bought[after..]
        .iter()
        .take_while(|other| other.paid_at.earliest() <= asked_at.plus_days(1))
        .find(|other| other.package_type == order.package_type && other.order_id != order.order_id)?;
    let mut finding = signal(order, row, refund.returned.total());
    finding.explanation = format!(
        "Refunded {}, and the same package was bought again {} (order {}): a signal for or against a denial, no \
         verdict.",
        asked_at.text(Offset::BEIJING),
        again.paid_at.earliest().text(Offset::BEIJING),
        again.order_id
    );
    finding.evidence.push(Evidence { role: Role::Orders, at: again.at, id: again.order_id.to_string() });
    Some(finding)
}

/// A pattern told on one refund.
fn signal(order: &Order, row: &CaseRefund, sum: Money) -> Finding {
    let kind = Kind::of("abuse-pattern").expect("a finding is in the catalogue");
    let refund = &row.refund;
    Finding {
        order_id: Some(order.order_id.clone()),
        refund_id: Some(refund.refund_id.clone()),
        kind,
        class: kind.class,
        severity: kind.severity,
        direction: Direction::None,
        currency: Some(refund.returned.currency),
        amount_at_risk: sum,
        asked_at: Some(refund.requested_at.earliest()),
        expected_total: None,
        actual_total: None,
        citation: None,
        explanation: String::new(),
        evidence: vec![Evidence { role: Role::Refunds, at: refund.at, id: refund.refund_id.to_string() }],
        readings: Vec::new(),
        primary: false,
        exposure: Money::ZERO,
    }
}

fn counts(row: &CaseRefund, horizon: &Horizon) -> bool {
    row.refund.status == RefundStatus::Completed
        && row.refund.requested_at.earliest() <= horizon.as_of
        && row.repeats.is_none()
        && row.refund.returned.total().is_positive()
}

fn pattern(account: &AccountId, product: &str, mut rows: Vec<(&Order, &CaseRefund)>) -> Option<Finding> {
    let asked = |row: &CaseRefund| -> Instant { row.refund.requested_at.earliest() };
    rows.sort_by(|a, b| (asked(a.1), &a.1.refund.refund_id).cmp(&(asked(b.1), &b.1.refund.refund_id)));
    let year = rows.windows(PATTERN_REFUNDS_MIN).find(|year| {
        let (first, last) = (asked(year[0].1), asked(year[PATTERN_REFUNDS_MIN - 1].1));
        last < first.plus_days(PATTERN_DAYS)
    })?;
    let (order, last) = *year.last()?;
    let from = asked(year[0].1);
    let in_year: Vec<&(&Order, &CaseRefund)> = rows
        .iter()
        .filter(|(_, row)| asked(row) >= from && asked(row) < from.plus_days(PATTERN_DAYS))
        .collect();
    let currency = last.refund.returned.currency;
    let in_currency = in_year.iter().filter(|(_, row)| row.refund.returned.currency == currency);
    let sum = in_currency.map(|(_, row)| row.refund.returned.total()).sum();
    let mut finding = signal(order, last, sum);
    finding.explanation = format!(
        "Account {account} had {} refunds of {product} within a year from {}: a signal for or against a denial, no \
         verdict.",
        in_year.len(),
        from.text(Offset::BEIJING)
    );
    finding.evidence = in_year
        .iter()
        .map(|(_, row)| Evidence {
            role: Role::Refunds,
            at: row.refund.at,
            id: row.refund.refund_id.to_string(),
        })
        .collect();
    Some(finding)
}
