//! The big table: a stream of usage rows of which only those that matter are kept.
//!
//! A usage row is one question: whose order is it, and is that order in question? If so, the fields that
//! decide are kept; if the order is settled, its quantity goes into one sum; if nobody knows the order,
//! it is counted as an orphan. Memory grows with orders, never with the rows of this table.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{
    cells::{Cells, Fault, Marks},
    error::IngestError,
    file::{FileRead, Opened, ZONE, check_width, open, reject},
    header::Layout,
    progress::Progress,
    rows::Row,
    schema::UsageColumn as C,
};
use crate::{
    money::Quantity,
    record::{Basis, Defect, Fate, FileId, Order, Role, SourceRef, Usage},
    time::{Instant, Moment},
};

/// Orphaned ids named in a finding.
const ORPHANS_NAMED_MAX: usize = 5;

/// Which order a usage row belongs to.
#[derive(Debug)]
pub struct OrderIndex<'o> {
    by_order: HashMap<&'o str, u32>,
    /// Orders of an instance by time of payment: a renewal has the instance of its purchase.
    by_instance: HashMap<&'o str, Vec<(Instant, u32)>>,
    in_question: Vec<bool>,
}

impl<'o> OrderIndex<'o> {
    /// The index of a run's orders; `in_question` says of each whether its rows are kept.
    ///
    /// # Panics
    ///
    /// With four thousand million orders or more.
    #[must_use]
    pub fn new(orders: &'o [Order], in_question: Vec<bool>) -> Self {
        let mut by_order = HashMap::with_capacity(orders.len());
        let mut by_instance: HashMap<&str, Vec<(Instant, u32)>> = HashMap::new();
        for (at, order) in orders.iter().enumerate() {
            let at = u32::try_from(at).expect("orders are counted in 32 bits");
            by_order.insert(order.order_id.as_str(), at);
            if let Some(instance) = &order.instance_id {
                by_instance.entry(instance.as_str()).or_default().push((order.paid_at.earliest(), at));
            }
        }
        #[expect(
            clippy::iter_over_hash_type,
            reason = "each list is sorted by itself; their order does not matter"
        )]
        for list in by_instance.values_mut() {
            list.sort_unstable();
        }
        Self { by_order, by_instance, in_question }
    }

    /// The index with packs and the orders that bought them.
    #[must_use]
    pub fn with_packs(mut self, packs: &'o [(String, String)], orders: &[Order]) -> Self {
        for (pack, order) in packs {
            let Some(&at) = self.by_order.get(order.as_str()) else { continue };
            let paid_at = orders[at as usize].paid_at.earliest();
            let list = self.by_instance.entry(pack.as_str()).or_default();
            if let Err(place) = list.binary_search(&(paid_at, at)) {
                list.insert(place, (paid_at, at));
            }
        }
        self
    }

    /// The order of a row: by its order id, else by its instance the order last paid by then.
    fn find(&self, order_id: Option<&str>, instance_id: Option<&str>, posted_at: Instant) -> Option<u32> {
        if let Some(&at) = order_id.and_then(|id| self.by_order.get(id)) {
            return Some(at);
        }
        let list = self.by_instance.get(instance_id?)?;
        let paid = list.partition_point(|(paid_at, _)| *paid_at <= posted_at);
        list.get(paid.saturating_sub(1)).map(|(_, at)| *at)
    }
}

/// What a usage file held.
#[derive(Clone, Debug)]
pub struct UsageRead {
    /// The file.
    pub read: FileRead,
    /// Rows of orders in question, by place of the order.
    pub kept: Vec<(u32, Usage)>,
    /// Net deductions of orders that are not in question, by place of the order.
    pub settled: Vec<Quantity>,
    /// Rows of orders that nobody knows.
    pub orphans: u64,
    /// The first of their ids by text, each with its first line.
    pub orphan_examples: BTreeMap<String, u64>,
    /// Earliest and latest posting of a deduction.
    pub postings: Option<(Instant, Instant)>,
}

