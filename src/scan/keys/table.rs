//! The table of ids.

use std::array;

use super::{
    Key,
    group::Entry,
    long::LongIds,
    segment::{SEGMENTS, Segment, segment_of},
};

/// How many ids are looked up together.
const BATCH: usize = 64;

/// A map from ids to numbers below [`KeyTable::INDEX_MAX`].
///
/// An id is any text; ids are compared byte by byte. A slot has 16 bytes and holds an id of up to eleven bytes
/// or twenty digits, which costs some 21 bytes in a table made for the right number of ids, and 20 to 26 in one
/// that grew. Any other id costs its length and 8 bytes more, and accesses more when it is looked up.
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
    segments: Box<[Segment; SEGMENTS]>,
    long: LongIds,
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
        let each = ids.div_ceil(SEGMENTS);
        let segments = Box::new(array::from_fn(|number| Segment::with_capacity(each, number)));
        Self { segments, long: LongIds::default() }
    }

    /// How many ids it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes of memory it takes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let segments = self.segments.iter().map(Segment::memory_bytes).sum::<usize>();
        segments + size_of_val(&*self.segments) + self.long.memory_bytes()
    }

    /// Notes that `id` stands for `index`, unless it stands for a number already, which is returned.
    ///
    /// # Panics
    ///
    /// Where `index` is beyond [`KeyTable::INDEX_MAX`].
    pub fn insert(&mut self, id: &[u8], index: u32) -> Option<u32> {
        assert!(index <= Self::INDEX_MAX, "an index is at most {}", Self::INDEX_MAX);
        self.insert_key(&Key::of(id), index)
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
        entries: impl IntoIterator<Item = (Key<'i>, u32)>,
        mut stands: impl FnMut(&'i [u8], u32, u32),
    ) {
        let mut entries = entries.into_iter();
        let (mut batch, mut next) = ([(Key::default(), 0); BATCH], [(Key::default(), 0); BATCH]);
        let mut filled = self.expect_some(&mut entries, &mut batch);
        while filled > 0 {
            // What comes next is on its way while these are inserted.
            let filled_next = self.expect_some(&mut entries, &mut next);
            for (key, index) in &batch[..filled] {
                assert!(*index <= Self::INDEX_MAX, "an index is at most {}", Self::INDEX_MAX);
                if let Some(standing) = self.insert_key(key, *index) {
                    stands(key.id, *index, standing);
                }
            }
            std::mem::swap(&mut batch, &mut next);
            filled = filled_next;
        }
    }

    /// Takes entries up to a full batch, and asks for the memory of each; how many there are.
    fn expect_some<'i>(
        &self,
        entries: &mut impl Iterator<Item = (Key<'i>, u32)>,
        batch: &mut [(Key<'i>, u32); BATCH],
    ) -> usize {
        let mut filled = 0;
        for (place, (key, index)) in batch.iter_mut().zip(entries) {
            self.expect([&key]);
            *place = (key, index);
            filled += 1;
        }
        filled
    }

    fn insert_key(&mut self, key: &Key<'_>, index: u32) -> Option<u32> {
        if let Some(standing) = self.find(key) {
            return Some(standing);
        }
        let Key { id, mut packed, hash } = *key;
        if packed.is_long() {
            packed.first |= u64::from(self.long.push(id));
        }
        self.segments[segment_of(hash)].push(Entry { packed, index }, hash);
        None
    }

    /// Notes that `id` stands for `to` if it stands for `from` or for nothing; else the number that it stands
    /// for is returned.
    pub fn replace(&mut self, id: &[u8], from: u32, to: u32) -> Option<u32> {
        let Key { packed, hash, .. } = Key::of(id);
        match self.segments[segment_of(hash)].replace((id, packed, hash), &self.long, from, to) {
            None => self.insert(id, to),
            Some(stood) => (stood != from).then_some(stood),
        }
    }

    /// The number that `id` stands for.
    #[must_use]
    pub fn get(&self, id: &[u8]) -> Option<u32> {
        self.find(&Key::of(id))
    }

    /// Appends to `found`, for each id, the number it stands for.
    ///
    /// For many ids this is several times as fast as one [`get`](Self::get) after the other.
    pub fn get_batch<'i>(&self, ids: impl IntoIterator<Item = &'i [u8]>, found: &mut Vec<Option<u32>>) {
        let mut ids = ids.into_iter();
        let mut batch = [Key::default(); BATCH];
        loop {
            let mut filled = 0;
            for (key, id) in batch.iter_mut().zip(&mut ids) {
                *key = Key::of(id);
                filled += 1;
            }
            let batch = &batch[..filled];
            self.expect(batch);
            found.extend(batch.iter().map(|key| self.find(key)));
            if filled < BATCH {
                return;
            }
        }
    }

    /// Asks for the memory in which ids will be looked for, without waiting for it.
    #[inline]
    pub fn expect<'a, 'i: 'a>(&self, keys: impl IntoIterator<Item = &'a Key<'i>>) {
        for key in keys {
            self.segments[segment_of(key.hash)].expect(key.hash);
        }
    }

    /// The number that an id stands for which was [expected](Self::expect).
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "in a loop over many ids, a call costs as much as the search")]
    #[must_use]
    pub fn find(&self, key: &Key<'_>) -> Option<u32> {
        let Key { id, packed, hash } = *key;
        self.segments[segment_of(hash)].find(id, packed, hash, &self.long)
    }
}

