//! What is refused one way is tried another: operations tried on one subscriber, and which failed.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::seconds;

/// Operations that were tried on one subscriber lately.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Attempts {
    tried: [Attempt; KEPT],
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Attempt {
    at: u32,
    failed: u32,
    operation: i32,
}

/// What the last quarter of an hour holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Distinct operations.
    pub operations: u8,
    /// Those of them that failed before.
    pub failed: u8,
}

impl Attempts {
    /// Takes a request.
    pub fn asked(&mut self, at: Timestamp, operation: i32) -> Counts {
        let now = seconds(at).max(1);
        let known =
            self.tried.iter().position(|tried| tried.at != 0 && tried.operation == operation);
        let oldest = || {
            let of = self.tried.iter().enumerate().min_by_key(|(_, tried)| tried.at);
            of.map(|(slot, _)| slot)
        };
        if let Some(slot) = known.or_else(oldest).and_then(|slot| self.tried.get_mut(slot)) {
            let failed = if known.is_some() { slot.failed } else { 0 };
            *slot = Attempt { at: now, failed, operation };
        }
        let since = now.saturating_sub(WINDOW);
        let lately = || self.tried.iter().filter(|tried| tried.at != 0 && tried.at >= since);
        let count = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        Counts {
            operations: count(lately().count()),
            failed: count(lately().filter(|tried| tried.failed >= since.max(1)).count()),
        }
    }

    /// Notes that a request failed.
    pub fn failed(&mut self, at: Timestamp, operation: i32) {
        for tried in &mut self.tried {
            if tried.at != 0 && tried.operation == operation {
                tried.failed = seconds(at);
            }
        }
    }

    /// Adds what was tried under another entry of the same person.
    pub fn merge(&mut self, other: &Self) {
        for theirs in other.tried.iter().filter(|tried| tried.at != 0) {
            let mine = self.tried.iter_mut().min_by_key(|tried| {
                (tried.at != 0 && tried.operation != theirs.operation, tried.at)
            });
            if let Some(mine) = mine.filter(|mine| mine.at <= theirs.at) {
                *mine = *theirs;
            }
        }
    }
}

/// Seconds of the window.
pub const WINDOW: u32 = 15 * 60;
const KEPT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_add_up_and_failures_are_remembered() {
        let at = |second: u64| Timestamp::from_nanos((50_000 + second) * 1_000_000_000);
        let mut attempts = Attempts::default();
        assert_eq!(attempts.asked(at(0), 71), Counts { operations: 1, failed: 0 });
        attempts.failed(at(1), 71);
        assert_eq!(attempts.asked(at(40), 71), Counts { operations: 1, failed: 1 });
        assert_eq!(attempts.asked(at(80), 58), Counts { operations: 2, failed: 1 });
        attempts.failed(at(81), 58);
        attempts.failed(at(81), 22); // was never asked
        assert_eq!(attempts.asked(at(120), 70), Counts { operations: 3, failed: 2 });
        assert_eq!(attempts.asked(at(2000), 70), Counts { operations: 1, failed: 0 });
    }
}
