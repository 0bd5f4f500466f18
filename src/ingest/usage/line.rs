//! The deciding fields of a usage row: in their usual layout by position, else by the grammars of cells.

use super::super::{
    cells::{Cells, Fault, Marks},
    file::ZONE,
    header::Layout,
    rows::Row,
    schema::UsageColumn as C,
    table::Slots,
};
use crate::{
    money::Quantity,
    record::{Basis, FileId, SourceRef},
    scan::{Record, quantities, times::TimeReader},
    time::{Instant, Moment},
};

/// The fields of a usage row that decide. One of the first two ids is there; ids are UTF-8 and not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'r> {
    /// The order it names.
    pub order_id: Option<&'r [u8]>,
    /// The instance it names.
    pub instance_id: Option<&'r [u8]>,
    /// Its number, where it has one that is an identifier.
    pub usage_id: Option<&'r [u8]>,
    /// When it was posted.
    pub posted_at: Moment,
    /// When the usage it pays for began.
    pub usage_start: Option<Instant>,
    /// What was deducted; a reversal is negative.
    pub quantity: Quantity,
    /// What it rests on.
    pub basis: Basis,
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
        order_id: order_id.map(str::as_bytes),
        instance_id: instance_id.map(str::as_bytes),
        usage_id: cells.id(C::UsageId).ok().flatten().map(str::as_bytes),
        posted_at: cells.required(C::PostedAt, posted_at)?,
        usage_start,
        quantity: cells.quantity(C::Quantity)?,
        basis: cells.word(C::Basis, &Basis::WORDS)?.unwrap_or(Basis::Deduction),
        at,
    })
}

/// The cells of a row, by their place among those that are looked at.
pub(super) trait Fields<'r> {
    /// The bytes of one.
    fn get(&self, place: usize) -> Option<&'r [u8]>;
    /// How many the row has, looked at or not.
    fn field_count(&self) -> usize;
    /// Where the row stands.
    fn line(&self) -> u64;
}

impl<'r> Fields<'r> for Record<'r> {
    #[inline]
    fn get(&self, place: usize) -> Option<&'r [u8]> {
        Record::get(self, place)
    }

    #[inline]
    fn field_count(&self) -> usize {
        Record::field_count(self)
    }

    #[inline]
    fn line(&self) -> u64 {
        Record::line(self)
    }
}

impl<'r> Fields<'r> for Row<'r> {
    #[inline]
    fn get(&self, place: usize) -> Option<&'r [u8]> {
        self.record.get(place)
    }

    #[inline]
    fn field_count(&self) -> usize {
        self.record.len()
    }

    #[inline]
    fn line(&self) -> u64 {
        self.line
    }
}

/// Where the deciding columns stand among those that the block reader looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    usage_id: Option<usize>,
    order_id: Option<usize>,
    instance_id: Option<usize>,
    posted_at: Option<usize>,
    usage_start: Option<usize>,
    usage_end: Option<usize>,
    quantity: Option<usize>,
    basis: Option<usize>,
}

/// The deciding columns, all others being not looked at.
const DECIDING: [C; 8] =
    [C::UsageId, C::OrderId, C::InstanceId, C::PostedAt, C::UsageStart, C::UsageEnd, C::Quantity, C::Basis];

/// The slots of the deciding columns.
pub(super) fn slots(layout: &Layout) -> Option<Slots> {
    Slots::of(DECIDING.into_iter().filter_map(|column| layout.places[usize::from(column)]))
}

impl Columns {
    pub(super) fn of(layout: &Layout, slots: &Slots) -> Self {
        let [usage_id, order_id, instance_id, posted_at, usage_start, usage_end, quantity, basis] =
            DECIDING.map(|column| slots.of_place(layout.places[usize::from(column)]));
        Self { usage_id, order_id, instance_id, posted_at, usage_start, usage_end, quantity, basis }
    }

    /// Where they stand in the file.
    pub(super) fn in_file(layout: &Layout) -> Self {
        let [usage_id, order_id, instance_id, posted_at, usage_start, usage_end, quantity, basis] =
            DECIDING.map(|column| layout.places[usize::from(column)]);
        Self { usage_id, order_id, instance_id, posted_at, usage_start, usage_end, quantity, basis }
    }

    /// The deciding fields of a row of `width` cells, where each of them is in its usual layout; `None`
    /// leaves the whole row to [`line`].
    #[inline]
    pub(super) fn read<'r>(
        &self,
        record: &impl Fields<'r>,
        width: usize,
        file: FileId,
        times: &mut TimeReader,
        marks: &mut Marks,
    ) -> Option<Line<'r>> {
        if record.field_count() != width {
            return None;
        }
        let cell =
            |slot: Option<usize>| slot.and_then(|slot| record.get(slot)).filter(|cell| !cell.is_empty());
        let (order_id, instance_id) = (plain_id(cell(self.order_id))?, plain_id(cell(self.instance_id))?);
        let usage_id = plain_id(cell(self.usage_id))?;
        if order_id.is_none() && instance_id.is_none() {
            return None;
        }
        let mut zone_assumed = 0;
        let mut read_time = |text: &[u8]| {
            let read = times.read(text)?;
            zone_assumed += u64::from(read.zone_assumed);
            Some(Instant::from_micros(read.micros))
        };
        let posted_at = read_time(cell(self.posted_at)?)?;
        let usage_start = match cell(self.usage_start) {
            Some(text) => Some(read_time(text)?),
            None => None,
        };
        let usage_end = match cell(self.usage_end) {
            Some(text) => Some(read_time(text)?),
            None => None,
        };
        if usage_start.is_some_and(|start| usage_end.is_some_and(|end| end < start)) {
            return None;
        }
        let quantity = Quantity::from_units(quantities::read_i64(cell(self.quantity)?)?.into());
        let basis = match cell(self.basis) {
            None | Some(b"deduction") => Basis::Deduction,
            Some(b"raw") => Basis::Raw,
            Some(_) => return None,
        };
        marks.zone_assumed += zone_assumed;
        marks.latest = marks.latest.max(Some(posted_at)).max(usage_start).max(usage_end);
        Some(Line {
            order_id,
            instance_id,
            usage_id,
            posted_at: Moment::exact(posted_at),
            usage_start,
            quantity,
            basis,
            at: SourceRef { file, line: record.line() },
        })
    }
}

/// A reader of instants for a thread.
pub(super) fn times() -> TimeReader {
    TimeReader::new(ZONE.seconds_east())
}

/// The longest identifier read here; longer ones are left to the grammar.
const ID_BYTES_MAX: usize = 512;

/// A cell that is empty, or an identifier of visible ASCII; `None` for any other.
#[inline]
#[expect(
    clippy::option_option,
    reason = "no cell, a cell that is an identifier, and a cell that is to be looked at"
)]
fn plain_id(cell: Option<&[u8]>) -> Option<Option<&[u8]>> {
    let Some(bytes) = cell else { return Some(None) };
    // Without a branch for each byte, so that many are looked at together.
    let is_odd = bytes.iter().fold(false, |is_odd, byte| is_odd | !byte.is_ascii_graphic());
    (!is_odd && bytes.len() <= ID_BYTES_MAX).then_some(Some(bytes))
}
