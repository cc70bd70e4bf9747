//! Service taken away: from one subscriber, or from the network.

use picket_dissectors::emit::map::{empty, mobility, subscriber};

use crate::synth::{
    dialogue::{Answer, Context},
    procedures as p,
    scenario::{Group::Denial, Scenario, attack, benign},
    world::{self, HLR, VLR},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "cancel_location_from_abroad",
        Denial,
        "A stranger tells the serving register that the subscriber is gone.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, HLR, 201));
            stage.about(&victim, &attacker);
            let argument = mobility::cancel_location(victim.imsi, Some(1), 3);
            stage.ask(
                attacker,
                victim.vlr,
                Context::Map(2, 3),
                3,
                Some(argument),
                Answer::of(empty()),
            );
        },
    ),
    benign(
        "cancel_location_by_home",
        "The home register of an inbound roamer cancels the location, for the roamer has gone.",
        |stage| {
            let roamer = stage.visitor();
            stage.about(&roamer, &roamer.hlr);
            p::cancel(stage, &roamer, roamer.vlr);
        },
    ),
    attack(
        "purge_ms_from_abroad",
        Denial,
        "A register where the subscriber never was reports the phone as gone.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, VLR, 202));
            stage.about(&victim, &attacker);
            let argument = mobility::purge_ms(victim.imsi, Some(attacker.gt), None, 3);
            stage.ask(
                attacker,
                victim.hlr,
                Context::Map(27, 3),
                67,
                Some(argument),
                Answer::of(mobility::purge_ms_result(false)),
            );
        },
    ),
    attack(
        "delete_data_from_abroad",
        Denial,
        "A stranger deletes a subscriber's services.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 203));
            stage.about(&victim, &attacker);
            let argument = subscriber::delete_subscriber_data(victim.imsi, true, true);
            stage.ask(
                attacker,
                victim.vlr,
                Context::Map(16, 3),
                8,
                Some(argument),
                Answer::of(empty()),
            );
        },
    ),
    attack("barring_from_abroad", Denial, "A stranger bars a subscriber's calls.", |stage| {
        let (victim, attacker) = (stage.victim(), world::unknown(5, HLR, 204));
        stage.about(&victim, &attacker);
        let data = subscriber::InsertSubscriberData {
            imsi: Some(victim.imsi),
            status: Some(1),
            odb: true,
            ..subscriber::InsertSubscriberData::default()
        };
        let done = Answer::of(subscriber::insert_subscriber_data_result());
        stage.ask(attacker, victim.vlr, Context::Map(16, 3), 7, Some(data.tlv()), done);
    }),
    attack(
        "reset_forged",
        Denial,
        "A stranger says, in the name of the home register, that it has lost its data.",
        |stage| {
            let attacker = world::unknown(6, HLR, 205);
            stage.by(&attacker);
            let hlr = world::home(world::HomeNode::Hlr).gt;
            for vlr in [world::HomeNode::Vlr, world::HomeNode::Vlr2] {
                stage.ask(
                    attacker,
                    world::home(vlr),
                    Context::Map(10, 2),
                    37,
                    Some(mobility::reset(hlr)),
                    Answer::Silence,
                );
            }
        },
    ),
    attack(
        "sai_flood",
        Denial,
        "One address asks for authentication vectors four hundred times in a minute.",
        |stage| {
            let attacker = world::unknown(7, VLR, 206);
            stage.by(&attacker);
            for _ in 0..400 {
                let mut victim = stage.victim();
                victim.vlr = attacker;
                let start = stage.now;
                p::authenticate_with(stage, &victim, 3, 1, Answer::error(p::UNKNOWN_SUBSCRIBER));
                stage.now = start + 150_000_000;
            }
        },
    ),
    attack(
        "begin_flood",
        Denial,
        "One address opens five hundred dialogues in a minute and ends none.",
        |stage| {
            let attacker = world::unknown(0, HLR, 207);
            stage.by(&attacker);
            let victim = stage.victim();
            for _ in 0..500 {
                let mut dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(3, 3));
                stage.begin(&mut dialogue, Vec::new());
                stage.now += 120_000_000;
            }
        },
    ),
    attack(
        "roaming_number_flood",
        Denial,
        "One address takes roaming numbers until there are none.",
        |stage| {
            let attacker = world::leased(4, HLR, 208);
            stage.by(&attacker);
            let victim = stage.victim();
            for tail in 0..60 {
                let argument = picket_dissectors::emit::map::routing::provide_roaming_number(
                    victim.imsi,
                    victim.msc.gt,
                    None,
                    None,
                );
                let number = victim.vlr.gt.join(crate::synth::network::digits("", tail, 2));
                let result =
                    picket_dissectors::emit::map::routing::provide_roaming_number_result(number, 3);
                let start = stage.now;
                stage.ask(
                    attacker,
                    victim.vlr,
                    Context::Map(3, 3),
                    4,
                    Some(argument),
                    Answer::of(result),
                );
                stage.now = start + 800_000_000;
            }
        },
    ),
];
