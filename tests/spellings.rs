//! However a message is spelled in BER, the same is read, and that it is spelled oddly is noted.
//!
//! Receivers accept every spelling (X.690 §8), so a detector that reads only the usual one is
//! passed by. Each case is a whole message, so that ids and contexts are respelled as well.

mod octets;

use picket::event::SigEvent;
use picket_dissectors::{
    Digits, cap,
    emit::{
        self,
        ber::{Spelling, Tlv, re_encode},
        map::{
            Subscriber,
            location::{self, ProvideSubscriberLocation, RequestedInfo},
            mobility,
            sms::SendRoutingInfoForSm,
            subscriber::InsertSubscriberData,
        },
        sccp::{Address, Unitdata},
        tcap,
    },
    link, m2pa, m2ua, m3ua,
    map::{
        context, opcode,
        sample::{Of, samples},
    },
    mtp3::{self, Variant},
    sccp::MessageType,
    sctp,
};
use proptest::prelude::*;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap_or_default()
}

/// Operation code, application context and argument.
fn cases() -> [(i64, u64, Tlv); 7] {
    let (imsi, msisdn, node) =
        (digits("001011234567890"), digits("15550100"), digits("99910000001"));
    let info = RequestedInfo { location: true, state: true, ..RequestedInfo::default() };
    let subscription = InsertSubscriberData {
        imsi: Some(imsi),
        msisdn: Some(msisdn),
        services: true,
        ..InsertSubscriberData::default()
    };
    [
        (71, 29, location::any_time_interrogation(Subscriber::Msisdn(msisdn), info, node)),
        (71, 29, location::any_time_interrogation(Subscriber::Imsi(imsi), info, node)),
        (70, 28, location::provide_subscriber_info(imsi, info)),
        (
            45,
            20,
            SendRoutingInfoForSm {
                msisdn,
                priority: true,
                service_centre: node,
                not_intended: None,
                gprs: true,
            }
            .tlv(),
        ),
        (2, 1, mobility::update_location(imsi, node, node)),
        (7, 16, subscription.tlv()),
        (83, 38, ProvideSubscriberLocation::new(Subscriber::Imsi(imsi), node).tlv()),
    ]
}

fn message(case: &(i64, u64, Tlv)) -> Vec<u8> {
    let (code, context, argument) = case;
    tcap::Message::begin(&[0x1a, 0x2b, 0x3c, 0x4d])
        .dialogue(tcap::aarq(&[0, 4, 0, 0, 1, 0, *context, 3], None))
        .component(tcap::invoke(1, *code, Some(argument.clone())))
        .encode()
}

fn read(octets: &[u8]) -> Vec<SigEvent> {
    let (called, calling) =
        (Address::e164(digits("99920000001"), 6), Address::e164(digits("99910000001"), 8));
    octets::tcap(called, calling, octets)
}

proptest! {
    #[test]
    fn every_spelling_reads_the_same_and_is_noted(
        case in 0_usize..7,
        spelling in prop::sample::select(Spelling::ALL.to_vec()),
        seed in any::<u64>(),
    ) {
        let case = cases().into_iter().nth(case);
        let plain = message(&case.ok_or_else(|| TestCaseError::fail("no such case"))?);
        let respelled = re_encode(&plain, spelling, seed);
        let (want, got) = (read(&plain), read(&respelled));
        let ([want], [got]) = (&want[..], &got[..]) else {
            return Err(TestCaseError::fail(format!("{} and {} events", want.len(), got.len())));
        };
        prop_assert!(want.operation.is_some());
        prop_assert!(want.subscriber.imsi.or(want.subscriber.msisdn).is_some());
        prop_assert_eq!(got.operation, want.operation);
        prop_assert_eq!(got.subscriber.imsi, want.subscriber.imsi);
        prop_assert_eq!(got.subscriber.msisdn, want.subscriber.msisdn);
        prop_assert_eq!(got.parameters, want.parameters);
        prop_assert_eq!(got.tcap, want.tcap);
        prop_assert_eq!(got.unread, None);
        prop_assert!(want.notes.iter().all(|note| got.notes.contains(note)));
        prop_assert_eq!(got.notes == want.notes, respelled == plain, "{:02x?}", respelled);
    }
}

