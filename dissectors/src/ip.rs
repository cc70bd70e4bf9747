//! IPv4 (RFC 791) and IPv6 (RFC 8200).
//!
//! Fragments are returned as such: putting them together is state and the caller's. A packet whose
//! length exceeds the octets captured is read as far as it goes and marked truncated.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::{
    Parser,
    bytes::complete::take,
    number::complete::{be_u8, be_u16, be_u32, be_u128},
};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// One IP packet or fragment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// Protocol of the payload, past any extension headers (RFC 791 §3.1, RFC 8200 §4).
    pub protocol: u8,
    /// Place in a fragmented packet; `None` for a whole one.
    pub fragment: Option<Fragment>,
    /// Whether the capture cut the payload short.
    pub truncated: bool,
    /// The payload, without link padding.
    pub payload: &'a [u8],
}

/// Where a fragment belongs (RFC 791 §3.1, RFC 8200 §4.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fragment {
    /// Identification, 16 bits in IPv4.
    pub id: u32,
    /// Offset in octets.
    pub offset: u16,
    /// Whether more fragments follow.
    pub more: bool,
}

/// Reads a packet of either version.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for another version and an error when the octets end inside the
/// header or an extension header.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Packet<'a>, Error> {
    let (_, first) = be_u8::<_, Error>(input)?;
    let packet = match first >> 4 {
        4 => v4(input, notes),
        6 => v6(input, notes),
        version => return Err(Error::Unsupported { value: version.into() }),
    };
    match packet {
        Ok(packet) if packet.fragment.is_some() => notes.add(Note::IpFragment),
        Err(Error::Truncated { .. }) => notes.add(Note::LinkTruncated),
        _ => {}
    }
    packet
}

impl Packet<'_> {
    /// Returns the packet with the IPv6 extension headers that begin its payload passed over, as
    /// needed after fragments were put together.
    ///
    /// # Errors
    ///
    /// Returns an error when the payload ends inside a header or has more than sixteen.
    pub fn past_extensions(mut self) -> Result<Self, Error> {
        if self.src.is_ipv6() && self.fragment.is_none() {
            (self.protocol, self.fragment, self.payload) = extensions(self.protocol, self.payload)?;
        }
        Ok(self)
    }
}

fn v4<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Packet<'a>, Error> {
    let (rest, (version_length, _tos, total, id, flags_offset)) =
        (be_u8::<_, Error>, be_u8, be_u16, be_u16, be_u16).parse(input)?;
    let (_, (_ttl, protocol, _checksum, src, dst)) =
        (be_u8::<_, Error>, be_u8, be_u16, be_u32, be_u32).parse(rest)?;
    let header_length = usize::from(version_length & 15) * 4;
    if header_length < V4_HEADER {
        return Err(Error::Length { value: u32::from(version_length & 15) });
    }
    let (rest, header) = take::<_, _, Error>(header_length)(input)?;
    // A checksum of zero is one the sending network card was still to fill in.
    if header.get(10..12) != Some(&[0, 0]) && checksum(header) != 0 {
        notes.add(Note::IpHeaderChecksum);
    }
    let (payload, truncated) = bound(rest, usize::from(total), header_length, notes);
    let fragment = Fragment {
        id: id.into(),
        offset: (flags_offset & 0x1fff) << 3,
        more: flags_offset & 0x2000 != 0,
    };
    Ok(Packet {
        src: Ipv4Addr::from_bits(src).into(),
        dst: Ipv4Addr::from_bits(dst).into(),
        protocol,
        fragment: (fragment.more || fragment.offset != 0).then_some(fragment),
        truncated,
        payload,
    })
}

fn v6<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Packet<'a>, Error> {
    let (rest, (_version_class_flow, length, next_header, _hop_limit, src, dst)) =
        (be_u32::<_, Error>, be_u16, be_u8, be_u8, be_u128, be_u128).parse(input)?;
    let (payload, truncated) = bound(rest, usize::from(length), 0, notes);
    let (protocol, fragment, payload) = extensions(next_header, payload)?;
    Ok(Packet {
        src: Ipv6Addr::from_bits(src).into(),
        dst: Ipv6Addr::from_bits(dst).into(),
        protocol,
        fragment,
        truncated,
        payload,
    })
}

/// Cuts `rest` to the length in the header, `already` octets of which are behind it. A length of
/// zero is left by segmentation offload and by jumbograms (RFC 2675): all octets count then.
fn bound<'a>(rest: &'a [u8], length: usize, already: usize, notes: &mut Notes) -> (&'a [u8], bool) {
    if length == 0 {
        return (rest, false);
    }
    let want = length.saturating_sub(already);
    if let Some(payload) = rest.get(..want)
        && length >= already
    {
        return (payload, false);
    }
    notes.add(Note::IpLengthMismatch);
    (rest, true)
}

