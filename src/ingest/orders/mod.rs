//! Orders, row by row to whoever takes them.
//!
//! All threads read rows and say at once what becomes of them ([`OrderSink`]), so that a row which comes to
//! nothing is never kept. A row in its usual layout is read by position, every other by the grammars of
//! cells.

mod columns;
mod grammar;

pub(super) use grammar::{currency, order, tenders};

use columns::{Columns, Sums, Times};

use super::{
    cells::Cells,
    error::IngestError,
    fields::{self, Fields, TextRecord},
    file::{FileRead, Tally, ZONE, check_width, order_amounts, readable_amounts},
    header::Layout,
    reading::Reading,
    rows::Row,
    stored::StoredRows,
    table::{self, BATCH, Slots, Take},
};
use crate::{
    export::source::Place,
    record::{Defect, Fate, FileId, OrderRow, Role, SourceRef},
    scan::{self, keys::Key},
};

/// What becomes of rows of orders. What is taken of some rows must not depend on which thread took them, nor
/// on which rows were taken before.
pub trait OrderSink: Sync {
    /// What a thread has for itself; it may be told apart by nothing that shows.
    type State: Send;
    /// What some rows that stand together come to.
    type Taken: Send;

    /// For a thread about to begin.
    fn state(&self) -> Self::State;
    /// No rows yet.
    fn begin(&self) -> Self::Taken;
    /// Hears which orders the rows that follow are of, to make ready; some of these rows may never come.
    fn expect(&self, orders: &[Key<'_>]);
    /// Takes the rows that follow, a few dozen at a time, with the ids of their orders.
    fn take(
        &self,
        state: &mut Self::State,
        taken: &mut Self::Taken,
        rows: &[OrderRow<'_>],
        orders: &[Key<'_>],
    );
}

/// Streams a file of orders into a sink; what was taken is consumed in the order of the file.
///
/// # Errors
///
/// [`IngestError`] where the file cannot be read or its header is not that of orders; never for a row.
pub fn stream_orders<S: OrderSink>(
    id: FileId,
    place: &Place,
    reading: &Reading<'_>,
    sink: &S,
    consume: &mut (dyn FnMut(S::Taken) + Send),
) -> Result<(FileRead, Vec<Defect>), IngestError> {
    let table = table::open(id, place, Some(Role::Orders), reading)?;
    let layout = table.layout.clone();
    let slots = Slots::of(layout.places.iter().flatten().copied());
    let columns = Columns::of(&layout);
    let take = TakeOrders { id, layout: &layout, columns, sink };
    let mut tally = Tally::default();
    let mut read = table.read(slots.as_ref(), &take, |(taken, part)| {
        consume(taken);
        tally.add(part.tally());
    })?;
    let defects = tally.settle(&mut read);
    Ok((read, defects))
}

/// Rows to orders to the sink.
struct TakeOrders<'t, S> {
    id: FileId,
    layout: &'t Layout,
    columns: Columns,
    sink: &'t S,
}

/// Totals of some rows.
#[derive(Default)]
struct Counts {
    /// Those of the grammars.
    tally: Tally,
    /// Rows in their usual layout.
    plain: u64,
    sums: Sums,
}

impl Counts {
    fn tally(mut self) -> Tally {
        let control = &mut self.tally.control;
        control.read_rows(self.plain);
        control.settle_rows(Fate::Accepted, self.plain);
        self.sums.settle(control);
        self.tally
    }
}

impl<S: OrderSink> TakeOrders<'_, S> {
    /// The order of a row by the grammars of cells; `None` where it is rejected.
    #[cold]
    fn by_grammar<'r>(&'r self, counts: &mut Counts, row: &Row<'r>) -> Option<OrderRow<'r>> {
        let tally = &mut counts.tally;
        let mut cells = Cells::new(row.record, self.layout, ZONE);
        tally.control.read_row();
        for (column, units) in readable_amounts(row, self.layout) {
            tally.control.read_sum(column, units);
        }
        let at = SourceRef { file: self.id, line: row.line };
        match check_width(row, self.layout).and_then(|()| order(&mut cells, at)) {
            Ok(order) => {
                tally.marks.add(cells.marks);
                tally.control.settle_rows(Fate::Accepted, 1);
                for (column, units) in order_amounts(&order) {
                    tally.control.settle_sum(Fate::Accepted, column, units);
                }
                Some(order)
            }
            Err(fault) => {
                tally.reject(self.id, self.layout, row, fault);
                None
            }
        }
    }

    /// Takes at most [`BATCH`] rows: of each its line, its cells where these are at hand, and what its row is made of.
    fn batch<'r, F: Fields<'r>, R: Copy>(
        &'r self,
        (times, state): (&mut Times, &mut S::State),
        (taken, counts): (&mut S::Taken, &mut Counts),
        rows: impl Iterator<Item = (u64, Option<F>, R)> + Clone,
        row_of: impl Fn(R) -> Row<'r>,
    ) {
        let Self { columns, layout, .. } = self;
        let mut expected = [Key::default(); BATCH];
        let count = fields::keys_of(rows.clone(), &row_of, columns.order_id(), &mut expected);
        self.sink.expect(&expected[..count]);
        let mut taken_rows: Vec<OrderRow<'_>> = Vec::with_capacity(BATCH);
        let mut orders: Vec<Key<'_>> = Vec::with_capacity(BATCH);
        for ((line, cells, row), order) in rows.zip(&expected) {
            let at = SourceRef { file: self.id, line };
            let Counts { tally, sums, .. } = &mut *counts;
            let plain = match cells {
                Some(cells) => columns.read(&cells, at, times, sums, &mut tally.marks),
                None => Some(row_of(row))
                    .filter(|row| row.has_cells(layout.width))
                    .and_then(|row| columns.read(&row, at, times, sums, &mut tally.marks)),
            };
            if let Some(row) = plain {
                counts.plain += 1;
                taken_rows.push(row);
                orders.push(*order);
            } else if let Some(row) = self.by_grammar(counts, &row_of(row)) {
                orders.push(Key::of(row.order_id.as_bytes()));
                taken_rows.push(row);
            }
        }
        self.sink.take(state, taken, &taken_rows, &orders);
    }
}

impl<S: OrderSink> Take for TakeOrders<'_, S> {
    type State = (Times, S::State);
    type Part = (S::Taken, Counts);

    fn state(&self) -> Self::State {
        (Times::default(), self.sink.state())
    }

    fn part(&self) -> Self::Part {
        (self.sink.begin(), Counts::default())
    }

    fn records(
        &self,
        (times, state): &mut Self::State,
        (taken, counts): &mut Self::Part,
        records: scan::Rows<'_>,
        count: usize,
        slots: &Slots,
    ) {
        let text = records.text();
        let rows = records.iter().take(count).map(|record| {
            let plain = record.plain(self.layout.width).zip(text);
            (record.line(), plain.map(|(record, text)| TextRecord { record, text }), record)
        });
        self.batch((times, state), (taken, counts), rows, |record| slots.row(record));
    }

    fn stored(
        &self,
        (times, state): &mut Self::State,
        (taken, counts): &mut Self::Part,
        rows: &StoredRows<'_>,
    ) {
        for from in (0..rows.len()).step_by(BATCH) {
            let batch = (from..rows.len().min(from + BATCH)).map(|at| rows.row(at));
            let batch = batch.map(|row| (row.line, None::<TextRecord<'_>>, row));
            self.batch((times, state), (taken, counts), batch, |row| row);
        }
    }

    fn row(&self, (_, state): &mut Self::State, (taken, counts): &mut Self::Part, row: &Row<'_>) {
        if let Some(order) = self.by_grammar(counts, row) {
            let key = Key::of(order.order_id.as_bytes());
            self.sink.take(state, taken, &[order], &[key]);
        }
    }
}
