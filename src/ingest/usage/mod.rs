//! The big table: a stream of usage rows of which only those that matter are kept.
//!
//! Reading rows and taking them are two things: all threads read [`Line`]s, and a [`UsageSink`] says what
//! becomes of them.
//!
//! To the sink of a run in memory, the [`Keeper`], a row is one question: whose order is it, and is that order
//! in question? If so, the fields that decide are kept; if not, its quantity goes at most into one sum; if
//! nobody knows the order, it is counted as an orphan. Its memory grows with orders, never with the rows of
//! this table. A run in parts has another sink, which writes them all to disk.

mod exported;
mod fates;
mod index;
mod keep;
mod line;

use super::{
    cells::{Cells, Fault},
    error::IngestError,
    fields::{self, Fields},
    file::{FileRead, Tally, ZONE, check_width},
    header::Layout,
    reading::Reading,
    rows::Row,
    schema::UsageColumn as C,
    stored::StoredRows,
    table::{self, BATCH, Slots, Take},
};
use crate::{
    export::source::Place,
    money::Quantity,
    record::{Basis, Defect, FileId, Role, SourceRef},
    scan::{self, PlainRecord, keys::Key},
    time::{Instant, wider},
};

pub(super) use exported::{ExportScan, PassOver, TakeExported, TakenExported};
pub use fates::Fates;
pub use index::{OrderIndex, Purchase};
pub use keep::{Keeper, Kept};
pub use line::Line;
pub(super) use line::line;
use line::{Sums, Times};

/// What becomes of usage rows. What is taken of some rows must not depend on which thread took them, nor on
/// which rows were taken before.
pub trait UsageSink: Sync {
    /// What some rows that stand together come to.
    type Taken: Send;

