//! The operations an attacker wants most, each as a stranger would ask for it from abroad.

use picket_dissectors::emit::{
    ber::Tlv,
    map::{
        Subscriber as Who, authentication, empty,
        location::{
            ProvideSubscriberLocation, any_time_interrogation, provide_subscriber_info,
            provide_subscriber_location_result, send_routing_info_for_lcs,
            send_routing_info_for_lcs_result,
        },
        mobility, routing, services,
        sms::{self, Tpdu},
        subscriber,
    },
};

use crate::synth::{
    dialogue::{Answer, Context, Dialogue},
    network::digits,
    procedures as p,
    scenarios::location::{LOCATION, told},
    stage::Stage,
    world::{self, GMLC, HLR, MSC, Node, SCF, Subscriber, VLR},
};

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its short name, as in names of scenarios.
    pub name: &'static str,
    /// Its code.
    pub code: u8,
    /// Number and version of its application context.
    pub context: (u8, u8),
    /// The tag of the member that names the subscriber; `None` where the argument is nothing else,
    /// or the dialogue names the subscriber.
    pub key: Option<u8>,
    /// Which subsystem asks.
    from: u8,
    /// Whom is asked.
    to: fn(&Subscriber) -> Node,
    /// What is asked, by whom, and what the answer is.
    ask: fn(&mut Stage, &Subscriber, &Node) -> (Tlv, Answer),
    /// Whether the dialogue names the subscriber.
    pub(super) by_reference: bool,
}

/// A request, not yet written.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whom it is about.
    pub victim: Subscriber,
    /// Who sends it.
    pub attacker: Node,
    /// The dialogue it goes in.
    pub dialogue: Dialogue,
    /// The operation code.
    pub code: i64,
    /// The argument.
    pub argument: Tlv,
    /// The tag of the member that names the subscriber.
    pub key: Option<u8>,
    /// What comes back.
    pub answer: Answer,
}

impl Operation {
    /// Prepares the request of a stranger about a home subscriber at home.
    pub fn request(&self, stage: &mut Stage) -> Request {
        let victim = stage.victim();
        let number = stage.random.below(9_000);
        let block = usize::try_from(number % 8).unwrap_or(0);
        let attacker = world::unknown(block, self.from, number);
        stage.about(&victim, &attacker);
        let (ac, version) = self.context;
        let mut dialogue = stage.dialogue(attacker, (self.to)(&victim), Context::Map(ac, version));
        if self.by_reference {
            dialogue = dialogue.concerning(victim.imsi);
        }
        let (argument, answer) = (self.ask)(stage, &victim, &attacker);
        let (code, key) = (self.code.into(), self.key);
        Request { victim, attacker, dialogue, code, argument, key, answer }
    }
}

