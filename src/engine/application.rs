//! Which application protocol a dialogue speaks, and what an operation code means in it.
//!
//! The same local operation code means different things in MAP and CAP (70 is
//! provideSubscriberInfo in one and activityTestGPRS in the other), so the application context
//! decides first (TS 29.002 §17.3, TS 29.078 §4.5), then the subsystems. Endpoints, though, listen
//! on a subsystem and may not look at the context; where the subsystem is one of MAP's registers
//! and the context is not MAP's, what the endpoint would do counts, and the contradiction is noted.

use picket_dissectors::{
    Note, Notes, cap,
    map::{
        self,
        opcode::{Family, Key, Timer},
    },
    tcap::ObjectIdentifier,
};

use super::shape::Fit;
use crate::{
    event::{ContextFamily, ContextName, EventType, Operation, Protocol, SccpFacts},
    state::dialogue::Life,
};

/// Names an application context and notes what is odd about it.
pub(super) fn context(oid: ObjectIdentifier<'_>, notes: &mut Notes) -> ContextName {
    let mut name = ContextName::new(oid.octets());
    if let Some(found) = cap::context::find(oid, notes) {
        let inap = found.application == "inap";
        name.family = if inap { ContextFamily::Inap } else { ContextFamily::Cap };
        name.name = Some(found.name);
        name.version = Some(found.version).filter(|&version| version > 0);
        return name;
    }
    let prefix = map::context::PREFIX.map(u64::from);
    if !oid.starts_with(&prefix) {
        notes.add(Note::TcapAcUnknown);
        return name;
    }
    let mut arcs = oid.arcs().skip(prefix.len());
    let mut number = || arcs.next().and_then(|arc| u8::try_from(arc).ok());
    let (Some(number), version) = (number(), number()) else {
        notes.add(Note::TcapAcUnknown);
        return name;
    };
    if arcs.next().is_some() {
        notes.add(Note::TcapAcExtended);
    }
    name.family = ContextFamily::Map;
    name.number = number;
    name.version = version;
    match map::context::find(number) {
        Some(found) => {
            name.name = Some(found.name);
            if !version.is_some_and(|version| found.version_exists(version)) {
                notes.add(Note::MapAcVersionImpossible);
            } else if version == Some(1) {
                notes.add(Note::MapAcVersionOne);
            }
        }
        None => notes.add(Note::TcapAcUnknown),
    }
    name
}

/// Tells MAP from CAP for an operation: by the context, then by the subsystems or what the dialogue
/// spoke before (`spoken`), and where these contradict each other or the operation is not theirs, by
/// which of the two its argument fits. `code` is `None` when neither has it.
pub(super) fn protocol(
    context: Option<&ContextName>,
    spoken: Option<Protocol>,
    sccp: &SccpFacts,
    code: Option<u8>,
    fits: impl Fn(Protocol) -> Fit,
    notes: &mut Notes,
) -> Option<Protocol> {
    let knows = |protocol| {
        code.is_some_and(|code| match protocol {
            Protocol::Map => map::opcode::find(code).is_some(),
            Protocol::Cap => cap::opcode::find(code.into()).is_some(),
        })
    };
    let ssns = [sccp.called.ssn, sccp.calling.ssn];
    let register =
        |ssn: Option<u8>| ssn.is_some_and(|ssn| matches!(ssn, 5..=7 | 9 | 10 | 145 | 149 | 150));
    let map_subsystem = ssns.into_iter().any(register);
    let cap_subsystem = ssns.contains(&Some(CAP));
    match context.map(|context| context.family) {
        Some(ContextFamily::Map) => {
            if cap_subsystem && !map_subsystem {
                notes.add(Note::TcapSsnFamilyMismatch);
            }
            let foreign =
                !knows(Protocol::Map) && knows(Protocol::Cap) && fits(Protocol::Cap) == Fit::Close;
            if foreign {
                notes.add(Note::TcapAcForeignFamily);
            }
            Some(if foreign { Protocol::Cap } else { Protocol::Map })
        }
        Some(ContextFamily::Cap) => {
            if map_subsystem {
                notes.add(Note::TcapSsnFamilyMismatch);
            }
            let theirs = ssns.iter().flatten().all(|ssn| matches!(*ssn, CAP | SCF));
            if theirs || !knows(Protocol::Map) {
                return Some(Protocol::Cap);
            }
            let (map, cap) = (fits(Protocol::Map), fits(Protocol::Cap));
            // The called register would run the MAP operation, even one nobody else can read.
            let run = map == Fit::No && cap == Fit::No && register(sccp.called.ssn);
            if map > cap || run {
                notes.add(Note::TcapAcForeignFamily);
                return Some(Protocol::Map);
            }
            Some(Protocol::Cap)
        }
        Some(ContextFamily::Other | ContextFamily::Inap) => {
            let meant =
                knows(Protocol::Map) && (map_subsystem || fits(Protocol::Map) == Fit::Close);
            if meant {
                notes.add(Note::TcapAcForeignFamily);
            }
            meant.then_some(Protocol::Map)
        }
        None => {
            let map = map_subsystem
                || ssns.iter().flatten().any(|ssn| matches!(*ssn, MSC | SCF))
                || ssns == [None, None];
            let listening = match (cap_subsystem && !map_subsystem, map) {
                (true, _) => Some(Protocol::Cap),
                (false, true) => Some(Protocol::Map),
                (false, false) => None,
            };
            let first = spoken.or(listening);
            let other = match first {
                Some(Protocol::Map) => Protocol::Cap,
                _ => Protocol::Map,
            };
            if !knows(other) {
                return first;
            }
            let own = first.map_or(Fit::No, &fits);
            if own == Fit::Close || (first.is_some_and(knows) && fits(other) <= own) {
                return first;
            }
            // Of an operation or a subsystem of neither, only what says whom it is about is taken.
            if fits(other) != Fit::Close {
                return first;
            }
            notes.add(Note::TcapSsnFamilyMismatch);
            Some(other)
        }
    }
}

