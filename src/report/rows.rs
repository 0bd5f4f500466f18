//! A finding as every output prints it: amounts as text, files by name.

use serde::Serialize;

use crate::{engine::Audit, finding::Finding, money::Money};

/// A row that a finding rests on, as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceRow {
    /// `order`, `usage`, `refund` or `event`.
    pub role: &'static str,
    /// The file as named.
    pub file: String,
    /// The physical line on which the record starts.
    pub line: u64,
    /// The row's own id.
    pub id: String,
}

/// A finding as printed, its keys in the order of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingRow {
    /// The order; `None` for a finding about a file.
    pub order_id: Option<String>,
    /// The refund.
    pub refund_id: Option<String>,
    /// The kind's slug.
    pub finding: &'static str,
    /// `mismatch`, `review` or `data`.
    pub class: &'static str,
    /// `critical` to `info`.
    pub severity: &'static str,
    /// `over`, `under` or `none`.
    pub direction: &'static str,
    /// ISO 4217.
    pub currency: Option<String>,
    /// The sum it is about.
    pub amount_at_risk: String,
    /// What was owed.
    pub expected_total: Option<String>,
    /// What came back.
    pub actual_total: Option<String>,
    /// The policy.
    pub policy: Option<String>,
    /// Its version.
    pub policy_version: Option<String>,
    /// What happened, with arithmetic and clause.
    pub explanation: String,
    /// The rows.
    pub evidence: Vec<EvidenceRow>,
    /// Readings tried, with what each gives.
    pub readings: Vec<String>,
    /// Whether it carries the order's exposure.
    pub primary: bool,
    /// The order's exposure where it is primary.
    pub exposure: String,
    /// The currency of the exposure; `None` where the finding carries none.
    pub exposure_currency: Option<String>,
    /// A stable name of the same finding in another run.
    pub fingerprint: String,
}

impl FindingRow {
    /// A finding of an audit.
    #[must_use]
    pub fn of(finding: &Finding, audit: &Audit) -> Self {
        let text =
            |money: Money| finding.currency.map_or_else(|| "0".to_owned(), |currency| money.text(currency));
        let cited = finding.citation.as_ref();
        Self {
            order_id: finding.order_id.as_ref().map(ToString::to_string),
            refund_id: finding.refund_id.as_ref().map(ToString::to_string),
            finding: finding.kind.slug,
            class: finding.class.word(),
            severity: finding.severity.word(),
            direction: finding.direction.word(),
            currency: finding.currency.map(|currency| currency.to_string()),
            amount_at_risk: text(finding.amount_at_risk),
            expected_total: finding.expected_total.map(text),
            actual_total: finding.actual_total.map(text),
            policy: cited.map(|cited| cited.policy.to_string()),
            policy_version: cited.map(|cited| cited.version.to_string()),
            explanation: finding.full_explanation(),
            evidence: evidence(finding, audit),
            readings: finding.readings.clone(),
            primary: finding.primary,
            exposure: text(finding.exposure),
            exposure_currency: finding.exposure_currency().map(|currency| currency.to_string()),
            fingerprint: finding.fingerprint(),
        }
    }
}

fn evidence(finding: &Finding, audit: &Audit) -> Vec<EvidenceRow> {
    let rows = finding.evidence.iter().map(|row| EvidenceRow {
        role: row.role.row_word(),
        file: audit.files[row.at.file.0 as usize].name(),
        line: row.at.line,
        id: row.id.clone(),
    });
    rows.collect()
}
