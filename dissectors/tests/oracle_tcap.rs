//! TCAP and CAP against the crates `tcap` and `gsm_cap`: where they accept, the values agree.

use std::path::Path;

use gsm_cap::operations::{ConnectArg, EventReportBcsmArg, InitialDpArg, InitialDpSmsArg};
use picket_dissectors::{
    Digits, Notes,
    ber::Elements,
    cap::{self, isup},
    emit::{
        ber::{Spelling, Tlv, re_encode},
        cap as emit_cap, tcap as emit,
    },
    map::{Parameters, parameters::Role},
    tbcd,
    tcap::{
        self as ours, Component,
        component::{Code, Problem},
    },
};
use proptest::prelude::*;
use tcap as theirs;

/// What a component says: type, invoke id, code, parameter.
type Part = (&'static str, Option<i64>, Option<i64>, Vec<u8>);

/// What a message says: ids and components.
type Said = (Option<Vec<u8>>, Option<Vec<u8>>, Vec<Part>);

fn theirs_say(message: &theirs::TcapMessage) -> Said {
    let operation = |code: &theirs::OperationCode| match code {
        theirs::OperationCode::Local(code) => Some(*code),
        theirs::OperationCode::Global(oid) => oid.iter().last().map(|&arc| i64::from(arc)),
    };
    let components = message.components().iter().map(|component| match component {
        theirs::Component::Invoke(c) => (
            "invoke",
            Some(c.invoke_id.into()),
            operation(&c.operation_code),
            c.parameter.as_ref().map_or_else(Vec::new, |p| p.as_bytes().to_vec()),
        ),
        theirs::Component::ReturnResultLast(c) | theirs::Component::ReturnResultNotLast(c) => {
            let result = c.result.as_ref();
            (
                "result",
                Some(c.invoke_id.into()),
                result.and_then(|result| operation(&result.operation_code)),
                result
                    .and_then(|result| result.parameter.as_ref())
                    .map_or_else(Vec::new, |p| p.as_bytes().to_vec()),
            )
        }
        theirs::Component::ReturnError(c) => (
            "error",
            Some(c.invoke_id.into()),
            match &c.error_code {
                theirs::ErrorCode::Local(code) => Some(*code),
                theirs::ErrorCode::Global(oid) => oid.iter().last().map(|&arc| i64::from(arc)),
            },
            c.parameter.as_ref().map_or_else(Vec::new, |p| p.as_bytes().to_vec()),
        ),
        theirs::Component::Reject(c) => ("reject", c.invoke_id.map(i64::from), None, Vec::new()),
    });
    (
        message.otid().map(|id| id.to_vec()),
        message.dtid().map(|id| id.to_vec()),
        components.collect(),
    )
}

fn ours_say(octets: &[u8], notes: &mut Notes) -> Option<Said> {
    let message = ours::parse(octets, notes).ok()?;
    let _ = message.dialogue(notes).map(|dialogue| dialogue.map(notes));
    let mut said = Vec::new();
    let mut components = message.components();
    while let Some(component) = components.next(notes) {
        let local = |code: Option<Code<'_>>| code.and_then(Code::local);
        let (name, id, code, parameter) = match component {
            Component::Invoke(c) => ("invoke", c.invoke_id, local(c.operation), c.parameter),
            Component::ReturnResultLast(c) | Component::ReturnResultNotLast(c) => {
                ("result", c.invoke_id, local(c.operation), c.parameter)
            }
            Component::ReturnError(c) => ("error", c.invoke_id, local(c.error), c.parameter),
            Component::Reject(c) => ("reject", c.invoke_id, None, None),
            Component::Unreadable { .. } => ("unreadable", None, None, None),
        };
        said.push((name, id, code, parameter.map_or_else(Vec::new, |p| p.octets.to_vec())));
    }
    Some((message.otid.map(|id| id.to_vec()), message.dtid.map(|id| id.to_vec()), said))
}

fn vectors() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut paths: Vec<_> = ["ber", "tcap"]
        .iter()
        .filter_map(|layer| std::fs::read_dir(root.join(layer)).ok())
        .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())))
        .collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .map(|text| {
            text.lines()
                .flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace())
                .filter_map(|octet| u8::from_str_radix(octet, 16).ok())
                .collect()
        })
        .collect()
}

