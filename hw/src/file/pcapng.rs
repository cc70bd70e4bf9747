//! pcapng blocks (draft-ietf-opsawg-pcapng).
//!
//! Packets come in enhanced, simple and obsolete packet blocks; interface statistics tell losses
//! and the end of the recording; other blocks are passed over, however long. Lengths are checked
//! against each other, and a file that contradicts itself is not read further.

use super::{
    PACKET_MAX, Packet, Step, fault::What, order::Order, resolution::Resolution, window::Window,
};
use crate::frame::{LinkType, PortId, Timestamp};

/// Reads the blocks of one file.
#[derive(Debug)]
pub(super) struct Reader {
    order: Order,
    /// The interfaces of this section.
    interfaces: Vec<Interface>,
    /// How many interfaces the sections before this one described.
    earlier: usize,
    last: Timestamp,
    end_time: Option<Timestamp>,
    dropped: u64,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    port: PortId,
    snaplen: u32,
    resolution: Resolution,
    /// Losses told by the last statistics block.
    dropped: u64,
}

impl Reader {
    /// Makes a reader for a stream that starts with a section header.
    pub(super) const fn new() -> Self {
        Self {
            order: Order::Little,
            interfaces: Vec::new(),
            earlier: 0,
            last: Timestamp::EPOCH,
            end_time: None,
            dropped: 0,
        }
    }

    /// Returns the latest end of recording told so far (`isb_endtime`).
    pub(super) const fn end_time(&self) -> Option<Timestamp> {
        self.end_time
    }

    /// Returns the losses told so far (`isb_ifdrop`, `isb_osdrop`, drops count).
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Reads the next block.
    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Step<'w>, What> {
        if window.fill(1)? == 0 {
            return Ok(Step::End);
        }
        let head = window.peek(BLOCK_LEAST)?;
        // The section header's type reads the same in either order.
        if self.order.u32(head, 0) == Some(SECTION_HEADER) {
            self.order = byte_order(head)?;
        }
        let order = self.order;
        let kind = order.u32(head, 0).unwrap_or_default();
        let length = order.u32(head, 4).unwrap_or_default();
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if size < least(kind) || !length.is_multiple_of(4) {
            return Err(What::BlockLength { kind, length });
        }
        if !READ.contains(&kind) {
            window.skip(length - 4)?;
            let trailing = order.u32(window.take(4)?, 0);
            let step = if NUMBERED.contains(&kind) { Step::Record } else { Step::Other };
            return matching(length, trailing).map(|()| step);
        }
        if size > BLOCK_MOST {
            return Err(What::BlockLength { kind, length });
        }
        let block = window.take(size)?;
        matching(length, order.u32(block, size - 4))?;
        let body = block.get(8..size - 4).unwrap_or_default();
        match kind {
            SECTION_HEADER => self.section(body),
            INTERFACE => self.interface(body),
            STATISTICS => Ok(self.statistics(body)),
            ENHANCED => Ok(self.enhanced(body)),
            SIMPLE => Ok(self.simple(body)),
            _ => Ok(self.obsolete(body)),
        }
    }

    fn section<'w>(&mut self, body: &[u8]) -> Result<Step<'w>, What> {
        let version = |at| self.order.u16(body, at).unwrap_or_default();
        let (major, minor) = (version(4), version(6));
        if major != 1 {
            return Err(What::Version { major, minor });
        }
        self.earlier += self.interfaces.len();
        self.interfaces.clear();
        Ok(Step::Other)
    }

    fn interface<'w>(&mut self, body: &[u8]) -> Result<Step<'w>, What> {
        let Ok(port) = u16::try_from(self.earlier + self.interfaces.len()) else {
            return Err(What::Interfaces(u32::from(u16::MAX) + 1));
        };
        let order = self.order;
        let (mut unit, mut offset) = (DEFAULT_UNIT, 0);
        for (code, value) in options(order, body.get(8..).unwrap_or_default()) {
            match (code, value) {
                (IF_TSRESOL, [resolution]) => unit = *resolution,
                (IF_TSOFFSET, value) => {
                    offset = order.u64(value, 0).unwrap_or_default().cast_signed();
                }
                _ => {}
            }
        }
        self.interfaces.push(Interface {
            link: LinkType(order.u16(body, 0).unwrap_or_default()),
            port: PortId(port),
            snaplen: order.u32(body, 4).unwrap_or_default(),
            resolution: Resolution::new(unit, offset),
            dropped: 0,
        });
        Ok(Step::Other)
    }

    fn statistics<'w>(&mut self, body: &[u8]) -> Step<'w> {
        let order = self.order;
        let number = order.u32(body, 0).unwrap_or_default();
        let described = self.described();
        let interface = usize::try_from(number).ok().and_then(|n| self.interfaces.get_mut(n));
        let Some(interface) = interface else {
            // Statistics are no packet: nothing is lost by passing them over.
            return Step::Odd(What::Interface { interface: number, described });
        };
        let mut dropped = 0u64;
        for (code, value) in options(order, body.get(12..).unwrap_or_default()) {
            match code {
                ISB_ENDTIME => {
                    let end = order.halves(value, 0).map(|ticks| interface.resolution.time(ticks));
                    self.end_time = self.end_time.max(end);
                }
                ISB_IFDROP | ISB_OSDROP => {
                    dropped = dropped.saturating_add(order.u64(value, 0).unwrap_or_default());
                }
                _ => {}
            }
        }
        // Each block tells the sum since the start of the recording.
        let fresh = dropped.saturating_sub(interface.dropped);
        interface.dropped = interface.dropped.max(dropped);
        self.dropped = self.dropped.saturating_add(fresh);
        Step::Other
    }

    fn enhanced<'w>(&mut self, body: &'w [u8]) -> Step<'w> {
        let number = |at| self.order.u32(body, at).unwrap_or_default();
        let (interface, captured, wire) = (number(0), number(12), number(16));
        let ticks = self.order.halves(body, 4).unwrap_or_default();
        self.packet(interface, Some(ticks), captured, wire, body.get(20..).unwrap_or_default())
    }

    fn simple<'w>(&mut self, body: &'w [u8]) -> Step<'w> {
        let wire = self.order.u32(body, 0).unwrap_or_default();
        let data = body.get(4..).unwrap_or_default();
        let snaplen = self.interfaces.first().map_or(0, |interface| interface.snaplen);
        let captured = if snaplen == 0 { wire } else { wire.min(snaplen) };
        // Its captured length is not written: with a snapshot length of 0 or a lie it is what fits.
        let captured = captured.min(u32::try_from(data.len()).unwrap_or(u32::MAX));
        self.packet(0, None, captured, wire, data)
    }

    fn obsolete<'w>(&mut self, body: &'w [u8]) -> Step<'w> {
        let order = self.order;
        let interface = order.u16(body, 0).unwrap_or_default();
        // All ones says the count is not known.
        let drops = order.u16(body, 2).filter(|&drops| drops != u16::MAX).unwrap_or_default();
        self.dropped = self.dropped.saturating_add(drops.into());
        let number = |at| order.u32(body, at).unwrap_or_default();
        let (captured, wire) = (number(12), number(16));
        let ticks = order.halves(body, 4).unwrap_or_default();
        let data = body.get(20..).unwrap_or_default();
        self.packet(interface.into(), Some(ticks), captured, wire, data)
    }

    fn packet<'w>(
        &mut self,
        interface: u32,
        ticks: Option<u64>,
        captured: u32,
        wire: u32,
        data: &'w [u8],
    ) -> Step<'w> {
        let described = self.described();
        let Some(&Interface { link, port, resolution, .. }) =
            usize::try_from(interface).ok().and_then(|n| self.interfaces.get(n))
        else {
            return Step::Lost(What::Interface { interface, described });
        };
        let limit = u32::try_from(data.len()).unwrap_or(u32::MAX).min(PACKET_MAX);
        let bytes = usize::try_from(captured).ok().and_then(|n| data.get(..n));
        let (Some(bytes), false) = (bytes, captured > limit) else {
            return Step::Lost(What::PacketLength { length: captured, limit });
        };
        // A simple packet has no time: it is taken for that of the packet before it.
        self.last = ticks.map_or(self.last, |ticks| resolution.time(ticks));
        let oddity = (captured > wire).then_some(What::WireLength { captured, wire });
        let wire_len = wire.max(captured);
        Step::Packet(Packet { at: self.last, bytes, wire_len, port, link, oddity })
    }

    fn described(&self) -> u32 {
        u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX)
    }
}

