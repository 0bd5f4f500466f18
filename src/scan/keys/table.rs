//! The table of ids.

use std::hint::black_box;

use super::{
    long::LongIds,
    packed::Packed,
    slot::{FREE, Slot, holds, home, index_in, lower, next, place},
};

/// How many ids are looked up together.
const BATCH: usize = 64;
/// A table has at least this many slots for each five ids: more make it large, fewer make lookups long.
const SLOTS_FOR_FIVE: usize = 8;
/// Slots of an empty table: a lookup needs one that is free.
const SLOTS_MIN: usize = 8;

/// A map from ids to numbers below [`KeyTable::INDEX_MAX`].
///
/// An id is any text; ids are compared byte by byte. A slot has 24 bytes, so an id of up to twenty bytes
/// costs 38.4 bytes in a table made for the right number of ids, and at most twice as much in one that
/// grew. A longer id costs its length and 8 bytes more, and an access more when it is looked up.
///
/// Hashes have no secret, so that runs are alike. An export made to that end could make lookups slow; it
/// could not make them wrong.
///
/// ```
/// use refund_audit::scan::keys::KeyTable;
///
/// let mut orders = KeyTable::with_capacity(2);
/// assert_eq!(orders.insert(b"20260101000000271828", 0), None);
/// assert_eq!(orders.insert(b"ins-1", 1), None);
/// assert_eq!(orders.insert(b"ins-1", 2), Some(1));
/// assert_eq!(orders.get(b"ins-1"), Some(1));
/// assert_eq!(orders.get(b"ins-2"), None);
/// ```
#[derive(Clone, Debug)]
pub struct KeyTable {
    slots: Vec<Slot>,
    len: usize,
    long: LongIds,
}

/// An id that is being looked up.
#[derive(Clone, Copy, Default)]
struct Asked<'i> {
    id: &'i [u8],
    packed: Packed,
    home: usize,
}

impl KeyTable {
    /// The highest number an id may stand for.
    pub const INDEX_MAX: u32 = u32::MAX - 1;

    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty table that has room for so many ids.
    #[must_use]
    pub fn with_capacity(ids: usize) -> Self {
        Self { slots: vec![FREE; slots_for(ids)], len: 0, long: LongIds::default() }
    }