/// Describes an operation of a protocol.
pub(super) fn operation(protocol: Protocol, code: i32, version: u8) -> Operation {
    let unknown = Operation {
        protocol,
        code,
        known: false,
        name: "unknown",
        family: "unknown",
        category: "none",
        agreed: false,
    };
    let octet = unknown.octet();
    match protocol {
        Protocol::Map => octet.and_then(map::opcode::find).map_or(unknown, |found| Operation {
            known: true,
            name: found.name(version),
            family: found.family.name(),
            category: category(found),
            ..unknown
        }),
        Protocol::Cap => cap::opcode::find(code.into()).map_or(unknown, |found| Operation {
            known: true,
            name: found.name,
            family: found.family.name(),
            category: "cap",
            ..unknown
        }),
    }
}

/// Notes what is odd about a MAP operation where it stands.
pub(super) fn note_map_operation(
    code: Option<u8>,
    context: Option<&ContextName>,
    sccp: &SccpFacts,
    reverse: bool,
    notes: &mut Notes,
) {
    let Some((code, found)) = code.and_then(|code| Some((code, map::opcode::find(code)?))) else {
        notes.add(Note::TcapOpcodeUnknown);
        return;
    };
    if found.dtap {
        notes.add(Note::TcapOpcodeDtap);
    }
    let version = context.and_then(|context| context.version).unwrap_or(0);
    match context.filter(|context| context.family == ContextFamily::Map) {
        Some(context) => {
            let known = map::context::find(context.number);
            // A version that does not exist is a note of its own; the operation is then held
            // against the context in any version.
            let version =
                if known.is_some_and(|known| known.version_exists(version)) { version } else { 0 };
            if known.is_some_and(|known| !known.has_operation(code, version)) {
                notes.add(Note::TcapOpcodeAcMismatch);
            } else if reverse && known.is_some_and(|known| !known.allows_reverse(code)) {
                notes.add(Note::DialogueReverseInvoke);
            }
        }
        None if context.is_none() && !found.exists_in(0) => notes.add(Note::TcapAcMissing),
        None => {}
    }
    let (from, to) = (sccp.calling.ssn, sccp.called.ssn);
    if to.is_some_and(|ssn| ssn != 0 && !found.goes_to(ssn))
        || from.is_some_and(|ssn| ssn != 0 && !found.comes_from(ssn))
    {
        notes.add(Note::SccpSsnOpMismatch);
    }
}

