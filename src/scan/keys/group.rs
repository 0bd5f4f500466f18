//! Four slots that one access to memory brings.

use super::packed::Packed;

/// Slots of a group.
pub(super) const SLOTS: usize = 4;

/// Four slots of sixteen bytes, in one line of a cache. They fill from the first on, and nothing is ever taken
/// out.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Group {
    first: [u64; SLOTS],
    second: [u32; SLOTS],
    /// One more than the number that an id stands for; nought where the slot is free.
    above: [u32; SLOTS],
}

/// What is in a slot. Of a long id, the lower half of the first word is where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) packed: Packed,
    /// The number that the id stands for.
    pub(super) index: u32,
}

impl Group {
    /// A group that holds nothing.
    pub(super) const FREE: Self = Self { first: [0; SLOTS], second: [0; SLOTS], above: [0; SLOTS] };

    /// The number of an id that is kept in its slot. No branch tells in which of them it is.
    #[inline]
    pub(super) fn find(&self, packed: Packed) -> Option<u32> {
        let same = |slot: usize| u32::from(self.second[slot] == packed.second) << slot;
        let mut alike = same(0) | same(1) | same(2) | same(3);
        while alike != 0 {
            let slot = alike.trailing_zeros() as usize;
            if self.first[slot] == packed.first {
                return self.above[slot].checked_sub(1);
            }
            alike &= alike - 1;
        }
        None
    }

    /// Whether the search for an id goes on behind this group.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.above[SLOTS - 1] != 0
    }

    /// What is in the slots.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        (0..SLOTS).map_while(|slot| {
            let packed = Packed { first: self.first[slot], second: self.second[slot] };
            Some(Entry { packed, index: self.above[slot].checked_sub(1)? })
        })
    }

    /// Puts an entry into the first free slot; `false` where there is none.
    pub(super) fn push(&mut self, entry: Entry) -> bool {
        let Some(free) = self.above.iter().position(|above| *above == 0) else { return false };
        self.first[free] = entry.packed.first;
        self.second[free] = entry.packed.second;
        self.above[free] = entry.index + 1;
        true
    }

    /// Has the id of a slot stand for another number.
    pub(super) fn renumber(&mut self, slot: usize, index: u32) {
        self.above[slot] = index + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_a_line_of_a_cache() {
        assert_eq!((size_of::<Group>(), align_of::<Group>()), (64, 64));
    }

    #[test]
    fn a_group_holds_four() {
        let mut group = Group::FREE;
        for index in 0..4 {
            assert!(!group.is_full());
            let packed = Packed::of(index.to_string().as_bytes());
            assert_eq!(group.find(packed), None);
            assert!(group.push(Entry { packed, index }));
            assert_eq!(group.find(packed), Some(index));
        }
        assert!(group.is_full() && !group.push(Entry { packed: Packed::of(b"4"), index: 4 }));
        assert_eq!(group.entries().map(|entry| entry.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_free_slot_holds_no_id() {
        assert_eq!(Group::FREE.find(Packed::of(b"")), None);
        assert_eq!(Group::FREE.find(Packed::default()), None);
        assert_eq!(Group::FREE.entries().next(), None);
    }
}
