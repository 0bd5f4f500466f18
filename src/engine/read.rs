//! Everything a run reads: orders, refunds and events first, then usage as a stream that keeps what is in
//! question.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{
    aside::Aside,
    budget,
    error::AuditError,
    events,
    options::Options,
    orders::{OrdersKnown, OrdersRead, Rows},
    part::Facts,
    refunds::RefundsRead,
    run::Coverage,
};
use crate::{
    case::Horizon,
    export::{
        self,
        convert::{Linked, Linker},
    },
    ingest::{
        ExportRead, FileRead, IngestError, Keeper, OrderIndex, Plan, Progress, Reading, Records, Source,
        Stage, Streamed, UsageSink, Way, absorb, accept, assume, read_export, read_file, role_of_table,
        stream, stream_export, unread,
    },
    record::{Defect, FileId, Order, Role},
    scan::keys::KeyTable,
    store::Wares,
    time::{Calendar, Instant, Interval, Offset},
};

/// Everything but usage and, where they went into parts, orders.
pub(super) struct Read {
    pub(super) plan: Plan,
    pub(super) files: Vec<FileRead>,
    pub(super) defects: Vec<Defect>,
    pub(super) facts: Facts,
    pub(super) orders: OrdersKnown,
    pub(super) packs: Vec<(String, String)>,
    pub(super) calendar: Calendar,
    /// Rows whose id stands already.
    pub(super) aside: Vec<Aside>,
}

/// Reads everything but usage.
///
/// # Errors
///
/// Where a file cannot be read, every one of them, files of usage included.
pub(super) fn read(
    plan: Plan,
    options: &Options,
    orders: OrdersRead<'_>,
    progress: &dyn Progress,
) -> Result<Read, AuditError> {
    let mut files: Vec<FileRead> = plan.sources.iter().flat_map(unread).collect();
    let records = |source: &&Source| source.has_records();
    progress.begin(Stage::Reading, plan.sources.iter().filter(records).map(Source::bytes).sum());
    let (small, failed) = read_small(&plan, orders, &mut files, options, progress);
    progress.end();
    let Small { orders, refunds, records, defects } = small;
    if !failed.is_empty() {
        // Usage is looked at all the same: every file that cannot be read is named at once.
        let none = KeyTable::new();
        let index = OrderIndex::new(&none, std::iter::empty(), &[], []);
        let streamed = stream_all(&plan, &Keeper::new(&index, None, false), &|_, _| {}, options, progress);
        let more = streamed.into_iter().filter_map(Result::err);
        return Err(AuditError::Ingest(failed.into_iter().chain(more).collect()));
    }
    let orders = orders.finish().map_err(|source| AuditError::Spill {
        folder: options.spill_dir.clone().unwrap_or_else(std::env::temp_dir),
        source,
        needed: budget::spilled(&plan),
    })?;
    let mut aside = Vec::new();
    let refunds = refunds.once(&mut aside);
    let events = events::events(records.events);
    let calendar = events.calendar.clone();
    let packs = records.packs;
    Ok(Read { plan, files, defects, facts: Facts { refunds, events }, orders, packs, calendar, aside })
}

impl Read {
    /// What was bought, the orders, and what is known beside them: others refer to it while the rest changes.
    pub(super) fn take(&mut self) -> (Wares, Rows, Facts) {
        let (wares, rows) = (std::mem::take(&mut self.orders.wares), std::mem::take(&mut self.orders.rows));
        (wares, rows, std::mem::take(&mut self.facts))
    }

    /// The earliest as-of date that there may be, so far as is known without usage.
    pub(super) fn as_of_min(&self, options: &Options) -> Option<Instant> {
        options.as_of.or_else(|| latest(&self.files, &[Role::Refunds]))
    }

