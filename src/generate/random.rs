//! Numbers that look random and follow from the seed alone.

/// `SplitMix64` (Steele, Lea and Flood, 2014): a counter and a mix, the same on every machine.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

/// 2⁶⁴ divided by the golden ratio, the step of the counter.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(state: u64) -> u64 {
    let a = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    b ^ (b >> 31)
}

impl Random {
    /// One of the streams of a seed. Each turn of the generator has its own, so that a scenario that
    /// draws once more changes no other order.
    pub(super) const fn stream(seed: u64, stream: u64) -> Self {
        Self { state: mix(seed.wrapping_add(mix(stream.wrapping_add(STEP)))) }
    }

    const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A number from zero up to, not including, a positive limit.
    pub(super) fn below(&mut self, limit: i64) -> i64 {
        let wide = u128::from(self.draw()) * u128::from(limit.unsigned_abs());
        i64::try_from(wide >> 64).expect("the upper half is below the limit")
    }

    /// A number between two, both of which can come.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below(most - least + 1)
    }

    /// Whether one chance in so many came.
    pub(super) fn one_in(&mut self, chances: i64) -> bool {
        self.below(chances) == 0
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        let at = self.below(i64::try_from(several.len()).expect("a table is short"));
        &several[usize::try_from(at).expect("a place in a table is not negative")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_each_time_and_unlike_its_neighbour() {
        let draw = |seed, stream| {
            let mut random = Random::stream(seed, stream);
            [random.below(1000), random.below(1000), random.below(1000)]
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn limits_hold() {
        let mut random = Random::stream(1, 1);
        assert!((0..1000).all(|_| (3..=5).contains(&random.between(3, 5))));
        assert_eq!(random.below(1), 0);
    }
}
