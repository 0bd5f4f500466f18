//! One run from its inputs to everything that is to be said.

use rayon::prelude::*;

use super::{
    assemble::{self, Assembled, Repeated},
    error::AuditError,
    options::Options,
    run_checks, wanting,
};
use crate::{
    case::{Case, Horizon},
    export::{
        self,
        convert::{Linked, Linker},
    },
    finding::Finding,
    ingest::{
        ExportRead, FileRead, IngestError, Inputs, OrderIndex, Plan, Progress, Records, Source, Stage,
        UsageRead, Way, absorb, accept, assume, plan, read_export, read_file, role_of_table, scan,
        scan_export, unread,
    },
    judge::{Judgement, Outcome, judge, judge_orphan},
    money::Quantity,
    policy::{Length, PolicyBook},
    record::{Defect, Order, Role},
    time::{Instant, Interval, Moment, Offset},
};

/// The interval for which the deduction export is taken to be complete, and who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The interval.
    pub interval: Interval,
    /// Whether an option said so, as against the days of the postings.
    pub given: bool,
}

/// Everything that came of a run.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The files, by their place in evidence.
    pub files: Vec<FileRead>,
    /// The date the question was asked for.
    pub as_of: Instant,
    /// Whether an option said so.
    pub as_of_given: bool,
    /// The interval for which deductions are complete.
    pub coverage: Coverage,
    /// One outcome for each order read, by order id.
    pub outcomes: Vec<Outcome>,
    /// Findings in the order of the report.
    pub findings: Vec<Finding>,
    /// Rejected rows, by file and line.
    pub defects: Vec<Defect>,
    /// Accounts and orders that events name and no order has.
    pub unmatched_events: usize,
    /// Files that were not taken, and why not.
    pub passed_over: Vec<String>,
    /// What more data would decide, in sentences.
    pub wanting: Vec<String>,
}

/// Reads, assembles and judges. The same inputs, policies and options give the same audit for any number
/// of threads and any order of files.
///
/// # Errors
///
/// [`AuditError`] where a file cannot be read at all; never for a row.
pub fn audit(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Audit, AuditError> {
    in_pool(options, || {
        let (assembled, read) = gather(inputs, book, options, progress)?;
        let cases = assembled.orders.list.len();
        progress.begin(Stage::Judging, cases as u64);
        // Straight into their two lists: an outcome held in a third would be held twice.
        let (mut outcomes, mut findings) = (Vec::new(), Vec::new());
        (0..cases)
            .into_par_iter()
            .map(|at| {
                let Judgement { outcome, findings } = judge(&assembled.case(at), book, &read.horizon);
                progress.advance(1);
                (outcome, findings)
            })
            .unzip_into_vecs(&mut outcomes, &mut findings);
        progress.end();
        Ok(sum_up(&assembled, read, book, outcomes, findings.into_iter().flatten().collect()))
    })
}

/// What reading alone found.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The files, by their place in evidence.
    pub files: Vec<FileRead>,
    /// Rejected rows, by file and line.
    pub defects: Vec<Defect>,
    /// Files that were not taken, and why not.
    pub passed_over: Vec<String>,
}

/// Reads everything and judges nothing.
///
/// # Errors
///
/// [`AuditError`] where a file cannot be read at all.
pub fn survey(inputs: &Inputs, options: &Options, progress: &dyn Progress) -> Result<Survey, AuditError> {
    in_pool(options, || {
        let (_, read) = gather(inputs, &PolicyBook::default(), options, progress)?;
        Ok(Survey { files: read.files, defects: read.defects, passed_over: read.passed_over })
    })
}

/// One order of a run, to be told in full.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its case; `None` where no order has the id.
    pub case: Option<Case>,
    /// What holds for the run.
    pub horizon: Horizon,
    /// The files, by their place in evidence.
    pub files: Vec<FileRead>,
    /// The ids of every order read, for the near miss.
    pub order_ids: Vec<String>,
}

/// One order of a run with the horizon of the run.
///
/// # Errors
///
/// [`AuditError`] where a file cannot be read at all.
pub fn tell(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    order_id: &str,
    progress: &dyn Progress,
) -> Result<Told, AuditError> {
    in_pool(options, || {
        let (assembled, read) = gather(inputs, book, options, progress)?;
        let at = assembled.orders.list.binary_search_by(|order| order.order_id.as_str().cmp(order_id)).ok();
        let order_ids = assembled.orders.list.iter().map(|order| order.order_id.to_string()).collect();
        Ok(Told {
            case: at.map(|at| assembled.case(at)),
            horizon: read.horizon,
            files: read.files,
            order_ids,
        })
    })
}

/// Runs on as many threads as were asked for.
fn in_pool<T: Send>(
    options: &Options,
    run: impl FnOnce() -> Result<T, AuditError> + Send,
) -> Result<T, AuditError> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = options.threads {
        pool = pool.num_threads(threads);
    }
    let pool = pool.build().map_err(|error| AuditError::Threads {
        threads: options.threads.unwrap_or_default(),
        why: error.to_string(),
    })?;
    pool.install(run)
}

