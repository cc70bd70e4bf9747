//! CAMEL subscription information (TS 29.002 §17.7.1, TS 23.078): which CSIs there are, and the
//! service key and gsmSCF of each trigger in them.

use super::{
    member::{
        EXTENSION, Is, Member, at, choice, enumerated, first, integer, list, octets, sequence,
    },
    parameters::{Csi, Parameters, Profile, Role},
};

/// VlrCamelSubscriptionInfo.
pub(super) static VLR_CAMEL: [Member; 12] = [
    at(0, Is::Sequence(&BCSM_CSI)).csi(Csi::O).writes(Profile::CSI),
    at(1, Is::Extension),
    at(2, Is::Sequence(&SS_CSI)).csi(Csi::SS).writes(Profile::CSI),
    at(4, Is::Passed),
    at(3, Is::Passed).csi(Csi::TIF).writes(Profile::CSI),
    at(5, Is::Sequence(&MOBILITY_CSI)).csi(Csi::M).writes(Profile::CSI),
    at(6, Is::Sequence(&SMS_CSI)).csi(Csi::SMS).writes(Profile::CSI),
    at(7, Is::Sequence(&BCSM_CSI)).csi(Csi::T).writes(Profile::CSI),
    at(8, Is::Passed),
    at(9, Is::Sequence(&D_CSI)).csi(Csi::D).writes(Profile::CSI),
    at(10, Is::Sequence(&SMS_CSI)).csi(Csi::MT_SMS).writes(Profile::CSI),
    at(11, Is::Passed),
];

/// SGSN-CAMEL-SubscriptionInfo.
pub(super) static SGSN_CAMEL: [Member; 6] = [
    at(0, Is::Sequence(&SMS_CSI)).csi(Csi::GPRS).writes(Profile::CSI),
    at(1, Is::Sequence(&SMS_CSI)).csi(Csi::SMS).writes(Profile::CSI),
    at(2, Is::Extension),
    at(3, Is::Sequence(&SMS_CSI)).csi(Csi::MT_SMS).writes(Profile::CSI),
    at(4, Is::Passed),
    at(5, Is::Sequence(&MOBILITY_CSI)).csi(Csi::M).writes(Profile::CSI),
];

/// GmscCamelSubscriptionInfo.
pub(super) static GMSC_CAMEL: [Member; 6] = [
    at(0, Is::Sequence(&BCSM_CSI)).csi(Csi::T),
    at(1, Is::Sequence(&BCSM_CSI)).csi(Csi::O),
    at(2, Is::Extension),
    at(3, Is::Passed),
    at(4, Is::Passed),
    at(5, Is::Sequence(&D_CSI)).csi(Csi::D),
];

/// CAMEL-SubscriptionInfo.
pub(super) static CAMEL_SUBSCRIPTION_INFO: [Member; 22] = [
    at(0, Is::Sequence(&BCSM_CSI)).csi(Csi::O),
    at(1, Is::Passed),
    at(2, Is::Sequence(&D_CSI)).csi(Csi::D),
    at(3, Is::Sequence(&BCSM_CSI)).csi(Csi::T),
    at(4, Is::Passed),
    at(5, Is::Sequence(&BCSM_CSI)).csi(Csi::T),
    at(6, Is::Passed),
    at(7, Is::Passed).csi(Csi::TIF),
    at(8, Is::Sequence(&SMS_CSI)).csi(Csi::GPRS),
    at(9, Is::Sequence(&SMS_CSI)).csi(Csi::SMS),
    at(10, Is::Sequence(&SS_CSI)).csi(Csi::SS),
    at(11, Is::Sequence(&MOBILITY_CSI)).csi(Csi::M),
    at(12, Is::Extension),
    at(13, Is::Passed),
    at(14, Is::Sequence(&SMS_CSI)).csi(Csi::MT_SMS),
    at(15, Is::Passed),
    at(16, Is::Sequence(&MOBILITY_CSI)).csi(Csi::M),
    at(17, Is::Sequence(&BCSM_CSI)).csi(Csi::O),
    at(18, Is::Passed),
    at(19, Is::Sequence(&D_CSI)).csi(Csi::D),
    at(20, Is::Sequence(&BCSM_CSI)).csi(Csi::T),
    at(21, Is::Passed),
];

/// O-CSI and T-CSI: a list of BcsmCamelTDPData.
pub(super) static BCSM_CSI: [Member; 5] = [
    list(&[sequence(&[
        enumerated(Is::Passed),
        integer(Is::Number(service_key)),
        at(0, Is::Isdn(Role::GsmScf)),
        at(1, Is::Passed),
        at(2, Is::Extension),
    ])]),
    EXTENSION,
    at(0, Is::Passed),
    at(1, Is::Passed),
    at(2, Is::Passed),
];

/// SMS-CSI, and GPRS-CSI, which has the same shape.
static SMS_CSI: [Member; 5] = [
    at(
        0,
        Is::Each(&[sequence(&[
            at(0, Is::Passed),
            at(1, Is::Number(service_key)),
            at(2, Is::Isdn(Role::GsmScf)),
            at(3, Is::Passed),
            at(4, Is::Extension),
        ])]),
    ),
    at(1, Is::Passed),
    at(2, Is::Extension),
    at(3, Is::Passed),
    at(4, Is::Passed),
];

/// M-CSI and MG-CSI.
static MOBILITY_CSI: [Member; 6] = [
    list(&[octets(Is::Passed)]),
    integer(Is::Number(service_key)),
    at(0, Is::Isdn(Role::GsmScf)),
    at(1, Is::Extension),
    at(2, Is::Passed),
    at(3, Is::Passed),
];

/// SS-CSI.
static SS_CSI: [Member; 4] = [
    sequence(&[list(&[octets(Is::Passed)]), octets(Is::Isdn(Role::GsmScf)), at(0, Is::Extension)]),
    EXTENSION,
    at(0, Is::Passed),
    at(1, Is::Passed),
];

/// D-CSI: dialled numbers and the gsmSCF each goes to.
pub(super) static D_CSI: [Member; 5] = [
    at(
        0,
        Is::Each(&[sequence(&[
            octets(Is::Passed),
            integer(Is::Number(service_key)),
            octets(Is::Isdn(Role::GsmScf)),
            // Some stacks write defaultCallHandling as an INTEGER.
            choice(&[enumerated(Is::Passed), integer(Is::Passed)]),
            EXTENSION,
        ])]),
    ),
    at(1, Is::Passed),
    at(2, Is::Extension),
    at(3, Is::Passed),
    at(4, Is::Passed),
];

/// Keeps the first service key.
pub(super) fn service_key(parameters: &mut Parameters, value: i64) {
    first(&mut parameters.camel.service_key, u32::try_from(value).ok());
}
