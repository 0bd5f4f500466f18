//! One row about each order, packed, in the order of ids.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    hash::Hash,
    io,
    sync::Arc,
};

use rayon::prelude::*;

use super::parts::Spill;
use crate::{
    judge::{Outcome, Verdict},
    money::Money,
    policy::Eligibility,
    record::Tenders,
    spill::SpillFile,
    store::{Arena, Packed, Place, bytes},
};

/// Values that many outcomes have in common, each with a number.
#[derive(Clone, Debug)]
struct Shared<T> {
    list: Vec<T>,
    numbers: HashMap<T, u64>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { list: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Shared<T> {
    fn number(&mut self, value: &T) -> u64 {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        let number = self.list.len() as u64;
        self.list.push(value.clone());
        self.numbers.insert(value.clone(), number);
        number
    }

    fn get(&self, number: u64) -> &T {
        &self.list[usize::try_from(number).expect("a number that was given")]
    }
}

/// Vendor, policy and version.
type Ruled = (Option<Arc<str>>, Option<Arc<str>>, Option<Arc<str>>);

/// Outcomes as they come from judging, then in the order of ids.
#[derive(Debug, Default)]
pub(super) struct PartOutcomes {
    arena: Arena,
    places: Vec<Place>,
    terms: Terms,
    packed: Vec<u8>,
    framed: Vec<u8>,
}

/// What packed outcomes refer to by number.
#[derive(Clone, Debug, Default)]
struct Terms {
    wares: Shared<(Arc<str>, Arc<str>)>,
    ruled: Shared<Ruled>,
    answers: Shared<(Eligibility, Vec<&'static str>)>,
}

impl PartOutcomes {
    /// Takes one.
    pub(super) fn push(&mut self, outcome: &Outcome) {
        let Outcome {
            order_id,
            product,
            package_type,
            currency,
            vendor,
            policy,
            policy_version,
            decided_at,
            deadline,
            eligibility,
            reasons,
            expected,
            refunds,
            actual_total,
            variance,
            verdict,
        } = outcome;
        let out = &mut self.packed;
        out.clear();
        bytes::put_bytes(out, order_id.as_str().as_bytes());
        let ware = self.terms.wares.number(&(product.clone(), package_type.clone()));
        let ruled = self.terms.ruled.number(&(vendor.clone(), policy.clone(), policy_version.clone()));
        let answer = self.terms.answers.number(&(*eligibility, reasons.clone()));
        let verdict =
            Verdict::ALL.iter().position(|one| one == verdict).expect("all verdicts are there") as u64;
        let given = [(deadline.is_some(), 1), (expected.is_some(), 2), (variance.is_some(), 4)];
        let given: u64 = given.into_iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum();
        for number in [ware, ruled, answer, verdict, given, *refunds as u64] {
            bytes::put(out, u128::from(number));
        }
        bytes::put_currency(out, *currency);
        bytes::put_instant(out, *decided_at);
        if let Some(deadline) = deadline {
            bytes::put_instant(out, *deadline);
        }
        if let Some(expected) = expected {
            bytes::put_currency(out, expected.currency);
            bytes::put_tenders(out, expected);
        }
        bytes::put_signed(out, actual_total.units());
        if let Some(variance) = variance {
            bytes::put_signed(out, variance.units());
        }
        self.framed.clear();
        bytes::put_bytes(&mut self.framed, out);
        self.places.push(self.arena.push(&self.framed));
    }

    /// Puts them in the order of ids, once all were taken.
    pub(super) fn sort(&mut self) {
        let id = |place: Place| Packed::new(self.row(place)).bytes();
        // The beginning of an id beside its place spares the way to the id itself.
        let mut keyed: Vec<(u128, Place)> =
            self.places.par_iter().map(|place| (beginning(id(*place)), *place)).collect();
        keyed.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
        self.places = keyed.into_iter().map(|(_, place)| place).collect();
        (self.packed, self.framed) = (Vec::new(), Vec::new());
    }

    fn row(&self, place: Place) -> &[u8] {
        Packed::new(self.arena.at(place)).bytes()
    }

    /// Writes them as a part of a file, and leaves what they refer to.
    pub(super) fn spill(self, file: &SpillFile, part: usize) -> io::Result<Spilled> {
        let mut writer = file.writer()?;
        for place in &self.places {
            writer.push_to(part, self.row(*place))?;
        }
        writer.finish()?;
        Ok(Spilled { part, count: self.places.len(), terms: self.terms })
    }
}

/// Outcomes of a part that lie in a file.
#[derive(Debug)]
pub(super) struct Spilled {
    part: usize,
    count: usize,
    terms: Terms,
}

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
            Held::Memory(outcomes) => outcomes.places.len(),
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
        let terms: Vec<&Terms> = match &*self.0 {
            Held::Memory(outcomes) => vec![&outcomes.terms],
            Held::Parts { parts, .. } => parts.iter().map(|part| &part.terms).collect(),
        };
        let ruled = terms.into_iter().flat_map(|terms| &terms.ruled.list);
        ruled.filter_map(|(vendor, policy, _)| Some((policy.as_deref()?, vendor.as_deref()?)))
    }

    /// Hands on each of them.
    ///
    /// # Errors
    ///
    /// Those of `take`, and where a file of a run in parts cannot be read.
    pub fn each(&self, mut take: impl FnMut(Outcome) -> io::Result<()>) -> io::Result<()> {
        let (spill, parts) = match &*self.0 {
            Held::Memory(outcomes) => {
                let rows = outcomes.places.iter().map(|place| outcomes.row(*place));
                return rows.map(|row| outcomes.terms.unpack(row)).try_for_each(&mut take);
            }
            Held::Parts { spill, parts } => (spill, parts),
        };
        let mut readers = Vec::new();
        let mut next = BinaryHeap::new();
        for (place, part) in parts.iter().enumerate() {
            let mut reader = spill.outcomes.reader(part.part)?;
            if let Some(row) = reader.next()? {
                next.push(Reverse((Packed::new(row).bytes().to_vec(), place, row.to_vec())));
            }
            readers.push(reader);
        }
        while let Some(Reverse((_, place, row))) = next.pop() {
            take(parts[place].terms.unpack(&row))?;
            if let Some(row) = readers[place].next()? {
                next.push(Reverse((Packed::new(row).bytes().to_vec(), place, row.to_vec())));
            }
        }
        Ok(())
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

impl Terms {
    fn unpack(&self, bytes: &[u8]) -> Outcome {
        let mut packed = Packed::new(bytes);
        let order_id = packed.text().into();
        let (product, package_type) = self.wares.get(packed.number()).clone();
        let (vendor, policy, policy_version) = self.ruled.get(packed.number()).clone();
        let (eligibility, reasons) = self.answers.get(packed.number()).clone();
        let verdict = Verdict::ALL[usize::from(packed.byte())];
        let given = packed.byte();
        let refunds = usize::try_from(packed.number()).expect("refunds were packed");
        let currency = packed.currency();
        let decided_at = packed.instant();
        let deadline = (given & 1 != 0).then(|| packed.instant());
        let expected: Option<Tenders> = (given & 2 != 0).then(|| {
            let currency = packed.currency();
            packed.tenders(currency)
        });
        let actual_total = Money::from_units(packed.signed());
        let variance = (given & 4 != 0).then(|| Money::from_units(packed.signed()));
        Outcome {
            order_id,
            product,
            package_type,
            currency,
            vendor,
            policy,
            policy_version,
            decided_at,
            deadline,
            eligibility,
            reasons,
            expected,
            refunds,
            actual_total,
            variance,
            verdict,
        }
    }
}

/// The first sixteen bytes of a text as a number that sorts as they do.
fn beginning(text: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(bytes)
}
