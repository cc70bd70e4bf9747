//! How often a subscriber is asked about, by how many senders.
//!
//! Counts location, identity and routing requests from external senders about one subscriber over
//! a sliding hour, kept as two half-filled buckets: exact within a bucket, and never more than an
//! hour and a half old. Global titles and countries are counted exactly up to [`SENDERS`].

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{fold, seconds};
use crate::enrich::numbering::Country;

/// Requests about one subscriber.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Queries {
    bucket: u32,
    current: Bucket,
    previous: Bucket,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Bucket {
    count: u32,
    senders: [u32; SENDERS],
    countries: [Option<Country>; SENDERS],
}

/// What the last hour holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Requests.
    pub queries: u32,
    /// Distinct senders, at most [`SENDERS`] told apart a bucket.
    pub senders: u32,
    /// Distinct countries of senders.
    pub countries: u32,
}

impl Queries {
    /// Counts a request and returns the counts with it.
    pub fn add(&mut self, at: Timestamp, sender: Digits, country: Option<Country>) -> Counts {
        self.roll(at);
        self.current.count = self.current.count.saturating_add(1);
        note(&mut self.current.senders, fold(sender));
        if let Some(country) = country
            && !self.current.countries.contains(&Some(country))
            && let Some(slot) = self.current.countries.iter_mut().find(|slot| slot.is_none())
        {
            *slot = Some(country);
        }
        self.counts()
    }

    /// Adds what was counted under another entry of the same person.
    pub fn merge(&mut self, other: &Self) {
        if other.bucket > self.bucket {
            let mine = *self;
            *self = *other;
            self.merge(&mine);
        } else if other.bucket == self.bucket {
            self.current.merge(&other.current);
            self.previous.merge(&other.previous);
        } else if other.bucket + 1 == self.bucket {
            self.previous.merge(&other.current);
        }
    }

    fn roll(&mut self, at: Timestamp) {
        let bucket = seconds(at) / BUCKET;
        if bucket == self.bucket + 1 {
            self.previous = core::mem::take(&mut self.current);
        } else if bucket > self.bucket {
            (self.previous, self.current) = (Bucket::default(), Bucket::default());
        }
        self.bucket = self.bucket.max(bucket);
    }

    fn counts(&self) -> Counts {
        let mut all = self.current;
        all.merge(&self.previous);
        let distinct = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Counts {
            queries: all.count,
            senders: distinct(all.senders.iter().filter(|&&s| s != 0).count()),
            countries: distinct(all.countries.iter().flatten().count()),
        }
    }
}

impl Bucket {
    fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        for &sender in other.senders.iter().filter(|&&sender| sender != 0) {
            note(&mut self.senders, sender);
        }
        for country in other.countries.iter().flatten() {
            if !self.countries.contains(&Some(*country))
                && let Some(slot) = self.countries.iter_mut().find(|slot| slot.is_none())
            {
                *slot = Some(*country);
            }
        }
    }
}

fn note(senders: &mut [u32; SENDERS], sender: u32) {
    if !senders.contains(&sender)
        && let Some(slot) = senders.iter_mut().find(|slot| **slot == 0)
    {
        *slot = sender;
    }
}

/// Senders and countries told apart in a bucket.
pub const SENDERS: usize = 8;
/// Seconds.
const BUCKET: u32 = 30 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_slide_with_time() {
        let at = |minute: u64| Timestamp::from_nanos(minute * 60_000_000_000);
        let gt = |n: u8| Digits::parse(&format!("9990{n}")).unwrap();
        let mut queries = Queries::default();
        for (minute, n, want) in [
            (0, 1, (1, 1)),
            (1, 1, (2, 1)),
            (29, 2, (3, 2)),
            (31, 3, (4, 3)),
            (61, 4, (2, 2)),
            (600, 1, (1, 1)),
        ] {
            let counts = queries.add(at(minute), gt(n), None);
            assert_eq!((counts.queries, counts.senders), want, "minute {minute}");
        }
    }
}
