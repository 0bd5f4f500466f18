//! The canonical cells of a record, in one text: a month of an export has hundreds of thousands of records.

/// Cells in the order of the columns of their role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    text: String,
    /// Where each cell ends; an empty one is none.
    ends: Box<[u32]>,
}

impl Cells {
    /// Puts cells together; an empty text is no cell.
    #[must_use]
    pub fn of<S: AsRef<str>>(cells: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut text = String::new();
        let mut ends = Vec::new();
        for cell in cells {
            text.push_str(cell.as_ref().map_or("", AsRef::as_ref));
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        text.shrink_to_fit();
        Self { text, ends: ends.into() }
    }

    /// How many columns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell of a column, by its place.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&str> {
        let start =
            place.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(u32::MAX));
        let end = *self.ends.get(place)?;
        self.text.get(start as usize..end as usize).filter(|cell| !cell.is_empty())
    }

    /// All cells.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// Fills the cell of a column, or empties it.
    pub fn set(&mut self, place: usize, cell: Option<&str>) {
        if place >= self.len() || self.get(place) == cell {
            return;
        }
        *self = Self::of((0..self.len()).map(|at| if at == place { cell } else { self.get(at) }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_put() {
        let mut cells = Cells::of([Some("a"), None, Some("订单"), Some("")]);
        assert_eq!(cells.iter().collect::<Vec<_>>(), [Some("a"), None, Some("订单"), None]);
        cells.set(1, Some("bc"));
        cells.set(0, None);
        cells.set(9, Some("x"));
        assert_eq!(cells.iter().collect::<Vec<_>>(), [None, Some("bc"), Some("订单"), None]);
        assert_eq!((cells.len(), cells.get(4)), (4, None));
    }
}
