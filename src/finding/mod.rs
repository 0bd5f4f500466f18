//! What is said to the reader: a finding names an order, a fault, a sum, a rule and the rows.

mod catalogue;
mod kind;

pub use catalogue::KINDS;
pub use kind::{Class, Kind, Page, Severity};

use std::sync::Arc;

use crate::{
    digest,
    money::{Currency, Money},
    policy::Clause,
    record::{OrderId, RefundId, Role, SourceRef},
    time::Instant,
};

/// Which way the money errs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Paid, not owed.
    Over,
    /// Owed, not paid.
    Under,
    /// Neither.
    None,
}

impl Direction {
    /// The word in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Under => "under",
            Self::None => "none",
        }
    }
}

/// A row that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// What the file tells of.
    pub role: Role,
    /// Where the row stands.
    pub at: SourceRef,
    /// The row's own id; empty where it has none.
    pub id: String,
}

/// The rule that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Policy.
    pub policy: Arc<str>,
    /// Version.
    pub version: Arc<str>,
    /// The clause in our own words, with its place; empty where the finding rests on facts alone.
    pub clause: Clause,
    /// Title of the page, its stamp and its address.
    pub source: Arc<str>,
}

/// One thing that is wrong, doubtful or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The order; `None` for a finding about a file.
    pub order_id: Option<OrderId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// What kind of fault.
    pub kind: &'static Kind,
    /// Its class here; an orphan refund is `data` where the order export does not cover its time.
    pub class: Class,
    /// Its severity here; a voucher that came back as money is critical.
    pub severity: Severity,
    /// Which way the money errs.
    pub direction: Direction,
    /// The currency of its sums.
    pub currency: Option<Currency>,
    /// The sum it is about.
    pub amount_at_risk: Money,
    /// When what it is about was asked for, where anything was.
    pub asked_at: Option<Instant>,
    /// What was owed, where known.
    pub expected_total: Option<Money>,
    /// What came back, where money was to move.
    pub actual_total: Option<Money>,
    /// The rule.
    pub citation: Option<Citation>,
    /// What happened, in plain words, with the arithmetic.
    pub explanation: String,
    /// The rows.
    pub evidence: Vec<Evidence>,
    /// Readings tried, with what each gives.
    pub readings: Vec<String>,
    /// Whether it carries an exposure: what of its refund was too much, or what its order is still owed.
    pub primary: bool,
    /// That exposure where it is primary, else nothing.
    pub exposure: Money,
}

impl Finding {
    /// The currency of the exposure that it carries: its own, which is that of the refund where this is in another
    /// than its order.
    #[must_use]
    pub fn exposure_currency(&self) -> Option<Currency> {
        self.currency.filter(|_| self.primary)
    }

    /// Gives back the room that was kept for more: findings are held until the report.
    pub(crate) fn shrink(&mut self) {
        self.explanation.shrink_to_fit();
        self.evidence.shrink_to_fit();
        self.readings.shrink_to_fit();
    }

    /// A stable name for the same finding in another run: order, refund, kind, policy and amounts.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let text = |money: Option<Money>| money.map(|money| money.units().to_string()).unwrap_or_default();
        let parts = [
            self.order_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.refund_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.kind.slug.to_owned(),
            self.citation.as_ref().map(|cited| cited.policy.to_string()).unwrap_or_default(),
            self.currency.map(|currency| currency.to_string()).unwrap_or_default(),
            self.amount_at_risk.units().to_string(),
            text(self.expected_total),
            text(self.actual_total),
            // What is about a file is told apart by its words, which name the file.
            if self.order_id.is_none() { self.explanation.clone() } else { String::new() },
        ];
        digest::short(parts.iter().map(String::as_bytes))
    }

    /// The order of the report: by order, refund, severity, slug; what is about a file comes first.
    #[must_use]
    pub fn sort_key(&self) -> impl Ord + '_ {
        (&self.order_id, &self.refund_id, self.severity, self.kind.slug, &self.explanation)
    }

    /// The explanation with the clause behind it, as the outputs print it.
    #[must_use]
    pub fn full_explanation(&self) -> String {
        let clause = self.citation.as_ref().filter(|cited| !cited.clause.text.is_empty());
        clause.map_or_else(
            || self.explanation.clone(),
            |cited| {
                let place = if cited.clause.place.is_empty() { "" } else { ", " };
                format!(
                    "{} Clause: {} [{}{place}{}]",
                    self.explanation,
                    cited.clause.text.trim_end_matches('.'),
                    cited.source,
                    cited.clause.place
                )
            },
        )
    }
}
