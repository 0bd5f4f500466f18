//! Sums of the made-up world: plain integers, multiplied first, divided once.
//!
//! Nothing here comes from [`crate::money`] or [`crate::policy`]: what an order owes is counted a second
//! time, so that the truth of a planted fault does not rest on the code that has to find it.

use crate::record::Tender;

/// A currency and how its exports write sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coin {
    /// Its code.
    pub(super) code: &'static str,
    /// Decimals of the integers in which sums of an order are kept.
    pub(super) places: u32,
    /// Decimals of its minor unit, the least that are written.
    pub(super) minor: u32,
    /// Decimals to which exports fill sums up with zeros.
    pub(super) filled: u32,
}

impl Coin {
    const fn of(code: &'static str, places: u32) -> Self {
        Self { code, places, minor: places, filled: places }
    }

    /// So many whole units of the currency.
    pub(super) const fn whole(self, units: i64) -> i64 {
        units * 10_i64.pow(self.places)
    }

    /// The sum in decimals, without needless zeros behind the minor unit.
    pub(super) fn text(self, sum: i64) -> String {
        self.written(sum, self.minor)
    }

    /// The sum as a cell of an export.
    pub(super) fn cell(self, sum: i64) -> String {
        self.written(sum, self.filled)
    }

    fn written(self, sum: i64, least: u32) -> String {
        let one = 10_i64.pow(self.places);
        let mut decimals = format!("{:0width$}", sum % one, width = self.places as usize);
        if self.places == 0 {
            decimals.clear();
        }
        while decimals.len() > least as usize && decimals.ends_with('0') {
            decimals.pop();
        }
        while decimals.len() < least as usize {
            decimals.push('0');
        }
        if decimals.is_empty() { (sum / one).to_string() } else { format!("{}.{decimals}", sum / one) }
    }
}

pub(super) const USD: Coin = Coin::of("USD", 2);
pub(super) const CNY: Coin = Coin::of("CNY", 2);
pub(super) const EUR: Coin = Coin::of("EUR", 2);
pub(super) const SGD: Coin = Coin::of("SGD", 2);
pub(super) const JPY: Coin = Coin::of("JPY", 0);
pub(super) const KWD: Coin = Coin::of("KWD", 3);
/// Dollars with the eight decimals of metered bills.
pub(super) const USD_FINE: Coin = Coin { places: 8, ..USD };
/// Dollars out of a spreadsheet, with ten decimals of which two mean something.
pub(super) const USD_FILLED: Coin = Coin { filled: 10, ..USD };
/// The code that ISO 4217 keeps for tests; no table of minor units has it.
pub(super) const UNKNOWN: Coin = Coin { minor: 0, ..Coin::of("XTS", 2) };

/// A sum for each tender, in the order of the canonical columns.
pub(super) type Sums = [i64; Tender::COUNT];

/// Sums of some tenders, the others zero.
pub(super) fn sums(of: &[(Tender, i64)]) -> Sums {
    let mut sums = [0; Tender::COUNT];
    for &(tender, sum) in of {
        sums[tender as usize] += sum;
    }
    sums
}

/// Days begun between two instants so many seconds apart, at least one.
pub(super) const fn days_begun(seconds: i64) -> i64 {
    let days = (seconds + super::clock::DAY - 1) / super::clock::DAY;
    if days < 1 { 1 } else { days }
}

/// `base × left / total`, what is left of a cent dropped.
pub(super) const fn share_down(base: i64, left: i64, total: i64) -> i64 {
    base * left / total
}

/// `paid − list × used / total`, half a cent up, never below zero.
pub(super) const fn paid_less_time(paid: i64, list: i64, used: i64, total: i64) -> i64 {
    let exact = paid * total - list * used;
    if exact <= 0 { 0 } else { (2 * exact + total) / (2 * total) }
}

/// Price of a TRTC minute in 1e-8 of the currency, by all minutes consumed.
pub(super) const fn minute_price(minutes: i64) -> i64 {
    match minutes {
        ..25_000 => 700_000,
        25_000..250_000 => 672_000,
        250_000..1_000_000 => 635_200,
        1_000_000..3_000_000 => 596_800,
        _ => 562_934,
    }
}

/// `paid − minutes × price`, for sums of two decimals, the rest of a cent dropped, never below zero.
pub(super) const fn paid_less_minutes(paid: i64, minutes: i64, price: i64) -> i64 {
    let exact = paid * 1_000_000 - minutes * price;
    if exact <= 0 { 0 } else { exact / 1_000_000 }
}

/// A total over tenders in proportion to weights, by the largest remainder; ties to the earlier tender.
pub(super) fn split(total: i64, weights: &Sums, over: &[Tender]) -> Sums {
    let all: i128 = over.iter().map(|&tender| i128::from(weights[tender as usize])).sum();
    let mut parts = [0; Tender::COUNT];
    if all == 0 {
        return parts;
    }
    let mut left = total;
    let mut lost = Vec::with_capacity(over.len());
    for &tender in over {
        let exact = i128::from(total) * i128::from(weights[tender as usize]);
        let part = i64::try_from(exact / all).expect("a part is no more than the whole");
        parts[tender as usize] = part;
        left -= part;
        lost.push((exact % all, tender));
    }
    // Sorting is stable, so that equal remainders keep the order of the tenders.
    lost.sort_by_key(|&(rest, _)| std::cmp::Reverse(rest));
    for (_, tender) in lost {
        if left > 0 {
            parts[tender as usize] += 1;
            left -= 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_sums() {
        assert_eq!(share_down(49_900, 26, 31), 41_851);
        assert_eq!(paid_less_time(346, 720, 1, 180), 342);
        assert_eq!(paid_less_time(2400, 6000, 30, 365), 1907);
        assert_eq!(paid_less_minutes(1_688_800, 1_589_256, minute_price(1_589_256)), 740_332);
    }

    #[test]
    fn printed_splits() {
        let over = [Tender::Cash, Tender::FreeCredit];
        let parts = |total, cash, credit| {
            let parts = split(total, &sums(&[(Tender::Cash, cash), (Tender::FreeCredit, credit)]), &over);
            (parts[Tender::Cash as usize], parts[Tender::FreeCredit as usize])
        };
        assert_eq!(parts(36_260, 20_000, 20_796), (17_776, 18_484));
        assert_eq!(parts(11_688, 30_000, 30_716), (5775, 5913));
        assert_eq!(parts(3, 1, 1), (2, 1));
    }

    #[test]
    fn texts_have_the_decimals_they_need() {
        assert_eq!(
            (USD.text(5), JPY.text(1200), KWD.text(1)),
            ("0.05".into(), "1200".into(), "0.001".into())
        );
        assert_eq!(
            (USD_FINE.text(1_600_000_000), USD_FINE.text(8_043_264_806)),
            ("16.00".into(), "80.43264806".into())
        );
        assert_eq!((USD_FILLED.text(1600), USD_FILLED.cell(1600)), ("16.00".into(), "16.0000000000".into()));
    }
}
