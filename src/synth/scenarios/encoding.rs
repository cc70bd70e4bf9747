//! The same request for a location, written so that a filter does not see it.

use picket_dissectors::{
    Digits,
    emit::{
        ber::{Length, Spelling, Style, Tlv, re_encode},
        map::{extension_container, imsi, isdn, location::provide_subscriber_info},
        sccp::{GlobalTitle, Layout, Unitdata},
        tcap::{self, Code, Message, aarq_pdu, dialogue_portion, invoke, return_result},
    },
};

use super::location::{LOCATION, told};
use crate::synth::{
    carriage::Carriage,
    dialogue::{Answer, Context, Dialogue},
    procedures::{self as p, whereabouts},
    scenario::{Group::Evasion, Scenario, attack},
    stage::Stage,
    world::{self, HLR, Subscriber},
};

/// The scenarios of this area.
pub(super) static SCENARIOS: &[Scenario] = &[
    attack(
        "psi_long_tag",
        Evasion,
        "The tag of the IMSI is written in the high-tag-number form.",
        |stage| {
            spelled_imsi(stage, Style { long_tag: true, ..Style::default() });
        },
    ),
    attack("psi_padded_tag", Evasion, "The tag of the IMSI has leading zeros.", |stage| {
        spelled_imsi(stage, Style { tag_padding: 2, ..Style::default() });
    }),
    attack(
        "psi_long_length",
        Evasion,
        "The length of the IMSI takes more octets than it needs.",
        |stage| {
            spelled_imsi(stage, Style { length: Length::Padded(1), ..Style::default() });
        },
    ),
    attack("psi_constructed_imsi", Evasion, "The IMSI is cut into pieces.", |stage| {
        spelled_imsi(stage, Style { pieces: 4, ..Style::default() });
    }),
    attack("psi_indefinite_length", Evasion, "Every length is left open.", |stage| {
        re_encoded(stage, Spelling::Indefinite);
    }),
    attack("psi_mixed_spelling", Evasion, "Every element is spelled another way.", |stage| {
        re_encoded(stage, Spelling::Mixed);
    }),
    attack("psi_duplicate_imsi", Evasion, "Two IMSIs: the first is the attacker's own.", |stage| {
        argument(stage, |victim| {
            let own = imsi(0x80, crate::synth::network::text("999990000000001"));
            Tlv::constructed(0x30, [own, imsi(0x80, victim.imsi), wanted()])
        });
    }),
    attack("psi_members_turned", Evasion, "What is asked for stands before the IMSI.", |stage| {
        argument(stage, |victim| Tlv::constructed(0x30, [wanted(), imsi(0x80, victim.imsi)]));
    }),
    attack("psi_nested_deep", Evasion, "The IMSI is in pieces of pieces, forty deep.", |stage| {
        argument(stage, |victim| {
            let whole = Tlv::constructed(0xa0, [imsi(0x04, victim.imsi)]);
            let deep = (0..40).fold(whole, |inner, _| Tlv::constructed(0x24, [inner]));
            Tlv::constructed(0x30, [Tlv::constructed(0xa0, [deep]), wanted()])
        });
    }),
    attack(
        "psi_overlapping_pointers",
        Evasion,
        "Both addresses of the SCCP message are the same octets.",
        |stage| laid_out(stage, |message| message.layout = Layout::Shared),
    ),
    attack(
        "psi_low_hop_counter",
        Evasion,
        "The request arrives with its hop counter used up.",
        |stage| laid_out(stage, |message| message.hop_counter = 1),
    ),
    attack(
        "insert_many_addresses",
        Evasion,
        "A profile with a gsmSCF of the sender's for each of many triggers, and another's behind them.",
        |stage| {
            let victim = stage.victim();
            let attacker = world::leased(5, HLR, 732);
            stage.about(&victim, &attacker);
            let triggers = (0..40).map(|number| world::leased(5, world::SCF, 800 + number).gt);
            let triggers = triggers.chain([world::unknown(3, world::SCF, 733).gt]).map(|scf| {
                let (point, key) = (Tlv::integer(0x0a, 2), Tlv::integer(0x02, 5));
                Tlv::constructed(0x30, [point, key, isdn(0x80, scf), Tlv::integer(0x81, 0)])
            });
            let list = Tlv::constructed(0x30, triggers.collect::<Vec<_>>());
            let o_csi = Tlv::constructed(0xa0, [list, Tlv::integer(0x80, 3)]);
            let camel = Tlv::constructed(0xad, [o_csi]);
            let argument = Tlv::constructed(0x30, [imsi(0x80, victim.imsi), camel]);
            let dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(16, 3));
            stage.ask_in(dialogue, 7, Some(argument), Answer::Silence);
        },
    ),
    attack(
        "psi_with_extension",
        Evasion,
        "A private extension carries a copy of the IMSI.",
        |stage| {
            argument(stage, |victim| {
                Tlv::constructed(
                    0x30,
                    [imsi(0x80, victim.imsi), wanted(), extension_container(0xa3, &[0, 1, 2])],
                )
            });
        },
    ),
    attack(
        "psi_global_opcode",
        Evasion,
        "The operation is named by an object identifier.",
        |stage| {
            coded(stage, |id, argument| {
                invoke(id, Code::Global(vec![0, 4, 0, 0, 1, 0, 70]), argument)
            });
        },
    ),
    attack("psi_padded_opcode", Evasion, "The operation code has a leading zero octet.", |stage| {
        coded(stage, |id, argument| {
            let style = Style { integer_padding: 1, ..Style::default() };
            let code = Tlv::integer(0x02, 70).spelled(style);
            Tlv::constructed(0xa1, [Tlv::integer(0x02, id), code].into_iter().chain(argument))
        });
    }),
    attack("psi_overlong_tid", Evasion, "The transaction id has nine octets.", |stage| {
        let (victim, attacker, mut dialogue) = request(stage);
        let mut message = dialogue.opening(vec![psi(&victim)]);
        message.otid = Some(vec![1, 2, 3, 4, 5, 6, 7, 8, 9]);
        stage.begin_with(&mut dialogue, &message.encode());
        stage.pause(200);
        let result = return_result(1, Some((Code::Local(70), whereabouts(&victim).tlv())));
        let end = Message::end(&[1, 2, 3, 4, 5, 6, 7, 8, 9]).component(result);
        stage.unitdata(
            victim.vlr,
            attacker,
            victim.vlr.address(),
            attacker.address(),
            &end.encode(),
            Carriage::Whole,
        );
    }),
    attack(
        "psi_extended_context",
        Evasion,
        "The application context has arcs too many.",
        |stage| {
            contexted(stage, Some(&[0, 4, 0, 0, 1, 0, 28, 3, 1, 1]));
        },
    ),
    attack(
        "psi_missing_context",
        Evasion,
        "An operation of version 3 comes without application context.",
        |stage| {
            contexted(stage, None);
        },
    ),
    attack(
        "psi_wrong_context",
        Evasion,
        "The application context is that of a registration.",
        |stage| {
            contexted(stage, Some(&[0, 4, 0, 0, 1, 0, 1, 3]));
        },
    ),
    attack("psi_in_cap_context", Evasion, "A MAP operation comes in a context of CAP.", |stage| {
        contexted(stage, Some(&[0, 4, 0, 0, 1, 0, 50, 1]));
    }),
    attack(
        "psi_two_invokes",
        Evasion,
        "A harmless operation comes first, the request second.",
        |stage| {
            let (victim, _, mut dialogue) = request(stage);
            let first =
                invoke(1, 37, Some(picket_dissectors::emit::map::mobility::reset(victim.hlr.gt)));
            let second = invoke(2, 70, Some(provide_subscriber_info(victim.imsi, LOCATION)));
            stage.begin(&mut dialogue, vec![first, second]);
            stage.answer(&mut dialogue, 2, 70, told(&victim));
        },
    ),
    attack(
        "psi_late_invoke",
        Evasion,
        "The Begin is empty; the request comes in a Continue.",
        |stage| {
            let (victim, _, mut dialogue) = request(stage);
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            stage.proceed(&mut dialogue, vec![psi(&victim)]);
            stage.answer(&mut dialogue, 1, 70, told(&victim));
        },
    ),
    attack(
        "psi_in_end",
        Evasion,
        "The dialogue is opened empty; the request comes in the End.",
        |stage| {
            let (victim, _, mut dialogue) = request(stage);
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            stage.close(&mut dialogue, vec![psi(&victim)]);
        },
    ),
    attack(
        "psi_unidirectional",
        Evasion,
        "The request comes in a Unidirectional, which asks for no answer.",
        |stage| {
            let (victim, attacker, mut dialogue) = request(stage);
            let message = Message::unidirectional().component(psi(&victim));
            stage.begin_with(&mut dialogue, &message.encode());
            stage.by(&attacker);
        },
    ),
    attack(
        "psi_segmented",
        Evasion,
        "A request that would fit many times is cut into XUDT segments.",
        |stage| {
            let (victim, attacker, dialogue) = request(stage);
            let octets = dialogue.opening(vec![psi(&victim)]).encode();
            let message = Unitdata::udt(dialogue.called, dialogue.calling, &octets);
            stage.segments(attacker, victim.vlr, &message, 30);
            let mut dialogue = dialogue;
            stage.answer(&mut dialogue, 1, 70, told(&victim));
        },
    ),
    attack("psi_sctp_fragments", Evasion, "The request is spread over SCTP fragments.", |stage| {
        let (victim, _, mut dialogue) = request(stage);
        dialogue.carriage = Carriage::Fragments(40);
        stage.ask_in(
            dialogue,
            70,
            Some(provide_subscriber_info(victim.imsi, LOCATION)),
            told(&victim),
        );
    }),
    attack(
        "psi_nai_national",
        Evasion,
        "The calling address claims to be a national number.",
        |stage| {
            let (victim, attacker, mut dialogue) = request(stage);
            let gt = GlobalTitle { nai: 3, ..GlobalTitle::new(attacker.gt, 1) };
            dialogue.calling.gt = Some(gt);
            stage.ask_in(
                dialogue,
                70,
                Some(provide_subscriber_info(victim.imsi, LOCATION)),
                told(&victim),
            );
        },
    ),
    attack(
        "psi_home_address_from_abroad",
        Evasion,
        "A request arrives from abroad under an address of the home network.",
        |stage| {
            let (victim, attacker, mut dialogue) = request(stage);
            p::carrier_in_use(stage, attacker);
            dialogue.calling = world::home(world::HomeNode::Hlr).address();
            stage.ask_in(
                dialogue,
                70,
                Some(provide_subscriber_info(victim.imsi, LOCATION)),
                Answer::Silence,
            );
        },
    ),
    attack("psi_ssn_missing", Evasion, "The called address has no subsystem.", |stage| {
        let (victim, _, mut dialogue) = request(stage);
        dialogue.called.ssn = None;
        stage.ask_in(
            dialogue,
            70,
            Some(provide_subscriber_info(victim.imsi, LOCATION)),
            told(&victim),
        );
    }),
    attack(
        "psi_wrong_ssn",
        Evasion,
        "The request is addressed to a home register's subsystem.",
        |stage| {
            let (victim, _, mut dialogue) = request(stage);
            dialogue.called.ssn = Some(HLR);
            stage.ask_in(
                dialogue,
                70,
                Some(provide_subscriber_info(victim.imsi, LOCATION)),
                told(&victim),
            );
        },
    ),
    attack(
        "psi_routed_on_ssn",
        Evasion,
        "The request is routed on subsystem, past every table of Global Titles.",
        |stage| {
            let (victim, _, mut dialogue) = request(stage);
            dialogue.called.ri = picket_dissectors::sccp::RoutingIndicator::Ssn;
            stage.ask_in(
                dialogue,
                70,
                Some(provide_subscriber_info(victim.imsi, LOCATION)),
                told(&victim),
            );
        },
    ),
    attack(
        "ati_long_tag",
        Evasion,
        "anyTimeInterrogation with every tag in the high-tag-number form.",
        |stage| {
            let victim = stage.victim();
            let attacker = world::unknown(6, world::SCF, 731);
            stage.about(&victim, &attacker);
            let who = picket_dissectors::emit::map::Subscriber::Msisdn(victim.msisdn);
            let argument = picket_dissectors::emit::map::location::any_time_interrogation(
                who,
                LOCATION,
                attacker.gt,
            );
            let argument = re_encode(&argument.encode(), Spelling::LongTags, 5);
            stage.ask(
                attacker,
                victim.hlr,
                Context::Map(29, 3),
                71,
                Some(Tlv::raw(argument)),
                told(&victim),
            );
        },
    ),
];

