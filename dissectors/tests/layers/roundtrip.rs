//! What the builders write for the layers up to SCCP, the dissectors read back.

use core::net::IpAddr;

use picket_dissectors::{
    Note, Notes, emit,
    ip::{self, Fragment},
    link::{self, Payload},
    m3ua, mtp3,
    mtp3::Variant,
    sccp::{self, Message, MessageType, Segmentation},
    sctp::{self, Chunk},
};
use proptest::{collection::vec, option, prelude::*};

use crate::strategies::{addresses, variants};

fn check_address(
    written: &emit::sccp::Address,
    read: &sccp::Address<'_>,
    variant: Variant,
) -> Result<(), TestCaseError> {
    prop_assert_eq!((written.ri, written.pc, written.ssn), (read.ri, read.pc, read.ssn));
    prop_assert_eq!(written.gt.map(|gt| gt.gti), read.gt.map(|gt| gt.gti));
    let (Some(written_gt), Some(read_gt)) = (written.gt, read.gt) else { return Ok(()) };
    let ansi = variant == Variant::Ansi && written.national;
    if ansi && written_gt.gti > 2 {
        return Ok(());
    }
    for (want, got) in
        [(written_gt.tt, read_gt.tt), (written_gt.np, read_gt.np), (written_gt.nai, read_gt.nai)]
    {
        prop_assert!(got.is_none_or(|got| got == want));
    }
    // An unmarked count cannot tell a filler of 0 from a digit, nor a digit of 15 from a filler.
    let marked = if ansi { written_gt.gti == 1 } else { written_gt.gti != 2 };
    let text = written_gt.digits.to_string();
    if marked && !text.ends_with('f') {
        prop_assert_eq!(text, read_gt.digits.to_string());
    }
    Ok(())
}

