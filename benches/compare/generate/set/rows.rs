//! The rows of the three exports, as canonical CSV.

use super::{
    draw::{About, Draw},
    text::{DAY, amount, instant, number, padded, stamp},
    world::{CENT, Fate, Package, UNIT, World},
};

pub(super) const ORDERS_HEADER: &str = "order_id,account_id,product,package_type,order_kind,currency,list_price,\
    paid_cash,paid_commission,paid_free_credit,paid_voucher,paid_at,period_start,period_end,expires_at";
pub(super) const USAGE_HEADER: &str = "usage_id,order_id,account_id,product,usage_start,posted_at,quantity,unit,\
    region,spec,resource_id,description";
pub(super) const REFUNDS_HEADER: &str = "refund_id,order_id,requested_at,completed_at,status,reason,currency,\
    refunded_cash,refunded_commission,refunded_free_credit,refunded_voucher,to_account,channel";

const REGIONS: [&str; 6] =
    ["ap-singapore", "ap-hongkong", "ap-tokyo", "eu-frankfurt", "na-ashburn", "sa-saopaulo"];
const SPECS: [&str; 6] = ["std.10", "std.100", "pro.500", "x1.large", "x2.2xlarge", "lite"];

/// Appends a row of orders.
pub(super) fn order(world: &World, order: u64, out: &mut Vec<u8>) {
    let paid_at = world.paid_at(order);
    order_id(world, order, out);
    out.push(b',');
    number(out, world.account(order));
    let package = world.package(order);
    let (product, package_type) = words(package);
    for word in [product, package_type, "new", "USD"] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b',');
    amount(out, world.list_price(order));
    for paid in world.paid(order) {
        out.push(b',');
        amount(out, paid);
    }
    out.push(b',');
    instant(out, paid_at);
    let (period, expires_at) = match package {
        Package::Css(_) => (None, paid_at + 90 * DAY),
        Package::RtcEngine => {
            let end = paid_at + world.days_of_term(order) * DAY;
            (Some((paid_at, end)), end)
        }
    };
    out.push(b',');
    if let Some((start, end)) = period {
        instant(out, start);
        out.push(b',');
        instant(out, end);
    } else {
        out.push(b',');
    }
    out.push(b',');
    instant(out, expires_at);
    out.push(b'\n');
}

/// Appends a row of refunds.
pub(super) fn refund(world: &World, refund: u64, out: &mut Vec<u8>) {
    let order = world.order_of(refund);
    let fate = world.fate_of(refund);
    let mut draw = world.draw(About::Channel, refund);
    out.push(b'R');
    padded(out, refund, 11);
    out.push(b',');
    if fate == Fate::UnknownOrder {
        foreign_order_id(&mut world.draw(About::ForeignOrder, refund), out);
    } else {
        order_id(world, order, out);
    }
    out.push(b',');
    instant(out, world.requested_at(order, fate));
    out.push(b',');
    let end = if fate == Fate::NotDone {
        draw.pick(&[",rejected,used", ",rejected,used", ",cancelled,"])
    } else {
        instant(out, world.completed_at(order, fate));
        ",completed,"
    };
    out.extend_from_slice(end.as_bytes());
    out.extend_from_slice(b",USD");
    for back in world.refunded(order, fate) {
        out.push(b',');
        amount(out, back);
    }
    out.push(b',');
    number(out, world.account(order));
    let channel = match world.package(order) {
        Package::Css(_) => draw.pick(&[",self_service\n", ",ticket\n"]),
        Package::RtcEngine => ",ticket\n",
    };
    out.extend_from_slice(channel.as_bytes());
}

/// Appends a row of usage. Rows come in the order of time, so their orders are scattered.
pub(super) fn usage(world: &World, rows: u64, row: u64, out: &mut Vec<u8>) {
    let mut draw = world.draw(About::Usage, row);
    let used_at = World::used_at(row, rows);
    let posted_at = used_at + draw.below(3600);
    let drawn = used_order(world, used_at, posted_at, &mut draw);
    number(out, 10_000_000_000 + row);
    out.push(b',');
    // One row in ten thousand belongs to no order of the exports.
    let order = drawn.filter(|_| draw.below(10_000) != 0);
    match order {
        Some(order) => order_id(world, order, out),
        None => foreign_order_id(&mut draw, out),
    }
    let order = order.unwrap_or_default();
    out.push(b',');
    number(out, world.account(order));
    out.push(b',');
    let (product, package_type) = words(world.package(order));
    out.extend_from_slice(product.as_bytes());
    out.push(b',');
    instant(out, used_at);
    out.push(b',');
    instant(out, posted_at);
    out.push(b',');
    let step = draw.pick(&[UNIT, CENT, CENT, CENT / 100, CENT / 10_000, CENT / 10_000]);
    amount(out, (draw.below(200 * UNIT) / step + 1) * step);
    let unit = if package_type == "traffic" { "GB" } else { "minute" };
    for word in [unit, draw.pick(&REGIONS), draw.pick(&SPECS)] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    out.extend_from_slice(b",i-");
    padded(out, order * 4 + draw.below(4), 10);
    out.push(b',');
    match draw.below(100) {
        0..=69 => {}
        70..=96 => out.extend_from_slice(b"hourly deduction"),
        97..=98 => out.extend_from_slice(b"\"deduction of a pack, tier 2\""),
        _ => out.extend_from_slice(b"\"plan \"\"pro\"\", by hand\""),
    }
    out.push(b'\n');
}

/// The order that a deduction is from: one of the last month, a few of them far more often than others, and
/// none whose fate it would change.
pub(super) fn used_order(world: &World, used_at: u64, posted_at: u64, draw: &mut Draw) -> Option<u64> {
    let last = world.last_bought_by(used_at);
    let first = last.saturating_sub(world.orders() / 3);
    (0..12).find_map(|_| {
        let mut order = first + draw.below(last - first + 1);
        if draw.percent(10) {
            order -= (order - first) % 500;
        }
        let fits = match world.fate(order) {
            None | Some(Fate::NotDone | Fate::UnknownOrder) => true,
            Some(fate @ Fate::UsedBefore) => posted_at <= world.requested_at(order, fate),
            Some(fate @ Fate::UsedAfter) => posted_at > world.completed_at(order, fate),
            Some(_) => false,
        };
        fits.then_some(order)
    })
}

const fn words(package: Package) -> (&'static str, &'static str) {
    match package {
        Package::Css(package_type) => ("css", package_type),
        Package::RtcEngine => ("trtc", "rtc_engine_monthly"),
    }
}

/// The second of the purchase, and six digits that no other order of that second has.
pub(super) fn order_id(world: &World, order: u64, out: &mut Vec<u8>) {
    stamp(out, world.paid_at(order));
    // The factor has no divisor in common with a million.
    padded(out, (order * 387_429 + 271_828) % 1_000_000, 6);
}

/// The number of an order of the month before the first one.
fn foreign_order_id(draw: &mut Draw, out: &mut Vec<u8>) {
    stamp(out, draw.below(31 * DAY));
    padded(out, draw.below(1_000_000), 6);
}
