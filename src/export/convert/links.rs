//! Ties refunds to their orders across the records of all files.
//!
//! The order list knows what a refund of a bill is for, the pack list knows which order bought a pack and until when
//! it lasts. A refund without an order is tied by its id in another export, else by its pack: to the latest order
//! of that pack before the refund, of the same account and the same product. What several exports say of one order
//! is brought together later, as records.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cook::Draft,
    item::{Note, Record},
};
use crate::export::{
    catalogue::UNMAPPED_MARK,
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

impl Linker {
    /// Takes a record of a file; gives it back at once where nothing can link to it or from it.
    pub fn add(&mut self, file: usize, record: Record) -> Option<Record> {
        if matches!(record.role, Role::Usage | Role::Events) {
            return Some(record);
        }
        self.kept.push((file, record));
        None
    }

    /// The records that were kept, each with its file, in the order in which they came.
    #[must_use]
    pub fn finish(mut self) -> Vec<(usize, Record)> {
        self.split_like_others();
        self.share_request_times();
        self.share_products();
        self.link_refunds();
        self.share_expiries();
        self.kept
    }

    /// A refund of several orders that another export splits is split in the same parts.
    fn split_like_others(&mut self) {
        let mut parts: BTreeMap<String, BTreeMap<String, i128>> = BTreeMap::new();
        for (_, record) in self.kept.iter().filter(|(_, record)| record.role == Role::Refunds) {
            if let (Some(refund), Some(order)) = (record.cell("refund_id"), record.cell("order_id"))
                && let Some(own) = refund.strip_suffix(order).and_then(|text| text.strip_suffix('/'))
            {
                parts.entry(own.to_owned()).or_default().insert(order.to_owned(), sum_of(record));
            }
        }
        if parts.is_empty() {
            return;
        }
        let kept = std::mem::take(&mut self.kept);
        for (file, record) in kept {
            let of_refund = (record.role == Role::Refunds)
                .then(|| record.cell("refund_id").and_then(|id| parts.get(id)))
                .flatten();
            match of_refund {
                Some(parts) => self.kept.extend(split(&record, parts).into_iter().map(|part| (file, part))),
                None => self.kept.push((file, record)),
            }
        }
    }

    /// Refunds are given the times at which somebody says they were asked for.
    fn share_request_times(&mut self) {
        let mut times: BTreeMap<String, String> = BTreeMap::new();
        for (_, record) in self.kept.iter().filter(|(_, record)| record.is_request_time()) {
            if let (Some(refund), Some(at)) = (record.cell("refund_id"), record.cell("requested_at")) {
                times.insert(refund.to_owned(), at.to_owned());
            }
        }
        for (_, record) in &mut self.kept {
            if times.is_empty() || record.role != Role::Refunds || record.is_request_time() {
                continue;
            }
            let id = record.cell("refund_id").unwrap_or_default();
            // A part of a refund that was split is asked for with it.
            let found = times.get(id).or_else(|| times.get(id.rsplit_once('/')?.0)).cloned();
            if let Some(at) = found {
                record.set("requested_at", Some(at));
                record.assumed.retain(|fact| fact != "requested_at");
            }
        }
    }

    /// What was bought is said in the words of the catalogue wherever one export of the order finds them, and the
    /// kind of the order wherever one export has it.
    fn share_products(&mut self) {
        let mut best: BTreeMap<String, (bool, usize)> = BTreeMap::new();
        let mut kinds: BTreeMap<String, String> = BTreeMap::new();
        for (at, (_, record)) in self.kept.iter().enumerate() {
            let Some(order) = order_id(record) else { continue };
            let unknown = ["product", "package_type"]
                .iter()
                .any(|column| record.cell(column).is_none_or(|word| word.starts_with(UNMAPPED_MARK)));
            let known = best.entry(order.to_owned()).or_insert((unknown, at));
            if known.0 && !unknown {
                *known = (false, at);
            }
            if let Some(kind) = record.cell("order_kind") {
                kinds.entry(order.to_owned()).or_insert_with(|| kind.to_owned());
            }
        }
        for at in 0..self.kept.len() {
            let Some(order) = order_id(&self.kept[at].1).map(str::to_owned) else { continue };
            if let Some((false, from)) = best.get(&order)
                && self.kept[at].1.cell("product").is_some()
            {
                let words = ["product", "package_type"]
                    .map(|column| (column, self.kept[*from].1.cell(column).map(str::to_owned)));
                let record = &mut self.kept[at].1;
                let is_unknown = words.iter().any(|(column, _)| {
                    record.cell(column).is_some_and(|word| word.starts_with(UNMAPPED_MARK))
                });
                for (column, word) in words.into_iter().filter(|_| is_unknown) {
                    record.set(column, word);
                }
            }
            let record = &mut self.kept[at].1;
            if record.cell("order_kind").is_none() && record.cell("product").is_some() {
                if let Some(kind) = kinds.get(&order) {
                    record.set("order_kind", Some(kind.clone()));
                    record.assumed.retain(|fact| fact != "order_kind");
                }
            }
        }
    }

    /// The end of a pack's term, from the pack list, for the one order that bought it.
    fn share_expiries(&mut self) {
        let mut by_order: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut by_pack: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut orders_of_pack: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (_, record) in &self.kept {
            match record.role {
                Role::Packages => {
                    let Some(expires) = record.cell("expires_at") else { continue };
                    match (record.cell("order_id"), record.cell("package_id")) {
                        (Some(order), _) => by_order.entry(order).or_default().insert(expires),
                        (None, Some(pack)) => by_pack.entry(pack).or_default().insert(expires),
                        (None, None) => continue,
                    };
                }
                Role::Orders => {
                    if let (Some(order), Some(pack)) = (record.cell("order_id"), record.cell("instance_id")) {
                        orders_of_pack.entry(pack).or_default().insert(order);
                    }
                }
                _ => {}
            }
        }
        let only = |of: Option<&BTreeSet<&str>>| match of {
            Some(all) if all.len() == 1 => all.first().map(|one| (*one).to_owned()),
            _ => None,
        };
        let mut found: Vec<(usize, String)> = Vec::new();
        for (at, (_, record)) in self.kept.iter().enumerate() {
            let Some(order) = order_id(record).filter(|_| record.cell("expires_at").is_none()) else {
                continue;
            };
            let of_pack = record.cell("instance_id").filter(|pack| {
                // A purchase and its renewals have one pack; its end is that of the last.
                orders_of_pack.get(pack).is_some_and(|orders| orders.len() == 1)
            });
            let expires =
                only(by_order.get(order)).or_else(|| only(of_pack.and_then(|pack| by_pack.get(pack))));
            // A list that has a pack's end at its start knows no end.
            let paid = record.cell("paid_at").and_then(seconds_of);
            let expires =
                expires.filter(|text| seconds_of(text).zip(paid).is_none_or(|(end, paid)| end > paid));
            found.extend(expires.map(|expires| (at, expires)));
        }
        for (at, expires) in found {
            self.kept[at].1.set("expires_at", Some(expires));
        }
    }

    /// Ties refunds without an order.
    fn link_refunds(&mut self) {
        let by_resource = Resources::of(&self.kept);
        let mut by_refund: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (_, record) in self.kept.iter().filter(|(_, record)| record.role == Role::Refunds) {
            if let (Some(refund), Some(order)) = (record.cell("refund_id"), record.cell("order_id")) {
                by_refund.entry(refund.to_owned()).or_default().insert(order.to_owned());
            }
        }
        for (file, record) in &mut self.kept {
            if record.role != Role::Refunds || record.cell("order_id").is_some() || record.is_request_time() {
                continue;
            }
            let named = record.cell("refund_id").and_then(|refund| by_refund.get(refund)?.first().cloned());
            if let Some(order) = named {
                record.set("order_id", Some(order));
                record.notes.push(Note::LinkedByRefund);
                continue;
            }
            link_by_resource(*file, record, &by_resource);
        }
    }
}

/// An order that bought a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bought {
    paid: Option<i64>,
    order: String,
    /// The owner, where the export has it and nothing stands for it.
    account: Option<String>,
    /// What was bought, and the file that calls it so.
    product: Option<(usize, String)>,
}