/// Returns how long a dialogue of a context may be silent.
pub(super) fn life(context: Option<&ContextName>) -> Life {
    match context.map(|context| (context.family, context.number)) {
        Some((ContextFamily::Cap | ContextFamily::Inap, _)) => Life::Long,
        Some((ContextFamily::Map, HANDOVER | GROUP_CALL)) => Life::Long,
        Some((ContextFamily::Map, USSD | MO_RELAY | MT_RELAY | LOCATION_SERVICES)) => Life::Medium,
        _ => Life::Short,
    }
}

/// Returns how long a dialogue lives with this operation waiting.
pub(super) fn life_of(operation: &Operation) -> Life {
    match operation.protocol {
        Protocol::Cap => Life::Long,
        Protocol::Map => match found(operation).map(|found| found.timer) {
            Some(Timer::Long) => Life::Long,
            Some(Timer::MediumLong) => Life::Medium,
            Some(Timer::Short | Timer::Medium) | None => Life::Short,
        },
    }
}

/// Whether success is told: operations of class 2 and 4 succeed in silence (Q.771 §3.1.2), and CAP
/// answers most of its operations with others.
pub(super) fn is_answered(operation: &Operation) -> bool {
    match operation.protocol {
        Protocol::Map => !operation.octet().is_some_and(|code| MAP_WITHOUT_RESULT.contains(&code)),
        Protocol::Cap => operation.octet().is_some_and(|code| CAP_WITH_RESULT.contains(&code)),
    }
}

/// Returns the type of an event of this protocol.
pub(super) const fn event_type(protocol: Option<Protocol>) -> EventType {
    match protocol {
        Some(Protocol::Map) => EventType::Map,
        Some(Protocol::Cap) => EventType::Cap,
        None => EventType::Tcap,
    }
}

/// Returns what names the subscriber of a MAP operation.
pub(super) fn key(operation: &Operation) -> Key {
    match operation.protocol {
        Protocol::Map => found(operation).map_or(Key::None, |found| found.key),
        Protocol::Cap => Key::None,
    }
}

fn found(operation: &Operation) -> Option<&'static map::opcode::Operation> {
    operation.octet().and_then(map::opcode::find)
}

/// Returns the FS.11-style category of an operation by itself: 1 has no business between networks,
/// 2 only the subscriber's home may send, 3 only the network that serves the subscriber.
fn category(operation: &map::opcode::Operation) -> &'static str {
    match operation.code {
        // sendRoutingInfo, sendRoutingInfoForGprs, sendIdentification, sendIMSI, the any-time
        // operations, location services, reporting of states, handover and group calls.
        22
        | 24
        | 55
        | 58
        | 62
        | 65
        | 71
        | 83
        | 85
        | 86
        | 73
        | 74
        | 28..=30
        | 33..=35
        | 39..=42
        | 68
        | 69
        | 84 => "cat1",
        9 | 54 | 19 => "cat1",
        3 | 4 | 7 | 8 | 18 | 36 | 50 | 51 | 60 | 61 | 70 | 37 => "cat2",
        2 | 10..=15 | 17 | 23 | 43 | 53 | 56 | 57 | 59 | 66 | 67 | 76 | 77 | 89 => "cat3",
        21 | 44..=49 | 63 | 64 => "sms",
        _ => match operation.family {
            Family::Radio => "cat1",
            _ => "none",
        },
    }
}

/// processAccessSignalling, forwardAccessSignalling, reset, forwardCheckSS-Indication, the group call
/// signalling, noteSubscriberPresent, alertServiceCentreWithoutResult, informServiceCentre.
const MAP_WITHOUT_RESULT: [u8; 11] = [33, 34, 35, 37, 38, 40, 41, 42, 48, 49, 63];
/// initiateCallAttempt, promptAndCollectUserInformation, activityTest and activityTestGPRS,
/// applyChargingReportGPRS, entityReleasedGPRS, eventReportGPRS, disconnectLeg, moveLeg, splitLeg.
const CAP_WITH_RESULT: [u8; 10] = [32, 48, 55, 70, 72, 79, 80, 90, 93, 95];
const CAP: u8 = 146;
const MSC: u8 = 8;
const SCF: u8 = 147;
const HANDOVER: u8 = 11;
const GROUP_CALL: u8 = 31;
const USSD: u8 = 19;
const MO_RELAY: u8 = 21;
const MT_RELAY: u8 = 25;
const LOCATION_SERVICES: u8 = 38;
