//! The row of an order in its usual layout: each cell by position, without a copy.
//!
//! What is not in its usual layout is no error here: the grammars of cells read the whole row again and
//! decide.

use super::super::{
    cells::Marks,
    file::ZONE,
    header::Layout,
    plain::plain_id,
    schema::{OrderColumn as C, columns},
    table::Slots,
};
use crate::{
    money::{Currency, Money},
    record::{
        Assumed, ControlTotal, Fate, FileId, Invoice, OrderKind, OrderRow, OrderStatus, Role, SourceRef,
        Tender, Tenders,
    },
    scan::{Record, quantities, times::TimeReader},
    time::{Instant, Moment},
};

/// How many columns orders have.
const COLUMNS: usize = C::Assumed as usize + 1;
/// The columns of instants, each with a reader of its own: the days of one column are often those of the row
/// before.
const TIMES: [C; 8] = [
    C::PaidAt,
    C::DeliveredAt,
    C::EffectiveAt,
    C::PeriodStart,
    C::PeriodEnd,
    C::ExpiresAt,
    C::LicenseActivatedAt,
    C::LinkedLicenseActivatedAt,
];
/// List price and tenders, next to each other.
const AMOUNTS: usize = 1 + Tender::COUNT;

/// Where the columns stand among those that the block reader looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    slots: [Option<usize>; COLUMNS],
    width: usize,
}

/// What a thread has for itself: readers of instants.
#[derive(Debug)]
pub(super) struct Times([TimeReader; TIMES.len()]);

impl Default for Times {
    fn default() -> Self {
        Self(std::array::from_fn(|_| TimeReader::new(ZONE.seconds_east())))
    }
}

/// Sums of the amounts of rows that were read here, by column.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    units: [i128; AMOUNTS],
    /// Whether any row had an amount there.
    is_there: [bool; AMOUNTS],
}

impl Sums {
    /// Writes them into totals as read and as accepted.
    pub(super) fn settle(&self, control: &mut ControlTotal) {
        let amounts = &columns(Role::Orders)[usize::from(C::ListPrice)..][..AMOUNTS];
        for ((column, &units), is_there) in amounts.iter().zip(&self.units).zip(self.is_there) {
            if is_there {
                control.read_sum(column.name, units);
            }
            if units != 0 {
                control.settle_sum(Fate::Accepted, column.name, units);
            }
        }
    }
}

impl Columns {
    pub(super) fn of(layout: &Layout, slots: &Slots) -> Self {
        let slots = std::array::from_fn(|column| slots.of_place(layout.places[column]));
        Self { slots, width: layout.width }
    }

