//! What each input is: a canonical file, or an export with its dialect.
//!
//! A plain file whose header is canonical takes the direct way. Everything else is opened by what it is, its
//! dialect is recognised by its header, and the tables of one archive that speak one dialect are one source.

use std::{cell::OnceCell, io::Read, path::Path, sync::Arc};

use super::{discover::Inputs, error::IngestError, file::role_of};
use crate::{
    export::{
        catalogue::Catalogue,
        convert::{Conversion, Part},
        dialect::{self, Book, Dialect, HeaderError, Mapping, Recognised},
        source::{
            self, Delimiter, Discovery, Encoding, Kind, OpenOptions, Opened, Packing, Place, SourceError,
        },
    },
    record::{FileId, Role},
};

/// The inputs of a run, each known for what it is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is read, in the order of evidence.
    pub sources: Vec<Source>,
    /// Tables that were not taken, and why not.
    pub passed_over: Vec<String>,
    reader: Option<Reader>,
}

/// A file to be read, or the tables of one archive that make one export.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its tables.
    pub parts: Vec<(FileId, Place)>,
    /// The role it was given for.
    pub given: Option<Role>,
    /// How it is read.
    pub way: Way,
}

/// How a source is read.
#[derive(Clone, Debug)]
pub enum Way {
    /// Directly: its header is that of a canonical role.
    Canonical(Role),
    /// Through a dialect.
    Export(Arc<Dialect>),
}

/// Dialects and products, with those of the user.
#[derive(Clone, Debug)]
struct Reader {
    book: Book,
    catalogue: Arc<Catalogue>,
}

impl Reader {
    fn of(inputs: &Inputs) -> Result<Self, IngestError> {
        let mut book = Book::built_in()?;
        let mut catalogue = Catalogue::built_in()?;
        for (file, text) in &inputs.mappings {
            if text.contains("\"product-catalogue/") {
                catalogue.extend(text, file)?;
            } else if text.contains("\"export-dialect/") {
                book.add(Dialect::parse(text, file)?);
            } else {
                book.extend(&Mapping::parse(text, file)?)?;
            }
        }
        Ok(Self { book, catalogue: Arc::new(catalogue) })
    }
}

/// The role of the tables of a conversion in records.
pub(crate) const fn role_of_table(role: dialect::Role) -> Role {
    match role {
        dialect::Role::Orders => Role::Orders,
        dialect::Role::Usage => Role::Usage,
        dialect::Role::Refunds => Role::Refunds,
        dialect::Role::Events => Role::Events,
        dialect::Role::Packages => Role::Packages,
    }
}

impl Source {
    /// The roles it may give, orders first.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        match &self.way {
            Way::Canonical(role) => vec![*role],
            Way::Export(dialect) => {
                let mut roles: Vec<Role> = dialect.roles().map(role_of_table).collect();
                roles.sort_unstable();
                roles
            }
        }
    }

    /// The role that rows without a record count with; a dialect good for totals only gives none.
    pub(super) fn lead(&self) -> Role {
        self.roles().first().copied().unwrap_or(Role::Orders)
    }

    /// About how many bytes a row has, by the first rows of its first table; `None` where these do not tell, as of
    /// a pipe.
    #[must_use]
    pub fn row_bytes(&self) -> Option<u64> {
        const LOOKED_AT: u64 = 1 << 16;
        if !self.can_be_read_again() {
            return None;
        }
        let (bytes, _) = source::open_bytes(&self.parts.first()?.1, &source::Limits::default()).ok()?;
        let mut text = Vec::new();
        bytes.take(LOOKED_AT).read_to_end(&mut text).ok()?;
        let rows = text.split(|byte| *byte == b'\n').count() - 1;
        (rows > 0).then(|| (text.len() / rows).max(1) as u64)
    }

    /// About how many rows it has, by its size and its first rows; `None` where that tells nothing, as of what is
    /// packed.
    #[must_use]
    pub fn rows_about(&self) -> Option<usize> {
        let row_bytes = self.row_bytes().filter(|_| !self.is_packed())?;
        usize::try_from(self.bytes() / row_bytes).ok()
    }

    /// Whether its files can be read a second time; a pipe cannot.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        self.parts.iter().all(|(_, place)| place.pipe.is_none())
    }

    /// Whether it may have usage.
    #[must_use]
    pub fn has_usage(&self) -> bool {
        self.roles().contains(&Role::Usage)
    }

    /// Whether it has anything else to be read.
    #[must_use]
    pub fn has_records(&self) -> bool {
        self.roles() != [Role::Usage]
    }

    /// Whether it is text that can be read at any place, so that all threads read it at once.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let is_canonical = matches!(self.way, Way::Canonical(_));
        let is_plain = |place: &Place| {
            place.packing == Packing::Plain
                && (is_canonical || place.kind == Kind::Text && place.pipe.is_none())
        };
        self.parts.iter().all(|(_, place)| is_plain(place))
    }

    /// Whether it takes more bytes to read it than its file has.
    #[must_use]
    pub fn is_packed(&self) -> bool {
        self.parts.iter().any(|(_, place)| place.kind != Kind::Text || place.packing != Packing::Plain)
    }

    /// How many bytes its file has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        std::fs::metadata(self.path()).map_or(0, |about| about.len())
    }

    /// The file in which it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.parts[0].1.path
    }
}

