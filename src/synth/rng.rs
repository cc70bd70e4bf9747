//! Randomness of the generator: SplitMix64 (Steele, Lea and Flood 2014), the same everywhere.

/// A seeded stream of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts a stream.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Returns a number below `limit`, 0 when that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    /// Returns a number from `low` to `high`, both included.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something of this many per mille happens.
    pub fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// Returns a number with a heavy tail to the small ones: rank `r` comes about as often as
    /// `1 / (r + 1)`.
    pub fn ranked(&mut self, limit: u64) -> u64 {
        let widest = self.below(limit);
        self.below(widest + 1)
    }

    /// Returns a duration around `median`, log-normal-like: a product of four factors, each from a
    /// half to two, so that one in a thousand is about eight times the median.
    pub fn around(&mut self, median: u64) -> u64 {
        let mut value = median;
        for _ in 0..4 {
            let factor = self.within(724, 1448);
            value = value.saturating_mul(factor) / 1024;
            if self.per_mille(60) {
                value = value.saturating_mul(2);
            }
        }
        value
    }
}

/// Returns a number that looks unrelated to `value` and is always the same for it.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_stream_and_bounds_hold() {
        let numbers = |seed| {
            let mut random = Random::new(seed);
            (0..100).map(|_| random.next()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
        let mut random = Random::new(3);
        let mut around: Vec<u64> = (0..1001).map(|_| random.around(200)).collect();
        around.sort_unstable();
        assert!((120..330).contains(&around[500]), "{}", around[500]);
        assert!((0..1000).all(|_| random.within(3, 5) - 3 <= 2 && random.ranked(7) < 7));
        assert_eq!(random.below(0), 0);
    }
}
