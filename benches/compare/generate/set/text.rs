//! Digits, instants and amounts as bytes.

/// Seconds of a day.
pub(super) const DAY: u64 = 86_400;

/// The months from the one that time is counted from, with their days.
const MONTHS: [(u64, u64, u64); 8] = [
    (2025, 12, 31),
    (2026, 1, 31),
    (2026, 2, 28),
    (2026, 3, 31),
    (2026, 4, 30),
    (2026, 5, 31),
    (2026, 6, 30),
    (2026, 7, 31),
];

/// A day of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    year: u64,
    month: u64,
    of_month: u64,
    /// Days from this one to the same of the next month, or to that month's last.
    pub(super) days_of_term: u64,
}

/// The day of an instant, which is in seconds since 2025-12-01 00:00 at +08:00.
pub(super) fn day_of(instant: u64) -> Day {
    let mut left = instant / DAY;
    for (at, &(year, month, days)) in MONTHS.iter().enumerate() {
        if left < days {
            let next = MONTHS.get(at + 1).map_or(31, |next| next.2);
            let of_month = left + 1;
            return Day { year, month, of_month, days_of_term: days - of_month + of_month.min(next) };
        }
        left -= days;
    }
    panic!("the set ends before August 2026");
}

pub(super) fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = digit(value % 10);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// The last `width` digits of a number, with zeros before it.
pub(super) fn padded(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let begin = out.len();
    out.resize(begin + width, b'0');
    for place in out[begin..].iter_mut().rev() {
        *place = digit(value % 10);
        value /= 10;
    }
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).expect("a digit is below ten")
}

/// `2026-01-31 08:00:00`, read at +08:00.
pub(super) fn instant(out: &mut Vec<u8>, instant: u64) {
    let Day { year, month, of_month, .. } = day_of(instant);
    padded(out, year, 4);
    for (before, part) in [
        (b'-', month),
        (b'-', of_month),
        (b' ', instant % DAY / 3600),
        (b':', instant % 3600 / 60),
        (b':', instant % 60),
    ] {
        out.push(before);
        padded(out, part, 2);
    }
}

/// The instant in fourteen digits, with which an order number begins.
pub(super) fn stamp(out: &mut Vec<u8>, instant: u64) {
    let Day { year, month, of_month, .. } = day_of(instant);
    padded(out, year, 4);
    for part in [month, of_month, instant % DAY / 3600, instant % 3600 / 60, instant % 60] {
        padded(out, part, 2);
    }
}

/// An amount of 1e-8 with as many decimals as it needs, and at least two.
pub(super) fn amount(out: &mut Vec<u8>, amount: u64) {
    number(out, amount / 100_000_000);
    let (mut fraction, mut places) = (amount % 100_000_000, 8);
    while places > 2 && fraction % 10 == 0 {
        fraction /= 10;
        places -= 1;
    }
    out.push(b'.');
    padded(out, fraction, places);
}
