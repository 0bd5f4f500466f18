//! One run from its inputs to everything that is to be said.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    aside::{Aside, Repeated},
    budget::{self, Ways},
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
    case::{Case, Horizon},
    finding::Finding,
    ingest::{Fates, FileRead, Inputs, Plan, Progress, Stage, check_unchanged, plan},
    policy::PolicyBook,
    record::{Defect, FileId, Role},
    store::Wares,
    time::{Instant, Interval},
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
    /// One outcome for each order that was judged, by order id.
    pub outcomes: Outcomes,
    /// Orders that were counted and not judged; none where every outcome was asked for.
    pub untouched: Untouched,
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
    let judged = judge_all(&part, book, &horizon, Ask::of(&read.files, options), progress);
    progress.end();
    progress.begin(Stage::Summing, judged.findings.len() as u64);
    let named =
        Named { refunds: facts.refunds.by_order().collect(), events: facts.events.orders().collect() };
    let (outcomes, mut said) = said(&part, &named, judged, &horizon);
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

/// One order of a run, to be told in full.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its case; `None` where no order has the id.
    pub case: Option<Case>,
    /// What holds for the run.
    pub horizon: Horizon,
    /// The files, by their place in evidence.
    pub files: Vec<FileRead>,
    /// Where there is no case: the ids of every order read, for the near miss.
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
        let mut read = read(planned(inputs)?, book, Keeps::All, options, OrdersRead::default(), progress)?;
        let (wares, found, facts) = read.take();
        let Whole { part, horizon, fates, .. } =
            whole(&mut read, (&wares, found), &facts, book, options, progress)?;
        settle(&mut read, &[], &fates);
        check_unchanged(&read.files).map_err(AuditError::Ingest)?;
        let number = part.orders.number(&order_id.into());
        let order_ids = match number {
            Some(_) => Vec::new(),
            None => part.orders.heads().map(|(_, head)| head.order_id.to_owned()).collect(),
        };
        let case = number.map(|number| part.case(number).0);
        Ok(Told { case, horizon, files: read.files, order_ids })
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
    let Said { untouched, mut findings, mut aside, fates, unmatched_events, about, .. } = said;
    aside.append(&mut read.aside);
    let repeated = settle(&mut read, &aside, &fates);
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
        outcomes,
        untouched,
        findings,
        defects: read.defects,
        unmatched_events,
        passed_over: read.plan.passed_over,
        wanting,
    })
}
