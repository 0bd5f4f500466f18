//! One run from its inputs to everything that is to be said.

use std::path::PathBuf;

use rayon::prelude::*;

use super::{
    assemble::{self, Assembled, Repeated},
    error::AuditError,
    options::Options,
    run_checks,
};
use crate::{
    case::{Case, Horizon},
    finding::Finding,
    ingest::{
        FileRead, IngestError, Inputs, OrderIndex, Progress, Records, Stage, UsageRead, read_file, roles,
        scan,
    },
    judge::{Judgement, Outcome, judge, judge_orphan},
    money::Quantity,
    policy::{Length, PolicyBook},
    record::{Defect, FileId, Order, Role},
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
        let judged: Vec<Judgement> = (0..cases)
            .into_par_iter()
            .map(|at| {
                let judgement = judge(&assembled.case(at), book, &read.horizon);
                progress.advance(1);
                judgement
            })
            .collect();
        progress.end();
        Ok(sum_up(&assembled, read, judged))
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
}

/// A file with its role, ready to be read.
struct Source {
    id: FileId,
    path: PathBuf,
    given: Option<Role>,
    role: Role,
}

/// Orders, refunds and events first; then usage as a stream that keeps what is in question.
fn gather(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Assembled, Read), AuditError> {
    let sources = sources(inputs)?;
    let bytes =
        sources.iter().map(|source| std::fs::metadata(&source.path).map_or(0, |data| data.len())).sum();
    progress.begin(Stage::Reading, bytes);
    let (small, big): (Vec<&Source>, Vec<&Source>) =
        sources.iter().partition(|source| source.role != Role::Usage);
    let (mut files, records, mut defects) = read_small(&small, options, progress)?;
    let mut repeated = Repeated::new();
    // Until all is read, files stand in the order of their ids.
    files.extend(big.iter().map(|source| placeholder(source)));
    files.sort_by_key(|file| file.id);
    let orders_known = records.orders.iter().map(|order| order.paid_at.earliest());
    let orders_cover = day_span(orders_known.clone().min(), orders_known.max());
    let orders = assemble::orders(records.orders, &mut files, &mut repeated);
    let refunds_latest = latest(&files, &[Role::Refunds]);
    let refunds = assemble::refunds(records.refunds, &mut files, &mut repeated);
    let in_question = in_question(&orders.list, &refunds, book, options.as_of.or(refunds_latest));
    let index = OrderIndex::new(&orders.list, in_question);
    let scanned: Vec<Result<(UsageRead, Vec<Defect>), IngestError>> = big
        .par_iter()
        .map(|source| scan(source.id, &source.path, &index, options.as_of, options.digests, progress))
        .collect();
    drop(index);
    let mut kept = Vec::new();
    let mut settled = vec![Quantity::ZERO; orders.list.len()];
    let mut postings: Option<(Instant, Instant)> = None;
    let mut orphans = Vec::new();
    let mut failed = Vec::new();
    for scanned in scanned {
        match scanned {
            Ok((usage, found)) => {
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
                let at = usage.read.id.0 as usize;
                files[at] = usage.read;
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
        events_known: files.iter().any(|file| file.role == Role::Events),
        calendar: events.calendar.clone(),
        opportunities: options.opportunities,
    };
    defects.sort();
    let read =
        Read { files, defects, horizon, coverage, as_of_given: options.as_of.is_some(), repeated, orphans };
    Ok((Assembled { orders, refunds, events, usage, settled }, read))
}

/// Every input with its role, or everything that is wrong with them.
fn sources(inputs: &Inputs) -> Result<Vec<Source>, AuditError> {
    let mut files = inputs.files.clone();
    files.sort();
    let sorted = Inputs { files };
    let mut found = Vec::new();
    let mut failed = Vec::new();
    for (at, one) in sorted.files.iter().enumerate() {
        let single = Inputs { files: vec![one.clone()] };
        match roles(&single) {
            Ok(roles) => found.push(Source {
                id: FileId(u32::try_from(at).expect("files are counted in 32 bits")),
                path: one.0.clone(),
                given: one.1,
                role: roles[0],
            }),
            Err(error) => failed.push(error),
        }
    }
    if failed.is_empty() { Ok(found) } else { Err(AuditError::Ingest(failed)) }
}

type Small = (Vec<FileRead>, Records, Vec<Defect>);

fn read_small(sources: &[&Source], options: &Options, progress: &dyn Progress) -> Result<Small, AuditError> {
    let read: Vec<_> = sources
        .par_iter()
        .map(|source| read_file(source.id, &source.path, source.given, options.digests, progress))
        .collect();
    let mut files = Vec::new();
    let mut records = Records::default();
    let mut defects = Vec::new();
    let mut failed = Vec::new();
    for one in read {
        match one {
            Ok((file, mut found, wrong)) => {
                files.push(file);
                // The first file's list is taken as it is: copying it would double the peak.
                if records.orders.is_empty() {
                    records.orders = found.orders;
                } else {
                    records.orders.append(&mut found.orders);
                }
                records.refunds.append(&mut found.refunds);
                records.events.append(&mut found.events);
                defects.extend(wrong);
            }
            Err(error) => failed.push(error),
        }
    }
    if failed.is_empty() { Ok((files, records, defects)) } else { Err(AuditError::Ingest(failed)) }
}

/// Stands for a usage file until it is scanned.
fn placeholder(source: &Source) -> FileRead {
    FileRead {
        id: source.id,
        path: source.path.clone(),
        role: source.role,
        bytes: 0,
        sha256: None,
        control: crate::record::ControlTotal::default(),
        unknown_columns: Vec::new(),
        zone_assumed: 0,
        blurred: 0,
        long_decimals: 0,
        latest: None,
    }
}

fn latest(files: &[FileRead], roles: &[Role]) -> Option<Instant> {
    files.iter().filter(|file| roles.contains(&file.role)).filter_map(|file| file.latest).max()
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
fn sum_up(assembled: &Assembled, read: Read, judged: Vec<Judgement>) -> Audit {
    let mut outcomes = Vec::with_capacity(judged.len());
    let mut findings = Vec::new();
    for judgement in judged {
        outcomes.push(judgement.outcome);
        findings.extend(judgement.findings);
    }
    let known = |id: &crate::record::OrderId| {
        assembled.orders.list.binary_search_by(|order| order.order_id.cmp(id)).is_ok()
    };
    let orphaned = assembled.refunds.by_order.iter().filter(|(id, _)| !known(id));
    findings.extend(orphaned.flat_map(|(_, rows)| rows).filter_map(|row| judge_orphan(row, &read.horizon)));
    findings.extend(run_checks::abuse_patterns(&assembled.orders.list, &assembled.refunds, &read.horizon));
    findings.extend(run_checks::about_files(&read.files, &read.repeated, &read.orphans));
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
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
    }
}
