//! Random orders around every limit: purchases at the changes of versions and the ends of months, requests a second
//! before, at and after what decides, postings and events around both, and sums that are right, or wrong by a cent, a day,
//! a voucher or a tender.

use super::{coin::Coin, exports::Scenario};
use crate::oracle::{
    Oracle, clock,
    clock::{DAY, HOUR, SECOND},
};

/// What is bought: product, package type, and the means of payment it is mostly paid by.
struct Item {
    product: &'static str,
    package: &'static str,
    wallet: &'static [&'static str],
    /// Days on which a version of its policies begins or ends: year, month, day, hour, minute, second.
    dates: &'static [Date],
}

type Date = (i64, i64, i64, i64, i64, i64);

const TENCENT: &[&str] =
    &["cash", "cash", "commission", "free_credit", "free_credit", "voucher", "coupon", "offset"];
const CREDIT: &[&str] = &["cash", "cash", "cash", "free_credit", "free_credit", "voucher", "coupon"];
const CARDS: &[&str] =
    &["cash", "cash", "stored_value_card", "debit_card", "credit_card", "paypal", "voucher", "coupon"];
const ALIPAY: &[&str] =
    &["cash", "stored_value_card", "debit_card", "credit_card", "alipay", "alipay", "voucher", "coupon"];
const ALL: &[&str] = &[
    "cash",
    "commission",
    "free_credit",
    "voucher",
    "coupon",
    "offset",
    "stored_value_card",
    "debit_card",
    "credit_card",
    "paypal",
    "alipay",
    "bank",
];

const MPS: &[Date] = &[(2022, 8, 9, 16, 34, 54)];
const CSS: &[Date] = &[(2022, 12, 1, 0, 0, 0), (2025, 9, 12, 16, 15, 57)];
const ENGINE: &[Date] = &[(2023, 3, 1, 0, 0, 0)];
const CALL: &[Date] = &[(2024, 4, 26, 15, 3, 35)];
const MINUTES: &[Date] = &[(2020, 11, 1, 0, 0, 0)];
const VOD: &[Date] = &[(2023, 1, 13, 0, 0, 0), (2023, 3, 7, 0, 0, 0), (2023, 3, 28, 0, 0, 0)];
const COS: &[Date] = &[(2023, 7, 10, 0, 0, 0)];
const LIGHTHOUSE: &[Date] = &[(2023, 6, 30, 0, 0, 0)];
const PLANS: &[Date] =
    &[(2019, 8, 27, 18, 6, 19), (2022, 1, 1, 0, 0, 0), (2025, 8, 19, 0, 0, 0), (2026, 1, 1, 10, 0, 0)];
const LIVE: &[Date] = &[(2024, 1, 1, 0, 0, 0)];
const MARKET: &[Date] = &[(2018, 1, 1, 0, 0, 0)];

const fn item(
    product: &'static str,
    package: &'static str,
    wallet: &'static [&'static str],
    dates: &'static [Date],
) -> Item {
    Item { product, package, wallet, dates }
}

const ITEMS: &[Item] = &[
    item("mps", "resource_pack", TENCENT, MPS),
    item("mps", "transcode_tsc", TENCENT, MPS),
    item("mps", "transcode_general", TENCENT, MPS),
    item("css", "traffic", TENCENT, CSS),
    item("css", "traffic", TENCENT, CSS),
    item("css", "transcode_standard", TENCENT, CSS),
    item("css", "screenshot", TENCENT, CSS),
    item("trtc", "rtc_engine_monthly", TENCENT, ENGINE),
    item("trtc", "rtc_engine_monthly", TENCENT, ENGINE),
    item("trtc", "rtc_engine_monthly", TENCENT, ENGINE),
    item("trtc", "call_monthly", TENCENT, CALL),
    item("trtc", "live_monthly", TENCENT, CALL),
    item("trtc", "minute_pack", CREDIT, MINUTES),
    item("trtc", "minute_pack", CREDIT, MINUTES),
    item("trtc", "something_else", CREDIT, MINUTES),
    item("vod", "package", TENCENT, VOD),
    item("vod", "package", TENCENT, VOD),
    item("vod", "starter_package", TENCENT, VOD),
    item("cos", "resource_pack", CREDIT, COS),
    item("cos", "resource_pack", CREDIT, COS),
    item("lighthouse", "instance", CREDIT, LIGHTHOUSE),
    item("lighthouse", "data_disk", CREDIT, LIGHTHOUSE),
    item("ali_rtc", "duration_pack", CARDS, PLANS),
    item("ali_rtc", "duration_pack", CARDS, PLANS),
    item("ali_rtc", "resource_plan", CARDS, PLANS),
    item("ali_live", "resource_plan", CARDS, PLANS),
    item("ali_live", "resource_plan", CARDS, PLANS),
    item("ali_vod", "duration_pack", CARDS, PLANS),
    item("ali_live", "payg", CARDS, LIVE),
    item("ali_live", "queen_sdk_yearly", CARDS, LIVE),
    item("ali_live", "sdk_license", CARDS, LIVE),
    item("ali_live", "sdk_license", CARDS, LIVE),
    item("ali_marketplace", "software", ALIPAY, MARKET),
    item("ali_marketplace", "service", ALIPAY, MARKET),
    item("ali_marketplace", "service", ALIPAY, MARKET),
    item("ali_marketplace", "image_subscription", ALIPAY, MARKET),
    item("ali_marketplace", "image_payg", ALIPAY, MARKET),
    item("ali_marketplace", "api", ALIPAY, MARKET),
    item("ali_marketplace", "theme", ALIPAY, MARKET),
];

