//! What the made-up vendors sell, and what a refund of it comes to.
//!
//! Each line is what the vendor's page says of one kind of package, written down here by hand and apart
//! from `data/policies`.

use super::{
    clock::Stamp,
    coin::{
        CNY, Coin, EUR, JPY, KWD, SGD, Sums, USD, USD_FINE, days_begun, minute_price, paid_less_minutes,
        paid_less_time, share_down,
    },
};
use crate::record::Tender::{
    self, Alipay, Cash, Commission, Coupon, CreditCard, DebitCard, FreeCredit, Offset, Paypal,
    StoredValueCard, Voucher,
};

/// How much comes back while nothing stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// All that was paid in refundable tenders.
    Full,
    /// Of that, the share of the days left of the month, cut down.
    DaysLeft,
    /// That, less the list price of the days used of months of 30 days.
    LessMonthsOf30,
    /// That, less the list price of the days used of the term.
    LessTerm,
    /// That, less the price of the minutes consumed.
    LessMinutes,
}

/// Why an order that nobody asked about cannot be claimed at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Its window is over, or there never was one.
    Clock,
    /// It was deducted from.
    Deducted,
    /// It has expired.
    Expired,
    /// All it was worth is consumed.
    Consumed,
    /// Its License is active.
    Licensed,
    /// Its service was completed.
    Served,
}

/// One kind of package.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) product: &'static str,
    pub(super) package_type: &'static str,
    /// From when on it is bought here, so that one rule holds for all of it.
    pub(super) from: Stamp,
    /// Until when.
    pub(super) until: Stamp,
    /// Tenders that come back, in the order in which ties of a split are settled.
    pub(super) refundable: &'static [Tender],
    /// Tenders that do not.
    pub(super) lost: &'static [Tender],
    pub(super) coins: &'static [Coin],
    pub(super) sum: Sum,
    /// The channels on offer, the usual one first.
    pub(super) channels: &'static [&'static str],
    /// Length of the term in months; zero where there is none.
    pub(super) months: i64,
    /// Whether one deduction ends the right to a refund.
    pub(super) unused_only: bool,
    /// Whether the money goes to the owner rather than to the payer.
    pub(super) to_owner: bool,
    pub(super) rest: Rest,
    pub(super) unit: &'static str,
}

impl Line {
    /// What came in by tenders that come back.
    pub(super) fn base(&self, paid: &Sums) -> i64 {
        self.refundable.iter().map(|&tender| paid[tender as usize]).sum()
    }

    /// What comes back for a request `seconds` after the payment, of a term of `days` days, where
    /// `minutes` were consumed.
    pub(super) fn comes_back(&self, paid: &Sums, list: i64, seconds: i64, days: i64, minutes: i64) -> i64 {
        let base = self.base(paid);
        match self.sum {
            Sum::Full => base,
            Sum::DaysLeft => share_down(base, days - days_begun(seconds), days),
            Sum::LessMonthsOf30 => paid_less_time(base, list, days_begun(seconds), self.months * 30),
            Sum::LessTerm => paid_less_time(base, list, days_begun(seconds), days),
            Sum::LessMinutes => paid_less_minutes(base, minutes, minute_price(minutes)),
        }
    }
}

/// The first day of purchases whose time the deductions cover.
const FIRST: Stamp = Stamp::on(2020, 6, 10);
/// The last purchases of a whole set.
const LAST: Stamp = Stamp::on(2026, 8, 1);

const CONSOLE: &[&str] = &["self_service"];
const TICKET: &[&str] = &["ticket"];
const BOTH: &[&str] = &["self_service", "ticket"];
const WIDE: &[Coin] = &[USD, USD, EUR, JPY, SGD, USD_FINE, KWD];
const WHOLE: &[Coin] = &[USD, USD, EUR, JPY, SGD];
const HOME: &[Coin] = &[CNY];

pub(super) const CSS_TRAFFIC: Line = Line {
    product: "css",
    package_type: "traffic",
    from: Stamp::on(2022, 12, 1),
    until: LAST,
    refundable: &[Cash, Commission, FreeCredit],
    lost: &[Voucher, Coupon, Offset],
    coins: WIDE,
    sum: Sum::Full,
    channels: BOTH,
    months: 0,
    unused_only: true,
    to_owner: false,
    rest: Rest::Clock,
    unit: "GB",
};
pub(super) const CSS_STANDARD: Line =
    Line { package_type: "transcode_standard", unit: "minute", ..CSS_TRAFFIC };
pub(super) const CSS_TSC: Line = Line { package_type: "transcode_tsc", unit: "minute", ..CSS_TRAFFIC };
pub(super) const CSS_OTHER: Line =
    Line { package_type: "recording", channels: TICKET, unit: "channel", ..CSS_TRAFFIC };

pub(super) const MPS_GENERAL: Line = Line {
    product: "mps",
    package_type: "transcode_general",
    from: Stamp::on(2022, 8, 10),
    to_owner: true,
    unit: "minute",
    ..CSS_TRAFFIC
};
pub(super) const MPS_PACK: Line = Line { package_type: "resource_pack", ..MPS_GENERAL };

