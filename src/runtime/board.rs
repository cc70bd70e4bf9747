//! What others may know of a run while it goes on, and how they ask something of it.
//!
//! The lane writes here once a second and never waits for a reader: when one holds the lock at that
//! moment, it comes again with the next burst. A reader takes a pointer and lets go.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use picket_hw::{CaptureCounters, Timestamp, live::Port};

use super::{lane, outlet};
use crate::engine::{Occupancy, Stats};

/// What a lane tells of itself once a second.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// How often it told; 0 is never.
    pub sequence: u64,
    /// The lane's own counters.
    pub lane: lane::Counters,
    /// What passed to the outputs.
    pub outlet: outlet::Counters,
    /// The capture's.
    pub capture: CaptureCounters,
    /// The ports.
    pub ports: Vec<Port>,
    /// What the engine counted, without the senders.
    pub stats: Stats,
    /// How many senders outside home it tells apart.
    pub senders: u64,
    /// How full its tables are.
    pub tables: Vec<Occupancy>,
    /// The time reached.
    pub now: Timestamp,
    /// Until when it is learnt what is usual; `None` before the first request.
    pub learning_until: Option<Timestamp>,
}

/// What others may know of a run.
#[derive(Debug, Default)]
pub struct Board {
    published: Mutex<Arc<Published>>,
}

impl Board {
    /// Returns what the lane told last.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts up what the lane tells, unless a reader is just looking; returns whether it did.
    pub(super) fn publish(&self, news: Published) -> bool {
        let mut shared = match self.published.try_lock() {
            Ok(shared) => shared,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        *shared = Arc::new(news);
        true
    }
}
