//! Rows and sums that must agree between reading and judging.

use std::collections::BTreeMap;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It became a record.
    Accepted,
    /// It became a defect.
    Rejected,
    /// The same record was already there.
    Duplicate,
    /// It is about nothing in this run.
    OutOfScope,
}

impl Fate {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Rejected, Self::Duplicate, Self::OutOfScope];

    /// The word in summaries.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

/// Rows of one file, counted twice: as they were read, and by what became of them. The sums of amount
/// columns are kept the same way, in integers of 1e-8; a cell that is no amount counts in no sum.
///
/// They are counted at two places of the program on purpose. Where [`ties`] fails, a row was lost.
///
/// [`ties`]: ControlTotal::ties
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlTotal {
    rows_read: u64,
    rows: [u64; 4],
    sums_read: BTreeMap<&'static str, i128>,
    sums: [BTreeMap<&'static str, i128>; 4],
    lost: bool,
}

impl ControlTotal {
    /// Counts a row as it comes off the file.
    pub const fn read_row(&mut self) {
        self.rows_read += 1;
    }

    /// Counts rows as they come off the file, many at once.
    pub const fn read_rows(&mut self, rows: u64) {
        self.rows_read += rows;
    }

    /// Adds an amount as it comes off the file.
    pub fn read_sum(&mut self, column: &'static str, units: i128) {
        let sum = self.sums_read.entry(column).or_default();
        *sum = sum.saturating_add(units);
    }

    /// Counts what became of rows.
    pub const fn settle_rows(&mut self, fate: Fate, rows: u64) {
        self.rows[fate as usize] += rows;
    }

    /// Adds an amount to what became of its row.
    pub fn settle_sum(&mut self, fate: Fate, column: &'static str, units: i128) {
        let sum = self.sums[fate as usize].entry(column).or_default();
        *sum = sum.saturating_add(units);
    }

    /// Says that an earlier count of the same rows lost some.
    pub const fn lose(&mut self) {
        self.lost = true;
    }

    /// Whether an earlier count lost some.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    /// Moves the settled rows of one record with its amounts from one fate to another.
    pub fn resettle(
        &mut self,
        from: Fate,
        to: Fate,
        rows: u64,
        amounts: impl Iterator<Item = (&'static str, i128)>,
    ) {
        self.rows[from as usize] -= rows;
        self.rows[to as usize] += rows;
        for (column, units) in amounts {
            self.settle_sum(from, column, -units);
            self.settle_sum(to, column, units);
        }
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.lost |= other.lost;
        for (column, units) in &other.sums_read {
            self.read_sum(column, *units);
        }
        for fate in Fate::ALL {
            self.rows[fate as usize] += other.rows[fate as usize];
            for (column, units) in &other.sums[fate as usize] {
                self.settle_sum(fate, column, *units);
            }
        }
    }

    /// Rows that came off the file.
    #[must_use]
    pub const fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Rows of one fate.
    #[must_use]
    pub const fn rows(&self, fate: Fate) -> u64 {
        self.rows[fate as usize]
    }

    /// The amount columns with what was read of each and what became of it, by column.
    pub fn sums(&self) -> impl Iterator<Item = (&'static str, i128, [i128; 4])> + '_ {
        self.sums_read.iter().map(|(column, read)| {
            let settled = Fate::ALL.map(|fate| self.sums[fate as usize].get(column).copied().unwrap_or(0));
            (*column, *read, settled)
        })
    }

    /// Whether every row and every amount read has become something.
    #[must_use]
    pub fn ties(&self) -> bool {
        !self.lost
            && self.rows.iter().sum::<u64>() == self.rows_read
            && self.sums().all(|(_, read, settled)| settled.iter().sum::<i128>() == read)
            && self.sums.iter().all(|sums| sums.keys().all(|column| self.sums_read.contains_key(column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_row_or_cent_does_not_tie() {
        let mut total = ControlTotal::default();
        total.read_row();
        total.read_sum("paid_cash", 5);
        assert!(!total.ties());
        total.settle_rows(Fate::Accepted, 1);
        assert!(!total.ties());
        total.settle_sum(Fate::Accepted, "paid_cash", 5);
        assert!(total.ties());
        total.resettle(Fate::Accepted, Fate::Duplicate, 1, [("paid_cash", 5)].into_iter());
        assert!(total.ties());
        assert_eq!((total.rows(Fate::Accepted), total.rows(Fate::Duplicate)), (0, 1));
        total.settle_sum(Fate::Accepted, "paid_bank", 1);
        assert!(!total.ties());
    }
}
