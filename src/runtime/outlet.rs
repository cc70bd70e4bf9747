//! From the lane to the outputs: a bounded ring, and the thread that empties it.
//!
//! What to do when outputs are slow: the ring holds [`RING`] items. When it is full, alerts wait in
//! the lane, at most [`WAITING`]; beyond that the least grave of those that wait, the oldest first,
//! is dropped and counted. The lane never waits.

use std::{collections::VecDeque, sync::Arc, thread::Thread, time::Duration};

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::{RunError, Setting};
use crate::engine::{Alert, Engine, Output};

/// Where alerts go; lives in the thread `picket-io`.
pub trait Outputs: Send {
    /// Takes an alert, or a revision of one.
    ///
    /// # Errors
    ///
    /// Returns an error when it could not be taken; the run goes on.
    fn alert(&mut self, alert: &Alert, setting: &Setting) -> Result<(), RunError>;

    /// Passes on what is buffered; called when there is nothing to do.
    ///
    /// # Errors
    ///
    /// As [`Self::alert`].
    fn flush(&mut self) -> Result<(), RunError>;

    /// Opens files anew, for somebody may have moved them away.
    ///
    /// # Errors
    ///
    /// As [`Self::alert`]; what was open stays so then.
    fn reopen(&mut self) -> Result<(), RunError>;
}

/// What was counted between the engine and the outputs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Alerts and revisions written.
    pub alerts: u64,
    /// Alerts and revisions dropped because the outputs were too slow for too long.
    pub dropped: u64,
    /// Alerts and revisions an output failed to take.
    pub failed: u64,
}

/// What crosses the ring.
#[expect(clippy::large_enum_variant, reason = "the ring is made once, and an output is moved in")]
enum Item {
    Output(Output),
    /// What is in force for what follows.
    Setting(Arc<Setting>),
    /// To open files anew.
    Reopen,
    /// The end, with the number of alerts that were dropped.
    End(u64),
}

/// The lane's end.
pub(super) struct Outlet {
    ring: Producer<Item>,
    waiting: VecDeque<Item>,
    /// How many may wait.
    most: usize,
    dropped: u64,
    reader: Option<Thread>,
}

/// The outputs' end.
pub(super) struct Inlet {
    ring: Consumer<Item>,
    setting: Arc<Setting>,
}

/// Makes both ends.
pub(super) fn pair(setting: Arc<Setting>) -> (Outlet, Inlet) {
    sized(setting, RING, WAITING)
}

fn sized(setting: Arc<Setting>, capacity: usize, most: usize) -> (Outlet, Inlet) {
    let (producer, consumer) = RingBuffer::new(capacity);
    let waiting = VecDeque::new();
    let outlet = Outlet { ring: producer, waiting, most, dropped: 0, reader: None };
    (outlet, Inlet { ring: consumer, setting })
}

impl Outlet {
    /// Names the thread to wake.
    pub(super) fn towards(self, reader: Thread) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// Takes what an engine has to say.
    pub(super) fn drain(&mut self, engine: &mut Engine) {
        let mut said = !self.waiting.is_empty();
        while let Some(output) = engine.poll() {
            said = true;
            self.wait(Item::Output(output));
        }
        if said {
            self.pass();
        }
    }

    /// Tells what is in force for what follows.
    pub(super) fn install(&mut self, setting: Arc<Setting>) {
        self.wait(Item::Setting(setting));
        self.pass();
    }

    /// Has files opened anew.
    pub(super) fn reopen(&mut self) {
        self.wait(Item::Reopen);
        self.pass();
    }

    /// Says that nothing more comes, once everything that waits has passed.
    pub(super) fn close(mut self) {
        // The lane has ended: now it may wait.
        while !self.waiting.is_empty() && !self.ring.is_abandoned() {
            self.pass();
            std::thread::park_timeout(PAUSE);
        }
        let mut end = Item::End(self.dropped);
        while let Err(PushError::Full(back)) = self.ring.push(end) {
            end = back;
            if self.ring.is_abandoned() {
                return;
            }
            std::thread::park_timeout(PAUSE);
        }
        self.wake();
    }

    fn wait(&mut self, item: Item) {
        self.waiting.push_back(item);
        if self.waiting.len() <= self.most {
            return;
        }
        self.pass();
        if self.waiting.len() > self.most {
            let outputs = self.waiting.iter().enumerate().filter_map(|(place, item)| match item {
                Item::Output(Output::Alert(alert)) => Some((Some(alert.level), place)),
                Item::Output(Output::Record(_)) => Some((None, place)),
                Item::Setting(_) | Item::Reopen | Item::End(_) => None,
            });
            // Levels compare by gravity, and of equals the place decides: the oldest goes.
            if let Some((_, place)) = outputs.min() {
                self.waiting.remove(place);
                self.dropped += 1;
            }
        }
    }

    fn pass(&mut self) {
        let mut passed = false;
        while let Some(item) = self.waiting.pop_front() {
            match self.ring.push(item) {
                Ok(()) => passed = true,
                Err(PushError::Full(back)) => {
                    self.waiting.push_front(back);
                    break;
                }
            }
        }
        if passed {
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(reader) = &self.reader {
            reader.unpark();
        }
    }
}

impl Inlet {
    /// Writes what comes until the end. The first failure of an output is returned; what comes after
    /// it is tried all the same.
    pub(super) fn run(mut self, mut outputs: Box<dyn Outputs>) -> (Counters, Result<(), RunError>) {
        let mut counters = Counters::default();
        let mut result = Ok(());
        let mut fail = |error: RunError| {
            if result.is_ok() {
                tracing::error!(%error, "output failed");
                result = Err(error);
            }
        };
        let mut unflushed = false;
        loop {
            match self.ring.pop() {
                Ok(Item::Output(Output::Alert(alert))) => {
                    unflushed = true;
                    match outputs.alert(&alert, &self.setting) {
                        Ok(()) => counters.alerts += 1,
                        Err(error) => {
                            counters.failed += 1;
                            fail(error);
                        }
                    }
                }
                Ok(Item::Output(Output::Record(_))) => {}
                Ok(Item::Setting(setting)) => self.setting = setting,
                Ok(Item::Reopen) => outputs.reopen().unwrap_or_else(&mut fail),
                Ok(Item::End(dropped)) => {
                    counters.dropped = dropped;
                    break;
                }
                // The lane is gone without a word: it panicked, and its thread says so.
                Err(_) if self.ring.is_abandoned() && self.ring.is_empty() => break,
                Err(_) => {
                    if std::mem::take(&mut unflushed) {
                        outputs.flush().unwrap_or_else(&mut fail);
                    }
                    std::thread::park_timeout(PAUSE);
                }
            }
        }
        outputs.flush().unwrap_or_else(&mut fail);
        (counters, result)
    }
}

/// Items the ring holds.
pub const RING: usize = 4_096;
/// Alerts that wait in the lane when the ring is full.
pub const WAITING: usize = 65_536;
/// How long either end waits before it looks again; both are woken sooner.
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
