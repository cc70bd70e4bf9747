//! Who somebody is, and what keys they have: requests from those who have no business with it.

use picket_dissectors::emit::map::{
    Subscriber as Who, authentication, mobility, routing, services, subscriber,
};

use super::location::send_imsi;
use crate::synth::{
    dialogue::{Answer, Context},
    procedures as p,
    scenario::{
        Group::{Interception, Location},
        Scenario, attack, benign,
    },
    world::{self, MSC, SCF, VLR},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "send_imsi_from_abroad",
        Location,
        "A stranger turns a telephone number into an IMSI.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, VLR, 101));
            stage.about(&victim, &attacker);
            send_imsi(stage, attacker, &victim);
        },
    ),
    attack(
        "sri_from_abroad",
        Location,
        "A foreign switch asks for the route of a call to a home subscriber: IMSI, roaming number and serving switch.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, MSC, 102));
            stage.about(&victim, &attacker);
            let argument = routing::send_routing_info(victim.msisdn, attacker.gt, 3);
            let result = routing::SendRoutingInfoResult {
                imsi: victim.imsi,
                roaming_number: Some(victim.vlr.gt),
                vmsc: Some(victim.msc.gt),
                info: Some(p::whereabouts(&victim)),
                ..routing::SendRoutingInfoResult::default()
            };
            let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(5, 3));
            stage.ask_in(
                dialogue.to(victim.hlr_by_msisdn()),
                22,
                Some(argument),
                Answer::of(result.tlv(3)),
            );
        },
    ),
    benign(
        "sri_from_national_operator",
        "The other operator at home asks for the route to a ported number, as agreed.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &world::national_node(MSC, 1));
            p::ported_call(stage, &who);
        },
    ),
    attack(
        "send_identification_from_abroad",
        Location,
        "A stranger exchanges a temporary identity for IMSI and keys.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, VLR, 103));
            stage.about(&victim, &attacker);
            let argument = mobility::send_identification(0x1234_5678, 3);
            let result = mobility::send_identification_result(victim.imsi, 2, 3);
            stage.ask(
                attacker,
                victim.vlr,
                Context::Map(15, 3),
                55,
                Some(argument),
                Answer::of(result),
            );
        },
    ),
    attack(
        "atsi_from_abroad",
        Location,
        "A stranger asks the home register for a subscriber's call forwarding.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(7, SCF, 104));
            stage.about(&victim, &attacker);
            let argument = subscriber::any_time_subscription_interrogation(
                Who::Msisdn(victim.msisdn),
                attacker.gt,
                None,
            );
            let result = subscriber::any_time_subscription_interrogation_result(stage.stranger());
            stage.ask(
                attacker,
                victim.hlr,
                Context::Map(43, 3),
                62,
                Some(argument),
                Answer::of(result),
            );
        },
    ),
    attack(
        "interrogate_ss_from_abroad",
        Location,
        "A register where the subscriber is not reads where the subscriber's calls are forwarded.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, VLR, 107));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(18, 2));
            let result = services::interrogate_ss_result(stage.stranger());
            let dialogue = dialogue.concerning(victim.imsi);
            stage.ask_in(dialogue, 14, Some(services::ss(0x21)), Answer::of(result));
        },
    ),
    attack(
        "sai_harvest",
        Interception,
        "A network on another continent collects the authentication vectors of a subscriber who is with a neighbour; a stranger does so for eight others.",
        |stage| {
            let victim = stage.victim().visiting(0);
            let attacker = world::leased(11, VLR, 105);
            stage.about(&victim, &attacker);
            stage.aside(|stage| {
                p::authenticate(stage, &victim, 3, 2);
                p::register(stage, &victim);
            });
            stage.wait(60);
            let there = world::Subscriber { vlr: attacker, ..victim };
            for _ in 0..8 {
                p::authenticate(stage, &there, 3, 5);
                stage.wait(5);
            }
            let stranger = world::unknown(0, VLR, 106);
            for _ in 0..8 {
                let there = world::Subscriber { vlr: stranger, ..stage.victim() };
                p::authenticate(stage, &there, 3, 5);
                stage.wait(5);
            }
        },
    ),
    attack(
        "send_parameters_downgrade",
        Interception,
        "A stranger uses version 1 to ask for a subscriber's keys.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(1, VLR, 106));
            stage.about(&victim, &attacker);
            let argument = authentication::send_parameters(victim.imsi);
            let result = authentication::send_parameters_result(1);
            stage.ask(
                attacker,
                victim.hlr,
                Context::Map(14, 1),
                9,
                Some(argument),
                Answer::of(result),
            );
        },
    ),
    attack(
        "send_parameters_by_modern_partner",
        Interception,
        "A partner's register that asks for keys in version 3 all day asks once in version 1.",
        |stage| {
            let victim = stage.victim_abroad();
            stage.about(&victim, &victim.vlr);
            stage.aside(|stage| p::authenticate(stage, &victim, 3, 2));
            stage.wait(60);
            stage.ask(
                victim.vlr,
                victim.hlr,
                Context::Map(14, 1),
                9,
                Some(authentication::send_parameters(victim.imsi)),
                Answer::of(authentication::send_parameters_result(1)),
            );
        },
    ),
];
