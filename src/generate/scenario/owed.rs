//! Owed but not paid, or not in time.

use super::super::{
    clock::{DAY, Stamp},
    coin::{USD, sums},
    lines::{
        CSS_STANDARD, CSS_TRAFFIC, ENGINE, LIGHTHOUSE, MINUTES, MPS_GENERAL, PLAN_LIVE, PLAN_MPS, PLAN_VOD,
    },
    scene::Scene,
};
use crate::record::Tender::{Cash, FreeCredit};

pub(super) fn denied(s: &mut Scene) {
    let mut deal = s.deal(&MPS_GENERAL);
    let at = s.in_time(&deal);
    deal.owe(at);
    deal.request(at, "rejected", "used, says the desk");
    deal.fault("eligible-refund-denied", deal.expected);
    s.close(deal, "Denied as used although nothing was ever deducted.");
}

pub(super) fn plan_denied(s: &mut Scene) {
    let mut deal = s.deal_between(&PLAN_MPS, Stamp::on(2025, 8, 20), Stamp::on(2025, 11, 25));
    let at = deal.after(12 * DAY);
    deal.owe(at);
    deal.request(at, "rejected", "expired");
    deal.fault("eligible-refund-denied", deal.expected);
    s.close(deal, "Denied after twelve days although thirty were allowed by then.");
}

pub(super) fn underpaid(s: &mut Scene) {
    let mut deal = s.deal(&CSS_STANDARD);
    deal.pay_in_one();
    let at = s.in_time(&deal);
    let less = deal.base() / 10 + 1;
    deal.refund_instead(at, deal.parts(deal.base() - less));
    deal.fault("refund-underpaid", less);
    s.close(deal, "A tenth was held back.");
}

pub(super) fn tender_left_out(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Cash, 6000), (FreeCredit, 4000)]);
    let at = s.in_time(&deal);
    deal.refund_instead(at, sums(&[(Cash, 6000)]));
    deal.fault("refund-underpaid", 4000);
    s.close(deal, "The cash came back and the free credit did not.");
}

pub(super) fn approved(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.owe(at);
    deal.request(at, "approved", "");
    deal.fault("approved-not-paid", deal.expected);
    s.close(deal, "Approved, and no money has moved since.");
}

pub(super) fn pending(s: &mut Scene) {
    let mut deal = s.deal(&MINUTES);
    deal.pay_in_one();
    let at = s.in_time(&deal);
    deal.owe(at);
    deal.request(at, "requested", "");
    deal.fault("pending-too-long", deal.expected);
    s.close(deal, "To be decided within two business days, and still undecided at the end.");
}

pub(super) fn arrival(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    let at = s.in_time(&deal);
    let refund = deal.refund_rightly(at);
    refund.arrived_at = Some(at.plus(7200).plus_days(20));
    deal.fault("arrival-late", deal.expected);
    s.close(deal, "The right sum arrived twenty days after the refund was completed.");
}

/// Completed on the Friday before three days of holiday: the third business day after is a Thursday.
pub(super) fn arrival_over_holidays(s: &mut Scene) {
    let limit = Stamp::on(2026, 4, 10);
    for arrived_at in [limit.plus(-1), limit] {
        let mut deal = s.deal_at(&PLAN_LIVE, Stamp::at((2026, 4, 1), (10, 0, 0)));
        let refund = deal.refund_rightly(Stamp::at((2026, 4, 2), (15, 0, 0)));
        (refund.completed_at, refund.arrived_at) =
            (Some(Stamp::at((2026, 4, 3), (17, 0, 0))), Some(arrived_at));
        if arrived_at < limit {
            s.close(deal, "Over a holiday, the money arrived in the last second of the third business day.");
        } else {
            deal.fault("arrival-late", deal.expected);
            s.close(
                deal,
                "Over a holiday, the money arrived in the first second after the third business day.",
            );
        }
    }
}

pub(super) fn frozen(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    let (coin, fee) = (deal.order.coin, deal.base() / 10 + 1);
    deal.event("fee_frozen", deal.after(60), None).amount = coin.text(fee);
    deal.fault("frozen-not-released", fee);
    s.close(deal, "The refund was right, and a frozen fee of the order was never set free.");
}

pub(super) fn unclaimed_instance(s: &mut Scene) {
    let paid_at = s.as_of.plus(-DAY * 20 - s.random.below(5 * DAY));
    let mut deal = s.deal_at(&LIGHTHOUSE, paid_at);
    deal.pay_in_one();
    deal.deduct(deal.after(3 * DAY), 24_000);
    deal.owe(s.as_of);
    deal.fault("eligible-unclaimed", deal.expected);
    s.close(deal, "An instance that nobody asked to return, with months of its term left.");
}

pub(super) fn unclaimed_plan(s: &mut Scene) {
    let paid_at = s.as_of.plus(-DAY * 40 - s.random.below(5 * DAY));
    let mut deal = s.deal_at(&PLAN_VOD, paid_at);
    deal.owe(s.as_of);
    deal.fault("eligible-unclaimed", deal.expected);
    s.close(deal, "A plan that was never used and that nobody asked to return.");
}
