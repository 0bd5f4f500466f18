//! Patterns over the orders of an account: signals, never verdicts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    marks::{Billed, PATTERN_REFUNDS_MIN, counts, is_billed},
    orders::Orders,
    refunds::{RefundAt, Refunds},
};
use crate::{
    case::Horizon,
    finding::{Direction, Evidence, Finding, Kind},
    money::Money,
    record::{AccountId, OrderId, Refund, Role, SourceRef},
    store::{OrderHead, Wares},
    time::{Instant, Moment, Offset},
};

/// Days of that year.
const PATTERN_DAYS: i64 = 365;

/// A product of an account.
type Bill = (AccountId, Arc<str>);

/// An order so far as patterns of an account look at it.
#[derive(Clone, Debug)]
struct Bought {
    order_id: OrderId,
    ware: u32,
    paid_at: Moment,
    at: SourceRef,
}

/// What there is of a product of an account.
#[derive(Debug, Default)]
struct OfBill<'f> {
    /// Refunds that count, with their orders.
    refunded: Vec<(Bought, RefundAt<'f>)>,
    /// Every order.
    bought: Vec<Bought>,
}

/// Products of accounts that may make a pattern.
#[derive(Debug, Default)]
pub(super) struct Bills<'f>(BTreeMap<Bill, OfBill<'f>>);

impl<'f> Bills<'f> {
    /// Takes the orders of suspected accounts, with their refunds.
    pub(super) fn take(
        &mut self,
        orders: &Orders<'_>,
        refunds: &'f Refunds,
        suspects: &BTreeSet<Billed>,
        horizon: &Horizon,
    ) {
        for (number, head) in orders.heads() {
            if !is_billed(&head, orders.wares(), suspects) {
                continue;
            }
            let (OrderHead { order_id, account_id, ware, paid_at, .. }, at) = orders.head(number);
            let product = Arc::clone(&orders.wares().get(ware).product);
            let of_bill = self.0.entry((account_id.into(), product)).or_default();
            let bought = Bought { order_id: order_id.into(), ware, paid_at, at };
            let counted = refunds.of_order(order_id).filter(|row| counts(*row, horizon));
            of_bill.refunded.extend(counted.map(|row| (bought.clone(), row)));
            of_bill.bought.push(bought);
        }
    }

    /// Takes up what was found elsewhere.
    pub(super) fn add(&mut self, other: Self) {
        for (bill, OfBill { refunded, bought }) in other.0 {
            let of_bill = self.0.entry(bill).or_default();
            of_bill.refunded.extend(refunded);
            of_bill.bought.extend(bought);
        }
    }

    /// Accounts that refund one product again and again, and packages bought again after a refund.
    pub(super) fn patterns(self, wares: &Wares) -> Vec<Finding> {
        let package = |bought: &Bought| &wares.get(bought.ware).package_type;
        let of_bill = |(bill, OfBill { refunded, mut bought }): (Bill, OfBill<'_>)| {
            bought.sort_by(|a, b| (a.paid_at, &a.order_id).cmp(&(b.paid_at, &b.order_id)));
            let mut found: Vec<Finding> =
                refunded.iter().filter_map(|row| repurchase(row, &bought, &package)).collect();
            found.extend(pattern(&bill, refunded));
            found
        };
        self.0.into_iter().flat_map(of_bill).collect()
    }
}

/// The same package bought again by the same account within a day of its refund.
fn repurchase<'w>(
    (order, row): &(Bought, RefundAt<'_>),
    bought: &[Bought],
    package: &impl Fn(&Bought) -> &'w Arc<str>,
) -> Option<Finding> {
    let refund = row.get().refund;
    let asked_at = refund.requested_at.earliest();
    let after = bought.partition_point(|other| other.paid_at.earliest() <= asked_at);
    let again = bought[after..]
        .iter()
        .take_while(|other| other.paid_at.earliest() <= asked_at.plus_days(1))
        .find(|other| package(other) == package(order) && other.order_id != order.order_id)?;
    let mut finding = signal(&order.order_id, &refund, refund.returned.total());
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
fn signal(order_id: &OrderId, refund: &Refund, sum: Money) -> Finding {
    let kind = Kind::of("abuse-pattern").expect("a finding is in the catalogue");
    Finding {
        order_id: Some(order_id.clone()),
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

fn pattern((account, product): &Bill, mut rows: Vec<(Bought, RefundAt<'_>)>) -> Option<Finding> {
    let asked = |row: RefundAt<'_>| -> Instant { row.head().requested_at.earliest() };
    rows.sort_by(|a, b| (asked(a.1), a.1.head().refund_id).cmp(&(asked(b.1), b.1.head().refund_id)));
    let year = rows.windows(PATTERN_REFUNDS_MIN).find(|year| {
        let (first, last) = (asked(year[0].1), asked(year[PATTERN_REFUNDS_MIN - 1].1));
        last < first.plus_days(PATTERN_DAYS)
    })?;
    let (order, last) = year.last()?;
    let from = asked(year[0].1);
    let in_year: Vec<&(Bought, RefundAt<'_>)> = rows
        .iter()
        .filter(|(_, row)| asked(*row) >= from && asked(*row) < from.plus_days(PATTERN_DAYS))
        .collect();
    let last = last.get().refund;
    let returned = in_year.iter().map(|(_, row)| row.get().refund.returned);
    let in_currency = returned.filter(|returned| returned.currency == last.returned.currency);
    let mut finding = signal(&order.order_id, &last, in_currency.map(|returned| returned.total()).sum());
    finding.explanation = format!(
        "Account {account} had {} refunds of {product} within a year from {}: a signal for or against a denial, no \
         verdict.",
        in_year.len(),
        from.text(Offset::BEIJING)
    );
    finding.evidence = in_year
        .iter()
        .map(|(_, row)| row.head())
        .map(|head| Evidence { role: Role::Refunds, at: head.at, id: head.refund_id.to_owned() })
        .collect();
    Some(finding)
}
