//! The fast path over large exports: from the bytes of a file to the few fields an audit asks for.
//!
//! ```text
//! file or stream ─ blocks ─► Block ─ records ─► Record ─┬─ keys        which order is meant
//!                 (threads)        (one thread)         ├─ times       when
//!                                                       └─ quantities  how much
//! ```
//!
//! A usage export has hundreds of millions of rows, of which the audit wants four columns. So the file is
//! read in blocks cut at record boundaries, one thread a block; within a block only the wanted columns are
//! looked at; ids are compared as bytes, in batches; instants and quantities in their usual layout are
//! read without a general parser.
//!
//! What is read is what the `csv` crate reads, field for field, where a line feed alone ends a record and
//! one carriage return is taken off its last field: tests hold it to that on good and on damaged input. The readers of instants and quantities answer `None` wherever the text is not in the
//! usual layout, and the general parser decides.
//!
//! Not here: what a column means, what makes a row a defect, and what to do with a row.

mod blocks;
mod columns;
mod error;
pub mod keys;
mod in_order;
mod position;
pub mod quantities;
mod quoting;
mod records;
mod row;
mod source;
mod stitch;
pub mod times;
mod unquote;
mod windows;
mod workers;

pub use blocks::{Block, Finished, Scan};
pub use columns::{Columns, ColumnsError, Delimiter};
pub use error::ScanError;
pub(crate) use in_order::InOrder;
pub use position::Position;
pub use records::Records;
pub use row::{PlainRecord, Record, Rows, RowsText};
pub use source::Source;
