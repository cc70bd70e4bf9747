//! Which point codes are on our side: learnt from who sends what.
//!
//! A link carries both directions, and a home address arriving from outside is the strongest sign
//! of spoofing there is; but whether a message comes from outside must not be judged by the
//! address that may be spoofed. A point code (within network indicator and appearance) that has
//! sent many messages, nearly all with external calling titles, is a peer; one whose calling titles
//! are nearly all home is ours. Until enough was seen nothing is said.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    keep::{KeepError, Kept, Reader, Writer},
    table::ExpiringTable,
};

/// Which side point codes are on.
#[derive(Debug)]
pub struct Paths {
    points: ExpiringTable<Point, Counts>,
    answers: ExpiringTable<(Point, u32), Answers>,
}

/// A point code in its network.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Point {
    /// Point code.
    pub code: u32,
    /// Network indicator.
    pub ni: u8,
    /// M3UA network appearance.
    pub na: Option<u32>,
}

/// What was learnt of a point code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Learnt {
    /// Not enough yet, or both kinds.
    Unknown,
    /// Ours.
    Home,
    /// A peer's.
    Peer,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Counts {
    home: u32,
    external: u32,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Answers {
    answered: u32,
    silent: u32,
}

impl Paths {
    /// Returns how many point codes and pairs were forgotten early for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.points.evictions() + self.answers.evictions()
    }

    /// Returns how many point codes and pairs are remembered.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.points.len() + self.answers.len()
    }

    /// Makes room for `capacity` point codes and as many pairs.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self {
            points: ExpiringTable::new(capacity, &[LIFETIME], seed),
            answers: ExpiringTable::new(capacity, &[LIFETIME], seed),
        }
    }

    /// Learns that `point` sent a message whose calling title is home's, or is not.
    pub fn sent(&mut self, point: Point, home: bool, now: Timestamp) {
        let counts = self.points.get(&point).copied().unwrap_or_default();
        let mut counts = if home {
            Counts { home: counts.home + 1, ..counts }
        } else {
            Counts { external: counts.external + 1, ..counts }
        };
        if counts.home.max(counts.external) >= FORGET {
            counts = Counts { home: counts.home / 2, external: counts.external / 2 };
        }
        if let Some(slot) = self.points.get_mut(&point) {
            *slot = counts;
            self.points.touch(&point, 0, now);
        } else {
            self.points.insert(point, counts, 0, now);
        }
    }

    /// Returns which side a point code is on.
    #[must_use]
    pub fn side(&self, point: Point) -> Learnt {
        let Some(&Counts { home, external }) = self.points.get(&point) else {
            return Learnt::Unknown;
        };
        if external >= ENOUGH && external / MARGIN >= home {
            Learnt::Peer
        } else if home >= ENOUGH && home / MARGIN >= external {
            Learnt::Home
        } else {
            Learnt::Unknown
        }
    }

    /// Learns that a request from `from` to `to` was answered in time, or was not.
    pub fn ended(&mut self, from: Point, to: u32, answered: bool, now: Timestamp) {
        let key = (from, to);
        let mut answers = self.answers.get(&key).copied().unwrap_or_default();
        *(if answered { &mut answers.answered } else { &mut answers.silent }) += 1;
        if answers.answered.max(answers.silent) >= FORGET {
            answers = Answers { answered: answers.answered / 2, silent: answers.silent / 2 };
        }
        if let Some(slot) = self.answers.get_mut(&key) {
            *slot = answers;
            self.answers.touch(&key, 0, now);
        } else {
            self.answers.insert(key, answers, 0, now);
        }
    }

    /// Whether answers to requests from `from` to `to` are seen here: most of them were. Where only
    /// one direction is tapped, or a mate carries half of the answers, silence says nothing.
    #[must_use]
    pub fn answers_seen(&self, from: Point, to: u32) -> bool {
        self.answers
            .get(&(from, to))
            .is_some_and(|&Answers { answered, silent }| answered > 0 && answered / 3 >= silent)
    }
}

impl Kept for Paths {
    const NAME: &'static str = "paths";
    const VERSION: u16 = 1;

    fn save(&self, out: &mut Writer) {
        out.table(&self.points);
        out.table(&self.answers);
    }

    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
        saved.table(&mut self.points, |_, _| {})?;
        saved.table(&mut self.answers, |_, _| {})
    }
}

const LIFETIME: u64 = 7 * 24 * 3_600_000_000_000;
/// Messages before a side is believed.
const ENOUGH: u32 = 12;
/// How many times the other kind they must be: spoofed ones are few.
const MARGIN: u32 = 8;
/// Counts are halved here, so that what was true last month does not decide.
const FORGET: u32 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_stays_a_peer_when_it_sends_a_few_home_addresses() {
        let mut paths = Paths::new(8, 1);
        let point = Point { code: 7, ni: 0, na: None };
        let now = Timestamp::from_nanos(0);
        for i in 0..2 * ENOUGH {
            let want = if i < ENOUGH { Learnt::Unknown } else { Learnt::Peer };
            assert_eq!(paths.side(point), want, "{i}");
            paths.sent(point, false, now);
        }
        paths.sent(point, true, now);
        paths.sent(point, true, now);
        assert_eq!(paths.side(point), Learnt::Peer);
        assert_eq!(paths.side(Point { ni: 2, ..point }), Learnt::Unknown);
    }

    #[test]
    fn silence_is_believed_only_where_answers_are_seen() {
        let mut paths = Paths::new(8, 1);
        let point = Point { code: 7, ni: 0, na: None };
        let now = Timestamp::from_nanos(0);
        assert!(!paths.answers_seen(point, 9));
        for _ in 0..4 {
            paths.ended(point, 9, true, now);
        }
        paths.ended(point, 9, false, now);
        assert!(paths.answers_seen(point, 9));
        paths.ended(point, 9, false, now);
        assert!(!paths.answers_seen(point, 9));
    }
}
