//! Evidence: the frames of each alert's dialogues as pcapng, with comments that say why.
//!
//! A frame is written once, however many alerts cite it, with a comment an alert. Which frames
//! belong to a dialogue comes from the engine ([`Trail`]); which dialogues are wanted, from the
//! evidence of alerts. Later frames of a wanted dialogue are wanted too.
//!
//! Frames come from one of two places. Where the input can be read again ([`Recorder::collect`]) it
//! is, so nothing an alert cites is missing. Live, and from a pipe, frames wait in a delay line of
//! bounded size ([`Recorder::see`]) and are written or dropped when they leave it, or written earlier
//! when somebody asks for what is wanted so far ([`Recorder::settle`]); what an alert cites that has
//! left already is counted as too late.
//!
//! A file that is full is the end of it, or with [`Recorder::rotating`] the beginning of the next.
//!
//! Evidence holds raw frames, subscribers' numbers and all: it is written only when asked for. The
//! comments hold none.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{self, Write},
    sync::Arc,
};

use picket_hw::{
    Capture, Frame, LinkType, PortId, Timestamp,
    memory::OwnedFrame,
    write::{FrameWriter, PcapngWriter},
};

use crate::{
    engine::{Alert, alert::AlertId},
    event::FrameId,
    state::trail::Trail,
};

/// Writes the frames that alerts are about.
pub struct Recorder<W: Write> {
    wanted: Wanted,
    line: Option<DelayLine>,
    /// Frames written lately, where they come by only once.
    written: BTreeSet<FrameId>,
    /// `None` after it failed, until [`Self::rotate`] succeeds.
    output: Option<PcapngWriter<W>>,
    /// Gives the next file; without it there is only one.
    next: Option<Next<W>>,
    /// Ports, described in each file.
    ports: Vec<(PortId, LinkType, String)>,
    /// Octets of frames in the file.
    held: u64,
    limit: u64,
    counts: Counts,
    last: Timestamp,
}

/// Gives the file to go on with.
pub type Next<W> = Box<dyn FnMut() -> io::Result<W> + Send>;

/// What was written, and what was not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Frames written.
    pub frames: u64,
    /// Octets of them.
    pub octets: u64,
    /// Frames left out because the file had its size.
    pub over_limit: u64,
    /// Frames that an alert cited after they had left the delay line, or that are not in the input.
    pub too_late: u64,
    /// Frames that could not be written.
    pub unwritten: u64,
}

/// Frames waiting to be written or dropped, oldest first.
struct DelayLine {
    frames: VecDeque<OwnedFrame>,
    spare: Vec<OwnedFrame>,
    octets: usize,
    limit: usize,
    /// The last frame that left, a source.
    left: BTreeMap<u16, u64>,
}

/// Which frames are wanted, and why.
#[derive(Default)]
struct Wanted {
    /// Frames of lately seen dialogues.
    dialogues: BTreeMap<u64, Vec<FrameId>>,
    /// Further frames of messages that came in parts, by the frame that completed them.
    parts: BTreeMap<FrameId, Vec<FrameId>>,
    /// Why a dialogue is wanted.
    reasons: BTreeMap<u64, Vec<Reason>>,
    /// Why a frame is wanted.
    frames: BTreeMap<FrameId, Vec<Reason>>,
}

/// An alert, and what is said of it in comments.
#[derive(Clone)]
struct Reason {
    alert: AlertId,
    comment: Arc<str>,
}

