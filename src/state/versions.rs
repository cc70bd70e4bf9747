//! Which versions of its application contexts a global title used.
//!
//! A node goes back to an older version only when the newer one is refused (TS 29.002 §5.1.3,
//! §15.2.2); one that could do better before and now asks in an old version, whose operations have
//! fewer checks and whose answers say more, may be somebody else behind that address.
//!
//! Bound: global titles; the one not heard of for longest goes first, all after a week of silence.

use picket_dissectors::Digits;
use picket_hw::Timestamp;

use super::table::ExpiringTable;

/// The highest version of each context, by the global title that used it.
#[derive(Debug)]
pub struct Versions {
    table: ExpiringTable<Digits, Highest>,
}

#[derive(Clone, Copy, Debug)]
struct Highest([u8; CONTEXTS]);

impl Versions {
    /// Makes room for `capacity` global titles.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self { table: ExpiringTable::new(capacity, &[LIFETIME], seed) }
    }

    /// Learns that `gt` uses a version of a context; returns whether it used a higher one before.
    pub fn used(&mut self, gt: Digits, context: u8, version: u8, now: Timestamp) -> bool {
        while self.table.expire(now).is_some() {}
        if self.table.get(&gt).is_none() {
            self.table.insert(gt, Highest([0; CONTEXTS]), 0, now);
        } else {
            self.table.touch(&gt, 0, now);
        }
        let Some(highest) = self.slot(gt, context) else { return false };
        let older = version < *highest;
        *highest = version.max(*highest);
        older
    }

    /// Whether `gt` used any context in a version above the first.
    #[must_use]
    pub fn past_first(&self, gt: Digits) -> bool {
        self.table.get(&gt).is_some_and(|Highest(versions)| versions.iter().any(|&v| v > 1))
    }

    /// Learns that a version was refused: the next lower one is no step back then.
    pub fn refused(&mut self, gt: Digits, context: u8, version: u8) {
        if let Some(highest) = self.slot(gt, context).filter(|highest| **highest == version) {
            *highest = version.saturating_sub(1);
        }
    }

    /// Returns how many global titles are remembered.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.table.len()
    }

    /// Returns how many global titles were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.table.evictions()
    }

    fn slot(&mut self, gt: Digits, context: u8) -> Option<&mut u8> {
        self.table.get_mut(&gt)?.0.get_mut(usize::from(context))
    }
}

/// Contexts of MAP are numbered below this (TS 29.002 §17.3.3).
const CONTEXTS: usize = 48;
const LIFETIME: u64 = 7 * 24 * 3_600_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn gt(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn going_back_is_told_of_the_same_title_and_context() {
        let mut versions = Versions::new(8, 1);
        let (a, b) = (gt("99910000001"), gt("99910000002"));
        for (who, context, version, want) in [
            (a, 14, 3, false),
            (a, 14, 3, false),
            (a, 20, 2, false),
            (b, 14, 2, false),
            (a, 14, 2, true),
            (a, 14, 1, true),
            (a, 200, 1, false),
        ] {
            assert_eq!(versions.used(who, context, version, NOW), want, "{context} v{version}");
        }
        assert!(versions.past_first(a));
        assert!(!versions.past_first(gt("99910000003")));
    }

    #[test]
    fn a_refusal_allows_the_next_lower_version() {
        let mut versions = Versions::new(8, 1);
        let a = gt("99910000001");
        versions.used(a, 20, 3, NOW);
        versions.refused(a, 20, 3);
        assert!(!versions.used(a, 20, 2, NOW));
        assert!(versions.used(a, 20, 1, NOW));
        versions.refused(a, 20, 3);
        assert!(versions.used(a, 20, 1, NOW));
    }

    #[test]
    fn the_table_is_bounded_and_forgets() {
        let mut versions = Versions::new(2, 1);
        let titles = [gt("99910000001"), gt("99910000002"), gt("99910000003")];
        for title in titles {
            versions.used(title, 14, 3, NOW);
        }
        assert_eq!(versions.evictions(), 1);
        assert!(!versions.used(titles[0], 14, 2, NOW));
        assert!(versions.used(titles[2], 14, 2, NOW));
        let later = NOW.saturating_add(LIFETIME);
        assert!(!versions.used(titles[2], 14, 2, later));
    }
}
