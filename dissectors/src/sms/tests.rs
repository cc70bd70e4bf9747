//! Transfer PDUs, their addresses and user data headers (3GPP TS 23.040).

use proptest::prelude::*;

use super::*;
use crate::digits::Digits;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn headers_of_each_type() {
    use Direction::{FromPhone, ToPhone, Unknown};
    for (text, direction, kind, address, pid, dcs, udl) in [
        // DELIVER from +1 555 0100, three characters.
        (
            "04 07 91 515510f0 00 00 62010100000000 03 616263",
            ToPhone,
            Kind::Deliver,
            Some((1, "1555010")),
            Some(0),
            Some(0),
            Some(3),
        ),
        // DELIVER with an alphanumeric sender of four characters.
        (
            "04 07 d0 61f1981c 00 00 62010100000000 01 61",
            ToPhone,
            Kind::Deliver,
            Some((5, "")),
            Some(0),
            Some(0),
            Some(1),
        ),
        // SUBMIT with a relative validity.
        (
            "11 2a 08 91 51551000 40 f6 a7 02 0102",
            FromPhone,
            Kind::Submit,
            Some((1, "15550100")),
            Some(0x40),
            Some(0xf6),
            Some(2),
        ),
        // SUBMIT with an absolute validity.
        (
            "19 2a 08 91 51551000 00 08 62010100000000 02 0061",
            Unknown,
            Kind::Submit,
            Some((1, "15550100")),
            Some(0),
            Some(8),
            Some(2),
        ),
        (
            "02 2a 08 91 51551000 62010100000000 62010100000000 00",
            ToPhone,
            Kind::StatusReport,
            Some((1, "15550100")),
            None,
            None,
            None,
        ),
        (
            "02 2a 00 00 01 08 91 51551000 00",
            FromPhone,
            Kind::Command,
            Some((1, "15550100")),
            Some(0),
            None,
            Some(0),
        ),
        ("00 00", FromPhone, Kind::DeliverReport, None, None, None, None),
        ("01 00", ToPhone, Kind::SubmitReport, None, None, None, None),
    ] {
        let mut notes = Notes::default();
        let header = header(&hex(text), direction, &mut notes).unwrap();
        assert_eq!(header.kind, kind, "{text}");
        let read = header.address.map(|a| (a.nature, a.digits));
        assert_eq!(read, address.map(|(n, d)| (n, Digits::parse(d).unwrap())), "{text}");
        assert_eq!((header.pid, header.dcs, header.udl), (pid, dcs, udl), "{text}");
        assert!(notes.is_empty(), "{text} {:?}", notes.iter().collect::<Vec<_>>());
    }
}

#[test]
fn what_the_user_never_sees_is_noted() {
    for (text, want) in [
        ("04 07 91 515510f0 40 00 62010100000000 00", Note::SmsTypeZero),
        ("04 07 91 515510f0 7f f6 62010100000000 00", Note::SmsSimData),
        ("44 07 91 515510f0 00 f6 62010100000000 03 027000", Note::SmsSimData),
        ("44 07 91 515510f0 00 f6 62010100000000 01 09", Note::SmsUdhBad),
        ("04 07 91 515510f0 00 f6 62010100000000 05 01", Note::SmsHeaderBad),
        ("04 07 91 5155", Note::SmsHeaderBad),
        ("04 07 11 515510f0 00 00 62010100000000 00", Note::SmsHeaderBad),
    ] {
        let mut notes = Notes::default();
        header(&hex(text), Direction::ToPhone, &mut notes).unwrap();
        assert_eq!(notes.iter().collect::<Vec<_>>(), [want], "{text}");
    }
    assert!(header(&[], Direction::ToPhone, &mut Notes::default()).is_err());
    assert!(header(&[3], Direction::FromPhone, &mut Notes::default()).is_err());
}

proptest! {
    #[test]
    fn never_panics(octets in proptest::collection::vec(any::<u8>(), 0..180)) {
        for direction in [Direction::ToPhone, Direction::FromPhone, Direction::Unknown] {
            let mut notes = Notes::default();
            let mut out = Parameters::default();
            read(&octets, direction, &mut out, &mut notes);
        }
    }
}
