//! FOCUS: one table of charges of either vendor, without order ids.

use std::collections::BTreeSet;

use crate::{
    clock::Time,
    hand::{CONSOLE, Cells, Columns, File, Hand, written},
    names::{is_named, names_of},
    rules::{Rule, moved_money},
    set::{Row, Set, TENDERS, get, put, sum, text_of},
};

const CHARGES: Columns = &[
    ("billing_account", &["BillingAccountId"]),
    ("account", &["SubAccountId"]),
    ("currency", &["BillingCurrency"]),
    ("provider", &["ProviderName"]),
    ("start", &["ChargePeriodStart"]),
    ("end", &["ChargePeriodEnd"]),
    ("category", &["ChargeCategory"]),
    ("class", &["ChargeClass"]),
    ("frequency", &["ChargeFrequency"]),
    ("service", &["ServiceName"]),
    ("sku", &["SkuId"]),
    ("resource", &["ResourceId"]),
    ("commitment", &["CommitmentDiscountId"]),
    ("commitment_status", &["CommitmentDiscountStatus"]),
    ("quantity", &["ConsumedQuantity"]),
    ("unit", &["ConsumedUnit"]),
    ("billed", &["BilledCost"]),
    ("list", &["ListCost"]),
    ("invoice", &["InvoiceId"]),
];

fn id_of(order: &Row, column: &str, of: &Row) -> String {
    let at = Time::read(get(of, column)).universal();
    format!("{}@{}@{at}", get(order, "instance_id"), get(order, "account_id"))
}

/// What one table of charges can carry.
pub(crate) fn carries(order: &Row, refunds: &[&Row]) -> bool {
    // Two refunds of one resource at one time are one.
    let times: BTreeSet<&str> = refunds.iter().map(|refund| get(refund, "completed_at")).collect();
    (is_named("tencent-cloud", order) || is_named("alibaba-cloud", order)) && times.len() == refunds.len()
}

/// How orders and refunds are known, by the documented form of their ids.
pub(crate) const KNOWN_BY_CHARGE: Rule = Rule {
    says: "an order and a refund are known by resource, account and start of the charge",
    apply: |set| {
        let orders = Set { orders: set.orders.clone(), ..Set::default() };
        let known = orders.known();
        for refund in &mut set.refunds {
            // The resource of a refund that ran ahead of its purchase stands behind the mark.
            let order = known.order_of(refund);
            let by_resource = || {
                let resource = get(refund, "order_id").strip_prefix('?')?;
                known.with_instance(resource)
            };
            let Some(of) = order.or_else(by_resource) else { continue };
            if !get(refund, "completed_at").is_empty() {
                let id = id_of(of, "completed_at", refund);
                put(refund, "refund_id", id);
            }
            if order.is_some() {
                put(refund, "order_id", id_of(of, "paid_at", of));
            }
        }
        for event in &mut set.events {
            if let Some(order) = known.order_of(event) {
                put(event, "order_id", id_of(order, "paid_at", order));
            }
        }
        for order in &mut set.orders {
            let id = id_of(order, "paid_at", order);
            put(order, "order_id", id);
        }
    },
};

/// Facts about an order stand in a canonical file, by the id that the table of charges gives it.
pub(crate) fn events(set: &Set) -> File {
    let mut known = set.clone();
    (KNOWN_BY_CHARGE.apply)(&mut known);
    File {
        name: "events.csv".to_owned(),
        bytes: crate::set::plain(&known.events).into_bytes(),
        done: Vec::new(),
    }
}

/// The charges: purchases, refunds below nought, usage that a commitment covers.
pub(crate) fn charges(set: &Set, hand: &mut Hand) -> File {
    let known = set.known();
    let mut rows = Vec::new();
    // Exponents are allowed.
    let amount = |units: i128, hand: &mut Hand| {
        if units % 100_000_000 == 0 && units != 0 && hand.one_in(3) {
            format!("{}E2", text_of(units / 100, 0))
        } else {
            text_of(units, 2)
        }
    };
    let text = |row: &Row, column: &str| get(row, column).to_owned();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let start = Time::read(get(order, "paid_at")).universal();
        rows.push(Cells::from([
            ("billing_account", text(order, "payer_id")),
            ("account", text(order, "account_id")),
            ("currency", text(order, "currency")),
            ("start", start),
            (
                "provider",
                if is_named("tencent-cloud", order) { "Tencent Cloud" } else { "Alibaba Cloud" }.to_owned(),
            ),
            ("category", "Purchase".to_owned()),
            ("frequency", hand.pick(&["One-time", "One-Time"]).to_owned()),
            ("service", product),
            ("sku", package),
            ("resource", text(order, "instance_id")),
            ("billed", amount(sum(order, "paid_", &TENDERS), hand)),
            ("list", text(order, "list_price")),
        ]));
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let order = known.order_of(refund).unwrap();
        let at = Time::read(get(refund, "completed_at")).universal();
        rows.push(Cells::from([
            ("billing_account", text(order, "payer_id")),
            ("account", text(order, "account_id")),
            ("currency", text(refund, "currency")),
            ("start", at.clone()),
            ("end", at),
            ("category", "Purchase".to_owned()),
            ("class", if hand.one_in(2) { "Correction".to_owned() } else { String::new() }),
            ("resource", text(order, "instance_id")),
            ("billed", amount(-sum(refund, "refunded_", &TENDERS), hand)),
        ]));
    }
    for row in set.usage.iter().filter(|row| get(row, "basis") == "deduction") {
        let Some(order) = known.order_of_usage(row) else { continue };
        rows.push(Cells::from([
            ("billing_account", text(order, "payer_id")),
            ("account", text(order, "account_id")),
            ("currency", text(order, "currency")),
            ("start", Time::read(get(row, "usage_start")).universal()),
            ("end", Time::read(get(row, "usage_end")).universal()),
            ("category", "Usage".to_owned()),
            ("frequency", hand.pick(&["Usage-Based", "Usage-based"]).to_owned()),
            ("resource", "room-1".to_owned()),
            ("commitment", text(order, "instance_id")),
            ("commitment_status", "Used".to_owned()),
            ("quantity", text(row, "quantity")),
            ("unit", text(row, "unit")),
            ("billed", "0".to_owned()),
        ]));
    }
    rows.push(Cells::from([
        ("category", "Tax".to_owned()),
        ("billed", "1.00".to_owned()),
        ("start", "2024-07-01T00:00:00Z".to_owned()),
    ]));
    let habits = crate::hand::Habits { repeats: false, ..CONSOLE };
    written("charges.csv", CHARGES, 0, rows, habits, hand)
}
