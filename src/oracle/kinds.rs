//! The kinds of finding that this calculation knows: class and gravity of each, as the catalogue on paper has them.

/// Class and gravity, 4 being critical and 0 a mere remark.
pub(super) fn of(kind: &str) -> (&'static str, u8) {
    const MISMATCH: &str = "mismatch";
    const REVIEW: &str = "review";
    const DATA: &str = "data";
    match kind {
        "refund-after-deduction"
        | "refund-license-activated"
        | "refund-of-unpaid-order"
        | "cumulative-over-refund"
        | "duplicate-refund"
        | "orphan-refund"
        | "tender-cash-out"
        | "wrong-destination" => (MISMATCH, 4),
        "refund-service-neglected"
        | "refund-renewal-only"
        | "refund-invoice-not-returned"
        | "refund-quota-exceeded"
        | "frozen-counted-as-refund"
        | "pending-too-long"
        | "frozen-not-released"
        | "tender-swap"
        | "wrong-method"
        | "gift-not-voided"
        | "not-arrived" => (MISMATCH, 2),
        "arrival-late" | "wrong-channel" | "deduction-after-expiry" => (MISMATCH, 1),
        "overlap-policy" | "request-time-unknown" => (REVIEW, 3),
        "refund-service-buyer-cause"
        | "reading-dependent"
        | "version-dependent"
        | "changed-before-payment"
        | "deduction-out-of-order" => (REVIEW, 2),
        "discretionary-rejection"
        | "usage-undeducted-at-request"
        | "reversed-deduction"
        | "policy-silent"
        | "no-policy" => (REVIEW, 1),
        "rounding-difference" | "requested-in-billing-run" => (REVIEW, 0),
        "missing-field" | "date-only" | "time-order" | "unknown-tender" | "duplicate-order"
        | "duplicate-row" | "usage-coverage-gap" | "currency-unknown" | "rejected-row" => (DATA, 3),
        "status-conflict"
        | "future-time"
        | "deduction-before-purchase"
        | "deduction-of-other-product"
        | "deduction-impossible-time" => (DATA, 2),
        "purchase-while-overdue" | "upgrade-of-pack" => (DATA, 1),
        _ => (MISMATCH, 3),
    }
}
