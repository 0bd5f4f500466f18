//! Any recognised export as canonical CSV.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use super::{
    canonical::{order_cells, refund_cells},
    error::IngestError,
    exported::{assume, check, order_of, refund_of, unread},
    file::FileRead,
    plan::{Plan, Source, role_of_table},
    schema::columns,
    unchanged::check_unchanged,
};
use crate::{
    export::{
        convert::{Cells, Converted, Item, Linker, Record, Straight, UsageConsumer},
        dialect::Role,
        source::{InBlocks, ScannedRow},
    },
    record::{Defect, FileId, Join, SourceRef, Together, bring_together},
};

/// The columns of the list of rejected rows.
pub(super) const REJECTS: [&str; 5] = ["file", "line", "column", "reason", "raw"];

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Records by the word of their role.
    pub records: BTreeMap<&'static str, u64>,
    /// Rejected rows.
    pub rejected: u64,
    /// Rows out of scope, duplicates included.
    pub left_out: u64,
}

/// What the `csv` crate could not write, as the operating system said it.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

type Table = csv::Writer<BufWriter<File>>;

/// The folder while it is written: one table for each role that has a record.
struct Tables<'f> {
    folder: &'f Path,
    open: BTreeMap<Role, Table>,
    rejects: Table,
    written: Written,
}

/// Writes the exports of a plan as canonical tables into an empty folder. Usage is streamed; the other
/// records are held, since what one export says completes what another does.
///
/// # Errors
///
/// Every export that cannot be read as a whole, or the table that cannot be written.
pub fn write_canonical(
    plan: &Plan,
    folder: &Path,
    threads: NonZeroUsize,
) -> Result<Written, Vec<IngestError>> {
    let error = |source| vec![IngestError::Io { path: folder.to_owned(), source }];
    let mut failed = Vec::new();
    let files: Vec<FileRead> = plan.sources.iter().flat_map(unread).collect();
    let mut rejects = table(&folder.join("rejects.csv")).map_err(error)?;
    rejects.write_record(REJECTS).map_err(|source| error(cause(source)))?;
    let mut tables = Tables { folder, open: BTreeMap::new(), rejects, written: Written::default() };
    let mut linker = Linker::default();
    for (place, source) in plan.sources.iter().enumerate() {
        let mut conversion = match plan.conversion(source) {
            Ok(conversion) => conversion,
            Err(why) => {
                failed.push(why);
                continue;
            }
        };
        // The first table that could not be written ends the writing; the rows that follow are passed over.
        let mut written: io::Result<()> = Ok(());
        let mut give = |item| -> io::Result<()> {
            match item {
                Item::Record(record) => {
                    if let Some(record) = linker.add(place, record) {
                        tables.put(source, record)?;
                    }
                }
                Item::Defect(found) => {
                    let defect = Defect {
                        at: SourceRef { file: FileId(0), line: found.line },
                        role: source.lead(),
                        names: Vec::new(),
                        column: found.column,
                        reason: found.reason,
                        raw: found.raw,
                    };
                    tables.reject(source, found.part, &defect)?;
                }
                Item::Duplicate { .. } => tables.written.left_out += 1,
                Item::OutOfScope { rows, .. } => tables.written.left_out += rows,
            }
            Ok(())
        };
        let read = conversion.run(Some(InBlocks::on(threads)), &Kept, &mut |converted| {
            if written.is_ok() {
                written = match converted {
                    Converted::Item(item) => give(item),
                    Converted::Usage(part, _, records) => records.into_iter().try_for_each(|mut record| {
                        record.part = part;
                        give(Item::Record(record))
                    }),
                };
            }
        });
        written.map_err(error)?;
        failed.extend(read.err().map(IngestError::from));
    }
    if !failed.is_empty() {
        return Err(failed);
    }
    for (place, record) in together(linker.finish(), &mut tables.written.left_out) {
        tables.put(&plan.sources[place], record).map_err(error)?;
    }
    check_unchanged(&files)?;
    tables.end().map_err(error)
}

