//! Operation, maintenance and equipment (TS 29.002 §9, §8.7, §17.7.2): traces, sendIMSI, checkIMEI.

use super::{
    location::cause,
    member::{EXTENSION, Is, Member, Reader, at, bits, enumerated, octets, sequence},
    parameters::{Gifts, Role},
};
use crate::ber::Element;

/// activateTraceMode, and traceSubscriberActivity of version 1.
pub(super) static TRACE_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Address(Role::Omc)),
    at(4, Is::Special(extension_or_reference)),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Passed),
])];

/// Reads `[4]`: the extension container, or the call reference of traceSubscriberActivity.
fn extension_or_reference(reader: &mut Reader<'_>, element: &Element<'_>) {
    reader.extension_or(&Is::Passed, element);
}

/// activateTraceMode and deactivateTraceMode, and others that answer with `[0]` container.
pub(super) static TRACE_RES: [Member; 1] = [sequence(&[at(0, Is::Extension), at(1, Is::Passed)])];

/// deactivateTraceMode.
pub(super) static UNTRACE_ARG: [Member; 1] =
    [sequence(&[at(0, Is::Imsi), at(1, Is::Passed), at(2, Is::Extension), at(3, Is::Passed)])];

/// sendIMSI asks with a bare MSISDN.
pub(super) static SEND_IMSI_ARG: [Member; 1] = [octets(Is::Msisdn)];

/// sendIMSI answers with a bare IMSI.
pub(super) static SEND_IMSI_RES: [Member; 1] = [octets(Is::Imsi).gives(Gifts::IDENTITY)];

/// checkIMEI: a bare IMEI in versions 1 and 2.
pub(super) static CHECK_IMEI_ARG: [Member; 2] =
    [sequence(&[octets(Is::Imei), bits(Is::Passed), EXTENSION, at(0, Is::Imsi)]), octets(Is::Imei)];

/// checkIMEI: a bare status in versions 1 and 2.
pub(super) static CHECK_IMEI_RES: [Member; 2] = [
    sequence(&[
        enumerated(Is::Number(cause)),
        sequence(&[at(0, Is::Passed), at(1, Is::Passed)]),
        at(0, Is::Extension),
    ]),
    enumerated(Is::Number(cause)),
];
