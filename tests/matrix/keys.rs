//! An operation on a subscriber whose key cannot be read raises an alert of its own, whichever
//! operation it is; one whose key stands where it may stand raises none.

use crate::stories::{
    HLR, IMSI, STRANGER, Step,
    Way::{In, Out},
    digits, tell, title, unitdata,
};
use picket_dissectors::{
    emit::{
        ber::Tlv,
        map::{self, mobility},
        tcap::{self, Message},
    },
    map::{
        context,
        opcode::{self, Key, Operation},
        parameters,
        sample::{Of, samples},
    },
};

const RULE: &str = "sensitive_request_without_readable_key";
/// What the samples have for an IMSI and for a number.
const IDENTITY: [u8; 8] = [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0];
const NUMBER: [u8; 5] = [0x91, 0x51, 0x55, 0x10, 0x00];

/// Operations about a subscriber, with a context that has them and its version.
fn operations() -> Vec<(&'static Operation, Option<(u64, u64)>)> {
    let keyed = opcode::all()
        .iter()
        .filter(|operation| !operation.dtap && !matches!(operation.key, Key::None | Key::Tmsi));
    keyed
        .map(|operation| {
            let version = operation.highest;
            let found = context::all().iter().find(|c| c.has_operation(operation.code, version));
            let context = found.map(|context| (u64::from(context.number), u64::from(version)));
            (operation, context.filter(|_| version > 1))
        })
        .collect()
}

fn begin(
    (operation, context): (&Operation, Option<(u64, u64)>),
    argument: Option<&[u8]>,
    reference: Option<&str>,
) -> Step {
    let argument = argument.map(|octets| Tlv::raw(octets.to_vec()));
    let mut message = Message::begin(&[0, 0, 0, 1]);
    if let Some((number, version)) = context {
        let open = reference.map(|imsi| {
            let address = parameters::Address {
                nature: 1,
                plan: 6,
                digits: digits(imsi),
                ..Default::default()
            };
            tcap::map_open(Some(&map::address_string(address)), None)
        });
        message = message.dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, number, version], open));
    }
    let message = message.component(tcap::invoke(1, i64::from(operation.code), argument));
    unitdata(In, title(STRANGER, 5), title(HLR, 5), &message)
}

fn fires(steps: &[Step]) -> bool {
    tell(steps).rules.contains(RULE)
}

/// The first sample that names the subscriber as the operation wants it.
fn argument(operation: &Operation) -> Vec<u8> {
    let has = |octets: &Vec<u8>, part: &[u8]| octets.windows(part.len()).any(|part_| part_ == part);
    let samples = samples(Of::Argument(operation.code));
    let wanted = samples.iter().find(|sample| match operation.key {
        Key::Msisdn => has(sample, &NUMBER),
        Key::Reference => true,
        _ => has(sample, &IDENTITY),
    });
    wanted.or_else(|| samples.first()).cloned().unwrap_or_default()
}

fn replaced(octets: &[u8], part: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = octets.to_vec();
    for at in 0..out.len().saturating_sub(part.len()) + 1 {
        if out.get(at..at + part.len()) == Some(part) {
            out.splice(at..at + part.len(), with.iter().copied());
        }
    }
    out
}

#[test]
fn a_readable_key_raises_nothing() {
    for (operation, context) in operations() {
        let reference = matches!(operation.key, Key::Reference).then_some(IMSI);
        let step = begin((operation, context), Some(&argument(operation)), reference);
        assert!(!fires(&[step]), "{}", operation.name(3));
    }
}

#[test]
fn an_unreadable_key_raises_an_alert() {
    for (operation, context) in operations() {
        let good = argument(operation);
        let bad = replaced(&good, &IDENTITY, &[0xaa; 8]);
        let bad = if matches!(operation.key, Key::Msisdn | Key::Either) {
            replaced(&bad, &NUMBER, &[0x91, 0xaa, 0xaa, 0xaa, 0xaa])
        } else {
            bad
        };
        if bad == good {
            // The reference alone names the subscriber.
            assert_eq!(operation.key, Key::Reference, "{}", operation.name(3));
            continue;
        }
        assert!(fires(&[begin((operation, context), Some(&bad), None)]), "{}", operation.name(3));
    }
}

#[test]
fn a_missing_key_raises_an_alert() {
    for (operation, context) in operations() {
        let outer = argument(operation).first().copied().unwrap_or(0x30);
        let empty = [outer, 0];
        let step = begin((operation, context), Some(&empty), None);
        // Without a context there is no reference that could name anybody, and nobody is.
        let wanted = operation.key != Key::Reference || context.is_some();
        assert_eq!(fires(&[step]), wanted, "{}", operation.name(3));
    }
}

#[test]
fn a_key_in_the_destination_reference_will_do_where_it_may_stand() {
    for (operation, context) in operations() {
        let may = matches!(operation.key, Key::Reference | Key::ImsiOrReference);
        if context.is_none() {
            // Version 1 has no destination reference.
            continue;
        }
        let outer = argument(operation).first().copied().unwrap_or(0x30);
        let fired = fires(&[begin((operation, context), Some(&[outer, 0]), Some(IMSI))]);
        assert_eq!(fired, !may, "{}", operation.name(3));
    }
}

#[test]
fn a_key_named_earlier_in_the_dialogue_will_do() {
    let (here, there) = ([0, 0, 0, 1], [0, 0, 0, 2]);
    let registration = mobility::update_location(digits(IMSI), digits(STRANGER), digits(STRANGER));
    let opening = crate::stories::begin(Some((1, 3)), 2, Some(registration));
    let opening = unitdata(In, title(STRANGER, 7), title(HLR, 6), &opening);
    let services = Tlv::constructed(0x30, [Tlv::constructed(0xa6, [Tlv::primitive(0x04, [0x11])])]);
    for (code, argument, from_home) in [(7, services.clone(), true), (56, services, false)] {
        let invoke = tcap::invoke(2, code, Some(argument.clone()));
        let step = if from_home {
            let message = Message::proceed(&there, &here).component(invoke.clone());
            unitdata(Out, title(HLR, 6), title(STRANGER, 7), &message)
        } else {
            let message = Message::proceed(&here, &there).component(invoke.clone());
            unitdata(In, title(STRANGER, 7), title(HLR, 6), &message)
        };
        assert!(!fires(&[opening.clone(), step]), "{code} in a registration");
        let alone = Message::begin(&[0, 0, 0, 3])
            .dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, if code == 7 { 16 } else { 14 }, 3], None))
            .component(invoke);
        let alone = unitdata(In, title(STRANGER, 5), title(HLR, 5), &alone);
        assert!(fires(&[alone]), "{code} alone");
    }
}

#[test]
fn operations_without_a_subscriber_raise_nothing() {
    let keyless = opcode::all().iter().filter(|operation| {
        !operation.dtap && matches!(operation.key, Key::None) && operation.code != 38
    });
    for operation in keyless {
        let samples = samples(Of::Argument(operation.code));
        let Some(sample) = samples.first() else { continue };
        let step = begin((operation, None), Some(sample), None);
        assert!(!fires(&[step]), "{}", operation.name(3));
    }
}
