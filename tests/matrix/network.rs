//! Titles, subsystems and SCCP (rows E25 to E31).

use picket_dissectors::{
    Note,
    emit::{
        connection,
        sccp::{Address, GlobalTitle, Layout, Unitdata},
        tcap::Message,
    },
    link,
    mtp3::{self, Variant},
    sccp::{MessageType, RoutingIndicator, Segmentation},
};

use crate::{
    rows::{addressed, asker, check, formatted, psi_argument, register, row},
    stories::{
        HLR, PARTNER, STRANGER, Step,
        Way::{In, Out},
        begin, digits, raw, tell, title, unitdata,
    },
};

#[test]
fn titles_and_subsystems_e25_to_e27() {
    let number = |text: &'static str| formatted(move |gt| gt.digits = digits(text));
    let own = addressed(title("99910000002", 6), register());
    // From a point code only peers use, which takes some traffic to know.
    let mut known: Vec<Step> = (0..16_u8)
        .map(|id| {
            let message = begin(Some((28, 3)), 70, Some(psi_argument()));
            let message = Message { otid: Some(vec![9, 9, 9, id]), ..message };
            unitdata(In, title(PARTNER, 6), register(), &message)
        })
        .collect();
    known.extend(own);
    let on_ssn =
        |called: Address| addressed(asker(), Address { ri: RoutingIndicator::Ssn, ..called });
    let subsystem = |ssn| addressed(asker(), Address { ssn, ..register() });
    check(vec![
        row("E25", "a national number", formatted(|gt| gt.nai = 3), Note::GtNaiNationalFromIntl)
            .alone("national_address_from_abroad"),
        row("E25", "too short", number("99997"), Note::GtLength),
        row("E25", "too long", number("9999712345678901"), Note::GtLength),
        row("E25", "a mobile plan", formatted(|gt| gt.np = 6), Note::GtNpUnexpected),
        row("E25", "a translation type", formatted(|gt| gt.tt = 9), Note::GtTtUnexpected),
        row(
            "E25",
            "a scheme that lies",
            formatted(|gt| {
                *gt = GlobalTitle { es: Some(1), ..GlobalTitle::new(digits("999971000015"), 1) };
            }),
            Note::GtEsMismatch,
        ),
        row("E25", "a digit above nine", number("9999710a001"), Note::GtDigitHex),
        row("E25", "an international prefix", number("0099997100001"), Note::GtPrefixOdd),
        row("E25", "another indicator", formatted(|gt| gt.gti = 3), Note::GtGtiUnusual),
        row("E25", "a title of home", known, Note::GtHomeOnIntl).alone("home_address_from_abroad"),
        row("E26", "routed on subsystem", on_ssn(register()), Note::SccpRiSsn)
            .alone("routed_past_translation"),
        row(
            "E26",
            "routed on subsystem, without a title",
            on_ssn(Address::ssn(Some(300), 7)),
            Note::SccpRiSsn,
        )
        .alone("routed_past_translation"),
        row("E27", "no subsystem", subsystem(None), Note::SccpSsnMissing)
            .alone("subsystem_missing"),
        row("E27", "subsystem 0", subsystem(Some(0)), Note::SccpSsnMissing)
            .alone("subsystem_missing"),
        row("E27", "the wrong register", subsystem(Some(6)), Note::SccpSsnOpMismatch)
            .alone("subsystem_of_another_role"),
        row("E27", "a spare subsystem", subsystem(Some(200)), Note::SccpSsnOpMismatch)
            .alone("subsystem_of_another_role"),
    ]);
}

#[test]
fn who_leaves_a_title_out_is_seen_before_point_codes_are_known() {
    let ssn = |ssn| Address { ri: RoutingIndicator::Ssn, ..Address::ssn(None, ssn) };
    let nobody = Address { ssn: None, ..ssn(6) };
    for (story, mut steps) in [
        ("asked by a point code", addressed(Address::ssn(Some(7_001), 6), register())),
        ("asked by a subsystem", addressed(ssn(6), register())),
        ("asked by nobody", addressed(nobody, register())),
        ("sent to a point code", addressed(asker(), Address::ssn(Some(7_002), 7))),
    ] {
        // Neither of them stands in the configuration, and nothing came before.
        for step in &mut steps {
            let label = mtp3::Message {
                opc: 7_001,
                dpc: 7_002,
                si: mtp3::SCCP,
                ni: step.ni,
                mp: 0,
                sls: 1,
                user: &step.sccp,
            };
            step.frame = Some((link::MTP3, label.octets(Variant::Itu)));
        }
        let rules = tell(&steps).rules;
        assert!(rules.contains("provide_subscriber_info_not_from_home"), "{story}: {rules:?}");
    }
}

#[test]
fn sccp_e28_to_e31() {
    let tcap = begin(Some((28, 3)), 70, Some(psi_argument())).encode();
    let whole = Unitdata::udt(register(), asker(), &tcap);
    let segments =
        |size| whole.segments(size, 7).into_iter().map(|s| raw(In, s)).collect::<Vec<_>>();
    let piece = |first, remaining, data| {
        let segmentation = Some(Segmentation { first, class: 0, remaining, local_reference: 7 });
        raw(In, Unitdata { kind: MessageType::Xudt, data, segmentation, ..whole }.octets())
    };
    let (head, tail) = tcap.split_at(40);
    let other: Vec<u8> = head.iter().map(|octet| octet ^ 1).collect();
    let harmless = piece(true, 1, &other);
    let reflected = |back: &[u8]| {
        let back = Unitdata::udt(title(STRANGER, 7), title(HLR, 6), back).returned(1);
        raw(In, back.octets())
    };
    let ours = begin(Some((28, 3)), 70, Some(psi_argument()));
    let sent = unitdata(Out, title(HLR, 6), title(STRANGER, 7), &ours);
    let extended = |hop_counter| {
        vec![raw(In, Unitdata { kind: MessageType::Xudt, hop_counter, ..whole }.octets())]
    };
    let layout = |layout| vec![raw(In, Unitdata { layout, ..whole }.octets())];
    let connected = connection::request(1, &register(), Some(&asker()), &tcap);
    let radio = connection::request(1, &register(), Some(&asker()), &[0, 1, 2, 3]);
    check(vec![
        row("E28", "a small one in segments", segments(30), Note::SccpSegmentedRequest)
            .alone("small_request_in_segments"),
        row(
            "E28",
            "two first segments",
            vec![harmless, piece(true, 1, head), piece(false, 0, tail)],
            Note::SccpReassemblyConflict,
        )
        .alone("small_request_in_segments"),
        row(
            "E29",
            "returned to who never sent it",
            vec![reflected(&tcap)],
            Note::SccpUdtsReflection,
        )
        .alone("returned_message_nobody_sent")
        .near(vec![sent, reflected(&ours.encode())]),
        row("E30", "addresses share octets", layout(Layout::Shared), Note::SccpPointerOverlap)
            .alone("message_laid_out_oddly"),
        row("E30", "laid out backwards", layout(Layout::Reversed), Note::SccpPointerOrder),
        row("E30", "hop counter 1", extended(1), Note::SccpHopLow)
            .alone("message_laid_out_oddly")
            .near(extended(12)),
        row("E31", "inside a connection", vec![raw(In, connected)], Note::SccpCoTcap)
            .alone("request_inside_a_connection")
            .near(vec![raw(In, radio)]),
    ]);
}
