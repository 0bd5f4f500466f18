//! The many orders about which there is nothing to say, and the refunds that are plainly right.

use super::{
    clock::{DAY, Stamp},
    coin::CNY,
    deal::Deal,
    lines::{LIGHTHOUSE, MINUTES, NEVER, OTHER, REFUNDABLE, Rest},
    random::Random,
    rows::UsageRow,
    scenario::BILLING_RUN,
    scene::{Scene, any_form},
};

/// Days on which nobody works.
const HOLIDAYS: &[(i64, i64, i64)] = &[
    (2025, 10, 1),
    (2025, 10, 2),
    (2025, 10, 3),
    (2026, 1, 1),
    (2026, 1, 2),
    (2026, 2, 16),
    (2026, 2, 17),
    (2026, 2, 18),
    (2026, 2, 19),
    (2026, 2, 20),
    (2026, 2, 23),
    (2026, 4, 6),
];
/// Weekend days that are worked to make up for them.
const WORKDAYS: &[(i64, i64, i64)] = &[(2026, 1, 4), (2026, 2, 14), (2026, 2, 28)];

/// The first day of deductions in every set.
pub(super) const OPENING: Stamp = Stamp::on(2020, 6, 1);

/// An order billed by use from the first day of the exports to their last instant, so that the usage
/// covers everything between, and the calendar of the vendors.
pub(super) fn frame(s: &mut Scene) {
    let mut deal = s.deal_at(&OTHER, OPENING);
    let mut posted_at = OPENING.plus(3 * 3600);
    while posted_at < s.as_of {
        deal.deduct(posted_at, 1000 * s.random.between(1, 90));
        posted_at = posted_at.plus_months(3);
    }
    deal.deduct(s.as_of, 1000);
    deal.by_instance = false;
    let run = deal.event("billing_run", BILLING_RUN.0, Some(BILLING_RUN.1));
    run.product = "css";
    run.order_id.clear();
    for (kind, days) in [("holiday", HOLIDAYS), ("workday", WORKDAYS)] {
        for &on in days {
            let day = deal.event(kind, Stamp::at(on, (0, 0, 0)), None);
            day.form = super::clock::Form::Day;
            day.order_id.clear();
        }
    }
    s.close(deal, "Billed by use throughout.");
}

/// An order that nobody asks to return, and that could not be returned at the end.
pub(super) fn unclaimed(s: &mut Scene, accounts: i64, usage_most: i64) {
    let several = if s.random.one_in(6) { NEVER } else { REFUNDABLE };
    let line = s.pick(several);
    let mut deal = s.deal(line);
    deal.order.account_id = s.shared_account(accounts);
    deal.order.payer_id =
        if s.random.one_in(5) { s.shared_account(accounts) } else { deal.order.account_id.clone() };
    match s.random.below(40) {
        0 => deal.order.order_kind = "gift",
        1 => deal.order.order_kind = "trial",
        2..5 => deal.order.order_kind = "renew",
        5 => deal.order.status = "unpaid",
        6 => deal.order.status = "closed",
        7 => deal.order.status = "",
        _ => {}
    }
    let rows = s.random.below(usage_most + 1).max(i64::from(line.rest == Rest::Deducted));
    for day in 0..rows {
        if !daily(&mut deal, day, s.as_of, &mut s.random) {
            break;
        }
    }
    settle(&mut deal, s);
    s.close(deal, "Nobody asked.");
}

/// Makes sure that nothing can be claimed at the end.
fn settle(deal: &mut Deal, s: &mut Scene) {
    let paid_at = deal.order.paid_at;
    match deal.line.rest {
        Rest::Clock | Rest::Deducted => {}
        Rest::Expired => {
            let is_over = |months: &i64| paid_at.plus_months(*months) <= s.as_of;
            let months = [12, LIGHTHOUSE.months, 3].into_iter().find(is_over).unwrap_or(1);
            (deal.order.months, deal.order.period) = (Some(months), None);
            deal.order.expires_at = Some(paid_at.plus_months(months));
        }
        Rest::Consumed => {
            // At the lowest price of a minute it is worth more than was paid.
            let minutes = deal.base() * 1_000_000 / super::coin::minute_price(i64::MAX) + 1;
            deal.deduct(paid_at.plus_days(1), minutes * 1000);
        }
        Rest::Licensed => deal.order.license_activated_at = Some(paid_at.plus(s.random.below(20 * DAY))),
        Rest::Served => {
            deal.event("service_requested", paid_at.plus(3600), None);
            deal.event("service_completed", paid_at.plus(DAY + s.random.below(20 * DAY)), None);
        }
    }
}

/// The posting of a day of use, on the morning after; `false` where the exports have ended by then.
fn daily(deal: &mut Deal, day: i64, as_of: Stamp, random: &mut Random) -> bool {
    let usage_start = deal.order.paid_at.midnight().plus_days(day);
    let usage_end = usage_start.plus_days(1);
    let posted_at = usage_end.plus(2 * 3600 + random.below(4 * 3600));
    if posted_at > as_of {
        return false;
    }
    let quantity = random.between(1, 50_000);
    // The first row is a plain one, so that what was deducted is never taken back altogether.
    let (quantity, is_raw) = match random.below(if day == 0 { 1 } else { 30 }) {
        1 => (0, false),
        2 => (-deal.usage.last().map_or(0, |usage| usage.quantity.max(0) / 2), false),
        3 | 4 => (quantity, true),
        _ => (quantity, false),
    };
    let form = deal.usage.last().map_or_else(|| any_form(random), |usage| usage.form);
    deal.usage.push(UsageRow { posted_at, usage_start, usage_end, quantity, is_raw, form });
    true
}

/// A refund of any line, in time and to the cent.
pub(super) fn right(s: &mut Scene) {
    let line = s.pick(REFUNDABLE);
    let mut deal = s.deal(line);
    let at = s.in_time(&deal);
    let is_pack = line.product == MINUTES.product && line.package_type == MINUTES.package_type;
    if is_pack {
        deal.pay(CNY, &[(line.refundable[0], CNY.whole(s.random.between(100, 9000)))]);
    }
    if !line.unused_only {
        for _ in 0..s.random.below(6) {
            let posted_at = deal.after(s.random.below(at.since(deal.order.paid_at)));
            let most = if is_pack { 40_000 } else { 90 };
            deal.deduct(posted_at, 1000 * s.random.between(1, most));
        }
    } else if s.random.one_in(6) {
        deal.measure(at.plus(s.random.below(7200)), 100);
    }
    deal.refund_rightly(at);
    if s.random.one_in(5) {
        deal.order.status = "";
    }
    let days = at.since(deal.order.paid_at) / DAY + 1;
    s.close(deal, format!("Returned rightly, within {days} × 24 hours of the purchase."));
}
