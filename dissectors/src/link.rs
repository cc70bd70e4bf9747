//! Link layers: Ethernet, Linux cooked captures, raw IP, and the SS7 link types of pcap.
//!
//! Link types are numbered as in pcap files (<https://www.tcpdump.org/linktypes.html>). A short
//! Ethernet frame is padded; the length of the layer above cuts that, not this module.

use nom::{
    Parser,
    bytes::complete::take,
    number::complete::{be_u16, be_u32, le_u32},
};

use crate::{
    error::Error,
    notes::{Note, Notes},
    vlan::{self, Tags},
};

/// What a frame carries, past its link header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network<'a> {
    /// The octets, by what they are.
    pub payload: Payload<'a>,
    /// VLAN identifier of the outermost tag.
    pub vlan: Option<u16>,
    /// VLAN identifier of the innermost tag, when there is more than one.
    pub inner_vlan: Option<u16>,
}

/// The protocol above the link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Payload<'a> {
    /// IPv4 or IPv6, by its first four bits; read by [`crate::ip::parse`].
    Ip(&'a [u8]),
    /// SCTP; read by [`crate::sctp::parse`].
    Sctp(&'a [u8]),
    /// An MTP2 signal unit; read by [`crate::mtp2::parse`].
    Mtp2(&'a [u8]),
    /// An MTP3 message; read by [`crate::mtp3::parse`].
    Mtp3(&'a [u8]),
    /// An SCCP message; read by [`crate::sccp::parse`].
    Sccp(&'a [u8]),
    /// Something that cannot carry SS7, by EtherType; 0 for 802.3 with LLC.
    Other(u16),
}

impl Network<'_> {
    /// Whether the payload is one this crate reads.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        !matches!(self.payload, Payload::Other(_))
    }
}

/// Reads the link header of a frame captured with `link_type`.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for a link type this crate does not have and an error when the
/// frame ends inside its header.
pub fn parse<'a>(link_type: u32, input: &'a [u8], notes: &mut Notes) -> Result<Network<'a>, Error> {
    let network = match link_type {
        ETHERNET => ethernet(input, notes),
        SLL => sll(input, notes),
        SLL2 => sll2(input, notes),
        NULL | LOOP => Ok(bare(loopback(input)?)),
        RAW | RAW_OPENBSD | RAW_BSD | IPV4 | IPV6 => Ok(bare(Payload::Ip(input))),
        MTP2 => Ok(bare(Payload::Mtp2(input))),
        MTP2_WITH_PHDR => {
            let (unit, _) = take::<_, _, Error>(4_usize)(input)?;
            Ok(bare(Payload::Mtp2(unit)))
        }
        MTP3 => Ok(bare(Payload::Mtp3(input))),
        SCCP => Ok(bare(Payload::Sccp(input))),
        SCTP => Ok(bare(Payload::Sctp(input))),
        value => return Err(Error::Unsupported { value }),
    };
    if matches!(network, Err(Error::Truncated { .. })) {
        notes.add(Note::LinkTruncated);
    }
    network
}

/// Reads an Ethernet frame (IEEE 802.3 §3.2), which also travels inside tunnels.
///
/// # Errors
///
/// Returns an error when the frame ends inside its header, tags or labels, or has too many of them.
pub fn ethernet<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Network<'a>, Error> {
    let (rest, (_addresses, ethertype)) = (take::<_, _, Error>(12_usize), be_u16).parse(input)?;
    above(ethertype, rest, notes)
}

/// Reads what an EtherType heads: tags, labels and at last a protocol.
///
/// # Errors
///
/// Returns an error when the octets end inside tags or labels, or there are too many of them.
pub fn above<'a>(ethertype: u16, input: &'a [u8], notes: &mut Notes) -> Result<Network<'a>, Error> {
    let (ethertype, Tags { outer, inner }, rest) = vlan::parse(ethertype, input, notes)?;
    let payload = match ethertype {
        ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => Payload::Ip(rest),
        ETHERTYPE_MPLS | ETHERTYPE_MPLS_MULTICAST => {
            notes.add(Note::IpTunnel);
            let below = vlan::labels(rest, notes)?;
            match below.first().map(|octet| octet >> 4) {
                Some(4 | 6) => Payload::Ip(below),
                // The control word of an Ethernet pseudowire (RFC 4448 §4.6). The frame inside is
                // read once: its own labels are not, which bounds the depth.
                Some(0) => pseudowire(below)?,
                _ => Payload::Other(ethertype),
            }
        }
        // Below 1536 the field is a length and LLC follows (IEEE 802.3 §3.2.6).
        0..1536 => Payload::Other(0),
        other => Payload::Other(other),
    };
    Ok(Network { payload, vlan: outer, inner_vlan: inner })
}

fn pseudowire(input: &[u8]) -> Result<Payload<'_>, Error> {
    let (rest, (_control, _addresses, ethertype)) =
        (be_u32::<_, Error>, take(12_usize), be_u16).parse(input)?;
    let (ethertype, _, rest) = vlan::parse(ethertype, rest, &mut Notes::default())?;
    Ok(match ethertype {
        ETHERTYPE_IPV4 | ETHERTYPE_IPV6 => Payload::Ip(rest),
        other => Payload::Other(other),
    })
}

/// `LINKTYPE_LINUX_SLL`: type, ARPHRD, address length, address, protocol.
fn sll<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Network<'a>, Error> {
    let (rest, (_, ethertype)) = (take::<_, _, Error>(14_usize), be_u16).parse(input)?;
    above(ethertype, rest, notes)
}

