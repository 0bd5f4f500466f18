//! Exports as vendors write them, through the readers of canonical rows.
//!
//! Two passes, since usage is judged by orders that may stand in any file: [`read_export`] takes everything
//! but usage, [`accept`] reads what the linker made of it, and [`scan_export`] streams usage. A row counts
//! once, with the record that it is part of.

use super::{
    cells::{Cells, Fault},
    error::IngestError,
    events::event,
    file::{FileRead, Records, ZONE, event_amounts, order_amounts, readable_amounts, refund_amounts},
    header::Layout,
    orders::order,
    plan::{Plan, Source, Way, role_of_table},
    reading::Reading,
    refunds::{refund, request_time},
    rows::{Row, RowCells},
    schema::columns,
    stored::note_of_zone,
    usage::{self, ExportScan, PassOver, Streamed, TakeExported, TakenExported, UsageSink},
};
use crate::{
    digest::Digest,
    export::{
        convert::{self, Conversion, Converted, Item, Note, UNLINKED_MARK},
        dialect::{self, Class},
    },
    record::{Assumed, Defect, Fate, FileId, Link, Named, Order, Refund, Role, SourceRef},
    time::{Instant, Offset, parse_moment},
};

/// The longest term that is looked for in a period.
const MONTHS_MAX: u32 = 120;
/// How much of a rejected record is shown.
const RAW_CHARS_MAX: usize = 400;

/// What an export holds beside usage.
#[derive(Debug)]
pub struct ExportRead {
    /// Its tables.
    pub files: Vec<FileRead>,
    /// Its records, still to be linked with those of other exports.
    pub records: Vec<convert::Record>,
    /// Its rejected rows.
    pub defects: Vec<Defect>,
}

/// The tables of a source before anything of them was read.
pub(crate) fn unread(source: &Source) -> Vec<FileRead> {
    let roles = source.roles();
    let file = |(id, place): &(_, crate::export::source::Place)| {
        let mut file = FileRead::new(*id, &place.path, source.lead());
        file.part = place.part.as_ref().map(|(_, name)| name.clone());
        file.roles.clone_from(&roles);
        if let Way::Export(dialect) = &source.way {
            file.dialect = Some(dialect.id.clone());
            file.is_zone_sourced =
                dialect.zone_evidence == dialect::Evidence::Sourced && !dialect.id.starts_with("canonical-");
            file.lacks = dialect.lacks.iter().map(|lack| lack.fact.clone()).collect();
            // Each role that it may give is a part of its totals, if only an empty one.
            file.shares = roles.iter().map(|role| (*role, crate::record::ControlTotal::default())).collect();
        }
        file
    };
    source.parts.iter().map(file).collect()
}