/// Prepares a foreign request about a home subscriber.
fn request(stage: &mut Stage) -> (Subscriber, world::Node, Dialogue) {
    let victim = stage.victim();
    let number = stage.random.below(9_000);
    let attacker = world::unknown(usize::try_from(number % 8).unwrap_or(0), HLR, number);
    stage.about(&victim, &attacker);
    let dialogue = stage.dialogue(attacker, victim.vlr, Context::Map(28, 3));
    (victim, attacker, dialogue)
}

/// Sends the request in an SCCP message that is not as usual.
fn laid_out(stage: &mut Stage, change: impl FnOnce(&mut Unitdata<'_>)) {
    let (victim, attacker, mut dialogue) = request(stage);
    let octets = dialogue.opening(vec![psi(&victim)]).encode();
    let mut message = Unitdata::udt(dialogue.called, dialogue.calling, &octets);
    change(&mut message);
    stage.segments(attacker, victim.vlr, &message, octets.len());
    stage.answer(&mut dialogue, 1, 70, told(&victim));
}

fn psi(victim: &Subscriber) -> Tlv {
    invoke(1, 70, Some(provide_subscriber_info(victim.imsi, LOCATION)))
}

/// RequestedInfo: where, and in what state.
fn wanted() -> Tlv {
    Tlv::constructed(0xa2, [Tlv::null(0x80), Tlv::null(0x81)])
}

fn argument(stage: &mut Stage, make: impl FnOnce(&Subscriber) -> Tlv) {
    let (victim, _, dialogue) = request(stage);
    stage.ask_in(dialogue, 70, Some(make(&victim)), told(&victim));
}

fn spelled_imsi(stage: &mut Stage, style: Style) {
    argument(stage, |victim| {
        let subscriber: Digits = victim.imsi;
        Tlv::constructed(0x30, [imsi(0x80, subscriber).spelled(style), wanted()])
    });
}

fn re_encoded(stage: &mut Stage, spelling: Spelling) {
    argument(stage, |victim| {
        let argument = provide_subscriber_info(victim.imsi, LOCATION).encode();
        Tlv::raw(re_encode(&argument, spelling, 3))
    });
}

fn coded(stage: &mut Stage, make: impl FnOnce(i64, Option<Tlv>) -> Tlv) {
    let (victim, _, mut dialogue) = request(stage);
    let component = make(1, Some(provide_subscriber_info(victim.imsi, LOCATION)));
    stage.begin(&mut dialogue, vec![component]);
    stage.answer(&mut dialogue, 1, 70, told(&victim));
}

fn contexted(stage: &mut Stage, arcs: Option<&[u64]>) {
    let (victim, _, mut dialogue) = request(stage);
    let mut message = Message::begin(&dialogue.otid).component(psi(&victim));
    if let Some(arcs) = arcs {
        let pdu = aarq_pdu(Tlv::object_identifier(0x06, arcs), None);
        message = message.dialogue(dialogue_portion(tcap::STRUCTURED, pdu));
    }
    dialogue.context = Context::None;
    stage.begin_with(&mut dialogue, &message.encode());
    stage.answer(&mut dialogue, 1, 70, told(&victim));
}
