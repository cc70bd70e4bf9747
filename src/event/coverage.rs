//! What is read of each operation, and which note tells of each evasion, as a page.
//!
//! The fields of an operation are found by reading samples made from the dissectors' own tables and
//! looking which fields an event then has, so the page cannot say more than the program does.

use core::fmt::Write;
use std::collections::BTreeSet;

use picket_dissectors::{
    Digits, Note, Notes,
    ber::{Element, Elements},
    cap,
    emit::map::{
        location::{LocationInformation, SubscriberInfo},
        routing, sms,
    },
    map::{
        self, Parameters, opcode,
        sample::{Of, samples},
    },
};

use crate::{pack::LIBRARY, synth::evasions::ways};

use super::{
    Component, ComponentType, DialogueRef, EventType, Operation, Outcome, Protocol, SigEvent,
    TcapFacts, fields,
};

/// Writes the page.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Coverage\n\nMade by `picket fields --coverage`; do not edit.\n\n## Operations\n\nThe \
         fields that an event has of the argument (under `map.argument.`) and of the \
         result (under\n`map.result.`) of each MAP operation. A dash means that nothing of it is kept.\n\n| code | operation | \
         argument | result |\n|---|---|---|---|\n",
    );
    for operation in opcode::all() {
        let argument = kept(Of::Argument(operation.code), ComponentType::Invoke);
        let result = kept(Of::Result(operation.code), ComponentType::ReturnResultLast);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            operation.code,
            operation.name(3),
            cell(&argument),
            cell(&result)
        );
    }
    camel(&mut out);
    out.push_str("\n## Errors\n\n| code | error | fields |\n|---|---|---|\n");
    for code in 0..=u8::MAX {
        if let Some(name) = map::error::name(code) {
            let kept = kept(Of::Error(code), ComponentType::ReturnError);
            let _ = writeln!(out, "| {code} | {name} | {} |", cell(&kept));
        }
    }
    evasions(&mut out);
    out
}

/// Writes the operations of CAP: what is kept of arguments in any version, and of results nothing.
fn camel(out: &mut String) {
    out.push_str(
        "\n## CAP operations\n\nThe same of CAP, in all versions together. A result holds nothing that is \
         kept: charging, and digits the subscriber keyed in.\n\n| code | operation | argument | result |\n|---|---|---|---|\n",
    );
    for operation in cap::opcode::all() {
        let mut argument = BTreeSet::new();
        for version in 1..=4 {
            for sample in cap::sample::samples(operation.code.into(), version) {
                let read = |element: &Element<'_>, out: &mut Parameters, notes: &mut Notes| {
                    cap::argument(operation.code.into(), version, element, out, notes)
                };
                let kind = (Protocol::Cap, ComponentType::Invoke);
                argument.extend(fields_of(operation.code, kind, &sample, read));
            }
        }
        let _ =
            writeln!(out, "| {} | {} | {} | - |", operation.code, operation.name, cell(&argument));
    }
    out.push_str("\n## CAP errors\n\n| code | error | fields |\n|---|---|---|\n");
    for code in 0..=u8::MAX {
        let Some(name) = cap::error::name(code) else { continue };
        let mut kept = BTreeSet::new();
        for sample in [&[0x0a, 0x01, 0x01][..], &[0x30, 0x03, 0x80, 0x01, 0x01]] {
            let read = |element: &Element<'_>, out: &mut Parameters, notes: &mut Notes| {
                cap::error_parameter(code, element, out, notes)
            };
            let kind = (Protocol::Cap, ComponentType::ReturnError);
            kept.extend(fields_of(code, kind, sample, read));
        }
        let _ = writeln!(out, "| {code} | {name} | {} |", cell(&kept));
    }
}

/// Writes the matrix of evasions. Which rules name a note is read from the shipped rules, which
/// disguises a row has from those that are played.
fn evasions(out: &mut String) {
    out.push_str(
        "\n## Evasions\n\nWays of writing a message so that a filter does not see what it asks, \
         the notes that tell of each,\nthe shipped rules that name one of these notes, a test or \
         vector that shows it, and the disguises it is played in\n([evasions](evasions.md)). \
         `picket rules coverage` says what the cases of each rule are.\n\n| row | evasion | notes | rules \
         | shown by | disguises |\n|---|---|---|---|---|---|\n",
    );
    let list = |names: Vec<String>| {
        if names.is_empty() {
            return "-".to_owned();
        }
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
    };
    for (row, evasion) in (1..).zip(EVASIONS) {
        let row = format!("E{row}");
        let notes = list(evasion.notes.iter().map(|note| note.id().to_owned()).collect());
        let rules = list(rules_naming(evasion.notes));
        let shown_by = list(
            Some(evasion.shown_by)
                .filter(|by| !by.is_empty())
                .map(str::to_owned)
                .into_iter()
                .collect(),
        );
        let ways = ways().filter(|way| way.row.split(", ").any(|of| of == row));
        let ways = list(ways.map(|way| way.name.to_owned()).collect());
        let what = evasion.what;
        let _ = writeln!(out, "| {row} | {what} | {notes} | {rules} | {shown_by} | {ways} |");
    }
}

