//! Fields of SCCP (ITU-T Q.713): message type, quality and the two parties.

use std::sync::LazyLock;

use super::{Row, number::Number};
use crate::{
    enrich::network::{Class, Origin},
    event::{Direction, GlobalTitle, Party, SccpFacts, SigEvent},
};

/// Writes the rows of one party.
macro_rules! party {
    ($prefix:literal, $party:ident $($rest:tt)*) => {
        rows! {
            concat!($prefix, ".ssn"), Int = |e| $party(e)?.ssn,
                "Subsystem number (Q.713 §3.4.2.2): 6 HLR, 7 VLR, 8 MSC, 145 GMLC, 146 CAP, 147 gsmSCF, 149 SGSN.";
            concat!($prefix, ".ri"), Int = |e| $party(e).map(|party| u8::from(party.route_on_ssn)),
                "Routing indicator (Q.713 §3.4.1): 0 on global title, 1 on point code and SSN.";
            concat!($prefix, ".pc"), Int = |e| $party(e)?.pc,
                "Point code inside the address, as an integer (Q.713 §3.4.2.1).";
            concat!($prefix, ".gt.digits"), Number =
                |e| title($party(e)).map(|gt| Number::global_title(gt, gt.digits)),
                "Global title digits as sent (Q.713 §3.4.2.3).";
            concat!($prefix, ".gt.e164"), Number =
                |e| title($party(e)).and_then(|gt| Some(Number::global_title(gt, gt.e164?))),
                "The international number of the global title, national and E.214 forms resolved where possible.";
            concat!($prefix, ".gt.length"), Int = |e| title($party(e)).map(|gt| gt.digits.len()),
                "Number of digits sent.";
            concat!($prefix, ".gt.nai"), Int = |e| title($party(e))?.nai,
                "Nature of address indicator (Q.713 §3.4.2.3.1): 1 subscriber, 3 national, 4 international.";
            concat!($prefix, ".gt.np"), Int = |e| title($party(e))?.np,
                "Numbering plan (Q.713 §3.4.2.3.3): 1 E.164, 6 E.212, 7 E.214.";
            concat!($prefix, ".gt.tt"), Int = |e| title($party(e))?.tt,
                "Translation type (Q.713 §3.4.2.3.2).";
            concat!($prefix, ".gt.gti"), Int = |e| title($party(e)).map(|gt| gt.gti),
                "Global title indicator (Q.713 §3.4.1): which of the other codes there are.";
            concat!($prefix, ".gt.es"), Int = |e| title($party(e))?.es,
                "Encoding scheme (Q.713 §3.4.2.3.3): 1 odd, 2 even number of BCD digits.";
            concat!($prefix, ".gt.origin"), Name(&ORIGINS) =
                |e| title($party(e)).map(|gt| gt.place.origin.name()),
                "Whose the number is, seen from home; outside every known prefix it is foreign.";
            concat!($prefix, ".gt.external"), Bool =
                |e| title($party(e)).map(|gt| gt.place.origin.is_external()),
                "Whether the number is not home's.";
            concat!($prefix, ".gt.stranger"), Bool = |e| title($party(e)).map(|gt| gt.stranger),
                "Whether the number is in no configured network, although networks besides home are configured.";
            concat!($prefix, ".gt.country"), Text =
                |e| title($party(e))?.place.country.as_ref().map(|country| country.as_str()),
                "Country of the number, ISO 3166-1 alpha-2; XX for codes without a territory.";
            concat!($prefix, ".gt.network"), Network =
                |e| title($party(e))?.place.network.map(|network| network.0),
                "Configured name of the network the number belongs to.";
            concat!($prefix, ".gt.class"), Name(&CLASSES) =
                |e| title($party(e))?.place.class.map(Class::name),
                "Class of the configured network.";
            concat!($prefix, ".gt.subscriber"), Bool = |e| title($party(e)).map(|gt| gt.place.subscriber),
                "Whether the number may be a subscriber's: under a subscriber range or in E.214 form.";
            $($rest)*
        }
    };
}