/// What a message is about: the operation and which part of it.
type Case = (String, Vec<u8>);

/// A message around each sample of each argument, result and error parameter of MAP, in the newest
/// context that has the operation.
fn of_map() -> Vec<Case> {
    let mut out = Vec::new();
    for operation in opcode::all() {
        let (code, version) = (operation.code, operation.highest);
        let found = context::all().iter().find(|c| c.has_operation(code, version));
        let name = found.map(|found| [0, 4, 0, 0, 1, 0, found.number.into(), version.into()]);
        let reference = [0x96, 0x00, 0x01, 0x01, 0x00, 0x00, 0x40, 0x17, 0xf1];
        for octets in samples(Of::Argument(code)) {
            let open = tcap::map_open(Some(&reference), None);
            let message = tcap::Message::begin(&[0x1a, 0x2b, 0x3c, 0x4d]);
            let message = match &name {
                Some(name) => message.dialogue(tcap::aarq(name, Some(open))),
                None => message,
            };
            let invoke = tcap::invoke(1, i64::from(code), Tlv::parse(&octets).map(first));
            out.push((
                format!("argument of {}", operation.name(3)),
                message.component(invoke).encode(),
            ));
        }
        let Some(name) = name else { continue };
        for octets in samples(Of::Result(code)) {
            // What a table leaves to a function has samples of several types: here [0] is a sequence,
            // and an octet string in its place is none in pieces.
            if code == 45 && octets.windows(GSN.len()).any(|window| window == GSN) {
                continue;
            }
            let answer =
                Tlv::parse(&octets).map(first).map(|result| (i64::from(code).into(), result));
            let message = tcap::Message::end(&[0x1a, 0x2b, 0x3c, 0x4d])
                .dialogue(tcap::aare(&name, 0, 0, None))
                .component(tcap::return_result(1, answer));
            out.push((format!("result of {}", operation.name(3)), message.encode()));
        }
    }
    for code in 0..=127_u8 {
        for octets in samples(Of::Error(code)) {
            let parameter = Tlv::parse(&octets).map(first);
            let message = tcap::Message::end(&[0x1a, 0x2b, 0x3c, 0x4d])
                .component(tcap::return_error(1, i64::from(code), parameter));
            out.push((format!("error {code}"), message.encode()));
        }
    }
    out
}

/// The same of the arguments of CAP, in each of its versions.
fn of_cap() -> Vec<Case> {
    let mut out = Vec::new();
    for operation in cap::opcode::all() {
        for (version, name) in [
            (1, &[0_u64, 4, 0, 0, 1, 0, 50, 0][..]),
            (2, &[0, 4, 0, 0, 1, 0, 50, 1]),
            (3, &[0, 4, 0, 0, 1, 21, 3, 4]),
            (4, &[0, 4, 0, 0, 1, 23, 3, 4]),
        ] {
            for octets in cap::sample::samples(operation.code.into(), version) {
                let argument = Tlv::parse(&octets).map(first);
                let message = tcap::Message::begin(&[0x1a, 0x2b, 0x3c, 0x4d])
                    .dialogue(tcap::aarq(name, None))
                    .component(tcap::invoke(1, i64::from(operation.code), argument));
                out.push((format!("CAP {version} {}", operation.name), message.encode()));
            }
        }
    }
    out
}

/// GSN-Address of 192.0.2.1, as samples have it.
const GSN: [u8; 5] = [0x04, 192, 0, 2, 1];

fn first(elements: Vec<Tlv>) -> Tlv {
    elements.into_iter().next().unwrap_or_else(|| Tlv::null(0x05))
}

