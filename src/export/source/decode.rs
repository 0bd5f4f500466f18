//! The encoding of a text, and its bytes as UTF-8 in a stream.
//!
//! A byte order mark decides. Without one, text that is strictly UTF-8 is UTF-8; only what is not is read
//! as GB18030, which is what Chinese spreadsheets write. A file of UTF-8 with a few bad bytes stays UTF-8:
//! its bad bytes become replacement characters, and the rows that have them become defects.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult};

/// Bytes looked at to tell the encoding.
pub(super) const SAMPLE_BYTES: usize = 1 << 18;

/// The encodings in which exports come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 behind a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// GB18030, which holds GBK and GB 2312.
    Gb18030,
}

impl Encoding {
    /// The name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with BOM",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Gb18030 => "GB18030",
        }
    }

    /// The encoding of that name, as options give it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "utf8" => Some(Self::Utf8),
            "utf16" | "utf16le" => Some(Self::Utf16Le),
            "utf16be" => Some(Self::Utf16Be),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Some(Self::Gb18030),
            _ => None,
        }
    }

    /// Bytes of its mark at the start of a file.
    pub(super) const fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Utf8Bom => &[0xef, 0xbb, 0xbf],
            Self::Utf16Le => &[0xff, 0xfe],
            Self::Utf16Be => &[0xfe, 0xff],
            Self::Gb18030 => &[0x84, 0x31, 0x95, 0x33],
        }
    }

    fn decoder(self) -> Decoder {
        let encoding = match self {
            Self::Utf8 | Self::Utf8Bom => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Gb18030 => encoding_rs::GB18030,
        };
        encoding.new_decoder_without_bom_handling()
    }
}

/// Tells the encoding of a text by its first bytes; `None` for bytes that are no text.
#[must_use]
pub fn sniff_encoding(sample: &[u8]) -> Option<Encoding> {
    for encoding in [Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Gb18030] {
        if sample.starts_with(encoding.bom()) {
            return Some(encoding);
        }
    }
    // A zero byte here and there is damage, which costs its row; many of them are no text.
    if sample.iter().filter(|b| **b == 0).take(sample.len() / 50 + 1).count() > sample.len() / 50 {
        return None;
    }
    let (whole, bad) = count_utf8(sample);
    if bad == 0 {
        return Some(Encoding::Utf8);
    }
    // Text of another encoding forms a valid long sequence only by accident, so a file in which they
    // prevail is UTF-8 with damage.
    if whole >= bad && whole > 0 || whole == 0 && decodes_badly(sample) {
        Some(Encoding::Utf8)
    } else {
        Some(Encoding::Gb18030)
    }
}

/// Characters of three and four bytes that are valid UTF-8, and places that are not.
fn count_utf8(sample: &[u8]) -> (usize, usize) {
    let (mut whole, mut bad) = (0, 0);
    let mut rest = sample;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                whole += text.chars().filter(|c| c.len_utf8() > 2).count();
                return (whole, bad);
            }
            Err(error) => {
                let (good, behind) = rest.split_at(error.valid_up_to());
                whole +=
                    std::str::from_utf8(good).map_or(0, |s| s.chars().filter(|c| c.len_utf8() > 2).count());
                let Some(len) = error.error_len() else {
                    // The sample ends in the middle of a character; the file goes on.
                    let ends_early = sample.len() < SAMPLE_BYTES;
                    return (whole, bad + usize::from(ends_early));
                };
                bad += 1;
                rest = &behind[len..];
            }
        }
    }
}

/// Whether GB18030 has no better reading of the sample.
fn decodes_badly(sample: &[u8]) -> bool {
    let mut decoder = Encoding::Gb18030.decoder();
    let mut text =
        String::with_capacity(decoder.max_utf8_buffer_length(sample.len()).unwrap_or(sample.len() * 4));
    let (_, _, had_errors) = decoder.decode_to_string(sample, &mut text, sample.len() < SAMPLE_BYTES);
    had_errors
}

/// Bytes in, UTF-8 out, with every bad byte replaced and counted.
pub(super) struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    skip: &'static [u8],
    raw: Vec<u8>,
    raw_start: usize,
    ended: bool,
    replaced: u64,
}

