//! Supplementary services, USSD, identities, equipment and traces (TS 29.002 §17.7.4, §17.7.2).

use super::{
    ENUMERATED, OCTETS, at, imsi, isdn, sequence,
    subscriber::{feature, forwarding},
    under,
};
use crate::{digits::Digits, emit::ber::Tlv};

/// Makes the argument of registerSS: calls go to `to`.
#[must_use]
pub fn register_ss(code: u8, to: Digits) -> Tlv {
    sequence([Some(ss_code(OCTETS, code)), Some(isdn(at(4), to))])
}

/// Makes the result of registerSS.
#[must_use]
pub fn register_ss_result(to: Digits) -> Tlv {
    forwarding(to)
}

/// Makes the argument of eraseSS, activateSS, deactivateSS and interrogateSS.
#[must_use]
pub fn ss(code: u8) -> Tlv {
    sequence([Some(ss_code(OCTETS, code))])
}

/// Makes the result of interrogateSS: where calls go.
#[must_use]
pub fn interrogate_ss_result(to: Digits) -> Tlv {
    Tlv::constructed(at(3), [feature(to)])
}

/// Makes the argument of registerPassword.
#[must_use]
pub fn register_password(code: u8) -> Tlv {
    ss_code(OCTETS, code)
}

/// Makes the argument of getPassword.
#[must_use]
pub fn get_password() -> Tlv {
    Tlv::integer(ENUMERATED, 0)
}

/// Makes the argument of the three USSD operations, and their results without `msisdn`. The string
/// is one letter.
#[must_use]
pub fn ussd(coding_scheme: u8, msisdn: Option<Digits>) -> Tlv {
    sequence([
        Some(Tlv::primitive(OCTETS, [coding_scheme])),
        Some(Tlv::primitive(OCTETS, [b'a'])),
        msisdn.map(|msisdn| isdn(at(0), msisdn)),
    ])
}

/// Makes the argument of processUnstructuredSS-Data, version 1: one letter.
#[must_use]
pub fn ussd_data() -> Tlv {
    Tlv::primitive(IA5_STRING, [b'a'])
}

/// Makes the argument of beginSubscriberActivity, version 1.
#[must_use]
pub fn begin_subscriber_activity(subscriber: Digits, vlr: Digits) -> Tlv {
    sequence([Some(imsi(OCTETS, subscriber)), Some(isdn(OCTETS, vlr))])
}

/// Makes the argument of sendIMSI.
#[must_use]
pub fn send_imsi(msisdn: Digits) -> Tlv {
    isdn(OCTETS, msisdn)
}

/// Makes the result of sendIMSI.
#[must_use]
pub fn send_imsi_result(subscriber: Digits) -> Tlv {
    imsi(OCTETS, subscriber)
}

/// Makes the argument of checkIMEI; a bare IMEI below version 3.
#[must_use]
pub fn check_imei(imei: Digits, version: u8) -> Tlv {
    let imei = imsi(OCTETS, imei);
    let wanted = Tlv::primitive(BIT_STRING, [6, 0x80]);
    if version < 3 { imei } else { sequence([Some(imei), Some(wanted)]) }
}

/// Makes the result of checkIMEI: 0 white, 1 black, 2 grey listed.
#[must_use]
pub fn check_imei_result(status: i64, version: u8) -> Tlv {
    let status = Tlv::integer(ENUMERATED, status);
    if version < 3 { status } else { sequence([Some(status)]) }
}

/// Makes the argument of activateTraceMode.
#[must_use]
pub fn activate_trace_mode(subscriber: Option<Digits>, omc: Option<Digits>) -> Tlv {
    sequence([
        subscriber.map(|subscriber| imsi(at(0), subscriber)),
        Some(Tlv::primitive(at(1), [1])),
        Some(Tlv::integer(at(2), 1)),
        omc.map(|omc| isdn(at(3), omc)),
    ])
}

/// Makes the argument of deactivateTraceMode.
#[must_use]
pub fn deactivate_trace_mode(subscriber: Digits) -> Tlv {
    sequence([Some(imsi(at(0), subscriber)), Some(Tlv::primitive(at(1), [1]))])
}

/// Makes the argument of ss-InvocationNotification.
#[must_use]
pub fn ss_invocation_notification(subscriber: Digits, msisdn: Digits, code: u8) -> Tlv {
    sequence([Some(imsi(at(0), subscriber)), Some(isdn(at(1), msisdn)), Some(ss_code(at(2), code))])
}

/// Makes the argument of prepareHandover, version 3, with keys of zeros.
#[must_use]
pub fn prepare_handover(subscriber: Option<Digits>) -> Tlv {
    let apdu = [Tlv::integer(ENUMERATED, 1), Tlv::primitive(OCTETS, [0])];
    let encryption = [Tlv::primitive(at(0), [0; 18])];
    under(
        at(3),
        [
            Some(Tlv::primitive(at(0), [0x00, 0xf1, 0x10, 0, 1, 0, 1])),
            Some(Tlv::constructed(at(2), apdu)),
            subscriber.map(|subscriber| imsi(at(4), subscriber)),
            Some(Tlv::constructed(at(6), encryption)),
        ],
    )
}

/// Makes the result of prepareHandover, version 3.
#[must_use]
pub fn prepare_handover_result(number: Digits) -> Tlv {
    Tlv::constructed(at(3), [isdn(at(0), number)])
}

/// Makes the argument of sendGroupCallInfo.
#[must_use]
pub fn send_group_call_info(subscriber: Digits) -> Tlv {
    sequence([
        Some(Tlv::integer(ENUMERATED, 0)),
        Some(Tlv::primitive(OCTETS, [0, 0, 1])),
        Some(Tlv::primitive(OCTETS, [0x91])),
        Some(imsi(at(1), subscriber)),
    ])
}

fn ss_code(tag: u8, code: u8) -> Tlv {
    Tlv::primitive(tag, [code])
}

const BIT_STRING: u8 = 0x03;
const IA5_STRING: u8 = 0x16;
