//! Rows and sums, counted as they are read and again by what became of them.

use crate::export::dialect::{Binding, FieldId};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is part of a record.
    Accepted,
    /// It cannot be taken.
    Rejected,
    /// It stands in its record already.
    Duplicate,
    /// It is about nothing the audit asks.
    OutOfScope,
}

/// Rows, and the sums of the amount columns in integers of 1e-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many rows.
    pub rows: u64,
    /// A sum for each amount column.
    pub amounts: Vec<i128>,
}

impl Sums {
    fn add(&mut self, amounts: &[Option<i128>]) {
        self.rows += 1;
        for (sum, amount) in self.amounts.iter_mut().zip(amounts) {
            *sum = sum.saturating_add(amount.unwrap_or(0));
        }
    }
}

/// The control totals of one conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The headers of the amount columns.
    pub columns: Vec<String>,
    /// As the rows were read.
    pub read: Sums,
    /// By what became of them, in the order of [`Fate`].
    pub fates: [Sums; 4],
}

impl Tally {
    pub(super) fn new(binding: &Binding, amounts: &[FieldId]) -> Self {
        let columns: Vec<String> = amounts.iter().map(|field| binding.name(*field).to_owned()).collect();
        let zero = || Sums { rows: 0, amounts: vec![0; columns.len()] };
        Self { read: zero(), fates: [zero(), zero(), zero(), zero()], columns }
    }

    pub(super) fn read(&mut self, amounts: &[Option<i128>]) {
        self.read.add(amounts);
    }

    pub(super) fn settle(&mut self, fate: Fate, amounts: &[Option<i128>]) {
        self.fates[fate as usize].add(amounts);
    }

    /// Rows that were read and left out.
    pub(super) fn leave_out(&mut self, rows: u64, amounts: &[i128]) {
        self.take(Fate::OutOfScope, rows, amounts);
    }

    /// Rows that were read and are records of their own.
    pub(super) fn accept(&mut self, rows: u64, amounts: &[i128]) {
        self.take(Fate::Accepted, rows, amounts);
    }

    fn take(&mut self, fate: Fate, rows: u64, amounts: &[i128]) {
        let fate = &mut self.fates[fate as usize];
        for sums in [&mut self.read, fate] {
            sums.rows += rows;
            for (sum, amount) in sums.amounts.iter_mut().zip(amounts) {
                *sum = sum.saturating_add(*amount);
            }
        }
    }

    /// The rows and sums of one fate.
    #[must_use]
    pub const fn of(&self, fate: Fate) -> &Sums {
        &self.fates[fate as usize]
    }

    /// Whether rows and sums agree: nothing was lost between reading and settling.
    #[must_use]
    pub fn ties(&self) -> bool {
        let rows: u64 = self.fates.iter().map(|sums| sums.rows).sum();
        let sums_tie = (0..self.columns.len()).all(|at| {
            let settled = self
                .fates
                .iter()
                .filter_map(|sums| sums.amounts.get(at))
                .fold(0_i128, |a, b| a.saturating_add(*b));
            self.read.amounts.get(at).copied().unwrap_or(0) == settled
        });
        rows == self.read.rows && sums_tie
    }
}
