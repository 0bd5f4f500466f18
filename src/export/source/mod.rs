//! From a path to rows of text: what is packed how, in which encoding, with which delimiter.
//!
//! [`discover`] lists what a path holds, [`open`] makes a stream of rows of one of them. Memory does not
//! grow with the file: packed data is unpacked while it is read, text is decoded in pieces, and a row has
//! a longest length, parquet is read a stretch of rows at a time. Workbooks are the exception, bounded by the rows a
//! sheet can have.
//!
//! Nothing here knows a column or a dialect, and no packed file is ever written to disk.

mod archive;
mod blocks;
mod decode;
mod delimiter;
mod discover;
mod error;
mod exact;
mod guard;
mod open;
#[cfg(feature = "columns")]
mod parquet;
mod pipe;
mod place;
mod row;
mod rows;
mod stored;
mod trusting;
#[cfg(feature = "columns")]
mod typed;
mod workbook;

pub use blocks::InBlocks;
pub(crate) use blocks::{RowConsumer, ScannedRow, read_rows};
pub use decode::{Encoding, sniff_encoding};
pub use delimiter::Delimiter;
pub use discover::{Discovery, PassedOver, discover, is_parquet, look, through_pipe};
pub use error::SourceError;
pub use guard::{Limits, PackedBytes};
pub use open::{OpenOptions, Opened, encoding_of, open, open_bytes, open_stored, open_text};
pub use pipe::Pipe;
pub use place::{Kind, Packing, Place};
pub(crate) use row::SourceRow;
pub use row::{RawRow, RowFault};
pub use stored::{Stored, StoredColumn, StoredTable, Stretch, Texts};
pub use trusting::is_trusting;
