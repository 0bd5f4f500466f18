//! What the exports themselves do wrong or leave out.

use super::super::{
    clock::{DAY, Form, Stamp},
    coin::{UNKNOWN, USD, USD_FILLED},
    deal::Due,
    lines::{COS, CSS_STANDARD, CSS_TRAFFIC, MPS_GENERAL, PACK_RTC, PLAN_LIVE},
    scene::Scene,
};
use crate::record::Tender::{Alipay, Bank, Cash, Paypal};

pub(super) fn missing_field(s: &mut Scene) {
    let mut deal = s.deal(&COS);
    let at = s.in_time(&deal);
    deal.order.list_price = None;
    deal.refund_undecided(at, "missing-field");
    s.close(deal, "The sum needs the list price, which the export leaves empty.");
}

pub(super) fn naive_time(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.order.form = Form::Naive;
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    deal.file_fault = Some("naive-time");
    s.close(deal, "A right refund whose times are written without an offset.");
}

pub(super) fn date_only(s: &mut Scene) {
    let morning = s.instant(MPS_GENERAL.from, MPS_GENERAL.until).midnight().plus(10 * 3600);
    let mut deal = s.deal_at(&MPS_GENERAL, morning);
    let at = deal.after(5 * DAY + 7200);
    deal.refund_undecided(at, "date-only").requested_form = Form::Day;
    s.close(deal, "Of the request only the day is known, the one on which the window ended.");
}

pub(super) fn completed_too_early(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    let refund = deal.refund_rightly(at);
    refund.completed_at = Some(at.plus(-60));
    deal.fault("time-order", 0);
    s.close(deal, "The refund was completed a minute before it was requested.");
}

pub(super) fn delivered_too_early(s: &mut Scene) {
    let mut deal = s.deal(&CSS_STANDARD);
    deal.order.delivered_at = Some(deal.after(-1));
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    deal.fault("time-order", 0);
    s.close(deal, "The package was delivered a second before it was paid.");
}

pub(super) fn future(s: &mut Scene) {
    let paid_at = s.as_of.plus_days(5);
    let mut deal = s.deal_at(&CSS_TRAFFIC, paid_at);
    deal.fault("future-time", 0);
    s.close(deal, "Paid five days after everything else in the exports ends.");
}

pub(super) fn unknown_tender(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let other = *s.random.pick(&[Alipay, Bank, Paypal]);
    deal.pay(USD, &[(Cash, 6000), (other, 4000)]);
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "unknown-tender");
    s.close(deal, "Partly paid in a tender of which the page says nothing.");
}

pub(super) fn precision(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let price = deal.order.paid.iter().sum::<i64>() % 100_000 + 1000;
    deal.pay(USD_FILLED, &[(Cash, price)]);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    deal.file_fault = Some("precision");
    s.close(deal, "A right refund whose sums are filled up to ten decimals.");
}

pub(super) fn duplicate_order(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "duplicate-order");
    let mut other = deal.order.clone();
    other.paid[Cash as usize] += other.coin.whole(10);
    deal.order_again = Some(other);
    s.close(deal, "The order stands twice, and once with ten more in cash.");
}

pub(super) fn duplicate_row(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.deduct(deal.after(1800).min(at), 0);
    deal.refund_rightly(at);
    deal.is_repeated = true;
    deal.file_fault = Some("duplicate-row");
    s.close(deal, "A right refund; each row of the order stands twice, letter by letter.");
}

pub(super) fn orphan_deduction(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    for day in 1..=3 {
        deal.deduct(deal.after(day * DAY), 1000 * day);
    }
    (deal.is_listed, deal.due) = (false, Due::Unknown);
    deal.file_fault = Some("orphan-deduction");
    s.close(deal, "Three deductions from a package that no order bought.");
}

pub(super) fn coverage_gap(s: &mut Scene) {
    let mut deal = s.deal_between(&PACK_RTC, Stamp::on(2020, 1, 5), Stamp::on(2020, 5, 20));
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "usage-coverage-gap");
    s.close(deal, "Bought and returned before the deductions of the export begin.");
}

pub(super) fn usage_before_purchase(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let midnight = deal.order.paid_at.midnight();
    let row = deal.deduct(deal.after(DAY), 2000);
    (row.usage_start, row.usage_end) = (midnight.plus(-DAY), midnight);
    deal.request(deal.after(2 * DAY), "rejected", "used");
    deal.due = Due::No;
    deal.fault("deduction-before-purchase", 0);
    s.close(deal, "Rightly denied as used, but what was deducted is usage of the day before the purchase.");
}

pub(super) fn bought_while_overdue(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    deal.account_event("account_overdue", "", deal.after(-3 * DAY), Some(deal.after(3600)));
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    deal.fault("purchase-while-overdue", 0);
    s.close(deal, "A right refund of a plan that was bought while bills were overdue.");
}

pub(super) fn upgrade(s: &mut Scene) {
    let mut deal = s.deal(&PACK_RTC);
    deal.order.order_kind = if s.random.one_in(2) { "upgrade" } else { "downgrade" };
    deal.due = Due::Unknown;
    deal.fault("upgrade-of-pack", 0);
    s.close(deal, "A change of a pack that the vendor sells only as it is.");
}

pub(super) fn unknown_currency(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(UNKNOWN, &[(Cash, UNKNOWN.whole(50))]);
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "currency-unknown");
    s.close(deal, "Paid in a currency whose smallest unit nobody knows.");
}
