//! Arguments of call control operations (TS 29.078 §6.1 and §6.2), members that are kept.

use crate::{
    cap::member::{Member, Member as M, Members, Syntax},
    map::parameters::Role,
};

/// Returns what the argument of a call control operation looks like.
pub(super) const fn syntax(code: u8, version: u8) -> Syntax {
    match code {
        0 if matches!(version, 1 | 2) => Syntax::Sequence(INITIAL_DP_2),
        0 => Syntax::Sequence(INITIAL_DP),
        16 => Syntax::Sequence(&[(0, M::Generic(Role::Other)), (3, M::Extension)]),
        17 => Syntax::Sequence(ESTABLISH_TEMPORARY_CONNECTION),
        19 => Syntax::Sequence(&[(0, M::Isup(Role::DestinationRouting)), (4, M::Extension)]),
        20 => Syntax::Sequence(CONNECT),
        22 => Syntax::Cause,
        23 => Syntax::Sequence(&[(0, M::Each(&[(0, M::Event)])), (2, M::Extension)]),
        24 => Syntax::Sequence(EVENT_REPORT),
        32 => Syntax::Sequence(INITIATE_CALL_ATTEMPT),
        41 => Syntax::Sequence(&[(0, M::Gap), (4, M::Extension)]),
        44 => Syntax::Sequence(CALL_INFORMATION_REPORT),
        88 => Syntax::Sequence(CONTINUE_WITH_ARGUMENT),
        90 => Syntax::Sequence(&[(1, M::Cause), (2, M::Extension)]),
        96 => Syntax::Choice(ENTITY_RELEASED),
        33 | 35 | 45 | 46 | 47 | 48 | 86 | 93 | 95 => Syntax::Sequence(&[]),
        _ => Syntax::Nothing,
    }
}

macro_rules! initial_dp {
    ($extension:expr) => {
        &[
            (0, M::ServiceKey),
            (2, M::Isup(Role::CalledNumber)),
            (3, M::Isup(Role::CallingNumber)),
            (10, M::LocationNumber),
            (12, M::Isup(Role::Other)),
            (15, M::Extension),
            (25, M::Generic(Role::Other)),
            (28, M::Event),
            (29, M::Isup(Role::Other)),
            (17, M::Cause),
            (50, M::Imsi),
            (51, M::State),
            (52, M::Location),
            (55, M::Address(Role::Msc)),
            (56, M::Address(Role::CalledNumber)),
            (59, M::In($extension)),
        ]
    };
}

/// initialDP since CAP 3: original called party [12], additional calling party [25], redirecting
/// party [29].
const INITIAL_DP: Members =
    initial_dp!(&[(0, M::Address(Role::Gmsc)), (1, M::Isup(Role::ForwardedTo)), (3, M::Imei),]);

/// initialDP of CAP 1 and 2, whose extension begins with naCarrierInformation.
const INITIAL_DP_2: Members = initial_dp!(&[(1, M::Address(Role::Gmsc))]);

const CONNECT: Members = &[
    (0, M::IsupList(Role::DestinationRouting)),
    (6, M::Isup(Role::Other)),
    (10, M::Extension),
    (29, M::Isup(Role::Other)),
    (14, M::GenericList(Role::Other)),
    (19, M::Isup(Role::Other)),
];

const ESTABLISH_TEMPORARY_CONNECTION: Members = &[
    (0, M::Generic(Role::DestinationRouting)),
    (4, M::Extension),
    (51, M::Isup(Role::Other)),
    (52, M::Isup(Role::Other)),
    (53, M::Isup(Role::CallingNumber)),
];

const INITIATE_CALL_ATTEMPT: Members = &[
    (0, M::IsupList(Role::DestinationRouting)),
    (4, M::Extension),
    (30, M::Isup(Role::CallingNumber)),
    (52, M::Address(Role::GsmScf)),
];

const CONTINUE_WITH_ARGUMENT: Members =
    &[(6, M::Extension), (16, M::GenericList(Role::Other)), (50, M::Isup(Role::Other))];

const EVENT_REPORT: Members = &[(0, M::Event), (2, M::In(EVENT)), (5, M::Extension)];

/// eventSpecificInformationBCSM, a choice by event.
const EVENT: Members = &[
    (2, M::In(CAUSE)),
    (3, M::In(CAUSE)),
    (5, M::In(ANSWER)),
    (7, M::In(CAUSE)),
    (8, M::In(&[(0, M::Cause), (52, M::Isup(Role::ForwardedTo))])),
    (9, M::In(&[(52, M::Isup(Role::ForwardedTo))])),
    (10, M::In(ANSWER)),
    (12, M::In(CAUSE)),
    (13, M::In(POSITION)),
    (20, M::In(POSITION)),
    (50, M::In(POSITION)),
    (51, M::In(POSITION)),
    (52, M::In(&[(2, M::In(&[(0, M::Isup(Role::CalledNumber))]))])),
];
const CAUSE: Members = &[(0, M::Cause)];
const ANSWER: Members = &[(50, M::Isup(Role::CalledNumber))];
const POSITION: Members = &[(50, Member::Location)];

const CALL_INFORMATION_REPORT: Members =
    &[(0, M::Each(&[(1, M::In(&[(30, M::Cause)]))])), (2, M::Extension)];

const ENTITY_RELEASED: Members = &[(0, M::In(&[(1, M::Cause)])), (1, M::In(&[(2, M::Cause)]))];
