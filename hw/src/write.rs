//! Writers of capture files: pcap here (draft-ietf-opsawg-pcap), pcapng in a module of its own.
//!
//! They write little-endian, a record or block in one call; buffering is the caller's business, and
//! so are the rights of the file.

mod pcapng;

use std::io::{self, Write};

pub use pcapng::PcapngWriter;

use crate::frame::{Frame, LinkType};

/// Writes frames one after the other.
pub trait FrameWriter {
    /// Writes a frame.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails, or when the format cannot hold the frame; in the
    /// second case nothing is written and the next frame may be tried.
    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()>;

    /// Passes on what is buffered.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    fn flush(&mut self) -> io::Result<()>;
}

/// The unit of the time stamps of a pcap file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Precision {
    /// Microseconds, which every program reads.
    Micros,
    /// Nanoseconds.
    Nanos,
}

/// Writes a pcap file, all frames of which have one link type.
#[derive(Debug)]
pub struct PcapWriter<W> {
    output: W,
    link: LinkType,
    precision: Precision,
    record: Vec<u8>,
}

impl<W: Write> PcapWriter<W> {
    /// Writes the file header.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn new(mut output: W, link: LinkType, precision: Precision) -> io::Result<Self> {
        let magic: u32 = match precision {
            Precision::Micros => 0xa1b2_c3d4,
            Precision::Nanos => 0xa1b2_3c4d,
        };
        let version = 2 | (4 << 16);
        let header = [magic, version, 0, 0, LONGEST, link.0.into()].map(u32::to_le_bytes);
        output.write_all(header.as_flattened())?;
        Ok(Self { output, link, precision, record: Vec::new() })
    }

    /// Flushes the output and returns it.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write> FrameWriter for PcapWriter<W> {
    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        if frame.link != self.link {
            let (frame, file) = (frame.link, self.link);
            return Err(unfit(format!("a frame of link type {frame} in a pcap file of {file}")));
        }
        let captured = length(frame)?;
        let nanos = frame.at.nanos();
        let seconds = u32::try_from(nanos / NANOS_PER_SECOND)
            .map_err(|_| unfit("a time after 2106 in a pcap file".to_owned()))?;
        let fraction = u32::try_from(nanos % NANOS_PER_SECOND).unwrap_or_default();
        let fraction = match self.precision {
            Precision::Micros => fraction / 1_000,
            Precision::Nanos => fraction,
        };
        let wire = frame.wire_len.max(captured);
        self.record.clear();
        let header = [seconds, fraction, captured, wire].map(u32::to_le_bytes);
        self.record.extend_from_slice(header.as_flattened());
        self.record.extend_from_slice(frame.bytes);
        self.output.write_all(&self.record)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Returns the length of a frame that is not too long to be read again.
fn length(frame: &Frame<'_>) -> io::Result<u32> {
    u32::try_from(frame.bytes.len())
        .ok()
        .filter(|&length| length <= LONGEST)
        .ok_or_else(|| unfit(format!("a frame of more than {LONGEST} octets")))
}

fn unfit(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// The longest frame a reader takes, which is also the snapshot length that is told.
const LONGEST: u32 = 262_144;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

#[cfg(test)]
mod tests;
