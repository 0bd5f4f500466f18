//! Rows of usage that were kept, and the rows of one order, each once.

use rayon::prelude::*;

use super::aside::Aside;
use crate::{
    record::{Role, SourceRef, Usage},
    store::{Arena, Place, pack_usage, unpack_usage},
};

/// Rows of usage that were kept, by the number of their order.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    arena: Arena,
    rows: Vec<(u32, Place)>,
    packed: Vec<u8>,
}

impl KeptRows {
    /// Takes a row.
    pub(super) fn push(&mut self, order: u32, usage: &Usage) {
        self.packed.clear();
        pack_usage(usage.into(), &mut self.packed);
        let place = self.arena.push(&self.packed);
        self.rows.push((order, place));
    }

    /// Takes a packed row.
    pub(super) fn push_packed(&mut self, order: u32, packed: &[u8]) {
        let place = self.arena.push(packed);
        self.rows.push((order, place));
    }

    /// Puts the rows of each order together, once all were taken.
    pub(super) fn sort(&mut self) {
        self.rows.par_sort_unstable();
    }

    /// The numbers of orders of which rows were kept, from one on; a number stands once for each row.
    pub(super) fn numbers_from(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.rows.partition_point(|(of, _)| *of < from);
        self.rows[from..].iter().map(|(of, _)| *of)
    }

    /// The rows of an order, each once.
    pub(super) fn of(&self, order: u32) -> Single {
        let from = self.rows.partition_point(|(of, _)| *of < order);
        let rows = self.rows[from..].iter().take_while(|(of, _)| *of == order);
        single(rows.map(|(_, place)| unpack_usage(self.arena.at(*place)).into()).collect())
    }
}

/// The rows of usage of one order, each once.
#[derive(Debug, Default)]
pub(super) struct Single {
    pub(super) rows: Vec<Usage>,
    /// Rows that count as duplicates.
    pub(super) aside: Vec<Aside>,
    /// Rows that contradict each other.
    pub(super) contradicted: Vec<SourceRef>,
}

/// Rows with one id and one content are one; with one id and another content they leave the order open.
/// Rows without an id are each their own.
fn single(mut rows: Vec<Usage>) -> Single {
    rows.sort_by(|a, b| (&a.usage_id, a).cmp(&(&b.usage_id, b)));
    let mut single = Single { rows: Vec::with_capacity(rows.len()), ..Single::default() };
    let mut last_other: Option<Usage> = None;
    for usage in rows {
        let same_id = |kept: &&Usage| usage.usage_id.is_some() && kept.usage_id == usage.usage_id;
        let Some(kept) = single.rows.last().filter(same_id) else {
            single.rows.push(usage);
            continue;
        };
        let is_repeated =
            kept.same_content(&usage) || last_other.as_ref().is_some_and(|other| other.same_content(&usage));
        let amounts = vec![("quantity", usage.quantity.units())];
        single.aside.push(Aside { at: usage.at, role: Role::Usage, amounts, is_repeated });
        if !is_repeated {
            single.contradicted.extend([kept.at, usage.at]);
            last_other = Some(usage);
        }
    }
    single
}
