//! The deciding fields of a usage row: in their usual layout by position, else by the grammars of cells.

use super::super::{
    cells::{Cells, Fault, Marks},
    fields::{Fields, NOWHERE},
    file::ZONE,
    header::Layout,
    plain::{is_plain_id, plain_id},
    schema::UsageColumn as C,
    table::Slots,
};
use crate::{
    money::Quantity,
    record::{Basis, SourceRef},
    scan::{
        keys::Key,
        times::{Read, TimeReader},
    },
    time::{Instant, Moment},
};

/// The fields of a usage row that decide. One of the first two ids is there; ids are UTF-8 and not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'r> {
    /// The order it names.
    pub order_id: Option<Key<'r>>,
    /// The instance it names.
    pub instance_id: Option<&'r [u8]>,
    /// Its number, where it has one that is an identifier.
    pub usage_id: Option<&'r [u8]>,
    /// When it was posted.
    pub posted_at: Moment,
    /// When the usage it pays for began.
    pub usage_start: Option<Instant>,
    /// When it ended.
    pub usage_end: Option<Instant>,
    /// What was deducted; a reversal is negative.
    pub quantity: Quantity,
    /// The unit of the quantity.
    pub unit: Option<&'r str>,
    /// What it rests on.
    pub basis: Basis,
    /// The product that was used.
    pub product: Option<&'r str>,
    /// What was metered.
    pub class: Option<&'r str>,
    /// Where it was read.
    pub at: SourceRef,
}

/// The deciding fields of a row, or what is wrong with it.
pub(in crate::ingest) fn line<'r>(cells: &mut Cells<'r>, at: SourceRef) -> Result<Line<'r>, Fault> {
    let order_id = cells.id(C::OrderId)?;
    let instance_id = cells.id(C::InstanceId)?;
    if order_id.is_none() && instance_id.is_none() {
        return Err(Fault {
            column: "order_id",
            reason: "is empty, and there is no instance_id either".to_owned(),
        });
    }
    let posted_at = cells.moment(C::PostedAt)?;
    let usage_start = cells.instant(C::UsageStart)?;
    let usage_end = cells.instant(C::UsageEnd)?;
    if let (Some(start), Some(end)) = (usage_start, usage_end)
        && end < start
    {
        return Err(Fault { column: "usage_end", reason: "is before usage_start".to_owned() });
    }
    Ok(Line {
        order_id: order_id.map(|id| Key::of(id.as_bytes())),
        instance_id: instance_id.map(str::as_bytes),
        usage_id: cells.id(C::UsageId).ok().flatten().map(str::as_bytes),
        posted_at: cells.required(C::PostedAt, posted_at)?,
        usage_start,
        usage_end,
        quantity: cells.quantity(C::Quantity)?,
        unit: cells.text(C::Unit)?,
        basis: cells.word(C::Basis, &Basis::WORDS)?.unwrap_or(Basis::Deduction),
        product: cells.text(C::Product)?,
        class: cells.text(C::Class)?,
        at,
    })
}

/// Where the deciding columns stand in a file; [`NOWHERE`] where they do not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    usage_id: usize,
    order_id: usize,
    instance_id: usize,
    posted_at: usize,
    usage_start: usize,
    usage_end: usize,
    quantity: usize,
    basis: usize,
    unit: usize,
    product: usize,
    class: usize,
}

/// The deciding columns, all others being not looked at.
const DECIDING: [C; 11] = [
    C::UsageId,
    C::OrderId,
    C::InstanceId,
    C::PostedAt,
    C::UsageStart,
    C::UsageEnd,
    C::Quantity,
    C::Basis,
    C::Unit,
    C::Product,
    C::Class,
];

/// The slots of the deciding columns.
pub(super) fn slots(layout: &Layout) -> Option<Slots> {
    Slots::of(DECIDING.into_iter().filter_map(|column| layout.places[usize::from(column)]))
}

impl Columns {
    pub(super) fn of(layout: &Layout) -> Self {
        Self::by(|column| layout.places[usize::from(column)])
    }

    /// Those of a file in which each stands at the place that is said.
    pub(super) fn by(place: impl Fn(C) -> Option<usize>) -> Self {
        let place = |column: C| place(column).unwrap_or(NOWHERE);
        Self {
            usage_id: place(C::UsageId),
            order_id: place(C::OrderId),
            instance_id: place(C::InstanceId),
            posted_at: place(C::PostedAt),
            usage_start: place(C::UsageStart),
            usage_end: place(C::UsageEnd),
            quantity: place(C::Quantity),
            basis: place(C::Basis),
            unit: place(C::Unit),
            product: place(C::Product),
            class: place(C::Class),
        }
    }

    /// Where the order that a row names stands.
    pub(super) const fn order_id(&self) -> usize {
        self.order_id
    }

