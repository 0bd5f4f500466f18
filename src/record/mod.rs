//! Canonical records: one fact each, the same whatever system it came from.
//!
//! An [`Order`] was paid with [`Tenders`]; [`Usage`] says what of it was deducted; a [`Refund`] asks for
//! money or moves it; an [`Event`] is a fact about an account or an order that decides a rule. Every
//! record carries the [`SourceRef`] of its row, and every row that became none is a [`Defect`].

mod assumed;
mod control_total;
mod defect;
mod event;
mod ids;
mod link;
mod order;
mod provenance;
mod refund;
mod tender;
mod together;
mod usage;

pub use assumed::Assumed;
pub use control_total::{ControlTotal, Fate};
pub use defect::{Defect, Named};
pub use event::{Event, EventKey, EventKind};
pub use ids::{AccountId, InstanceId, OrderId, PaymentId, RefundId, UsageId};
pub use link::Link;
pub use order::{Invoice, Order, OrderKind, OrderRow, OrderStatus};
pub use provenance::{FileId, Role, SourceRef};
pub use refund::{Channel, Refund, RefundStatus};
pub use tender::{Tender, Tenders};
pub use together::{Difference, Join, Together, bring_together};
pub use usage::{Basis, Usage};
