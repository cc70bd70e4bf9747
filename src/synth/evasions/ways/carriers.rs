//! Carriers of SCCP, and pieces below it, chosen to go round a filter (rows E32 and E37).

use picket_dissectors::Note;

use super::{Request, Stage, Way, plain, way};
use crate::synth::carriage::Carriage;

/// The ways of this kind.
pub(super) static WAYS: &[Way] = &[
    way(
        "E32",
        "sctp_fragments",
        "The request spread over SCTP fragments.",
        &[Note::SctpFragmented],
        |stage, request| {
            carried(stage, request, Carriage::Fragments(40));
        },
    ),
    way(
        "E32",
        "sctp_interleaved",
        "The request spread over I-DATA chunks.",
        &[Note::SctpFragmented],
        |stage, request| {
            carried(stage, request, Carriage::Interleaved(40));
        },
    ),
    way(
        "E32",
        "sctp_unordered",
        "The request spread over unordered fragments, the last one first.",
        &[Note::SctpFragmented],
        |stage, request| {
            carried(stage, request, Carriage::Unordered(40));
        },
    ),
    way(
        "E32",
        "sctp_fragments_contradict",
        "Before the first fragment another one in its place, whose checksum is wrong.",
        &[Note::SctpFragmentConflict],
        |stage, request| {
            carried(stage, request, Carriage::Contradicting(40));
        },
    ),
    way(
        "E32",
        "ppid_of_nobody",
        "Under a payload protocol identifier that nobody has.",
        &[Note::SctpPpidMismatch],
        |stage, request| {
            carried(stage, request, Carriage::OtherPpid);
        },
    ),
    way(
        "E32",
        "m3ua_parameter_unknown",
        "Beside a parameter that M3UA does not have.",
        &[Note::M3uaParameterUnknown],
        |stage, request| {
            carried(stage, request, Carriage::ParameterUnknown);
        },
    ),
    way(
        "E32",
        "m3ua_data_twice",
        "As the second of two Protocol Data, the first of which is of ISUP.",
        &[Note::M3uaParameterDuplicate],
        |stage, request| {
            carried(stage, request, Carriage::DataTwice);
        },
    ),
    way("E32", "over_sua", "Carried by SUA.", &[], |stage, request| {
        carried(stage, request, Carriage::Sua);
    }),
    way("E32", "over_m2pa", "Carried by M2PA.", &[], |stage, request| {
        carried(stage, request, Carriage::M2pa);
    }),
    way("E32", "over_m2ua", "Carried by M2UA.", &[], |stage, request| {
        carried(stage, request, Carriage::M2ua);
    }),
    way(
        "E37",
        "ip_fragments",
        "In two IP fragments, the last one first.",
        &[Note::IpFragment],
        |stage, request| {
            carried(stage, request, Carriage::IpFragments);
        },
    ),
    way("E37", "in_gre", "In a GRE tunnel.", &[Note::IpTunnel], |stage, request| {
        carried(stage, request, Carriage::Gre);
    }),
    way(
        "E37",
        "checksum_bad",
        "In a packet whose checksum is wrong.",
        &[Note::SctpCrcBad],
        |stage, request| {
            carried(stage, request, Carriage::ChecksumBad);
        },
    ),
];

fn carried(stage: &mut Stage, mut request: Request, carriage: Carriage) {
    request.dialogue.carriage = carriage;
    plain(stage, request);
}
