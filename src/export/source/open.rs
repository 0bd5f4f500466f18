//! A place as a stream of rows.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

#[cfg(feature = "columns")]
use super::parquet::{ParquetRows, ParquetTable};
use super::{
    Delimiter, Encoding, Kind, Limits, Packing, Place, RawRow, SourceError, Stored, StoredTable, archive,
    decode::{Decoding, SAMPLE_BYTES, read_some, sniff_encoding},
    delimiter::sep_line,
    guard::{Counted, Guarded, PackedBytes},
    rows::TextRows,
    workbook,
};

/// What a user may set; everything else is told by the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions {
    /// Limits against absurd files.
    pub limits: Limits,
    /// The encoding, instead of the one told by the bytes.
    pub encoding: Option<Encoding>,
    /// The delimiter, instead of the one told by the first line.
    pub delimiter: Option<Delimiter>,
}

/// The encoding of a plain file by its first bytes; `None` where they are no text.
///
/// # Errors
///
/// Those of the file system.
pub fn encoding_of(path: &Path) -> io::Result<Option<Encoding>> {
    let mut sample = vec![0; SAMPLE_BYTES];
    let read = read_some(&mut File::open(path)?, &mut sample)?;
    Ok(sniff_encoding(&sample[..read]))
}

/// A file, member or sheet, ready to give its rows.
pub struct Opened {
    place: Place,
    encoding: Option<Encoding>,
    delimiter: Option<Delimiter>,
    pending: std::collections::VecDeque<RawRow>,
    rows: Rows,
}

/// Where the rows come from.
enum Rows {
    Text(Box<TextRows<Box<dyn Read + Send>>>),
    Sheet(workbook::SheetRows),
    #[cfg(feature = "columns")]
    Parquet(Box<ParquetRows>),
}

/// Opens a place.
///
/// # Errors
///
/// [`SourceError`] where it gives no rows at all.
pub fn open(place: &Place, options: &OpenOptions) -> Result<Opened, SourceError> {
    if place.kind == Kind::Sheet {
        let rows = workbook::rows(place, &options.limits)?;
        if rows.is_empty() {
            return Err(SourceError::Empty(place.to_string()));
        }
        return Ok(Opened::typed(place, Rows::Sheet(rows)));
    }
    if place.kind == Kind::Parquet {
        return open_parquet(place);
    }
    let (bytes, _) = open_bytes(place, &options.limits)?;
    open_text(place.clone(), bytes, options)
}

/// Opens a text as a stream of bytes, unpacked and guarded against packed data without end. The counter
/// tells how much of the packed file was read.
///
/// # Errors
///
/// [`SourceError`] where it cannot be opened. What is wrong with packed data shows while it is read, and
/// [`SourceError::of_reading`] says it.
pub fn open_bytes(
    place: &Place,
    limits: &Limits,
) -> Result<(Box<dyn Read + Send>, PackedBytes), SourceError> {
    let error = |source| SourceError::Io { place: place.to_string(), source };
    let file = || -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(match &place.pipe {
            Some(pipe) => Box::new(pipe.clone().into_bytes()),
            None => Box::new(File::open(&place.path).map_err(error)?),
        })
    };
    Ok(match (place.packing, &place.part) {
        (Packing::Zip, Some((index, _))) => archive::member(place, *index, limits)?,
        (Packing::Gzip, _) => {
            let (packed, count) = Counted::new(BufReader::new(file()?));
            (Box::new(Guarded::new(MultiGzDecoder::new(packed), count.clone(), *limits)), count)
        }
        (Packing::Zstd, _) => {
            let (packed, count) = Counted::new(file()?);
            let unpacked = zstd::Decoder::new(packed).map_err(error)?;
            (Box::new(Guarded::new(unpacked, count.clone(), *limits)), count)
        }
        _ => {
            let (bytes, count) = Counted::new(file()?);
            (Box::new(bytes), count)
        }
    })
}

#[cfg(feature = "columns")]
fn open_parquet(place: &Place) -> Result<Opened, SourceError> {
    let rows = ParquetRows::open(&place.path).map_err(|error| SourceError::of_reading(place, error))?;
    if rows.stored().columns.is_empty() {
        return Err(SourceError::Empty(place.to_string()));
    }
    Ok(Opened::typed(place, Rows::Parquet(Box::new(rows))))
}

/// Opens a file of typed columns, for several threads to read.
///
/// # Errors
///
/// [`SourceError`] where it gives no rows at all.
#[cfg(feature = "columns")]
pub fn open_stored(place: &Place) -> Result<Box<dyn StoredTable>, SourceError> {
    let table = ParquetTable::open(&place.path).map_err(|error| SourceError::of_reading(place, error))?;
    if table.stored().columns.is_empty() {
        return Err(SourceError::Empty(place.to_string()));
    }
    Ok(Box::new(table))
}

/// Opens a file of typed columns; this build reads none.
///
/// # Errors
///
/// [`SourceError::LeftOut`].
#[cfg(not(feature = "columns"))]
pub fn open_stored(place: &Place) -> Result<Box<dyn StoredTable>, SourceError> {
    Err(SourceError::LeftOut(place.to_string()))
}

