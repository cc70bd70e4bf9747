//! TCAP: what is emitted is read back, in every spelling and from any octets (Q.773).

use picket_dissectors::{
    Note, Notes,
    emit::{
        ber::{Spelling, Style, Tlv, re_encode},
        tcap as emit,
    },
    tcap::{self, Component, Kind, component::Code, user_information::MapDialogue},
};
use proptest::prelude::*;

const INFO_ENQUIRY: &[u64] = &[0, 4, 0, 0, 1, 0, 28, 3];

/// A Begin with provideSubscriberInfo about IMSI 001011234567890.
fn begin() -> emit::Message {
    let argument = Tlv::constructed(
        0x30,
        [
            Tlv::primitive(0x80, [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0]),
            Tlv::constructed(0xa2, [Tlv::null(0x80), Tlv::null(0x81)]),
        ],
    );
    emit::Message::begin(&[1, 2, 3, 4])
        .dialogue(emit::aarq(INFO_ENQUIRY, None))
        .component(emit::invoke(1, 70, Some(argument)))
}

/// A Continue with AARE, MAP-Open in its user information (so that there are addresses) and two
/// invokes.
fn refusal() -> emit::Message {
    let open = emit::map_open(Some(&[0x96, 0x00, 0x01, 0xf1]), Some(&[0x91, 0x51, 0x55, 0xf5]));
    let argument = Tlv::constructed(0x30, [Tlv::primitive(0x04, [1, 2, 3, 4])]);
    emit::Message::proceed(&[1, 2, 3], &[4, 5, 6])
        .dialogue(emit::aare(INFO_ENQUIRY, 1, 2, Some(open)))
        .component(emit::invoke(1, 7, Some(argument)))
        .component(emit::linked_invoke(2, 1, 300, None))
}

/// What a message says, whatever its spelling.
fn values(octets: &[u8], notes: &mut Notes) -> String {
    let message = match tcap::parse(octets, notes) {
        Ok(message) => message,
        Err(error) => return error.to_string(),
    };
    let mut out = format!("{:?} {:?} {:?} ", message.kind, message.otid, message.dtid);
    out += &format!("{:?}", message.p_abort);
    if let Some(dialogue) = message.dialogue(notes) {
        let map = dialogue.map(notes);
        let context = dialogue.application_context.map(|context| context.to_string());
        out += &format!(
            " {:?} {context:?} {:?} {:?} {:?} {map:?}",
            dialogue.pdu, dialogue.result, dialogue.diagnostic, dialogue.abort_source
        );
    }
    let mut components = message.components();
    while let Some(component) = components.next(notes) {
        out += &match component {
            Component::Invoke(c) => format!(
                " invoke {:?} {:?} {:?} {:?}",
                c.invoke_id,
                c.linked_id,
                c.operation,
                leaves(c.parameter)
            ),
            Component::ReturnResultLast(c) | Component::ReturnResultNotLast(c) => {
                format!(" result {:?} {:?} {:?}", c.invoke_id, c.operation, leaves(c.parameter))
            }
            Component::ReturnError(c) => {
                format!(" error {:?} {:?} {:?}", c.invoke_id, c.error, leaves(c.parameter))
            }
            Component::Reject(c) => format!(" reject {c:?}"),
            Component::Unreadable { index, .. } => format!(" unreadable {index}"),
        };
    }
    out
}

fn leaves(parameter: Option<picket_dissectors::ber::Element<'_>>) -> Option<Vec<Vec<u8>>> {
    let parameter = parameter?;
    let mut notes = Notes::default();
    let mut members = parameter.elements(&mut notes);
    let mut out = Vec::new();
    while let Ok(Some(member)) = members.next(&mut notes) {
        out.push(member.string(&mut notes).to_vec());
    }
    Some(out)
}

#[test]
fn what_is_emitted_is_read_back_without_a_note() {
    let open = emit::map_open(Some(&[0xe6, 0x00, 0xf1]), Some(&[0x91, 0x51, 0x55, 0xf5]));
    let context = &[0, 4, 0, 0, 1, 0, 19, 2];
    let result = Some((emit::Code::Local(70), Tlv::constructed(0x30, [])));
    let messages = [
        begin(),
        emit::Message::begin(&[7]).dialogue(emit::aarq(context, Some(open))),
        emit::Message::proceed(&[1, 2], &[3])
            .dialogue(emit::aare(context, 0, 0, None))
            .component(emit::linked_invoke(-1, 1, 60, None)),
        emit::Message::end(&[9, 9, 9])
            .component(emit::return_result(1, result.clone()))
            .component(emit::return_result_not_last(2, result))
            .component(emit::return_result(3, None))
            .component(emit::return_error(4, 27, Some(Tlv::constructed(0x30, []))))
            .component(emit::reject(None, tcap::component::Problem::General, 2)),
        emit::Message::abort(&[1, 2, 3, 4], Some(1)),
        emit::Message::abort(&[1, 2, 3, 4], None).dialogue(emit::abrt(0, None)),
        emit::Message::unidirectional()
            .dialogue(emit::dialogue_portion(
                emit::UNSTRUCTURED,
                emit::aarq_pdu(Tlv::object_identifier(6, context), None),
            ))
            .component(emit::invoke(1, 70, None)),
    ];
    for message in messages {
        let octets = message.encode();
        let mut notes = Notes::default();
        let read = tcap::parse(&octets, &mut notes).unwrap();
        assert_eq!(read.kind, message.kind);
        assert_eq!(read.otid.map(|id| id.to_vec()), message.otid);
        assert_eq!(read.dtid.map(|id| id.to_vec()), message.dtid);
        assert_eq!(read.p_abort, message.p_abort);
        assert_eq!(read.components().count(), message.components.len());
        let _ = values(&octets, &mut notes);
        assert!(notes.is_empty(), "{:?} {:?}", message.kind, notes.iter().collect::<Vec<_>>());
    }
}