/// What reading found beside the records themselves.
struct Read {
    files: Vec<FileRead>,
    defects: Vec<Defect>,
    horizon: Horizon,
    coverage: Coverage,
    as_of_given: bool,
    repeated: Repeated,
    orphans: Vec<run_checks::Orphans>,
    passed_over: Vec<String>,
}

/// Orders, refunds and events first; then usage as a stream that keeps what is in question.
fn gather(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Assembled, Read), AuditError> {
    let plan = plan(inputs).map_err(AuditError::Ingest)?;
    let mut files: Vec<FileRead> = plan.sources.iter().flat_map(unread).collect();
    progress.begin(Stage::Reading, files.iter().map(|file| file.bytes).sum());
    let (small, failed) = read_small(&plan, &mut files, options, progress);
    let Small { records, mut defects } = small;
    if !failed.is_empty() {
        // Usage is looked at all the same: every file that cannot be read is named at once.
        let index = OrderIndex::new(&[], Vec::new());
        let scanned = scan_all(&plan, &index, options, progress);
        let more = scanned.into_iter().filter_map(Result::err);
        return Err(AuditError::Ingest(failed.into_iter().chain(more).collect()));
    }
    let mut repeated = Repeated::new();
    let orders_known = records.orders.iter().map(|order| order.paid_at.earliest());
    let orders_cover = day_span(orders_known.clone().min(), orders_known.max());
    let orders = assemble::orders(records.orders, &mut files, &mut repeated);
    let refunds_latest = latest(&files, &[Role::Refunds]);
    let refunds = assemble::refunds(records.refunds, &mut files, &mut repeated);
    let in_question = in_question(&orders.list, &refunds, book, options.as_of.or(refunds_latest));
    let index = OrderIndex::new(&orders.list, in_question).with_packs(&records.packs, &orders.list);
    let scanned = scan_all(&plan, &index, options, progress);
    drop(index);
    let mut kept = Vec::new();
    let mut settled = vec![Quantity::ZERO; orders.list.len()];
    let mut postings: Option<(Instant, Instant)> = None;
    let mut orphans = Vec::new();
    let mut failed = Vec::new();
    for scanned in scanned {
        match scanned {
            Ok(tables) => {
                for (usage, found) in tables {
                    orphans.extend(run_checks::Orphans::of(&usage));
                    defects.extend(found);
                    kept.extend(usage.kept);
                    for (sum, more) in settled.iter_mut().zip(usage.settled) {
                        *sum = sum.plus(more);
                    }
                    postings = match (postings, usage.postings) {
                        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                        (one, other) => one.or(other),
                    };
                    let file = &mut files[usage.read.id.0 as usize];
                    if file.dialect.is_some() { file.merge(usage.read) } else { *file = usage.read }
                }
            }
            Err(error) => failed.push(error),
        }
    }
    if !failed.is_empty() {
        return Err(AuditError::Ingest(failed));
    }
    progress.end();
    let usage = assemble::usage(kept, &mut files, &mut repeated);
    let events = assemble::events(records.events);
    let as_of = options
        .as_of
        .or_else(|| latest(&files, &[Role::Refunds, Role::Usage]))
        .or_else(|| latest(&files, &[Role::Orders]))
        .unwrap_or(Instant::from_micros(0));
    let coverage = coverage(options, postings);
    let horizon = Horizon {
        as_of,
        usage_covers: coverage.interval,
        orders_cover,
        events_known: files.iter().any(|file| file.gives(Role::Events)),
        calendar: events.calendar.clone(),
        opportunities: options.opportunities,
    };
    defects.sort();
    let read = Read {
        files,
        defects,
        horizon,
        coverage,
        as_of_given: options.as_of.is_some(),
        repeated,
        orphans,
        passed_over: plan.passed_over,
    };
    Ok((Assembled { orders, refunds, events, usage, settled }, read))
}

