//! Everything a run reads: orders, refunds and events first, then usage as a stream that keeps what is in
//! question.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{
    aside::Aside,
    budget,
    error::AuditError,
    linking::link,
    options::{Listed, Options},
    orders::{Found, OrdersKnown, OrdersRead, Sieve, Sifted},
    part::Facts,
    refunds::RefundsRead,
    run::Coverage,
};
use crate::{
    case::{Horizon, REQUEST_LAG_DAYS, RejectedRows},
    ingest::{
        ExportRead, FileRead, IngestError, Keeper, OrderIndex, OrderSink, Plan, Progress, Reading, Records,
        Silent, Source, Stage, Streamed, UsageSink, Way, read_export, read_file, stream, stream_export,
        stream_orders, unread,
    },
    policy::PolicyBook,
    record::{Defect, FileId, OrderRow, Role},
    scan::keys::{Key, KeyTable},
    store::Wares,
    time::{Calendar, Instant, Interval, Offset, wider},
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

/// Which orders are kept beyond their row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Every one.
    All,
    /// Those of which something is to be said; the others are known by their id.
    InQuestion,
}

impl Keeps {
    /// Those of a run: who asks for every outcome needs every order.
    pub(super) const fn of(options: &Options) -> Self {
        match options.outcomes {
            Listed::All => Self::All,
            Listed::Touched => Self::InQuestion,
        }
    }
}

/// Reads everything but usage: first what is known beside orders, so that most of these can be let go as they
/// are read.
///
/// # Errors
///
/// Where a file cannot be read, every one of them, files of usage included.
pub(super) fn read(
    plan: Plan,
    book: &PolicyBook,
    keeps: Keeps,
    options: &Options,
    mut orders: OrdersRead<'_>,
    progress: &dyn Progress,
) -> Result<Read, AuditError> {
    let mut files: Vec<FileRead> = plan.sources.iter().flat_map(unread).collect();
    let sources = plan.sources.iter().filter(|source| source.has_records());
    let (of_orders, beside): (Vec<&Source>, Vec<&Source>) =
        sources.partition(|source| matches!(source.way, Way::Canonical(Role::Orders)));
    progress.begin(Stage::Reading, of_orders.iter().chain(&beside).map(|source| source.bytes()).sum());
    let Beside { mut refunds, mut records, mut defects, exports, mut failed } =
        read_beside(&plan, &beside, &mut files, options, progress);
    let mut aside = Vec::new();
    let may_go = keeps == Keeps::InQuestion
        && exports.is_empty()
        && failed.is_empty()
        && of_orders.iter().all(|source| source.can_be_read_again());
    let early = may_go
        .then(|| Facts::of(std::mem::take(&mut refunds), std::mem::take(&mut records.events), &mut aside));
    let as_of_min = options.as_of.or_else(|| latest(&files, &[Role::Refunds]));
    let gives_refunds = |(source, _): &(&Source, ExportRead)| source.roles().contains(&Role::Refunds);
    let mut sieve = match (&early, as_of_min) {
        (Some(facts), Some(as_of_min)) => Sieve::letting_go(book, &facts.refunds, &facts.events, as_of_min),
        _ => Sieve::keeping_all(book, exports.iter().any(gives_refunds)),
    };
    let expected = of_orders.iter().filter_map(|source| source.rows_about()).sum();
    orders.expect(expected, &sieve);
    let taken = Mutex::new(&mut orders);
    let take = |sifted| taken.lock().unwrap_or_else(PoisonError::into_inner).take(sifted, &sieve);
    for looked in look_at_orders(&of_orders, &sieve, &take, options, progress) {
        match looked {
            Ok((file, wrong)) => {
                defects.extend(wrong);
                let at = file.id.0 as usize;
                files[at] = file;
            }
            Err(error) => failed.push(error),
        }
    }
    if let Some(again) = orders.look_again() {
        sieve.look_again(again);
        let taken = Mutex::new(&mut orders);
        let take = |sifted| taken.lock().unwrap_or_else(PoisonError::into_inner).take_again(&sifted);
        let looked = look_at_orders(&of_orders, &sieve, &take, options, &Silent);
        failed.extend(looked.into_iter().filter_map(Result::err));
    }
    let known = orders.take_exported();
    link(exports, known, &mut files, &mut defects, |mut more| {
        for order in more.orders.drain(..) {
            let mut sifted = sieve.begin();
            let key = Key::of(order.order_id.as_str().as_bytes());
            sieve.take(&mut sieve.state(), &mut sifted, &[OrderRow::from(&order)], &[key]);
            orders.take(sifted, &sieve);
        }
        more.refunds.drain(..).for_each(|refund| refunds.push(&refund));
        more.request_times.drain(..).for_each(|time| refunds.asked(time));
        records.append(more);
    });
    files.iter_mut().filter(|file| file.dialect.is_some()).for_each(FileRead::add_up);
    progress.end();
    if !failed.is_empty() {
        // Usage is looked at all the same: every file that cannot be read is named at once.
        let none = KeyTable::new();
        let index = OrderIndex::new(&none, std::iter::empty(), &[], []);
        let streamed = stream_all(&plan, &Keeper::new(&index, None, false), &|_, _| {}, options, progress);
        let more = streamed.into_iter().filter_map(Result::err);
        return Err(AuditError::Ingest(failed.into_iter().chain(more).collect()));
    }
    let wares = sieve.into_wares();
    let packs = std::mem::take(&mut records.packs);
    let facts = early.unwrap_or_else(|| Facts::of(refunds, records.events, &mut aside));
    let orders = orders.finish(wares).map_err(|source| AuditError::Spill {
        folder: options.spill_dir.clone().unwrap_or_else(std::env::temp_dir),
        source,
        needed: budget::spilled(&plan),
    })?;
    let calendar = facts.events.calendar.clone();
    Ok(Read { plan, files, defects, facts, orders, packs, calendar, aside })
}

