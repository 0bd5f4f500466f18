//! The pages of a column chunk, looked at before polars takes them by their word: counts, sizes, checksums.
//!
//! A chunk is a row of pages, each behind a header that says how many values it has and how long it is. What
//! reads them allocates by what the headers say and panics where they do not fit together, so each is held
//! against the footer and against the bytes there are. Where a page has a checksum, it is compared.

use std::{io::Cursor, ops::Range};

use polars_parquet_format::{
    DataPageHeader, DataPageHeaderV2, PageHeader, PageType, thrift::protocol::TCompactInputProtocol,
};

/// What one page may unpack to, whatever the footer says of the chunk.
const UNPACKED_BYTES_MAX: u64 = 1 << 26;

/// A column chunk as the footer describes it.
pub(super) struct Chunk<'c> {
    /// Its column.
    pub(super) name: &'c str,
    /// Its values, nulls included; of a flat column one a row.
    pub(super) values: u64,
    /// The bytes of its pages, unpacked.
    pub(super) unpacked: u64,
}

/// What of a chunk is needed for some of its rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needed {
    /// The dictionary, if there is one, and the pages that hold the rows.
    pub(super) bytes: Vec<u8>,
    /// The values of these pages.
    pub(super) values: u64,
    /// Those of them before the first row that is wanted.
    pub(super) before: u64,
    /// How many of the rows are null, where the pages say it of these rows alone.
    pub(super) nulls: Option<u64>,
}

/// A page of a chunk.
struct Page {
    is_dictionary: bool,
    /// Values; none of a dictionary, which belong to no row.
    values: u64,
    /// How many of them are null, where it says so.
    nulls: Option<u64>,
    /// Header and data.
    bytes: Range<usize>,
    data: Range<usize>,
    checksum: Option<u32>,
}

impl Chunk<'_> {
    /// The pages that hold some rows, checked.
    ///
    /// # Errors
    ///
    /// What does not fit together, in words.
    pub(super) fn needed(&self, mut chunk: Vec<u8>, rows: &Range<u64>) -> Result<Needed, String> {
        let pages = self.pages(&chunk)?;
        let (mut kept, mut from) = (Vec::new(), 0);
        let (mut values, mut before, mut nulls) = (0, None, Some(0));
        for page in &pages {
            let holds = from..from + page.values;
            from = holds.end;
            if !page.is_dictionary && (holds.end <= rows.start || holds.start >= rows.end) {
                continue;
            }
            if let Some(wanted) = page.checksum {
                let mut found = flate2::Crc::new();
                found.update(&chunk[page.data.clone()]);
                if found.sum() != wanted {
                    return Err(self.fault("a page whose bytes do not have its checksum"));
                }
            }
            if !page.is_dictionary {
                before.get_or_insert(rows.start.saturating_sub(holds.start));
                values += page.values;
                nulls = nulls.zip(page.nulls).map(|(all, more)| all + more);
            }
            kept.push(page.bytes.clone());
        }
        if kept.len() < pages.len() {
            chunk = kept.into_iter().flat_map(|bytes| &chunk[bytes]).copied().collect();
        }
        let nulls = nulls.filter(|_| values == rows.end - rows.start);
        Ok(Needed { bytes: chunk, values, before: before.unwrap_or_default(), nulls })
    }

    /// All pages, up to the one with the last value.
    fn pages(&self, chunk: &[u8]) -> Result<Vec<Page>, String> {
        let mut pages = Vec::new();
        let (mut at, mut values) = (0, 0);
        while values < self.values {
            let page = self.page(chunk, at)?;
            if page.is_dictionary && at > 0 {
                return Err(self.fault("a dictionary behind its first page"));
            }
            values += page.values;
            at = page.bytes.end;
            pages.push(page);
        }
        if values > self.values {
            let found = format!("pages of {values} values, and its footer counts {}", self.values);
            return Err(self.fault(&found));
        }
        Ok(pages)
    }

    /// The page whose header stands at a place.
    fn page(&self, chunk: &[u8], at: usize) -> Result<Page, String> {
        let rest = &chunk[at..];
        if rest.is_empty() {
            return Err(self.fault(&format!("fewer pages than its {} values need", self.values)));
        }
        let mut header = Cursor::new(rest);
        let mut protocol = TCompactInputProtocol::new(&mut header, rest.len());
        let page = PageHeader::read_from_in_protocol(&mut protocol)
            .map_err(|error| self.fault(&format!("a page header that cannot be read ({error})")))?;
        let begin = at + usize::try_from(header.position()).unwrap_or(rest.len());
        let packed = self.count("bytes", page.compressed_page_size)?;
        let unpacked = self.count("unpacked bytes", page.uncompressed_page_size)?;
        let left = chunk.len() - begin;
        if packed > left as u64 {
            return Err(self.fault(&format!("a page of {packed} bytes where {left} are left")));
        }
        if unpacked > self.unpacked.max(UNPACKED_BYTES_MAX) {
            return Err(
                self.fault(&format!("a page of {unpacked} bytes, and its footer counts {}", self.unpacked))
            );
        }
        let end = begin + usize::try_from(packed).unwrap_or(left);
        let (is_dictionary, (values, nulls)) = match (page.type_, &page.dictionary_page_header) {
            (PageType::DICTIONARY_PAGE, Some(dictionary)) => {
                let entries = self.count("entries", dictionary.num_values)?;
                if entries > unpacked {
                    let found = format!("a dictionary of {entries} entries in {unpacked} bytes");
                    return Err(self.fault(&found));
                }
                (true, (0, None))
            }
            _ => (false, self.data_page(&page, packed.min(unpacked))?),
        };
        let checksum = page.crc.map(i32::cast_unsigned);
        Ok(Page { is_dictionary, values, nulls, bytes: at..end, data: begin..end, checksum })
    }

    /// The values of a data page, and how many of them are null where it says so.
    fn data_page(&self, page: &PageHeader, bytes: u64) -> Result<(u64, Option<u64>), String> {
        match (page.type_, &page.data_page_header, &page.data_page_header_v2) {
            (PageType::DATA_PAGE, Some(DataPageHeader { num_values, .. }), _) => {
                Ok((self.count("values", *num_values)?, None))
            }
            (PageType::DATA_PAGE_V2, _, Some(header)) => {
                let (values, nulls) = self.second_version(header, bytes)?;
                Ok((values, Some(nulls)))
            }
            _ => Err(self.fault("a page of a kind that is not read")),
        }
    }

    /// The values and the nulls of a data page of the second version, which counts more.
    fn second_version(&self, header: &DataPageHeaderV2, bytes: u64) -> Result<(u64, u64), String> {
        let values = self.count("values", header.num_values)?;
        let (nulls, rows) = (self.count("nulls", header.num_nulls)?, self.count("rows", header.num_rows)?);
        if nulls > values || rows != values {
            let found = format!("a page of {values} values in {rows} rows with {nulls} nulls");
            return Err(self.fault(&found));
        }
        let levels = self.count("bytes of levels", header.definition_levels_byte_length)?
            + self.count("bytes of levels", header.repetition_levels_byte_length)?;
        if levels > bytes {
            return Err(self.fault(&format!("a page of {bytes} bytes with {levels} bytes of levels")));
        }
        Ok((values, nulls))
    }

    /// A count that a header claims.
    fn count(&self, of: &str, claimed: i32) -> Result<u64, String> {
        u64::try_from(claimed).map_err(|_| self.fault(&format!("a page that claims {claimed} {of}")))
    }

    fn fault(&self, found: &str) -> String {
        format!("column {} has {found}", self.name)
    }
}