/// The orders of each resource.
struct Resources(BTreeMap<String, Vec<Bought>>);

impl Resources {
    fn of(kept: &[(usize, Record)]) -> Self {
        let mut all: BTreeMap<String, Vec<Bought>> = BTreeMap::new();
        let mut paid_at: BTreeMap<&str, Option<i64>> = BTreeMap::new();
        let account_of = |record: &Record| {
            let account = record.cell("account_id").filter(|_| !record.assumes("account_id"));
            account.map(str::to_owned)
        };
        for (file, record) in kept {
            let Some(order) = order_id(record) else { continue };
            let paid = record.cell("paid_at").and_then(seconds_of);
            paid_at.insert(order, paid);
            if let Some(instance) = record.cell("instance_id") {
                all.entry(instance.to_owned()).or_default().push(Bought {
                    paid,
                    order: order.to_owned(),
                    account: account_of(record),
                    product: record.cell("product").map(|product| (*file, product.to_owned())),
                });
            }
        }
        for (file, record) in kept.iter().filter(|(_, record)| record.role == Role::Packages) {
            let (Some(package), Some(order)) = (record.cell("package_id"), record.cell("order_id")) else {
                continue;
            };
            let of_order = paid_at.get(order).copied().flatten();
            all.entry(package.to_owned()).or_default().push(Bought {
                paid: of_order.or_else(|| record.cell("bought_at").and_then(seconds_of)),
                order: order.to_owned(),
                account: account_of(record),
                product: record.cell("product").map(|product| (*file, product.to_owned())),
            });
        }
        Self(all)
    }
}