/// Looks at every file of orders.
fn look_at_orders(
    sources: &[&Source],
    sieve: &Sieve<'_>,
    take: &(impl Fn(Sifted) + Sync),
    options: &Options,
    progress: &dyn Progress,
) -> Vec<Result<(FileRead, Vec<Defect>), IngestError>> {
    each(sources, options, progress, |source, reading| {
        let (id, place) = &source.parts[0];
        stream_orders(*id, place, reading, sieve, &mut |sifted| take(sifted))
    })
}

/// What was read beside canonical orders and usage.
struct Beside<'s> {
    refunds: RefundsRead,
    /// Events; refunds pass through.
    records: Records,
    defects: Vec<Defect>,
    /// Exports, not yet tied to each other.
    exports: Vec<(&'s Source, ExportRead)>,
    failed: Vec<IngestError>,
}

/// One source as it was read.
enum One {
    Canonical(Box<(FileRead, Records, Vec<Defect>)>),
    Export(ExportRead),
}

fn read_beside<'s>(
    plan: &Plan,
    sources: &[&'s Source],
    files: &mut [FileRead],
    options: &Options,
    progress: &dyn Progress,
) -> Beside<'s> {
    let refunds = Mutex::new(RefundsRead::default());
    let read = each(sources, options, progress, |source, reading| match &source.way {
        Way::Canonical(_) => {
            let (id, place) = &source.parts[0];
            let mut records = Records::default();
            let (file, defects) = read_file(*id, place, source.given, reading, &mut |mut more| {
                let mut refunds = refunds.lock().unwrap_or_else(PoisonError::into_inner);
                more.refunds.drain(..).for_each(|refund| refunds.push(&refund));
                records.append(more);
            })?;
            Ok(One::Canonical(Box::new((file, records, defects))))
        }
        Way::Export(_) => read_export(plan, source, reading).map(One::Export),
    });
    let refunds = refunds.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut beside = Beside {
        refunds,
        records: Records::default(),
        defects: Vec::new(),
        exports: Vec::new(),
        failed: Vec::new(),
    };
    for (source, one) in sources.iter().zip(read) {
        match one {
            Ok(One::Canonical(read)) => {
                let (file, records, defects) = *read;
                let at = file.id.0 as usize;
                files[at] = file;
                beside.records.append(records);
                beside.defects.extend(defects);
            }
            Ok(One::Export(read)) => beside.exports.push((source, read)),
            Err(error) => beside.failed.push(error),
        }
        debug_assert!(!source.parts.is_empty(), "a source has a part");
    }
    beside
}

impl Read {
    /// What was bought, the orders, and what is known beside them: others refer to it while the rest changes.
    pub(super) fn take(&mut self) -> (Wares, Found, Facts) {
        let (wares, found) = (std::mem::take(&mut self.orders.wares), std::mem::take(&mut self.orders.found));
        (wares, found, std::mem::take(&mut self.facts))
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
                postings = wider(postings, more);
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
            request_lag_days: options.request_lag_days.unwrap_or(REQUEST_LAG_DAYS),
            files: self.files.iter().map(FileRead::name).collect(),
            rejected: Arc::new(RejectedRows::of(&self.defects)),
        }
    }
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
        Way::Export(_) => stream_export(plan, source, sink, &mut |id, taken| consume(id, taken), reading),
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
        return Coverage { interval, given: true, postings };
    }
    let nothing = Instant::from_micros(0);
    let interval = day_span(postings.map(|(first, _)| first), postings.map(|(_, last)| last))
        .unwrap_or(Interval { from: Some(nothing), to: Some(nothing) });
    Coverage { interval, given: false, postings }
}
