//! From an adapter's clock to the system's.
//!
//! An adapter counts ticks of its own. Reading both clocks together, again and again, tells how
//! long a tick is and what time a tick was at; a stamp is then as exact as the adapter's clock is
//! steady between two readings. Arithmetic only: the caller reads the clocks.

use crate::frame::Timestamp;

/// What two clocks showed at one moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reading {
    pub(super) ticks: u64,
    pub(super) host: Timestamp,
}

/// How stamps become times.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Conversion {
    /// Where the rate is measured from.
    first: Reading,
    latest: Reading,
    /// So many nanoseconds pass in so many ticks, which are not 0.
    rate: (u64, u64),
}

impl Conversion {
    /// Makes one of two readings; `None` when the adapter's clock stands still.
    pub(super) fn new(first: Reading, latest: Reading) -> Option<Self> {
        Some(Self { first, latest, rate: rate(first, latest)? })
    }

    /// Takes a later reading. A clock that was set back keeps its rate and counts anew.
    pub(super) fn correct(&mut self, reading: Reading) {
        if rate(self.latest, reading).is_none() {
            *self = Self { first: reading, latest: reading, ..*self };
            return;
        }
        // The rate is taken over the last few minutes: crystals drift with their temperature.
        if reading.host.since(self.first.host) > WINDOW {
            self.first = self.latest;
        }
        self.latest = reading;
        self.rate = rate(self.first, reading).unwrap_or(self.rate);
    }

    /// Returns the time of a stamp.
    pub(super) fn time(&self, ticks: u64) -> Timestamp {
        let (nanos, per) = self.rate;
        let scaled = |ticks: u64| {
            let nanos = u128::from(ticks) * u128::from(nanos) / u128::from(per.max(1));
            u64::try_from(nanos).unwrap_or(u64::MAX)
        };
        match ticks.checked_sub(self.latest.ticks) {
            Some(after) => self.latest.host.saturating_add(scaled(after)),
            None => self.latest.host.saturating_sub(scaled(self.latest.ticks - ticks)),
        }
    }
}

/// Returns how many nanoseconds passed in how many ticks, if both clocks went on.
fn rate(from: Reading, to: Reading) -> Option<(u64, u64)> {
    let ticks = to.ticks.checked_sub(from.ticks).filter(|&ticks| ticks > 0)?;
    let nanos = to.host.since(from.host);
    (nanos > 0).then_some((nanos, ticks))
}

const WINDOW: u64 = 300_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(ticks: u64, host: u64) -> Reading {
        Reading { ticks, host: Timestamp::from_nanos(host) }
    }

    #[test]
    fn stamps_become_times_at_the_rate_the_clocks_have() {
        // 125 MHz: a tick is 8 ns.
        let conversion = Conversion::new(reading(1_000, 50_000), reading(2_000, 58_000)).unwrap();
        for (ticks, want) in [(2_000, 58_000), (2_001, 58_008), (1_000, 50_000), (3_000, 66_000)] {
            assert_eq!(conversion.time(ticks), Timestamp::from_nanos(want), "{ticks}");
        }
    }

    #[test]
    fn a_clock_that_stands_still_is_no_clock() {
        assert_eq!(Conversion::new(reading(7, 1), reading(7, 2)), None);
        assert_eq!(Conversion::new(reading(7, 2), reading(8, 2)), None);
    }

    #[test]
    fn later_readings_move_the_rate_and_a_set_back_clock_keeps_it() {
        let mut conversion = Conversion::new(reading(0, 1_000), reading(1_000, 2_000)).unwrap();
        conversion.correct(reading(2_000, 4_000));
        assert_eq!(conversion.time(3_000), Timestamp::from_nanos(5_500));
        conversion.correct(reading(100, 9_000));
        assert_eq!(conversion.time(100), Timestamp::from_nanos(9_000));
        assert_eq!(conversion.time(300), Timestamp::from_nanos(9_300));
        let far = 2 * WINDOW;
        conversion.correct(reading(1_100, far));
        assert_eq!(conversion.time(1_100), Timestamp::from_nanos(far));
    }
}
