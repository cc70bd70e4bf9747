//! What is known of each output: whether it takes alerts, what it is owed, what went wrong.

use std::sync::{
    Arc, Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use serde::Serialize;

use crate::sink::outlet::Trouble;

/// Whether an output takes alerts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing was tried yet.
    #[default]
    Idle,
    /// The last try succeeded.
    Up,
    /// It cannot be reached; tried again and again.
    Away,
    /// It refuses these credentials, or this user that topic; tried again, seldom.
    Refused,
    /// It was reached and something else is wrong; tried again and again.
    Failing,
}

/// What is known of an output.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SinkStatus {
    /// Its name: the table of the configuration.
    pub name: String,
    /// Whether it takes alerts.
    pub state: State,
    /// What went wrong last; empty when nothing did or it takes alerts again.
    pub error: String,
    /// Revisions it is owed.
    pub owed: u64,
    /// Revisions it acknowledged in this run.
    pub delivered: u64,
    /// Revisions it refused for what they are, in this run.
    pub parked: u64,
    /// Tries that failed, in this run.
    pub failures: u64,
}

/// What is known of the outbox.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct OutboxStatus {
    /// Alerts that wait in memory for the disk.
    pub waiting: u64,
    /// Revisions kept in this run.
    pub kept: u64,
    /// Octets of all that is kept.
    pub octets: u64,
    /// Revisions given up in this run although they were owed, the least grave level first.
    pub lost: [u64; 5],
    /// Why nothing can be kept at the moment; empty when it can.
    pub error: String,
}

/// Everything known of delivery.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Status {
    /// The outbox.
    pub outbox: OutboxStatus,
    /// The outputs.
    pub sinks: Vec<SinkStatus>,
}

/// What an output's task, its client's threads and the writer share about it.
#[derive(Debug, Default)]
pub(in crate::sink) struct SinkBoard {
    pub(in crate::sink) name: String,
    said: Mutex<(State, String)>,
    pub(super) owed: AtomicU64,
    delivered: AtomicU64,
    parked: AtomicU64,
    failures: AtomicU64,
    pub(super) reopen: AtomicBool,
    progress: Arc<Progress>,
}

impl SinkBoard {
    pub(super) fn new(name: &str, progress: &Arc<Progress>) -> Self {
        Self { name: name.to_owned(), progress: Arc::clone(progress), ..Self::default() }
    }

    /// The output acknowledged revisions.
    pub(in crate::sink) fn took(&self, revisions: u64) {
        self.delivered.fetch_add(revisions, Ordering::Relaxed);
        let mut said = lock(&self.said);
        if said.0 != State::Up {
            if !said.1.is_empty() {
                tracing::info!(sink = self.name, "takes alerts again");
            }
            *said = (State::Up, String::new());
        }
    }

    /// Something is wrong. Said in the log when it changes, not at each try.
    pub(in crate::sink) fn trouble(&self, trouble: &Trouble) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let (state, text) = match trouble {
            Trouble::Away(text) => (State::Away, text),
            Trouble::Refused(text) => (State::Refused, text),
            Trouble::Failing(text) => (State::Failing, text),
        };
        let mut said = lock(&self.said);
        // A broker that refuses hangs up too; the refusal is what an operator has to know.
        if said.0 == State::Refused && state == State::Away {
            return;
        }
        if said.0 != state || said.1 != *text {
            tracing::warn!(sink = self.name, ?state, error = text, "delivery waits");
            *said = (state, text.clone());
        }
        // Whoever waits looks at what was said, so it must not be locked any more.
        drop(said);
        self.progress.look();
    }

    pub(super) fn parked(&self, revisions: u64) {
        self.parked.fetch_add(revisions, Ordering::Relaxed);
    }

    pub(super) fn status(&self) -> SinkStatus {
        let (state, error) = lock(&self.said).clone();
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        SinkStatus {
            name: self.name.clone(),
            state,
            error,
            owed: self.owed.load(Ordering::Acquire),
            delivered: read(&self.delivered),
            parked: read(&self.parked),
            failures: read(&self.failures),
        }
    }
}

/// Lets somebody wait for delivery and tell standstill from progress.
#[derive(Debug, Default)]
pub(super) struct Progress {
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Seen {
    /// Something was kept or taken.
    moves: u64,
    /// Something else is worth a look: an output is in trouble.
    looks: u64,
}

impl Progress {
    pub(super) fn step(&self) {
        lock(&self.seen).moves += 1;
        self.changed.notify_all();
    }

    pub(super) fn look(&self) {
        lock(&self.seen).looks += 1;
        self.changed.notify_all();
    }

    pub(super) fn seen(&self) -> Seen {
        *lock(&self.seen)
    }

    pub(super) fn moved_since(&self, seen: Seen) -> bool {
        lock(&self.seen).moves != seen.moves
    }

    /// Waits until something moved since `seen`, or `enough` says so; returns whether it did in time.
    pub(super) fn wait(
        &self,
        seen: Seen,
        patience: core::time::Duration,
        enough: impl Fn() -> bool,
    ) -> bool {
        let stands = |now: &mut Seen| now.moves == seen.moves && !enough();
        let waited = self.changed.wait_timeout_while(lock(&self.seen), patience, stands);
        let (guard, result) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(guard);
        !result.timed_out()
    }
}

/// Locks; what a thread that panicked left is good, for every change here is a single step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
