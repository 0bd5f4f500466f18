//! Usage of an export: rows whose cells are canonical as they stand by their places, all others by what the conversion
//! makes of them.

use super::{
    Counts, Streamed, UsageSink,
    line::{Columns, Line, Sums, Times},
};
use crate::{
    export::{
        convert::{Note, Record, Straight, UsageConsumer},
        source::ScannedRow,
    },
    ingest::{
        file::FileRead,
        header::Layout,
        rows::{Row, RowCells},
        schema::USAGE,
        table::BATCH,
    },
    record::{Defect, Fate, FileId, SourceRef},
    scan::keys::Key,
};

/// What a part of an export held of usage, added up in the order of its rows.
pub(in crate::ingest) struct ExportScan {
    pub(in crate::ingest) read: FileRead,
    pub(in crate::ingest) defects: Vec<Defect>,
    counts: Counts,
}

impl ExportScan {
    /// A table about to be streamed.
    pub(in crate::ingest) fn new(read: FileRead) -> Self {
        Self { read, defects: Vec::new(), counts: Counts::default() }
    }

    /// Adds what the next rows came to.
    pub(in crate::ingest) fn add(&mut self, counts: Counts) {
        self.counts.add(counts);
    }

    /// Counts rows that are none of usage.
    pub(in crate::ingest) fn settle_others(&mut self, fate: Fate, rows: u64) {
        self.read.control.read_rows(rows);
        self.read.control.settle_rows(fate, rows);
    }

    /// What the table held.
    pub(in crate::ingest) fn end(mut self) -> Streamed {
        let (postings, rejected) = self.counts.settle(&mut self.read);
        self.defects.extend(rejected);
        Streamed { read: self.read, postings, defects: self.defects }
    }
}

/// Records of usage of an export to lines to the sink.
pub(in crate::ingest) struct TakeExported<'t, S> {
    /// The tables of the export.
    pub(in crate::ingest) parts: Vec<FileId>,
    pub(in crate::ingest) layout: &'t Layout,
    pub(in crate::ingest) sink: &'t S,
}

/// What some records of usage came to.
pub(in crate::ingest) struct TakenExported<T> {
    pub(in crate::ingest) taken: T,
    pub(in crate::ingest) counts: Counts,
    /// What is to be known of a record, with a line of it.
    pub(in crate::ingest) noted: Vec<Note>,
}

impl<S: UsageSink> UsageConsumer for TakeExported<'_, S> {
    type State = Times;
    type Taken = TakenExported<S::Taken>;

    fn state(&self) -> Times {
        Times::new()
    }

    fn begin(&self) -> Self::Taken {
        TakenExported { taken: self.sink.begin(), counts: Counts::default(), noted: Vec::new() }
    }

    fn straight(
        &self,
        times: &mut Times,
        taken: &mut Self::Taken,
        part: usize,
        rows: &[ScannedRow<'_>],
        straight: &Straight,
    ) -> usize {
        let columns = Columns::by(|column| straight.place(USAGE[usize::from(column)].name));
        let mut orders = [Key::default(); BATCH];
        let mut count = 0;
        for (key, row) in orders.iter_mut().zip(rows) {
            *key = row.record.get(columns.order_id()).map(Key::of).unwrap_or_default();
            count += 1;
        }
        self.sink.expect(&orders[..count]);
        let mut lines: Vec<Line<'_>> = Vec::with_capacity(count);
        let mut sums = Sums::default();
        for (row, order) in rows.iter().zip(&orders[..count]) {
            let at = SourceRef { file: self.parts[part], line: row.line };
            let read = straight
                .holds(row)
                .then(|| columns.read(&row.record, order, at, times, &mut sums, &mut lines));
            if read.flatten().is_none() {
                break;
            }
        }
        taken.counts.take_up(&sums);
        self.sink.take(&mut taken.taken, &lines);
        lines.len()
    }

    fn record(&self, _: &mut Times, taken: &mut Self::Taken, part: usize, record: &Record) {
        taken.noted.extend(record.notes.iter().cloned());
        let cells = RowCells::Canonical(&record.cells);
        let row = Row { record: cells, line: record.line, is_unclosed: false };
        if let Some(line) = taken.counts.line(self.parts[part], self.layout, &row) {
            self.sink.take(&mut taken.taken, &[line]);
        }
    }
}

/// Passes records of usage over, where everything else is read.
pub(in crate::ingest) struct PassOver;

impl UsageConsumer for PassOver {
    type State = ();
    type Taken = ();

    fn state(&self) {}

    fn begin(&self) {}

    fn straight(
        &self,
        (): &mut (),
        (): &mut (),
        _: usize,
        rows: &[ScannedRow<'_>],
        straight: &Straight,
    ) -> usize {
        rows.iter().take_while(|row| straight.holds(row)).count()
    }

    fn record(&self, (): &mut (), (): &mut (), _: usize, _: &Record) {}
}