/// The operations.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "psi",
        code: 70,
        context: (28, 3),
        key: Some(0x80),
        from: HLR,
        to: |victim| victim.vlr,
        ask: |_, victim, _| (provide_subscriber_info(victim.imsi, LOCATION), told(victim)),
        by_reference: false,
    },
    Operation {
        name: "ati",
        code: 71,
        context: (29, 3),
        key: Some(0xa0),
        from: SCF,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let who = Who::Msisdn(victim.msisdn);
            (any_time_interrogation(who, LOCATION, from.gt), told(victim))
        },
        by_reference: false,
    },
    Operation {
        name: "psl",
        code: 83,
        context: (38, 3),
        key: Some(0x82),
        from: GMLC,
        to: |victim| victim.msc,
        ask: |_, victim, from| {
            let request = ProvideSubscriberLocation {
                client_type: Some(1),
                ..ProvideSubscriberLocation::new(Who::Imsi(victim.imsi), from.gt)
            };
            (request.tlv(), Answer::of(provide_subscriber_location_result(Some(0))))
        },
        by_reference: false,
    },
    Operation {
        name: "sri",
        code: 22,
        context: (5, 3),
        key: Some(0x80),
        from: MSC,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let result = routing::SendRoutingInfoResult {
                imsi: victim.imsi,
                roaming_number: Some(victim.vlr.gt),
                vmsc: Some(victim.msc.gt),
                ..routing::SendRoutingInfoResult::default()
            };
            let argument = routing::send_routing_info(victim.msisdn, from.gt, 3);
            (argument, Answer::of(result.tlv(3)))
        },
        by_reference: false,
    },
    Operation {
        name: "sri_sm",
        code: 45,
        context: (20, 3),
        key: Some(0x80),
        from: MSC,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let result = sms::send_routing_info_for_sm_result(victim.imsi, victim.msc.gt);
            (p::route_for_message(victim, *from), Answer::of(result))
        },
        by_reference: false,
    },
    Operation {
        name: "sri_lcs",
        code: 85,
        context: (37, 3),
        key: Some(0xa1),
        from: GMLC,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let told = send_routing_info_for_lcs_result(Who::Imsi(victim.imsi), victim.msc.gt);
            let argument = send_routing_info_for_lcs(from.gt, Who::Msisdn(victim.msisdn));
            (argument, Answer::of(told))
        },
        by_reference: false,
    },
    Operation {
        name: "send_imsi",
        code: 58,
        context: (26, 2),
        key: None,
        from: VLR,
        to: |victim| victim.hlr,
        ask: |_, victim, _| {
            let told = services::send_imsi_result(victim.imsi);
            (services::send_imsi(victim.msisdn), Answer::of(told))
        },
        by_reference: false,
    },
    Operation {
        name: "atsi",
        code: 62,
        context: (43, 3),
        key: Some(0xa0),
        from: SCF,
        to: |victim| victim.hlr,
        ask: |stage, victim, from| {
            let who = Who::Msisdn(victim.msisdn);
            let told = subscriber::any_time_subscription_interrogation_result(stage.stranger());
            let argument = subscriber::any_time_subscription_interrogation(who, from.gt, None);
            (argument, Answer::of(told))
        },
        by_reference: false,
    },
    Operation {
        name: "atm",
        code: 65,
        context: (43, 3),
        key: Some(0xa0),
        from: SCF,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let to = Some(digits("99995", 5_151_516, 7));
            let who = Who::Msisdn(victim.msisdn);
            (subscriber::any_time_modification(who, from.gt, to), Answer::of(empty()))
        },
        by_reference: false,
    },
    Operation {
        name: "sai",
        code: 56,
        context: (14, 3),
        key: Some(0x80),
        from: VLR,
        to: |victim| victim.hlr,
        ask: |_, victim, _| {
            let request = authentication::SendAuthenticationInfo {
                imsi: victim.imsi,
                vectors: 5,
                ..authentication::SendAuthenticationInfo::default()
            };
            let told = authentication::send_authentication_info_result(5, 3);
            (request.tlv(3), Answer::of(told))
        },
        by_reference: false,
    },
    Operation {
        name: "ul",
        code: 2,
        context: (1, 3),
        key: Some(0x04),
        from: VLR,
        to: |victim| victim.hlr,
        ask: |_, victim, from| {
            let done = mobility::hlr_number(victim.hlr.gt, 3);
            (mobility::update_location(victim.imsi, from.gt, from.gt), Answer::of(done))
        },
        by_reference: false,
    },
    Operation {
        name: "isd",
        code: 7,
        context: (16, 3),
        key: Some(0x80),
        from: HLR,
        to: |victim| victim.vlr,
        ask: |_, victim, from| {
            let data = subscriber::InsertSubscriberData {
                imsi: Some(victim.imsi),
                o_csi: Some(subscriber::Trigger { service_key: 5, scf: from.gt }),
                ..subscriber::InsertSubscriberData::default()
            };
            (data.tlv(), Answer::of(subscriber::insert_subscriber_data_result()))
        },
        by_reference: false,
    },
    Operation {
        name: "cl",
        code: 3,
        context: (2, 3),
        key: Some(0x04),
        from: HLR,
        to: |victim| victim.vlr,
        ask: |_, victim, _| {
            (mobility::cancel_location(victim.imsi, Some(1), 3), Answer::of(empty()))
        },
        by_reference: false,
    },
    Operation {
        name: "register_ss",
        code: 10,
        context: (18, 2),
        key: None,
        from: VLR,
        to: |victim| victim.hlr,
        ask: |_, _, _| {
            let to = digits("99994", 4_242_425, 7);
            (services::register_ss(0x21, to), Answer::of(services::register_ss_result(to)))
        },
        by_reference: true,
    },
    Operation {
        name: "mt_fsm",
        code: 44,
        context: (25, 3),
        key: Some(0x80),
        from: MSC,
        to: |victim| victim.msc,
        ask: |_, victim, from| {
            let tpdu = Tpdu { pid: 0x40, ..Tpdu::default() };
            (sms::mt_forward_sm(victim.imsi, from.gt, &tpdu, false), Answer::Result(None))
        },
        by_reference: false,
    },
];
