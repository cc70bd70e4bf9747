//! Versions, dialogues and who is who in them (rows E15, E17 to E24).

use picket_dissectors::{
    Note,
    emit::{
        ber::Tlv,
        map::{
            Subscriber, authentication, imsi, isdn,
            location::any_time_interrogation,
            mobility,
            sms::SendRoutingInfoForSm,
            subscriber::{InsertSubscriberData, Trigger},
        },
        tcap::{self, Message},
    },
};

use crate::{
    rows::{WANTED, asker, check, end, located, plain, psi_argument, register, row},
    stories::{
        HLR, IMSI, MSISDN, OTHER, PARTNER, STRANGER,
        Way::{In, Out},
        begin, digits, title, unitdata,
    },
};

#[test]
fn going_back_to_an_older_version_e15() {
    let vectors = |context: Option<(u64, u64)>, code, id: u8, from: &str| {
        let argument = match code {
            9 => authentication::send_parameters(digits(IMSI)),
            45 => SendRoutingInfoForSm {
                msisdn: digits(MSISDN),
                priority: true,
                service_centre: digits(from),
                not_intended: None,
                gprs: false,
            }
            .tlv(),
            _ => imsi(0x04, digits(IMSI)),
        };
        let message = begin(context, code, Some(argument));
        let message = Message { otid: Some(vec![0, 0, 0, id]), ..message };
        unitdata(In, title(from, 7), title(HLR, 6), &message)
    };
    let refused = |id: u8| {
        let pdu = tcap::aare(&[0, 4, 0, 0, 1, 0, 14, 3], 1, 2, None);
        let message = Message::abort(&[0, 0, 0, id], None).dialogue(pdu);
        unitdata(Out, title(HLR, 6), title(PARTNER, 7), &message)
    };
    check(vec![
        row(
            "E15",
            "version 2 after 3",
            vec![vectors(Some((14, 3)), 56, 1, PARTNER), vectors(Some((14, 2)), 56, 2, PARTNER)],
            Note::MapAcDowngrade,
        )
        .near(vec![
            vectors(Some((14, 3)), 56, 1, PARTNER),
            refused(1),
            vectors(Some((14, 2)), 56, 2, PARTNER),
        ]),
        row(
            "B11",
            "an operation only version 1 has, from a title that could do version 3",
            vec![vectors(Some((14, 3)), 56, 1, PARTNER), vectors(None, 9, 2, PARTNER)],
            Note::MapAcDowngrade,
        )
        .alone("version_one_operation_from_abroad")
        .near(vec![vectors(None, 9, 2, PARTNER)]),
        row(
            "E15",
            "no context at all after 3",
            vec![vectors(Some((20, 3)), 45, 1, PARTNER), vectors(None, 45, 2, PARTNER)],
            Note::MapAcDowngrade,
        )
        // Another context is another matter, and so is another title.
        .near(vec![
            vectors(Some((14, 3)), 56, 1, PARTNER),
            vectors(Some((20, 2)), 45, 2, PARTNER),
            vectors(Some((14, 2)), 56, 3, OTHER),
        ]),
    ]);
}

