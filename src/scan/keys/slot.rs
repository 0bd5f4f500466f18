//! Slots of a table, and in which order they are searched.
//!
//! An id is put into the first free slot from its home on, and nothing is ever taken out, so a search ends
//! at the id or at a free slot.

use super::packed::Packed;

/// The packed id's first, second and third word, and above the third one more than its number; all
/// zero when the slot is free. An array of integers, because a vector of zeros costs nothing until used.
pub(super) type Slot = [u64; 3];

/// A slot that holds nothing.
pub(super) const FREE: Slot = [0; 3];

/// The number in a slot; `None` in a free one.
#[inline]
pub(super) fn index_in(slot: &Slot) -> Option<u32> {
    upper(slot[2]).checked_sub(1)
}

/// Whether a slot is taken and its three words are those of a packed id.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a lazy operator is a branch, and this one predicts badly")]
pub(super) fn holds(slot: &Slot, packed: Packed) -> bool {
    (slot[0] == packed.first)
        & (slot[1] == packed.second)
        & (lower(slot[2]) == packed.third)
        & (upper(slot[2]) != 0)
}

#[inline]
fn upper(word: u64) -> u32 {
    u32::try_from(word >> 32).expect("32 bits")
}

/// The lower half of a word.
#[inline]
pub(super) fn lower(word: u64) -> u32 {
    u32::try_from(word & u64::from(u32::MAX)).expect("32 bits")
}

/// The slot in which the search for a hash begins: the hash as a fraction of the table.
#[inline]
pub(super) fn home(hash: u64, slots: usize) -> usize {
    let scaled = (u128::from(hash) * slots as u128) >> 64;
    usize::try_from(scaled).expect("less than the number of slots")
}

/// The slot that is looked at after another.
#[inline]
pub(super) fn next(at: usize, slots: usize) -> usize {
    if at + 1 == slots { 0 } else { at + 1 }
}

/// Puts an entry that is not in the table into the first free slot from its home on.
pub(super) fn place(slots: &mut [Slot], home: usize, entry: Slot) {
    let mut at = home;
    while index_in(&slots[at]).is_some() {
        at = next(at, slots.len());
    }
    slots[at] = entry;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_spread_over_all_slots() {
        assert_eq!([0, 1 << 63, u64::MAX].map(|hash| home(hash, 10)), [0, 5, 9]);
        assert_eq!([next(8, 10), next(9, 10)], [9, 0]);
    }

    #[test]
    fn a_taken_slot_sends_to_the_next_and_around() {
        let mut slots = [FREE; 3];
        for number in 1..=3 {
            place(&mut slots, 2, [number, 0, number << 32]);
        }
        assert_eq!(slots.map(|slot| slot[0]), [2, 3, 1]);
        assert_eq!(index_in(&slots[2]), Some(0));
        assert_eq!(index_in(&FREE), None);
    }

    #[test]
    fn a_free_slot_holds_no_id() {
        assert!(!holds(&FREE, Packed::of(b"")));
        assert!(!holds(&FREE, Packed::default()));
    }
}
