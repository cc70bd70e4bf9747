//! Two threads for one input: one reads frames and judges events, one has the witness between.
//!
//! Frames reach the witness in the order they were captured in, with what a [`Scout`] told of them,
//! and the judge hears what it says in that order, so what comes of them is what one thread would
//! make of them, octet for octet. Bursts go round between the threads and keep their buffers.

use std::{
    io, mem,
    ops::Range,
    panic,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use picket_hw::{Capture, CaptureError, FileId, Frame, LinkType, Polled, PortId, Timestamp};

use crate::{
    engine::{Ahead, Engine, FORESEEN, Hear, Judge, Scout, Testimony, Witness},
    state::trail::Trail,
};

/// Frames on their way to the witness, and what it said of them on the way back.
#[derive(Debug, Default)]
pub struct Burst {
    octets: Vec<u8>,
    frames: Vec<Taken>,
    aheads: Vec<Ahead>,
    testimony: Testimony,
    trails: Vec<Trail>,
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
        for frames in self.parts() {
            frames.clone().filter_map(|place| self.get(place)).try_for_each(|(f, _)| before(&f))?;
            let (witness, judge) = engine.halves();
            self.show(frames, witness, &mut |said| judge.hear(said));
            engine.hear();
        }
        Ok(())
    }

    /// Shows every frame to a witness, and takes along what it says; what is too much goes before.
    fn pass_by(&mut self, witness: &mut Witness, before: Hear<'_>) {
        mem::swap(&mut self.testimony, witness.testimony());
        for frames in self.parts() {
            self.show(frames, witness, before);
        }
        mem::swap(&mut self.testimony, witness.testimony());
        self.trails.extend(witness.trails());
    }

    /// Returns the places of the frames that are looked ahead over together.
    fn parts(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let all = self.len();
        let end = move |first: usize| first.saturating_add(FORESEEN).min(all);
        (0..all).step_by(FORESEEN).map(move |first| first..end(first))
    }

    fn show(&self, frames: Range<usize>, witness: &mut Witness, hear: Hear<'_>) {
        witness.foresee(self.told(frames.clone()));
        for (frame, told) in frames.filter_map(|place| self.get(place)) {
            witness.ingest_read(&frame, told, hear);
        }
    }

    /// Iterates over the frames.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        (0..self.len()).filter_map(|place| Some(self.get(place)?.0))
    }

    /// Takes out which frames belong to which dialogue, oldest first.
    pub fn trails(&mut self) -> impl Iterator<Item = Trail> + '_ {
        self.trails.drain(..)
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
        self.trails.clear();
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

/// Reads an input to its end, with the engine's witness on a thread of its own.
///
/// Calls `judged` with each burst that was judged, and the judge to take out what came of it. The
/// outer error is that of `judged`.
///
/// # Errors
///
/// Returns the first error of `judged`, at which reading stops, or that a thread cannot be had. What
/// was read before the input failed is judged.
pub fn side_by_side<C: Capture, E: From<io::Error>>(
    capture: &mut C,
    engine: &mut Engine,
    mut judged: impl FnMut(&C, &mut Burst, &mut Judge) -> Result<(), E>,
) -> Result<Result<(), CaptureError>, E> {
    let scout = engine.scout();
    let (witness, judge) = engine.halves();
    let (full, taken) = sync_channel(BURSTS);
    let (back, seen) = sync_channel(WAITING);
    thread::scope(|scope| {
        let other = thread::Builder::new()
            .name("picket-witness".to_owned())
            .spawn_scoped(scope, move || see(&taken, &back, witness))?;
        let mut round = Round { full, seen, spare: spare(), under_way: 0 };
        let outcome = round.go(capture, &scout, |capture, seen| match seen {
            Seen::Part(mut said) => {
                judge.hear(&mut said);
                Ok(None)
            }
            Seen::Burst(mut burst) => {
                judge.hear(&mut burst.testimony);
                judged(capture, &mut burst, judge).map(|()| Some(burst))
            }
        });
        // The witness stops when nobody brings it bursts.
        drop(round);
        other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
        outcome
    })
}

/// What comes back from the witness.
enum Seen {
    /// The beginning of what it says of the next burst.
    Part(Testimony),
    /// The burst, and the rest.
    Burst(Burst),
}

fn see(taken: &Receiver<Burst>, back: &SyncSender<Seen>, witness: &mut Witness) {
    while let Ok(mut burst) = taken.recv() {
        // When nobody hears it any more, the burst does not get back either.
        burst.pass_by(witness, &mut |said| drop(back.send(Seen::Part(mem::take(said)))));
        if back.send(Seen::Burst(burst)).is_err() {
            break;
        }
    }
}

/// The thread that reads and judges.
struct Round {
    full: SyncSender<Burst>,
    seen: Receiver<Seen>,
    spare: Vec<Burst>,
    /// Bursts with the witness.
    under_way: usize,
}

impl Round {
    fn go<C: Capture, E>(
        &mut self,
        capture: &mut C,
        scout: &Scout,
        mut judged: impl FnMut(&C, Seen) -> Result<Option<Burst>, E>,
    ) -> Result<Result<(), CaptureError>, E> {
        let mut end = None;
        loop {
            let reads = end.is_none() && !self.spare.is_empty();
            let seen = match self.under_way {
                // The witness must not run out of frames.
                0..LEAST if reads => None,
                _ if reads => self.seen.try_recv().ok(),
                0 => break,
                // Without an answer it panicked, which whoever joins it tells.
                _ => match self.seen.recv() {
                    Ok(seen) => Some(seen),
                    Err(_) => break,
                },
            };
            if let Some(seen) = seen {
                if let Some(burst) = judged(capture, seen)? {
                    self.under_way -= 1;
                    self.spare.push(burst);
                }
            } else if let Some(mut burst) = self.spare.pop() {
                burst.clear();
                end = fill(&mut burst, capture, scout);
                if self.full.send(burst).is_err() {
                    break;
                }
                self.under_way += 1;
            }
        }
        Ok(end.unwrap_or(Ok(())))
    }
}

/// Fills a burst; returns how the input ended, if it did.
fn fill<C: Capture>(
    burst: &mut Burst,
    capture: &mut C,
    scout: &Scout,
) -> Option<Result<(), CaptureError>> {
    while burst.len() < FRAMES {
        match capture.poll(&mut |frame| burst.take(&frame, scout)) {
            Ok(Polled::End) => return Some(Ok(())),
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
    }
    None
}

fn spare() -> Vec<Burst> {
    (0..BURSTS).map(|_| Burst::default()).collect()
}

/// Frames of a burst: what is told and said of them stays in the cache of a core.
const FRAMES: usize = 128;
/// Bursts there are.
const BURSTS: usize = 8;
/// What the witness has done and nobody has judged: it waits then.
const WAITING: usize = 4;
/// Bursts the witness should have at least.
const LEAST: usize = 2;
