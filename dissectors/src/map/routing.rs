//! Routing of calls and packets (TS 29.002 §10, §17.7.3, §8.16): sendRoutingInfo,
//! provideRoamingNumber, sendRoutingInfoForGprs and the call operations around them.

use super::{
    camel::{BCSM_CSI, D_CSI, GMSC_CAMEL},
    location::{SUBSCRIBER_INFO, cause},
    member::{EXTENSION, Is, Member, at, choice, null, octets, sequence},
    parameters::{Csi, Gifts, Role},
};

/// sendRoutingInfo.
pub(super) static SRI_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Msisdn),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Isdn(Role::Gmsc)),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::Extension),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed),
    at(17, Is::Passed),
    at(18, Is::Passed),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(21, Is::Passed),
    at(22, Is::Passed),
    at(23, Is::Passed),
    at(24, Is::Passed),
    at(25, Is::Passed),
    at(26, Is::Passed),
    at(27, Is::Passed),
    at(28, Is::Passed),
    at(29, Is::Passed),
])];

/// sendRoutingInfo: the outer tag came with version 3.
pub(super) static SRI_RES: [Member; 2] = [
    at(
        3,
        Is::Sequence(&[
            at(9, Is::Imsi).gives(Gifts::IDENTITY),
            choice(&[
                octets(Is::Isdn(Role::RoamingNumber)).gives(Gifts::MSRN),
                sequence(&FORWARDING_DATA),
                at(8, Is::Sequence(&CAMEL_ROUTING_INFO)),
            ]),
            at(3, Is::Passed),
            at(6, Is::Passed),
            at(7, Is::Sequence(&SUBSCRIBER_INFO)),
            at(1, Is::Passed),
            at(5, Is::Passed),
            at(4, Is::Passed),
            at(2, Is::Isdn(Role::Msc)).gives(Gifts::SERVING_NODE),
            at(0, Is::Extension),
            at(10, Is::Passed),
            at(11, Is::Passed),
            at(12, Is::Msisdn),
            at(13, Is::Passed),
            at(14, Is::Passed),
            at(15, Is::Passed),
            at(16, Is::Passed),
            at(17, Is::OneOf(&ROUTING_INFO)),
            at(18, Is::Passed),
            at(19, Is::Passed),
            at(20, Is::Passed),
            at(21, Is::Number(cause)),
            at(22, Is::Passed),
            at(23, Is::Passed),
        ]),
    ),
    sequence(&[octets(Is::Imsi).gives(Gifts::IDENTITY), choice(&ROUTING_INFO), at(3, Is::Passed)]),
];

/// RoutingInfo.
static ROUTING_INFO: [Member; 2] = [
    octets(Is::Isdn(Role::RoamingNumber)).gives(Gifts::MSRN),
    sequence(&FORWARDING_DATA).gives(Gifts::PROFILE),
];

/// ForwardingData.
static FORWARDING_DATA: [Member; 5] = [
    at(5, Is::Isdn(Role::ForwardedTo)).gives(Gifts::PROFILE),
    at(4, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Extension),
    at(8, Is::Ftn(Role::ForwardedTo)).gives(Gifts::PROFILE),
];

/// CamelRoutingInfo.
static CAMEL_ROUTING_INFO: [Member; 3] = [
    sequence(&FORWARDING_DATA),
    at(0, Is::Sequence(&GMSC_CAMEL)).gives(Gifts::PROFILE),
    at(1, Is::Extension),
];

/// provideRoamingNumber.
pub(super) static PRN_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Isdn(Role::Msc)),
    at(2, Is::Msisdn),
    at(3, Is::Isdn(Role::RoamingNumber)),
    at(4, Is::Lmsi),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Isdn(Role::Gmsc)),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Extension),
    at(12, Is::Passed),
    at(13, Is::Passed),
    at(15, Is::Passed),
    at(14, Is::Passed),
    at(16, Is::Passed),
    at(17, Is::Passed),
    at(18, Is::Passed),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(21, Is::Passed),
    at(22, Is::Passed),
    at(23, Is::Passed),
    at(24, Is::Passed),
    at(25, Is::Isdn(Role::Msc)),
    at(26, Is::Passed),
])];

/// provideRoamingNumber: a bare number in versions 1 and 2.
pub(super) static PRN_RES: [Member; 2] = [
    sequence(&[
        octets(Is::Isdn(Role::RoamingNumber)).gives(Gifts::MSRN),
        EXTENSION,
        null(Is::Passed),
        octets(Is::Isdn(Role::Msc)).gives(Gifts::SERVING_NODE),
    ]),
    octets(Is::Isdn(Role::RoamingNumber)).gives(Gifts::MSRN),
];

/// sendRoutingInfoForGprs. GSN addresses are of IP, not numbers, and not kept.
pub(super) static SRI_GPRS_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Passed),
    at(2, Is::Isdn(Role::Ggsn)),
    at(3, Is::Extension),
])];

/// sendRoutingInfoForGprs.
pub(super) static SRI_GPRS_RES: [Member; 1] = [sequence(&[
    at(0, Is::Passed).gives(Gifts::SERVING_NODE),
    at(1, Is::Passed),
    at(2, Is::Number(cause)),
    at(3, Is::Extension),
])];

/// failureReport.
pub(super) static FAILURE_REPORT_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Isdn(Role::Ggsn)),
    at(2, Is::Passed),
    at(3, Is::Extension),
])];

/// resumeCallHandling.
pub(super) static RESUME_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Sequence(&FORWARDING_DATA)),
    at(3, Is::Imsi),
    at(4, Is::Passed),
    at(5, Is::Sequence(&BCSM_CSI)).csi(Csi::O),
    at(7, Is::Extension),
    at(8, Is::Passed),
    at(9, Is::Msisdn),
    at(10, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Sequence(&D_CSI)).csi(Csi::D),
    at(13, Is::Passed),
    at(14, Is::Passed),
    at(15, Is::Passed),
])];

/// setReportingState, statusReport, ist-Alert and ist-Command: an IMSI and little else.
pub(super) static CALL_REPORT_ARG: [Member; 1] =
    [sequence(&[at(0, Is::Imsi), at(1, Is::Passed), at(2, Is::Passed), at(3, Is::Extension)])];

/// setReportingState and statusReport tell whether the subscriber is there.
pub(super) static REPORTING_RES: [Member; 1] =
    [sequence(&[at(0, Is::Passed).gives(Gifts::STATE), at(1, Is::Extension)])];

/// remoteUserFree.
pub(super) static REMOTE_USER_FREE_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Isdn(Role::CalledNumber)),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Extension),
])];

/// releaseResources.
pub(super) static RELEASE_ARG: [Member; 1] =
    [sequence(&[octets(Is::Isdn(Role::RoamingNumber)), EXTENSION])];

/// provideSIWFSNumber.
pub(super) static SIWFS_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Isdn(Role::CalledNumber)),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Extension),
])];
