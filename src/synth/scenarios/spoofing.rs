//! Requests under another's address, and requests in clothes that filters do not look under.

use picket_dissectors::emit::{
    ber::Tlv,
    connection,
    map::location::provide_subscriber_info,
    sccp::Unitdata,
    tcap::{Code, Message, aare, invoke, return_result},
};

use super::location::{LOCATION, psi, told};
use crate::synth::{
    carriage::Carriage,
    dialogue::{Answer, Context},
    procedures::whereabouts,
    scenario::{Group::Evasion, Scenario, attack, low},
    world::{self, HLR, HomeNode, MSC, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "answer_to_elsewhere",
        Evasion,
        "A request under one address is answered to another: the first was not the sender's own.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, HLR, 801));
            stage.about(&victim, &attacker);
            let mut dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(28, 3));
            let argument = provide_subscriber_info(victim.imsi, LOCATION);
            stage.begin(&mut dialogue, vec![invoke(1, 70, Some(argument))]);
            stage.pause(200);
            let elsewhere = world::unknown(5, HLR, 899);
            let result = return_result(1, Some((Code::Local(70), whereabouts(&victim).tlv())));
            let end = Message::end(&dialogue.otid)
                .dialogue(aare(&[0, 4, 0, 0, 1, 0, 28, 3], 0, 0, None))
                .component(result);
            let (calling, called) = (victim.vlr.address(), elsewhere.address());
            let octets = end.encode();
            stage.unitdata(victim.vlr, attacker, calling, called, &octets, Carriage::Whole);
        },
    ),
    low(attack(
        "reflected_begin",
        Evasion,
        "A message the home network never sent comes back to it: somebody used its address.",
        |stage| {
            let (victim, mirror) = (stage.victim(), world::unknown(6, MSC, 802));
            stage.about(&victim, &mirror);
            let hlr = home(HomeNode::Hlr);
            let dialogue = stage.dialogue(hlr, mirror, Context::Map(28, 3));
            let argument = provide_subscriber_info(victim.imsi, LOCATION);
            let octets = dialogue.opening(vec![invoke(1, 70, Some(argument))]).encode();
            let returned = Unitdata::udt(dialogue.called, dialogue.calling, &octets).returned(1);
            stage.carry(mirror, hlr, returned.octets(), Carriage::Whole);
        },
    )),
    attack(
        "psi_connection_oriented",
        Evasion,
        "The request comes as the data of a connection request of SCCP.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(7, HLR, 803));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(28, 3));
            let argument = provide_subscriber_info(victim.imsi, LOCATION);
            let octets = dialogue.opening(vec![invoke(1, 70, Some(argument))]).encode();
            let (called, calling) = (dialogue.called, dialogue.calling);
            let request = connection::request(0x00_1234, &called, Some(&calling), &octets);
            stage.carry(attacker, victim.vlr, request, Carriage::Whole);
        },
    ),
    attack(
        "ansi_begin_from_abroad",
        Evasion,
        "A query in ANSI TCAP arrives on a link of ITU-T networks.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, HLR, 804));
            stage.about(&victim, &attacker);
            // Query with permission, one invoke of the private set (ANSI T1.114.3).
            let parameters = Tlv::constructed(0xf2, []);
            let invoke = Tlv::constructed(
                0xe9,
                [Tlv::primitive(0xcf, [1]), Tlv::primitive(0xd1, [9, 13]), parameters],
            );
            let id = Tlv::primitive(0xc7, stage.transaction());
            let query = Tlv::constructed(0xe2, [id, Tlv::constructed(0xe8, [invoke])]).encode();
            let (calling, called) = (attacker.address(), victim.hlr.address());
            stage.unitdata(attacker, victim.hlr, calling, called, &query, Carriage::Whole);
        },
    ),
    attack(
        "psi_unreadable_imsi",
        Evasion,
        "The IMSI of the request has no digits a filter could compare.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(1, HLR, 805));
            stage.about(&victim, &attacker);
            let wanted = Tlv::constructed(0xa2, [Tlv::null(0x80), Tlv::null(0x81)]);
            let argument = Tlv::constructed(0x30, [Tlv::primitive(0x80, []), wanted]);
            let answer = Answer::of(whereabouts(&victim).tlv());
            stage.ask(attacker, victim.vlr, Context::Map(28, 3), 70, Some(argument), answer);
        },
    ),
    attack(
        "psi_under_partner_hlr_address",
        Evasion,
        "A request arrives under the address of a partner's register, by another carrier than that partner's.",
        |stage| {
            let victim = stage.victim();
            let mut attacker = world::partner_node(0, HLR, 1);
            attacker.place = world::Place::Abroad(3);
            stage.about(&victim, &attacker);
            psi(stage, attacker, &victim, LOCATION, told(&victim));
        },
    ),
];
