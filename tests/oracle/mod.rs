//! A second, slow and plain calculation of what policy owes, to hold the program against.
//!
//! It shares nothing with the program, least of all its idea of policies as data: each of the thirteen
//! policies is a few lines of code here. Times are milliseconds since 1970 in UTC, money and quantities are
//! whole hundred-millionths, and there is nothing else than integers. Where several facts are missing at
//! once the vendors' texts do not say which to name, so [`Answer::reasons`] holds them all.

/// Milliseconds.
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Hundred-millionths in one whole.
pub(crate) const ONE: i128 = 100_000_000;

/// Means of payment, in the order of the export's columns.
pub(crate) const TENDERS: [&str; 12] = [
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

/// What is known of an order when a refund is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) product: &'static str,
    pub(crate) package_type: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) currency: &'static str,
    pub(crate) list_price: Option<i128>,
    pub(crate) paid: [i128; 12],
    pub(crate) paid_at: i64,
    pub(crate) effective_at: Option<i64>,
    pub(crate) period_start: Option<i64>,
    pub(crate) period_end: Option<i64>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) months: Option<i64>,
    pub(crate) gift: bool,
    pub(crate) promotion_forbids: bool,
    pub(crate) invoice: &'static str,
    pub(crate) license_at: Option<i64>,
    pub(crate) linked_license_at: Option<i64>,
    /// Posted at, quantity, whether it is a deduction.
    pub(crate) usage: Vec<(i64, i128, bool)>,
    pub(crate) events: Vec<Event>,
    /// The deduction export is complete from here to there; the end is outside.
    pub(crate) covered: (i64, i64),
}

/// A fact about the order or its account.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: &'static str,
    pub(crate) at: i64,
    pub(crate) until: Option<i64>,
    pub(crate) reason: &'static str,
}

/// What the oracle says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) eligibility: &'static str,
    /// For `no` every ground in order; for `unknown` all that is missing.
    pub(crate) reasons: Vec<&'static str>,
    pub(crate) policy: Option<(&'static str, &'static str)>,
    pub(crate) deadline: Option<i64>,
    /// By tender, where it is known.
    pub(crate) owed: Option<[i128; 12]>,
}

/// What policy says to a refund of the order that is asked for at `at`.
pub(crate) fn answer(order: &Order, at: i64) -> Answer {
    let bought = order.kind == "new";
    let bought_or_given = bought || order.kind == "gift" || order.kind == "trial";
    match (order.product, order.package_type) {
        ("mps", "transcode_general" | "transcode_tsc" | "resource_pack") if bought => mps(order, at),
        ("css", "traffic" | "transcode_standard" | "transcode_tsc") if bought_or_given => {
            css(order, at, true)
        }
        ("css", "traffic" | "transcode_standard" | "transcode_tsc") => no_policy(),
        ("css", _) if bought_or_given => css(order, at, false),
        ("trtc", "rtc_engine_monthly") if bought_or_given => rtc_engine(order, at),
        ("trtc", "call_monthly" | "conference_monthly" | "live_monthly") if bought => trtc_monthly(order, at),
        ("trtc", "minute_pack") if bought_or_given => minute_pack(order, at),
        ("vod", "package" | "starter_package") if bought => vod(order, at),
        ("cos", "resource_pack") if bought || order.kind == "renew" => cos(order, at),
        ("lighthouse", "instance" | "data_disk") if bought => lighthouse(order, at),
        ("ali_rtc", "duration_pack") if bought && at < local(2025, 8, 19, 0, 0, 0) => {
            // Before the special rule began, the general one has no version either.
            ali_rtc_pack(order, at)
        }
        ("ali_live" | "ali_vod" | "ali_mps" | "ali_rtc", "resource_plan" | "duration_pack") if bought => {
            resource_plan(order, at)
        }
        ("ali_live", "payg" | "queen_sdk_yearly" | "sdk_license") => live_items(order, at),
        (
            "ali_marketplace",
            "software" | "service" | "image_subscription" | "image_payg" | "tool_download" | "api",
        ) if bought || order.kind == "renew" => marketplace(order, at),
        _ => no_policy(),
    }
}

