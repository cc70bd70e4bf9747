//! Operation codes, contexts, ids and dialogues that are not what they seem (rows E9 to E24, E34).

use picket_dissectors::{
    Note,
    emit::{
        ber::{Style, Tlv},
        map::{address_string, mobility},
        tcap::{self, Code, Message, aarq_pdu, dialogue_portion, invoke, return_result},
    },
    map::parameters::Address,
};

use super::{
    Answer, Needs, Request, Stage, Way, component, needing, opening, sent, unanswered, way,
};
use crate::synth::{carriage::Carriage, dialogue::Context, world};

/// The ways of this kind.
pub(super) static WAYS: &[Way] = &[
    way(
        "E9",
        "global_opcode",
        "The operation named by an object identifier.",
        &[Note::TcapOpcodeGlobal],
        |stage, request| {
            let code = u64::try_from(request.code).unwrap_or(0);
            let component = invoke(
                1,
                Code::Global(vec![0, 4, 0, 0, 1, 0, code]),
                Some(request.argument.clone()),
            );
            composed(stage, request, vec![component], 1);
        },
    ),
    way(
        "E10",
        "padded_opcode",
        "The operation code with a leading zero octet.",
        &[Note::TcapOpcodePadded],
        |stage, request| {
            let style = Style { integer_padding: 1, ..Style::default() };
            let code = Tlv::integer(0x02, request.code).spelled(style);
            let members = [Tlv::integer(0x02, 1), code, request.argument.clone()];
            composed(stage, request, vec![Tlv::constructed(0xa1, members)], 1);
        },
    ),
    way(
        "E10",
        "enumerated_opcode",
        "The operation code as an enumeration, behind a null linked id.",
        &[Note::TcapOpcodeTag],
        |stage, request| {
            let code = Tlv::integer(0x0a, request.code);
            let id = Tlv::integer(0x02, 1);
            let members = [id, Tlv::null(0x05), code, request.argument.clone()];
            composed(stage, request, vec![Tlv::constructed(0xa1, members)], 1);
        },
    ),
    needing(
        Needs::Context,
        way(
            "E12",
            "context_missing",
            "No application context, for an operation that needs one.",
            &[Note::TcapAcMissing],
            |stage, request| contexted(stage, request, None),
        ),
    ),
    way(
        "E13",
        "context_of_others",
        "The application context of other operations.",
        &[Note::TcapOpcodeAcMismatch],
        |stage, request| {
            // Registration; routing of short messages for what belongs to a registration.
            let number = if matches!(request.code, 2 | 7) { 20 } else { 1 };
            let arcs = Tlv::object_identifier(0x06, &[0, 4, 0, 0, 1, 0, number, 3]);
            contexted(stage, request, Some(arcs));
        },
    ),
    way(
        "E14",
        "context_extended",
        "The right application context with two arcs more.",
        &[Note::TcapAcExtended],
        |stage, request| {
            let mut arcs = request.dialogue.context.arcs().unwrap_or_default();
            arcs.extend([1, 1]);
            let context = Tlv::object_identifier(0x06, &arcs);
            contexted(stage, request, Some(context));
        },
    ),
    way(
        "E14",
        "context_padded",
        "The right application context with a padded arc.",
        &[Note::TcapAcPadded],
        |stage, request| {
            let arcs = request.dialogue.context.arcs().unwrap_or_default();
            let mut octets = Tlv::object_identifier(0x06, &arcs).encode();
            // Before the number of the context.
            octets.insert(octets.len() - 2, 0x80);
            let context = Tlv::primitive(0x06, octets.get(2..).unwrap_or_default());
            contexted(stage, request, Some(context));
        },
    ),
    way(
        "E15",
        "context_version",
        "The right application context in a version that does not exist.",
        &[Note::MapAcVersionImpossible],
        |stage, request| {
            let mut arcs = request.dialogue.context.arcs().unwrap_or_default();
            if let Some(version) = arcs.last_mut() {
                *version = 7;
            }
            let context = Tlv::object_identifier(0x06, &arcs);
            contexted(stage, request, Some(context));
        },
    ),
    way(
        "E16",
        "tid_overlong",
        "A transaction id of nine octets.",
        &[Note::TcapTidOverlong],
        |stage, request| transaction(stage, request, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ),
    way(
        "E16",
        "tid_empty",
        "A transaction id of no octets.",
        &[Note::TcapTidEmpty],
        |stage, request| transaction(stage, request, &[]),
    ),
    way(
        "E17",
        "second_component",
        "A harmless operation first, the request second.",
        &[Note::TcapMultiInvokeMixed, Note::TcapOpcodeAcMismatch],
        |stage, request| {
            let reset = map_reset(&request);
            let second = invoke(2, request.code, Some(request.argument.clone()));
            composed(stage, request, vec![reset, second], 2);
        },
    ),
    way(
        "E18",
        "late_invoke",
        "An empty Begin; the request comes in a Continue.",
        &[Note::DialogueLateInvoke],
        |stage, request| {
            let component = component(&request);
            let Request { mut dialogue, code, answer, .. } = request;
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            stage.proceed(&mut dialogue, vec![component]);
            stage.answer(&mut dialogue, 1, code, answer);
        },
    ),
    unanswered(way(
        "E19",
        "in_end",
        "An empty Begin; the request comes in the End.",
        &[Note::DialogueInvokeInEnd],
        |stage, request| {
            let component = component(&request);
            let mut dialogue = request.dialogue;
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            stage.close(&mut dialogue, vec![component]);
        },
    )),
    needing(
        Needs::Argument,
        unanswered(way(
            "E19",
            "unidirectional",
            "The request in a Unidirectional, which asks for no answer.",
            &[Note::DialogueUnidirectional],
            |stage, request| {
                let message = Message::unidirectional().component(component(&request));
                let mut dialogue = request.dialogue;
                stage.begin_with(&mut dialogue, &message.encode());
            },
        )),
    ),
    way(
        "E19",
        "reverse_invoke",
        "The request in a Continue of the side that was asked first.",
        &[Note::DialogueReverseInvoke],
        |stage, request| {
            let component = component(&request);
            let Request { dialogue, code, answer, .. } = request;
            let (attacker, asked) = (dialogue.caller, dialogue.answerer);
            let mut reversed = stage.dialogue(asked, attacker, dialogue.context);
            reversed.reference = dialogue.reference;
            stage.begin(&mut reversed, Vec::new());
            stage.reply(&mut reversed, vec![component]);
            if let Answer::Result(result) = answer {
                let result = result.map(|result| (Code::Local(code), result));
                stage.close(&mut reversed, vec![return_result(1, result)]);
            }
        },
    ),
    way(
        "E20",
        "linked",
        "The request linked to an invoke there never was.",
        &[Note::TcapLinkedUnknown],
        |stage, request| {
            let component =
                tcap::linked_invoke(1, 77, request.code, Some(request.argument.clone()));
            composed(stage, request, vec![component], 1);
        },
    ),
    way(
        "E21",
        "another_title_midway",
        "One title opens the dialogue, another sends the request in it.",
        &[Note::DialogueGtChanged],
        |stage, request| {
            let component = component(&request);
            let Request { mut dialogue, code, answer, attacker, .. } = request;
            stage.begin(&mut dialogue, Vec::new());
            stage.reply(&mut dialogue, Vec::new());
            let other = world::unknown(7, attacker.ssn, 9_999);
            let mut forward = Message::proceed(&dialogue.otid, &dialogue.dtid);
            forward.components.push(component);
            let (from, to) = (dialogue.caller, dialogue.answerer);
            let octets = forward.encode();
            stage.unitdata(from, to, other.address(), to.address(), &octets, Carriage::Whole);
            stage.answer(&mut dialogue, 1, code, answer);
        },
    ),
    way(
        "E24",
        "answered_elsewhere",
        "The answer goes to another title than the one that asked.",
        &[Note::DialogueResponseRerouted],
        |stage, request| {
            let elsewhere = world::unknown(6, request.attacker.ssn, 9_998);
            let octets = opening(&request).encode();
            let Request { mut dialogue, code, answer, .. } = request;
            stage.begin_with(&mut dialogue, &octets);
            dialogue.calling = elsewhere.address();
            stage.answer(&mut dialogue, 1, code, answer);
        },
    ),
    way(
        "E34",
        "context_of_cap",
        "An application context of CAP.",
        &[Note::TcapAcForeignFamily],
        |stage, request| {
            let context = Tlv::object_identifier(0x06, &[0, 4, 0, 0, 1, 0, 50, 1]);
            contexted(stage, request, Some(context));
        },
    ),
    way(
        "E38",
        "crowd",
        "Sixty harmless components before the request.",
        &[Note::TcapComponentsMany, Note::TcapMultiInvokeMixed],
        |stage, request| {
            let reset = map_reset(&request);
            let mut components = vec![reset; 60];
            components.push(invoke(99, request.code, Some(request.argument.clone())));
            composed(stage, request, components, 99);
        },
    ),
];

fn composed(stage: &mut Stage, request: Request, components: Vec<Tlv>, id: i64) {
    let Request { mut dialogue, code, answer, .. } = request;
    stage.begin(&mut dialogue, components);
    stage.answer(&mut dialogue, id, code, answer);
}

/// Sends the request under another application context, or none.
fn contexted(stage: &mut Stage, mut request: Request, context: Option<Tlv>) {
    let mut message = opening(&request);
    let reference = request.dialogue.reference;
    message.dialogue = context.map(|context| {
        let open = reference.map(|imsi| {
            let address = Address { nature: 1, plan: 6, digits: imsi, ..Default::default() };
            tcap::map_open(Some(&address_string(address)), None)
        });
        dialogue_portion(tcap::STRUCTURED, aarq_pdu(context, open))
    });
    request.dialogue.context = Context::None;
    sent(stage, request, &message.encode());
}

fn transaction(stage: &mut Stage, request: Request, id: &[u8]) {
    let mut message = opening(&request);
    message.otid = Some(id.to_vec());
    let octets = message.encode();
    let Request { mut dialogue, code, answer, .. } = request;
    stage.begin_with(&mut dialogue, &octets);
    stage.pause(200);
    if let Answer::Result(result) = answer {
        let result = result.map(|result| (Code::Local(code), result));
        let end = Message::end(id).component(return_result(1, result)).encode();
        let (from, to) = (dialogue.answerer, dialogue.caller);
        stage.unitdata(from, to, from.address(), to.address(), &end, Carriage::Whole);
    }
}

fn map_reset(request: &Request) -> Tlv {
    invoke(1, 37, Some(mobility::reset(request.victim.hlr.gt)))
}
