//! Topology T2: lanes that read and one engine that decides.
//!
//! ```text
//!   source 0 -> picket-lane-0 --bursts--> \
//!   source 1 -> picket-lane-1 --bursts-->  merge by (time, lane, order) -> picket-engine
//!            <--- empty bursts, scouts --- /
//! ```
//!
//! A lane reads frames of one source and what each says by itself ([`Scout`]); the engine's thread
//! takes them in order of time, then of lane, then of arrival. A frame is passed on once every other
//! lane has a later one waiting, or has said that nothing as old will follow (its watermark), so no
//! order depends on which thread was faster.
//!
//! **Back-pressure.** [`BURSTS`] bursts a lane go round. When all are with the engine the lane does
//! not read: frames wait in the buffer of the capture, and what finds no room there is counted by it.
//! Nothing is dropped in between.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use picket_hw::{
    CaptureCounters, Frame, Polled, PortId, Timestamp,
    live::{Port, Source},
};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{
    RunError,
    ahead::Burst,
    inflow::Told,
    lane::{Drain, SHORT_PAUSE, SLACK, Waker, clock},
    spawn_on,
};
use crate::engine::Scout;

/// A burst on its way, and what the lane knew when it sent it.
#[derive(Default)]
struct Load {
    burst: Burst,
    /// Nothing older than this will follow.
    watermark: Timestamp,
    /// Whether the line was quiet.
    quiet: bool,
    /// Which scout looked at the frames.
    scout: u64,
    /// The lane has ended, with this.
    end: Option<Result<(), RunError>>,
}

/// What a lane tells of itself.
#[derive(Default)]
struct Known {
    ports: Vec<Port>,
    counters: CaptureCounters,
}

/// The engine's end of a lane.
struct Line {
    full: Consumer<Box<Load>>,
    empty: Producer<Box<Load>>,
    scouts: mpsc::Sender<(u64, Scout)>,
    known: Arc<Mutex<Known>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
    /// Loads that have frames left, the first of which is the next.
    loads: VecDeque<Box<Load>>,
    /// How many frames of the first load were taken.
    taken: usize,
    watermark: Timestamp,
    quiet: bool,
    ended: bool,
}

/// The engine's end of all lanes.
pub(super) struct Relay {
    lines: Vec<Line>,
    stopping: Arc<AtomicBool>,
    /// Which scouts are in force: what others told is not used.
    scout: u64,
}

/// A lane.
struct Reader {
    source: Box<dyn Source>,
    /// The number of its first port among those of all lanes.
    first: u16,
    full: Producer<Box<Load>>,
    empty: Consumer<Box<Load>>,
    scouts: mpsc::Receiver<(u64, Scout)>,
    known: Arc<Mutex<Known>>,
    waker: Waker,
    engine: Waker,
    stopping: Arc<AtomicBool>,
}

impl Relay {
    /// Starts a lane for each source. `scout` makes what looks at frames ahead of the engine.
    pub(super) fn start(
        sources: Vec<Box<dyn Source>>,
        cpus: &[u16],
        engine: &Waker,
        scout: impl Fn() -> Scout,
    ) -> Result<Self, RunError> {
        let stopping = Arc::new(AtomicBool::new(false));
        let mut lines = Vec::new();
        let mut first = 0;
        for (number, mut source) in sources.into_iter().enumerate() {
            let ports = source.ports();
            let count = u16::try_from(ports.len()).unwrap_or(u16::MAX);
            let (full, from_lane) = RingBuffer::new(BURSTS);
            let (mut to_lane, empty) = RingBuffer::new(BURSTS);
            for _ in 0..BURSTS {
                // There is room for all of them.
                let _ = to_lane.push(Box::default());
            }
            let (scouts, from_engine) = mpsc::channel();
            // It is read before anything else.
            let _ = scouts.send((0, scout()));
            let known = Arc::new(Mutex::new(Known { ports, ..Known::default() }));
            let failed = |error| RunError::System { what: "an event descriptor", error };
            let waker = Waker::new().map_err(failed)?;
            let reader = Reader {
                source,
                first,
                full,
                empty,
                scouts: from_engine,
                known: Arc::clone(&known),
                waker: waker.clone(),
                engine: engine.clone(),
                stopping: Arc::clone(&stopping),
            };
            let name = format!("picket-lane-{number}");
            let thread = spawn_on(&name, cpus.get(number).copied(), move || reader.run())?;
            lines.push(Line {
                full: from_lane,
                empty: to_lane,
                scouts,
                known,
                waker,
                thread: Some(thread),
                loads: VecDeque::new(),
                taken: 0,
                watermark: Timestamp::EPOCH,
                quiet: false,
                ended: false,
            });
            first = first.saturating_add(count);
        }
        Ok(Self { lines, stopping, scout: 0 })
    }