fn no_policy() -> Answer {
    Answer { eligibility: "unknown", reasons: vec!["no-policy"], policy: None, deadline: None, owed: None }
}

// ---- the policies

const TENCENT: [&str; 3] = ["cash", "commission", "free_credit"];
const TENCENT_LOST: [&str; 3] = ["voucher", "coupon", "offset"];
const LOST: [&str; 2] = ["voucher", "coupon"];

/// MPS-1 to 6: five days to the second, unused, all of it.
fn mps(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2022, 8, 9, 16, 34, 54) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-intl.mps.resource-pack", "2022-08-09"));
    sheet.too_late_from(order.paid_at + 5 * DAY);
    sheet.unused();
    sheet.settle(Sum::Full, &TENCENT, &TENCENT_LOST)
}

/// CSS-1 to 10. Traffic and transcoding packages have until the end of the fifth day after the purchase.
fn css(order: &Order, at: i64, extended: bool) -> Answer {
    if order.paid_at < local(2022, 12, 1, 0, 0, 0) {
        return no_policy();
    }
    let stamp = if order.paid_at < local(2025, 9, 12, 16, 15, 57) { "2022-12-22" } else { "2025-09-12" };
    let policy = if extended {
        ("tencent-intl.css.package", stamp)
    } else {
        ("tencent-intl.css.other-package", "2022-12-22")
    };
    let mut sheet = Sheet::new(order, at, policy);
    let evening = midnight_of(day_of(order.paid_at) + 6);
    let clock = order.paid_at + 5 * DAY;
    sheet.too_late_from(if extended && evening > clock { evening } else { clock });
    sheet.unused();
    sheet.not_given_away();
    sheet.not_suspended();
    sheet.settle(Sum::Full, &TENCENT, &TENCENT_LOST)
}

/// ENG-1 to 13: five days to the second, gifted minutes untouched, the days left of the month.
fn rtc_engine(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2023, 3, 1, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-intl.trtc.rtc-engine-monthly", "2024-01-17"));
    sheet.too_late_from(order.paid_at + 5 * DAY);
    sheet.unused();
    sheet.not_given_away();
    sheet.not_suspended();
    sheet.settle(Sum::DaysLeft, &TENCENT, &TENCENT_LOST)
}

/// Call, Conference and Live: five days to the second, all of it.
fn trtc_monthly(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2024, 4, 26, 15, 3, 35) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-intl.trtc.call-conference-live-monthly", "2024-04-26"));
    sheet.too_late_from(order.paid_at + 5 * DAY);
    sheet.unused();
    sheet.not_suspended();
    sheet.settle(Sum::Full, &TENCENT, &TENCENT_LOST)
}

/// Mainland minute packs: what was paid less the minutes at the price of their band, while the pack lives.
fn minute_pack(order: &Order, at: i64) -> Answer {
    if at < local(2020, 11, 1, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-cn.trtc.minute-pack-partial", "2020-11"));
    sheet.while_valid();
    sheet.not_given_away();
    sheet.no_promotion_forbids();
    sheet.needs_deductions = true;
    sheet.settle(Sum::LessMinutes, &["cash", "free_credit"], &LOST)
}

/// VOD: five days; from March 7, 2023 no starter packages; from March 28 the page is silent.
fn vod(order: &Order, at: i64) -> Answer {
    let version = match order.paid_at {
        early if early < local(2023, 1, 13, 0, 0, 0) => return no_policy(),
        first if first < local(2023, 3, 7, 0, 0, 0) => "2023-01-13",
        second if second < local(2023, 3, 28, 0, 0, 0) => "2023-03-07",
        _ => {
            return Answer {
                reasons: vec!["policy-silent"],
                policy: Some(("tencent-intl.vod.package", "2023-03-28")),
                ..no_policy()
            };
        }
    };
    let mut sheet = Sheet::new(order, at, ("tencent-intl.vod.package", version));
    sheet.too_late_from(order.paid_at + 5 * DAY);
    sheet.unused();
    sheet.not_activated(order.linked_license_at);
    if version == "2023-03-07" {
        sheet.not_one_of(&["starter_package"]);
    }
    sheet.settle(Sum::Full, &TENCENT, &TENCENT_LOST)
}

/// COS: unused and alive; what was paid less the list price of the days gone by, months having thirty.
fn cos(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2023, 7, 10, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-intl.cos.resource-pack", "2023-07-10"));
    sheet.while_valid();
    sheet.unused();
    sheet.no_promotion_forbids();
    sheet.settle(Sum::LessDays { thirty: true }, &["cash", "free_credit"], &LOST)
}

/// Lighthouse: alive; what was paid less the list price of the days gone by.
fn lighthouse(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2023, 6, 30, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("tencent-intl.lighthouse.instance", "2023-06-30"));
    sheet.while_valid();
    sheet.settle(Sum::LessDays { thirty: false }, &["cash", "free_credit"], &LOST)
}