/// Reads an export, usage left out.
///
/// # Errors
///
/// [`IngestError`] where it cannot be read as a whole; never for a row.
pub fn read_export(plan: &Plan, source: &Source, reading: &Reading<'_>) -> Result<ExportRead, IngestError> {
    let mut read = ExportRead { files: unread(source), records: Vec::new(), defects: Vec::new() };
    let mut conversion = plan.conversion(source)?;
    describe(&mut read.files, &conversion);
    let lead = source.lead();
    let (mut counted, mut usage_rows) = (0, 0);
    conversion.run(reading.in_blocks(), &PassOver, &mut |converted| {
        let item = match converted {
            Converted::Usage(_, rows, ()) => {
                counted += rows;
                usage_rows += rows;
                return;
            }
            Converted::Item(item) => item,
        };
        let rows = item.rows();
        counted += rows;
        let (part, fate) = match item {
            Item::Record(record) if record.role == dialect::Role::Usage => {
                usage_rows += record.rows;
                return;
            }
            Item::Record(record) => {
                let file = &mut read.files[record.part];
                file.share(role_of_table(record.role)).read_rows(record.rows);
                if record.rows != 1 {
                    *file.rows_of.entry((role_of_table(record.role), record.line)).or_default() +=
                        record.rows;
                }
                read.records.push(record);
                return;
            }
            Item::Defect(defect) => {
                let file = &mut read.files[defect.part];
                read.defects.push(Defect {
                    at: SourceRef { file: file.id, line: defect.line },
                    role: role_of_rejected(&file.roles, lead),
                    names: names_of(&defect),
                    column: defect.column,
                    reason: defect.reason,
                    raw: defect.raw,
                });
                (defect.part, Fate::Rejected)
            }
            Item::Duplicate { part, .. } => {
                note(&mut read.files[part], "rows that stand twice in one record and count once", 1);
                (part, Fate::Duplicate)
            }
            Item::OutOfScope { part, class, reason, .. } => {
                if class != Class::Furniture {
                    let text = format!("rows out of scope ({}: {reason})", class.word());
                    note(&mut read.files[part], &text, rows);
                }
                (part, Fate::OutOfScope)
            }
        };
        let share = read.files[part].share(lead);
        share.read_rows(rows);
        share.settle_rows(fate, rows);
    })?;
    finish(&mut read.files, &conversion, counted);
    if usage_rows > 0 || counted > 0 {
        for (product, package, item) in conversion.unmapped().iter() {
            let text = format!(
                "records of a product that this program does not know ({product} / {package}, {})",
                item.money()
            );
            read.files[0].notes.insert(text, item.records);
        }
    }
    end(&mut read.files, source, reading)?;
    Ok(read)
}

/// Takes up what the tables say of their columns.
fn describe(files: &mut [FileRead], conversion: &Conversion) {
    for (file, columns) in files.iter_mut().zip(conversion.columns_not_read()) {
        file.unknown_columns = columns;
    }
    for (file, columns) in files.iter_mut().zip(conversion.zones_unsaid()) {
        let notes = columns.into_iter().map(|(column, rows)| (note_of_zone(&column), rows));
        file.notes.extend(notes);
    }
}

/// Holds the rows that came out against those that were read.
fn finish(files: &mut [FileRead], conversion: &Conversion, counted: u64) {
    let tally = conversion.tally();
    if !tally.ties() || tally.read.rows != counted {
        files[0].control.lose();
    }
    if conversion.replaced() > 0 {
        let notes = &mut files[0].notes;
        notes.insert("places that are no text and were replaced".to_owned(), conversion.replaced());
    }
}

/// Totals, digest and progress at the end of a source.
fn end(files: &mut [FileRead], source: &Source, reading: &Reading<'_>) -> Result<(), IngestError> {
    let Reading { digest, progress, .. } = *reading;
    let error = |io| IngestError::Io { path: source.path().to_owned(), source: io };
    let sha256 = if digest { Some(Digest::of_file(source.path()).map_err(error)?) } else { None };
    for file in files {
        file.sha256.clone_from(&sha256);
        file.add_up();
        progress.advance(file.bytes);
    }
    Ok(())
}

fn note(file: &mut FileRead, text: &str, rows: u64) {
    *file.notes.entry(text.to_owned()).or_default() += rows;
}

/// What stands in a record for facts that its export does not have.
pub(crate) fn assume(record: &mut convert::Record) {
    let mut assumed = Assumed::of_words(record.assumed.iter().map(String::as_str));
    assumed.tenders |= record.notes.contains(&Note::TenderSplitAbsent);
    if record.role == dialect::Role::Orders {
        assumed.status &= record.cell("status").is_some();
        assumed.expiry |= assume_expiry(record);
    }
    let words: Vec<String> =
        assumed.text().into_iter().chain(link_of(record).map(|link| link.text())).collect();
    if !words.is_empty() {
        record.set("assumed", Some(words.join(";")));
    }
}

