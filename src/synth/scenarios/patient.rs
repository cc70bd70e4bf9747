//! Attacks that only memory finds: slow ones, spread ones, and ones that differ from what is usual.

use picket_dissectors::emit::{
    ber::Tlv,
    cap,
    map::{self, services, sms},
    tcap::invoke,
};

use super::location::{LOCATION, ask_route, psi, told};
use crate::synth::{
    dialogue::{Answer, Context},
    procedures as p,
    scenario::{
        Group::{Denial, Evasion, Fraud, Location, Recon},
        Scenario, attack, low,
    },
    stage::Stage,
    world::{self, CAP, HLR, HomeNode, MSC, Node, Place, Subscriber, VLR, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "chain_over_hours",
        Location,
        "sendRoutingInfoForSM, past home routing, gives the serving node; five hours later an address of another block asks that node where the subscriber is.",
        |stage| {
            let (victim, first) = (stage.victim(), world::leased(6, MSC, 901));
            stage.about(&victim, &first);
            ask_route(stage, first, &victim);
            stage.wait(5 * 3600);
            psi(stage, world::leased(7, HLR, 902), &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "gt_range_sweep",
        Recon,
        "Twelve addresses of one block ask for two subscribers each, one address after the other.",
        |stage| {
            stage.by(&world::unknown(2, HLR, 7000));
            for number in 0..12 {
                for _ in 0..2 {
                    let victim = stage.victim();
                    let attacker = world::unknown(2, HLR, 7000 + number);
                    psi(stage, attacker, &victim, LOCATION, Answer::error(p::UNKNOWN_SUBSCRIBER));
                    stage.wait(7);
                }
            }
        },
    ),
    low(attack(
        "first_request_of_a_sender",
        Recon,
        "After a day of ordinary requests of a partner, another node of the partner asks where a guest is for the first time.",
        |stage| {
            let guest = stage.visitor();
            usual(stage, guest.hlr);
            let mut fresh = guest.hlr;
            fresh.gt = guest.hlr.gt.first(8).join(crate::synth::network::digits("", 771, 3));
            stage.about(&guest, &fresh);
            psi(stage, fresh, &guest, LOCATION, told(&guest));
        },
    )),
    attack(
        "psi_by_an_unusual_way",
        Evasion,
        "A day long a partner's register asks for its guests by one carrier; then its address asks by another.",
        |stage| {
            let guest = guest_of(stage, world::partner_node(0, HLR, 1));
            usual(stage, guest.hlr);
            let mut attacker = guest.hlr;
            attacker.place = Place::Abroad(3);
            stage.about(&guest, &attacker);
            psi(stage, attacker, &guest, LOCATION, told(&guest));
        },
    ),
    attack(
        "cancel_storm_of_a_partner",
        Denial,
        "A partner's register cancels a location every hour, and one night those of forty guests within a minute.",
        |stage| {
            let hlr = world::partner_node(2, HLR, 1);
            stage.by(&hlr);
            for _ in 0..20 {
                stage.aside(|stage| cancel(stage, hlr));
                stage.wait(3600);
            }
            for _ in 0..40 {
                let start = stage.now;
                cancel(stage, hlr);
                stage.now = start + 1_000_000_000;
            }
        },
    ),
    low(attack(
        "absence_polled",
        Location,
        "An address asks every six minutes for the route to a phone that is off, to learn when it is on.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(4, MSC, 903));
            stage.about(&victim, &attacker);
            for _ in 0..8 {
                let argument = p::route_for_message(&victim, attacker);
                let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(20, 3));
                let absent = Answer::error(p::ABSENT_SUBSCRIBER_SM);
                stage.ask_in(dialogue.to(victim.hlr_by_msisdn()), 45, Some(argument), absent);
                stage.wait(360);
            }
        },
    )),
    attack(
        "alert_flood",
        Denial,
        "An address tells the home message centre that eighty phones are on again, within a minute.",
        |stage| {
            let (attacker, centre) = (world::unknown(1, HLR, 904), home(HomeNode::Smsc));
            stage.by(&attacker);
            for _ in 0..80 {
                let victim = stage.victim();
                let alert = sms::alert_service_centre(victim.msisdn, centre.gt);
                let start = stage.now;
                let done = Answer::Result(None);
                stage.ask(attacker, centre, Context::Map(23, 2), 64, Some(alert), done);
                stage.now = start + 600_000_000;
            }
        },
    ),
    low(attack(
        "sms_malformed",
        Fraud,
        "A message's user data header claims to be longer than the message.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(5, MSC, 905));
            stage.about(&victim, &attacker);
            // SMS-DELIVER with a header of nine octets in user data of one.
            let mut tpdu = vec![0x44, 7, 0x91, 0x51, 0x55, 0x10, 0xf0, 0, 0xf6];
            tpdu.extend([0x62, 1, 1, 0, 0, 0, 0, 1, 9]);
            let argument = Tlv::constructed(
                0x30,
                [
                    map::imsi(0x80, victim.imsi),
                    map::isdn(0x84, attacker.gt),
                    Tlv::primitive(0x04, tpdu),
                ],
            );
            let done = Answer::Result(None);
            stage.ask(attacker, victim.msc, Context::Map(25, 3), 44, Some(argument), done);
        },
    )),
    attack(
        "check_imei_by_a_stranger",
        Location,
        "A stranger asks the home equipment register about a phone.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, VLR, 906));
            stage.about(&victim, &attacker);
            let argument = services::check_imei(victim.imei, 3);
            let told = Answer::of(services::check_imei_result(0, 3));
            let eir = home(HomeNode::Eir);
            stage.ask(attacker, eir, Context::Map(13, 3), 43, Some(argument), told);
        },
    ),
    attack(
        "cap_charging_from_abroad",
        Fraud,
        "A foreign gsmSCF takes over a call and says how it is charged.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, CAP, 907));
            stage.about(&victim, &attacker);
            let initial = cap::InitialDp {
                service_key: 5,
                called: Some(stage.stranger()),
                calling: Some(victim.msisdn),
                event: Some(2),
                imsi: Some(victim.imsi),
                ..cap::InitialDp::default()
            };
            let ssf = victim.msc.speaking(CAP);
            let mut dialogue = stage.dialogue(ssf, attacker, Context::Cap(p::CAP_2));
            stage.begin(&mut dialogue, vec![invoke(1, 0, Some(initial.tlv()))]);
            // furnishChargingInformation is an octet string the operators agree on.
            let free = Tlv::primitive(0x04, vec![0xa0, 3, 0x81, 1, 0]);
            stage.reply(&mut dialogue, vec![invoke(1, 34, Some(free)), invoke(2, 31, None)]);
            stage.close(&mut dialogue, Vec::new());
        },
    ),
];

/// A day of what a partner's register does: now and then it asks for a guest of its own.
fn usual(stage: &mut Stage, hlr: Node) {
    stage.aside(|stage| {
        for _ in 0..130 {
            cancel(stage, hlr);
            stage.wait(600);
        }
    });
}

fn cancel(stage: &mut Stage, hlr: Node) {
    let guest = guest_of(stage, hlr);
    p::cancel(stage, &guest, guest.vlr);
}

/// Returns a guest whose home is the network of a register, and whose register that is.
fn guest_of(stage: &mut Stage, hlr: Node) -> Subscriber {
    loop {
        let guest = stage.visitor();
        if guest.hlr.gt.first(5) == hlr.gt.first(5) {
            return Subscriber { hlr, ..guest };
        }
    }
}
