//! Where the bytes that mean something stand, 64 bytes at a time.
//!
//! One look at 64 bytes gives two integers of 64 bits: where delimiters are, and where a record may end or
//! a quote stands. Everything after that is arithmetic on bits. Which of them count is not decided here.
//!
//! The look is taken with the widest instructions the processor has. That is found out when the program
//! runs, so everything between the choice ([`dispatch`](fearless_simd::dispatch)) and the look must be
//! inlined.
#![expect(clippy::inline_always, reason = "or the compiler forgets which instructions were chosen")]

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// Bytes in a window.
pub(super) const WINDOW: usize = 64;

/// The marked bytes of one window: bit `n` is its byte `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Bytes that are the delimiter.
    pub delimiters: u64,
    /// Bytes that are a quote or a line feed.
    pub stops: u64,
}

impl Marks {
    /// The marks of the window of `bytes` that begins at `base`; past the end nothing is marked.
    #[inline(always)]
    pub(super) fn at<S: Simd>(simd: S, bytes: &[u8], base: usize, delimiter: u8) -> Self {
        let rest = bytes.get(base..).unwrap_or_default();
        match rest.first_chunk() {
            Some(window) => Self::of(simd, window, delimiter),
            None => Self::of_short(rest, delimiter),
        }
    }

    /// Without what stands before byte `from` of the window, which may be one behind its last.
    #[inline(always)]
    pub(super) fn from(self, from: usize) -> Self {
        let kept = u64::MAX.unbounded_shl(u32::try_from(from).expect("a place in a window"));
        Self { delimiters: self.delimiters & kept, stops: self.stops & kept }
    }

    #[inline(always)]
    fn of<S: Simd>(simd: S, window: &[u8; WINDOW], delimiter: u8) -> Self {
        let window = u8x64::from_slice(simd, window);
        let stops = window.simd_eq(b'\n') | window.simd_eq(b'"');
        Self { delimiters: window.simd_eq(delimiter).to_bitmask(), stops: stops.to_bitmask() }
    }

    #[cold]
    fn of_short(rest: &[u8], delimiter: u8) -> Self {
        let mut marks = Self::default();
        for (place, &byte) in rest.iter().enumerate() {
            marks.delimiters |= u64::from(byte == delimiter) << place;
            marks.stops |= u64::from(matches!(byte, b'"' | b'\n')) << place;
        }
        marks
    }
}

/// The marked bytes of a window without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainMarks {
    /// Bytes that are the delimiter.
    pub delimiters: u64,
    /// Bytes that are a line feed.
    pub line_feeds: u64,
}

impl PlainMarks {
    /// The marks of a window; `None` where there is a quote in it.
    #[inline(always)]
    pub(super) fn of<S: Simd>(simd: S, window: &[u8; WINDOW], delimiter: u8) -> Option<Self> {
        let window = u8x64::from_slice(simd, window);
        let marks = Self {
            delimiters: window.simd_eq(delimiter).to_bitmask(),
            line_feeds: window.simd_eq(b'\n').to_bitmask(),
        };
        (window.simd_eq(b'"').to_bitmask() == 0).then_some(marks)
    }
}

/// What many bytes hold, at one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// How many of them are line feeds.
    pub line_feeds: u64,
    /// Whether any of them is a quote.
    pub has_quotes: bool,
}

impl Seen {
    /// What there is in bytes.
    pub(super) fn in_bytes(bytes: &[u8]) -> Self {
        let (windows, rest) = bytes.as_chunks();
        let mut seen = dispatch!(Level::new(), simd => Self::in_windows(simd, windows));
        seen.line_feeds += rest.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        seen.has_quotes |= rest.contains(&b'"');
        seen
    }

    #[inline(always)]
    fn in_windows<S: Simd>(simd: S, windows: &[[u8; WINDOW]]) -> Self {
        let (mut line_feeds, mut quotes) = (0, 0);
        for window in windows {
            let window = u8x64::from_slice(simd, window);
            line_feeds += u64::from(window.simd_eq(b'\n').to_bitmask().count_ones());
            quotes |= window.simd_eq(b'"').to_bitmask();
        }
        Self { line_feeds, has_quotes: quotes != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_seen_is_there(bytes in prop::collection::vec(prop::sample::select(b",a\"\n".to_vec()), 0..300), quotes: bool) {
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| quotes || *byte != b'"').collect();
            let line_feeds = memchr::memchr_iter(b'\n', &bytes).count() as u64;
            prop_assert_eq!(Seen::in_bytes(&bytes), Seen { line_feeds, has_quotes: bytes.contains(&b'"') });
        }

        #[test]
        fn marks_are_where_the_bytes_are(
            bytes in prop::collection::vec(prop::sample::select(b",;\"\n\r\0a\xff".to_vec()), 64..200),
            base in 0_usize..136,
            delimiter in prop::sample::select(vec![b',', b';', 0]),
        ) {
            prop_assume!(base + WINDOW <= bytes.len());
            let plainly = Marks::of_short(&bytes[base..base + WINDOW], delimiter);
            let marks = dispatch!(Level::new(), simd => Marks::at(simd, &bytes, base, delimiter));
            prop_assert_eq!(marks, plainly);
            prop_assert_eq!(dispatch!(Level::baseline(), simd => Marks::at(simd, &bytes, base, delimiter)), plainly);
            let window = bytes[base..].first_chunk().unwrap();
            let plain = dispatch!(Level::new(), simd => PlainMarks::of(simd, window, delimiter));
            prop_assert_eq!(plain.is_none(), window.contains(&b'"'));
            let wanted = (plainly.delimiters, plainly.stops);
            let is_alike = plain.is_none_or(|marks| (marks.delimiters, marks.line_feeds) == wanted);
            prop_assert!(is_alike);
        }
    }
}
