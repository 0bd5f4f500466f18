//! Records as bytes: in a tenth of the memory, and in files where memory does not do.
//!
//! A run knows each order from its row to its verdict, and most orders are never asked about. So orders are
//! held packed, in pieces that never move ([`Arena`]), and unpacked one at a time to be judged; what
//! decides whether anybody asks about one is read without the rest ([`OrderHead`]). The same holds for refunds and
//! for rows of usage that are kept.

mod arena;
pub(crate) mod bytes;
mod order;
mod refund;
mod usage;
mod wares;

pub(crate) use arena::{Arena, Place};
pub(crate) use bytes::Packed;
pub(crate) use order::{OrderHead, head_and_place_of, head_of, order_id_of, pack_order, unpack_order};
pub(crate) use refund::{RefundHead, pack_refund, refund_head, refunded_order_of, unpack_refund};
pub(crate) use usage::{UsageRow, pack_usage, unpack_usage};
pub(crate) use wares::{Ware, Wares};