impl<W: Write> Recorder<W> {
    /// Begins a file of at most `limit` octets of frames. With `line`, frames wait in a delay line of
    /// that many octets; without, they are collected from the input in the end.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn new(output: W, limit: u64, line: Option<usize>) -> io::Result<Self> {
        let mut recorder = Self::empty(limit, line);
        recorder.output = Some(PcapngWriter::new(output, APPLICATION)?);
        Ok(recorder)
    }

    /// Begins the first of several files, each of at most `limit` octets of frames, with these ports.
    /// Frames wait in a delay line of `line` octets.
    ///
    /// # Errors
    ///
    /// Returns an error when the first file fails.
    pub fn rotating(
        next: Next<W>,
        limit: u64,
        line: usize,
        ports: Vec<(PortId, LinkType, String)>,
    ) -> io::Result<Self> {
        let mut recorder = Self { next: Some(next), ports, ..Self::empty(limit, Some(line)) };
        recorder.rotate()?;
        Ok(recorder)
    }

    fn empty(limit: u64, line: Option<usize>) -> Self {
        Self {
            wanted: Wanted::default(),
            line: line.map(DelayLine::new),
            written: BTreeSet::new(),
            output: None,
            next: None,
            ports: Vec::new(),
            held: 0,
            limit,
            counts: Counts::default(),
            last: Timestamp::EPOCH,
        }
    }

    /// Ends the file and begins the next.
    ///
    /// # Errors
    ///
    /// Returns an error when either fails; then there is no file until this succeeds.
    pub fn rotate(&mut self) -> io::Result<()> {
        let Some(next) = &mut self.next else { return Ok(()) };
        if let Some(output) = self.output.take() {
            output.finish(self.last)?;
        }
        let mut output = PcapngWriter::new(next()?, APPLICATION)?;
        for (port, link, name) in &self.ports {
            output.describe(*port, *link, name)?;
        }
        output.flush()?;
        self.output = Some(output);
        self.held = 0;
        Ok(())
    }

    /// Whether frames are wanted that were not written yet.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        !self.wanted.frames.is_empty()
    }

    /// Writes what is wanted of the delay line, without waiting for it to leave, and passes it on.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn settle(&mut self) -> io::Result<()> {
        let Some(line) = self.line.take() else { return Ok(()) };
        let mut result = Ok(());
        let wanted: Vec<FrameId> = self.wanted.frames.keys().copied().collect();
        for id in wanted {
            match line.find(id) {
                // After a failure the rest is counted.
                Some(frame) => {
                    let left = self.leave(&frame.as_frame(), true);
                    result = result.and(left);
                }
                // It never came by, for want of room on the way here.
                None if line.has_passed(id) => {
                    self.wanted.frames.remove(&id);
                    self.counts.too_late += 1;
                }
                None => {}
            }
        }
        self.line = Some(line);
        let flushed = self.flush();
        result.and(flushed)
    }

    /// Sees a frame go by, where there is a delay line.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn see(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let Some(line) = &mut self.line else { return Ok(()) };
        line.push(frame);
        while let Some(line) = &mut self.line
            && line.octets > line.limit
            && let Some(old) = line.pop()
        {
            let left = self.leave(&old.as_frame(), true);
            if let Some(line) = &mut self.line {
                line.spare(old);
            }
            left?;
        }
        Ok(())
    }

    /// Takes which frames belong to which dialogue.
    pub fn trail(&mut self, trail: Trail) {
        self.wanted.trail(trail);
    }

    /// Takes a revision of an alert: what it cites is wanted.
    pub fn alert(&mut self, alert: &Alert) {
        let reason = Reason { alert: alert.id, comment: comment(alert).into() };
        for cited in &alert.evidence {
            for frame in self.wanted.cite(cited.dialogue, cited.frame, &reason) {
                if self.written.contains(&frame) {
                    continue;
                }
                if self.line.as_ref().is_none_or(|line| !line.has_left(frame)) {
                    self.wanted.want(frame, &reason);
                } else {
                    self.counts.too_late += 1;
                }
            }
        }
    }

    /// Reads the input again and writes what is wanted of it.
    ///
    /// # Errors
    ///
    /// Returns an error when the input or the output fails.
    pub fn collect(&mut self, capture: &mut impl Capture) -> io::Result<()> {
        let mut failed = Ok(());
        loop {
            let polled = capture.poll(&mut |frame| {
                if failed.is_ok() && !self.wanted.frames.is_empty() {
                    failed = self.leave(&frame, false);
                }
            });
            std::mem::replace(&mut failed, Ok(()))?;
            match polled {
                Ok(picket_hw::Polled::End) => break,
                Ok(_) if self.wanted.frames.is_empty() => break,
                Ok(_) => {}
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        self.counts.too_late += self.wanted.frames.len() as u64;
        self.wanted.frames.clear();
        Ok(())
    }

    /// Writes what still waits, and ends the file.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn finish(mut self) -> io::Result<Counts> {
        while let Some(old) = self.line.as_mut().and_then(DelayLine::pop) {
            self.leave(&old.as_frame(), true)?;
        }
        if let Some(output) = self.output {
            output.finish(self.last)?;
        }
        Ok(self.counts)
    }

    /// Writes everything handed over so far through to the output.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.as_mut().map_or(Ok(()), PcapngWriter::flush)
    }

    /// Returns what was written so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// A frame whose turn it is: written if somebody wants it.
    fn leave(&mut self, frame: &Frame<'_>, remember: bool) -> io::Result<()> {
        let id = FrameId { source: frame.source.0, number: frame.number };
        let Some(reasons) = self.wanted.frames.remove(&id) else { return Ok(()) };
        if self.written.contains(&id) {
            return Ok(());
        }
        let octets = frame.bytes.len() as u64;
        if self.held + octets > self.limit {
            if self.next.is_none() {
                self.counts.over_limit += 1;
                return Ok(());
            }
            if self.output.is_some()
                && let Err(error) = self.rotate()
            {
                self.counts.unwritten += 1;
                return Err(error);
            }
        }
        let Some(output) = &mut self.output else {
            self.counts.unwritten += 1;
            return Ok(());
        };
        let comments: Vec<&str> =
            reasons.iter().take(COMMENTS).map(|reason| &*reason.comment).collect();
        if let Err(error) = output.write_commented(frame, &comments) {
            self.counts.unwritten += 1;
            if self.next.is_some() {
                // What it wrote of the frame may stand there: nothing may follow it.
                self.output = None;
            }
            return Err(error);
        }
        self.last = self.last.max(frame.at);
        self.held += octets;
        self.counts.frames += 1;
        self.counts.octets += octets;
        if remember {
            self.written.insert(id);
            if self.written.len() > REMEMBERED {
                self.written.pop_first();
            }
        }
        Ok(())
    }
}

