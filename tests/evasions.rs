//! Messages written so that a filter does not see what they ask: the engine notes each.
//!
//! What one element or address gives away is shown by the dissectors' vectors; here is what takes
//! a whole message or a dialogue to see.

#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic here is a failed test")]

use std::sync::Arc;

use picket::{
    config::Plan,
    engine::{Engine, Options, Output, Rules},
};
use picket_dissectors::{
    Digits, Note, Notes,
    emit::{
        ber::Tlv,
        map::{
            Subscriber,
            location::{self, RequestedInfo},
        },
        sccp::{Address, Unitdata},
        tcap,
    },
    link,
    map::opcode,
};
use picket_hw::{FileId, Frame, LinkType, PortId, Timestamp};

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap()
}

fn hlr() -> Address {
    Address::e164(digits("99920000001"), 6)
}

fn asker() -> Address {
    Address::e164(digits("99910000001"), 147)
}

fn other() -> Address {
    Address::e164(digits("99930000001"), 147)
}

/// Sends messages, each with its calling and called address; returns every note.
fn notes(messages: &[(Address, Address, tcap::Message)]) -> Notes {
    let options = Options { seed: 1, records: true };
    let mut engine = Engine::new(Arc::new(Plan::default()), Arc::new(Rules::none()), options);
    let mut notes = Notes::default();
    for (number, (calling, called, message)) in (1_u64..).zip(messages) {
        let tcap = message.encode();
        let bytes = Unitdata::udt(*called, *calling, &tcap).octets();
        engine.ingest(&Frame {
            at: Timestamp::from_nanos(number * 1_000_000_000),
            bytes: &bytes,
            wire_len: bytes.len().try_into().unwrap(),
            port: PortId(0),
            link: LinkType(link::SCCP.try_into().unwrap()),
            number,
            source: FileId(0),
        });
        while let Some(output) = engine.poll() {
            if let Output::Record(event) = output {
                notes.merge(&event.notes);
            }
        }
    }
    notes
}

/// An application context of MAP.
fn map(number: u64, version: u64) -> Tlv {
    tcap::aarq(&[0, 4, 0, 0, 1, 0, number, version], None)
}

fn ask(id: i64, code: i64) -> Tlv {
    let info = RequestedInfo { location: true, ..RequestedInfo::default() };
    let who = Subscriber::Imsi(digits("001011234567890"));
    let argument = location::any_time_interrogation(who, info, digits("99910000001"));
    tcap::invoke(id, code, Some(argument))
}

#[test]
fn one_message_gives_itself_away() {
    let begin = || tcap::Message::begin(&[0, 0, 0, 1]);
    let radio = opcode::all().iter().find(|operation| operation.dtap).unwrap().code;
    let cap = tcap::aarq(&[0, 4, 0, 0, 1, 0, 50, 1], None);
    for (message, want) in [
        (begin().dialogue(map(29, 3)).component(ask(1, 71)), None),
        (begin().component(ask(1, 71)), Some(Note::TcapAcMissing)),
        (begin().dialogue(map(20, 3)).component(ask(1, 71)), Some(Note::TcapOpcodeAcMismatch)),
        (begin().dialogue(map(29, 2)).component(ask(1, 71)), Some(Note::MapAcVersionImpossible)),
        (begin().dialogue(map(29, 3)).component(ask(1, radio.into())), Some(Note::TcapOpcodeDtap)),
        (begin().dialogue(map(29, 3)).component(ask(1, 99)), Some(Note::TcapOpcodeUnknown)),
        (begin().dialogue(cap).component(ask(1, 71)), Some(Note::TcapAcForeignFamily)),
        (
            begin().dialogue(map(29, 3)).component(ask(1, 66)).component(ask(2, 71)),
            Some(Note::TcapMultiInvokeMixed),
        ),
        (tcap::Message::unidirectional().component(ask(1, 71)), Some(Note::DialogueUnidirectional)),
        (
            tcap::Message::end(&[0, 0, 0, 9])
                .component(tcap::return_result(1, Some((71.into(), Tlv::null(0x05))))),
            Some(Note::DialogueOrphanResult),
        ),
    ] {
        let got = notes(&[(asker(), hlr(), message.clone())]);
        let told: Vec<_> = got.iter().collect();
        match want {
            Some(want) => assert!(got.contains(want), "{want:?} {told:?} {message:?}"),
            None => assert!(told.is_empty(), "{told:?}"),
        }
    }
}

#[test]
fn a_dialogue_gives_itself_away() {
    let (here, there) = ([0, 0, 0, 1], [0, 0, 0, 2]);
    let asked = || {
        let begin = tcap::Message::begin(&here).dialogue(map(29, 3)).component(ask(1, 71));
        (asker(), hlr(), begin)
    };
    let empty = || (asker(), hlr(), tcap::Message::begin(&here).dialogue(map(29, 3)));
    let answered = || (hlr(), asker(), tcap::Message::proceed(&there, &here));
    let late = tcap::Message::proceed(&here, &there).component(ask(1, 71));
    let linked = tcap::linked_invoke(2, 77, 71, None);
    let result = || {
        tcap::Message::end(&here)
            .component(tcap::return_result(1, Some((71.into(), Tlv::constructed(0x30, [])))))
    };
    for (messages, want) in [
        (vec![empty(), answered(), (asker(), hlr(), late.clone())], Note::DialogueLateInvoke),
        (
            vec![asked(), (hlr(), asker(), tcap::Message::end(&here).component(ask(9, 71)))],
            Note::DialogueInvokeInEnd,
        ),
        (
            vec![
                asked(),
                (hlr(), asker(), tcap::Message::proceed(&there, &here).component(ask(9, 71))),
            ],
            Note::DialogueReverseInvoke,
        ),
        (
            vec![
                asked(),
                answered(),
                (asker(), hlr(), tcap::Message::proceed(&here, &there).component(linked)),
            ],
            Note::TcapLinkedUnknown,
        ),
        (vec![asked(), answered(), (other(), hlr(), late)], Note::DialogueGtChanged),
        (vec![asked(), (hlr(), other(), result())], Note::DialogueResponseRerouted),
    ] {
        let got = notes(&messages);
        let told: Vec<_> = got.iter().collect();
        assert!(got.contains(want), "{want:?} {told:?}");
    }
    // The same dialogue as everybody has it.
    let got = notes(&[asked(), (hlr(), asker(), result())]);
    assert!(got.is_empty(), "{:?}", got.iter().collect::<Vec<_>>());
}