/// Says of every input what it is.
///
/// # Errors
///
/// Everything that is wrong with any of them.
pub fn plan(inputs: &Inputs) -> Result<Plan, Vec<IngestError>> {
    plan_by(inputs, true)
}

/// The same with every file read through a dialect, canonical ones too.
///
/// # Errors
///
/// As for [`plan`].
pub fn plan_exports(inputs: &Inputs) -> Result<Plan, Vec<IngestError>> {
    plan_by(inputs, false)
}

fn plan_by(inputs: &Inputs, directly: bool) -> Result<Plan, Vec<IngestError>> {
    let mut files = inputs.files.clone();
    files.sort();
    let cell = OnceCell::new();
    let reader = || -> Result<&Reader, IngestError> {
        if let Some(known) = cell.get() {
            return Ok(known);
        }
        let made = Reader::of(inputs)?;
        Ok(cell.get_or_init(|| made))
    };
    let mut plan = Plan { sources: Vec::new(), passed_over: inputs.passed_over.clone(), reader: None };
    let mut failed = Vec::new();
    for (file, dialect) in &inputs.dialects {
        if !files.iter().any(|(path, _)| path == file || path.ends_with(file)) {
            let (file, dialect) = (file.display().to_string(), dialect.clone());
            failed.push(IngestError::NoSuchInput { file, dialect });
        }
    }
    if !inputs.mappings.is_empty()
        && let Err(error) = reader()
    {
        return Err(vec![error]);
    }
    let mut placeholders: Vec<(std::path::PathBuf, Vec<IngestError>)> = Vec::new();
    for (path, given) in files {
        let asked = inputs.dialect_of(&path);
        let found = one(&path, given, asked, directly, &reader, &mut plan.passed_over);
        match found {
            Ok(sources) => plan.sources.extend(sources),
            // A subscription leaves an object without a byte before its first push: the rest is audited, and the data
            // are incomplete.
            Err(errors) if inputs.files.len() > 1 && given.is_none() && is_placeholder(&path, &errors) => {
                placeholders.push((path, errors));
            }
            Err(errors) => failed.extend(errors),
        }
    }
    for (path, errors) in placeholders {
        if plan.sources.is_empty() {
            failed.extend(errors);
            continue;
        }
        match one(&path, Some(Role::Orders), None, directly, &reader, &mut plan.passed_over) {
            Ok(sources) => plan.sources.extend(sources),
            Err(errors) => failed.extend(errors),
        }
    }
    if !failed.is_empty() {
        return Err(failed);
    }
    plan.sources.sort_by(|a, b| a.parts[0].1.path.cmp(&b.parts[0].1.path));
    let mut ids = (0..).map(FileId);
    for part in plan.sources.iter_mut().flat_map(|source| &mut source.parts) {
        part.0 = ids.next().expect("files are counted in 32 bits");
    }
    plan.passed_over.sort();
    plan.reader = cell.into_inner();
    Ok(plan)
}

/// Whether a file has no byte, and its name says nothing of a role.
fn is_placeholder(path: &Path, errors: &[IngestError]) -> bool {
    matches!(errors, [IngestError::Empty { .. }])
        && std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() == 0)
}

