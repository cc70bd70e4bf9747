//! Two threads for one input: one reads frames and what each says by itself, one has the engine.
//!
//! Frames arrive at the engine in the order they were captured in, with what a [`Scout`] told of
//! them, so what comes of them is what one thread would make of them, octet for octet. Bursts go
//! round between the threads and keep their buffers; the reader waits when all are on their way.

use std::{
    io,
    ops::Range,
    panic,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use picket_hw::{Capture, CaptureError, FileId, Frame, LinkType, Polled, PortId, Timestamp};

use crate::engine::{Ahead, Engine, Scout};

/// Frames on their way to the engine.
#[derive(Debug, Default)]
pub struct Burst {
    octets: Vec<u8>,
    frames: Vec<Taken>,
    aheads: Vec<Ahead>,
    /// Octets of the input read so far.
    pub read: u64,
}

/// A frame, its octets and what was told of it in the vectors of its burst.
#[derive(Debug)]
struct Taken {
    at: Timestamp,
    octets: Range<usize>,
    wire_len: u32,
    port: PortId,
    link: LinkType,
    number: u64,
    source: FileId,
    /// Where what was told of it begins; it ends where that of the next begins.
    aheads: usize,
    /// Whether the scout told anything.
    told: bool,
}

impl Burst {
    /// Gives every frame to the engine, in order; `before` sees each first.
    ///
    /// # Errors
    ///
    /// Returns the first error of `before`, at which it stops.
    pub fn feed<E>(
        &self,
        engine: &mut Engine,
        mut before: impl FnMut(&Frame<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for first in (0..self.len()).step_by(FORESEEN) {
            let next = first.saturating_add(FORESEEN).min(self.len());
            engine.foresee(self.told(first..next));
            for (frame, told) in (first..next).filter_map(|place| self.get(place)) {
                before(&frame)?;
                engine.ingest_read(&frame, told);
            }
        }
        Ok(())
    }

    /// Returns what was told of some frames.
    fn told(&self, frames: Range<usize>) -> &[Ahead] {
        let begin =
            |place: usize| self.frames.get(place).map_or(self.aheads.len(), |taken| taken.aheads);
        self.aheads.get(begin(frames.start)..begin(frames.end)).unwrap_or_default()
    }

    /// Returns a frame and what was told of it.
    pub(super) fn get(&self, place: usize) -> Option<(Frame<'_>, Option<&[Ahead]>)> {
        let taken = self.frames.get(place)?;
        let frame = Frame {
            at: taken.at,
            bytes: self.octets.get(taken.octets.clone()).unwrap_or_default(),
            wire_len: taken.wire_len,
            port: taken.port,
            link: taken.link,
            number: taken.number,
            source: taken.source,
        };
        Some((frame, taken.told.then(|| self.told(place..place + 1))))
    }

    /// Returns the time of a frame.
    pub(super) fn at(&self, place: usize) -> Option<Timestamp> {
        self.frames.get(place).map(|taken| taken.at)
    }

    /// Returns how many frames there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Empties it, to be filled again.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.frames.clear();
        self.aheads.clear();
    }

    /// Takes a frame in, and what a scout tells of it.
    pub fn take(&mut self, frame: &Frame<'_>, scout: &Scout) {
        let (start, first) = (self.octets.len(), self.aheads.len());
        self.octets.extend_from_slice(frame.bytes);
        let told = scout.look(frame, &mut self.aheads);
        self.frames.push(Taken {
            at: frame.at,
            octets: start..self.octets.len(),
            wire_len: frame.wire_len,
            port: frame.port,
            link: frame.link,
            number: frame.number,
            source: frame.source,
            aheads: first,
            told,
        });
    }
}

/// Reads an input to its end on a thread of its own and calls `engine` with each burst. The outer
/// error is that of the input.
///
/// # Errors
///
/// Returns the first error of `engine`, at which reading stops, or that a thread cannot be had.
pub fn read_ahead<C: Capture + Send, E: From<io::Error>>(
    capture: &mut C,
    scout: Scout,
    mut engine: impl FnMut(&Burst) -> Result<(), E>,
) -> Result<Result<(), CaptureError>, E> {
    let (full, bursts) = sync_channel(BURSTS);
    let (back, empty) = sync_channel(BURSTS);
    for _ in 0..BURSTS {
        // There is room for all of them.
        let _ = back.try_send(Burst::default());
    }
    thread::scope(|scope| {
        let reader = thread::Builder::new()
            .name("picket-read".to_owned())
            .spawn_scoped(scope, move || read(capture, &scout, &empty, &full))?;
        let outcome = take(&bursts, &back, &mut engine);
        // The reader stops when nobody takes its bursts.
        drop((bursts, back));
        let read = reader.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
        outcome.map(|()| read)
    })
}

fn take<E>(
    bursts: &Receiver<Burst>,
    back: &SyncSender<Burst>,
    engine: &mut impl FnMut(&Burst) -> Result<(), E>,
) -> Result<(), E> {
    while let Ok(burst) = bursts.recv() {
        engine(&burst)?;
        // At the end nobody takes it back.
        let _ = back.send(burst);
    }
    Ok(())
}

fn read<C: Capture>(
    capture: &mut C,
    scout: &Scout,
    empty: &Receiver<Burst>,
    full: &SyncSender<Burst>,
) -> Result<(), CaptureError> {
    while let Ok(mut burst) = empty.recv() {
        burst.clear();
        let mut polled = Polled::Idle;
        while burst.frames.len() < FRAMES && polled != Polled::End {
            polled = capture.poll(&mut |frame| burst.take(&frame, scout))?;
        }
        burst.read = capture.progress().read;
        if full.send(burst).is_err() || polled == Polled::End {
            break;
        }
    }
    Ok(())
}

/// Frames of a burst: what is told of them stays in the cache of a core.
const FRAMES: usize = 256;
/// Frames the engine looks ahead over: what it brought to the caches must still be there.
const FORESEEN: usize = 32;
/// Bursts on their way.
const BURSTS: usize = 8;
