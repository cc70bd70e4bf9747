//! Where somebody is: requests that tell, from those who may ask and those who may not.

use picket_dissectors::emit::{
    ber::Tlv,
    cap,
    map::{
        Subscriber as Who, empty,
        location::{
            LocationInformation, ProvideSubscriberLocation, RequestedInfo, SubscriberInfo,
            any_time_interrogation, provide_subscriber_info, provide_subscriber_location_result,
            send_routing_info_for_lcs, send_routing_info_for_lcs_result,
            subscriber_location_report,
        },
        mobility, routing, services, sms, subscriber,
    },
    tcap::{Code, invoke, return_result},
};

use crate::synth::{
    dialogue::{Answer, Context},
    procedures::{self as p, whereabouts},
    scenario::{Group::Location, Scenario, attack, benign},
    stage::Stage,
    world::{self, CAP, GGSN, GMLC, HLR, HomeNode, MSC, Node, SCF, Subscriber, VLR, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "ati_from_abroad",
        Location,
        "An unknown network asks the home register where a subscriber is (anyTimeInterrogation) and is told.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, SCF, 11));
            stage.about(&victim, &attacker);
            ati(stage, attacker, &victim, Who::Msisdn(victim.msisdn), LOCATION, told(&victim));
        },
    ),
    attack(
        "ati_by_imsi_from_leased_gt",
        Location,
        "A Global Title leased from a partner asks the home register by IMSI and is told, IMEI included.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(3, SCF, 21));
            stage.about(&victim, &attacker);
            let info = RequestedInfo { imei: true, current_location: true, ..LOCATION };
            let told = SubscriberInfo { imei: Some(victim.imei), ..whereabouts(&victim) };
            ati(stage, attacker, &victim, Who::Imsi(victim.imsi), info, Answer::of(told.tlv()));
        },
    ),
    attack(
        "ati_refused",
        Location,
        "An unknown network asks where a subscriber is and is refused.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(1, SCF, 12));
            stage.about(&victim, &attacker);
            ati(
                stage,
                attacker,
                &victim,
                Who::Msisdn(victim.msisdn),
                LOCATION,
                Answer::error(ATI_NOT_ALLOWED),
            );
        },
    ),
    benign(
        "ati_from_own_scf",
        "The home gsmSCF asks the home register where a subscriber is.",
        |stage| {
            let (victim, scf) = (stage.victim(), home(HomeNode::Scf));
            stage.about(&victim, &scf);
            ati(stage, scf, &victim, Who::Msisdn(victim.msisdn), LOCATION, told(&victim));
        },
    ),
    attack(
        "psi_from_abroad",
        Location,
        "A network that is not the subscriber's home asks the visited register at home where a home subscriber is.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, HLR, 31));
            stage.about(&victim, &attacker);
            psi(stage, attacker, &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "psi_from_leased_gt",
        Location,
        "A Global Title leased from a partner asks the serving register where a home subscriber is.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(1, HLR, 32));
            stage.about(&victim, &attacker);
            psi(stage, attacker, &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "psi_about_inbound_roamer",
        Location,
        "A network that is not an inbound roamer's home asks where the roamer is.",
        |stage| {
            let (victim, attacker) = (stage.visitor(), world::unknown(3, HLR, 33));
            stage.about(&victim, &attacker);
            psi(stage, attacker, &victim, LOCATION, told(&victim));
        },
    ),
    attack("psi_refused", Location, "A foreign provideSubscriberInfo is refused.", |stage| {
        let (victim, attacker) = (stage.victim(), world::unknown(2, HLR, 34));
        stage.about(&victim, &attacker);
        psi(stage, attacker, &victim, LOCATION, Answer::error(UNEXPECTED_DATA_VALUE));
    }),
    attack(
        "psi_cadence",
        Location,
        "A foreign node asks for the same subscriber's location every ten minutes for three hours.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 35));
            stage.about(&victim, &attacker);
            for _ in 0..18 {
                psi(stage, attacker, &victim, LOCATION, told(&victim));
                stage.wait(600);
            }
        },
    ),
    benign(
        "psi_from_home_hlr",
        "The home register asks the visited register where its own subscriber is, for a call.",
        |stage| {
            let roamer = stage.victim_abroad();
            stage.about(&roamer, &roamer.hlr);
            p::call(stage, &roamer);
            p::locate_own(stage, &roamer);
        },
    ),
    benign(
        "psi_inbound_roamer_by_own_home",
        "The home network of an inbound roamer asks where its subscriber is.",
        |stage| {
            let roamer = stage.visitor();
            stage.about(&roamer, &roamer.hlr);
            p::locate_own(stage, &roamer);
        },
    ),
    attack(
        "chain_sri_sm_psi",
        Location,
        "sendRoutingInfoForSM, past home routing, gives IMSI and serving node; seconds later another address asks that node where the subscriber is.",
        |stage| {
            let (victim, first) = (stage.victim(), world::leased(5, MSC, 41));
            stage.about(&victim, &first);
            ask_route(stage, first, &victim);
            stage.wait(12);
            let second = world::leased(5, HLR, 44);
            psi(stage, second, &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "chain_send_imsi_psi",
        Location,
        "sendIMSI turns a telephone number into an IMSI; provideSubscriberInfo follows.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, VLR, 42));
            stage.about(&victim, &attacker);
            send_imsi(stage, attacker, &victim);
            stage.wait(25);
            psi(stage, attacker.speaking(HLR), &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "psl_from_abroad",
        Location,
        "A foreign location centre asks the serving switch for coordinates and gets them.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, GMLC, 51));
            stage.about(&victim, &attacker);
            let request = ProvideSubscriberLocation {
                client_type: Some(1),
                ..ProvideSubscriberLocation::new(Who::Imsi(victim.imsi), attacker.gt)
            };
            psl(stage, attacker, &victim, &request);
        },
    ),
    attack(
        "psl_privacy_override",
        Location,
        "A foreign location centre asks as if for lawful interception and overrides the subscriber's privacy.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(2, GMLC, 52));
            stage.about(&victim, &attacker);
            let request = ProvideSubscriberLocation {
                client_type: Some(3),
                privacy_override: true,
                ..ProvideSubscriberLocation::new(Who::Imsi(victim.imsi), attacker.gt)
            };
            psl(stage, attacker, &victim, &request);
        },
    ),
    attack(
        "psl_deferred_periodic",
        Location,
        "A foreign location centre asks for reports every five minutes for a day.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(6, GMLC, 53));
            stage.about(&victim, &attacker);
            let request = ProvideSubscriberLocation {
                location_type: 3,
                client_type: Some(1),
                reference: Some(7),
                periodic: Some((288, 300)),
                ..ProvideSubscriberLocation::new(Who::Imsi(victim.imsi), attacker.gt)
            };
            psl(stage, attacker, &victim, &request);
            stage.wait(300);
            let report =
                subscriber_location_report(4, Who::Imsi(victim.imsi), victim.msc.gt, Some(7));
            stage.ask(
                victim.msc,
                attacker,
                Context::Map(38, 3),
                86,
                Some(report),
                Answer::of(empty()),
            );
        },
    ),
    benign(
        "psl_from_own_gmlc",
        "The home location centre finds a home subscriber at home, as for an emergency call.",
        |stage| {
            let (victim, gmlc) = (stage.victim(), home(HomeNode::Gmlc));
            stage.about(&victim, &gmlc);
            let asked = send_routing_info_for_lcs(gmlc.gt, Who::Msisdn(victim.msisdn));
            let told = send_routing_info_for_lcs_result(Who::Imsi(victim.imsi), victim.msc.gt);
            stage.ask(gmlc, victim.hlr, Context::Map(37, 3), 85, Some(asked), Answer::of(told));
            let request = ProvideSubscriberLocation {
                client_type: Some(0),
                ..ProvideSubscriberLocation::new(Who::Imsi(victim.imsi), gmlc.gt)
            };
            psl(stage, gmlc, &victim, &request);
        },
    ),
    attack(
        "sri_lcs_from_abroad",
        Location,
        "A foreign location centre asks the home register which node serves a subscriber.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(7, GMLC, 54));
            stage.about(&victim, &attacker);
            let asked = send_routing_info_for_lcs(attacker.gt, Who::Msisdn(victim.msisdn));
            let told = send_routing_info_for_lcs_result(Who::Imsi(victim.imsi), victim.msc.gt);
            stage.ask(attacker, victim.hlr, Context::Map(37, 3), 85, Some(asked), Answer::of(told));
        },
    ),
    attack(
        "slr_to_abroad",
        Location,
        "A home switch reports where a subscriber is to a foreign location centre nobody agreed with.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(7, GMLC, 55));
            stage.about(&victim, &attacker);
            let report =
                subscriber_location_report(4, Who::Imsi(victim.imsi), victim.msc.gt, Some(9));
            stage.ask(
                victim.msc,
                attacker,
                Context::Map(38, 3),
                86,
                Some(report),
                Answer::of(empty()),
            );
        },
    ),
    attack(
        "slr_from_abroad",
        Location,
        "A switch where the subscriber is not tells the home location centre where the subscriber is.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, MSC, 75));
            stage.about(&victim, &attacker);
            let report = subscriber_location_report(0, Who::Imsi(victim.imsi), attacker.gt, None);
            let gmlc = home(HomeNode::Gmlc);
            let done = Answer::of(empty());
            stage.ask(attacker, gmlc, Context::Map(38, 3), 86, Some(report), done);
        },
    ),
    attack(
        "sri_gprs_from_abroad",
        Location,
        "A foreign gateway asks the home register which SGSN serves a subscriber.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(0, GGSN, 56));
            stage.about(&victim, &attacker);
            let asked = routing::send_routing_info_for_gprs(victim.imsi, attacker.gt);
            let told = Answer::of(routing::send_routing_info_for_gprs_result());
            stage.ask(attacker, victim.hlr, Context::Map(33, 3), 24, Some(asked), told);
        },
    ),
    attack(
        "m_csi_armed_from_abroad",
        Location,
        "insertSubscriberData from a stranger arms an M-CSI; every movement is then reported to the stranger's gsmSCF.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(1, HLR, 57));
            stage.about(&victim, &attacker);
            let scf = attacker.speaking(SCF);
            let data = subscriber::InsertSubscriberData {
                imsi: Some(victim.imsi),
                m_csi: Some(subscriber::Trigger { service_key: 9, scf: scf.gt }),
                ..subscriber::InsertSubscriberData::default()
            };
            let done = Answer::of(subscriber::insert_subscriber_data_result());
            stage.ask(attacker, victim.vlr, Context::Map(16, 3), 7, Some(data.tlv()), done);
            stage.wait(400);
            let place = LocationInformation {
                vlr: Some(victim.vlr.gt),
                cell: true,
                ..LocationInformation::default()
            };
            let event = mobility::note_mm_event(9, 0, victim.imsi, victim.msisdn, Some(place));
            stage.ask(victim.vlr, scf, Context::Map(42, 3), 89, Some(event), Answer::of(empty()));
        },
    ),
    attack(
        "idp_to_foreign_scf",
        Location,
        "A home switch asks a foreign gsmSCF for instructions: cell and numbers of every call go abroad.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(2, CAP, 58));
            stage.about(&victim, &attacker);
            let initial = cap::InitialDp {
                service_key: 9,
                called: Some(stage.stranger()),
                calling: Some(victim.msisdn),
                event: Some(2),
                imsi: Some(victim.imsi),
                msc: Some(victim.msc.gt),
                vlr: Some(victim.vlr.gt),
                cell: true,
                ..cap::InitialDp::default()
            };
            let ssf = victim.msc.speaking(CAP);
            let mut dialogue = stage.dialogue(ssf, attacker, Context::Cap(p::CAP_2));
            stage.begin(&mut dialogue, vec![invoke(1, 0, Some(initial.tlv()))]);
            stage.end(&mut dialogue, vec![invoke(1, 31, None)]);
        },
    ),
    attack(
        "identity_rotation",
        Location,
        "One subscriber is asked for from five networks in twenty minutes.",
        |stage| {
            let victim = stage.victim();
            for step in 0..5u64 {
                let at = usize::try_from(step).unwrap_or_default();
                let attacker = if step % 2 == 0 {
                    world::leased(at + 1, HLR, 60 + step)
                } else {
                    world::unknown(at, HLR, 60 + step)
                };
                stage.about(&victim, &attacker);
                psi(stage, attacker, &victim, LOCATION, Answer::error(UNEXPECTED_DATA_VALUE));
                stage.wait(240);
            }
        },
    ),
    attack(
        "protocol_fallback",
        Location,
        "What is refused one way is tried another: ATI, sendIMSI, SRI, then PSI, which works.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(5, SCF, 70));
            stage.about(&victim, &attacker);
            ati(
                stage,
                attacker,
                &victim,
                Who::Msisdn(victim.msisdn),
                LOCATION,
                Answer::error(ATI_NOT_ALLOWED),
            );
            stage.wait(40);
            let dialogue = stage.dialogue(attacker.speaking(VLR), victim.hlr, Context::Map(26, 2));
            stage.ask_in(
                dialogue,
                58,
                Some(services::send_imsi(victim.msisdn)),
                Answer::error(UNEXPECTED_DATA_VALUE),
            );
            stage.wait(40);
            ask_route(stage, attacker.speaking(MSC), &victim);
            stage.wait(40);
            psi(stage, attacker.speaking(HLR), &victim, LOCATION, told(&victim));
        },
    ),
    attack(
        "location_sweep",
        Location,
        "One address asks for thirty subscribers in five minutes.",
        |stage| {
            let attacker = world::unknown(6, HLR, 71);
            stage.by(&attacker);
            for _ in 0..30 {
                let victim = stage.victim();
                psi(stage, attacker, &victim, LOCATION, told(&victim));
                stage.wait(10);
            }
        },
    ),
    attack(
        "set_reporting_state_from_abroad",
        Location,
        "A stranger has a register report when a subscriber is free and when busy, and is told.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(4, HLR, 73));
            stage.about(&victim, &attacker);
            let about = || Some(routing::about(victim.imsi));
            let done = Answer::of(empty());
            stage.ask(attacker, victim.vlr, Context::Map(7, 3), 73, about(), done);
        },
    ),
    attack(
        "psi_slow_cadence",
        Location,
        "A foreign node asks for the same subscriber's location every two hours for a day.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::leased(3, HLR, 74));
            stage.about(&victim, &attacker);
            for _ in 0..12 {
                psi(stage, attacker, &victim, LOCATION, told(&victim));
                stage.wait(7200);
            }
        },
    ),
    attack(
        "home_hlr_polls_own_roamer",
        Location,
        "The home register itself asks for one of its subscribers abroad every five minutes, without any call.",
        |stage| {
            let victim = stage.victim_abroad();
            stage.about(&victim, &victim.hlr);
            for _ in 0..15 {
                p::locate_own(stage, &victim);
                stage.wait(300);
            }
        },
    ),
    attack(
        "trace_from_abroad",
        Location,
        "A stranger has a subscriber's calls and places traced to its own centre.",
        |stage| {
            let (victim, attacker) = (stage.victim(), world::unknown(3, HLR, 72));
            stage.about(&victim, &attacker);
            let argument = services::activate_trace_mode(Some(victim.imsi), Some(attacker.gt));
            stage.ask(
                attacker,
                victim.vlr,
                Context::Map(17, 3),
                50,
                Some(argument),
                Answer::of(empty()),
            );
        },
    ),
];

