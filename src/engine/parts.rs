//! A run that memory does not hold: its orders and usage go into parts by the order's id, and one part after
//! the other is put together and judged as if it were the whole.
//!
//! ```text
//! orders ──► part of the order id ───────────────┐
//! usage ───► part of the order id ──────────┐    │
//!    └─ where it names an instance only,    ▼    ▼
//!       or an order that nobody knows     a part: found, kept, summed, judged ──► outcomes, by part and id
//!            │                              ▲                                └──► findings, counts
//!            └► part of the instance ─ finds the order ┘
//! ```
//!
//! What rules need across orders is not in parts: refunds (so that a channel transaction is seen twice wherever
//! its orders are), events of accounts and products, and wares. Patterns of an account are told when every part
//! was judged, from what each part saw of it.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{
    budget::{self, InParts},
    error::AuditError,
    judging::{Ask, judge_all},
    kept::KeptRows,
    marks::Marks,
    options::Options,
    orders::{Found, Ids, Orders, OrdersRead, Rows, WareRules},
    outcomes::{Outcomes, Spilled},
    part::{Facts, Part},
    patterns::Bills,
    read::{read, stream_all},
    run::{Audit, Ended, sum_up},
    said::{Named, Said, said},
    whole::in_question,
};
use crate::{
    case::Horizon,
    finding::Finding,
    ingest::{Fates, Line, Plan, Progress, Stage, UsageSink},
    money::Quantity,
    policy::PolicyBook,
    record::{Basis, FileId},
    scan::keys::{Key, KeyTable},
    scratch::Scratch,
    spill::{SpillFile, SpillWriter},
    store::{Packed, UsageRow, Wares, bytes, pack_usage, unpack_usage},
    time::Instant,
};

/// The files of a run in parts; they are gone with it.
#[derive(Debug)]
pub(super) struct Spill {
    orders: SpillFile,
    /// Usage by its order id.
    usage: SpillFile,
    /// Usage by its instance, where no order id tells its order.
    unplaced: SpillFile,
    /// Instances with the orders that bought them.
    instances: SpillFile,
    /// Usage by the order that its instance told.
    placed: SpillFile,
    /// Outcomes by part.
    pub(super) outcomes: SpillFile,
    _scratch: Scratch,
}

impl Spill {
    fn create(folder: &Path, parts: usize) -> io::Result<Self> {
        let scratch = Scratch::new_in(folder)?;
        let file = |name: &str| SpillFile::create(&scratch.path().join(name), parts);
        Ok(Self {
            orders: file("orders")?,
            usage: file("usage")?,
            unplaced: file("unplaced")?,
            instances: file("instances")?,
            placed: file("placed")?,
            outcomes: file("outcomes")?,
            _scratch: scratch,
        })
    }

    fn parts(&self) -> usize {
        self.orders.parts()
    }
}

