//! Which columns are wanted, and what stands between columns.

/// The columns of a file that a reader wants, by their place in the header, ascending.
///
/// A record then answers for the first wanted column as its field 0, for the second as its field 1.
/// Columns behind the last wanted one cost almost nothing, so a reader should want no more than it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    indices: Box<[usize]>,
}

/// Why a list of columns cannot be wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnsError {
    /// Not strictly ascending.
    #[error("columns must be ascending and different: {later} follows {earlier}")]
    Unordered {
        /// The column named first.
        earlier: usize,
        /// The column named after it.
        later: usize,
    },
    /// Beyond [`Columns::INDEX_MAX`].
    #[error("column {0} is beyond the {max} that can be read", max = Columns::INDEX_MAX)]
    TooFar(usize),
}

impl Columns {
    /// The highest index of a column that can be wanted.
    pub const INDEX_MAX: usize = 65_535;

    /// Wants the columns with these indices, the first column of the file being 0.
    ///
    /// # Errors
    ///
    /// [`ColumnsError`] where they are not strictly ascending, or absurdly far.
    pub fn new(indices: impl Into<Box<[usize]>>) -> Result<Self, ColumnsError> {
        let indices = indices.into();
        for pair in indices.windows(2) {
            if pair[0] >= pair[1] {
                return Err(ColumnsError::Unordered { earlier: pair[0], later: pair[1] });
            }
        }
        match indices.last() {
            Some(&last) if last > Self::INDEX_MAX => Err(ColumnsError::TooFar(last)),
            _ => Ok(Self { indices }),
        }
    }

    /// The indices, ascending.
    #[must_use]
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// How many columns, counted from the first of the file, must be told apart.
    pub(super) fn width(&self) -> usize {
        self.indices.last().map_or(0, |last| last + 1)
    }
}

/// The byte between two fields of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Delimiter {
    /// What canonical exports use.
    pub const COMMA: Self = Self(b',');

    /// A delimiter other than the comma; `None` for a quote or the end of a line, which have a meaning
    /// of their own.
    #[must_use]
    pub const fn new(byte: u8) -> Option<Self> {
        match byte {
            b'"' | b'\n' | b'\r' => None,
            _ => Some(Self(byte)),
        }
    }

    /// The byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self.0
    }
}

impl Default for Delimiter {
    fn default() -> Self {
        Self::COMMA
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_ascend() {
        assert_eq!(Columns::new([1, 3, 7]).unwrap().width(), 8);
        assert_eq!(Columns::new([]).unwrap().width(), 0);
        assert_eq!(Columns::new([3, 3]), Err(ColumnsError::Unordered { earlier: 3, later: 3 }));
        assert_eq!(Columns::new([1, 65_536]), Err(ColumnsError::TooFar(65_536)));
        assert!(Columns::new([65_535]).is_ok());
    }

    #[test]
    fn quotes_and_line_ends_delimit_nothing() {
        assert!([b'"', b'\n', b'\r'].into_iter().all(|byte| Delimiter::new(byte).is_none()));
        assert_eq!(Delimiter::new(b'\t').map(Delimiter::byte), Some(b'\t'));
    }
}
