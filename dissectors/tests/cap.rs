//! CAP arguments: what is emitted is read back, in every spelling and from any octets (TS 29.078).

use picket_dissectors::{
    Digits, Error, Note, Notes,
    ber::Elements,
    cap::{self, opcode},
    emit::{
        ber::{Spelling, Style, Tlv, re_encode},
        cap as emit,
    },
    map::{
        Parameters,
        parameters::{Gifts, Precision, Role},
    },
};
use proptest::prelude::*;

fn digits(text: &str) -> Digits {
    Digits::parse(text).unwrap_or_default()
}

fn read(op_code: i64, version: u8, octets: &[u8]) -> (Result<(), Error>, Parameters, Notes) {
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let element = Elements::new(octets).next_or_cut(&mut notes);
    let result = element.map_or(Err(Error::Missing), |element| {
        cap::argument(op_code, version, &element, &mut out, &mut notes)
    });
    (result, out, notes)
}

fn initial_dp() -> emit::InitialDp {
    emit::InitialDp {
        service_key: 300,
        called: Some(digits("15550100")),
        calling: Some(digits("155501234")),
        dialled: Some(digits("0155")),
        event: Some(2),
        imsi: Some(digits("001011234567890")),
        msc: Some(digits("99900001")),
        vlr: Some(digits("99900002")),
        cell: true,
        age: Some(200),
        gmsc: Some(digits("99900003")),
        imei: Some(digits("001234561234567")),
    }
}

#[test]
fn initial_dp_gives_who_calls_whom_from_where() {
    let (result, out, notes) = read(0, 3, &initial_dp().tlv().encode());
    assert_eq!(result, Ok(()));
    assert!(notes.is_empty(), "{:?}", notes.iter().collect::<Vec<_>>());
    assert_eq!(out.imsi, Some(digits("001011234567890")));
    assert_eq!(out.imei, Some(digits("001234561234567")));
    assert_eq!(out.camel.service_key, Some(300));
    assert_eq!(out.camel.event_type, Some(2));
    assert!(out.given.kinds.contains(Gifts::LOCATION));
    assert!(out.given.kinds.contains(Gifts::SERVING_NODE));
    assert_eq!(out.given.precision, Precision::Cell);
    assert_eq!(out.given.age_minutes, Some(200));
    let addresses: Vec<_> =
        out.addresses.iter().map(|a| (a.role, a.nature, a.plan, a.digits.to_string())).collect();
    assert_eq!(
        addresses,
        [
            (Role::CalledNumber, 1, 1, "15550100".to_owned()),
            (Role::CallingNumber, 1, 1, "155501234".to_owned()),
            (Role::LocatedAt, 1, 1, "99900002".to_owned()),
            (Role::Msc, 1, 1, "99900001".to_owned()),
            (Role::CalledNumber, 0, 1, "0155".to_owned()),
            (Role::Gmsc, 1, 1, "99900003".to_owned()),
        ]
    );
}

#[test]
fn the_extension_of_version_2_has_the_gmsc_elsewhere() {
    let extension = Tlv::constructed(0xa0, [Tlv::primitive(0x81, [0x91, 0x99, 0x09])]).number(59);
    let octets = Tlv::constructed(0x30, [Tlv::integer(0x80, 1), extension]).encode();
    for (version, role) in [(1, Role::Gmsc), (2, Role::Gmsc), (3, Role::ForwardedTo)] {
        let (_, out, _) = read(0, version, &octets);
        assert!(out.addresses.get(role).is_some(), "version {version}");
    }
}

#[test]
fn every_operation_that_moves_a_call_or_message_says_where() {
    let (a, b, c) = (digits("15550111"), digits("155501222"), digits("99900009"));
    let imsi = digits("001011234567890");
    let nested = |number, inner: Tlv| {
        Tlv::constructed(
            0x30,
            [
                Tlv::integer(0x80, 8),
                Tlv::constructed(0xa2, [Tlv::constructed(0xa0, [inner]).number(number)]),
            ],
        )
    };
    let isup = |number, digits| {
        Tlv::primitive(0x80, emit::isup_number(emit::Nature::International, digits)).number(number)
    };
    let generic = |number, digits| {
        let mut octets = vec![0];
        octets.extend(emit::isup_number(emit::Nature::International, digits));
        Tlv::primitive(0x80, octets).number(number)
    };
    for (code, argument, want) in [
        (20, emit::connect(a), vec![(Role::DestinationRouting, a)]),
        (
            32,
            emit::initiate_call_attempt(a, b, c),
            vec![(Role::DestinationRouting, a), (Role::CallingNumber, b), (Role::GsmScf, c)],
        ),
        (
            60,
            emit::initial_dp_sms(5, imsi, a, b, c),
            vec![(Role::CalledNumber, b), (Role::CallingNumber, a), (Role::ServiceCentre, c)],
        ),
        (
            62,
            emit::connect_sms(Some(a), Some(b), Some(c)),
            vec![(Role::CallingNumber, a), (Role::DestinationRouting, b), (Role::ServiceCentre, c)],
        ),
        (19, Tlv::constructed(0x30, [isup(0, a)]), vec![(Role::DestinationRouting, a)]),
        (
            17,
            Tlv::constructed(0x30, [generic(0, a), isup(53, b)]),
            vec![(Role::DestinationRouting, a), (Role::CallingNumber, b)],
        ),
        (24, nested(8, isup(52, a)), vec![(Role::ForwardedTo, a)]),
        (24, nested(5, isup(50, a)), vec![(Role::CalledNumber, a)]),
        (
            41,
            Tlv::constructed(0x30, [Tlv::constructed(0xa0, [generic(0, a)])]),
            vec![(Role::CalledNumber, a)],
        ),
    ] {
        let (result, out, notes) = read(code, 3, &argument.encode());
        assert_eq!(result, Ok(()), "{code}");
        let found: Vec<_> = out.addresses.iter().map(|a| (a.role, a.digits)).collect();
        assert_eq!(found, want, "{code}");
        assert!(notes.is_empty(), "{code} {:?}", notes.iter().collect::<Vec<_>>());
    }
}

