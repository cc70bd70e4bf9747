//! From the lane to the outputs: a bounded ring, and the thread that empties it.
//!
//! What gives way when the outputs' side is slow: the ring holds [`RING`] items. When it is full,
//! events and statistics are dropped and counted, and alerts wait in the lane, at most [`WAITING`];
//! beyond that the least grave of those that wait, the oldest first, is dropped and counted. The lane
//! never waits. The outputs' side does no I/O of its own: it offers alerts to
//! [`Dispatch`], which never waits either.

use std::{collections::VecDeque, sync::Arc, thread::Thread, time::Duration};

use picket_hw::{Frame, Timestamp};
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::{Setting, evidence::Keeper};
use crate::{
    engine::{Engine, Output, Stats},
    sink::dispatch::{Dispatch, Finished},
};

/// What was counted between the engine and the outputs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Alerts and revisions handed to the outputs.
    pub alerts: u64,
    /// Alerts and revisions dropped because the outputs' side was too slow for too long.
    pub dropped: u64,
    /// Events and statistics dropped because the ring was full.
    pub events_dropped: u64,
}

/// What crosses the ring.
#[expect(clippy::large_enum_variant, reason = "the ring is made once, and an output is moved in")]
enum Item {
    Output(Output),
    /// What the engine has counted.
    Stats(Box<Stats>, Timestamp),
    /// What is in force for what follows.
    Setting(Arc<Setting>),
    /// To open files anew.
    Reopen,
    /// The end, with what was counted in the lane.
    End(Counters),
}

/// The lane's end.
pub(super) struct Outlet {
    ring: Producer<Item>,
    waiting: VecDeque<Item>,
    /// How many may wait.
    most: usize,
    counters: Counters,
    reader: Option<Thread>,
    /// Where evidence is asked for.
    evidence: Option<Keeper>,
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
    let counters = Counters::default();
    let outlet = Outlet { ring: producer, waiting, most, counters, reader: None, evidence: None };
    (outlet, Inlet { ring: consumer, setting })
}

impl Outlet {
    /// Names the thread to wake.
    pub(super) fn towards(self, reader: Thread) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// Has frames and alerts pass to evidence too.
    pub(super) fn with_evidence(self, evidence: Keeper) -> Self {
        Self { evidence: Some(evidence), ..self }
    }

    /// A frame is about to be read.
    pub(super) fn frame(&mut self, frame: &Frame<'_>) {
        if let Some(evidence) = &mut self.evidence {
            evidence.frame(frame);
        }
    }

    /// Takes what an engine has to say.
    pub(super) fn drain(&mut self, engine: &mut Engine) {
        let mut said = !self.waiting.is_empty();
        let mut events = false;
        while let Some(output) = engine.poll() {
            match output {
                Output::Alert(ref alert) => {
                    said = true;
                    if let Some(evidence) = &mut self.evidence {
                        evidence.alert(alert);
                    }
                    self.wait(Item::Output(output));
                }
                Output::Record(_) => events |= self.spare(Item::Output(output)),
            }
        }
        if said {
            self.pass();
        } else if events {
            self.wake();
        }
        if let Some(evidence) = &mut self.evidence {
            evidence.pass(engine);
        }
    }

    /// Tells what an engine has counted.
    pub(super) fn stats(&mut self, stats: &Stats, at: Timestamp) {
        if self.spare(Item::Stats(Box::new(stats.without_senders()), at)) {
            self.wake();
        }
    }

    /// Passes what may be dropped; returns whether there was room.
    fn spare(&mut self, item: Item) -> bool {
        let passed = self.waiting.is_empty() && self.ring.push(item).is_ok();
        self.counters.events_dropped += u64::from(!passed);
        passed
    }

    /// Returns what was counted on this side.
    pub(super) const fn counters(&self) -> Counters {
        self.counters
    }

    /// Tells what is in force for what follows.
    pub(super) fn install(&mut self, setting: Arc<Setting>) {
        self.wait(Item::Setting(setting));
        self.pass();
    }

    /// Has files opened anew.
    pub(super) fn reopen(&mut self) {
        if let Some(evidence) = &mut self.evidence {
            evidence.reopen();
        }
        self.wait(Item::Reopen);
        self.pass();
    }

    /// Says that nothing more comes, once everything that waits has passed.
    pub(super) fn close(mut self) {
        // The lane has ended: now it may wait.
        if let Some(evidence) = self.evidence.take() {
            evidence.close();
        }
        while !self.waiting.is_empty() && !self.ring.is_abandoned() {
            self.pass();
            std::thread::park_timeout(PAUSE);
        }
        let mut end = Item::End(self.counters);
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
                Item::Output(Output::Alert(alert)) => Some((alert.level, place)),
                _ => None,
            });
            // Levels compare by gravity, and of equals the place decides: the oldest goes.
            if let Some((_, place)) = outputs.min() {
                self.waiting.remove(place);
                self.counters.dropped += 1;
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
    /// Takes what comes to the outputs until the end, then waits for them, [`PATIENCE`] at most.
    pub(super) fn run(mut self, mut outputs: Dispatch) -> (Counters, Finished) {
        let mut counters = Counters::default();
        loop {
            match self.ring.pop() {
                Ok(Item::Output(Output::Alert(alert))) => {
                    counters.alerts += 1;
                    outputs.alert(alert, &self.setting.names);
                }
                Ok(Item::Output(Output::Record(event))) => {
                    outputs.event(&event, &self.setting.names);
                }
                Ok(Item::Stats(stats, at)) => outputs.stats(&stats, at),
                Ok(Item::Setting(setting)) => {
                    outputs.install(&setting.plan);
                    self.setting = setting;
                }
                Ok(Item::Reopen) => outputs.reopen(),
                Ok(Item::End(lane)) => {
                    counters = Counters { alerts: counters.alerts, ..lane };
                    break;
                }
                // The lane is gone without a word: it panicked, and its thread says so.
                Err(_) if self.ring.is_abandoned() && self.ring.is_empty() => break,
                Err(_) => std::thread::park_timeout(PAUSE),
            }
        }
        (counters, outputs.finish_within(PATIENCE))
    }
}

/// How long outputs may take in the end; what they do not have by then stays in the outbox.
pub const PATIENCE: Duration = Duration::from_secs(4);
/// Items the ring holds.
pub const RING: usize = 4_096;
/// Alerts that wait in the lane when the ring is full.
pub const WAITING: usize = 65_536;
/// How long either end waits before it looks again; both are woken sooner.
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
