//! The packet path allocates nothing once its tables have grown: ten thousand messages that match
//! no rule, counted by the allocator.
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(unsafe_code, reason = "counting calls means standing in for the allocator")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use picket::{
    config::Plan,
    engine::{Engine, Options},
    event::fields::Names,
    pack,
};
use picket_dissectors::{
    Digits, Note,
    emit::{
        self,
        cap::InitialDp,
        map::{
            sms::{SendRoutingInfoForSm, send_routing_info_for_sm_result},
            subscriber::InsertSubscriberData,
        },
        sccp::{Address, Unitdata},
        tcap::{Code, Message, aare, aarq, invoke, return_result},
    },
    m3ua, mtp3, sctp,
};
use picket_hw::{LinkType, Timestamp, memory::OwnedFrame};

struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises about the layout are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises about place and layout are passed on.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises about place, layout and size are passed on.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SMS_GATEWAY: &[u64] = &[0, 4, 0, 0, 1, 0, 20, 3];
const SUBSCRIBER_DATA: &[u64] = &[0, 4, 0, 0, 1, 0, 16, 3];
/// CAP 2.
const CALL_CONTROL: &[u64] = &[0, 4, 0, 0, 1, 0, 50, 1];
const PEOPLE: u32 = 200;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

/// A home service centre asks a foreign register where to send a message to each of its subscribers.
fn day() -> Vec<OwnedFrame> {
    let home = digits("99910000001");
    let register = digits("99920000001");
    let mut frames = Vec::new();
    for person in 0..PEOPLE {
        let msisdn = digits(&format!("99921{person:06}"));
        let imsi = digits(&format!("99902{person:010}"));
        let otid = person.to_be_bytes();
        let asked = SendRoutingInfoForSm { msisdn, service_centre: home, ..Default::default() };
        let begin = Message::begin(&otid).dialogue(aarq(SMS_GATEWAY, None)).component(invoke(
            1,
            45,
            Some(asked.tlv()),
        ));
        let told = send_routing_info_for_sm_result(imsi, register);
        let end = Message::end(&otid)
            .dialogue(aare(SMS_GATEWAY, 0, 0, None))
            .component(return_result(1, Some((Code::Local(45), told))));
        let (centre, hlr) = (Address::e164(home, 8), Address::e164(register, 6));
        let messages = [
            Unitdata::udt(hlr, centre, &begin.encode()).octets(),
            Unitdata::udt(centre, hlr, &end.encode()).octets(),
        ];
        for message in messages {
            frames.push(OwnedFrame::new(Timestamp::EPOCH, LinkType::SCCP, message));
        }
    }
    frames
}

/// Subscriptions that home sends abroad in SCTP fragments, and calls that home asks its own service
/// about in SCCP segments: reassembly, the longest MAP argument and CAP.
fn in_pieces() -> Vec<OwnedFrame> {
    let (home, abroad) = (digits("99910000001"), digits("99920000001"));
    let at = Timestamp::EPOCH;
    let mut frames = Vec::new();
    for person in 0..PEOPLE / 4 {
        let (imsi, msisdn) =
            (digits(&format!("00101{person:010}")), digits(&format!("99911{person:06}")));
        let otid = (person | 0x0100_0000).to_be_bytes();
        let profile = InsertSubscriberData {
            imsi: Some(imsi),
            msisdn: Some(msisdn),
            services: true,
            ..InsertSubscriberData::default()
        };
        let begin = Message::begin(&otid).dialogue(aarq(SUBSCRIBER_DATA, None)).component(invoke(
            1,
            7,
            Some(profile.tlv()),
        ));
        let end = Message::end(&otid).component(return_result(1, None));
        let (hlr, vlr) = (Address::e164(home, 6), Address::e164(abroad, 7));
        let begin = begin.encode();
        let user = Unitdata::udt(vlr, hlr, &begin).octets();
        for chunk in fragments(&user, 100 * person) {
            frames.push(OwnedFrame::new(at, LinkType(248), chunk));
        }
        let end = Unitdata::udt(hlr, vlr, &end.encode()).octets();
        frames.push(OwnedFrame::new(at, LinkType::SCCP, end));

        let otid = (person | 0x0200_0000).to_be_bytes();
        let call = InitialDp {
            service_key: 1,
            called: Some(msisdn),
            calling: Some(msisdn),
            event: Some(2),
            imsi: Some(imsi),
            msc: Some(home),
            ..InitialDp::default()
        };
        let begin = Message::begin(&otid).dialogue(aarq(CALL_CONTROL, None)).component(invoke(
            1,
            0,
            Some(call.tlv()),
        ));
        let (switch, service) =
            (Address::e164(home, 146), Address::e164(digits("99910000002"), 146));
        let begin = begin.encode();
        let whole = Unitdata::udt(service, switch, &begin);
        for segment in whole.segments(60, person) {
            frames.push(OwnedFrame::new(at, LinkType::SCCP, segment));
        }
        let end = Unitdata::udt(switch, service, &Message::end(&otid).encode()).octets();
        frames.push(OwnedFrame::new(at, LinkType::SCCP, end));
    }
    frames
}

