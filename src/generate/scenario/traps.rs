//! Refunds and denials that look wrong and are right.

use super::super::{
    clock::{DAY, Form, Stamp},
    coin::{CNY, JPY, USD, USD_FINE, sums},
    deal::Due,
    lines::{
        CSS_STANDARD, CSS_TRAFFIC, CSS_TSC, ENGINE, IMAGE, MINUTES, MPS_GENERAL, PACK_RTC, PLAN_LIVE,
        SDK_LICENSE, SERVICE, SOFTWARE,
    },
    scene::Scene,
};
use crate::record::Tender::{Cash, FreeCredit, Voucher};

/// When bills of streaming are made in the made-up world.
pub(in super::super) const BILLING_RUN: (Stamp, Stamp) =
    (Stamp::at((2026, 3, 10), (2, 0, 0)), Stamp::at((2026, 3, 10), (4, 0, 0)));

pub(super) fn css_long_and_short_evening(s: &mut Scene) {
    for second in [0, DAY - 1] {
        let paid_at = s.instant(CSS_TRAFFIC.from, CSS_TRAFFIC.until).midnight().plus(second);
        let mut deal = s.deal_at(&CSS_TRAFFIC, paid_at);
        // In UTC the purchase and its deadline bear other dates.
        deal.order.form = Form::Utc;
        deal.refund_rightly(paid_at.midnight().plus(6 * DAY - 1));
        s.close(deal, "Bought in the first or last second of a day, returned in the last second of the fifth day after.");
    }
}

pub(super) fn last_fraction(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.order.paid_at.midnight().plus(6 * DAY - 1);
    deal.refund_rightly(at).requested_form = Form::Fraction;
    s.close(deal, "Requested nine tenths into the last good second.");
}

pub(super) fn quantity_zero(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(2 * DAY);
    deal.deduct(deal.after(DAY), 0);
    deal.refund_rightly(at);
    s.close(deal, "A deduction of nothing had been posted, which is no use.");
}

pub(super) fn deducted_a_second_later(s: &mut Scene) {
    let mut deal = s.deal(&CSS_STANDARD);
    let at = deal.after(DAY + s.random.below(DAY));
    deal.deduct(at.plus(1), 7000).usage_start = at.plus(1);
    deal.refund_rightly(at);
    deal.fault("changed-before-payment", deal.expected);
    s.close(
        deal,
        "The first deduction was posted one second after the request and before the refund was completed.",
    );
}

pub(super) fn denied_for_use(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TSC);
    let at = deal.after(2 * DAY);
    deal.deduct(at.plus(-1), 1);
    deal.request(at, "rejected", "used");
    s.close(deal, "Rightly denied for a deduction of the second before.");
}

pub(super) fn denied_for_delay(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.request(deal.after(8 * DAY), "rejected", "expired");
    s.close(deal, "Rightly denied eight days after the purchase.");
}

pub(super) fn denied_in_billing_run(s: &mut Scene) {
    let mut deal = s.deal_at(&CSS_TRAFFIC, BILLING_RUN.0.plus(-DAY));
    let at = BILLING_RUN.0.plus(s.random.below(7200));
    deal.owe(at);
    deal.request(at, "rejected", "billing_in_progress");
    s.close(deal, "Denied while bills were being made, which the page allows.");
}

pub(super) fn cancelled(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = s.in_time(&deal);
    deal.request(at, "cancelled", "");
    s.close(deal, "A request that was withdrawn before any money moved.");
}

pub(super) fn two_parts(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Cash, 6000), (FreeCredit, 4000)]);
    deal.refund_instead(deal.after(DAY), sums(&[(Cash, 6000)]));
    deal.refund(deal.after(2 * DAY), sums(&[(FreeCredit, 4000)]));
    s.close(deal, "All came back in two parts.");
}

pub(super) fn merged(s: &mut Scene) {
    let mut first = s.deal(&CSS_TRAFFIC);
    let mut second = s.deal_at(&CSS_TRAFFIC, first.after(60));
    second.order.account_id.clone_from(&first.order.account_id);
    second.order.payer_id.clone_from(&first.order.payer_id);
    first.pay(USD, &[(Cash, 4200)]);
    second.pay(USD, &[(Cash, 6350)]);
    let at = first.after(DAY);
    let row = first.refund_rightly(at);
    row.merged = true;
    let txn = row.channel_txn.clone();
    let row = second.refund_rightly(at);
    (row.merged, row.channel_txn) = (true, txn);
    s.close(first, "One of two refunds that the channel paid in one sum.");
    s.close(second, "The other of two refunds that the channel paid in one sum.");
}

pub(super) fn suspension_lifted(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(2 * DAY);
    deal.account_event("account_suspended", "violation", at.plus(-DAY), Some(at));
    deal.refund_rightly(at);
    s.close(deal, "The suspension was lifted in the second of the request.");
}

pub(super) fn suspended_for_debt(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    let at = deal.after(2 * DAY);
    deal.account_event("account_suspended", "overdue", at.plus(-DAY), None);
    deal.refund_rightly(at);
    s.close(deal, "Suspended for overdue bills, which is no violation.");
}

pub(super) fn payer_accepted(s: &mut Scene) {
    let mut deal = s.deal(&MPS_GENERAL);
    let payer = deal.order.account_id.replacen("100", "200", 1);
    deal.order.payer_id.clone_from(&payer);
    let at = s.in_time(&deal);
    deal.refund_rightly(at).to_account = payer;
    s.close(deal, "The money went to the payer, whom this policy accepts beside the owner.");
}

pub(super) fn voucher_only(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[(Voucher, 4900)]);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    s.close(deal, "Paid with a voucher alone, so nothing was owed and nothing came back.");
}

