//! One run from its inputs to everything that is to be said.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{
    aside::{Aside, Repeated},
    budget::{self, Ways},
    decisions::Decisions,
    error::AuditError,
    judging::{Ask, judge_all},
    marks::Marks,
    options::Options,
    orders::{Found, OrdersRead, Untouched, WareRules},
    outcomes::Outcomes,
    part::Facts,
    parts,
    patterns::Bills,
    read::{Keeps, Read, read},
    run_checks,
    said::{Named, Said, said},
    wanting,
    whole::{Whole, gather},
};
use crate::{
    case::{Case, CaseRefund, Horizon, REQUEST_LAG_DAYS},
    finding::Finding,
    ingest::{Fates, FileRead, Inputs, Plan, Progress, Stage, check_unchanged, plan},
    judge::judge_orphan,
    policy::PolicyBook,
    record::{Defect, FileId, Refund, Role},
    store::{OrderHead, Wares},
    time::{Instant, Interval},
};

/// The interval for which the deduction export is taken to be complete, and who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The interval.
    pub interval: Interval,
    /// Whether an option said so, as against the days of the postings.
    pub given: bool,
    /// The first and the last posting that was read; none where there is no deduction.
    pub postings: Option<(Instant, Instant)>,
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
    /// How many times 24 hours a request may lie before the completion of its refund, where nothing says more.
    pub request_lag_days: u32,
    /// One outcome for each order that was judged, by order id.
    pub outcomes: Outcomes,
    /// Orders that were counted and not judged; none where every outcome was asked for.
    pub untouched: Untouched,
    /// What came of each refund.
    pub decisions: Decisions,
    /// Whether an as-of date was asked for that lies before every purchase, request and posting.
    pub nothing_by_then: bool,
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
/// of threads, any order of files, and however much memory there is.
///
/// # Errors
///
/// [`AuditError`] where a file cannot be read at all, or memory and disk do not do; never for a row.
pub fn audit(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Audit, AuditError> {
    in_pool(options, || {
        let plan = planned(inputs)?;
        let in_parts = match budget::ways(&plan, options)? {
            Ways::Parts(in_parts) => in_parts,
            Ways::Whole => {
                // Pipes are not opened again.
                if let Some(audit) = audit_whole(plan.clone(), book, options, progress)? {
                    return Ok(audit);
                }
                // More is in question than sizes told.
                budget::in_parts(&plan, options)?
            }
        };
        parts::audit(plan, book, options, in_parts, progress)
    })
}

fn planned(inputs: &Inputs) -> Result<Plan, AuditError> {
    plan(inputs).map_err(AuditError::Ingest)
}

/// A run in memory; `None` where it turns out to need more than there may be.
fn audit_whole(
    plan: Plan,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Option<Audit>, AuditError> {
    let mut read = read(plan, book, Keeps::of(options), options, OrdersRead::default(), progress)?;
    let (wares, found, facts) = read.take();
    let Some(whole) = gather(&mut read, (&wares, found), &facts, book, options, progress)? else {
        return Ok(None);
    };
    let Whole { part, horizon, coverage, fates, aside, settled } = whole;
    progress.begin(Stage::Judging, part.orders.count() as u64);
    let ask = Ask::of(&read.files, options);
    let judged = judge_all(&part, book, &horizon, ask, progress);
    progress.end();
    progress.begin(Stage::Summing, judged.findings.len() as u64);
    let named =
        Named { refunds: facts.refunds.by_order().collect(), events: facts.events.orders().collect() };
    let (outcomes, mut said) = said(&part, &named, judged, &horizon, ask.refund_rows);
    said.fates = fates;
    said.aside.extend(aside);
    said.untouched.add(settled.untouched(&WareRules::of(&wares, book), &wares, horizon.as_of));
    let marks = Marks::of(std::mem::take(&mut said.marks));
    let mut suspects = marks.often_refunded();
    suspects.append(&mut marks.bought_again(&part.orders));
    let mut bills = Bills::default();
    bills.take(&part.orders, &facts.refunds, &suspects, &horizon);
    said.findings.extend(bills.patterns(&wares));
    let ended = Ended { outcomes: Outcomes::in_memory(outcomes), said, as_of: horizon.as_of, coverage };
    let audit = sum_up(read, &facts, book, ended, options);
    progress.end();
    audit.map(Some)
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
        let book = PolicyBook::default();
        let mut read = read(planned(inputs)?, &book, Keeps::All, options, OrdersRead::default(), progress)?;
        let (wares, found, facts) = read.take();
        let whole = whole(&mut read, (&wares, found), &facts, &book, options, progress)?;
        let aside = whole.part.aside().chain(whole.aside.iter().cloned());
        let mut repeated = std::mem::take(&mut read.aside);
        repeated.extend(aside);
        settle(&mut read, &repeated, &whole.fates);
        check_unchanged(&read.files).map_err(AuditError::Ingest)?;
        read.defects.sort();
        Ok(Survey { files: read.files, defects: read.defects, passed_over: read.plan.passed_over })
    })
}

