//! Tunnels that mirror ports and virtual networks wrap packets in.
//!
//! GRE (RFC 2784, RFC 2890), ERSPAN types I to III (draft-foschiano-erspan), VXLAN (RFC 7348), IP in
//! IP (RFC 2003, RFC 2473), SCTP in UDP (RFC 6951). MPLS labels belong to [`crate::link`].

use nom::{
    Parser,
    bytes::complete::take,
    number::complete::{be_u8, be_u16, be_u32},
};

use crate::{
    error::Error,
    ip::{self, Packet},
    link::{self, Network, Payload},
    notes::{Note, Notes},
};

/// What is left of a frame once tunnels are passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Innermost<'a> {
    /// The innermost network: for anything but IP its payload is what to read next.
    pub network: Network<'a>,
    /// The innermost IP packet, or the fragment that must be put together before going on.
    pub packet: Option<Packet<'a>>,
}

/// Reads IP and tunnels, to a depth of [`MAX_DEPTH`], until something that is neither or a fragment.
///
/// The VLAN identifiers are those of the innermost frame that has any. A tunnel that cannot be read
/// leaves the packet around it.
///
/// # Errors
///
/// Returns an error when the outermost IP header cannot be read.
pub fn innermost<'a>(network: Network<'a>, notes: &mut Notes) -> Result<Innermost<'a>, Error> {
    let mut found = Innermost { network, packet: None };
    for _ in 0..MAX_DEPTH {
        let Payload::Ip(octets) = found.network.payload else { break };
        let packet = match ip::parse(octets, notes) {
            Ok(packet) => packet,
            Err(error) if found.packet.is_none() => return Err(error),
            Err(_) => break,
        };
        found.packet = Some(packet);
        let Some(inner) = within(&packet, notes) else { break };
        let tagged = if inner.vlan.is_some() { inner } else { found.network };
        found.network =
            Network { payload: inner.payload, vlan: tagged.vlan, inner_vlan: tagged.inner_vlan };
    }
    Ok(found)
}

/// Returns what a packet carries in a tunnel; `None` when it is a fragment, no tunnel or unreadable.
pub fn within<'a>(packet: &Packet<'a>, notes: &mut Notes) -> Option<Network<'a>> {
    if packet.fragment.is_some() {
        return None;
    }
    let network = match packet.protocol {
        ip::IPIP | ip::IPV6 => Ok(Some(plain(Payload::Ip(packet.payload)))),
        ip::GRE => gre(packet.payload, notes),
        ip::UDP => udp(packet.payload, notes),
        _ => return None,
    };
    match network {
        Ok(Some(network)) => {
            notes.add(Note::IpTunnel);
            Some(network)
        }
        Ok(None) => None,
        Err(_) => {
            notes.add(Note::LinkTruncated);
            None
        }
    }
}

fn gre<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Option<Network<'a>>, Error> {
    let (rest, (flags, protocol)) = (be_u16::<_, Error>, be_u16).parse(input)?;
    // Version 1 is PPTP (RFC 2637); source routes (bit 1) are of RFC 1701 and gone.
    if flags & (VERSION_BITS | ROUTING_BIT) != 0 {
        return Ok(None);
    }
    let options = [CHECKSUM_BIT, KEY_BIT, SEQUENCE_BIT];
    let size = 4 * options.iter().filter(|&&bit| flags & bit != 0).count();
    let (rest, _) = take::<_, _, Error>(size)(rest)?;
    match protocol {
        BRIDGED => link::ethernet(rest, notes),
        // Without a sequence number it is type I, which has no header of its own.
        ERSPAN_TWO if flags & SEQUENCE_BIT == 0 => link::ethernet(rest, notes),
        ERSPAN_TWO => erspan(rest, 4, notes),
        ERSPAN_THREE => {
            let optional = rest.get(11).is_some_and(|octet| octet & 1 != 0);
            erspan(rest, if optional { 16 } else { 8 }, notes)
        }
        other => link::above(other, rest, notes),
    }
    .map(Some)
}

/// Reads the header of ERSPAN, `tail` octets of which follow its first four: version, VLAN, session.
fn erspan<'a>(input: &'a [u8], tail: usize, notes: &mut Notes) -> Result<Network<'a>, Error> {
    let (rest, (version_vlan, _session, _)) =
        (be_u16::<_, Error>, be_u16, take(tail)).parse(input)?;
    let mut network = link::ethernet(rest, notes)?;
    let vlan = version_vlan & 0x0fff;
    if network.vlan.is_none() && vlan != 0 {
        network.vlan = Some(vlan);
    }
    Ok(network)
}

