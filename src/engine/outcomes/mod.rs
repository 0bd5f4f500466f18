//! One row about each order, packed, in the order of ids.

mod packed;
mod shape;

pub(super) use packed::{PartOutcomes, SomeOutcomes, Spilled};

use std::{cmp::Reverse, collections::BinaryHeap, io, sync::Arc};

use packed::{Place, id_of, unpack};
use shape::Shape;

use super::parts::Spill;
use crate::judge::Outcome;

/// Outcomes that go from hand to hand together where one after the other is asked for.
const TOGETHER: usize = 1024;

/// What came of the orders of a run, by order id.
#[derive(Clone, Default)]
pub struct Outcomes(Arc<Held>);

/// Where outcomes are.
#[derive(Debug)]
enum Held {
    Memory(Box<PartOutcomes>),
    Parts { spill: Arc<Spill>, parts: Vec<Spilled> },
}

impl Default for Held {
    fn default() -> Self {
        Self::Memory(Box::default())
    }
}

/// Some outcomes of a run, in the order of ids; any thread may look at any of them.
#[derive(Debug)]
pub struct Stretch<'o>(Rows<'o>);

/// Where they come from.
#[derive(Debug)]
enum Rows<'o> {
    Held(&'o PartOutcomes, &'o [Place]),
    /// Rows that were read, each with the place of its part.
    Read(&'o [Spilled], Vec<Row>),
}

impl Stretch<'_> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Rows::Held(_, places) => places.len(),
            Rows::Read(_, rows) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them.
    ///
    /// # Panics
    ///
    /// Where there are not so many.
    #[must_use]
    pub fn get(&self, at: usize) -> Outcome {
        match &self.0 {
            Rows::Held(outcomes, places) => outcomes.get(places[at]),
            Rows::Read(parts, rows) => {
                let row = &rows[at];
                unpack(&row.bytes, |number| &parts[row.part].shapes[number])
            }
        }
    }
}

/// A row that was read, by its id.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    /// The place of its part.
    part: usize,
    bytes: Vec<u8>,
}

impl Ord for Row {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        id_of(&self.bytes).cmp(id_of(&other.bytes)).then(self.part.cmp(&other.part))
    }
}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Outcomes {
    /// Those of a run that fitted into memory.
    pub(super) fn in_memory(outcomes: PartOutcomes) -> Self {
        Self(Arc::new(Held::Memory(Box::new(outcomes))))
    }

    /// Those of a run in parts; its files stay until nobody asks for outcomes any more.
    pub(super) fn in_parts(spill: Arc<Spill>, parts: Vec<Spilled>) -> Self {
        Self(Arc::new(Held::Parts { spill, parts }))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &*self.0 {
            Held::Memory(outcomes) => outcomes.places().len(),
            Held::Parts { parts, .. } => parts.iter().map(|part| part.count).sum(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The policies that rule any of them, each with its vendor.
    pub fn vendors(&self) -> impl Iterator<Item = (&str, &str)> {
        let shapes: Vec<&[Shape]> = match &*self.0 {
            Held::Memory(outcomes) => vec![outcomes.shapes()],
            Held::Parts { parts, .. } => parts.iter().map(|part| part.shapes.as_slice()).collect(),
        };
        let ruled = shapes.into_iter().flatten();
        ruled.filter_map(|shape| Some((shape.policy.as_deref()?, shape.vendor.as_deref()?)))
    }

    /// Hands on all of them, so many at a time; the last stretch may be shorter.
    ///
    /// # Errors
    ///
    /// Those of `take`, and where a file of a run in parts cannot be read.
    pub fn stretches(
        &self,
        length: usize,
        mut take: impl FnMut(&Stretch<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let (spill, parts) = match &*self.0 {
            Held::Memory(outcomes) => {
                let mut some = outcomes.places().chunks(length);
                return some.try_for_each(|places| take(&Stretch(Rows::Held(outcomes, places))));
            }
            Held::Parts { spill, parts } => (spill, parts),
        };
        let mut readers = Vec::new();
        let mut next = BinaryHeap::new();
        for (place, part) in parts.iter().enumerate() {
            let mut reader = spill.outcomes.reader(part.part)?;
            if let Some(row) = reader.next()? {
                next.push(Reverse(Row { part: place, bytes: row.to_vec() }));
            }
            readers.push(reader);
        }
        let mut rows = Vec::with_capacity(length.min(self.len()));
        while let Some(Reverse(row)) = next.pop() {
            let part = row.part;
            rows.push(row);
            if let Some(row) = readers[part].next()? {
                next.push(Reverse(Row { part, bytes: row.to_vec() }));
            }
            if rows.len() == length {
                take(&Stretch(Rows::Read(parts, std::mem::take(&mut rows))))?;
            }
        }
        if rows.is_empty() { Ok(()) } else { take(&Stretch(Rows::Read(parts, rows))) }
    }

    /// Hands on each of them.
    ///
    /// # Errors
    ///
    /// As for [`stretches`](Self::stretches).
    pub fn each(&self, mut take: impl FnMut(Outcome) -> io::Result<()>) -> io::Result<()> {
        self.stretches(TOGETHER, |some| (0..some.len()).try_for_each(|at| take(some.get(at))))
    }

    /// All of them at once.
    ///
    /// # Errors
    ///
    /// As for [`each`](Self::each).
    pub fn list(&self) -> io::Result<Vec<Outcome>> {
        let mut list = Vec::with_capacity(self.len());
        self.each(|outcome| {
            list.push(outcome);
            Ok(())
        })?;
        Ok(list)
    }
}

impl std::fmt::Debug for Outcomes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list().map_err(|_| std::fmt::Error)?).finish()
    }
}