/// The sources of one file. Their ids are given later.
fn one<'r>(
    path: &Path,
    given: Option<Role>,
    asked: Option<&str>,
    directly: bool,
    reader: &dyn Fn() -> Result<&'r Reader, IngestError>,
    passed_over: &mut Vec<String>,
) -> Result<Vec<Source>, Vec<IngestError>> {
    let error = |source| vec![IngestError::Io { path: path.to_owned(), source }];
    let plain = Place::plain(path).map_err(error)?;
    // What is looked at of a pipe may not be more than is there yet.
    let is_parquet = plain.pipe.is_none() && source::is_parquet(path);
    if asked.is_none() && directly && is_parquet {
        let place = Place { kind: Kind::Parquet, ..plain.clone() };
        if let Ok(role) = role_of(&place, given) {
            return Ok(vec![Source { parts: vec![(FileId(0), place)], given, way: Way::Canonical(role) }]);
        }
    }
    // The lines of a parquet file are no rows.
    let direct = match (!is_parquet).then(|| role_of(&plain, given)) {
        Some(Ok(role)) if asked.is_none() && directly && !is_recoded(&plain).map_err(error)? => {
            return Ok(vec![Source { parts: vec![(FileId(0), plain)], given, way: Way::Canonical(role) }]);
        }
        None | Some(Ok(_)) => None,
        Some(Err(error @ (IngestError::UnknownHeader { .. } | IngestError::NotTheRole { .. }))) => {
            Some(error)
        }
        Some(Err(error)) => return Err(vec![error]),
    };
    let reader = reader().map_err(|error| vec![error])?;
    let found = match plain.pipe {
        None => source::discover(path, &source::Limits::default()),
        Some(_) => source::through_pipe(plain.clone())
            .map(|place| Discovery { places: vec![place], ..Discovery::default() }),
    };
    let found = found.map_err(|error| vec![empty(error)])?;
    passed_over.extend(found.passed_over.iter().map(|one| format!("{}: {}", one.place, one.reason)));
    let mut errors: Vec<IngestError> = found.errors.into_iter().map(empty).collect();
    let mut sources: Vec<Source> = Vec::new();
    let several = found.places.len() > 1;
    let is_plain =
        matches!(found.places.as_slice(), [Place { kind: Kind::Text, packing: Packing::Plain, .. }]);
    for place in found.places {
        if asked.is_none()
            && directly
            && is_packed_text(&place)
            && let Ok(role) = role_of(&place, given)
            && is_canonical_text(&place)
        {
            sources.push(Source { parts: vec![(FileId(0), place)], given, way: Way::Canonical(role) });
            continue;
        }
        match recognise(&place, reader, asked) {
            Ok((opened, recognised)) => {
                let dialect = Arc::clone(&recognised.binding.dialect);
                let way = Way::Export(Arc::clone(&dialect));
                let source = Source { parts: vec![(FileId(0), place)], given, way };
                let misses_role = given.is_some_and(|role| !source.roles().contains(&role));
                if let Some(error) = &direct
                    && is_plain
                    && (misses_role || is_defective(&opened, &recognised))
                {
                    return Err(vec![again(error, &plain, given)]);
                }
                if misses_role && let Some(role) = given {
                    let dialect = dialect.id.clone();
                    errors.push(IngestError::OtherRole {
                        file: source.parts[0].1.to_string(),
                        role,
                        dialect,
                    });
                    continue;
                }
                let same = |known: &&mut Source| matches!(&known.way, Way::Export(d) if d.id == dialect.id);
                match sources.iter_mut().find(same) {
                    Some(known) => known.parts.extend(source.parts),
                    None => sources.push(source),
                }
            }
            // A sheet that begins where the former was full.
            Err(IngestError::Header(_))
                if place.kind == Kind::Sheet && goes_on(&place, reader, sources.last(), asked) =>
            {
                sources.last_mut().expect("it goes on with one").parts.push((FileId(0), place));
            }
            // A workbook may have a sheet of notes beside its table.
            Err(IngestError::Header(HeaderError::Unknown { place: name, .. }))
                if several && place.kind == Kind::Sheet =>
            {
                passed_over.push(format!("{name}: the sheet has the header of no known export"));
            }
            // So may an archive: a text beside the table that is none.
            Err(IngestError::Header(HeaderError::Unknown { place: name, .. }))
                if several && !promises_table(&place) =>
            {
                passed_over.push(format!(
                    "{name}: the header is of no known export, and the suffix promises no table"
                ));
            }
            Err(IngestError::Source(SourceError::Empty(name))) if several => {
                passed_over.push(format!("{name}: is empty"));
            }
            Err(IngestError::Header(HeaderError::Unknown { nearest, .. }))
                if is_plain
                    && direct.is_some()
                    && nearest.as_ref().is_none_or(|id| id.starts_with("canonical-")) =>
            {
                errors.extend(direct.as_ref().map(|error| again(error, &plain, given)));
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() && sources.is_empty() {
        let place = path.display().to_string();
        let reason = "no sheet or member has the header of a known export".to_owned();
        errors.push(SourceError::Archive { place, reason }.into());
    }
    if errors.is_empty() { Ok(sources) } else { Err(errors) }
}

/// Whether a sheet without a header goes on with the table of the sheet before it.
fn goes_on(place: &Place, reader: &Reader, before: Option<&Source>, asked: Option<&str>) -> bool {
    let Some((_, former)) = before.and_then(|source| source.parts.last()) else { return false };
    let bound = recognise(former, reader, asked).map(|(_, recognised)| recognised.binding);
    let opened = source::open(place, &OpenOptions::default());
    let (Ok(binding), Ok(mut opened)) = (bound, opened) else { return false };
    reader.book.going_on(&mut opened, &binding).is_ok_and(|found| found.is_some())
}

/// Whether the name of a member says that it is a table.
fn promises_table(place: &Place) -> bool {
    place.part.as_ref().is_none_or(|(_, name)| !name.to_ascii_lowercase().ends_with(".txt"))
}

fn is_packed_text(place: &Place) -> bool {
    place.kind == Kind::Text && place.packing != Packing::Plain
}

/// Whether a packed text is written as canonical files are: in UTF-8, with commas.
fn is_canonical_text(place: &Place) -> bool {
    source::open(place, &OpenOptions::default()).is_ok_and(|opened| {
        matches!(opened.encoding(), Some(Encoding::Utf8 | Encoding::Utf8Bom))
            && opened.delimiter() == Some(Delimiter::Comma)
    })
}

/// The error of the direct way, once more.
fn again(error: &IngestError, plain: &Place, given: Option<Role>) -> IngestError {
    match role_of(plain, given) {
        Err(error) => error,
        Ok(_) => IngestError::Empty { file: error.to_string() },
    }
}

/// Without a header it is missing data, however it is packed.
fn empty(error: SourceError) -> IngestError {
    match error {
        SourceError::Empty(file) => IngestError::Empty { file },
        SourceError::Missing(path) => {
            IngestError::Io { path, source: std::io::Error::from(std::io::ErrorKind::NotFound) }
        }
        other => IngestError::Source(other),
    }
}

/// Whether a file is text of another encoding than UTF-8, though its header reads the same in both.
fn is_recoded(place: &Place) -> std::io::Result<bool> {
    // Of a pipe no more is looked at than its header: the rest may be long in coming.
    let encoding = if place.pipe.is_some() { None } else { source::encoding_of(&place.path)? };
    Ok(encoding == Some(Encoding::Gb18030))
}

fn recognise(
    place: &Place,
    reader: &Reader,
    asked: Option<&str>,
) -> Result<(Opened, Recognised), IngestError> {
    let mut opened = source::open(place, &OpenOptions::default())?;
    let recognised = reader.book.recognise(&mut opened, asked)?;
    Ok((opened, recognised))
}

/// Whether a plain file is of the canonical form, only with a required column missing: then it is a defect
/// of its header, not another way of writing it.
fn is_defective(opened: &Opened, recognised: &Recognised) -> bool {
    let dialect = &recognised.binding.dialect;
    let plain_text = opened.encoding().is_some_and(|encoding| encoding == Encoding::Utf8);
    dialect.id.starts_with("canonical-") && plain_text && {
        let mut tables = dialect.tables.iter();
        tables.any(|table| {
            let mut required = table.role.columns().iter().filter(|column| column.required);
            required.any(|column| {
                let field = dialect.field_named(column.name);
                field.is_none_or(|field| recognised.binding.column(field).is_none())
            })
        })
    }
}

impl Plan {
    /// The names of products.
    ///
    /// # Panics
    ///
    /// Where nothing is an export.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.reader.as_ref().expect("an export was recognised by a reader").catalogue)
    }

    /// Opens the tables of an export.
    ///
    /// # Errors
    ///
    /// [`IngestError`] where one of them gives no rows.
    ///
    /// # Panics
    ///
    /// Where the source is no export.
    pub fn tables(&self, source: &Source) -> Result<Vec<(Opened, Recognised)>, IngestError> {
        let reader = self.reader.as_ref().expect("an export was recognised by a reader");
        let Way::Export(dialect) = &source.way else {
            unreachable!("only an export has a dialect");
        };
        let mut tables: Vec<(Opened, Recognised)> = Vec::with_capacity(source.parts.len());
        for (_, place) in &source.parts {
            let table = match (recognise(place, reader, Some(&dialect.id)), tables.last()) {
                (Err(IngestError::Header(error)), Some((_, before))) if place.kind == Kind::Sheet => {
                    let mut opened = source::open(place, &OpenOptions::default())?;
                    match reader.book.going_on(&mut opened, &before.binding)? {
                        Some(recognised) => (opened, recognised),
                        None => return Err(error.into()),
                    }
                }
                (table, _) => table?,
            };
            tables.push(table);
        }
        Ok(tables)
    }

    /// Opens the tables of an export as one conversion.
    ///
    /// # Errors
    ///
    /// [`IngestError`] where one of them gives no rows.
    ///
    /// # Panics
    ///
    /// Where the source is no export.
    pub fn conversion(&self, source: &Source) -> Result<Conversion, IngestError> {
        let mut conversion: Option<Conversion> = None;
        for (opened, recognised) in self.tables(source)? {
            match &mut conversion {
                None => conversion = Some(Conversion::of(opened, recognised, self.catalogue())),
                Some(known) => known.push(Part { opened, recognised })?,
            }
        }
        Ok(conversion.expect("a source has a part"))
    }
}
