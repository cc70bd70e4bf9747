//! A pcapng writer (draft-ietf-opsawg-pcapng): one section, nanoseconds, comments on packets.

use std::io::{self, Write};

use super::{FrameWriter, LONGEST, length, unfit};
use crate::frame::{Frame, LinkType, PortId, Timestamp};

/// Writes a pcapng file of one section.
///
/// A pair of port and link type is an interface; one that was not described is, without a name,
/// when its first frame comes.
#[derive(Debug)]
pub struct PcapngWriter<W> {
    output: W,
    interfaces: Vec<Interface>,
    block: Vec<u8>,
}

#[derive(Debug)]
struct Interface {
    port: PortId,
    link: LinkType,
    packets: u64,
}

impl<W: Write> PcapngWriter<W> {
    /// Writes the section header, which names the application.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn new(output: W, application: &str) -> io::Result<Self> {
        let mut writer = Self { output, interfaces: Vec::new(), block: Vec::new() };
        writer.begin(SECTION_HEADER);
        writer.numbers(&[BYTE_ORDER, 1, u32::MAX, u32::MAX]);
        writer.option(SHB_USERAPPL, application.as_bytes());
        writer.end_options();
        writer.end()?;
        Ok(writer)
    }

    /// Describes an interface, by the name people know it by.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn describe(&mut self, port: PortId, link: LinkType, name: &str) -> io::Result<()> {
        self.begin(INTERFACE);
        self.numbers(&[link.0.into(), LONGEST]);
        if !name.is_empty() {
            self.option(IF_NAME, cut(name).as_bytes());
        }
        self.option(IF_TSRESOL, &[NANOSECONDS]);
        self.end_options();
        self.end()?;
        self.interfaces.push(Interface { port, link, packets: 0 });
        Ok(())
    }

    /// Writes a frame with comments, as Wireshark shows them.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails, and when the frame or the comments are too long.
    pub fn write_commented(&mut self, frame: &Frame<'_>, comments: &[&str]) -> io::Result<()> {
        let captured = length(frame)?;
        if comments.iter().map(|comment| comment.len()).sum::<usize>() > COMMENTS {
            return Err(unfit(format!("comments of more than {COMMENTS} octets on a packet")));
        }
        let interface = self.interface(frame)?;
        let nanos = frame.at.nanos().to_be_bytes();
        self.begin(ENHANCED);
        self.numbers(&[interface, upper(nanos), lower(nanos)]);
        self.numbers(&[captured, frame.wire_len.max(captured)]);
        self.padded(frame.bytes);
        for comment in comments {
            self.option(OPT_COMMENT, comment.as_bytes());
        }
        if !comments.is_empty() {
            self.end_options();
        }
        self.end()
    }

    /// Writes how many packets each interface had and when the recording ended; returns the output.
    ///
    /// # Errors
    ///
    /// Returns an error when the output fails.
    pub fn finish(mut self, end: Timestamp) -> io::Result<W> {
        let at = end.nanos().to_be_bytes();
        let halves = [upper(at), lower(at)];
        for (number, interface) in (0..).zip(std::mem::take(&mut self.interfaces)) {
            self.begin(STATISTICS);
            self.numbers(&[number]);
            self.numbers(&halves);
            self.option(ISB_ENDTIME, halves.map(u32::to_le_bytes).as_flattened());
            self.option(ISB_IFRECV, &interface.packets.to_le_bytes());
            self.end_options();
            self.end()?;
        }
        self.output.flush()?;
        Ok(self.output)
    }

    /// Returns the identifier of a frame's interface, describing it first where needed.
    fn interface(&mut self, frame: &Frame<'_>) -> io::Result<u32> {
        let same =
            |interface: &Interface| interface.port == frame.port && interface.link == frame.link;
        let found = self.interfaces.iter().position(same);
        let index = match found {
            Some(index) => index,
            None => {
                self.describe(frame.port, frame.link, "")?;
                self.interfaces.len() - 1
            }
        };
        if let Some(interface) = self.interfaces.get_mut(index) {
            interface.packets += 1;
        }
        u32::try_from(index).map_err(|_| unfit("too many interfaces".to_owned()))
    }

    fn begin(&mut self, kind: u32) {
        self.block.clear();
        // The length is filled in at the end.
        self.numbers(&[kind, 0]);
    }

    fn numbers(&mut self, numbers: &[u32]) {
        self.block.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn padded(&mut self, octets: &[u8]) {
        self.block.extend_from_slice(octets);
        self.block.resize(self.block.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.block.extend(code.to_le_bytes().into_iter().chain(length.to_le_bytes()));
        self.padded(value);
    }

    fn end_options(&mut self) {
        self.numbers(&[0]);
    }

    fn end(&mut self) -> io::Result<()> {
        let length = u32::try_from(self.block.len() + 4)
            .map_err(|_| unfit("a block of more than 4 GiB".to_owned()))?;
        self.numbers(&[length]);
        if let Some(leading) = self.block.get_mut(4..8) {
            leading.copy_from_slice(&length.to_le_bytes());
        }
        self.output.write_all(&self.block)
    }
}

impl<W: Write> FrameWriter for PcapngWriter<W> {
    fn write(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        self.write_commented(frame, &[])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

const fn upper(number: [u8; 8]) -> u32 {
    let [a, b, c, d, ..] = number;
    u32::from_be_bytes([a, b, c, d])
}

const fn lower(number: [u8; 8]) -> u32 {
    let [.., a, b, c, d] = number;
    u32::from_be_bytes([a, b, c, d])
}

/// Returns as much of a name as an interface may have, whole characters of it.
fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(NAME)).unwrap_or_default()
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const INTERFACE: u32 = 1;
const STATISTICS: u32 = 5;
const ENHANCED: u32 = 6;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
const ISB_ENDTIME: u16 = 3;
const ISB_IFRECV: u16 = 4;
const NANOSECONDS: u8 = 9;
const NAME: usize = 1_024;
/// Comments a packet may have, in octets; an option holds no more.
const COMMENTS: usize = 65_535;
