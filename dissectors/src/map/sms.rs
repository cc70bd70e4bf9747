//! Short messages (TS 29.002 §12, §17.7.6): sendRoutingInfoForSM, mo-ForwardSM, mt-ForwardSM,
//! forwardSM of versions 1 and 2, and what keeps track of phones that could not be reached.

use super::{
    location::{ADDITIONAL_NUMBER, cause},
    member::{
        EXTENSION, Is, Member, Reader, at, bits, choice, enumerated, first, integer, null, octets,
        sequence, small,
    },
    parameters::{Gifts, Parameters, Role},
};
use crate::{
    ber::Element,
    sms::Direction::{FromPhone, ToPhone},
};

/// sendRoutingInfoForSM.
pub(super) static SRI_SM_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Msisdn),
    at(1, Is::Boolean(|p, priority| first(&mut p.sms.priority, Some(priority)))),
    at(2, Is::Address(Role::ServiceCentre)),
    at(3, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Extension),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Passed),
    at(10, Is::Number(|p, value| first(&mut p.sms.delivery_not_intended, small(value)))),
    at(11, Is::Passed),
    at(12, Is::Imsi),
    at(14, Is::Passed),
    at(13, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed),
])];

/// sendRoutingInfoForSM. Versions 1 and 2 add mwd-Set.
pub(super) static SRI_SM_RES: [Member; 1] = [sequence(&[
    octets(Is::Imsi).gives(Gifts::IDENTITY),
    at(0, Is::Special(location_info_with_lmsi)),
    at(2, Is::Passed),
    at(4, Is::Extension),
    at(5, Is::Passed),
])];

/// Reads LocationInfoWithLMSI, whose first number is an SGSN's when gprsNodeIndicator is there.
fn location_info_with_lmsi(reader: &mut Reader<'_>, element: &Element<'_>) {
    let mut ahead = element.elements(reader.notes);
    let mut sgsn = false;
    while let Ok(Some(member)) = ahead.next(reader.notes) {
        sgsn |= member.is_context(GPRS_NODE_INDICATOR);
    }
    let elements = element.elements(reader.notes);
    reader.sequence(elements, if sgsn { &LOCATION_INFO_SGSN } else { &LOCATION_INFO_MSC });
}

const GPRS_NODE_INDICATOR: u32 = 5;

static LOCATION_INFO_MSC: [Member; 17] = location_info(Role::Msc);
static LOCATION_INFO_SGSN: [Member; 17] = location_info(Role::Sgsn);

/// LocationInfoWithLMSI. Version 1 may give a roaming number in place of the node's.
const fn location_info(node: Role) -> [Member; 17] {
    [
        at(0, Is::Isdn(Role::RoamingNumber)).gives(Gifts::SERVING_NODE),
        at(1, Is::Isdn(node)).gives(Gifts::SERVING_NODE),
        octets(Is::Lmsi),
        EXTENSION,
        at(GPRS_NODE_INDICATOR, Is::Passed),
        at(6, Is::OneOf(&ADDITIONAL_NUMBER)),
        at(7, Is::Passed).gives(Gifts::SERVING_NODE),
        at(8, Is::Passed).gives(Gifts::SERVING_NODE),
        at(9, Is::OneOf(&ADDITIONAL_NUMBER)),
        at(10, Is::Passed),
        at(11, Is::Passed),
        at(12, Is::Isdn(Role::Other)).gives(Gifts::SERVING_NODE),
        at(13, Is::Passed),
        at(14, Is::Isdn(Role::Other)).gives(Gifts::SERVING_NODE),
        at(15, Is::Passed),
        at(16, Is::Passed),
        at(17, Is::Passed),
    ]
}

/// mo-ForwardSM, and forwardSM of versions 1 and 2 in either direction.
pub(super) static MO_FSM_ARG: [Member; 1] = [sequence(&[
    choice(&SM_RP_DA),
    choice(&SM_RP_OA),
    octets(Is::Tpdu),
    null(Is::Present(more_messages)),
    EXTENSION,
    octets(Is::Imsi),
    at(0, Is::Passed),
    at(1, Is::Number(outcome)),
])];

/// mt-ForwardSM.
pub(super) static MT_FSM_ARG: [Member; 1] = [sequence(&[
    choice(&SM_RP_DA),
    choice(&SM_RP_OA),
    octets(Is::Tpdu),
    null(Is::Present(more_messages)),
    EXTENSION,
    integer(Is::Passed),
    octets(Is::Passed),
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Isdn(Role::Gmsc)),
    at(4, Is::Passed),
])];

