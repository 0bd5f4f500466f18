//! The dialects there are, and which one a file speaks.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    binding::{Binding, bind},
    error::{DialectError, HeaderError},
    mapping::Mapping,
    model::{Dialect, FieldId},
};
use crate::export::{
    cells::header_key,
    source::{Opened, RawRow},
};

/// Rows in which the header is looked for; some exports put a title above it.
const HEADER_ROWS_MAX: usize = 20;

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
                return Ok(Recognised { binding, rows_above: above, because });
            }
        }
        Err(self.unknown(&head, place, asked))
    }

    /// The error for a header of no dialect: the nearest one, and what it misses.
    fn unknown(&self, head: &[RawRow], place: String, asked: Option<&Arc<Dialect>>) -> HeaderError {
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
            (Some((hits, _, dialect, missing)), None) if hits > 0 => HeaderError::Unknown {
                place,
                nearest: Some(dialect.id.clone()),
                advice: format!(
                    "nearest is {} ({}), which misses {}; name the columns in a file for --mapping, or the dialect with \
                     --dialect",
                    dialect.id,
                    dialect.title,
                    missing.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
                ),
                missing,
            },
            _ => HeaderError::Unknown {
                place,
                nearest: None,
                missing: Vec::new(),
                advice: "no column of it is known; if the first rows are no header, remove them".to_owned(),
            },
        }
    }
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
