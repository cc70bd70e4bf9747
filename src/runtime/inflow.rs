//! Where the engine's frames come from: its own source (topology T1), or lanes that read (T2).

use std::io;

use picket_hw::{
    Capture, CaptureCounters, Frame, Polled, Timestamp,
    live::{Port, Source},
};

use super::{
    RunError,
    lane::{Drain, LONG_PAUSE, SHORT_PAUSE, SLACK, Waker},
    merge::Merge,
    relay::Relay,
};
use crate::engine::{Ahead, Engine};

/// What was told of a frame by who looked at it ahead of the engine, if anybody did.
pub(super) type Told<'a> = Option<Option<&'a [Ahead]>>;

/// The frames.
pub(super) enum Inflow {
    /// Read by the engine's thread; several ports are merged by time.
    Fused(Box<dyn Source>, Option<Merge>),
    /// Read by threads of their own.
    Lanes(Relay),
}

impl Inflow {
    /// Reads a source on the thread that asks.
    pub(super) fn fused(mut source: Box<dyn Source>) -> Self {
        let merge = (!source.in_order()).then(Merge::default);
        Self::Fused(source, merge)
    }

    /// Gives frames to `each`, in their order; `oldest` becomes the time of the oldest that was
    /// read.
    pub(super) fn poll(
        &mut self,
        now: Timestamp,
        oldest: &mut Timestamp,
        each: &mut dyn FnMut(Frame<'_>, Told<'_>),
    ) -> Result<Polled, RunError> {
        match self {
            Self::Fused(source, None) => Ok(source.poll(&mut |frame| {
                *oldest = frame.at.min(*oldest);
                each(frame, None);
            })?),
            Self::Fused(source, Some(merge)) => {
                let polled = source.poll(&mut |frame| {
                    *oldest = frame.at.min(*oldest);
                    merge.push(&frame, &mut |frame| each(frame, None));
                })?;
                merge.release(now.saturating_sub(SLACK), &mut |frame| each(frame, None));
                Ok(polled)
            }
            Self::Lanes(relay) => relay.poll(each),
        }
    }

    /// Gives what still waits for its turn, at the end.
    pub(super) fn rest(&mut self, each: &mut dyn FnMut(Frame<'_>, Told<'_>)) {
        if let Self::Fused(_, Some(merge)) = self {
            merge.release(Timestamp::MAX, &mut |frame| each(frame, None));
        }
    }

    /// Returns the time before which nothing follows, after a poll that brought nothing.
    pub(super) fn quiet(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Fused(..) => Some(now.saturating_sub(SLACK)),
            Self::Lanes(relay) => relay.quiet(),
        }
    }

    /// Whether reading has ended. Lanes end by themselves once they are told to.
    pub(super) fn is_over(
        &self,
        drain: &Drain,
        polled: Polled,
        oldest: Timestamp,
        now: Timestamp,
    ) -> bool {
        match self {
            Self::Fused(..) => drain.is_over(polled, oldest, now),
            Self::Lanes(_) => polled == Polled::End,
        }
    }

    /// Waits until there may be frames or orders.
    pub(super) fn wait(&mut self, waker: &Waker, stopping: bool) -> io::Result<()> {
        match self {
            Self::Fused(source, merge) => {
                // Not long while some wait for their turn.
                let held = merge.as_ref().is_some_and(|merge| !merge.is_empty());
                let pause = if held || stopping { SHORT_PAUSE } else { LONG_PAUSE };
                source.wait(waker.fd(), pause)
            }
            Self::Lanes(_) => waker.wait(LONG_PAUSE),
        }
    }

    /// Has lanes read what was captured until now, and end.
    pub(super) fn stop(&self) {
        if let Self::Lanes(relay) = self {
            relay.stop();
        }
    }

    /// Has lanes look at frames as the engine now would.
    pub(super) fn install(&mut self, engine: &Engine) {
        if let Self::Lanes(relay) = self {
            relay.install(|| engine.scout());
        }
    }

    pub(super) fn ports(&mut self) -> Vec<Port> {
        match self {
            Self::Fused(source, _) => source.ports(),
            Self::Lanes(relay) => relay.ports(),
        }
    }

    pub(super) fn counters(&mut self) -> CaptureCounters {
        match self {
            Self::Fused(source, _) => source.counters(),
            Self::Lanes(relay) => relay.counters(),
        }
    }

    /// Returns how many frames had to go before their turn.
    pub(super) fn hurried(&self) -> u64 {
        match self {
            Self::Fused(_, merge) => merge.as_ref().map_or(0, Merge::hurried),
            Self::Lanes(_) => 0,
        }
    }
}
