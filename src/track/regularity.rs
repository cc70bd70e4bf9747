//! Whether somebody is asked about by a machine: how evenly requests follow each other.
//!
//! People and networks ask when something happens, programs ask by the clock. The measure is the
//! coefficient of variation of the gaps between requests, in percent: chance gives about 100, a
//! timer with some jitter less than 20.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// The gaps between the last requests of one kind.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Rhythm {
    last: u32,
    gaps: [u32; KEPT],
    next: u8,
    filled: u8,
}

/// How even the gaps are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Regularity {
    /// Gaps looked at, at least [`ENOUGH`].
    pub gaps: u8,
    /// Their mean.
    pub mean_s: u32,
    /// Their coefficient of variation, in percent.
    pub variation: u16,
}

impl Rhythm {
    /// Takes a request. A repetition within [`SHORTEST`] is the same request to another node or by
    /// another way; after [`LONGEST`] counting begins anew.
    pub fn add(&mut self, at: Timestamp) -> Option<Regularity> {
        let now = seconds(at);
        let gap = now.saturating_sub(self.last);
        if self.last == 0 || gap > LONGEST {
            *self = Self { last: now.max(1), ..Self::default() };
            return None;
        }
        if gap >= SHORTEST {
            self.last = now;
            if let Some(slot) = self.gaps.get_mut(usize::from(self.next)) {
                *slot = gap;
            }
            self.next = (self.next + 1) % SLOTS;
            self.filled = (self.filled + 1).min(SLOTS);
        }
        self.regularity()
    }

    /// Keeps the longer of two records of one person.
    pub fn merge(&mut self, other: &Self) {
        if other.filled > self.filled {
            *self = *other;
        }
    }

    fn regularity(&self) -> Option<Regularity> {
        if self.filled < ENOUGH {
            return None;
        }
        let kept = self.gaps.get(..usize::from(self.filled))?;
        let count = u64::from(self.filled);
        let mean = kept.iter().map(|&gap| u64::from(gap)).sum::<u64>() / count;
        let spread = kept.iter().map(|&gap| u64::from(gap).abs_diff(mean).pow(2)).sum::<u64>();
        let percent = (spread * 10_000 / count).isqrt() / mean.max(1);
        Some(Regularity {
            gaps: self.filled,
            mean_s: u32::try_from(mean).unwrap_or(u32::MAX),
            variation: u16::try_from(percent).unwrap_or(u16::MAX),
        })
    }
}

/// Gaps before anything is said.
pub const ENOUGH: u8 = 5;
/// Seconds below which two requests are one.
pub const SHORTEST: u32 = 10;
/// Seconds after which a pause ends the series.
pub const LONGEST: u32 = 3 * 24 * 3600;
const KEPT: usize = 8;
const SLOTS: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_are_even_and_people_are_not() {
        for (gaps, want) in [
            (&[600_u64, 600, 600, 600, 600][..], Some(0..=0)),
            (&[590, 610, 600, 615, 585], Some(1..=5)),
            (&[20, 4000, 300, 90, 1500], Some(60..=200)),
            (&[600, 600, 600, 600], None),
            (&[600, 600, 600, 600, 600, 400_000], None), // a pause of days
            (&[600, 1, 1, 600, 600, 600, 600], Some(0..=1)), // repetitions
        ] {
            let mut rhythm = Rhythm::default();
            let mut now = 1_000_000;
            rhythm.add(Timestamp::from_nanos(now * 1_000_000_000));
            let mut last = None;
            for gap in gaps {
                now += gap;
                last = rhythm.add(Timestamp::from_nanos(now * 1_000_000_000));
            }
            let variation = last.map(|regularity| regularity.variation);
            match want {
                Some(want) => {
                    assert!(want.contains(&variation.unwrap()), "{gaps:?}: {variation:?}");
                }
                None => assert_eq!(variation, None, "{gaps:?}"),
            }
        }
    }
}