    /// Takes up what streaming usage told of its files; what became of the rows is told later.
    pub(super) fn streamed(
        &mut self,
        streamed: Vec<Scanned>,
        options: &Options,
    ) -> Result<Coverage, AuditError> {
        let mut postings: Option<(Instant, Instant)> = None;
        let mut failed = Vec::new();
        for scanned in streamed {
            let tables = match scanned {
                Ok(tables) => tables,
                Err(error) => {
                    failed.push(error);
                    continue;
                }
            };
            for Streamed { read, postings: more, defects } in tables {
                self.defects.extend(defects);
                postings = match (postings, more) {
                    (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                    (one, other) => one.or(other),
                };
                let file = &mut self.files[read.id.0 as usize];
                if file.dialect.is_some() { file.merge(read) } else { *file = read }
            }
        }
        if failed.is_empty() { Ok(coverage(options, postings)) } else { Err(AuditError::Ingest(failed)) }
    }

    /// What holds for every order.
    pub(super) fn horizon(&self, coverage: &Coverage, options: &Options) -> Horizon {
        let as_of = options
            .as_of
            .or_else(|| latest(&self.files, &[Role::Refunds, Role::Usage]))
            .or_else(|| latest(&self.files, &[Role::Orders]))
            .unwrap_or(Instant::from_micros(0));
        let paid = self.orders.paid;
        Horizon {
            as_of,
            usage_covers: coverage.interval,
            orders_cover: day_span(paid.map(|(first, _)| first), paid.map(|(_, last)| last)),
            events_known: self.files.iter().any(|file| file.gives(Role::Events)),
            calendar: self.calendar.clone(),
            opportunities: options.opportunities,
        }
    }
}

/// Records of the run and rejected rows.
struct Small<'s> {
    orders: OrdersRead<'s>,
    refunds: RefundsRead,
    /// The others; orders and refunds pass through.
    records: Records,
    defects: Vec<Defect>,
}

/// One source as it was read.
enum One {
    Canonical(Box<(FileRead, Records, Vec<Defect>)>),
    Export(ExportRead),
}

/// Stands for the canonical files where the linker asks for a file.
const KNOWN: usize = usize::MAX;

/// An order of a canonical file, so far as refunds of exports are tied to orders by it.
fn as_export(order: &Order) -> export::convert::Record {
    let role = export::dialect::Role::Orders;
    let mut cells = vec![None; role.columns().len()];
    let known = [
        ("order_id", Some(order.order_id.to_string())),
        ("instance_id", order.instance_id.as_ref().map(ToString::to_string)),
        ("paid_at", Some(order.paid_at.earliest().text(Offset::BEIJING))),
    ];
    for (column, text) in known {
        cells[role.place_of(column).expect("orders have the column")] = text;
    }
    export::convert::Record {
        role,
        cells,
        part: 0,
        line: order.at.line,
        rows: 0,
        resources: Vec::new(),
        sign_as_read: None,
        // What a canonical file says of an order outranks nothing and is outranked by nothing.
        total_only: false,
        request_assumed: false,
        notes: Vec::new(),
    }
}

/// Reads everything but usage. Records of exports are linked across files before they are taken.
fn read_small<'s>(
    plan: &Plan,
    orders: OrdersRead<'s>,
    files: &mut [FileRead],
    options: &Options,
    progress: &dyn Progress,
) -> (Small<'s>, Vec<IngestError>) {
    let sources: Vec<&Source> = plan.sources.iter().filter(|source| source.has_records()).collect();
    let gives_refunds =
        |source: &&Source| matches!(source.way, Way::Export(_)) && source.roles().contains(&Role::Refunds);
    let links = sources.iter().any(gives_refunds);
    let orders = Mutex::new(orders);
    let refunds = Mutex::new(RefundsRead::default());
    let known = Mutex::new(Vec::new());
    let read = each(&sources, options, progress, |source, reading| match &source.way {
        Way::Canonical(_) => {
            let (id, place) = &source.parts[0];
            let mut records = Records::default();
            let (file, defects) = read_file(*id, place, source.given, reading, &mut |mut more| {
                let mut orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
                more.orders.iter().for_each(|order| orders.push(order));
                if links {
                    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.extend(more.orders.iter().map(|order| (order.order_id.clone(), as_export(order))));
                }
                more.orders.clear();
                let mut refunds = refunds.lock().unwrap_or_else(PoisonError::into_inner);
                more.refunds.drain(..).for_each(|refund| refunds.push(&refund));
                records.append(more);
            })?;
            Ok(One::Canonical(Box::new((file, records, defects))))
        }
        Way::Export(_) => read_export(plan, source, options.digests, progress).map(One::Export),
    });
    let orders = orders.into_inner().unwrap_or_else(PoisonError::into_inner);
    let refunds = refunds.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut small = Small { orders, refunds, records: Records::default(), defects: Vec::new() };
    let mut failed = Vec::new();
    let mut linker = Linker::default();
    let mut known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
    known.sort_by(|(a, one), (b, other)| (a, one.line).cmp(&(b, other.line)));
    for (_, order) in known {
        let at_once = linker.add(KNOWN, order);
        debug_assert!(at_once.is_none(), "an order waits for refunds to be tied to it");
    }
    let mut through = Vec::new();
    for (place, (source, one)) in sources.iter().zip(read).enumerate() {
        match one {
            Ok(One::Canonical(read)) => {
                let (file, found, wrong) = *read;
                let at = file.id.0 as usize;
                files[at] = file;
                small.records.append(found);
                small.defects.extend(wrong);
            }
            Ok(One::Export(read)) => {
                small.defects.extend(read.defects);
                for file in read.files {
                    let at = file.id.0 as usize;
                    files[at] = file;
                }
                let at_once = read.records.into_iter().filter_map(|record| linker.add(place, record));
                through.extend(at_once.map(|record| Linked::Record { file: place, record }));
            }
            Err(error) => failed.push(error),
        }
        debug_assert!(!source.parts.is_empty(), "a source has a part");
    }
    through.extend(linker.finish());
    for one in through {
        match one {
            // An order of a canonical file is a record already.
            Linked::Record { file: KNOWN, .. } => {}
            Linked::Record { file, mut record } => {
                let source = sources[file];
                assume(&mut record);
                let at = source.parts[record.part].0.0 as usize;
                accept(&record, &mut files[at], &mut small.records, &mut small.defects);
                small.records.orders.drain(..).for_each(|order| small.orders.push(&order));
                small.records.refunds.drain(..).for_each(|refund| small.refunds.push(&refund));
            }
            Linked::Absorbed { file, part, rows, role, .. } => {
                let at = sources[file].parts[part].0.0 as usize;
                absorb(role_of_table(role), rows, &mut files[at]);
            }
        }
    }
    files.iter_mut().filter(|file| file.dialect.is_some()).for_each(FileRead::add_up);
    (small, failed)
}