#[test]
fn map_open_gives_both_references() {
    let open = emit::map_open(Some(&[0xe6, 0x00, 0xf1]), Some(&[0x91, 0x51, 0x55, 0xf5]));
    let octets = emit::Message::begin(&[7]).dialogue(emit::aarq(INFO_ENQUIRY, Some(open))).encode();
    let mut notes = Notes::default();
    let dialogue = tcap::parse(&octets, &mut notes).unwrap().dialogue(&mut notes).unwrap();
    let Some(MapDialogue::Open(open)) = dialogue.map(&mut notes) else { panic!("{dialogue:?}") };
    let (destination, origination) = (open.destination.unwrap(), open.origination.unwrap());
    assert_eq!((destination.nature, destination.plan), (6, 6));
    assert_eq!(destination.digits.to_string(), "001");
    assert_eq!((origination.nature, origination.plan), (1, 1));
    assert_eq!(origination.digits.to_string(), "15555");
}

#[test]
fn odd_messages_keep_their_values_and_earn_their_notes() {
    let psi = |code: Tlv| Tlv::constructed(0xa1, [Tlv::integer(2, 1), code]);
    let padded = Style { integer_padding: 1, ..Style::default() };
    let long_context: Vec<u64> = INFO_ENQUIRY.iter().copied().chain([1]).collect();
    let padded_context = Tlv::primitive(6, [4, 0, 0, 1, 0, 0x80, 28, 3]);
    let mut twice = begin().tlv();
    twice = twice.with(Tlv::constructed(0x6c, [emit::invoke(2, 71, None)]));
    let bare = || emit::Message::begin(&[1, 2, 3, 4]);
    for (octets, operations, note) in [
        (begin().encode(), &[70][..], None),
        (
            bare().component(psi(Tlv::integer(2, 70).spelled(padded))).encode(),
            &[70],
            Some(Note::TcapOpcodePadded),
        ),
        (
            bare()
                .component(emit::invoke(1, emit::Code::Global(vec![0, 4, 0, 0, 1, 0, 70]), None))
                .encode(),
            &[70],
            Some(Note::TcapOpcodeGlobal),
        ),
        (twice.encode(), &[70, 71], Some(Note::TcapPortionDuplicate)),
        (
            bare()
                .component(Tlv::constructed(0xa9, []))
                .component(emit::invoke(2, 71, None))
                .encode(),
            &[71],
            Some(Note::TcapComponentUnknown),
        ),
        (
            bare()
                .component(Tlv::constructed(0xa1, []))
                .component(emit::invoke(2, 71, None))
                .encode(),
            &[71],
            Some(Note::TcapComponentBad),
        ),
        (
            bare()
                .component(Tlv::primitive(0xa1, [0xff]))
                .component(emit::invoke(2, 71, None))
                .encode(),
            &[71],
            Some(Note::TcapOpcodeMissing),
        ),
        (
            bare()
                .dialogue(emit::aarq(&long_context, None))
                .component(psi(Tlv::integer(2, 70)))
                .encode(),
            &[70],
            Some(Note::TcapAcExtended),
        ),
        (
            bare()
                .dialogue(emit::dialogue_portion(
                    emit::STRUCTURED,
                    emit::aarq_pdu(padded_context, None),
                ))
                .component(psi(Tlv::integer(2, 70)))
                .encode(),
            &[70],
            Some(Note::TcapAcPadded),
        ),
        (
            emit::Message::begin(&[0; 5]).component(psi(Tlv::integer(2, 70))).encode(),
            &[70],
            Some(Note::TcapTidOverlong),
        ),
        (
            emit::Message::begin(&[]).component(psi(Tlv::integer(2, 70))).encode(),
            &[70],
            Some(Note::TcapTidEmpty),
        ),
        (
            emit::Message::new(Kind::Begin).component(psi(Tlv::integer(2, 70))).encode(),
            &[70],
            Some(Note::TcapTidMissing),
        ),
        (
            bare()
                .component(Tlv::constructed(0xa1, [Tlv::object_identifier(6, &[1, 2, 70])]))
                .encode(),
            &[70],
            Some(Note::TcapInvokeIdMissing),
        ),
        (
            bare()
                .component(Tlv::constructed(0xa1, [Tlv::integer(2, 200), Tlv::integer(2, 70)]))
                .encode(),
            &[70],
            Some(Note::TcapInvokeIdRange),
        ),
        ([begin().encode(), vec![1, 2, 3]].concat(), &[70], Some(Note::BerTrailing)),
        (
            (0..9).fold(bare(), |m, id| m.component(emit::invoke(id, 3, None))).encode(),
            &[3; 9],
            Some(Note::TcapComponentsMany),
        ),
    ] {
        let mut notes = Notes::default();
        let message = tcap::parse(&octets, &mut notes).unwrap();
        let _ = message.dialogue(&mut notes);
        let mut found = Vec::new();
        let mut components = message.components();
        while let Some(component) = components.next(&mut notes) {
            if let Component::Invoke(invoke) = component {
                found.extend(invoke.operation.and_then(Code::local));
            }
        }
        assert_eq!(found, operations, "{octets:02x?}");
        match note {
            Some(note) => assert!(notes.contains(note), "{note} {octets:02x?}"),
            None => assert!(notes.is_empty(), "{:?}", notes.iter().collect::<Vec<_>>()),
        }
    }
}

