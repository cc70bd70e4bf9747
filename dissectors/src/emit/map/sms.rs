//! Short messages (TS 29.002 §17.7.6) and their TPDUs (TS 23.040 §9.2.2).

use super::{ENUMERATED, NULL, OCTETS, at, imsi, isdn, sequence};
use crate::{digits::Digits, emit::ber::Tlv};

/// sendRoutingInfoForSM. What is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendRoutingInfoForSm {
    /// msisdn.
    pub msisdn: Digits,
    /// sm-RP-PRI.
    pub priority: bool,
    /// serviceCentreAddress.
    pub service_centre: Digits,
    /// sm-deliveryNotIntended, version 3.
    pub not_intended: Option<i64>,
    /// gprsSupportIndicator, version 3.
    pub gprs: bool,
}

impl SendRoutingInfoForSm {
    /// Returns the argument, the same in all versions.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        sequence([
            Some(isdn(at(0), self.msisdn)),
            Some(Tlv::primitive(at(1), [if self.priority { 0xff } else { 0 }])),
            Some(isdn(at(2), self.service_centre)),
            self.gprs.then(|| Tlv::null(at(7))),
            self.not_intended.map(|what| Tlv::integer(at(10), what)),
        ])
    }
}

/// Makes the result of sendRoutingInfoForSM: who, and the MSC that serves.
#[must_use]
pub fn send_routing_info_for_sm_result(subscriber: Digits, msc: Digits) -> Tlv {
    let node = Tlv::constructed(at(0), [isdn(at(1), msc)]);
    sequence([Some(imsi(OCTETS, subscriber)), Some(node)])
}

/// Makes the result of sendRoutingInfoForSM of a phone an SGSN serves.
#[must_use]
pub fn send_routing_info_for_sm_result_sgsn(subscriber: Digits, sgsn: Digits) -> Tlv {
    let node = Tlv::constructed(at(0), [isdn(at(1), sgsn), Tlv::null(at(5))]);
    sequence([Some(imsi(OCTETS, subscriber)), Some(node)])
}

/// A TPDU with a text of one letter. What is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tpdu {
    /// TP-OA of a DELIVER, TP-DA of a SUBMIT, international; an alphanumeric name when empty.
    pub address: Digits,
    /// TP-PID.
    pub pid: u8,
    /// TP-DCS.
    pub dcs: u8,
    /// Identifier of one user data header element, without data.
    pub header: Option<u8>,
}

impl Tpdu {
    /// Returns an SMS-DELIVER.
    #[must_use]
    pub fn deliver(&self) -> Vec<u8> {
        let mut octets = vec![self.first(0x04)];
        octets.extend(self.address_field());
        octets.extend([self.pid, self.dcs]);
        octets.extend(TIME_STAMP);
        octets.extend(self.user_data());
        octets
    }

    /// Returns an SMS-SUBMIT.
    #[must_use]
    pub fn submit(&self) -> Vec<u8> {
        let mut octets = vec![self.first(0x01), 0];
        octets.extend(self.address_field());
        octets.extend([self.pid, self.dcs]);
        octets.extend(self.user_data());
        octets
    }

    const fn first(&self, kind: u8) -> u8 {
        kind | if self.header.is_some() { 0x40 } else { 0 }
    }

    fn address_field(&self) -> Vec<u8> {
        if self.address.is_empty() {
            return NAME.to_vec();
        }
        let mut octets = vec![u8::try_from(self.address.len()).unwrap_or(0), INTERNATIONAL];
        octets.extend(super::tbcd(self.address));
        octets
    }

    fn user_data(&self) -> Vec<u8> {
        // One letter is one septet or one octet, and takes one octet either way.
        let Some(id) = self.header else { return vec![1, LETTER] };
        let septets = self.dcs & 0x0c == 0 && self.dcs < 0xf0;
        if septets {
            // Three octets of header and four fill bits are four septets; the letter is the fifth.
            vec![5, 2, id, 0, LETTER << 4, LETTER >> 4]
        } else {
            vec![4, 2, id, 0, LETTER]
        }
    }
}

/// Makes the argument of mt-ForwardSM, and of forwardSM towards the phone.
#[must_use]
pub fn mt_forward_sm(subscriber: Digits, service_centre: Digits, tpdu: &Tpdu, more: bool) -> Tlv {
    sequence([
        Some(imsi(at(0), subscriber)),
        Some(isdn(at(4), service_centre)),
        Some(Tlv::primitive(OCTETS, tpdu.deliver())),
        more.then(|| Tlv::null(NULL)),
    ])
}

/// Makes the argument of mo-ForwardSM, and of forwardSM from the phone. Version 3 may name the
/// IMSI too.
#[must_use]
pub fn mo_forward_sm(
    msisdn: Digits,
    service_centre: Digits,
    tpdu: &Tpdu,
    subscriber: Option<Digits>,
) -> Tlv {
    sequence([
        Some(isdn(at(4), service_centre)),
        Some(isdn(at(2), msisdn)),
        Some(Tlv::primitive(OCTETS, tpdu.submit())),
        subscriber.map(|subscriber| imsi(OCTETS, subscriber)),
    ])
}

/// Makes the argument of reportSM-DeliveryStatus; version 1 has no outcome.
#[must_use]
pub fn report_sm_delivery_status(msisdn: Digits, sc: Digits, outcome: Option<i64>) -> Tlv {
    sequence([
        Some(isdn(OCTETS, msisdn)),
        Some(isdn(OCTETS, sc)),
        outcome.map(|outcome| Tlv::integer(ENUMERATED, outcome)),
    ])
}

/// Makes the argument of alertServiceCentre.
#[must_use]
pub fn alert_service_centre(msisdn: Digits, service_centre: Digits) -> Tlv {
    sequence([Some(isdn(OCTETS, msisdn)), Some(isdn(OCTETS, service_centre))])
}

/// Makes the argument of informServiceCentre.
#[must_use]
pub fn inform_service_centre(msisdn: Option<Digits>) -> Tlv {
    let status = Tlv::primitive(BIT_STRING, [2, 0x40]);
    sequence([msisdn.map(|msisdn| isdn(OCTETS, msisdn)), Some(status)])
}

/// Makes the argument of readyForSM; 0 the phone is there, 1 it has room again.
#[must_use]
pub fn ready_for_sm(subscriber: Digits, reason: i64) -> Tlv {
    sequence([Some(imsi(at(0), subscriber)), Some(Tlv::integer(ENUMERATED, reason))])
}

const BIT_STRING: u8 = 0x03;
const INTERNATIONAL: u8 = 0x91;
/// "test" in septets.
const NAME: [u8; 6] = [7, 0xd0, 0xf4, 0xf2, 0x9c, 0x0e];
const LETTER: u8 = b'a';
/// 1 January 2026, midnight.
const TIME_STAMP: [u8; 7] = [0x62, 0x10, 0x10, 0, 0, 0, 0];
