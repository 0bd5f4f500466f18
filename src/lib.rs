//! Recomputes the refund a cloud vendor's policy owes, order by order, and holds it against what was paid.
//!
//! ```text
//! exports ─ingest→ records ─engine→ cases ─policy→ what is owed ┐
//!    │                                └──── refunds: what was paid ─┴judge→ outcomes, findings ─report→
//!    └─ defects, control totals ─────────────────────────────────────────────────────────────→
//! ```
//!
//! Modules stand below in the order of that flow: words that everybody speaks ([`money`], [`time`]), facts
//! ([`record`]; [`export`], exports as vendors write them; [`ingest`], [`case`]), rules ([`policy`]), judgement ([`finding`], [`judge`]), the whole
//! ([`engine`], [`report`], [`explain`]), the test data ([`generate`]), and a second calculation to hold it all against
//! ([`oracle`], [`selftest`]). A module names only modules above it.
//!
//! The same in code, for one order:
//!
//! ```
//! use refund_audit::{
//!     case::{Case, CaseRefund, Horizon},
//!     judge::judge,
//!     money::{Currency, Money},
//!     policy::PolicyBook,
//!     record::{
//!         Assumed, Channel, FileId, Order, OrderKind, Refund, RefundStatus, SourceRef, Tender, Tenders,
//!     },
//!     time::{Instant, Moment, Offset},
//! };
//!
//! let at = |text| Instant::parse(text, Offset::BEIJING).unwrap();
//! let usd = Currency::parse("USD")?;
//! let row = |line| SourceRef { file: FileId(0), line };
//! let mut paid = Tenders::none(usd);
//! paid.set(Tender::Cash, Money::parse("499.00")?);
//! let order = Order {
//!     at: row(2),
//!     order_id: "E-1".into(),
//!     instance_id: None,
//!     account_id: "acct".into(),
//!     payer_id: "acct".into(),
//!     product: "trtc".into(),
//!     package_type: "rtc_engine_monthly".into(),
//!     kind: OrderKind::New,
//!     status: None,
//!     list_price: None,
//!     paid,
//!     paid_at: Moment::exact(at("2023-03-01T08:00:00+08:00")),
//!     delivered_at: None,
//!     effective_at: None,
//!     period_start: None,
//!     period_end: None,
//!     expires_at: None,
//!     months: Some(1),
//!     gift: false,
//!     promotion_forbids_refund: false,
//!     invoice: None,
//!     license_activated_at: None,
//!     linked_license_activated_at: None,
//!     site: None,
//!     payment_id: None,
//!     quota: None,
//!     quota_unit: None,
//!     assumed: Assumed::default(),
//! };
//! let mut returned = Tenders::none(usd);
//! returned.set(Tender::Cash, Money::parse("419.00")?);
//! let refund = Refund {
//!     at: row(2),
//!     refund_id: "R-1".into(),
//!     order_id: "E-1".into(),
//!     account_id: None,
//!     to_account: None,
//!     to_method: None,
//!     requested_at: Moment::exact(at("2023-03-06T07:59:59+08:00")),
//!     channel: Some(Channel::Ticket),
//!     status: RefundStatus::Completed,
//!     reason: None,
//!     decided_at: None,
//!     completed_at: None,
//!     arrived_at: None,
//!     returned,
//!     channel_txn: None,
//!     merged: false,
//!     assumed: Assumed::default(),
//!     link: None,
//! };
//! let mut case = Case::new(order);
//! case.refunds.push(CaseRefund { refund, repeats: None });
//!
//! let horizon = Horizon::at(at("2023-04-01T00:00:00+08:00"));
//! let judgement = judge(&case, &PolicyBook::builtin(), &horizon);
//! assert_eq!(judgement.outcome.expected.unwrap().total(), Money::parse("418.51")?);
//! assert_eq!(judgement.findings[0].kind.slug, "wrong-proration");
//! assert!(judgement.findings[0].explanation.contains("499.00 × (31 − 5) / 31 = 418.516… → 418.51 (down)"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The library reads no clock, prints nothing and exits nowhere; money never passes through a binary float.

pub mod money;
pub mod time;

pub mod scan;

pub mod record;
pub mod export;
pub mod ingest;
pub mod case;

pub mod policy;

pub mod finding;
pub mod judge;

pub mod engine;
pub mod report;
pub mod explain;

pub mod generate;

pub mod oracle;
pub mod selftest;

pub mod scratch;

mod digest;
mod layout;
mod run_folder;
mod spill;
mod store;
mod suggest;

pub use layout::{fit, unbroken, visible};
pub use suggest::nearest;

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
///
/// Those of reading it.
pub fn sha256_of_file(path: &std::path::Path) -> std::io::Result<String> {
    digest::Digest::of_file(path)
}