/// ARTC-1 to 3: seven days from taking effect, the last instant included, not consumed, not expired.
fn ali_rtc_pack(order: &Order, at: i64) -> Answer {
    if at < local(2019, 8, 27, 18, 6, 19) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("alibaba-cn.rtc.duration-pack", "2019-08-27"));
    match order.effective_at {
        Some(effective_at) if effective_at < order.paid_at => sheet.lacks("time-order"),
        Some(effective_at) => sheet.too_late_from(effective_at + 7 * DAY + SECOND),
        None => sheet.too_late_from(order.paid_at + 7 * DAY + SECOND),
    }
    sheet.unused();
    sheet.not_expired();
    sheet.settle(Sum::Full, &["cash", "stored_value_card", "debit_card", "credit_card"], &LOST)
}

/// K13: five days, then thirty, then the whole validity, by the time of the request.
fn resource_plan(order: &Order, at: i64) -> Answer {
    let version = match at {
        early if early < local(2022, 1, 1, 0, 0, 0) => return no_policy(),
        first if first < local(2025, 8, 19, 0, 0, 0) => "5-days",
        second if second < local(2026, 1, 1, 10, 0, 0) => "30-days",
        _ => "validity",
    };
    let mut sheet = Sheet::new(order, at, ("alibaba.resource-plan", version));
    match version {
        "5-days" => sheet.too_late_from(order.paid_at + 5 * DAY + SECOND),
        "30-days" => sheet.too_late_from(order.paid_at + 30 * DAY + SECOND),
        _ => sheet.while_valid(),
    }
    sheet.unused();
    sheet.no_promotion_forbids();
    sheet.not_activated(order.linked_license_at);
    sheet.not_expired();
    sheet.settle(Sum::Full, &["cash", "stored_value_card", "debit_card", "credit_card", "paypal"], &LOST)
}

/// LIVE-5, 7, 9: never, but for a licence that is not switched on.
fn live_items(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2024, 1, 1, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("alibaba.live.not-refundable", "live-page"));
    sheet.not_one_of(&["payg", "queen_sdk_yearly"]);
    sheet.not_activated(order.license_at);
    sheet.settle(Sum::Full, &["cash", "stored_value_card", "debit_card", "credit_card", "paypal"], &LOST)
}

/// MKT-1 to 13: software and images for five days, services until they are done, the rest never.
fn marketplace(order: &Order, at: i64) -> Answer {
    if order.paid_at < local(2018, 1, 1, 0, 0, 0) {
        return no_policy();
    }
    let mut sheet = Sheet::new(order, at, ("alibaba.marketplace", "undated-copy"));
    if ["software", "image_subscription"].contains(&order.package_type) {
        sheet.too_late_from(order.paid_at + 5 * DAY + SECOND);
    }
    if order.package_type == "image_subscription" && order.during("image_in_use", at) {
        sheet.against("refund-image-in-use");
    }
    sheet.not_one_of(&["image_payg", "tool_download", "api"]);
    if order.package_type == "service" {
        if order.happened("service_completed", at) {
            sheet.against("refund-service-completed");
        }
        let limit = months_later(order.paid_at, 3);
        if at > limit && !order.happened("service_requested", limit) {
            sheet.against("refund-service-neglected");
        }
        for waiting in ["information_requested", "service_delivered"] {
            for event in order.events.iter().filter(|event| event.kind == waiting) {
                let limit = months_later(event.at, 3);
                if at > limit && event.until.is_none_or(|until| until > limit) {
                    sheet.against("refund-service-neglected");
                }
            }
        }
        if order.happened("service_out_of_scope", at) || order.happened("service_unlawful", at) {
            sheet.against("refund-service-buyer-cause");
        }
    }
    if order.kind == "renew" {
        sheet.against("refund-renewal-only");
    }
    if order.invoice == "issued" {
        sheet.against("refund-invoice-not-returned");
    }
    sheet.settle(Sum::Full, &["cash", "stored_value_card", "debit_card", "credit_card", "alipay"], &LOST)
}

