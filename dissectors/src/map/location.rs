//! Where a subscriber is: anyTimeInterrogation, provideSubscriberInfo (TS 29.002 §8.11, §17.7.1),
//! provideSubscriberLocation, sendRoutingInfoForLCS, subscriberLocationReport (§13A, §17.7.13).
//!
//! Of a location only its precision and age are kept.

use super::{
    member::{EXTENSION, Is, Member, at, enumerated, first, integer, octets, sequence, small},
    parameters::{Gifts, Parameters, Precision, Requested, Role},
};

/// anyTimeInterrogation.
pub(super) static ATI_ARG: [Member; 1] = [sequence(&[
    at(0, Is::OneOf(&SUBSCRIBER_IDENTITY)),
    at(1, Is::Sequence(&REQUESTED_INFO)),
    at(3, Is::Isdn(Role::GsmScf)),
    at(2, Is::Extension),
    at(4, Is::Passed),
])];

/// anyTimeInterrogation and provideSubscriberInfo.
pub(super) static INFO_RES: [Member; 1] = [sequence(&[sequence(&SUBSCRIBER_INFO), EXTENSION])];

/// provideSubscriberInfo.
pub(super) static PSI_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    at(1, Is::Lmsi),
    at(2, Is::Sequence(&REQUESTED_INFO)),
    at(3, Is::Extension),
    at(4, Is::Passed),
])];

/// SubscriberIdentity.
pub(super) static SUBSCRIBER_IDENTITY: [Member; 2] = [at(0, Is::Imsi), at(1, Is::Msisdn)];

/// RequestedInfo.
static REQUESTED_INFO: [Member; 13] = [
    at(0, Is::Passed).asks(Requested::LOCATION),
    at(1, Is::Passed).asks(Requested::STATE),
    at(2, Is::Extension),
    at(3, Is::Passed).asks(Requested::CURRENT_LOCATION),
    at(4, Is::Passed),
    at(6, Is::Passed).asks(Requested::IMEI),
    at(5, Is::Passed).asks(Requested::CLASSMARK),
    at(7, Is::Passed).asks(Requested::MNP),
    at(11, Is::Passed).asks(Requested::EPS),
    at(8, Is::Passed).asks(Requested::T_ADS),
    at(9, Is::Passed),
    at(10, Is::Passed).asks(Requested::SERVING_NODE),
    at(12, Is::Passed),
];

/// SubscriberInfo.
pub(super) static SUBSCRIBER_INFO: [Member; 17] = [
    at(0, Is::Sequence(&LOCATION_INFORMATION)),
    at(1, Is::OneOf(&SUBSCRIBER_STATE)),
    at(2, Is::Extension),
    at(3, Is::Sequence(&LOCATION_INFORMATION_GPRS)),
    at(4, Is::OneOf(&PS_SUBSCRIBER_STATE)),
    at(5, Is::Imei).gives(Gifts::IMEI),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Sequence(&MNP_INFO)),
    at(9, Is::Passed),
    at(10, Is::Passed).gives(Gifts::STATE),
    at(11, Is::Passed),
    at(12, Is::OneOf(&PS_SUBSCRIBER_STATE)),
    at(13, Is::Sequence(&LOCATION_INFORMATION_EPS)),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Sequence(&LOCATION_INFORMATION_5GS)),
];

/// SubscriberState: idle, busy and out of reach are told; notProvidedFromVLR tells nothing.
static SUBSCRIBER_STATE: [Member; 4] = [
    at(0, Is::Passed).gives(Gifts::STATE),
    at(1, Is::Passed).gives(Gifts::STATE),
    enumerated(Is::Number(cause)).gives(Gifts::STATE),
    at(2, Is::Passed),
];

/// PS-SubscriberState.
static PS_SUBSCRIBER_STATE: [Member; 7] = [
    at(0, Is::Passed),
    at(1, Is::Passed).gives(Gifts::STATE),
    at(2, Is::Passed).gives(Gifts::STATE),
    at(3, Is::Passed).gives(Gifts::STATE),
    at(4, Is::Passed).gives(Gifts::STATE),
    at(5, Is::Passed).gives(Gifts::STATE),
    enumerated(Is::Number(cause)).gives(Gifts::STATE),
];

/// MNPInfoRes.
static MNP_INFO: [Member; 5] = [
    at(0, Is::Digits(Role::RoutingNumber)),
    at(1, Is::Imsi).gives(Gifts::IDENTITY),
    at(2, Is::Msisdn).gives(Gifts::IDENTITY),
    at(3, Is::Passed),
    at(4, Is::Extension),
];