    /// Appends the deciding fields of a row that names this order, where each of them is in its usual layout; `None`
    /// leaves the whole row to [`line`].
    #[inline]
    pub(super) fn read<'r>(
        &self,
        record: &impl Fields<'r>,
        order: &Key<'r>,
        at: SourceRef,
        times: &mut Times,
        sums: &mut Sums,
        lines: &mut Vec<Line<'r>>,
    ) -> Option<()> {
        if !order.is_digits() && !is_plain_id(order.id()) {
            return None;
        }
        let instance_id = plain_id(record.cell(self.instance_id))?;
        let usage_id = plain_id(record.cell(self.usage_id))?;
        if order.id().is_empty() && instance_id.is_none() {
            return None;
        }
        let posted_at = times.posted_at.read(record.cell(self.posted_at)?)?;
        let mut latest = posted_at.micros;
        let mut zone_assumed = u64::from(posted_at.zone_assumed);
        let mut take = |read: Read| {
            latest = latest.max(read.micros);
            zone_assumed += u64::from(read.zone_assumed);
            read.micros
        };
        let usage_start = match record.cell(self.usage_start) {
            Some(text) => Some(take(times.usage_start.read(text)?)),
            None => None,
        };
        let usage_end = match record.cell(self.usage_end) {
            Some(text) => Some(take(times.usage_end.read(text)?)),
            None => None,
        };
        if usage_start.is_some_and(|start| usage_end.is_some_and(|end| end < start)) {
            return None;
        }
        let quantity = record.units(self.quantity)?;
        let basis = match record.cell(self.basis) {
            None | Some(b"deduction") => Basis::Deduction,
            Some(b"raw") => Basis::Raw,
            Some(_) => return None,
        };
        let [unit, product, class] = [self.unit, self.product, self.class];
        let (unit, product, class) = (text(record, unit)?, text(record, product)?, text(record, class)?);
        sums.rows += 1;
        sums.quantity += i128::from(quantity);
        sums.zone_assumed += zone_assumed;
        sums.latest = sums.latest.max(latest);
        if basis == Basis::Deduction {
            sums.first_posted = sums.first_posted.min(posted_at.micros);
            sums.last_posted = sums.last_posted.max(posted_at.micros);
        }
        lines.push(Line {
            order_id: (!order.id().is_empty()).then_some(*order),
            instance_id,
            usage_id,
            posted_at: Moment::exact(Instant::from_micros(posted_at.micros)),
            usage_start: usage_start.map(Instant::from_micros),
            usage_end: usage_end.map(Instant::from_micros),
            quantity: Quantity::from_units(quantity.into()),
            unit,
            basis,
            product,
            class,
            at,
        });
        Some(())
    }
}

/// A cell that is empty, or a text without blanks around it; `None` for any other.
#[inline]
#[expect(clippy::option_option, reason = "no cell, a cell that is read, and a cell that is to be looked at")]
fn text<'r>(record: &impl Fields<'r>, column: usize) -> Option<Option<&'r str>> {
    let Some(bytes) = record.cell(column) else { return Some(None) };
    let text = std::str::from_utf8(bytes).ok()?;
    (text.trim().len() == text.len()).then_some(Some(text))
}

/// Totals of rows whose fields were all in their usual layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub(super) rows: u64,
    pub(super) quantity: i128,
    zone_assumed: u64,
    /// In microseconds, as are the others; the earliest there is where there is none.
    latest: i64,
    /// The first and the last posting of a deduction; the first is behind the last where there is none.
    first_posted: i64,
    last_posted: i64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            rows: 0,
            quantity: 0,
            zone_assumed: 0,
            latest: i64::MIN,
            first_posted: i64::MAX,
            last_posted: i64::MIN,
        }
    }
}

impl Sums {
    /// What the cells had in common.
    pub(super) fn marks(&self) -> Marks {
        let latest = (self.rows > 0).then_some(Instant::from_micros(self.latest));
        Marks { zone_assumed: self.zone_assumed, latest, ..Marks::default() }
    }

    /// The first and the last posting of a deduction.
    pub(super) fn postings(&self) -> Option<(Instant, Instant)> {
        let posted = (Instant::from_micros(self.first_posted), Instant::from_micros(self.last_posted));
        (self.first_posted <= self.last_posted).then_some(posted)
    }
}

/// Readers of instants for a thread. Each column has its own: usage of one day is posted on the next.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct Times {
    posted_at: TimeReader,
    usage_start: TimeReader,
    usage_end: TimeReader,
}

impl Times {
    pub(super) fn new() -> Self {
        let reader = TimeReader::new(ZONE.seconds_east());
        Self { posted_at: reader.clone(), usage_start: reader.clone(), usage_end: reader }
    }
}