/// A set of some orders that are judged in one run.
pub(super) fn scenario(oracle: &Oracle, coin: &mut Coin, orders: usize) -> Scenario {
    let as_of = match coin.within(0, 10) {
        0..5 => clock::local(2026, 11, 30, 0, 0, 0),
        5..9 => {
            let day = clock::local(2021, 3, 1, 0, 0, 0) + coin.within(0, 2000) * DAY;
            coin.of(&[day, day - SECOND, day + 13 * HOUR])
        }
        _ => clock::local(2029, 6, 1, 0, 0, 0),
    };
    let mut scenario = Scenario::empty(as_of);
    scenario.has_events = coin.percent(80);
    if coin.percent(25) {
        let from = as_of - coin.within(0, 900) * DAY;
        scenario.covers = Some((from, from + coin.within(1, 900) * DAY));
    }
    if scenario.has_events {
        for _ in 0..coin.of(&[0, 0, 2, 5]) {
            let day = clock::date_text(as_of - coin.within(0, 40) * DAY);
            let kind = coin.of(&["holiday", "workday"]);
            scenario.events.add().set("kind", kind).set("at", day);
        }
    }
    // An export with a single row of nobody is not an export without rows.
    scenario
        .events
        .add()
        .set("kind", "account_overdue")
        .set("account_id", "nobody")
        .set("at", "2017-02-01T00:00:00+08:00")
        .set("until", "2017-02-02T00:00:00+08:00")
        .set("amount", "1.00");
    let mut number = 0;
    while scenario.orders.rows.len() < orders {
        number += 1;
        Story::new(oracle, coin, &mut scenario, number).tell();
    }
    scenario
}

/// One buyer with an order or some that belong together.
struct Story<'s> {
    oracle: &'s Oracle,
    coin: &'s mut Coin,
    scenario: &'s mut Scenario,
    /// Everything that this story writes; the scenario gets it at the end.
    own: Scenario,
    number: usize,
    item: &'static Item,
    currency: &'static str,
    /// Instants around which other things happen.
    pivots: Vec<i64>,
    refunds: usize,
    /// Nothing but the refund is unusual.
    calm: bool,
}

impl<'s> Story<'s> {
    fn new(oracle: &'s Oracle, coin: &'s mut Coin, scenario: &'s mut Scenario, number: usize) -> Self {
        let place = usize::try_from(coin.within(0, i64::try_from(ITEMS.len()).unwrap_or(1))).unwrap_or(0);
        let item = &ITEMS[place];
        let currency = match coin.within(0, 40) {
            0..30 => "USD",
            30..36 => "CNY",
            36..38 => "JPY",
            38 => "KWD",
            _ => "XQX",
        };
        let calm = coin.percent(60);
        let mut own = Scenario::empty(scenario.as_of);
        own.has_events = scenario.has_events;
        own.covers = scenario.covers;
        Self { oracle, coin, scenario, own, number, item, currency, pivots: Vec::new(), refunds: 0, calm }
    }

