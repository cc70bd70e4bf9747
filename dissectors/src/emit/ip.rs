//! Writes IPv4 and IPv6 packets (RFC 791, RFC 8200).

use core::net::IpAddr;

use super::length16;
use crate::ip::{Fragment, SCTP, checksum};

/// An IP packet; IPv4 when the source address is.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Source address.
    pub src: IpAddr,
    /// Destination address, of the same family.
    pub dst: IpAddr,
    /// Protocol of the payload.
    pub protocol: u8,
    /// Place in a fragmented packet.
    pub fragment: Option<Fragment>,
    /// The payload.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Returns a whole packet carrying SCTP.
    #[must_use]
    pub const fn sctp(src: IpAddr, dst: IpAddr, payload: &'a [u8]) -> Self {
        Self { src, dst, protocol: SCTP, fragment: None, payload }
    }

    /// Writes the packet with a right header checksum. A destination of the other family comes out
    /// as zeros.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        match self.src {
            IpAddr::V4(src) => self.v4(src.octets()),
            IpAddr::V6(src) => self.v6(src.octets()),
        }
    }

    fn v4(&self, src: [u8; 4]) -> Vec<u8> {
        let [id, offset] = self.fragment.map_or([0, 0x4000], |fragment| {
            let more = if fragment.more { 0x2000 } else { 0 };
            [u16::try_from(fragment.id & 0xffff).unwrap_or(0), fragment.offset >> 3 | more]
        });
        let dst = match self.dst {
            IpAddr::V4(dst) => dst.octets(),
            IpAddr::V6(_) => [0; 4],
        };
        let mut head = vec![0x45, 0];
        head.extend(length16(20 + self.payload.len()));
        head.extend(id.to_be_bytes());
        head.extend(offset.to_be_bytes());
        head.extend([64, self.protocol]);
        let addresses = [src, dst];
        let sum = checksum(&[&head, addresses.as_flattened()].concat());
        head.extend(sum.to_be_bytes());
        head.extend(addresses.as_flattened());
        head.extend(self.payload);
        head
    }

    fn v6(&self, src: [u8; 16]) -> Vec<u8> {
        let dst = match self.dst {
            IpAddr::V6(dst) => dst.octets(),
            IpAddr::V4(_) => [0; 16],
        };
        let header = self.fragment.map_or_else(Vec::new, |fragment| {
            let mut header = vec![self.protocol, 0];
            header.extend((fragment.offset & !7 | u16::from(fragment.more)).to_be_bytes());
            header.extend(fragment.id.to_be_bytes());
            header
        });
        let mut out = vec![0x60, 0, 0, 0];
        out.extend(length16(header.len() + self.payload.len()));
        out.extend([if header.is_empty() { self.protocol } else { FRAGMENT }, 64]);
        out.extend([src, dst].as_flattened());
        out.extend(header);
        out.extend(self.payload);
        out
    }
}

const FRAGMENT: u8 = 44;
