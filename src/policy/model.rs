//! The model of a policy: a closed set of parameters. What it cannot say gets a new named primitive
//! with a test, never an expression language.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    money::{Money, Rounding},
    record::{Channel, Order, OrderKind, Tender},
    time::{Instant, Interval, Offset},
};

/// One vendor text and what it rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its id, stable for ever.
    pub id: Arc<str>,
    /// Whose text it is.
    pub vendor: Arc<str>,
    /// For which of the vendor's sites.
    pub site: String,
    /// One line of what it covers.
    pub title: String,
    /// The vendor's clock, where a rule speaks of days.
    pub zone: Offset,
    /// The policy that it beats where both match.
    pub exception_to: Option<String>,
    /// The orders it is about.
    pub applies: Applies,
    /// Which instant picks the version.
    pub select_by: SelectBy,
    /// Its versions by effective date.
    pub versions: Vec<Version>,
    /// The file it was read from, as named.
    pub file: String,
}

/// The orders a policy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applies {
    /// Products.
    pub products: Vec<String>,
    /// Package types; `None` is all.
    pub package_types: Option<Vec<String>>,
    /// Package types that it is not about.
    pub package_types_not: Vec<String>,
    /// Order kinds; `None` is all.
    pub order_kinds: Option<Vec<OrderKind>>,
    /// Order kinds that the product does not have, so that a row of one is a data finding.
    pub impossible_order_kinds: Vec<OrderKind>,
}

impl Applies {
    /// Whether the policy is about that product and package, whatever an order did to it.
    #[must_use]
    pub fn covers_item(&self, product: &str, package_type: &str) -> bool {
        let is = |word: &String| *word == package_type;
        self.products.iter().any(|word| *word == product)
            && self.package_types.as_ref().is_none_or(|types| types.iter().any(is))
            && !self.package_types_not.iter().any(is)
    }

    /// Whether the policy is about orders of that kind for that product and package.
    #[must_use]
    pub fn covers(&self, product: &str, package_type: &str, kind: OrderKind) -> bool {
        self.covers_item(product, package_type)
            && self.order_kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether the policy is about that order.
    #[must_use]
    pub fn covers_order(&self, order: &Order) -> bool {
        self.covers(&order.product, &order.package_type, order.kind)
    }
}

/// Which instant picks the version in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectBy {
    /// That of the purchase: terms accepted with the order (K14).
    Purchase,
    /// That of the request (K13).
    Request,
}

impl SelectBy {
    /// The word in policy files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Request => "request",
        }
    }
}

/// The text as it stood from a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id within the policy.
    pub id: Arc<str>,
    /// When it is in force.
    pub effective: Interval,
    /// How sure the dates and the wording are: `high`, `medium`, `low`.
    pub confidence: String,
    /// Whether the vendor rolls it out step by step, so that a denial under the former rule is no fault.
    pub rollout_gradual: bool,
    /// Whether it is announced only: loaded, never applied.
    pub expected: bool,
    /// The version it repeats with changes, for the reader.
    pub like: Option<String>,
    /// Where the text stands.
    pub sources: Vec<Source>,
    /// What it rules.
    pub terms: Terms,
    /// Other readings of the same text.
    pub readings: Vec<Reading>,
}

/// Where a text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Address.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// The page's own stamp.
    pub stamp: String,
    /// When it was read.
    pub read_on: String,
    /// A remark.
    pub note: Option<String>,
    /// Title, stamp and address, as findings cite it.
    pub cited: Arc<str>,
}

/// A rule in our own words, and its place on the page; findings share them with their policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// The rule.
    pub text: Arc<str>,
    /// The place.
    pub place: Arc<str>,
}

/// A named alternative reading: the terms with one parameter changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its id.
    pub id: String,
    /// Why the text can be read so.
    pub why: String,
    /// The parameters it changes.
    pub set: BTreeMap<String, String>,
    /// The channel to which it is limited.
    pub channel: Option<Channel>,
    /// The terms under it.
    pub terms: Terms,
}

