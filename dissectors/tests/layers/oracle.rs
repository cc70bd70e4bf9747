//! Other readers of the same octets: etherparse for Ethernet and IP, the crate `sccp` for SCCP.
//!
//! What they accept we accept with equal values. What they refuse and we accept has a note, but for
//! the differences named where they are tested.

use core::net::IpAddr;

use ::sccp as oracle;
use etherparse::{NetSlice, SlicedPacket};
use picket_dissectors::{
    Note, Notes, emit,
    ip::Fragment,
    link,
    mtp3::Variant,
    sccp::{self, Address, MessageType, RoutingIndicator},
    tunnel,
};
use proptest::{collection::vec, option, prelude::*, sample::Index};

use crate::strategies::addresses;

/// Our digits as the crate spells them; `None` when there is a 15 in them, which it leaves out.
fn spelled(address: &Address<'_>) -> Option<String> {
    let digits = address.digits().to_string();
    let spelled = digits.chars().map(|c| match c {
        'a' => Some('*'),
        'b' => Some('#'),
        'c' => Some('a'),
        'd' => Some('b'),
        'e' => Some('c'),
        'f' => None,
        other => Some(other),
    });
    spelled.collect()
}

fn same_address(ours: &Address<'_>, theirs: &oracle::SccpAddress) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.ri == RoutingIndicator::Ssn, theirs.route_on_ssn);
    // The two spare bits of a point code are not masked there.
    let pc = theirs.point_code.map(|code| u32::from(code) & 0x3fff);
    prop_assert_eq!(ours.pc, pc);
    prop_assert_eq!(ours.ssn, theirs.ssn.map(|ssn| ssn.value()));
    let members = ours.gt.map(|gt| (gt.gti, gt.tt, gt.np, gt.es, gt.nai));
    let wanted = match &theirs.global_title {
        oracle::GlobalTitle::NoTitle => None,
        oracle::GlobalTitle::Gt0001 { nature_of_address, .. } => {
            Some((1, None, None, None, Some(*nature_of_address)))
        }
        oracle::GlobalTitle::Gt0010 { translation_type, .. } => {
            Some((2, Some(*translation_type), None, None, None))
        }
        oracle::GlobalTitle::Gt0011 {
            translation_type, numbering_plan, encoding_scheme, ..
        } => {
            Some((3, Some(*translation_type), Some(*numbering_plan), Some(*encoding_scheme), None))
        }
        oracle::GlobalTitle::Gt0100 {
            translation_type,
            numbering_plan,
            encoding_scheme,
            nature_of_address,
            ..
        } => Some((
            4,
            Some(*translation_type),
            Some(*numbering_plan),
            Some(*encoding_scheme),
            Some(*nature_of_address),
        )),
    };
    prop_assert_eq!(members, wanted);
    // It keeps digits beyond the thirty that are kept here.
    let digits = theirs.global_title.digits().unwrap_or_default();
    let digits: String = digits.chars().take(30).collect();
    if let Some(spelled) = spelled(ours) {
        prop_assert_eq!(spelled, digits);
    }
    Ok(())
}

fn same_message(octets: &[u8]) -> Result<(), TestCaseError> {
    let mut notes = Notes::default();
    let ours = sccp::parse(octets, Variant::Itu, &mut notes);
    let theirs = oracle::SccpMessage::decode(octets);
    match (ours, theirs) {
        (Ok(sccp::Message::Unitdata(ours)), Ok(theirs)) => {
            prop_assert_eq!(ours.data, theirs.data());
            prop_assert_eq!(ours.hop_counter, theirs.hop_counter());
            same_address(&ours.called, theirs.called_party())?;
            same_address(&ours.calling, theirs.calling_party())?;
        }
        (Ok(sccp::Message::Unitdata(_)), Err(error)) => {
            prop_assert!(!notes.is_empty(), "{error:?} {octets:02x?}");
        }
        (Err(error), Ok(_)) => prop_assert!(false, "{error} {octets:02x?}"),
        // It reads no connection-oriented message.
        _ => {}
    }
    Ok(())
}