/// Where the export has no end of the term: that of the billed period of a purchase, else the payment and its months.
/// Says whether that stands in the record now.
fn assume_expiry(record: &mut convert::Record) -> bool {
    let zone = Offset::BEIJING;
    let is_term = record.cell("order_kind").is_none_or(|kind| !matches!(kind, "upgrade" | "downgrade"));
    if !is_term {
        return false;
    }
    let paid_at = instant_of(record, "paid_at");
    let start = ["effective_at", "period_start"]
        .into_iter()
        .find_map(|column| instant_of(record, column))
        .or(paid_at);
    let end = instant_of(record, "period_end").filter(|end| Some(*end) > paid_at);
    // A period that ends so many months after its start says how many they are.
    if record.cell("months").is_none()
        && let (Some(start), Some(end)) = (start, end)
        && let Some(months) = (1..=MONTHS_MAX).find(|months| start.plus_months_clipped(*months, zone) == end)
    {
        record.set("months", Some(months.to_string()));
    }
    if record.cell("expires_at").is_some() {
        return false;
    }
    let of_period = record.cell("period_end").filter(|_| end.is_some()).map(str::to_owned);
    let months = record.cell("months").and_then(|months| months.parse::<u32>().ok());
    let months = months.filter(|months| *months <= 1200);
    let found = of_period.or_else(|| Some(start?.plus_months_clipped(months?, zone).text(zone)));
    let is_found = found.is_some();
    if is_found {
        record.set("expires_at", found);
    }
    is_found
}

/// The first instant that a cell may stand for.
fn instant_of(record: &convert::Record, column: &str) -> Option<Instant> {
    let reading = parse_moment(record.cell(column)?, Offset::BEIJING).ok()?;
    Some(reading.moment.earliest())
}

/// How a refund was tied to its order, where its row does not name that.
fn link_of(record: &convert::Record) -> Option<Link> {
    let is_of_several = record.notes.iter().any(|note| matches!(note, Note::SeveralOrdersOfResource(_)));
    record.notes.iter().filter(|_| record.role == dialect::Role::Refunds).find_map(|note| match note {
        Note::LinkedByResource(resource) if is_of_several => {
            Some(Link::LatestOfResource(resource.as_str().into()))
        }
        Note::LinkedByResource(resource) => Some(Link::Resource(resource.as_str().into())),
        Note::LinkedByRefund => Some(Link::OtherExport),
        Note::SeveralOrders(_) => Some(Link::FirstOfSeveral),
        Note::Unlinked => Some(Link::NotFound),
        _ => None,
    })
}

/// Counts what a reader should know of a record.
fn notes_of(file: &mut FileRead, record: &convert::Record) {
    record.notes.iter().for_each(|one| note_of(file, one));
}

/// Counts one thing that a reader should know of a record.
fn note_of(file: &mut FileRead, one: &Note) {
    let text = match one {
        Note::TenderSum { .. } => "records whose means of payment do not add up to their amount",
        Note::TaxIncluded => "records with tax among their amounts",
        Note::SignReversed => "refunds signed the other way than such exports usually are",
        Note::MixedRows => "records that are sums of rows of both signs",
        Note::SplitByFormula => "parts of a refund that was split by the vendor's formula",
        Note::SeveralOrders(_) => "refunds for several orders, which stand with the first",
        Note::FormulaDisagrees { .. } => "refunds whose formula names another sum",
        Note::LinkedByResource(_) => "refunds tied to their order by its resource",
        Note::LinkedByRefund => "refunds tied to their order by another export",
        Note::SeveralOrdersOfResource(_) => {
            "refunds with a resource of several orders, of which the latest was taken"
        }
        Note::Unlinked => "refunds whose order was not found",
        Note::TakenBack => "refunds with the sign of a charge, which were taken back: set aside",
        Note::ResourceOfOthers => {
            "refunds whose resource also stands under orders of another account or product"
        }
        _ => return,
    };
    note(file, text, 1);
}

/// The row of a record.
fn row_of(record: &convert::Record) -> Row<'_> {
    Row { record: RowCells::Canonical(&record.cells), line: record.line, is_unclosed: false }
}