/// SM-RP-DA: a subscriber when the message goes to the phone, else a service centre.
static SM_RP_DA: [Member; 5] = [
    at(0, Is::Way(ToPhone, &Is::Imsi)),
    at(1, Is::Way(ToPhone, &Is::Lmsi)),
    at(3, Is::Way(ToPhone, &Is::Isdn(Role::RoamingNumber))),
    at(4, Is::Way(FromPhone, &Is::Address(Role::ServiceCentre))),
    at(5, Is::Passed),
];

/// SM-RP-OA: a service centre when the message goes to the phone, else a subscriber.
static SM_RP_OA: [Member; 3] = [
    at(2, Is::Way(FromPhone, &Is::Special(from_subscriber))),
    at(4, Is::Way(ToPhone, &Is::Address(Role::ServiceCentre))),
    at(5, Is::Passed),
];

fn from_subscriber(reader: &mut Reader<'_>, element: &Element<'_>) {
    reader.out.sms.from_subscriber = true;
    reader.msisdn(element);
}

/// mo-ForwardSM and mt-ForwardSM: a report of the phone or of the service centre.
pub(super) static FSM_RES: [Member; 1] = [sequence(&[octets(Is::Passed), EXTENSION])];

/// mt-ForwardSM-VGCS.
pub(super) static VGCS_ARG: [Member; 1] =
    [sequence(&[octets(Is::Passed), choice(&SM_RP_OA), octets(Is::Tpdu), EXTENSION])];

/// mt-ForwardSM-VGCS.
pub(super) static VGCS_RES: [Member; 1] = [sequence(&[
    at(0, Is::Passed),
    at(1, Is::Each(&[octets(Is::Isdn(Role::Other))])),
    null(Is::Passed),
    at(2, Is::Extension),
    at(3, Is::Each(&[octets(Is::Isdn(Role::Other))])),
])];

/// reportSM-DeliveryStatus.
pub(super) static REPORT_ARG: [Member; 1] = [sequence(&[
    octets(Is::Msisdn),
    octets(Is::Address(Role::ServiceCentre)),
    enumerated(Is::Number(outcome)),
    at(0, Is::Number(cause)),
    at(1, Is::Extension),
    at(2, Is::Passed),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Passed),
    at(6, Is::Passed),
    at(7, Is::Passed),
    at(8, Is::Passed),
    at(9, Is::Imsi),
    at(10, Is::Passed),
    at(11, Is::Passed),
    at(12, Is::Passed),
    at(13, Is::Passed),
    at(14, Is::Passed),
    at(15, Is::Passed),
    at(16, Is::Passed),
    at(17, Is::Passed),
])];

/// reportSM-DeliveryStatus: the number the report was stored under, bare in version 2.
pub(super) static REPORT_RES: [Member; 2] =
    [sequence(&[octets(Is::Msisdn), EXTENSION]), octets(Is::Msisdn)];

/// alertServiceCentre and alertServiceCentreWithoutResult.
pub(super) static ALERT_ARG: [Member; 1] = [sequence(&[
    octets(Is::Msisdn),
    octets(Is::Address(Role::ServiceCentre)),
    octets(Is::Imsi),
    sequence(&[at(0, Is::Passed), at(1, Is::Passed), at(2, Is::Passed)]),
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
    at(3, Is::Isdn(Role::Sgsn)),
    at(4, Is::Passed),
    at(5, Is::Isdn(Role::Mme)),
    at(6, Is::Passed),
    at(7, Is::Isdn(Role::Msc)),
])];

/// informServiceCentre.
pub(super) static INFORM_ARG: [Member; 1] = [sequence(&[
    octets(Is::Msisdn),
    bits(Is::Passed),
    EXTENSION,
    integer(Is::Number(cause)),
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
])];

/// readyForSM.
pub(super) static READY_ARG: [Member; 1] = [sequence(&[
    at(0, Is::Imsi),
    enumerated(Is::Number(cause)),
    null(Is::Passed),
    EXTENSION,
    at(1, Is::Passed),
    octets(Is::Passed),
])];

/// noteSubscriberPresent of version 1: a bare IMSI.
pub(super) static PRESENT_ARG: [Member; 1] = [octets(Is::Imsi)];

fn more_messages(parameters: &mut Parameters) {
    parameters.sms.more_messages = true;
}

fn outcome(parameters: &mut Parameters, value: i64) {
    first(&mut parameters.sms.delivery_outcome, small(value));
}
