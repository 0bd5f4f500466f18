//! A purchase, and how it was paid.

use std::{cmp::Ordering, sync::Arc};

use super::{AccountId, Assumed, InstanceId, OrderId, PaymentId, SourceRef, Tenders};
use crate::{
    money::{Money, Quantity},
    time::{Instant, Moment},
};

/// What an order did to its package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKind {
    /// A first purchase.
    New,
    /// An extension of one.
    Renew,
    /// A change to something larger.
    Upgrade,
    /// A change to something smaller.
    Downgrade,
    /// A trial.
    Trial,
    /// Given away.
    Gift,
}

impl OrderKind {
    /// Every kind, with its word in exports and policy files.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("new", Self::New),
        ("renew", Self::Renew),
        ("upgrade", Self::Upgrade),
        ("downgrade", Self::Downgrade),
        ("trial", Self::Trial),
        ("gift", Self::Gift),
    ];

    /// The word of the kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// What the export says became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Paid and alive.
    Paid,
    /// Never paid.
    Unpaid,
    /// Cancelled before payment.
    Closed,
    /// A refund is under way.
    Refunding,
    /// Refunded.
    Refunded,
}

impl OrderStatus {
    /// Every status, with its word in exports.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("paid", Self::Paid),
        ("unpaid", Self::Unpaid),
        ("closed", Self::Closed),
        ("refunding", Self::Refunding),
        ("refunded", Self::Refunded),
    ];

    /// The word of the status.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }
}

/// What became of the invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invoice {
    /// None was issued.
    None,
    /// Issued, and still with the buyer.
    Issued,
    /// Issued and given back.
    Returned,
}

impl Invoice {
    /// Every state, with its word in exports.
    pub const WORDS: [(&'static str, Self); 3] =
        [("none", Self::None), ("issued", Self::Issued), ("returned", Self::Returned)];
}

/// A purchase. `None` is what the export leaves empty: unknown or none, never zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// Where it was read.
    pub at: SourceRef,
    /// Its key.
    pub order_id: OrderId,
    /// The package or resource it bought.
    pub instance_id: Option<InstanceId>,
    /// The owner.
    pub account_id: AccountId,
    /// Who paid; the owner where the export does not say.
    pub payer_id: AccountId,
    /// Word of the policies' `applies`.
    pub product: Arc<str>,
    /// Word of the policies' `applies`.
    pub package_type: Arc<str>,
    /// What it did to its package.
    pub kind: OrderKind,
    /// What became of it, where the export says so.
    pub status: Option<OrderStatus>,
    /// The price before discounts.
    pub list_price: Option<Money>,
    /// What was paid, by means of payment.
    pub paid: Tenders,
    /// When it was paid.
    pub paid_at: Moment,
    /// When the purchase was delivered.
    pub delivered_at: Option<Moment>,
    /// When it took effect.
    pub effective_at: Option<Moment>,
    /// Start of the service period.
    pub period_start: Option<Instant>,
    /// End of the service period.
    pub period_end: Option<Instant>,
    /// When it expires.
    pub expires_at: Option<Moment>,
    /// Length of the term in months.
    pub months: Option<u32>,
    /// Whether it was a giveaway.
    pub gift: bool,
    /// Whether the rules of its promotion forbid refunds.
    pub promotion_forbids_refund: bool,
    /// What became of its invoice.
    pub invoice: Option<Invoice>,
    /// When its License was activated.
    pub license_activated_at: Option<Instant>,
    /// When a License tied to it was activated.
    pub linked_license_activated_at: Option<Instant>,
    /// The edition of the vendor's shop that sold it.
    pub site: Option<Arc<str>>,
    /// The payment that it shares with other orders.
    pub payment_id: Option<PaymentId>,
    /// What its package holds.
    pub quota: Option<Quantity>,
    /// The unit of the quota.
    pub quota_unit: Option<Arc<str>>,
    /// What stands in for a fact that the export does not have.
    pub assumed: Assumed,
}

impl Order {
    /// Whether every instant that a window may rest on is written to the second.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let ends = [self.delivered_at, self.effective_at, self.expires_at];
        self.paid_at.is_exact() && ends.into_iter().flatten().all(Moment::is_exact)
    }

    /// The length of the term in months: as exported, or one for a monthly package.
    #[must_use]
    pub fn term_months(&self) -> Option<u32> {
        self.months.or_else(|| self.package_type.ends_with("_monthly").then_some(1))
    }

