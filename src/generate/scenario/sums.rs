//! Another sum than was owed.

use super::super::{
    clock::{DAY, Stamp},
    coin::{CNY, USD, share_down, sums},
    deal::{Deal, Due},
    lines::{CSS_TRAFFIC, CSS_TSC, ENGINE, LIGHTHOUSE, MINUTES, MPS_PACK},
    scene::Scene,
};
use crate::record::Tender::{Cash, Voucher};

/// A package paid with 30 in cash and a voucher of 25.
fn with_voucher(s: &mut Scene) -> (Deal, Stamp) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let cents = s.random.below(100);
    deal.pay(USD, &[(Cash, 3000 + cents), (Voucher, 2500)]);
    let at = s.in_time(&deal);
    (deal, at)
}

pub(super) fn voucher(s: &mut Scene) {
    let (mut deal, at) = with_voucher(s);
    deal.refund_instead(at, deal.order.paid);
    deal.fault("voucher-refunded", 2500);
    s.close(deal, "The voucher came back as a voucher.");
}

pub(super) fn voucher_as_cash(s: &mut Scene) {
    let (mut deal, at) = with_voucher(s);
    let all = deal.order.paid.iter().sum();
    deal.refund_instead(at, sums(&[(Cash, all)]));
    deal.fault("voucher-refunded", 2500);
    s.close(deal, "The voucher came back as cash.");
}

pub(super) fn voucher_and_more(s: &mut Scene) {
    let (mut deal, at) = with_voucher(s);
    let cash = deal.base() + 500;
    deal.refund_instead(at, sums(&[(Cash, cash), (Voucher, 2500)]));
    deal.fault("voucher-refunded", 2500);
    deal.fault("refund-overpaid", 500);
    s.close(deal, "The voucher came back, and five more in cash.");
}

pub(super) fn discount(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TSC);
    let price = 100 * s.random.between(50, 500);
    deal.pay(USD, &[(Cash, price / 5 * 4)]);
    deal.order.list_price = Some(price);
    let at = s.in_time(&deal);
    deal.refund_instead(at, sums(&[(Cash, price)]));
    deal.fault("discount-refunded", price / 5);
    s.close(deal, "Bought a fifth cheaper, returned at list price.");
}

/// A month of RTC-Engine of so many days, bought no later than the 28th, so that every month is meant alike.
fn engine_month_of(s: &mut Scene, days: Option<i64>) -> Deal {
    loop {
        let paid_at = s.instant(ENGINE.from, ENGINE.until);
        let term = paid_at.plus_months(1).dates_since(paid_at);
        if paid_at.civil().day <= 28 && days.is_none_or(|days| term == days) {
            let mut deal = s.deal_at(&ENGINE, paid_at);
            deal.pay_in_one();
            return deal;
        }
    }
}

/// A refund after exactly so many days as if `used` of `term` days had been used.
fn engine_as_if(s: &mut Scene, mut deal: Deal, after_days: i64, used: i64, term: i64, story: &str) {
    let refunded = deal.parts(share_down(deal.base(), term - used, term));
    deal.refund_instead(deal.after(after_days * DAY), refunded);
    deal.fault("wrong-proration", (refunded.iter().sum::<i64>() - deal.expected).abs());
    s.close(deal, story);
}

pub(super) fn engine_day_less(s: &mut Scene) {
    let (deal, used) = (engine_month_of(s, None), s.random.between(2, 4));
    let term = deal.term_days();
    engine_as_if(s, deal, used, used - 1, term, "Prorated with one day less than was used.");
}

pub(super) fn engine_day_more(s: &mut Scene) {
    let (deal, used) = (engine_month_of(s, None), s.random.between(1, 3));
    let term = deal.term_days();
    engine_as_if(s, deal, used, used + 1, term, "Prorated with one day more than was used.");
}

pub(super) fn engine_month(s: &mut Scene) {
    let (deal, used) = (engine_month_of(s, Some(31)), s.random.between(1, 4));
    engine_as_if(s, deal, used, used, 30, "Prorated over 30 days where the month had 31.");
}

pub(super) fn lighthouse_whole(s: &mut Scene) {
    let mut deal = s.deal(&LIGHTHOUSE);
    deal.pay_in_one();
    let at = deal.after(18 * DAY + 5);
    deal.refund_instead(at, deal.returnable());
    deal.fault("wrong-proration", deal.base() - deal.expected);
    s.close(deal, "An instance used for nineteen days came back whole.");
}

pub(super) fn minutes_band(s: &mut Scene) {
    let mut deal = s.deal(&MINUTES);
    deal.pay(CNY, &[(Cash, CNY.whole(10_000))]);
    let minutes = s.random.between(26_000, 200_000);
    deal.deduct(deal.after(9 * DAY), minutes * 1000);
    // The band of less than 25,000 minutes: 0.007 for each.
    let refunded = sums(&[(Cash, CNY.whole(10_000) - (minutes * 7 + 9) / 10)]);
    deal.refund_instead(deal.after(16 * DAY), refunded);
    deal.fault("wrong-proration", deal.expected - refunded.iter().sum::<i64>());
    s.close(deal, "The minutes were priced by a lower band than the one they reach.");
}

pub(super) fn overpaid(s: &mut Scene) {
    let mut deal = s.deal(&MPS_PACK);
    deal.pay_in_one();
    let at = s.in_time(&deal);
    let more = 5 * deal.base() / 100 + 1;
    deal.refund_instead(at, deal.parts(deal.base() + more));
    deal.fault("refund-overpaid", more);
    s.close(deal, "A little more came back than had been paid.");
}

pub(super) fn cumulative(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Cash, 10_000)]);
    deal.refund_instead(deal.after(DAY), sums(&[(Cash, 6000)]));
    deal.refund(deal.after(2 * DAY), sums(&[(Cash, 5000)]));
    deal.fault("cumulative-over-refund", 1000);
    s.close(deal, "Two refunds, each below what was paid, together exceed it.");
}

pub(super) fn duplicate(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    let first = deal.refund_rightly(at).clone();
    let again = deal.refund(at.plus(600), first.refunded);
    again.channel_txn = first.channel_txn;
    deal.fault("duplicate-refund", deal.expected);
    s.close(deal, "The same payment of the channel was booked as a second refund.");
}

pub(super) fn orphan(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.refund(at, deal.returnable());
    (deal.due, deal.is_listed) = (Due::Unknown, false);
    deal.fault("orphan-refund", deal.base());
    s.close(deal, "A refund of an order that the orders export does not hold.");
}

pub(super) fn frozen_counted(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    deal.pay_in_one();
    let at = s.in_time(&deal);
    let (coin, fee) = (deal.order.coin, deal.base() / 10 + 3);
    let mut refunded = deal.owe(at);
    refunded[ENGINE.refundable[0] as usize] += fee;
    deal.refund(at, refunded);
    let event = deal.event("fee_frozen", deal.after(60), Some(at.plus(3600)));
    event.amount = coin.text(fee);
    deal.fault("frozen-counted-as-refund", fee);
    s.close(deal, "The frozen fee was set free and counted as part of the refund.");
}
