//! The rows of one file to records.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use super::{
    cook::Draft,
    furniture::{Furniture, Look},
    group::{Groups, Joined},
    item::{Defect, FileError, Item, Record},
    mapper::{Given, Mapped, Mapper, Memory, Piece, amount_fields},
    settle::settle,
    straight::Straight,
    tally::{Fate, Tally},
};
use crate::export::{
    catalogue::{Catalogue, UNMAPPED_MARK, Unmapped},
    cells::number,
    dialect::{Binding, Class, Dialect, Gives, Recognised, Role},
    source::{self, InBlocks, Opened, RawRow, RowConsumer, ScannedRow},
};

/// An opened file whose dialect is known; one of several where an archive holds a table in pieces.
pub struct Part {
    /// Its rows.
    pub opened: Opened,
    /// What its header says.
    pub recognised: Recognised,
}

/// A part while it is read.
struct Source {
    opened: Opened,
    binding: Arc<Binding>,
    rows_above: usize,
    /// Whether it has no header of its own.
    goes_on: bool,
    started: bool,
}

impl From<Part> for Source {
    fn from(part: Part) -> Self {
        let Recognised { binding, rows_above, goes_on, .. } = part.recognised;
        Self { opened: part.opened, binding: Arc::new(binding), rows_above, goes_on, started: false }
    }
}

/// The rows of a file on their way to the canonical form.
pub struct Conversion {
    parts: VecDeque<Source>,
    catalogue: Arc<Catalogue>,
    row: RawRow,
    /// The mapper of the part that is read row by row, and its memory.
    mapping: Option<(Mapper, Memory)>,
    finished: bool,
    replaced: u64,
    gathered: Gathered,
}

/// What the rows that were read so far come to, in the order of the file.
struct Gathered {
    part: usize,
    dialect: Arc<Dialect>,
    furniture: Furniture,
    groups: Groups,
    times_of_id: HashMap<String, u32>,
    ready: VecDeque<Item>,
    tally: Tally,
    unmapped: Unmapped,
}

impl Conversion {
    /// Converts one file.
    #[must_use]
    pub fn of(opened: Opened, recognised: Recognised, catalogue: Arc<Catalogue>) -> Self {
        let binding = &recognised.binding;
        let dialect = Arc::clone(&binding.dialect);
        let gathered = Gathered {
            part: 0,
            tally: Tally::new(binding, &amount_fields(&dialect)),
            dialect,
            furniture: Furniture::default(),
            groups: Groups::default(),
            times_of_id: HashMap::new(),
            ready: VecDeque::new(),
            unmapped: Unmapped::default(),
        };
        Self {
            parts: VecDeque::from([Part { opened, recognised }.into()]),
            catalogue,
            row: RawRow::default(),
            mapping: None,
            finished: false,
            replaced: 0,
            gathered,
        }
    }

    /// Adds another piece of the same table: vendors cut a bill into several files of one archive, and a
    /// refund may have rows in two of them.
    ///
    /// # Errors
    ///
    /// [`FileError::MixedDialects`] where it is another kind of export.
    pub fn push(&mut self, part: Part) -> Result<(), FileError> {
        let found = &part.recognised.binding.dialect.id;
        let wanted = &self.gathered.dialect.id;
        if found != wanted {
            let (found, wanted) = (found.clone(), wanted.clone());
            return Err(FileError::MixedDialects { place: part.opened.place().to_string(), found, wanted });
        }
        self.parts.push_back(part.into());
        Ok(())
    }