    /// How many ids it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.long.memory_bytes()
    }

    /// Notes that `id` stands for `index`, unless it stands for a number already, which is returned.
    ///
    /// # Panics
    ///
    /// Where `index` is beyond [`KeyTable::INDEX_MAX`].
    pub fn insert(&mut self, id: &[u8], index: u32) -> Option<u32> {
        assert!(index <= Self::INDEX_MAX, "an index is at most {}", Self::INDEX_MAX);
        self.reserve(1);
        self.insert_asked(&self.asked(id), index)
    }

    /// Notes that each id stands for its number; several may stand for one. An id that stands for a number
    /// already keeps it: `stands` is told the id, the number that was wanted and the one it stands for.
    ///
    /// As with [`get_batch`](Self::get_batch), many ids are faster than one after the other.
    ///
    /// # Panics
    ///
    /// Where a number is beyond [`KeyTable::INDEX_MAX`].
    pub fn insert_batch<'i>(
        &mut self,
        entries: impl IntoIterator<Item = (&'i [u8], u32)>,
        mut stands: impl FnMut(&'i [u8], u32, u32),
    ) {
        let mut entries = entries.into_iter();
        loop {
            let mut batch = [(&[][..], 0); BATCH];
            let mut filled = 0;
            for (place, entry) in batch.iter_mut().zip(&mut entries) {
                *place = entry;
                filled += 1;
            }
            self.reserve(filled);
            let batch = batch.map(|(id, index)| (self.asked(id), index));
            let asked = batch.map(|(asked, _)| asked);
            black_box(self.near(&asked[..filled]));
            for (asked, index) in &batch[..filled] {
                assert!(*index <= Self::INDEX_MAX, "an index is at most {}", Self::INDEX_MAX);
                if let Some(standing) = self.insert_asked(asked, *index) {
                    stands(asked.id, *index, standing);
                }
            }
            if filled < BATCH {
                return;
            }
        }
    }

    /// Makes room for so many more ids.
    fn reserve(&mut self, more: usize) {
        while slots_for(self.len + more) > self.slots.len() {
            self.grow();
        }
    }

    /// Inserts an id for which there is room.
    fn insert_asked(&mut self, asked: &Asked<'_>, index: u32) -> Option<u32> {
        if let Some(known) = self.find_from(asked) {
            return Some(known);
        }
        let Asked { id, packed, home } = *asked;
        let second = if packed.is_long() { self.long.push(id) } else { packed.second };
        let above_third = (u64::from(index) + 1) << 32;
        place(&mut self.slots, home, [packed.first, second, above_third | u64::from(packed.third)]);
        self.len += 1;
        None
    }

    /// The number that `id` stands for.
    #[must_use]
    pub fn get(&self, id: &[u8]) -> Option<u32> {
        self.find_from(&self.asked(id))
    }

    /// Appends to `found`, for each id, the number it stands for.
    ///
    /// For many ids this is several times as fast as one [`get`](Self::get) after the other.
    pub fn get_batch<'i>(&self, ids: impl IntoIterator<Item = &'i [u8]>, found: &mut Vec<Option<u32>>) {
        let mut ids = ids.into_iter();
        let mut batch = [Asked::default(); BATCH];
        loop {
            let mut filled = 0;
            for (asked, id) in batch.iter_mut().zip(&mut ids) {
                *asked = self.asked(id);
                filled += 1;
            }
            let batch = &batch[..filled];
            let near = self.near(batch);
            found.extend(batch.iter().zip(&near).map(|(asked, slots)| self.find_near(asked, slots)));
            if filled < BATCH {
                return;
            }
        }
    }

    /// The slots in which each of the ids is first looked for. These accesses wait for nothing but memory,
    /// so all of them wait together.
    #[inline]
    fn near(&self, batch: &[Asked<'_>]) -> [[Slot; 2]; BATCH] {
        let mut near = [[FREE; 2]; BATCH];
        for (slots, asked) in near.iter_mut().zip(batch) {
            *slots = [self.slots[asked.home], self.slots[next(asked.home, self.slots.len())]];
        }
        near
    }

    /// The number of an id that is most probably in one of the first two slots: no branch tells which.
    #[inline]
    fn find_near(&self, asked: &Asked<'_>, [first, second]: &[Slot; 2]) -> Option<u32> {
        let is_first = holds(first, asked.packed);
        if (is_first | holds(second, asked.packed)) & !asked.packed.is_long() {
            return index_in(if is_first { first } else { second });
        }
        self.find_from(asked)
    }

    #[inline]
    fn asked<'i>(&self, id: &'i [u8]) -> Asked<'i> {
        let packed = Packed::of(id);
        Asked { id, packed, home: home(packed.hash(), self.slots.len()) }
    }

    #[inline]
    fn find_from(&self, asked: &Asked<'_>) -> Option<u32> {
        let mut at = asked.home;
        loop {
            let slot = &self.slots[at];
            let index = index_in(slot)?;
            let is_same = if asked.packed.is_long() {
                lower(slot[2]) == asked.packed.third
                    && slot[0] == asked.packed.first
                    && self.long.get(slot[1]) == asked.id
            } else {
                holds(slot, asked.packed)
            };
            if is_same {
                return Some(index);
            }
            at = next(at, self.slots.len());
        }
    }

    fn grow(&mut self) {
        let mut larger = vec![FREE; self.slots.len() * 2];
        for &slot in self.slots.iter().filter(|slot| index_in(slot).is_some()) {
            let packed = Packed { first: slot[0], second: slot[1], third: lower(slot[2]) };
            let home = home(packed.hash(), larger.len());
            place(&mut larger, home, slot);
        }
        self.slots = larger;
    }
}