proptest! {
    #[test]
    fn addresses_come_back(address in addresses(), variant in variants()) {
        let octets = address.octets(variant);
        let read = sccp::address::parse(&octets, variant, &mut Notes::default());
        check_address(&address, &read, variant)?;
    }

    #[test]
    fn unitdata_comes_back(
        kind in prop::sample::select(vec![9_u8, 10, 17, 18, 19, 20]),
        (called, calling) in (addresses(), addresses()),
        (octet, hop_counter) in (any::<u8>(), any::<u8>()),
        data in vec(any::<u8>(), 0..180),
        segmentation in option::of((any::<bool>(), 0_u8..16, 0_u32..1 << 24)),
        importance in option::of(0_u8..8),
        reversed in any::<bool>(),
        variant in variants(),
    ) {
        let kind = MessageType::from_code(kind).unwrap();
        let segmentation = segmentation.map(|(first, remaining, local_reference)| {
            Segmentation { first, class: 1, remaining, local_reference }
        });
        let layout = if reversed { emit::sccp::Layout::Reversed } else { emit::sccp::Layout::Ordered };
        let written = emit::sccp::Unitdata {
            kind, octet, hop_counter, called, calling, data: &data, segmentation, importance, layout,
            variant,
        };
        let octets = written.octets();
        let mut notes = Notes::default();
        let Ok(Message::Unitdata(read)) = sccp::parse(&octets, variant, &mut notes) else {
            panic!("{octets:02x?}")
        };
        let extended = !matches!(kind, MessageType::Udt | MessageType::Udts);
        prop_assert_eq!(read.kind, kind);
        prop_assert_eq!(read.data, &data[..]);
        prop_assert_eq!(read.hop_counter, extended.then_some(hop_counter));
        prop_assert_eq!(read.segmentation, segmentation.filter(|_| extended));
        prop_assert_eq!(read.importance, importance.filter(|_| extended));
        prop_assert_eq!(read.class.or(read.return_cause), Some(if kind.is_return() { octet } else { octet & 15 }));
        check_address(&called, &read.called, variant)?;
        check_address(&calling, &read.calling, variant)?;
        for note in [Note::SccpPointerOverlap, Note::SccpParameterOverrun, Note::SccpTrailing, Note::SccpOptionalBad] {
            prop_assert!(!notes.contains(note), "{:?} {:02x?}", note, octets);
        }
    }

    #[test]
    fn segments_join_to_what_was_cut(data in vec(any::<u8>(), 1..400), size in 40_usize..200) {
        let home = emit::sccp::Address::ssn(None, 6);
        let segments = emit::sccp::Unitdata::udt(home, home, &data).segments(size, 7);
        let count = segments.len();
        let mut joined = Vec::new();
        for (i, segment) in segments.iter().enumerate() {
            let mut notes = Notes::default();
            let Ok(Message::Unitdata(read)) = sccp::parse(segment, Variant::Itu, &mut notes) else {
                panic!("{segment:02x?}")
            };
            prop_assert_eq!(read.segmentation.is_some(), count > 1);
            if let Some(place) = read.segmentation {
                prop_assert_eq!((place.first, usize::from(place.remaining)), (i == 0, count - 1 - i));
                prop_assert_eq!(place.local_reference, 7);
            }
            joined.extend_from_slice(read.data);
        }
        prop_assert_eq!(joined, data);
    }

    #[test]
    fn mtp3_comes_back(
        (opc, dpc) in (0_u32..1 << 14, 0_u32..1 << 14),
        (si, ni, mp, sls) in (0_u8..16, 0_u8..4, 0_u8..4, 0_u8..16),
        user in vec(any::<u8>(), 0..40),
        variant in variants(),
    ) {
        let written = mtp3::Message { opc, dpc, si, ni, mp, sls, user: &user };
        let octets = written.octets(variant);
        prop_assert_eq!(mtp3::parse(&octets, variant, &mut Notes::default()), Ok(written));
    }

    #[test]
    fn m3ua_data_comes_back(
        (network_appearance, routing_context, correlation_id) in
            (option::of(any::<u32>()), option::of(any::<u32>()), option::of(any::<u32>())),
        (opc, dpc) in (any::<u32>(), any::<u32>()),
        user in vec(any::<u8>(), 0..300),
    ) {
        let protocol_data = mtp3::Message { opc, dpc, si: 3, ni: 2, mp: 0, sls: 9, user: &user };
        let written = m3ua::Data { network_appearance, routing_context, protocol_data, rival: None, correlation_id };
        let octets = written.octets();
        let mut notes = Notes::default();
        let read = m3ua::parse(&octets, &mut notes).unwrap();
        prop_assert_eq!(read.data(&mut notes), Ok(Some(written)));
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn sctp_comes_back(
        pieces in vec((any::<[bool; 4]>(), any::<u32>(), any::<u16>(), option::of(1_u32..9), vec(any::<u8>(), 1..60)), 1..6),
        flip in option::of(any::<prop::sample::Index>()),
    ) {
        let chunks: Vec<_> = pieces
            .iter()
            .map(|([immediate, unordered, beginning, ending], tsn, stream, fragment, payload)| sctp::Data {
                immediate: *immediate,
                unordered: *unordered,
                beginning: *beginning,
                ending: *ending,
                tsn: *tsn,
                stream: *stream,
                message: 7,
                fragment: fragment.map(|n| if *beginning { 0 } else { n }),
                ppid: (fragment.is_none() || *beginning).then_some(3),
                payload,
            })
            .collect();
        let written = emit::sctp::Packet {
            source_port: 2905,
            destination_port: 2905,
            verification_tag: 1,
            chunks: chunks.iter().map(emit::sctp::data).collect(),
        };
        let mut octets = written.octets();
        let mut notes = Notes::default();
        let packet = sctp::parse(&octets, &mut notes).unwrap();
        prop_assert!(packet.verify(&mut notes));
        let mut reader = packet.chunks();
        for want in &chunks {
            prop_assert_eq!(reader.next(&mut notes), Some(Chunk::Data(*want)));
        }
        prop_assert_eq!(reader.next(&mut notes), None);
        prop_assert!(notes.is_empty());
        if let Some(flip) = flip {
            let at = 12 + flip.index(octets.len() - 12);
            octets[at] ^= 0x10;
            prop_assert!(!sctp::parse(&octets, &mut notes).unwrap().verify(&mut notes));
        }
    }

    #[test]
    fn packets_in_frames_come_back(
        six in any::<bool>(),
        fragment in option::of((0_u16..0x1fff, any::<bool>(), any::<u16>())),
        tags in vec((prop::sample::select(vec![0x8100_u16, 0x88a8]), 0_u16..4096), 0..4),
        payload in vec(any::<u8>(), 1..80),
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
        let octets = packet.octets();
        let frame = emit::link::Ethernet { tags: &tags, ethertype: None, payload: &octets }.octets();
        let frames = [
            (link::ETHERNET, frame, tags.first().map(|tag| tag.1)),
            (link::SLL, emit::link::sll(&octets), None),
            (link::SLL2, emit::link::sll2(&octets), None),
        ];
        for (link_type, frame, vlan) in frames {
            let mut notes = Notes::default();
            let network = link::parse(link_type, &frame, &mut notes).unwrap();
            prop_assert_eq!(network.vlan, vlan);
            let Payload::Ip(inner) = network.payload else { panic!("{network:?}") };
            let read = ip::parse(inner, &mut notes).unwrap();
            prop_assert_eq!((read.src, read.dst, read.protocol), (src, dst, ip::SCTP));
            prop_assert_eq!((read.fragment, read.payload), (fragment, &payload[..]));
            prop_assert_eq!(notes.contains(Note::IpFragment), fragment.is_some());
            prop_assert!(!notes.contains(Note::IpHeaderChecksum));
        }
    }
}