    /// Rows and sums so far; complete at the end.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.gathered.tally
    }

    /// Products without a word of ours so far; complete at the end.
    #[must_use]
    pub const fn unmapped(&self) -> &Unmapped {
        &self.gathered.unmapped
    }

    /// Bad places of the text that were replaced so far.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced + self.parts.front().map_or(0, |part| part.opened.replaced())
    }

    /// For each part still to be read, the columns that it has in vain: of the canonical form every one
    /// without a field, of any other those whose cells are no text.
    #[must_use]
    pub fn columns_not_read(&self) -> Vec<Vec<String>> {
        let is_canonical = self.gathered.dialect.id.starts_with("canonical-");
        let of_part = |part: &Source| {
            let stored = part.opened.stored().map(|stored| stored.columns.as_slice()).unwrap_or_default();
            let unmapped = part.binding.unmapped().filter_map(|(at, name)| match stored.get(at) {
                Some(column) if !column.is_read => Some(format!("{name} ({})", column.kind)),
                _ => is_canonical.then(|| name.to_owned()),
            });
            unmapped.collect()
        };
        self.parts.iter().map(of_part).collect()
    }

    /// By table, the columns of instants of which its file does not say whether they are of UTC, each with
    /// the rows of the table.
    #[must_use]
    pub fn zones_unsaid(&self) -> Vec<Vec<(String, u64)>> {
        let of_part = |part: &Source| {
            let Some(stored) = part.opened.stored() else { return Vec::new() };
            let unmapped: Vec<usize> = part.binding.unmapped().map(|(at, _)| at).collect();
            let read = stored.columns.iter().enumerate().filter(|(at, _)| !unmapped.contains(at));
            let unsaid = read.filter(|(_, column)| column.is_zone_unsaid);
            unsaid.map(|(_, column)| (column.name.clone(), stored.rows)).collect()
        };
        self.parts.iter().map(of_part).collect()
    }

    /// Reads what stands above the rows of the first part, its header included.
    fn start(&mut self) -> Result<(), FileError> {
        let Some(part) = self.parts.front_mut().filter(|part| !part.started) else { return Ok(()) };
        part.started = true;
        self.gathered.furniture = Furniture::default();
        let mut row = std::mem::take(&mut self.row);
        for _ in 0..part.rows_above {
            if part.opened.read(&mut row)? {
                self.gathered.tally.read(&[]);
                self.gathered.tally.settle(Fate::OutOfScope, &[]);
                self.gathered.leave_out(row.line, 1, Class::Furniture, "above the header");
            }
        }
        // The header itself is no row.
        if !part.goes_on {
            part.opened.read(&mut row)?;
        }
        self.mapping =
            Some((Mapper::new(Arc::clone(&part.binding), Arc::clone(&self.catalogue)), Memory::default()));
        self.row = row;
        Ok(())
    }

    /// Goes on to the next part; of this one so many bad places were replaced.
    fn end_part(&mut self, replaced: u64) {
        self.replaced += replaced;
        self.parts.pop_front();
        self.gathered.part += 1;
        self.mapping = None;
    }

    /// Reads one row of the current part; `false` when all parts are at their end.
    fn step(&mut self) -> Result<bool, FileError> {
        self.start()?;
        let Some(part) = self.parts.front_mut() else { return Ok(false) };
        if part.opened.read(&mut self.row)? {
            let (mapper, memory) = self.mapping.as_mut().expect("the part was started");
            self.gathered.take(mapper.row(&self.row, memory));
        } else {
            let replaced = part.opened.replaced();
            self.end_part(replaced);
        }
        Ok(true)
    }

    /// Converts all rows, in blocks on so many threads or row by row, and gives the items, those of one file in its order. Rows that are left
    /// out come as counts, the line being the first of each. Records of usage go to `usage` on the thread that has them;
    /// what was taken of some rows comes with the part they are of.
    ///
    /// # Errors
    ///
    /// [`FileError`] where a file gives no more rows, or says nothing certain as a whole; the items before it were
    /// given.
    pub(crate) fn run<U: UsageConsumer>(
        &mut self,
        in_blocks: Option<InBlocks>,
        usage: &U,
        give: &mut (dyn FnMut(Converted<U::Taken>) + Send),
    ) -> Result<(), FileError> {
        loop {
            self.start()?;
            let Some(part) = self.parts.front_mut() else { break };
            let (mapper, _) = self.mapping.as_ref().expect("the part was started");
            let gathered = &mut self.gathered;
            let mut left_out = BTreeMap::new();
            let plan = mapper.straight(Role::Usage);
            let take = MapRows { mapper, usage, plan, part: gathered.part };
            let consume = |(block, taken): (BlockRows, U::Taken)| {
                give(Converted::Usage(gathered.part, block.usage_rows, taken));
                gathered.take_block(block, &mut left_out);
                gathered.ready.drain(..).for_each(|item| give(Converted::Item(item)));
            };
            let replaced = {
                let (line, width) = (part.binding.line, part.binding.header.len());
                source::read_rows(&mut part.opened, line, width, in_blocks, &take, consume)?
            };
            for (rule, Counted { first, rows, .. }) in left_out {
                if let Gives::Nothing(class, why) = &mapper.dialect.rows[rule].gives {
                    self.gathered.leave_out(first, rows, *class, why);
                }
            }
            self.end_part(replaced);
        }
        self.finish();
        self.gathered.ready.drain(..).for_each(|item| give(Converted::Item(item)));
        Ok(())
    }

    /// Settles what only the whole file can tell.
    fn finish(&mut self) {
        self.finished = true;
        let gathered = &mut self.gathered;
        let groups = gathered.groups.take();
        let lacks: Vec<String> = gathered.dialect.lacks.iter().map(|lack| lack.fact.clone()).collect();
        for mut record in settle(groups, &gathered.dialect) {
            let of_role = |fact: &&String| match record.role {
                Role::Refunds => matches!(fact.as_str(), "requested_at" | "tenders" | "account_id"),
                Role::Orders => fact.as_str() != "requested_at",
                _ => false,
            };
            record.assumed = lacks.iter().filter(of_role).cloned().collect();
            gathered.emit(record);
        }
    }

    fn next_item(&mut self) -> Result<Option<Item>, FileError> {
        loop {
            if let Some(item) = self.gathered.ready.pop_front() {
                return Ok(Some(item));
            }
            if self.finished {
                return Ok(None);
            }
            if !self.step()? {
                self.finish();
            }
        }
    }
}

