//! Subscription data (TS 29.002 §17.7.1).

use super::{ENUMERATED, INTEGER, OCTETS, SEQUENCE, Subscriber, at, imsi, isdn, sequence};
use crate::{digits::Digits, emit::ber::Tlv};

/// One CSI with one trigger: where it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trigger {
    /// serviceKey.
    pub service_key: u32,
    /// gsmSCF-Address.
    pub scf: Digits,
}

impl Trigger {
    /// O-CSI and T-CSI.
    fn call(self, tag: u8) -> Tlv {
        let data = Tlv::constructed(
            SEQUENCE,
            [
                Tlv::integer(ENUMERATED, COLLECTED_INFO),
                Tlv::integer(INTEGER, self.service_key.into()),
                isdn(at(0), self.scf),
                Tlv::integer(at(1), 0),
            ],
        );
        Tlv::constructed(tag, [Tlv::constructed(SEQUENCE, [data]), Tlv::null(at(2))])
    }

    /// SMS-CSI and GPRS-CSI.
    fn message(self, tag: u8) -> Tlv {
        let data = Tlv::constructed(
            SEQUENCE,
            [
                Tlv::integer(at(0), 1),
                Tlv::integer(at(1), self.service_key.into()),
                isdn(at(2), self.scf),
                Tlv::integer(at(3), 0),
            ],
        );
        let list = Tlv::constructed(at(0), [data]);
        Tlv::constructed(tag, [list, Tlv::integer(at(1), 3), Tlv::null(at(4))])
    }

    /// M-CSI, triggered by any location update.
    fn mobility(self, tag: u8) -> Tlv {
        let triggers = Tlv::constructed(SEQUENCE, [Tlv::primitive(OCTETS, [0])]);
        Tlv::constructed(
            tag,
            [
                triggers,
                Tlv::integer(INTEGER, self.service_key.into()),
                isdn(at(0), self.scf),
                Tlv::null(at(3)),
            ],
        )
    }
}

/// insertSubscriberData. What is `None` or `false` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct InsertSubscriberData {
    /// imsi; left out inside a registration.
    pub imsi: Option<Digits>,
    /// msisdn.
    pub msisdn: Option<Digits>,
    /// subscriberStatus: 1 is barred.
    pub status: Option<i64>,
    /// Telephony, emergency calls and short messages.
    pub services: bool,
    /// Calls are forwarded here, unconditionally.
    pub forwarded_to: Option<Digits>,
    /// odb-Data: all outgoing calls barred.
    pub odb: bool,
    /// O-CSI.
    pub o_csi: Option<Trigger>,
    /// M-CSI.
    pub m_csi: Option<Trigger>,
    /// MO-SMS-CSI.
    pub sms_csi: Option<Trigger>,
    /// VT-CSI.
    pub t_csi: Option<Trigger>,
    /// A GMLC that may ask where the subscriber is.
    pub gmlc: Option<Digits>,
    /// GPRS-CSI of the SGSN.
    pub gprs_csi: Option<Trigger>,
    /// chargingCharacteristics.
    pub charging: Option<u16>,
}