/// Plays anyTimeInterrogation.
pub(super) fn ati(
    stage: &mut Stage,
    from: Node,
    victim: &Subscriber,
    who: Who,
    info: RequestedInfo,
    answer: Answer,
) {
    let argument = any_time_interrogation(who, info, from.gt);
    stage.ask(from, victim.hlr, Context::Map(29, 3), 71, Some(argument), answer);
}

/// Plays provideSubscriberInfo.
pub(super) fn psi(
    stage: &mut Stage,
    from: Node,
    victim: &Subscriber,
    info: RequestedInfo,
    answer: Answer,
) {
    let argument = provide_subscriber_info(victim.imsi, info);
    stage.ask(from, victim.vlr, Context::Map(28, 3), 70, Some(argument), answer);
}

/// Plays sendRoutingInfoForSM to the register itself, past the router, which answers with the truth.
pub(super) fn ask_route(stage: &mut Stage, from: Node, victim: &Subscriber) {
    let argument = p::route_for_message(victim, from);
    let result = sms::send_routing_info_for_sm_result(victim.imsi, victim.msc.gt);
    stage.ask(from, victim.hlr, Context::Map(20, 3), 45, Some(argument), Answer::of(result));
}

/// Plays sendIMSI.
pub(super) fn send_imsi(stage: &mut Stage, from: Node, victim: &Subscriber) {
    let mut dialogue = stage.dialogue(from, victim.hlr, Context::Map(26, 2));
    stage.begin(&mut dialogue, vec![invoke(1, 58, Some(services::send_imsi(victim.msisdn)))]);
    let result: Tlv = services::send_imsi_result(victim.imsi);
    stage.end(&mut dialogue, vec![return_result(1, Some((Code::Local(58), result)))]);
}

fn psl(stage: &mut Stage, from: Node, victim: &Subscriber, request: &ProvideSubscriberLocation) {
    let result = provide_subscriber_location_result(Some(0));
    stage.ask(from, victim.msc, Context::Map(38, 3), 83, Some(request.tlv()), Answer::of(result));
}

/// Returns the answer that tells where a subscriber is.
pub(in crate::synth) fn told(victim: &Subscriber) -> Answer {
    Answer::of(whereabouts(victim).tlv())
}

/// What trackers ask for.
pub(in crate::synth) const LOCATION: RequestedInfo =
    RequestedInfo { location: true, state: true, current_location: false, imei: false, mnp: false };
/// ati-NotAllowed (TS 29.002 §17.6.6).
const ATI_NOT_ALLOWED: i64 = 49;
/// unexpectedDataValue (TS 29.002 §17.6.6).
pub(super) const UNEXPECTED_DATA_VALUE: i64 = 36;
