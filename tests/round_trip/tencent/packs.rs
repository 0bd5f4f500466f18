//! Packs, and what was deducted from them.

use super::columns::{DEDUCTIONS, LIVE_DEDUCTIONS, LIVE_PACKS, MPS_DEDUCTIONS, PACKS, VOD_PACKS};
use crate::{
    clock::Time,
    hand::{Cells, File, Hand, TABLE, written},
    names::names_of,
    set::{Row, Set, get, text_of, units},
};

/// What is deducted, with the order it is of.
fn deductions(set: &Set) -> impl Iterator<Item = (&Row, &Row)> {
    let known = set.known();
    let deducted = set.usage.iter().filter(|row| get(row, "basis") == "deduction");
    deducted.filter_map(move |row| Some((row, known.order_of_usage(row)?)))
}

fn unit_of(row: &Row) -> &'static str {
    match get(row, "unit") {
        "minute" => "分钟",
        "GB" => "GB",
        _ => "次",
    }
}

/// Deductions of the billing interface.
pub(crate) fn pack_deductions(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for (row, order) in deductions(set) {
        let quantity = units(get(row, "quantity"));
        let before = units("50000");
        rows.push(Cells::from([
            ("owner", get(order, "account_id").to_owned()),
            ("user", get(order, "account_id").to_owned()),
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "资源包".to_owned()),
            ("before", text_of(before, 2)),
            ("after", text_of(before - quantity, 2)),
            ("start", Time::read(get(row, "usage_start")).beijing()),
            ("end", Time::read(get(row, "usage_end")).beijing()),
            ("posted", Time::read(get(row, "posted_at")).beijing()),
            ("unit", unit_of(row).to_owned()),
            ("raw", text_of(quantity, 0)),
            ("factor", "1".to_owned()),
            ("actual", text_of(quantity, 2)),
        ]));
    }
    written("used.csv", DEDUCTIONS, 0, rows, TABLE, hand)
}

/// Deductions of the console of live streaming: the unit stands behind the number.
pub(crate) fn live_deductions(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    let generation = hand.below(2);
    for (row, order) in deductions(set) {
        let quantity = units(get(row, "quantity"));
        let text = if quantity % units("10") == 0 && hand.one_in(3) {
            format!("{}万{}", text_of(quantity / 10_000, 0), unit_of(row))
        } else {
            format!("{}{}", text_of(quantity, 0), unit_of(row))
        };
        let posted = Time::read(get(row, "posted_at"));
        rows.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "流量资源包".to_owned()),
            ("raw", text.clone()),
            ("kind", "中国大陆流量".to_owned()),
            ("factor", "1:1".to_owned()),
            ("actual", text),
            ("posted", if hand.one_in(3) { posted.slashed() } else { posted.beijing() }),
        ]));
    }
    written("used.csv", LIVE_DEDUCTIONS, generation, rows, TABLE, hand)
}

/// Deductions of transcoding packs in a file of their own, the others in the billing interface's.
pub(crate) fn mps_and_other_deductions(set: &Set, hand: &mut Hand) -> Vec<File> {
    let known = set.known();
    let is_mps = |row: &Row| known.order_of_usage(row).is_some_and(|order| get(order, "product") == "mps");
    let mut rest = set.clone();
    rest.usage.retain(|row| !is_mps(row));
    let mut rows = Vec::new();
    for (row, order) in deductions(set).filter(|(row, _)| is_mps(row)) {
        let before = units("123456");
        rows.push(Cells::from([
            ("posted", Time::read(get(row, "posted_at")).beijing()),
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "General Transcoding".to_owned()),
            ("kind", "H.264".to_owned()),
            ("before", "123,456".to_owned()),
            ("after", text_of(before - units(get(row, "quantity")), 0)),
        ]));
    }
    vec![written("used-mps.csv", MPS_DEDUCTIONS, 0, rows, TABLE, hand), pack_deductions(&rest, hand)]
}

/// The pack list with the orders that bought them.
pub(crate) fn packs(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let at = Time::read(get(order, "paid_at")).milliseconds();
        rows.push(Cells::from([
            ("owner", get(order, "account_id").to_owned()),
            ("order", get(order, "order_id").to_owned()),
            ("product", product),
            ("total", "50000".to_owned()),
            ("unit", "分钟".to_owned()),
            ("name", package),
            ("source", "1".to_owned()),
            ("start", at.clone()),
            ("end", String::new()),
            ("status", "2".to_owned()),
            ("left", "50000".to_owned()),
            ("pack", get(order, "instance_id").to_owned()),
            ("created", at),
        ]));
    }
    written("packs.csv", PACKS, 0, rows, TABLE, hand)
}

/// The packs that the interfaces of live streaming and of video on demand list: they name no order.
pub(crate) fn other_packs(set: &Set, hand: &mut Hand) -> Vec<File> {
    let of = |product: &'static str| set.orders.iter().filter(move |order| get(order, "product") == product);
    let mut live = Vec::new();
    for order in of("css") {
        let at = Time::read(get(order, "paid_at"));
        live.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("type", "0".to_owned()),
            ("status", "1".to_owned()),
            ("total", "500000000000".to_owned()),
            ("used", "2365271265".to_owned()),
            ("left", "497634728735".to_owned()),
            ("bought", at.beijing()),
            ("expires", at.beijing()),
        ]));
    }
    let mut vod = Vec::new();
    for order in of("vod") {
        let at = Time::read(get(order, "paid_at"));
        vod.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("type", "ResourcePackage".to_owned()),
            ("start", at.universal()),
            ("end", at.universal()),
            ("bound", "0".to_owned()),
            ("status", "Effective".to_owned()),
            ("renew", "Never".to_owned()),
            ("refund", "FullRefund".to_owned()),
            ("kind", "Review".to_owned()),
            ("total", "18000".to_owned()),
            ("left", "6376".to_owned()),
        ]));
    }
    vec![
        written("live-packs.csv", LIVE_PACKS, 0, live, TABLE, hand),
        written("vod-packs.csv", VOD_PACKS, 0, vod, TABLE, hand),
    ]
}
