//! Floods: requests without business in masses, from whatever titles, about whomever.
//!
//! A sweep has one sender. Who can write any calling title has none, so requests are also counted by
//! the point code they come through. Two buckets of half a minute make a window of a minute at most.

use picket_hw::Timestamp;

use super::seconds;

/// Requests without business through one point code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flood {
    bucket: u32,
    current: u32,
    previous: u32,
}

impl Flood {
    /// Counts a request and returns how many there were within half a minute to a minute.
    pub fn asked(&mut self, at: Timestamp) -> u32 {
        let bucket = seconds(at) / BUCKET;
        if bucket == self.bucket + 1 {
            self.previous = core::mem::take(&mut self.current);
        } else if bucket > self.bucket {
            (self.previous, self.current) = (0, 0);
        }
        self.bucket = self.bucket.max(bucket);
        self.current = self.current.saturating_add(1);
        self.current.saturating_add(self.previous)
    }
}

/// So many a minute are a flood: sweeps of a few hundred a minute by one sender are told as that.
pub const FLOOD: u32 = 300;
const BUCKET: u32 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_slides() {
        let at = |second: u64| Timestamp::from_nanos((900_000 + second) * 1_000_000_000);
        let mut flood = Flood::default();
        for (second, want) in [(0, 1), (29, 2), (31, 3), (59, 4), (61, 3), (200, 1), (199, 2)] {
            assert_eq!(flood.asked(at(second)), want, "{second}");
        }
    }
}
