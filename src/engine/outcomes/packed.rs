//! Outcomes as bytes: an id, the number of a shape, and the times and sums that the shape says are there.

use std::io;

use rayon::prelude::*;

use super::shape::{Shape, Shapes};
use crate::{
    judge::Outcome,
    money::Money,
    record::Tenders,
    spill::SpillFile,
    store::{Packed, bytes},
    time::Instant,
};

/// Outcomes as they come from judging some orders.
#[derive(Debug)]
pub(in crate::engine) struct SomeOutcomes {
    as_of: Instant,
    rows: Vec<u8>,
    shapes: Shapes,
    packed: Vec<u8>,
}

impl SomeOutcomes {
    /// None yet, of a run that asks at that date.
    pub(in crate::engine) fn new(as_of: Instant) -> Self {
        Self { as_of, rows: Vec::new(), shapes: Shapes::default(), packed: Vec::new() }
    }

    /// Takes one.
    pub(in crate::engine) fn push(&mut self, outcome: &Outcome) {
        let number = self.shapes.number_of(outcome, self.as_of);
        let shape = &self.shapes.list()[number as usize];
        let out = &mut self.packed;
        out.clear();
        bytes::put_bytes(out, outcome.order_id.as_str().as_bytes());
        bytes::put(out, number.into());
        if shape.decided_at.is_none() {
            bytes::put_instant(out, outcome.decided_at);
        }
        if let Some(deadline) = outcome.deadline {
            bytes::put_instant(out, deadline);
        }
        if let (Some(expected), Some((_, true))) = (&outcome.expected, shape.expected) {
            bytes::put_tenders(out, expected);
        }
        if shape.has_returned {
            bytes::put_signed(out, outcome.actual_total.units());
        }
        if let Some(variance) = outcome.variance {
            bytes::put_signed(out, variance.units());
        }
        for sum in [outcome.over, outcome.under].into_iter().filter(|sum| !sum.is_zero()) {
            bytes::put_signed(out, sum.units());
        }
        bytes::put_bytes(&mut self.rows, out);
    }
}

/// The outcome of a row, given the shapes that it may refer to.
pub(super) fn unpack<'s>(row: &[u8], shape: impl FnOnce(usize) -> &'s Shape) -> Outcome {
    let mut packed = Packed::new(row);
    let order_id = packed.text().into();
    let shape = shape(usize::try_from(packed.number()).expect("a shape was packed"));
    let decided_at = shape.decided_at.unwrap_or_else(|| packed.instant());
    let deadline = shape.has_deadline.then(|| packed.instant());
    let expected = shape
        .expected
        .map(|(currency, is_any)| if is_any { packed.tenders(currency) } else { Tenders::none(currency) });
    let mut sum = |is_there: bool| is_there.then(|| Money::from_units(packed.signed()));
    let actual_total = sum(shape.has_returned).unwrap_or_default();
    let variance = sum(shape.has_variance);
    let over = sum(shape.has_over).unwrap_or_default();
    let under = sum(shape.has_under).unwrap_or_default();
    Outcome {
        order_id,
        product: shape.product.clone(),
        package_type: shape.package_type.clone(),
        currency: shape.currency,
        vendor: shape.vendor.clone(),
        policy: shape.policy.clone(),
        policy_version: shape.policy_version.clone(),
        decided_at,
        deadline,
        eligibility: shape.eligibility,
        reasons: shape.reasons.clone(),
        expected,
        refunds: shape.refunds,
        actual_total,
        variance,
        over,
        under,
        verdict: shape.verdict,
    }
}

/// The id of a row.
pub(super) fn id_of(row: &[u8]) -> &[u8] {
    Packed::new(row).bytes()
}

/// Rows that were packed together.
#[derive(Debug)]
struct Group {
    rows: Vec<u8>,
    /// Numbers of the part's shapes, by the number that the rows give.
    shapes: Vec<u32>,
}

/// A group, and where in it a row begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    group: u32,
    within: u32,
}

/// The outcomes of a part: as they come from judging, then in the order of ids.
#[derive(Debug, Default)]
pub(in crate::engine) struct PartOutcomes {
    groups: Vec<Group>,
    places: Vec<Place>,
    shapes: Shapes,
}

impl PartOutcomes {
    /// Takes some.
    pub(in crate::engine) fn append(&mut self, some: SomeOutcomes) {
        let SomeOutcomes { mut rows, shapes, .. } = some;
        rows.shrink_to_fit();
        let shapes = shapes.list().iter().map(|shape| self.shapes.number(shape)).collect();
        self.groups.push(Group { rows, shapes });
    }

    /// Puts them in the order of ids, once all were taken.
    pub(in crate::engine) fn sort(&mut self) {
        // The beginning of an id beside its place spares the way to the id itself.
        let mut keyed: Vec<([u8; 16], Place)> = (0..self.groups.len())
            .into_par_iter()
            .flat_map_iter(|group| {
                let places = self.groups[group].places(group);
                places.map(|place| (beginning(id_of(self.row(place))), place))
            })
            .collect();
        keyed.par_sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| id_of(self.row(a.1)).cmp(id_of(self.row(b.1))))
        });
        self.places = keyed.into_iter().map(|(_, place)| place).collect();
    }

    /// Where they stand, by id.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Every shape, by number.
    pub(super) fn shapes(&self) -> &[Shape] {
        self.shapes.list()
    }

    fn row(&self, place: Place) -> &[u8] {
        Packed::new(&self.groups[place.group as usize].rows[place.within as usize..]).bytes()
    }

    /// One of them.
    pub(super) fn get(&self, place: Place) -> Outcome {
        let group = &self.groups[place.group as usize];
        unpack(self.row(place), |number| &self.shapes.list()[group.shapes[number] as usize])
    }

    /// Writes them as a part of a file, and leaves the shapes that they refer to.
    pub(in crate::engine) fn spill(self, file: &SpillFile, part: usize) -> io::Result<Spilled> {
        let mut writer = file.writer()?;
        let mut row = Vec::new();
        for &place in &self.places {
            let mut packed = Packed::new(self.row(place));
            let (id, number) = (packed.bytes(), packed.number());
            let number = usize::try_from(number).expect("a shape was packed");
            row.clear();
            bytes::put_bytes(&mut row, id);
            bytes::put(&mut row, self.groups[place.group as usize].shapes[number].into());
            row.extend_from_slice(packed.rest());
            writer.push_to(part, &row)?;
        }
        writer.finish()?;
        Ok(Spilled { part, count: self.places.len(), shapes: self.shapes.into_list() })
    }
}

impl Group {
    fn places(&self, group: usize) -> impl Iterator<Item = Place> + '_ {
        let group = u32::try_from(group).expect("groups are counted in 32 bits");
        let mut packed = Packed::new(&self.rows);
        std::iter::from_fn(move || {
            let left = packed.rest().len();
            (left > 0).then(|| {
                packed.bytes();
                let within = u32::try_from(self.rows.len() - left).expect("a group is below 4 GiB");
                Place { group, within }
            })
        })
    }
}

/// Outcomes of a part that lie in a file.
#[derive(Debug)]
pub(in crate::engine) struct Spilled {
    pub(super) part: usize,
    pub(super) count: usize,
    /// By the number that rows give.
    pub(super) shapes: Vec<Shape>,
}

/// The first sixteen bytes of a text, which sort as it does.
fn beginning(text: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    bytes
}
