//! How much memory a run takes, and into how many parts it falls so that it takes no more than it may.
//!
//! Sizes of files tell it roughly before anything is read. What they cannot tell, how much usage is in question,
//! is known when orders and refunds are read; a run that then turns out to be too large begins anew in parts.

use super::{
    error::AuditError,
    options::Options,
    orders::Orders,
    read::{Keeps, Read},
};
use crate::{
    ingest::{Plan, Source, Way},
    record::Role,
};

const MIB: u64 = 1 << 20;
/// The program itself, its policies, and what stands in no proportion to the files.
const PROGRAM: u64 = 40 * MIB;
/// Blocks, buffers and results of a thread.
const THREAD: u64 = 8 * MIB;
/// Times that a thread may hold what it reads, in one form and another.
const THREAD_READ: u64 = 8;
/// The least that is worth a part.
const PART_MIN: u64 = 8 * MIB;
/// More parts than this make buffers the larger half.
const PARTS_MAX: u64 = 256;
/// Bytes of memory for the id of an order.
const ID: u64 = 24;
/// Bytes of a row of orders where a file does not tell.
const ORDER_ROW: u64 = 100;
/// Bytes of a row of usage in an export, as a rule, and kept.
const USAGE_ROW: u64 = 120;
const USAGE_KEPT: u64 = 64;

/// How a run is to go about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ways {
    /// All at once.
    Whole,
    /// In parts.
    Parts(InParts),
}

/// In how many parts, with which orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InParts {
    pub(super) parts: usize,
    pub(super) keeps: Keeps,
}

/// What the files of a run come to in memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    /// Orders.
    orders: u64,
    /// Their ids.
    ids: u64,
    /// Usage, if all of it were kept.
    usage: u64,
    /// What must be held at once, however many parts there are.
    held: u64,
}

/// Times that the bytes of refunds are taken for them in memory, with what is found about them.
const HELD: u64 = 4;
/// Times that the size of a packed file is taken for its content.
const PACKED: u64 = 12;

/// About how many bytes a source has when it is unpacked.
fn content(source: &Source) -> u64 {
    source.bytes().saturating_mul(if source.is_packed() { PACKED } else { 1 })
}

/// About how many bytes a run in parts writes: half of what it reads.
pub(super) fn spilled(plan: &Plan) -> u64 {
    plan.sources.iter().map(content).sum::<u64>() / 2
}

/// What all threads take: no more of them than there is to read are ever at work.
fn of_threads(plan: &Plan) -> u64 {
    let read: u64 = plan.sources.iter().map(content).sum();
    (THREAD * rayon::current_num_threads() as u64).min(read.saturating_mul(THREAD_READ))
}

fn sizes(plan: &Plan) -> Sizes {
    let mut sizes = Sizes::default();
    for source in &plan.sources {
        let bytes = content(source);
        match source.way {
            Way::Canonical(Role::Orders) => {
                // What grows is copied now and then.
                sizes.orders += bytes + bytes / 4;
                sizes.ids += bytes / source.row_bytes().unwrap_or(ORDER_ROW) * ID;
            }
            Way::Canonical(Role::Usage) => sizes.usage += bytes / USAGE_ROW * USAGE_KEPT,
            // Findings are counted with the refunds that most of them are about.
            Way::Canonical(_) => sizes.held += bytes * HELD,
            // Records of an export are linked across files before they are taken; usage is only streamed.
            Way::Export(_) if source.has_records() => sizes.held += bytes * 6,
            Way::Export(_) => sizes.usage += bytes / USAGE_ROW * USAGE_KEPT,
        }
    }
    sizes
}

/// How a run over these files is to go about it.
///
/// # Errors
///
/// Where no number of parts would do.
pub(super) fn ways(plan: &Plan, options: &Options) -> Result<Ways, AuditError> {
    let keeps = Keeps::of(options);
    if let Some(parts) = options.parts {
        return Ok(Ways::Parts(InParts { parts: parts.get(), keeps }));
    }
    let Some(allowed) = options.memory else { return Ok(Ways::Whole) };
    let Sizes { orders, ids, held, .. } = sizes(plan);
    if PROGRAM + of_threads(plan) + held + orders + ids <= allowed {
        return Ok(Ways::Whole);
    }
    in_parts(plan, options).map(Ways::Parts)
}

/// In how many parts a run takes no more than it may, if all of its orders and usage are in question. Those that
/// come to nothing are let go where the ids of all orders fit beside what must be held.
///
/// # Errors
///
/// Where no number of parts would do.
pub(super) fn in_parts(plan: &Plan, options: &Options) -> Result<InParts, AuditError> {
    let allowed = options.memory.unwrap_or(u64::MAX);
    let Sizes { orders, usage, ids, held } = sizes(plan);
    let threads = rayon::current_num_threads() as u64;
    let needed = PROGRAM + of_threads(plan) + held + PART_MIN * threads;
    if needed > allowed {
        return Err(AuditError::Memory { needed, allowed, threads });
    }
    let lets_go = Keeps::of(options) == Keeps::InQuestion && needed + ids <= allowed;
    let (keeps, left) =
        if lets_go { (Keeps::InQuestion, allowed - needed - ids) } else { (Keeps::All, allowed - needed) };
    // Each thread has a part of its own at hand.
    let share = left / threads + PART_MIN;
    let parts = (orders + ids + usage).div_ceil(share).clamp(2, PARTS_MAX);
    Ok(InParts { parts: usize::try_from(parts).expect("a few hundred"), keeps })
}

/// Whether the usage of orders in question fits beside everything that was read.
pub(super) fn has_room(read: &Read, orders: &Orders<'_>, in_question: &[bool], options: &Options) -> bool {
    let Some(allowed) = options.memory else { return true };
    let asked = in_question.iter().filter(|is| **is).count() as u64;
    let Sizes { usage, held, .. } = sizes(&read.plan);
    let kept = usage.saturating_mul(asked) / (orders.count() as u64).max(1);
    orders.memory_bytes() + kept + held + PROGRAM + of_threads(&read.plan) <= allowed
}
