//! Capture files: pcap and pcapng, plain or compressed with gzip or zstd.
//!
//! A file is never trusted. Memory is bounded whatever lengths it tells, however far it expands. A
//! file that is cut or contradicts itself is read to its last whole packet; the problem is kept as
//! a [`Fault`] and the next file is read. Packets come as they are: time may go backwards.

mod fault;
mod found;
mod inflate;
mod input;
mod order;
mod pcap;
mod pcapng;
mod resolution;
#[cfg(test)]
mod tests;
mod window;

use std::{
    io::{self, Read},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub use fault::{Fault, What};
use inflate::Compression;
use input::Input;
use window::Window;

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled, Progress},
    frame::{FileId, Frame, LinkType, PortId, Timestamp},
};

/// Reads frames from files, directories and streams, one after the other.
pub struct FileCapture {
    inputs: Vec<Input>,
    /// The input to open next.
    next: usize,
    open: Option<Open>,
    burst: usize,
    counters: CaptureCounters,
    faults: Vec<Fault>,
    end_time: Option<Timestamp>,
    /// Octets of the inputs that were read to their end.
    done: u64,
    total: Option<u64>,
}

impl FileCapture {
    /// How many frames a poll delivers when the caller has no wish of its own.
    pub const BURST: usize = 64;

    /// Opens files, directories and, for `-`, standard input, to be read in the order given.
    ///
    /// A directory stands for all captures in it and below, in the order of their first packets.
    /// A poll delivers at most `burst` frames (at least one).
    ///
    /// # Errors
    ///
    /// Returns an error when a path cannot be read or is no capture, and when there is none.
    pub fn open(paths: &[PathBuf], burst: usize) -> Result<Self, CaptureError> {
        let (inputs, passed_over) = input::expand(paths)?;
        let mut capture = Self::new(inputs, burst);
        for fault in passed_over {
            capture.report(fault);
        }
        Ok(capture)
    }

    /// Reads one capture from a stream, which is named `name` in messages.
    #[must_use]
    pub fn from_reader(name: &str, stream: Box<dyn Read + Send>, burst: usize) -> Self {
        Self::new(vec![Input::stream(name.to_owned(), stream)], burst)
    }

    /// Returns the problems met so far, the first thousand of them.
    ///
    /// A kind of problem is kept once a file; [`CaptureCounters::faults`] counts them all.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn new(inputs: Vec<Input>, burst: usize) -> Self {
        let total = inputs
            .iter()
            .try_fold(0u64, |sum, input| input.size.map(|size| sum.saturating_add(size)));
        Self {
            inputs,
            next: 0,
            open: None,
            burst: burst.max(1),
            counters: CaptureCounters::default(),
            faults: Vec::new(),
            end_time: None,
            done: 0,
            total,
        }
    }

    /// Opens the next input; returns whether there is one.
    fn advance(&mut self) -> Result<bool, CaptureError> {
        let Some(input) = self.inputs.get_mut(self.next) else {
            return Ok(false);
        };
        let id = FileId(u16::try_from(self.next).unwrap_or(u16::MAX));
        self.next += 1;
        self.open = Some(Open::new(input, id)?);
        Ok(true)
    }

    /// Closes the input that is read, for the reason given if it was not its end.
    fn close(&mut self, problem: Option<(u64, What)>) {
        self.settle();
        let Some(open) = self.open.take() else {
            return;
        };
        if let Some((offset, what)) = problem {
            self.fault(open.id, offset, open.number, what);
        }
        let size = self.inputs.get(usize::from(open.id.0)).and_then(|input| input.size);
        let read = open.read.load(Ordering::Relaxed);
        self.done = self.done.saturating_add(size.unwrap_or(read));
    }

    /// Takes over what the file told of itself.
    fn settle(&mut self) {
        if let Some(open) = &mut self.open {
            let dropped = open.format.dropped();
            let fresh = dropped.saturating_sub(open.dropped);
            self.counters.dropped = self.counters.dropped.saturating_add(fresh);
            open.dropped = dropped;
            self.end_time = self.end_time.max(open.format.end_time());
        }
    }

    fn fault(&mut self, id: FileId, offset: u64, packet: u64, what: What) {
        let file = self.inputs.get(usize::from(id.0)).map_or("", Input::shown);
        let kind = std::mem::discriminant(&what);
        let told =
            |fault: &Fault| std::mem::discriminant(&fault.what) == kind && fault.file == file;
        // Only the newest can be of this file.
        if self.faults.iter().rev().take(FAULT_KINDS).any(told) {
            self.counters.faults += 1;
        } else {
            self.report(Fault { file: file.to_owned(), offset, packet, what });
        }
    }

    fn report(&mut self, fault: Fault) {
        self.counters.faults += 1;
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }
}

