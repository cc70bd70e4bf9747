//! What networks do all day: the procedures of TS 29.002 and TS 29.078 between their right parties.

use picket_dissectors::emit::{
    cap,
    map::{
        self, authentication, location, mobility, routing, services,
        sms::{self, SendRoutingInfoForSm, Tpdu},
        subscriber,
    },
    tcap::{Code, invoke, return_error, return_result},
};

use super::{
    dialogue::{Answer, Context},
    network::{CARRIERS, HOME, digits},
    stage::{MILLISECOND, SECOND, Stage},
    world::{self, CAP, HomeNode, MSC, Node, Place, Subscriber, home},
};

/// sendAuthenticationInfo from where the subscriber is.
pub fn authenticate(stage: &mut Stage, who: &Subscriber, version: u8, vectors: u8) {
    let answer = authentication::send_authentication_info_result(vectors.into(), version);
    authenticate_with(stage, who, version, vectors, Answer::of(answer));
}

/// Returns the answer that gives this many vectors.
#[must_use]
pub fn vectors(count: u8, version: u8) -> Answer {
    Answer::of(authentication::send_authentication_info_result(count.into(), version))
}

/// sendAuthenticationInfo with another answer.
pub fn authenticate_with(
    stage: &mut Stage,
    who: &Subscriber,
    version: u8,
    vectors: u8,
    answer: Answer,
) {
    let argument = authentication::SendAuthenticationInfo {
        imsi: who.imsi,
        vectors,
        ..authentication::SendAuthenticationInfo::default()
    };
    let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(14, version));
    let dialogue = dialogue.to(who.hlr_by_imsi());
    stage.ask_in(dialogue, 56, Some(argument.tlv(version)), answer);
}

/// updateLocation with the subscription data the home network sends within.
pub fn register(stage: &mut Stage, who: &Subscriber) {
    let mut dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(1, 3)).to(who.hlr_by_imsi());
    let argument = mobility::update_location(who.imsi, who.msc.gt, who.vlr.gt);
    stage.begin(&mut dialogue, vec![invoke(1, 2, Some(argument))]);
    stage.reply(&mut dialogue, vec![invoke(1, 7, Some(profile(who).tlv()))]);
    let inserted = subscriber::insert_subscriber_data_result();
    stage.proceed(&mut dialogue, vec![return_result(1, Some((Code::Local(7), inserted)))]);
    let result = mobility::hlr_number(who.hlr.gt, 3);
    stage.end(&mut dialogue, vec![return_result(1, Some((Code::Local(2), result)))]);
}

/// updateLocation that the home network refuses, as steering does.
pub fn register_refused(stage: &mut Stage, who: &Subscriber, error: i64) {
    let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(1, 3)).to(who.hlr_by_imsi());
    let argument = mobility::update_location(who.imsi, who.msc.gt, who.vlr.gt);
    stage.ask_in(dialogue, 2, Some(argument), Answer::error(error));
}

/// updateGprsLocation with its subscription data.
pub fn register_packet(stage: &mut Stage, who: &Subscriber) {
    let mut dialogue = stage.dialogue(who.sgsn, who.hlr, Context::Map(32, 3));
    dialogue.called = who.hlr_by_imsi();
    let argument = mobility::update_gprs_location(who.imsi, who.sgsn.gt);
    stage.begin(&mut dialogue, vec![invoke(1, 23, Some(argument))]);
    let profile = subscriber::InsertSubscriberData {
        msisdn: Some(who.msisdn),
        ..subscriber::InsertSubscriberData::default()
    };
    stage.reply(&mut dialogue, vec![invoke(1, 7, Some(profile.tlv()))]);
    let inserted = subscriber::insert_subscriber_data_result();
    stage.proceed(&mut dialogue, vec![return_result(1, Some((Code::Local(7), inserted)))]);
    let result = mobility::hlr_number(who.hlr.gt, 3);
    stage.end(&mut dialogue, vec![return_result(1, Some((Code::Local(23), result)))]);
}