/// Of the message.
pub(super) static ROWS: &[Row] = rows! {
    "sccp.msg_type", Name(&TYPES) = |e| sccp(e).map(|sccp| name(sccp.kind)),
        "Message type (Q.713 §2.1).";
    "sccp.msg_code", Int = |e| sccp(e).map(|sccp| sccp.kind),
        "Message type code (Q.713 §2.1).";
    "sccp.class", Int = |e| sccp(e)?.class,
        "Protocol class: 0 unordered, 1 in sequence, 2 and 3 connection-oriented (Q.713 §3.6).";
    "sccp.return_on_error", Bool = |e| sccp(e).filter(|sccp| sccp.class.is_some()).map(|sccp| sccp.return_on_error),
        "Whether the message is to be returned when it cannot be delivered (Q.713 §3.6).";
    "sccp.hop_counter", Int = |e| sccp(e)?.hop_counter,
        "Hop counter, 1 to 15 (Q.713 §3.18).";
    "sccp.segments", Int = |e| sccp(e).map(|sccp| sccp.segments),
        "Segments the message came in; 1 when whole (Q.714 §4.1.1).";
    "sccp.return_cause", Int = |e| sccp(e)?.return_cause,
        "Return cause of a service message (Q.713 §3.12).";
};

/// Of the calling party.
pub(super) static CALLING: &[Row] = party!("sccp.calling", calling
    "sccp.calling.external", Bool = |e| calling(e).map(|party| is_external(e, party)),
        "Whether the sender is outside home, as far as can be told: by its title, unless that is spoofed or missing and the message comes from outside.";
);

/// Of the called party.
pub(super) static CALLED: &[Row] = party!("sccp.called", called);

fn sccp(e: &SigEvent) -> Option<&SccpFacts> {
    e.sccp.as_ref()
}

fn calling(e: &SigEvent) -> Option<&Party> {
    sccp(e).map(|sccp| &sccp.calling)
}

/// A title that is not home's is external. One that is, or none at all, is believed unless the link
/// says that the message comes from outside.
fn is_external(e: &SigEvent, party: &Party) -> bool {
    party.gt.is_some_and(|gt| gt.place.origin.is_external()) || e.direction == Direction::Inbound
}

fn called(e: &SigEvent) -> Option<&Party> {
    sccp(e).map(|sccp| &sccp.called)
}

fn title(party: Option<&Party>) -> Option<&GlobalTitle> {
    party?.gt.as_ref()
}

/// Returns the name of a message type code.
fn name(code: u8) -> &'static str {
    TYPE_CODES.iter().find(|(known, _)| *known == code).map_or("unknown", |(_, name)| name)
}

const TYPE_CODES: [(u8, &str); 20] = [
    (0x01, "CR"),
    (0x02, "CC"),
    (0x03, "CREF"),
    (0x04, "RLSD"),
    (0x05, "RLC"),
    (0x06, "DT1"),
    (0x07, "DT2"),
    (0x08, "AK"),
    (0x09, "UDT"),
    (0x0a, "UDTS"),
    (0x0b, "ED"),
    (0x0c, "EA"),
    (0x0d, "RSR"),
    (0x0e, "RSC"),
    (0x0f, "ERR"),
    (0x10, "IT"),
    (0x11, "XUDT"),
    (0x12, "XUDTS"),
    (0x13, "LUDT"),
    (0x14, "LUDTS"),
];

static TYPES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| TYPE_CODES.iter().map(|(_, name)| *name).chain(["unknown"]).collect());

/// Names of [`Origin`].
pub(super) static ORIGINS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| Origin::ALL.iter().map(|origin| origin.name()).collect());

/// Names of [`Class`].
static CLASSES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| Class::ALL.iter().map(|class| class.name()).collect());
