//! Titles, subsystems and forms of SCCP chosen to go round a filter (rows E23 to E31).

use picket_dissectors::{
    Note,
    emit::{
        connection,
        sccp::{Address, GlobalTitle, Layout, Unitdata},
    },
    sccp::{MessageType, RoutingIndicator},
};

use super::{Answer, Request, Stage, Way, opening, plain, unanswered, way};
use crate::synth::{
    carriage::Carriage,
    network::text,
    procedures as p,
    world::{self, HLR, HomeNode, VLR},
};

/// The ways of this kind.
pub(super) static WAYS: &[Way] = &[
    unanswered(way(
        "E23, E25",
        "home_title",
        "The calling title is one of the home network.",
        &[Note::GtHomeOnIntl],
        |stage, mut request| {
            p::carrier_in_use(stage, request.attacker);
            let home = world::home(HomeNode::Gmsc);
            request.dialogue.calling = home.speaking(request.attacker.ssn).address();
            request.answer = Answer::Silence;
            plain(stage, request);
        },
    )),
    way(
        "E25",
        "title_national",
        "The calling title says it is a national number.",
        &[Note::GtNaiNationalFromIntl],
        |stage, request| titled(stage, request, |gt| GlobalTitle { nai: 3, ..gt }),
    ),
    way(
        "E25",
        "title_prefixed",
        "The calling title begins with the digits of an international call.",
        &[Note::GtPrefixOdd, Note::GtLength],
        |stage, request| {
            titled(stage, request, |gt| GlobalTitle { digits: text("00").join(gt.digits), ..gt });
        },
    ),
    way(
        "E25",
        "title_without_plan",
        "The calling title has a translation type and no numbering plan.",
        &[Note::GtGtiUnusual],
        |stage, request| titled(stage, request, |gt| GlobalTitle { gti: 2, ..gt }),
    ),
    way(
        "E25",
        "title_plan_odd",
        "The calling title says it is a number of data networks.",
        &[Note::GtNpUnexpected],
        |stage, request| titled(stage, request, |gt| GlobalTitle { np: 3, ..gt }),
    ),
    way(
        "E25",
        "title_translation_odd",
        "The calling title has a translation type of its own.",
        &[Note::GtTtUnexpected],
        |stage, request| titled(stage, request, |gt| GlobalTitle { tt: 10, ..gt }),
    ),
    way(
        "E25",
        "title_count_lies",
        "The calling title lies about its count of digits.",
        &[Note::GtEsMismatch],
        |stage, request| {
            titled(stage, request, |gt| {
                // An even count told as odd hides the last digit.
                let digits =
                    if gt.digits.len() % 2 == 1 { gt.digits.join(text("7")) } else { gt.digits };
                GlobalTitle { es: Some(1), digits, ..gt }
            });
        },
    ),
    way(
        "E25",
        "title_overlong",
        "The calling title has more digits than any number has.",
        &[Note::GtLength],
        |stage, request| {
            titled(stage, request, |gt| GlobalTitle {
                digits: gt.digits.join(text("00000000")),
                ..gt
            });
        },
    ),
    way(
        "E26",
        "routed_on_ssn",
        "Routed on subsystem, past every table of titles.",
        &[Note::SccpRiSsn],
        |stage, request| called(stage, request, |to| Address { ri: RoutingIndicator::Ssn, ..to }),
    ),
    way(
        "E27",
        "ssn_missing",
        "The called address has no subsystem.",
        &[Note::SccpSsnMissing],
        |stage, request| called(stage, request, |to| Address { ssn: None, ..to }),
    ),
    way(
        "E27",
        "ssn_zero",
        "The called address has subsystem 0.",
        &[Note::SccpSsnMissing],
        |stage, request| called(stage, request, |to| Address { ssn: Some(0), ..to }),
    ),
    way(
        "E27",
        "ssn_of_others",
        "The called address has a subsystem the operation does not go to.",
        &[Note::SccpSsnOpMismatch],
        |stage, request| {
            called(stage, request, |to| Address {
                ssn: Some(if to.ssn == Some(HLR) { VLR } else { HLR }),
                ..to
            });
        },
    ),
    way(
        "E28",
        "segmented",
        "A request that would fit cut into XUDT segments.",
        &[Note::SccpSegmentedRequest],
        |stage, request| {
            let octets = opening(&request).encode();
            let Request { mut dialogue, code, answer, .. } = request;
            let message = Unitdata::udt(dialogue.called, dialogue.calling, &octets);
            stage.segments(dialogue.caller, dialogue.answerer, &message, 30);
            stage.answer(&mut dialogue, 1, code, answer);
        },
    ),
    way(
        "E30",
        "hop_counter_low",
        "An XUDT whose hop counter has run out.",
        &[Note::SccpHopLow],
        |stage, request| {
            wrapped(stage, request, |message| Unitdata {
                kind: MessageType::Xudt,
                hop_counter: 1,
                ..message
            });
        },
    ),
    way(
        "E30",
        "pointers_reversed",
        "The parameters of the UDT in reverse order.",
        &[Note::SccpPointerOrder],
        |stage, request| {
            wrapped(stage, request, |message| Unitdata { layout: Layout::Reversed, ..message });
        },
    ),
    way(
        "E31",
        "in_connection_request",
        "The request as the data of a connection request.",
        &[Note::SccpCoTcap],
        |stage, request| {
            let octets = opening(&request).encode();
            let Request { mut dialogue, code, answer, .. } = request;
            let (called, calling) = (dialogue.called, dialogue.calling);
            let user = connection::request(0x00_4321, &called, Some(&calling), &octets);
            stage.carry(dialogue.caller, dialogue.answerer, user, Carriage::Whole);
            stage.answer(&mut dialogue, 1, code, answer);
        },
    ),
];

fn titled(stage: &mut Stage, mut request: Request, change: fn(GlobalTitle) -> GlobalTitle) {
    request.dialogue.calling.gt = request.dialogue.calling.gt.map(change);
    plain(stage, request);
}

fn called(stage: &mut Stage, mut request: Request, change: fn(Address) -> Address) {
    request.dialogue.called = change(request.dialogue.called);
    plain(stage, request);
}

/// Sends the request in another message of SCCP.
fn wrapped(
    stage: &mut Stage,
    request: Request,
    change: impl for<'a> FnOnce(Unitdata<'a>) -> Unitdata<'a>,
) {
    let octets = opening(&request).encode();
    let Request { mut dialogue, code, answer, .. } = request;
    let message = change(Unitdata::udt(dialogue.called, dialogue.calling, &octets));
    stage.carry(dialogue.caller, dialogue.answerer, message.octets(), Carriage::Whole);
    stage.answer(&mut dialogue, 1, code, answer);
}
