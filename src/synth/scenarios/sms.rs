//! Short messages, good and bad.

use picket_dissectors::emit::map::{
    empty,
    sms::{self, Tpdu},
};

use super::location::ask_route;
use crate::synth::{
    dialogue::{Answer, Context},
    procedures as p,
    scenario::{
        Group::{Fraud, Location, Recon},
        Scenario, attack, benign, low,
    },
    stage::Stage,
    world::{self, HomeNode, MSC, Node, Subscriber, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    benign(
        "sri_sm_then_sms",
        "A message hub asks for the route and delivers, through home routing.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &world::sms_hub(1));
            p::message_in(stage, world::sms_hub(1), world::sms_hub(101), &who);
        },
    ),
    benign(
        "sms_to_subscriber_abroad",
        "The home message centre delivers to a home subscriber abroad.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            p::message_out(stage, &who);
        },
    ),
    benign(
        "sms_sent_abroad",
        "A home subscriber abroad sends a message through the home centre.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            p::message_sent(stage, &who);
        },
    ),
    benign(
        "sms_to_guest",
        "The home message centre delivers to a subscriber of a partner.",
        |stage| {
            let who = stage.visitor();
            stage.about(&who, &who.hlr);
            p::message_out(stage, &who);
        },
    ),
    benign(
        "sms_absent_then_alert",
        "A phone was not reachable; when it is again, the message centre is alerted.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            let hub = world::sms_hub(1);
            let argument = p::route_for_message(&who, hub);
            let dialogue =
                stage.dialogue(hub, who.hlr, Context::Map(20, 3)).to(who.hlr_by_msisdn());
            stage.ask_in(dialogue, 45, Some(argument), Answer::error(p::ABSENT_SUBSCRIBER_SM));
            stage.wait(1800);
            p::reachable_again(stage, &who);
        },
    ),
    attack(
        "home_routing_bypass",
        Location,
        "A stranger asks the home register itself for the route of a message and gets the real IMSI and switch.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, MSC, 501));
            stage.about(&victim, &attacker);
            // The number was answered through the router before, with another id each time.
            stage.aside(|stage| {
                for number in 1..4 {
                    let hub = world::sms_hub(number);
                    p::message_in(stage, hub, hub, &victim);
                    stage.wait(60);
                }
            });
            ask_route(stage, attacker, &victim);
        },
    ),
    attack(
        "sri_sm_by_a_listed_title",
        Location,
        "A Global Title that others warned of asks once for the route to a subscriber.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(0, MSC, 990));
            stage.about(&victim, &attacker);
            routed(stage, attacker, &victim);
            stage.wait(60);
        },
    ),
    attack(
        "sri_sm_without_message",
        Location,
        "An address asks for the route to one subscriber six times an hour and never sends a message.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(0, MSC, 502));
            stage.about(&victim, &attacker);
            for _ in 0..6 {
                routed(stage, attacker, &victim);
                stage.wait(590);
            }
        },
    ),
    attack(
        "hlr_lookup_sweep",
        Recon,
        "An address asks for the routes to sixty numbers in a row and sends nothing.",
        |stage| {
            let attacker = world::unknown(1, MSC, 503);
            stage.by(&attacker);
            for _ in 0..60 {
                let victim = stage.victim();
                routed(stage, attacker, &victim);
                stage.wait(3);
            }
        },
    ),
    attack(
        "silent_sms",
        Location,
        "A stranger pages a phone with messages nobody sees (TP-PID type 0).",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, MSC, 504));
            stage.about(&victim, &attacker);
            for _ in 0..3 {
                deliver(stage, attacker, &victim, &Tpdu { pid: 0x40, ..Tpdu::default() });
                stage.wait(60);
            }
        },
    ),
    attack(
        "binary_sms_to_sim",
        Location,
        "A stranger sends a binary message to the application on a SIM card (TP-PID SIM data download).",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(10, MSC, 505));
            stage.about(&victim, &attacker);
            let tpdu = Tpdu { pid: 0x7f, dcs: 0xf6, header: Some(0x70), ..Tpdu::default() };
            deliver(stage, attacker, &victim, &tpdu);
        },
    ),
    attack(
        "mo_sms_spoofed",
        Fraud,
        "A switch where the subscriber is not sends a message in the subscriber's name.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, MSC, 506));
            stage.about(&victim, &attacker);
            let centre = home(HomeNode::Smsc);
            let tpdu = Tpdu { address: stage.stranger(), ..Tpdu::default() };
            let argument = sms::mo_forward_sm(victim.msisdn, centre.gt, &tpdu, None);
            stage.ask(
                attacker,
                centre,
                Context::Map(21, 3),
                46,
                Some(argument),
                Answer::Result(None),
            );
        },
    ),
    attack(
        "mt_sms_faked",
        Fraud,
        "A stranger delivers a message that names the home message centre as its own.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(11, MSC, 507));
            stage.about(&victim, &attacker);
            let argument =
                sms::mt_forward_sm(victim.imsi, home(HomeNode::Smsc).gt, &Tpdu::default(), false);
            stage.ask(
                attacker,
                victim.msc,
                Context::Map(25, 3),
                44,
                Some(argument),
                Answer::Result(None),
            );
        },
    ),
    attack(
        "sms_flood",
        Fraud,
        "An address delivers two hundred messages in a few minutes.",
        |stage| {
            let attacker = world::unknown(5, MSC, 508);
            stage.by(&attacker);
            for _ in 0..200 {
                let victim = stage.victim();
                let start = stage.now;
                deliver(stage, attacker, &victim, &Tpdu::default());
                stage.now = start + 1_000_000_000;
            }
        },
    ),
    low(attack(
        "presence_by_delivery_status",
        Location,
        "A stranger that never asked for a route reports a delivery as failed, to be alerted when the phone is back.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, MSC, 509));
            stage.about(&victim, &attacker);
            let argument = sms::report_sm_delivery_status(victim.msisdn, attacker.gt, Some(1));
            stage.ask(
                attacker,
                victim.hlr,
                Context::Map(20, 3),
                47,
                Some(argument),
                Answer::of(empty()),
            );
            stage.wait(900);
            let alert = sms::alert_service_centre(victim.msisdn, attacker.gt);
            stage.ask(
                victim.hlr,
                attacker,
                Context::Map(23, 2),
                64,
                Some(alert),
                Answer::Result(None),
            );
        },
    )),
];

/// Plays sendRoutingInfoForSM that the router answers, as home routing wants it.
fn routed(stage: &mut Stage, from: Node, victim: &Subscriber) {
    let router = home(HomeNode::Router);
    let correlation = crate::synth::network::digits("00101", stage.random.below(9_999_999_999), 10);
    let argument = p::route_for_message(victim, from);
    let result = sms::send_routing_info_for_sm_result(correlation, router.gt);
    let dialogue = stage.dialogue(from, router.speaking(world::HLR), Context::Map(20, 3));
    stage.ask_in(dialogue.to(victim.hlr_by_msisdn()), 45, Some(argument), Answer::of(result));
}

fn deliver(stage: &mut Stage, from: Node, victim: &Subscriber, tpdu: &Tpdu) {
    let argument = sms::mt_forward_sm(victim.imsi, from.gt, tpdu, false);
    stage.ask(from, victim.msc, Context::Map(25, 3), 44, Some(argument), Answer::Result(None));
}