#[test]
fn what_the_oracle_refuses_earns_a_note_and_what_it_accepts_reads_alike() {
    let vectors = vectors();
    assert!(vectors.len() > 20);
    let mut accepted = 0;
    for octets in vectors {
        let mut notes = Notes::default();
        let said = ours_say(&octets, &mut notes);
        match theirs::decode(&octets) {
            Ok(message) => {
                accepted += 1;
                assert_eq!(said, Some(theirs_say(&message)), "{octets:02x?}");
            }
            Err(error) => assert!(!notes.is_empty(), "{error} {octets:02x?}"),
        }
    }
    assert!(accepted > 10, "{accepted}");
}

fn code() -> impl Strategy<Value = emit::Code> {
    prop_oneof![
        any::<i8>().prop_map(|code| emit::Code::Local(code.into())),
        prop::collection::vec(0_u64..300, 1..5)
            .prop_map(|tail| { emit::Code::Global([0, 4].into_iter().chain(tail).collect()) }),
    ]
}

fn parameter() -> impl Strategy<Value = Tlv> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..4).prop_map(|members| {
        let numbered = members.into_iter().zip(0_u8..);
        Tlv::constructed(0x30, numbered.map(|(octets, n)| Tlv::primitive(0x80 | n, octets)))
    })
}

fn component() -> impl Strategy<Value = Tlv> {
    let id = || any::<i8>().prop_map(i64::from);
    prop_oneof![
        (id(), code(), prop::option::of(parameter()))
            .prop_map(|(id, code, parameter)| emit::invoke(id, code, parameter)),
        (id(), id(), code(), prop::option::of(parameter())).prop_map(
            |(id, linked, code, parameter)| emit::linked_invoke(id, linked, code, parameter)
        ),
        (id(), prop::option::of((code(), parameter())))
            .prop_map(|(id, result)| emit::return_result(id, result)),
        (id(), prop::option::of((code(), parameter())))
            .prop_map(|(id, result)| emit::return_result_not_last(id, result)),
        (id(), code(), prop::option::of(parameter()))
            .prop_map(|(id, code, parameter)| emit::return_error(id, code, parameter)),
        (prop::option::of(id()), 0_i64..3).prop_map(|(id, code)| emit::reject(
            id,
            Problem::General,
            code
        )),
    ]
}

fn message() -> impl Strategy<Value = emit::Message> {
    let tid = || prop::collection::vec(any::<u8>(), 1..=4);
    let components = || prop::collection::vec(component(), 0..6);
    (0..3, tid(), tid(), components(), any::<bool>()).prop_map(
        |(kind, otid, dtid, components, dialogue)| {
            let message = match kind {
                0 => emit::Message::begin(&otid),
                1 => emit::Message::proceed(&otid, &dtid),
                _ => emit::Message::end(&dtid),
            };
            let context = &[0, 4, 0, 0, 1, 0, 20, 3];
            let dialogue = dialogue.then(|| match kind {
                0 => emit::aarq(context, None),
                _ => emit::aare(context, 0, 0, None),
            });
            emit::Message { components, dialogue, ..message }
        },
    )
}

fn digits() -> impl Strategy<Value = Digits> {
    "[0-9]{1,15}".prop_map(|text| Digits::parse(&text).unwrap_or_default())
}

fn argument(code: i64, octets: &[u8]) -> Parameters {
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    if let Some(element) = Elements::new(octets).next_or_cut(&mut notes) {
        let _ = cap::argument(code, 3, &element, &mut out, &mut notes);
    }
    out
}