impl Iterator for Conversion {
    type Item = Result<Item, FileError>;

    /// The next item, read row by row; after an error there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        match self.next_item() {
            Ok(item) => item.map(Ok),
            Err(error) => {
                self.finished = true;
                self.gathered.ready.clear();
                Some(Err(error))
            }
        }
    }
}

impl Gathered {
    /// Settles one row.
    fn take(&mut self, row: Mapped) {
        let Mapped { line, look, given, amounts, raw, names } = row;
        let furniture = look.and_then(|look| self.furniture.reason(look));
        // A total is no amount of the table.
        let amounts = if furniture.is_some() { Vec::new() } else { amounts };
        self.tally.read(&amounts);
        let fate = match (furniture, given) {
            (Some(reason), _) => {
                self.leave_out(line, 1, Class::Furniture, reason);
                Fate::OutOfScope
            }
            (None, Given::Nothing(rule)) => {
                let dialect = Arc::clone(&self.dialect);
                if let Gives::Nothing(class, why) = &dialect.rows[rule].gives {
                    self.leave_out(line, 1, *class, why);
                }
                Fate::OutOfScope
            }
            (None, Given::Refused(column, reason)) => self.refuse(line, column, reason, raw, names),
            (None, Given::Records(pieces)) => self.records(line, pieces),
        };
        self.tally.settle(fate, &amounts);
    }

    /// Takes the rows of a block, and counts those that are left out.
    fn take_block(&mut self, block: BlockRows, left_out: &mut BTreeMap<usize, Counted>) {
        for Event { after_rows, row } in block.events {
            if after_rows {
                self.furniture.reason(Look::Row);
            }
            self.take(row);
        }
        if block.ends_with_rows {
            self.furniture.reason(Look::Row);
        }
        self.tally.accept(block.usage_rows, &block.usage_amounts);
        for (rule, counted) in block.left_out {
            self.tally.leave_out(counted.rows, &counted.amounts);
            let known =
                left_out.entry(rule).or_insert(Counted { first: counted.first, ..Counted::default() });
            known.rows += counted.rows;
        }
    }