/// Reads a linked record into the records of the run, or rejects it.
pub(crate) fn accept(
    record: &convert::Record,
    file: &mut FileRead,
    records: &mut Records,
    defects: &mut Vec<Defect>,
) {
    let role = role_of_table(record.role);
    let layout = Layout::canonical(role);
    let row = row_of(record);
    let at = SourceRef { file: file.id, line: record.line };
    let mut cells = Cells::new(row.record, &layout, ZONE);
    notes_of(file, record);
    let amounts: Vec<_> = readable_amounts(&row, &layout).collect();
    for (column, units) in &amounts {
        file.share(role).read_sum(column, *units);
    }
    if record.is_taken_back() {
        let share = file.share(role);
        share.settle_rows(Fate::OutOfScope, record.rows);
        for (column, units) in amounts {
            share.settle_sum(Fate::OutOfScope, column, units);
        }
        return;
    }
    let parsed: Result<Vec<(&'static str, i128)>, Fault> = match role {
        Role::Refunds if record.is_request_time() => request_time(&mut cells, at).map(|time| {
            records.request_times.push(time);
            Vec::new()
        }),
        Role::Orders => order(&mut cells, at).map(|order| {
            records.orders.push(Order::from(&order));
            order_amounts(&order)
        }),
        Role::Refunds => refund(&mut cells, at).map(|refund| {
            let amounts = refund_amounts(&refund);
            records.refunds.push(refund);
            amounts
        }),
        Role::Events => event(&mut cells, at).map(|event| {
            let amounts = event_amounts(&event);
            records.events.push(event);
            amounts
        }),
        Role::Packages => {
            let pack = record.cell("package_id").zip(record.cell("order_id"));
            records.packs.extend(pack.map(|(pack, order)| (pack.to_owned(), order.to_owned())));
            Ok(Vec::new())
        }
        Role::Usage => Ok(Vec::new()),
    };
    match parsed {
        Ok(amounts) => {
            let marks = cells.marks;
            file.take_as(role, marks);
            let share = file.share(role);
            share.settle_rows(Fate::Accepted, record.rows);
            for (column, units) in amounts {
                share.settle_sum(Fate::Accepted, column, units);
            }
        }
        Err(fault) => {
            let share = file.share(role);
            share.settle_rows(Fate::Rejected, record.rows);
            for (column, units) in amounts {
                share.settle_sum(Fate::Rejected, column, units);
            }
            defects.push(defect(record, at, role, fault));
        }
    }
}

fn defect(record: &convert::Record, at: SourceRef, role: Role, fault: Fault) -> Defect {
    let filled = columns(role).iter().zip(record.cells.iter());
    let shown: Vec<String> =
        filled.filter_map(|(column, cell)| Some(format!("{}={}", column.name, cell?))).collect();
    let raw: String = shown.join(",").chars().take(RAW_CHARS_MAX).collect();
    let reason = if fault.column == "order_id" && fault.reason == "is empty" {
        format!("is empty ({UNLINKED_MARK} marks refunds whose order was not found)")
    } else {
        fault.reason
    };
    let mut names: Vec<(Named, Box<str>)> = Named::COLUMNS
        .into_iter()
        .filter_map(|(column, named)| Some((named, record.cell(column)?.into())))
        .collect();
    names.extend(record.resources.iter().map(|resource| (Named::Instance, resource.as_str().into())));
    Defect { at, role, column: fault.column.to_owned(), reason, raw, names }
}

/// What a rejected row of an export names.
pub(super) fn names_of(found: &convert::Defect) -> Vec<(Named, Box<str>)> {
    let named = |(column, id): &(&str, String)| Some((Named::of_column(column)?, id.as_str().into()));
    found.names.iter().filter_map(named).collect()
}

/// The role that a rejected row of an export may be of: a refund wherever the export has some.
fn role_of_rejected(roles: &[Role], lead: Role) -> Role {
    if roles.contains(&Role::Refunds) { Role::Refunds } else { lead }
}

/// The order of a record, where it can be read.
pub(super) fn order_of(record: &convert::Record, at: SourceRef) -> Option<Order> {
    let layout = Layout::canonical(Role::Orders);
    let mut cells = Cells::new(row_of(record).record, &layout, ZONE);
    order(&mut cells, at).ok().map(|row| Order::from(&row))
}