/// Audits in parts.
///
/// # Errors
///
/// As for a run in memory, and where the parts cannot be kept on disk.
pub(super) fn audit(
    plan: Plan,
    book: &PolicyBook,
    options: &Options,
    InParts { parts, keeps }: InParts,
    progress: &dyn Progress,
) -> Result<Audit, AuditError> {
    let folder = options.spill_dir.clone().unwrap_or_else(std::env::temp_dir);
    let needed = budget::spilled(&plan);
    let failed = |source| AuditError::Spill { folder: folder.clone(), source, needed };
    let spill = Spill::create(&folder, parts).map_err(failed)?;
    let orders = OrdersRead::in_parts(spill.orders.writer().map_err(failed)?);
    let mut read = read(plan, book, keeps, options, orders, progress)?;
    let (wares, _, facts) = read.take();
    let ids = read.orders.ids.take();
    let spiller = Spiller::new(&spill, ids.as_ref().map(Ids::keys));
    let gone: Mutex<BTreeMap<FileId, Fates>> = Mutex::default();
    let consume = |file: FileId, fates: Fates| {
        gone.lock().unwrap_or_else(PoisonError::into_inner).entry(file).or_default().add(fates);
    };
    let streamed = stream_all(&read.plan, &spiller, &consume, options, progress);
    let has_instances = spiller.finish().map_err(failed)?;
    let coverage = read.streamed(streamed, options)?;
    let horizon = read.horizon(&coverage, options);
    let as_of_min = read.as_of_min(options);
    let ask = Ask::of(&read.files, options);
    let spill = Arc::new(spill);
    let run =
        Run { spill: &spill, wares: &wares, facts: &facts, book, options, horizon: &horizon, as_of_min, ask };
    let mut said =
        Said { fates: gone.into_inner().unwrap_or_else(PoisonError::into_inner), ..Said::default() };
    if let Some((_, settled)) = ids.map(Ids::into_parts) {
        said.untouched = settled.untouched(&WareRules::of(&wares, book), &wares, horizon.as_of);
    }
    if has_instances {
        for (file, fates) in run.place(&read.packs).map_err(failed)? {
            said.fates.entry(file).or_default().add(fates);
        }
    }
    progress.begin(Stage::Judging, read.orders.count);
    let named = run.named();
    let judged: Vec<io::Result<(Spilled, Said)>> =
        each_part(parts, |part| run.judge(part, &named[part], progress));
    progress.end();
    let mut outcomes_of = Vec::with_capacity(parts);
    for judged in judged {
        let (outcomes, of_part) = judged.map_err(failed)?;
        outcomes_of.push(outcomes);
        said.add(of_part);
    }
    progress.begin(Stage::Summing, said.findings.len() as u64);
    let marks = Marks::of(std::mem::take(&mut said.marks));
    said.findings.extend(run.patterns(&marks).map_err(failed)?);
    let outcomes = Outcomes::in_parts(Arc::clone(&spill), outcomes_of);
    let ended = Ended { outcomes, said, as_of: horizon.as_of, coverage };
    let audit = sum_up(read, &facts, book, ended, options);
    progress.end();
    audit
}

/// Does something for each part, on as many threads as the run has, each part on one thread alone: a thread
/// that waits for others while it holds a part would take up another one, and memory would hold both.
fn each_part<T: Send>(parts: usize, work: impl Fn(usize) -> io::Result<T> + Sync) -> Vec<io::Result<T>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, io::Result<T>)>> = Mutex::new(Vec::with_capacity(parts));
    let take_parts = || {
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return;
            }
            let result = work(part);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((part, result));
        }
    };
    let alone = || match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(take_parts),
        // What cannot have a pool of its own does without.
        Err(_) => take_parts(),
    };
    std::thread::scope(|scope| {
        (0..rayon::current_num_threads().min(parts)).for_each(|_| drop(scope.spawn(alone)));
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(part, _)| *part);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Writes usage into parts, all but that of orders that were let go.
struct Spiller<'s> {
    spill: &'s Spill,
    /// Where any were, the ids of all orders.
    keys: Option<&'s KeyTable>,
    /// Writers that no thread has at the moment.
    idle: Mutex<Vec<Writers<'s>>>,
    has_instances: AtomicBool,
    failed: Mutex<Option<io::Error>>,
}

struct Writers<'s> {
    usage: SpillWriter<'s>,
    unplaced: SpillWriter<'s>,
    packed: Vec<u8>,
}

impl<'s> Spiller<'s> {
    const fn new(spill: &'s Spill, keys: Option<&'s KeyTable>) -> Self {
        let has_instances = AtomicBool::new(false);
        Self { spill, keys, idle: Mutex::new(Vec::new()), has_instances, failed: Mutex::new(None) }
    }