#[cfg(not(feature = "columns"))]
fn open_parquet(place: &Place) -> Result<Opened, SourceError> {
    Err(SourceError::LeftOut(place.to_string()))
}

/// Opens a text that is already a stream of bytes.
///
/// # Errors
///
/// As for [`open`].
pub fn open_text(
    place: Place,
    mut bytes: Box<dyn Read + Send>,
    options: &OpenOptions,
) -> Result<Opened, SourceError> {
    let mut sample = vec![0; SAMPLE_BYTES];
    let read = read_some(&mut bytes, &mut sample).map_err(|error| SourceError::of_reading(&place, error))?;
    sample.truncate(read);
    if sample.is_empty() {
        return Err(SourceError::Empty(place.to_string()));
    }
    let told = sniff_encoding(&sample);
    let encoding = match (options.encoding, told) {
        // A mark outranks what was asked for: it is part of the file.
        (Some(_), Some(marked @ (Encoding::Utf8Bom | Encoding::Utf16Le | Encoding::Utf16Be))) => marked,
        (Some(asked), _) => asked,
        (None, Some(told)) => told,
        (None, None) => {
            return Err(SourceError::NotATable { place: place.to_string(), found: "binary data" });
        }
    };
    let head = decode_head(&sample, encoding);
    let delimiter = options.delimiter.unwrap_or_else(|| Delimiter::sniff(&head));
    let cr_ends_lines = head.contains('\r') && !head.contains('\n');
    let whole: Box<dyn Read + Send> = Box::new(Cursor::new(sample).chain(bytes));
    let decoding = Decoding::new(whole, encoding);
    let rows = TextRows::new(decoding, delimiter, cr_ends_lines, options.limits.row_bytes_max);
    let mut opened = Opened {
        place,
        encoding: Some(encoding),
        delimiter: Some(delimiter),
        pending: std::collections::VecDeque::new(),
        rows: Rows::Text(Box::new(rows)),
    };
    let mut first = RawRow::default();
    if !opened.read(&mut first)? {
        return Err(SourceError::Empty(opened.place.to_string()));
    }
    let is_sep = first.cells().collect::<Vec<_>>().join(&char::from(delimiter.byte()).to_string());
    if sep_line(&is_sep).is_none() {
        opened.pending.push_front(first);
    }
    Ok(opened)
}

impl Opened {
    /// A table whose cells are no text to be decoded and split.
    fn typed(place: &Place, rows: Rows) -> Self {
        let pending = std::collections::VecDeque::new();
        Self { place: place.clone(), encoding: None, delimiter: None, pending, rows }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Its encoding; none where cells are typed.
    #[must_use]
    pub const fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// Its delimiter; none where cells are typed.
    #[must_use]
    pub const fn delimiter(&self) -> Option<Delimiter> {
        self.delimiter
    }

    /// How many bad places of the text were replaced so far.
    #[must_use]
    pub const fn replaced(&self) -> u64 {
        match &self.rows {
            Rows::Text(rows) => rows.replaced(),
            Rows::Sheet(_) => 0,
            #[cfg(feature = "columns")]
            Rows::Parquet(_) => 0,
        }
    }

    /// Whether its lines end with carriage returns alone.
    pub(super) fn ends_lines_with_returns(&self) -> bool {
        matches!(&self.rows, Rows::Text(rows) if rows.ends_lines_with_returns())
    }

    /// What a file of typed columns says of itself; none for any other.
    #[must_use]
    pub const fn stored(&self) -> Option<&Stored> {
        match &self.rows {
            Rows::Text(_) | Rows::Sheet(_) => None,
            #[cfg(feature = "columns")]
            Rows::Parquet(rows) => Some(rows.stored()),
        }
    }

    /// The first rows, which stay to be read.
    ///
    /// # Errors
    ///
    /// [`SourceError::Io`] where the bytes end in damage.
    pub fn head(&mut self, rows: usize) -> Result<Vec<RawRow>, SourceError> {
        while self.pending.len() < rows {
            let mut row = RawRow::default();
            if !self.read_on(&mut row)? {
                break;
            }
            self.pending.push_back(row);
        }
        Ok(self.pending.iter().take(rows).cloned().collect())
    }

    /// Reads the next row; `false` at the end.
    ///
    /// # Errors
    ///
    /// [`SourceError::Io`] where the bytes end in damage; everything read before it stands.
    pub fn read(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        match self.pending.pop_front() {
            Some(first) => {
                *row = first;
                Ok(true)
            }
            None => self.read_on(row),
        }
    }

    fn read_on(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.read(row).map_err(|error| SourceError::of_reading(&self.place, error)),
            Rows::Sheet(rows) => Ok(rows.next().is_some_and(|next| {
                *row = next;
                true
            })),
            #[cfg(feature = "columns")]
            Rows::Parquet(rows) => {
                rows.read(row).map_err(|error| SourceError::of_reading(&self.place, error))
            }
        }
    }
}

/// The beginning of a text, to look at its first lines.
fn decode_head(sample: &[u8], encoding: Encoding) -> String {
    let mut decoding = Decoding::new(sample, encoding);
    let mut text = Vec::new();
    // A slice cannot fail to be read.
    while text.len() < 1 << 16 && decoding.more(&mut text).unwrap_or(false) {}
    String::from_utf8_lossy(&text).into_owned()
}