/// A run in memory, however much it takes.
fn whole<'r>(
    read: &mut Read,
    orders: (&'r Wares, Found),
    facts: &'r Facts,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Whole<'r>, AuditError> {
    let unlimited = Options { memory: None, ..options.clone() };
    let whole = gather(read, orders, facts, book, &unlimited, progress)?;
    Ok(whole.expect("without a limit nothing is too much"))
}

/// What an id names in a run, to be told in full.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the id was found to be; none where nothing has it.
    pub named: Option<NamedBy>,
    /// The cases of the orders that it names, by payment.
    pub cases: Vec<Case>,
    /// Refunds with the id whose order is not there, each with the finding about it.
    pub orphans: Vec<(CaseRefund, Option<Finding>)>,
    /// What holds for the run.
    pub horizon: Horizon,
    /// The files, by their place in evidence.
    pub files: Vec<FileRead>,
    /// Rejected rows, by file and line.
    pub defects: Vec<Defect>,
    /// Where nothing has the id: every id that there is, for the near miss.
    pub ids: Vec<String>,
}

/// Whose id it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// An order's.
    Order,
    /// A refund's.
    Refund,
    /// That of the package or resource that orders bought.
    Instance,
}

/// What an id names in a run, be it of an order, a refund or an instance, with the horizon of the run.
///
/// # Errors
///
/// [`AuditError`] where a file cannot be read at all.
pub fn tell(
    inputs: &Inputs,
    book: &PolicyBook,
    options: &Options,
    id: &str,
    progress: &dyn Progress,
) -> Result<Told, AuditError> {
    in_pool(options, || {
        let mut read = read(planned(inputs)?, book, Keeps::All, options, OrdersRead::default(), progress)?;
        let (wares, found, facts) = read.take();
        let Whole { part, horizon, fates, .. } =
            whole(&mut read, (&wares, found), &facts, book, options, progress)?;
        settle(&mut read, &[], &fates);
        check_unchanged(&read.files).map_err(AuditError::Ingest)?;
        read.defects.sort();
        let with_id: Vec<Refund> = facts.refunds().filter(|refund| refund.refund_id.as_str() == id).collect();
        let of_instance = |head: &OrderHead<'_>| {
            head.instance_id == Some(id)
                || read.packs.iter().any(|(pack, order)| pack == id && order == head.order_id)
        };
        let mut orphans = Vec::new();
        let (named, numbers): (Option<NamedBy>, Vec<u32>) =
            if let Some(number) = part.orders.number(&id.into()) {
                (Some(NamedBy::Order), vec![number])
            } else if !with_id.is_empty() {
                let mut numbers = Vec::new();
                for refund in &with_id {
                    match part.orders.number(&refund.order_id) {
                        Some(number) => numbers.push(number),
                        None => orphans.extend(facts.refunds.of(&refund.order_id)),
                    }
                }
                (Some(NamedBy::Refund), numbers)
            } else {
                let heads = part.orders.heads().filter(|(_, head)| of_instance(head));
                let numbers: Vec<u32> = heads.map(|(number, _)| number).collect();
                ((!numbers.is_empty()).then_some(NamedBy::Instance), numbers)
            };
        let mut cases: Vec<Case> = numbers.into_iter().map(|number| part.case(number).0).collect();
        cases.sort_by(|a, b| {
            let key = |case: &Case| (case.order.paid_at, case.order.order_id.clone());
            key(a).cmp(&key(b))
        });
        orphans.retain(|row: &CaseRefund| row.refund.refund_id.as_str() == id);
        let orphans = orphans.into_iter().map(|row| (row.clone(), judge_orphan(&row, &horizon))).collect();
        let ids = match named {
            Some(_) => Vec::new(),
            None => {
                let orders = part.orders.heads().flat_map(|(_, head)| {
                    [Some(head.order_id.to_owned()), head.instance_id.map(str::to_owned)]
                        .into_iter()
                        .flatten()
                });
                let refunds = facts.refunds().map(|refund| refund.refund_id.to_string());
                let all: BTreeSet<String> = orders.chain(refunds).collect();
                all.into_iter().collect()
            }
        };
        Ok(Told { named, cases, orphans, horizon, files: read.files, defects: read.defects, ids })
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

/// Writes into the files what became of their rows; repetitions come back.
fn settle(read: &mut Read, aside: &[Aside], fates: &BTreeMap<FileId, Fates>) -> Repeated {
    let none = Fates::default();
    for file in read.files.iter_mut().filter(|file| file.gives(Role::Usage)) {
        file.settle_usage(fates.get(&file.id).unwrap_or(&none));
    }
    let mut repeated = Repeated::new();
    for row in aside {
        row.settle(&mut read.files, &mut repeated);
    }
    repeated
}

/// What came of all orders.
pub(super) struct Ended {
    pub(super) outcomes: Outcomes,
    pub(super) said: Said,
    pub(super) as_of: Instant,
    pub(super) coverage: Coverage,
}

/// Everything that is to be said, in the order of the report.
pub(super) fn sum_up(
    mut read: Read,
    facts: &Facts,
    book: &PolicyBook,
    ended: Ended,
    options: &Options,
) -> Result<Audit, AuditError> {
    let Ended { outcomes, said, as_of, coverage } = ended;
    let Said { untouched, mut findings, mut decisions, mut aside, fates, unmatched_events, about, .. } = said;
    decisions.sort();
    let begins_later = |first: Option<(Instant, Instant)>| first.is_none_or(|(first, _)| first > as_of);
    let nothing_by_then = options.as_of.is_some()
        && begins_later(read.orders.paid)
        && begins_later(coverage.postings)
        && decisions.share_undetermined().1 == 0;
    aside.append(&mut read.aside);
    let repeated = settle(&mut read, &aside, &fates);
    for (file, count) in facts.refunds.unmatched() {
        let notes = &mut read.files[file.0 as usize].notes;
        notes.insert("times of requests whose refund is in no file".to_owned(), *count);
    }
    check_unchanged(&read.files).map_err(AuditError::Ingest)?;
    findings.extend(run_checks::about_files(&read.files, &repeated, &fates));
    findings.par_sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let orphans: Vec<(FileId, u64)> = fates
        .iter()
        .map(|(file, fates)| (*file, fates.orphans()))
        .filter(|(_, orphans)| *orphans > 0)
        .collect();
    let wanting = wanting::wanting(&read.files, facts, book, about, &findings, &orphans);
    read.defects.sort();
    Ok(Audit {
        as_of,
        files: read.files,
        as_of_given: options.as_of.is_some(),
        coverage,
        request_lag_days: options.request_lag_days.unwrap_or(REQUEST_LAG_DAYS),
        outcomes,
        untouched,
        decisions,
        nothing_by_then,
        findings,
        defects: read.defects,
        unmatched_events,
        passed_over: read.plan.passed_over,
        wanting,
    })
}