fn udp<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Option<Network<'a>>, Error> {
    let (rest, (source, destination, _length, _checksum)) =
        (be_u16::<_, Error>, be_u16, be_u16, be_u16).parse(input)?;
    if VXLAN_PORTS.contains(&destination) {
        let (frame, (flags, _, _network)) =
            (be_u8::<_, Error>, take(3_usize), be_u32).parse(rest)?;
        // The I bit says that the network identifier is valid (RFC 7348 §5).
        return if flags & 8 != 0 { link::ethernet(frame, notes).map(Some) } else { Ok(None) };
    }
    let sctp = source == SCTP_PORT || destination == SCTP_PORT;
    Ok(sctp.then(|| plain(Payload::Sctp(rest))))
}

const fn plain(payload: Payload<'_>) -> Network<'_> {
    Network { payload, vlan: None, inner_vlan: None }
}

/// The most tunnels one inside the other that are read.
pub const MAX_DEPTH: usize = 4;

const CHECKSUM_BIT: u16 = 0x8000;
const ROUTING_BIT: u16 = 0x4000;
const KEY_BIT: u16 = 0x2000;
const SEQUENCE_BIT: u16 = 0x1000;
const VERSION_BITS: u16 = 7;
/// Transparent Ethernet bridging (RFC 7637 §3.2).
const BRIDGED: u16 = 0x6558;
const ERSPAN_TWO: u16 = 0x88be;
const ERSPAN_THREE: u16 = 0x22eb;
/// The port of RFC 7348 and the one Linux had before it.
const VXLAN_PORTS: [u16; 2] = [4789, 8472];
const SCTP_PORT: u16 = 9899;

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::*;

    const SRC: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn packet(protocol: u8, payload: &[u8]) -> Packet<'_> {
        Packet { src: SRC, dst: SRC, protocol, fragment: None, truncated: false, payload }
    }

    /// An Ethernet header with a VLAN tag, around the first octet of an IPv4 packet.
    fn frame(vlan: u8) -> Vec<u8> {
        [&[0; 12][..], &[0x81, 0, 0, vlan, 8, 0, 0x45]].concat()
    }

    #[test]
    fn each_tunnel_gives_what_it_carries() {
        let bare = [&[0; 12][..], &[8, 0, 0x45]].concat();
        let with = |head: &[u8], tail: &[u8]| [head, tail].concat();
        for (protocol, payload, vlan) in [
            (ip::IPIP, vec![0x45], None),
            (ip::IPV6, vec![0x45], None),
            (ip::GRE, vec![0, 0, 8, 0, 0x45], None),
            (ip::GRE, vec![0xb0, 0, 8, 0, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 0x45], None),
            (ip::GRE, with(&[0x20, 0, 0x65, 0x58, 0, 0, 1, 0], &frame(9)), Some(9)),
            (ip::GRE, with(&[0, 0, 0x88, 0xbe], &frame(9)), Some(9)),
            (
                ip::GRE,
                with(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 7, 0, 0, 0, 0, 0, 0], &bare),
                Some(7),
            ),
            (
                ip::GRE,
                with(
                    &[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                    &frame(9),
                ),
                Some(9),
            ),
            (
                ip::GRE,
                with(
                    &[
                        0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
                        0, 0, 0, 0, 0, 0, 0,
                    ],
                    &bare,
                ),
                Some(7),
            ),
            (
                ip::UDP,
                with(&[0, 1, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0], &frame(3)),
                Some(3),
            ),
        ] {
            let mut notes = Notes::default();
            let got = within(&packet(protocol, &payload), &mut notes).unwrap();
            assert_eq!((got.payload, got.vlan), (Payload::Ip(&[0x45]), vlan), "{payload:02x?}");
            assert!(notes.iter().eq([Note::IpTunnel]), "{payload:02x?}");
        }
        let octets = [0x26, 0xab, 0x26, 0xab, 0, 0, 0, 0, 9];
        let got = within(&packet(ip::UDP, &octets), &mut Notes::default()).unwrap();
        assert_eq!(got.payload, Payload::Sctp(&[9]));
    }

    #[test]
    fn what_is_no_tunnel_or_is_cut_stays_as_it_is() {
        for (protocol, payload, noted) in [
            (ip::SCTP, &[0_u8; 12][..], false),
            (ip::UDP, &[0, 53, 0, 53, 0, 8, 0, 0], false),
            (ip::GRE, &[0, 1, 0x88, 0x0b, 0, 0, 0, 0], false),
            (ip::GRE, &[0x20, 0, 8, 0, 1], true),
        ] {
            let mut notes = Notes::default();
            assert_eq!(within(&packet(protocol, payload), &mut notes), None, "{payload:02x?}");
            assert_eq!(notes.contains(Note::LinkTruncated), noted, "{payload:02x?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let mut octets = Vec::new();
        for _ in 0..40 {
            let mut head = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, ip::IPIP, 0, 0];
            head.extend([192, 0, 2, 1, 192, 0, 2, 2]);
            octets.splice(0..0, head);
        }
        let found = innermost(plain(Payload::Ip(&octets)), &mut Notes::default()).unwrap();
        let Payload::Ip(rest) = found.network.payload else { panic!("{found:?}") };
        assert_eq!(rest.len(), octets.len() - MAX_DEPTH * 20);
    }
}
