//! Every order put together and judged, on all threads.

use rayon::prelude::*;

use super::{
    aside::Aside,
    decisions::Decisions,
    options::{Listed, Options},
    orders::{Untouched, WareRules},
    outcomes::{PartOutcomes, SomeOutcomes},
    part::Part,
    wanting::{About, may_want},
};
use crate::{
    case::Horizon,
    finding::Finding,
    ingest::{FileRead, Progress},
    judge::{Judgement, decisions, judge_among},
    policy::{Candidates, PolicyBook},
};

/// Numbers that one thread takes at once.
const STRETCH: u32 = 4096;

/// What is asked beside findings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// Whether every order gets an outcome.
    pub(super) all: bool,
    /// Whether anything may be wanting.
    pub(super) wants: bool,
    /// Whether a row is kept for each refund.
    pub(super) refund_rows: bool,
}

impl Ask {
    /// Of exports read through a dialect every order is judged: what they lack is told by account.
    pub(super) fn of(files: &[FileRead], options: &Options) -> Self {
        let wants = may_want(files);
        let all = wants || options.outcomes == Listed::All;
        Self { all, wants, refund_rows: options.refund_rows }
    }
}

/// What came of the orders of a part.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) outcomes: PartOutcomes,
    pub(super) untouched: Untouched,
    pub(super) findings: Vec<Finding>,
    /// What came of each refund.
    pub(super) decisions: Decisions,
    /// Rows of usage that count as duplicates.
    pub(super) aside: Vec<Aside>,
    /// What tells what is wanting, where anything may be.
    pub(super) about: Vec<About>,
}

/// What came of a stretch of numbers.
struct Stretch {
    outcomes: SomeOutcomes,
    untouched: Untouched,
    findings: Vec<Finding>,
    decisions: Decisions,
    aside: Vec<Aside>,
    about: Vec<About>,
}

/// Judges every order; those of which nothing can be said are only counted, unless all are to be listed.
pub(super) fn judge_all(
    part: &Part<'_>,
    book: &PolicyBook,
    horizon: &Horizon,
    ask: Ask,
    progress: &dyn Progress,
) -> Judged {
    let numbers = u32::try_from(part.orders.numbers()).expect("orders are counted in 32 bits");
    let rules = WareRules::of(part.orders.wares(), book);
    let wares = part.orders.wares().list().iter();
    let candidates = wares
        .map(|ware| Candidates::of(book, &ware.product, &ware.package_type, ware.kind, ware.site.as_deref()))
        .collect();
    let judging = Judging { part, candidates, horizon, rules, ask, progress };
    let stretches: Vec<u32> = (0..numbers).step_by(STRETCH as usize).collect();
    let mut judged = Judged::default();
    let done: Vec<Stretch> =
        stretches.par_iter().map(|&from| judging.stretch(from, numbers.min(from + STRETCH))).collect();
    for stretch in done {
        judged.outcomes.append(stretch.outcomes);
        judged.untouched.add(stretch.untouched);
        judged.findings.extend(stretch.findings);
        judged.decisions.add(stretch.decisions);
        judged.aside.extend(stretch.aside);
        judged.about.extend(stretch.about);
    }
    judged.outcomes.sort();
    judged
}

struct Judging<'a> {
    part: &'a Part<'a>,
    /// By ware.
    candidates: Vec<Candidates<'a>>,
    horizon: &'a Horizon,
    rules: WareRules<'a>,
    ask: Ask,
    progress: &'a dyn Progress,
}

impl Judging<'_> {
    fn stretch(&self, from: u32, to: u32) -> Stretch {
        let mut stretch = Stretch {
            outcomes: SomeOutcomes::new(self.horizon.as_of),
            untouched: Untouched::default(),
            findings: Vec::new(),
            decisions: Decisions::default(),
            aside: Vec::new(),
            about: Vec::new(),
        };
        let mut orders = 0;
        for (number, head) in self.part.orders.heads_of(from, to) {
            orders += 1;
            if !self.ask.all && !self.part.in_question[number as usize] {
                let is_ruled = self.rules.get(head.ware).rule(head.paid_at.earliest(), self.horizon.as_of);
                stretch.untouched.count(1, head.currency, self.part.orders.wares().get(head.ware), is_ruled);
                continue;
            }
            let (case, aside) = self.part.case(number);
            let candidates = &self.candidates[head.ware as usize];
            let judgement = judge_among(&case, candidates, self.horizon);
            if !case.refunds.is_empty() {
                for decision in decisions(&case, candidates, self.horizon, &judgement) {
                    stretch.decisions.take(&decision, self.ask.refund_rows);
                }
            }
            let Judgement { outcome, findings } = judgement;
            if self.ask.wants {
                stretch.about.push(About::of(&case, &outcome));
            }
            stretch.outcomes.push(&outcome);
            stretch.findings.extend(findings);
            stretch.aside.extend(aside);
        }
        self.progress.advance(orders);
        stretch
    }
}
