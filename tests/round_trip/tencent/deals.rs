//! The order list.

use super::columns::DEALS;
use crate::{
    clock::Time,
    hand::{Cells, File, Hand, TABLE, written},
    names::names_of,
    set::{Row, Set, get, sum, text_of, units},
};

/// The order list: amounts in hundredths, refunds as orders of their own.
pub(crate) fn deals(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let chinese = generation == 1;
    let fen = |units: i128| text_of(units * 100, 0);
    let real = |row: &Row, before: &str| sum(row, before, &["cash", "commission", "free_credit"]);
    let known = set.known();
    let mut rows = Vec::new();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let status = match get(order, "status") {
            "unpaid" => "1",
            "closed" => "7",
            "refunded" => "6",
            "refunding" => "13",
            "" => "",
            _ => "4",
        };
        let action = match (get(order, "order_kind"), chinese) {
            ("renew", false) => "renew",
            ("renew", true) => "续费",
            ("upgrade", false) => "upgrade",
            ("upgrade", true) => "升配",
            ("downgrade", false) => "downgrade",
            ("downgrade", true) => "降配",
            (_, false) => "purchase",
            (_, true) => "新购",
        };
        let id = get(order, "order_id");
        let months = get(order, "months");
        rows.push(Cells::from([
            ("order", id.to_owned()),
            ("big", format!("{}1", &id[..id.len() - 1])),
            ("status", status.to_owned()),
            ("action", action.to_owned()),
            ("created", Time::read(get(order, "paid_at")).beijing()),
            ("payer", get(order, "payer_id").to_owned()),
            ("owner", get(order, "account_id").to_owned()),
            (
                "list",
                if get(order, "list_price").is_empty() {
                    String::new()
                } else {
                    fen(units(get(order, "list_price")))
                },
            ),
            ("price", "0".to_owned()),
            ("real", fen(real(order, "paid_"))),
            ("voucher", fen(units(get(order, "paid_voucher")))),
            ("policy", "100".to_owned()),
            ("currency", "CNY".to_owned()),
            ("span", if months.is_empty() { String::new() } else { format!("{months}.0") }),
            ("span_unit", if months.is_empty() { String::new() } else { "m".to_owned() }),
            ("mode", "1".to_owned()),
            ("resource", format!("[\"{}\"]", get(order, "instance_id"))),
            ("product", product),
            ("subproduct", package),
        ]));
    }
    for refund in &set.refunds {
        let status = match get(refund, "status") {
            "completed" => "6",
            "requested" => "13",
            "cancelled" => "7",
            _ => continue,
        };
        let order = known.order_of(refund);
        let owner = order.map_or(get(refund, "account_id"), |order| get(order, "account_id"));
        let resource = order.map(|order| format!("[\"{}\"]", get(order, "instance_id"))).unwrap_or_default();
        let id = get(refund, "refund_id");
        rows.push(Cells::from([
            ("order", id.to_owned()),
            ("big", format!("{}1", &id[..id.len() - 1])),
            ("status", status.to_owned()),
            ("action", if chinese { "退款" } else { "refund" }.to_owned()),
            ("created", Time::read(get(refund, "requested_at")).beijing()),
            ("payer", owner.to_owned()),
            ("owner", owner.to_owned()),
            ("real", fen(real(refund, "refunded_"))),
            ("voucher", fen(units(get(refund, "refunded_voucher")))),
            ("currency", "CNY".to_owned()),
            ("mode", "1".to_owned()),
            ("originals", get(refund, "order_id").to_owned()),
            ("resource", resource),
            ("product", "云直播".to_owned()),
            ("subproduct", "云直播".to_owned()),
        ]));
    }
    written("deals.csv", DEALS, generation, rows, TABLE, hand)
}
