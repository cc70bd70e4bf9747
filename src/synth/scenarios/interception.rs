//! Calls and messages of somebody taken over.

use picket_dissectors::emit::{
    cap,
    map::{
        Subscriber as Who, empty, mobility, routing, services,
        sms::{self, Tpdu},
        subscriber,
    },
    tcap::{Code, invoke, return_result},
};

use crate::synth::{
    dialogue::{Answer, Context},
    network::digits,
    procedures as p,
    scenario::{Group::Interception, Scenario, attack, benign},
    stage::Stage,
    world::{self, CAP, HLR, HomeNode, MSC, Node, SCF, Subscriber, VLR, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "update_location_intercept",
        Interception,
        "A stranger registers the subscriber with itself; the next short message goes to it; later the real register has the subscriber back.",
        |stage| {
            let (victim, attacker) = (stage.victim_abroad(), world::unknown(1, VLR, 301));
            stage.about(&victim, &attacker);
            stage.aside(|stage| {
                p::authenticate(stage, &victim, 3, 2);
                p::register(stage, &victim);
                stage.wait(600);
            });
            let taken = captured(&victim, attacker);
            p::register(stage, &taken);
            p::cancel(stage, &taken, victim.vlr);
            stage.wait(20);
            p::message_out(stage, &taken);
            stage.wait(120);
            stage.aside(|stage| p::register(stage, &victim));
        },
    ),
    attack(
        "update_location_impossible_travel",
        Interception,
        "A subscriber who registered with a neighbour two minutes ago is registered from another continent.",
        |stage| {
            let home_victim = stage.victim();
            let victim = home_victim.visiting(0);
            let far = home_victim.visiting(11);
            stage.about(&victim, &far.vlr);
            stage.aside(|stage| {
                p::authenticate(stage, &victim, 3, 2);
                p::register(stage, &victim);
            });
            stage.wait(120);
            p::register(stage, &far);
        },
    ),
    attack(
        "insert_o_csi_from_abroad",
        Interception,
        "A stranger gives a subscriber an O-CSI: every call asks the stranger's gsmSCF first.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(6, HLR, 302));
            stage.about(&victim, &attacker);
            let scf = world::leased(6, SCF, 303).gt;
            let data = subscriber::InsertSubscriberData {
                imsi: Some(victim.imsi),
                o_csi: Some(subscriber::Trigger { service_key: 5, scf }),
                ..subscriber::InsertSubscriberData::default()
            };
            insert(stage, attacker, &victim, &data);
        },
    ),
    attack(
        "insert_sms_csi_from_abroad",
        Interception,
        "A stranger gives a subscriber an SMS-CSI.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, HLR, 304));
            stage.about(&victim, &attacker);
            let data = subscriber::InsertSubscriberData {
                imsi: Some(victim.imsi),
                sms_csi: Some(subscriber::Trigger { service_key: 5, scf: attacker.gt }),
                ..subscriber::InsertSubscriberData::default()
            };
            insert(stage, attacker, &victim, &data);
        },
    ),
    benign(
        "insert_by_home_hlr",
        "The home register changes the profile of its own subscriber abroad.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.hlr);
            p::insert(stage, &roamer);
        },
    ),
    attack(
        "register_ss_from_abroad",
        Interception,
        "A register where the subscriber is not forwards the subscriber's calls.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, VLR, 305));
            stage.about(&victim, &attacker);
            let to = digits("99994", 4_242_424, 7);
            let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(18, 2));
            let argument = services::register_ss(CFU, to);
            let answer = Answer::of(services::register_ss_result(to));
            stage.ask_in(dialogue.concerning(victim.imsi), 10, Some(argument), answer);
        },
    ),
    benign(
        "register_ss_by_roamer",
        "A subscriber abroad forwards calls to a home number.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.vlr);
            stage.aside(|stage| p::register(stage, &roamer));
            stage.wait(300);
            let to = stage.stranger();
            let dialogue = stage.dialogue(roamer.vlr, roamer.hlr, Context::Map(18, 2));
            let argument = services::register_ss(CFU, to);
            let answer = Answer::of(services::register_ss_result(to));
            stage.ask_in(dialogue.concerning(roamer.imsi), 10, Some(argument), answer);
        },
    ),
    attack(
        "prn_from_abroad",
        Interception,
        "A stranger asks the serving register for a roaming number.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 306));
            stage.about(&victim, &attacker);
            let argument = routing::provide_roaming_number(
                victim.imsi,
                victim.msc.gt,
                None,
                Some(attacker.gt),
            );
            let result =
                routing::provide_roaming_number_result(victim.vlr.gt.join(digits("", 17, 2)), 3);
            stage.ask(
                attacker,
                victim.vlr,
                Context::Map(3, 3),
                4,
                Some(argument),
                Answer::of(result),
            );
        },
    ),
    attack(
        "atm_call_forwarding",
        Interception,
        "A stranger forwards a subscriber's calls by anyTimeModification.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, SCF, 307));
            stage.about(&victim, &attacker);
            let to = digits("99995", 5_151_515, 7);
            any_time_modification(stage, attacker, &victim, Some(to));
        },
    ),
    attack(
        "atm_ip_sm_gw",
        Interception,
        "A stranger registers itself as the gateway of a subscriber's short messages.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(7, SCF, 308));
            stage.about(&victim, &attacker);
            any_time_modification(stage, attacker, &victim, None);
        },
    ),
    attack(
        "cap_connect_from_abroad",
        Interception,
        "A foreign gsmSCF redirects a call of a home subscriber.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, CAP, 309));
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
            let connect = cap::connect(digits("99996", 6_161_616, 7));
            stage.end(&mut dialogue, vec![invoke(1, 20, Some(connect))]);
        },
    ),
    attack(
        "cap_initiate_call_from_abroad",
        Interception,
        "A foreign gsmSCF has a home switch call a number in a subscriber's name.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(7, CAP, 310));
            stage.about(&victim, &attacker);
            let argument = cap::initiate_call_attempt(stage.stranger(), victim.msisdn, attacker.gt);
            let mut dialogue =
                stage.dialogue(attacker, victim.msc.speaking(CAP), Context::Cap([23, 3, 8]));
            stage.begin(&mut dialogue, vec![invoke(1, 32, Some(argument))]);
            stage.end(&mut dialogue, vec![return_result(1, None)]);
        },
    ),
    attack(
        "restore_data_from_abroad",
        Interception,
        "A register where the subscriber is not has the profile sent.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, VLR, 311));
            stage.about(&victim, &attacker);
            let mut dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(1, 3));
            stage.begin(
                &mut dialogue,
                vec![invoke(1, 57, Some(mobility::restore_data(victim.imsi)))],
            );
            let data = subscriber::InsertSubscriberData {
                msisdn: Some(victim.msisdn),
                services: true,
                ..subscriber::InsertSubscriberData::default()
            };
            stage.reply(&mut dialogue, vec![invoke(1, 7, Some(data.tlv()))]);
            let done = subscriber::insert_subscriber_data_result();
            stage.proceed(&mut dialogue, vec![return_result(1, Some((Code::Local(7), done)))]);
            let result = mobility::restore_data_result(victim.hlr.gt, false);
            stage.end(&mut dialogue, vec![return_result(1, Some((Code::Local(57), result)))]);
        },
    ),
    attack(
        "prepare_handover_from_abroad",
        Interception,
        "A foreign switch prepares a handover; keys and cell go with it.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(1, MSC, 312));
            stage.about(&victim, &attacker);
            let argument = services::prepare_handover(Some(victim.imsi));
            let result = services::prepare_handover_result(victim.vlr.gt);
            stage.ask(
                attacker,
                victim.msc,
                Context::Map(11, 3),
                68,
                Some(argument),
                Answer::of(result),
            );
        },
    ),
    attack(
        "register_password_from_abroad",
        Interception,
        "A register where the subscriber is not changes the barring password.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, VLR, 313));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.hlr, Context::Map(18, 2));
            let argument = services::register_password(0x90);
            stage.ask_in(dialogue.concerning(victim.imsi), 17, Some(argument), Answer::error(38));
        },
    ),
    attack(
        "get_password_from_abroad",
        Interception,
        "A stranger asks the serving register for the subscriber's barring password.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 316));
            stage.about(&victim, &attacker);
            let dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(18, 2));
            let argument = services::get_password();
            let dialogue = dialogue.concerning(victim.imsi);
            stage.ask_in(dialogue, 18, Some(argument), Answer::error(36));
        },
    ),
    attack(
        "authentication_failure_spoofed",
        Interception,
        "A register where the subscriber is not reports a failed authentication.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, VLR, 314));
            stage.about(&victim, &attacker);
            let mut taken = victim;
            taken.vlr = attacker;
            p::failed_authentication(stage, &taken);
        },
    ),
    attack(
        "message_to_captured_phone",
        Interception,
        "After a forged registration a bank's code is delivered to the stranger.",
        |stage| {
            let (victim, attacker) = (stage.victim_abroad(), world::leased(8, VLR, 315));
            stage.about(&victim, &attacker);
            stage.aside(|stage| {
                p::register(stage, &victim);
                stage.wait(600);
            });
            let taken = captured(&victim, attacker);
            p::register(stage, &taken);
            stage.wait(15);
            let tpdu = Tpdu::default();
            let router = home(HomeNode::Router);
            let argument = sms::mt_forward_sm(victim.imsi, home(HomeNode::Smsc).gt, &tpdu, false);
            stage.ask(
                router,
                taken.msc,
                Context::Map(25, 3),
                44,
                Some(argument),
                Answer::Result(None),
            );
        },
    ),
];

/// Returns the subscriber as the stranger has it registered.
fn captured(victim: &Subscriber, attacker: Node) -> Subscriber {
    Subscriber { vlr: attacker, msc: attacker.speaking(MSC), sgsn: attacker, ..*victim }
}

fn insert(
    stage: &mut Stage,
    from: Node,
    victim: &Subscriber,
    data: &subscriber::InsertSubscriberData,
) {
    let done = Answer::of(subscriber::insert_subscriber_data_result());
    stage.ask(from, victim.vlr, Context::Map(16, 3), 7, Some(data.tlv()), done);
}

fn any_time_modification(
    stage: &mut Stage,
    from: Node,
    victim: &Subscriber,
    to: Option<picket_dissectors::Digits>,
) {
    let argument = subscriber::any_time_modification(Who::Msisdn(victim.msisdn), from.gt, to);
    stage.ask(from, victim.hlr, Context::Map(43, 3), 65, Some(argument), Answer::of(empty()));
}

/// SS-Code of call forwarding unconditional.
const CFU: u8 = 0x21;