impl<R: Read> Decoding<R> {
    pub(super) fn new(inner: R, encoding: Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.decoder(),
            skip: encoding.bom(),
            raw: Vec::new(),
            raw_start: 0,
            ended: false,
            replaced: 0,
        }
    }

    /// How many bad places were replaced so far.
    pub(super) const fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Appends more text; `false` at the end.
    pub(super) fn more(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        const PIECE: usize = 1 << 16;
        if self.ended {
            return Ok(false);
        }
        if self.raw_start == self.raw.len() {
            self.raw_start = 0;
            self.raw.resize(PIECE, 0);
            let read = read_some(&mut self.inner, &mut self.raw)?;
            self.raw.truncate(read);
            if !self.skip.is_empty() && read > 0 {
                if self.raw.starts_with(self.skip) {
                    self.raw_start = self.skip.len();
                }
                self.skip = &[];
            }
        }
        let last = self.raw.is_empty();
        let before = out.len();
        out.resize(before + PIECE, 0);
        let mut written = 0;
        loop {
            let (result, read, wrote) = self.decoder.decode_to_utf8_without_replacement(
                &self.raw[self.raw_start..],
                &mut out[before + written..before + PIECE - 3],
                last,
            );
            self.raw_start += read;
            written += wrote;
            match result {
                DecoderResult::Malformed(..) => {
                    self.replaced += 1;
                    out[before + written..before + written + 3].copy_from_slice("\u{FFFD}".as_bytes());
                    written += 3;
                    if written + 16 > PIECE - 3 {
                        break;
                    }
                }
                DecoderResult::OutputFull => break,
                DecoderResult::InputEmpty => {
                    self.ended = last;
                    break;
                }
            }
        }
        out.truncate(before + written);
        Ok(true)
    }
}

/// As many bytes as there are, up to the buffer; short only at the end.
pub(super) fn read_some(inner: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match inner.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], encoding: Encoding) -> (String, u64) {
        let mut decoding = Decoding::new(bytes, encoding);
        let mut out = Vec::new();
        while decoding.more(&mut out).unwrap() {}
        (String::from_utf8(out).unwrap(), decoding.replaced())
    }

    #[test]
    fn marks_and_strictness_tell_the_encoding() {
        let gb = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
        assert_eq!(sniff_encoding("订单ID,金额".as_bytes()), Some(Encoding::Utf8));
        assert_eq!(sniff_encoding("\u{FEFF}订单ID".as_bytes()), Some(Encoding::Utf8Bom));
        assert_eq!(sniff_encoding(&gb("订单ID,交易类型,包年包月退款")), Some(Encoding::Gb18030));
        assert_eq!(sniff_encoding(b"a,b\n1,2"), Some(Encoding::Utf8));
        assert_eq!(sniff_encoding(b"\xff\xfea\0,\0"), Some(Encoding::Utf16Le));
        assert_eq!(sniff_encoding(b"\xfe\xff\0a\0,"), Some(Encoding::Utf16Be));
        assert_eq!(sniff_encoding(b"a\0b"), None);
        let mut damaged = "交易类型,包年包月退款,包年包月新购".as_bytes().to_vec();
        damaged.insert(14, 0xff);
        assert_eq!(sniff_encoding(&damaged), Some(Encoding::Utf8));
    }

    #[test]
    fn bad_bytes_are_replaced_and_counted() {
        assert_eq!(decode(b"a,\xff,b\n", Encoding::Utf8), ("a,\u{FFFD},b\n".to_owned(), 1));
        assert_eq!(decode("\u{FEFF}é".as_bytes(), Encoding::Utf8Bom), ("é".to_owned(), 0));
        assert_eq!(decode(b"\xff\xfe\x8b\x8ba\0", Encoding::Utf16Le), ("讋a".to_owned(), 0));
        let long = "订单".repeat(100_000);
        let (text, replaced) = decode(&encoding_rs::GB18030.encode(&long).0, Encoding::Gb18030);
        assert_eq!((text == long, replaced), (true, 0));
        let bad = vec![0xff; 200_000];
        assert_eq!(decode(&bad, Encoding::Utf8).1, 200_000);
    }
}
