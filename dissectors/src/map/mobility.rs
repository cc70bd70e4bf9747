//! Registration with nodes (TS 29.002 §8.1, §8.10, §17.7.1): updateLocation, cancelLocation,
//! purgeMS, sendIdentification, updateGprsLocation, restoreData, reset and their kin.

use super::{
    authentication::AUTHENTICATION_SETS,
    location::{LOCATION_INFORMATION, LOCATION_INFORMATION_EPS, LOCATION_INFORMATION_GPRS, cause},
    member::{
        EXTENSION, Is, Member, at, choice, enumerated, first, integer, list, null, octets,
        sequence, small,
    },
    parameters::{Gifts, Parameters, Profile, Role},
    subscriber::{DSD_MEMBERS, ISD_MEMBERS},
};

/// updateLocation. Version 1 has roamingNumber or msc-Number.
pub(super) static UL_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    choice(&[at(0, Is::Isdn(Role::RoamingNumber)), at(1, Is::Isdn(Role::Msc))]),
    octets(Is::Isdn(Role::Vlr)),
    at(10, Is::Lmsi),
    EXTENSION,
    at(6, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(2, Is::Passed),
    at(13, Is::Sequence(&ADD_INFO)),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
])];

/// ADD-Info: imeisv, skipSubscriberDataUpdate.
static ADD_INFO: [Member; 2] = [at(0, Is::Imei), at(1, Is::Passed)];

/// updateLocation and updateGprsLocation; alone in versions 1 and 2.
pub(super) static UL_RES: [Member; 2] = [
    sequence(&[
        octets(Is::Isdn(Role::Hlr)),
        EXTENSION,
        null(Is::Passed),
        at(0, Is::Passed),
        at(1, Is::Passed),
    ]),
    octets(Is::Isdn(Role::Hlr)),
];

/// cancelLocation: a bare identity in versions 1 and 2.
pub(super) static CL_ARG: [Member; 3] = [
    at(
        3,
        Is::Sequence(&[
            choice(&IDENTITY),
            enumerated(Is::Number(|p, value| first(&mut p.cancellation_type, small(value)))),
            EXTENSION,
            at(0, Is::Passed),
            at(1, Is::Passed),
            at(2, Is::Passed),
            at(3, Is::Isdn(Role::OtherVlr)),
            at(4, Is::Isdn(Role::OtherVlr)),
            at(5, Is::Passed),
            at(6, Is::Passed),
        ]),
    ),
    octets(Is::Imsi),
    sequence(&IMSI_WITH_LMSI),
];

/// Identity.
pub(super) static IDENTITY: [Member; 2] = [octets(Is::Imsi), sequence(&IMSI_WITH_LMSI)];

static IMSI_WITH_LMSI: [Member; 2] = [octets(Is::Imsi), octets(Is::Lmsi)];

/// purgeMS: the outer tag came with version 3.
pub(super) static PURGE_ARG: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            octets(Is::Imsi),
            at(0, Is::Isdn(Role::Vlr)),
            at(1, Is::Isdn(Role::Sgsn)),
            EXTENSION,
            at(2, Is::Sequence(&LOCATION_INFORMATION)),
            at(3, Is::Sequence(&LOCATION_INFORMATION_GPRS)),
            at(4, Is::Sequence(&LOCATION_INFORMATION_EPS)),
        ]),
    ),
    sequence(&[octets(Is::Imsi), octets(Is::Isdn(Role::Vlr)), EXTENSION]),
];

/// purgeMS.
pub(super) static PURGE_RES: [Member; 1] = [sequence(&[
    at(0, Is::Passed).writes(Profile::FREEZE),
    at(1, Is::Passed).writes(Profile::FREEZE),
    EXTENSION,
    at(2, Is::Passed).writes(Profile::FREEZE),
])];

/// sendIdentification: a bare TMSI in version 2.
pub(super) static SEND_IDENTIFICATION_ARG: [Member; 2] = [
    sequence(&[
        octets(Is::Tmsi),
        integer(Is::Number(vectors_requested)),
        null(Is::Passed),
        EXTENSION,
        octets(Is::Isdn(Role::Msc)),
        at(0, Is::Passed),
        at(1, Is::Passed),
        at(2, Is::Passed),
        at(3, Is::Isdn(Role::OtherVlr)),
        at(4, Is::Passed),
    ]),
    octets(Is::Tmsi),
];

/// sendIdentification: the outer tag came with version 3. The security context holds keys.
pub(super) static SEND_IDENTIFICATION_RES: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            octets(Is::Imsi).gives(Gifts::IDENTITY),
            choice(&AUTHENTICATION_SETS),
            at(2, Is::Passed).gives(Gifts::KEYS),
            at(3, Is::Extension),
            at(4, Is::Passed),
            at(5, Is::Passed),
        ]),
    ),
    sequence(&[
        octets(Is::Imsi).gives(Gifts::IDENTITY),
        list(&super::authentication::VECTORS),
        EXTENSION,
    ]),
];

/// updateGprsLocation.
pub(super) static UGL_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    octets(Is::Isdn(Role::Sgsn)),
    octets(Is::Passed),
    EXTENSION,
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Sequence(&ADD_INFO)),
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
    at(16, Is::Isdn(Role::Mme)),
    at(17, Is::Passed),
    at(18, Is::Passed),
    at(22, Is::Passed),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(21, Is::Passed),
    at(23, Is::Passed),
])];

/// updateVcsgLocation.
pub(super) static UPDATE_VCSG_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    at(2, Is::Msisdn),
    at(0, Is::Isdn(Role::Vlr)),
    at(1, Is::Isdn(Role::Sgsn)),
    EXTENSION,
])];

/// cancelVcsgLocation.
pub(super) static CANCEL_VCSG_ARG: [Member; 1] = [sequence(&[choice(&IDENTITY), EXTENSION])];

/// restoreData.
pub(super) static RESTORE_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    octets(Is::Lmsi),
    EXTENSION,
    at(6, Is::Passed),
    at(7, Is::Passed),
])];

/// restoreData.
pub(super) static RESTORE_RES: [Member; 2] = [
    sequence(&[octets(Is::Isdn(Role::Hlr)), null(Is::Passed), EXTENSION]),
    octets(Is::Isdn(Role::Hlr)),
];

/// reset. Versions 1 and 2 may begin with a networkResource; its list is of IMSI prefixes.
pub(super) static RESET_ARG: [Member; 1] = [sequence(&[
    enumerated(Is::Number(cause)),
    choice(&[octets(Is::Isdn(Role::Hlr)), at(1, Is::Isdn(Role::Hlr))]),
    list(&[octets(Is::Passed)]),
    at(0, Is::Extension),
    at(2, Is::Sequence(&ISD_MEMBERS)),
    at(3, Is::Sequence(&DSD_MEMBERS)),
])];

/// noteMsPresentForGprs.
pub(super) static MS_PRESENT_ARG: [Member; 1] =
    [sequence(&[at(0, Is::Imsi), at(1, Is::Passed), at(2, Is::Passed), at(3, Is::Extension)])];

/// Keeps how many vectors are asked for.
pub(super) fn vectors_requested(parameters: &mut Parameters, value: i64) {
    first(&mut parameters.vectors_requested, small(value));
}