// ---- the working sheet of one question

impl Order {
    /// Whether an event of that kind holds at an instant.
    fn during(&self, kind: &str, at: i64) -> bool {
        self.events
            .iter()
            .any(|event| event.kind == kind && event.at <= at && event.until.is_none_or(|until| at < until))
    }

    /// Whether an event of that kind was there by an instant.
    fn happened(&self, kind: &str, by: i64) -> bool {
        self.events.iter().any(|event| event.kind == kind && event.at <= by)
    }

    /// What was deducted by an instant, reversals taken off.
    fn deducted(&self, by: i64) -> i128 {
        let posted = self.usage.iter().filter(|(at, _, is_deduction)| *is_deduction && *at <= by);
        posted.map(|(_, quantity, _)| quantity).sum()
    }

    /// When it expires: as exported, otherwise with its period, otherwise its months after the payment.
    fn expiry(&self) -> Option<i64> {
        let months = self.months.or_else(|| self.package_type.ends_with("_monthly").then_some(1));
        let by_months = || Some(months_later(self.paid_at, months?));
        let ends_a_day = |end: i64| (end + SECOND + EIGHT_HOURS).rem_euclid(DAY) == 0;
        let by_period = self.period_end.map(|end| if ends_a_day(end) { end + SECOND } else { end });
        self.expires_at.or(by_period).or_else(by_months)
    }

    fn paid_by(&self, tender: &str) -> i128 {
        self.paid[index_of(tender)]
    }
}

fn index_of(tender: &str) -> usize {
    TENDERS.iter().position(|known| *known == tender).expect("a tender of the list")
}

/// How much comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sum {
    Full,
    DaysLeft,
    LessDays { thirty: bool },
    LessMinutes,
}

struct Sheet<'o> {
    order: &'o Order,
    at: i64,
    policy: (&'static str, &'static str),
    grounds: Vec<&'static str>,
    lacking: Vec<&'static str>,
    deadline: Option<i64>,
    needs_deductions: bool,
}

impl<'o> Sheet<'o> {
    fn new(order: &'o Order, at: i64, policy: (&'static str, &'static str)) -> Self {
        let mut sheet = Self {
            order,
            at,
            policy,
            grounds: Vec::new(),
            lacking: Vec::new(),
            deadline: None,
            needs_deductions: false,
        };
        if at < order.paid_at {
            sheet.against("refund-before-purchase");
        }
        if order.status == "unpaid" || order.status == "closed" {
            sheet.against("refund-of-unpaid-order");
        }
        sheet
    }

    fn against(&mut self, ground: &'static str) {
        if !self.grounds.contains(&ground) {
            self.grounds.push(ground);
        }
    }

    fn lacks(&mut self, what: &'static str) {
        if !self.lacking.contains(&what) {
            self.lacking.push(what);
        }
    }

    fn too_late_from(&mut self, end: i64) {
        self.deadline = Some(end);
        if self.at >= end {
            self.against("refund-out-of-window");
        }
    }

    fn while_valid(&mut self) {
        self.deadline = self.order.expiry();
        self.not_expired();
    }

    fn not_expired(&mut self) {
        match self.order.expiry() {
            Some(expires_at) if self.at >= expires_at => self.against("refund-after-expiry"),
            Some(_) => {}
            None => self.lacks("missing-field"),
        }
    }

    fn unused(&mut self) {
        self.needs_deductions = true;
        if self.order.deducted(self.at) > 0 {
            self.against("refund-after-deduction");
        }
    }

