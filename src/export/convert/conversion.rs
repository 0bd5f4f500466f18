//! The iterator over what becomes of a file's rows.

use std::{collections::VecDeque, sync::Arc};

use super::{
    cook::{Draft, cook, product_of},
    furniture::Furniture,
    group::{Contribution, Groups, Joined, print_of},
    item::{Defect, FileError, Item, Record},
    rules::{find_rule, unknown_kind},
    settle::settle,
    tally::{Fate, Tally},
    view::{Fault, View},
};
use crate::export::{
    catalogue::{Catalogue, UNMAPPED_MARK, Unmapped},
    cells::number,
    dialect::{
        Binding, Class, Condition, Dialect, FieldId, FieldKind, Gives, Recognised, Role, RowRule, Table,
    },
    source::{Opened, RawRow},
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
    started: bool,
}

impl From<Part> for Source {
    fn from(part: Part) -> Self {
        let Recognised { binding, rows_above, .. } = part.recognised;
        Self { opened: part.opened, binding: Arc::new(binding), rows_above, started: false }
    }
}

/// The rows of a file on their way to the canonical form.
pub struct Conversion {
    parts: VecDeque<Source>,
    part: usize,
    row: RawRow,
    furniture: Furniture,
    dialect: Arc<Dialect>,
    catalogue: Arc<Catalogue>,
    amount_fields: Vec<FieldId>,
    groups: Groups,
    ready: VecDeque<Item>,
    finished: bool,
    replaced: u64,
    tally: Tally,
    unmapped: Unmapped,
}