    fn writers(&self) -> io::Result<Writers<'s>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(writers) => Ok(writers),
            None => Ok(Writers {
                usage: self.spill.usage.writer()?,
                unplaced: self.spill.unplaced.writer()?,
                packed: Vec::new(),
            }),
        }
    }

    fn write(&self, gone: &mut Fates, lines: &[Line<'_>]) -> io::Result<()> {
        let mut writers = self.writers()?;
        for line in lines {
            let number = self.keys.and_then(|keys| keys.find(&line.order_id?));
            if number == Some(Ids::GONE) {
                gone.accept(line.quantity);
                continue;
            }
            let Writers { usage, unplaced, packed } = &mut writers;
            pack_line(line, packed);
            if line.instance_id.is_some() {
                self.has_instances.store(true, Ordering::Relaxed);
            }
            match (line.order_id, line.instance_id) {
                (Some(order_id), _) => usage.push(order_id.id(), packed)?,
                (None, Some(instance_id)) => unplaced.push(instance_id, packed)?,
                (None, None) => unreachable!("a line names an order or an instance"),
            }
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(writers);
        Ok(())
    }

    /// Writes what is left, and says whether any row names an instance.
    fn finish(self) -> io::Result<bool> {
        if let Some(error) = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        for writers in self.idle.into_inner().unwrap_or_else(PoisonError::into_inner) {
            writers.usage.finish()?;
            writers.unplaced.finish()?;
        }
        Ok(self.has_instances.into_inner())
    }
}

impl UsageSink for Spiller<'_> {
    /// What became of usage of orders that were let go.
    type Taken = Fates;

    fn begin(&self) -> Fates {
        Fates::default()
    }

    fn expect(&self, orders: &[Key<'_>]) {
        if let Some(keys) = self.keys {
            keys.expect(orders);
        }
    }

    fn take(&self, gone: &mut Fates, lines: &[Line<'_>]) {
        if let Err(error) = self.write(gone, lines) {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }
}

/// A line as bytes: its order, its instance, and the row.
fn pack_line(line: &Line<'_>, out: &mut Vec<u8>) {
    let usage_id = line.usage_id.and_then(|id| std::str::from_utf8(id).ok());
    out.clear();
    bytes::put_bytes(out, line.order_id.unwrap_or_default().id());
    bytes::put_bytes(out, line.instance_id.unwrap_or_default());
    let row = UsageRow {
        posted_at: line.posted_at,
        usage_id,
        usage_start: line.usage_start,
        usage_end: line.usage_end,
        quantity: line.quantity,
        unit: line.unit,
        basis: line.basis,
        product: line.product,
        class: line.class,
        at: line.at,
    };
    pack_usage(row, out);
}

/// Order, instance and packed row of a line.
fn unpack_line(line: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut packed = Packed::new(line);
    (packed.bytes(), packed.bytes(), packed.rest())
}

/// Counts a row that belongs to no order.
fn orphan(fates: &mut BTreeMap<FileId, Fates>, id: &[u8], row: &UsageRow<'_>) {
    let id = std::str::from_utf8(id).expect("ids of a line are UTF-8");
    fates.entry(row.at.file).or_default().orphan(id, row.at.line, row.quantity);
}

/// What all parts have in common.
#[derive(Clone, Copy)]
struct Run<'r> {
    spill: &'r Spill,
    wares: &'r Wares,
    facts: &'r Facts,
    book: &'r PolicyBook,
    options: &'r Options,
    horizon: &'r Horizon,
    as_of_min: Option<Instant>,
    ask: Ask,
}

impl<'r> Run<'r> {
    /// What facts name, by part.
    fn named(&self) -> Vec<Named<'r>> {
        let mut named: Vec<Named<'r>> = (0..self.spill.parts()).map(|_| Named::default()).collect();
        for refunds in self.facts.refunds.by_order() {
            let part = self.spill.orders.part_of(refunds.order_id().as_bytes());
            named[part].refunds.push(refunds);
        }
        for order_id in self.facts.events.orders() {
            named[self.spill.orders.part_of(order_id.as_str().as_bytes())].events.push(order_id);
        }
        named
    }

    /// The orders of a part, each once.
    fn orders(&self, part: usize, aside: &mut Vec<super::aside::Aside>) -> io::Result<Orders<'r>> {
        let mut rows = Rows::default();
        let mut reader = self.spill.orders.reader(part)?;
        while let Some(order) = reader.next()? {
            rows.push(order);
        }
        Ok(Orders::once(Found::of(rows), self.wares, aside).0)
    }

    /// Finds the orders of rows that name only an instance, or an order that nobody knows; the fates of those
    /// that have none come back.
    fn place(&self, packs: &[(String, String)]) -> io::Result<BTreeMap<FileId, Fates>> {
        let mut packs_of: HashMap<&str, Vec<&str>> = HashMap::new();
        for (pack, order_id) in packs {
            packs_of.entry(order_id).or_default().push(pack);
        }
        let parts = self.spill.parts();
        for looked in each_part(parts, |part| self.look_for_instances(part, &packs_of)) {
            looked?;
        }
        let fates = each_part(parts, |part| self.place_part(part));
        let mut all: BTreeMap<FileId, Fates> = BTreeMap::new();
        for fates in fates {
            for (file, fates) in fates? {
                all.entry(file).or_default().add(fates);
            }
        }
        Ok(all)
    }

    /// Writes the instances of a part's orders, and its rows whose order nobody knows, to where they meet.
    fn look_for_instances(&self, part: usize, packs_of: &HashMap<&str, Vec<&str>>) -> io::Result<()> {
        let orders = self.orders(part, &mut Vec::new())?;
        let mut instances = self.spill.instances.writer()?;
        let mut packed = Vec::new();
        for (_, head) in orders.heads() {
            let packs = packs_of.get(head.order_id).into_iter().flatten().copied();
            for instance in head.instance_id.into_iter().chain(packs) {
                packed.clear();
                bytes::put_bytes(&mut packed, instance.as_bytes());
                bytes::put_instant(&mut packed, head.paid_at.earliest());
                bytes::put_bytes(&mut packed, head.order_id.as_bytes());
                instances.push(instance.as_bytes(), &packed)?;
            }
        }
        instances.finish()?;
        let mut unplaced = self.spill.unplaced.writer()?;
        let mut reader = self.spill.usage.reader(part)?;
        while let Some(line) = reader.next()? {
            let (order_id, instance_id, _) = unpack_line(line);
            if !instance_id.is_empty() && orders.keys().get(order_id).is_none() {
                unplaced.push(instance_id, line)?;
            }
        }
        unplaced.finish()
    }

    /// Ties the rows of some instances to their orders: of each the order last paid by then.
    fn place_part(&self, part: usize) -> io::Result<BTreeMap<FileId, Fates>> {
        let mut bought: HashMap<Vec<u8>, Vec<(Instant, Vec<u8>)>> = HashMap::new();
        let mut reader = self.spill.instances.reader(part)?;
        while let Some(record) = reader.next()? {
            let mut packed = Packed::new(record);
            let (instance, paid_at, order_id) = (packed.bytes(), packed.instant(), packed.bytes());
            bought.entry(instance.to_vec()).or_default().push((paid_at, order_id.to_vec()));
        }
        #[expect(clippy::iter_over_hash_type, reason = "each list is sorted by itself")]
        for list in bought.values_mut() {
            list.sort_unstable();
        }
        let mut fates = BTreeMap::new();
        let mut placed = self.spill.placed.writer()?;
        let mut reader = self.spill.unplaced.reader(part)?;
        let mut packed = Vec::new();
        while let Some(line) = reader.next()? {
            let (order_id, instance_id, row) = unpack_line(line);
            let usage = unpack_usage(row);
            let Some(list) = bought.get(instance_id) else {
                let id = if order_id.is_empty() { instance_id } else { order_id };
                orphan(&mut fates, id, &usage);
                continue;
            };
            let posted_at = usage.posted_at.earliest();
            let paid = list.partition_point(|(paid_at, _)| *paid_at <= posted_at);
            let (_, order_id) = &list[paid.saturating_sub(1)];
            packed.clear();
            bytes::put_bytes(&mut packed, order_id);
            bytes::put_bytes(&mut packed, &[]);
            packed.extend_from_slice(row);
            placed.push(order_id, &packed)?;
        }
        placed.finish()?;
        Ok(fates)
    }

    /// Puts a part together and judges it.
    fn judge(&self, part: usize, named: &Named<'r>, progress: &dyn Progress) -> io::Result<(Spilled, Said)> {
        let mut aside = Vec::new();
        let orders = self.orders(part, &mut aside)?;
        let in_question = in_question(&orders, self.facts, self.book, self.as_of_min);
        let mut usage = Usage::new(self, &orders, &in_question);
        usage.take(&self.spill.usage, part)?;
        usage.take(&self.spill.placed, part)?;
        let Usage { mut kept, sums, fates, .. } = usage;
        kept.sort();
        let part_of_run = Part { facts: self.facts, orders, in_question, usage: kept, sums };
        let judged = judge_all(&part_of_run, self.book, self.horizon, self.ask, progress);
        let (outcomes, mut of_part) = said(&part_of_run, named, judged, self.horizon, self.ask.refund_rows);
        of_part.aside.extend(aside);
        of_part.fates = fates;
        Ok((outcomes.spill(&self.spill.outcomes, part)?, of_part))
    }

    /// What accounts with refunds did, from all parts. Orders are read again for it, and once more where anybody
    /// is suspected.
    fn patterns(&self, marks: &Marks) -> io::Result<Vec<Finding>> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        let parts = self.spill.parts();
        let mut suspects = marks.often_refunded();
        for again in each_part(parts, |part| Ok(marks.bought_again(&self.orders(part, &mut Vec::new())?))) {
            suspects.append(&mut again?);
        }
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        let found = each_part(parts, |part| {
            let mut of_part = Bills::default();
            let orders = self.orders(part, &mut Vec::new())?;
            of_part.take(&orders, &self.facts.refunds, &suspects, self.horizon);
            Ok(of_part)
        });
        let mut bills = Bills::default();
        for of_part in found {
            bills.add(of_part?);
        }
        Ok(bills.patterns(self.wares))
    }
}