    fn tell(mut self) {
        let account = format!("A{}", self.number);
        let paid_at = self.purchase();
        let orders = match (self.item.product, self.item.package) {
            ("vod", _) | ("trtc", "call_monthly" | "live_monthly") => self.coin.of(&[1, 2, 2, 3]),
            ("lighthouse", _) if self.coin.percent(1) => 31,
            ("ali_rtc" | "ali_live", "duration_pack" | "resource_plan") | ("ali_marketplace", _) => {
                self.coin.of(&[1, 1, 2])
            }
            _ => 1,
        };
        let asked_at = self.request(paid_at);
        self.pivots = vec![asked_at, asked_at, paid_at];
        for place in 0..orders {
            let id = format!("O{}-{}", self.number, place + 1);
            let own_paid_at = if place == 0 || orders > 5 { paid_at } else { self.near(paid_at) };
            self.order(&id, &account, own_paid_at, place, orders);
            let requests = if orders > 5 { 1 } else { self.coin.of(&[0, 1, 1, 1, 1, 2, 2, 3]) };
            for request in 0..requests {
                let at = if request == 0 && place == 0 { asked_at } else { self.another(asked_at) };
                self.refund(&id, &account, at, orders > 5 && place < 29);
            }
            self.usage(&id, if orders > 5 { 0 } else { 3 });
        }
        self.events(&account);
        self.sums();
        self.repeated_rows();
        let Self { mut own, scenario, .. } = self;
        for (into, from) in scenario.tables().into_iter().zip(own.tables()) {
            into.rows.append(&mut from.rows);
        }
    }

    // ---- times

    fn nudge(&mut self) -> i64 {
        match self.coin.within(0, 10) {
            0..6 => self.coin.of(&[-SECOND, 0, 0, SECOND]),
            6..8 => self.coin.of(&[-SECOND / 2, SECOND / 2, SECOND - 1, 1, -1]),
            _ => self.coin.within(-2 * DAY / SECOND, 2 * DAY / SECOND) * SECOND,
        }
    }

    fn near(&mut self, at: i64) -> i64 {
        let more = self.nudge();
        at + more + self.coin.of(&[0, 0, DAY, -DAY])
    }

    /// On any day, at the end of a month, at a change of versions, or lately.
    fn purchase(&mut self) -> i64 {
        let date = self.coin.of(self.item.dates);
        let change = clock::local(date.0, date.1, date.2, date.3, date.4, date.5);
        let lately = self.own.as_of - self.coin.within(0, 40 * DAY / SECOND) * SECOND;
        let at = match self.coin.within(0, 10) {
            0..3 => change + self.nudge() + self.coin.of(&[0, 0, -3 * DAY, -DAY, 10 * DAY]),
            3..6 => change + self.coin.within(0, 300 * DAY / SECOND) * SECOND,
            6..8 => {
                let (year, month, _) = clock::date_of(change + self.coin.within(0, 300) * DAY);
                let of_day = self.coin.of(&[0, 1, 8 * 3600, 12 * 3600 + 1, 24 * 3600 - 1]);
                clock::local(year, month, self.coin.within(27, 29), 0, 0, of_day)
                    + self.coin.within(0, 4) * DAY
            }
            _ => lately,
        };
        if self.own.as_of > clock::local(2028, 1, 1, 0, 0, 0) && self.coin.percent(70) { lately } else { at }
    }

    fn request(&mut self, paid_at: i64) -> i64 {
        match (self.item.package, self.coin.within(0, 4)) {
            ("service", 0) => return clock::months_later(paid_at, 3) + self.nudge(),
            // Undecided for some days when the question is asked.
            ("minute_pack", 0) => return self.own.as_of - self.coin.within(1, 7) * DAY + self.nudge(),
            _ => {}
        }
        if self.coin.percent(8) {
            // Past the fifth day by the hour, and not by the calendar.
            let rest = clock::midnight_after(paid_at, 6) - paid_at - 5 * DAY;
            return paid_at + 5 * DAY + self.coin.within(0, rest / SECOND) * SECOND;
        }
        let spot = match self.coin.within(0, 20) {
            0..8 => paid_at + self.coin.within(0, 5) * DAY,
            8..11 => paid_at + 5 * DAY,
            11..13 => paid_at + self.coin.of(&[7, 30]) * DAY,
            13 => paid_at + self.coin.of(&[29, 31, 59, 89, 180, 364, 365, 366]) * DAY,
            14..17 => clock::midnight_after(paid_at, self.coin.of(&[1, 5, 6, 6, 7])),
            17..19 => clock::months_later(paid_at, self.coin.of(&[1, 3, 3, 6, 12])),
            _ => {
                let date = self.coin.of(self.item.dates);
                clock::local(date.0, date.1, date.2, date.3, date.4, date.5)
            }
        };
        if self.calm && self.coin.percent(60) {
            return paid_at + self.coin.within(0, 5 * DAY / SECOND) * SECOND + self.coin.of(&[0, 0, 0, DAY]);
        }
        spot + self.nudge()
    }

