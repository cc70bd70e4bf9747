//! The events a correlation remembers for one group, in order of event time.
//!
//! A window keeps what its condition needs and no more: when it is full the oldest entry goes. How
//! much that is, is settled at load (`keep` is above the largest threshold), so conditions on counts
//! are decided exactly; only the count that is reported becomes a lower bound.

use std::collections::VecDeque;

use crate::correlate::whole;

/// A remembered event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: u64,
    /// The caller's word for the event.
    pub(crate) token: u64,
    /// A number, or the hash of a value.
    pub(crate) value: u64,
    /// Which of the correlation's rules it matched.
    pub(crate) input: u8,
}

/// What makes an entry worth keeping.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Keeping {
    /// The latest events.
    Events,
    /// The latest event of each value, latest values first.
    Values,
    /// Events such that the order between rules can still be told.
    Order,
}

/// Entries sorted by time, then input.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    entries: VecDeque<Entry>,
}

impl Window {
    pub(crate) fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    pub(crate) fn last_at(&self) -> u64 {
        self.entries.back().map_or(0, |entry| entry.at)
    }

    /// Adds an entry, moves the window to end at the latest one and drops what is older than
    /// `timespan` or beyond `keep`. An event later than others may come after them by up to
    /// `timespan`; what comes later still is dropped, and the answer is `false`.
    pub(crate) fn add(
        &mut self,
        entry: Entry,
        keeping: Keeping,
        keep: usize,
        timespan: u64,
    ) -> bool {
        let now = self.last_at().max(entry.at);
        let cutoff = now.saturating_sub(timespan);
        while self.entries.front().is_some_and(|first| first.at < cutoff) {
            self.entries.pop_front();
        }
        if entry.at < cutoff {
            return false;
        }
        if keeping == Keeping::Values
            && let Some(position) = self.entries.iter().position(|e| e.value == entry.value)
        {
            if self.entries.get(position).is_some_and(|seen| seen.at > entry.at) {
                return true;
            }
            self.entries.remove(position);
        }
        let key = |e: &Entry| (e.at, e.input);
        let behind = self.entries.iter().rev().take_while(|e| key(e) > key(&entry)).count();
        if behind == 0 {
            self.entries.push_back(entry);
        } else {
            self.entries.insert(self.entries.len() - behind, entry);
        }
        if self.entries.len() > keep {
            self.entries.remove(self.dispensable(keeping));
        }
        true
    }

    /// Returns the position of the entry the window can best do without.
    ///
    /// For order that is the earlier of two neighbours of one rule: whatever chain the earlier is
    /// part of, the later is too, and it stays in the window longer.
    fn dispensable(&self, keeping: Keeping) -> usize {
        if keeping != Keeping::Order {
            return 0;
        }
        let pairs = self.entries.iter().zip(self.entries.iter().skip(1));
        pairs.map(|(a, b)| a.input == b.input).position(|same| same).unwrap_or(0)
    }

    /// Forgets the entries and keeps a little storage.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.entries.shrink_to(16);
    }

    /// Returns which inputs have an entry, as bits.
    pub(crate) fn inputs(&self) -> u64 {
        self.entries.iter().fold(0, |seen, entry| seen | 1_u64.wrapping_shl(entry.input.into()))
    }

    /// Whether there are entries of inputs 0, 1, ... `inputs - 1`, each not before the last.
    pub(crate) fn is_ordered(&self, inputs: usize) -> bool {
        let mut next = 0;
        for entry in &self.entries {
            if usize::from(entry.input) == next {
                next += 1;
            }
        }
        next >= inputs
    }

    /// Returns the sum of the values.
    pub(crate) fn sum(&self) -> u128 {
        self.entries.iter().map(|entry| u128::from(entry.value)).sum()
    }

    /// Returns the value below which `percent` of the values lie, interpolated linearly between
    /// neighbours; `None` for an empty window.
    pub(crate) fn percentile(&self, percent: f64, scratch: &mut Vec<u64>) -> Option<f64> {
        scratch.clear();
        scratch.extend(self.entries.iter().map(|entry| entry.value));
        scratch.sort_unstable();
        let last = scratch.len().checked_sub(1)?;
        let rank = percent / 100.0 * whole(last);
        let below = (0..=last).rfind(|&i| whole(i) <= rank)?;
        let low = wide(*scratch.get(below)?);
        let high = scratch.get(below + 1).map_or(low, |&value| wide(value));
        Some(low + (high - low) * (rank - whole(below)))
    }
}

/// Returns a value as the nearest floating-point number.
#[expect(clippy::cast_precision_loss, reason = "thresholds are floating-point numbers in Sigma")]
pub(crate) fn wide(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(at: u64, input: u8, value: u64) -> Entry {
        Entry { at, token: at, value, input }
    }

    #[test]
    fn events_out_of_order_are_put_in_order_and_late_ones_dropped() {
        let mut window = Window::default();
        for at in [10, 30, 20, 5, 41, 11] {
            window.add(entry(at, 0, 0), Keeping::Events, 64, 20);
        }
        // 5 was in time when it came (30 - 20 > 5 is false only for 10): the window was 10..=30.
        let times: Vec<u64> = window.entries().iter().map(|e| e.at).collect();
        assert_eq!(times, [30, 41]);
    }

    #[test]
    fn values_are_counted_once_and_last_as_long_as_their_latest_event() {
        let mut window = Window::default();
        for (at, value) in [(1, 7), (2, 8), (3, 7), (12, 9)] {
            window.add(entry(at, 0, value), Keeping::Values, 64, 10);
        }
        let values: Vec<u64> = window.entries().iter().map(|e| e.value).collect();
        assert_eq!(values, [8, 7, 9]);
        window.add(entry(13, 0, 9), Keeping::Values, 64, 10);
        let values: Vec<u64> = window.entries().iter().map(|e| e.value).collect();
        assert_eq!(values, [7, 9]);
    }

    #[test]
    fn percentile_is_interpolated() {
        let mut window = Window::default();
        let mut scratch = Vec::new();
        assert_eq!(window.percentile(50.0, &mut scratch), None);
        for value in [10, 20, 30, 40] {
            window.add(entry(value, 0, value), Keeping::Events, 64, 1000);
        }
        for (percent, want) in [(0.0, 10.0), (50.0, 25.0), (100.0, 40.0)] {
            assert_eq!(window.percentile(percent, &mut scratch), Some(want), "{percent}");
        }
        assert_eq!(window.sum(), 100);
    }

    proptest! {
        #[test]
        fn a_full_window_still_tells_the_order(
            hits in prop::collection::vec((0_u64..4, 0_u8..3), 1..200), timespan in 1_u64..60,
        ) {
            let (mut small, mut large) = (Window::default(), Window::default());
            let mut at = 0;
            for (step, input) in hits {
                at += step;
                small.add(entry(at, input, 0), Keeping::Order, 48, timespan);
                large.add(entry(at, input, 0), Keeping::Order, 10_000, timespan);
                let runs = large.entries().iter().zip(large.entries().iter().skip(1))
                    .filter(|(a, b)| a.input != b.input).count() + 1;
                prop_assert_eq!(small.inputs(), large.inputs());
                // With more changes of rule than there is room, old chains may be lost.
                if runs <= 48 {
                    prop_assert_eq!(small.is_ordered(3), large.is_ordered(3));
                }
            }
        }
    }
}