pub(super) const CALL: Line = Line {
    product: "trtc",
    package_type: "call_monthly",
    from: Stamp::on(2024, 4, 27),
    channels: TICKET,
    months: 1,
    unit: "minute",
    ..CSS_TRAFFIC
};
pub(super) const CONFERENCE: Line = Line { package_type: "conference_monthly", ..CALL };
pub(super) const LIVE: Line = Line { package_type: "live_monthly", ..CALL };
pub(super) const ENGINE: Line = Line {
    package_type: "rtc_engine_monthly",
    from: Stamp::on(2023, 3, 1),
    coins: WHOLE,
    sum: Sum::DaysLeft,
    ..CALL
};
pub(super) const MINUTES: Line = Line {
    package_type: "minute_pack",
    from: Stamp::on(2020, 11, 1),
    refundable: &[Cash, FreeCredit],
    lost: &[Voucher, Coupon],
    coins: HOME,
    sum: Sum::LessMinutes,
    months: 12,
    unused_only: false,
    rest: Rest::Consumed,
    ..CALL
};

pub(super) const VOD_PACKAGE: Line = Line {
    product: "vod",
    package_type: "package",
    from: Stamp::on(2023, 1, 13),
    until: Stamp::on(2023, 3, 20),
    channels: CONSOLE,
    ..CSS_TRAFFIC
};
pub(super) const VOD_STARTER: Line = Line { package_type: "starter_package", ..VOD_PACKAGE };

pub(super) const COS: Line = Line {
    product: "cos",
    package_type: "resource_pack",
    from: Stamp::on(2023, 7, 10),
    refundable: &[Cash, FreeCredit],
    lost: &[Voucher, Coupon],
    coins: WHOLE,
    sum: Sum::LessMonthsOf30,
    channels: CONSOLE,
    months: 6,
    rest: Rest::Deducted,
    ..CSS_TRAFFIC
};
pub(super) const LIGHTHOUSE: Line = Line {
    product: "lighthouse",
    package_type: "instance",
    from: Stamp::on(2023, 6, 30),
    sum: Sum::LessTerm,
    unused_only: false,
    rest: Rest::Expired,
    ..COS
};
pub(super) const DATA_DISK: Line = Line { package_type: "data_disk", months: 3, ..LIGHTHOUSE };

pub(super) const PLAN_LIVE: Line = Line {
    product: "ali_live",
    package_type: "resource_plan",
    from: Stamp::on(2022, 1, 1),
    refundable: &[Cash, StoredValueCard, DebitCard, CreditCard, Paypal],
    lost: &[Voucher, Coupon],
    coins: WIDE,
    channels: CONSOLE,
    months: 12,
    rest: Rest::Deducted,
    ..CSS_TRAFFIC
};
pub(super) const PLAN_VOD: Line = Line { product: "ali_vod", ..PLAN_LIVE };
pub(super) const PLAN_MPS: Line = Line { product: "ali_mps", unit: "minute", ..PLAN_LIVE };
pub(super) const PLAN_RTC: Line = Line { product: "ali_rtc", unit: "minute", ..PLAN_LIVE };
pub(super) const PACK_RTC: Line = Line {
    product: "ali_rtc",
    package_type: "duration_pack",
    from: FIRST,
    // A request nine days later is still ruled by the line's own policy.
    until: Stamp::on(2025, 8, 9),
    refundable: &[Cash, StoredValueCard, DebitCard, CreditCard],
    coins: HOME,
    channels: BOTH,
    unit: "minute",
    ..PLAN_LIVE
};

pub(super) const SDK_LICENSE: Line = Line {
    package_type: "sdk_license",
    from: Stamp::on(2024, 1, 1),
    channels: BOTH,
    months: 0,
    unused_only: false,
    rest: Rest::Licensed,
    ..PLAN_LIVE
};
pub(super) const BY_USE: Line = Line { package_type: "payg", rest: Rest::Clock, ..SDK_LICENSE };
pub(super) const QUEEN: Line = Line { package_type: "queen_sdk_yearly", ..BY_USE };

pub(super) const SOFTWARE: Line = Line {
    product: "ali_marketplace",
    package_type: "software",
    from: FIRST,
    refundable: &[Cash, StoredValueCard, DebitCard, CreditCard, Alipay],
    lost: &[Voucher, Coupon],
    coins: HOME,
    channels: BOTH,
    unused_only: false,
    unit: "call",
    ..CSS_TRAFFIC
};
pub(super) const SERVICE: Line = Line { package_type: "service", rest: Rest::Served, ..SOFTWARE };
pub(super) const IMAGE: Line = Line { package_type: "image_subscription", ..SOFTWARE };
pub(super) const IMAGE_BY_USE: Line = Line { package_type: "image_payg", ..SOFTWARE };
pub(super) const TOOL: Line = Line { package_type: "tool_download", ..SOFTWARE };
pub(super) const API: Line = Line { package_type: "api", ..SOFTWARE };

/// A product that no policy is about.
pub(super) const OTHER: Line = Line { product: "cdn", package_type: "traffic", from: FIRST, ..CSS_TRAFFIC };

/// Every kind that comes back under some condition.
pub(super) const REFUNDABLE: &[&Line] = &[
    &CSS_TRAFFIC,
    &CSS_STANDARD,
    &CSS_TSC,
    &CSS_OTHER,
    &MPS_GENERAL,
    &MPS_PACK,
    &CALL,
    &CONFERENCE,
    &LIVE,
    &ENGINE,
    &MINUTES,
    &VOD_PACKAGE,
    &COS,
    &LIGHTHOUSE,
    &DATA_DISK,
    &PLAN_LIVE,
    &PLAN_VOD,
    &PLAN_MPS,
    &PLAN_RTC,
    &PACK_RTC,
    &SDK_LICENSE,
    &SOFTWARE,
    &SERVICE,
    &IMAGE,
];

/// Kinds of which no refund is made up, but for a fault.
pub(super) const NEVER: &[&Line] = &[&BY_USE, &QUEEN, &IMAGE_BY_USE, &TOOL, &API, &VOD_STARTER, &OTHER];