/// Returns the shipped rules that name one of the notes.
fn rules_naming(notes: &[Note]) -> Vec<String> {
    let whole = |text: &str, id: &str| {
        text.match_indices(id).any(|(at, _)| {
            let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "._".contains(c));
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + id.len()..).and_then(|text| text.chars().next());
            !part(before) && !part(after)
        })
    };
    LIBRARY
        .iter()
        .filter(|(_, text)| {
            let detection = text.split_once("\ndetection:").map_or("", |(_, rest)| rest);
            notes.iter().any(|note| whole(detection, note.id()))
        })
        .filter_map(|(file, _)| file.rsplit('/').next()?.strip_suffix(".yml"))
        .map(str::to_owned)
        .collect()
}

/// Returns the names of the fields that reading the samples gives.
fn kept(of: Of, kind: ComponentType) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    let code = match of {
        Of::Argument(code) | Of::Result(code) | Of::Error(code) => code,
    };
    for sample in samples(of).into_iter().chain(written(of)) {
        let read = |element: &Element<'_>, out: &mut Parameters, notes: &mut Notes| match of {
            Of::Argument(_) => map::argument(code, 3, element, out, notes),
            Of::Result(_) => map::result(code, 3, element, out, notes),
            Of::Error(_) => map::error_parameter(code, element, out, notes),
        };
        out.extend(fields_of(code, (Protocol::Map, kind), &sample, read));
    }
    out
}

/// Returns the names of the fields that reading one sample gives.
fn fields_of(
    code: u8,
    kind: (Protocol, ComponentType),
    sample: &[u8],
    read: impl Fn(
        &Element<'_>,
        &mut Parameters,
        &mut Notes,
    ) -> Result<(), picket_dissectors::error::Error>,
) -> Vec<&'static str> {
    let (mut parameters, mut notes) = (Parameters::default(), Notes::default());
    let Some(element) = Elements::new(sample).next_or_cut(&mut notes) else { return Vec::new() };
    // What cannot be read to its end still leaves what came before.
    let _ = read(&element, &mut parameters, &mut notes);
    let plain = event(code, kind, &Parameters::default());
    let event = event(code, kind, &parameters);
    let names = fields::rows().map(|row| &row.field).filter_map(|field| {
        let wanted = PREFIXES.iter().any(|prefix| field.name.starts_with(prefix));
        let value = (field.get)(&event).filter(|_| wanted)?;
        ((field.get)(&plain) != Some(value)).then_some(field.name)
    });
    names.collect()
}

