//! Numbers that look random and follow from a seed, what they are about, and which one of it.

/// What a number is drawn about; each has a stream of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    Account,
    Channel,
    Completion,
    Fate,
    ForeignOrder,
    List,
    Metered,
    Package,
    Paid,
    Refunded,
    Request,
    Usage,
    Wrong,
}

/// 2⁶⁴ divided by the golden ratio, the step of `SplitMix64` (Steele, Lea and Flood, 2014).
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mixed(state: u64) -> u64 {
    let a = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    b ^ (b >> 31)
}

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    state: u64,
}

impl Draw {
    /// The stream of one thing.
    pub(super) const fn of(seed: u64, about: About, which: u64) -> Self {
        let about = mixed(seed.wrapping_mul(STEP).wrapping_add(about as u64 + 1));
        Self { state: mixed(about ^ which.wrapping_mul(STEP)) }
    }

    /// A number from zero up to, not including, a positive limit.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let wide = u128::from(mixed(self.state)) * u128::from(limit);
        u64::try_from(wide >> 64).expect("the upper half is below the limit")
    }

    /// Whether so many chances in a hundred came.
    pub(super) fn percent(&mut self, chances: u64) -> bool {
        self.below(100) < chances
    }

    /// One of several.
    pub(super) fn pick<T: Copy>(&mut self, several: &[T]) -> T {
        let at = usize::try_from(self.below(several.len() as u64)).expect("a place in a table");
        several[at]
    }
}
