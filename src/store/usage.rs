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
const HAS_END: u64 = 8;
const HAS_UNIT: u64 = 16;
const HAS_PRODUCT: u64 = 32;
const HAS_CLASS: u64 = 64;

/// A row of usage whose texts stand elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsageRow<'u> {
    pub(crate) posted_at: Moment,
    pub(crate) usage_id: Option<&'u str>,
    pub(crate) usage_start: Option<Instant>,
    pub(crate) usage_end: Option<Instant>,
    pub(crate) quantity: Quantity,
    pub(crate) unit: Option<&'u str>,
    pub(crate) basis: Basis,
    pub(crate) product: Option<&'u str>,
    pub(crate) class: Option<&'u str>,
    pub(crate) at: SourceRef,
}

impl<'u> From<&'u Usage> for UsageRow<'u> {
    fn from(usage: &'u Usage) -> Self {
        let Usage { posted_at, usage_id, usage_start, usage_end, quantity, unit, basis, product, class, at } =
            usage;
        Self {
            posted_at: *posted_at,
            usage_id: usage_id.as_ref().map(UsageId::as_str),
            usage_start: *usage_start,
            usage_end: *usage_end,
            quantity: *quantity,
            unit: unit.as_deref(),
            basis: *basis,
            product: product.as_deref(),
            class: class.as_deref(),
            at: *at,
        }
    }
}

impl From<UsageRow<'_>> for Usage {
    fn from(row: UsageRow<'_>) -> Self {
        let UsageRow {
            posted_at,
            usage_id,
            usage_start,
            usage_end,
            quantity,
            unit,
            basis,
            product,
            class,
            at,
        } = row;
        Self {
            posted_at,
            usage_id: usage_id.map(Into::into),
            usage_start,
            usage_end,
            quantity,
            unit: unit.map(Into::into),
            basis,
            product: product.map(Into::into),
            class: class.map(Into::into),
            at,
        }
    }
}

/// Appends a row of usage.
pub(crate) fn pack_usage(usage: UsageRow<'_>, out: &mut Vec<u8>) {
    let UsageRow { posted_at, usage_id, usage_start, usage_end, quantity, unit, basis, product, class, at } =
        usage;
    let flags = [
        (usage_id.is_some(), HAS_ID),
        (usage_start.is_some(), HAS_START),
        (basis == Basis::Raw, IS_RAW),
        (usage_end.is_some(), HAS_END),
        (unit.is_some(), HAS_UNIT),
        (product.is_some(), HAS_PRODUCT),
        (class.is_some(), HAS_CLASS),
    ];
    let flags: u64 = flags.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum();
    put(out, u128::from(flags));
    put_moment(out, posted_at);
    if let Some(id) = usage_id {
        put_bytes(out, id.as_bytes());
    }
    if let Some(start) = usage_start {
        put_instant(out, start);
    }
    if let Some(end) = usage_end {
        put_instant(out, end);
    }
    put_signed(out, quantity.units());
    for text in [unit, product, class].into_iter().flatten() {
        put_bytes(out, text.as_bytes());
    }
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
        usage_end: is(HAS_END).then(|| packed.instant()),
        quantity: Quantity::from_units(packed.signed()),
        unit: is(HAS_UNIT).then(|| packed.text()),
        basis: if is(IS_RAW) { Basis::Raw } else { Basis::Deduction },
        product: is(HAS_PRODUCT).then(|| packed.text()),
        class: is(HAS_CLASS).then(|| packed.text()),
        at: SourceRef {
            file: FileId(u32::try_from(packed.number()).expect("a file was packed")),
            line: packed.number(),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_row_of_usage_comes_back(
            (posted, blur) in (-(1_i64 << 58)..(1_i64 << 58), 0_i64..100_000_000_000),
            (start, end) in (option::of(any::<i32>()), option::of(any::<i32>())),
            (usage_id, unit, product, class) in
                (option::of(".{1,9}"), option::of(".{1,9}"), option::of(".{1,9}"), option::of(".{1,9}")),
            (quantity, is_raw, file, line) in (any::<i128>(), any::<bool>(), any::<u32>(), any::<u64>()),
        ) {
            let instant = |seconds: i32| Instant::from_micros(i64::from(seconds) * 1_000_000);
            let posted_at = Instant::from_micros(posted);
            let row = UsageRow {
                posted_at: Moment::between(posted_at, posted_at.plus_micros(blur)),
                usage_id: usage_id.as_deref(),
                usage_start: start.map(instant),
                usage_end: end.map(instant),
                quantity: Quantity::from_units(quantity),
                unit: unit.as_deref(),
                basis: if is_raw { Basis::Raw } else { Basis::Deduction },
                product: product.as_deref(),
                class: class.as_deref(),
                at: SourceRef { file: FileId(file), line },
            };
            let mut packed = Vec::new();
            pack_usage(row, &mut packed);
            prop_assert_eq!(unpack_usage(&packed), row);
            let usage = Usage::from(row);
            prop_assert_eq!(UsageRow::from(&usage), row);
        }
    }
}
