//! Ties refunds to their orders, and brings together what two exports say of one order.
//!
//! A bill knows how an order was paid, the order list knows what a refund is for, the pack list knows which
//! order bought a pack. A record whose export has tenders outranks one that has only a total; what the
//! first leaves empty is taken from the second. A refund without an order is tied by its id in another
//! export, else by its pack: to the latest order of that pack before the refund.

use std::collections::BTreeMap;

use super::{
    cook::Draft,
    item::{Note, Record},
};
use crate::export::{
    cells::{
        moment::seconds_of,
        number::{parse_units, text_of_units},
    },
    dialect::Role,
};

/// What the order id of a refund begins with whose order was not found.
pub const UNLINKED_MARK: char = '?';

/// Sums closer than this are one sum.
const CENT: i128 = 1_000_000;

/// Collects the records of all files of a run.
#[derive(Debug, Default)]
pub struct Linker {
    kept: Vec<(usize, Record)>,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It stands.
    Record {
        /// Its file.
        file: usize,
        /// The record.
        record: Record,
    },
    /// Another export's record of the same order or refund has taken up what it said.
    Absorbed {
        /// Its role.
        role: Role,
        /// Its file.
        file: usize,
        /// Its part.
        part: usize,
        /// Its line.
        line: u64,
        /// The rows it accounted for.
        rows: u64,
        /// The file of the record that stands.
        by_file: usize,
        /// The line of that record.
        by_line: u64,
    },
}

impl Linker {
    /// Takes a record of a file; gives it back at once where nothing can link to it or from it.
    pub fn add(&mut self, file: usize, record: Record) -> Option<Record> {
        if matches!(record.role, Role::Usage | Role::Events) {
            return Some(record);
        }
        self.kept.push((file, record));
        None
    }

    /// The records that were kept, in the order in which they came.
    #[must_use]
    pub fn finish(mut self) -> Vec<Linked> {
        let absorbed = self.bring_together();
        self.link_refunds(&absorbed);
        let places: Vec<(usize, u64)> = self.kept.iter().map(|(file, record)| (*file, record.line)).collect();
        let all = self.kept.into_iter().zip(absorbed);
        all.map(|((file, record), absorbed)| match absorbed {
            None => Linked::Record { file, record },
            Some(by) => Linked::Absorbed {
                role: record.role,
                file,
                part: record.part,
                line: record.line,
                rows: record.rows,
                by_file: places[by].0,
                by_line: places[by].1,
            },
        })
        .collect()
    }

    /// Fills records with tenders from those of other exports that have only totals. Gives for each record
    /// the one that has taken it up.
    fn bring_together(&mut self) -> Vec<Option<usize>> {
        let mut absorbed = vec![None; self.kept.len()];
        let mut whole: BTreeMap<(Role, String), usize> = BTreeMap::new();
        for (at, (_, record)) in self.kept.iter().enumerate() {
            if let Some(key) = key_of(record).filter(|_| !record.total_only) {
                whole.entry(key).or_insert(at);
            }
        }
        for (at, taken) in absorbed.iter_mut().enumerate() {
            let (file, record) = &self.kept[at];
            let key = key_of(record).filter(|_| record.total_only);
            let Some(by) = key.and_then(|key| whole.get(&key).copied()) else { continue };
            if self.kept[by].0 == *file {
                continue;
            }
            let other = record.clone();
            complete(&mut self.kept[by].1, &other);
            *taken = Some(by);
        }
        absorbed
    }

    /// Ties refunds without an order.
    fn link_refunds(&mut self, absorbed: &[Option<usize>]) {
        let mut by_resource: BTreeMap<String, Vec<(Option<i64>, String)>> = BTreeMap::new();
        let mut by_refund: BTreeMap<String, String> = BTreeMap::new();
        let mut paid_at: BTreeMap<String, Option<i64>> = BTreeMap::new();
        let records = || self.kept.iter().map(|(_, record)| record);
        for record in records().filter(|record| record.role == Role::Orders) {
            if let Some(order) = record.cell("order_id") {
                let at = record.cell("paid_at").and_then(seconds_of);
                paid_at.insert(order.to_owned(), at);
                if let Some(instance) = record.cell("instance_id") {
                    by_resource.entry(instance.to_owned()).or_default().push((at, order.to_owned()));
                }
            }
        }
        for record in records() {
            match (record.role, record.cell("package_id"), record.cell("refund_id"), record.cell("order_id"))
            {
                (Role::Packages, Some(package), _, Some(order)) => {
                    let at = paid_at
                        .get(order)
                        .copied()
                        .flatten()
                        .or_else(|| record.cell("bought_at").and_then(seconds_of));
                    by_resource.entry(package.to_owned()).or_default().push((at, order.to_owned()));
                }
                (Role::Refunds, _, Some(refund), Some(order)) => {
                    by_refund.insert(refund.to_owned(), order.to_owned());
                }
                _ => {}
            }
        }
        for ((_, record), absorbed) in self.kept.iter_mut().zip(absorbed) {
            if record.role != Role::Refunds || record.cell("order_id").is_some() || absorbed.is_some() {
                continue;
            }
            if let Some(order) = record.cell("refund_id").and_then(|refund| by_refund.get(refund)) {
                record.set("order_id", Some(order.clone()));
                record.notes.push(Note::LinkedByRefund);
                continue;
            }
            link_by_resource(record, &by_resource);
        }
    }
}