    /// A cell that is not empty.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called for each field of each row; a call costs as much again")]
    fn cell<'r>(&self, record: &Record<'r>, column: C) -> Option<&'r [u8]> {
        record.get(self.slots[column as usize]?).filter(|cell| !cell.is_empty())
    }

    /// A row whose cells are all in their usual layout; `None` leaves it to the grammar, and counts nothing.
    #[inline]
    pub(super) fn read<'r>(
        &self,
        record: &Record<'r>,
        file: FileId,
        Times(times): &mut Times,
        sums: &mut Sums,
        marks: &mut Marks,
    ) -> Option<OrderRow<'r>> {
        if record.field_count() != self.width {
            return None;
        }
        let text = |column: C| plain(self.cell(record, column));
        let mut seen = Marks::default();
        let mut instants = [None; TIMES.len()];
        for ((column, reader), instant) in TIMES.into_iter().zip(times).zip(&mut instants) {
            let Some(cell) = self.cell(record, column) else { continue };
            let read = reader.read(cell)?;
            let at = Instant::from_micros(read.micros);
            seen.zone_assumed += u64::from(read.zone_assumed);
            seen.latest = seen.latest.max(Some(at));
            *instant = Some(at);
        }
        let [paid_at, delivered_at, effective_at, period_start, period_end, expires_at, license, linked] =
            instants;
        let mut amounts = [None; AMOUNTS];
        for (place, amount) in (C::ListPrice as usize..).zip(&mut amounts) {
            let Some(cell) = self.slots[place].and_then(|slot| record.get(slot)) else { continue };
            if !cell.is_empty() {
                *amount = Some(quantities::read_i64(cell).filter(|units| *units >= 0)?);
            }
        }
        let currency = Currency::parse(text(C::Currency)??).ok()?;
        let mut paid = Tenders::none(currency);
        for (tender, units) in Tender::ALL.into_iter().zip(&amounts[1..]) {
            if let Some(units) = units {
                paid.set(tender, Money::from_units((*units).into()));
            }
        }
        let account_id = text(C::AccountId)??;
        let row = OrderRow {
            at: SourceRef { file, line: record.line() },
            order_id: text(C::OrderId)??,
            instance_id: text(C::InstanceId)?,
            account_id,
            payer_id: text(C::PayerId)?.unwrap_or(account_id),
            product: text(C::Product)??,
            package_type: text(C::PackageType)??,
            kind: word(self.cell(record, C::OrderKind), &OrderKind::WORDS)?.unwrap_or(OrderKind::New),
            status: word(self.cell(record, C::Status), &OrderStatus::WORDS)?,
            list_price: amounts[0].map(|units| Money::from_units(units.into())),
            paid,
            paid_at: Moment::exact(paid_at?),
            delivered_at: delivered_at.map(Moment::exact),
            effective_at: effective_at.map(Moment::exact),
            period_start,
            period_end,
            expires_at: expires_at.map(Moment::exact),
            months: months(self.cell(record, C::Months))?,
            gift: word(self.cell(record, C::Gift), &FLAGS)?.unwrap_or_default(),
            promotion_forbids_refund: word(self.cell(record, C::PromotionForbidsRefund), &FLAGS)?
                .unwrap_or_default(),
            invoice: word(self.cell(record, C::Invoice), &Invoice::WORDS)?,
            license_activated_at: license,
            linked_license_activated_at: linked,
            assumed: self.cell(record, C::Assumed).is_none().then(Assumed::default)?,
        };
        for ((units, sum), is_there) in amounts.into_iter().zip(&mut sums.units).zip(&mut sums.is_there) {
            if let Some(units) = units {
                *sum += i128::from(units);
                *is_there = true;
            }
        }
        marks.add(seen);
        Some(row)
    }
}

const FLAGS: [(&str, bool); 2] = [("true", true), ("false", false)];

/// A cell that is empty, or visible ASCII of the length of an identifier; `None` for any other.
#[inline]
#[expect(clippy::option_option, reason = "no cell, a cell that is plain, and a cell that is to be looked at")]
fn plain(cell: Option<&[u8]>) -> Option<Option<&str>> {
    match plain_id(cell)? {
        Some(bytes) => std::str::from_utf8(bytes).ok().map(Some),
        None => Some(None),
    }
}

/// A cell that is empty or a word of a closed set; `None` for any other.
#[inline]
#[expect(clippy::option_option, reason = "as for a text")]
fn word<T: Copy>(cell: Option<&[u8]>, words: &[(&str, T)]) -> Option<Option<T>> {
    let Some(bytes) = cell else { return Some(None) };
    words.iter().find(|(word, _)| word.as_bytes() == bytes).map(|(_, value)| Some(*value))
}

/// A cell that is empty or a number of months in at most three digits; `None` for any other.
#[inline]
#[expect(clippy::option_option, reason = "as for a text")]
fn months(cell: Option<&[u8]>) -> Option<Option<u32>> {
    let Some(bytes) = cell else { return Some(None) };
    if !matches!(bytes.len(), 1..=3) || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let months = bytes.iter().fold(0, |months, digit| months * 10 + u32::from(digit - b'0'));
    (months > 0).then_some(Some(months))
}
