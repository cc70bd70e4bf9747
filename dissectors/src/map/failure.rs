//! Parameters of errors (TS 29.002 §17.7.7): the cause, and the little else there is.

use super::{
    location::cause,
    member::{
        EXTENSION, Is, Member, anything, at, boolean, choice, enumerated, integer, null, octets,
        sequence,
    },
    parameters::Gifts,
};

/// Returns the tables of an error's parameter.
pub(super) fn parameter(code: u8) -> &'static [Member] {
    match code {
        6 => &ABSENT_SM,
        20 => &SS_INCOMPATIBILITY,
        32 => &DELIVERY_FAILURE,
        1 | 8 | 13 | 17 | 27 | 34 | 36 | 37 | 45 | 53 | 54 => &WITH_CAUSE,
        _ => &ANYTHING,
    }
}

/// A cause, alone in the old versions, in a sequence since.
static WITH_CAUSE: [Member; 4] = [
    sequence(&[
        choice(&[enumerated(Is::Number(cause)), integer(Is::Number(cause))]),
        EXTENSION,
        choice(&[enumerated(Is::Number(cause)), integer(Is::Number(cause))]),
        at(0, Is::Number(cause)),
        at(1, Is::Passed),
        at(2, Is::Passed),
    ]),
    enumerated(Is::Number(cause)),
    // mwd-Set of absentSubscriber in version 1, and SS-Status.
    boolean(Is::Passed),
    octets(Is::Passed),
];

/// AbsentSubscriberSM-Param.
static ABSENT_SM: [Member; 2] = [
    sequence(&[
        integer(Is::Number(cause)),
        EXTENSION,
        at(0, Is::Number(cause)),
        at(1, Is::Imsi).gives(Gifts::IDENTITY),
        at(2, Is::Passed),
        at(3, Is::Passed),
    ]),
    null(Is::Passed),
];

/// SM-DeliveryFailureCause: the report of the phone is not opened.
static DELIVERY_FAILURE: [Member; 2] = [
    sequence(&[enumerated(Is::Number(cause)), octets(Is::Passed), EXTENSION]),
    enumerated(Is::Number(cause)),
];

/// SS-IncompatibilityCause.
static SS_INCOMPATIBILITY: [Member; 1] =
    [sequence(&[at(1, Is::SsCode), at(2, Is::Passed), at(3, Is::Passed), at(4, Is::Passed)])];

/// Where no more is known than that there may be an extension container.
pub(super) static ANYTHING: [Member; 2] = [sequence(&[EXTENSION]), anything()];