/// LocationInformation.
pub(super) static LOCATION_INFORMATION: [Member; 13] = [
    integer(Is::Number(age)),
    at(0, Is::Passed).locates(Precision::Coordinates),
    at(1, Is::Isdn(Role::LocatedAt)).locates(Precision::Country).gives(Gifts::SERVING_NODE),
    at(2, Is::Passed).locates(Precision::Country),
    at(3, Is::OneOf(&CELL)),
    at(4, Is::Extension),
    at(5, Is::Passed),
    at(6, Is::Isdn(Role::LocatedAt)).locates(Precision::Country).gives(Gifts::SERVING_NODE),
    at(7, Is::Passed).locates(Precision::Coordinates),
    at(8, Is::Present(paged)),
    at(9, Is::Passed),
    at(10, Is::Sequence(&LOCATION_INFORMATION_EPS)),
    at(11, Is::Passed),
];

/// CellGlobalIdOrServiceAreaIdOrLAI.
static CELL: [Member; 2] =
    [at(0, Is::Passed).locates(Precision::Cell), at(1, Is::Passed).locates(Precision::Area)];

/// LocationInformationGPRS.
pub(super) static LOCATION_INFORMATION_GPRS: [Member; 12] = [
    at(0, Is::OneOf(&CELL)),
    at(1, Is::Passed).locates(Precision::Area),
    at(2, Is::Passed).locates(Precision::Coordinates),
    at(3, Is::Isdn(Role::LocatedAt)).locates(Precision::Country).gives(Gifts::SERVING_NODE),
    at(4, Is::Passed),
    at(5, Is::Extension),
    at(6, Is::Passed),
    at(7, Is::Passed).locates(Precision::Coordinates),
    at(8, Is::Present(paged)),
    at(9, Is::Number(age)),
    at(10, Is::Passed),
    at(11, Is::Passed),
];

/// LocationInformationEPS.
pub(super) static LOCATION_INFORMATION_EPS: [Member; 8] = [
    at(0, Is::Passed).locates(Precision::Cell),
    at(1, Is::Passed).locates(Precision::Area),
    at(2, Is::Extension),
    at(3, Is::Passed).locates(Precision::Coordinates),
    at(4, Is::Passed).locates(Precision::Coordinates),
    at(5, Is::Present(paged)),
    at(6, Is::Number(age)),
    at(7, Is::Passed).gives(Gifts::SERVING_NODE),
];

/// LocationInformation5GS.
static LOCATION_INFORMATION_5GS: [Member; 13] = [
    at(0, Is::Passed).locates(Precision::Cell),
    at(1, Is::Passed).locates(Precision::Cell),
    at(2, Is::Passed).locates(Precision::Coordinates),
    at(3, Is::Passed).locates(Precision::Coordinates),
    at(4, Is::Passed).gives(Gifts::SERVING_NODE),
    at(5, Is::Passed).locates(Precision::Area),
    at(6, Is::Present(paged)),
    at(7, Is::Number(age)),
    at(8, Is::Passed).locates(Precision::Country),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Extension),
    at(12, Is::Passed).locates(Precision::Area),
];

/// sendRoutingInfoForLCS.
pub(super) static SRI_LCS_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Isdn(Role::Gmlc)),
    at(1, Is::OneOf(&SUBSCRIBER_IDENTITY)),
    at(2, Is::Extension),
])];

/// sendRoutingInfoForLCS: gives the identity that was not asked with, and the serving node.
pub(super) static SRI_LCS_RES: [Member; 1] = [sequence(&[
    at(0, Is::OneOf(&SUBSCRIBER_IDENTITY)).gives(Gifts::IDENTITY),
    at(1, Is::Sequence(&LCS_LOCATION_INFO)),
    at(2, Is::Extension),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
])];

/// LCSLocationInfo.
static LCS_LOCATION_INFO: [Member; 10] = [
    octets(Is::Isdn(Role::Msc)).gives(Gifts::SERVING_NODE),
    at(0, Is::Lmsi),
    at(1, Is::Extension),
    at(2, Is::Passed),
    at(3, Is::OneOf(&ADDITIONAL_NUMBER)),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed).gives(Gifts::SERVING_NODE),
    at(8, Is::Passed),
    at(9, Is::Passed),
];

/// Additional-Number.
pub(super) static ADDITIONAL_NUMBER: [Member; 2] = [
    at(0, Is::Isdn(Role::Msc)).gives(Gifts::SERVING_NODE),
    at(1, Is::Isdn(Role::Sgsn)).gives(Gifts::SERVING_NODE),
];

/// provideSubscriberLocation.
pub(super) static PSL_ARG: [Member; 1] = [sequence(&[
    sequence(&LOCATION_TYPE),
    octets(Is::Isdn(Role::Gmlc)),
    at(0, Is::Sequence(&LCS_CLIENT_ID)),
    at(1, Is::Present(|p| p.lcs.privacy_override = true)),
    at(2, Is::Imsi),
    at(3, Is::Msisdn),
    at(4, Is::Lmsi),
    at(5, Is::Imei),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Extension),
    at(9, Is::Passed),
    at(10, Is::Octet(reference)),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::Passed),
    at(14, Is::Present(|p| p.lcs.area_event = true)),
    at(15, Is::Passed),
    at(16, Is::Passed),
    at(17, Is::Present(|p| p.lcs.periodic = true)),
    at(18, Is::Passed),
])];