/// What two readings of a message differ in.
fn difference(want: &[SigEvent], got: &[SigEvent]) -> Option<String> {
    let ([want], [got]) = (want, got) else {
        return Some(format!("{} and {} events", want.len(), got.len()));
    };
    if got.operation != want.operation {
        return Some(format!("operation {:?} for {:?}", got.operation, want.operation));
    }
    if got.parameters != want.parameters {
        return Some(format!("{:#?} for {:#?}", got.parameters, want.parameters));
    }
    let named = |event: &SigEvent| (event.subscriber.imsi, event.subscriber.msisdn);
    if named(got) != named(want) || got.unread != want.unread {
        return Some(format!("{:?} {:?}", named(got), got.unread));
    }
    (got.tcap != want.tcap).then(|| format!("{:?} for {:?}", got.tcap, want.tcap))
}

#[test]
fn every_operation_reads_the_same_in_every_spelling() {
    let cases = [of_map(), of_cap()].concat();
    assert!(cases.len() > 300, "{}", cases.len());
    let mut wrong = Vec::new();
    for (at, (story, plain)) in (0_u64..).zip(&cases) {
        let want = read(plain);
        for spelling in Spelling::ALL {
            let respelled = re_encode(plain, spelling, at);
            let got = read(&respelled);
            if let Some(difference) = difference(&want, &got) {
                wrong.push(format!("{story} {spelling:?} {respelled:02x?}: {difference}"));
                continue;
            }
            let told = want.iter().zip(&got).any(|(want, got)| got.notes != want.notes);
            if told == (respelled == *plain) {
                wrong.push(format!("{story} {spelling:?}: not told {respelled:02x?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, first {}", wrong.len(), wrong.first().map_or("", |w| w));
}

#[test]
fn every_operation_reads_the_same_on_every_carrier() {
    let mut wrong = Vec::new();
    let (called, calling) =
        (Address::e164(digits("99920000001"), 6), Address::e164(digits("99910000001"), 8));
    for (story, plain) in [of_map(), of_cap()].concat() {
        let want = read(&plain);
        for kind in [MessageType::Udt, MessageType::Xudt, MessageType::Ludt] {
            if kind != MessageType::Ludt && plain.len() > 200 {
                continue;
            }
            let sccp = Unitdata { kind, ..Unitdata::udt(called, calling, &plain) }.octets();
            let label = mtp3::Message {
                opc: 1234,
                dpc: 4321,
                si: mtp3::SCCP,
                ni: 0,
                mp: 0,
                sls: 5,
                user: &sccp,
            };
            let unit = label.octets(Variant::Itu);
            let m3ua = m3ua::Data {
                network_appearance: None,
                routing_context: Some(7),
                protocol_data: label,
                rival: None,
                correlation_id: None,
            };
            let m2pa = m2pa::Message {
                bsn: 1,
                fsn: 2,
                body: m2pa::Body::User { priority: 0, mtp3: &unit },
            };
            let m2ua =
                m2ua::Data { interface: Some(1), correlation_id: None, mtp3: &unit, rival: None };
            let sua = emit::sua::translated(&sccp, Variant::Itu, 7).unwrap_or_default();
            let length = u8::try_from(unit.len()).unwrap_or(63).min(63);
            let mtp2 = [&[0x85, 0x86, length], &unit[..]].concat();
            for (carrier, link, octets) in [
                ("M3UA", link::SCTP, over(sctp::PPID_M3UA, &m3ua.octets())),
                ("M2PA", link::SCTP, over(sctp::PPID_M2PA, &m2pa.octets())),
                ("M2UA", link::SCTP, over(sctp::PPID_M2UA, &m2ua.octets())),
                ("SUA", link::SCTP, over(sctp::PPID_SUA, &sua)),
                ("MTP3", link::MTP3, unit.clone()),
                ("MTP2", link::MTP2, mtp2),
            ] {
                if let Some(difference) = difference(&want, &octets::frame(link, &octets)) {
                    wrong.push(format!("{story} {kind:?} over {carrier}: {difference}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong, first {}", wrong.len(), wrong.first().map_or("", |w| w));
}

fn over(ppid: u32, octets: &[u8]) -> Vec<u8> {
    let packet = emit::sctp::Packet {
        source_port: 2905,
        destination_port: 2906,
        verification_tag: 1,
        chunks: vec![emit::sctp::data(&emit::sctp::whole(1, 0, 0, ppid, octets))],
    };
    packet.octets()
}