/// Ties a refund to the latest order of its resources that was paid before it.
fn link_by_resource(record: &mut Record, by_resource: &BTreeMap<String, Vec<(Option<i64>, String)>>) {
    let asked = record.cell("requested_at").and_then(seconds_of);
    let mut candidates: Vec<(Option<i64>, &String, &String)> = Vec::new();
    for resource in &record.resources {
        for (paid, order) in by_resource.get(resource).into_iter().flatten() {
            let before = paid.zip(asked).is_none_or(|(paid, asked)| paid <= asked);
            if before && !candidates.iter().any(|(_, known, _)| *known == order) {
                candidates.push((*paid, order, resource));
            }
        }
    }
    candidates.sort();
    let Some((_, order, resource)) = candidates.last() else {
        let about = record
            .resources
            .first()
            .or(record.cells.first().and_then(Option::as_ref))
            .cloned()
            .unwrap_or_default();
        record.set("order_id", Some(format!("{UNLINKED_MARK}{about}")));
        record.notes.push(Note::Unlinked);
        return;
    };
    let (order, resource) = ((*order).clone(), (*resource).clone());
    let all: Vec<String> = candidates.iter().map(|(_, order, _)| (*order).clone()).collect();
    record.notes.push(Note::LinkedByResource(resource));
    if all.len() > 1 {
        record.notes.push(Note::SeveralOrdersOfResource(all));
    }
    record.set("order_id", Some(order));
}

/// The key by which two exports speak of one thing.
fn key_of(record: &Record) -> Option<(Role, String)> {
    let column = match record.role {
        Role::Orders => "order_id",
        Role::Refunds => "refund_id",
        _ => return None,
    };
    Some((record.role, record.cell(column)?.to_owned()))
}

/// Fills empty cells from another export's record; tenders are its own.
fn complete(record: &mut Record, other: &Record) {
    let sum = |record: &Record| {
        let tenders =
            Draft::tender_places(record.role).filter_map(|place| record.cells.get(place)?.as_deref());
        tenders.filter_map(|text| parse_units(text, 0).ok()).fold(0_i128, i128::saturating_add)
    };
    let (here, there) = (sum(record), sum(other));
    // A list of orders may count vouchers to what was paid, or leave them out.
    if (here - there).abs() >= CENT {
        let note =
            Note::OtherExportDisagrees { here: text_of_units(here, 2), there: text_of_units(there, 2) };
        record.notes.push(note);
    }
    let tenders: Vec<usize> = Draft::tender_places(record.role).collect();
    let is_refund = record.role == Role::Refunds;
    let names_order = record.cell("order_id").is_some();
    let mut filled = false;
    for (place, (mine, theirs)) in record.cells.iter_mut().zip(&other.cells).enumerate() {
        if mine.is_none() && theirs.is_some() && !tenders.contains(&place) {
            mine.clone_from(theirs);
            filled = true;
        }
    }
    // A time of the request that the first export does not have, unless it contradicts the completion.
    let asked = other.cell("requested_at").filter(|_| record.request_assumed && !other.request_assumed);
    let done = record.cell("completed_at").and_then(seconds_of);
    if let Some(text) =
        asked.filter(|text| seconds_of(text).zip(done).is_some_and(|(asked, done)| asked <= done))
    {
        record.set("requested_at", Some(text.to_owned()));
        record.request_assumed = false;
        filled = true;
    }
    if filled {
        record.notes.push(Note::Completed);
    }
    if is_refund && !names_order && record.cell("order_id").is_some() {
        record.notes.push(Note::LinkedByRefund);
    }
    if record.resources.is_empty() {
        record.resources.clone_from(&other.resources);
    }
}