/// LocationType.
static LOCATION_TYPE: [Member; 2] = [
    at(0, Is::Number(|p, value| first(&mut p.lcs.location_type, small(value))))
        .asks(Requested::LOCATION),
    at(1, Is::Passed),
];

/// LCSClientExternalID.
static CLIENT_EXTERNAL_ID: [Member; 2] = [at(0, Is::Isdn(Role::LcsClient)), at(1, Is::Extension)];

/// LCS-ClientID.
static LCS_CLIENT_ID: [Member; 7] = [
    at(0, Is::Number(|p, value| first(&mut p.lcs.client_type, small(value)))),
    at(1, Is::Sequence(&CLIENT_EXTERNAL_ID)),
    at(2, Is::Address(Role::LcsClient)),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
];

/// provideSubscriberLocation.
pub(super) static PSL_RES: [Member; 1] = [sequence(&[
    octets(Is::Passed).locates(Precision::Coordinates),
    at(0, Is::Number(age)),
    at(1, Is::Extension),
    at(2, Is::Passed).locates(Precision::Coordinates),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::OneOf(&CELL)),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::OneOf(&SERVING_NODE)),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed).locates(Precision::Coordinates),
])];

/// ServingNodeAddress.
static SERVING_NODE: [Member; 3] = [
    at(0, Is::Isdn(Role::Msc)).gives(Gifts::SERVING_NODE),
    at(1, Is::Isdn(Role::Sgsn)).gives(Gifts::SERVING_NODE),
    at(2, Is::Passed).gives(Gifts::SERVING_NODE),
];

/// subscriberLocationReport. Its argument gives a location away, as answers of others do.
pub(super) static SLR_ARG: [Member; 1] = [sequence(&[
    enumerated(Is::Number(|p, value| first(&mut p.lcs.event, small(value)))),
    sequence(&LCS_CLIENT_ID),
    sequence(&LCS_LOCATION_INFO),
    at(0, Is::Msisdn),
    at(1, Is::Imsi),
    at(2, Is::Imei),
    at(3, Is::Isdn(Role::LcsClient)),
    at(4, Is::Isdn(Role::LcsClient)),
    at(5, Is::Passed).locates(Precision::Coordinates),
    at(6, Is::Number(age)),
    at(7, Is::Extension),
    at(8, Is::Passed).locates(Precision::Coordinates),
    at(9, Is::Passed),
    at(10, Is::Octet(reference)),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::OneOf(&CELL)),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(17, Is::Passed),
    at(18, Is::Passed),
    at(19, Is::Passed),
    at(20, Is::Passed),
    at(21, Is::Passed),
    at(22, Is::Present(|p| p.lcs.periodic = true)),
    at(23, Is::Passed),
    at(24, Is::Passed),
    at(25, Is::Passed),
    at(26, Is::Passed),
    at(27, Is::Passed),
    at(28, Is::Passed),
    at(29, Is::Passed),
])];

/// subscriberLocationReport.
pub(super) static SLR_RES: [Member; 1] = [sequence(&[
    EXTENSION,
    at(0, Is::Isdn(Role::LcsClient)),
    at(1, Is::Isdn(Role::LcsClient)),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Octet(reference)),
])];

/// lcs-MOLR, which belongs on the radio interface (TS 24.080 §4.5).
pub(super) static MOLR_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Sequence(&CLIENT_EXTERNAL_ID)),
    at(4, Is::Isdn(Role::Gmlc)),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Sequence(&LOCATION_TYPE)),
])];

/// noteMM-Event.
pub(super) static NOTE_MM_EVENT_ARG: [Member; 1] = [sequence(&[
    integer(Is::Number(super::subscriber::service_key)),
    at(0, Is::Octet(|p, code| first(&mut p.camel.event_type, Some(code)))),
    at(1, Is::Imsi),
    at(2, Is::Msisdn),
    at(3, Is::Sequence(&LOCATION_INFORMATION)),
    at(5, Is::Passed),
    at(6, Is::Extension),
    at(7, Is::Sequence(&LOCATION_INFORMATION_GPRS)),
    at(8, Is::Passed),
])];

fn age(parameters: &mut Parameters, value: i64) {
    first(&mut parameters.given.age_minutes, u16::try_from(value).ok());
}

fn paged(parameters: &mut Parameters) {
    parameters.given.paged = true;
}

fn reference(parameters: &mut Parameters, octet: u8) {
    first(&mut parameters.lcs.reference_number, Some(octet));
}

/// Keeps a cause or diagnostic.
pub(super) fn cause(parameters: &mut Parameters, value: i64) {
    first(&mut parameters.cause, u16::try_from(value).ok());
}