/// Samples of what the tables leave to functions.
fn written(of: Of) -> Vec<Vec<u8>> {
    let digits = |text| Digits::parse(text).unwrap_or_default();
    let (imsi, node) = (digits("001011234567890"), digits("15550100"));
    match of {
        Of::Result(45) => vec![
            sms::send_routing_info_for_sm_result(imsi, node).encode(),
            sms::send_routing_info_for_sm_result_sgsn(imsi, node).encode(),
        ],
        Of::Result(24) => vec![routing::send_routing_info_for_gprs_result().encode()],
        Of::Result(70 | 71) => {
            let location = LocationInformation {
                age: Some(1),
                vlr: Some(node),
                cell: true,
                area: false,
                coordinates: true,
                msc: Some(node),
                paged: true,
            };
            let area = LocationInformation { cell: false, area: true, ..location };
            [location, area]
                .into_iter()
                .map(|location| {
                    let (location, state, imei) = (Some(location), Some(0), Some(imsi));
                    SubscriberInfo { location, state, imei }.tlv().encode()
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn cell(names: &BTreeSet<&'static str>) -> String {
    let short = |name: &&'static str| {
        let prefix =
            ["map.argument.", "map.result."].into_iter().find_map(|p| name.strip_prefix(p));
        format!("`{}`", prefix.unwrap_or(name))
    };
    let names: Vec<_> = names.iter().map(short).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(" ") }
}

fn event(
    code: u8,
    (protocol, kind): (Protocol, ComponentType),
    parameters: &Parameters,
) -> SigEvent {
    let component = Component {
        kind: Some(kind),
        index: 1,
        count: 1,
        invoke_id: Some(1),
        linked_id: None,
        code: Some(code.into()),
        error: Some(code.into()),
        problem: None,
    };
    SigEvent {
        kind: if protocol == Protocol::Map { EventType::Map } else { EventType::Cap },
        at: picket_hw::Timestamp::EPOCH,
        frame: Default::default(),
        link: Default::default(),
        direction: Default::default(),
        transport: Default::default(),
        label: Default::default(),
        sccp: None,
        tcap: Some(TcapFacts { component: Some(component), ..TcapFacts::default() }),
        operation: Some(Operation {
            protocol,
            code: code.into(),
            known: true,
            name: "",
            family: "",
            category: "",
            agreed: false,
        }),
        parameters: *parameters,
        dialogue: DialogueRef {
            outcome: (kind == ComponentType::ReturnResultLast).then_some(Outcome::Leaked),
            ..DialogueRef::default()
        },
        subscriber: Default::default(),
        tracking: Default::default(),
        management: None,
        about: None,
        intel: None,
        duplicate: false,
        notes: Notes::default(),
        unread: None,
    }
}

/// A way of writing a message, and what tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Evasion {
    /// What is done.
    pub what: &'static str,
    /// The notes that tell of it; none where correlations do.
    pub notes: &'static [Note],
    /// A file of this repository that shows it, or nothing yet.
    pub shown_by: &'static str,
}

const fn evasion(what: &'static str, notes: &'static [Note], shown_by: &'static str) -> Evasion {
    Evasion { what, notes, shown_by }
}

/// The evasions that are known of, and what tells of them.
pub const EVASIONS: &[Evasion] = &[
    evasion(
        "A tag below 31 in the high-tag-number form",
        &[Note::BerTagLongForm, Note::BerTagPadded],
        "dissectors/vectors/map/psi_long_tag.hex",
    ),
    evasion(
        "A length in more octets than it needs",
        &[Note::BerLengthNonMinimal],
        "dissectors/vectors/ber/non_minimal_lengths.hex",
    ),
    evasion(
        "An indefinite length",
        &[Note::BerLengthIndefinite],
        "dissectors/vectors/ber/indefinite_lengths.hex",
    ),
    evasion(
        "A number written in pieces",
        &[Note::BerStringConstructed],
        "dissectors/vectors/ber/strings_in_pieces.hex",
    ),
    evasion(
        "Octets behind the last component or element",
        &[Note::BerTrailing],
        "dissectors/vectors/tcap/trailing_octets.hex",
    ),
    evasion(
        "A member twice, the first one harmless, or members out of order",
        &[Note::BerMemberDuplicate, Note::BerMemberOrder],
        "dissectors/vectors/cap/two_imsis.hex",
    ),
    evasion(
        "Unknown members and private extensions",
        &[Note::MapExtensionUnknown, Note::MapMemberUnknown],
        "dissectors/vectors/map/psi_unknown_member.hex",
    ),
    evasion(
        "An IMSI of odd size, with fillers inside or digits above 9",
        &[
            Note::MapImsiLength,
            Note::MapImsiNotDecodable,
            Note::MapKeyMissing,
            Note::TbcdBadDigit,
            Note::TbcdBadFiller,
        ],
        "dissectors/vectors/map/psi_imsi_short.hex",
    ),
    evasion(
        "An operation code as object identifier",
        &[Note::TcapOpcodeGlobal],
        "dissectors/vectors/tcap/opcode_global.hex",
    ),
    evasion(
        "An operation code with leading zero octets, or under another tag",
        &[Note::TcapOpcodePadded, Note::TcapOpcodeTag],
        "dissectors/vectors/tcap/opcode_padded.hex",
    ),
    evasion(
        "An operation code that is unknown, withdrawn or of the radio interface",
        &[Note::TcapOpcodeUnknown, Note::TcapOpcodeDtap],
        "tests/dissect.rs",
    ),
    evasion(
        "No application context for an operation that needs one",
        &[Note::TcapAcMissing],
        "tests/evasions.rs",
    ),
    evasion(
        "An operation under the context of others",
        &[Note::TcapOpcodeAcMismatch],
        "tests/evasions.rs",
    ),
    evasion(
        "A context with more arcs, or padded ones",
        &[Note::TcapAcExtended, Note::TcapAcPadded],
        "dissectors/vectors/tcap/ac_extended.hex",
    ),
    evasion(
        "A context version that does not exist",
        &[Note::MapAcVersionImpossible],
        "tests/evasions.rs",
    ),
    evasion(
        "A transaction id too long or of no octets",
        &[Note::TcapTidOverlong, Note::TcapTidEmpty],
        "dissectors/vectors/tcap/tid_overlong.hex",
    ),
    evasion(
        "Several components, a harmless one first",
        &[Note::TcapMultiInvokeMixed],
        "tests/evasions.rs",
    ),
    evasion(
        "An empty Begin, and the invoke later",
        &[Note::DialogueLateInvoke],
        "tests/evasions.rs",
    ),
    evasion(
        "An invoke in an End, without dialogue, or by the side that was asked",
        &[Note::DialogueInvokeInEnd, Note::DialogueUnidirectional, Note::DialogueReverseInvoke],
        "tests/evasions.rs",
    ),
    evasion("A linked id of nothing outstanding", &[Note::TcapLinkedUnknown], "tests/evasions.rs"),
    evasion(
        "A later message of the dialogue from another title",
        &[Note::DialogueGtChanged],
        "tests/evasions.rs",
    ),
    evasion(
        "An answer to nothing that was asked",
        &[Note::DialogueOrphanResult],
        "tests/evasions.rs",
    ),
    evasion(
        "A calling title that the addresses inside contradict",
        &[Note::MapLayerMismatch],
        "tests/matrix/dialogue.rs",
    ),
    evasion(
        "An answer that leaves to another than the asker",
        &[Note::DialogueResponseRerouted],
        "tests/evasions.rs",
    ),
    evasion(
        "A title in an unusual format",
        &[
            Note::GtNaiNationalFromIntl,
            Note::GtLength,
            Note::GtNpUnexpected,
            Note::GtTtUnexpected,
            Note::GtEsMismatch,
            Note::GtDigitHex,
            Note::GtPrefixOdd,
            Note::GtGtiUnusual,
            Note::GtHomeOnIntl,
        ],
        "dissectors/vectors/sccp/gt_short.hex",
    ),
    evasion(
        "Routing on subsystem number from abroad",
        &[Note::SccpRiSsn],
        "tests/matrix/network.rs",
    ),
    evasion(
        "A missing subsystem, or one the operation does not go to",
        &[Note::SccpSsnMissing, Note::SccpSsnOpMismatch],
        "dissectors/vectors/sccp/address_ssn_zero.hex",
    ),
    evasion(
        "Segments that were not needed, or contradict each other",
        &[Note::SccpSegmentedRequest, Note::SccpReassemblyConflict],
        "src/state/segments.rs",
    ),
    evasion(
        "A returned message that nobody sent",
        &[Note::SccpUdtsReflection],
        "tests/matrix/network.rs",
    ),
    evasion(
        "Overlapping pointers, and low hop counters",
        &[Note::SccpPointerOverlap, Note::SccpPointerOrder, Note::SccpHopLow],
        "dissectors/vectors/sccp/udt_pointer_overlap.hex",
    ),
    evasion("TCAP on an SCCP connection", &[Note::SccpCoTcap], "tests/matrix/network.rs"),
    evasion(
        "Another adaptation layer, odd parameters and padding",
        &[
            Note::SctpPpidMismatch,
            Note::SctpFragmented,
            Note::SctpFragmentConflict,
            Note::SctpTsnConflict,
            Note::M3uaParameterUnknown,
            Note::M3uaParameterDuplicate,
            Note::M3uaPaddingNonzero,
            Note::M3uaLengthMismatch,
            Note::SuaParameterUnknown,
            Note::SuaParameterDuplicate,
            Note::SuaPaddingNonzero,
            Note::SuaLengthMismatch,
            Note::SuaAddressIndicator,
            Note::M2uaParameterUnknown,
            Note::M2uaParameterDuplicate,
            Note::M2uaPaddingNonzero,
            Note::M2uaLengthMismatch,
            Note::M2paUnreadable,
        ],
        "tests/matrix/carriers.rs",
    ),
    evasion("ANSI TCAP", &[Note::TcapAnsi], "dissectors/vectors/tcap/ansi_query.hex"),
    evasion(
        "MAP operations under a context of another application",
        &[Note::TcapAcForeignFamily],
        "tests/evasions.rs",
    ),
    evasion(
        "An answer past the SMS router",
        &[Note::SmsHomeRoutingBypass],
        "tests/matrix/other.rs",
    ),
    evasion("Rotating titles, slowly", &[], ""),
    evasion(
        "IP fragments, tunnels and bad checksums",
        &[Note::IpFragment, Note::IpFragmentOverlap, Note::IpTunnel, Note::SctpCrcBad],
        "tests/matrix/carriers.rs",
    ),
    evasion(
        "Nesting and numbers of components beyond reason",
        &[Note::BerDepthExceeded, Note::TcapComponentsMany],
        "dissectors/src/ber.rs",
    ),
];

/// Where a field must stand to be of an argument or an answer.
const PREFIXES: [&str; 7] =
    ["map.argument.", "map.result.", "map.error.", "cap.error.", "leak.", "sms.", "map.requested"];
