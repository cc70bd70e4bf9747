//! Service without payment, or at somebody's expense.

use picket_dissectors::emit::map::{services, subscriber};

use crate::synth::{
    dialogue::{Answer, Context},
    scenario::{Group::Fraud, Scenario, attack},
    world::{self, HLR, VLR},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "barring_lifted_from_abroad",
        Fraud,
        "A stranger lifts the barring of a subscriber.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 401));
            stage.about(&victim, &attacker);
            let data = subscriber::InsertSubscriberData {
                imsi: Some(victim.imsi),
                status: Some(0),
                services: true,
                charging: Some(0x0400),
                ..subscriber::InsertSubscriberData::default()
            };
            let done = Answer::of(subscriber::insert_subscriber_data_result());
            stage.ask(attacker, victim.vlr, Context::Map(16, 3), 7, Some(data.tlv()), done);
        },
    ),
    attack(
        "charging_removed_from_abroad",
        Fraud,
        "A stranger withdraws the CSIs of prepaid charging.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(9, HLR, 402));
            stage.about(&victim, &attacker);
            let argument = subscriber::delete_subscriber_data(victim.imsi, true, false);
            let done = Answer::of(picket_dissectors::emit::map::empty());
            stage.ask(attacker, victim.vlr, Context::Map(16, 3), 8, Some(argument), done);
        },
    ),
    attack(
        "ussd_from_abroad",
        Fraud,
        "A register where the subscriber is not dials a service code in the subscriber's name.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, VLR, 403));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(19, 2));
            let argument = services::ussd(15, Some(victim.msisdn));
            let answer = Answer::of(services::ussd(15, None));
            stage.ask_in(dialogue.concerning(victim.imsi), 59, Some(argument), answer);
        },
    ),
    attack(
        "ussd_pushed_from_abroad",
        Fraud,
        "A stranger shows a text on a subscriber's phone and waits for the reply.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, HLR, 404));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(19, 2));
            let argument = services::ussd(15, None);
            let answer = Answer::of(services::ussd(15, None));
            stage.ask_in(dialogue.concerning(victim.imsi), 60, Some(argument), answer);
        },
    ),
];