/// An SCCP message in M3UA in three fragments of an association without tag, whose numbers may be
/// used again.
fn fragments(user: &[u8], first: u32) -> Vec<Vec<u8>> {
    let message = m3ua::Data {
        network_appearance: None,
        routing_context: None,
        protocol_data: mtp3::Message { opc: 1, dpc: 2, si: mtp3::SCCP, ni: 0, mp: 0, sls: 1, user },
        rival: None,
        correlation_id: None,
    };
    let octets = message.octets();
    let size = octets.len().div_ceil(3);
    let count = octets.chunks(size).count();
    let piece = |(at, payload): (usize, &[u8])| {
        let tsn = first + u32::try_from(at).unwrap();
        let whole = emit::sctp::whole(tsn, 1, 1, sctp::PPID_M3UA, payload);
        let data = sctp::Data { beginning: at == 0, ending: at + 1 == count, ..whole };
        let packet = emit::sctp::Packet {
            source_port: 2905,
            destination_port: 2905,
            verification_tag: 0,
            chunks: vec![emit::sctp::data(&data)],
        };
        packet.octets()
    };
    octets.chunks(size).enumerate().map(piece).collect()
}

#[test]
fn ten_thousand_warm_messages_allocate_nothing() {
    let plan = Plan::from_home_list("gt:99910,imsi:00101,msisdn:99911").unwrap();
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).unwrap();
    let options = Options { seed: 1, records: false };
    let mut engine = Engine::new(Arc::new(plan), Arc::new(rules), options);
    let mut frames = day();
    frames.extend(in_pieces());
    let mut now = 1_000_000_000_000;
    let mut live = |engine: &mut Engine, days: u32| {
        for _ in 0..days {
            for frame in &mut frames {
                now += 50_000_000;
                frame.at = Timestamp::from_nanos(now);
                engine.ingest(&frame.as_frame());
            }
        }
    };
    live(&mut engine, 25);
    let (warm, read) = (CALLS.load(Ordering::Relaxed), engine.stats().tcap_messages);
    live(&mut engine, 25);
    let (calls, read) = (CALLS.load(Ordering::Relaxed) - warm, engine.stats().tcap_messages - read);
    assert_eq!(read, 25 * 3 * u64::from(PEOPLE));
    let reassembled = &engine.stats().notes;
    for note in [Note::SctpFragmented, Note::SccpSegmented] {
        let told = reassembled.iter().find(|(told, _)| *told == note).map_or(0, |(_, n)| n);
        assert!(told >= 50 * u64::from(PEOPLE / 4), "{} {told}", note.id());
    }
    assert!(engine.poll().is_none(), "nothing matched");
    assert_eq!(engine.stats().duplicates, 0);
    assert_eq!(calls, 0, "allocations in {read} messages");
}
