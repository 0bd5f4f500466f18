//! Facts about accounts and orders that decide a rule.

use super::{AccountId, OrderId, SourceRef};
use crate::{money::Money, time::Instant};

/// What kind of fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The vendor stopped an account's services.
    AccountSuspended,
    /// The account owed money.
    AccountOverdue,
    /// A fee of the order was held back, until released.
    FeeFrozen,
    /// A gift came with the order, until voided.
    GiftGranted,
    /// The buyer asked for the service.
    ServiceRequested,
    /// The service was completed.
    ServiceCompleted,
    /// Something was delivered, until the buyer answered.
    ServiceDelivered,
    /// The buyer was asked for information, until answered.
    InformationRequested,
    /// What the buyer wanted went beyond the service.
    ServiceOutOfScope,
    /// What the buyer wanted broke the law.
    ServiceUnlawful,
    /// The image was in use.
    ImageInUse,
    /// A certificate was issued.
    CertificateIssued,
    /// A certificate was revoked.
    CertificateRevoked,
    /// The resource was switched from billing by use to a subscription.
    ConvertedFromPayg,
    /// The resource was transferred to another account.
    Transferred,
    /// An order on the resource waits for its payment.
    UnpaidOrder,
    /// The resource was recovered after it had been returned or isolated.
    Recovered,
    /// The resource was renewed.
    Renewed,
    /// Other resources depend on it.
    DependentResources,
    /// The purchase took effect.
    TookEffect,
    /// A paid image is attached to the resource.
    PaidImageAttached,
    /// The product was at fault.
    ProductFault,
    /// A caster is bound to the package.
    CasterBound,
    /// The account's finances are in trusteeship.
    Trusteeship,
    /// The account is the customer of a reseller or agent.
    ResellerCustomer,
    /// The account's currency is another than that of the order.
    CurrencyChanged,
    /// The product's bills were being made.
    BillingRun,
    /// A day on which nobody works.
    Holiday,
    /// A weekend day that is worked.
    Workday,
}

/// What an event is keyed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKey {
    /// `account_id`.
    Account,
    /// `order_id`.
    Order,
    /// `product`.
    Product,
    /// Nothing: it is about a day.
    Day,
}

impl EventKind {
    /// Every kind, with its word in exports.
    pub const WORDS: [(&'static str, Self); 29] = [
        ("account_suspended", Self::AccountSuspended),
        ("account_overdue", Self::AccountOverdue),
        ("fee_frozen", Self::FeeFrozen),
        ("gift_granted", Self::GiftGranted),
        ("service_requested", Self::ServiceRequested),
        ("service_completed", Self::ServiceCompleted),
        ("service_delivered", Self::ServiceDelivered),
        ("information_requested", Self::InformationRequested),
        ("service_out_of_scope", Self::ServiceOutOfScope),
        ("service_unlawful", Self::ServiceUnlawful),
        ("image_in_use", Self::ImageInUse),
        ("certificate_issued", Self::CertificateIssued),
        ("certificate_revoked", Self::CertificateRevoked),
        ("converted_from_payg", Self::ConvertedFromPayg),
        ("transferred", Self::Transferred),
        ("unpaid_order", Self::UnpaidOrder),
        ("recovered", Self::Recovered),
        ("renewed", Self::Renewed),
        ("dependent_resources", Self::DependentResources),
        ("took_effect", Self::TookEffect),
        ("paid_image_attached", Self::PaidImageAttached),
        ("product_fault", Self::ProductFault),
        ("caster_bound", Self::CasterBound),
        ("trusteeship", Self::Trusteeship),
        ("reseller_customer", Self::ResellerCustomer),
        ("currency_changed", Self::CurrencyChanged),
        ("billing_run", Self::BillingRun),
        ("holiday", Self::Holiday),
        ("workday", Self::Workday),
    ];

    /// The word of the kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// What it is keyed by.
    #[must_use]
    pub const fn key(self) -> EventKey {
        match self {
            Self::AccountSuspended
            | Self::AccountOverdue
            | Self::Trusteeship
            | Self::ResellerCustomer
            | Self::CurrencyChanged => EventKey::Account,
            Self::BillingRun => EventKey::Product,
            Self::Holiday | Self::Workday => EventKey::Day,
            _ => EventKey::Order,
        }
    }
}

/// One fact, from `at` until `until`; open where there is no end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// What kind.
    pub kind: EventKind,
    /// From when, or at which moment.
    pub from_at: Instant,
    /// Until when; open where empty.
    pub until_at: Option<Instant>,
    /// The account it is about.
    pub account_id: Option<AccountId>,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The product it is about.
    pub product: Option<Box<str>>,
    /// Why, or the kind of gift.
    pub reason: Option<Box<str>>,
    /// The sum held back, owed or given.
    pub amount: Option<Money>,
    /// Where it was read.
    pub at: SourceRef,
}

impl Event {
    /// Whether it holds at `at`: from its start until just before its end.
    #[must_use]
    pub fn holds_at(&self, at: Instant) -> bool {
        self.from_at <= at && self.until_at.is_none_or(|until| at < until)
    }
}
