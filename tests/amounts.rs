//! Every method of a sum over random terms, against a calculation of its own in integers: lengths of months, leap years,
//! minutes around midnight, ladders at their steps.

use proptest::prelude::*;
use refund_audit::{
    money::{Currency, Money, Quantity},
    policy::{Candidates, Eligibility, Facts, PolicyBook, Prices, Question, entitle},
    record::{Assumed, Basis, FileId, Order, OrderKind, SourceRef, Tender, Tenders, Usage},
    time::{Instant, Interval, Moment},
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
const CENT: i128 = 1_000_000;

/// A policy with one method and no condition.
fn policy(amount: &str) -> String {
    format!(
        "schema = \"refund-policy/2\"\n[policy]\nid = \"p\"\nvendor = \"v\"\nsite = \"any\"\ntitle = \"t\"\n\
         timezone = \"+08:00\"\n[policy.applies]\nproduct = [\"x\"]\n[[version]]\nid = \"1\"\n\
         effective_from = 1990-01-01T00:00:00Z\nconfidence = \"low\"\n\
         window = {{ length = \"unlimited\", clause = \"c\", place = \"p\" }}\n\
         usage = {{ test = \"none\", clause = \"c\", place = \"p\" }}\n\
         amount = {{ {amount}, clause = \"c\", place = \"p\" }}\n\
         tenders = {{ refundable = [\"cash\"], lost = [\"voucher\"], clause = \"c\", place = \"p\" }}\n\
         rounding = {{ mode = \"half_up\", clause = \"c\", place = \"p\" }}\n\
         destination = {{ account = \"payer\", clause = \"c\", place = \"p\" }}\n\
         channel = {{ allowed = [\"ticket\"], clause = \"c\", place = \"p\" }}\n\
         [[version.source]]\nurl = \"https://example.com/\"\ntitle = \"t\"\nstamp = \"s\"\nread_on = \"2026-11-21\"\n"
    )
}

/// A question in integers: seconds since 1970 at +08:00, cents.
#[derive(Clone, Debug)]
struct Put {
    paid_at: i64,
    asked_at: i64,
    months: i64,
    cash: i128,
    voucher: i128,
    list: i128,
    consumed: i128,
    quota: i128,
}

fn put() -> impl Strategy<Value = Put> {
    // From 2019 on, two leap years among them; minutes around midnight are as likely as all others together.
    let days = 17_897_i64..20_800;
    let of_day = prop_oneof![0_i64..DAY, (-90_i64..90).prop_map(|near| near.rem_euclid(DAY))];
    let gone = prop_oneof![
        0_i64..400 * DAY,
        (0_i64..380, -2_i64..3).prop_map(|(days, near)| (days * DAY + near).max(0))
    ];
    (
        days,
        of_day,
        gone,
        1_i64..37,
        0_i128..500_000,
        0_i128..20_000,
        0_i128..600_000,
        0_i128..4_000,
        1_i128..3_000,
    )
        .prop_map(|(day, of_day, gone, months, cash, voucher, list, consumed, quota)| {
            let paid_at = day * DAY + of_day;
            Put { paid_at, asked_at: paid_at + gone, months, cash, voucher, list, consumed, quota }
        })
}

fn at(local: i64) -> Instant {
    Instant::from_micros((local - 8 * 3600) * SECOND)
}

/// What the program owes, in cents; nothing where it does not know.
fn owed(amount: &str, put: &Put, prices: Option<&str>) -> Option<i128> {
    let mut book = PolicyBook::load(&[("p.toml", policy(amount).as_str())]).unwrap();
    if let Some(prices) = prices {
        book = book.with_prices(Prices::load("prices.toml", prices).unwrap());
    }
    let money = |cents: i128| Money::from_units(cents * CENT);
    let mut paid = Tenders::none(Currency::parse("CNY").unwrap());
    paid.set(Tender::Cash, money(put.cash));
    paid.set(Tender::Voucher, money(put.voucher));
    let source = SourceRef { file: FileId(0), line: 2 };
    let order = Order {
        at: source,
        order_id: "o".into(),
        instance_id: None,
        account_id: "a".into(),
        payer_id: "a".into(),
        product: "x".into(),
        package_type: "y".into(),
        kind: OrderKind::New,
        status: None,
        list_price: Some(money(put.list)),
        paid,
        paid_at: Moment::exact(at(put.paid_at)),
        delivered_at: None,
        effective_at: None,
        period_start: None,
        period_end: None,
        expires_at: None,
        months: u32::try_from(put.months).ok(),
        gift: false,
        promotion_forbids_refund: false,
        invoice: None,
        license_activated_at: None,
        linked_license_activated_at: None,
        site: None,
        payment_id: None,
        quota: Some(Quantity::from_units(put.quota * 100_000_000)),
        quota_unit: None,
        assumed: Assumed::default(),
    };
    let usage = [Usage {
        posted_at: Moment::exact(at(put.paid_at)),
        usage_id: None,
        usage_start: None,
        usage_end: None,
        quantity: Quantity::from_units(put.consumed * 100_000_000),
        unit: None,
        basis: Basis::Deduction,
        product: None,
        class: None,
        at: source,
    }];
    let facts = Facts {
        order: &order,
        usage: &usage,
        unkept_net: Quantity::ZERO,
        events: &[],
        events_known: true,
        upgrades: &[],
        earlier: &[],
    };
    let question = Question {
        paid_at: at(put.paid_at),
        requested_at: at(put.asked_at),
        channel: None,
        covered: Interval::EVERYTHING,
        blurs_late: false,
    };
    let (_, answer) = entitle(&Candidates::of_order(&book, &order), &facts, &question);
    if answer.eligibility != Eligibility::Yes {
        return None;
    }
    let units = answer.owed.unwrap().total.units();
    assert_eq!(units % CENT, 0);
    Some(units / CENT)
}

/// `above / below` cents, not below zero, a half cent upwards.
fn half_up(above: i128, below: i128) -> i128 {
    if above <= 0 { 0 } else { (2 * above + below) / (2 * below) }
}

// ---- a calendar of its own

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && year % 100 != 0 || year % 400 == 0
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day since 1970.
fn civil(mut day: i64) -> (i64, i64, i64) {
    let (mut year, mut month) = (1970, 1);
    loop {
        let of_year = if is_leap(year) { 366 } else { 365 };
        if day < of_year {
            break;
        }
        day -= of_year;
        year += 1;
    }
    while day >= length(year, month) {
        day -= length(year, month);
        month += 1;
    }
    (year, month, day + 1)
}

fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    years + (1..month).map(|month| length(year, month)).sum::<i64>() + day - 1
}

