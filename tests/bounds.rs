//! Every bound at its limit and one beyond: nothing is lost at it, one thing beyond, and counted.
//!
//! Reassembly of IP, SCTP and SCCP, dialogues, copies and windows of rules are tried beside their
//! code.
#![expect(clippy::expect_used, reason = "a failure here is the test's")]

mod octets;

use picket::{
    engine::evidence::{Evidence, EvidenceRing},
    event::{DialogueState, SigEvent},
    state::{
        path::{Learnt, Paths, Point},
        subscriber::Subscribers,
        table::ExpiringTable,
    },
};
use picket_dissectors::{
    Digits, Note, Notes,
    ber::{Elements, MAX_DEPTH},
    emit::{
        map::mobility,
        sccp::{Address, Unitdata},
        tcap,
    },
    link,
    map::parameters::{Address as Number, Addresses, Role},
};
use picket_hw::Timestamp;

fn digits(number: u64) -> Digits {
    Digits::parse(&number.to_string()).expect("digits")
}

#[test]
fn elements_are_read_to_the_deepest_level_and_noted_beyond() {
    for (levels, exceeded) in [(MAX_DEPTH, false), (MAX_DEPTH + 1, true), (MAX_DEPTH + 84, true)] {
        let mut octets = vec![0x04, 0x00];
        for _ in 0..levels {
            let length = u32::try_from(octets.len()).expect("short").to_be_bytes();
            octets = [&[0x30, 0x84][..], &length, &octets].concat();
        }
        let mut notes = Notes::default();
        let mut elements = Elements::new(&octets);
        let mut depth = 0;
        while let Ok(Some(element)) = elements.next(&mut notes) {
            depth += 1;
            if !element.tag.constructed {
                break;
            }
            elements = element.elements(&mut notes);
        }
        assert_eq!(notes.contains(Note::BerDepthExceeded), exceeded, "{levels}");
        assert_eq!(depth, usize::from(levels.min(MAX_DEPTH)) + 1, "{levels}");
    }
}

#[test]
fn every_one_of_a_thousand_components_is_an_event() {
    let mut message = tcap::Message::begin(&[0, 0, 0, 1]);
    for id in 0..1_000 {
        message = message.component(tcap::invoke(id % 100, 37, Some(mobility::reset(digits(9)))));
    }
    let octets = message.encode();
    let address = |number, ssn| Address::e164(digits(number), ssn);
    let events = octets::tcap(address(99_910_000_006, 6), address(99_920_000_007, 7), &octets);
    assert_eq!(events.len(), 1_000);
    assert!(events.iter().all(|event| event.notes.contains(Note::TcapComponentsMany)));
    let indices: Vec<_> = events
        .iter()
        .filter_map(|event| event.tcap.and_then(|tcap| tcap.component))
        .map(|component| component.index)
        .collect();
    assert!(indices.is_sorted());
}

#[test]
fn what_waits_to_be_judged_is_bounded_however_many_time_out_at_once() {
    let mut engine = octets::engine();
    let address = |number, ssn| Address::e164(digits(number), ssn);
    let (called, calling) = (address(99_910_000_006, 6), address(99_920_000_007, 7));
    let requests = 5_000_u32;
    let mut most = 0;
    let (witness, judge) = engine.halves();
    for id in 0..=requests {
        let reset = tcap::invoke(1, 37, Some(mobility::reset(digits(9))));
        let restore = tcap::invoke(1, 57, Some(mobility::restore_data(digits(1_011_234_567_890))));
        let message = tcap::Message::begin(&id.to_be_bytes());
        // The last comes hours later.
        let (hours, message) = if id < requests {
            (1, message.component(restore))
        } else {
            (9, message.component(reset))
        };
        let octets = Unitdata::udt(called, calling, &message.encode()).octets();
        let frame = octets::at(hours * 3_600_000_000_000, link::SCCP, &octets);
        witness.ingest_read(&frame, None, &mut |said| {
            most = most.max(said.len());
            judge.hear(said);
        });
    }
    engine.hear();
    let events = octets::events(&mut engine);
    let expired = |event: &&SigEvent| event.dialogue.state == DialogueState::Expired;
    assert_eq!(events.iter().filter(expired).count(), 5_000);
    assert_eq!(events.len(), 10_001);
    assert!((500..600).contains(&most), "{most} at once");
}