impl Bought {
    /// Whether a refund can be of this order: it is of the same account and the same product as far as both say so.
    fn fits(&self, file: usize, refund: &Record) -> bool {
        let account = refund.cell("account_id").filter(|_| !refund.assumes("account_id"));
        let same_account = self.account.as_deref().zip(account).is_none_or(|(mine, theirs)| mine == theirs);
        let is_known = |word: &str| !word.starts_with(UNMAPPED_MARK);
        let same_product =
            self.product.as_ref().zip(refund.product.as_deref()).is_none_or(|((of, mine), theirs)| {
                // Two files may have two names for a thing that the catalogue does not know.
                let comparable = *of == file || is_known(mine) && is_known(theirs);
                !comparable || mine == theirs
            });
        same_account && same_product
    }
}

/// Ties a refund to the latest order of its resources that was paid before it.
fn link_by_resource(file: usize, record: &mut Record, by_resource: &Resources) {
    let asked = record.cell("requested_at").and_then(seconds_of);
    let mut candidates: Vec<(Option<i64>, &String, &String)> = Vec::new();
    let mut others = BTreeSet::new();
    for resource in &record.resources {
        let bought = by_resource.0.get(resource).map_or(&[][..], Vec::as_slice);
        // An order that one export says is of another account or product is not that of the refund.
        let unfit: BTreeSet<&String> =
            bought.iter().filter(|one| !one.fits(file, record)).map(|one| &one.order).collect();
        others.extend(unfit.iter().copied());
        for Bought { paid, order, .. } in bought {
            let before = paid.zip(asked).is_none_or(|(paid, asked)| paid <= asked);
            if before && !unfit.contains(order) && !candidates.iter().any(|(_, known, _)| *known == order) {
                candidates.push((*paid, order, resource));
            }
        }
    }
    candidates.sort();
    let found = candidates.last().map(|(_, order, resource)| ((*order).clone(), (*resource).clone()));
    let all: Vec<String> = candidates.iter().map(|(_, order, _)| (*order).clone()).collect();
    if !others.is_empty() {
        record.notes.push(Note::ResourceOfOthers);
    }
    let Some((order, resource)) = found else {
        let about = record.resources.first().map(String::as_str).or(record.cells.get(0)).unwrap_or_default();
        let order = format!("{UNLINKED_MARK}{about}");
        record.set("order_id", Some(order));
        record.notes.push(Note::Unlinked);
        return;
    };
    record.notes.push(Note::LinkedByResource(resource));
    if all.len() > 1 {
        record.notes.push(Note::SeveralOrdersOfResource(all));
    }
    record.set("order_id", Some(order));
}

/// The id of an order's record.
fn order_id(record: &Record) -> Option<&str> {
    record.cell("order_id").filter(|_| record.role == Role::Orders)
}

/// What came back, in units.
fn sum_of(record: &Record) -> i128 {
    let tenders = Draft::tender_places(record.role).filter_map(|place| record.cells.get(place));
    tenders.filter_map(|text| parse_units(text, 0).ok()).fold(0, i128::saturating_add)
}

/// A refund in parts by order. Where its sum is another than that of the parts it stays whole, with the first of
/// them, so that the two contradict each other.
fn split(record: &Record, parts: &BTreeMap<String, i128>) -> Vec<Record> {
    let own = record.cell("refund_id").unwrap_or_default().to_owned();
    let of_part = |order: &String| {
        let mut part = record.clone();
        part.set("order_id", Some(order.clone()));
        part.set("refund_id", Some(format!("{own}/{order}")));
        if part.cell("channel_txn").is_none() {
            part.set("channel_txn", Some(own.clone()));
        }
        part.set("merged", Some("true".to_owned()));
        part
    };
    let total: i128 = parts.values().sum();
    if (total - sum_of(record)).abs() >= CENT {
        return parts.keys().next().map(of_part).into_iter().collect();
    }
    let places: Vec<usize> = Draft::tender_places(Role::Refunds).collect();
    let units =
        |place: &usize| record.cells.get(*place).and_then(|cell| parse_units(cell, 0).ok()).unwrap_or(0);
    let mut left: Vec<i128> = places.iter().map(units).collect();
    let mut weight_left = total;
    let mut records = Vec::new();
    for (at, (order, part)) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let shares = if is_last { left.clone() } else { super::settle::shares_of(&left, *part, weight_left) };
        weight_left -= part;
        let mut of_order = of_part(order);
        if at > 0 {
            of_order.rows = 0;
        }
        for ((place, share), rest) in places.iter().zip(&shares).zip(&mut left) {
            *rest -= share;
            if of_order.cells.get(*place).is_some() {
                of_order.cells.set(*place, Some(&text_of_units(*share, 2)));
            }
        }
        of_order.notes.push(Note::SplitByFormula);
        records.push(of_order);
    }
    records
}