impl Conversion {
    /// Converts one file.
    #[must_use]
    pub fn of(opened: Opened, recognised: Recognised, catalogue: Arc<Catalogue>) -> Self {
        let binding = &recognised.binding;
        let dialect = Arc::clone(&binding.dialect);
        let amounts = dialect.fields.iter().filter(|field| field.kind == FieldKind::Amount);
        let amount_fields: Vec<FieldId> =
            amounts.filter_map(|field| dialect.field_named(&field.name)).collect();
        Self {
            tally: Tally::new(binding, &amount_fields),
            amount_fields,
            parts: VecDeque::from([Part { opened, recognised }.into()]),
            part: 0,
            row: RawRow::default(),
            furniture: Furniture::default(),
            dialect,
            catalogue,
            groups: Groups::default(),
            ready: VecDeque::new(),
            finished: false,
            replaced: 0,
            unmapped: Unmapped::default(),
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
        if *found != self.dialect.id {
            let (found, wanted) = (found.clone(), self.dialect.id.clone());
            return Err(FileError::MixedDialects { place: part.opened.place().to_string(), found, wanted });
        }
        self.parts.push_back(part.into());
        Ok(())
    }

    /// Rows and sums so far; complete at the end.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Products without a word of ours so far; complete at the end.
    #[must_use]
    pub const fn unmapped(&self) -> &Unmapped {
        &self.unmapped
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
        let is_canonical = self.dialect.id.starts_with("canonical-");
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

    /// Reads one row of the current part; `false` when all parts are at their end.
    fn step(&mut self) -> Result<bool, FileError> {
        let Some(part) = self.parts.front_mut() else { return Ok(false) };
        let mut row = std::mem::take(&mut self.row);
        if !part.started {
            part.started = true;
            self.furniture = Furniture::default();
            for _ in 0..part.rows_above {
                if part.opened.read(&mut row)? {
                    self.tally.read(&[]);
                    self.tally.settle(Fate::OutOfScope, &[]);
                    let reason = "above the header".to_owned();
                    self.ready.push_back(Item::OutOfScope {
                        part: self.part,
                        line: row.line,
                        class: Class::Furniture,
                        reason,
                    });
                }
            }
            // The header itself is no row.
            part.opened.read(&mut row)?;
        }
        if part.opened.read(&mut row)? {
            let binding = Arc::clone(&part.binding);
            self.take(&row, &binding);
        } else {
            self.replaced += part.opened.replaced();
            self.parts.pop_front();
            self.part += 1;
        }
        self.row = row;
        Ok(true)
    }

    /// Settles one row.
    fn take(&mut self, row: &RawRow, binding: &Binding) {
        let view = View { row, binding };
        let furniture = self.furniture.reason(row, binding);
        // A total is no amount of the table, and a broken row has no cells to sum.
        let amounts: Vec<Option<i128>> = if furniture.is_some() || row.fault.is_some() {
            Vec::new()
        } else {
            self.amount_fields.iter().map(|field| view.units(*field).ok().flatten()).collect()
        };
        self.tally.read(&amounts);
        let fate = match self.judge(view, furniture) {
            Ok(fate) => fate,
            Err((column, reason)) => {
                let defect = Defect { part: self.part, line: row.line, column, reason, raw: row.raw() };
                self.ready.push_back(Item::Defect(defect));
                Fate::Rejected
            }
        };
        self.tally.settle(fate, &amounts);
    }

    /// What becomes of a row; an error is the column and the reason of a defect.
    fn judge(&mut self, view: View<'_>, furniture: Option<&'static str>) -> Result<Fate, (String, String)> {
        let row = view.row;
        if let Some(fault) = row.fault {
            return Err((String::new(), fault.to_string()));
        }
        if let Some(reason) = furniture {
            return Ok(self.out_of_scope(row, Class::Furniture, reason));
        }
        let binding = view.binding;
        if row.len() < binding.width_min() {
            let reason = format!("has {} cells where the header has {}", row.len(), binding.header.len());
            return Err((binding.header.get(row.len()).cloned().unwrap_or_default(), reason));
        }
        if (binding.header.len()..row.len()).any(|at| !crate::export::cells::clean(row.cell(at)).is_empty()) {
            let reason = format!(
                "has {} cells where the header has {}; a cell with a delimiter is not quoted",
                row.len(),
                binding.header.len()
            );
            return Err((String::new(), reason));
        }
        let fault = |fault: Fault| (fault.column, fault.error.to_string());
        let dialect = Arc::clone(&self.dialect);
        let Some(rule) = find_rule(&dialect, view).map_err(fault)? else {
            return Err(unknown_kind(&dialect, view));
        };
        match &rule.gives {
            Gives::Nothing(class, why) => Ok(self.out_of_scope(row, *class, why)),
            Gives::Roles(roles) => {
                let mut fate = Fate::Accepted;
                for (at, role) in roles.iter().enumerate() {
                    let Some(table) = dialect.table(*role) else { continue };
                    let draft = cook(view, table, rule, &self.catalogue).map_err(fault)?;
                    let became = self.give(view, table, rule, draft, at == 0)?;
                    if at == 0 {
                        fate = became;
                    }
                }
                Ok(fate)
            }
        }
    }

    /// Emits a record, or keeps it for its group.
    fn give(
        &mut self,
        view: View<'_>,
        table: &Table,
        rule: &RowRule,
        draft: Draft,
        counts: bool,
    ) -> Result<Fate, (String, String)> {
        let fault = |fault: Fault| (fault.column, fault.error.to_string());
        let row = view.row;
        let alone = table.group_by.is_empty();
        if table.verbatim || alone && !matches!(table.role, Role::Refunds | Role::Orders) {
            let record = Record {
                role: table.role,
                cells: draft.finish(),
                part: self.part,
                line: row.line,
                rows: u64::from(counts),
                resources: Vec::new(),
                sign_as_read: None,
                assumed: Vec::new(),
                product: None,
                notes: draft.notes,
            };
            self.emit(record);
            return Ok(Fate::Accepted);
        }
        let mut key = Vec::new();
        for field in &table.group_by {
            key.extend(view.id(*field).map_err(fault)?);
        }
        if !alone && key.is_empty() {
            let column = table.group_by.first().map_or("", |field| view.binding.name(*field)).to_owned();
            return Err((column, "is empty, and rows are put together by it".to_owned()));
        }
        let mut originals = many(view, &table.originals).map_err(fault)?;
        if originals.is_empty() {
            originals = many(view, &table.originals_else).map_err(fault)?;
        }
        let mut resources = Vec::new();
        for field in &table.resource {
            if resources.is_empty() {
                resources = view.ids(*field).map_err(fault)?;
            }
        }
        let formula = table
            .formula
            .map(|field| view.text(field))
            .transpose()
            .map_err(fault)?
            .flatten()
            .map(str::to_owned);
        let decisive =
            table.amount.map(|field| view.units(field)).transpose().map_err(fault)?.flatten().unwrap_or(0);
        let product = product_of(view, &self.catalogue).map_err(fault)?;
        let contribution = Contribution {
            part: self.part,
            line: row.line,
            draft,
            originals,
            resources,
            formula,
            decisive,
            product: product.filter(|_| table.role == Role::Refunds),
            chosen_by_sign: rule.when.iter().any(|condition| matches!(condition, Condition::Sign(..))),
            print: print_of(row),
        };
        match self.groups.join((!alone).then(|| key.join("\u{1f}")), contribution) {
            Joined::Taken => Ok(Fate::Accepted),
            Joined::Repeats(of_line) => {
                self.ready.push_back(Item::Duplicate { part: self.part, line: row.line, of_line });
                Ok(Fate::Duplicate)
            }
            Joined::OtherCurrency { wanted, found } => {
                Err((String::new(), format!("is in {found}, while the rows it belongs with are in {wanted}")))
            }
        }
    }

    fn out_of_scope(&mut self, row: &RawRow, class: Class, reason: &str) -> Fate {
        let reason = reason.to_owned();
        self.ready.push_back(Item::OutOfScope { part: self.part, line: row.line, class, reason });
        Fate::OutOfScope
    }

    /// Counts what the catalogue does not know, and passes the record on.
    fn emit(&mut self, record: Record) {
        if record.role == Role::Orders
            && let (Some(product), Some(package)) = (record.cell("product"), record.cell("package_type"))
            && let Some(product) = product.strip_prefix(UNMAPPED_MARK)
        {
            let package = package.trim_start_matches(UNMAPPED_MARK);
            let paid =
                Draft::tender_places(Role::Orders).filter_map(|place| record.cells.get(place)?.as_deref());
            let sum = paid.filter_map(|text| number::parse_units(text, 0).ok()).fold(0, i128::saturating_add);
            self.unmapped.count(product, package, record.cell("currency").unwrap_or_default(), sum);
        }
        self.ready.push_back(Item::Record(record));
    }

    fn next_item(&mut self) -> Result<Option<Item>, FileError> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            if self.finished {
                return Ok(None);
            }
            if !self.step()? {
                self.finished = true;
                let groups = self.groups.take();
                let lacks: Vec<String> = self.dialect.lacks.iter().map(|lack| lack.fact.clone()).collect();
                for mut record in settle(groups, &self.dialect) {
                    let of_role = |fact: &&String| match record.role {
                        Role::Refunds => matches!(fact.as_str(), "requested_at" | "tenders" | "account_id"),
                        Role::Orders => fact.as_str() != "requested_at",
                        _ => false,
                    };
                    record.assumed = lacks.iter().filter(of_role).cloned().collect();
                    self.emit(record);
                }
            }
        }
    }
}

impl Iterator for Conversion {
    type Item = Result<Item, FileError>;

    /// The next item; after an error there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        match self.next_item() {
            Ok(item) => item.map(Ok),
            Err(error) => {
                self.finished = true;
                self.ready.clear();
                Some(Err(error))
            }
        }
    }
}

fn many(view: View<'_>, fields: &[FieldId]) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    for field in fields {
        all.extend(view.ids(*field)?);
    }
    Ok(all)
}
