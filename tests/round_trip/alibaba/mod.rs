//! Alibaba Cloud: bill flow, fee details, order lists, deductions of resource plans.

mod columns;

use columns::{DEDUCTIONS, DETAILS, FEES, FLOW, ORDERS};

use crate::{
    clock::Time,
    hand::{CONSOLE, Cells, File, Hand, TABLE, written},
    names::{is_named, names_of},
    rules::moved_money,
    set::{Row, Set, TENDERS, get, sum, text_of, units},
};

fn fits(order: &Row, refunds: &[&Row], tenders: &[&str]) -> bool {
    let other = |row: &Row, before: &str| {
        TENDERS.iter().any(|t| !tenders.contains(t) && units(get(row, &format!("{before}{t}"))) != 0)
    };
    (order.is_empty() || is_named("alibaba-cloud", order))
        && !other(order, "paid_")
        && refunds.iter().all(|refund| !other(refund, "refunded_"))
}

/// What the bill flow can carry.
pub(crate) fn carries(order: &Row, refunds: &[&Row]) -> bool {
    fits(order, refunds, &["cash", "voucher", "coupon", "stored_value_card", "offset"])
}

/// What an order list can carry, which has no means of payment at all.
pub(crate) fn carries_totals(order: &Row, refunds: &[&Row]) -> bool {
    fits(order, refunds, &TENDERS)
}

/// What fee details can carry, where a refund is known by its instance.
pub(crate) fn carries_by_instance(order: &Row, refunds: &[&Row]) -> bool {
    !order.is_empty() && carries_totals(order, refunds)
}

fn time_of(row: &Row, column: &str, write: fn(Time) -> String) -> String {
    let cell = get(row, column);
    if cell.is_empty() { String::new() } else { write(Time::read(cell)) }
}

/// The bill flow: one row an order or refund, with its means of payment.
pub(crate) fn flow(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let chinese = generation == 1;
    // No page says how refunds are signed, and one file has one sign.
    let sign = if hand.one_in(2) { -1 } else { 1 };
    let known = set.known();
    let mut rows = Vec::new();
    let money = |row: &mut Cells, of: &Row, before: &str, sign: i128| {
        let part = |tender: &str| sign * units(get(of, &format!("{before}{tender}")));
        let payable = sign * sum(of, before, &["cash", "voucher", "stored_value_card", "offset"]);
        for (column, tender) in [
            ("cash", "cash"),
            ("voucher", "voucher"),
            ("coupon", "coupon"),
            ("card", "stored_value_card"),
            ("offset", "offset"),
        ] {
            row.insert(column, text_of(part(tender), 2));
        }
        row.insert("payable", text_of(payable, 2));
        row.insert("discount", "0".to_owned());
        row.insert("outstanding", "0".to_owned());
        // Repeated on every row, never to be summed.
        row.insert("rounding", "0.004".to_owned());
    };
    let currency = |of: &Row| match get(of, "currency") {
        "CNY" if chinese => "人民币".to_owned(),
        code => code.to_owned(),
    };
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let status = match (get(order, "status"), chinese) {
            ("", _) => "",
            ("unpaid", false) => "PayUnsettle",
            ("unpaid", true) => "未结清",
            (_, false) => "PayFinish",
            (_, true) => "已支付",
        };
        let mut row = Cells::from([
            ("item", if chinese { "预付费订单" } else { "SubscriptionOrder" }.to_owned()),
            ("record", get(order, "order_id").to_owned()),
            ("owner", get(order, "account_id").to_owned()),
            ("account", get(order, "payer_id").to_owned()),
            ("product", product),
            ("detail", package),
            ("subscription", if chinese { "预付费" } else { "Subscription" }.to_owned()),
            ("paid", time_of(order, "paid_at", Time::beijing)),
            ("start", time_of(order, "period_start", Time::beijing)),
            ("end", time_of(order, "period_end", Time::beijing)),
            ("gross", get(order, "list_price").to_owned()),
            ("currency", currency(order)),
            ("status", status.to_owned()),
        ]);
        money(&mut row, order, "paid_", 1);
        rows.push((Time::read(get(order, "paid_at")), row));
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let order = known.order_of(refund);
        let owner = order.map_or(get(refund, "account_id"), |order| get(order, "account_id"));
        let mut row = Cells::from([
            ("item", if chinese { "退款" } else { "Refund" }.to_owned()),
            ("record", get(refund, "refund_id").to_owned()),
            ("owner", owner.to_owned()),
            ("account", owner.to_owned()),
            ("product", "音视频通信".to_owned()),
            ("detail", "时长资源包".to_owned()),
            ("paid", time_of(refund, "completed_at", Time::beijing)),
            ("gross", "-1".to_owned()),
            ("currency", currency(refund)),
            ("status", if chinese { "已支付" } else { "PayFinish" }.to_owned()),
            ("number", get(refund, "channel_txn").to_owned()),
        ]);
        money(&mut row, refund, "refunded_", sign);
        rows.push((Time::read(get(refund, "completed_at")), row));
    }
    rows.push((
        Time::read("2023-01-01"),
        Cells::from([
            ("item", if chinese { "后付费账单" } else { "PayAsYouGoBill" }.to_owned()),
            ("record", "202003110000001".to_owned()),
            ("payable", "0.50".to_owned()),
            ("cash", "0.50".to_owned()),
            ("currency", "CNY".to_owned()),
        ]),
    ));
    rows.sort_by_key(|(at, _)| *at);
    written("flow.csv", FLOW, generation, rows.into_iter().map(|(_, row)| row).collect(), CONSOLE, hand)
}

