//! From a number to a place: who asked for a position soon after the identity was given away.
//!
//! The two steps need not have one sender. Trackers learn the IMSI or the serving node from one
//! address and ask for the position from another, so the subscriber joins them, not the sender.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{block, fold, seconds};

/// What was given away about a subscriber last.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Chain {
    at: u32,
    block: u32,
    operation: i32,
}

/// The second step of a chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// Operation of the first step.
    pub after: i32,
    /// Seconds since it was answered.
    pub age_s: u32,
    /// Whether the first step had another sender, by leading digits.
    pub other_block: bool,
}

impl Chain {
    /// Notes that an answer gave the identity or the serving node to `asker`.
    pub fn given(&mut self, at: Timestamp, operation: i32, asker: Digits) {
        *self = Self { at: seconds(at).max(1), block: fold(block(asker)), operation };
    }

    /// Returns the step a request by `asker` would be.
    #[must_use]
    pub fn asked(&self, at: Timestamp, asker: Digits) -> Option<Step> {
        let age_s = seconds(at).checked_sub(self.at).filter(|_| self.at != 0)?;
        (age_s <= LONGEST).then(|| Step {
            after: self.operation,
            age_s,
            other_block: fold(block(asker)) != self.block,
        })
    }

    /// Keeps the later of two records of one person.
    pub const fn merge(&mut self, other: &Self) {
        if other.at > self.at {
            *self = *other;
        }
    }
}

/// Seconds a first step is remembered.
pub const LONGEST: u32 = 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_step_knows_the_first() {
        let at = |second: u64| Timestamp::from_nanos((50_000 + second) * 1_000_000_000);
        let gt = |text: &str| Digits::parse(text).unwrap();
        let mut chain = Chain::default();
        assert_eq!(chain.asked(at(0), gt("99991000001")), None);
        chain.given(at(10), 45, gt("99991000001"));
        for (second, asker, want) in [
            (25, "99991000777", Some((15, false))),
            (3610, "99992000001", Some((3600, true))),
            (90_000, "99991000001", None),
        ] {
            let step = chain.asked(at(second), gt(asker));
            assert_eq!(step.map(|step| (step.age_s, step.other_block)), want, "{second}");
            assert!(step.is_none_or(|step| step.after == 45));
        }
    }
}