pub(super) fn eight_decimals(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD_FINE, &[(Cash, 8_043_264_806), (FreeCredit, s.random.between(1, 99_999_999))]);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    s.close(deal, "Paid to the eighth decimal, and returned so.");
}

pub(super) fn yen(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    deal.pay(JPY, &[(Cash, 4000 + s.random.below(1000)), (FreeCredit, 980)]);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    s.close(deal, "Prorated in yen, where a whole yen is the smallest unit.");
}

pub(super) fn month_ends(s: &mut Scene) {
    for on in [(2024, 1, 31), (2024, 2, 29), (2025, 1, 29), (2025, 1, 31), (2025, 3, 31), (2025, 12, 31)] {
        let mut deal = s.deal_at(&ENGINE, Stamp::at(on, (20, 0, 0)));
        let at = s.in_time(&deal);
        deal.refund_rightly(at);
        let story =
            format!("A month from {} has {} days.", deal.order.paid_at.text(Form::Day), deal.term_days());
        s.close(deal, story);
    }
}

pub(super) fn minute_bands(s: &mut Scene) {
    for minutes in [24_999, 25_000, 249_999, 250_000, 999_999, 1_000_000, 2_999_999, 3_000_000] {
        let mut deal = s.deal(&MINUTES);
        deal.pay(CNY, &[(Cash, CNY.whole(20_000)), (FreeCredit, CNY.whole(10_000))]);
        deal.deduct(deal.after(2 * DAY), 1_000_000);
        deal.deduct(deal.after(3 * DAY), (minutes - 1000) * 1000);
        deal.refund_rightly(deal.after(10 * DAY));
        s.close(deal, format!("Returned less {minutes} minutes, at the edge of a price band."));
    }
}

pub(super) fn license_a_second_later(s: &mut Scene) {
    let mut deal = s.deal(&SDK_LICENSE);
    let at = deal.after(9 * DAY);
    deal.order.license_activated_at = Some(at.plus(1));
    deal.refund_rightly(at);
    deal.fault("changed-before-payment", deal.expected);
    s.close(deal, "The licence was activated one second after the request.");
}

pub(super) fn software_used(s: &mut Scene) {
    let mut deal = s.deal(&SOFTWARE);
    let at = deal.after(3 * DAY);
    deal.deduct(at.plus(-3600), 42_000);
    deal.refund_rightly(at);
    s.close(deal, "Software that was used, which plays no part here.");
}

pub(super) fn service_under_way(s: &mut Scene) {
    let mut deal = s.deal(&SERVICE);
    let day = |days| deal.after(days * DAY);
    let (asked, question, answer, delivered, reaction) = (day(1), day(2), day(4), day(6), day(7));
    deal.event("service_requested", asked, None);
    deal.event("information_requested", question, Some(answer));
    deal.event("service_delivered", delivered, Some(reaction));
    deal.refund_rightly(deal.after(12 * DAY));
    s.close(deal, "A service in the middle of its work, every question answered.");
}

pub(super) fn image_stopped(s: &mut Scene) {
    let mut deal = s.deal(&IMAGE);
    let at = deal.after(3 * DAY);
    deal.event("image_in_use", deal.after(3600), Some(at));
    deal.refund_rightly(at);
    s.close(deal, "The image was taken out of use in the second of the request.");
}

pub(super) fn invoice_returned(s: &mut Scene) {
    let mut deal = s.deal(&SOFTWARE);
    deal.order.invoice = "returned";
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    s.close(deal, "The invoice had been issued and was given back.");
}

pub(super) fn gift_voided(s: &mut Scene) {
    let mut deal = s.deal(&PLAN_LIVE);
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    let (coin, paid_at, value) = (deal.order.coin, deal.order.paid_at, deal.base() / 5 + 1);
    let event = deal.event("gift_granted", paid_at, Some(at.plus(3600)));
    (event.reason, event.amount) = ("coupon", coin.text(value));
    s.close(deal, "The coupon given with the plan was voided between request and payment.");
}

pub(super) fn frozen_released(s: &mut Scene) {
    let mut deal = s.deal(&ENGINE);
    let at = s.in_time(&deal);
    let completed_at = deal.refund_rightly(at).completed_at;
    let (coin, fee) = (deal.order.coin, deal.base() / 10 + 1);
    deal.event("fee_frozen", deal.after(60), completed_at).amount = coin.text(fee);
    s.close(deal, "A frozen fee was set free in the second in which the refund was completed.");
}

pub(super) fn giveaway_nothing(s: &mut Scene) {
    let mut deal = s.deal(&CSS_TRAFFIC);
    deal.pay(USD, &[]);
    (deal.order.gift, deal.order.order_kind) = (true, "gift");
    let at = s.in_time(&deal);
    deal.refund(at, sums(&[]));
    deal.due = Due::No;
    s.close(deal, "A giveaway without a price was returned for nothing.");
}

pub(super) fn effective_later(s: &mut Scene) {
    let mut deal = s.deal(&PACK_RTC);
    deal.order.effective_at = Some(deal.after(2 * DAY));
    deal.refund_rightly(deal.after(9 * DAY));
    s.close(deal, "Seven days count from when the pack took effect, two days after it was paid.");
}

pub(super) fn ticket_evening(s: &mut Scene) {
    let morning = s.instant(CSS_TRAFFIC.from, CSS_TRAFFIC.until).midnight().plus(9 * 3600);
    let mut deal = s.deal_at(&CSS_TRAFFIC, morning);
    deal.refund_rightly(deal.after(5 * DAY + 3 * 3600)).channel = "ticket";
    s.close(
        deal,
        "Returned by ticket in the evening of the fifth day, which is right unless a denial is defended.",
    );
}