impl InsertSubscriberData {
    /// Returns the argument.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        let services =
            Tlv::constructed(at(6), TELESERVICES.map(|code| Tlv::primitive(OCTETS, [code])));
        let camel: Vec<Tlv> = [
            self.o_csi.map(|csi| csi.call(at(0))),
            self.m_csi.map(|csi| csi.mobility(at(5))),
            self.sms_csi.map(|csi| csi.message(at(6))),
            self.t_csi.map(|csi| csi.call(at(7))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let odb = Tlv::constructed(at(8), [Tlv::primitive(BIT_STRING, [7, 0x80])]);
        let lcs = |gmlc| Tlv::constructed(at(22), [Tlv::constructed(at(0), [isdn(OCTETS, gmlc)])]);
        sequence([
            self.imsi.map(|digits| imsi(at(0), digits)),
            self.msisdn.map(|digits| isdn(at(1), digits)),
            self.status.map(|status| Tlv::integer(at(3), status)),
            self.services.then_some(services),
            self.forwarded_to.map(|to| Tlv::constructed(at(7), [forwarding(to)])),
            self.odb.then_some(odb),
            (!camel.is_empty()).then(|| Tlv::constructed(at(13), camel)),
            self.gmlc.map(lcs),
            self.gprs_csi.map(|csi| Tlv::constructed(at(17), [csi.message(at(0))])),
            self.charging.map(|value| Tlv::primitive(at(18), value.to_be_bytes())),
        ])
    }
}

/// Makes the result of insertSubscriberData of a node that supports CAMEL phases 1 and 2.
#[must_use]
pub fn insert_subscriber_data_result() -> Tlv {
    sequence([Some(Tlv::primitive(at(6), [6, 0xc0]))])
}

/// Makes the argument of deleteSubscriberData: withdraws the CSIs, or the services.
#[must_use]
pub fn delete_subscriber_data(subscriber: Digits, camel: bool, services: bool) -> Tlv {
    let services = services.then(|| Tlv::constructed(at(1), [Tlv::primitive(at(3), [TELEPHONY])]));
    sequence([Some(imsi(at(0), subscriber)), services, camel.then(|| Tlv::null(at(9)))])
}

/// Makes the argument of anyTimeSubscriptionInterrogation: forwarding, or a CSI.
#[must_use]
pub fn any_time_subscription_interrogation(who: Subscriber, scf: Digits, csi: Option<i64>) -> Tlv {
    let wanted = match csi {
        Some(kind) => Tlv::integer(at(3), kind),
        None => Tlv::constructed(at(1), [Tlv::primitive(OCTETS, [CFU])]),
    };
    sequence([
        Some(Tlv::constructed(at(0), [who.identity()])),
        Some(Tlv::constructed(at(1), [wanted])),
        Some(isdn(at(2), scf)),
    ])
}

/// Makes the result of anyTimeSubscriptionInterrogation: forwarding unconditionally.
#[must_use]
pub fn any_time_subscription_interrogation_result(forwarded_to: Digits) -> Tlv {
    let features = Tlv::constructed(SEQUENCE, [feature(forwarded_to)]);
    sequence([Some(Tlv::constructed(at(1), [features]))])
}

/// Makes the argument of anyTimeModification: forwards calls, or registers an IP-SM-GW.
#[must_use]
pub fn any_time_modification(who: Subscriber, scf: Digits, forwarded_to: Option<Digits>) -> Tlv {
    let change = match forwarded_to {
        Some(to) => Tlv::constructed(
            at(2),
            [Tlv::primitive(at(0), [CFU]), Tlv::primitive(at(2), [REGISTERED]), isdn(at(3), to)],
        ),
        None => Tlv::constructed(at(8), [Tlv::integer(at(0), 1)]),
    };
    sequence([
        Some(Tlv::constructed(at(0), [who.identity()])),
        Some(isdn(at(1), scf)),
        Some(change),
    ])
}

/// Ext-ForwInfo or ForwardingInfo of calls forwarded unconditionally.
pub(super) fn forwarding(to: Digits) -> Tlv {
    let features = Tlv::constructed(SEQUENCE, [feature(to)]);
    Tlv::constructed(at(0), [Tlv::primitive(OCTETS, [CFU]), features])
}

/// One forwarding feature, of telephony.
pub(super) fn feature(to: Digits) -> Tlv {
    Tlv::constructed(
        SEQUENCE,
        [Tlv::primitive(at(3), [TELEPHONY]), Tlv::primitive(at(4), [REGISTERED]), isdn(at(5), to)],
    )
}

const BIT_STRING: u8 = 0x03;
const COLLECTED_INFO: i64 = 2;
const TELEPHONY: u8 = 0x11;
const TELESERVICES: [u8; 3] = [TELEPHONY, 0x21, 0x22];
/// SS-Code of call forwarding unconditional.
const CFU: u8 = 0x21;
/// SS-Status: provisioned, registered and active.
const REGISTERED: u8 = 0x07;