/// The refund of a record, where it can be read.
pub(super) fn refund_of(record: &convert::Record, at: SourceRef) -> Option<Refund> {
    let layout = Layout::canonical(Role::Refunds);
    refund(&mut Cells::new(row_of(record).record, &layout, ZONE), at).ok()
}

/// What is wrong with a record by the grammar of its role.
pub(crate) fn check(record: &convert::Record, at: SourceRef) -> Option<Defect> {
    let role = role_of_table(record.role);
    let layout = Layout::canonical(role);
    let mut cells = Cells::new(row_of(record).record, &layout, ZONE);
    let fault = match role {
        Role::Orders => order(&mut cells, at).err(),
        Role::Refunds => refund(&mut cells, at).err(),
        Role::Events => event(&mut cells, at).err(),
        Role::Usage => usage::line(&mut cells, at).err(),
        Role::Packages => None,
    };
    fault.map(|fault| defect(record, at, role, fault))
}

/// Streams the usage of an export, table by table.
///
/// # Errors
///
/// [`IngestError`] where it cannot be read as a whole; never for a row.
pub fn stream_export<S: UsageSink>(
    plan: &Plan,
    source: &Source,
    sink: &S,
    consume: &mut (dyn FnMut(FileId, S::Taken) + Send),
    reading: &Reading<'_>,
) -> Result<Vec<Streamed>, IngestError> {
    let mut conversion = plan.conversion(source)?;
    let layout = Layout::canonical(Role::Usage);
    let mut files = unread(source);
    describe(&mut files, &conversion);
    if source.has_records() {
        // Counted when everything else was read.
        for file in &mut files {
            file.notes.clear();
        }
    }
    let mut scans: Vec<ExportScan> = files.into_iter().map(ExportScan::new).collect();
    let alone = !source.has_records();
    let mut counted = 0;
    let parts: Vec<FileId> = source.parts.iter().map(|(id, _)| *id).collect();
    let take = TakeExported { parts: parts.clone(), layout: &layout, sink };
    conversion.run(reading.in_blocks(), &take, &mut |converted| {
        let item = match converted {
            Converted::Usage(part, rows, TakenExported { taken, counts, noted }) => {
                counted += rows;
                let scan = &mut scans[part];
                noted.iter().for_each(|one| note_of(&mut scan.read, one));
                scan.add(counts);
                consume(parts[part], taken);
                return;
            }
            Converted::Item(item) => item,
        };
        let rows = item.rows();
        counted += rows;
        if !alone {
            return;
        }
        match item {
            Item::Record(_) => {}
            Item::Defect(found) => {
                let scan = &mut scans[found.part];
                scan.settle_others(Fate::Rejected, rows);
                scan.defects.push(Defect {
                    at: SourceRef { file: scan.read.id, line: found.line },
                    role: Role::Usage,
                    names: names_of(&found),
                    column: found.column,
                    reason: found.reason,
                    raw: found.raw,
                });
            }
            Item::Duplicate { part, .. } => scans[part].settle_others(Fate::Duplicate, rows),
            Item::OutOfScope { part, class, reason, .. } => {
                let scan = &mut scans[part];
                scan.settle_others(Fate::OutOfScope, rows);
                if class != Class::Furniture {
                    let text = format!("rows out of scope ({}: {reason})", class.word());
                    note(&mut scan.read, &text, rows);
                }
            }
        }
    })?;
    let mut found: Vec<Streamed> = scans.into_iter().map(ExportScan::end).collect();
    let mut files: Vec<FileRead> = Vec::new();
    for streamed in &mut found {
        let control = std::mem::take(&mut streamed.read.control);
        *streamed.read.share(Role::Usage) = control;
        files.push(streamed.read.clone());
    }
    if alone {
        finish(&mut files, &conversion, counted);
        end(&mut files, source, reading)?;
    } else {
        files.iter_mut().for_each(FileRead::add_up);
    }
    for (streamed, file) in found.iter_mut().zip(files) {
        streamed.read = file;
    }
    Ok(found)
}
