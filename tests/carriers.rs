//! One request on every carrier of SCCP: each must give the same operation and subscriber.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::{net::IpAddr, sync::Arc};

use picket::{
    config::Plan,
    engine::{Engine, Options, Output, Rules},
    event::{Carrier, SigEvent},
};
use picket_dissectors::{
    Digits, Note,
    emit::{self, map::location, tcap as write},
    ip, link, m2pa, m2ua, m3ua,
    mtp3::{self, Variant},
    sctp,
};
use picket_hw::{LinkType, Timestamp, memory::OwnedFrame};

const ATI: &[u64] = &[0, 4, 0, 0, 1, 0, 29, 3];

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

/// anyTimeInterrogation of an IMSI from one fictional node to another.
fn request() -> Vec<u8> {
    let who = emit::map::Subscriber::Imsi(digits("001019876543210"));
    let info = location::RequestedInfo { location: true, ..location::RequestedInfo::default() };
    let argument = location::any_time_interrogation(who, info, digits("99912340001"));
    write::Message::begin(&[1, 2, 3, 4])
        .dialogue(write::aarq(ATI, None))
        .component(write::invoke(1, write::Code::Local(71), Some(argument)))
        .encode()
}

fn unitdata(data: &[u8], variant: Variant) -> emit::sccp::Unitdata<'_> {
    let called = emit::sccp::Address::e164(digits("99956780001"), 6);
    let calling = emit::sccp::Address::e164(digits("99912340001"), 147);
    emit::sccp::Unitdata { variant, ..emit::sccp::Unitdata::udt(called, calling, data) }
}

fn labelled(user: &[u8]) -> mtp3::Message<'_> {
    mtp3::Message { opc: 1234, dpc: 4321, si: mtp3::SCCP, ni: 0, mp: 0, sls: 5, user }
}

fn packet(ppid: u32, tsn: u32, pieces: &[&[u8]]) -> Vec<u8> {
    let chunks = pieces.iter().enumerate().map(|(i, payload)| {
        emit::sctp::data(&sctp::Data {
            immediate: false,
            unordered: false,
            beginning: i == 0,
            ending: i + 1 == pieces.len(),
            tsn: tsn + u32::try_from(i).unwrap(),
            stream: 1,
            message: 7,
            fragment: None,
            ppid: Some(ppid),
            payload,
        })
    });
    let packet = emit::sctp::Packet {
        source_port: 30_000,
        destination_port: 30_001,
        verification_tag: 99,
        chunks: chunks.collect(),
    };
    packet.octets()
}

fn network(sctp: &[u8]) -> Vec<u8> {
    let address = |last: u8| IpAddr::from([192, 0, 2, last]);
    emit::ip::Packet::sctp(address(1), address(2), sctp).octets()
}

fn m3ua_of(user: &[u8]) -> Vec<u8> {
    m3ua::Data {
        network_appearance: None,
        routing_context: Some(7),
        protocol_data: labelled(user),
        rival: None,
        correlation_id: None,
    }
    .octets()
}

fn read(link: u32, frames: &[Vec<u8>]) -> Vec<SigEvent> {
    let options = Options { seed: 1, records: true };
    let mut engine = Engine::new(Arc::new(Plan::default()), Arc::new(Rules::none()), options);
    let link = LinkType(u16::try_from(link).unwrap());
    for (frame, number) in frames.iter().zip(1..) {
        let at = Timestamp::from_nanos(1_000_000_000 + number);
        let frame = OwnedFrame { number, ..OwnedFrame::new(at, link, frame.clone()) };
        engine.ingest(&frame.as_frame());
    }
    engine.finish();
    let records = core::iter::from_fn(|| engine.poll()).filter_map(|output| match output {
        Output::Record(event) => Some(event),
        Output::Alert(_) => None,
    });
    records.collect()
}

/// Asserts that the frames give the request once, with these notes among others.
fn reads(story: &str, link: u32, frames: &[Vec<u8>], carrier: Carrier, notes: &[Note]) {
    let events = read(link, frames);
    let found: Vec<_> = events.iter().filter(|event| event.operation.is_some()).collect();
    assert_eq!(found.len(), 1, "{story}: {events:#?}");
    assert_eq!(found[0].operation.unwrap().name, "anyTimeInterrogation", "{story}");
    assert_eq!(found[0].subscriber.imsi, Some(digits("001019876543210")), "{story}");
    assert_eq!(found[0].label.carrier, carrier, "{story}");
    for note in notes {
        assert!(found[0].notes.contains(*note), "{story}: {note} in {:?}", found[0].notes);
    }
}

