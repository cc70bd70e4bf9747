//! Subscription data (TS 29.002 §8.8, §8.11, §17.7.1): insertSubscriberData, deleteSubscriberData,
//! anyTimeModification, anyTimeSubscriptionInterrogation, noteSubscriberDataModified.
//!
//! Kept: which parts of a profile are written, the addresses it makes calls and messages go to
//! (gsmSCF of each CSI, forwarding targets, GMLCs), and who is allowed what by whom.

use super::{
    camel::{CAMEL_SUBSCRIPTION_INFO, SGSN_CAMEL, VLR_CAMEL},
    location::SUBSCRIBER_IDENTITY,
    member::{EXTENSION, Is, Member, at, first, list, null, octets, sequence, small},
    parameters::{Gifts, Profile, Requested, Role},
    ss::{FORWARDING_FEATURES, SS_INFO},
};

pub(super) use super::camel::service_key;

/// insertSubscriberData, alone or inside a registration.
pub(super) static ISD_ARG: [Member; 1] = [sequence(&ISD_MEMBERS)];

/// InsertSubscriberDataArg, SubscriberData included.
pub(super) static ISD_MEMBERS: [Member; 55] = [
    at(0, Is::Imsi),
    at(1, Is::Msisdn).writes(Profile::MSISDN),
    at(2, Is::Passed),
    at(3, Is::Number(|p, value| first(&mut p.subscriber_status, small(value)))),
    at(4, Is::Passed).writes(Profile::SERVICES),
    at(6, Is::Passed).writes(Profile::SERVICES),
    at(7, Is::Each(&SS_INFO)),
    at(8, Is::Passed).writes(Profile::ODB),
    at(9, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(10, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::Sequence(&VLR_CAMEL)),
    at(14, Is::Extension),
    at(15, Is::Passed),
    at(16, Is::Passed).writes(Profile::PACKET),
    at(23, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(24, Is::Passed),
    at(25, Is::Passed),
    at(21, Is::Passed),
    at(22, Is::Sequence(&LCS_INFORMATION)).writes(Profile::LCS),
    at(26, Is::Passed),
    at(27, Is::Passed),
    at(28, Is::Passed),
    at(29, Is::Passed),
    at(17, Is::Sequence(&SGSN_CAMEL)),
    at(18, Is::Passed).writes(Profile::CHARGING),
    at(19, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(20, Is::Passed),
    at(31, Is::Passed).writes(Profile::PACKET),
    at(32, Is::Passed),
    at(33, Is::Passed),
    at(34, Is::Isdn(Role::Sgsn)),
    at(35, Is::Passed),
    at(36, Is::Passed),
    at(37, Is::Passed),
    at(38, Is::Passed),
    at(39, Is::Passed),
    at(40, Is::Passed),
    at(41, Is::Isdn(Role::Other)).writes(Profile::MSISDN),
    at(42, Is::Passed),
    at(43, Is::Passed),
    at(44, Is::Passed),
    at(45, Is::Passed),
    at(46, Is::Passed),
    at(47, Is::Passed),
    at(48, Is::Passed),
    at(49, Is::Passed),
    at(50, Is::Passed),
    at(51, Is::Passed),
    at(52, Is::Passed),
    at(53, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(54, Is::Passed),
    at(55, Is::Passed),
    at(56, Is::Passed),
];

/// LCSInformation: the GMLCs that may ask, privacy exceptions.
static LCS_INFORMATION: [Member; 4] = [
    at(0, Is::Each(&[octets(Is::Isdn(Role::Gmlc))])),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
];

/// insertSubscriberData: what the node does not support.
pub(super) static ISD_RES: [Member; 1] = [sequence(&[
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Extension),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
])];

/// deleteSubscriberData.
pub(super) static DSD_ARG: [Member; 1] = [sequence(&DSD_MEMBERS)];

/// DeleteSubscriberDataArg.
pub(super) static DSD_MEMBERS: [Member; 31] = [
    at(0, Is::Imsi),
    at(1, Is::Passed).writes(Profile::SERVICES),
    at(2, Is::Each(&[octets(Is::SsCode)])),
    at(4, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(5, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed).writes(Profile::CSI),
    at(6, Is::Extension),
    at(10, Is::Passed).writes(Profile::PACKET),
    at(11, Is::Passed).writes(Profile::ROAMING_RESTRICTION),
    at(12, Is::Passed),
    at(13, Is::Passed).writes(Profile::LCS),
    at(14, Is::Passed),
    at(15, Is::Passed).writes(Profile::CSI),
    at(16, Is::Passed).writes(Profile::CHARGING),
    at(17, Is::Passed),
    at(18, Is::Passed).writes(Profile::PACKET),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(22, Is::Passed),
    at(23, Is::Passed),
    at(21, Is::Passed),
    at(24, Is::Passed),
    at(25, Is::Passed).writes(Profile::MSISDN),
    at(26, Is::Passed),
    at(27, Is::Passed),
    at(28, Is::Passed),
    at(29, Is::Passed),
    at(30, Is::Passed),
    at(31, Is::Passed),
];

/// deleteSubscriberData.
pub(super) static DSD_RES: [Member; 1] = [sequence(&[at(0, Is::Passed), EXTENSION])];

/// anyTimeModification.
pub(super) static ATM_ARG: [Member; 1] = [sequence(&[
    at(0, Is::OneOf(&SUBSCRIBER_IDENTITY)),
    at(1, Is::Isdn(Role::GsmScf)),
    at(2, Is::Sequence(&MODIFY_FORWARDING)).writes(Profile::FORWARDING),
    at(3, Is::Sequence(&MODIFY_BARRING)).writes(Profile::BARRING),
    at(4, Is::Passed).writes(Profile::CSI),
    at(5, Is::Extension),
    at(6, Is::Passed),
    at(7, Is::Passed).writes(Profile::ODB),
    at(8, Is::Passed).writes(Profile::IP_SM_GW),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::Passed),
    at(14, Is::Passed),
    at(15, Is::Passed),
])];

/// ModificationRequestFor-CF-Info.
static MODIFY_FORWARDING: [Member; 8] = [
    at(0, Is::SsCode),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Address(Role::ForwardedTo)),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Extension),
];

/// ModificationRequestFor-CB-Info. The password is not read.
static MODIFY_BARRING: [Member; 7] = [
    at(0, Is::SsCode),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Extension),
];

