//! A kept row of usage in forty bytes.

use super::bytes::{Packed, put, put_bytes, put_instant, put_moment, put_signed};
use crate::{
    money::Quantity,
    record::{Basis, FileId, SourceRef, Usage, UsageId},
    time::{Instant, Moment},
};

const HAS_ID: u64 = 1;
const HAS_START: u64 = 2;
const IS_RAW: u64 = 4;

/// A row of usage whose id stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsageRow<'u> {
    pub(crate) posted_at: Moment,
    pub(crate) usage_id: Option<&'u str>,
    pub(crate) usage_start: Option<Instant>,
    pub(crate) quantity: Quantity,
    pub(crate) basis: Basis,
    pub(crate) at: SourceRef,
}

impl<'u> From<&'u Usage> for UsageRow<'u> {
    fn from(usage: &'u Usage) -> Self {
        let Usage { posted_at, usage_id, usage_start, quantity, basis, at } = usage;
        let usage_id = usage_id.as_ref().map(UsageId::as_str);
        let (posted_at, usage_start) = (*posted_at, *usage_start);
        Self { posted_at, usage_id, usage_start, quantity: *quantity, basis: *basis, at: *at }
    }
}

impl From<UsageRow<'_>> for Usage {
    fn from(row: UsageRow<'_>) -> Self {
        let UsageRow { posted_at, usage_id, usage_start, quantity, basis, at } = row;
        Self { posted_at, usage_id: usage_id.map(Into::into), usage_start, quantity, basis, at }
    }
}

/// Appends a row of usage.
pub(crate) fn pack_usage(usage: UsageRow<'_>, out: &mut Vec<u8>) {
    let UsageRow { posted_at, usage_id, usage_start, quantity, basis, at } = usage;
    let flags =
        [(usage_id.is_some(), HAS_ID), (usage_start.is_some(), HAS_START), (basis == Basis::Raw, IS_RAW)];
    let flags: u64 = flags.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum();
    put(out, u128::from(flags));
    put_moment(out, posted_at);
    if let Some(id) = usage_id {
        put_bytes(out, id.as_bytes());
    }
    if let Some(start) = usage_start {
        put_instant(out, start);
    }
    put_signed(out, quantity.units());
    put(out, u128::from(at.file.0));
    put(out, u128::from(at.line));
}

/// The row of usage.
pub(crate) fn unpack_usage(bytes: &[u8]) -> UsageRow<'_> {
    let mut packed = Packed::new(bytes);
    let flags = packed.number();
    let is = |bit| flags & bit != 0;
    UsageRow {
        posted_at: packed.moment(),
        usage_id: is(HAS_ID).then(|| packed.text()),
        usage_start: is(HAS_START).then(|| packed.instant()),
        quantity: Quantity::from_units(packed.signed()),
        basis: if is(IS_RAW) { Basis::Raw } else { Basis::Deduction },
        at: SourceRef {
            file: FileId(u32::try_from(packed.number()).expect("a file was packed")),
            line: packed.number(),
        },
    }
}
