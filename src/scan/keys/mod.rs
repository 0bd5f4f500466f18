//! From an id to a number: which order a row of usage means.
//!
//! A table of a million orders does not fit into a processor's cache, so a lookup costs what its misses
//! cost. [`KeyTable`] has one for most ids, because the id itself is in the slot; told of many ids ahead
//! ([`KeyTable::expect`]), it has them all on their way at once, while whoever asks does something else.
//!
//! Not here: the ids in the order of their numbers, and whatever is known of an order.

mod group;
mod key;
mod long;
mod packed;
mod segment;
mod table;

pub use key::{Hashed, Key};
pub use table::KeyTable;

/// A number that is the same in every run, and spread evenly over all numbers.
#[must_use]
pub fn hash_of(id: &[u8]) -> u64 {
    packed::Packed::of(id).hash()
}
