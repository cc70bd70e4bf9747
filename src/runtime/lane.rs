//! The thread that drives the engine, and in topology T1 reads the capture. The clock of frames.
//!
//! Time moves with frames. When none come the clock moves it, [`SLACK`] behind, for a frame may
//! still be on its way. Whatever comes later than that is given the time already reached, and
//! counted: the engine's alerts then are a function of the frames as they are recorded, and
//! replaying the recording gives the same.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{Arc, mpsc},
    time::{Duration, SystemTime},
};

use picket_dissectors::Digits;
use picket_hw::{Frame, Polled, Timestamp, live::Port};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd};

use super::{
    RunError, Setting,
    board::{Board, Published},
    helm::Answer,
    inflow::{Inflow, Told},
    keep::Keeping,
    outlet::Outlet,
    record::Recorder,
};
use crate::{
    engine::{Engine, Stats, stats::Sender},
    event::json::rfc3339,
};

/// What a lane is made of.
pub(super) struct Parts {
    pub(super) inflow: Inflow,
    pub(super) engine: Engine,
    pub(super) recorder: Option<Recorder>,
    pub(super) outlet: Outlet,
    /// Where what is learnt is kept.
    pub(super) keep: Option<Keeping>,
    /// Whether the outputs want to be told what the engine counts.
    pub(super) wants_stats: bool,
    pub(super) orders: mpsc::Receiver<Order>,
    pub(super) waker: Waker,
    pub(super) board: Arc<Board>,
}

/// What the lane is told.
pub(super) enum Order {
    /// Read what has come and end.
    Stop,
    /// Put another plan and other rules in force.
    Install(Arc<Setting>),
    /// Open the files of the outputs anew.
    Reopen,
    /// Say who sends most.
    Top(usize, Answer<Top>),
}

/// Senders outside home, those with most alerts, then most messages, first.
#[derive(Clone, Debug, Default)]
pub struct Top {
    /// Global titles, and what is known of each.
    pub senders: Vec<(Digits, Sender)>,
}

/// What a lane counts besides what its engine does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Frames that came after the clock had passed them; they are given the time reached.
    pub late: u64,
    /// Frames whose time was ahead of the clock; they are given the clock's.
    pub early: u64,
    /// Frames that had to go before their turn for want of room in the merge.
    pub hurried: u64,
}

/// What is left of a lane.
pub(super) struct Ended {
    pub(super) stats: Stats,
    pub(super) counters: Counters,
    pub(super) ports: Vec<Port>,
    pub(super) result: Result<(), RunError>,
}

/// Wakes a lane that waits for frames.
#[derive(Clone, Debug)]
pub(super) struct Waker(Arc<OwnedFd>);