impl Default for KeyTable {
    fn default() -> Self {
        Self::new()
    }
}

fn slots_for(ids: usize) -> usize {
    (ids * SLOTS_FOR_FIVE).div_ceil(5).max(SLOTS_MIN)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use proptest::prelude::*;

    fn id() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "2026[01]{16}".prop_map(String::into_bytes),
            "[a-c]{0,3}".prop_map(String::into_bytes),
            "uuid-[01]{18,24}".prop_map(String::into_bytes),
            prop::collection::vec(prop::sample::select(vec![0_u8, 19, 20, 255]), 18..22),
        ]
    }

    proptest! {
        #[test]
        fn a_table_is_a_map(
            inserted in prop::collection::vec(id(), 0..300),
            asked in prop::collection::vec(id(), 0..200),
            capacity in 0_usize..400,
        ) {
            let mut table = KeyTable::with_capacity(capacity);
            let mut map = HashMap::new();
            for (index, id) in (0..).zip(&inserted) {
                prop_assert_eq!(table.insert(id, index), map.get(id).copied());
                map.entry(id.clone()).or_insert(index);
            }
            prop_assert_eq!(table.len(), map.len());
            let mut batched = KeyTable::new();
            let mut known = Vec::new();
            let entries = inserted.iter().map(Vec::as_slice).zip(0..);
            batched.insert_batch(entries.clone(), |id, wanted, standing| known.push((id, wanted, standing)));
            let repeated = entries.filter(|(id, index)| map[*id] != *index);
            let repeated: Vec<_> = repeated.map(|(id, index)| (id, index, map[id])).collect();
            prop_assert_eq!(known, repeated);
            prop_assert_eq!(batched.len(), map.len());
            let all: Vec<&[u8]> = inserted.iter().chain(&asked).map(Vec::as_slice).collect();
            let wanted: Vec<_> = all.iter().map(|&id| map.get(id).copied()).collect();
            let one_by_one: Vec<_> = all.iter().map(|id| table.get(id)).collect();
            let mut together = Vec::new();
            table.get_batch(all.iter().copied(), &mut together);
            prop_assert_eq!(&one_by_one, &wanted);
            prop_assert_eq!(&together, &wanted);
        }
    }

    #[test]
    fn an_entry_costs_what_is_promised() {
        let mut made = KeyTable::with_capacity(100_000);
        let mut grown = KeyTable::new();
        let ids: Vec<String> = (0..100_000).map(|index| format!("2026010100{index:010}")).collect();
        made.insert_batch(ids.iter().map(String::as_bytes).zip(0..), |_, _, _| {});
        for (index, id) in (0..).zip(&ids) {
            grown.insert(id.as_bytes(), index);
        }
        assert_eq!(made.memory_bytes(), 3_840_000);
        assert!(grown.memory_bytes() <= 7_680_000);
    }

    #[test]
    fn several_ids_stand_for_one_number() {
        let mut table = KeyTable::new();
        let mut told = Vec::new();
        let entries: [(&[u8], u32); 4] = [(b"a", 7), (b"b", 7), (b"a", 8), (b"b", 7)];
        table.insert_batch(entries, |id, wanted, standing| told.push((id, wanted, standing)));
        assert_eq!(told, [(&b"a"[..], 8, 7), (b"b", 7, 7)]);
        assert_eq!([table.get(b"a"), table.get(b"b"), table.get(b"c")], [Some(7), Some(7), None]);
    }

    #[test]
    fn the_highest_number_is_kept() {
        let mut table = KeyTable::new();
        table.insert(b"", KeyTable::INDEX_MAX);
        assert_eq!(table.get(b""), Some(KeyTable::INDEX_MAX));
    }
}
