//! Rows of a recognised file to canonical cells.
//!
//! A [`Conversion`] is an iterator: records whose rows stand alone come out while the file is read; orders
//! and refunds that consist of several rows, and all refunds, whose sign only the whole file tells, come at
//! its end. What becomes of every row is counted twice, so that none can be lost: rows read are rows
//! accepted, rejected, duplicate and out of scope, and so is the sum of every amount column.
//!
//! [`Linker`] then ties refunds to their orders across files. Judging is not done here.

mod cells;
mod conversion;
mod cook;
mod formula;
mod furniture;
mod group;
mod item;
mod links;
mod mapper;
mod rules;
mod settle;
mod straight;
mod tally;
mod view;

pub use cells::Cells;
pub use conversion::{Conversion, Part};
pub(crate) use conversion::{Converted, UsageConsumer};
pub use formula::Formula;
pub use item::{Defect, FileError, Item, Note, Record};
pub use links::{Linker, UNLINKED_MARK};
pub(crate) use straight::Straight;
pub use tally::{Fate, Sums, Tally};
