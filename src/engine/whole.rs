//! A run that fits into memory: one part with every order.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{
    aside::Aside,
    budget,
    error::AuditError,
    judging::Ask,
    kept::KeptRows,
    options::Options,
    orders::{Found, Orders, Settled, WareRules},
    part::{Facts, Part},
    read::{Read, stream_all},
    run::Coverage,
};
use crate::{
    case::Horizon,
    ingest::{Fates, Keeper, Kept, OrderIndex, Progress, Purchase, Stage},
    policy::PolicyBook,
    record::FileId,
    store::{OrderHead, Wares},
    time::Instant,
};

/// A run read whole, all but the facts and wares that it shares.
pub(super) struct Whole<'r> {
    pub(super) part: Part<'r>,
    pub(super) horizon: Horizon,
    pub(super) coverage: Coverage,
    pub(super) fates: BTreeMap<FileId, Fates>,
    pub(super) aside: Vec<Aside>,
    /// Orders that were let go.
    pub(super) settled: Settled,
}

/// Puts orders together with their usage; `None` where that takes more memory than there may be.
///
/// # Errors
///
/// Where a file of usage cannot be read.
pub(super) fn gather<'r>(
    read: &mut Read,
    (wares, found): (&'r Wares, Found),
    facts: &'r Facts,
    book: &PolicyBook,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Option<Whole<'r>>, AuditError> {
    progress.begin(Stage::Finding, read.orders.count);
    let mut aside = Vec::new();
    let (orders, settled) = Orders::once(found, wares, &mut aside);
    let in_question = in_question(&orders, facts, book, read.as_of_min(options));
    if !budget::has_room(read, &orders, &in_question, options) {
        progress.end();
        return Ok(None);
    }
    let asks_for_instances = read.orders.names_instances || !read.packs.is_empty();
    let purchases = purchases(&orders).take_while(|_| asks_for_instances);
    let index = OrderIndex::new(orders.keys(), purchases, &read.packs, in_question.iter().copied());
    progress.end();
    let keeper = Keeper::new(&index, options.as_of, Ask::of(&read.files, options).all);
    let kept = Mutex::new(KeptRows::default());
    let fates: Mutex<BTreeMap<FileId, Fates>> = Mutex::default();
    let consume = |file: FileId, mut taken: Kept| {
        keeper.settle(&mut taken);
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        taken.rows.iter().for_each(|(order, usage)| kept.push(*order, usage));
        drop(kept);
        fates.lock().unwrap_or_else(PoisonError::into_inner).entry(file).or_default().add(taken.fates);
    };
    let streamed = stream_all(&read.plan, &keeper, &consume, options, progress);
    let sums = keeper.into_sums();
    let coverage = read.streamed(streamed, options)?;
    let mut usage = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    usage.sort();
    let fates = fates.into_inner().unwrap_or_else(PoisonError::into_inner);
    let horizon = read.horizon(&coverage, options);
    Ok(Some(Whole {
        part: Part { facts, orders, in_question, usage, sums },
        horizon,
        coverage,
        fates,
        aside,
        settled,
    }))
}

/// The orders as usage finds them.
pub(super) fn purchases<'o>(orders: &'o Orders<'_>) -> impl Iterator<Item = Purchase<'o>> {
    orders.heads().map(|(number, head)| Purchase {
        number,
        order_id: head.order_id,
        instance_id: head.instance_id,
        paid_at: head.paid_at.earliest(),
    })
}

/// Of each number, whether its order is in question, so that its usage is kept and it is judged: something is
/// known of it beside its own row, its window may still be open at the as-of date, of which only a lower bound
/// is known, or its row alone says that it may come to something.
pub(super) fn in_question(
    orders: &Orders<'_>,
    facts: &Facts,
    book: &PolicyBook,
    as_of_min: Option<Instant>,
) -> Vec<bool> {
    let rules = WareRules::of(orders.wares(), book);
    let mut known = facts.refunds.refunded(orders);
    orders.contradicted().for_each(|number| known[number as usize] = true);
    let is_open = |head: &OrderHead<'_>| {
        let Some(as_of_min) = as_of_min else { return true };
        rules.get(head.ware).leave_open(head, &facts.events, as_of_min)
    };
    orders.par_heads().zip(known).map(|(head, known)| known || head.as_ref().is_some_and(is_open)).collect()
}