    fn not_given_away(&mut self) {
        if self.order.gift || self.order.kind == "gift" || self.order.kind == "trial" {
            self.against("refund-of-giveaway");
        }
    }

    fn not_suspended(&mut self) {
        let at = self.at;
        let stopped = self.order.events.iter().any(|event| {
            event.kind == "account_suspended"
                && event.reason == "violation"
                && event.at <= at
                && event.until.is_none_or(|until| at < until)
        });
        if stopped {
            self.against("refund-while-suspended");
        }
    }

    fn no_promotion_forbids(&mut self) {
        if self.order.promotion_forbids {
            self.against("refund-forbidden-by-promotion");
        }
    }

    fn not_activated(&mut self, license_at: Option<i64>) {
        if license_at.is_some_and(|activated| activated <= self.at) {
            self.against("refund-license-activated");
        }
    }

    fn not_one_of(&mut self, package_types: &[&str]) {
        if package_types.contains(&self.order.package_type) {
            self.against("refund-not-refundable-item");
        }
    }

    /// The answer: no with a ground, unknown where something is lacking, else the sum and its split.
    fn settle(mut self, sum: Sum, refundable: &[&str], lost: &[&str]) -> Answer {
        let (policy, deadline) = (Some(self.policy), self.deadline);
        if !self.grounds.is_empty() {
            let owed = Some([0; 12]);
            return Answer { eligibility: "no", reasons: self.grounds, policy, deadline, owed };
        }
        let (from, to) = self.order.covered;
        let covered =
            from <= self.order.paid_at && self.order.paid_at < to && from <= self.at && self.at < to;
        if self.needs_deductions && !covered {
            self.lacks("usage-coverage-gap");
        }
        let paid_otherwise = TENDERS.iter().any(|tender| {
            self.order.paid_by(tender) != 0 && !refundable.contains(tender) && !lost.contains(tender)
        });
        if paid_otherwise {
            self.lacks("unknown-tender");
        }
        let cent = match self.order.currency {
            "USD" | "CNY" => Some(ONE / 100),
            "JPY" => Some(ONE),
            "KWD" => Some(ONE / 1000),
            _ => None,
        };
        if cent.is_none() {
            self.lacks("currency-unknown");
        }
        let exact = self.exact(sum, refundable);
        if exact.is_none() {
            self.lacks("missing-field");
        }
        let (Some(cent), Some((above, below)), true) = (cent, exact, self.lacking.is_empty()) else {
            return Answer { eligibility: "unknown", reasons: self.lacking, policy, deadline, owed: None };
        };
        let half_up = matches!(sum, Sum::LessDays { .. });
        let owed = if sum == Sum::Full {
            let mut owed = [0; 12];
            for tender in refundable {
                owed[index_of(tender)] = self.order.paid_by(tender);
            }
            owed
        } else {
            let cents = if above <= 0 {
                0
            } else if half_up {
                (2 * above + below * cent) / (2 * below * cent)
            } else {
                above / (below * cent)
            };
            self.split(cents, cent, refundable)
        };
        Answer { eligibility: "yes", reasons: Vec::new(), policy, deadline, owed: Some(owed) }
    }

    /// The exact sum as a fraction; nothing where the export does not carry it.
    fn exact(&self, sum: Sum, refundable: &[&str]) -> Option<(i128, i128)> {
        let order = self.order;
        let base: i128 = refundable.iter().map(|tender| order.paid_by(tender)).sum();
        let start = order.effective_at.or(order.period_start).unwrap_or(order.paid_at);
        let begun = (self.at - start + DAY - 1).div_euclid(DAY);
        // Before the term starts nothing of it is used; after it, no more than all of it.
        let used = match begun {
            _ if self.at < start => 0,
            0 => 1,
            begun => i128::from(begun),
        };
        match sum {
            Sum::Full => Some((base, 1)),
            Sum::DaysLeft => {
                let days = self.days_of_term()?;
                Some((base * (days - used.min(days)), days))
            }
            Sum::LessDays { thirty } => {
                let days = if thirty { i128::from(self.months()?) * 30 } else { self.days_of_term()? };
                Some((base * days - order.list_price? * used.min(days), days))
            }
            Sum::LessMinutes => {
                let minutes = match order.deducted(self.at) {
                    reversed if reversed < 0 => 0,
                    minutes => minutes,
                };
                let price = match minutes / ONE {
                    0..25_000 => 700_000,
                    25_000..250_000 => 672_000,
                    250_000..1_000_000 => 635_200,
                    1_000_000..3_000_000 => 596_800,
                    _ => 562_934,
                };
                Some((base * ONE - minutes * price, ONE))
            }
        }
    }