#[test]
fn causes_events_and_identities() {
    let (_, out, _) = read(22, 3, &emit::release_call(31).encode());
    assert_eq!(out.cause, Some(31));
    let (_, out, _) = read(23, 3, &emit::request_report(&[7, 9]).encode());
    assert_eq!(out.camel.event_type, Some(7));
    let (_, out, _) = read(24, 3, &emit::event_report(9).encode());
    assert_eq!(out.camel.event_type, Some(9));
    let gprs = emit::initial_dp_gprs(2, 1, digits("15550123"), digits("001011234567890"));
    let (_, out, notes) = read(78, 3, &gprs.encode());
    assert_eq!(out.msisdn, Some(digits("15550123")));
    assert_eq!(out.imsi, Some(digits("001011234567890")));
    assert!(notes.is_empty());
}

#[test]
fn odd_arguments_are_noted_and_read_as_far_as_they_go() {
    let imsi = |octets: &[u8]| Tlv::primitive(0x80, octets).number(50);
    let one = imsi(&[0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0]);
    let two = imsi(&[0x00, 0x01, 0x99, 0x99, 0x99, 0x99, 0x99, 0xf9]);
    let key = Tlv::integer(0x80, 1);
    for (argument, note, first) in [
        (Tlv::constructed(0x30, [key.clone(), one.clone(), two]), Note::BerMemberDuplicate, true),
        (Tlv::constructed(0x30, [one.clone(), key]), Note::BerMemberOrder, true),
        (Tlv::constructed(0x30, [imsi(&[])]), Note::MapImsiNotDecodable, false),
        (Tlv::constructed(0x30, [imsi(&[0x00, 0xf1])]), Note::MapImsiLength, false),
        (Tlv::primitive(0x01, [3]), Note::CapArgumentBad, false),
        (
            Tlv::constructed(0x30, [one.spelled(Style { pieces: 3, ..Style::default() })]),
            Note::BerStringConstructed,
            true,
        ),
    ] {
        let (_, out, notes) = read(0, 3, &argument.encode());
        assert!(notes.contains(note), "{note}");
        assert_eq!(out.imsi == Some(digits("001011234567890")), first, "{note}");
    }
    assert!(matches!(read(1, 3, &[0x30, 0]).0, Err(Error::Unsupported { value: 1 })));
}

proptest! {
    #[test]
    fn every_spelling_says_the_same(pick in 0..Spelling::ALL.len(), seed: u64) {
        let octets = initial_dp().tlv().encode();
        let spelling = Spelling::ALL.get(pick).copied().unwrap_or(Spelling::Mixed);
        let (_, plain, _) = read(0, 3, &octets);
        let (_, other, notes) = read(0, 3, &re_encode(&octets, spelling, seed));
        prop_assert_eq!(plain, other);
        prop_assert!(!notes.is_empty() || re_encode(&octets, spelling, seed) == octets);
    }

    #[test]
    fn numbers_survive(text in "[0-9]{1,15}", calling in "[0-9]{1,15}") {
        let (to, from) = (digits(&text), digits(&calling));
        let argument = emit::initiate_call_attempt(to, from, to).encode();
        let (_, out, notes) = read(32, 4, &argument);
        prop_assert_eq!(out.addresses.get(Role::DestinationRouting).map(|a| a.digits), Some(to));
        prop_assert_eq!(out.addresses.get(Role::CallingNumber).map(|a| a.digits), Some(from));
        prop_assert!(notes.is_empty());
    }

    #[test]
    fn random_octets_never_panic(
        pick in any::<prop::sample::Index>(),
        version in 0_u8..6,
        octets in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let operation = pick.get(opcode::all());
        let _ = read(operation.code.into(), version, &octets);
    }

    #[test]
    fn mutated_arguments_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut octets = initial_dp().tlv().encode();
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        let _ = read(pick.get(opcode::all()).code.into(), 3, &octets);
    }
}