    /// Has lanes look at frames in another way; what was told before is not used any more.
    pub(super) fn install(&mut self, scout: impl Fn() -> Scout) {
        self.scout += 1;
        for line in &self.lines {
            // A lane that has ended needs none.
            let _ = line.scouts.send((self.scout, scout()));
        }
    }

    /// Has lanes read what was captured until now, and end.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.lines.iter().for_each(|line| line.waker.wake());
    }

    /// Passes on what can be, with what was told of it.
    pub(super) fn poll(
        &mut self,
        each: &mut dyn FnMut(Frame<'_>, Told<'_>),
    ) -> Result<Polled, RunError> {
        for line in &mut self.lines {
            line.receive()?;
        }
        let mut passed = 0;
        while let Some(next) = self.next() {
            let scout = self.scout;
            if let Some(line) = self.lines.get_mut(next) {
                line.pass(scout, each);
                passed += 1;
            }
        }
        if passed > 0 {
            return Ok(Polled::Frames(passed));
        }
        let over = self.lines.iter().all(|line| line.ended && line.loads.is_empty());
        Ok(if over { Polled::End } else { Polled::Idle })
    }

    /// Returns the time before which nothing follows, while every line is quiet.
    pub(super) fn quiet(&self) -> Option<Timestamp> {
        let quiet = self.lines.iter().all(|line| line.quiet || line.ended);
        let running = self.lines.iter().filter(|line| !line.ended);
        quiet.then(|| running.map(|line| line.watermark).min()).flatten()
    }

    /// Returns the ports of all lanes.
    pub(super) fn ports(&self) -> Vec<Port> {
        self.lines.iter().flat_map(|line| line.known(|known| known.ports.clone())).collect()
    }

    /// Returns the counters of all lanes together.
    pub(super) fn counters(&self) -> CaptureCounters {
        let all = self.lines.iter().map(|line| line.known(|known| known.counters));
        all.fold(CaptureCounters::default(), |sum, one| CaptureCounters {
            frames: sum.frames.saturating_add(one.frames),
            bytes: sum.bytes.saturating_add(one.bytes),
            truncated: sum.truncated.saturating_add(one.truncated),
            dropped: sum.dropped.saturating_add(one.dropped),
            faults: sum.faults.saturating_add(one.faults),
        })
    }

    /// Returns the lane whose frame is next, if that is certain.
    fn next(&self) -> Option<usize> {
        let heads = self.lines.iter().enumerate();
        let heads = heads.filter_map(|(lane, line)| Some((line.head()?, lane)));
        let (at, lane) = heads.min()?;
        // A lane without a frame may still bring one that belongs before.
        let certain = self.lines.iter().enumerate().all(|(other, line)| {
            line.head().is_some()
                || line.ended
                || line.watermark > at
                || (line.watermark == at && other > lane)
        });
        certain.then_some(lane)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop();
        for line in &mut self.lines {
            // A lane that waits for an empty burst looks whether somebody is there.
            let (_, nobody) = RingBuffer::new(1);
            line.full = nobody;
            if let Some(thread) = line.thread.take()
                && thread.join().is_err()
            {
                tracing::error!("a lane has panicked");
            }
        }
    }
}