    fn another(&mut self, at: i64) -> i64 {
        at + self.nudge() + self.coin.of(&[0, HOUR, DAY, DAY, 3 * DAY, 12 * DAY])
    }

    /// Around one of the instants that matter.
    fn around(&mut self) -> i64 {
        let pivots = self.pivots.clone();
        let pivot = self.coin.of(&pivots);
        match self.coin.within(0, 6) {
            0..4 => pivot + self.nudge(),
            4 => pivot + self.coin.of(&[-DAY, DAY, -3 * HOUR, 3 * HOUR]) + self.nudge(),
            _ => pivot + self.coin.within(-40 * DAY / SECOND, 20 * DAY / SECOND) * SECOND,
        }
    }

    /// After a request, which is where it makes no use of it.
    fn later(&mut self) -> i64 {
        let pivots = self.pivots.clone();
        let pivot = self.coin.of(&pivots);
        pivot + self.coin.of(&[0, SECOND, SECOND, HOUR, 5 * HOUR, DAY, 2 * DAY])
    }

    fn text(&mut self, at: i64) -> String {
        match self.coin.within(0, 60) {
            _ if self.calm => clock::text(at),
            0 => clock::minute_text(at),
            1 => clock::date_text(at),
            _ => clock::text(at),
        }
    }

    // ---- rows

    fn amount(&mut self) -> i128 {
        let cents = match self.coin.within(0, 11) {
            0..6 => self.coin.within(1, 100_000),
            6..8 => self.coin.within(1, 2_000) * 100,
            8..10 => self.coin.of(&[1, 1000, 10_000]),
            _ => return i128::from(self.coin.within(1, 50_000_000_000)),
        };
        i128::from(cents) * 1_000_000
    }

