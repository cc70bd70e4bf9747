//! Evidence of a live run: frames go by on a thread of their own, and those that alerts want are
//! written ([`Recorder`]).
//!
//! The lane copies frames, what belongs together and alerts into batches that go round between the
//! two threads. It never waits: when all batches are on their way, because the disk is slow, it goes
//! on filling the one it has up to [`MOST`] octets; frames beyond are counted as missed, and cannot
//! be evidence. Alerts always find room.
//!
//! What is wanted is written every [`SETTLE`], so that the file has it soon after the alert. A file
//! that fails is put aside and the next is tried after a minute.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter},
    ops::Range,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread::Thread,
    time::{Duration, Instant},
};

use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp, live::Port};
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::{
    config::outputs,
    engine::{Alert, Engine},
    sink::{
        evidence::{self, Recorder},
        file::put_aside,
    },
    state::trail::Trail,
};

/// What came of evidence.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// What was written, and what was not.
    pub written: evidence::Counts,
    /// Frames that found no room on their way to the file's thread.
    pub missed: u64,
}

/// Evidence that is to be written.
pub struct Evidence {
    recorder: Recorder<BufWriter<File>>,
    path: PathBuf,
}

impl Evidence {
    /// Begins the file; one that is there is put aside.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be made.
    pub fn create(config: &outputs::Evidence, ports: &[Port]) -> io::Result<Self> {
        let (path, keep) = (config.path.clone(), config.keep);
        let open = move || begin(&path, keep).map(|file| BufWriter::with_capacity(BUFFER, file));
        let ports = (0..).zip(ports).map(|(at, port)| (PortId(at), port.link, port.name.clone()));
        let ring = usize::try_from(config.ring_bytes).unwrap_or(usize::MAX);
        let recorder =
            Recorder::rotating(Box::new(open), config.rotate_bytes, ring, ports.collect())?;
        Ok(Self { recorder, path: config.path.clone() })
    }
}

fn begin(path: &Path, keep: u32) -> io::Result<File> {
    match put_aside(path, keep) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// What goes round between the threads.
#[derive(Default)]
struct Batch {
    octets: Vec<u8>,
    frames: Vec<Taken>,
    trails: Vec<Trail>,
    alerts: Vec<Alert>,
    /// To begin another file.
    reopen: bool,
    missed: u64,
}

/// A frame, with its octets in those of its batch.
struct Taken {
    at: Timestamp,
    octets: Range<usize>,
    wire_len: u32,
    port: PortId,
    link: LinkType,
    number: u64,
    source: FileId,
}

impl Batch {
    fn clear(&mut self) {
        self.octets.clear();
        self.frames.clear();
        self.trails.clear();
        self.alerts.clear();
        (self.reopen, self.missed) = (false, 0);
    }

    fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.trails.is_empty() && self.alerts.is_empty() && !self.reopen
    }
}

/// The lane's end.
pub(super) struct Keeper {
    current: Box<Batch>,
    full: Producer<Box<Batch>>,
    empty: Consumer<Box<Batch>>,
    reader: Option<Thread>,
}

/// The file's end.
pub(super) struct Writer {
    full: Consumer<Box<Batch>>,
    empty: Producer<Box<Batch>>,
    evidence: Evidence,
    missed: u64,
    /// When what was wanted was written last.
    settled: Instant,
    /// When a file that failed is tried again.
    retry: Option<Instant>,
}

/// Makes both ends.
pub(super) fn pair(evidence: Evidence) -> (Keeper, Writer) {
    let (full, bursts) = RingBuffer::new(BATCHES);
    let (mut back, empty) = RingBuffer::new(BATCHES);
    for _ in 1..BATCHES {
        // There is room for all of them.
        let _ = back.push(Box::default());
    }
    let keeper = Keeper { current: Box::default(), full, empty, reader: None };
    let settled = now();
    (keeper, Writer { full: bursts, empty: back, evidence, missed: 0, settled, retry: None })
}

impl Keeper {
    /// Names the thread to wake.
    pub(super) fn towards(self, reader: Thread) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// A frame goes by.
    pub(super) fn frame(&mut self, frame: &Frame<'_>) {
        let batch = &mut *self.current;
        let start = batch.octets.len();
        if start + frame.bytes.len() > MOST {
            batch.missed += 1;
            return;
        }
        batch.octets.extend_from_slice(frame.bytes);
        batch.frames.push(Taken {
            at: frame.at,
            octets: start..batch.octets.len(),
            wire_len: frame.wire_len,
            port: frame.port,
            link: frame.link,
            number: frame.number,
            source: frame.source,
        });
    }

