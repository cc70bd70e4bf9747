//! What others may know of a run while it goes on, and how they ask something of it.
//!
//! The lane writes here once a second and never waits for a reader: when one holds the lock at that
//! moment, it comes again with the next burst. A reader takes a pointer and lets go.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};

use picket_hw::{CaptureCounters, Timestamp, live::Port};

use super::{Setting, Wish, lane, outlet};
use crate::{
    config::plan::Suppression,
    engine::{Occupancy, Stats},
};

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

/// What is known of reading the configuration anew.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reloads {
    /// How often it was.
    pub good: u64,
    /// How often it was refused.
    pub refused: u64,
    /// When the last that succeeded was, or the start.
    pub last: Timestamp,
    /// Why the last was refused; empty when it was not.
    pub error: String,
}

/// What others may know of a run, and where they ask.
pub struct Board {
    published: Mutex<Arc<Published>>,
    said: Mutex<Said>,
    wishes: mpsc::Sender<Wish>,
}

/// What the thread that steers tells.
#[derive(Default)]
struct Said {
    setting: Option<Arc<Setting>>,
    suppressed: Vec<(u32, Suppression)>,
    reloads: Reloads,
}

impl Board {
    /// Makes one, and the end where what is asked comes out.
    #[must_use]
    pub fn new() -> (Arc<Self>, mpsc::Receiver<Wish>) {
        let (wishes, asked) = mpsc::channel();
        let (published, said) = (Mutex::default(), Mutex::default());
        (Arc::new(Self { published, said, wishes }), asked)
    }

    /// Asks something; nothing is answered once the run has ended.
    pub fn ask(&self, wish: Wish) {
        let _ = self.wishes.send(wish);
    }

    /// Returns what the lane told last.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns what is in force; `None` before the run has begun.
    #[must_use]
    pub fn setting(&self) -> Option<Arc<Setting>> {
        self.said().setting.clone()
    }

    /// Returns the suppressions that were added by command, with their numbers.
    #[must_use]
    pub fn suppressions(&self) -> Vec<(u32, Suppression)> {
        self.said().suppressed.clone()
    }

    /// Returns what came of reading the configuration anew.
    #[must_use]
    pub fn reloads(&self) -> Reloads {
        self.said().reloads.clone()
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

    pub(super) fn put_in_force(&self, setting: Arc<Setting>) {
        self.said().setting = Some(setting);
    }

    pub(super) fn suppressed(&self, added: Vec<(u32, Suppression)>) {
        self.said().suppressed = added;
    }

    /// Takes when the run began.
    pub(super) fn began(&self, at: Timestamp) {
        self.said().reloads.last = at;
    }

    pub(super) fn reloaded(&self, result: Result<(), String>, at: Timestamp) {
        let reloads = &mut self.said().reloads;
        match result {
            Ok(()) => {
                *reloads =
                    Reloads { good: reloads.good + 1, last: at, error: String::new(), ..*reloads };
            }
            Err(error) => (reloads.refused, reloads.error) = (reloads.refused + 1, error),
        }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