    /// Emits records, or keeps what a row adds to them.
    fn records(&mut self, line: u64, pieces: Vec<Piece>) -> Fate {
        let mut fate = Fate::Accepted;
        for (at, piece) in pieces.into_iter().enumerate() {
            let became = match piece {
                Piece::Alone(mut record) => {
                    record.part = self.part;
                    self.emit(record);
                    Fate::Accepted
                }
                Piece::OfRecord(key, mut row) => {
                    row.part = self.part;
                    if row.is_numbered {
                        let mut draft = row.draft.unpack();
                        self.number(&mut draft);
                        row.draft = draft.pack();
                    }
                    match self.groups.join(key, row) {
                        Joined::Taken => Fate::Accepted,
                        Joined::Repeats(of_line) => {
                            self.ready.push_back(Item::Duplicate { part: self.part, line, of_line });
                            Fate::Duplicate
                        }
                        Joined::OtherCurrency { wanted, found, row } => {
                            let reason =
                                format!("is in {found}, while the rows it belongs with are in {wanted}");
                            return self.refuse(line, String::new(), reason, row.shown(), Vec::new());
                        }
                    }
                }
            };
            if at == 0 {
                fate = became;
            }
        }
        fate
    }

    /// Numbers the orders of one id where nothing in the file tells them apart: two purchases stay two.
    fn number(&mut self, draft: &mut Draft) {
        let Some(id) = draft.text("order_id").map(str::to_owned) else { return };
        let times = self.times_of_id.entry(id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            draft.set_text("order_id", Some(format!("{id}#{times}")));
        }
    }

    fn refuse(
        &mut self,
        line: u64,
        column: String,
        reason: String,
        raw: String,
        names: Vec<(&'static str, String)>,
    ) -> Fate {
        self.ready.push_back(Item::Defect(Defect { part: self.part, line, column, reason, raw, names }));
        Fate::Rejected
    }

    fn leave_out(&mut self, line: u64, rows: u64, class: Class, reason: &str) {
        let reason = reason.to_owned();
        self.ready.push_back(Item::OutOfScope { part: self.part, line, rows, class, reason });
    }

    /// Counts what the catalogue does not know, and passes the record on.
    fn emit(&mut self, record: Record) {
        if record.role == Role::Orders
            && let (Some(product), Some(package)) = (record.cell("product"), record.cell("package_type"))
            && let Some(product) = product.strip_prefix(UNMAPPED_MARK)
        {
            let package = package.trim_start_matches(UNMAPPED_MARK);
            let paid = Draft::tender_places(Role::Orders).filter_map(|place| record.cells.get(place));
            let sum = paid.filter_map(|text| number::parse_units(text, 0).ok()).fold(0, i128::saturating_add);
            self.unmapped.count(product, package, record.cell("currency").unwrap_or_default(), sum);
        }
        self.ready.push_back(Item::Record(record));
    }
}

/// Rows that one rule leaves out.
#[derive(Default)]
struct Counted {
    /// The line of the first of them.
    first: u64,
    rows: u64,
    /// The sums of the columns of amounts, in units of 1e-8.
    amounts: Vec<i128>,
}

/// A row of a block that is more than a count.
struct Event {
    /// Whether rows of the table that only count stand between this one and the one before it.
    after_rows: bool,
    row: Mapped,
}

/// What the rows of a block come to by themselves.
#[derive(Default)]
struct BlockRows {
    events: Vec<Event>,
    left_out: BTreeMap<usize, Counted>,
    /// Rows that gave usage alone, and the sums of their columns of amounts.
    usage_rows: u64,
    usage_amounts: Vec<i128>,
    ends_with_rows: bool,
}

/// What comes out of rows that are converted on several threads.
pub(crate) enum Converted<T> {
    /// An item that is no record of usage.
    Item(Item),
    /// What was taken of records of usage: the part they are of, the rows they account for, and what they came to.
    Usage(usize, u64, T),
}

/// What becomes of records of usage, on the thread that has them.
pub(crate) trait UsageConsumer: Sync {
    /// What a thread has for itself; it may be told apart by nothing that shows.
    type State: Send;
    /// What some records next to each other come to.
    type Taken: Send;