impl Line {
    /// Takes what the lane sent.
    fn receive(&mut self) -> Result<(), RunError> {
        while let Ok(mut load) = self.full.pop() {
            self.watermark = self.watermark.max(load.watermark);
            self.quiet = load.quiet;
            let end = load.end.take();
            if load.burst.is_empty() {
                self.give_back(load);
            } else {
                self.loads.push_back(load);
            }
            if let Some(end) = end {
                self.ended = true;
                end?;
            }
        }
        if !self.ended && self.full.is_abandoned() && self.full.is_empty() {
            // It panicked, which its thread has said.
            self.ended = true;
        }
        Ok(())
    }

    fn head(&self) -> Option<Timestamp> {
        self.loads.front().and_then(|load| load.burst.at(self.taken))
    }

    fn pass(&mut self, scout: u64, each: &mut dyn FnMut(Frame<'_>, Told<'_>)) {
        let Some(load) = self.loads.front() else { return };
        if let Some((frame, told)) = load.burst.get(self.taken) {
            each(frame, (load.scout == scout).then_some(told));
        }
        self.taken += 1;
        if self.taken >= load.burst.len()
            && let Some(load) = self.loads.pop_front()
        {
            self.taken = 0;
            self.give_back(load);
        }
    }

    fn give_back(&mut self, load: Box<Load>) {
        // There is room for all of them; a lane that has ended takes none.
        let _ = self.empty.push(load);
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    fn known<T>(&self, of: impl FnOnce(&Known) -> T) -> T {
        of(&self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Reader {
    fn run(mut self) {
        let mut drain = Drain::default();
        let Ok((mut version, mut scout)) = self.scouts.recv() else { return };
        let mut told = Timestamp::EPOCH;
        while let Some(mut load) = self.empty() {
            self.waker.reset();
            while let Ok(newer) = self.scouts.try_recv() {
                (version, scout) = newer;
            }
            if self.stopping.load(Ordering::Acquire) {
                drain.begin(clock());
            }
            // Taken before the poll: what was captured until then is seen by it.
            let now = clock();
            load.burst.clear();
            let first = self.first;
            let (mut oldest, mut last) = (Timestamp::MAX, Timestamp::EPOCH);
            let polled = self.source.poll(&mut |frame| {
                oldest = oldest.min(frame.at);
                last = last.max(frame.at);
                let port = PortId(first.saturating_add(frame.port.0));
                load.burst.take(&Frame { port, ..frame }, &scout);
            });
            let behind = now.saturating_sub(SLACK);
            load.scout = version;
            load.quiet = matches!(polled, Ok(Polled::Idle));
            load.watermark = if load.quiet { behind } else { last.min(behind) };
            let quiet = load.quiet;
            let over = match polled {
                Err(error) => {
                    load.end = Some(Err(RunError::Capture(error)));
                    true
                }
                Ok(polled) => {
                    let over = drain.is_over(polled, oldest, now);
                    load.end = over.then_some(Ok(()));
                    over
                }
            };
            if over || now.since(told) >= TELL {
                told = now;
                self.tell();
            }
            // There is room for all of them.
            let _ = self.full.push(load);
            self.engine.wake();
            if over {
                return;
            }
            if quiet && let Err(error) = self.source.wait(self.waker.fd(), SHORT_PAUSE) {
                self.fail(error);
                return;
            }
        }
    }

    /// Returns a burst to fill; waits while all are with the engine, for frames can wait in the
    /// capture. `None` when the engine has gone.
    fn empty(&mut self) -> Option<Box<Load>> {
        loop {
            if self.full.is_abandoned() {
                return None;
            }
            match self.empty.pop() {
                Ok(load) => return Some(load),
                Err(_) => std::thread::park_timeout(PAUSE),
            }
        }
    }

    fn tell(&mut self) {
        let (ports, counters) = (self.source.ports(), self.source.counters());
        if let Ok(mut known) = self.known.lock() {
            *known = Known { ports, counters };
        }
    }

    fn fail(&mut self, error: io::Error) {
        if let Some(mut load) = self.empty() {
            load.burst.clear();
            load.end = Some(Err(RunError::Wait(error)));
            let _ = self.full.push(load);
            self.engine.wake();
        }
    }
}

/// Bursts a lane that go round.
const BURSTS: usize = 16;
/// How often a lane tells what it knows of its ports.
const TELL: u64 = 500_000_000;
const PAUSE: Duration = Duration::from_millis(50);
