//! Writes SCTP packets and chunks (RFC 9260, RFC 8260).

use core::net::IpAddr;

use super::{length16, pad};
use crate::sctp::{self, DATA, I_DATA, INIT, INIT_ACK, IPV4_ADDRESS, IPV6_ADDRESS, SACK};

/// An SCTP packet.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Verification tag.
    pub verification_tag: u32,
    /// Chunks as written by [`chunk`] and its siblings.
    pub chunks: Vec<Vec<u8>>,
}

impl Packet {
    /// Writes the packet with a right checksum.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let chunks = self.chunks.concat();
        let checksum = sctp::Packet {
            source_port: self.source_port,
            destination_port: self.destination_port,
            verification_tag: self.verification_tag,
            checksum: 0,
            chunks: &chunks,
        }
        .computed_checksum();
        let mut out = Vec::with_capacity(12 + chunks.len());
        out.extend(self.source_port.to_be_bytes());
        out.extend(self.destination_port.to_be_bytes());
        out.extend(self.verification_tag.to_be_bytes());
        out.extend(checksum.to_le_bytes());
        out.extend(chunks);
        out
    }
}

/// Where the checksum of a packet begins.
pub const CHECKSUM: usize = 8;

/// Writes any chunk, padded.
#[must_use]
pub fn chunk(kind: u8, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind, flags];
    out.extend(length16(4 + value.len()));
    out.extend(value);
    pad(&mut out);
    out
}

/// Writes a DATA chunk, or I-DATA when it has a fragment number.
#[must_use]
pub fn data(data: &sctp::Data<'_>) -> Vec<u8> {
    let flags = [data.immediate, data.unordered, data.beginning, data.ending]
        .iter()
        .fold(0, |flags, &bit| flags << 1 | u8::from(bit));
    let mut value = data.tsn.to_be_bytes().to_vec();
    value.extend(data.stream.to_be_bytes());
    let ppid = data.ppid.unwrap_or(0);
    let kind = if let Some(fragment) = data.fragment {
        value.extend([0, 0]);
        value.extend(data.message.to_be_bytes());
        value.extend(if data.beginning { ppid } else { fragment }.to_be_bytes());
        I_DATA
    } else {
        value.extend(u16::try_from(data.message & 0xffff).unwrap_or(0).to_be_bytes());
        value.extend(ppid.to_be_bytes());
        DATA
    };
    value.extend(data.payload);
    chunk(kind, flags, &value)
}

/// Returns a DATA chunk value that holds a whole user message.
#[must_use]
pub const fn whole(tsn: u32, stream: u16, ssn: u16, ppid: u32, payload: &[u8]) -> sctp::Data<'_> {
    sctp::Data {
        immediate: false,
        unordered: false,
        beginning: true,
        ending: true,
        tsn,
        stream,
        message: ssn as u32,
        fragment: None,
        ppid: Some(ppid),
        payload,
    }
}

/// Writes INIT, or INIT ACK when `ack`, listing `addresses`.
#[must_use]
pub fn init(ack: bool, initiate_tag: u32, initial_tsn: u32, addresses: &[IpAddr]) -> Vec<u8> {
    let mut value = initiate_tag.to_be_bytes().to_vec();
    value.extend([0, 1, 0, 0, 0, 16, 0, 16]);
    value.extend(initial_tsn.to_be_bytes());
    for address in addresses {
        match address {
            IpAddr::V4(v4) => {
                value.extend(IPV4_ADDRESS.to_be_bytes());
                value.extend([0, 8]);
                value.extend(v4.octets());
            }
            IpAddr::V6(v6) => {
                value.extend(IPV6_ADDRESS.to_be_bytes());
                value.extend([0, 20]);
                value.extend(v6.octets());
            }
        }
    }
    chunk(if ack { INIT_ACK } else { INIT }, 0, &value)
}

/// Writes a SACK without gaps.
#[must_use]
pub fn sack(cumulative_tsn: u32) -> Vec<u8> {
    let mut value = cumulative_tsn.to_be_bytes().to_vec();
    value.extend([0, 1, 0, 0, 0, 0, 0, 0]);
    chunk(SACK, 0, &value)
}
