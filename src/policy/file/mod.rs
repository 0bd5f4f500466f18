//! Policy files as they are typed: values with their places, tables that inherit from others.
//!
//! Nothing here knows what a key means. `terms` reads the tables and gives them a meaning.

mod complaints;
mod keys;
mod merge;
mod tree;

pub(super) use complaints::Complaints;
pub(super) use keys::{Context, Keys};
pub(super) use merge::{drop_from, inherit, settle_branches};
pub(super) use tree::{At, Item, Table, Value, of_version, table_of};
