//! Frames in order of time: background and scenarios merged, in bounded memory.
//!
//! Messages wait in a heap until no later start can come before them; what waits is bounded by the
//! rate of the background and the length of its dialogues, and by the scenarios asked for.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BinaryHeap, VecDeque},
    sync::Arc,
};

use super::{
    background::Background,
    model::Model,
    scenario::Scenario,
    stage::{SECOND, Stage},
    truth::Instance,
    wire::{Parcel, Wire},
};

/// What to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed; the same gives the same octets.
    pub seed: u64,
    /// Messages of the background.
    pub messages: u64,
    /// Scenarios and when each begins, in seconds from the start.
    pub scenarios: Vec<(u64, &'static Scenario)>,
}

/// A frame of the capture, on Ethernet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Generated {
    /// Nanoseconds since the Unix epoch.
    pub at: u64,
    /// The frame.
    pub octets: Vec<u8>,
}

/// Generates frames one after the other.
#[derive(Debug)]
pub struct Generator {
    stage: Stage,
    wire: Wire,
    background: Background,
    /// Scenarios to come, the next last.
    scenarios: Vec<(u64, u32, &'static Scenario)>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    sequence: u64,
    ready: VecDeque<Generated>,
    frames: u64,
    last: u64,
    /// Scenarios whose messages are not all written.
    open: BTreeMap<u32, Instance>,
    done: Vec<Instance>,
}

impl Generator {
    /// Makes a generator for a small world, seen without losses or copies.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self::of(options, &Arc::new(Model::small()))
    }

    /// Makes a generator for the world of a model.
    #[must_use]
    pub fn of(options: &Options, model: &Arc<Model>) -> Self {
        let &Options { seed, messages, .. } = options;
        let background = Background::of(Arc::clone(model), messages, START + SECOND);
        let asked = options.scenarios.iter();
        let asked = asked.map(|&(at, scenario)| (START + (1 + at) * SECOND, scenario));
        let mut drawn = if messages == 0 { Vec::new() } else { background.events(seed, messages) };
        drawn.sort_by_key(|&(at, _)| at);
        let mut scenarios: Vec<_> =
            (1..).zip(asked.chain(drawn)).map(|(id, (at, scenario))| (at, id, scenario)).collect();
        scenarios.sort_by_key(|&(at, id, _)| Reverse((at, id)));
        let mut stage = Stage::of(seed, START, Arc::clone(model));
        if messages > 0 {
            stage.until(background.end());
        }
        let mut this = Self {
            stage,
            wire: Wire::with_second_paths(model.wire.second_path),
            background,
            scenarios,
            waiting: BinaryHeap::new(),
            sequence: 0,
            ready: VecDeque::new(),
            frames: 0,
            last: START,
            open: BTreeMap::new(),
            done: Vec::new(),
        };
        let ready = &mut this.ready;
        this.wire.open(&mut |octets| ready.push_back(Generated { at: START, octets }));
        this
    }

    /// Returns the truths that are complete since this was asked last.
    pub fn truths(&mut self) -> Vec<Instance> {
        core::mem::take(&mut self.done)
    }

    fn refill(&mut self) -> Option<()> {
        loop {
            let next = self.waiting.peek().map(|Reverse(waiting)| waiting.parcel.at);
            let background = self.background.next_start();
            let scenario = self.scenarios.last().map(|&(at, ..)| at);
            let start = background.into_iter().chain(scenario).min();
            match (start, next) {
                (Some(start), next) if next.is_none_or(|next| start <= next) => {
                    if background == Some(start) {
                        self.background.play(&mut self.stage);
                        self.collect();
                    } else {
                        self.play_scenario();
                    }
                }
                (_, Some(_)) => break,
                (_, None) => return None,
            }
        }
        let Reverse(Waiting { parcel, .. }) = self.waiting.pop()?;
        self.write(&parcel);
        Some(())
    }

    fn play_scenario(&mut self) {
        let Some((at, id, scenario)) = self.scenarios.pop() else { return };
        self.stage.now = at;
        self.stage.instance = Some(Instance::new(id, scenario));
        scenario.play.on(&mut self.stage);
        if let Some(mut instance) = self.stage.instance.take() {
            let own = self.stage.said.iter().filter(|parcel| parcel.instance == Some(id));
            instance.open = u32::try_from(own.count()).unwrap_or(u32::MAX);
            if instance.open == 0 {
                self.done.push(instance);
            } else {
                self.open.insert(id, instance);
            }
        }
        self.collect();
    }

    fn collect(&mut self) {
        for parcel in self.stage.said.drain(..) {
            self.sequence += 1;
            self.waiting.push(Reverse(Waiting { sequence: self.sequence, parcel }));
        }
    }

    fn write(&mut self, parcel: &Parcel) {
        let ready = &mut self.ready;
        let before = ready.len();
        // Frames of one message, and of one instant, come a microsecond after each other.
        let mut at = parcel.at.max(self.last + 1_000);
        self.wire.frames(parcel, &mut |octets| {
            ready.push_back(Generated { at, octets });
            at += 1_000;
        });
        self.last = at - 1_000;
        let count = u64::try_from(ready.len() - before).unwrap_or_default();
        // What is ready stands behind the frames handed out already.
        let first = self.frames + u64::try_from(before).unwrap_or_default() + 1;
        if let Some(id) = parcel.instance
            && let Some(instance) = self.open.get_mut(&id)
        {
            instance.frames.extend(first..first + count);
            instance.open = instance.open.saturating_sub(1);
            if instance.open == 0 {
                self.done.extend(self.open.remove(&id));
            }
        }
    }
}

impl Iterator for Generator {
    type Item = Generated;

    fn next(&mut self) -> Option<Generated> {
        while self.ready.is_empty() {
            self.refill()?;
        }
        self.frames += 1;
        self.ready.pop_front()
    }
}

/// A message that waits, ordered by time.
#[derive(Debug)]
struct Waiting {
    sequence: u64,
    parcel: Parcel,
}

impl Waiting {
    const fn key(&self) -> (u64, u64) {
        (self.parcel.at, self.sequence)
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Waiting {}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

/// 2 March 2026, 08:00 UTC.
const START: u64 = 1_772_438_400 * SECOND;