impl DelayLine {
    const fn new(limit: usize) -> Self {
        Self { frames: VecDeque::new(), spare: Vec::new(), octets: 0, limit, left: BTreeMap::new() }
    }

    fn push(&mut self, frame: &Frame<'_>) {
        self.octets += frame.bytes.len() + OVERHEAD;
        let owned = match self.spare.pop() {
            Some(mut owned) => {
                owned.assign(frame);
                owned
            }
            None => OwnedFrame::from(*frame),
        };
        self.frames.push_back(owned);
    }

    fn pop(&mut self) -> Option<OwnedFrame> {
        let frame = self.frames.pop_front()?;
        self.octets = self.octets.saturating_sub(frame.bytes.len() + OVERHEAD);
        self.left.insert(frame.source.0, frame.number);
        Some(frame)
    }

    fn spare(&mut self, frame: OwnedFrame) {
        if self.spare.len() < SPARE {
            self.spare.push(frame);
        }
    }

    /// Returns a frame that waits. Frames come in the order of their numbers.
    fn find(&self, frame: FrameId) -> Option<&OwnedFrame> {
        let name = |held: &OwnedFrame| (held.source.0, held.number);
        let at = self.frames.binary_search_by_key(&(frame.source, frame.number), name).ok()?;
        self.frames.get(at)
    }

    /// Whether a later frame than this waits already.
    fn has_passed(&self, frame: FrameId) -> bool {
        self.frames
            .back()
            .is_some_and(|last| (last.source.0, last.number) >= (frame.source, frame.number))
    }

    fn has_left(&self, frame: FrameId) -> bool {
        self.left.get(&frame.source).is_some_and(|&last| frame.number <= last)
    }
}

impl Wanted {
    fn trail(&mut self, trail: Trail) {
        if trail.frame != trail.message {
            let parts = self.parts.entry(trail.message).or_default();
            if !parts.contains(&trail.frame) {
                parts.push(trail.frame);
            }
            if self.parts.len() > REMEMBERED {
                self.parts.pop_first();
            }
        }
        if trail.dialogue == 0 {
            return;
        }
        let frames = self.dialogues.entry(trail.dialogue).or_default();
        if frames.len() < FRAMES && !frames.contains(&trail.frame) {
            frames.push(trail.frame);
        }
        if self.dialogues.len() > REMEMBERED {
            self.dialogues.pop_first();
        }
        if let Some(reasons) = self.reasons.get(&trail.dialogue).cloned() {
            for reason in reasons {
                self.want(trail.frame, &reason);
            }
        }
    }

    /// Returns the frames that a citation names: the frame, its parts, and the rest of its dialogue.
    fn cite(&mut self, dialogue: u64, frame: FrameId, reason: &Reason) -> Vec<FrameId> {
        let mut frames = vec![frame];
        frames.extend(self.parts.get(&frame).into_iter().flatten());
        if dialogue != 0 {
            let reasons = self.reasons.entry(dialogue).or_default();
            if !reasons.iter().any(|known| known.alert == reason.alert) {
                reasons.push(reason.clone());
            }
            if self.reasons.len() > REMEMBERED {
                self.reasons.pop_first();
            }
            frames.extend(self.dialogues.get(&dialogue).into_iter().flatten());
        }
        frames
    }

    fn want(&mut self, frame: FrameId, reason: &Reason) {
        let reasons = self.frames.entry(frame).or_default();
        match reasons.iter_mut().find(|known| known.alert == reason.alert) {
            // The later revision knows more of what became of it.
            Some(known) => known.comment = Arc::clone(&reason.comment),
            None => reasons.push(reason.clone()),
        }
    }
}

/// Returns what is said of an alert on its frames: no number of anybody.
fn comment(alert: &Alert) -> String {
    use core::fmt::Write;
    let mut text = format!(
        "picket alert {} ({}): {}; outcome {}",
        alert.id,
        alert.level.name(),
        alert.rule.title,
        alert.outcome.name()
    );
    if let Some(operation) = alert.operation {
        let _ = write!(text, "; {}", operation.name);
    }
    for (n, note) in alert.notes.iter().enumerate() {
        let _ = write!(text, "{}{}", if n == 0 { "; anomalies " } else { ", " }, note.id());
    }
    text
}

const APPLICATION: &str = "picket";
/// Dialogues, messages in parts and wanted dialogues remembered, each.
const REMEMBERED: usize = 1 << 20;
/// Frames of one dialogue remembered.
const FRAMES: usize = 256;
/// Comments on one frame.
const COMMENTS: usize = 64;
/// What a waiting frame takes besides its octets.
const OVERHEAD: usize = size_of::<OwnedFrame>();
const SPARE: usize = 1_024;

#[cfg(test)]
mod tests;