    /// For a thread about to begin.
    fn state(&self) -> Self::State;
    /// No records yet.
    fn begin(&self) -> Self::Taken;
    /// Takes rows that give usage alone and whose cells are canonical as they are, as many of the first ones as it
    /// can; gives how many.
    fn straight(
        &self,
        state: &mut Self::State,
        taken: &mut Self::Taken,
        part: usize,
        rows: &[ScannedRow<'_>],
        columns: &Straight,
    ) -> usize;
    /// Takes a record.
    fn record(&self, state: &mut Self::State, taken: &mut Self::Taken, part: usize, record: &Record);
}

/// Maps the rows of a part, block by block.
struct MapRows<'m, U> {
    mapper: &'m Mapper,
    usage: &'m U,
    /// Where the cells of usage are, if they are canonical as they stand.
    plan: Option<Straight>,
    part: usize,
}

impl<U: UsageConsumer> MapRows<'_, U> {
    fn count(memory: &Memory, block: &mut BlockRows, line: u64, rule: usize) {
        block.ends_with_rows = true;
        let counted =
            block.left_out.entry(rule).or_insert_with(|| Counted { first: line, ..Counted::default() });
        counted.rows += 1;
        add_amounts(&mut counted.amounts, &memory.amounts);
    }

    /// Takes a row that is more than a count; records of usage that are all it gives go on at once.
    fn event(&self, state: &mut U::State, (block, taken): &mut (BlockRows, U::Taken), mut row: Mapped) {
        if row.look == Some(Look::Row)
            && let Given::Records(pieces) = &mut row.given
        {
            let is_usage =
                |piece: &Piece| matches!(piece, Piece::Alone(record) if record.role == Role::Usage);
            if !pieces.is_empty() && pieces.iter().all(is_usage) {
                for piece in pieces {
                    if let Piece::Alone(record) = piece {
                        self.usage.record(state, taken, self.part, record);
                        block.usage_rows += record.rows;
                    }
                }
                block.ends_with_rows = true;
                add_amounts(&mut block.usage_amounts, &row.amounts);
                return;
            }
        }
        let after_rows = std::mem::take(&mut block.ends_with_rows);
        block.events.push(Event { after_rows, row });
    }
}

/// Adds the amounts of a row to sums of as many columns.
fn add_amounts(sums: &mut Vec<i128>, amounts: &[Option<i128>]) {
    sums.resize(amounts.len(), 0);
    for (sum, amount) in sums.iter_mut().zip(amounts) {
        *sum = sum.saturating_add(amount.unwrap_or(0));
    }
}

impl<U: UsageConsumer> RowConsumer for MapRows<'_, U> {
    type State = (Memory, U::State);
    type Part = (BlockRows, U::Taken);

    fn state(&self) -> Self::State {
        (Memory::default(), self.usage.state())
    }

    fn part(&self) -> Self::Part {
        (BlockRows::default(), self.usage.begin())
    }

    fn plain(&self, (memory, state): &mut Self::State, part: &mut Self::Part, mut rows: &[ScannedRow<'_>]) {
        while !rows.is_empty() {
            if let Some(plan) = &self.plan {
                let taken = self.usage.straight(state, &mut part.1, self.part, rows, plan);
                part.0.usage_rows += taken as u64;
                part.0.ends_with_rows |= taken > 0;
                rows = &rows[taken..];
            }
            let Some((row, rest)) = rows.split_first() else { return };
            match self.mapper.left_out(row, memory) {
                Some(rule) => Self::count(memory, &mut part.0, row.line, rule),
                None => self.event(state, part, self.mapper.sound(row, memory)),
            }
            rows = rest;
        }
    }

    fn row(&self, (memory, state): &mut Self::State, part: &mut Self::Part, row: &RawRow) {
        let left_out = if row.fault.is_none() { self.mapper.left_out(row, memory) } else { None };
        match left_out {
            Some(rule) => Self::count(memory, &mut part.0, row.line, rule),
            None => self.event(state, part, self.mapper.row(row, memory)),
        }
    }
}
