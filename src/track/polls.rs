//! A home network that asks where its own subscriber is, without a call or a message.
//!
//! Homes ask the serving node for every call to a roamer (TS 23.018 §7.2.1), so requests with a
//! call, a message or a service within a minute on either side are explained. What is left over is
//! polling: welcome messages and fraud checks ask once or twice a day, trackers several times an
//! hour. It passes every filter that only looks at who asks.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// Requests about one subscriber by their own home.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Polls {
    asked: [u32; KEPT],
    next: u8,
    busy: u32,
}

/// Requests that nothing explains.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Of the last hour.
    pub hour: u8,
    /// Of the last day, at most [`KEPT`].
    pub day: u8,
}

impl Polls {
    /// Takes a request and returns how many lately had no reason, this one included.
    pub fn asked(&mut self, at: Timestamp) -> Counts {
        let now = seconds(at).max(1);
        let reason = self.busy != 0 && now.saturating_sub(self.busy) <= NEAR;
        if !reason {
            if let Some(slot) = self.asked.get_mut(usize::from(self.next)) {
                *slot = now;
            }
            self.next = (self.next + 1) % SLOTS;
        }
        let within = |window: u32| {
            let lately = |&&then: &&u32| then != 0 && now.saturating_sub(then) <= window;
            u8::try_from(self.asked.iter().filter(lately).count()).unwrap_or(u8::MAX)
        };
        Counts { hour: within(3600), day: within(24 * 3600) }
    }

    /// Notes a call, a message or a service of the subscriber: requests shortly before had a reason,
    /// those shortly after will.
    pub fn busy(&mut self, at: Timestamp) {
        let now = seconds(at);
        for then in &mut self.asked {
            if now.saturating_sub(*then) <= NEAR {
                *then = 0;
            }
        }
        self.busy = now.max(1);
    }

    /// Adds what was noted under another entry of the same person.
    pub fn merge(&mut self, other: &Self) {
        for &then in other.asked.iter().filter(|&&then| then != 0) {
            if let Some(slot) = self.asked.iter_mut().min().filter(|slot| **slot < then) {
                *slot = then;
            }
        }
        self.busy = self.busy.max(other.busy);
    }
}

/// Seconds between a request and what explains it.
pub const NEAR: u32 = 60;
/// Requests remembered.
pub const KEPT: usize = 16;
const SLOTS: u8 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_around_a_call_are_no_polling() {
        let at = |second: u64| Timestamp::from_nanos((500_000 + second) * 1_000_000_000);
        let mut polls = Polls::default();
        assert_eq!(polls.asked(at(0)), Counts { hour: 1, day: 1 });
        polls.busy(at(4)); // the roaming number is asked for next
        assert_eq!(polls.asked(at(300)), Counts { hour: 1, day: 1 });
        polls.busy(at(900));
        assert_eq!(polls.asked(at(902)), Counts { hour: 1, day: 1 }); // just after
        assert_eq!(polls.asked(at(1200)), Counts { hour: 2, day: 2 });
        assert_eq!(polls.asked(at(9000)), Counts { hour: 1, day: 3 });
    }
}
