//! Paid though a ground stood against it.

use super::super::{
    clock::DAY,
    lines::{
        API, BY_USE, CSS_STANDARD, CSS_TRAFFIC, CSS_TSC, ENGINE, IMAGE_BY_USE, MPS_PACK, PLAN_LIVE, PLAN_MPS,
        QUEEN, SDK_LICENSE, SOFTWARE, TOOL,
    },
    scene::Scene,
};
use crate::record::Tender::FreeCredit;

pub(super) fn after_deduction(s: &mut Scene) {
    let mut deal = s.deal_of(&[&CSS_TRAFFIC, &MPS_PACK, &PLAN_MPS]);
    let at = deal.after(2 * DAY + s.random.below(DAY));
    let quantity = 1000 * s.random.between(1, 400);
    deal.deduct(at.plus(-7200), quantity);
    deal.refund_against(at, &["refund-after-deduction"]);
    s.close(
        deal,
        "The package had been deducted from two hours before the request, and all of it came back.",
    );
}

pub(super) fn same_second(s: &mut Scene) {
    let mut deal = s.deal(&CSS_STANDARD);
    let at = deal.after(DAY + s.random.below(DAY));
    deal.deduct(at, 1);
    deal.refund_against(at, &["refund-after-deduction"]);
    s.close(deal, "A thousandth of a minute was posted in the very second of the request.");
}

pub(super) fn used_and_late(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(9 * DAY);
    deal.deduct(deal.after(2 * DAY), 12_500);
    deal.refund_against(at, &["refund-out-of-window", "refund-after-deduction"]);
    s.close(deal, "Used on the second day and returned on the ninth, so two grounds stood against it.");
}

pub(super) fn giveaway(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let (coin, price) = (deal.order.coin, deal.order.paid.iter().sum());
    deal.pay(coin, &[(FreeCredit, price)]);
    deal.order.gift = true;
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-of-giveaway"]);
    s.close(deal, "A package of a giveaway, booked at a price in free credit, came back as free credit.");
}

pub(super) fn trial(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TSC);
    deal.order.order_kind = "trial";
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-of-giveaway"]);
    s.close(deal, "A trial was paid back.");
}

pub(super) fn suspended(s: &mut Scene) {
    let mut deal = s.deal_of(&[&CSS_TRAFFIC, &ENGINE]);
    let at = deal.after(2 * DAY);
    deal.account_event("account_suspended", "violation", at.plus(-DAY), Some(at.plus(1)));
    deal.refund_against(at, &["refund-while-suspended"]);
    s.close(deal, "The account was suspended for a violation until one second after the request.");
}

pub(super) fn not_refundable(s: &mut Scene) {
    let mut deal = s.deal_of(&[&BY_USE, &QUEEN, &IMAGE_BY_USE, &TOOL, &API]);
    let at = deal.after(3600);
    deal.refund_against(at, &["refund-not-refundable-item"]);
    let story =
        format!("A refund of {} / {}, which never comes back.", deal.line.product, deal.line.package_type);
    s.close(deal, story);
}

pub(super) fn license(s: &mut Scene) {
    let mut deal = s.deal(&SDK_LICENSE);
    let at = deal.after(2 * DAY);
    deal.order.license_activated_at = Some(at);
    deal.refund_against(at, &["refund-license-activated"]);
    s.close(deal, "The licence was activated in the very second of the request.");
}

pub(super) fn linked_license(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    let at = deal.after(2 * DAY);
    deal.order.linked_license_activated_at = Some(at.plus(-DAY));
    deal.refund_against(at, &["refund-license-activated"]);
    s.close(deal, "The plan was tied to a licence that had been active for a day.");
}

pub(super) fn renewal(s: &mut Scene) {
    let mut deal = s.deal(&SOFTWARE);
    deal.order.order_kind = "renew";
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-renewal-only"]);
    s.close(deal, "A renewal came back without its first purchase.");
}

pub(super) fn promotion(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    deal.order.promotion_forbids_refund = true;
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-forbidden-by-promotion"]);
    s.close(deal, "Bought in a promotion whose rules exclude refunds, and paid back.");
}

pub(super) fn invoice(s: &mut Scene) {
    let mut deal = s.deal(&SOFTWARE);
    deal.order.invoice = "issued";
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-invoice-not-returned"]);
    s.close(deal, "Paid back while the invoice was still with the buyer.");
}

pub(super) fn before_purchase(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(-1);
    deal.refund_against(at, &["refund-before-purchase"]);
    s.close(deal, "Requested one second before it was paid.");
}

pub(super) fn unpaid(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.refund_against(at, &["refund-of-unpaid-order"]);
    deal.order.status = if s.random.one_in(2) { "closed" } else { "unpaid" };
    s.close(deal, "The order was never paid, and a refund was.");
}