/// The order list: universal time, refunds name their order, no means of payment.
pub(crate) fn orders(set: &Set, hand: &mut Hand) -> File {
    let payable = |row: &Row, before: &str| {
        let paid: Vec<&str> = TENDERS.into_iter().filter(|tender| *tender != "coupon").collect();
        text_of(sum(row, before, &paid), 2)
    };
    let known = set.known();
    let mut rows = Vec::new();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let word = match get(order, "order_kind") {
            "renew" => "Renew",
            "upgrade" => "Upgrade",
            "downgrade" => "Degrade",
            _ => "New",
        };
        let status = match get(order, "status") {
            "unpaid" => "Unpaid",
            "closed" => "Cancelled",
            "" => "",
            _ => "Paid",
        };
        let paid = time_of(order, "paid_at", Time::universal);
        rows.push(Cells::from([
            ("order", get(order, "order_id").to_owned()),
            ("sub", "1".to_owned()),
            ("type", word.to_owned()),
            ("sub_type", "ProductSubOrder".to_owned()),
            ("status", status.to_owned()),
            ("created", paid.clone()),
            ("paid", paid),
            ("gross", get(order, "list_price").to_owned()),
            ("payable", payable(order, "paid_")),
            ("after_tax", payable(order, "paid_")),
            ("tax", "0".to_owned()),
            ("currency", get(order, "currency").to_owned()),
            ("code", product),
            ("detail", package),
            ("subscription", "Subscription".to_owned()),
            ("instances", format!("[\"{}\"]", get(order, "instance_id"))),
            ("quantity", "1".to_owned()),
            ("region", "cn-hangzhou".to_owned()),
            ("start", time_of(order, "period_start", Time::universal)),
            ("end", time_of(order, "period_end", Time::universal)),
            ("operator", get(order, "account_id").to_owned()),
        ]));
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let order = known.order_of(refund);
        let owner = order.map_or(get(refund, "account_id"), |order| get(order, "account_id"));
        rows.push(Cells::from([
            ("order", get(refund, "refund_id").to_owned()),
            ("sub", "2".to_owned()),
            ("type", "Refund".to_owned()),
            ("sub_type", "RefundSubOrder".to_owned()),
            ("related", get(refund, "order_id").to_owned()),
            ("status", "NULL".to_owned()),
            ("created", time_of(refund, "requested_at", Time::universal)),
            ("paid", time_of(refund, "completed_at", Time::universal)),
            ("payable", payable(refund, "refunded_")),
            ("after_tax", payable(refund, "refunded_")),
            ("tax", "0".to_owned()),
            ("currency", get(refund, "currency").to_owned()),
            ("code", "rtc".to_owned()),
            (
                "instances",
                order.map(|order| format!("[\"{}\"]", get(order, "instance_id"))).unwrap_or_default(),
            ),
            ("operator", owner.to_owned()),
        ]));
    }
    written("orders.csv", ORDERS, 0, rows, TABLE, hand)
}

