//! Whether a place in the middle of a file is inside quotes.
//!
//! A file is cut into chunks anywhere. To know where a record ends in a chunk, one must know whether the
//! chunk begins inside a quoted field, and that depends on everything before it. But only quotes matter:
//! [`Quoting::after`] carries the state over a chunk by looking at its quotes alone, exactly as the
//! splitter would, and [`Quoting::guess`] supposes from the first telling quote in what state a chunk
//! begins. A guess saves waiting for the chunks before; it is never trusted (see
//! [`stitch`](super::stitch)).

use memchr::{memchr_iter, memchr2_iter, memrchr};

/// What stands before a byte, as far as it decides what a quote at that byte means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// A delimiter, a line end, or nothing: a quote would open a field.
    FieldStart,
    /// Text outside quotes: a quote would be text.
    Text,
    /// An open quote: a quote would close it.
    Quoted,
    /// A quote that closed a field, if the next byte is not a quote, or else the first half of a doubled
    /// one.
    QuoteSeen,
}

/// Bytes at the end of a chunk in which the last record boundary is looked for first.
const TAIL: usize = 16 << 10;
/// Quotes looked at for a guess.
const GUESS_QUOTES_MAX: usize = 64;

impl Quoting {
    /// The state behind `bytes`, where this is the state before them.
    pub(super) fn after(self, bytes: &[u8], delimiter: u8) -> Self {
        let mut quotes = Quotes::new(self);
        for at in memchr_iter(b'"', bytes) {
            quotes.pass(at, bytes, delimiter);
        }
        quotes.state_behind(bytes, delimiter)
    }

    /// The state behind `bytes`, and where the last record that ends in them ends: the place behind the
    /// last line end outside quotes.
    pub(super) fn after_with_boundary(self, bytes: &[u8], delimiter: u8) -> (Self, Option<usize>) {
        let (head, tail) = bytes.split_at(bytes.len().saturating_sub(TAIL));
        let (state, boundary) = self.after(head, delimiter).step_with_boundary(tail, delimiter);
        match boundary {
            Some(boundary) => (state, Some(head.len() + boundary)),
            None => (state, self.step_with_boundary(head, delimiter).1),
        }
    }

    /// The same where there are no quotes and the bytes do not begin inside of any.
    pub(super) fn after_plain_with_boundary(bytes: &[u8], delimiter: u8) -> (Self, Option<usize>) {
        let state = Quotes::new(Self::FieldStart).state_behind(bytes, delimiter);
        (state, memrchr(b'\n', bytes).map(|at| at + 1))
    }

    fn step_with_boundary(self, bytes: &[u8], delimiter: u8) -> (Self, Option<usize>) {
        let mut quotes = Quotes::new(self);
        let mut boundary = None;
        for at in memchr2_iter(b'"', b'\n', bytes) {
            if bytes[at] == b'"' {
                quotes.pass(at, bytes, delimiter);
            } else if !quotes.open {
                boundary = Some(at + 1);
            }
        }
        (quotes.state_behind(bytes, delimiter), boundary)
    }

    /// The state in which `bytes` probably begin.
    ///
    /// A quote between a delimiter and text opens, a quote between text and a delimiter closes. The first
    /// that is one of these tells the state before it, and the quotes passed on the way turn it over.
    pub(super) fn guess(bytes: &[u8], delimiter: u8) -> Self {
        let is_edge = |byte: u8| byte == delimiter || matches!(byte, b'\n' | b'\r');
        for (passed, at) in memchr_iter(b'"', bytes).take(GUESS_QUOTES_MAX).enumerate() {
            let (Some(&before), Some(&behind)) =
                (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 1))
            else {
                continue;
            };
            let opens = is_edge(before) && !is_edge(behind) && behind != b'"';
            let closes = is_edge(behind) && !is_edge(before) && before != b'"';
            if opens || closes {
                return if closes == (passed % 2 == 0) { Self::Quoted } else { Self::FieldStart };
            }
        }
        Self::FieldStart
    }

    /// Whether `bytes` are read alike from either state.
    pub(super) fn reads_like(self, other: Self, bytes: &[u8]) -> bool {
        let is_outside = |state| state != Self::Quoted;
        self == other || (is_outside(self) && is_outside(other) && bytes.first() != Some(&b'"'))
    }
}

