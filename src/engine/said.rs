//! What came of a part of a run, to be summed up with the others.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{
    aside::Aside,
    judging::Judged,
    outcomes::PartOutcomes,
    part::Part,
    patterns::{self, Bill, BoughtAgain, Refunded},
    refunds::OfOrder,
    untouched::Untouched,
    wanting::About,
};
use crate::{
    case::Horizon,
    finding::Finding,
    ingest::Fates,
    judge::judge_orphan,
    record::{FileId, OrderId},
};

/// What came of a part, beside its outcomes.
#[derive(Debug, Default)]
pub(super) struct Said<'f> {
    pub(super) untouched: Untouched,
    pub(super) findings: Vec<Finding>,
    /// Rows whose id stands already.
    pub(super) aside: Vec<Aside>,
    /// What became of usage, by file.
    pub(super) fates: BTreeMap<FileId, Fates>,
    /// Refunds that may make patterns.
    pub(super) refunded: Refunded<'f>,
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
pub(super) fn said<'f>(
    part: &Part<'_>,
    named: &Named<'f>,
    judged: Judged,
    horizon: &Horizon,
) -> (PartOutcomes, Said<'f>) {
    let Judged { outcomes, untouched, mut findings, aside, about } = judged;
    let of_refunds: Vec<(Vec<Finding>, Option<_>)> = named
        .refunds
        .par_iter()
        .map(|refunds| match part.orders.keys().get(refunds.order_id().as_bytes()) {
            None => (refunds.rows().filter_map(|row| judge_orphan(&row.get(), horizon)).collect(), None),
            Some(number) => (Vec::new(), patterns::refunded(&part.orders, number, *refunds, horizon)),
        })
        .collect();
    let mut refunded = Refunded::new();
    for (of_orphans, of_bill) in of_refunds {
        findings.extend(of_orphans);
        if let Some((bill, rows)) = of_bill {
            refunded.entry(bill).or_default().extend(rows);
        }
    }
    let unmatched_events = named.events.iter().filter(|id| part.orders.number(id).is_none()).count();
    let fates = BTreeMap::new();
    (outcomes, Said { untouched, findings, aside, fates, refunded, unmatched_events, about })
}

impl Said<'_> {
    /// Takes up what was said of another part.
    pub(super) fn add(&mut self, other: Self) {
        self.untouched.add(other.untouched);
        self.findings.extend(other.findings);
        self.aside.extend(other.aside);
        for (file, fates) in other.fates {
            self.fates.entry(file).or_default().add(fates);
        }
        for (bill, rows) in other.refunded {
            self.refunded.entry(bill).or_default().extend(rows);
        }
        self.unmatched_events += other.unmatched_events;
        self.about.extend(other.about);
    }

    /// Products of accounts that had refunds.
    pub(super) fn bills(&self) -> BTreeSet<&Bill> {
        self.refunded.keys().collect()
    }

    /// Adds the patterns, once what those accounts bought is known.
    pub(super) fn add_patterns(&mut self, again: BoughtAgain, wares: &crate::store::Wares) {
        let refunded = std::mem::take(&mut self.refunded);
        self.findings.extend(patterns::patterns(refunded, again, wares));
    }
}
