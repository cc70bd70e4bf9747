//! What a sender is used to: whether it ever asked this before, and how often it does.
//!
//! A relation is a global title, an operation and the subsystem it is sent to. While the sensor
//! learns nothing is new; later a relation seen for the first time is said to be, for a while. The
//! rate of a minute is compared with the relation's own hours before, forgotten by an eighth each.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// One relation.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Habit {
    first: u32,
    hour: u32,
    in_hour: u32,
    /// Requests an hour, in sixteenths.
    usual: u32,
    minute: u32,
    in_minute: u32,
}

/// What is said of a request.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// The relation began after learning, less than [`FRESH`] ago.
    pub new: bool,
    /// Requests of this minute.
    pub per_minute: u32,
    /// How many times the usual that is, where what is usual is known.
    pub times_usual: Option<u32>,
}

impl Habit {
    /// Takes a request; `learnt` is when learning ended, or will.
    pub fn asked(&mut self, at: Timestamp, learnt: Timestamp) -> Said {
        let now = seconds(at).max(1);
        if self.first == 0 {
            (self.first, self.hour, self.minute) = (now, now / HOUR, now / MINUTE);
        }
        let hours = (now / HOUR).saturating_sub(self.hour);
        if hours > 0 {
            let step = |usual: u32, hour: u32| usual - usual / 8 + hour.saturating_mul(2);
            self.usual = step(self.usual, core::mem::take(&mut self.in_hour));
            for _ in 1..hours.min(64) {
                self.usual = step(self.usual, 0);
            }
            self.hour = now / HOUR;
        }
        if now / MINUTE > self.minute {
            (self.minute, self.in_minute) = (now / MINUTE, 0);
        }
        self.in_hour = self.in_hour.saturating_add(1);
        self.in_minute = self.in_minute.saturating_add(1);
        let learnt = seconds(learnt);
        let age = now.saturating_sub(self.first);
        // An hour has sixty minutes, and `usual` counts in sixteenths; at least one a minute.
        let usual = (self.usual / (16 * 60)).max(1);
        Said {
            new: now > learnt && self.first > learnt && age <= FRESH,
            per_minute: self.in_minute,
            times_usual: (age >= SETTLED && now > learnt).then_some(self.in_minute / usual),
        }
    }
}

/// Seconds a relation is new.
pub const FRESH: u32 = 3600;
/// Seconds before what is usual is known.
pub const SETTLED: u32 = 6 * HOUR;
const HOUR: u32 = 3600;
const MINUTE: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_learnt_and_a_burst_stands_out() {
        let at = |second: u64| Timestamp::from_nanos((4_000_000 + second) * 1_000_000_000);
        let mut habit = Habit::default();
        for minute in 0..600 {
            let said = habit.asked(at(minute * 60), at(3600));
            assert!(!said.new);
        }
        let burst = (0..40).map(|_| habit.asked(at(36_030), at(3600))).last().unwrap();
        assert_eq!(burst, Said { new: false, per_minute: 40, times_usual: Some(40) });
    }

    #[test]
    fn nothing_is_new_while_learning() {
        let at = |second: u64| Timestamp::from_nanos((4_000_000 + second) * 1_000_000_000);
        for (first, again, learnt, want) in
            [(10, 20, 3600, false), (4000, 4010, 3600, true), (4000, 9000, 3600, false)]
        {
            let mut habit = Habit::default();
            habit.asked(at(first), at(learnt));
            assert_eq!(habit.asked(at(again), at(learnt)).new, want, "{first} {again}");
        }
    }
}
