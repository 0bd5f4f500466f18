//! One file from its first byte to records, defects and totals.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    cells::{Cells, Fault, Marks},
    error::IngestError,
    events::event,
    header::Layout,
    reading::Reading,
    refunds::{RequestTime, refund},
    rows::{Row, RowCells, split_again},
    schema::columns,
    table::{self, Slots, Take},
    usage::Fates,
};
use crate::{
    export::source::Place,
    money::Money,
    record::{ControlTotal, Defect, Event, Fate, FileId, Named, Order, OrderRow, Refund, Role, SourceRef},
    scan,
    time::{Instant, Offset},
};

/// The zone of canonical instants without an offset.
pub(super) const ZONE: Offset = Offset::BEIJING;
/// How much of a rejected row is kept.
const RAW_BYTES_MAX: usize = 400;

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// Its place in the run.
    pub id: FileId,
    /// Its path as named.
    pub path: PathBuf,
    /// Which member of an archive or sheet of a workbook it is.
    pub part: Option<String>,
    /// What it tells of; of several things the first.
    pub role: Role,
    /// The dialect through which it was read; none for a canonical file.
    pub dialect: Option<String>,
    /// Facts that an export of this dialect cannot say, by the dialect's word.
    pub lacks: Vec<String>,
    /// The roles that an export of this dialect may give.
    pub roles: Vec<Role>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, where it was asked for.
    pub sha256: Option<String>,
    /// Rows and sums.
    pub control: ControlTotal,
    /// The same by role, each row once, for a file read through a dialect.
    pub shares: BTreeMap<Role, ControlTotal>,
    /// Records of several rows by role and line, with what is left of those rows.
    pub(super) rows_of: BTreeMap<(Role, u64), u64>,
    /// What a reader should know of its records, with how many.
    pub notes: BTreeMap<String, u64>,
    /// Columns that were not read.
    pub unknown_columns: Vec<String>,
    /// Instants without an offset.
    pub zone_assumed: u64,
    /// Whether the vendor says in which zone such instants are.
    pub is_zone_sourced: bool,
    /// Instants without seconds or without a time.
    pub blurred: u64,
    /// Amounts with more than eight decimals, the rest being zeros.
    pub long_decimals: u64,
    /// The latest instant in it, by role.
    pub latest: BTreeMap<Role, Instant>,
}