/// The tables of a source as they were streamed.
type Scanned = Result<Vec<Streamed>, IngestError>;

/// Streams all usage into a sink; what was taken of a file is consumed in its order.
pub(super) fn stream_all<S: UsageSink>(
    plan: &Plan,
    sink: &S,
    consume: &(dyn Fn(FileId, S::Taken) + Sync),
    options: &Options,
    progress: &dyn Progress,
) -> Vec<Scanned> {
    let sources: Vec<&Source> = plan.sources.iter().filter(|source| source.has_usage()).collect();
    progress.begin(Stage::Usage, sources.iter().map(|source| source.bytes()).sum());
    let streamed = each(&sources, options, progress, |source, reading| match &source.way {
        Way::Canonical(_) => {
            let (id, place) = &source.parts[0];
            stream(*id, place, reading, sink, &mut |taken| consume(*id, taken)).map(|one| vec![one])
        }
        Way::Export(_) => {
            stream_export(plan, source, sink, &mut |id, taken| consume(id, taken), options.digests, progress)
        }
    });
    progress.end();
    streamed
}

/// Reads each source; the results are in the order of the sources. Plain canonical files keep all threads
/// busy one after the other; those that come in a stream share the threads.
fn each<T: Send>(
    sources: &[&Source],
    options: &Options,
    progress: &dyn Progress,
    read: impl Fn(&Source, &Reading<'_>) -> Result<T, IngestError> + Sync,
) -> Vec<Result<T, IngestError>> {
    let threads = rayon::current_num_threads();
    let streams = sources.iter().filter(|source| !source.is_plain()).count();
    let reading_on = |threads: usize| Reading {
        reader: options.reader,
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        digest: options.digests,
        ..Reading::new(progress)
    };
    let share = threads.checked_div(streams).unwrap_or(threads);
    let streamed: Vec<Option<Result<T, IngestError>>> = sources
        .par_iter()
        .map(|source| (!source.is_plain()).then(|| read(source, &reading_on(share))))
        .collect();
    let each = sources.iter().zip(streamed);
    each.map(|(source, done)| done.unwrap_or_else(|| read(source, &reading_on(threads)))).collect()
}

fn latest(files: &[FileRead], roles: &[Role]) -> Option<Instant> {
    let of_file = |file: &FileRead| roles.iter().filter_map(|role| file.latest.get(role).copied()).max();
    files.iter().filter_map(of_file).max()
}

/// From the start of the first day to the end of the last.
fn day_span(first: Option<Instant>, last: Option<Instant>) -> Option<Interval> {
    let zone = Offset::BEIJING;
    let from = first?.date_at(zone).start_at(zone);
    let to = last?.date_at(zone).plus_days(1).start_at(zone);
    Some(Interval { from: Some(from), to: Some(to) })
}

fn coverage(options: &Options, postings: Option<(Instant, Instant)>) -> Coverage {
    if let Some(interval) = options.usage_covers {
        return Coverage { interval, given: true };
    }
    let nothing = Instant::from_micros(0);
    let interval = day_span(postings.map(|(first, _)| first), postings.map(|(_, last)| last))
        .unwrap_or(Interval { from: Some(nothing), to: Some(nothing) });
    Coverage { interval, given: false }
}