/// Fee details: a refund is known by its instance, and what was paid by one sum beside coupons.
pub(crate) fn fees(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let payable = |row: &Row, before: &str, sign: i128| {
        let paid: Vec<&str> = TENDERS.into_iter().filter(|tender| *tender != "coupon").collect();
        text_of(sign * sum(row, before, &paid), 2)
    };
    let known = set.known();
    let mut rows = Vec::new();
    let mut push = |at: Time, cells: Vec<(&'static str, String)>| {
        let mut row: Cells = cells.into_iter().collect();
        row.insert("line", format!("L{}", rows.len() + 1));
        let day = at.beijing()[..10].replace('-', "");
        row.insert("month", day[..6].to_owned());
        row.insert("day", day);
        row.insert("usage", "{\"a\":[1,2,3],\"b\":\"x,y\"}".to_owned());
        rows.push(row);
    };
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let at = Time::read(get(order, "paid_at"));
        push(
            at,
            vec![
                ("order", get(order, "order_id").to_owned()),
                ("buyer", get(order, "payer_id").to_owned()),
                ("owner", get(order, "account_id").to_owned()),
                ("type", "订阅预付费用".to_owned()),
                ("at", at.beijing()),
                ("start", time_of(order, "period_start", Time::beijing)),
                ("end", time_of(order, "period_end", Time::beijing)),
                ("product", product),
                ("detail", package),
                ("instance", get(order, "instance_id").to_owned()),
                ("currency", get(order, "currency").to_owned()),
                ("gross", get(order, "list_price").to_owned()),
                ("coupon", get(order, "paid_coupon").to_owned()),
                ("payable", payable(order, "paid_", 1)),
            ],
        );
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let at = Time::read(get(refund, "completed_at"));
        let order = known.order_of(refund).unwrap();
        let coupon = units(get(refund, "refunded_coupon"));
        push(
            at,
            vec![
                ("order", get(refund, "refund_id").to_owned()),
                ("buyer", get(order, "payer_id").to_owned()),
                ("owner", get(order, "account_id").to_owned()),
                ("type", "订阅退款".to_owned()),
                ("at", at.beijing()),
                ("instance", get(order, "instance_id").to_owned()),
                ("currency", get(refund, "currency").to_owned()),
                ("coupon", text_of(-coupon, 2)),
                ("payable", payable(refund, "refunded_", -1)),
            ],
        );
    }
    written("fees.csv", FEES, generation, rows, CONSOLE, hand)
}

/// The same refunds in bill details of the first generation, which tie to nothing.
pub(crate) fn details(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let day = Time::read(get(refund, "completed_at")).beijing();
        rows.push(Cells::from([
            ("month", day[..7].to_owned()),
            ("day", day[..10].replace('-', "")),
            ("product", "音视频通信".to_owned()),
            ("item", "退款".to_owned()),
            ("payable", text_of(-sum(refund, "refunded_", &TENDERS), 2)),
            ("cash", text_of(-sum(refund, "refunded_", &TENDERS), 2)),
            ("currency", get(refund, "currency").to_owned()),
        ]));
    }
    written("details.csv", DETAILS, 0, rows, TABLE, hand)
}

/// Deductions, with magnitude words where the number is round.
pub(crate) fn deductions(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let known = set.known();
    let mut rows = Vec::new();
    for row in set.usage.iter().filter(|row| get(row, "basis") == "deduction") {
        let Some(order) = known.order_of_usage(row) else { continue };
        let quantity = units(get(row, "quantity"));
        let unit = match get(row, "unit") {
            "minute" => "分钟",
            "GB" => "GB",
            _ => "次",
        };
        let (value, unit) = match hand.below(4) {
            0 if quantity % units("10") == 0 => (text_of(quantity / 10_000, 6), format!("万{unit}")),
            1 if quantity % units("100") == 0 => (text_of(quantity / 100_000, 6), format!("十万{unit}")),
            _ => (text_of(quantity, 6), unit.to_owned()),
        };
        let posted = Time::read(get(row, "posted_at"));
        let (value, unit) = if generation == 1 && hand.one_in(2) {
            (format!("{value}{unit}"), String::new())
        } else {
            (value, unit)
        };
        rows.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "资源包".to_owned()),
            ("posted", if generation == 0 { posted.milliseconds() } else { posted.beijing() }),
            ("before", "4.181841".to_owned()),
            ("before_unit", format!("千万{unit}")),
            ("deducted", value),
            ("unit", unit),
            ("instance", "eip-1;cn-hangzhou;BGP;eip".to_owned()),
            ("kind", "Traffic".to_owned()),
            ("owner", get(order, "account_id").to_owned()),
            ("user", get(order, "account_id").to_owned()),
        ]));
    }
    written("used.csv", DEDUCTIONS, generation, rows, TABLE, hand)
}
