//! Exports in, records and defects out. Never fails on a row.
//!
//! A file is recognised by its header ([`Layout`]), its rows come through one door (`rows::Rows`, which
//! knows line numbers), each row's cells are read by strict grammars, and what does not fit becomes a
//! [`Defect`](crate::record::Defect) while the run goes on. Refunds and events are handed on as
//! records, some rows at a time ([`read_file`]); orders and usage are streams, and whoever takes them says which of
//! their rows are kept ([`stream_orders`], [`stream`]).
//!
//! What each input is says the [`Plan`]. Exports of vendors come through [`crate::export`] as canonical cells
//! to the same readers of rows ([`read_export`], [`stream_export`]).

mod canonical;
mod cells;
mod discover;
mod error;
mod exported;
mod events;
mod fields;
mod file;
mod header;
mod orders;
mod plain;
mod plan;
mod progress;
mod reading;
mod refunds;
mod rows;
mod schema;
mod stored;
mod table;
mod unchanged;
mod usage;
mod write;

pub use discover::{Inputs, discover};
pub use error::IngestError;
pub use exported::{ExportRead, read_export, stream_export};
pub(crate) use exported::{accept, assume, unread};
pub use file::{FileRead, Records, read_file};
pub(crate) use file::{order_amounts, refund_amounts};
pub use header::{Layout, recognise};
pub use orders::{OrderSink, stream_orders};
pub use plan::{Plan, Source, Way, plan, plan_exports};
pub use progress::{Progress, Silent, Stage};
pub use reading::{Reader, Reading};
pub use refunds::RequestTime;
pub use schema::{Column, columns};
pub use unchanged::check_unchanged;
pub use usage::{Fates, Keeper, Kept, Line, OrderIndex, Purchase, Streamed, UsageSink, stream};
pub use write::{Written, write_canonical};
