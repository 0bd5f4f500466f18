//! Words that people write for the reasons of refunds and suspensions.

/// What a reason means, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Abuse,
    Violation,
    Overdue,
    BillingRun,
    /// Known, and of no consequence.
    Other,
    Unknown,
}

const SUSPENSIONS: &[(Meaning, &[&str])] = &[
    (Meaning::Violation, &["violation", "content violation", "policy violation", "违规", "内容违规"]),
    (Meaning::Overdue, &["overdue", "arrears", "欠费"]),
];

const DENIALS: &[(Meaning, &[&str])] = &[
    (Meaning::Abuse, &["abuse", "refund abuse", "suspected refund abuse", "滥用", "恶意退款"]),
    (Meaning::BillingRun, &["billing in progress", "出账中"]),
    (Meaning::Other, &["used", "expired", "已使用", "已过期"]),
];

/// Why an account was suspended.
pub(super) fn of_suspension(reason: &str) -> Meaning {
    find(SUSPENSIONS, reason)
}

/// Why a refund was denied.
pub(super) fn of_denial(reason: &str) -> Meaning {
    find(DENIALS, reason)
}

/// Compared in small letters, with blanks for `_` and `-`.
fn find(known: &[(Meaning, &[&str])], reason: &str) -> Meaning {
    let plain: String = reason.to_lowercase().replace(['_', '-'], " ");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    known
        .iter()
        .find(|(_, words)| words.contains(&plain.as_str()))
        .map_or(Meaning::Unknown, |(meaning, _)| *meaning)
}

/// The tender by which a route pays, where the word is known.
pub(super) fn method(word: &str) -> Option<usize> {
    match word {
        "bank_transfer" => super::facts::tender_of("bank"),
        "balance" => super::facts::tender_of("cash"),
        other => super::facts::tender_of(other),
    }
}