    /// Whether it was given away or tried, by its flag or by its kind.
    #[must_use]
    pub const fn is_giveaway(&self) -> bool {
        self.gift || matches!(self.kind, OrderKind::Gift | OrderKind::Trial)
    }

    /// The order of rows by what they say, wherever they were read.
    #[must_use]
    pub fn compare_content(&self, other: &Self) -> Ordering {
        let elsewhere = Self { at: self.at, ..other.clone() };
        self.cmp(&elsewhere)
    }
}

/// A purchase as it is read: the fields of an [`Order`], its texts lent by the row they stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is that of an order")]
pub struct OrderRow<'r> {
    pub at: SourceRef,
    pub order_id: &'r str,
    pub instance_id: Option<&'r str>,
    pub account_id: &'r str,
    pub payer_id: &'r str,
    pub product: &'r str,
    pub package_type: &'r str,
    pub kind: OrderKind,
    pub status: Option<OrderStatus>,
    pub list_price: Option<Money>,
    pub paid: Tenders,
    pub paid_at: Moment,
    pub delivered_at: Option<Moment>,
    pub effective_at: Option<Moment>,
    pub period_start: Option<Instant>,
    pub period_end: Option<Instant>,
    pub expires_at: Option<Moment>,
    pub months: Option<u32>,
    pub gift: bool,
    pub promotion_forbids_refund: bool,
    pub invoice: Option<Invoice>,
    pub license_activated_at: Option<Instant>,
    pub linked_license_activated_at: Option<Instant>,
    pub site: Option<&'r str>,
    pub payment_id: Option<&'r str>,
    pub quota: Option<Quantity>,
    pub quota_unit: Option<&'r str>,
    pub assumed: Assumed,
}

// Both ways name every field, so that one which is added cannot be forgotten.

impl From<&OrderRow<'_>> for Order {
    fn from(row: &OrderRow<'_>) -> Self {
        let &OrderRow {
            at,
            order_id,
            instance_id,
            account_id,
            payer_id,
            product,
            package_type,
            kind,
            status,
            list_price,
            paid,
            paid_at,
            delivered_at,
            effective_at,
            period_start,
            period_end,
            expires_at,
            months,
            gift,
            promotion_forbids_refund,
            invoice,
            license_activated_at,
            linked_license_activated_at,
            site,
            payment_id,
            quota,
            quota_unit,
            assumed,
        } = row;
        Self {
            at,
            order_id: order_id.into(),
            instance_id: instance_id.map(Into::into),
            account_id: account_id.into(),
            payer_id: payer_id.into(),
            product: product.into(),
            package_type: package_type.into(),
            kind,
            status,
            list_price,
            paid,
            paid_at,
            delivered_at,
            effective_at,
            period_start,
            period_end,
            expires_at,
            months,
            gift,
            promotion_forbids_refund,
            invoice,
            license_activated_at,
            linked_license_activated_at,
            site: site.map(Into::into),
            payment_id: payment_id.map(Into::into),
            quota,
            quota_unit: quota_unit.map(Into::into),
            assumed,
        }
    }
}

impl<'o> From<&'o Order> for OrderRow<'o> {
    fn from(order: &'o Order) -> Self {
        let Order {
            at,
            order_id,
            instance_id,
            account_id,
            payer_id,
            product,
            package_type,
            kind,
            status,
            list_price,
            paid,
            paid_at,
            delivered_at,
            effective_at,
            period_start,
            period_end,
            expires_at,
            months,
            gift,
            promotion_forbids_refund,
            invoice,
            license_activated_at,
            linked_license_activated_at,
            site,
            payment_id,
            quota,
            quota_unit,
            assumed,
        } = order;
        Self {
            at: *at,
            order_id: order_id.as_str(),
            instance_id: instance_id.as_ref().map(InstanceId::as_str),
            account_id: account_id.as_str(),
            payer_id: payer_id.as_str(),
            product,
            package_type,
            kind: *kind,
            status: *status,
            list_price: *list_price,
            paid: *paid,
            paid_at: *paid_at,
            delivered_at: *delivered_at,
            effective_at: *effective_at,
            period_start: *period_start,
            period_end: *period_end,
            expires_at: *expires_at,
            months: *months,
            gift: *gift,
            promotion_forbids_refund: *promotion_forbids_refund,
            invoice: *invoice,
            license_activated_at: *license_activated_at,
            linked_license_activated_at: *linked_license_activated_at,
            site: site.as_deref(),
            payment_id: payment_id.as_ref().map(PaymentId::as_str),
            quota: *quota,
            quota_unit: quota_unit.as_deref(),
            assumed: *assumed,
        }
    }
}
