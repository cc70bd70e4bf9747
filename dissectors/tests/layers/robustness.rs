//! No octets, random or bent from good ones, make any layer panic or run on.

use core::net::IpAddr;

use picket_dissectors::{
    Digits, Notes, emit, link, m3ua, mtp3,
    mtp3::Variant,
    sccp::{self, MessageType},
    sctp,
};
use proptest::{collection::vec, option, prelude::*, sample::Index};

use crate::{strategies::variants, walk};

const LINK_TYPES: [u32; 15] = [
    link::NULL,
    link::ETHERNET,
    link::RAW_BSD,
    link::RAW_OPENBSD,
    link::RAW,
    link::LOOP,
    link::SLL,
    link::MTP2_WITH_PHDR,
    link::MTP2,
    link::MTP3,
    link::SCCP,
    link::IPV4,
    link::IPV6,
    link::SCTP,
    link::SLL2,
];

fn read_as_everything(octets: &[u8], variant: Variant) {
    let mut notes = Notes::default();
    for link_type in LINK_TYPES {
        walk::frame(link_type, octets, variant, &mut notes);
    }
    for ppid in 2..=5 {
        walk::user_message(Some(ppid), octets, variant, &mut notes);
    }
    sccp::address::parse(octets, variant, &mut notes);
    // Management may be refused only for want of octets.
    let management = sccp::management::parse(octets, variant, &mut notes);
    assert_eq!(management.is_err(), octets.is_empty());
}

/// A frame of every layer: two chunks, the first XUDT, the second SUA or M2PA.
fn good_frame(six: bool, data: &[u8]) -> Vec<u8> {
    let number = Digits::parse("15550100").unwrap_or_default();
    let home = emit::sccp::Address::e164(number, 6);
    let unitdata = emit::sccp::Unitdata {
        kind: MessageType::Xudt,
        segmentation: sccp::Segmentation::parse(&[0x81, 1, 2, 3]),
        importance: Some(3),
        ..emit::sccp::Unitdata::udt(home, emit::sccp::Address::ssn(Some(257), 8), data)
    };
    let user = unitdata.octets();
    let protocol_data =
        mtp3::Message { opc: 257, dpc: 514, si: mtp3::SCCP, ni: 2, mp: 0, sls: 5, user: &user };
    let m3ua = m3ua::Data {
        network_appearance: Some(1),
        routing_context: Some(2),
        protocol_data,
        rival: None,
        correlation_id: None,
    };
    let m3ua = m3ua.octets();
    let sua = emit::sua::connectionless(&unitdata, 1);
    let packet = emit::sctp::Packet {
        source_port: 2905,
        destination_port: 2905,
        verification_tag: 1,
        chunks: vec![
            emit::sctp::sack(1),
            emit::sctp::data(&emit::sctp::whole(1, 0, 0, sctp::PPID_M3UA, &m3ua)),
            emit::sctp::data(&emit::sctp::whole(2, 0, 1, sctp::PPID_SUA, &sua)),
        ],
    };
    let packet = packet.octets();
    let (src, dst): (IpAddr, IpAddr) = if six {
        ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(), [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into())
    } else {
        ([192, 0, 2, 1].into(), [192, 0, 2, 2].into())
    };
    let packet = emit::ip::Packet::sctp(src, dst, &packet).octets();
    emit::link::Ethernet { tags: &[(0x8100, 9)], ethertype: None, payload: &packet }.octets()
}

#[test]
fn the_good_frame_is_read_to_its_end() {
    for six in [false, true] {
        let frame = good_frame(six, &[1, 2, 3]);
        let mut notes = Notes::default();
        let found = walk::frame(link::ETHERNET, &frame, Variant::Itu, &mut notes);
        let names: Vec<_> = found.iter().map(|found| found.adaptation).collect();
        assert_eq!(names, ["DATA", "CLDT"], "{notes:?}");
        for found in found {
            let Some(sccp::Message::Unitdata(message)) = found.sccp else { panic!("{found:?}") };
            assert_eq!(message.data, [1, 2, 3]);
            assert_eq!(message.called.digits().to_string(), "15550100");
        }
    }
}

proptest! {
    #[test]
    fn random_octets(octets in vec(any::<u8>(), 0..300), variant in variants()) {
        read_as_everything(&octets, variant);
    }

    #[test]
    fn random_sccp(kind in 1_u8..=20, octets in vec(any::<u8>(), 0..80), variant in variants()) {
        let octets = [&[kind][..], &octets].concat();
        let _ = sccp::parse(&octets, variant, &mut Notes::default());
    }

    #[test]
    fn bent_frames(
        six in any::<bool>(),
        data in vec(any::<u8>(), 0..40),
        bends in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in option::of(any::<Index>()),
        grow in option::of((any::<Index>(), vec(any::<u8>(), 1..20))),
        variant in variants(),
    ) {
        let mut frame = good_frame(six, &data);
        for (at, value) in bends {
            let at = at.index(frame.len());
            frame[at] = value;
        }
        if let Some((at, more)) = grow {
            let at = at.index(frame.len());
            frame.splice(at..at, more);
        }
        if let Some(at) = cut {
            frame.truncate(at.index(frame.len()));
        }
        let mut notes = Notes::default();
        let found = walk::frame(link::ETHERNET, &frame, variant, &mut notes);
        prop_assert!(found.len() <= frame.len());
        read_as_everything(&frame, variant);
    }

    #[test]
    fn bent_sccp(
        at in any::<Index>(),
        value in any::<u8>(),
        data in vec(any::<u8>(), 0..40),
        variant in variants(),
    ) {
        let number = Digits::parse("1555010012").unwrap_or_default();
        let home = emit::sccp::Address::e164(number, 6);
        for kind in [9_u8, 17, 18, 19] {
            let Some(kind) = MessageType::from_code(kind) else { continue };
            let written = emit::sccp::Unitdata {
                kind,
                importance: Some(1),
                ..emit::sccp::Unitdata::udt(home, home, &data)
            };
            let mut octets = written.octets();
            let at = at.index(octets.len());
            octets[at] = value;
            let mut notes = Notes::default();
            if sccp::parse(&octets, variant, &mut notes).is_err() {
                // Only a type that is not known, or one whose fixed part is longer, is refused.
                prop_assert_eq!(at, 0);
            }
        }
    }
}
