//! Fields of TCAP (ITU-T Q.773), of the dialogue, and of the request an answer belongs to.

use picket_dissectors::Digits;

use super::{
    Row,
    number::{Number, Numbering},
    sccp::ORIGINS,
};
use crate::{
    event::{
        AbortFacts, Component, ComponentType, ContextName, DialogueState, Direction, MessageType,
        Outcome, RequestRef, SigEvent, TcapFacts, Tid,
    },
    state::aliased::serial,
};

/// Of the message and its component.
pub(super) static ROWS: &[Row] = rows! {
    "tcap.type", Name(&TYPES) = |e| tcap(e).map(|tcap| message(tcap.message)),
        "Message type (Q.773 §3.1).";
    "tcap.otid", Hex = |e| tcap(e)?.otid.map(hex),
        "Originating transaction id, hexadecimal; at most fifteen octets of it (Q.773 §4.2.1.2).";
    "tcap.dtid", Hex = |e| tcap(e)?.dtid.map(hex),
        "Destination transaction id, hexadecimal; at most fifteen octets of it (Q.773 §4.2.1.2).";
    "tcap.ac.oid", Text = |e| context(e).map(ContextName::oid).filter(|oid| !oid.is_empty()),
        "Application context of the dialogue as an object identifier, dotted (Q.773 §4.2.3).";
    "tcap.ac.name", Text = |e| context(e)?.name,
        "Name of the application context without its version (TS 29.002 §17.3.3, TS 29.078 §4.5).";
    "tcap.ac.version", Int = |e| context(e)?.version,
        "Version of the application context.";
    "tcap.open.destination_reference", Number =
        |e| tcap(e)?.destination_reference.map(|digits| Number::subscriber(digits, Numbering::Imsi)),
        "destinationReference of MAP-Open: an IMSI or a number of the subscriber (TS 29.002 §7.3.1).";
    "tcap.open.origination_reference", Number = |e| tcap(e)?.origination_reference.map(Number::node),
        "originationReference of MAP-Open: the address of who opens (TS 29.002 §7.3.1).";
    "tcap.abort.source", Name(&SOURCES) =
        |e| abort(e).map(|abort| if abort.provider { "provider" } else { "user" }),
        "Who aborted the dialogue: TCAP itself or its user (Q.773 §3.1).";
    "tcap.abort.cause", Int = |e| abort(e)?.cause,
        "P-Abort cause, or diagnostic of the refusal (Q.773 §4.2.1.3).";
    "tcap.abort.context_refused", Bool = |e| abort(e).map(|abort| abort.context_refused),
        "Whether the application context was refused (Q.773 §4.2.3.3).";
    "tcap.reject.type", Int = |e| component(e)?.problem.map(|(kind, _)| kind),
        "Kind of problem of a reject (Q.773 §4.2.2.6): 0 general, 1 invoke, 2 return result, 3 return error.";
    "tcap.reject.problem", Int = |e| component(e)?.problem.map(|(_, code)| code),
        "Problem code of a reject within its kind (Q.773 §4.2.2.6).";
    "tcap.component.type", Name(&COMPONENTS) = |e| component(e)?.kind.map(kind),
        "Component type (Q.773 §3.1).";
    "tcap.component.index", Int = |e| component(e).map(|component| component.index),
        "1-based place of the component in its message.";
    "tcap.component.count", Int = |e| component(e).map(|component| component.count),
        "Components in the message.";
    "tcap.component.invoke_id", Signed = |e| component(e)?.invoke_id.map(i64::from),
        "Invoke id, -128 to 127; rules see it from 0 on (Q.773 §4.2.2.1).";
    "tcap.component.linked_id", Signed = |e| component(e)?.linked_id.map(i64::from),
        "Linked id, -128 to 127; rules see it from 0 on (Q.773 §4.2.2.1).";
    "tcap.component.operation_code", Signed = |e| component(e)?.code.map(i64::from),
        "Operation code as sent, the last arc of a global one; also of operations nobody knows (Q.773 §4.2.2.4).";
    "tcap.ansi.package", Name(&PACKAGES) = |e| tcap(e)?.ansi.map(|ansi| ansi.package),
        "Package type of ANSI TCAP (T1.114.3 §3.1).";
    "tcap.ansi.private", Bool = |e| ansi_operation(e).map(|(private, ..)| private),
        "Whether the operation of ANSI TCAP is of a private set, such as ANSI-41's (T1.114.3 §5.8).";
    "tcap.ansi.family", Int = |e| ansi_operation(e).map(|(_, family, _)| family),
        "Operation family of ANSI TCAP; 9 is ANSI-41 (T1.114.3 §5.8).";
    "tcap.ansi.specifier", Int = |e| ansi_operation(e).map(|(.., specifier)| specifier),
        "Operation specifier of ANSI TCAP (T1.114.3 §5.8).";
};