#[test]
fn a_message_cut_short_keeps_what_it_had() {
    let octets = begin().encode();
    for end in 2..octets.len() {
        let mut notes = Notes::default();
        let message = tcap::parse(&octets[..end], &mut notes).unwrap();
        assert!(notes.contains(Note::BerTruncated), "{end}");
        if end >= 8 {
            assert_eq!(message.otid.unwrap().to_vec(), [1, 2, 3, 4]);
        }
        let _ = values(&octets[..end], &mut notes);
    }
    let mut notes = Notes::default();
    let cut = values(&octets[..octets.len() - 4], &mut notes);
    assert!(
        cut.contains("Local(70)") && cut.contains("[0, 1, 17, 50, 84, 118, 152, 240]"),
        "{cut}"
    );
}

#[test]
fn ansi_is_told_apart() {
    let octets = [
        0xe2, 0x14, 0xc7, 0x04, 1, 2, 3, 4, 0xe8, 0x0c, 0xe9, 0x0a, 0xcf, 0x01, 0x01, 0xd1, 0x02,
        0x09, 0x0d, 0xf2, 0x01, 0x00,
    ];
    let mut notes = Notes::default();
    assert!(tcap::parse(&octets, &mut notes).is_err());
    assert!(notes.contains(Note::TcapAnsi));
    let mut message = tcap::ansi::parse(&octets, &mut notes).unwrap();
    assert_eq!(message.package, tcap::ansi::Package::QueryWithPermission);
    assert_eq!(message.otid(), Some(&[1, 2, 3, 4][..]));
    let operation = tcap::ansi::Operation::Private { family: 9, specifier: 13 };
    assert_eq!(message.next_operation(&mut notes), Some(operation));
    assert_eq!(message.next_operation(&mut notes), None);
}

fn expected(spelling: Spelling) -> Option<Note> {
    match spelling {
        Spelling::LongTags => Some(Note::BerTagLongForm),
        Spelling::PaddedTags => Some(Note::BerTagPadded),
        Spelling::PaddedLengths => Some(Note::BerLengthNonMinimal),
        Spelling::Indefinite => Some(Note::BerLengthIndefinite),
        Spelling::Pieces => Some(Note::BerStringConstructed),
        Spelling::PaddedIntegers => Some(Note::BerIntegerPadded),
        Spelling::Mixed => None,
    }
}

proptest! {
    #[test]
    fn every_spelling_says_the_same(
        pick in 0..Spelling::ALL.len(),
        seed: u64,
        answer: bool,
    ) {
        let spelling = Spelling::ALL[pick];
        let octets = if answer { refusal() } else { begin() }.encode();
        let other = re_encode(&octets, spelling, seed);
        let mut notes = Notes::default();
        prop_assert_eq!(values(&octets, &mut Notes::default()), values(&other, &mut notes));
        prop_assert!(!notes.is_empty());
        if let Some(note) = expected(spelling) {
            prop_assert!(notes.contains(note), "{}", note);
        }
    }

    #[test]
    fn random_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut notes = Notes::default();
        let _ = values(&octets, &mut notes);
        let _ = tcap::ansi::parse(&octets, &mut notes).map(|mut m| m.next_operation(&mut notes));
    }

    #[test]
    fn mutated_messages_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut octets = begin().encode();
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        let mut notes = Notes::default();
        let _ = values(&octets, &mut notes);
    }
}