    /// Monthly packages run for one month where nothing else is said.
    fn months(&self) -> Option<i64> {
        self.order.months.or_else(|| self.order.package_type.ends_with("_monthly").then_some(1))
    }

    /// Days from the start of the term to its end: as exported, else the months from the purchase.
    fn days_of_term(&self) -> Option<i128> {
        let bought_on = day_of(self.order.paid_at);
        let days = match self.order.period_end {
            // An end in the last second of a day means that all of that day is inside.
            Some(end) => day_of(end + SECOND) - self.order.period_start.map_or(bought_on, day_of),
            None => day_of(months_later(self.order.paid_at, self.months()?)) - bought_on,
        };
        (days > 0).then_some(i128::from(days))
    }

    /// Cents over tenders by what was paid in each: the larger remainder first, then the earlier tender.
    fn split(&self, cents: i128, cent: i128, refundable: &[&str]) -> [i128; 12] {
        let mut owed = [0; 12];
        let base: i128 = refundable.iter().map(|tender| self.order.paid_by(tender)).sum();
        if cents == 0 || base == 0 {
            return owed;
        }
        let mut left = cents;
        for tender in refundable {
            let part = cents * self.order.paid_by(tender) / base;
            owed[index_of(tender)] = part;
            left -= part;
        }
        let mut served = Vec::new();
        while left > 0 {
            let mut best: Option<(&str, i128)> = None;
            for tender in refundable.iter().filter(|tender| !served.contains(*tender)) {
                let rest = cents * self.order.paid_by(tender) % base;
                if best.is_none_or(|(_, most)| rest > most) {
                    best = Some((tender, rest));
                }
            }
            let (tender, _) = best.expect("fewer cents are left than there are tenders");
            owed[index_of(tender)] += 1;
            served.push(tender);
            left -= 1;
        }
        owed.map(|cents| cents * cent)
    }
}

// ---- the calendar at +08:00

const EIGHT_HOURS: i64 = 8 * HOUR;

/// The instant of a local date and time.
pub(crate) fn local(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> i64 {
    midnight_of(days_from_civil(year, month, day)) + hour * HOUR + minute * 60 * SECOND + second * SECOND
}

/// The local day of an instant, counted from 1970-01-01.
pub(crate) fn day_of(at: i64) -> i64 {
    (at + EIGHT_HOURS).div_euclid(DAY)
}

/// The instant at which a local day begins.
pub(crate) fn midnight_of(day: i64) -> i64 {
    day * DAY - EIGHT_HOURS
}

/// The same local time some months later; the last day of the month where it is too short.
pub(crate) fn months_later(at: i64, months: i64) -> i64 {
    let (year, month, day) = civil_from_days(day_of(at));
    let count = year * 12 + (month - 1) + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    let mut day = day;
    while !exists(year, month, day) {
        day -= 1;
    }
    midnight_of(days_from_civil(year, month, day)) + (at - midnight_of(day_of(at)))
}

fn exists(year: i64, month: i64, day: i64) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day <= days
}

/// Days from 1970-01-01 to a date: whole years, whole months, days, one by one.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    let mut days = 365 * before + leap_days - 719_162;
    for earlier in 1..month {
        days += (28..=31).rev().find(|&day| exists(year, earlier, day)).expect("a month has 28 days");
    }
    days + day - 1
}

/// Year, month and day of a count of days from 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 12;
    while days_from_civil(year, month, 1) > days {
        month -= 1;
    }
    (year, month, days - days_from_civil(year, month, 1) + 1)
}
