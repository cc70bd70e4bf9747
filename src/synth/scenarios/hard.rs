//! Innocent traffic that naive rules take for attacks, a cause each: what real deployments do.

use picket_dissectors::emit::{
    map::{
        self, Subscriber as Named,
        location::{self, ProvideSubscriberLocation, RequestedInfo},
        mobility, routing, services, sms,
    },
    tcap::{Code, invoke, return_result},
};

use crate::synth::{
    dialogue::{Answer, Context},
    extras as x,
    network::{IPX, RESCUE, SEA, TEST_CARD, TWIN_A, TWIN_B, digits, text},
    procedures as p,
    scenario::{Scenario, benign},
    stage::SECOND,
    world::{self, GMLC, HLR, HomeNode, MSC, Node, SCF, SGSN, Subscriber, VLR, home},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    benign(
        "ported_in_number",
        "A subscriber who brought their number from the other operator is called and gets messages.",
        |stage| {
            let mut who = stage.victim();
            who.msisdn = digits("99913", 5_000_000 + stage.random.below(900_000), 7);
            stage.about(&who, &who.vlr);
            p::ported_call(stage, &who);
            stage.wait(30);
            let hub = stage.random.within(1, 12);
            p::message_in(stage, world::sms_hub(hub), world::sms_hub(1000 + hub), &who);
        },
    ),
    benign(
        "behind_a_roaming_hub",
        "A hub puts its own Global Title in place of a visited register's; the argument names the register.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            for (operation, context) in [(56, 14), (2, 1)] {
                let hub = world::roaming_hub(VLR, 7);
                let dialogue = stage.dialogue(hub, who.hlr, Context::Map(context, 3));
                let dialogue = dialogue.to(who.hlr_by_imsi());
                let (argument, result) = if operation == 56 {
                    let ask = map::authentication::SendAuthenticationInfo {
                        imsi: who.imsi,
                        vectors: 1,
                        ..Default::default()
                    };
                    (ask.tlv(3), map::authentication::send_authentication_info_result(1, 3))
                } else {
                    let argument = mobility::update_location(who.imsi, who.msc.gt, who.vlr.gt);
                    (argument, mobility::hlr_number(who.hlr.gt, 3))
                };
                stage.ask_in(dialogue, operation, Some(argument), Answer::of(result));
            }
        },
    ),
    benign(
        "number_checked",
        "An aggregator asks for the route to a number that cannot be reached now, and gives up.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &who.vlr);
            let hub = stage.random.within(1, 40);
            x::absent(stage, world::sms_hub(hub), &who);
        },
    ),
    benign(
        "sender_on_a_leased_title",
        "A sender of messages uses a title leased from a partner, and delivers what it asks for.",
        |stage| {
            let who = stage.victim();
            let leased = world::leased(3, MSC, 1 + stage.random.below(40));
            stage.about(&who, &leased);
            p::message_in(stage, leased, leased, &who);
        },
    ),
    benign(
        "twin_subscriptions",
        "A guest's second IMSI is lent by another network of the group: its register serves both.",
        |stage| {
            let number = stage.random.below(1000);
            let lender = world::register_of(&TWIN_B, HLR, 1);
            let guest = Subscriber { hlr: lender, ..world::guest_from(&TWIN_A, lender, number) };
            stage.about(&guest, &guest.vlr);
            p::authenticate(stage, &guest, 3, 2);
            p::register(stage, &guest);
            stage.wait(400);
            p::locate_own(stage, &guest);
            p::insert(stage, &guest);
        },
    ),
    benign(
        "national_roaming",
        "A home subscriber is served by the other operator at home where home has no coverage.",
        |stage| {
            let mut who = stage.victim();
            who.vlr = world::national_node(VLR, 1);
            who.msc = who.vlr.speaking(MSC);
            stage.about(&who, &who.vlr);
            p::authenticate(stage, &who, 3, 2);
            p::register(stage, &who);
        },
    ),
    benign(
        "at_sea_and_ashore",
        "A subscriber leaves a ship's network, which is nowhere, and is ashore within minutes.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &who.vlr);
            let vlr = world::register_of(&SEA, VLR, 1);
            let aboard = Subscriber { vlr, msc: vlr.speaking(MSC), ..who };
            let ashore = who.visiting(stage.random.index(12));
            for there in [aboard, ashore] {
                p::authenticate(stage, &there, 3, 2);
                p::register(stage, &there);
                stage.wait(300);
            }
        },
    ),
    benign(
        "interworking_function",
        "The MME of a partner registers a roamer through an interworking function at an exchange: another title than the node's.",
        |stage| {
            let who = stage.victim_abroad();
            let iwf = world::register_of(&IPX, SGSN, 1);
            stage.about(&who, &iwf);
            let mut dialogue = stage.dialogue(iwf, who.hlr, Context::Map(32, 3));
            dialogue.called = who.hlr_by_imsi();
            let argument = mobility::update_gprs_location(who.imsi, who.sgsn.gt);
            let result = mobility::hlr_number(who.hlr.gt, 3);
            stage.ask_in(dialogue, 23, Some(argument), Answer::of(result));
        },
    ),
    benign(
        "node_of_several_titles",
        "Switching centre, register and sender have three titles of one network.",
        |stage| {
            let mut who = stage.victim_abroad();
            let partner = who.vlr.gt.first(5);
            who.msc.gt = partner.join(digits("", 881_122, 6));
            stage.about(&who, &who.vlr);
            let from = Node { gt: partner.join(digits("", 771_133, 6)), ..who.vlr };
            let dialogue = stage.dialogue(from, who.hlr, Context::Map(1, 3));
            let argument = mobility::update_location(who.imsi, who.msc.gt, who.vlr.gt);
            let result = mobility::hlr_number(who.hlr.gt, 3);
            let dialogue = dialogue.to(who.hlr_by_imsi());
            stage.ask_in(dialogue, 2, Some(argument), Answer::of(result));
        },
    ),
    benign(
        "own_firewall_verifies",
        "The home firewall asks where a roamer is, each time something unusual arrives for them.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            let firewall = home(HomeNode::Firewall);
            for _ in 0..4 {
                p::message_sent(stage, &who);
                let info = RequestedInfo { state: true, location: true, ..Default::default() };
                let argument = location::provide_subscriber_info(who.imsi, info);
                let answer = Answer::of(p::whereabouts(&who).tlv());
                stage.ask(firewall, who.vlr, Context::Map(28, 3), 70, Some(argument), answer);
                stage.wait(500);
            }
        },
    ),
    benign(
        "guest_verified_by_home",
        "A guest's own network verifies where the guest is after each of three registrations.",
        |stage| {
            let guest = stage.visitor();
            stage.about(&guest, &guest.vlr);
            for _ in 0..3 {
                p::register(stage, &guest);
                p::locate_own(stage, &guest);
                stage.wait(1100);
            }
        },
    ),
    benign(
        "multimedia_relay",
        "A relay of multimedia messages asks for the IMSI only, with no delivery intended (TS 29.002 §12.1.3).",
        |stage| {
            let who = stage.victim();
            let relay = world::sms_hub(300);
            stage.about(&who, &relay);
            let argument = sms::SendRoutingInfoForSm {
                msisdn: who.msisdn,
                service_centre: relay.gt,
                not_intended: Some(0),
                ..Default::default()
            };
            let result = sms::send_routing_info_for_sm_result(
                digits("00101", stage.random.below(9_999_999_999), 10),
                home(HomeNode::Router).gt,
            );
            let router = home(HomeNode::Router).speaking(HLR);
            let dialogue = stage.dialogue(relay, router, Context::Map(20, 3));
            let dialogue = dialogue.to(who.hlr_by_msisdn());
            stage.ask_in(dialogue, 45, Some(argument.tlv()), Answer::of(result));
        },
    ),
    benign(
        "things_retry",
        "Two hundred meters of one partner lose coverage and ask for vectors again and again, most in vain.",
        |stage| {
            for device in 0..40 {
                let who = stage.guest_of(2);
                stage.about(&who, &who.vlr);
                let start = stage.now;
                for attempt in 0..5 {
                    stage.now = start + attempt * 9 * SECOND;
                    let refused = device % 4 != 0;
                    let answer = if refused {
                        Answer::error(p::UNKNOWN_SUBSCRIBER)
                    } else {
                        p::vectors(1, 3)
                    };
                    p::authenticate_with(stage, &who, 3, 1, answer);
                }
                stage.now = start + 400_000_000;
            }
        },
    ),
    benign(
        "register_reset",
        "The home register loses its data, says so to visited registers, and their phones register anew.",
        |stage| {
            let register = home(HomeNode::Hlr);
            for partner in 0..8 {
                let vlr = world::partner_node(partner, VLR, 1);
                stage.by(&vlr);
                let mut dialogue = stage.dialogue(register, vlr, Context::Map(10, 2));
                let argument = mobility::reset(register.gt);
                stage.begin(&mut dialogue, vec![invoke(1, 37, Some(argument))]);
                stage.now += 100_000_000;
            }
            for _ in 0..150 {
                let who = stage.victim_abroad();
                let start = stage.now;
                p::register(stage, &who);
                stage.now = start + 250_000_000;
            }
        },
    ),
    benign(
        "landing_of_a_large_aircraft",
        "Two hundred subscribers register with one visited register within two minutes, each after silence.",
        |stage| {
            let partner = stage.random.index(12);
            for _ in 0..200 {
                let who = stage.victim().visiting(partner);
                stage.about(&who, &who.vlr);
                let start = stage.now;
                p::authenticate(stage, &who, 3, 2);
                p::register(stage, &who);
                stage.now = start + 500_000_000;
            }
        },
    ),
    benign(
        "calls_and_data_in_two_networks",
        "At a border calls are served by one country's network and data by the other's.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &who.vlr);
            for (partner, packet) in [(0, false), (3, true), (0, false), (3, true)] {
                let there = who.visiting(partner);
                if packet {
                    p::register_packet(stage, &there);
                } else {
                    p::register(stage, &there);
                }
                stage.wait(200);
            }
        },
    ),
    benign(
        "settled_roamer",
        "A roamer who registered weeks ago calls, sends and dials codes; nobody here saw the registration.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            p::message_sent(stage, &who);
            p::controlled_call(stage, &who);
            p::service_code(stage, &who);
            x::supplementary(stage, &who);
        },
    ),
    benign(
        "agreed_locations",
        "A partner with an agreement locates subscribers for an emergency service: every operation of its list.",
        |stage| {
            let who = stage.victim();
            let gmlc = world::register_of(&RESCUE, GMLC, 1);
            stage.about(&who, &gmlc);
            let named = Named::Msisdn(who.msisdn);
            let argument = location::send_routing_info_for_lcs(gmlc.gt, named);
            let result =
                location::send_routing_info_for_lcs_result(Named::Imsi(who.imsi), who.msc.gt);
            let dialogue = stage.dialogue(gmlc, who.hlr, Context::Map(37, 3));
            let dialogue = dialogue.to(who.hlr_by_msisdn());
            stage.ask_in(dialogue, 85, Some(argument), Answer::of(result));
            stage.wait(1);
            let mut ask = ProvideSubscriberLocation::new(Named::Imsi(who.imsi), gmlc.gt);
            ask.client_type = Some(0);
            let result = location::provide_subscriber_location_result(Some(0));
            let answer = Answer::of(result);
            stage.ask(gmlc, who.msc, Context::Map(38, 3), 83, Some(ask.tlv()), answer);
            stage.wait(20);
            let scf = world::register_of(&RESCUE, SCF, 2);
            let info = RequestedInfo { location: true, ..Default::default() };
            let argument = location::any_time_interrogation(named, info, scf.gt);
            let dialogue = stage.dialogue(scf, who.hlr, Context::Map(29, 3));
            let answer = Answer::of(p::whereabouts(&who).tlv());
            stage.ask_in(dialogue.to(who.hlr_by_msisdn()), 71, Some(argument), answer);
        },
    ),
    benign(
        "traced_by_home",
        "A guest's own network traces them for a complaint, and stops.",
        |stage| {
            let guest = stage.visitor();
            stage.about(&guest, &guest.vlr);
            let argument = services::activate_trace_mode(Some(guest.imsi), Some(guest.hlr.gt));
            let context = Context::Map(17, 2);
            stage.ask(guest.hlr, guest.vlr, context, 50, Some(argument), Answer::Result(None));
            stage.wait(600);
            let argument = services::deactivate_trace_mode(guest.imsi);
            stage.ask(guest.hlr, guest.vlr, context, 51, Some(argument), Answer::Result(None));
        },
    ),
    benign(
        "code_pushed_by_home",
        "A guest's own network tells them their balance on arrival.",
        |stage| {
            let guest = stage.visitor();
            stage.about(&guest, &guest.vlr);
            let argument = services::ussd(15, None);
            let dialogue = stage.dialogue(guest.hlr, guest.vlr, Context::Map(19, 2));
            let answer = Answer::Result(None);
            stage.ask_in(dialogue.concerning(guest.imsi), 61, Some(argument), answer);
        },
    ),
    benign(
        "message_to_a_guest",
        "A guest's own centre delivers a message to them; the question for the route went another way.",
        |stage| {
            let guest = stage.visitor();
            let centre = guest.hlr.speaking(MSC);
            stage.about(&guest, &centre);
            let tpdu = sms::Tpdu { address: guest.msisdn, ..Default::default() };
            let argument = sms::mt_forward_sm(guest.imsi, centre.gt, &tpdu, false);
            let context = Context::Map(25, 3);
            stage.ask(centre, guest.msc, context, 44, Some(argument), Answer::Result(None));
        },
    ),
    benign(
        "message_waits_for_a_roamer",
        "A message from an aggregator waits four hours for a phone that is off: asked for at growing intervals.",
        |stage| {
            let who = stage.victim();
            let centre = world::sms_hub(2);
            stage.about(&who, &centre);
            for gap in [60, 300, 900, 3600, 7200] {
                x::absent(stage, centre, &who);
                stage.wait(gap);
            }
            p::message_in(stage, centre, world::sms_hub(1002), &who);
        },
    ),
    benign(
        "messages_of_many_senders",
        "A popular subscriber gets messages through hubs and partners of many countries within an hour.",
        |stage| {
            let who = stage.victim();
            stage.about(&who, &who.vlr);
            for (sender, hub) in (0..9).zip(20..) {
                let centre = if sender % 3 == 0 {
                    world::sms_hub(hub)
                } else {
                    world::partner_node(sender, MSC, 40)
                };
                p::message_in(stage, centre, centre, &who);
                stage.wait(240);
            }
        },
    ),
    benign(
        "stacks_that_spell_badly",
        "A partner's old switch writes lengths longer than it must; nothing it asks for is sensitive.",
        |stage| {
            use picket_dissectors::emit::ber::{Length, Style};
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            let style = Style { length: Length::Padded(1), ..Style::default() };
            let member = map::imsi(0x04, who.imsi).spelled(style);
            let argument = picket_dissectors::emit::ber::Tlv::constructed(0x30, [member]);
            let answer = Answer::of(mobility::restore_data_result(who.hlr.gt, false));
            stage.ask(who.vlr, who.hlr, Context::Map(1, 3), 57, Some(argument), answer);
        },
    ),
    benign(
        "roaming_test",
        "A test card is registered with one partner after the other by the laboratories of both; the configuration says so.",
        |stage| {
            let mut who = stage.victim();
            who.imsi = text(TEST_CARD);
            stage.about(&who, &who.vlr);
            for partner in [0, 11, 8, 2] {
                let there = who.visiting(partner);
                p::authenticate(stage, &there, 3, 2);
                p::register(stage, &there);
                stage.wait(240);
            }
        },
    ),
    benign(
        "forwarded_abroad",
        "A roamer forwards calls to a number of the country they are in, from where they are.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            p::register(stage, &who);
            stage.wait(90);
            let to = who.vlr.gt.first(3).join(digits("41", stage.random.below(9_999_999), 7));
            let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(18, 2));
            let dialogue = dialogue.concerning(who.imsi).to(who.hlr_by_imsi());
            let argument = services::register_ss(0x2a, to);
            let result = Answer::of(services::register_ss_result(to));
            stage.ask_in(dialogue, 10, Some(argument), result);
        },
    ),
    benign(
        "answers_on_the_mate",
        "Half of the answers pass the other transfer point of the pair: eight requests, four answers.",
        |stage| {
            for number in 0..8 {
                let who = stage.visitor();
                stage.about(&who, &who.vlr);
                let answer = if number % 2 == 0 { Answer::Silence } else { p::vectors(2, 3) };
                p::authenticate_with(stage, &who, 3, 2, answer);
                stage.wait(5);
            }
        },
    ),
    benign(
        "number_asked_for_at_home",
        "The portability function of the other operator at home asks who serves a number, and nothing else.",
        |stage| {
            let who = stage.victim();
            let function = world::national_node(SCF, 3);
            stage.about(&who, &function);
            let gmsc = world::national_node(MSC, 2);
            let argument = routing::send_routing_info(who.msisdn, gmsc.gt, 2);
            let dialogue = stage.dialogue(gmsc, who.hlr, Context::Map(5, 2));
            let answer = Answer::error(p::UNKNOWN_SUBSCRIBER);
            stage.ask_in(dialogue.to(who.hlr_by_msisdn()), 22, Some(argument), answer);
        },
    ),
    benign(
        "data_from_within_a_registration",
        "A register asks for the subscription data in two parts, and the dialogue lasts half a minute.",
        |stage| {
            let who = stage.victim_abroad();
            stage.about(&who, &who.vlr);
            let dialogue = stage.dialogue(who.vlr, who.hlr, Context::Map(1, 3));
            let mut dialogue = dialogue.to(who.hlr_by_imsi());
            let argument = mobility::update_location(who.imsi, who.msc.gt, who.vlr.gt);
            stage.begin(&mut dialogue, vec![invoke(1, 2, Some(argument))]);
            for id in 1..=4 {
                let part = p::profile(&who).tlv();
                stage.reply(&mut dialogue, vec![invoke(id, 7, Some(part))]);
                stage.now += stage.random.around(5 * SECOND);
                let done = (Code::Local(7), map::subscriber::insert_subscriber_data_result());
                stage.proceed(&mut dialogue, vec![return_result(id, Some(done))]);
            }
            let result = (Code::Local(2), mobility::hlr_number(who.hlr.gt, 3));
            stage.end(&mut dialogue, vec![return_result(1, Some(result))]);
        },
    ),
];