/// insertSubscriberData of its own: something was changed at home.
pub fn insert(stage: &mut Stage, who: &Subscriber) {
    let argument = subscriber::InsertSubscriberData { imsi: Some(who.imsi), ..profile(who) };
    let result = subscriber::insert_subscriber_data_result();
    let answer = Answer::of(result);
    stage.ask(who.hlr, who.vlr, Context::Map(16, 3), 7, Some(argument.tlv()), answer);
}

/// cancelLocation to the node the subscriber has left.
pub fn cancel(stage: &mut Stage, who: &Subscriber, old: Node) {
    let argument = mobility::cancel_location(who.imsi, Some(0), 3);
    let answer = Answer::of(map::empty());
    stage.ask(who.hlr, old, Context::Map(2, 3), 3, Some(argument), answer);
}

/// purgeMS: the phone was not heard of for long.
pub fn purge(stage: &mut Stage, who: &Subscriber) {
    let argument = mobility::purge_ms(who.imsi, Some(who.vlr.gt), None, 3);
    let answer = Answer::of(mobility::purge_ms_result(true));
    stage.ask(who.vlr, who.hlr, Context::Map(27, 3), 67, Some(argument), answer);
}

/// A short message from abroad to a home subscriber, through the router of home routing: the sender
/// gets a correlation id and the router in place of IMSI and switching centre (TS 23.840 §6).
pub fn message_in(stage: &mut Stage, centre: Node, forwarder: Node, who: &Subscriber) {
    let router = home(HomeNode::Router);
    let correlation = digits(HOME.imsi, stage.random.below(9_999_999_999), 10);
    let dialogue = stage.dialogue(centre, router.speaking(world::HLR), Context::Map(20, 3));
    let argument = route_for_message(who, centre);
    let result = sms::send_routing_info_for_sm_result(correlation, router.gt);
    stage.ask_in(dialogue.to(who.hlr_by_msisdn()), 45, Some(argument), Answer::of(result));
    stage.pause(150);
    let tpdu = Tpdu { address: digits("99981", 555, 6), ..Tpdu::default() };
    let argument = sms::mt_forward_sm(correlation, forwarder.gt, &tpdu, false);
    let mut outer = stage.dialogue(forwarder, router, Context::Map(25, 3));
    stage.begin(&mut outer, vec![invoke(1, 44, Some(argument))]);
    deliver_from(stage, router, who, &tpdu);
    stage.end(&mut outer, vec![return_result(1, None)]);
}

/// A short message from the home centre to a home subscriber, wherever.
pub fn message_out(stage: &mut Stage, who: &Subscriber) {
    let tpdu = Tpdu { address: world::home_subscriber(9).msisdn, ..Tpdu::default() };
    deliver_from(stage, home(HomeNode::Smsc), who, &tpdu);
}

fn deliver_from(stage: &mut Stage, centre: Node, who: &Subscriber, tpdu: &Tpdu) {
    let argument = route_for_message(who, centre);
    let result = sms::send_routing_info_for_sm_result(who.imsi, who.msc.gt);
    stage.ask(centre, who.hlr, Context::Map(20, 3), 45, Some(argument), Answer::of(result));
    stage.pause(20);
    let argument = sms::mt_forward_sm(who.imsi, centre.gt, tpdu, false);
    let mut dialogue = stage.dialogue(centre, who.msc, Context::Map(25, 3));
    stage.begin(&mut dialogue, vec![invoke(1, 44, Some(argument))]);
    // The phone is paged and says that it has the message.
    stage.pause(2_500);
    if stage.random.per_mille(60) {
        let absent = map::absent_subscriber_sm(0);
        stage.end(&mut dialogue, vec![return_error(1, ABSENT_SUBSCRIBER_SM, Some(absent))]);
    } else {
        stage.end(&mut dialogue, vec![return_result(1, None)]);
    }
}

/// Makes the argument of sendRoutingInfoForSM.
pub fn route_for_message(who: &Subscriber, centre: Node) -> picket_dissectors::emit::ber::Tlv {
    SendRoutingInfoForSm {
        msisdn: who.msisdn,
        priority: true,
        service_centre: centre.gt,
        ..SendRoutingInfoForSm::default()
    }
    .tlv()
}

