//! How many of the message routings a sender asked for it used.
//!
//! Counted are answers that named a home node, since only then would the message pass here, and
//! messages to home nodes, over two halves of a day.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// Routings and messages of one sender.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Ratio {
    half: u32,
    current: [u32; 2],
    previous: [u32; 2],
}

/// What the last day holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Message routings that were answered.
    pub routings: u32,
    /// Messages for a hundred of them.
    pub percent: u16,
}

impl Ratio {
    /// Counts an answered sendRoutingInfoForSM.
    pub fn routed(&mut self, at: Timestamp) -> Counts {
        self.count(at, 0)
    }

    /// Counts a message.
    pub fn delivered(&mut self, at: Timestamp) {
        self.count(at, 1);
    }

    fn count(&mut self, at: Timestamp, what: usize) -> Counts {
        let half = seconds(at) / HALF;
        if half == self.half + 1 {
            self.previous = core::mem::take(&mut self.current);
        } else if half > self.half {
            (self.previous, self.current) = ([0; 2], [0; 2]);
        }
        self.half = self.half.max(half);
        if let Some(slot) = self.current.get_mut(what) {
            *slot = slot.saturating_add(1);
        }
        let [routings, messages] = [0, 1].map(|what: usize| {
            let of = |window: &[u32; 2]| window.get(what).copied().unwrap_or(0);
            of(&self.current).saturating_add(of(&self.previous))
        });
        let percent = u64::from(messages) * 100 / u64::from(routings.max(1));
        Counts { routings, percent: u16::try_from(percent).unwrap_or(u16::MAX) }
    }
}

/// Seconds of half a day.
const HALF: u32 = 12 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_compared_with_routings_of_a_day() {
        let at = |hour: u64| Timestamp::from_nanos((120_000 + hour) * 3_600_000_000_000);
        let mut ratio = Ratio::default();
        for n in 0..50 {
            ratio.routed(at(n / 10));
            if n % 10 == 0 {
                ratio.delivered(at(n / 10));
            }
        }
        assert_eq!(ratio.routed(at(14)), Counts { routings: 51, percent: 9 });
        assert_eq!(ratio.routed(at(48)), Counts { routings: 1, percent: 0 });
    }
}
