//! Chance that follows from a seed, the same on every machine.

/// Marsaglia's xorshift with a multiplication behind it (Vigna, 2016).
#[derive(Clone, Debug)]
pub(super) struct Coin {
    state: u64,
}

impl Coin {
    /// The chance of one set of a seed.
    pub(super) fn new(seed: u64, set: u64) -> Self {
        let mut coin = Self {
            state: seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ set.wrapping_mul(0x9E6C_63D0_876A_68EE) | 1,
        };
        for _ in 0..8 {
            coin.toss();
        }
        coin
    }

    fn toss(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 1
    }

    /// From the first number to the one before the second.
    pub(super) fn within(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).unwrap_or(1).max(1);
        from + i64::try_from(self.toss() % width).unwrap_or(0)
    }

    /// So many times of a hundred.
    pub(super) fn percent(&mut self, chance: i64) -> bool {
        self.within(0, 100) < chance
    }

    pub(super) fn of<T: Copy>(&mut self, these: &[T]) -> T {
        let place = self.within(0, i64::try_from(these.len()).unwrap_or(1));
        these[usize::try_from(place).unwrap_or(0)]
    }
}