/// The fields of a row that decide.
pub(super) struct Line<'r> {
    order_id: Option<&'r str>,
    instance_id: Option<&'r str>,
    posted_at: Moment,
    usage_start: Option<Instant>,
    quantity: Quantity,
    basis: Basis,
}

/// Streams one usage file. With `as_of`, later postings count in no sum of a settled order.
///
/// # Errors
///
/// [`IngestError`] where the file cannot be read or its header is not that of usage; never for a row.
pub fn scan(
    id: FileId,
    path: &Path,
    index: &OrderIndex<'_>,
    as_of: Option<Instant>,
    digest: bool,
    progress: &dyn Progress,
) -> Result<(UsageRead, Vec<Defect>), IngestError> {
    let Opened { mut rows, layout, read } = open(id, path, Some(Role::Usage), digest, progress)?;
    let mut scan = Scan::new(read, index);
    while let Some(row) = rows.next().map_err(|source| IngestError::Io { path: path.to_owned(), source })? {
        scan.row(&row, &layout, index, as_of);
    }
    let (mut usage, defects) = scan.end();
    usage.read.sha256 = rows.digest();
    Ok((usage, defects))
}

/// A usage file while it is streamed.
pub(super) struct Scan {
    pub(super) usage: UsageRead,
    pub(super) defects: Vec<Defect>,
    counts: Counts,
}

impl Scan {
    /// A file about to be streamed.
    pub(super) fn new(read: FileRead, index: &OrderIndex<'_>) -> Self {
        let usage = UsageRead {
            read,
            kept: Vec::new(),
            settled: vec![Quantity::ZERO; index.in_question.len()],
            orphans: 0,
            orphan_examples: BTreeMap::new(),
            postings: None,
        };
        Self { usage, defects: Vec::new(), counts: Counts::default() }
    }

    /// Takes one row.
    #[inline]
    pub(super) fn row(
        &mut self,
        row: &Row<'_>,
        layout: &Layout,
        index: &OrderIndex<'_>,
        as_of: Option<Instant>,
    ) {
        let Self { usage, defects, counts } = self;
        let mut cells = Cells::new(row.record, layout, ZONE);
        counts.rows_read += 1;
        let line = check_width(row, layout).and_then(|()| line(&mut cells));
        match line {
            Ok(line) => {
                let marks = cells.marks;
                take(usage, index, as_of, &cells, row, &line, marks, counts);
            }
            Err(fault) => {
                counts.rows_rejected += 1;
                reject_usage(&mut usage.read, defects, &cells, row, fault, counts);
            }
        }
    }

    /// Counts a row that is none of usage.
    pub(super) fn settle_other(&mut self, fate: Fate) {
        self.usage.read.control.read_row();
        self.usage.read.control.settle_rows(fate, 1);
    }

    /// What the file held.
    pub(super) fn end(mut self) -> (UsageRead, Vec<Defect>) {
        self.counts.settle(&mut self.usage.read);
        (self.usage, self.defects)
    }
}

/// Totals of the loop, kept in registers and settled at its end.
#[derive(Default)]
struct Counts {
    rows_read: u64,
    rows_rejected: u64,
    accepted: u64,
    out_of_scope: u64,
    quantity_read: i128,
    quantity_accepted: i128,
    quantity_out_of_scope: i128,
}

impl Counts {
    fn settle(&self, read: &mut FileRead) {
        read.control.read_rows(self.rows_read);
        read.control.read_sum("quantity", self.quantity_read);
        read.control.settle_rows(Fate::Accepted, self.accepted);
        read.control.settle_sum(Fate::Accepted, "quantity", self.quantity_accepted);
        read.control.settle_rows(Fate::OutOfScope, self.out_of_scope);
        read.control.settle_sum(Fate::OutOfScope, "quantity", self.quantity_out_of_scope);
    }
}