/// The same local time some months later, clipped down.
fn later(local: i64, months: i64) -> i64 {
    let (year, month, day) = civil(local.div_euclid(DAY));
    let count = year * 12 + month - 1 + months;
    let (year, month) = (count / 12, count % 12 + 1);
    day_of(year, month, day.min(length(year, month))) * DAY + local.rem_euclid(DAY)
}

fn ceil(seconds: i64, unit: i64) -> i64 {
    (seconds + unit - 1) / unit
}

/// Whole months gone by, at most the term, and the seconds that are left of the next.
fn months_and_rest(put: &Put) -> (i64, i64) {
    let mut months = 0;
    while months < put.months && later(put.paid_at, months + 1) <= put.asked_at {
        months += 1;
    }
    let rest = if months == put.months { 0 } else { put.asked_at - later(put.paid_at, months) };
    (months, rest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_share_of_the_days_left(put in put()) {
        let days = put.months * 30;
        let used = ceil(put.asked_at - put.paid_at, DAY).max(1).min(days);
        let wanted = half_up(put.cash * i128::from(days - used), i128::from(days));
        let amount = "method = \"prorate_days\", used_days = \"ceil_24h\", min_used = 1, total_days = \"months_x_30\"";
        prop_assert_eq!(owed(amount, &put, None), Some(wanted));
    }

    #[test]
    fn a_share_of_the_service_period_by_dates(put in put()) {
        let days = later(put.paid_at, put.months).div_euclid(DAY) - put.paid_at.div_euclid(DAY);
        let used = (put.asked_at.div_euclid(DAY) - put.paid_at.div_euclid(DAY)).min(days);
        let wanted = half_up(put.cash * i128::from(days - used), i128::from(days));
        let amount = "method = \"prorate_days\", used_days = \"date_diff\", total_days = \"service_period\"";
        prop_assert_eq!(owed(amount, &put, None), Some(wanted));
    }

    #[test]
    fn list_price_by_started_hours_with_a_ladder_and_a_coefficient(put in put()) {
        let days = if put.months % 12 == 0 {
            put.months / 12 * 365
        } else {
            later(put.paid_at, put.months).div_euclid(DAY) - put.paid_at.div_euclid(DAY)
        };
        let hours = ceil(put.asked_at - put.paid_at, 3600).min(days * 24);
        let started = ceil(hours, 24);
        let discount: i128 = match started { 0..90 => 100, 90..365 => 85, _ => 70 };
        let (up, down): (i128, i128) = if started < 30 { (3, 2) } else { (1, 1) };
        let below = i128::from(days) * 24 * 100 * down;
        let above = put.cash * below - put.list * i128::from(hours) * discount * up;
        let amount = "method = \"paid_minus_time_share\", used_days = \"ceil_1h\", total_days = \"years_x_365\", \
                      duration_discount = { by = \"days_used\", steps = [[0, \"1\"], [90, \"0.85\"], [365, \"0.7\"]] }, \
                      coefficient = [[0, \"3/2\"], [30, \"1\"]]";
        prop_assert_eq!(owed(amount, &put, None), Some(half_up(above, below)));
    }

    #[test]
    fn everything_paid_by_full_days_of_whole_24_hours(put in put()) {
        let days = (later(put.paid_at, put.months) - put.paid_at) / DAY;
        let used = ((put.asked_at - put.paid_at) / DAY).min(days);
        let below = i128::from(days);
        let above = put.cash * below - (put.cash + put.voucher) * i128::from(used);
        let amount = "method = \"paid_minus_time_share\", price = \"before_vouchers\", used_days = \"floor_24h\", \
                      total_days = \"elapsed_floor\"";
        prop_assert_eq!(owed(amount, &put, None), Some(half_up(above, below)));
    }

    #[test]
    fn whole_months_and_days_at_a_thirtieth(put in put()) {
        let (months, rest) = months_and_rest(&put);
        let days = ceil(rest, DAY);
        let discount: i128 = match months { 0..6 => 100, 6..12 => 88, _ => 83 };
        // list / term × (months × discount / 100 + days / 30)
        let below = i128::from(put.months) * 3000;
        let above = put.cash * below - put.list * (i128::from(months) * discount * 30 + i128::from(days) * 100);
        let amount = "method = \"paid_minus_metered\", remainder = \"day_30\", count = \"day_ceil\", \
                      duration_discount = { by = \"months_used\", steps = [[0, \"1\"], [6, \"0.88\"], [12, \"0.83\"]] }";
        prop_assert_eq!(owed(amount, &put, None), Some(half_up(above, below)));
    }

    #[test]
    fn whole_months_and_seconds_by_hourly_bands(put in put()) {
        let (months, rest) = months_and_rest(&put);
        // 0.42 an hour for the first 96 hours, 0.21 from then on, 0.063 throughout for the other component.
        let first = i128::from(rest.min(96 * 3600));
        let after = i128::from((rest - 96 * 3600).max(0));
        let thousandths = first * 420 + after * 210 + i128::from(rest) * 63;
        // cents = list × months / term + thousandths / 10 / 3600
        let below = i128::from(put.months) * 36_000;
        let above = put.cash * below - put.list * i128::from(months) * 36_000 - thousandths * i128::from(put.months);
        let prices = "schema = \"refund-prices/1\"\n[[price]]\nproduct = \"x\"\ncomponent = \"host\"\n\
                      hourly = [[0, \"0.42\"], [96, \"0.21\"]]\n[[price]]\nproduct = \"x\"\ncomponent = \"bandwidth\"\n\
                      hourly = [[0, \"0.063\"]]\n";
        let amount = "method = \"paid_minus_metered\", remainder = \"hourly\", count = \"second\"";
        prop_assert_eq!(owed(amount, &put, Some(prices)), Some(half_up(above, below)));
        // Without a price the sum is open as soon as a part of a month was used.
        prop_assert_eq!(owed(amount, &put, None).is_none(), rest > 0);
    }

    #[test]
    fn each_band_of_what_was_consumed_at_its_price(put in put()) {
        // 0.05 a unit up to 1000, 0.045 up to 2500, 0.04 beyond, in thousandths.
        let band = |from: i128, to: i128| (put.consumed.min(to) - from).max(0);
        let thousandths = band(0, 1000) * 50 + band(1000, 2500) * 45 + band(2500, i128::MAX) * 40;
        let wanted = half_up(put.cash * 10 - thousandths, 10);
        let tiers = "tiers = [[0, \"0.05\"], [1000, \"0.045\"], [2500, \"0.04\"]]";
        let amount = format!("method = \"paid_minus_consumed\", tier_by = \"each_band\", {tiers}");
        prop_assert_eq!(owed(&amount, &put, None), Some(wanted));
        let price = match put.consumed { 0..1000 => 50, 1000..2500 => 45, _ => 40 };
        let amount = format!("method = \"paid_minus_consumed\", {tiers}");
        prop_assert_eq!(owed(&amount, &put, None), Some(half_up(put.cash * 10 - put.consumed * price, 10)));
    }

    #[test]
    fn a_share_of_the_quantity_left(put in put()) {
        let left = put.quota - put.consumed.min(put.quota);
        let wanted = half_up(put.cash * left, put.quota);
        prop_assert_eq!(owed("method = \"prorate_quantity\"", &put, None), Some(wanted));
        let above = put.cash * put.quota - put.list * put.consumed;
        let amount = "method = \"paid_minus_consumed\", unit_price = \"order\"";
        prop_assert_eq!(owed(amount, &put, None), Some(half_up(above, put.quota)));
    }
}
