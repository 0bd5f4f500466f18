//! Ids in twelve bytes, and their hash.
//!
//! Most ids are kept where they are compared: digits take half a byte each, short texts are as they are. The
//! last byte tells what the others are, so no two ids are packed alike:
//!
//! | last byte | the id |
//! |---|---|
//! | 0 to 11 | that many bytes, and NULs behind them |
//! | 64 + 12 to 64 + 20 | that many ASCII digits, noughts before them |
//! | 255 | elsewhere; here are 56 bits of its hash |

/// Bytes of any id that can be kept in a slot.
const INLINE: usize = 11;
/// Digits of an id that can be kept in a slot.
const DIGITS: usize = 20;
/// The last byte of digits, without their number.
const ARE_DIGITS: u32 = 64 << 24;
/// The last byte of an id that is kept elsewhere.
const ELSEWHERE: u32 = 0xff << 24;

/// An id, ready to be looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    /// Its first eight bytes or sixteen digits. Of a long one the upper half is of its hash; the lower half is
    /// nought, so that a slot can keep there which one it is.
    pub first: u64,
    /// Its other bytes or digits or more of its hash, and in the highest byte what all this is.
    pub second: u32,
}

impl Packed {
    #[inline]
    pub(super) fn of(id: &[u8]) -> Self {
        match id.try_into() {
            Ok(full) => Self::of_digits(full, DIGITS).unwrap_or_else(|| Self::of_long(id)),
            Err(_) => Self::of_other_length(id),
        }
    }

    fn of_other_length(id: &[u8]) -> Self {
        match id.len() {
            0..=INLINE => {
                let mut bytes = [0; 12];
                bytes[..id.len()].copy_from_slice(id);
                bytes[INLINE] = u8::try_from(id.len()).expect("at most eleven");
                Self { first: first_word(&bytes), second: last_word(&bytes) }
            }
            length @ 12..DIGITS => {
                let mut digits = [b'0'; DIGITS];
                digits[DIGITS - length..].copy_from_slice(id);
                Self::of_digits(&digits, length).unwrap_or_else(|| Self::of_long(id))
            }
            _ => Self::of_long(id),
        }
    }

    /// So many digits behind noughts; `None` where they are not all digits.
    #[inline]
    fn of_digits(id: &[u8; DIGITS], length: usize) -> Option<Self> {
        // Exclusive-or with noughts leaves digits as 0 to 9; adding sets the highest bit of a larger byte.
        let rest = u64::from(last_word(id) ^ u32::from_le_bytes([b'0'; 4]));
        let [one, two] =
            [first_word(id), first_word(&id[8..])].map(|word| word ^ u64::from_le_bytes([b'0'; 8]));
        let too_large = [one, two, rest].map(|word| word.wrapping_add(0x7676_7676_7676_7676) | word);
        if (too_large[0] | too_large[1] | too_large[2]) & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        let tag = ARE_DIGITS + (u32::try_from(length).expect("at most twenty") << 24);
        Some(Self { first: one | two << 4, second: tag | lower(nibbles(rest)) })
    }

    #[inline(never)]
    fn of_long(id: &[u8]) -> Self {
        let hash = hash_bytes(id);
        Self { first: hash & !u64::from(u32::MAX), second: ELSEWHERE | (lower(hash) >> 8) }
    }

    /// Whether the id is twelve or more digits, kept as such.
    #[inline]
    pub(super) const fn is_digits(self) -> bool {
        self.second >= ARE_DIGITS && self.second < ELSEWHERE
    }

    /// Whether the id is kept elsewhere.
    #[inline]
    pub(super) fn is_long(self) -> bool {
        self.second >= ELSEWHERE
    }

    /// A number that is the same in every run, and spread evenly over all numbers.
    #[inline]
    pub(super) fn hash(self) -> u64 {
        let inner = fold(self.first ^ SEEDS[0], u64::from(self.second) ^ SEEDS[1]);
        fold(inner ^ SEEDS[2], SEEDS[3])
    }
}

/// The first eight bytes.
#[inline]
fn first_word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(*bytes.first_chunk().expect("eight bytes or more"))
}

/// The last four bytes.
#[inline]
fn last_word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(*bytes.last_chunk().expect("four bytes or more"))
}

/// Four bytes of which each is less than sixteen, in half the room.
#[inline]
const fn nibbles(word: u64) -> u64 {
    let pairs = (word | word >> 4) & 0x00ff_00ff;
    (pairs | pairs >> 8) & 0xffff
}

/// The lower half of a word.
#[inline]
pub(super) fn lower(word: u64) -> u32 {
    u32::try_from(word & u64::from(u32::MAX)).expect("32 bits")
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
        let byte = prop::sample::select(vec![0, 1, 11, b'/', b'0', b'1', b'9', b':', 255]);
        prop_oneof![prop::collection::vec(byte, 0..24), "0{0,10}[0-9]{2,12}".prop_map(String::into_bytes)]
    }

    proptest! {
        #[test]
        fn different_ids_are_packed_differently(one in id(), other in id()) {
            prop_assert_eq!(one == other, Packed::of(&one) == Packed::of(&other));
        }

        #[test]
        fn one_byte_of_an_id_makes_it_another(id in id(), at in any::<prop::sample::Index>(), byte in 1_u8..) {
            prop_assume!(!id.is_empty());
            let mut other = id.clone();
            other[at.index(id.len())] ^= byte;
            prop_assert_ne!(Packed::of(&id), Packed::of(&other));
            prop_assert_ne!(Packed::of(&id), Packed::of(&[&id[..], b"0"].concat()));
            prop_assert_ne!(Packed::of(&id), Packed::of(&[b"0", &id[..]].concat()));
        }
    }

    #[test]
    fn digits_and_short_texts_are_kept_in_the_slot() {
        for id in ["20260101000000271828", "99999999999999999999", "123456789012", "ins-1234567", "ins-1", ""]
        {
            assert!(!Packed::of(id.as_bytes()).is_long(), "{id}");
        }
        for id in [
            "2026010100000027182a",
            "2026010100000027182:",
            "2026010100000027182/",
            "202601010000002718281",
            "ins-12345678",
            "123e4567-e89b-12d3-a456-426614174000",
        ] {
            assert!(Packed::of(id.as_bytes()).is_long(), "{id}");
        }
        assert_ne!(Packed::of(b"a"), Packed::of(b"a\0"));
        assert_ne!(Packed::of(b"123456789012"), Packed::of(b"0123456789012"));
    }

    #[test]
    fn hashes_are_the_same_in_every_run() {
        assert_eq!(Packed::of(b"20260101000000271828").hash(), 4_185_383_344_927_337_492);
        assert_eq!(Packed::of(b"123e4567-e89b-12d3-a456-426614174000").hash(), 16_232_719_635_026_684_912);
    }
}
