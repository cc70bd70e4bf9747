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

    /// Returns a place in a list of this length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// Returns a number from `low` to `high`, both included.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something of this many per mille happens.
    pub fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// Whether something of this many per cent happens.
    pub fn percent(&mut self, share: f64) -> bool {
        share > 0.0 && self.below(1_000_000) < super::model::whole(share * 10_000.0)
    }

    /// Returns a log-normal duration: half are above `median`; `spread` is the standard deviation
    /// of the binary logarithm, times 1024. Integers only, so that it is the same everywhere.
    pub fn log_normal(&mut self, median: u64, spread: u64) -> u64 {
        // Twelve uniform numbers have a variance of one (Irwin-Hall).
        let sum: u64 = (0..12).map(|_| self.next() >> 48).sum();
        let (far, up) = (sum.abs_diff(6 << 16), sum >= 6 << 16);
        let exponent = far.saturating_mul(spread) >> 10;
        let (octaves, rest) = (exponent >> 16, exponent & 0xffff);
        // 2^x between 0 and 1 as a parabola through both ends, wrong by three in a thousand.
        let factor = 65_536 + ((rest * 43_024) >> 16) + ((((rest * rest) >> 16) * 22_512) >> 16);
        let octaves = u32::try_from(octaves.min(12)).unwrap_or(12);
        if up {
            (median.saturating_mul(factor) >> 16) << octaves
        } else {
            (median << 16).checked_div(factor).unwrap_or(median) >> octaves
        }
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
        let mut slow: Vec<u64> = (0..10_001).map(|_| random.log_normal(200, 1650)).collect();
        slow.sort_unstable();
        assert!((185..215).contains(&slow[5000]), "{}", slow[5000]);
        // Two and a third deviations up: 200 * 2^(2.33 * 1650 / 1024).
        assert!((2200..3300).contains(&slow[9900]), "{}", slow[9900]);
        assert!((0..1000).all(|_| random.within(3, 5) - 3 <= 2 && random.ranked(7) < 7));
        assert_eq!(random.below(0), 0);
    }
}
