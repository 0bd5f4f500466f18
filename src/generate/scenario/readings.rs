//! What a person has to decide: denials, readings, versions, patterns.

use super::super::{
    clock::{DAY, Stamp},
    coin::{USD, share_down},
    lines::{CSS_TRAFFIC, ENGINE, MPS_GENERAL, MPS_PACK, OTHER, PLAN_VOD, VOD_PACKAGE, VOD_STARTER},
    scene::Scene,
};
use crate::record::Tender::Cash;

const OPEN: &str = "reading-dependent";

pub(super) fn abuse(s: &mut Scene) {
    let mut deal = s.deal_of(&[&MPS_GENERAL, &ENGINE]);
    let at = s.in_time(&deal);
    deal.owe(at);
    deal.request(at, "rejected", "abuse");
    deal.fault("discretionary-rejection", deal.expected);
    s.close(deal, "Unused and in time, denied as abuse.");
}

pub(super) fn engine_whole(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    deal.pay_in_one();
    let at = s.in_time(&deal);
    deal.refund_instead(at, deal.returnable());
    deal.fault("wrong-proration", deal.base() - deal.expected);
    s.close(deal, "A month came back whole, not prorated at all.");
}

pub(super) fn used_before_payment(s: &mut Scene) {
    let mut deal = s.deal(&MPS_GENERAL);
    let at = s.in_time(&deal);
    let refund = deal.refund_rightly(at);
    refund.completed_at = Some(at.plus(2 * DAY));
    refund.arrived_at = Some(at.plus(3 * DAY));
    deal.deduct(at.plus(DAY), 1);
    deal.fault("changed-before-payment", deal.expected);
    s.close(deal, "Deducted from after the request and before the money moved.");
}

pub(super) fn engine_calendar_month(s: &mut Scene) {
    let on = *s.random.pick(&[
        (2024, 3, 31),
        (2025, 1, 31),
        (2025, 5, 31),
        (2025, 8, 31),
        (2025, 10, 31),
        (2026, 3, 31),
    ]);
    let mut deal = s.deal_at(&ENGINE, Stamp::at(on, (9, 30, 0)));
    deal.pay(USD, &[(Cash, USD.whole(499))]);
    let used = s.random.between(2, 4);
    let refunded = deal.parts(share_down(deal.base(), 31 - used, 31));
    deal.refund_instead(deal.after(used * DAY), refunded);
    deal.fault(OPEN, refunded.iter().sum::<i64>() - deal.expected);
    s.close(deal, "Bought on a 31st and prorated over the calendar month rather than the days of service.");
}

pub(super) fn css_ticket_denied(s: &mut Scene) {
    let morning = s.instant(CSS_TRAFFIC.from, CSS_TRAFFIC.until).midnight().plus(10 * 3600);
    let mut deal = s.deal_at(&CSS_TRAFFIC, morning);
    let at = deal.after(5 * DAY + 12 * 3600);
    deal.owe(at);
    deal.request(at, "rejected", "out of time").channel = "ticket";
    deal.fault(OPEN, deal.expected);
    s.close(
        deal,
        "Asked by ticket in the evening of the fifth day, which one reading grants to the console alone.",
    );
}

pub(super) fn gradual_denied(s: &mut Scene) {
    let mut deal = s.deal_between(&PLAN_VOD, Stamp::on(2026, 1, 2), PLAN_VOD.until);
    let at = deal.after(31 * DAY);
    deal.owe(at);
    deal.request(at, "rejected", "former rule");
    deal.fault(OPEN, deal.expected);
    s.close(deal, "Denied under a rule that was brought in account by account.");
}

pub(super) fn vod_starter(s: &mut Scene) {
    let mut deal = s.deal_between(&VOD_STARTER, Stamp::on(2023, 3, 4), Stamp::on(2023, 3, 7));
    let at = Stamp::at((2023, 3, 7), (12, 0, 0)).plus(s.random.below(DAY));
    deal.refund_rightly(at);
    deal.fault("version-dependent", deal.expected);
    s.close(deal, "A starter package bought before the page excluded them, returned after.");
}

