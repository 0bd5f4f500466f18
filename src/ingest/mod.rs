//! Exports in, records and defects out. Never fails on a row.
//!
//! A file is recognised by its header ([`Layout`]), its rows come through one door (`rows::Rows`, which
//! knows line numbers), each row's cells are read by strict grammars, and what does not fit becomes a
//! [`Defect`](crate::record::Defect) while the run goes on. Orders, refunds and events are read whole;
//! usage is a stream of which only the rows of orders in question are kept ([`scan`]).
//!
//! What each input is says the [`Plan`]. Exports of vendors come through [`crate::export`] as canonical cells
//! to the same readers of rows ([`read_export`], [`scan_export`]).

mod cells;
mod discover;
mod error;
mod exported;
mod events;
mod file;
mod header;
mod orders;
mod plan;
mod progress;
mod refunds;
mod rows;
mod schema;
mod unchanged;
mod usage;
mod write;

pub use discover::{Inputs, discover};
pub use error::IngestError;
pub use exported::{ExportRead, read_export, scan_export};
pub(crate) use exported::{absorb, accept, assume, unread};
pub use file::{FileRead, Records, read_file};
pub(crate) use file::{order_amounts, refund_amounts};
pub use header::{Layout, recognise};
pub(crate) use plan::role_of_table;
pub use plan::{Plan, Source, Way, plan, plan_exports};
pub use progress::{Progress, Silent, Stage};
pub use schema::{Column, columns};
pub use unchanged::check_unchanged;
pub use usage::{OrderIndex, UsageRead, scan};
pub use write::{Written, write_canonical};
