//! The dialects there are, and which one a file speaks.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    binding::{Binding, bind},
    error::{DialectError, HeaderError},
    mapping::Mapping,
    model::{Dialect, FieldId, FieldKind},
};
use crate::export::{
    cells::{clean, header_key, is_null, moment, number},
    source::{Opened, RawRow},
};

/// Rows in which the header is looked for; some exports put a title above it.
const HEADER_ROWS_MAX: usize = 60;

/// The dialect files that come with the program.
const BUILT_IN: &[(&str, &str)] = &[
    ("canonical-events.toml", include_str!("../../../data/dialects/canonical-events.toml")),
    ("canonical-orders.toml", include_str!("../../../data/dialects/canonical-orders.toml")),
    ("canonical-packages.toml", include_str!("../../../data/dialects/canonical-packages.toml")),
    ("canonical-refunds.toml", include_str!("../../../data/dialects/canonical-refunds.toml")),
    ("canonical-usage.toml", include_str!("../../../data/dialects/canonical-usage.toml")),
    ("alibaba-bill-v1.toml", include_str!("../../../data/dialects/alibaba-bill-v1.toml")),
    ("alibaba-bill-v2.toml", include_str!("../../../data/dialects/alibaba-bill-v2.toml")),
    ("alibaba-billflow.toml", include_str!("../../../data/dialects/alibaba-billflow.toml")),
    ("alibaba-deduct.toml", include_str!("../../../data/dialects/alibaba-deduct.toml")),
    ("alibaba-orders.toml", include_str!("../../../data/dialects/alibaba-orders.toml")),
    ("focus.toml", include_str!("../../../data/dialects/focus.toml")),
    ("request-times.toml", include_str!("../../../data/dialects/request-times.toml")),
    ("tencent-bill-cn.toml", include_str!("../../../data/dialects/tencent-bill-cn.toml")),
    ("tencent-bill-intl.toml", include_str!("../../../data/dialects/tencent-bill-intl.toml")),
    ("tencent-bill-partner.toml", include_str!("../../../data/dialects/tencent-bill-partner.toml")),
    ("tencent-cashflow.toml", include_str!("../../../data/dialects/tencent-cashflow.toml")),
    ("tencent-deals.toml", include_str!("../../../data/dialects/tencent-deals.toml")),
    ("tencent-live-package.toml", include_str!("../../../data/dialects/tencent-live-package.toml")),
    ("tencent-measure-package.toml", include_str!("../../../data/dialects/tencent-measure-package.toml")),
    ("tencent-mps-deduct.toml", include_str!("../../../data/dialects/tencent-mps-deduct.toml")),
    ("tencent-pack-deduct.toml", include_str!("../../../data/dialects/tencent-pack-deduct.toml")),
    ("tencent-vod-package.toml", include_str!("../../../data/dialects/tencent-vod-package.toml")),
];

/// Layouts that are known and not read.
const REFUSED: &str = include_str!("../../../data/dialects/refused.toml");

/// Dialects to recognise files by.
#[derive(Clone, Debug)]
pub struct Book {
    dialects: Vec<Arc<Dialect>>,
}

/// A file whose dialect is known.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// The dialect and its columns in the file.
    pub binding: Binding,
    /// Rows above the header.
    pub rows_above: usize,
    /// Whether it has no header of its own and goes on with the table before it.
    pub goes_on: bool,
    /// The columns by which it was recognised, as the file calls them.
    pub because: Vec<String>,
}

impl Book {
    /// The dialects that come with the program.
    ///
    /// # Errors
    ///
    /// [`DialectError`] names the file that does not fit; a test holds that there is none.
    pub fn built_in() -> Result<Self, DialectError> {
        let mut book = Self { dialects: Vec::new() };
        for (file, text) in BUILT_IN {
            book.add(Dialect::parse(text, file)?);
        }
        Ok(book)
    }

    /// Adds a dialect; one with the id of another replaces it.
    pub fn add(&mut self, dialect: Dialect) {
        self.dialects.retain(|known| known.id != dialect.id);
        self.dialects.push(Arc::new(dialect));
        self.dialects.sort_by(|one, other| one.id.cmp(&other.id));
    }

    /// Applies a user's mapping to the dialect it extends.
    ///
    /// # Errors
    ///
    /// [`DialectError`] where it extends none, or gives one header to two fields.
    pub fn extend(&mut self, mapping: &Mapping) -> Result<(), DialectError> {
        let known = self.dialects.iter().find(|dialect| dialect.id == mapping.extends());
        let extended = mapping.apply(known.map(AsRef::as_ref))?;
        self.add(extended);
        Ok(())
    }