#[test]
fn addresses_beyond_the_last_place_are_noted() {
    let (mut addresses, mut notes) = (Addresses::default(), Notes::default());
    let address = |number| Number { role: Role::Other, nature: 1, plan: 1, digits: digits(number) };
    for number in 0..Addresses::MAX as u64 {
        addresses.push(address(number), &mut notes);
    }
    assert_eq!((addresses.iter().count(), notes.is_empty()), (Addresses::MAX, true));
    // One that is there already takes no place.
    addresses.push(address(0), &mut notes);
    assert!(notes.is_empty());
    addresses.push(address(99), &mut notes);
    assert_eq!(addresses.iter().count(), Addresses::MAX);
    assert!(notes.contains(Note::MapAddressesCut));
}

#[test]
fn every_note_there_is_fits_in_a_message() {
    let mut notes = Notes::default();
    for &note in Note::ALL {
        notes.add(note);
    }
    assert_eq!(notes.iter().count(), Note::ALL.len());
}

#[test]
fn a_table_holds_its_capacity_and_counts_what_it_pushes_out() {
    for capacity in [1, 2, 1_000, 4_096] {
        let mut table = ExpiringTable::new(capacity, &[1_000], 7);
        let now = Timestamp::EPOCH;
        for key in 0..capacity {
            assert_eq!(table.insert(key, (), 0, now), None, "{key} of {capacity}");
        }
        assert_eq!((table.len(), table.evictions()), (capacity, 0));
        let gone = table.insert(capacity, (), 0, now).map(|gone| gone.key);
        assert_eq!((gone, table.len(), table.evictions()), (Some(0), capacity, 1));
    }
}

#[test]
fn subscribers_beyond_the_capacity_push_out_the_one_unheard_of_longest() {
    let mut subscribers = Subscribers::new(100, 1);
    let imsi = |number: u64| Some(digits(1_010_000_000_000 + number));
    let keys: Vec<_> = (0..100)
        .map(|number| subscribers.named(imsi(number), None, Timestamp::from_nanos(number)))
        .collect();
    assert_eq!((subscribers.len(), subscribers.evictions()), (100, 0));
    subscribers.named(imsi(100), None, Timestamp::from_nanos(100));
    assert_eq!((subscribers.len(), subscribers.evictions()), (100, 1));
    assert!(keys.first().is_some_and(|&key| subscribers.get(key).is_none()));
    assert!(keys.iter().skip(1).all(|&key| subscribers.get(key).is_some()));
}

#[test]
fn point_codes_beyond_the_capacity_push_out_the_one_unheard_of_longest() {
    let mut paths = Paths::new(50, 1);
    let point = |code: u32| Point { code, ni: 2, na: None };
    for code in 0..50 {
        paths.sent(point(code), true, Timestamp::from_nanos(code.into()));
    }
    assert_eq!(paths.evictions(), 0);
    paths.sent(point(50), true, Timestamp::from_nanos(50));
    assert_eq!(paths.evictions(), 1);
    assert_eq!(paths.side(point(0)), Learnt::Unknown);
}

#[test]
fn evidence_is_kept_until_the_ring_comes_round() {
    let events = octets::frame(link::SCCP, &[0]);
    let evidence = Evidence::of(events.first().expect("an event"));
    let mut ring = EvidenceRing::new();
    let first = ring.token();
    for _ in 0..1 << 16 {
        ring.keep(evidence);
    }
    assert!(ring.get(first).is_some(), "the ring is full and nothing is overwritten");
    ring.keep(evidence);
    assert!(ring.get(first).is_none());
    assert!(ring.get(first + 1).is_some());
    assert!(ring.get(ring.token()).is_none());
}
