//! What is remembered over days of subscribers whom somebody asked about without business.
//!
//! Few subscribers ever are, so this stands beside [`super::subscriber`] and not in it: one look-up
//! for a request that counts, none for any other.

use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    keep::{KeepError, Kept, Reader, Writer},
    table::ExpiringTable,
};
use crate::track::{fallback::Attempts, polls::Polls, regularity::Rhythm, slow::Slow};

/// The dossiers, by the key of the subscriber.
#[derive(Debug)]
pub struct Dossiers {
    table: ExpiringTable<u64, Dossier>,
}

/// What is remembered of one subscriber.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Dossier {
    /// How evenly requests for location, for identity and for anything else come.
    pub rhythms: [Rhythm; 3],
    /// Requests of a day and a week.
    pub slow: Slow,
    /// What was tried lately.
    pub attempts: Attempts,
    /// Requests by the subscriber's own home.
    pub polls: Polls,
}

impl Dossiers {
    /// Makes room for `capacity` subscribers. Those only their own home asked about go first.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self { table: ExpiringTable::new(capacity, &[DAY, 8 * DAY], seed) }
    }

    /// Returns a dossier, to write into it; `grave` when somebody without business asked.
    pub fn open(&mut self, key: u64, grave: bool, now: Timestamp) -> Option<&mut Dossier> {
        if key == 0 {
            return None;
        }
        if !grave && self.table.get(&key).is_some() {
            return self.table.get_mut(&key);
        }
        self.table.take_up(key, grave.into(), now, Dossier::default)
    }

    /// Returns a dossier that is there.
    pub fn known(&mut self, key: u64) -> Option<&mut Dossier> {
        self.table.get_mut(&key)
    }

    /// Puts two dossiers together when an answer says that they are of one person.
    pub fn join(&mut self, keep: u64, gone: u64, now: Timestamp) {
        let Some(other) = self.table.remove(&gone) else { return };
        let Some(kept) = self.open(keep, true, now) else { return };
        for (mine, theirs) in kept.rhythms.iter_mut().zip(&other.rhythms) {
            mine.merge(theirs);
        }
        kept.slow.merge(&other.slow);
        kept.attempts.merge(&other.attempts);
        kept.polls.merge(&other.polls);
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many were forgotten for want of room.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.table.evictions()
    }

    /// Forgets what is old.
    pub fn expire(&mut self, now: Timestamp) {
        while self.table.expire(now).is_some() {}
    }
}

impl Kept for Dossiers {
    const NAME: &'static str = "dossiers";
    const VERSION: u16 = 1;

    fn save(&self, out: &mut Writer) {
        out.table(&self.table);
    }

    fn load(&mut self, saved: &mut Reader<'_>) -> Result<(), KeepError> {
        saved.table(&mut self.table, |_, _| {})
    }
}

const DAY: u64 = 24 * 3_600_000_000_000;
