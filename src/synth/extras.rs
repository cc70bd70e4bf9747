//! Rarer procedures of every day: long messages, sessions, CAP for messages and data, management.

use picket_dissectors::emit::{
    cap,
    map::{self, services, sms, subscriber},
    sccp::Unitdata,
    tcap::{invoke, return_result},
};

use super::{
    carriage::Carriage,
    dialogue::{Answer, Context},
    procedures as p,
    stage::{SECOND, Stage},
    world::{self, CAP, HomeNode, Subscriber, home},
};

/// deleteSubscriberData: a service ends.
pub fn delete_data(stage: &mut Stage, who: &Subscriber) {
    let argument = subscriber::delete_subscriber_data(who.imsi, false, true);
    stage.ask(who.hlr, who.vlr, Context::Map(16, 3), 8, Some(argument), Answer::of(map::empty()));
}

/// A message that finds nobody: the question for the route is answered with absent subscriber, and
/// no message follows.
pub fn absent(stage: &mut Stage, centre: world::Node, who: &Subscriber) {
    let router = home(HomeNode::Router);
    let dialogue = stage.dialogue(centre, router.speaking(world::HLR), Context::Map(20, 3));
    let argument = p::route_for_message(who, centre);
    let absent = Answer::Error(p::ABSENT_SUBSCRIBER_SM, Some(map::absent_subscriber_sm(0)));
    stage.ask_in(dialogue.to(who.hlr_by_msisdn()), 45, Some(argument), absent);
}

/// A message in two parts to a subscriber abroad, in one dialogue.
pub fn long_message(stage: &mut Stage, who: &Subscriber) {
    let centre = home(HomeNode::Smsc);
    let argument = p::route_for_message(who, centre);
    let result = sms::send_routing_info_for_sm_result(who.imsi, who.msc.gt);
    stage.ask(centre, who.hlr, Context::Map(20, 3), 45, Some(argument), Answer::of(result));
    stage.pause(20);
    let tpdu = sms::Tpdu { address: world::home_subscriber(9).msisdn, ..sms::Tpdu::default() };
    let mut dialogue = stage.dialogue(centre, who.msc, Context::Map(25, 3));
    let first = sms::mt_forward_sm(who.imsi, centre.gt, &tpdu, true);
    stage.begin(&mut dialogue, vec![invoke(1, 44, Some(first))]);
    stage.pause(2_500);
    stage.reply(&mut dialogue, vec![return_result(1, None)]);
    let second = sms::mt_forward_sm(who.imsi, centre.gt, &tpdu, false);
    stage.proceed(&mut dialogue, vec![invoke(2, 44, Some(second))]);
    stage.pause(1_500);
    stage.end(&mut dialogue, vec![return_result(2, None)]);
}

/// reportSM-DeliveryStatus: a message from an aggregator was not delivered.
pub fn not_delivered(stage: &mut Stage, who: &Subscriber) {
    let centre = world::sms_hub(1 + stage.random.below(12));
    absent(stage, centre, who);
    let argument = sms::report_sm_delivery_status(who.msisdn, centre.gt, Some(1));
    let dialogue = stage.dialogue(centre, who.hlr, Context::Map(20, 3)).to(who.hlr_by_msisdn());
    stage.ask_in(dialogue, 47, Some(argument), Answer::of(map::empty()));
}

/// readyForSM alone.
pub fn ready(stage: &mut Stage, who: &Subscriber) {
    let ready = sms::ready_for_sm(who.imsi, 0);
    stage.ask(who.vlr, who.hlr, Context::Map(24, 3), 66, Some(ready), Answer::Result(None));
}

/// CAP for a message a roamer sends.
pub fn controlled_message(stage: &mut Stage, who: &Subscriber) {
    let (ssf, scf) = (who.msc.speaking(CAP), home(HomeNode::Scf).speaking(CAP));
    let centre = home(HomeNode::Smsc);
    let to = super::population::anybody(&mut stage.random);
    let argument = cap::initial_dp_sms(2, who.imsi, who.msisdn, to, centre.gt);
    let mut dialogue = stage.dialogue(ssf, scf, Context::Cap(CAP_3_SMS));
    stage.begin(&mut dialogue, vec![invoke(1, 60, Some(argument))]);
    stage.end(&mut dialogue, vec![invoke(1, 66, None)]);
}