/// A short message that a roamer sends, to the centre at home.
pub fn message_sent(stage: &mut Stage, who: &Subscriber) {
    let centre = home(HomeNode::Smsc);
    let tpdu = Tpdu { address: world::home_subscriber(11).msisdn, ..Tpdu::default() };
    let argument = sms::mo_forward_sm(who.msisdn, centre.gt, &tpdu, Some(who.imsi));
    stage.ask(who.msc, centre, Context::Map(21, 3), 46, Some(argument), Answer::Result(None));
}

/// A call to a home subscriber abroad: a roaming number is asked for.
pub fn call(stage: &mut Stage, who: &Subscriber) {
    let gmsc = home(HomeNode::Gmsc);
    let mut routing = stage.dialogue(gmsc, who.hlr, Context::Map(5, 3)).to(who.hlr_by_msisdn());
    let argument = routing::send_routing_info(who.msisdn, gmsc.gt, 3);
    stage.begin(&mut routing, vec![invoke(1, 22, Some(argument))]);
    let start = stage.now;
    stage.now += 20 * MILLISECOND;
    let number = who.vlr.gt.join(digits("", stage.random.below(100), 2));
    let argument =
        routing::provide_roaming_number(who.imsi, who.msc.gt, Some(who.msisdn), Some(gmsc.gt));
    let result = routing::provide_roaming_number_result(number, 3);
    stage.ask(who.hlr, who.vlr, Context::Map(3, 3), 4, Some(argument), Answer::of(result));
    let result = routing::SendRoutingInfoResult {
        imsi: who.imsi,
        roaming_number: Some(number),
        vmsc: Some(who.msc.gt),
        ..routing::SendRoutingInfoResult::default()
    };
    stage.now = stage.now.max(start + 40 * MILLISECOND);
    stage.end(&mut routing, vec![return_result(1, Some((Code::Local(22), result.tlv(3))))]);
}

/// provideSubscriberInfo from the subscriber's own home location register.
pub fn locate_own(stage: &mut Stage, who: &Subscriber) {
    let info = location::RequestedInfo {
        location: true,
        state: true,
        ..location::RequestedInfo::default()
    };
    let argument = location::provide_subscriber_info(who.imsi, info);
    let answer = Answer::of(whereabouts(who).tlv());
    stage.ask(who.hlr, who.vlr, Context::Map(28, 3), 70, Some(argument), answer);
}

/// Returns what a node knows of where a subscriber is.
pub fn whereabouts(who: &Subscriber) -> location::SubscriberInfo {
    let location = location::LocationInformation {
        age: Some(3),
        vlr: Some(who.vlr.gt),
        cell: true,
        msc: Some(who.msc.gt),
        ..location::LocationInformation::default()
    };
    location::SubscriberInfo { location: Some(location), state: Some(0), imei: None }
}

/// A call a roamer makes under control of the home gsmSCF.
pub fn controlled_call(stage: &mut Stage, who: &Subscriber) {
    let ssf = who.msc.speaking(CAP);
    let scf = home(HomeNode::Scf).speaking(CAP);
    let initial = cap::InitialDp {
        service_key: 1,
        called: Some(digits("99911", stage.random.below(10_000_000), 7)),
        calling: Some(who.msisdn),
        event: Some(2),
        imsi: Some(who.imsi),
        msc: Some(who.msc.gt),
        vlr: Some(who.vlr.gt),
        cell: true,
        ..cap::InitialDp::default()
    };
    let mut dialogue = stage.dialogue(ssf, scf, Context::Cap(CAP_2));
    stage.begin(&mut dialogue, vec![invoke(1, 0, Some(initial.tlv()))]);
    let report = cap::request_report(&[7, 9]);
    stage.reply(&mut dialogue, vec![invoke(1, 23, Some(report)), invoke(2, 31, None)]);
    stage.now += stage.random.around(12 * SECOND);
    stage.proceed(&mut dialogue, vec![invoke(2, 24, Some(cap::event_report(7)))]);
    stage.now += stage.random.around(60 * SECOND);
    stage.proceed(&mut dialogue, vec![invoke(3, 24, Some(cap::event_report(9)))]);
    stage.end(&mut dialogue, vec![invoke(3, 31, None)]);
}

