//! Identifiers in their usual layout, seen without the grammar of cells.

/// The longest identifier read here; longer ones are left to the grammar.
const ID_BYTES_MAX: usize = 512;

/// A cell that is empty, or an identifier of visible ASCII; `None` for any other.
#[inline]
#[expect(
    clippy::option_option,
    reason = "no cell, a cell that is an identifier, and a cell that is to be looked at"
)]
pub(super) fn plain_id(cell: Option<&[u8]>) -> Option<Option<&[u8]>> {
    let Some(bytes) = cell else { return Some(None) };
    is_plain_id(bytes).then_some(Some(bytes))
}

/// Whether a cell is an identifier of visible ASCII, or empty.
#[inline]
pub(super) fn is_plain_id(bytes: &[u8]) -> bool {
    are_visible(bytes) && bytes.len() <= ID_BYTES_MAX
}

/// Whether all bytes are visible ASCII; eight are looked at together.
#[inline]
fn are_visible(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else { return bytes.iter().all(u8::is_ascii_graphic) };
    let odd = |bytes: &[u8; 8]| {
        let word = u64::from_le_bytes(*bytes);
        // Each sum sets the highest bit of a byte: the first where it is no blank and no control character,
        // the second where it is the one behind all that is visible.
        let [visible, behind] =
            [0x5f5f_5f5f_5f5f_5f5f, 0x0101_0101_0101_0101].map(|more| word.wrapping_add(more));
        word | !visible | behind
    };
    let (words, _) = bytes.as_chunks();
    words.iter().fold(odd(last), |all, word| all | odd(word)) & 0x8080_8080_8080_8080 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_that_is_not_visible_is_seen_anywhere() {
        for length in 1..40 {
            let mut bytes = vec![b'!'; length];
            assert!(are_visible(&bytes));
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    bytes[at] = byte;
                    assert_eq!(are_visible(&bytes), byte.is_ascii_graphic(), "{byte} at {at} of {length}");
                }
                bytes[at] = b'~';
            }
        }
    }
}
