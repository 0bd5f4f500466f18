//! The right sum in the wrong shape, and what a refund leaves behind.

use super::super::{
    clock::DAY,
    coin::{EUR, USD, share_down, sums},
    deal::Due,
    lines::{CSS_STANDARD, CSS_TRAFFIC, CSS_TSC, ENGINE, MPS_PACK, PLAN_LIVE, PLAN_RTC},
    scene::Scene,
};
use crate::record::Tender::{Cash, FreeCredit};

pub(super) fn cash_out(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Cash, 3000), (FreeCredit, 2500)]);
    let at = s.in_time(&deal);
    deal.refund_instead(at, sums(&[(Cash, 5500)]));
    deal.fault("tender-cash-out", 2500);
    s.close(deal, "The free credit came back as cash.");
}

pub(super) fn swap(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Cash, 3000), (FreeCredit, 2500)]);
    let at = s.in_time(&deal);
    deal.refund_instead(at, sums(&[(FreeCredit, 5500)]));
    deal.fault("tender-swap", 3000);
    s.close(deal, "The cash came back as free credit.");
}

pub(super) fn stranger(s: &mut Scene) {
    let mut deal = s.deal(&MPS_PACK);
    let at = s.in_time(&deal);
    deal.refund_rightly(at).to_account = format!("900{:09}", s.random.below(1_000_000_000));
    deal.fault("wrong-destination", deal.expected);
    s.close(deal, "The money went to an account that neither bought nor paid.");
}

pub(super) fn owner_instead_of_payer(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let owner = deal.order.account_id.clone();
    deal.order.payer_id = owner.replacen("100", "200", 1);
    let at = s.in_time(&deal);
    deal.refund_rightly(at).to_account = owner;
    deal.fault("wrong-destination", deal.expected);
    s.close(deal, "The money went to the owner where it belongs to the payer.");
}

pub(super) fn currency(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TSC);
    deal.pay(USD, &[(Cash, 5000)]);
    let at = s.in_time(&deal);
    deal.refund_rightly(at).coin = EUR;
    deal.fault("currency-mismatch", 5000);
    s.close(deal, "Paid in dollars, returned in euros.");
}

pub(super) fn channel(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    let at = s.in_time(&deal);
    deal.refund_rightly(at).channel = "self_service";
    deal.fault("wrong-channel", 0);
    s.close(deal, "Returned in the console, where the page knows tickets only.");
}

pub(super) fn rounding(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    let at = s.in_time(&deal);
    let (days, coin) = (deal.term_days(), deal.order.coin);
    let mut price = deal.order.paid.iter().sum();
    loop {
        deal.pay(coin, &[(Cash, price)]);
        let used = super::super::coin::days_begun(at.since(deal.order.paid_at));
        // What is cut off is half a cent or more.
        if 2 * (price * (days - used) % days) >= days {
            let up = share_down(price, days - used, days) + 1;
            deal.refund_instead(at, sums(&[(Cash, up)]));
            deal.fault("rounding-difference", 1);
            return s.close(deal, "Rounded up to the next smallest unit, where the page cuts off.");
        }
        price += 1;
    }
}

pub(super) fn gift_alive(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    let (coin, paid_at, value) = (deal.order.coin, deal.order.paid_at, deal.base() / 5 + 1);
    let event = deal.event("gift_granted", paid_at, None);
    (event.reason, event.amount) = ("coupon", coin.text(value));
    deal.fault("gift-not-voided", value);
    s.close(deal, "The refund was right, and the coupon given with the plan lives on.");
}

pub(super) fn gift_spent(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_RTC);
    let at = deal.after(2 * DAY);
    deal.refund_rightly(at);
    let (coin, paid_at, value) = (deal.order.coin, deal.order.paid_at, deal.base() / 5 + 1);
    let event = deal.event("gift_granted", paid_at, Some(at.plus(-60)));
    (event.reason, event.amount) = ("extended service", coin.text(value));
    deal.fault("gift-not-voided", value);
    s.close(deal, "The gift of the plan had been spent a minute before the request.");
}

pub(super) fn deducted_afterwards(s: &mut Scene) {
    let mut deal = s.deal(&CSS_STANDARD);
    let at = s.in_time(&deal);
    let completed_at = deal.refund_rightly(at).completed_at.unwrap_or(at);
    deal.deduct(completed_at.plus(1), 3000).usage_start = completed_at.plus(1);
    deal.deduct(completed_at.plus(DAY), 4500).usage_start = completed_at.plus(3600);
    deal.fault("deduction-after-refund", 0);
    s.close(deal, "The package was deducted from until the day after its refund.");
}

pub(super) fn status_paid(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    deal.order.status = "paid";
    deal.fault("status-conflict", deal.expected);
    s.close(deal, "All came back, and the order still says paid.");
}

pub(super) fn cancelled_with_money(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let (at, all) = (s.in_time(&deal), deal.returnable());
    deal.request(at, "cancelled", "").refunded = all;
    deal.due = Due::No;
    deal.fault("status-conflict", deal.base());
    s.close(deal, "A request that was withdrawn, with money on its row.");
}