/// Everything a version rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Until when a refund may be requested; `None` where every package type has its own or none.
    pub window: Option<Window>,
    /// Windows of single package types.
    pub class_windows: BTreeMap<String, Window>,
    /// Whether use excludes a refund.
    pub usage: UsageTerms,
    /// How much is owed.
    pub amount: AmountTerms,
    /// What comes back and what is lost.
    pub tenders: TenderTerms,
    /// The one rounding.
    pub rounding: Rounding,
    /// Who gets the money.
    pub destination: Destination,
    /// How a refund may be asked for.
    pub channel: ChannelTerms,
    /// States that exclude a refund.
    pub exclusions: Vec<Exclusion>,
    /// States that must be mended first.
    pub preconditions: Vec<Precondition>,
    /// How often; stated, not judged yet.
    pub quota: Option<Quota>,
    /// How fast a request is decided.
    pub processing: Option<Deadline>,
    /// How fast money arrives.
    pub arrival: Option<Deadline>,
    /// What becomes of gifts.
    pub gifts: Option<GiftTerms>,
    /// What becomes of frozen fees.
    pub frozen: Option<FrozenTerms>,
    /// The vendor's right to say no.
    pub discretion: Option<Discretion>,
    /// What must hold at the purchase.
    pub purchase: Option<PurchaseTerms>,
}

impl Terms {
    /// The window of a package type.
    #[must_use]
    pub fn window_of(&self, package_type: &str) -> Option<&Window> {
        self.class_windows.get(package_type).or(self.window.as_ref())
    }
}

/// From when a window runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The payment.
    PaidAt,
    /// The delivery; the payment where the export has none.
    DeliveredAt,
    /// Taking effect; the payment where the export has none.
    EffectiveAt,
}

impl Anchor {
    /// Every anchor, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("paid_at", Self::PaidAt), ("delivered_at", Self::DeliveredAt), ("effective_at", Self::EffectiveAt)];
}

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many times 24 hours.
    Days(u32),
    /// Until the package expires.
    Validity,
    /// Without end.
    Unlimited,
    /// The page does not say: every outcome is open.
    Unstated,
}

/// Until when a refund may be requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// From when.
    pub anchor: Anchor,
    /// How long.
    pub length: Length,
    /// Whether the last instant itself still counts: one second more.
    pub end_inclusive: bool,
    /// Whether it goes on to the end of the local day.
    pub to_day_end: bool,
    /// The rule.
    pub clause: Clause,
}

/// Whether use excludes a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageTerms {
    /// Whether a posted deduction is use.
    pub deduction_excludes: bool,
    /// What of the package is meant, where the page says so.
    pub scope: Option<String>,
    /// The rule.
    pub clause: Clause,
}

/// What a computation starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedDays {
    /// Begun 24-hour units.
    Ceil24h,
    /// Difference of civil dates.
    DateDiff,
    /// Always five.
    Fixed5,
}

impl UsedDays {
    /// Every way, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 3] =
        [("ceil_24h", Self::Ceil24h), ("date_diff", Self::DateDiff), ("fixed_5", Self::Fixed5)];
}

/// What a share is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalDays {
    /// Days of the service period: as exported, else the term from the purchase day, month ends clipped.
    ServicePeriod,
    /// Days of the calendar month of the purchase.
    CalendarMonthOfPurchase,
    /// Thirty days a month.
    MonthsX30,
}

impl TotalDays {
    /// Every way, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("service_period", Self::ServicePeriod),
        ("calendar_month_of_purchase", Self::CalendarMonthOfPurchase),
        ("months_x_30", Self::MonthsX30),
    ];
}

/// A price band: from how much consumption on, and the price of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// First quantity of the band.
    pub from: u64,
    /// Price of a unit, an integer of 1e-8.
    pub price: Money,
}

/// How much is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// What was paid.
    Full,
    /// Paid × days left / days.
    ProrateDays {
        /// Days used.
        used: UsedDays,
        /// At least so many.
        used_min: i64,
        /// Days in all.
        total: TotalDays,
    },
    /// Paid − days used / days × list price.
    PaidMinusTimeShare {
        /// Days used.
        used: UsedDays,
        /// At least so many.
        used_min: i64,
        /// Days in all.
        total: TotalDays,
    },
    /// Paid − consumed × the price of the band the consumption falls in.
    PaidMinusConsumed {
        /// Bands by ascending start.
        tiers: Vec<Tier>,
    },
    /// Nothing.
    None,
}

impl Method {
    /// The word in policy files.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ProrateDays { .. } => "prorate_days",
            Self::PaidMinusTimeShare { .. } => "paid_minus_time_share",
            Self::PaidMinusConsumed { .. } => "paid_minus_consumed",
            Self::None => "none",
        }
    }

    /// Whether it gives back a part: a wrong sum is then a wrong proration.
    #[must_use]
    pub const fn prorates(&self) -> bool {
        !matches!(self, Self::Full | Self::None)
    }

    /// Whether the sum itself depends on what was consumed.
    #[must_use]
    pub const fn depends_on_consumption(&self) -> bool {
        matches!(self, Self::PaidMinusConsumed { .. })
    }
}

/// How much is owed, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountTerms {
    /// The method.
    pub method: Method,
    /// The rule.
    pub clause: Clause,
}