    fn order(&mut self, id: &str, account: &str, paid_at: i64, place: usize, orders: usize) {
        let item = self.item;
        let kind = match if self.calm { 0 } else { self.coin.within(0, 30) } {
            _ if place == 0 && orders > 1 && item.product == "ali_marketplace" => "renew",
            _ if orders > 1 => "new",
            0..22 => "new",
            22..26 => "renew",
            _ => self.coin.of(&["gift", "trial", "upgrade", "downgrade"]),
        };
        let payer = if self.coin.percent(20) { format!("P{}", self.number) } else { String::new() };
        let status = if self.calm && self.coin.percent(90) || self.coin.percent(60) {
            ""
        } else {
            self.coin.of(&["paid", "paid", "unpaid", "closed", "refunding", "refunded", "refunded"])
        };
        let mut paid: Vec<(&str, i128)> = Vec::new();
        for _ in 0..self.coin.within(1, 5) {
            let tender = if self.coin.percent(96) { self.coin.of(item.wallet) } else { self.coin.of(ALL) };
            if paid.iter().all(|(known, _)| *known != tender) {
                let amount = self.amount();
                paid.push((tender, amount));
            }
        }
        if self.coin.percent(15) {
            // Equal parts make ties.
            let first = paid[0].1;
            paid.iter_mut().for_each(|(_, sum)| *sum = first);
        }
        let total: i128 = paid.iter().map(|(_, sum)| sum).sum();
        let list_price = match self.coin.within(0, 10) {
            0 => None,
            1..5 => Some(total),
            5..7 => Some(total + self.amount()),
            _ => Some(self.amount()),
        };
        let months =
            if self.calm || self.coin.percent(70) { Some(self.coin.of(&[1_i64, 2, 3, 6, 12])) } else { None };
        let expires_at = match if self.calm { self.coin.within(1, 6) } else { self.coin.within(0, 8) } {
            0 => None,
            1..5 => Some(clock::months_later(paid_at, self.coin.of(&[1, 3, 6, 12]))),
            _ => Some(self.around()),
        };
        if let Some(end) = expires_at {
            self.pivots.push(end);
        }
        let start = match if self.calm { 0 } else { self.coin.within(0, 12) } {
            0..7 => None,
            7..9 => Some(paid_at),
            9 => Some(paid_at - SECOND),
            _ => Some(paid_at + self.coin.of(&[HOUR, DAY, 3 * DAY, 3 * DAY + SECOND])),
        };
        let period = match if self.calm { self.coin.of(&[0, 0, 0, 7]) } else { self.coin.within(0, 10) } {
            0..5 => (None, None),
            5 => (Some(paid_at), None),
            6 => (
                Some(clock::midnight_after(paid_at, 0)),
                Some(clock::midnight_after(clock::months_later(paid_at, 1), 0) - SECOND),
            ),
            7 => (Some(paid_at), Some(clock::months_later(paid_at, 1))),
            8 => (
                Some(paid_at + self.coin.of(&[HOUR, 2 * DAY, 4 * DAY])),
                Some(clock::months_later(paid_at, 12)),
            ),
            _ => (None, Some(paid_at)),
        };
        let delivered_at = if !self.calm && self.coin.percent(20) {
            Some(paid_at + self.coin.of(&[-SECOND, 0, HOUR, DAY]))
        } else {
            None
        };
        let chance = if self.calm { 5 } else { 20 };
        let license = |coin: &mut Coin, around: i64| if coin.percent(chance) { Some(around) } else { None };
        let (one, other) = (self.around(), self.around());
        let (license_at, linked_at) = (license(self.coin, one), license(self.coin, other));
        let times = [
            ("paid_at", Some(paid_at)),
            ("delivered_at", delivered_at),
            ("effective_at", start),
            ("expires_at", expires_at),
        ];
        let times = times.map(|(column, at)| (column, at.map_or(String::new(), |at| self.text(at))));
        let invoice = if self.calm { "" } else { self.coin.of(&["", "", "none", "issued", "returned"]) };
        let (gift, forbids) = (!self.calm && self.coin.percent(6), !self.calm && self.coin.percent(12));
        let instance = if item.product == "ali_marketplace" || self.coin.percent(20) {
            format!("I{}", self.number)
        } else {
            String::new()
        };
        let currency = self.currency;
        let site = if self.coin.percent(85) { "" } else { self.coin.of(&["intl", "cn"]) };
        let mut row = self.own.orders.add();
        row.set("order_id", id)
            .set("account_id", account)
            .set("payer_id", payer)
            .set("instance_id", instance);
        row.set("product", item.product)
            .set("package_type", item.package)
            .set("order_kind", kind)
            .set("status", status);
        row.set("site", site);
        row.set("currency", currency).set("invoice", invoice).set("gift", if gift { "true" } else { "" });
        row.set("promotion_forbids_refund", if forbids { "true" } else { "" });
        for (tender, sum) in paid {
            row.set(&format!("paid_{tender}"), clock::money(sum));
        }
        for (column, at) in times {
            row.set(column, at);
        }
        if let Some(list) = list_price {
            row.set("list_price", clock::money(list));
        }
        if let Some(months) = months {
            row.set("months", months.to_string());
        }
        for (column, at) in [
            ("period_start", period.0),
            ("period_end", period.1),
            ("license_activated_at", license_at),
            ("linked_license_activated_at", linked_at),
        ] {
            row.set(column, at.map_or(String::new(), clock::text));
        }
    }