/// The usage of a part on its way to its orders.
struct Usage<'u> {
    orders: &'u Orders<'u>,
    in_question: &'u [bool],
    as_of: Option<Instant>,
    kept: KeptRows,
    sums: Vec<Quantity>,
    fates: BTreeMap<FileId, Fates>,
}

impl<'u> Usage<'u> {
    fn new(run: &Run<'_>, orders: &'u Orders<'u>, in_question: &'u [bool]) -> Self {
        let sums = if run.ask.all { orders.numbers() } else { 0 };
        Self {
            orders,
            in_question,
            as_of: run.options.as_of,
            kept: KeptRows::default(),
            sums: vec![Quantity::ZERO; sums],
            fates: BTreeMap::new(),
        }
    }

    /// Keeps or sums the rows of a file that are of this part.
    fn take(&mut self, file: &SpillFile, part: usize) -> io::Result<()> {
        let mut reader = file.reader(part)?;
        while let Some(line) = reader.next()? {
            let (order_id, instance_id, packed) = unpack_line(line);
            let row = unpack_usage(packed);
            let Some(number) = self.orders.keys().get(order_id) else {
                // Where it names an instance as well, that was looked for already.
                if instance_id.is_empty() {
                    orphan(&mut self.fates, order_id, &row);
                }
                continue;
            };
            self.fates.entry(row.at.file).or_default().accept(row.quantity);
            if self.in_question[number as usize] {
                self.kept.push_packed(number, packed);
            } else if let Some(sum) = self.sums.get_mut(number as usize)
                && row.basis == Basis::Deduction
                && self.as_of.is_none_or(|as_of| row.posted_at.earliest() <= as_of)
            {
                *sum = sum.plus(row.quantity);
            }
        }
        Ok(())
    }
}