/// anyTimeModification.
pub(super) static ATM_RES: [Member; 1] = [sequence(&[
    at(0, Is::OneOf(&SS_INFO_FOR_CSE)),
    at(1, Is::Sequence(&CAMEL_SUBSCRIPTION_INFO)).gives(Gifts::PROFILE),
    at(2, Is::Extension),
    at(3, Is::Passed).gives(Gifts::PROFILE),
    at(4, Is::Passed).gives(Gifts::PROFILE),
    at(5, Is::Passed).gives(Gifts::PROFILE),
    at(6, Is::Passed).gives(Gifts::PROFILE),
    at(7, Is::Passed).gives(Gifts::PROFILE),
    at(8, Is::Passed).gives(Gifts::PROFILE),
    at(9, Is::Address(Role::ServiceCentre)),
])];

/// Ext-SS-InfoFor-CSE.
static SS_INFO_FOR_CSE: [Member; 2] = [
    at(0, Is::Sequence(&FORWARDING_FOR_CSE)).gives(Gifts::PROFILE),
    at(1, Is::Passed).gives(Gifts::PROFILE),
];

/// Ext-ForwardingInfoFor-CSE.
static FORWARDING_FOR_CSE: [Member; 4] = [
    at(0, Is::SsCode),
    at(1, Is::Each(&FORWARDING_FEATURES)),
    at(2, Is::Passed),
    at(3, Is::Extension),
];

/// anyTimeSubscriptionInterrogation.
pub(super) static ATSI_ARG: [Member; 1] = [sequence(&[
    at(0, Is::OneOf(&SUBSCRIBER_IDENTITY)),
    at(1, Is::Sequence(&REQUESTED_SUBSCRIPTION_INFO)),
    at(2, Is::Isdn(Role::GsmScf)),
    at(3, Is::Extension),
    at(4, Is::Passed),
])];

/// RequestedSubscriptionInfo.
static REQUESTED_SUBSCRIPTION_INFO: [Member; 14] = [
    at(1, Is::Sequence(&super::ss::SS_FOR_BS)).asks(Requested::SS_DATA),
    at(2, Is::Passed).asks(Requested::SS_DATA).writes(Profile::ODB),
    at(3, Is::Passed).asks(Requested::CSI),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Extension),
    at(7, Is::Passed).asks(Requested::CSI),
    at(8, Is::Passed).asks(Requested::SS_DATA).writes(Profile::MSISDN),
    at(9, Is::Passed),
    at(10, Is::Passed).asks(Requested::SS_DATA),
    at(11, Is::Passed).asks(Requested::SS_DATA),
    at(12, Is::Passed).asks(Requested::SS_DATA),
    at(13, Is::Passed).asks(Requested::SS_DATA),
    at(14, Is::Passed).asks(Requested::SS_DATA),
];

/// anyTimeSubscriptionInterrogation.
pub(super) static ATSI_RES: [Member; 1] = [sequence(&[
    at(1, Is::Sequence(&[list(&FORWARDING_FEATURES), null(Is::Passed), at(0, Is::Extension)]))
        .gives(Gifts::PROFILE),
    at(2, Is::Passed).gives(Gifts::PROFILE),
    at(3, Is::Passed).gives(Gifts::PROFILE),
    at(4, Is::Sequence(&CAMEL_SUBSCRIPTION_INFO)).gives(Gifts::PROFILE),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Extension),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Each(&[sequence(&MSISDN_BS)])).gives(Gifts::IDENTITY),
    at(11, Is::Passed).gives(Gifts::PROFILE),
    at(12, Is::Passed).gives(Gifts::PROFILE),
    at(13, Is::Passed).gives(Gifts::PROFILE),
    at(14, Is::Passed).gives(Gifts::PROFILE),
    at(15, Is::Passed).gives(Gifts::PROFILE),
    at(16, Is::Passed).gives(Gifts::PROFILE),
])];

/// MSISDN-BS.
static MSISDN_BS: [Member; 3] = [octets(Is::Msisdn), at(0, Is::Passed), at(1, Is::Extension)];

/// noteSubscriberDataModified.
pub(super) static MODIFIED_ARG: [Member; 1] = [sequence(&[
    octets(Is::Imsi),
    octets(Is::Msisdn),
    at(0, Is::Sequence(&FORWARDING_FOR_CSE)).writes(Profile::FORWARDING),
    at(1, Is::Passed).writes(Profile::BARRING),
    at(2, Is::Passed).writes(Profile::ODB),
    at(3, Is::Sequence(&CAMEL_SUBSCRIPTION_INFO)).writes(Profile::CSI),
    at(4, Is::Passed),
    EXTENSION,
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Passed),
])];