    fn refund(&mut self, order: &str, account: &str, at: i64, plain: bool) {
        self.refunds += 1;
        let id = format!("R{}-{}", self.number, self.refunds);
        let status = if plain {
            "completed"
        } else {
            match self.coin.within(0, 20) {
                0..12 => "completed",
                12..15 => "rejected",
                15..17 => "approved",
                17..19 => "requested",
                _ => "cancelled",
            }
        };
        let delay = self.coin.of(&[
            0,
            SECOND,
            4 * 60 * SECOND,
            4 * 60 * SECOND,
            HOUR,
            DAY,
            2 * DAY,
            6 * DAY,
            10 * DAY,
        ]);
        let done = at + delay + if self.coin.percent(2) { -DAY } else { 0 };
        self.pivots.extend([at, done]);
        let bill = status == "completed" && !plain && self.coin.percent(14);
        let requested = if bill { clock::text(done) } else { self.text(at) };
        let decided = match status {
            "rejected" if self.coin.percent(60) => Some(done),
            "completed" | "approved" if self.coin.percent(20) => Some(at),
            _ => None,
        };
        let completed = match status {
            "completed" => Some(done),
            "rejected" if self.coin.percent(10) => Some(done),
            _ => None,
        };
        let arrived = if status == "completed" && self.coin.percent(25) {
            let days = self.coin.within(0, 8);
            let there =
                if self.coin.percent(50) { clock::midnight_after(done, days) } else { done + days * DAY };
            Some(there + self.coin.of(&[0, -SECOND, SECOND, HOUR]))
        } else {
            None
        };
        let reason = match status {
            "rejected" => self.coin.of(&[
                "",
                "late",
                "abuse",
                "suspected_refund_abuse",
                "恶意退款",
                "used",
                "billing_in_progress",
                "expired",
            ]),
            _ => "",
        };
        let to_account = match self.coin.within(0, 10) {
            _ if self.calm && self.coin.percent(80) => String::new(),
            0..4 => String::new(),
            4..7 => account.to_owned(),
            7..9 => format!("P{}", self.number),
            _ => "elsewhere".to_owned(),
        };
        let to_method = if self.coin.percent(20) {
            self.coin.of(&["cash", "balance", "bank_transfer", "alipay", "credit_card", "route 66"])
        } else {
            ""
        };
        let channel = if self.calm && self.coin.percent(60) {
            ""
        } else {
            self.coin.of(&["", "self_service", "self_service", "ticket", "ticket"])
        };
        let number = if status == "completed" && self.coin.percent(12) {
            format!("T{}-{}", self.number, self.coin.within(0, 2))
        } else {
            String::new()
        };
        let merged = !number.is_empty() && self.coin.percent(20);
        let currency = if self.coin.percent(3) { "EUR" } else { self.currency };
        let order = if self.coin.percent(1) && !plain { format!("{order}-lost") } else { order.to_owned() };
        let mut row = self.own.refunds.add();
        row.set("refund_id", id)
            .set("order_id", order)
            .set("requested_at", requested)
            .set("status", status)
            .set("reason", reason);
        row.set("to_account", to_account)
            .set("to_method", to_method)
            .set("channel", channel)
            .set("currency", currency);
        row.set("channel_txn", number).set("merged", if merged { "true" } else { "" });
        row.set("assumed", if bill { "requested_at" } else { "" });
        for (column, at) in [("decided_at", decided), ("completed_at", completed), ("arrived_at", arrived)] {
            row.set(column, at.map_or(String::new(), clock::text));
        }
    }

    fn usage(&mut self, order: &str, most: i64) {
        let minutes = self.item.package == "minute_pack";
        let rows = if self.coin.percent(if self.calm { 75 } else { 40 }) {
            0
        } else {
            self.coin.within(1, most + 1).min(most)
        };
        let mut last: Option<i128> = None;
        for place in 0..rows {
            let at = if self.calm && self.coin.percent(60) { self.later() } else { self.around() };
            let quantity = match (last, self.coin.within(0, 6)) {
                (Some(last), 0..2) => -last,
                (_, 0..3) => self.coin.of(&[100_000_000, -100_000_000, 100_000, 0, 1_000_000_000]),
                _ if minutes => {
                    let band =
                        self.coin.of(&[25_000_i128, 250_000, 1_000_000, 3_000_000, 1_589_256]) * 100_000_000;
                    band + self.coin.of(&[-100_000_000, -1, 0, 100_000_000])
                }
                _ => i128::from(self.coin.within(1, 40_000)) * 100_000_000,
            };
            last = Some(quantity);
            let start = if self.coin.percent(45) {
                let pivot = self.around();
                let before = at - self.coin.of(&[0, SECOND, HOUR, DAY, 2 * DAY]);
                Some(if self.coin.percent(40) { pivot } else { before })
            } else {
                None
            };
            let end = start
                .filter(|_| self.coin.percent(40))
                .map(|start| start + self.coin.of(&[0, SECOND, HOUR, DAY]));
            let raw = self.coin.percent(12);
            let product = match self.coin.within(0, 10) {
                0 => "another",
                1 => self.item.product,
                _ => "",
            };
            let posted = self.text(at);
            let mut row = self.own.usage.add();
            row.set("usage_id", format!("{order}-u{place}")).set("order_id", order).set("posted_at", posted);
            row.set("quantity", clock::money(quantity))
                .set("basis", if raw { "raw" } else { "" })
                .set("product", product);
            row.set("usage_start", start.map_or(String::new(), clock::text));
            row.set("usage_end", end.map_or(String::new(), clock::text));
        }
    }