pub(super) fn vod_fell_silent(s: &mut Scene) {
    let mut deal = s.deal_between(&VOD_PACKAGE, Stamp::on(2023, 3, 25), Stamp::on(2023, 3, 28));
    let at = Stamp::at((2023, 3, 28), (0, 0, 0)).plus(s.random.below(DAY));
    deal.refund_rightly(at);
    deal.fault("version-dependent", deal.expected);
    s.close(deal, "Bought while the page granted five days, returned when it had fallen silent.");
}

pub(super) fn undeducted(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(DAY + s.random.below(DAY));
    deal.measure(at.plus(-7200), 800);
    deal.refund_rightly(at);
    deal.fault("usage-undeducted-at-request", 0);
    s.close(deal, "Usage had begun two hours before the request, and nothing had been deducted.");
}

pub(super) fn reversed(s: &mut Scene) {
    let mut deal = s.deal_of(&[&CSS_TRAFFIC, &MPS_PACK]);
    let at = deal.after(3 * DAY);
    deal.deduct(deal.after(DAY), 5000);
    deal.deduct(deal.after(DAY + 3600), -5000);
    deal.refund_rightly(at);
    deal.fault("reversed-deduction", deal.expected);
    s.close(deal, "Unused only because a deduction had been taken back.");
}

pub(super) fn bought_again(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    let completed_at = deal.refund_rightly(at).completed_at.unwrap_or(at);
    deal.fault("abuse-pattern", deal.expected);
    let mut again = s.deal_at(&CSS_TRAFFIC, completed_at.plus(3600));
    again.order.account_id.clone_from(&deal.order.account_id);
    again.order.payer_id.clone_from(&deal.order.payer_id);
    s.close(deal, "Rightly returned, and bought again by the same account within the hour.");
    s.close(again, "The second purchase, an hour after the first came back.");
}

pub(super) fn many_refunds(s: &mut Scene) {
    let until = s.as_of.plus_days(-170);
    let first_at = s.instant(MPS_PACK.from, until);
    let (mut owner, mut sum) = (None, 0);
    for month in 0..4 {
        let mut deal = s.deal_at(&MPS_PACK, first_at.plus_days(30 * month));
        let (account_id, payer_id) =
            owner.get_or_insert_with(|| (deal.order.account_id.clone(), deal.order.payer_id.clone()));
        deal.order.account_id.clone_from(account_id);
        deal.order.payer_id.clone_from(payer_id);
        deal.pay(USD, &[(Cash, 4000 + 100 * month)]);
        let at = s.in_time(&deal);
        deal.refund_rightly(at);
        sum += deal.expected;
        if month == 3 {
            deal.fault("abuse-pattern", sum);
        }
        s.close(
            deal,
            format!("Right by itself, and refund {} of four of one account within a year.", month + 1),
        );
    }
}

pub(super) fn vod_silent(s: &mut Scene) {
    let mut deal = s.deal_between(&VOD_PACKAGE, Stamp::on(2023, 3, 28), Stamp::on(2023, 9, 1));
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "policy-silent");
    s.close(deal, "Bought when the page named no time for a refund.");
}

pub(super) fn before_every_version(s: &mut Scene) {
    let mut deal = s.deal_between(&CSS_TRAFFIC, Stamp::on(2022, 6, 1), Stamp::on(2022, 12, 1));
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "no-policy");
    s.close(deal, "Bought before the first version of the policy that is known.");
}

pub(super) fn unknown_product(s: &mut Scene) {
    let mut deal = s.deal(&OTHER);
    let at = s.in_time(&deal);
    deal.refund_undecided(at, "no-policy");
    s.close(deal, "A product that no policy is about.");
}