impl Capture for FileCapture {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        let mut delivered = 0;
        // Blocks that are no packets count too, so that a poll ends soon in a file without packets.
        for _ in 0..self.burst.saturating_add(BLOCKS) {
            if delivered == self.burst {
                break;
            }
            let Some(open) = &mut self.open else {
                if self.advance()? {
                    continue;
                }
                return Ok(if delivered == 0 { Polled::End } else { Polled::Frames(delivered) });
            };
            let (id, offset, before) = (open.id, open.window.offset(), open.number);
            let oddity = match open.format.next(&mut open.window) {
                Ok(Step::Packet(Packet { at, bytes, wire_len, port, link, oddity })) => {
                    open.number += 1;
                    let number = open.number;
                    let frame = Frame { at, bytes, wire_len, port, link, number, source: id };
                    self.counters.frame(&frame);
                    each(frame);
                    delivered += 1;
                    oddity
                }
                Ok(Step::Lost(what)) => {
                    open.number += 1;
                    self.counters.dropped += 1;
                    Some(what)
                }
                Ok(Step::Odd(what)) => Some(what),
                Ok(Step::Record) => {
                    open.number += 1;
                    None
                }
                Ok(Step::Other) => None,
                Ok(Step::End) => {
                    self.close(None);
                    continue;
                }
                Err(what) => {
                    self.close(Some((offset, what)));
                    continue;
                }
            };
            let drained = open.live && open.window.is_empty();
            if let Some(what) = oddity {
                self.fault(id, offset, before, what);
            }
            // On a pipe the next packet may be long in coming; these are not kept waiting for it.
            if drained && delivered > 0 {
                break;
            }
        }
        self.settle();
        Ok(Polled::Frames(delivered))
    }

    fn counters(&mut self) -> CaptureCounters {
        self.counters
    }

    fn source_name(&self, source: FileId) -> Option<&str> {
        self.inputs.get(usize::from(source.0)).map(|input| input.name.as_str())
    }

    fn end_time(&self) -> Option<Timestamp> {
        self.end_time
    }

    fn progress(&self) -> Progress {
        let current = self.open.as_ref().map_or(0, |open| open.read.load(Ordering::Relaxed));
        Progress { read: self.done.saturating_add(current), total: self.total }
    }
}

/// An input while it is read.
struct Open {
    id: FileId,
    window: Window,
    format: Format,
    /// Packets so far.
    number: u64,
    /// Losses told so far.
    dropped: u64,
    /// Whether reading may have to wait for a writer.
    live: bool,
    /// Octets read from the input.
    read: Arc<AtomicU64>,
}

impl Open {
    fn new(input: &mut Input, id: FileId) -> Result<Self, CaptureError> {
        let live = input.size.is_none();
        let mut stream = input.open()?;
        let file = input.shown();
        let failed = |error| CaptureError::Open { file: file.to_owned(), error };
        let mut magic = Vec::with_capacity(MAGIC);
        stream.by_ref().take(4).read_to_end(&mut magic).map_err(failed)?;
        if magic.is_empty() {
            return Err(CaptureError::Empty { file: file.to_owned() });
        }
        let compression = Compression::of(&magic);
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted { stream: io::Cursor::new(magic).chain(stream), read: read.clone() };
        let inflated = compression.inflate(Box::new(counted)).map_err(failed)?;
        let mut window = Window::new(inflated);
        let Some(format) = Format::recognise(&mut window) else {
            // Enough to tell what it is, and few enough to show.
            let damage = window.fill(SHOWN).err();
            let magic = window.start(SHOWN);
            return Err(found::not_capture(file, compression, magic, damage.as_ref()));
        };
        Ok(Self { id, window, format, number: 0, dropped: 0, live, read })
    }

    /// Returns the time of the first packet, if there is one.
    fn first_time(&mut self) -> Option<Timestamp> {
        for _ in 0..BLOCKS {
            match self.format.next(&mut self.window) {
                Ok(Step::Packet(packet)) => return Some(packet.at),
                Ok(Step::Lost(_) | Step::Odd(_) | Step::Record | Step::Other) => {}
                Ok(Step::End) | Err(_) => return None,
            }
        }
        None
    }
}

/// The format of a capture, told by its first octets.
#[derive(Debug)]
enum Format {
    Pcap(pcap::Reader),
    Pcapng(pcapng::Reader),
}

impl Format {
    fn recognise(window: &mut Window) -> Option<Self> {
        let magic = *window.peek(MAGIC).ok()?.first_chunk()?;
        if let Some(reader) = pcap::Reader::recognise(magic) {
            return Some(Self::Pcap(reader));
        }
        // One that is cut before its octet order is told is still one.
        let known = magic == pcapng::MAGIC
            && window.peek(12).map_or(true, |head| pcapng::byte_order(head).is_ok());
        known.then(|| Self::Pcapng(pcapng::Reader::new()))
    }

    fn next<'w>(&mut self, window: &'w mut Window) -> Result<Step<'w>, What> {
        match self {
            Self::Pcap(reader) => reader.next(window),
            Self::Pcapng(reader) => reader.next(window),
        }
    }

    const fn end_time(&self) -> Option<Timestamp> {
        match self {
            Self::Pcap(_) => None,
            Self::Pcapng(reader) => reader.end_time(),
        }
    }

    const fn dropped(&self) -> u64 {
        match self {
            Self::Pcap(_) => 0,
            Self::Pcapng(reader) => reader.dropped(),
        }
    }
}

/// What reading a record or block brought.
#[derive(Debug)]
enum Step<'w> {
    Packet(Packet<'w>),
    /// A packet that cannot be delivered, and why.
    Lost(What),
    /// No packet, and something wrong with it.
    Odd(What),
    /// No packet, but something Wireshark numbers like one.
    Record,
    /// No packet.
    Other,
    End,
}

/// A packet, before it has a number.
#[derive(Debug)]
struct Packet<'w> {
    at: Timestamp,
    bytes: &'w [u8],
    wire_len: u32,
    port: PortId,
    link: LinkType,
    /// Something wrong with it that does not matter.
    oddity: Option<What>,
}

/// Counts the octets that are read.
struct Counted<R> {
    stream: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(room)?;
        self.read.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(n)
    }
}

/// The longest packet: the longest snapshot libpcap takes.
const PACKET_MAX: u32 = 262_144;
const MAGIC: usize = 4;
const SHOWN: usize = 8;
/// Blocks without a packet a poll reads before it returns.
const BLOCKS: usize = 4096;
const FAULTS: usize = 1000;
/// At least the number of variants of [`What`].
const FAULT_KINDS: usize = 32;