/// Returns the octet order a section header block tells, from its first twelve octets.
pub(super) fn byte_order(head: &[u8]) -> Result<Order, What> {
    match Order::Little.u32(head, 8).unwrap_or_default() {
        BYTE_ORDER => Ok(Order::Little),
        magic if magic.swap_bytes() == BYTE_ORDER => Ok(Order::Big),
        magic => Err(What::ByteOrder(magic)),
    }
}

fn matching(leading: u32, trailing: Option<u32>) -> Result<(), What> {
    match trailing.unwrap_or_default() {
        trailing if trailing == leading => Ok(()),
        trailing => Err(What::TrailingLength { leading, trailing }),
    }
}

/// Walks options up to the end, the end-of-options option or one that overruns.
fn options(order: Order, mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let code = order.u16(rest, 0).filter(|&code| code != END_OF_OPTIONS)?;
        let length = usize::from(order.u16(rest, 2)?);
        let value = rest.get(4..4 + length)?;
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    })
}

/// Returns the least length a block of a type has.
const fn least(kind: u32) -> usize {
    match kind {
        SECTION_HEADER => 28,
        INTERFACE => 20,
        ENHANCED | OBSOLETE => 32,
        SIMPLE => 16,
        STATISTICS => 24,
        _ => BLOCK_LEAST,
    }
}

/// The first four octets of a file.
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE: u32 = 2;
const SIMPLE: u32 = 3;
const STATISTICS: u32 = 5;
const ENHANCED: u32 = 6;
const READ: [u32; 6] = [SECTION_HEADER, INTERFACE, OBSOLETE, SIMPLE, STATISTICS, ENHANCED];
/// Blocks passed over that Wireshark numbers like packets: custom ones, journal entries, sysdig
/// events.
const NUMBERED: [u32; 7] = [0xbad, 0x4000_0bad, 9, 0x204, 0x208, 0x216, 0x221];
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const BLOCK_LEAST: usize = 12;
/// The longest packet and as much again of options.
const BLOCK_MOST: usize = super::window::CAPACITY;
const DEFAULT_UNIT: u8 = 6;
const END_OF_OPTIONS: u16 = 0;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;
const ISB_ENDTIME: u16 = 3;
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;
