//! The capture trait: who produces frames, how, and what can go wrong.

use std::io;

use crate::frame::{FileId, Frame, Timestamp};

/// A source of frames.
///
/// A visitor rather than an iterator: one shape fits file buffers, libpcap's ring and DPDK bursts,
/// whose buffers all go back when the visitor returns. Object safe.
pub trait Capture {
    /// Gives one burst of frames to `each`, in the order they were captured.
    ///
    /// # Errors
    ///
    /// Returns an error when an input cannot be used at all. Inputs that are damaged, but of which
    /// something can be read, are read as far as possible and counted in
    /// [`CaptureCounters::faults`]. Polling may go on after an error, with the next input.
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError>;

    /// Returns what was counted so far.
    fn counters(&mut self) -> CaptureCounters;

    /// Returns the name of an input, as the user gave it.
    fn source_name(&self, source: FileId) -> Option<&str> {
        let _ = source;
        None
    }

    /// Returns when the recording ended, if the input said so (pcapng `isb_endtime`).
    ///
    /// The latest of all the inputs read so far: a recording may outlast its last frame.
    fn end_time(&self) -> Option<Timestamp> {
        None
    }

    /// Returns how far the input was read.
    fn progress(&self) -> Progress {
        Progress::default()
    }
}

impl<C: Capture + ?Sized> Capture for Box<C> {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        (**self).poll(each)
    }

    fn counters(&mut self) -> CaptureCounters {
        (**self).counters()
    }

    fn source_name(&self, source: FileId) -> Option<&str> {
        (**self).source_name(source)
    }

    fn end_time(&self) -> Option<Timestamp> {
        (**self).end_time()
    }

    fn progress(&self) -> Progress {
        (**self).progress()
    }
}

/// What a poll brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Polled {
    /// This many frames were delivered. It may be none while the input goes on.
    Frames(usize),
    /// Nothing now; more may come.
    Idle,
    /// Nothing now or ever; only inputs that end say so.
    End,
}

/// What a capture counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CaptureCounters {
    /// Frames delivered.
    pub frames: u64,
    /// Octets delivered.
    pub bytes: u64,
    /// Frames of which less was captured than was on the wire.
    pub truncated: u64,
    /// Frames lost before they were delivered, as far as the input knows.
    pub dropped: u64,
    /// Problems met in the input.
    pub faults: u64,
}

impl CaptureCounters {
    /// Counts a frame that is delivered.
    pub(crate) fn frame(&mut self, frame: &Frame<'_>) {
        let length = u64::try_from(frame.bytes.len()).unwrap_or(u64::MAX);
        self.frames += 1;
        self.bytes = self.bytes.saturating_add(length);
        self.truncated += u64::from(length < u64::from(frame.wire_len));
    }
}

/// How far the input was read, in octets as stored (compressed ones, where it is compressed).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Octets read.
    pub read: u64,
    /// Octets there are, where that is known.
    pub total: Option<u64>,
}

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file or directory cannot be opened or read.
    #[error("cannot open {file}: {error}; check the path and that this user may read it")]
    Open {
        /// Its name.
        file: String,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// There is nothing in it.
    #[error("{file} is empty; give a pcap or pcapng file with at least its header")]
    Empty {
        /// Its name.
        file: String,
    },
    /// It is something else.
    #[error("{file} is not a capture: found {found}; {remedy}")]
    NotCapture {
        /// Its name.
        file: String,
        /// What it begins with.
        found: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// A directory without captures.
    #[error(
        "no capture in directory {directory}: looked at {files} files; \
         give a directory that holds pcap or pcapng files"
    )]
    NoCaptures {
        /// Its name.
        directory: String,
        /// How many files were looked at.
        files: usize,
    },
    /// More inputs than can be told apart.
    #[error("{count} inputs are too many; give at most {limit} at a time")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No input at all.
    #[error("no input; name a capture file, a directory, or - for standard input")]
    NoInput,
    /// No interface is named, and none offers itself.
    #[error("no interface to listen on; name one in capture.interfaces; there are: {there_are}")]
    NoInterface {
        /// What could be named.
        there_are: String,
    },
    /// An interface cannot be opened.
    #[error("cannot capture on {name}: {why}; {remedy}")]
    Interface {
        /// Its name.
        name: String,
        /// What libpcap said.
        why: String,
        /// What to do about it.
        remedy: String,
    },
}