/// The walk from quote to quote.
struct Quotes {
    /// Whether the last quote passed left a field open.
    open: bool,
    /// The place behind the quote that closed a field last.
    closed_at: Option<usize>,
    before: Quoting,
}

impl Quotes {
    fn new(before: Quoting) -> Self {
        Self {
            open: before == Quoting::Quoted,
            closed_at: (before == Quoting::QuoteSeen).then_some(0),
            before,
        }
    }

    /// Passes the quote at `at`.
    #[inline]
    fn pass(&mut self, at: usize, bytes: &[u8], delimiter: u8) {
        if self.open {
            self.open = false;
            self.closed_at = Some(at + 1);
        } else if self.closed_at == Some(at) {
            self.open = true;
        } else {
            self.open = match at.checked_sub(1) {
                Some(before) => opens_behind(bytes[before], delimiter),
                None => self.before == Quoting::FieldStart,
            };
        }
    }

    fn state_behind(&self, bytes: &[u8], delimiter: u8) -> Quoting {
        if self.open {
            Quoting::Quoted
        } else if self.closed_at == Some(bytes.len()) {
            Quoting::QuoteSeen
        } else {
            match bytes.last() {
                Some(&last) if opens_behind(last, delimiter) => Quoting::FieldStart,
                Some(_) => Quoting::Text,
                None => self.before,
            }
        }
    }
}

/// Whether a field begins behind this byte outside quotes.
fn opens_behind(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || byte == b'\n'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, one byte at a time.
    fn step(state: Quoting, byte: u8) -> Quoting {
        match (state, byte) {
            (Quoting::Quoted, b'"') => Quoting::QuoteSeen,
            (Quoting::FieldStart | Quoting::QuoteSeen, b'"') | (Quoting::Quoted, _) => Quoting::Quoted,
            (_, b',' | b'\n') => Quoting::FieldStart,
            _ => Quoting::Text,
        }
    }

    proptest! {
        #[test]
        fn the_state_is_carried_over_a_chunk(
            bytes in prop::collection::vec(prop::sample::select(b",\"\"\n\rab".to_vec()), 0..60),
            state in prop::sample::select(vec![Quoting::FieldStart, Quoting::Text, Quoting::Quoted, Quoting::QuoteSeen]),
        ) {
            let mut plainly = state;
            let mut last_boundary = None;
            for (at, &byte) in bytes.iter().enumerate() {
                if plainly != Quoting::Quoted && byte == b'\n' {
                    last_boundary = Some(at + 1);
                }
                plainly = step(plainly, byte);
            }
            prop_assert_eq!(state.after(&bytes, b','), plainly);
            prop_assert_eq!(state.after_with_boundary(&bytes, b','), (plainly, last_boundary));
            if state == Quoting::FieldStart && !bytes.contains(&b'"') {
                prop_assert_eq!(Quoting::after_plain_with_boundary(&bytes, b','), (plainly, last_boundary));
            }
            for other in [Quoting::FieldStart, Quoting::Text, Quoting::Quoted, Quoting::QuoteSeen] {
                if state.reads_like(other, &bytes) && !bytes.is_empty() {
                    prop_assert_eq!(other.after_with_boundary(&bytes, b','), (plainly, last_boundary));
                }
            }
        }
    }

    #[test]
    fn a_boundary_far_from_the_end_is_found() {
        let mut bytes = b"a,b\n\"".to_vec();
        bytes.resize(3 * TAIL, b'\n');
        assert_eq!(Quoting::FieldStart.after_with_boundary(&bytes, b','), (Quoting::Quoted, Some(4)));
    }

    #[test]
    fn guesses_of_usual_text_are_right() {
        for (text, wanted) in [
            ("1,2\n3,\"x, y\"\n", Quoting::FieldStart),
            ("x, y\",3\n4,\"z\"\n", Quoting::Quoted),
            ("pro\"\", manual\"\n4,5\n", Quoting::Quoted),
            ("1,\"\",\"say \"\"hi\"\"\"\n", Quoting::FieldStart),
            ("no quotes at all\n", Quoting::FieldStart),
        ] {
            assert_eq!(Quoting::guess(text.as_bytes(), b','), wanted, "{text:?}");
        }
    }
}
