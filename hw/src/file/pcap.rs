//! pcap records (draft-ietf-opsawg-pcap), with the variants found in the field.
//!
//! Microseconds and nanoseconds, either octet order, the longer record headers of patched Linux
//! kernels of 1999 (magic a1b2cd34), and the early versions that wrote the two lengths of a record
//! the other way round. The snapshot length is not enforced: files lie about it.

use super::{PACKET_MAX, Packet, Step, fault::What, order::Order, window::Window};
use crate::frame::{LinkType, PortId, Timestamp};

/// Reads the records of one file.
#[derive(Debug)]
pub(super) struct Reader {
    order: Order,
    /// Nanoseconds in a unit of the fraction.
    unit: u32,
    record: usize,
    /// What the file header says, once it was read.
    header: Option<Header>,
}

#[derive(Clone, Copy, Debug)]
struct Header {
    link: LinkType,
    lengths: Lengths,
}

/// Which of a record's two lengths comes first.
#[derive(Clone, Copy, Debug)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    /// The smaller is the captured length.
    Either,
}

impl Reader {
    /// Recognises a file by its first four octets.
    pub(super) fn recognise(magic: [u8; 4]) -> Option<Self> {
        let (order, magic) = match (u32::from_le_bytes(magic), u32::from_be_bytes(magic)) {
            (magic @ (MICROS | NANOS | MODIFIED), _) => (Order::Little, magic),
            (_, magic @ (MICROS | NANOS | MODIFIED)) => (Order::Big, magic),
            _ => return None,
        };
        let unit = if magic == NANOS { 1 } else { 1_000 };
        let record = if magic == MODIFIED { 24 } else { 16 };
        Some(Self { order, unit, record, header: None })
    }

    /// Reads the next record.
    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Step<'w>, What> {
        let header = match self.header {
            Some(header) => header,
            None => self.header(window)?,
        };
        if window.fill(1)? == 0 {
            return Ok(Step::End);
        }
        let head = window.peek(self.record)?;
        let number = |at| self.order.u32(head, at).unwrap_or_default();
        let (seconds, fraction, first, second) = (number(0), number(4), number(8), number(12));
        let (captured, wire) = header.lengths.sort(first, second);
        let length = usize::try_from(captured).unwrap_or(usize::MAX);
        if captured > PACKET_MAX {
            return Err(What::PacketLength { length: captured, limit: PACKET_MAX });
        }
        let bytes = window.take(self.record + length)?.get(self.record..).unwrap_or_default();
        let limit = NANOS_PER_SECOND / self.unit;
        let oddity = if captured > wire {
            Some(What::WireLength { captured, wire })
        } else if fraction >= limit {
            Some(What::Fraction { fraction, limit })
        } else {
            None
        };
        let at = Timestamp::from_nanos(u64::from(seconds) * u64::from(NANOS_PER_SECOND))
            .saturating_add(u64::from(fraction) * u64::from(self.unit));
        let wire_len = wire.max(captured);
        let (link, port) = (header.link, PortId(0));
        Ok(Step::Packet(Packet { at, bytes, wire_len, port, link, oddity }))
    }

    fn header(&mut self, window: &mut Window) -> Result<Header, What> {
        let octets = window.take(HEADER)?;
        let version = |at| self.order.u16(octets, at).unwrap_or_default();
        let lengths = match (version(4), version(6)) {
            (2, 4..) => Lengths::CapturedFirst,
            (2, 3) => Lengths::Either,
            // 543.0 is DG/UX tcpdump.
            (2, 0..3) | (543, 0) => Lengths::WireFirst,
            (major, minor) => return Err(What::Version { major, minor }),
        };
        // The upper half tells the length of the frame check sequence, and may hold other flags.
        let [.., upper, lower] = self.order.u32(octets, 20).unwrap_or_default().to_be_bytes();
        let link = LinkType(u16::from_be_bytes([upper, lower]));
        let header = Header { link, lengths };
        self.header = Some(header);
        Ok(header)
    }
}

impl Lengths {
    /// Returns the captured length and the length on the wire.
    fn sort(self, first: u32, second: u32) -> (u32, u32) {
        match self {
            Self::CapturedFirst => (first, second),
            Self::WireFirst => (second, first),
            Self::Either => (first.min(second), first.max(second)),
        }
    }
}

const MICROS: u32 = 0xa1b2_c3d4;
const NANOS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;
const HEADER: usize = 24;
const NANOS_PER_SECOND: u32 = 1_000_000_000;
