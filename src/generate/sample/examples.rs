//! The examples that the vendors print, with names by which they are found again.

use super::super::{
    clock::{DAY, Stamp},
    coin::{CNY, USD},
    deal::Deal,
    lines::{COS, CSS_OTHER, CSS_TRAFFIC, ENGINE, LIGHTHOUSE, Line, MINUTES},
    scene::Scene,
};
use crate::record::Tender::{Cash, FreeCredit};

/// Each of them, in the order of the README.
pub(super) const EXAMPLES: &[fn(&mut Scene)] = &[css, engine, cos, lighthouse, minutes, splits];

/// An order of that name, in plain circumstances.
fn named(s: &mut Scene, name: &str, line: &'static Line, paid_at: Stamp) -> Deal {
    let mut deal = s.deal_at(line, paid_at);
    name.clone_into(&mut deal.order.order_id);
    deal.order.payer_id.clone_from(&deal.order.account_id);
    deal.order.form = super::super::clock::Form::Local;
    deal.by_instance = false;
    deal
}

/// Bought 2022-12-01 08:00:00: five days end with 07:59:59 of the sixth, for traffic with its last second.
fn css(s: &mut Scene) {
    let paid_at = Stamp::at((2022, 12, 1), (8, 0, 0));
    let base = Stamp::at((2022, 12, 6), (7, 59, 59));
    let extended = Stamp::at((2022, 12, 6), (23, 59, 59));
    for (name, line, at, is_late) in [
        ("EX-CSS-0759", &CSS_OTHER, base, false),
        ("EX-CSS-0800", &CSS_OTHER, base.plus(1), true),
        ("EX-CSS-2359", &CSS_TRAFFIC, extended, false),
        ("EX-CSS-0000", &CSS_TRAFFIC, extended.plus(1), true),
    ] {
        let mut deal = named(s, name, line, paid_at);
        deal.pay(USD, &[(Cash, 3701)]);
        if is_late {
            deal.refund_against(at, &["refund-out-of-window"]);
            s.close(
                deal,
                "Bought 2022-12-01 08:00:00, returned in the first second after the printed deadline.",
            );
        } else {
            deal.refund_rightly(at);
            s.close(deal, "Bought 2022-12-01 08:00:00, returned in the last second of the printed deadline.");
        }
    }
}

/// 499.00 × 26 / 31 = 418.51.
fn engine(s: &mut Scene) {
    let paid_at = Stamp::at((2023, 3, 1), (8, 0, 0));
    let mut deal = named(s, "EX-ENGINE-418-51", &ENGINE, paid_at);
    deal.pay(USD, &[(Cash, 49_900)]);
    deal.refund_rightly(paid_at.plus(5 * DAY - 1));
    s.close(deal, "Printed: 499 × 26 / 31 = 418.51, five of 31 days used.");
}

/// 3.46 − 1 / 180 × 7.20 = 3.42.
fn cos(s: &mut Scene) {
    let mut deal = named(s, "EX-COS-3-42", &COS, Stamp::at((2023, 8, 1), (15, 0, 0)));
    deal.pay(USD, &[(Cash, 346)]);
    deal.order.list_price = Some(720);
    deal.refund_rightly(deal.after(7200));
    s.close(deal, "Printed: 3.46 − 1 / 180 × 7.2 = 3.42, six months of thirty days.");
}

/// 24 − 30 / 365 × 60 = 19.07, and the same for 48.
fn lighthouse(s: &mut Scene) {
    for (name, paid, story) in [
        ("EX-LIGHTHOUSE-19-07", 2400, "Printed: 24 − 30 / 365 × 60 = 19.07."),
        ("EX-LIGHTHOUSE-43-07", 4800, "Printed: 48 − 30 / 365 × 60 = 43.07."),
    ] {
        let paid_at = Stamp::at((2024, 8, 1), (10, 0, 0));
        let mut deal = named(s, name, &LIGHTHOUSE, paid_at);
        (deal.order.months, deal.order.period) = (Some(12), None);
        deal.order.expires_at = Some(paid_at.plus_months(12));
        deal.pay(USD, &[(Cash, paid)]);
        deal.order.list_price = Some(6000);
        deal.refund_rightly(deal.after(30 * DAY));
        s.close(deal, story);
    }
}

/// A minute pack of which so many minutes were consumed before it was returned.
fn minute_pack(
    s: &mut Scene,
    name: &str,
    by: &[(crate::record::Tender, i64)],
    postings: &[i64],
    story: &str,
) {
    let mut deal = named(s, name, &MINUTES, Stamp::at((2020, 11, 5), (14, 30, 0)));
    deal.pay(CNY, by);
    for (day, minutes) in (1..).zip(postings) {
        deal.deduct(deal.after(day * DAY), minutes * 1000);
    }
    deal.refund_rightly(Stamp::at((2020, 12, 15), (11, 0, 0)));
    s.close(deal, story);
}

/// 16888.00 − 1589256 × 0.005968 = 7403.32.
fn minutes(s: &mut Scene) {
    let story = "Printed: 16888.00 − 1589256 × 0.005968 = 7403.32.";
    let postings = [400_000, 389_256, 500_000, 300_000];
    minute_pack(s, "EX-MINUTES-7403-32", &[(Cash, 1_688_800)], &postings, story);
}

/// The sums of the two printed splits, reached by minutes consumed.
fn splits(s: &mut Scene) {
    let story = "The printed split of 362.60: 177.76 in cash and 184.84 in free credit.";
    minute_pack(s, "EX-SPLIT-362-60", &[(Cash, 20_000), (FreeCredit, 20_796)], &[4000, 2480], story);
    let story = "The printed split of 116.88: 57.75 in cash and 59.13 in free credit.";
    minute_pack(s, "EX-SPLIT-116-88", &[(Cash, 30_000), (FreeCredit, 30_716)], &[50_000, 22_958], story);
}

/// Right by the built-in policies, and claimed by a second one where the policy file of the sample is given.
pub(super) fn overlap(s: &mut Scene) {
    let mut deal = s.deal(&CSS_OTHER);
    deal.order.package_type = "edge_bundle";
    let at = s.in_time(&deal);
    deal.refund_rightly(at);
    s.close(deal, "A right refund of a package that a second policy claims where the policy file of this folder is given.");
}
