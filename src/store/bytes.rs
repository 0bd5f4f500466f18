//! Values as bytes, as short as they come, and back.
//!
//! Numbers are written seven bits a byte, the sign in the lowest bit, so that what is small stays short; an
//! instant on a whole second takes five bytes. What was packed is unpacked by the same program, so a value
//! that does not fit is a fault of the program, or of a file whose checksum nobody looked at.

use crate::{
    money::{Currency, Money},
    record::{Tender, Tenders},
    time::{Instant, Moment},
};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// What every reader of packed bytes may rely on.
const PACKED: &str = "what was packed is unpacked whole";

/// Appends a number.
pub(crate) fn put(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}

/// Appends a number with its sign.
pub(crate) fn put_signed(out: &mut Vec<u8>, number: i128) {
    put(out, (number.cast_unsigned() << 1) ^ (number >> 127).cast_unsigned());
}

/// Appends bytes with their length.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u128);
    out.extend_from_slice(bytes);
}

/// Appends an instant.
pub(crate) fn put_instant(out: &mut Vec<u8>, at: Instant) {
    let micros = at.micros();
    let is_whole = micros % SECOND == 0;
    let number = if is_whole { micros / SECOND } else { micros };
    put_signed(out, (i128::from(number) << 1) | i128::from(!is_whole));
}

/// Appends a moment.
pub(crate) fn put_moment(out: &mut Vec<u8>, moment: Moment) {
    put_instant(out, moment.earliest());
    let blur = i128::from(moment.latest().micros()) - i128::from(moment.earliest().micros());
    put_signed(out, blur);
}

/// Appends a currency.
pub(crate) fn put_currency(out: &mut Vec<u8>, currency: Currency) {
    out.extend_from_slice(currency.code().as_bytes());
}

/// Appends the tenders that are there, without their currency.
pub(crate) fn put_tenders(out: &mut Vec<u8>, tenders: &Tenders) {
    put(out, tenders.present().count() as u128);
    for (tender, sum) in tenders.present() {
        put(out, tender as u128);
        put_signed(out, sum.units());
    }
}

/// Packed bytes and how far they were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packed<'p> {
    bytes: &'p [u8],
}

impl<'p> Packed<'p> {
    pub(crate) const fn new(bytes: &'p [u8]) -> Self {
        Self { bytes }
    }

    /// What was not read yet.
    pub(crate) const fn rest(&self) -> &'p [u8] {
        self.bytes
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> u8 {
        let (&first, rest) = self.bytes.split_first().expect(PACKED);
        self.bytes = rest;
        first
    }

    /// A number of up to 64 bits, as most are.
    #[inline]
    pub(crate) fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn wide(&mut self) -> u128 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            number |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    pub(crate) fn signed(&mut self) -> i128 {
        let number = self.wide();
        (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
    }

    pub(crate) fn bytes(&mut self) -> &'p [u8] {
        let length = usize::try_from(self.number()).expect(PACKED);
        let (bytes, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        bytes
    }

    pub(crate) fn text(&mut self) -> &'p str {
        std::str::from_utf8(self.bytes()).expect(PACKED)
    }

    pub(crate) fn instant(&mut self) -> Instant {
        let number = self.signed();
        let scale = if number & 1 == 0 { i128::from(SECOND) } else { 1 };
        Instant::from_micros(i64::try_from((number >> 1) * scale).expect(PACKED))
    }

    pub(crate) fn currency(&mut self) -> Currency {
        let code = [self.byte(), self.byte(), self.byte()];
        let code = std::str::from_utf8(&code).expect(PACKED);
        Currency::parse(code).expect(PACKED)
    }

    pub(crate) fn tenders(&mut self, currency: Currency) -> Tenders {
        let mut tenders = Tenders::none(currency);
        for _ in 0..self.number() {
            let tender = Tender::ALL[usize::from(self.byte())];
            tenders.set(tender, Money::from_units(self.signed()));
        }
        tenders
    }

    pub(crate) fn moment(&mut self) -> Moment {
        let first = self.instant();
        let blur = i64::try_from(self.signed()).expect(PACKED);
        Moment::between(first, first.plus_micros(blur))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            number in any::<u64>(),
            signed in any::<i128>(),
            small in -200_i128..200,
            text in ".{0,40}",
            micros in -(1_i64 << 58)..(1_i64 << 58),
            seconds in -100_000_000_000_i64..100_000_000_000,
            blur in 0_i64..100_000_000_000,
        ) {
            let instants = [Instant::from_micros(micros), Instant::from_micros(seconds * SECOND)];
            let moment = Moment::between(instants[0], instants[0].plus_micros(blur));
            let mut bytes = Vec::new();
            put(&mut bytes, u128::from(number));
            put_signed(&mut bytes, signed);
            put_signed(&mut bytes, small);
            put_bytes(&mut bytes, text.as_bytes());
            for at in instants {
                put_instant(&mut bytes, at);
            }
            put_moment(&mut bytes, moment);
            let mut packed = Packed::new(&bytes);
            prop_assert_eq!(packed.number(), number);
            prop_assert_eq!(packed.signed(), signed);
            prop_assert_eq!(packed.signed(), small);
            prop_assert_eq!(packed.text(), text);
            prop_assert_eq!([packed.instant(), packed.instant()], instants);
            prop_assert_eq!(packed.moment(), moment);
            prop_assert!(packed.rest().is_empty());
        }
    }

    #[test]
    fn what_is_small_is_short() {
        let length = |at: &str| {
            let mut bytes = Vec::new();
            put_instant(&mut bytes, Instant::parse(at, crate::time::Offset::BEIJING).unwrap());
            bytes.len()
        };
        assert_eq!(length("2026-03-01T08:00:00+08:00"), 5);
        let mut bytes = Vec::new();
        put_signed(&mut bytes, -64);
        assert_eq!(bytes.len(), 1);
    }
}