    /// What an alert cites is wanted.
    pub(super) fn alert(&mut self, alert: &Alert) {
        self.current.alerts.push(alert.clone());
    }

    /// Has another file begun.
    pub(super) fn reopen(&mut self) {
        self.current.reopen = true;
    }

    /// Takes which frames belong together, and hands over what there is if the other side is ready.
    pub(super) fn pass(&mut self, engine: &mut Engine) {
        if self.current.octets.len() < MOST {
            self.current.trails.extend(engine.trails());
        } else {
            engine.trails().for_each(drop);
        }
        if self.current.is_empty() {
            return;
        }
        if let Ok(next) = self.empty.pop() {
            self.hand_over(next);
        }
    }

    /// Hands over what is left. The lane has ended: now it may wait.
    pub(super) fn close(mut self) {
        while !self.current.is_empty() && !self.full.is_abandoned() {
            match self.empty.pop() {
                Ok(next) => self.hand_over(next),
                Err(_) => std::thread::park_timeout(PAUSE),
            }
        }
    }

    fn hand_over(&mut self, next: Box<Batch>) {
        let batch = std::mem::replace(&mut self.current, next);
        if let Err(PushError::Full(back)) = self.full.push(batch) {
            // Cannot be: there are no more batches than places.
            self.current = back;
        }
        if let Some(reader) = &self.reader {
            reader.unpark();
        }
    }
}

impl Writer {
    /// Works until the lane has ended and everything is written.
    pub(super) fn run(mut self) -> Counts {
        loop {
            match self.full.pop() {
                Ok(mut batch) => {
                    self.take(&batch);
                    batch.clear();
                    // At the end nobody takes it back.
                    let _ = self.empty.push(batch);
                }
                Err(_) if self.full.is_abandoned() && self.full.is_empty() => break,
                Err(_) => std::thread::park_timeout(PAUSE),
            }
            self.settle();
        }
        let Self { evidence: Evidence { recorder, path }, missed, .. } = self;
        let counts = recorder.counts();
        let written = recorder.finish().unwrap_or_else(|error| {
            tracing::error!(path = %path.display(), %error, "evidence is not whole");
            counts
        });
        Counts { written, missed }
    }

    fn take(&mut self, batch: &Batch) {
        self.missed += batch.missed;
        if batch.reopen {
            let rotated = self.evidence.recorder.rotate();
            self.told(rotated);
        }
        for taken in &batch.frames {
            let frame = Frame {
                at: taken.at,
                bytes: batch.octets.get(taken.octets.clone()).unwrap_or_default(),
                wire_len: taken.wire_len,
                port: taken.port,
                link: taken.link,
                number: taken.number,
                source: taken.source,
            };
            let seen = self.evidence.recorder.see(&frame);
            self.told(seen);
        }
        for trail in &batch.trails {
            self.evidence.recorder.trail(*trail);
        }
        for alert in &batch.alerts {
            self.evidence.recorder.alert(alert);
        }
    }

    /// Writes what is wanted when it is time to, and tries a file that failed again.
    fn settle(&mut self) {
        let now = now();
        if self.retry.is_some_and(|retry| retry <= now) {
            self.retry = None;
            let rotated = self.evidence.recorder.rotate();
            if rotated.is_ok() {
                tracing::info!(path = %self.evidence.path.display(), "evidence is written again");
            }
            self.told(rotated);
        }
        if now.duration_since(self.settled) >= SETTLE {
            self.settled = now;
            if self.evidence.recorder.is_wanting() {
                let settled = self.evidence.recorder.settle();
                self.told(settled);
                let frames = self.evidence.recorder.counts().frames;
                tracing::debug!(frames, "evidence written");
            }
        }
    }

    /// Logs a failure, and sees to it that the next file is tried.
    fn told(&mut self, result: io::Result<()>) {
        let Err(error) = result else { return };
        if self.retry.is_none() {
            let path = self.evidence.path.display();
            tracing::error!(%path, %error, "evidence cannot be written; tried again in a minute");
            self.retry = Some(now() + RETRY);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "when to write is not event time")]
fn now() -> Instant {
    Instant::now()
}

/// Batches that go round.
const BATCHES: usize = 16;
/// Octets of frames in one batch at most; then they are missed.
pub const MOST: usize = 4 << 20;
/// How often what is wanted is written.
pub const SETTLE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
const BUFFER: usize = 1 << 18;