/// Records of one order or refund as one, as an audit brings them together. Those that contradict each other stay
/// as they are, and so does whatever cannot be read, which is rejected when it is written.
fn together(records: Vec<(usize, Record)>, left_out: &mut u64) -> Vec<(usize, Record)> {
    let mut by_id: BTreeMap<(Role, String), Vec<usize>> = BTreeMap::new();
    let mut records: Vec<Option<(usize, Record)>> = records
        .into_iter()
        .map(|(place, mut record)| {
            assume(&mut record);
            Some((place, record))
        })
        .collect();
    for (at, (_, record)) in records.iter().flatten().enumerate() {
        let column = match record.role {
            Role::Orders => "order_id",
            Role::Refunds if !record.is_request_time() => "refund_id",
            _ => continue,
        };
        if let Some(id) = record.cell(column) {
            by_id.entry((record.role, id.to_owned())).or_default().push(at);
        }
    }
    for ((role, _), places) in by_id.into_iter().filter(|(_, places)| places.len() > 1) {
        let of_id: Vec<&Record> =
            places.iter().filter_map(|at| records[*at].as_ref().map(|(_, record)| record)).collect();
        let cells = match role {
            Role::Orders => joined(&of_id, order_of, order_cells),
            _ => joined(&of_id, refund_of, refund_cells),
        };
        let Some(cells) = cells else { continue };
        for at in &places[1..] {
            if let Some((_, record)) = records[*at].take() {
                *left_out += record.rows;
            }
        }
        if let Some((_, record)) = records[places[0]].as_mut() {
            record.cells = Cells::of(cells);
        }
    }
    records.into_iter().flatten().collect()
}

/// The cells of the one record that several come to.
fn joined<T: Join>(
    records: &[&Record],
    read: impl Fn(&Record, SourceRef) -> Option<T>,
    write: impl Fn(&T) -> Vec<Option<String>>,
) -> Option<Vec<Option<String>>> {
    let place = |at: usize| SourceRef { file: FileId(0), line: at as u64 };
    let rows: Option<Vec<T>> =
        records.iter().enumerate().map(|(at, record)| read(record, place(at))).collect();
    let Together { record, others, .. } = bring_together(rows?);
    others.is_empty().then(|| write(&record))
}

fn table(path: &PathBuf) -> io::Result<Table> {
    let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(file))
}

impl Tables<'_> {
    fn put(&mut self, source: &Source, record: Record) -> io::Result<()> {
        if record.is_taken_back() || record.is_request_time() {
            self.written.left_out += record.rows;
            return Ok(());
        }
        let at = SourceRef { file: FileId(0), line: record.line };
        if let Some(defect) = check(&record, at) {
            return self.reject(source, record.part, &defect);
        }
        let role = record.role;
        if !self.open.contains_key(&role) {
            let mut new = table(&self.folder.join(format!("{role}.csv")))?;
            new.write_record(columns(role_of_table(role)).iter().map(|column| column.name)).map_err(cause)?;
            self.open.insert(role, new);
        }
        let table = self.open.get_mut(&role).expect("the table was just opened");
        let cells = record.cells.iter().map(Option::unwrap_or_default);
        table.write_record(cells).map_err(cause)?;
        *self.written.records.entry(role.word()).or_default() += 1;
        Ok(())
    }

    fn reject(&mut self, source: &Source, part: usize, defect: &Defect) -> io::Result<()> {
        self.written.rejected += 1;
        let place = source.parts[part].1.to_string().replace('\\', "/");
        let line = defect.at.line.to_string();
        let row = [&place, &line, &defect.column, &defect.reason, &defect.raw];
        self.rejects.write_record(row).map_err(cause)
    }

    fn end(self) -> io::Result<Written> {
        for mut table in self.open.into_values().chain([self.rejects]) {
            table.flush()?;
            let mut file = table.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            file.flush()?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        Ok(self.written)
    }
}

/// Keeps records of usage to be written.
struct Kept;

impl UsageConsumer for Kept {
    type State = ();
    type Taken = Vec<Record>;

    fn state(&self) {}

    fn begin(&self) -> Vec<Record> {
        Vec::new()
    }

    fn straight(
        &self,
        (): &mut (),
        _: &mut Vec<Record>,
        _: usize,
        _: &[ScannedRow<'_>],
        _: &Straight,
    ) -> usize {
        0
    }

    fn record(&self, (): &mut (), taken: &mut Vec<Record>, _: usize, record: &Record) {
        taken.push(record.clone());
    }
}
