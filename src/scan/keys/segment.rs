//! A part of a table that grows by itself, so that a table that grows never stands twice in memory.
//!
//! An id is put into the first group with a free slot from its home on, so a search ends at the id or at a
//! group with a free slot.

use prefetch_index::prefetch_index;

use super::{
    group::{Entry, Group, SLOTS},
    long::LongIds,
    packed::{Packed, lower},
};

/// Bits of a hash that choose a segment.
const SEGMENT_BITS: u32 = 6;
/// Segments of a table.
pub(super) const SEGMENTS: usize = 1 << SEGMENT_BITS;
/// Four of five slots are taken at most: more make lookups long, fewer make the table large.
const TAKEN_MAX: [usize; 2] = [4, 5];
/// So many are taken when a segment made for the right number of ids has them all.
const TAKEN_AT_FIRST: [usize; 2] = [3, 4];
/// Groups of the smallest segment.
const GROUPS_MIN: usize = 4;

/// Ids whose hashes begin alike.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    groups: Vec<Group>,
    len: usize,
}

impl Segment {
    /// An empty segment with room for so many ids. Those of different `number` differ in size, so that they
    /// do not grow all at once.
    pub(super) fn with_capacity(ids: usize, number: usize) -> Self {
        let [taken, of] = TAKEN_AT_FIRST;
        let groups = (ids * of).div_ceil(taken * SLOTS);
        Self { groups: vec![Group::FREE; groups + GROUPS_MIN + number % GROUPS_MIN], len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Group>()
    }

    /// Asks for where the search for a hash begins and for what stands behind it, as one search in eight goes on
    /// there.
    #[inline]
    pub(super) fn expect(&self, hash: u64) {
        let at = home(hash, self.groups.len());
        prefetch_index(&self.groups, at);
        prefetch_index(&self.groups, at + 1);
    }

    /// The number of an id.
    #[inline]
    pub(super) fn find(&self, id: &[u8], packed: Packed, hash: u64, long: &LongIds) -> Option<u32> {
        if packed.is_long() {
            return self.find_long(id, packed, hash, long);
        }
        let mut at = home(hash, self.groups.len());
        loop {
            let group = &self.groups[at];
            let found = group.find(packed);
            if found.is_some() || !group.is_full() {
                return found;
            }
            at = next(at, self.groups.len());
        }
    }

    /// The number of an id that is kept elsewhere: its bytes are compared wherever its hash is found.
    #[inline(never)]
    fn find_long(&self, id: &[u8], packed: Packed, hash: u64, long: &LongIds) -> Option<u32> {
        let mut at = home(hash, self.groups.len());
        loop {
            let group = &self.groups[at];
            if let Some(entry) = group.entries().find(|entry| is_long(entry.packed, id, packed, long)) {
                return Some(entry.index);
            }
            if !group.is_full() {
                return None;
            }
            at = next(at, self.groups.len());
        }
    }

    /// Has an id stand for `to` where it stands for `from`; for what it stood comes back.
    pub(super) fn replace(
        &mut self,
        (id, packed, hash): (&[u8], Packed, u64),
        long: &LongIds,
        from: u32,
        to: u32,
    ) -> Option<u32> {
        let mut at = home(hash, self.groups.len());
        loop {
            let group = &mut self.groups[at];
            let is_same = |other: Packed| {
                if packed.is_long() { is_long(other, id, packed, long) } else { other == packed }
            };
            let found = (0..).zip(group.entries()).find(|(_, entry)| is_same(entry.packed));
            if let Some((slot, entry)) = found {
                if entry.index == from {
                    group.renumber(slot, to);
                }
                return Some(entry.index);
            }
            if !group.is_full() {
                return None;
            }
            at = next(at, self.groups.len());
        }
    }

    /// Puts in an entry whose id is not there.
    pub(super) fn push(&mut self, entry: Entry, hash: u64) {
        let [taken, of] = TAKEN_MAX;
        if (self.len + 1) * of > self.groups.len() * SLOTS * taken {
            self.grow();
        }
        place(&mut self.groups, entry, hash);
        self.len += 1;
    }

    fn grow(&mut self) {
        let groups = self.groups.len() + self.groups.len() * 3 / 10 + 1;
        let mut larger = vec![Group::FREE; groups];
        for entry in self.groups.iter().flat_map(Group::entries) {
            let mut packed = entry.packed;
            if packed.is_long() {
                packed.first &= HASH_OF_LONG;
            }
            place(&mut larger, entry, packed.hash());
        }
        self.groups = larger;
    }
}

/// Whether a slot is that of an id which is kept elsewhere.
fn is_long(slot: Packed, id: &[u8], packed: Packed, long: &LongIds) -> bool {
    let is_alike = slot.second == packed.second && slot.first & HASH_OF_LONG == packed.first;
    is_alike && long.get(lower(slot.first)) == id
}

/// What is of the hash in the first word of a long id; the rest is where it is kept.
const HASH_OF_LONG: u64 = !0 << 32;

/// Puts an entry into the first group with a free slot from its home on.
fn place(groups: &mut [Group], entry: Entry, hash: u64) {
    let mut at = home(hash, groups.len());
    while !groups[at].push(entry) {
        at = next(at, groups.len());
    }
}

/// The segment of a hash: its highest bits.
#[inline]
pub(super) fn segment_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - SEGMENT_BITS)).expect("few bits")
}

/// The group in which the search for a hash begins: its bits below those of the segment as a fraction of all.
#[inline]
fn home(hash: u64, groups: usize) -> usize {
    let fraction = (hash << SEGMENT_BITS) >> 32;
    let scaled = fraction.wrapping_mul(groups as u64) >> 32;
    usize::try_from(scaled).expect("less than the number of groups")
}

/// The group that is looked at after another.
#[inline]
fn next(at: usize, groups: usize) -> usize {
    if at + 1 == groups { 0 } else { at + 1 }
}