impl FileRead {
    /// Its name in outputs.
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.path.to_string_lossy().replace('\\', "/");
        self.part.as_ref().map_or(path.clone(), |part| format!("{path}!{part}"))
    }

    /// A file about to be read.
    pub(super) fn new(id: FileId, path: &Path, role: Role) -> Self {
        Self {
            id,
            path: path.to_owned(),
            part: None,
            role,
            dialect: None,
            lacks: Vec::new(),
            roles: vec![role],
            bytes: std::fs::metadata(path).map_or(0, |about| about.len()),
            sha256: None,
            control: ControlTotal::default(),
            shares: BTreeMap::new(),
            rows_of: BTreeMap::new(),
            notes: BTreeMap::new(),
            unknown_columns: Vec::new(),
            zone_assumed: 0,
            is_zone_sourced: false,
            blurred: 0,
            long_decimals: 0,
            latest: BTreeMap::new(),
        }
    }

    /// The totals of one role.
    pub(super) fn share(&mut self, role: Role) -> &mut ControlTotal {
        self.shares.entry(role).or_default()
    }

    /// Makes the totals of a file read through a dialect the sum of its shares.
    pub(crate) fn add_up(&mut self) {
        let lost = self.control.is_lost();
        self.control = ControlTotal::default();
        for share in self.shares.values() {
            self.control.add(share);
        }
        if lost {
            self.control.lose();
        }
    }

    /// Takes up what a second pass found in the same file.
    pub(crate) fn merge(&mut self, other: Self) {
        for (role, share) in &other.shares {
            self.share(*role).add(share);
        }
        for (text, count) in other.notes {
            *self.notes.entry(text).or_default() += count;
        }
        for (role, at) in other.latest {
            let known = self.latest.entry(role).or_insert(at);
            *known = (*known).max(at);
        }
        self.zone_assumed += other.zone_assumed;
        self.blurred += other.blurred;
        self.long_decimals += other.long_decimals;
        self.sha256 = self.sha256.take().or(other.sha256);
        if other.control.is_lost() {
            self.control.lose();
        }
        self.add_up();
    }

    /// Counts what became of its usage.
    pub(crate) fn settle_usage(&mut self, fates: &Fates) {
        fates.settle(&mut self.control);
        if let Some(share) = self.shares.get_mut(&Role::Usage) {
            fates.settle(share);
        }
    }

    /// Whether it tells of a role.
    #[must_use]
    pub fn gives(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Moves one record to another fate.
    pub(crate) fn resettle(
        &mut self,
        role: Role,
        line: u64,
        from: Fate,
        to: Fate,
        amounts: &[(&'static str, i128)],
    ) {
        let rows = self.rows_of.get_mut(&(role, line)).map_or(1, std::mem::take);
        self.control.resettle(from, to, rows, amounts.iter().copied());
        if let Some(share) = self.shares.get_mut(&role) {
            share.resettle(from, to, rows, amounts.iter().copied());
        }
    }

    pub(super) fn take_as(&mut self, role: Role, marks: Marks) {
        self.zone_assumed += marks.zone_assumed;
        self.blurred += marks.blurred;
        self.long_decimals += marks.long_decimals;
        if let Some(latest) = marks.latest {
            let known = self.latest.entry(role).or_insert(latest);
            *known = (*known).max(latest);
        }
    }
}

/// What a file of refunds or events holds, or an export; canonical orders and usage are streamed instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Orders.
    pub orders: Vec<Order>,
    /// Refunds.
    pub refunds: Vec<Refund>,
    /// Events.
    pub events: Vec<Event>,
    /// Packs with the orders that bought them.
    pub packs: Vec<(String, String)>,
    /// When refunds were asked for, as somebody says.
    pub request_times: Vec<RequestTime>,
}

impl Records {
    /// Takes up those that follow.
    pub fn append(&mut self, mut next: Self) {
        self.orders.append(&mut next.orders);
        self.refunds.append(&mut next.refunds);
        self.events.append(&mut next.events);
        self.packs.append(&mut next.packs);
        self.request_times.append(&mut next.request_times);
    }
}

/// The role of a file by its header, without reading further.
pub(super) fn role_of(place: &Place, given: Option<Role>) -> Result<Role, IngestError> {
    table::open(FileId(0), place, given, &Reading::new(&super::Silent)).map(|table| table.layout.role)
}

/// Reads a file of refunds or events; its records are handed on some at a time, in the order of the
/// file.
///
/// # Errors
///
/// [`IngestError`] where the file cannot be read or its header is not known; never for a row.
pub fn read_file(
    id: FileId,
    place: &Place,
    given: Option<Role>,
    reading: &Reading<'_>,
    sink: &mut (dyn FnMut(Records) + Send),
) -> Result<(FileRead, Vec<Defect>), IngestError> {
    let table = table::open(id, place, given, reading)?;
    let layout = table.layout.clone();
    let slots = Slots::of(layout.places.iter().flatten().copied());
    let take = TakeRecords { id, layout: &layout };
    let mut tally = Tally::default();
    let mut read = table.read(slots.as_ref(), &take, |(records, part)| {
        sink(records);
        tally.add(part);
    })?;
    let defects = tally.settle(&mut read);
    Ok((read, defects))
}

/// Rows to records.
struct TakeRecords<'l> {
    id: FileId,
    layout: &'l Layout,
}