#[test]
fn dialogues_e17_to_e22() {
    let psi = |id| tcap::invoke(id, 70, Some(psi_argument()));
    let reset = tcap::invoke(1, 37, Some(mobility::reset(digits(STRANGER))));
    let (here, there) = ([0, 0, 0, 1], [0, 0, 0, 2]);
    let context = || tcap::aarq(&[0, 4, 0, 0, 1, 0, 28, 3], None);
    let empty = || unitdata(In, asker(), register(), &Message::begin(&here).dialogue(context()));
    let agreed = || unitdata(Out, register(), asker(), &Message::proceed(&there, &here));
    let go_on = |component| {
        unitdata(In, asker(), register(), &Message::proceed(&here, &there).component(component))
    };
    let two = Message::begin(&here).dialogue(context()).component(reset).component(psi(2));
    let twice = Message::begin(&here).dialogue(context()).component(psi(1)).component(psi(2));
    let alone = Message::unidirectional().component(psi(1));
    let reverse = Message::proceed(&there, &here).component(psi(5));
    let registration = || {
        let argument = mobility::update_location(digits(IMSI), digits(STRANGER), digits(STRANGER));
        unitdata(In, title(STRANGER, 7), title(HLR, 6), &begin(Some((1, 3)), 2, Some(argument)))
    };
    let inserted = || {
        let data = InsertSubscriberData { msisdn: Some(digits(MSISDN)), ..Default::default() };
        let insert = tcap::invoke(1, 7, Some(data.tlv()));
        unitdata(
            Out,
            title(HLR, 6),
            title(STRANGER, 7),
            &Message::proceed(&there, &here).component(insert),
        )
    };
    let linked = |linked| tcap::linked_invoke(2, linked, 70, Some(psi_argument()));
    let answer = |from, to| unitdata(Out, from, to, &end(&here, located()));
    let hijack = unitdata(
        In,
        title(OTHER, 6),
        register(),
        &Message::proceed(&here, &there).component(psi(1)),
    );
    check(vec![
        row(
            "E17",
            "a harmless one first",
            vec![unitdata(In, asker(), register(), &two)],
            Note::TcapMultiInvokeMixed,
        )
        .alone("requests_of_different_kinds_together")
        .near(vec![unitdata(In, asker(), register(), &twice)]),
        row(
            "E18",
            "an empty Begin",
            vec![empty(), agreed(), go_on(psi(1))],
            Note::DialogueLateInvoke,
        )
        .alone("request_after_an_empty_beginning"),
        row(
            "E19",
            "in the End",
            vec![empty(), agreed(), unitdata(In, asker(), register(), &end(&there, psi(1)))],
            Note::DialogueInvokeInEnd,
        )
        .alone("request_at_the_end_of_a_dialogue"),
        row(
            "E19",
            "no dialogue",
            vec![unitdata(In, asker(), register(), &alone)],
            Note::DialogueUnidirectional,
        )
        .alone("request_at_the_end_of_a_dialogue"),
        row(
            "E19",
            "by who was asked",
            vec![plain().remove(0), unitdata(Out, register(), asker(), &reverse)],
            Note::DialogueReverseInvoke,
        )
        .near(vec![registration(), inserted()]),
        row(
            "E20",
            "linked to nothing",
            vec![plain().remove(0), agreed(), go_on(linked(77))],
            Note::TcapLinkedUnknown,
        )
        .near(vec![plain().remove(0), agreed(), go_on(linked(1))]),
        row(
            "E21",
            "another goes on",
            vec![plain().remove(0), agreed(), hijack],
            Note::DialogueGtChanged,
        )
        // The first answer may come from the responder's own title.
        .near(vec![
            plain().remove(0),
            unitdata(Out, title("99910000012", 7), asker(), &Message::proceed(&there, &here)),
            go_on(psi(2)),
        ]),
        row(
            "E22",
            "an answer to nothing",
            vec![answer(register(), asker())],
            Note::DialogueOrphanResult,
        )
        .near(vec![plain().remove(0), answer(register(), asker())]),
        row(
            "E24",
            "the answer goes elsewhere",
            vec![plain().remove(0), answer(register(), title(OTHER, 6))],
            Note::DialogueResponseRerouted,
        )
        .alone("answer_goes_elsewhere")
        // On the other side of the network addresses are translated.
        .near(vec![plain().remove(0), answer(register(), title(OTHER, 6)).ni(2)]),
    ]);
}

#[test]
fn layers_that_disagree_e23() {
    let profile = |scf: &str| {
        let data = InsertSubscriberData {
            imsi: Some(digits(IMSI)),
            o_csi: Some(Trigger { service_key: 5, scf: digits(scf) }),
            ..InsertSubscriberData::default()
        };
        let message = begin(Some((16, 3)), 7, Some(data.tlv()));
        vec![unitdata(In, title(PARTNER, 6), register(), &message)]
    };
    let found = |scf: &str| {
        let who = Subscriber::Imsi(digits(IMSI));
        let argument = any_time_interrogation(who, WANTED, digits(scf));
        let message = begin(Some((29, 3)), 71, Some(argument));
        vec![unitdata(In, title(PARTNER, 147), title(HLR, 6), &message)]
    };
    // Eleven of the sender's own, then the one of another network.
    let crowd = |count: usize, scf: &str| {
        let numbers = (0..count).map(|i| format!("999210{i:05}")).chain([scf.to_owned()]);
        let triggers = numbers.map(|number| {
            Tlv::constructed(
                0x30,
                [
                    Tlv::integer(0x0a, 2),
                    Tlv::integer(0x02, 5),
                    isdn(0x80, digits(&number)),
                    Tlv::integer(0x81, 0),
                ],
            )
        });
        let list = Tlv::constructed(0x30, triggers.collect::<Vec<_>>());
        let o_csi = Tlv::constructed(0xa0, [list, Tlv::integer(0x80, 3)]);
        let camel = Tlv::constructed(0xad, [o_csi]);
        let argument = Tlv::constructed(0x30, [imsi(0x80, digits(IMSI)), camel]);
        let message = begin(Some((16, 3)), 7, Some(argument));
        vec![unitdata(In, title(PARTNER, 6), register(), &message)]
    };
    let own = "99921000999";
    let theirs = "99922000999";
    check(vec![
        row("E23", "a trigger to another network", profile(theirs), Note::MapLayerMismatch)
            .near(profile(own)),
        row("E23", "a gsmSCF of another network", found(theirs), Note::MapLayerMismatch)
            .near(found(own)),
        row("E23", "the ninth address", crowd(8, theirs), Note::MapLayerMismatch)
            .near(crowd(8, own)),
        row("E23", "the last that is kept", crowd(11, theirs), Note::MapLayerMismatch)
            .near(crowd(11, own)),
        row("E23", "the first that is not kept", crowd(12, theirs), Note::MapLayerMismatch)
            .near(crowd(12, own)),
        row("E23", "far behind", crowd(100, theirs), Note::MapLayerMismatch).near(crowd(100, own)),
        row("E23", "more than are kept", crowd(12, own), Note::MapAddressesCut)
            .alone("addresses_beyond_measure")
            .near(crowd(11, own)),
    ]);
}