/// `LINKTYPE_LINUX_SLL2`: protocol first, then 18 octets of the rest.
fn sll2<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Network<'a>, Error> {
    let (rest, (ethertype, _)) = (be_u16::<_, Error>, take(18_usize)).parse(input)?;
    above(ethertype, rest, notes)
}

/// `LINKTYPE_NULL` writes the address family in the order of the capturing host, `LINKTYPE_LOOP` in
/// network order. Families are small numbers, so the order shows.
fn loopback(input: &[u8]) -> Result<Payload<'_>, Error> {
    let (rest, big) = be_u32::<_, Error>(input)?;
    let (_, little) = le_u32::<_, Error>(input)?;
    let family = big.min(little);
    Ok(match family {
        AF_INET => Payload::Ip(rest),
        family if AF_INET6.contains(&family) => Payload::Ip(rest),
        _ => Payload::Other(0),
    })
}

const fn bare(payload: Payload<'_>) -> Network<'_> {
    Network { payload, vlan: None, inner_vlan: None }
}

/// BSD loopback.
pub const NULL: u32 = 0;
/// Ethernet.
pub const ETHERNET: u32 = 1;
/// Raw IP, as some systems number it.
pub const RAW_BSD: u32 = 12;
/// Raw IP, as OpenBSD numbers it.
pub const RAW_OPENBSD: u32 = 14;
/// Raw IP.
pub const RAW: u32 = 101;
/// OpenBSD loopback.
pub const LOOP: u32 = 108;
/// Linux cooked capture.
pub const SLL: u32 = 113;
/// MTP2 behind a pseudo-header.
pub const MTP2_WITH_PHDR: u32 = 139;
/// MTP2.
pub const MTP2: u32 = 140;
/// MTP3.
pub const MTP3: u32 = 141;
/// SCCP.
pub const SCCP: u32 = 142;
/// Raw IPv4.
pub const IPV4: u32 = 228;
/// Raw IPv6.
pub const IPV6: u32 = 229;
/// SCTP.
pub const SCTP: u32 = 248;
/// Linux cooked capture, version 2.
pub const SLL2: u32 = 276;

/// EtherType of IPv4.
pub const ETHERTYPE_IPV4: u16 = 0x0800;
/// EtherType of IPv6.
pub const ETHERTYPE_IPV6: u16 = 0x86dd;
/// EtherType of MPLS.
pub const ETHERTYPE_MPLS: u16 = 0x8847;
/// EtherType of MPLS with an upstream-assigned label (RFC 5332).
pub const ETHERTYPE_MPLS_MULTICAST: u16 = 0x8848;

const AF_INET: u32 = 2;
/// Linux, NetBSD, FreeBSD and macOS, in this order.
const AF_INET6: [u32; 4] = [10, 24, 28, 30];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_types_lead_to_their_payload() {
        let ethernet = [[0; 12].as_slice(), &[0x08, 0x00, 0x45]].concat();
        let llc = [[0; 12].as_slice(), &[0x00, 0x2e, 0x42, 0x42]].concat();
        let labelled = [[0; 12].as_slice(), &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64, 0x45]].concat();
        let wire = [
            [0; 12].as_slice(),
            &[0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0],
            &[0; 12],
            &[0x81, 0x00, 0, 7, 0x86, 0xdd, 0x60],
        ]
        .concat();
        let sll = [[0; 14].as_slice(), &[0x81, 0x00, 0x00, 0x05, 0x08, 0x00, 0x45]].concat();
        let sll2 = [[0x86, 0xdd].as_slice(), &[0; 18], &[0x60]].concat();
        for (link_type, octets, want, vlan) in [
            (ETHERNET, &ethernet[..], Payload::Ip(&[0x45]), None),
            (ETHERNET, &llc, Payload::Other(0), None),
            (ETHERNET, &labelled, Payload::Ip(&[0x45]), None),
            (ETHERNET, &wire, Payload::Ip(&[0x60]), None),
            (SLL, &sll, Payload::Ip(&[0x45]), Some(5)),
            (SLL2, &sll2, Payload::Ip(&[0x60]), None),
            (NULL, &[2, 0, 0, 0, 0x45], Payload::Ip(&[0x45]), None),
            (LOOP, &[0, 0, 0, 30, 0x60], Payload::Ip(&[0x60]), None),
            (LOOP, &[0, 0, 0, 7, 0x60], Payload::Other(0), None),
            (RAW, &[0x45], Payload::Ip(&[0x45]), None),
            (MTP2, &[1], Payload::Mtp2(&[1]), None),
            (MTP2_WITH_PHDR, &[0, 2, 0, 1, 9], Payload::Mtp2(&[9]), None),
            (MTP3, &[0x83], Payload::Mtp3(&[0x83]), None),
            (SCCP, &[9], Payload::Sccp(&[9]), None),
            (SCTP, &[9], Payload::Sctp(&[9]), None),
        ] {
            let got = parse(link_type, octets, &mut Notes::default()).unwrap();
            assert_eq!((got.payload, got.vlan), (want, vlan), "{link_type} {octets:02x?}");
        }
    }

    #[test]
    fn a_frame_cut_inside_its_header_is_noted() {
        let mut notes = Notes::default();
        assert!(parse(ETHERNET, &[0; 13], &mut notes).is_err());
        assert!(notes.contains(Note::LinkTruncated));
        assert_eq!(parse(147, &[], &mut notes), Err(Error::Unsupported { value: 147 }));
    }
}
