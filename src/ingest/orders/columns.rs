//! The row of an order in its usual layout: each cell by position, without a copy.
//!
//! What is not in its usual layout is no error here: the grammars of cells read the whole row again and
//! decide.

use super::super::{
    cells::Marks,
    fields::{Fields, NOWHERE},
    file::ZONE,
    header::Layout,
    plain::plain_id,
    schema::{OrderColumn as C, columns},
};
use crate::{
    money::{Currency, Money, Quantity},
    record::{
        Assumed, ControlTotal, Fate, Invoice, OrderKind, OrderRow, OrderStatus, Role, SourceRef, Tender,
        Tenders,
    },
    scan::times::TimeReader,
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

/// Where the columns stand in a file; [`NOWHERE`] where they do not.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    places: [usize; COLUMNS],
    /// Of the instants and of the amounts that the file has: which it is, and where it stands.
    instants: Vec<(usize, usize)>,
    amounts: Vec<(usize, usize)>,
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
    pub(super) fn of(layout: &Layout) -> Self {
        let places: [usize; COLUMNS] = std::array::from_fn(|column| layout.places[column].unwrap_or(NOWHERE));
        let present = |columns: &mut dyn Iterator<Item = usize>| {
            let places = columns.map(|column| places[column]).enumerate();
            places.filter(|(_, place)| *place != NOWHERE).collect()
        };
        let instants = present(&mut TIMES.into_iter().map(usize::from));
        let amounts = present(&mut (usize::from(C::ListPrice)..).take(AMOUNTS));
        Self { places, instants, amounts }
    }

    /// Where the id of the order stands.
    pub(super) const fn order_id(&self) -> usize {
        self.places[C::OrderId as usize]
    }

    /// A row whose cells are all in their usual layout; `None` leaves it to the grammar, and counts nothing.
    #[inline]
    pub(super) fn read<'r>(
        &self,
        record: &impl Fields<'r>,
        at: SourceRef,
        Times(times): &mut Times,
        sums: &mut Sums,
        marks: &mut Marks,
    ) -> Option<OrderRow<'r>> {
        let cell = |column: C| record.cell(self.places[column as usize]);
        let text = |column: C| plain(record, self.places[column as usize]);
        let mut seen = Marks::default();
        let mut instants = [None; TIMES.len()];
        for &(time, column) in &self.instants {
            let Some(cell) = record.cell(column) else { continue };
            let read = times[time].read(cell)?;
            let at = Instant::from_micros(read.micros);
            seen.zone_assumed += u64::from(read.zone_assumed);
            seen.latest = seen.latest.max(Some(at));
            instants[time] = Some(at);
        }
        let [paid_at, delivered_at, effective_at, period_start, period_end, expires_at, license, linked] =
            instants;
        let mut amounts = [None; AMOUNTS];
        for &(amount, column) in &self.amounts {
            amounts[amount] = match record.get(column)? {
                [] => None,
                b"0.00" => Some(0),
                _ => Some(record.units(column).filter(|units| *units >= 0)?),
            };
        }
        let currency = Currency::parse(text(C::Currency)??).ok()?;
        let mut paid = Tenders::none(currency);
        for &(amount, _) in &self.amounts {
            if let (Some(tender), Some(units)) = (amount.checked_sub(1), amounts[amount]) {
                paid.set(Tender::ALL[tender], Money::from_units(units.into()));
            }
        }
        let account_id = text(C::AccountId)??;
        let row = OrderRow {
            at,
            order_id: text(C::OrderId)??,
            instance_id: text(C::InstanceId)?,
            account_id,
            payer_id: text(C::PayerId)?.unwrap_or(account_id),
            product: text(C::Product)??,
            package_type: text(C::PackageType)??,
            kind: word(cell(C::OrderKind), &OrderKind::WORDS)?.unwrap_or(OrderKind::New),
            status: word(cell(C::Status), &OrderStatus::WORDS)?,
            list_price: amounts[0].map(|units| Money::from_units(units.into())),
            paid,
            paid_at: Moment::exact(paid_at?),
            delivered_at: delivered_at.map(Moment::exact),
            effective_at: effective_at.map(Moment::exact),
            period_start,
            period_end,
            expires_at: expires_at.map(Moment::exact),
            months: months(cell(C::Months))?,
            gift: word(cell(C::Gift), &FLAGS)?.unwrap_or_default(),
            promotion_forbids_refund: word(cell(C::PromotionForbidsRefund), &FLAGS)?.unwrap_or_default(),
            invoice: word(cell(C::Invoice), &Invoice::WORDS)?,
            license_activated_at: license,
            linked_license_activated_at: linked,
            site: text(C::Site)?,
            payment_id: text(C::PaymentId)?,
            quota: quota(record, self.places[C::Quota as usize])?,
            quota_unit: text(C::QuotaUnit)?,
            assumed: cell(C::Assumed).is_none().then(Assumed::default)?,
        };
        for &(amount, _) in &self.amounts {
            if let Some(units) = amounts[amount] {
                sums.units[amount] += i128::from(units);
                sums.is_there[amount] = true;
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
fn plain<'r>(record: &impl Fields<'r>, column: usize) -> Option<Option<&'r str>> {
    match plain_id(record.cell(column))? {
        Some(_) => record.text(column).map(Some),
        None => Some(None),
    }
}

/// A cell that is empty or a quantity that is not negative; `None` for any other.
#[inline]
#[expect(clippy::option_option, reason = "as for a text")]
fn quota<'r>(record: &impl Fields<'r>, column: usize) -> Option<Option<Quantity>> {
    if record.cell(column).is_none() {
        return Some(None);
    }
    let units = record.units(column).filter(|units| *units >= 0)?;
    Some(Some(Quantity::from_units(units.into())))
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
