//! What the builders write for M2PA, M2UA, SUA and tunnels, the dissectors read back.

use core::net::IpAddr;

use picket_dissectors::{
    Notes, emit, ip,
    link::{self, Payload},
    m2pa, m2ua,
    mtp3::Variant,
    sccp::{
        self, Message, MessageType, Segmentation,
        management::{self, Management},
    },
    sua, tunnel,
};
use proptest::{collection::vec, option, prelude::*};

use crate::strategies::{addresses, variants};

/// What an address says, without the digits: those of an unmarked count do not survive SCCP.
fn gist(address: &sccp::Address<'_>) -> impl PartialEq + core::fmt::Debug + use<> {
    let gt = address.gt.map(|gt| (gt.gti, gt.tt, gt.np, gt.nai));
    (address.ri, address.pc, address.ssn, gt)
}

proptest! {
    #[test]
    fn m2pa_comes_back(
        (bsn, fsn) in (0_u32..1 << 24, 0_u32..1 << 24),
        mtp3 in vec(any::<u8>(), 0..40),
        which in 0..3,
    ) {
        let body = match which {
            0 => m2pa::Body::User { priority: 1, mtp3: &mtp3 },
            1 => m2pa::Body::Acknowledgement,
            _ => m2pa::Body::Status(4),
        };
        let written = m2pa::Message { bsn, fsn, body };
        let octets = written.octets();
        let mut notes = Notes::default();
        prop_assert_eq!(m2pa::parse(&octets, &mut notes), Ok(written));
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn m2ua_comes_back(
        interface in option::of(any::<u32>()),
        correlation_id in option::of(any::<u32>()),
        mtp3 in vec(any::<u8>(), 0..40),
    ) {
        let written = m2ua::Data { interface, correlation_id, mtp3: &mtp3, rival: None };
        let octets = written.octets();
        let mut notes = Notes::default();
        let message = m2ua::parse(&octets, &mut notes).unwrap();
        prop_assert_eq!(m2ua::data(&message, &mut notes), Some(written));
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn sua_says_what_sccp_says(
        kind in prop::sample::select(vec![9_u8, 10, 17, 18]),
        (called, calling) in (addresses(), addresses()),
        (class, return_option, hop_counter) in (0_u8..2, any::<bool>(), any::<u8>()),
        data in vec(any::<u8>(), 1..150),
        segmentation in option::of((any::<bool>(), 0_u8..16, 0_u32..1 << 24)),
        importance in option::of(0_u8..8),
    ) {
        let kind = MessageType::from_code(kind).unwrap();
        let (mut called, mut calling) = (called, calling);
        (called.national, calling.national) = (false, false);
        let octet = class | u8::from(return_option) << 7;
        let segmentation = segmentation.map(|(first, remaining, local_reference)| {
            Segmentation { first, class, remaining, local_reference }
        });
        let written = emit::sccp::Unitdata {
            octet: if kind.is_return() { 7 } else { octet },
            kind,
            hop_counter,
            segmentation,
            importance,
            ..emit::sccp::Unitdata::udt(called, calling, &data)
        };
        let (native, adapted) = (written.octets(), emit::sua::connectionless(&written, 9));
        let mut notes = Notes::default();
        let Ok(Message::Unitdata(native)) = sccp::parse(&native, Variant::Itu, &mut notes) else {
            panic!("{native:02x?}")
        };
        let message = sua::parse(&adapted, &mut notes).unwrap();
        let carried = sua::carried(&message, &mut notes).unwrap();
        let Message::Unitdata(adapted) = carried.message else { panic!("{carried:?}") };
        prop_assert_eq!(carried.routing_context, Some(9));
        prop_assert_eq!(native.kind, adapted.kind);
        prop_assert_eq!((native.class, native.return_on_error), (adapted.class, adapted.return_on_error));
        prop_assert_eq!((native.return_cause, native.hop_counter), (adapted.return_cause, adapted.hop_counter));
        prop_assert_eq!(native.importance, adapted.importance);
        // A return does not say its class again, so only SCCP's own parameter keeps it.
        let place = |place: Option<Segmentation>| place.map(|p| (p.first, p.remaining, p.local_reference));
        prop_assert_eq!(place(native.segmentation), place(adapted.segmentation));
        prop_assert_eq!(native.data, adapted.data);
        prop_assert_eq!(gist(&native.called), gist(&adapted.called));
        prop_assert_eq!(gist(&native.calling), gist(&adapted.calling));
        let digits = written.called.gt.map(|gt| gt.digits).unwrap_or_default();
        prop_assert_eq!(adapted.called.digits(), digits);
    }

    #[test]
    fn a_mirrored_frame_comes_out_of_its_tunnel(
        payload in vec(any::<u8>(), 30..80),
        vlan in option::of(1_u16..4095),
        which in 0..4,
    ) {
        let (src, dst): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let packet = emit::ip::Packet::sctp(src, dst, &payload).octets();
        let tags: Vec<_> = vlan.map(|vlan| (0x8100, vlan)).into_iter().collect();
        let frame = emit::link::Ethernet { tags: &tags, ethertype: None, payload: &packet }.octets();
        let (protocol, wrapped) = match which {
            0 => (ip::GRE, emit::tunnel::gre(Some(7), &frame)),
            1 => (ip::GRE, emit::tunnel::erspan(0, 1, &frame)),
            2 => (ip::UDP, emit::tunnel::vxlan(7, &frame)),
            _ => (ip::IPIP, packet.clone()),
        };
        let (src, dst): (IpAddr, IpAddr) = ([198, 51, 100, 1].into(), [198, 51, 100, 2].into());
        let outer = emit::ip::Packet { src, dst, protocol, fragment: None, payload: &wrapped };
        let outer = outer.octets();
        let mirror = emit::link::Ethernet { tags: &[(0x8100, 5)], ethertype: None, payload: &outer };
        let mirror = mirror.octets();
        let mut notes = Notes::default();
        let network = link::parse(link::ETHERNET, &mirror, &mut notes).unwrap();
        let found = tunnel::innermost(network, &mut notes).unwrap();
        let inner = found.packet.unwrap();
        prop_assert_eq!((inner.protocol, inner.payload), (ip::SCTP, &payload[..]));
        prop_assert!(matches!(found.network.payload, Payload::Ip(octets) if octets.starts_with(&packet)));
        prop_assert_eq!(found.network.vlan, vlan.filter(|_| which < 3).or(Some(5)));
    }
}

proptest! {
    #[test]
    fn connections_come_back(
        reference in 0_u32..1 << 24,
        (called, calling) in (addresses(), option::of(addresses())),
        (more, data) in (any::<bool>(), vec(any::<u8>(), 0..100)),
    ) {
        let (mut called, mut calling) = (called, calling);
        called.national = false;
        if let Some(calling) = &mut calling {
            calling.national = false;
        }
        let octets = emit::connection::request(reference, &called, calling.as_ref(), &data);
        let mut notes = Notes::default();
        let Ok(Message::Connection(read)) = sccp::parse(&octets, Variant::Itu, &mut notes) else {
            panic!("{octets:02x?}")
        };
        prop_assert_eq!((read.kind, read.source_reference), (MessageType::Cr, Some(reference)));
        let wanted = called.octets(Variant::Itu);
        prop_assert_eq!(read.called.map(|address| address.octets), Some(&wanted[..]));
        let wanted = calling.map(|calling| calling.octets(Variant::Itu));
        prop_assert_eq!(read.calling.map(|address| address.octets.to_vec()), wanted);
        prop_assert_eq!(read.data.unwrap_or_default(), &data[..]);

        let octets = emit::connection::data_form_1(reference, more, &data);
        let mut notes = Notes::default();
        let Ok(Message::Connection(read)) = sccp::parse(&octets, Variant::Itu, &mut notes) else {
            panic!("{octets:02x?}")
        };
        prop_assert_eq!((read.destination_reference, read.more), (Some(reference), more));
        prop_assert_eq!(read.data, Some(&data[..]));
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn sccp_management_comes_back(
        format in 1_u8..=6,
        (ssn, pc) in (any::<u8>(), 0_u32..1 << 14),
        multiplicity in 0_u8..4,
        level in 0_u8..9,
        variant in variants(),
    ) {
        let written = Management {
            format,
            ssn: Some(ssn),
            pc: Some(pc),
            multiplicity: Some(multiplicity),
            congestion: (format == 6).then_some(level),
        };
        let octets = written.octets(variant);
        let mut notes = Notes::default();
        prop_assert_eq!(management::parse(&octets, variant, &mut notes), Ok(written));
    }
}
