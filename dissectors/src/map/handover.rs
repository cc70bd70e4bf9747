//! Handover between switching centres, and voice group calls (TS 29.002 §8.4, §14, §17.7.1).
//!
//! Kept: the subscriber where one is named, the numbers, and that keys came with it.

use super::{
    member::{EXTENSION, Is, Member, at, enumerated, integer, null, octets, sequence},
    parameters::{Gifts, Role},
};

/// prepareHandover: the outer tag came with version 3.
pub(super) static PREPARE_ARG: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(0, Is::Passed),
            null(Is::Passed),
            at(1, Is::Passed),
            at(2, Is::Passed),
            at(3, Is::Passed),
            at(4, Is::Imsi),
            at(5, Is::Passed).gives(Gifts::KEYS),
            at(6, Is::Passed).gives(Gifts::KEYS),
            at(7, Is::Passed),
            at(9, Is::Passed),
            at(10, Is::Passed),
            at(11, Is::Passed),
            at(8, Is::Extension),
            at(12, Is::Passed),
            at(13, Is::Passed),
            at(14, Is::Passed),
            at(15, Is::Passed),
            at(16, Is::Passed),
            at(17, Is::Passed),
            at(18, Is::Passed),
            at(19, Is::Passed),
            at(20, Is::Passed),
            at(21, Is::Passed),
            at(22, Is::Imei),
        ]),
    ),
    sequence(&[octets(Is::Passed), null(Is::Passed), sequence(&APDU)]),
];

/// Bss-APDU and AN-APDU: the radio message is not opened.
static APDU: [Member; 3] = [enumerated(Is::Passed), octets(Is::Passed), EXTENSION];

/// prepareHandover.
pub(super) static PREPARE_RES: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(0, Is::Isdn(Role::Handover)),
            at(1, Is::Each(&[sequence(&[octets(Is::Isdn(Role::Handover)), integer(Is::Passed)])])),
            at(2, Is::Passed),
            at(3, Is::Passed),
            null(Is::Passed),
            at(5, Is::Passed),
            at(6, Is::Passed),
            at(7, Is::Passed),
            at(4, Is::Extension),
            at(8, Is::Passed),
            at(9, Is::Passed),
            at(10, Is::Passed),
        ]),
    ),
    sequence(&[octets(Is::Isdn(Role::Handover)), sequence(&APDU)]),
];

/// prepareSubsequentHandover.
pub(super) static SUBSEQUENT_ARG: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(0, Is::Passed),
            at(1, Is::Isdn(Role::Handover)),
            at(2, Is::Passed),
            at(3, Is::Passed),
            at(4, Is::Passed),
            at(5, Is::Extension),
            at(6, Is::Passed),
            at(7, Is::Passed),
        ]),
    ),
    sequence(&[octets(Is::Passed), octets(Is::Isdn(Role::Handover)), sequence(&APDU)]),
];

/// performHandover of version 1: cells, channel, class mark and the ciphering key.
pub(super) static PERFORM_ARG: [Member; 1] = [sequence(&[
    octets(Is::Passed),
    octets(Is::Passed),
    octets(Is::Passed),
    at(10, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed).gives(Gifts::KEYS),
    octets(Is::Passed).gives(Gifts::KEYS),
])];

/// performHandover of version 1.
pub(super) static PERFORM_RES: [Member; 1] =
    [sequence(&[octets(Is::Isdn(Role::Handover)), sequence(&APDU)])];

/// performSubsequentHandover of version 1.
pub(super) static PERFORM_SUBSEQUENT_ARG: [Member; 1] = [sequence(&[
    octets(Is::Passed),
    octets(Is::Passed),
    octets(Is::Isdn(Role::Handover)),
    at(10, Is::Passed),
])];

/// Operations that carry a radio message: sendEndSignal, processAccessSignalling,
/// forwardAccessSignalling, noteInternalHandover.
pub(super) static ACCESS_ARG: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(0, Is::Passed),
            at(1, Is::Passed),
            at(2, Is::Passed),
            at(3, Is::Passed),
            at(4, Is::Passed),
            at(5, Is::Passed),
            at(6, Is::Passed),
            at(7, Is::Passed),
            at(8, Is::Passed),
            at(9, Is::Passed),
            at(10, Is::Passed),
            at(11, Is::Passed),
            at(12, Is::Passed),
            at(13, Is::Passed),
            at(14, Is::Passed),
            at(15, Is::Passed),
        ]),
    ),
    sequence(&[enumerated(Is::Passed), octets(Is::Passed), EXTENSION]),
];

/// forwardAccessSignalling, whose members 1 and 2 hold keys.
pub(super) static FORWARD_ACCESS_ARG: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(0, Is::Passed),
            at(1, Is::Passed).gives(Gifts::KEYS),
            at(2, Is::Passed).gives(Gifts::KEYS),
            at(3, Is::Passed),
            at(4, Is::Passed),
            at(5, Is::Passed),
            at(6, Is::Passed),
            at(7, Is::Extension),
        ]),
    ),
    sequence(&[enumerated(Is::Passed), octets(Is::Passed), EXTENSION]),
];

/// prepareGroupCall.
pub(super) static GROUP_PREPARE_ARG: [Member; 1] = [sequence(&[
    octets(Is::Passed),
    octets(Is::Passed),
    octets(Is::Passed),
    octets(Is::Passed),
    at(0, Is::Passed),
    at(1, Is::Passed).gives(Gifts::KEYS),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Extension),
    at(5, Is::Passed).gives(Gifts::KEYS),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
])];

/// prepareGroupCall.
pub(super) static GROUP_PREPARE_RES: [Member; 1] =
    [sequence(&[octets(Is::Isdn(Role::Other)), EXTENSION])];

/// Signalling of a group call: an IMSI at most.
pub(super) static GROUP_SIGNAL_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    EXTENSION,
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
])];

/// sendGroupCallInfo.
pub(super) static GROUP_INFO_ARG: [Member; 1] = [sequence(&[
    enumerated(Is::Passed),
    octets(Is::Passed),
    octets(Is::Passed),
    at(0, Is::Passed),
    at(1, Is::Imsi),
    at(2, Is::Tmsi),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Extension),
])];

/// sendGroupCallInfo.
pub(super) static GROUP_INFO_RES: [Member; 1] = [sequence(&[
    at(0, Is::Isdn(Role::Msc)),
    at(1, Is::Passed),
    at(2, Is::Imsi).gives(Gifts::IDENTITY),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed).gives(Gifts::KEYS),
    at(6, Is::Extension),
])];
