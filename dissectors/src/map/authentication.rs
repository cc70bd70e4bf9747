//! Keys (TS 29.002 §8.5, §17.7.1): sendAuthenticationInfo, sendParameters of version 1,
//! authenticationFailureReport.
//!
//! Vectors are counted, never kept.

use super::{
    location::cause,
    member::{
        EXTENSION, Is, Member, at, boolean, choice, enumerated, first, integer, list, null, octets,
        sequence, small, vector,
    },
    mobility::vectors_requested,
    parameters::{Gifts, Profile, Role},
    subscriber::ISD_MEMBERS,
};

/// sendAuthenticationInfo: a bare IMSI in version 2.
pub(super) static SAI_ARG: [Member; 2] = [
    sequence(&[
        at(0, Is::Imsi),
        integer(Is::Number(vectors_requested)),
        null(Is::Passed),
        at(1, Is::Passed),
        sequence(&[octets(Is::Passed), octets(Is::Passed)]).writes(Profile::RESYNC),
        at(2, Is::Extension),
        at(3, Is::Number(|p, value| first(&mut p.requesting_node_type, small(value)))),
        at(4, Is::Plmn),
        at(5, Is::Number(vectors_requested)),
        at(6, Is::Passed),
        at(7, Is::Passed),
    ]),
    octets(Is::Imsi),
];

/// sendAuthenticationInfo: a bare list of triplets in version 2.
pub(super) static SAI_RES: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            choice(&AUTHENTICATION_SETS),
            EXTENSION,
            at(2, Is::Each(&VECTORS)),
            at(3, Is::Passed),
        ]),
    ),
    list(&VECTORS),
];

/// AuthenticationSetList: triplets or quintuplets.
pub(super) static AUTHENTICATION_SETS: [Member; 2] =
    [at(0, Is::Each(&VECTORS)), at(1, Is::Each(&VECTORS))];

/// One AuthenticationTriplet, AuthenticationQuintuplet or EPC-AV.
pub(super) static VECTORS: [Member; 1] = [vector()];

/// authenticationFailureReport.
pub(super) static FAILURE_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    enumerated(Is::Number(cause)),
    EXTENSION,
    boolean(Is::Passed),
    enumerated(Is::Passed),
    octets(Is::Passed),
    at(0, Is::Isdn(Role::Vlr)),
    at(1, Is::Isdn(Role::Sgsn)),
])];

/// sendParameters of version 1: SubscriberId and what is asked for.
pub(super) static SEND_PARAMETERS_ARG: [Member; 1] =
    [sequence(&[choice(&[at(0, Is::Imsi), at(1, Is::Tmsi)]), list(&[enumerated(Is::Passed)])])];

/// sendParameters of version 1: a list of IMSI, vectors, subscription data and ki.
pub(super) static SEND_PARAMETERS_RES: [Member; 1] = [list(&[
    at(0, Is::Imsi).gives(Gifts::IDENTITY),
    at(1, Is::Vector),
    at(2, Is::Sequence(&ISD_MEMBERS)).gives(Gifts::PROFILE),
    at(4, Is::Passed).gives(Gifts::KEYS),
])];
