//! Packed records one behind the other, in pieces that never move.

use std::num::NonZeroU64;

/// Bytes of a piece. Small enough that the last one, half empty, does not show.
const PIECE: usize = 1 << 20;
/// Bits of a place that say where in its piece a record begins.
const WITHIN_BITS: u32 = 32;

/// Packed records, each by the place that [`push`](Self::push) gave it.
///
/// A vector that grows copies everything and holds it twice while it does; pieces hold it once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arena {
    pieces: Vec<Vec<u8>>,
}

/// Where in an [`Arena`] a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(NonZeroU64);

impl Place {
    /// A place is counted from one, so that none takes no room beside it.
    fn new(piece: usize, within: usize) -> Self {
        let counted = ((piece as u64) << WITHIN_BITS | within as u64) + 1;
        Self(NonZeroU64::new(counted).expect("one more than some number"))
    }

    /// The piece, and where in it.
    fn parts(self) -> (usize, usize) {
        let from_zero = self.0.get() - 1;
        let fits = |number: u64| usize::try_from(number).expect("a place that push gave");
        (fits(from_zero >> WITHIN_BITS), fits(from_zero & u64::from(u32::MAX)))
    }
}

impl Arena {
    /// Appends what `pack` writes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Place {
        if self.pieces.last().is_none_or(|piece| piece.len() + bytes.len() > piece.capacity()) {
            self.pieces.push(Vec::with_capacity(PIECE.max(bytes.len())));
        }
        let number = self.pieces.len() - 1;
        let piece = &mut self.pieces[number];
        let within = piece.len();
        piece.extend_from_slice(bytes);
        Place::new(number, within)
    }

    /// The bytes from a place on; a record knows where it ends.
    pub(crate) fn at(&self, place: Place) -> &[u8] {
        let (number, within) = place.parts();
        &self.pieces[number][within..]
    }

    /// Bytes of memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.pieces.iter().map(Vec::capacity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_by_their_place() {
        let mut arena = Arena::default();
        let records: Vec<Vec<u8>> = (0..400_u32).map(|n| n.to_le_bytes().repeat(2000)).collect();
        let places: Vec<Place> = records.iter().map(|record| arena.push(record)).collect();
        assert!(arena.pieces.len() > 2, "the records fill several pieces");
        for (record, place) in records.iter().zip(places) {
            assert!(arena.at(place).starts_with(record));
        }
        let long = vec![7; 3 * PIECE];
        let place = arena.push(&long);
        assert_eq!(arena.at(place), long);
    }
}
