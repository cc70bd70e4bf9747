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
    Digits,
    emit::{
        map::sms::{SendRoutingInfoForSm, send_routing_info_for_sm_result},
        sccp::{Address, Unitdata},
        tcap::{Code, Message, aare, aarq, invoke, return_result},
    },
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

#[test]
fn ten_thousand_warm_messages_allocate_nothing() {
    let plan = Plan::from_home_list("gt:99910,imsi:00101,msisdn:99911").unwrap();
    let (rules, _) = pack::load(&plan, &Names::default(), &[]).unwrap();
    let options = Options { seed: 1, records: false };
    let mut engine = Engine::new(Arc::new(plan), Arc::new(rules), options);
    let mut frames = day();
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
    assert_eq!(read, 25 * 2 * u64::from(PEOPLE));
    assert!(engine.poll().is_none(), "nothing matched");
    assert_eq!(engine.stats().duplicates, 0);
    assert_eq!(calls, 0, "allocations in {read} messages");
}
