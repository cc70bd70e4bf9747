//! Routing of calls and packets (TS 29.002 §17.7.3, §17.7.1).

use super::{OCTETS, SEQUENCE, at, imsi, isdn, location::SubscriberInfo, sequence, under};
use crate::{digits::Digits, emit::ber::Tlv};

/// Makes the argument of sendRoutingInfo. Below version 3 there is neither type nor gateway.
#[must_use]
pub fn send_routing_info(msisdn: Digits, gmsc: Digits, version: u8) -> Tlv {
    let new = version > 2;
    sequence([
        Some(isdn(at(0), msisdn)),
        new.then(|| Tlv::integer(at(3), 0)),
        new.then(|| isdn(at(6), gmsc)),
    ])
}

/// The result of sendRoutingInfo. What is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendRoutingInfoResult {
    /// imsi.
    pub imsi: Digits,
    /// roamingNumber.
    pub roaming_number: Option<Digits>,
    /// forwardedToNumber, in place of a roaming number.
    pub forwarded_to: Option<Digits>,
    /// vmsc-Address, version 3.
    pub vmsc: Option<Digits>,
    /// subscriberInfo, version 3.
    pub info: Option<SubscriberInfo>,
}

impl SendRoutingInfoResult {
    /// Returns the result.
    #[must_use]
    pub fn tlv(&self, version: u8) -> Tlv {
        let forwarding =
            self.forwarded_to.map(|digits| Tlv::constructed(SEQUENCE, [isdn(at(5), digits)]));
        let routing = self.roaming_number.map(|digits| isdn(OCTETS, digits)).or(forwarding);
        if version < 3 {
            return sequence([Some(imsi(OCTETS, self.imsi)), routing]);
        }
        under(
            at(3),
            [
                Some(imsi(at(9), self.imsi)),
                routing,
                self.info.map(|info| info.bare(at(7))),
                self.vmsc.map(|vmsc| isdn(at(2), vmsc)),
            ],
        )
    }
}

/// Makes the argument of provideRoamingNumber.
#[must_use]
pub fn provide_roaming_number(
    subscriber: Digits,
    msc: Digits,
    msisdn: Option<Digits>,
    gmsc: Option<Digits>,
) -> Tlv {
    sequence([
        Some(imsi(at(0), subscriber)),
        Some(isdn(at(1), msc)),
        msisdn.map(|msisdn| isdn(at(2), msisdn)),
        gmsc.map(|gmsc| isdn(at(8), gmsc)),
    ])
}

/// Makes the result of provideRoamingNumber; a bare number below version 3.
#[must_use]
pub fn provide_roaming_number_result(roaming_number: Digits, version: u8) -> Tlv {
    let number = isdn(OCTETS, roaming_number);
    if version < 3 { number } else { sequence([Some(number)]) }
}

/// Makes the argument of sendRoutingInfoForGprs.
#[must_use]
pub fn send_routing_info_for_gprs(subscriber: Digits, ggsn: Digits) -> Tlv {
    sequence([Some(imsi(at(0), subscriber)), Some(isdn(at(2), ggsn))])
}

/// Makes the result of sendRoutingInfoForGprs: 192.0.2.1.
#[must_use]
pub fn send_routing_info_for_gprs_result() -> Tlv {
    sequence([Some(Tlv::primitive(at(0), [0x04, 192, 0, 2, 1]))])
}

/// Makes the argument of setReportingState, ist-Command and statusReport: an IMSI.
#[must_use]
pub fn about(subscriber: Digits) -> Tlv {
    sequence([Some(imsi(at(0), subscriber))])
}
