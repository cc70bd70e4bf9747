//! Whether a question where to send a message was followed by one.
//!
//! sendRoutingInfoForSM tells who a number belongs to and which node serves it. Somebody who sends
//! messages asks and then delivers within seconds; somebody who only asks is looking people up.
//! Deliveries are counted whoever makes them: hubs ask from one title and deliver from another.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// The last questions about one subscriber that were answered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Deliveries {
    /// Times of answered questions, seconds; 0 for none. The oldest gives way.
    asked: [u32; KEPT],
    next: u8,
}

impl Deliveries {
    /// Notes an answered question and returns how many earlier ones of the last hour had no
    /// delivery within [`PATIENCE`].
    pub fn asked(&mut self, at: Timestamp) -> u32 {
        let now = seconds(at);
        let forlorn = |&&then: &&u32| {
            then != 0 && now.saturating_sub(then) <= HOUR && now.saturating_sub(then) > PATIENCE
        };
        let count = self.asked.iter().filter(forlorn).count();
        if let Some(slot) = self.asked.get_mut(usize::from(self.next)) {
            *slot = now.max(1);
        }
        self.next = (self.next + 1) % SLOTS;
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Notes a delivery: the questions shortly before it were meant.
    pub fn delivered(&mut self, at: Timestamp) {
        for then in &mut self.asked {
            if seconds(at).saturating_sub(*then) <= PATIENCE {
                *then = 0;
            }
        }
    }

    /// Adds what was noted under another entry of the same person.
    pub fn merge(&mut self, other: &Self) {
        for &then in other.asked.iter().filter(|&&then| then != 0) {
            if let Some(slot) = self.asked.iter_mut().find(|slot| **slot == 0) {
                *slot = then;
            }
        }
    }
}

/// Seconds after the answer within which a delivery may come.
pub const PATIENCE: u32 = 120;
const HOUR: u32 = 3600;
const KEPT: usize = 8;
const SLOTS: u8 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_without_delivery_add_up_for_an_hour() {
        let at = |seconds: u64| Timestamp::from_nanos((10_000 + seconds) * 1_000_000_000);
        let mut deliveries = Deliveries::default();
        assert_eq!(deliveries.asked(at(0)), 0);
        deliveries.delivered(at(5));
        assert_eq!(deliveries.asked(at(600)), 0);
        assert_eq!(deliveries.asked(at(1200)), 1);
        assert_eq!(deliveries.asked(at(1260)), 1); // the one a minute ago may still be followed
        assert_eq!(deliveries.asked(at(3000)), 3);
        assert_eq!(deliveries.asked(at(4500)), 3); // the first is more than an hour old
    }
}