#[test]
fn every_carrier_gives_the_request() {
    let tcap = request();
    let sccp = unitdata(&tcap, Variant::Itu).octets();
    let itu = labelled(&sccp).octets(Variant::Itu);
    let m3ua = m3ua_of(&sccp);
    let over = |ppid, message: &[u8]| vec![network(&packet(ppid, 1, &[message]))];
    let m2pa = m2pa::Message { bsn: 1, fsn: 2, body: m2pa::Body::User { priority: 0, mtp3: &itu } };
    let sua = emit::sua::connectionless(&unitdata(&tcap, Variant::Itu), 7);
    let (head, tail) = m3ua.split_at(50);
    reads("M3UA", link::IPV4, &over(3, &m3ua), Carrier::M3ua, &[]);
    reads("M2PA", link::IPV4, &over(5, &m2pa.octets()), Carrier::M2pa, &[]);
    let m2ua = m2ua::Data { interface: Some(1), correlation_id: None, mtp3: &itu, rival: None };
    reads("M2UA", link::IPV4, &over(2, &m2ua.octets()), Carrier::M2ua, &[]);
    reads("SUA", link::IPV4, &over(4, &sua), Carrier::Sua, &[]);
    reads("MTP3", link::MTP3, &[itu], Carrier::Mtp, &[]);
    reads("SCCP", link::SCCP, &[sccp], Carrier::None, &[]);
    reads("SCTP", link::SCTP, &[packet(3, 1, &[&m3ua])], Carrier::M3ua, &[]);
    reads("a wrong PPID", link::IPV4, &over(0, &m3ua), Carrier::M3ua, &[Note::SctpPpidMismatch]);
    reads(
        "the PPID of another",
        link::IPV4,
        &over(5, &m3ua),
        Carrier::M3ua,
        &[Note::SctpPpidMismatch],
    );
    let fragments = [network(&packet(3, 1, &[head, tail]))];
    reads("two DATA chunks", link::IPV4, &fragments, Carrier::M3ua, &[Note::SctpFragmented]);
}

#[test]
fn a_label_of_another_variant_is_read_and_noted() {
    let tcap = request();
    for variant in [Variant::Ansi, Variant::Japan] {
        let sccp = unitdata(&tcap, variant).octets();
        let frame = labelled(&sccp).octets(variant);
        let story = format!("{variant:?}");
        reads(&story, link::MTP3, &[frame], Carrier::Mtp, &[Note::MtpVariantDoubtful]);
    }
}

#[test]
fn mirrors_count_once_and_fragments_of_ip_are_put_together() {
    let sccp = unitdata(&request(), Variant::Itu).octets();
    let whole = network(&packet(3, 1, &[&m3ua_of(&sccp)]));
    let events = read(link::IPV4, &[whole.clone(), whole.clone()]);
    let sightings: Vec<_> = events.iter().map(|event| event.duplicate).collect();
    assert_eq!(sightings, [false, true]);

    let payload = whole.get(20..).unwrap();
    let (head, tail) = payload.split_at(64);
    let address = |last: u8| IpAddr::from([192, 0, 2, last]);
    let piece = |offset, more, payload| {
        let fragment = Some(ip::Fragment { id: 9, offset, more });
        emit::ip::Packet { src: address(1), dst: address(2), protocol: 132, fragment, payload }
            .octets()
    };
    let pieces = [piece(64, false, tail), piece(0, true, head)];
    reads("IP fragments", link::IPV4, &pieces, Carrier::M3ua, &[Note::IpFragment]);
}

#[test]
fn segments_in_any_order_give_the_request() {
    let tcap = request();
    let segments = unitdata(&tcap, Variant::Itu).segments(40, 0x0001_0203);
    let mut frames: Vec<_> = segments
        .iter()
        .zip(1..)
        .map(|(segment, tsn)| network(&packet(3, tsn, &[&m3ua_of(segment)])))
        .collect();
    let notes = [Note::SccpSegmented, Note::SccpSegmentedRequest];
    reads("segments", link::IPV4, &frames, Carrier::M3ua, &notes);
    frames.reverse();
    reads("segments backwards", link::IPV4, &frames, Carrier::M3ua, &notes);
}