/// Of the dialogue.
pub(super) static DIALOGUE: &[Row] = rows! {
    "dialogue.id", Int = |e| known(e).then_some(serial(e.dialogue.id)),
        "1-based number of the dialogue in this run.";
    "dialogue.state", Name(&STATES) = |e| state(e.dialogue.state),
        "State of the dialogue after this message.";
    "dialogue.outcome", Name(Outcome::NAMES) = |e| e.dialogue.outcome.map(Outcome::name),
        "How the request ended, on the event that ends it: the answer, the abort or the time-out.";
    "dialogue.latency_ms", Int = |e| e.dialogue.latency_ns.map(|ns| ns / 1_000_000),
        "Whole milliseconds from the request to this answer.";
    "dialogue.late_invoke", Bool = |e| known(e).then_some(e.dialogue.late_invoke),
        "Whether the first invoke came after the Begin.";
    "dialogue.from_responder", Bool = |e| known(e).then_some(e.dialogue.from_responder),
        "Whether the side that was asked sent this message.";
};

/// Of the request.
pub(super) static REQUEST: &[Row] = rows! {
    "request.at", Time = |e| request(e).map(|request| request.at),
        "When the request was sent that this event answers.";
    "request.frame", Int = |e| request(e).map(|request| request.frame.number),
        "1-based packet number of the request.";
    "request.direction", Name(Direction::NAMES) = |e| request(e).map(|request| request.direction.name()),
        "Direction of the request, seen from home.";
    "request.asker.gt", Number = |e| request(e)?.asker.map(Number::node),
        "Global title of who asked, as an international number where it could be told.";
    "request.asker.origin", Name(&ORIGINS) = |e| request(e).map(|request| request.asker_place.origin.name()),
        "Whose the asker's number is, seen from home.";
    "request.asker.external", Bool = |e| request(e).map(|request| request.asker_place.origin.is_external()),
        "Whether the asker's number is not home's.";
    "request.asker.country", Text =
        |e| request(e)?.asker_place.country.as_ref().map(|country| country.as_str()),
        "Country of the asker's number, ISO 3166-1 alpha-2.";
    "request.asker.network", Network = |e| request(e)?.asker_place.network.map(|network| network.0),
        "Configured name of the asker's network.";
};

fn tcap(e: &SigEvent) -> Option<&TcapFacts> {
    e.tcap.as_ref()
}

fn context(e: &SigEvent) -> Option<&ContextName> {
    tcap(e)?.context.as_ref()
}

fn abort(e: &SigEvent) -> Option<&AbortFacts> {
    tcap(e)?.abort.as_ref()
}

fn component(e: &SigEvent) -> Option<&Component> {
    tcap(e)?.component.as_ref()
}

fn ansi_operation(e: &SigEvent) -> Option<(bool, u8, u8)> {
    tcap(e)?.ansi?.operation
}

fn request(e: &SigEvent) -> Option<&RequestRef> {
    e.dialogue.request.as_ref()
}

/// Thirty digits are what [`Tid`] keeps.
fn hex(id: Tid) -> Digits {
    let mut digits = Digits::EMPTY;
    for octet in id.octets() {
        digits.push(octet >> 4);
        digits.push(octet & 15);
    }
    digits
}

const fn known(e: &SigEvent) -> bool {
    e.dialogue.id != 0
}

const fn message(message: MessageType) -> &'static str {
    match message {
        MessageType::Unidirectional => "unidirectional",
        MessageType::Begin => "begin",
        MessageType::Continue => "continue",
        MessageType::End => "end",
        MessageType::Abort => "abort",
    }
}

const fn kind(kind: ComponentType) -> &'static str {
    match kind {
        ComponentType::Invoke => "invoke",
        ComponentType::ReturnResultLast => "return_result_last",
        ComponentType::ReturnResultNotLast => "return_result_not_last",
        ComponentType::ReturnError => "return_error",
        ComponentType::Reject => "reject",
    }
}

const fn state(state: DialogueState) -> Option<&'static str> {
    match state {
        DialogueState::None => None,
        DialogueState::Begun => Some("begun"),
        DialogueState::Open => Some("open"),
        DialogueState::Ended => Some("ended"),
        DialogueState::Expired => Some("expired"),
        DialogueState::Orphan => Some("orphan"),
    }
}

static TYPES: [&str; 5] = ["begin", "continue", "end", "abort", "unidirectional"];
static COMPONENTS: [&str; 5] =
    ["invoke", "return_result_last", "return_result_not_last", "return_error", "reject"];
static STATES: [&str; 5] = ["begun", "open", "ended", "expired", "orphan"];
static PACKAGES: [&str; 7] = [
    "unidirectional",
    "query_with_permission",
    "query_without_permission",
    "response",
    "conversation_with_permission",
    "conversation_without_permission",
    "abort",
];
static SOURCES: [&str; 2] = ["provider", "user"];
