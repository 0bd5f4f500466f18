//! What came of a part of a run, to be summed up with the others.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{
    aside::Aside,
    decisions::Decisions,
    judging::Judged,
    marks::{Mark, marks_of},
    orders::Untouched,
    outcomes::PartOutcomes,
    part::Part,
    refunds::{OfOrder, RefundAt},
    wanting::About,
};
use crate::{
    case::Horizon,
    finding::Finding,
    ingest::Fates,
    judge::{judge_orphan, orphan_decision},
    record::{FileId, OrderId},
};

/// Orders of refunds that one thread takes at once.
const STRETCH: usize = 1024;

/// What came of a part, beside its outcomes.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) untouched: Untouched,
    pub(super) findings: Vec<Finding>,
    /// What came of each refund.
    pub(super) decisions: Decisions,
    /// Rows whose id stands already.
    pub(super) aside: Vec<Aside>,
    /// What became of usage, by file.
    pub(super) fates: BTreeMap<FileId, Fates>,
    /// Refunds that may make patterns.
    pub(super) marks: Vec<Mark>,
    /// Orders that events name and that are not there.
    pub(super) unmatched_events: usize,
    /// What tells what is wanting.
    pub(super) about: Vec<About>,
}

/// What facts name of a part: refunds by order, and the orders of events.
#[derive(Debug, Default)]
pub(super) struct Named<'f> {
    pub(super) refunds: Vec<OfOrder<'f>>,
    pub(super) events: Vec<&'f OrderId>,
}

/// What is said of a part that was judged.
pub(super) fn said(
    part: &Part<'_>,
    named: &Named<'_>,
    judged: Judged,
    horizon: &Horizon,
    refund_rows: bool,
) -> (PartOutcomes, Said) {
    let Judged { outcomes, untouched, mut findings, mut decisions, aside, about } = judged;
    let of_refunds: Vec<(Vec<Finding>, Decisions, Vec<Mark>)> = named
        .refunds
        .par_chunks(STRETCH)
        .map(|stretch| {
            let ids = stretch.iter().map(|refunds| refunds.order_id().as_bytes());
            let mut numbers = Vec::with_capacity(stretch.len());
            part.orders.keys().get_batch(ids, &mut numbers);
            let (mut orphans, mut marks) = (Vec::new(), Vec::new());
            let mut decisions = Decisions::default();
            for (refunds, number) in stretch.iter().zip(numbers) {
                match number {
                    None => {
                        for row in refunds.rows().map(RefundAt::get) {
                            let finding = judge_orphan(&row, horizon);
                            decisions.take_orphan(&orphan_decision(&row, finding.as_ref()), refund_rows);
                            orphans.extend(finding);
                        }
                    }
                    Some(number) => marks.extend(marks_of(&part.orders, number, *refunds, horizon)),
                }
            }
            (orphans, decisions, marks)
        })
        .collect();
    let mut marks = Vec::with_capacity(named.refunds.len());
    for (orphans, decided, more) in of_refunds {
        findings.extend(orphans);
        decisions.add(decided);
        marks.extend(more);
    }
    let unmatched_events = named.events.iter().filter(|id| part.orders.number(id).is_none()).count();
    let fates = BTreeMap::new();
    (outcomes, Said { untouched, findings, decisions, aside, fates, marks, unmatched_events, about })
}

impl Said {
    /// Takes up what was said of another part.
    pub(super) fn add(&mut self, other: Self) {
        self.untouched.add(other.untouched);
        self.findings.extend(other.findings);
        self.decisions.add(other.decisions);
        self.aside.extend(other.aside);
        for (file, fates) in other.fates {
            self.fates.entry(file).or_default().add(fates);
        }
        self.marks.extend(other.marks);
        self.unmatched_events += other.unmatched_events;
        self.about.extend(other.about);
    }
}
