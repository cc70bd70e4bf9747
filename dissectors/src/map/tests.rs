//! Arguments, results and errors read as the vectors and the standard have them.

use super::{
    parameters::{Gifts, Precision, Profile, Requested, Role},
    *,
};
use crate::{ber::Elements, digits::Digits};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn read(
    text: &str,
    reader: impl Fn(&Element<'_>, &mut Parameters, &mut Notes) -> Result<(), Error>,
) -> (Result<(), Error>, Parameters, Vec<Note>) {
    let octets = hex(text);
    let (mut out, mut notes) = (Parameters::default(), Notes::default());
    let element = Elements::new(&octets).next(&mut notes).unwrap().unwrap();
    let outcome = reader(&element, &mut out, &mut notes);
    (outcome, out, notes.iter().collect())
}

fn arg(code: u8, version: u8, text: &str) -> (Result<(), Error>, Parameters, Vec<Note>) {
    read(text, |element, out, notes| argument(code, version, element, out, notes))
}

fn res(code: u8, version: u8, text: &str) -> (Result<(), Error>, Parameters, Vec<Note>) {
    read(text, |element, out, notes| result(code, version, element, out, notes))
}

fn digits(text: &str) -> Option<Digits> {
    Digits::parse(text)
}

/// Wraps hexadecimal text in an element of this tag.
fn tlv(tag: &str, body: &str) -> String {
    format!("{tag} {:02x} {body}", hex(body).len())
}

const IMSI: &str = "00 11 10 32 54 76 98 f0";
const PSI: &str = "30 0e 80 08 0011103254769 8f0 a2 02 80 00";

#[test]
fn a_subscriber_is_named_the_same_way_by_every_version() {
    for (code, version, text) in [
        (70, 3, PSI.to_owned()),
        (56, 2, format!("04 08 {IMSI}")),
        (56, 3, format!("30 0d 80 08 {IMSI} 02 01 05")),
        (3, 2, format!("04 08 {IMSI}")),
        (3, 2, format!("30 10 04 08 {IMSI} 04 04 01020304")),
        (3, 3, format!("a3 0d 04 08 {IMSI} 0a 01 01")),
        (3, 3, format!("a3 12 30 10 04 08 {IMSI} 04 04 01020304")),
        (67, 2, format!("30 10 04 08 {IMSI} 04 04 91515510")),
        (67, 3, format!("a3 10 04 08 {IMSI} 80 04 91515510")),
        (2, 1, format!("30 16 04 08 {IMSI} 80 04 91515510 04 04 91515520")),
        (2, 3, format!("30 16 04 08 {IMSI} 81 04 91515510 04 04 91515520")),
        (48, 1, format!("04 08 {IMSI}")),
    ] {
        for version in [version, 0, 1, 2, 3, 200] {
            let (outcome, out, notes) = arg(code, version, &text);
            assert_eq!(outcome, Ok(()), "{code} {text}");
            assert_eq!(out.imsi, digits("001101234567890"), "{code} {text}");
            assert_eq!(notes, [], "{code} {text}");
        }
    }
}

#[test]
fn a_wrong_outer_tag_hides_nothing() {
    let (outcome, out, notes) = arg(70, 3, &PSI.replacen("30", "a5", 1));
    assert_eq!(outcome, Err(Error::Tag { found: 0xa5 }));
    assert_eq!(out.imsi, digits("001101234567890"));
    assert_eq!(notes, [Note::MapArgumentBad]);
}

#[test]
fn members_twice_out_of_order_or_unknown_are_noted() {
    for (text, other, want) in [
        (
            "30 18 80 08 00111032547698f0 80 08 00111032547698f1 a2 02 80 00",
            digits("001101234567891"),
            &[Note::BerMemberDuplicate][..],
        ),
        (
            "30 18 80 08 00111032547698f0 80 08 00111032547698f0 a2 02 80 00",
            None,
            &[Note::BerMemberDuplicate],
        ),
        ("30 0e a2 02 80 00 80 08 00111032547698f0", None, &[Note::BerMemberOrder]),
        ("30 10 9a 00 80 08 00111032547698f0 a2 02 80 00", None, &[Note::MapMemberUnknown]),
        ("30 10 80 08 00111032547698f0 a2 02 80 00 9a 00", None, &[]),
        ("30 10 80 08 00111032547698f0 a2 02 80 00 a3 00", None, &[Note::MapExtensionUnknown]),
    ] {
        let (outcome, out, notes) = arg(70, 3, text);
        assert_eq!(outcome, Ok(()), "{text}");
        assert_eq!(out.imsi, digits("001101234567890"), "{text}");
        assert_eq!(out.other_imsi, other, "{text}");
        assert!(out.requested.contains(Requested::LOCATION), "{text}");
        assert_eq!(notes, want, "{text}");
    }
}

#[test]
fn a_choice_of_two_is_noted() {
    let who = tlv("a0", "80 08 00111032547698f0 80 08 00111032547698f1");
    let text = tlv("30", &format!("{who} a1 02 80 00 83 03 915155"));
    let (outcome, out, notes) = arg(71, 3, &text);
    assert_eq!((outcome, &notes[..]), (Ok(()), &[Note::BerMemberDuplicate][..]));
    assert_eq!(out.imsi, digits("001101234567890"));
    assert_eq!(out.other_imsi, digits("001101234567891"));
}

#[test]
fn a_key_that_does_not_decode_is_said_to() {
    for (text, imsi) in [
        ("30 06 80 00 a2 02 80 00", None),
        ("30 08 80 02 0011 a2 02 80 00", digits("0011")),
        ("30 0e 80 08 001a1032547698f0 a2 02 80 00", digits("00a101234567890")),
        ("30 0f 80 09 0011103254769800f0 a2 02 80 00", digits("00110123456789000")),
    ] {
        let (_, out, notes) = arg(70, 3, text);
        assert_eq!(out.imsi, imsi, "{text}");
        assert!(out.key_unreadable, "{text}");
        assert!(
            notes.contains(&Note::MapImsiLength) || notes.contains(&Note::MapImsiNotDecodable),
            "{text}"
        );
    }
    let (_, out, _) = res(58, 2, "04 02 0011");
    assert!(!out.key_unreadable, "an answer has no key");
}

#[test]
fn what_was_read_before_a_cut_stays() {
    let (outcome, out, notes) = arg(2, 3, "30 10 04 08 00111032547698f0 81 09 91515510");
    assert_eq!(outcome, Err(Error::Truncated { missing: 5 }));
    assert_eq!(out.imsi, digits("001101234567890"));
    assert_eq!(out.addresses.get(Role::Msc).unwrap().digits, digits("155501").unwrap());
    assert_eq!(notes, [Note::BerLengthOverrun, Note::MapArgumentBad]);
}

#[test]
fn answers_say_what_they_give_away() {
    let sri_sm = "30 10 04 08 00111032547698f0 a0 04 81 02 9151";
    let sri_sm_sgsn = "30 12 04 08 00111032547698f0 a0 06 81 02 9151 85 00";
    let cell = tlv("a0", "02 01 05 a3 09 80 07 00f11000010002");
    let ati_cell = &tlv("30", &tlv("30", &cell));
    for (code, version, text, kinds, precision) in [
        (45, 3, sri_sm, &[Gifts::IDENTITY, Gifts::SERVING_NODE][..], Precision::None),
        (45, 1, sri_sm_sgsn, &[Gifts::IDENTITY, Gifts::SERVING_NODE], Precision::None),
        (58, 2, "04 08 00111032547698f0", &[Gifts::IDENTITY], Precision::None),
        (4, 1, "04 03 915155", &[Gifts::MSRN], Precision::None),
        (4, 3, "30 05 04 03 915155", &[Gifts::MSRN], Precision::None),
        (71, 3, ati_cell, &[Gifts::LOCATION], Precision::Cell),
        (
            70,
            3,
            "30 09 30 07 a0 05 81 03 915155",
            &[Gifts::LOCATION, Gifts::SERVING_NODE],
            Precision::Country,
        ),
        (83, 3, "30 0a 04 08 1012345678901234", &[Gifts::LOCATION], Precision::Coordinates),
        (70, 3, "30 06 30 04 a1 02 80 00", &[Gifts::STATE], Precision::None),
        (70, 3, "30 06 30 04 a1 02 82 00", &[], Precision::None),
        (
            22,
            2,
            "30 0f 04 08 00111032547698f0 04 03 915155",
            &[Gifts::IDENTITY, Gifts::MSRN],
            Precision::None,
        ),
        (
            22,
            3,
            "a3 0f 89 08 00111032547698f0 04 03 915155",
            &[Gifts::IDENTITY, Gifts::MSRN],
            Precision::None,
        ),
    ] {
        let (outcome, out, notes) = res(code, version, text);
        assert_eq!((outcome, &notes[..]), (Ok(()), &[][..]), "{code} {text}");
        let mut want = Gifts::NONE;
        kinds.iter().for_each(|&kind| want.insert(kind));
        assert_eq!(out.given.kinds, want, "{code} {text}");
        assert_eq!(out.given.precision, precision, "{code} {text}");
    }
}

#[test]
fn vectors_are_counted_in_every_form() {
    let triplet =
        "30 22 04 10 00000000000000000000000000000000 04 04 00000000 04 08 0000000000000000";
    let two = format!("{triplet} {triplet}");
    for text in [format!("30 48 {two}"), format!("a3 4a a0 48 {two}"), format!("a3 4a a1 48 {two}")]
    {
        let (outcome, out, notes) = res(56, 3, &text);
        assert_eq!((outcome, &notes[..]), (Ok(()), &[][..]), "{text}");
        assert_eq!(out.vectors, 2, "{text}");
        assert!(out.given.kinds.contains(Gifts::KEYS), "{text}");
    }
}

#[test]
fn a_profile_gives_its_addresses() {
    // O-CSI with one trigger, and call forwarding unconditional.
    let trigger = tlv("30", "0a 01 02 02 01 07 80 03 915155");
    let o_csi = tlv("ad", &tlv("a0", &tlv("30", &trigger)));
    let feature = tlv("30", "84 01 07 85 04 91515566");
    let forwarding = tlv("a0", &format!("04 01 21 {}", tlv("30", &feature)));
    let services = tlv("a7", &forwarding);
    let text = tlv("30", &format!("80 08 {IMSI} 81 03 915177 {services} {o_csi}"));
    let (outcome, out, notes) = arg(7, 3, &text);
    assert_eq!((outcome, &notes[..]), (Ok(()), &[][..]), "{text}");
    assert_eq!(out.addresses.get(Role::GsmScf).unwrap().digits, digits("1555").unwrap());
    assert_eq!(out.addresses.get(Role::ForwardedTo).unwrap().digits, digits("155566").unwrap());
    assert_eq!(out.camel.service_key, Some(7));
    assert_eq!(out.ss_code, Some(0x21));
    for part in [Profile::MSISDN, Profile::FORWARDING, Profile::CSI] {
        assert!(out.profile.contains(part));
    }
}

#[test]
fn a_short_message_is_read_the_way_it_goes() {
    let deliver = "04 07 91 515510f0 00 00 62010100000000 00";
    let submit = "01 2a 07 91 515510f0 00 00 00";
    let deliver = tlv("04", deliver);
    let submit = tlv("04", submit);
    let mt = tlv("30", &format!("80 08 {IMSI} 84 03 915199 {deliver}"));
    let mo = tlv("30", &format!("84 03 915199 82 03 915177 {submit}"));
    for (code, version, text, role, sc) in [
        (44, 3, &mt, Role::TpOa, true),
        (46, 2, &mt, Role::TpOa, true),
        (46, 3, &mo, Role::TpDa, true),
        (46, 1, &mo, Role::TpDa, true),
    ] {
        let (outcome, out, notes) = arg(code, version, text);
        assert_eq!((outcome, &notes[..]), (Ok(()), &[][..]), "{code} v{version}");
        assert_eq!(out.addresses.get(role).unwrap().digits, digits("1555010").unwrap());
        assert_eq!(out.addresses.get(Role::ServiceCentre).is_some(), sc);
        assert_eq!(out.sms.from_subscriber, role == Role::TpDa);
        assert_eq!(out.msisdn.is_some(), role == Role::TpDa);
    }
}