    fn events(&mut self, account: &str) {
        if !self.own.has_events {
            return;
        }
        let service = self.item.package == "service";
        let kinds: &[&str] = match self.item.package {
            "service" => &[
                "service_requested",
                "service_requested",
                "service_completed",
                "service_delivered",
                "information_requested",
                "service_out_of_scope",
                "service_unlawful",
            ],
            "image_subscription" => &["image_in_use", "image_in_use", "account_suspended"],
            "rtc_engine_monthly" => &["account_suspended", "fee_frozen", "fee_frozen"],
            _ => &[
                "account_suspended",
                "account_suspended",
                "gift_granted",
                "billing_run",
                "fee_frozen",
                "account_overdue",
            ],
        };
        let orders: Vec<String> = (0..self.own.orders.rows.len())
            .map(|place| self.own.orders.cell(place, "order_id").to_owned())
            .collect();
        let count = if service { self.coin.within(0, 4) } else { self.coin.of(&[0, 0, 0, 1, 1, 2]) };
        for _ in 0..count {
            let kind = self.coin.of(kinds);
            let at = if service && self.coin.percent(40) {
                let pivots = self.pivots.clone();
                let months = self.coin.of(&[-3, 3]);
                clock::months_later(self.coin.of(&pivots), months) + self.nudge()
            } else {
                self.around()
            };
            let until = match self.coin.within(0, 5) {
                0 | 1 => None,
                2 => Some(self.around()),
                3 => Some(clock::months_later(at, 3) + self.nudge()),
                _ => Some(at + self.coin.of(&[0, SECOND, HOUR, DAY])),
            };
            let until = until.filter(|until| *until >= at);
            let reason = match kind {
                "account_suspended" => self.coin.of(&[
                    "violation",
                    "violation",
                    "content_violation",
                    "违规",
                    "overdue",
                    "欠费",
                    "",
                    "elsewhere",
                ]),
                "gift_granted" => "coupon",
                _ => "",
            };
            let amount = if ["fee_frozen", "gift_granted", "account_overdue"].contains(&kind) {
                clock::money(self.coin.of(&[2_000_000_000, 5_000_000_000, 100_000_000]))
            } else {
                String::new()
            };
            let order = orders
                [usize::try_from(self.coin.within(0, i64::try_from(orders.len()).unwrap_or(1))).unwrap_or(0)]
            .clone();
            let mut row = self.own.events.add();
            row.set("kind", kind)
                .set("at", clock::text(at))
                .set("until", until.map_or(String::new(), clock::text));
            row.set("reason", reason).set("amount", amount);
            match kind {
                "account_suspended" | "account_overdue" => row.set("account_id", account),
                "billing_run" => row.set("product", self.item.product),
                _ => row.set("order_id", order),
            };
        }
    }

    // ---- sums

    /// Gives each completed refund a sum: what is owed, or off it in one of the ways that people err.
    fn sums(&mut self) {
        for place in 0..self.own.refunds.rows.len() {
            let status = self.own.refunds.cell(place, "status").to_owned();
            if status != "completed" && !(status == "cancelled" && self.coin.percent(10)) {
                continue;
            }
            let order = self.own.refunds.cell(place, "order_id").to_owned();
            let Some(of) =
                (0..self.own.orders.rows.len()).find(|of| self.own.orders.cell(*of, "order_id") == order)
            else {
                self.own.refunds.row(place).set("refunded_cash", "12.34");
                continue;
            };
            let owed = self.owed(&order, place);
            let paid: Vec<i128> = ALL
                .iter()
                .map(|tender| clock::amount(self.own.orders.cell(of, &format!("paid_{tender}"))))
                .collect();
            let list = clock::amount(self.own.orders.cell(of, "list_price"));
            let mut back = self.off(&owed, &paid, list, place);
            let fee = (0..self.own.events.rows.len()).find(|event| {
                let own = |column: &str| self.own.events.cell(*event, column);
                own("kind") == "fee_frozen" && own("order_id") == order
            });
            if let Some(fee) = fee.filter(|_| self.coin.percent(40)) {
                // What was held back, counted as money that came back.
                back.clone_from(&owed);
                back.resize(ALL.len(), 0);
                back[0] += clock::amount(self.own.events.cell(fee, "amount"));
            }
            for (tender, sum) in ALL.iter().zip(back) {
                if sum > 0 {
                    self.own.refunds.row(place).set(&format!("refunded_{tender}"), clock::money(sum));
                }
            }
        }
    }

    /// What is owed to one refund alone, by tender.
    fn owed(&mut self, order: &str, place: usize) -> Vec<i128> {
        let mut alone = self.own.clone();
        alone.as_of = clock::local(2030, 1, 1, 0, 0, 0);
        let mut only = alone.refunds.rows.swap_remove(place);
        alone.refunds.rows = Vec::new();
        // A day more or less is how people err.
        alone.refunds.rows.push(std::mem::take(&mut only));
        let mut row = alone.refunds.row(0);
        row.set("status", "requested").set("assumed", "");
        let known = super::asked(self.oracle, &alone)
            .ok()
            .and_then(|answer| answer.outcomes.get(order).and_then(|outcome| outcome.owed));
        known.map_or_else(Vec::new, |owed| owed[..ALL.len()].to_vec())
    }