/// CAP for a data session of a roamer.
pub fn controlled_data(stage: &mut Stage, who: &Subscriber) {
    let (ssf, scf) = (who.sgsn.speaking(CAP), home(HomeNode::Scf).speaking(CAP));
    let argument = cap::initial_dp_gprs(3, 1, who.msisdn, who.imsi);
    let mut dialogue = stage.dialogue(ssf, scf, Context::Cap(CAP_3_DATA));
    stage.begin(&mut dialogue, vec![invoke(1, 78, Some(argument))]);
    stage.end(&mut dialogue, vec![invoke(1, 75, None)]);
}

/// A session of service codes: the home network asks back, twice, at a human pace.
pub fn service_session(stage: &mut Stage, who: &Subscriber) {
    let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(19, 2));
    let mut dialogue = dialogue.concerning(who.imsi).to(who.hlr_by_imsi());
    let first = services::ussd(15, Some(who.msisdn));
    stage.begin(&mut dialogue, vec![invoke(1, 59, Some(first))]);
    for id in 1..=2 {
        stage.reply(&mut dialogue, vec![invoke(id, 60, Some(services::ussd(15, None)))]);
        stage.now += stage.random.around(9 * SECOND);
        let typed = (picket_dissectors::emit::tcap::Code::Local(60), services::ussd(15, None));
        stage.proceed(&mut dialogue, vec![return_result(id, Some(typed))]);
    }
    let said = (picket_dissectors::emit::tcap::Code::Local(59), services::ussd(15, None));
    stage.end(&mut dialogue, vec![return_result(1, Some(said))]);
}

/// A roamer reads, or sets, where their calls are forwarded to, from where they are.
pub fn supplementary(stage: &mut Stage, who: &Subscriber) {
    const UNREACHABLE: u8 = 0x2b;
    let to = super::population::anybody(&mut stage.random);
    let (operation, argument, result) = if stage.random.per_mille(500) {
        (14, services::ss(UNREACHABLE), services::interrogate_ss_result(to))
    } else {
        (10, services::register_ss(UNREACHABLE, to), services::register_ss_result(to))
    };
    let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(18, 2));
    let dialogue = dialogue.concerning(who.imsi).to(who.hlr_by_imsi());
    stage.ask_in(dialogue, operation, Some(argument), Answer::of(result));
}

/// checkIMEI: a visited switch asks the home register whether a phone is stolen.
pub fn equipment(stage: &mut Stage, who: &Subscriber) {
    let register = home(HomeNode::Eir);
    let argument = services::check_imei(who.imei, 2);
    let result = Answer::of(services::check_imei_result(0, 2));
    stage.ask(who.msc, register, Context::Map(13, 2), 43, Some(argument), result);
}

/// SCCP management between neighbours: is the subsystem there, yes it is (Q.714 §5.3).
pub fn management(stage: &mut Stage) {
    let carrier = u8::try_from(stage.random.below(4)).unwrap_or_default();
    let peer = world::Node { place: world::Place::Abroad(carrier), ..world::sms_hub(1) };
    let stp = home(HomeNode::Hlr);
    for (from, to, kind) in [(peer, stp, TEST), (stp, peer, ALLOWED)] {
        let about = super::wire::Route::between(&from, &to, 0);
        let [low, high, ..] = about.dpc.to_le_bytes();
        let octets = [kind, world::HLR, low, high, 0];
        let address = |pc| picket_dissectors::emit::sccp::Address::ssn(Some(pc), 1);
        let user = Unitdata::udt(address(about.dpc), address(about.opc), &octets).octets();
        stage.carry(from, to, user, Carriage::Whole);
        stage.pause(20);
    }
}

/// Subsystem status test (Q.713 §5.2).
const TEST: u8 = 3;
/// Subsystem allowed.
const ALLOWED: u8 = 1;
/// CAP-v3-SMS-AC (TS 29.078 §4.4.1): {0 4 0 0 1 21 3 61}.
const CAP_3_SMS: [u64; 3] = [21, 3, 61];
/// CAP-v3-gprsSSF-gsmSCF-AC: {0 4 0 0 1 21 3 50}.
const CAP_3_DATA: [u64; 3] = [21, 3, 50];
