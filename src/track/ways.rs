//! Which way the messages of a network come: the point codes they arrive from.
//!
//! A global title of one country does not arrive over the link of a carrier that never brought any
//! of it. Who forges a sender can choose the title, not the way: what is learnt of ways is the
//! strongest sign of forging that can be had by listening.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;
use crate::state::path::Point;

/// The ways of one network, or of one block of titles.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Ways {
    first: u32,
    seen: u32,
    ways: [Option<(Point, u32)>; WAYS],
}

impl Ways {
    /// Takes a message; returns whether its way is one that nearly nothing of this network comes by,
    /// `None` until the ways are known.
    pub fn came(&mut self, at: Timestamp, point: Point, learning: u32) -> Option<bool> {
        let now = seconds(at).max(1);
        if self.first == 0 {
            self.first = now;
        }
        self.seen = self.seen.saturating_add(1);
        let known = self.ways.iter().position(|way| way.is_some_and(|(known, _)| known == point));
        let least = || {
            let count = |way: &Option<(Point, u32)>| way.map_or(0, |(_, count)| count);
            let of = self.ways.iter().enumerate().min_by_key(|(_, way)| count(way));
            of.map(|(slot, _)| slot)
        };
        let mut count = 1;
        if let Some(slot) = known.or_else(least).and_then(|slot| self.ways.get_mut(slot)) {
            count =
                slot.filter(|_| known.is_some()).map_or(1, |(_, count)| count.saturating_add(1));
            *slot = Some((point, count));
        }
        if self.seen >= FORGET {
            self.seen /= 2;
            for way in self.ways.iter_mut().flatten() {
                way.1 = (way.1 / 2).max(1);
            }
        }
        let settled = self.seen >= ENOUGH && now.saturating_sub(self.first) >= learning;
        settled.then_some(count <= STRAY && count < self.seen / MARGIN)
    }
}

/// Messages of a network before its ways are known.
const ENOUGH: u32 = 100;
/// Messages by a way that are still astray.
const STRAY: u32 = 8;
/// How many times as many must come another way.
const MARGIN: u32 = 20;
/// Counts are halved here, so that a new way becomes known in time.
const FORGET: u32 = 1 << 16;
const WAYS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_nothing_came_by_is_strange_and_becomes_known() {
        let at = |second: u64| Timestamp::from_nanos((4_000_000 + second) * 1_000_000_000);
        let point = |code| Point { code, ni: 0, na: None };
        let mut ways = Ways::default();
        for n in 0..400 {
            let want = (n >= 99).then_some(false).filter(|_| n * 60 >= 3600);
            assert_eq!(ways.came(at(n * 60), point(1 + (n % 2) as u32), 3600), want, "{n}");
        }
        let strange = (0..12).map(|n| ways.came(at(24_000 + n), point(9), 3600));
        let strange: Vec<_> = strange.map(Option::unwrap).collect();
        assert!(strange[..8].iter().all(|&strange| strange));
        assert!(!strange[11]);
    }
}