    fn off(&mut self, owed: &[i128], paid: &[i128], list: i128, place: usize) -> Vec<i128> {
        let unit = match self.currency {
            "JPY" => 100_000_000,
            "KWD" => 100_000,
            _ => 1_000_000,
        };
        let nothing = vec![0; ALL.len()];
        let total: i128 = owed.iter().sum();
        let mut back = if total == 0 { paid.to_vec() } else { owed.to_vec() };
        let largest = (0..back.len()).max_by_key(|tender| back[*tender]).unwrap_or(0);
        match self.coin.within(0, 24) {
            0..8 => {}
            8 => back[largest] = (back[largest] - unit).max(0),
            9 => back[largest] += unit,
            10 => back = back.iter().map(|sum| sum / 2 / unit * unit).collect(),
            11 => {
                back = nothing;
                back[0] = total;
            }
            12 => {
                back = nothing;
                back[0] = paid.iter().sum();
            }
            13 => back = paid.to_vec(),
            14 => {
                back = nothing;
                back[0] = list;
            }
            15 => {
                // The voucher too, beside less money.
                back[largest] = back[largest] / 2 / unit * unit;
                for kept in [3, 4, 5] {
                    back[kept] = paid[kept];
                }
            }
            16 => {
                let kept: i128 = [3, 4, 5].iter().map(|kept| paid[*kept]).sum();
                back[largest] += kept;
            }
            17 => {
                let moved = back[largest];
                back[largest] = 0;
                back[self.coin.of(&[0, 2, 6, 8, 9])] += moved;
            }
            18 => back[largest] += self.coin.of(&[2_000_000_000, 5_000_000_000, 100_000_000]),
            19 => back = back.iter().map(|sum| sum * 2).collect(),
            20 => back = nothing,
            21 => back[largest] += list - paid.iter().sum::<i128>(),
            22 => {
                // A day more or less of thirty.
                let base: i128 = paid.iter().sum();
                let day = self.coin.of(&[28, 29, 30, 31]);
                back[largest] += self.coin.of(&[-1, 1]) * (base / day / unit * unit);
            }
            _ if place > 0 => back = back.iter().map(|sum| sum / 3 / unit * unit).collect(),
            _ => back[largest] += i128::from(self.coin.within(1, 5)) * 100_000_000,
        }
        back.iter().map(|sum| (*sum).max(0)).collect()
    }

    /// The same row again, as it stood before, or in contradiction to itself.
    fn repeated_rows(&mut self) {
        if self.coin.percent(5) {
            let place = self.own.orders.rows.len() - 1;
            let earlier = self.own.orders.rows[place].clone();
            self.own.orders.rows.push(earlier);
            let mut row = self.own.orders.row(place + 1);
            match self.coin.within(0, 5) {
                0 => {}
                1 => {
                    row.set("status", "paid");
                }
                2 => {
                    row.set("delivered_at", "").set("expires_at", "");
                }
                3 => {
                    row.set("status", "refunding").set("list_price", "");
                }
                _ => {
                    row.set("paid_cash", "77.00");
                }
            }
        }
        if !self.own.refunds.rows.is_empty() && self.coin.percent(8) {
            let place = self.own.refunds.rows.len() - 1;
            let earlier = self.own.refunds.rows[place].clone();
            self.own.refunds.rows.push(earlier);
            let chance = self.coin.within(0, 6);
            let mut row = self.own.refunds.row(place + 1);
            match chance {
                0 => {}
                1 | 2 => {
                    row.set("status", "requested")
                        .set("decided_at", "")
                        .set("completed_at", "")
                        .set("arrived_at", "");
                    for tender in ALL {
                        row.set(&format!("refunded_{tender}"), "");
                    }
                }
                3 => {
                    row.set("status", "approved").set("completed_at", "").set("arrived_at", "");
                }
                4 => {
                    row.set("arrived_at", "");
                }
                _ => {
                    row.set("channel", "").set("to_account", "");
                }
            }
        }
        if !self.own.usage.rows.is_empty() && self.coin.percent(4) {
            let place = self.own.usage.rows.len() - 1;
            let again = self.own.usage.rows[place].clone();
            self.own.usage.rows.push(again);
            if self.coin.percent(50) {
                self.own.usage.row(place + 1).set("quantity", "0.5");
            }
        }
    }
}
