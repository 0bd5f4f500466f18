//! Requests one second before a deadline, at it, and one second after it.

use super::super::{
    clock::{DAY, Stamp},
    lines::{
        CALL, COS, CSS_OTHER, CSS_TRAFFIC, ENGINE, LIVE, Line, MINUTES, MPS_GENERAL, PACK_RTC, PLAN_MPS,
        PLAN_VOD, SOFTWARE, VOD_PACKAGE,
    },
    scene::{Scene, days},
};

const LATE: &str = "refund-out-of-window";
const OPEN: &str = "reading-dependent";

/// The evening of the fifth day after a payment: the first second that is too late.
const fn evening(paid_at: Stamp) -> Stamp {
    paid_at.midnight().plus_days(6)
}

/// One order a second before an instant, at it and after it: right before `late`, else against it.
fn around(s: &mut Scene, line: &'static Line, time: (Stamp, Stamp), late: fn(Stamp) -> Stamp, rule: &str) {
    for second in [-1, 0, 1] {
        let mut deal = s.deal_between(line, time.0, time.1);
        let at = late(deal.order.paid_at).plus(second);
        if second < 0 {
            deal.refund_rightly(at);
            s.close(deal, format!("Requested in the last good second of {rule}."));
        } else {
            deal.refund_against(at, &[LATE]);
            s.close(
                deal,
                format!(
                    "Requested {} after the last good second of {rule}.",
                    ["one second", "two seconds"][usize::from(second == 1)]
                ),
            );
        }
    }
}

const fn time_of(line: &Line) -> (Stamp, Stamp) {
    (line.from, line.until)
}

pub(super) fn css_evening(s: &mut Scene) {
    around(s, &CSS_TRAFFIC, time_of(&CSS_TRAFFIC), evening, "the fifth day after the purchase");
}

pub(super) fn css_clock(s: &mut Scene) {
    around(s, &CSS_OTHER, time_of(&CSS_OTHER), |paid_at| paid_at.plus_days(5), "five times 24 hours");
}

pub(super) fn vod(s: &mut Scene) {
    around(s, &VOD_PACKAGE, time_of(&VOD_PACKAGE), |paid_at| paid_at.plus_days(5), "five times 24 hours");
}

pub(super) fn plan_five_days(s: &mut Scene) {
    let time = (PLAN_VOD.from, Stamp::on(2025, 8, 12));
    around(s, &PLAN_VOD, time, |paid_at| paid_at.plus(days(5) + 1), "five days of which the end counts");
}

pub(super) fn plan_thirty_days(s: &mut Scene) {
    let time = (Stamp::on(2025, 8, 19), Stamp::on(2025, 11, 28));
    around(s, &PLAN_MPS, time, |paid_at| paid_at.plus(days(30) + 1), "30 days of which the end counts");
}

pub(super) fn rtc_pack(s: &mut Scene) {
    around(
        s,
        &PACK_RTC,
        time_of(&PACK_RTC),
        |paid_at| paid_at.plus(days(7) + 1),
        "seven days of which the end counts",
    );
}

pub(super) fn software(s: &mut Scene) {
    around(
        s,
        &SOFTWARE,
        time_of(&SOFTWARE),
        |paid_at| paid_at.plus(days(5) + 1),
        "five days of which the end counts",
    );
}

/// Five times 24 hours, or by another reading the whole fifth day.
fn or_until_evening(s: &mut Scene, line: &'static Line) {
    for at_of in [
        |paid_at: Stamp| paid_at.plus(days(5) - 1),
        |paid_at: Stamp| paid_at.plus_days(5),
        |paid_at: Stamp| paid_at.plus(days(5) + 1),
        |paid_at: Stamp| evening(paid_at).plus(-1),
        evening,
    ] {
        let mut deal = s.deal(line);
        let (paid_at, at) = (deal.order.paid_at, at_of(deal.order.paid_at));
        if at < paid_at.plus_days(5) {
            deal.refund_rightly(at);
            s.close(deal, "Requested in the last good second of five times 24 hours.");
        } else if at < evening(paid_at) {
            deal.refund_against(at, &[OPEN]);
            s.close(
                deal,
                "Requested after five times 24 hours, but on the fifth day, which another reading counts in.",
            );
        } else {
            deal.refund_against(at, &[LATE]);
            s.close(deal, "Requested when the fifth day was over, too late by every reading.");
        }
    }
}

pub(super) fn mps(s: &mut Scene) {
    or_until_evening(s, &MPS_GENERAL);
}

pub(super) fn trtc_sibling(s: &mut Scene) {
    let line = *s.random.pick(&[&CALL, &LIVE]);
    or_until_evening(s, line);
}

pub(super) fn engine(s: &mut Scene) {
    for second in [-1, 0, 1] {
        let mut deal = s.deal(&ENGINE);
        let at = deal.after(days(5) + second);
        // What five days leave, as if the request had been in time.
        let owed = deal.owe(deal.after(days(5)));
        if second >= 0 {
            deal.due = super::super::deal::Due::No;
            deal.fault(if second == 0 { OPEN } else { LATE }, owed.iter().sum());
        }
        deal.refund(at, owed);
        s.close(deal, match second {
            -1 => "Prorated for a request in the last good second of five times 24 hours.",
            0 => "Prorated for a request after exactly five times 24 hours, which another reading counts in.",
            _ => "Prorated for a request one second after five times 24 hours.",
        });
    }
}

/// Plans of before a change of the rule, returned in the last second of the old one and the first of the new.
fn change(s: &mut Scene, paid_on: (Stamp, Stamp), changed_at: Stamp, rules: (&str, &str)) {
    for second in [-1, 0] {
        let mut deal = s.deal_between(&PLAN_VOD, paid_on.0, paid_on.1);
        let at = changed_at.plus(second);
        if second < 0 {
            deal.refund_against(at, &[LATE]);
            s.close(deal, format!("Requested in the last second in which the rule was {}.", rules.0));
        } else {
            deal.refund_rightly(at);
            s.close(deal, format!("Requested in the first second in which the rule was {}.", rules.1));
        }
    }
}

pub(super) fn change_to_thirty_days(s: &mut Scene) {
    let paid_on = (Stamp::on(2025, 7, 25), Stamp::on(2025, 8, 12));
    change(s, paid_on, Stamp::on(2025, 8, 19), ("five days", "30 days"));
}

pub(super) fn change_to_validity(s: &mut Scene) {
    let paid_on = (Stamp::on(2025, 9, 1), Stamp::on(2025, 11, 30));
    change(s, paid_on, Stamp::at((2026, 1, 1), (10, 0, 0)), ("30 days", "the whole validity"));
}

pub(super) fn expiry(s: &mut Scene) {
    let mut deal = s.deal_between(&COS, COS.from, s.as_of.plus_days(-230));
    let at = deal.after(0).plus_months(COS.months);
    deal.refund_against(at, &["refund-after-expiry"]);
    s.close(deal, "Requested in the very second in which the package expired.");
    let until = s.as_of.plus_days(-400);
    for second in [-1, 0] {
        let mut deal = s.deal_between(&MINUTES, MINUTES.from, until);
        deal.pay_in_one();
        deal.deduct(deal.after(40 * DAY), 1000);
        let at = deal.after(0).plus_months(MINUTES.months).plus(second);
        if second < 0 {
            deal.refund_rightly(at);
            s.close(deal, "One minute was consumed, and the rest returned in the last second of the pack.");
        } else {
            deal.refund_against(at, &["refund-after-expiry"]);
            s.close(deal, "All came back in the very second in which the pack expired.");
        }
    }
}
