//! A canonical table of typed columns, read in stretches over all threads.
//!
//! A thread takes the next stretch, has the wanted columns of it read as text, and hands its rows to the same
//! [`Take`] as those of a text: a cell is held to the same grammar wherever it stands. What the stretches come to
//! is consumed in the order of the file.

use std::{
    cell::OnceCell,
    io,
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};

use super::{
    file::FileRead,
    header::Layout,
    rows::{Row, RowCells},
    table::Take,
};
use crate::{
    export::{
        cells::CellError,
        source::{Stored, StoredColumn, StoredTable, Stretch, Texts},
    },
    scan::InOrder,
};

/// Stretches that may wait for an earlier one, for each thread.
const AHEAD_PER_THREAD: u64 = 2;

/// Takes up what the file says of its columns.
///
/// # Errors
///
/// Where one that stands for a canonical column cannot be read.
pub(super) fn describe(stored: &Stored, layout: &Layout, read: &mut FileRead) -> io::Result<()> {
    for (place, column) in stored.columns.iter().enumerate() {
        let StoredColumn { name, kind, .. } = column;
        if !layout.places.contains(&Some(place)) {
            read.unknown_columns.push(if column.is_read { name.clone() } else { format!("{name} ({kind})") });
        } else if !column.is_read {
            let why = format!("the column \"{name}\" holds {kind}, which is not read");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        } else if column.is_zone_unsaid {
            read.notes.insert(note_of_zone(name), stored.rows);
        }
    }
    Ok(())
}

/// What is to be known of instants in an old form.
pub(super) fn note_of_zone(column: &str) -> String {
    format!("instants of {column}, stored in a form that does not say whether they are of UTC")
}

/// The rows of a stretch.
pub(super) struct StoredRows<'t> {
    table: &'t dyn StoredTable,
    stretch: &'t Stretch,
    texts: Texts,
    /// All columns, once a row has to be shown whole.
    whole: OnceCell<io::Result<Texts>>,
}

impl<'t> StoredRows<'t> {
    /// Reads the wanted columns of a stretch.
    fn read(table: &'t dyn StoredTable, stretch: &'t Stretch, wanted: &[usize]) -> io::Result<Self> {
        let texts = table.read(stretch, wanted)?;
        Ok(Self { table, stretch, texts, whole: OnceCell::new() })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.stretch.len()
    }

    /// One of them as a row; its line is its number.
    #[inline]
    pub(super) fn row(&self, at: usize) -> Row<'_> {
        Row { record: RowCells::Stored(self, at), line: self.line(at), is_unclosed: false }
    }

    /// The number of one of them, the first row of the file being 1.
    #[inline]
    pub(super) fn line(&self, at: usize) -> u64 {
        self.stretch.first_row + at as u64
    }

    /// How many cells each has.
    pub(super) const fn width(&self) -> usize {
        self.texts.width()
    }

    /// A cell of a wanted column.
    #[inline]
    pub(super) fn cell(&self, at: usize, place: usize) -> Option<&[u8]> {
        self.texts.cell(at, place)
    }

    /// Whether every wanted cell is what its file holds.
    pub(super) fn is_exact(&self) -> bool {
        self.texts.flaws().is_empty()
    }

    /// The first cell of a row that holds something no text can say: its place, and why.
    pub(super) fn flaw(&self, at: usize) -> Option<(usize, &CellError)> {
        let mut flaws = self.texts.flaws().range((at, 0)..(at + 1, 0));
        flaws.next().map(|((_, place), flaw)| (*place, flaw))
    }

    /// All cells of a row, wanted or not; those that cannot be text are empty.
    pub(super) fn whole(&self, at: usize) -> csv::ByteRecord {
        let columns: Vec<usize> = (0..self.width()).collect();
        let whole = self.whole.get_or_init(|| self.table.read(self.stretch, &columns));
        let texts = whole.as_ref().unwrap_or(&self.texts);
        columns.into_iter().map(|place| texts.cell(at, place).unwrap_or_default()).collect()
    }

    /// Whether everything that was asked for could be read.
    fn end(self) -> io::Result<()> {
        self.whole.into_inner().map_or(Ok(()), |whole| whole.map(drop))
    }
}

/// Reads all rows; the parts are consumed in the order of the file, each with the number of its last row.
///
/// # Errors
///
/// Where the file is damaged; what stands before the damage was consumed.
pub(super) fn read<T: Take>(
    table: &dyn StoredTable,
    wanted: &[usize],
    threads: NonZeroUsize,
    take: &T,
    mut consume: impl FnMut(T::Part, u64) + Send,
) -> io::Result<()> {
    let mut failed = None;
    let consume = |(done, rows): (io::Result<T::Part>, u64)| match done {
        Ok(part) => {
            consume(part, rows);
            ControlFlow::Continue(())
        }
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    };
    let results = InOrder::new(consume, threads.get() as u64 * AHEAD_PER_THREAD);
    let next = Mutex::new((0, None));
    let work = || {
        let _dismissal = results.shut_on_panic();
        let mut state = take.state();
        while let Some((number, stretch)) = take_next(&next, table, wanted) {
            if !results.admit(number) {
                break;
            }
            let part = StoredRows::read(table, &stretch, wanted).and_then(|rows| {
                let mut part = take.part();
                take.stored(&mut state, &mut part, &rows);
                rows.end().map(|()| part)
            });
            let last = stretch.first_row + stretch.len() as u64 - 1;
            if results.deliver(number, Some((part, last))).is_break() {
                break;
            }
        }
    };
    std::thread::scope(|scope| {
        (1..threads.get()).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    drop(results);
    failed.map_or(Ok(()), Err)
}

/// The stretch that no thread has taken yet, and its number.
fn take_next(
    next: &Mutex<(u64, Option<Stretch>)>,
    table: &dyn StoredTable,
    wanted: &[usize],
) -> Option<(u64, Stretch)> {
    let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
    let stretch = table.next_stretch(next.1.as_ref(), wanted)?;
    let number = next.0;
    *next = (number + 1, Some(stretch.clone()));
    Some((number, stretch))
}
