//! What only looks like an attack, and what does not even.

use picket_dissectors::emit::{
    map::{
        location::{RequestedInfo, provide_subscriber_info},
        mobility, sms,
    },
    tcap::invoke,
};

use crate::synth::{
    background,
    carriage::Carriage,
    dialogue::{Answer, Context},
    network::RESCUE,
    procedures as p,
    scenario::{Scenario, benign},
    stage::Stage,
    world,
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    benign(
        "update_location_benign",
        "A subscriber arrives abroad: authentication, registration with subscription data, the old register is told.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            let old = roamer.at_home().vlr;
            p::authenticate(stage, &roamer, 3, 5);
            p::register(stage, &roamer);
            p::cancel(stage, &roamer, old);
            p::register_packet(stage, &roamer);
        },
    ),
    benign(
        "inbound_roamer",
        "A guest arrives, is located by their own network, calls, sends and leaves.",
        |stage| {
            let roamer = stage.visitor();
            stage.about(&roamer, &roamer.vlr);
            p::authenticate(stage, &roamer, 3, 2);
            p::register(stage, &roamer);
            stage.wait(900);
            p::locate_own(stage, &roamer);
            p::insert(stage, &roamer);
            stage.wait(900);
            p::purge(stage, &roamer);
        },
    ),
    benign(
        "steering",
        "The home network refuses a registration three times to steer a phone to another network of the country.",
        |stage| {
            // The third partner and the network it is kept from are of one country.
            let other = stage.victim().visiting(2);
            let vlr = world::register_of(&RESCUE, world::VLR, 1);
            let roamer = world::Subscriber { vlr, msc: vlr.speaking(world::MSC), ..other };
            stage.about(&roamer, &roamer.vlr);
            for _ in 0..3 {
                p::authenticate(stage, &roamer, 3, 1);
                p::register_refused(stage, &roamer, p::ROAMING_NOT_ALLOWED);
                stage.wait(8);
            }
            p::authenticate(stage, &other, 3, 2);
            p::register(stage, &other);
        },
    ),
    benign(
        "travel_by_plane",
        "A subscriber leaves home, and registers abroad four hours later.",
        |stage| {
            let traveller = stage.victim();
            stage.about(&traveller, &traveller.vlr);
            p::register(stage, &traveller);
            stage.wait(4 * 3600);
            let there = traveller.visiting(4);
            p::authenticate(stage, &there, 3, 2);
            p::register(stage, &there);
            p::cancel(stage, &there, traveller.vlr);
        },
    ),
    benign("authentication_fails", "A phone of an unknown IMSI tries thrice.", |stage| {
        let roamer = stage.victim_abroad();
        stage.about(&roamer, &roamer.vlr);
        for _ in 0..3 {
            p::authenticate_with(stage, &roamer, 3, 1, Answer::error(p::UNKNOWN_SUBSCRIBER));
            stage.wait(20);
        }
    }),
    benign("mobile_terminated_call", "A call reaches a home subscriber abroad.", |stage| {
        let roamer = stage.victim_abroad();
        stage.about(&roamer, &roamer.vlr);
        p::call(stage, &roamer);
    }),
    benign("camel_call", "A subscriber abroad calls under control of the home gsmSCF.", |stage| {
        let roamer = stage.victim_abroad();
        stage.about(&roamer, &roamer.vlr);
        p::controlled_call(stage, &roamer);
    }),
    benign("service_code", "A subscriber abroad asks for their balance.", |stage| {
        let roamer = stage.victim_abroad();
        stage.about(&roamer, &roamer.vlr);
        p::service_code(stage, &roamer);
    }),
    benign("undeliverable", "A request comes back for a wrong Global Title.", |stage| {
        let roamer = stage.victim_abroad();
        stage.about(&roamer, &roamer.vlr);
        p::authenticate_with(stage, &roamer, 3, 1, Answer::Undeliverable(1));
    }),
    benign(
        "restart_of_a_register",
        "The home register restarts, says so, and fifty guests' registers restore their data.",
        |stage| {
            for _ in 0..50 {
                let roamer = stage.victim_abroad();
                stage.about(&roamer, &roamer.vlr);
                let start = stage.now;
                p::restore(stage, &roamer);
                stage.now = start + 900_000_000;
            }
        },
    ),
    benign(
        "airport_landing",
        "Sixty subscribers register with one visited register within a minute.",
        |stage| {
            for _ in 0..60 {
                let roamer = stage.victim().visiting(2);
                let start = stage.now;
                p::authenticate(stage, &roamer, 3, 2);
                p::register(stage, &roamer);
                stage.now = start + 1_000_000_000;
            }
        },
    ),
    benign(
        "retransmitted",
        "SCTP sends packets twice; the second sighting is no second request.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            let mut dialogue = stage.dialogue(roamer.hlr, roamer.vlr, Context::Map(28, 3));
            dialogue.carriage = Carriage::Repeated;
            let argument = provide_subscriber_info(
                roamer.imsi,
                RequestedInfo { state: true, ..RequestedInfo::default() },
            );
            stage.ask_in(dialogue, 70, Some(argument), Answer::of(p::whereabouts(&roamer).tlv()));
        },
    ),
    benign(
        "old_partner_version_1",
        "A partner with old switches registers a subscriber in version 1, which has no application context.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            let mut dialogue = stage.dialogue(roamer.vlr, roamer.hlr, Context::Map(1, 1));
            dialogue.called = roamer.hlr_by_imsi();
            let argument = mobility::update_location(roamer.imsi, roamer.msc.gt, roamer.vlr.gt);
            let result = mobility::hlr_number(roamer.hlr.gt, 1);
            stage.ask_in(dialogue, 2, Some(argument), Answer::of(result));
        },
    ),
    benign(
        "old_partner_version_2",
        "A partner asks for triplets and registers, and the home register cancels, in version 2.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            p::authenticate(stage, &roamer, 2, 3);
            let argument = mobility::update_location(roamer.imsi, roamer.msc.gt, roamer.vlr.gt);
            let result = mobility::hlr_number(roamer.hlr.gt, 2);
            let dialogue = stage.dialogue(roamer.vlr, roamer.hlr, Context::Map(1, 2));
            stage.ask_in(dialogue.to(roamer.hlr_by_imsi()), 2, Some(argument), Answer::of(result));
            let argument = mobility::cancel_location(roamer.imsi, None, 2);
            stage.ask(
                roamer.hlr,
                roamer.at_home().vlr,
                Context::Map(2, 2),
                3,
                Some(argument),
                Answer::Result(None),
            );
        },
    ),
    benign(
        "sms_delivered_in_a_continue",
        "The message centre first opens the dialogue and delivers in a Continue, the handshake of TS 33.204.",
        |stage| {
            let guest = stage.victim_abroad();
            let centre = world::home(world::HomeNode::Smsc);
            stage.about(&guest, &guest.vlr);
            let mut dialogue = stage.dialogue(centre, guest.msc, Context::Map(25, 3));
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            let argument = sms::mt_forward_sm(guest.imsi, centre.gt, &sms::Tpdu::default(), false);
            stage.proceed(&mut dialogue, vec![invoke(1, 44, Some(argument))]);
            stage.answer(&mut dialogue, 1, 44, Answer::Result(None));
        },
    ),
    benign(
        "calls_to_one_roamer",
        "Four calls in an hour reach one subscriber abroad; each asks the visited register for the state first.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            for gap in [300, 1100, 500, 10] {
                p::locate_own(stage, &roamer);
                p::call(stage, &roamer);
                stage.wait(gap);
            }
        },
    ),
    benign(
        "within_one_group",
        "A subscriber moves between the two networks of a group and back in minutes, at a border.",
        |stage| {
            let roamer = stage.victim();
            stage.about(&roamer, &roamer.vlr);
            for partner in [0, 5, 0] {
                let there = roamer.visiting(partner);
                p::authenticate(stage, &there, 3, 2);
                p::register(stage, &there);
                stage.wait(240);
            }
        },
    ),
    benign(
        "unanswered",
        "A visited register never gets its vectors; the answer took another way.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            p::authenticate_with(stage, &roamer, 3, 2, Answer::Silence);
        },
    ),
    benign("ordinary_day", "A little of everything that networks do.", ordinary_day),
];

fn ordinary_day(stage: &mut Stage) {
    let mut background = background::Background::new(300, stage.now);
    while background.next_start().is_some() {
        background.play(stage);
    }
    stage.about(&world::outbound(1), &world::outbound(1).vlr);
}