/// Records of the run and rejected rows.
#[derive(Default)]
struct Small {
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
fn read_small(
    plan: &Plan,
    files: &mut [FileRead],
    options: &Options,
    progress: &dyn Progress,
) -> (Small, Vec<IngestError>) {
    let sources: Vec<&Source> = plan.sources.iter().filter(|source| source.has_records()).collect();
    let read: Vec<Result<One, IngestError>> = sources
        .par_iter()
        .map(|source| match &source.way {
            Way::Canonical(_) => {
                let id = source.parts[0].0;
                let read = read_file(id, source.path(), source.given, options.digests, progress)?;
                Ok(One::Canonical(Box::new(read)))
            }
            Way::Export(_) => read_export(plan, source, options.digests, progress).map(One::Export),
        })
        .collect();
    let mut small = Small::default();
    let mut failed = Vec::new();
    let mut linker = Linker::default();
    let gives_refunds =
        |source: &&Source| matches!(source.way, Way::Export(_)) && source.roles().contains(&Role::Refunds);
    let links = sources.iter().any(gives_refunds);
    let mut through = Vec::new();
    for (place, (source, one)) in sources.iter().zip(read).enumerate() {
        match one {
            Ok(One::Canonical(read)) => {
                let (file, mut found, wrong) = *read;
                let at = file.id.0 as usize;
                files[at] = file;
                if links {
                    for order in &found.orders {
                        let known = linker.add(KNOWN, as_export(order));
                        debug_assert!(known.is_none(), "an order waits for refunds to be tied to it");
                    }
                }
                // The first file's list is taken as it is: copying it would double the peak.
                if small.records.orders.is_empty() {
                    small.records.orders = found.orders;
                } else {
                    small.records.orders.append(&mut found.orders);
                }
                small.records.refunds.append(&mut found.refunds);
                small.records.events.append(&mut found.events);
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
                assume(&mut record);
                let at = sources[file].parts[record.part].0.0 as usize;
                accept(&record, &mut files[at], &mut small.records, &mut small.defects);
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

type Scanned = Result<Vec<(UsageRead, Vec<Defect>)>, IngestError>;

fn scan_all(plan: &Plan, index: &OrderIndex<'_>, options: &Options, progress: &dyn Progress) -> Vec<Scanned> {
    let sources: Vec<&Source> = plan.sources.iter().filter(|source| source.has_usage()).collect();
    let (as_of, digests) = (options.as_of, options.digests);
    sources
        .par_iter()
        .map(|source| match &source.way {
            Way::Canonical(_) => {
                let id = source.parts[0].0;
                scan(id, source.path(), index, as_of, digests, progress).map(|one| vec![one])
            }
            Way::Export(_) => scan_export(plan, source, index, as_of, digests, progress),
        })
        .collect()
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

/// Of each order, whether its usage rows are kept: a refund exists, or its window may still be open at the
/// as-of date, of which only a lower bound is known here.
fn in_question(
    orders: &[Order],
    refunds: &assemble::Refunds,
    book: &PolicyBook,
    as_of_min: Option<Instant>,
) -> Vec<bool> {
    orders
        .par_iter()
        .map(|order| refunds.by_order.contains_key(&order.order_id) || may_be_open(order, book, as_of_min))
        .collect()
}

/// Whether a request at or after `as_of_min` could still be in time under some version or reading.
fn may_be_open(order: &Order, book: &PolicyBook, as_of_min: Option<Instant>) -> bool {
    let Some(as_of) = as_of_min else { return true };
    let paid_at = order.paid_at.latest();
    let latest = |moment: Option<Moment>| moment.map(Moment::latest);
    let anchors = [Some(paid_at), latest(order.delivered_at), latest(order.effective_at)];
    let anchor = anchors.into_iter().flatten().max();
    let anchor = anchor.unwrap_or(paid_at);
    book.about(&order.product).filter(|policy| policy.applies.covers(order)).any(|policy| {
        let terms = policy.versions.iter().flat_map(|version| {
            std::iter::once(&version.terms).chain(version.readings.iter().map(|reading| &reading.terms))
        });
        terms.filter_map(|terms| terms.window_of(&order.package_type)).any(|window| match window.length {
            // One day beyond covers an inclusive end and the end of the local day.
            Length::Days(days) => anchor.plus_days(i64::from(days) + 2) > as_of,
            Length::Validity => order.expires_at.is_none_or(|expires_at| expires_at.latest() > as_of),
            Length::Unlimited => true,
            Length::Unstated => false,
        })
    })
}

/// Everything that is to be said, in the order of the report.
fn sum_up(
    assembled: &Assembled,
    read: Read,
    book: &PolicyBook,
    outcomes: Vec<Outcome>,
    mut findings: Vec<Finding>,
) -> Audit {
    let known = |id: &crate::record::OrderId| {
        assembled.orders.list.binary_search_by(|order| order.order_id.cmp(id)).is_ok()
    };
    let orphaned = assembled.refunds.by_order.iter().filter(|(id, _)| !known(id));
    findings.extend(orphaned.flat_map(|(_, rows)| rows).filter_map(|row| judge_orphan(row, &read.horizon)));
    findings.extend(run_checks::abuse_patterns(&assembled.orders.list, &assembled.refunds, &read.horizon));
    findings.extend(run_checks::about_files(&read.files, &read.repeated, &read.orphans));
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let orphans: Vec<_> = read.orphans.iter().map(run_checks::Orphans::rows).collect();
    let wanting = wanting::wanting(&read.files, assembled, book, &outcomes, &findings, &orphans);
    let unmatched_events = assembled.events.orders().filter(|id| !known(id)).count();
    Audit {
        as_of: read.horizon.as_of,
        files: read.files,
        as_of_given: read.as_of_given,
        coverage: read.coverage,
        outcomes,
        findings,
        defects: read.defects,
        unmatched_events,
        passed_over: read.passed_over,
        wanting,
    }
}