proptest! {
    #[test]
    fn sccp_reads_the_same(
        kind in prop::sample::select(vec![9_u8, 10, 17, 18, 19, 20]),
        (called, calling) in (addresses(), addresses()),
        (octet, hop_counter) in (any::<u8>(), any::<u8>()),
        data in vec(any::<u8>(), 0..100),
        importance in option::of(0_u8..8),
        bend in option::of((any::<Index>(), any::<u8>())),
        cut in option::of(any::<Index>()),
    ) {
        let written = emit::sccp::Unitdata {
            kind: MessageType::from_code(kind).unwrap(),
            octet,
            hop_counter,
            importance,
            ..emit::sccp::Unitdata::udt(called, calling, &data)
        };
        let mut octets = written.octets();
        if let Some((at, value)) = bend {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        if let Some(at) = cut {
            octets.truncate(at.index(octets.len()));
        }
        same_message(&octets)?;
    }

    #[test]
    fn ethernet_and_ip_read_the_same(
        six in any::<bool>(),
        fragment in option::of((0_u16..0x1fff, any::<bool>(), any::<u16>())),
        tags in vec(0_u16..4096, 0..3),
        payload in vec(any::<u8>(), 1..80),
        bend in option::of((any::<Index>(), any::<u8>())),
    ) {
        let (src, dst): (IpAddr, IpAddr) = if six {
            ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap())
        } else {
            ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap())
        };
        let fragment = fragment
            .map(|(offset, more, id)| Fragment { id: id.into(), offset: offset << 3, more })
            .filter(|fragment| fragment.more || fragment.offset != 0);
        let packet = emit::ip::Packet { fragment, ..emit::ip::Packet::sctp(src, dst, &payload) };
        let packet = packet.octets();
        let tags: Vec<_> = tags.into_iter().map(|vlan| (0x8100, vlan)).collect();
        let mut frame =
            emit::link::Ethernet { tags: &tags, ethertype: None, payload: &packet }.octets();
        if let Some((at, value)) = bend {
            let at = at.index(frame.len());
            frame[at] = value;
        }
        let mut notes = Notes::default();
        let ours = link::parse(link::ETHERNET, &frame, &mut notes)
            .and_then(|network| tunnel::innermost(network, &mut notes))
            .ok()
            .and_then(|found| found.packet);
        let Ok(theirs) = SlicedPacket::from_ethernet(&frame) else { return Ok(()) };
        match theirs.net {
            // A tunnel is passed here and not there.
            _ if notes.contains(Note::IpTunnel) => {}
            Some(NetSlice::Ipv4(net)) => {
                let ours = ours.unwrap();
                prop_assert_eq!(ours.src, IpAddr::from(net.header().source_addr()));
                prop_assert_eq!(ours.dst, IpAddr::from(net.header().destination_addr()));
                prop_assert_eq!(ours.fragment.is_some(), net.is_payload_fragmented());
                prop_assert_eq!(ours.truncated, false);
                // Only IPv6 has extension headers in our eyes; there IPv4 has one, authentication.
                if net.header().protocol().0 != 51 {
                    prop_assert_eq!(ours.protocol, net.header().protocol().0);
                    prop_assert_eq!(ours.payload, net.payload().payload);
                }
            }
            // It stops at mobility, HIP and shim6 headers, which are passed over here.
            Some(NetSlice::Ipv6(net))
                if matches!(net.payload().ip_number.0, 135 | 139 | 140) => {}
            Some(NetSlice::Ipv6(net)) => {
                let ours = ours.unwrap();
                prop_assert_eq!(ours.src, IpAddr::from(net.header().source_addr()));
                prop_assert_eq!(ours.dst, IpAddr::from(net.header().destination_addr()));
                prop_assert_eq!(ours.fragment.is_some(), net.is_payload_fragmented());
                // A fragment is only whole headers to what puts it together.
                if ours.fragment.is_none() && net.header().payload_length() != 0 {
                    prop_assert_eq!(ours.protocol, net.payload().ip_number.0);
                    prop_assert_eq!(ours.payload, net.payload().payload);
                }
            }
            // It does not know the tags of before 802.1ad, which a bend can turn 0x8100 into.
            _ => {}
        }
    }
}
