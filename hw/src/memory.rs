//! A capture of frames held in memory, for tests and for frames that must outlive their buffer.

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled},
    frame::{FileId, Frame, LinkType, PortId, Timestamp},
};

/// A frame with octets of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnedFrame {
    /// When it was captured.
    pub at: Timestamp,
    /// What was captured of it.
    pub bytes: Vec<u8>,
    /// Its length on the wire.
    pub wire_len: u32,
    /// The port or interface it was seen on.
    pub port: PortId,
    /// What `bytes` begins with.
    pub link: LinkType,
    /// Its number in its file, from 1.
    pub number: u64,
    /// The input it came from.
    pub source: FileId,
}

impl OwnedFrame {
    /// Makes a whole frame, the first of its source.
    #[must_use]
    pub fn new(at: Timestamp, link: LinkType, bytes: Vec<u8>) -> Self {
        let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self { at, bytes, wire_len, port: PortId(0), link, number: 1, source: FileId(0) }
    }

    /// Returns the frame, borrowed.
    #[must_use]
    pub fn as_frame(&self) -> Frame<'_> {
        let Self { at, ref bytes, wire_len, port, link, number, source } = *self;
        Frame { at, bytes, wire_len, port, link, number, source }
    }

    /// Takes over another frame, reusing the buffer there is.
    pub fn assign(&mut self, frame: &Frame<'_>) {
        let Frame { at, bytes, wire_len, port, link, number, source } = *frame;
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        (self.at, self.wire_len, self.port) = (at, wire_len, port);
        (self.link, self.number, self.source) = (link, number, source);
    }
}

impl From<Frame<'_>> for OwnedFrame {
    fn from(frame: Frame<'_>) -> Self {
        let Frame { at, bytes, wire_len, port, link, number, source } = frame;
        Self { at, bytes: bytes.to_vec(), wire_len, port, link, number, source }
    }
}

/// Delivers frames from memory, once.
#[derive(Clone, Debug)]
pub struct MemoryCapture {
    frames: Vec<OwnedFrame>,
    next: usize,
    burst: usize,
    idle: Idle,
    pause_due: bool,
    counters: CaptureCounters,
}

/// Whether a [`MemoryCapture`] has idle moments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Idle {
    /// Never: as a file.
    Never,
    /// One after each burst: as a quiet line.
    Between,
}

impl MemoryCapture {
    /// Makes a capture that delivers `burst` frames a poll (at least one), as they are.
    #[must_use]
    pub fn new(frames: Vec<OwnedFrame>, burst: usize, idle: Idle) -> Self {
        let counters = CaptureCounters::default();
        Self { frames, next: 0, burst: burst.max(1), idle, pause_due: false, counters }
    }

    /// Makes a capture of whole frames on one link, numbered from 1.
    #[must_use]
    pub fn of<I>(link: LinkType, burst: usize, frames: I) -> Self
    where
        I: IntoIterator<Item = (Timestamp, Vec<u8>)>,
    {
        let frames = (1..)
            .zip(frames)
            .map(|(number, (at, bytes))| OwnedFrame { number, ..OwnedFrame::new(at, link, bytes) })
            .collect();
        Self::new(frames, burst, Idle::Never)
    }
}

impl Capture for MemoryCapture {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        if self.pause_due {
            self.pause_due = false;
            return Ok(Polled::Idle);
        }
        let rest = self.frames.get(self.next..).unwrap_or_default();
        let burst = rest.get(..self.burst).unwrap_or(rest);
        if burst.is_empty() {
            return Ok(Polled::End);
        }
        for frame in burst.iter().map(OwnedFrame::as_frame) {
            self.counters.frame(&frame);
            each(frame);
        }
        self.next += burst.len();
        self.pause_due = self.idle == Idle::Between;
        Ok(Polled::Frames(burst.len()))
    }

    fn counters(&mut self) -> CaptureCounters {
        self.counters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_comes_once_whatever_the_burst() {
        let frames = || (0..10u8).map(|n| (Timestamp::from_nanos(n.into()), vec![n; 3]));
        for burst in [0, 1, 7, 64] {
            for idle in [Idle::Never, Idle::Between] {
                let MemoryCapture { frames, .. } = MemoryCapture::of(LinkType::MTP3, 1, frames());
                let mut capture = MemoryCapture::new(frames, burst, idle);
                let (mut seen, mut idles) = (Vec::new(), 0);
                loop {
                    match capture.poll(&mut |frame| seen.push((frame.number, frame.bytes[0]))) {
                        Ok(Polled::Frames(n)) => assert!(n > 0 && n <= burst.max(1)),
                        Ok(Polled::Idle) => idles += 1,
                        Ok(Polled::End) => break,
                        Err(error) => panic!("{error}"),
                    }
                }
                assert_eq!(seen, (0..10).map(|n| (u64::from(n) + 1, n)).collect::<Vec<_>>());
                let bursts = 10usize.div_ceil(burst.max(1));
                assert_eq!(idles, if idle == Idle::Never { 0 } else { bursts });
                let counters = capture.counters();
                assert_eq!((counters.frames, counters.bytes, counters.truncated), (10, 30, 0));
            }
        }
    }
}