impl Take for TakeRecords<'_> {
    type State = ();
    type Part = (Records, Tally);

    fn state(&self) {}

    fn part(&self) -> (Records, Tally) {
        <(Records, Tally)>::default()
    }

    fn records(
        &self,
        (): &mut (),
        part: &mut (Records, Tally),
        records: scan::Rows<'_>,
        count: usize,
        slots: &Slots,
    ) {
        for record in records.iter().take(count) {
            self.take(part, &slots.row(record));
        }
    }

    fn row(&self, (): &mut (), part: &mut (Records, Tally), row: &Row<'_>) {
        self.take(part, row);
    }
}

impl TakeRecords<'_> {
    fn take(&self, (records, tally): &mut (Records, Tally), row: &Row<'_>) {
        let layout = self.layout;
        let at = SourceRef { file: self.id, line: row.line };
        let mut cells = Cells::new(row.record, layout, ZONE);
        tally.control.read_row();
        for (column, units) in readable_amounts(row, layout) {
            tally.control.read_sum(column, units);
        }
        let parsed = check_width(row, layout).and_then(|()| match layout.role {
            Role::Refunds => refund(&mut cells, at).map(|refund| records.refunds.push(refund)),
            Role::Events => event(&mut cells, at).map(|event| records.events.push(event)),
            Role::Orders | Role::Usage | Role::Packages => Ok(()),
        });
        match parsed {
            Ok(()) => {
                tally.marks.add(cells.marks);
                tally.control.settle_rows(Fate::Accepted, 1);
                let amounts = match layout.role {
                    Role::Refunds => records.refunds.last().map(refund_amounts),
                    Role::Events => records.events.last().map(event_amounts),
                    Role::Orders | Role::Usage | Role::Packages => None,
                };
                for (column, units) in amounts.into_iter().flatten() {
                    tally.control.settle_sum(Fate::Accepted, column, units);
                }
            }
            Err(fault) => tally.reject(self.id, layout, row, fault),
        }
    }
}

/// What the rows of a part of a file, or of all of it, add to what is known of the file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) control: ControlTotal,
    pub(super) marks: Marks,
    pub(super) defects: Vec<Defect>,
}

impl Tally {
    /// Takes up the part that follows.
    pub(super) fn add(&mut self, next: Self) {
        self.control.add(&next.control);
        self.marks.add(next.marks);
        self.defects.extend(next.defects);
    }

    /// Writes all of it into the file; the rejected rows come back.
    pub(super) fn settle(self, read: &mut FileRead) -> Vec<Defect> {
        let role = read.role;
        self.settle_as(role, read)
    }

    /// The same for rows that tell of a role which may not be that of the file.
    pub(super) fn settle_as(self, role: Role, read: &mut FileRead) -> Vec<Defect> {
        read.control.add(&self.control);
        read.take_as(role, self.marks);
        self.defects
    }

    /// Counts a row as rejected and keeps what is wrong with it.
    pub(super) fn reject(&mut self, file: FileId, layout: &Layout, row: &Row<'_>, fault: Fault) {
        // The block reader has only the wanted cells; what is shown of a row is all of them.
        let whole;
        let shown = match row.record {
            RowCells::Scanned(record, _) => {
                whole = split_again(record.raw()).expect("memory can be read");
                &Row { record: RowCells::Read(&whole), ..*row }
            }
            RowCells::Stored(rows, at) => {
                whole = rows.whole(at);
                &Row { record: RowCells::Read(&whole), ..*row }
            }
            _ => row,
        };
        self.control.settle_rows(Fate::Rejected, 1);
        for (column, units) in readable_amounts(shown, layout) {
            self.control.settle_sum(Fate::Rejected, column, units);
        }
        self.defects.push(Defect {
            at: SourceRef { file, line: row.line },
            role: layout.role,
            column: fault.column.to_owned(),
            reason: fault.reason,
            raw: raw(shown),
            names: names(shown, layout),
        });
    }
}