/// What comes back and what is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenderTerms {
    /// Tenders that come back, in the order that ties of a split follow.
    pub refundable: Vec<Tender>,
    /// Tenders that do not.
    pub lost: Vec<Tender>,
    /// The rule.
    pub clause: Clause,
}

/// Who gets the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The account that paid.
    Payer,
    /// The account that owns the order.
    Purchaser,
}

impl Receiver {
    /// Every receiver, with its word in policy files.
    pub const WORDS: [(&'static str, Self); 2] = [("payer", Self::Payer), ("purchaser", Self::Purchaser)];

    /// The word of the receiver.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Purchaser => "purchaser",
        }
    }
}

/// Who gets the money, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The account the page names.
    pub account: Receiver,
    /// Accounts that are accepted beside it.
    pub accept: Vec<Receiver>,
    /// The rule.
    pub clause: Clause,
}

/// How a refund may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTerms {
    /// The channels.
    pub allowed: Vec<Channel>,
    /// The rule.
    pub clause: Clause,
}

/// A state that excludes a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The state.
    pub predicate: Predicate,
    /// The package types it is about; empty is all.
    pub class: Vec<String>,
    /// The rule.
    pub clause: Clause,
}

/// States that exclude a refund: a closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// A giveaway or a trial.
    Gift,
    /// The owner's account is suspended at the request for one of these reasons.
    AccountSuspended {
        /// Reasons that count.
        reasons: Vec<String>,
    },
    /// The rules of the promotion forbid it.
    PromotionForbids,
    /// Its License is active at the request.
    LicenseActivated,
    /// A License tied to it is active at the request.
    LinkedLicenseActivated,
    /// It has expired at the request.
    Expired,
    /// It is one of these package types.
    PackageTypeIn {
        /// The package types.
        values: Vec<String>,
    },
    /// The image is in use at the request.
    ImageInUse,
    /// The service was completed.
    ServiceCompleted,
    /// The buyer asked for no service within so many months of the payment.
    NoServiceRequest {
        /// Calendar months.
        months: u32,
    },
    /// The buyer left a question unanswered for more than so many months.
    NoInformation {
        /// Calendar months.
        months: u32,
    },
    /// The buyer left a delivery without feedback for more than so many months.
    NoFeedback {
        /// Calendar months.
        months: u32,
    },
    /// What the buyer wanted went beyond the service.
    OutOfScopeDemand,
    /// What the buyer wanted broke the law.
    BuyerIllegality,
    /// A renewal alone.
    RenewalOnly,
}

/// A state that must be mended before money moves: a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The invoice was issued and not given back.
    InvoiceOutstanding,
}

/// A state that must be mended, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The state.
    pub condition: Condition,
    /// The rule.
    pub clause: Clause,
}

/// How often a refund is given. Stated, not judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So many.
    pub count: u32,
    /// For each of these together.
    pub per: Vec<String>,
    /// In which time.
    pub within: String,
    /// Whether one more is a mismatch or a review.
    pub hard: bool,
    /// The rule.
    pub clause: Clause,
}

/// A time limit in business days: it lasts to the end of the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Business days after the day on which it began.
    pub business_days: u32,
    /// Whether it is an expectation rather than a promise.
    pub soft: bool,
    /// The rule.
    pub clause: Clause,
}

/// What becomes of gifts that came with the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftTerms {
    /// The rule; they become void.
    pub clause: Clause,
}

/// What becomes of frozen fees: they are released when the refund is done and are no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenTerms {
    /// The rule.
    pub clause: Clause,
}

/// The vendor's right to say no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discretion {
    /// Reasons of a denial that the vendor reserved.
    pub reason_codes: Vec<String>,
    /// Whether a denial while a billing run of the product is in progress is lawful.
    pub lawful_during_billing_run: bool,
    /// The rule.
    pub clause: Clause,
}

/// What must hold at the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseTerms {
    /// Whether nothing may be bought while bills are overdue.
    pub forbidden_while_overdue: bool,
    /// The rule.
    pub clause: Clause,
}

impl Policy {
    /// The version in force for an order bought at `paid_at` and a request at `requested_at`.
    #[must_use]
    pub fn version_for(&self, paid_at: Instant, requested_at: Instant) -> Option<&Version> {
        self.version_at(match self.select_by {
            SelectBy::Purchase => paid_at,
            SelectBy::Request => requested_at,
        })
    }

    /// The version in force at an instant. Versions that are only expected are never in force.
    #[must_use]
    pub fn version_at(&self, at: Instant) -> Option<&Version> {
        self.versions.iter().find(|version| !version.expected && version.effective.contains(at))
    }
}
