//! Everything that is planted: faults, doubts and traps, each as one small function.
//!
//! To add one, write a function that takes the [`Scene`], makes a deal, does to it what is to be done and
//! closes it with one sentence, and add one line to [`SCENARIOS`].

mod deadlines;
mod exports;
mod grounds;
mod owed;
mod readings;
mod services;
mod shape;
mod sums;
mod traps;

use super::scene::Scene;

pub(super) use traps::BILLING_RUN;

/// One thing to plant.
#[derive(Debug)]
pub(super) struct Scenario {
    /// Its name, which names its orders in the sample.
    pub(super) name: &'static str,
    /// The kinds of finding that its orders raise together; none for a trap.
    pub(super) raises: &'static [&'static str],
    /// Leaves its deals on the stage.
    pub(super) act: fn(&mut Scene),
}

macro_rules! scenarios {
    ($($name:literal [$($slug:literal),*] $act:path;)*) => {
        &[$(Scenario { name: $name, raises: &[$($slug),*], act: $act }),*]
    };
}

/// Everything that is planted, in the order of the catalogue of findings, traps last.
pub(super) const SCENARIOS: &[Scenario] = scenarios![
    "refund-after-deduction" ["refund-after-deduction"] grounds::after_deduction;
    "refund-after-deduction-same-second" ["refund-after-deduction"] grounds::same_second;
    "refund-after-deduction-and-late" ["refund-after-deduction", "refund-out-of-window"] grounds::used_and_late;
    "refund-out-of-window-css" ["refund-out-of-window"] deadlines::css_evening;
    "refund-out-of-window-css-other" ["refund-out-of-window"] deadlines::css_clock;
    "refund-out-of-window-mps" ["reading-dependent", "refund-out-of-window"] deadlines::mps;
    "refund-out-of-window-trtc" ["reading-dependent", "refund-out-of-window"] deadlines::trtc_sibling;
    "refund-out-of-window-engine" ["reading-dependent", "refund-out-of-window"] deadlines::engine;
    "refund-out-of-window-vod" ["refund-out-of-window"] deadlines::vod;
    "refund-out-of-window-plan-5-days" ["refund-out-of-window"] deadlines::plan_five_days;
    "refund-out-of-window-plan-30-days" ["refund-out-of-window"] deadlines::plan_thirty_days;
    "refund-out-of-window-pack-7-days" ["refund-out-of-window"] deadlines::rtc_pack;
    "refund-out-of-window-software" ["refund-out-of-window"] deadlines::software;
    "refund-out-of-window-former-rule" ["refund-out-of-window"] deadlines::change_to_thirty_days;
    "refund-out-of-window-before-validity" ["refund-out-of-window"] deadlines::change_to_validity;
    "refund-after-expiry" ["refund-after-expiry"] deadlines::expiry;
    "refund-of-giveaway" ["refund-of-giveaway"] grounds::giveaway;
    "refund-of-giveaway-trial" ["refund-of-giveaway"] grounds::trial;
    "refund-while-suspended" ["refund-while-suspended"] grounds::suspended;
    "refund-not-refundable-item" ["refund-not-refundable-item"] grounds::not_refundable;
    "refund-license-activated" ["refund-license-activated"] grounds::license;
    "refund-license-activated-linked" ["refund-license-activated"] grounds::linked_license;
    "refund-service-completed" ["refund-service-completed"] services::completed;
    "refund-service-neglected" ["refund-service-neglected"] services::never_asked_for;
    "refund-service-neglected-question" ["refund-service-neglected"] services::question_left_open;
    "refund-service-neglected-delivery" ["refund-service-neglected"] services::delivery_left_lying;
    "refund-service-buyer-cause" ["refund-service-buyer-cause"] services::out_of_scope;
    "refund-service-buyer-cause-unlawful" ["refund-service-buyer-cause"] services::unlawful;
    "refund-image-in-use" ["refund-image-in-use"] services::image_in_use;
    "refund-renewal-only" ["refund-renewal-only"] grounds::renewal;
    "refund-forbidden-by-promotion" ["refund-forbidden-by-promotion"] grounds::promotion;
    "refund-invoice-not-returned" ["refund-invoice-not-returned"] grounds::invoice;
    "refund-before-purchase" ["refund-before-purchase"] grounds::before_purchase;
    "refund-of-unpaid-order" ["refund-of-unpaid-order"] grounds::unpaid;
    "voucher-refunded" ["voucher-refunded"] sums::voucher;
    "voucher-refunded-as-cash" ["voucher-refunded"] sums::voucher_as_cash;
    "voucher-refunded-and-more" ["refund-overpaid", "voucher-refunded"] sums::voucher_and_more;
    "discount-refunded" ["discount-refunded"] sums::discount;
    "wrong-proration-day-less" ["wrong-proration"] sums::engine_day_less;
    "wrong-proration-day-more" ["wrong-proration"] sums::engine_day_more;
    "wrong-proration-month" ["wrong-proration"] sums::engine_month;
    "wrong-proration-not-at-all" ["wrong-proration"] sums::lighthouse_whole;
    "wrong-proration-band" ["wrong-proration"] sums::minutes_band;
    "refund-overpaid" ["refund-overpaid"] sums::overpaid;
    "cumulative-over-refund" ["cumulative-over-refund"] sums::cumulative;
    "duplicate-refund" ["duplicate-refund"] sums::duplicate;
    "orphan-refund" ["orphan-refund"] sums::orphan;
    "frozen-counted-as-refund" ["frozen-counted-as-refund"] sums::frozen_counted;
    "eligible-refund-denied" ["eligible-refund-denied"] owed::denied;
    "eligible-refund-denied-plan" ["eligible-refund-denied"] owed::plan_denied;
    "refund-underpaid" ["refund-underpaid"] owed::underpaid;
    "refund-underpaid-tender-missing" ["refund-underpaid"] owed::tender_left_out;
    "approved-not-paid" ["approved-not-paid"] owed::approved;
    "pending-too-long" ["pending-too-long"] owed::pending;
    "arrival-late" ["arrival-late"] owed::arrival;
    "arrival-late-by-a-second" ["arrival-late"] owed::arrival_over_holidays;
    "frozen-not-released" ["frozen-not-released"] owed::frozen;
    "eligible-unclaimed" ["eligible-unclaimed"] owed::unclaimed_instance;
    "eligible-unclaimed-plan" ["eligible-unclaimed"] owed::unclaimed_plan;
    "tender-cash-out" ["tender-cash-out"] shape::cash_out;
    "tender-swap" ["tender-swap"] shape::swap;
    "wrong-destination" ["wrong-destination"] shape::stranger;
    "wrong-destination-owner" ["wrong-destination"] shape::owner_instead_of_payer;
    "currency-mismatch" ["currency-mismatch"] shape::currency;
    "wrong-channel" ["wrong-channel"] shape::channel;
    "rounding-difference" ["rounding-difference"] shape::rounding;
    "gift-not-voided" ["gift-not-voided"] shape::gift_alive;
    "gift-not-voided-spent" ["gift-not-voided"] shape::gift_spent;
    "deduction-after-refund" ["deduction-after-refund"] shape::deducted_afterwards;
    "status-conflict" ["status-conflict"] shape::status_paid;
    "status-conflict-cancelled" ["status-conflict"] shape::cancelled_with_money;
    "discretionary-rejection" ["discretionary-rejection"] readings::abuse;
    "wrong-proration-whole" ["wrong-proration"] readings::engine_whole;
    "changed-before-payment" ["changed-before-payment"] readings::used_before_payment;
    "changed-before-payment-second" ["changed-before-payment"] traps::deducted_a_second_later;
    "changed-before-payment-license" ["changed-before-payment"] traps::license_a_second_later;
    "reading-dependent-month" ["reading-dependent"] readings::engine_calendar_month;
    "reading-dependent-ticket" ["reading-dependent"] readings::css_ticket_denied;
    "reading-dependent-gradual" ["reading-dependent"] readings::gradual_denied;
    "version-dependent" ["version-dependent"] readings::vod_starter;
    "version-dependent-silent" ["version-dependent"] readings::vod_fell_silent;
    "usage-undeducted-at-request" ["usage-undeducted-at-request"] readings::undeducted;
    "reversed-deduction" ["reversed-deduction"] readings::reversed;
    "abuse-pattern" ["abuse-pattern"] readings::bought_again;
    "abuse-pattern-many" ["abuse-pattern"] readings::many_refunds;
    "policy-silent" ["policy-silent"] readings::vod_silent;
    "no-policy" ["no-policy"] readings::before_every_version;
    "no-policy-product" ["no-policy"] readings::unknown_product;
    "missing-field" ["missing-field"] exports::missing_field;
    "naive-time" ["naive-time"] exports::naive_time;
    "date-only" ["date-only"] exports::date_only;
    "time-order" ["time-order"] exports::completed_too_early;
    "time-order-delivery" ["time-order"] exports::delivered_too_early;
    "future-time" ["future-time"] exports::future;
    "unknown-tender" ["unknown-tender"] exports::unknown_tender;
    "precision" ["precision"] exports::precision;
    "duplicate-order" ["duplicate-order"] exports::duplicate_order;
    "duplicate-row" ["duplicate-row"] exports::duplicate_row;
    "orphan-deduction" ["orphan-deduction"] exports::orphan_deduction;
    "usage-coverage-gap" ["usage-coverage-gap"] exports::coverage_gap;
    "deduction-before-purchase" ["deduction-before-purchase"] exports::usage_before_purchase;
    "purchase-while-overdue" ["purchase-while-overdue"] exports::bought_while_overdue;
    "upgrade-of-pack" ["upgrade-of-pack"] exports::upgrade;
    "currency-unknown" ["currency-unknown"] exports::unknown_currency;
    "right-whole-day" [] traps::css_long_and_short_evening;
    "right-fraction" [] traps::last_fraction;
    "right-quantity-zero" [] traps::quantity_zero;
    "right-denial-used" [] traps::denied_for_use;
    "right-denial-late" [] traps::denied_for_delay;
    "right-denial-billing-run" [] traps::denied_in_billing_run;
    "right-cancelled" [] traps::cancelled;
    "right-two-parts" [] traps::two_parts;
    "right-merged" [] traps::merged;
    "right-suspension-lifted" [] traps::suspension_lifted;
    "right-suspended-for-debt" [] traps::suspended_for_debt;
    "right-payer-accepted" [] traps::payer_accepted;
    "right-voucher-only" [] traps::voucher_only;
    "right-eight-decimals" [] traps::eight_decimals;
    "right-yen" [] traps::yen;
    "right-month-ends" [] traps::month_ends;
    "right-bands" [] traps::minute_bands;
    "right-software-used" [] traps::software_used;
    "right-service-under-way" [] traps::service_under_way;
    "right-image-stopped" [] traps::image_stopped;
    "right-invoice-returned" [] traps::invoice_returned;
    "right-gift-voided" [] traps::gift_voided;
    "right-frozen-released" [] traps::frozen_released;
    "right-giveaway-nothing" [] traps::giveaway_nothing;
    "right-effective-later" [] traps::effective_later;
    "right-ticket-evening" [] traps::ticket_evening;
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::clock::Stamp, *};

    #[test]
    fn each_scenario_plants_what_its_line_says() {
        let names: BTreeSet<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), SCENARIOS.len(), "a name stands twice");
        for seed in 0..20 {
            let mut scene =
                Scene::new(seed, (Stamp::on(2020, 1, 1), Stamp::on(2027, 1, 1)), Stamp::on(2026, 10, 1));
            for scenario in SCENARIOS {
                scene.begin(Some(scenario.name));
                (scenario.act)(&mut scene);
                let planted: BTreeSet<&str> = scene
                    .deals
                    .iter()
                    .flat_map(|deal| deal.faults.iter().map(|fault| fault.slug).chain(deal.file_fault))
                    .collect();
                assert!(planted.iter().eq(scenario.raises), "{}: {planted:?}", scenario.name);
            }
        }
    }

    #[test]
    fn stories_are_one_sentence() {
        let mut scene = Scene::new(1, (Stamp::on(2020, 1, 1), Stamp::on(2027, 1, 1)), Stamp::on(2026, 10, 1));
        for scenario in SCENARIOS {
            scene.begin(None);
            (scenario.act)(&mut scene);
            for deal in &scene.deals {
                let story = &deal.story;
                assert!(story.ends_with('.') && !story.contains(". "), "{}: {story:?}", scenario.name);
            }
        }
    }
}
