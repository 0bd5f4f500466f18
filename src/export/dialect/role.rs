//! The tables of the canonical form and their columns, in the order in which cells are given.
//!
//! `packages` stands beside the four tables of the outside: a deduction names a pack and never an order,
//! and only this table says which order bought the pack.

use std::fmt;

use self::CellKind::{Amount, Count, Flag, Id, Moment, Quantity, Text, Word};

/// A table of the canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// One row a purchase.
    Orders,
    /// One row a deduction or a record of raw usage.
    Usage,
    /// One row a refund or a request for one.
    Refunds,
    /// One row a fact about an account or an order.
    Events,
    /// One row a pack, with the order that bought it.
    Packages,
}

/// What the cells of a canonical column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// An opaque text.
    Id,
    /// A text for people.
    Text,
    /// One of a set of words.
    Word,
    /// Money.
    Amount,
    /// A count of what a pack holds.
    Quantity,
    /// A moment.
    Moment,
    /// A whole number.
    Count,
    /// `true` or `false`.
    Flag,
}

/// A canonical column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: CellKind,
    /// Whether a row without it is no record.
    pub required: bool,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Orders, Self::Usage, Self::Refunds, Self::Events, Self::Packages];

    /// The word in messages and file names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Usage => "usage",
            Self::Refunds => "refunds",
            Self::Events => "events",
            Self::Packages => "packages",
        }
    }

    /// Its columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Orders => ORDERS,
            Self::Usage => USAGE,
            Self::Refunds => REFUNDS,
            Self::Events => EVENTS,
            Self::Packages => PACKAGES,
        }
    }

    /// The place of a column.
    #[must_use]
    pub fn place_of(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

const fn column(name: &'static str, kind: CellKind, required: bool) -> Column {
    Column { name, kind, required }
}

const ORDERS: &[Column] = &[
    column("order_id", Id, true),
    column("instance_id", Id, false),
    column("account_id", Id, true),
    column("payer_id", Id, false),
    column("product", Word, true),
    column("package_type", Word, true),
    column("order_kind", Word, false),
    column("status", Word, false),
    column("currency", Word, true),
    column("list_price", Amount, false),
    column("paid_cash", Amount, false),
    column("paid_commission", Amount, false),
    column("paid_free_credit", Amount, false),
    column("paid_voucher", Amount, false),
    column("paid_coupon", Amount, false),
    column("paid_offset", Amount, false),
    column("paid_stored_value_card", Amount, false),
    column("paid_debit_card", Amount, false),
    column("paid_credit_card", Amount, false),
    column("paid_paypal", Amount, false),
    column("paid_alipay", Amount, false),
    column("paid_bank", Amount, false),
    column("paid_at", Moment, true),
    column("delivered_at", Moment, false),
    column("effective_at", Moment, false),
    column("period_start", Moment, false),
    column("period_end", Moment, false),
    column("expires_at", Moment, false),
    column("months", Count, false),
    column("gift", Flag, false),
    column("promotion_forbids_refund", Flag, false),
    column("invoice", Word, false),
    column("license_activated_at", Moment, false),
    column("linked_license_activated_at", Moment, false),
    column("site", Word, false),
    column("payment_id", Id, false),
    column("quota", Quantity, false),
    column("quota_unit", Text, false),
    column("assumed", Text, false),
];

const USAGE: &[Column] = &[
    column("usage_id", Id, false),
    column("order_id", Id, false),
    column("instance_id", Id, false),
    column("posted_at", Moment, true),
    column("usage_start", Moment, false),
    column("usage_end", Moment, false),
    column("quantity", Quantity, true),
    column("unit", Text, false),
    column("basis", Word, false),
    column("account_id", Id, false),
    column("product", Word, false),
    column("description", Text, false),
    column("class", Word, false),
];

const REFUNDS: &[Column] = &[
    column("refund_id", Id, true),
    column("order_id", Id, true),
    column("account_id", Id, false),
    column("to_account", Id, false),
    column("to_method", Text, false),
    column("requested_at", Moment, true),
    column("channel", Word, false),
    column("status", Word, true),
    column("reason", Text, false),
    column("decided_at", Moment, false),
    column("completed_at", Moment, false),
    column("arrived_at", Moment, false),
    column("currency", Word, true),
    column("refunded_cash", Amount, false),
    column("refunded_commission", Amount, false),
    column("refunded_free_credit", Amount, false),
    column("refunded_voucher", Amount, false),
    column("refunded_coupon", Amount, false),
    column("refunded_offset", Amount, false),
    column("refunded_stored_value_card", Amount, false),
    column("refunded_debit_card", Amount, false),
    column("refunded_credit_card", Amount, false),
    column("refunded_paypal", Amount, false),
    column("refunded_alipay", Amount, false),
    column("refunded_bank", Amount, false),
    column("channel_txn", Id, false),
    column("merged", Flag, false),
    column("assumed", Text, false),
];

const EVENTS: &[Column] = &[
    column("kind", Word, true),
    column("account_id", Id, false),
    column("order_id", Id, false),
    column("product", Word, false),
    column("at", Moment, true),
    column("until", Moment, false),
    column("reason", Text, false),
    column("amount", Amount, false),
    column("ref", Id, false),
];

const PACKAGES: &[Column] = &[
    column("package_id", Id, true),
    column("order_id", Id, false),
    column("account_id", Id, false),
    column("product", Word, false),
    column("package_type", Word, false),
    column("status", Word, false),
    column("quantity", Quantity, false),
    column("used", Quantity, false),
    column("remaining", Quantity, false),
    column("unit", Text, false),
    column("bought_at", Moment, false),
    column("effective_at", Moment, false),
    column("expires_at", Moment, false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_one_name_and_one_place() {
        for role in Role::ALL {
            for (at, column) in role.columns().iter().enumerate() {
                assert_eq!(role.place_of(column.name), Some(at), "{role}.{}", column.name);
            }
        }
    }
}
