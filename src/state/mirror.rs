//! Copies of one message seen on both sides of a signal transfer point.
//!
//! The copy behind the transfer point has other point codes, another called address (its global
//! title was translated) and another hop counter; its TCAP octets and the calling digits are the
//! same. A transaction id is not used again with the very same octets within seconds, so the second
//! sighting is a copy. The first sighting counts: its lifetime is not prolonged by copies.
//!
//! Bounds: at most `capacity` sightings, the oldest makes room. No octets are kept.

use core::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use picket_hw::Timestamp;

use super::table::ExpiringTable;

/// The messages of the last two seconds.
#[derive(Debug)]
pub struct Mirror {
    seen: ExpiringTable<u64, ()>,
    hasher: FixedState,
    now: Timestamp,
    copies: u64,
}

impl Mirror {
    /// Makes a memory of at most `capacity` messages.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self {
            seen: ExpiringTable::new(capacity, &[WINDOW], seed),
            hasher: FixedState::with_seed(seed.rotate_left(32)),
            now: Timestamp::EPOCH,
            copies: 0,
        }
    }

    /// Whether a message of these TCAP octets from this calling party was seen less than two
    /// seconds ago; remembers it if not.
    pub fn is_copy(&mut self, tcap: &[u8], calling: impl Hash, now: Timestamp) -> bool {
        self.now = self.now.max(now);
        while self.seen.expire(self.now).is_some() {}
        let key = self.hasher.hash_one((calling, tcap));
        let copy = self.seen.get(&key).is_some();
        if copy {
            self.copies += 1;
        } else {
            self.seen.insert(key, (), 0, self.now);
        }
        copy
    }

    /// Returns how many copies there were.
    #[must_use]
    pub const fn copies(&self) -> u64 {
        self.copies
    }

    /// Returns how many messages were forgotten early for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.seen.evictions()
    }

    /// Returns how many messages are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

/// How long after a message its copy may come, in nanoseconds.
pub const WINDOW: u64 = 2_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn copies_are_told_within_two_seconds_of_the_first_sighting() {
        let mut mirror = Mirror::new(100, 1);
        for (nanos, tcap, calling, want) in [
            (0, "begin", 15_550_100, false),
            (1, "begin", 15_550_100, true),
            (2, "begin", 15_550_199, false),
            (3, "Begin", 15_550_100, false),
            (SECOND, "begin", 15_550_100, true),
            // A copy does not prolong: the window is that of the first sighting, to the nanosecond.
            (2 * SECOND - 1, "begin", 15_550_100, true),
            (2 * SECOND, "begin", 15_550_100, false),
            (2 * SECOND + 1, "begin", 15_550_100, true),
            // A late frame is taken as of now.
            (5, "begin", 15_550_100, true),
            (9 * SECOND, "begin", 15_550_100, false),
        ] {
            let got = mirror.is_copy(tcap.as_bytes(), calling, Timestamp::from_nanos(nanos));
            assert_eq!(got, want, "{tcap} from {calling} at {nanos}");
        }
        assert_eq!((mirror.copies(), mirror.evictions()), (5, 0));
    }

    #[test]
    fn a_flood_is_bounded_and_counted() {
        let mut mirror = Mirror::new(64, 1);
        for i in 0..1_000_000_u32 {
            assert!(!mirror.is_copy(&i.to_be_bytes(), 0, Timestamp::from_nanos(i.into())));
        }
        assert_eq!((mirror.len(), mirror.evictions()), (64, 1_000_000 - 64));
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_list_under_any_seed(
            messages in proptest::collection::vec((0_u8..6, 0_u64..SECOND), 0..60),
            seed in any::<u64>(),
        ) {
            let mut mirror = Mirror::new(1000, seed);
            let mut firsts: Vec<(u8, u64)> = Vec::new();
            let mut now = 0;
            for (message, later) in messages {
                now += later;
                let want = firsts.iter().any(|&(m, at)| m == message && now < at + WINDOW);
                if !want {
                    firsts.push((message, now));
                }
                let got = mirror.is_copy(&[message], "15550100", Timestamp::from_nanos(now));
                prop_assert_eq!(got, want);
            }
        }
    }
}
