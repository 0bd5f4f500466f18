//! The canonical columns of each role (contract, section 2).

use crate::record::Role;

/// One canonical column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether a file without it is not of the role.
    pub required: bool,
    /// Whether its sum is kept in the control totals.
    pub is_amount: bool,
}

macro_rules! schema {
    ($(#[$doc:meta])* $name:ident, $table:ident { $($field:ident $column:literal $($mark:ident)*),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(dead_code, reason = "the whole schema stands here; some columns are found by place or not read")]
        pub(super) enum $name { $($field),* }

        pub(super) static $table: &[Column] = &[$({
            let marks: &[&str] = &[$(stringify!($mark)),*];
            Column { name: $column, required: has(marks, b'r'), is_amount: has(marks, b'a') }
        }),*];

        impl From<$name> for usize {
            fn from(column: $name) -> usize {
                column as usize
            }
        }
    };
}

/// Whether one of the marks (`required`, `amount`) begins with that letter.
const fn has(marks: &[&str], letter: u8) -> bool {
    let mut at = 0;
    while at < marks.len() {
        if marks[at].as_bytes()[0] == letter {
            return true;
        }
        at += 1;
    }
    false
}

schema!(
    /// Columns of orders.
    OrderColumn, ORDERS {
        OrderId "order_id" required, InstanceId "instance_id", AccountId "account_id" required,
        PayerId "payer_id", Product "product" required, PackageType "package_type" required,
        OrderKind "order_kind", Status "status", Currency "currency" required, ListPrice "list_price" amount,
        PaidCash "paid_cash" amount, PaidCommission "paid_commission" amount,
        PaidFreeCredit "paid_free_credit" amount, PaidVoucher "paid_voucher" amount,
        PaidCoupon "paid_coupon" amount, PaidOffset "paid_offset" amount,
        PaidStoredValueCard "paid_stored_value_card" amount, PaidDebitCard "paid_debit_card" amount,
        PaidCreditCard "paid_credit_card" amount, PaidPaypal "paid_paypal" amount,
        PaidAlipay "paid_alipay" amount, PaidBank "paid_bank" amount,
        PaidAt "paid_at" required, DeliveredAt "delivered_at", EffectiveAt "effective_at",
        PeriodStart "period_start", PeriodEnd "period_end", ExpiresAt "expires_at", Months "months",
        Gift "gift", PromotionForbidsRefund "promotion_forbids_refund", Invoice "invoice",
        LicenseActivatedAt "license_activated_at", LinkedLicenseActivatedAt "linked_license_activated_at",
        Site "site", PaymentId "payment_id", Quota "quota", QuotaUnit "quota_unit",
        Assumed "assumed",
    }
);

schema!(
    /// Columns of usage. One of `order_id` and `instance_id` is required.
    UsageColumn, USAGE {
        UsageId "usage_id", OrderId "order_id", InstanceId "instance_id", PostedAt "posted_at" required,
        UsageStart "usage_start", UsageEnd "usage_end", Quantity "quantity" required amount, Unit "unit",
        Basis "basis", AccountId "account_id", Product "product", Description "description", Class "class",
    }
);

schema!(
    /// Columns of refunds.
    RefundColumn, REFUNDS {
        RefundId "refund_id" required, OrderId "order_id" required, AccountId "account_id",
        ToAccount "to_account", ToMethod "to_method", RequestedAt "requested_at" required, Channel "channel",
        Status "status" required, Reason "reason", DecidedAt "decided_at", CompletedAt "completed_at",
        ArrivedAt "arrived_at", Currency "currency" required,
        RefundedCash "refunded_cash" amount, RefundedCommission "refunded_commission" amount,
        RefundedFreeCredit "refunded_free_credit" amount, RefundedVoucher "refunded_voucher" amount,
        RefundedCoupon "refunded_coupon" amount, RefundedOffset "refunded_offset" amount,
        RefundedStoredValueCard "refunded_stored_value_card" amount,
        RefundedDebitCard "refunded_debit_card" amount, RefundedCreditCard "refunded_credit_card" amount,
        RefundedPaypal "refunded_paypal" amount, RefundedAlipay "refunded_alipay" amount,
        RefundedBank "refunded_bank" amount, ChannelTxn "channel_txn", Merged "merged",
        Assumed "assumed",
    }
);

schema!(
    /// Columns of events.
    EventColumn, EVENTS {
        Kind "kind" required, AccountId "account_id", OrderId "order_id", Product "product",
        At "at" required, Until "until", Reason "reason", Amount "amount" amount, Ref "ref",
    }
);

schema!(
    /// Columns of packages.
    PackageColumn, PACKAGES {
        PackageId "package_id" required, OrderId "order_id", AccountId "account_id", Product "product",
        PackageType "package_type", Status "status", Quantity "quantity", Used "used",
        Remaining "remaining", Unit "unit", BoughtAt "bought_at", EffectiveAt "effective_at",
        ExpiresAt "expires_at",
    }
);

/// The canonical columns of a role, in their documented order.
#[must_use]
pub fn columns(role: Role) -> &'static [Column] {
    match role {
        Role::Orders => ORDERS,
        Role::Usage => USAGE,
        Role::Refunds => REFUNDS,
        Role::Events => EVENTS,
        Role::Packages => PACKAGES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Tender;

    #[test]
    fn tender_columns_stand_in_the_order_of_tenders() {
        for (prefix, table, first) in [
            ("paid", ORDERS, OrderColumn::PaidCash as usize),
            ("refunded", REFUNDS, RefundColumn::RefundedCash as usize),
        ] {
            for (at, tender) in Tender::ALL.into_iter().enumerate() {
                assert_eq!(table[first + at].name, format!("{prefix}_{}", tender.word()));
                assert!(table[first + at].is_amount && !table[first + at].required);
            }
        }
    }
}
