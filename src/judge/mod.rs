//! The comparison: what policy owes beside what was paid, one order at a time.
//!
//! [`judge`] is pure: a [`Case`], the [`PolicyBook`] and the [`Horizon`] of the run in, a [`Judgement`]
//! out. It knows no file, no thread and no format, so the same function runs under rayon here, in a
//! notebook, or in a task of a cluster. The steps and their order are those of `docs/comparison.md`.

mod answer;
mod between;
mod bounds;
mod completed;
mod conflict;
mod decision;
mod denied;
mod draft;
mod ends;
mod exposure;
mod ledger;
mod moments;
mod neighbours;
mod orders;
mod orphan;
mod outcome;
mod refunds;
mod side_effects;
mod view;

pub use answer::{Answer, Asked};
pub(crate) use conflict::settled;
pub use decision::{Decided, Decision, Need, decisions, orphan_decision};
pub(crate) use ends::assumed;
pub(crate) use ledger::{Told, told};
pub use orphan::judge_orphan;
pub use outcome::{Outcome, Verdict};
pub(crate) use refunds::reason;
pub use view::{Seen, View};

use ledger::Ledger;

use crate::{
    case::{Case, Horizon},
    finding::Finding,
    policy::{Candidates, PolicyBook},
};

/// What came of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What is owed and what was paid.
    pub outcome: Outcome,
    /// What is wrong, doubtful or missing, in the order of the report.
    pub findings: Vec<Finding>,
}

/// Judges one order.
///
/// ```
/// # use refund_audit::{case::{Case, Horizon}, judge::judge, policy::PolicyBook};
/// # fn example(case: Case, horizon: Horizon) {
/// let judgement = judge(&case, &PolicyBook::builtin(), &horizon);
/// println!("{}: {}", case.order.order_id, judgement.outcome.verdict.word());
/// # }
/// ```
#[must_use]
pub fn judge(case: &Case, book: &PolicyBook, horizon: &Horizon) -> Judgement {
    judge_among(case, &Candidates::of_order(book, &case.order), horizon)
}

/// Judges one order by the policies that may rule it: for many orders of one ware, which look these up once.
#[must_use]
pub fn judge_among(case: &Case, candidates: &Candidates<'_>, horizon: &Horizon) -> Judgement {
    if let Some((plain, conflict)) = conflict::settled(case, candidates, horizon) {
        let mut judgement = judge_settled(&plain, candidates, horizon);
        let note = conflict::note(&View::new(&plain, horizon), conflict);
        judgement.findings.push(note);
        judgement.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        return judgement;
    }
    judge_settled(case, candidates, horizon)
}

/// Judges one order by the rows that are kept; where these are contradicted its outcome is unknown.
fn judge_settled(case: &Case, candidates: &Candidates<'_>, horizon: &Horizon) -> Judgement {
    let view = View::new(case, horizon);
    let ledger = Ledger::of(candidates, &view);
    let mut findings = orders::findings(&view, &ledger.answer);
    findings.extend(orders::upgrade_of_pack(candidates, &view));
    findings.extend(refunds::findings(candidates, &view, &ledger));
    findings.extend(refunds::together(candidates, &view, &ledger));
    let exposure = exposure::assign(&view, &ledger, &mut findings);
    findings.iter_mut().for_each(Finding::shrink);
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let outcome = Outcome::of(&view, &ledger, exposure, &findings);
    Judgement { outcome, findings }
}
