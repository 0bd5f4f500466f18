//! The text of a field that begins with a quote.
//!
//! The grammar is the one of the `csv` crate, which reads everything somehow: a doubled quote inside is
//! one quote; what follows a closing quote belongs to the field as it stands; an unclosed quote runs to
//! the end of the input.

use std::ops::Range;

use memchr::memchr;

use super::row::Span;

/// Where the text of the field at `field` of `bytes` is: as a rule between its quotes, or else copied
/// into `scratch`.
pub(super) fn unquote(bytes: &[u8], field: Range<usize>, scratch: &mut Vec<u8>) -> Span {
    let (mut piece, end) = (field.start + 1, field.end);
    let copied_from = scratch.len();
    let quote_from = |from: usize| memchr(b'"', &bytes[from..end]).map(|ahead| from + ahead);
    while let Some(quote) = quote_from(piece) {
        if quote + 1 < end && bytes[quote + 1] == b'"' {
            scratch.extend_from_slice(&bytes[piece..=quote]);
            piece = quote + 2;
            continue;
        }
        if quote + 1 == end && scratch.len() == copied_from {
            return Span::new(piece..quote);
        }
        scratch.extend_from_slice(&bytes[piece..quote]);
        piece = quote + 1;
        break;
    }
    if piece == field.start + 1 {
        return Span::new(piece..end);
    }
    scratch.extend_from_slice(&bytes[piece..end]);
    Span::new(bytes.len() + copied_from..bytes.len() + scratch.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_they_come() {
        for (field, text) in [
            ("\"a\nb\"", "a\nb"),
            ("\"\"", ""),
            ("\"", ""),
            ("\"\"\"\"", "\""),
            ("\"\"\"", "\""),
            ("\"say \"\"hi\"\"\"", "say \"hi\""),
            ("\"a\"b\"c", "ab\"c"),
            ("\"\"b", "b"),
            ("\"a\"\"\"b\"", "a\"b\""),
            ("\"never closed", "never closed"),
            ("\"never \"\"closed", "never \"closed"),
        ] {
            let bytes = format!("before,{field},behind").into_bytes();
            let mut scratch = b"earlier".to_vec();
            let span = unquote(&bytes, 7..7 + field.len(), &mut scratch);
            assert_eq!(span.text(&bytes, &scratch), Some(text.as_bytes()), "{field}");
        }
    }
}