impl Default for KeyTable {
    fn default() -> Self {
        Self::new()
    }
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
            "[01]{10,14}".prop_map(String::into_bytes),
            "uuid-[01]{5,24}".prop_map(String::into_bytes),
            prop::collection::vec(prop::sample::select(vec![0_u8, 11, 64, 255]), 10..13),
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
            let entries = inserted.iter().map(|id| Key::of(id)).zip(0..);
            batched.insert_batch(entries, |id, wanted, standing| known.push((id, wanted, standing)));
            let repeated = inserted.iter().map(Vec::as_slice).zip(0..).filter(|(id, index)| map[*id] != *index);
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
        made.insert_batch(ids.iter().map(|id| Key::of(id.as_bytes())).zip(0..), |_, _, _| {});
        for (index, id) in (0..).zip(&ids) {
            grown.insert(id.as_bytes(), index);
        }
        assert!((2_100_000..2_250_000).contains(&made.memory_bytes()), "{}", made.memory_bytes());
        assert!((2_000_000..2_600_000).contains(&grown.memory_bytes()), "{}", grown.memory_bytes());
    }

    #[test]
    fn ids_are_found_however_much_the_table_grew() {
        let of = |number: u32| match number % 3 {
            0 => format!("2026{:016}", u64::from(number) * 1_000_003),
            1 => format!("ins-{number}"),
            _ => format!("123e4567-e89b-12d3-a456-{number:012}"),
        };
        let ids: Vec<String> = (0..30_000).map(of).collect();
        let mut table = KeyTable::new();
        for (index, id) in (0..).zip(&ids) {
            assert_eq!(table.insert(id.as_bytes(), index), None, "{id}");
        }
        let mut found = Vec::new();
        table.get_batch(ids.iter().map(String::as_bytes), &mut found);
        assert!((0..).map(Some).zip(&found).all(|(index, found)| index == *found));
        assert!((30_000..60_000).all(|number| table.get(of(number).as_bytes()).is_none()));
        assert_eq!(table.len(), 30_000);
    }

    #[test]
    fn several_ids_stand_for_one_number() {
        let mut table = KeyTable::new();
        let mut told = Vec::new();
        let entries = [(b"a", 7), (b"b", 7), (b"a", 8), (b"b", 7)].map(|(id, number)| (Key::of(id), number));
        table.insert_batch(entries, |id, wanted, standing| told.push((id, wanted, standing)));
        assert_eq!(told, [(&b"a"[..], 8, 7), (b"b", 7, 7)]);
        assert_eq!([table.get(b"a"), table.get(b"b"), table.get(b"c")], [Some(7), Some(7), None]);
    }

    #[test]
    fn a_number_is_replaced_where_it_is_the_expected_one() {
        let mut table = KeyTable::new();
        let long = b"123e4567-e89b-12d3-a456-426614174000";
        for id in [&b"a"[..], b"20260101000000271828", long] {
            table.insert(id, 7);
            assert_eq!((table.replace(id, 7, 8), table.get(id)), (None, Some(8)));
            assert_eq!((table.replace(id, 7, 9), table.get(id)), (Some(8), Some(8)));
        }
        assert_eq!((table.replace(b"new", 7, 9), table.get(b"new")), (None, Some(9)));
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn the_highest_number_is_kept() {
        let mut table = KeyTable::new();
        table.insert(b"", KeyTable::INDEX_MAX);
        assert_eq!(table.get(b""), Some(KeyTable::INDEX_MAX));
    }
}
