//! Writes Ethernet and Linux cooked frames.

use crate::link::{ETHERTYPE_IPV4, ETHERTYPE_IPV6};

/// An Ethernet frame.
#[derive(Clone, Copy, Debug)]
pub struct Ethernet<'a> {
    /// Tags from the outside in: protocol identifier and VLAN identifier.
    pub tags: &'a [(u16, u16)],
    /// EtherType; `None` for what the first four bits of the payload say.
    pub ethertype: Option<u16>,
    /// The payload.
    pub payload: &'a [u8],
}

impl Ethernet<'_> {
    /// Writes the frame, padded to 60 octets, between locally administered addresses.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let mut out = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        for (protocol, identifier) in self.tags {
            out.extend(protocol.to_be_bytes());
            out.extend(identifier.to_be_bytes());
        }
        out.extend(self.ethertype.unwrap_or_else(|| ethertype(self.payload)).to_be_bytes());
        out.extend(self.payload);
        out.resize(out.len().max(60), 0);
        out
    }
}

/// Writes an IP packet as a Linux cooked frame.
#[must_use]
pub fn sll(payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
    out.extend(ethertype(payload).to_be_bytes());
    out.extend(payload);
    out
}

/// Writes an IP packet as a Linux cooked frame of version 2.
#[must_use]
pub fn sll2(payload: &[u8]) -> Vec<u8> {
    let mut out = ethertype(payload).to_be_bytes().to_vec();
    out.extend([0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
    out.extend(payload);
    out
}

fn ethertype(payload: &[u8]) -> u16 {
    match payload.first() {
        Some(octet) if octet >> 4 == 6 => ETHERTYPE_IPV6,
        _ => ETHERTYPE_IPV4,
    }
}