    /// No rows yet.
    fn begin(&self) -> Self::Taken;
    /// Hears which orders the rows that follow will name, each of a few dozen, to make ready; some of these rows may
    /// never come.
    fn expect(&self, orders: &[Key<'_>]);
    /// Takes the rows that follow, a few dozen at a time.
    fn take(&self, taken: &mut Self::Taken, lines: &[Line<'_>]);
}

/// What a usage file held, beside what became of its rows.
#[derive(Clone, Debug)]
pub struct Streamed {
    /// The file. Its control totals know what was read and what was rejected.
    pub read: FileRead,
    /// Earliest and latest posting of a deduction.
    pub postings: Option<(Instant, Instant)>,
    /// Rejected rows.
    pub defects: Vec<Defect>,
}

/// Streams one usage file into a sink; what was taken is consumed in the order of the file.
///
/// # Errors
///
/// [`IngestError`] where the file cannot be read or its header is not that of usage; never for a row.
pub fn stream<S: UsageSink>(
    id: FileId,
    place: &Place,
    reading: &Reading<'_>,
    sink: &S,
    consume: &mut (dyn FnMut(S::Taken) + Send),
) -> Result<Streamed, IngestError> {
    let table = table::open(id, place, Some(Role::Usage), reading)?;
    let layout = table.layout.clone();
    let slots = line::slots(&layout);
    let columns = line::Columns::of(&layout);
    let take = TakeUsage { id, layout: &layout, columns, sink };
    let mut counts = Counts::default();
    let mut read = table.read(slots.as_ref(), &take, |(taken, part)| {
        consume(taken);
        counts.add(part);
    })?;
    let (postings, defects) = counts.settle(&mut read);
    Ok(Streamed { read, postings, defects })
}

/// Rows to lines to the sink.
struct TakeUsage<'t, S> {
    id: FileId,
    layout: &'t Layout,
    columns: line::Columns,
    sink: &'t S,
}

impl<S: UsageSink> TakeUsage<'_, S> {
    /// Takes at most [`BATCH`] rows: of each its line, its cells where these are at hand, and what its row is made of.
    fn batch<'r, F: Fields<'r>, R: Copy>(
        &'r self,
        times: &mut Times,
        (taken, counts): (&mut S::Taken, &mut Counts),
        rows: impl Iterator<Item = (u64, Option<F>, R)> + Clone,
        row_of: impl Fn(R) -> Row<'r>,
    ) {
        let Self { columns, layout, .. } = self;
        let mut orders = [Key::default(); BATCH];
        let count = fields::keys_of(rows.clone(), &row_of, columns.order_id(), &mut orders);
        self.sink.expect(&orders[..count]);
        let mut lines: Vec<Line<'_>> = Vec::with_capacity(BATCH);
        let mut sums = Sums::default();
        for ((line, cells, row), order) in rows.zip(&orders) {
            let at = SourceRef { file: self.id, line };
            let read = match cells {
                Some(cells) => columns.read(&cells, order, at, times, &mut sums, &mut lines),
                None => Some(row_of(row))
                    .filter(|row| row.has_cells(layout.width))
                    .and_then(|row| columns.read(&row, order, at, times, &mut sums, &mut lines)),
            };
            if read.is_none() {
                lines.extend(counts.line(self.id, layout, &row_of(row)));
            }
        }
        counts.take_up(&sums);
        self.sink.take(taken, &lines);
    }
}

impl<S: UsageSink> Take for TakeUsage<'_, S> {
    type State = Times;
    type Part = (S::Taken, Counts);

    fn state(&self) -> Times {
        Times::new()
    }

    fn part(&self) -> Self::Part {
        (self.sink.begin(), Counts::default())
    }

    fn records(
        &self,
        times: &mut Times,
        (taken, counts): &mut Self::Part,
        records: scan::Rows<'_>,
        count: usize,
        slots: &Slots,
    ) {
        let rows = records.iter().take(count);
        let rows = rows.map(|record| (record.line(), record.plain(self.layout.width), record));
        self.batch(times, (taken, counts), rows, |record| slots.row(record));
    }

    fn stored(&self, times: &mut Times, (taken, counts): &mut Self::Part, rows: &StoredRows<'_>) {
        for from in (0..rows.len()).step_by(BATCH) {
            let batch = (from..rows.len().min(from + BATCH)).map(|at| rows.row(at));
            let batch = batch.map(|row| (row.line, None::<PlainRecord<'_>>, row));
            self.batch(times, (taken, counts), batch, |row| row);
        }
    }

    fn row(&self, _: &mut Times, (taken, counts): &mut Self::Part, row: &Row<'_>) {
        if let Some(line) = counts.line(self.id, self.layout, row) {
            self.sink.take(taken, &[line]);
        }
    }
}

/// Totals of some rows as they were read.
#[derive(Default)]
pub(in crate::ingest) struct Counts {
    tally: Tally,
    rows: u64,
    quantity: i128,
    postings: Option<(Instant, Instant)>,
}

impl Counts {
    /// The line of a row by the grammars of cells; `None` where it is rejected.
    fn line<'r>(&mut self, file: FileId, layout: &'r Layout, row: &Row<'r>) -> Option<Line<'r>> {
        let mut cells = Cells::new(row.record, layout, ZONE);
        let at = SourceRef { file, line: row.line };
        match check_width(row, layout).and_then(|()| line(&mut cells, at)) {
            Ok(line) => {
                self.tally.marks.add(cells.marks);
                self.accept(&line);
                Some(line)
            }
            Err(fault) => {
                self.reject(file, &cells, row, fault);
                None
            }
        }
    }

    fn accept(&mut self, line: &Line<'_>) {
        self.rows += 1;
        self.quantity += line.quantity.units();
        if line.basis == Basis::Deduction {
            let posted = (line.posted_at.earliest(), line.posted_at.latest());
            self.postings = wider(self.postings, Some(posted));
        }
    }

    /// Rows that were read by position.
    fn take_up(&mut self, sums: &Sums) {
        self.tally.marks.add(sums.marks());
        self.rows += sums.rows;
        self.quantity += sums.quantity;
        self.postings = wider(self.postings, sums.postings());
    }

    #[cold]
    fn reject(&mut self, file: FileId, cells: &Cells<'_>, row: &Row<'_>, fault: Fault) {
        self.rows += 1;
        let text = cells.text(C::Quantity).ok().flatten();
        if let Some(quantity) = text.and_then(|text| Quantity::parse(text).ok()) {
            self.quantity += quantity.units();
        }
        self.tally.reject(file, cells.layout, row, fault);
    }

    fn add(&mut self, next: Self) {
        self.tally.add(next.tally);
        self.rows += next.rows;
        self.quantity += next.quantity;
        self.postings = wider(self.postings, next.postings);
    }

    fn settle(mut self, read: &mut FileRead) -> (Option<(Instant, Instant)>, Vec<Defect>) {
        self.tally.control.read_rows(self.rows);
        self.tally.control.read_sum("quantity", self.quantity);
        (self.postings, self.tally.settle_as(Role::Usage, read))
    }
}
