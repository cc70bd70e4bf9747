//! Spellings of elements, operation codes, contexts and transaction ids (rows E1 to E16).

use picket_dissectors::{
    Note,
    emit::{
        ber::{Length, Spelling, Style, Tlv, re_encode},
        map::{extension_container, imsi, mobility},
        tcap::{self, Message},
    },
};

use crate::{
    rows::{asked, asker, check, coded, contexted, psi_argument, register, row, spelled},
    stories::{IMSI, OTHER, Way::In, begin, digits, octets, unitdata},
};

#[test]
fn spellings_e1_to_e8() {
    let long = Style { long_tag: true, ..Style::default() };
    let padded = Style { length: Length::Padded(1), ..Style::default() };
    let pieces = Style { pieces: 4, ..Style::default() };
    let open = re_encode(&psi_argument().encode(), Spelling::Indefinite, 3);
    let two = |first: &str, second: &str| {
        let info = Tlv::constructed(0xa2, [Tlv::null(0x80)]);
        let members = [imsi(0x80, digits(first)), imsi(0x80, digits(second)), info];
        asked(Tlv::constructed(0x30, members))
    };
    let turned = Tlv::constructed(
        0x30,
        [Tlv::constructed(0xa2, [Tlv::null(0x80)]), imsi(0x80, digits(IMSI))],
    );
    let extended = Tlv::constructed(
        0x30,
        [
            imsi(0x80, digits(IMSI)),
            Tlv::constructed(0xa2, [Tlv::null(0x80)]),
            extension_container(0xa3, &[0, 1, 2]),
        ],
    );
    let own = |octets: &[u8]| {
        let info = Tlv::constructed(0xa2, [Tlv::null(0x80)]);
        asked(Tlv::constructed(0x30, [Tlv::primitive(0x80, octets), info]))
    };
    let mut trailing = begin(Some((28, 3)), 70, Some(psi_argument())).encode();
    trailing.extend([0xde, 0xad]);
    let hidden = "sensitive_request_without_readable_key";
    check(vec![
        row("E1", "a long tag", spelled(long), Note::BerTagLongForm).alone("tag_in_long_form"),
        row("E2", "a long length", spelled(padded), Note::BerLengthNonMinimal)
            .alone("length_longer_than_needed"),
        row("E3", "an open length", asked(Tlv::raw(open)), Note::BerLengthIndefinite),
        row("E4", "an IMSI in pieces", spelled(pieces), Note::BerStringConstructed)
            .alone("string_in_pieces"),
        row(
            "E5",
            "octets behind",
            vec![octets(In, asker(), register(), &trailing)],
            Note::BerTrailing,
        ),
        row("E6", "two IMSIs", two("999990000000001", IMSI), Note::BerMemberDuplicate)
            .alone("member_written_twice"),
        row("E6", "members turned around", asked(turned), Note::BerMemberOrder)
            .alone("member_written_twice"),
        row("E7", "a private extension", asked(extended), Note::MapExtensionUnknown),
        row("E8", "nine octets", own(&[0, 1, 1, 0, 0, 0, 0, 0, 0]), Note::MapImsiLength)
            .alone(hidden),
        row("E8", "a digit above nine", own(&[0, 1, 0xa1, 0, 0, 0, 0, 0xf0]), Note::TbcdBadDigit)
            .alone(hidden),
        row(
            "E8",
            "a filler inside",
            own(&[0, 0xf1, 1, 0, 0, 0, 0, 0xf0]),
            Note::MapImsiNotDecodable,
        )
        .alone(hidden),
    ]);
}

#[test]
fn operations_and_contexts_e9_to_e16() {
    let padded = Tlv::integer(0x02, 70).spelled(Style { integer_padding: 1, ..Style::default() });
    let global = Tlv::object_identifier(0x06, &[0, 4, 0, 0, 1, 0, 70]);
    let context = |octets: &[u8]| {
        let pdu = tcap::aarq_pdu(Tlv::primitive(0x06, octets), None);
        let message = begin(None, 70, Some(psi_argument()));
        let message = message.dialogue(tcap::dialogue_portion(tcap::STRUCTURED, pdu));
        vec![unitdata(In, asker(), register(), &message)]
    };
    let id = |octets: &[u8]| {
        let message = begin(Some((28, 3)), 70, Some(psi_argument()));
        let message = Message { otid: Some(octets.to_vec()), ..message };
        vec![unitdata(In, asker(), register(), &message)]
    };
    let code = |code: i64| coded(Tlv::integer(0x02, code));
    let bare = |code, argument| {
        vec![unitdata(In, asker(), register(), &begin(None, code, Some(argument)))]
    };
    check(vec![
        row("E9", "a global code", coded(global), Note::TcapOpcodeGlobal)
            .alone("operation_code_disguised"),
        row("E10", "a padded code", coded(padded), Note::TcapOpcodePadded)
            .alone("operation_code_disguised"),
        row("E11", "an unknown code", code(99), Note::TcapOpcodeUnknown),
        row("E11", "a code of two octets", code(300), Note::TcapOpcodeUnknown),
        row("E11", "a code below zero", code(-70), Note::TcapOpcodeUnknown),
        row("E11", "a radio operation", code(115), Note::TcapOpcodeDtap)
            .alone("radio_operation_between_networks"),
        row("E12", "no context", bare(70, psi_argument()), Note::TcapAcMissing)
            .alone("context_missing")
            .near(bare(2, mobility::update_location(digits(IMSI), digits(OTHER), digits(OTHER)))),
        row(
            "E13",
            "another context",
            contexted(&[0, 4, 0, 0, 1, 0, 1, 3]),
            Note::TcapOpcodeAcMismatch,
        )
        .alone("operation_outside_its_context"),
        row("E14", "more arcs", contexted(&[0, 4, 0, 0, 1, 0, 28, 3, 1, 1]), Note::TcapAcExtended)
            .alone("context_disguised"),
        row("E14", "padded arcs", context(&[4, 0, 0, 1, 0, 0x80, 28, 3]), Note::TcapAcPadded)
            .alone("context_disguised"),
        row(
            "E15",
            "version 2",
            contexted(&[0, 4, 0, 0, 1, 0, 28, 2]),
            Note::MapAcVersionImpossible,
        )
        .alone("context_disguised"),
        row("E16", "nine octets of id", id(&[1; 9]), Note::TcapTidOverlong)
            .alone("transaction_id_overlong"),
        row("E16", "no octet of id", id(&[]), Note::TcapTidEmpty).alone("transaction_id_overlong"),
    ]);
}