/// Passes over extension headers (RFC 8200 §4) up to the first fragment or the upper layer.
fn extensions(
    mut next_header: u8,
    mut input: &[u8],
) -> Result<(u8, Option<Fragment>, &[u8]), Error> {
    for _ in 0..MAX_EXTENSIONS {
        let size = match next_header {
            HOP_BY_HOP | ROUTING | DESTINATION | MOBILITY | HIP | SHIM6 => {
                let (_, (_, length)) = (be_u8::<_, Error>, be_u8).parse(input)?;
                8 + 8 * usize::from(length)
            }
            // The authentication header counts in fours (RFC 4302 §2.2).
            AUTHENTICATION => {
                let (_, (_, length)) = (be_u8::<_, Error>, be_u8).parse(input)?;
                8 + 4 * usize::from(length)
            }
            FRAGMENT => {
                let (rest, (next, _, offset_more, id)) =
                    (be_u8::<_, Error>, be_u8, be_u16, be_u32).parse(input)?;
                let fragment =
                    Fragment { id, offset: offset_more & !7, more: offset_more & 1 == 1 };
                if fragment.more || fragment.offset != 0 {
                    return Ok((next, Some(fragment), rest));
                }
                // An atomic fragment is a whole packet (RFC 6946).
                8
            }
            _ => return Ok((next_header, None, input)),
        };
        let (rest, header) = take::<_, _, Error>(size)(input)?;
        next_header = header.first().copied().unwrap_or(NO_NEXT_HEADER);
        input = rest;
    }
    Err(Error::Depth)
}

/// Returns the Internet checksum of `octets` (RFC 1071): zero over a header with a right one.
pub(crate) fn checksum(octets: &[u8]) -> u16 {
    let mut sum = 0_u32;
    for pair in octets.chunks(2) {
        let high = pair.first().copied().unwrap_or(0);
        let low = pair.get(1).copied().unwrap_or(0);
        sum = sum.wrapping_add(u16::from_be_bytes([high, low]).into());
    }
    while let carry @ 1.. = sum >> 16 {
        sum = (sum & 0xffff) + carry;
    }
    !u16::try_from(sum).unwrap_or(0)
}

/// IPv4 in IP (RFC 2003).
pub const IPIP: u8 = 4;
/// UDP.
pub const UDP: u8 = 17;
/// IPv6 in IP (RFC 2473).
pub const IPV6: u8 = 41;
/// Generic routing encapsulation.
pub const GRE: u8 = 47;
/// SCTP.
pub const SCTP: u8 = 132;

const V4_HEADER: usize = 20;
const MAX_EXTENSIONS: usize = 16;
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const NO_NEXT_HEADER: u8 = 59;
const DESTINATION: u8 = 60;
const MOBILITY: u8 = 135;
const HIP: u8 = 139;
const SHIM6: u8 = 140;

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 header from 192.0.2.1 to 192.0.2.2 with the right checksum, and `payload`.
    fn packet(total: u16, flags_offset: u16, payload: &[u8]) -> Vec<u8> {
        let mut header =
            vec![0x45, 0, 0, 0, 0, 7, 0, 0, 64, SCTP, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
        header[2..4].copy_from_slice(&total.to_be_bytes());
        header[6..8].copy_from_slice(&flags_offset.to_be_bytes());
        let sum = checksum(&header);
        header[10..12].copy_from_slice(&sum.to_be_bytes());
        header.extend(payload);
        header
    }

    #[test]
    fn lengths_cut_padding_and_mark_truncation() {
        for (total, octets, want, truncated) in [
            (24, &[1, 2, 3, 4, 0, 0][..], &[1, 2, 3, 4][..], false),
            (24, &[1, 2], &[1, 2], true),
            (0, &[1, 2], &[1, 2], false),
            (19, &[1, 2], &[1, 2], true),
        ] {
            let (mut notes, octets) = (Notes::default(), packet(total, 0, octets));
            let got = parse(&octets, &mut notes).unwrap();
            assert_eq!((got.payload, got.truncated), (want, truncated), "{total}");
            assert_eq!(notes.contains(Note::IpLengthMismatch), truncated, "{total}");
            assert!(!notes.contains(Note::IpHeaderChecksum), "{total}");
        }
    }

    #[test]
    fn fragments_and_checksums_are_noted() {
        let mut notes = Notes::default();
        let mut octets = packet(22, 0x2003, &[1, 2]);
        octets[11] ^= 1;
        let got = parse(&octets, &mut notes).unwrap();
        assert_eq!(got.fragment, Some(Fragment { id: 7, offset: 24, more: true }));
        assert!(notes.iter().eq([Note::IpFragment, Note::IpHeaderChecksum]));
    }

    #[test]
    fn extension_headers_lead_to_the_upper_layer() {
        let hop = [DESTINATION, 0, 0, 0, 0, 0, 0, 0];
        let destination = [FRAGMENT, 0, 0, 0, 0, 0, 0, 0];
        for (offset_more, want) in
            [(0_u16, None), (0x0009, Some(Fragment { id: 5, offset: 8, more: true }))]
        {
            let mut octets = vec![0x60, 0, 0, 0, 0, 26, HOP_BY_HOP, 64];
            octets.extend([0; 32]);
            octets.extend(hop);
            octets.extend(destination);
            octets.extend([SCTP, 0]);
            octets.extend(offset_more.to_be_bytes());
            octets.extend([0, 0, 0, 5, 0xaa, 0xbb, 0, 0]);
            let got = parse(&octets, &mut Notes::default()).unwrap();
            assert_eq!((got.protocol, got.fragment), (SCTP, want));
            assert_eq!(got.payload, [0xaa, 0xbb]);
        }
        let endless = [HOP_BY_HOP, 0, 0, 0, 0, 0, 0, 0].repeat(17);
        assert_eq!(extensions(HOP_BY_HOP, &endless), Err(Error::Depth));
    }
}