    /// The dialects, sorted by id.
    pub fn dialects(&self) -> impl Iterator<Item = &Arc<Dialect>> {
        self.dialects.iter()
    }

    /// The dialect of an id.
    ///
    /// # Errors
    ///
    /// [`HeaderError::NoSuchDialect`] names those there are.
    pub fn get(&self, id: &str) -> Result<&Arc<Dialect>, HeaderError> {
        self.dialects.iter().find(|dialect| dialect.id == id).ok_or_else(|| HeaderError::NoSuchDialect {
            asked: id.to_owned(),
            known: self.dialects.iter().map(|dialect| dialect.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Tells the dialect of an opened file by its header, which may stand below a title. With `asked`
    /// only that dialect is tried.
    ///
    /// # Errors
    ///
    /// [`HeaderError`]: no dialect, two dialects, or two columns for one field.
    pub fn recognise(&self, opened: &mut Opened, asked: Option<&str>) -> Result<Recognised, HeaderError> {
        let head = opened.head(HEADER_ROWS_MAX)?;
        let place = opened.place().to_string();
        let asked = asked.map(|id| self.get(id)).transpose()?;
        for (above, row) in head.iter().enumerate() {
            let keys: BTreeSet<String> = row.cells().map(header_key).collect();
            let mut fitting = self.dialects.iter().filter(|dialect| {
                asked.is_none_or(|asked| asked.id == dialect.id) && misses(dialect, &keys).is_empty()
            });
            if let Some(first) = fitting.next() {
                if let Some(second) = fitting.next() {
                    return Err(HeaderError::Ambiguous {
                        place,
                        first: first.id.clone(),
                        second: second.id.clone(),
                    });
                }
                let binding = bind(first, row, &place)?;
                readable(&binding, opened)?;
                let signature = &first.signature;
                let fields = signature.present.iter().chain(signature.any.iter().flatten());
                let because = fields
                    .filter_map(|field| binding.column(*field))
                    .map(|column| binding.header[column].clone())
                    .collect();
                return Ok(Recognised { binding, rows_above: above, goes_on: false, because });
            }
        }
        Err(self.unknown(&head, place, asked))
    }

    /// Whether a table without a header goes on with the one before it, as a sheet that begins where the former was
    /// full: its first row is as wide, and holds times and amounts where that has them.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Source`] where its first row cannot be read.
    pub fn going_on(&self, opened: &mut Opened, before: &Binding) -> Result<Option<Recognised>, HeaderError> {
        let head = opened.head(1)?;
        let Some(row) = head.first() else { return Ok(None) };
        let filled = row.cells().filter(|cell| !clean(cell).is_empty()).count();
        let mut fitting = 0;
        for (at, cell) in row.cells().enumerate().filter(|(_, cell)| !clean(cell).is_empty()) {
            let Some((_, field)) = before.field_at(at) else { continue };
            let fits = match field.kind {
                FieldKind::Moment => moment::parse_moment(clean(cell), before.dialect.zone).is_ok(),
                FieldKind::Amount | FieldKind::Number => number::parse_units(clean(cell), 0).is_ok(),
                _ => continue,
            };
            let is_null = is_null(clean(cell), &before.dialect.null);
            if !fits && !is_null {
                return Ok(None);
            }
            fitting += usize::from(fits);
        }
        let is_as_wide = row.len() <= before.header.len() && row.len() >= before.width_min();
        let goes_on = is_as_wide && fitting >= 2 && filled * 2 >= before.header.len();
        let because = vec!["the table before it, which it goes on with".to_owned()];
        Ok(goes_on.then(|| Recognised { binding: before.clone(), rows_above: 0, goes_on: true, because }))
    }

    /// The error for a header of no dialect: the nearest one, and what it misses.
    fn unknown(&self, head: &[RawRow], place: String, asked: Option<&Arc<Dialect>>) -> HeaderError {
        if let Some(refused) = asked.is_none().then(|| refusal(head)).flatten() {
            let Refused { is, instead, .. } = refused;
            return HeaderError::Refused { place, is, instead };
        }
        let width_of_header =
            head.iter().map(|row| row.cells().filter(|cell| !cell.trim().is_empty()).count()).max();
        let mut best: Option<(usize, usize, &Arc<Dialect>, Vec<String>)> = None;
        for row in head {
            let keys: BTreeSet<String> = row.cells().map(header_key).collect();
            for dialect in
                self.dialects.iter().filter(|dialect| asked.is_none_or(|asked| asked.id == dialect.id))
            {
                let known =
                    |key: &String| dialect.fields.iter().any(|f| f.headers.iter().any(|h| h.key == *key));
                let hits = keys.iter().filter(|key| known(key)).count();
                let missing = misses(dialect, &keys);
                let nearer = best.as_ref().is_none_or(|(most, fewest, ..)| {
                    (hits, std::cmp::Reverse(missing.len())) > (*most, std::cmp::Reverse(*fewest))
                });
                if nearer {
                    best = Some((hits, missing.len(), dialect, missing));
                }
            }
        }
        match (best, asked) {
            (Some((.., missing)), Some(asked)) => {
                HeaderError::Misfit { place, dialect: asked.id.clone(), missing }
            }
            // A few words in common make no layout near.
            (Some((hits, _, dialect, missing)), None)
                if hits * 3 >= width_of_header.unwrap_or_default() && hits > 0 =>
            {
                HeaderError::Unknown {
                    place,
                    nearest: Some(dialect.id.clone()),
                    advice: format!(
                        "nearest is {} ({}), which misses {}; name the columns in a file for --mapping, or the \
                         dialect with --dialect",
                        dialect.id,
                        dialect.title,
                        wanted(dialect, head),
                    ),
                    missing,
                }
            }
            _ => HeaderError::Unknown {
                place,
                nearest: None,
                missing: Vec::new(),
                advice: format!(
                    "no layout is near it in the first {HEADER_ROWS_MAX} rows; if a longer title stands above the \
                     header, remove it, and if it is of another system, describe it in a file for --mapping"
                ),
            },
        }
    }
}

/// A layout that is known and not read.
#[derive(serde::Deserialize)]
struct Refused {
    present: Vec<String>,
    is: String,
    instead: String,
}

#[derive(serde::Deserialize)]
struct RefusedFile {
    refused: Vec<Refused>,
}

/// The layout of a header that is known and not read.
fn refusal(head: &[RawRow]) -> Option<Refused> {
    let file: RefusedFile = toml::from_str(REFUSED).expect("a test holds that the file is read");
    let headers: Vec<BTreeSet<String>> =
        head.iter().map(|row| row.cells().map(header_key).collect()).collect();
    file.refused.into_iter().find(|refused| {
        let keys: Vec<String> = refused.present.iter().map(|name| header_key(name)).collect();
        headers.iter().any(|header| keys.iter().all(|key| header.contains(key)))
    })
}

/// How many spellings of a column a message lists.
const SPELLINGS_MAX: usize = 6;

/// The columns that a dialect misses in the likeliest row of a head, each with the spellings that are accepted and
/// the near miss, where one is there.
fn wanted(dialect: &Dialect, head: &[RawRow]) -> String {
    let known = |row: &RawRow| {
        let is_known = |key: &String| dialect.fields.iter().any(|f| f.headers.iter().any(|h| h.key == *key));
        row.cells().map(header_key).filter(is_known).count()
    };
    let Some(row) = head.iter().max_by_key(|row| known(row)) else { return String::new() };
    let keys: BTreeSet<String> = row.cells().map(header_key).collect();
    let free: Vec<&str> = row
        .cells()
        .filter(|cell| {
            let key = header_key(cell);
            !dialect.fields.iter().any(|field| field.headers.iter().any(|header| header.key == key))
        })
        .collect();
    let has = |field: &FieldId| dialect.field(*field).headers.iter().any(|header| keys.contains(&header.key));
    let told = |field: &FieldId| {
        let headers = &dialect.field(*field).headers;
        let mut names: Vec<&str> = headers.iter().map(|header| header.name.as_str()).collect();
        // With and without the unit in brackets is one spelling to a reader.
        names.retain(|name| !["(元)", "(CNY)", "(USD)", "(分)"].iter().any(|unit| name.ends_with(unit)));
        let listed: Vec<String> =
            names.iter().take(SPELLINGS_MAX).map(|name| format!("\"{name}\"")).collect();
        let near = free.iter().copied().filter(|cell| names.iter().any(|name| is_near(cell, name))).min();
        let near = near.map(|near| format!(" (is it \"{}\"?)", near.trim())).unwrap_or_default();
        format!("{}{near}", listed.join(" or "))
    };
    let signature = &dialect.signature;
    let mut missing: Vec<String> = signature.present.iter().filter(|field| !has(field)).map(told).collect();
    for set in signature.any.iter().filter(|set| !set.iter().any(has)) {
        missing.push(set.iter().map(told).collect::<Vec<_>>().join(" or "));
    }
    for key in signature.absent.iter().filter(|key| keys.contains(*key)) {
        missing.push(format!("a header without \"{key}\""));
    }
    missing.join(", ")
}

/// Whether a header was probably meant as another: one letter in five is wrong at most, or one holds the other's words.
fn is_near(found: &str, wanted: &str) -> bool {
    let plain = |text: &str| -> Vec<char> {
        header_key(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
    };
    let (found, wanted) = (plain(found), plain(wanted));
    let longest = found.len().max(wanted.len());
    if found.is_empty() || wanted.is_empty() {
        return false;
    }
    if longest >= 3
        && (contains(&found, &wanted) || contains(&wanted, &found))
        && found.len() * 2 >= wanted.len()
    {
        return true;
    }
    edits(&found, &wanted) <= (longest / 5).max(usize::from(longest > 2))
}

fn contains(long: &[char], short: &[char]) -> bool {
    short.len() >= 2 && long.windows(short.len()).any(|window| window == short)
}

/// How many letters must be added, left out or changed.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, counter) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != counter);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Holds that every column that stands for a field has cells to be read.
fn readable(binding: &Binding, opened: &Opened) -> Result<(), HeaderError> {
    let columns = opened.stored().map(|stored| stored.columns.as_slice()).unwrap_or_default();
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| !column.is_read) {
        if let Some((_, field)) = binding.field_at(at) {
            return Err(HeaderError::Unreadable {
                place: opened.place().to_string(),
                column: column.name.clone(),
                kind: column.kind.clone(),
                field: field.name.clone(),
                dialect: binding.dialect.id.clone(),
            });
        }
    }
    Ok(())
}

/// The columns of a dialect's signature that a header misses, by their usual names; of a set of which one
/// is wanted, all joined with `or`. A header that has a column it must not have misses its absence.
fn misses(dialect: &Dialect, keys: &BTreeSet<String>) -> Vec<String> {
    let signature = &dialect.signature;
    let has = |field: &FieldId| dialect.field(*field).headers.iter().any(|header| keys.contains(&header.key));
    let usual = |field: &FieldId| dialect.field(*field).headers[0].name.clone();
    let mut missing: Vec<String> = signature.present.iter().filter(|field| !has(field)).map(usual).collect();
    for set in &signature.any {
        if !set.iter().any(has) {
            missing.push(set.iter().map(usual).collect::<Vec<_>>().join("\" or \""));
        }
    }
    for key in &signature.absent {
        if keys.contains(key) {
            missing.push(format!("(a header without) {key}"));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_dialects_load_and_have_unique_ids() {
        let book = Book::built_in().unwrap();
        assert_eq!(book.dialects().count(), BUILT_IN.len());
        for dialect in book.dialects() {
            assert!(
                BUILT_IN.iter().any(|(file, _)| *file == format!("{}.toml", dialect.id)),
                "{}",
                dialect.id
            );
        }
    }

    #[test]
    fn layouts_that_are_refused_are_known_by_their_headers() {
        let header = RawRow::of(1, &["账期", "订单ID/退订订单ID", "原订单号"]);
        assert!(refusal(&[header]).is_some_and(|refused| refused.is.contains("another vendor")));
        assert!(refusal(&[RawRow::of(1, &["账期", "订单ID"])]).is_none());
    }

    #[test]
    fn near_headers_are_named() {
        for (found, wanted) in [
            ("Transaction Typ", "Transaction Type"),
            ("Deduction Amount", "deducted amount"),
            ("交易类", "交易类型"),
        ] {
            assert!(is_near(found, wanted), "{found}");
        }
        for (found, wanted) in [("Region", "Currency"), ("产品名称", "交易类型"), ("", "order")] {
            assert!(!is_near(found, wanted), "{found}");
        }
    }

    #[test]
    fn no_signature_is_part_of_another_without_saying_so() {
        let book = Book::built_in().unwrap();
        for one in book.dialects() {
            // The smallest header of each spelling that the dialect's signature accepts.
            let spellings =
                one.signature.present.iter().map(|f| one.field(*f).headers.len()).max().unwrap_or(1);
            for at in 0..spellings {
                let fields = one
                    .signature
                    .present
                    .iter()
                    .chain(one.signature.any.iter().filter_map(|set| set.first()));
                let keys: BTreeSet<String> = fields
                    .map(|field| {
                        let headers = &one.field(*field).headers;
                        headers[at.min(headers.len() - 1)].key.clone()
                    })
                    .collect();
                for other in book.dialects() {
                    assert_eq!(
                        misses(other, &keys).is_empty(),
                        other.id == one.id,
                        "{} and {}: {keys:?}",
                        one.id,
                        other.id
                    );
                }
            }
        }
    }
}
