//! Orders on their way: read row by row, sieved, and held once each.
//!
//! ```text
//! rows ─ Sieve ─► Sifted ─ OrdersRead ─┬─► Found ─ once ─► Orders   in memory
//!                                      └─► a part of a spill file   beyond it
//! ```
//!
//! The sieve says of each row whether anything can come of its order. If not, its id stays ([`Ids`]) and a count
//! ([`Settled`]); if so, it is packed.
//!
//! Not here: which usage is an order's, and what is judged.

mod held;
mod ids;
mod read;
mod shelf;
mod sieve;
mod untouched;
mod watch;

pub(super) use held::{Found, JoinedOrder, Orders, OrdersKnown, Rows};
pub(super) use ids::Ids;
pub(super) use read::OrdersRead;
pub(super) use sieve::{Sieve, Sifted};
pub use untouched::Untouched;
pub(super) use untouched::{Settled, WareRules};
pub(super) use watch::{Buyer, buyer_of, buyer_of_package};