proptest! {
    #[test]
    fn regular_messages_read_alike(message in message()) {
        let octets = message.encode();
        let decoded = theirs::decode(&octets);
        prop_assert!(decoded.is_ok(), "{decoded:?} {octets:02x?}");
        let said = ours_say(&octets, &mut Notes::default());
        prop_assert_eq!(said, decoded.ok().as_ref().map(theirs_say));
    }

    #[test]
    fn re_encoded_messages_read_alike(message in message(), pick in 0..Spelling::ALL.len(), seed: u64) {
        let plain = message.encode();
        let octets = re_encode(&plain, Spelling::ALL[pick], seed);
        let strip = |octets: &[u8]| ours_say(octets, &mut Notes::default()).map(|(otid, dtid, said)| {
            // A parameter is compared by what a plain spelling of it would be.
            let said: Vec<_> = said.into_iter().map(|(name, id, code, _)| (name, id, code)).collect();
            (otid, dtid, said)
        });
        prop_assert_eq!(strip(&plain), strip(&octets));
    }

    #[test]
    fn mutated_messages_that_the_oracle_accepts_read_alike(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let vectors = vectors();
        let mut octets = pick.get(&vectors).clone();
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        let said = ours_say(&octets, &mut Notes::default());
        if let Ok(message) = theirs::decode(&octets) {
            prop_assert_eq!(said, Some(theirs_say(&message)), "{:02x?}", octets);
        }
    }

    #[test]
    fn initial_dp_reads_alike(called in digits(), calling in digits(), imsi in "[0-9]{15}", event in 2_i64..8) {
        let imsi = Digits::parse(&imsi);
        let idp = emit_cap::InitialDp {
            service_key: 70_000, called: Some(called), calling: Some(calling), imsi, event: Some(event),
            msc: Some(called), vlr: Some(calling), cell: true, age: Some(3), ..Default::default()
        };
        let octets = idp.tlv().encode();
        let out = argument(0, &octets);
        let decoded = gsm_cap::decode::<InitialDpArg>(&octets);
        prop_assert!(decoded.is_ok(), "{decoded:?}");
        let Ok(decoded) = decoded else { return Ok(()) };
        let mut notes = Notes::default();
        let mut isup = |octets: &[u8]| isup::number(octets, Role::Other, &mut notes).map(|a| a.digits);
        prop_assert_eq!(decoded.called_party_number.as_deref().and_then(&mut isup), Some(called));
        prop_assert_eq!(decoded.calling_party_number.as_deref().and_then(&mut isup), Some(calling));
        let mut bcd = |octets: &[u8]| tbcd::read(octets, &mut notes);
        prop_assert_eq!(decoded.imsi.as_deref().map(&mut bcd), imsi);
        prop_assert_eq!(decoded.msc_address.as_deref().map(|a| bcd(&a[1..])), Some(called));
        let location = decoded.location_information;
        prop_assert_eq!(
            location.as_ref().and_then(|l| l.age_of_location_information), out.given.age_minutes
        );
        prop_assert_eq!(location.and_then(|l| l.vlr_number).as_deref().map(|a| bcd(&a[1..])), Some(calling));
        prop_assert_eq!(out.addresses.get(Role::CalledNumber).map(|a| a.digits), Some(called));
        prop_assert_eq!(out.imsi, imsi);
        prop_assert_eq!(out.camel.service_key, Some(70_000));
    }

    #[test]
    fn other_arguments_are_what_the_oracle_expects(to in digits(), from in digits(), event in 2_i64..8) {
        let connect = gsm_cap::decode::<ConnectArg>(&emit_cap::connect(to).encode());
        prop_assert!(connect.is_ok(), "{connect:?}");
        let imsi = Digits::parse("001011234567890").unwrap_or_default();
        let sms = emit_cap::initial_dp_sms(1, imsi, from, to, from).encode();
        let decoded = gsm_cap::decode::<InitialDpSmsArg>(&sms);
        prop_assert!(decoded.is_ok(), "{decoded:?}");
        let report = gsm_cap::decode::<EventReportBcsmArg>(&emit_cap::event_report(event).encode());
        prop_assert!(report.is_ok(), "{report:?}");
    }
}
