//! Exports in, records and defects out. Never fails on a row.
//!
//! A file is recognised by its header ([`Layout`]), its rows come through one door (`rows::Rows`, which
//! knows line numbers), each row's cells are read by strict grammars, and what does not fit becomes a
//! [`Defect`](crate::record::Defect) while the run goes on. Orders, refunds and events are read whole;
//! usage is a stream of which only the rows of orders in question are kept ([`usage::scan`]).

mod cells;
mod discover;
mod error;
mod events;
mod file;
mod header;
mod orders;
mod progress;
mod refunds;
mod rows;
mod schema;
mod usage;

pub use discover::{Inputs, discover};
pub use error::IngestError;
pub use file::{FileRead, Records, read_file};
pub(crate) use file::{order_amounts, refund_amounts};
pub use header::{Layout, recognise};
pub use progress::{Progress, Silent, Stage};
pub use schema::{Column, columns};
pub(crate) use usage::roles;
pub use usage::{OrderIndex, UsageRead, scan};