/// A service code a roamer dials.
pub fn service_code(stage: &mut Stage, who: &Subscriber) {
    let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(19, 2));
    let dialogue = dialogue.concerning(who.imsi).to(who.hlr_by_imsi());
    let argument = services::ussd(15, Some(who.msisdn));
    stage.ask_in(dialogue, 59, Some(argument), Answer::of(services::ussd(15, None)));
}

/// readyForSM, and the alert of the message centre.
pub fn reachable_again(stage: &mut Stage, who: &Subscriber) {
    let ready = sms::ready_for_sm(who.imsi, 0);
    stage.ask(who.vlr, who.hlr, Context::Map(24, 3), 66, Some(ready), Answer::Result(None));
    let centre = world::sms_hub(1 + stage.random.below(3));
    let alert = sms::alert_service_centre(who.msisdn, centre.gt);
    stage.ask(who.hlr, centre, Context::Map(23, 2), 64, Some(alert), Answer::Result(None));
}

/// restoreData after a restart of the visited register.
pub fn restore(stage: &mut Stage, who: &Subscriber) {
    let argument = mobility::restore_data(who.imsi);
    let answer = Answer::of(mobility::restore_data_result(who.hlr.gt, false));
    stage.ask(who.vlr, who.hlr, Context::Map(1, 3), 57, Some(argument), answer);
}

/// authenticationFailureReport.
pub fn failed_authentication(stage: &mut Stage, who: &Subscriber) {
    let argument = authentication::authentication_failure_report(who.imsi, 0, Some(who.vlr.gt));
    let answer = Answer::of(map::empty());
    stage.ask(who.vlr, who.hlr, Context::Map(39, 3), 15, Some(argument), answer);
}

/// A number that was ported: the other operator at home asks for the route.
pub fn ported_call(stage: &mut Stage, who: &Subscriber) {
    let gmsc = world::national_node(MSC, 1);
    let dialogue = stage.dialogue(gmsc, who.hlr, Context::Map(5, 3)).to(who.hlr_by_msisdn());
    let argument = routing::send_routing_info(who.msisdn, gmsc.gt, 3);
    let result = routing::SendRoutingInfoResult {
        imsi: who.imsi,
        roaming_number: Some(who.vlr.gt.join(digits("", 7, 2))),
        ..routing::SendRoutingInfoResult::default()
    };
    stage.ask_in(dialogue, 22, Some(argument), Answer::of(result.tlv(3)));
}

/// Traffic of the carrier a node is behind, enough to learn that it is a peer; no part of the story.
pub fn carrier_in_use(stage: &mut Stage, node: Node) {
    let Place::Abroad(carrier) = node.place else { return };
    stage.aside(|stage| {
        for turn in 0..30 {
            // A partner that this carrier brings at all times, or it would come an unusual way.
            let partner = usize::from(carrier) + usize::from(CARRIERS) * (turn % 3);
            let roamer = stage.victim().visiting(partner);
            authenticate(stage, &roamer, 3, 1);
        }
    });
}

/// Returns the subscription data of a subscriber.
#[must_use]
pub fn profile(who: &Subscriber) -> subscriber::InsertSubscriberData {
    let scf = if who.hlr.is_home() {
        home(HomeNode::Scf).gt
    } else {
        // Nodes of a partner have six digits behind its prefix.
        who.hlr.gt.first(who.hlr.gt.len().saturating_sub(6)).join(digits("", 14_701, 6))
    };
    subscriber::InsertSubscriberData {
        msisdn: Some(who.msisdn),
        status: Some(0),
        services: true,
        o_csi: Some(subscriber::Trigger { service_key: 1, scf }),
        ..subscriber::InsertSubscriberData::default()
    }
}

/// Errors as TS 29.002 §17.6 numbers them.
pub const UNKNOWN_SUBSCRIBER: i64 = 1;
/// absentSubscriberSM.
pub const ABSENT_SUBSCRIBER_SM: i64 = 6;
/// roamingNotAllowed.
pub const ROAMING_NOT_ALLOWED: i64 = 8;
/// CAP-v2-gsmSSF-to-gsmSCF-AC.
pub const CAP_2: [u64; 3] = [0, 50, 1];