/// Chunks of a user message, each in a packet of its own from and to these hosts.
fn chunks(pieces: &[sctp::Data<'_>], hosts: (u8, u8)) -> Vec<Vec<u8>> {
    let address = |last: u8| IpAddr::from([192, 0, 2, last]);
    let packets = pieces.iter().map(|piece| {
        let packet = emit::sctp::Packet {
            source_port: 2905,
            destination_port: 2906,
            verification_tag: 99,
            chunks: vec![emit::sctp::data(piece)],
        };
        emit::ip::Packet::sctp(address(hosts.0), address(hosts.1), &packet.octets()).octets()
    });
    packets.collect()
}

#[test]
fn whatever_an_association_does_a_message_counts_once() {
    let sccp = unitdata(&request(), Variant::Itu).octets();
    let m3ua = m3ua_of(&sccp);
    let whole = emit::sctp::whole(5, 1, 7, 3, &m3ua);
    let pieces = |fragmented: bool, unordered| {
        let mut out = Vec::new();
        for (at, payload) in (0..).zip(m3ua.chunks(40)) {
            let (beginning, ending) = (at == 0, payload.len() < 40);
            let fragment = fragmented.then_some(at);
            let ppid = (!fragmented || beginning).then_some(3);
            let tsn = 5 + at;
            let piece =
                sctp::Data { beginning, ending, fragment, unordered, tsn, ppid, payload, ..whole };
            out.push(piece);
        }
        assert!(out.len() > 2 && out.last().unwrap().ending);
        out
    };
    let (plain, mirror) = ((1, 2), (1, 2));
    let data = |pieces: &[sctp::Data<'_>]| chunks(pieces, plain);
    let fragments = [Note::SctpFragmented];
    let reversed = |mut frames: Vec<Vec<u8>>| {
        frames.reverse();
        frames
    };
    for (story, frames, notes) in [
        ("one chunk", data(&[whole]), &[][..]),
        ("unordered", data(&[sctp::Data { unordered: true, ..whole }]), &[]),
        ("I-DATA", data(&[sctp::Data { fragment: Some(0), ..whole }]), &[]),
        ("fragments", data(&pieces(false, false)), &fragments),
        ("fragments backwards", reversed(data(&pieces(false, false))), &fragments),
        ("unordered fragments", data(&pieces(false, true)), &fragments),
        ("fragments of I-DATA", data(&pieces(true, false)), &fragments),
        (
            "fragments of unordered I-DATA backwards",
            reversed(data(&pieces(true, true))),
            &fragments,
        ),
        (
            "fragments over two paths",
            [
                chunks(&pieces(false, false)[..1], (1, 2)),
                chunks(&pieces(false, false)[1..], (11, 12)),
            ]
            .concat(),
            &fragments,
        ),
        (
            "a fragment retransmitted over another path",
            [
                chunks(&pieces(false, false)[..1], (1, 2)),
                chunks(&pieces(false, false)[..1], (11, 12)),
                chunks(&pieces(false, false)[1..], (1, 2)),
            ]
            .concat(),
            &fragments,
        ),
        (
            "both mirrors of fragments",
            chunks(&pieces(false, false), plain)
                .into_iter()
                .zip(chunks(&pieces(false, false), mirror))
                .flat_map(|(one, other)| [one, other])
                .collect(),
            &fragments,
        ),
    ] {
        reads(story, link::IPV4, &frames, Carrier::M3ua, notes);
    }
    // The same chunk again is told as such, whatever path it takes.
    for (story, again) in [
        ("a mirror", chunks(&[whole], mirror)),
        ("a retransmission", chunks(&[sctp::Data { immediate: true, ..whole }], plain)),
        ("another path", chunks(&[whole], (11, 12))),
    ] {
        let events = read(link::IPV4, &[chunks(&[whole], plain), again].concat());
        let told: Vec<_> = events.iter().map(|event| event.duplicate).collect();
        assert_eq!(told, [false, true], "{story}");
        assert!(events[1].notes.contains(Note::SctpTsnDuplicate), "{story}");
    }
    // A number used again for something else is another message.
    let other = m3ua_of(&unitdata(&request()[..20], Variant::Itu).octets());
    let events =
        read(link::IPV4, &chunks(&[sctp::Data { payload: &other, ..whole }, whole], plain));
    let last = events.last().unwrap();
    assert!(!last.duplicate && last.operation.is_some());
    assert!(last.notes.contains(Note::SctpTsnConflict));
}

#[test]
fn a_checksum_is_checked_where_the_packet_is_whole() {
    let m3ua = m3ua_of(&unitdata(&request(), Variant::Itu).octets());
    let good = packet(3, 1, &[&m3ua]);
    for (story, value, noted) in [
        ("right", None, false),
        ("left to the network card", Some([0; 4]), false),
        ("wrong", Some([1, 2, 3, 4]), true),
    ] {
        let mut octets = good.clone();
        if let Some(value) = value {
            octets[8..12].copy_from_slice(&value);
        }
        let events = read(link::IPV4, &[network(&octets)]);
        assert_eq!(events[0].notes.contains(Note::SctpCrcBad), noted, "{story}");
        assert!(events[0].operation.is_some(), "{story}");
    }
}
