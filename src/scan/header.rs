//! The first record of an input, which names the columns.

use std::io::{self, Read};

use super::{Columns, Delimiter, Position, Records, position::line_feeds};

/// Bytes asked for at first.
const STEP: usize = 16 << 10;
/// A first record longer than this names no columns.
const HEADER_BYTES_MAX: usize = 4 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The names of the columns, and where the records begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The names, as they are written but for their quotes. Empty where the input has no record at all.
    pub names: Vec<Vec<u8>>,
    /// Where the header ends: the start of a scan of the records.
    pub end: Position,
    /// What was read from a stream beyond the header. It comes before the rest of the stream:
    /// `io::Cursor::new(header.beyond).chain(stream)`.
    pub beyond: Vec<u8>,
}

impl Header {
    /// Reads the header of an input from its first byte.
    ///
    /// Empty lines before it are skipped, and so is a byte order mark.
    ///
    /// # Errors
    ///
    /// Where the input cannot be read, or its first record is longer than four megabytes.
    pub fn read(mut input: impl Read, delimiter: Delimiter) -> io::Result<Self> {
        let mut bytes = Vec::new();
        loop {
            // Twice as much each time, as the names are read again each time.
            let step = bytes.len().max(STEP);
            let is_whole = input.by_ref().take(step as u64).read_to_end(&mut bytes)? < step;
            let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            let (names, end) = read_names(&bytes[mark..], delimiter);
            let end = mark + end;
            if end < bytes.len() || is_whole {
                let line = Position::START.line + line_feeds(&bytes[..end]);
                let beyond = bytes.split_off(end);
                return Ok(Self { names, end: Position { offset: end as u64, line }, beyond });
            }
            if bytes.len() > HEADER_BYTES_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its first line does not end"));
            }
        }
    }

    /// The place of the column with this name.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name.as_bytes())
    }
}

/// The fields of the first record, and where it ends: with the text, if there is none.
fn read_names(text: &[u8], delimiter: Delimiter) -> (Vec<Vec<u8>>, usize) {
    let none = Columns::up_to(0);
    let Some(fields) = first_record(text, &none, delimiter).map(|(_, fields, _)| fields) else {
        return (Vec::new(), text.len());
    };
    let all = Columns::up_to(fields);
    let (names, _, end) = first_record(text, &all, delimiter).unwrap_or_default();
    (names, end)
}

/// The wanted fields of the first record, how many it has, and where it ends.
fn first_record(
    text: &[u8],
    columns: &Columns,
    delimiter: Delimiter,
) -> Option<(Vec<Vec<u8>>, usize, usize)> {
    let mut records = Records::new(text, Position::START, columns, delimiter);
    let record = records.next()?;
    let wanted = (0..columns.indices().len()).filter_map(|place| record.get(place).map(<[u8]>::to_vec));
    Some((wanted.collect(), record.field_count(), record.range().end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_where_the_records_begin() {
        for (text, names, offset, line) in [
            ("a,b\n1,2\n", vec!["a", "b"], 3, 1),
            ("\u{feff}\"a\nx\",b\r\n1,2", vec!["a\nx", "b"], 10, 2),
            ("\n\r\na\n", vec!["a"], 4, 3),
            ("a,b", vec!["a", "b"], 3, 1),
            ("", vec![], 0, 1),
            ("\n\n", vec![], 2, 3),
            ("\u{feff}", vec![], 3, 1),
        ] {
            let header = Header::read(text.as_bytes(), Delimiter::COMMA).unwrap();
            let wanted: Vec<_> = names.iter().map(|name| name.as_bytes().to_vec()).collect();
            assert_eq!(header.names, wanted, "{text:?}");
            assert_eq!(header.end, Position { offset, line }, "{text:?}");
            assert_eq!(header.beyond, &text.as_bytes()[usize::try_from(offset).unwrap()..]);
        }
    }

    #[test]
    fn a_header_without_end_is_refused() {
        let error = Header::read(io::repeat(b'a'), Delimiter::COMMA).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(Header::read(io::repeat(b'\n'), Delimiter::COMMA).is_err());
    }

    #[test]
    fn a_long_header_is_read_in_steps() {
        let text = format!("first,{}\nrest", "x".repeat(3 * STEP));
        let header = Header::read(text.as_bytes(), Delimiter::COMMA).unwrap();
        assert_eq!(header.index_of("first"), Some(0));
        assert_eq!(header.names.len(), 2);
        assert!(header.beyond.starts_with(b"\nrest"));
    }
}