/// The deciding fields of a row, or what is wrong with it.
pub(super) fn line<'r>(cells: &mut Cells<'r>) -> Result<Line<'r>, Fault> {
    let order_id = cells.id(C::OrderId)?;
    let instance_id = cells.id(C::InstanceId)?;
    if order_id.is_none() && instance_id.is_none() {
        return Err(Fault {
            column: "order_id",
            reason: "is empty, and there is no instance_id either".to_owned(),
        });
    }
    let posted_at = cells.moment(C::PostedAt)?;
    let usage_start = cells.instant(C::UsageStart)?;
    let usage_end = cells.instant(C::UsageEnd)?;
    if let (Some(start), Some(end)) = (usage_start, usage_end)
        && end < start
    {
        return Err(Fault { column: "usage_end", reason: "is before usage_start".to_owned() });
    }
    Ok(Line {
        order_id,
        instance_id,
        posted_at: cells.required(C::PostedAt, posted_at)?,
        usage_start,
        quantity: cells.quantity(C::Quantity)?,
        basis: cells.word(C::Basis, &Basis::WORDS)?.unwrap_or(Basis::Deduction),
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "the inner loop of the program; a struct would only rename them"
)]
fn take(
    usage: &mut UsageRead,
    index: &OrderIndex<'_>,
    as_of: Option<Instant>,
    cells: &Cells<'_>,
    row: &Row<'_>,
    line: &Line<'_>,
    marks: Marks,
    counts: &mut Counts,
) {
    let posted_at = line.posted_at.earliest();
    usage.read.take_as(Role::Usage, marks);
    counts.quantity_read += line.quantity.units();
    if line.basis == Basis::Deduction {
        let (first, last) = usage.postings.unwrap_or((posted_at, posted_at));
        usage.postings = Some((first.min(posted_at), last.max(line.posted_at.latest())));
    }
    let Some(order) = index.find(line.order_id, line.instance_id, posted_at) else {
        counts.out_of_scope += 1;
        counts.quantity_out_of_scope += line.quantity.units();
        usage.orphans += 1;
        name_orphan(
            &mut usage.orphan_examples,
            line.order_id.or(line.instance_id).unwrap_or_default(),
            row.line,
        );
        return;
    };
    counts.accepted += 1;
    counts.quantity_accepted += line.quantity.units();
    if index.in_question[order as usize] {
        let usage_id = cells.id(C::UsageId).ok().flatten().map(Into::into);
        let at = SourceRef { file: usage.read.id, line: row.line };
        usage.kept.push((
            order,
            Usage {
                posted_at: line.posted_at,
                usage_id,
                usage_start: line.usage_start,
                quantity: line.quantity,
                basis: line.basis,
                at,
            },
        ));
    } else if line.basis == Basis::Deduction && as_of.is_none_or(|as_of| posted_at <= as_of) {
        let sum = &mut usage.settled[order as usize];
        *sum = sum.plus(line.quantity);
    }
}

/// Keeps the first few ids by text, whatever the order of rows.
fn name_orphan(examples: &mut BTreeMap<String, u64>, id: &str, line: u64) {
    let is_full = examples.len() >= ORPHANS_NAMED_MAX;
    if examples.contains_key(id)
        || (is_full && examples.last_key_value().is_some_and(|(last, _)| last.as_str() < id))
    {
        return;
    }
    examples.insert(id.to_owned(), line);
    if examples.len() > ORPHANS_NAMED_MAX {
        examples.pop_last();
    }
}

fn reject_usage(
    read: &mut FileRead,
    defects: &mut Vec<Defect>,
    cells: &Cells<'_>,
    row: &Row<'_>,
    fault: Fault,
    counts: &mut Counts,
) {
    let text = cells.text(C::Quantity).ok().flatten();
    if let Some(quantity) = text.and_then(|text| Quantity::parse(text).ok()) {
        counts.quantity_read += quantity.units();
    }
    reject(read, defects, cells.layout, row, fault);
}