impl Waker {
    /// Makes one.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Arc::new(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?)))
    }

    /// Wakes the lane; when it is awake, it will not sleep before it has looked for orders.
    pub(super) fn wake(&self) {
        let _ = rustix::io::write(self.0.as_fd(), &1_u64.to_ne_bytes());
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Waits to be woken.
    pub(super) fn wait(&self, timeout: Duration) -> io::Result<()> {
        let timeout = Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let mut handles = [PollFd::from_borrowed_fd(self.fd(), PollFlags::IN)];
        match rustix::event::poll(&mut handles, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn reset(&self) {
        let _ = rustix::io::read(self.0.as_fd(), &mut [0_u8; 8]);
    }
}

/// How far reading goes on after the order to end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drain(Option<Timestamp>);

impl Drain {
    /// The order came.
    pub(super) fn begin(&mut self, now: Timestamp) {
        self.0.get_or_insert(now);
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.0.is_some()
    }

    /// Whether everything was read that should be, after a poll begun at `now` whose oldest frame was
    /// captured at `oldest`. A line that never pauses must not keep the program: what was captured
    /// before the order is read, however long that takes, and of what came later nothing is waited for.
    pub(super) fn is_over(&self, polled: Polled, oldest: Timestamp, now: Timestamp) -> bool {
        match (polled, self.0) {
            (Polled::End, _) => true,
            (_, None) => false,
            (Polled::Frames(_), Some(at)) => oldest > at || now.since(at) >= LONGEST_DRAIN,
            (Polled::Idle, Some(at)) => now.since(at) >= SHORTEST_DRAIN,
        }
    }
}

/// A capture, an engine, and what stands between them.
pub(super) struct Lane {
    inflow: Inflow,
    intake: Intake,
    outlet: Outlet,
    keep: Option<Keeping>,
    wants_stats: bool,
    orders: mpsc::Receiver<Order>,
    waker: Waker,
    board: Arc<Board>,
    /// When something was last put up.
    told: Timestamp,
    /// When the outputs were last told what the engine counts.
    counted: Timestamp,
    /// When what is learnt was handed over last.
    kept: Timestamp,
    /// The end of learning, as long as that was told and is to come.
    learning: Option<Timestamp>,
    /// How often something was put up.
    spoken: u64,
    /// When the oldest frame of the last burst was captured.
    oldest: Timestamp,
}

/// Where frames enter the engine, and the recording.
struct Intake {
    engine: Engine,
    recorder: Option<Recorder>,
    /// Frames taken so far, which is also the number of the last in the recording.
    taken: u64,
    /// How far the clock, not a frame, has moved time.
    floor: Timestamp,
    /// How far a frame's time may be.
    ceiling: Timestamp,
    /// What the clock said last.
    clock: Timestamp,
    counters: Counters,
}

impl Lane {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { inflow, engine, recorder, outlet, keep, wants_stats, orders, waker, board } =
            parts;
        let now = clock();
        let intake = Intake {
            engine,
            recorder,
            taken: 0,
            floor: Timestamp::EPOCH,
            ceiling: now,
            clock: now,
            counters: Counters::default(),
        };
        Self {
            inflow,
            intake,
            outlet,
            keep,
            wants_stats,
            orders,
            waker,
            board,
            told: Timestamp::EPOCH,
            spoken: 0,
            counted: now,
            kept: now,
            learning: None,
            oldest: Timestamp::MAX,
        }
    }

    /// Runs until it is told to stop or the capture ends.
    pub(super) fn run(mut self) -> Ended {
        let mut drain = Drain::default();
        let result = loop {
            while let Ok(order) = self.orders.try_recv() {
                match order {
                    Order::Stop => {
                        drain.begin(clock());
                        self.inflow.stop();
                    }
                    Order::Install(setting) => {
                        let (plan, rules) = (Arc::clone(&setting.plan), Arc::clone(&setting.rules));
                        self.intake.engine.install(plan, rules);
                        self.inflow.install(&self.intake.engine);
                        self.intake.engine.name_subscribers(setting.namer.clone());
                        self.outlet.install(setting);
                        self.outlet.reopen();
                    }
                    Order::Reopen => self.outlet.reopen(),
                    Order::Top(most, answer) => {
                        let senders = self.intake.engine.stats().senders.top(most);
                        answer(Ok(Top { senders }));
                    }
                }
            }
            // Taken before the poll: what was captured until then is seen by it.
            let now = clock();
            let polled = match self.poll(now) {
                Ok(polled) => polled,
                Err(error) => break Err(error),
            };
            if self.inflow.is_over(&drain, polled, self.oldest, now) {
                break Ok(());
            }
            if polled == Polled::Idle {
                if let Err(error) = self.inflow.wait(&self.waker, drain.has_begun()) {
                    break Err(RunError::Wait(error));
                }
                // Whoever wakes the lane has sent the order before; orders are looked for next.
                self.waker.reset();
            }
        };
        self.end(result)
    }

    /// Reads a burst, and lets time pass when there is none.
    fn poll(&mut self, now: Timestamp) -> Result<Polled, RunError> {
        let Self { inflow, intake, outlet, oldest, .. } = self;
        intake.ceiling = now.saturating_add(AHEAD);
        intake.clock = now;
        *oldest = Timestamp::MAX;
        let polled =
            inflow.poll(now, oldest, &mut |frame, told| intake.take(frame, told, outlet))?;
        intake.counters.hurried = inflow.hurried();
        if polled == Polled::Idle
            && let Some(quiet) = inflow.quiet(now)
        {
            intake.pass(quiet);
        }
        outlet.drain(&mut intake.engine);
        if now.since(self.told) >= PUBLISH {
            self.publish(now);
            self.keep(now, polled == Polled::Idle);
            if self.wants_stats && now.since(self.counted) >= STATISTICS {
                self.counted = now;
                let engine = &self.intake.engine;
                self.outlet.stats(engine.stats(), engine.now());
            }
        }
        Ok(polled)
    }

    /// Hands over what was learnt when it is time to, in a quiet moment if there is one: it takes a
    /// moment, for which frames wait in the buffer of the capture.
    fn keep(&mut self, now: Timestamp, quiet: bool) {
        let Some(keep) = &self.keep else { return };
        let since = now.since(self.kept);
        if since >= KEEP && (quiet || since >= 2 * KEEP) {
            self.kept = now;
            keep.offer(self.intake.engine.snapshot());
        }
    }

    /// Says until when it is learnt what is usual, and when that is over.
    fn tell_learning(&mut self) {
        let engine = &self.intake.engine;
        let (now, until) = (engine.now(), engine.learning_until());
        if let Some(until) = until.filter(|&until| now < until && self.learning != Some(until)) {
            let mut text = String::new();
            rfc3339(until, &mut text);
            tracing::info!(
                until = text,
                "learning what is usual: until then nothing is called new, strange or more than usual"
            );
            self.learning = Some(until);
        } else if self.learning.is_some_and(|until| until <= now) {
            tracing::info!("learnt what is usual");
            self.learning = None;
        }
    }

    /// Puts up what others may know; when one is just reading, the next burst tries again.
    fn publish(&mut self, now: Timestamp) {
        self.tell_learning();
        if let Some(recorder) = &mut self.intake.recorder {
            recorder.flush();
        }
        let engine = &self.intake.engine;
        let published = Published {
            sequence: self.spoken + 1,
            lane: self.intake.counters,
            outlet: self.outlet.counters(),
            capture: self.inflow.counters(),
            ports: self.inflow.ports(),
            stats: engine.stats().without_senders(),
            senders: u64::try_from(engine.stats().senders.count()).unwrap_or(u64::MAX),
            tables: engine.occupancy().to_vec(),
            now: engine.now(),
            learning_until: engine.learning_until(),
        };
        tell_changes(&self.board.published().ports, &published.ports);
        if self.board.publish(published) {
            (self.told, self.spoken) = (now, self.spoken + 1);
        }
    }

    fn end(mut self, result: Result<(), RunError>) -> Ended {
        let Self { inflow, intake, outlet, wants_stats, .. } = &mut self;
        inflow.rest(&mut |frame, told| intake.take(frame, told, outlet));
        let end = clock().max(intake.engine.now());
        intake.engine.advance(end);
        intake.engine.finish();
        outlet.drain(&mut intake.engine);
        if *wants_stats {
            outlet.stats(intake.engine.stats(), end);
        }
        self.publish(end);
        let Self { mut inflow, intake, outlet, keep, .. } = self;
        outlet.close();
        if let Some(keep) = keep {
            keep.close(intake.engine.snapshot());
        }
        let Intake { engine, recorder, counters, .. } = intake;
        let recorded = recorder.map_or(Ok(()), |recorder| recorder.finish(end));
        let recorded = recorded.map_err(RunError::from);
        Ended {
            stats: engine.stats().clone(),
            counters,
            ports: inflow.ports(),
            result: result.and(recorded),
        }
    }
}

impl Intake {
    /// Numbers a frame, sees to its time, records it and gives it to the engine.
    fn take(&mut self, frame: Frame<'_>, told: Told<'_>, outlet: &mut Outlet) {
        self.taken += 1;
        let at = if frame.at < self.floor {
            self.counters.late += 1;
            self.floor
        } else if frame.at > self.ceiling {
            // One frame of a clock gone wrong would otherwise time everything out.
            self.counters.early += 1;
            self.clock
        } else {
            frame.at
        };
        let taken = Frame { at, number: self.taken, ..frame };
        if let Some(recorder) = &mut self.recorder {
            recorder.write(&taken, frame.at);
        }
        outlet.frame(&taken);
        match told {
            Some(told) => self.engine.ingest_read(&taken, told),
            None => self.engine.ingest(&taken),
        }
    }

    /// Lets time pass by the clock.
    fn pass(&mut self, to: Timestamp) {
        if to > self.engine.now() {
            self.floor = to;
            self.engine.advance(to);
        }
    }
}

/// Logs ports that went or came back, and those that began to lose frames.
fn tell_changes(before: &[Port], now: &[Port]) {
    for (before, now) in before.iter().zip(now) {
        let (port, trouble) = (&now.name, now.trouble.as_deref().unwrap_or("unknown"));
        let reopened = now.reopened > before.reopened;
        if before.up && (!now.up || reopened) {
            tracing::warn!(port, trouble, "port is gone; it is tried again");
        }
        if now.up && (!before.up || reopened) {
            tracing::info!(port, "port is back");
        }
        let lost = |port: &Port| port.dropped.saturating_add(port.missed);
        if lost(now) > lost(before) {
            let (fresh, all) = (lost(now) - lost(before), lost(now));
            tracing::warn!(port, fresh, all, "frames lost before they were read");
        }
    }
}

/// The live clock: UTC, as the kernel stamps frames.
#[expect(clippy::disallowed_methods, reason = "the live clock")]
pub(crate) fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// How long after the clock a frame may still come: libpcap gathers for 10 ms.
pub const SLACK: u64 = 50_000_000;
/// How far a frame may be ahead of the clock.
const AHEAD: u64 = 1_000_000_000;
/// How often others are told.
const PUBLISH: u64 = 1_000_000_000;
/// How often what is learnt is kept.
const KEEP: u64 = 600_000_000_000;
/// How often the topic of statistics is told.
const STATISTICS: u64 = 10_000_000_000;
/// After the order to stop, this long is read at least: the kernel gathers frames for 10 ms.
const SHORTEST_DRAIN: u64 = 60_000_000;
/// And this long at most, should the frames have been stamped by a clock that is behind.
const LONGEST_DRAIN: u64 = 30_000_000_000;
/// How long is waited for frames while some wait for their turn.
pub(super) const SHORT_PAUSE: Duration = Duration::from_millis(10);
/// How long is waited for frames otherwise.
pub(super) const LONG_PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
