//! Ids in twenty bytes, and their hash.
//!
//! Most ids have at most twenty bytes and are kept where they are compared. The twentieth byte tells what
//! the others are, so no two ids are packed alike:
//!
//! | twentieth byte | the id |
//! |---|---|
//! | 0 to 19 | that many bytes, and NULs behind them |
//! | 20 to 254 | all twenty bytes |
//! | 255 | elsewhere; here is its hash |
//!
//! An id of twenty bytes that ends with one of the other values is kept elsewhere, too. Such an id has
//! been seen only in tests.

/// Bytes of an id that can be kept in a slot.
const INLINE: usize = 20;
/// The twentieth byte of an id that is kept elsewhere.
const ELSEWHERE: u32 = 0xff << 24;

/// An id, ready to be looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    /// Its first eight bytes, or the hash of a long one.
    pub first: u64,
    /// Its second eight bytes; of a long one nothing.
    pub second: u64,
    /// Its last four bytes.
    pub third: u32,
}

impl Packed {
    #[inline]
    pub(super) fn of(id: &[u8]) -> Self {
        match id.try_into() {
            Ok(full) => Self::of_full(full),
            Err(_) => Self::of_other_length(id),
        }
    }

    #[inline]
    fn of_full(id: &[u8; INLINE]) -> Self {
        let packed = Self::from_bytes(id);
        if matches!(packed.third >> 24, 20..255) { packed } else { Self::of_long(id) }
    }

    fn of_other_length(id: &[u8]) -> Self {
        if id.len() > INLINE {
            return Self::of_long(id);
        }
        let mut bytes = [0; INLINE];
        bytes[..id.len()].copy_from_slice(id);
        bytes[INLINE - 1] = u8::try_from(id.len()).expect("shorter than twenty");
        Self::from_bytes(&bytes)
    }

    fn of_long(id: &[u8]) -> Self {
        Self { first: hash_bytes(id), second: 0, third: ELSEWHERE }
    }

    #[inline]
    fn from_bytes(bytes: &[u8; INLINE]) -> Self {
        let (words, _) = bytes.as_chunks();
        let [first, second] = *words else { unreachable!("twenty bytes have two words of eight") };
        let third = bytes.last_chunk().expect("twenty bytes end with four");
        Self {
            first: u64::from_le_bytes(first),
            second: u64::from_le_bytes(second),
            third: u32::from_le_bytes(*third),
        }
    }

    /// Whether the id is kept elsewhere.
    #[inline]
    pub(super) fn is_long(self) -> bool {
        self.third == ELSEWHERE
    }

    /// A number that is the same in every run, and spread evenly over all numbers.
    #[inline]
    pub(super) fn hash(self) -> u64 {
        if self.is_long() {
            return self.first;
        }
        let inner = fold(self.first ^ SEEDS[0], self.second ^ SEEDS[1]);
        fold(inner ^ SEEDS[2], u64::from(self.third) ^ SEEDS[3])
    }
}

/// Fixed, so that everything depends on the ids alone: the fractions of the square roots of 2, 3, 5, 7.
const SEEDS: [u64; 4] =
    [0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];

/// Both halves of the product, one over the other: every bit of the factors counts.
#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left).wrapping_mul(u128::from(right));
    let [low, high] = [product & u128::from(u64::MAX), product >> 64];
    u64::try_from(low ^ high).expect("each half has 64 bits")
}

fn hash_bytes(id: &[u8]) -> u64 {
    let (words, rest) = id.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    words.fold(SEEDS[2] ^ id.len() as u64, |hash, word| fold(hash ^ SEEDS[0], word ^ SEEDS[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop::sample::select(vec![0, 1, 19, 20, b'0', 254, 255]);
        prop::collection::vec(byte, 0..24)
    }

    proptest! {
        #[test]
        fn different_ids_are_packed_differently(one in id(), other in id()) {
            prop_assert_eq!(one == other, Packed::of(&one) == Packed::of(&other));
        }
    }

    #[test]
    fn what_ends_like_a_length_is_long() {
        assert!(!Packed::of(b"20260101000000271828").is_long());
        assert!(!Packed::of(b"ins-1").is_long());
        assert!(Packed::of(b"2026010100000027182\x13").is_long());
        assert!(Packed::of(b"2026010100000027182\xff").is_long());
        assert!(Packed::of(b"123e4567-e89b-12d3-a456-426614174000").is_long());
        assert_ne!(Packed::of(b"a"), Packed::of(b"a\0"));
    }

    #[test]
    fn hashes_are_the_same_in_every_run() {
        assert_eq!(Packed::of(b"20260101000000271828").hash(), 2_901_207_305_820_028_379);
        assert_eq!(Packed::of(b"123e4567-e89b-12d3-a456-426614174000").hash(), 10_782_164_312_350_121_316);
    }
}