/// What a row names in cells that can be read.
fn names(row: &Row<'_>, layout: &Layout) -> Vec<(Named, Box<str>)> {
    let cells = columns(layout.role).iter().zip(&layout.places);
    let named = cells.filter_map(|(column, place)| {
        let named = Named::of_column(column.name)?;
        let text = std::str::from_utf8(row.record.get((*place)?)?).ok()?.trim();
        (!text.is_empty()).then(|| (named, text.into()))
    });
    named.collect()
}

/// A row has as many cells as the header.
pub(super) fn check_width(row: &Row<'_>, layout: &Layout) -> Result<(), Fault> {
    if row.is_unclosed {
        let reason =
            "a quote is left open on this line; the lines behind it were read for themselves".to_owned();
        return Err(Fault { column: "", reason });
    }
    if row.record.len() == layout.width {
        return check_exact(row, layout);
    }
    let reason = format!("the row has {} cells, the header {}", row.record.len(), layout.width);
    Err(Fault { column: "", reason })
}

/// No cell that is read holds something that no text can say.
fn check_exact(row: &Row<'_>, layout: &Layout) -> Result<(), Fault> {
    let RowCells::Stored(rows, at) = row.record else { return Ok(()) };
    let Some((place, flaw)) = rows.flaw(at) else { return Ok(()) };
    let found = columns(layout.role).iter().zip(&layout.places).find(|(_, known)| **known == Some(place));
    let column = found.map_or("", |(column, _)| column.name);
    Err(Fault { column, reason: flaw.to_string() })
}

/// The amounts of a row that can be read, by column: what the control totals count.
pub(super) fn readable_amounts<'r>(
    row: &Row<'r>,
    layout: &'r Layout,
) -> impl Iterator<Item = (&'static str, i128)> + use<'r> {
    let record = row.record;
    columns(layout.role).iter().zip(&layout.places).filter(|(column, _)| column.is_amount).filter_map(
        move |(column, place)| {
            let text = std::str::from_utf8(record.get((*place)?)?).ok()?.trim();
            (!text.is_empty()).then_some(())?;
            Some((column.name, Money::parse(text).ok()?.units()))
        },
    )
}

/// The amounts of an order, by column.
pub(crate) fn order_amounts(order: &OrderRow<'_>) -> Vec<(&'static str, i128)> {
    let paid = crate::record::Tender::ALL.into_iter().map(|tender| {
        (
            columns(Role::Orders)[usize::from(super::schema::OrderColumn::PaidCash) + tender as usize].name,
            order.paid.get(tender),
        )
    });
    let list = order.list_price.map(|price| ("list_price", price));
    present(list.into_iter().chain(paid))
}

/// The amounts of a refund, by column.
pub(crate) fn refund_amounts(refund: &Refund) -> Vec<(&'static str, i128)> {
    present(crate::record::Tender::ALL.into_iter().map(|tender| {
        (
            columns(Role::Refunds)[usize::from(super::schema::RefundColumn::RefundedCash) + tender as usize]
                .name,
            refund.returned.get(tender),
        )
    }))
}

pub(super) fn event_amounts(event: &Event) -> Vec<(&'static str, i128)> {
    present(event.amount.map(|amount| ("amount", amount)).into_iter())
}

fn present(amounts: impl Iterator<Item = (&'static str, Money)>) -> Vec<(&'static str, i128)> {
    amounts.filter(|(_, amount)| !amount.is_zero()).map(|(column, amount)| (column, amount.units())).collect()
}

/// A row as text for `rejects.csv`: its cells joined as they were, bytes that are no text shown, cut short.
fn raw(row: &Row<'_>) -> String {
    let length: usize = row.record.iter().map(|cell| cell.len() + 1).sum();
    let mut text = String::new();
    for (at, cell) in row.record.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let room = RAW_BYTES_MAX.saturating_sub(text.len());
        let shown = &cell[..cell.len().min(room)];
        text.push_str(&String::from_utf8_lossy(shown).replace('\0', "\u{2400}"));
        if text.len() >= RAW_BYTES_MAX {
            text.push_str("… (");
            text.push_str(&length.to_string());
            text.push_str(" bytes)");
            break;
        }
    }
    text
}
