//! Where a subscriber is (TS 29.002 §17.7.1, §17.7.13).

use super::{ENUMERATED, INTEGER, OCTETS, SEQUENCE, Subscriber, at, imsi, isdn, sequence, under};
use crate::{digits::Digits, emit::ber::Tlv};

/// RequestedInfo: what is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestedInfo {
    /// locationInformation.
    pub location: bool,
    /// subscriberState.
    pub state: bool,
    /// currentLocation: the phone is paged.
    pub current_location: bool,
    /// imei.
    pub imei: bool,
    /// mnpRequestedInfo.
    pub mnp: bool,
}

impl RequestedInfo {
    fn tlv(self, tag: u8) -> Tlv {
        let null = |wanted: bool, number| wanted.then(|| Tlv::null(at(number)));
        under(
            tag,
            [
                null(self.location, 0),
                null(self.state, 1),
                null(self.current_location, 3),
                null(self.imei, 6),
                null(self.mnp, 7),
            ],
        )
    }
}

/// Makes the argument of anyTimeInterrogation.
#[must_use]
pub fn any_time_interrogation(who: Subscriber, info: RequestedInfo, scf: Digits) -> Tlv {
    sequence([
        Some(Tlv::constructed(at(0), [who.identity()])),
        Some(info.tlv(at(1))),
        Some(isdn(at(3), scf)),
    ])
}

/// Makes the argument of provideSubscriberInfo.
#[must_use]
pub fn provide_subscriber_info(subscriber: Digits, info: RequestedInfo) -> Tlv {
    sequence([Some(imsi(at(0), subscriber)), Some(info.tlv(at(2)))])
}

/// LocationInformation.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocationInformation {
    /// ageOfLocationInformation in minutes.
    pub age: Option<u16>,
    /// vlr-number.
    pub vlr: Option<Digits>,
    /// A cell of no place.
    pub cell: bool,
    /// A location area of no place, in place of the cell.
    pub area: bool,
    /// geographicalInformation of no place.
    pub coordinates: bool,
    /// msc-Number.
    pub msc: Option<Digits>,
    /// currentLocationRetrieved.
    pub paged: bool,
}

impl LocationInformation {
    pub(super) fn tlv(self, tag: u8) -> Tlv {
        let cell = if self.cell {
            Some(Tlv::primitive(at(0), CELL))
        } else {
            self.area.then(|| Tlv::primitive(at(1), AREA))
        };
        under(
            tag,
            [
                self.age.map(|age| Tlv::integer(INTEGER, age.into())),
                self.coordinates.then(|| Tlv::primitive(at(0), PLACE)),
                self.vlr.map(|vlr| isdn(at(1), vlr)),
                cell.map(|cell| Tlv::constructed(at(3), [cell])),
                self.msc.map(|msc| isdn(at(6), msc)),
                self.paged.then(|| Tlv::null(at(8))),
            ],
        )
    }
}

/// SubscriberInfo: the result of anyTimeInterrogation and provideSubscriberInfo.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubscriberInfo {
    /// locationInformation.
    pub location: Option<LocationInformation>,
    /// subscriberState: 0 idle, 1 busy, 2 not provided.
    pub state: Option<u8>,
    /// imei.
    pub imei: Option<Digits>,
}

impl SubscriberInfo {
    /// Returns the result.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        sequence([Some(self.bare(SEQUENCE))])
    }

    /// SubscriberInfo alone, under this tag.
    pub(super) fn bare(&self, tag: u8) -> Tlv {
        under(
            tag,
            [
                self.location.map(|location| location.tlv(at(0))),
                self.state.map(|state| Tlv::constructed(at(1), [Tlv::null(at(state & 3))])),
                self.imei.map(|digits| imsi(at(5), digits)),
            ],
        )
    }
}

/// Makes the argument of sendRoutingInfoForLCS.
#[must_use]
pub fn send_routing_info_for_lcs(gmlc: Digits, who: Subscriber) -> Tlv {
    sequence([Some(isdn(at(0), gmlc)), Some(Tlv::constructed(at(1), [who.identity()]))])
}

/// Makes the result of sendRoutingInfoForLCS: the other identity, and who serves.
#[must_use]
pub fn send_routing_info_for_lcs_result(who: Subscriber, msc: Digits) -> Tlv {
    let node = Tlv::constructed(at(1), [isdn(OCTETS, msc)]);
    sequence([Some(Tlv::constructed(at(0), [who.identity()])), Some(node)])
}

/// provideSubscriberLocation. What is `None` is left out.
#[derive(Clone, Copy, Debug)]
pub struct ProvideSubscriberLocation {
    /// Who.
    pub who: Subscriber,
    /// locationEstimateType.
    pub location_type: i64,
    /// mlc-Number.
    pub gmlc: Digits,
    /// lcsClientType.
    pub client_type: Option<i64>,
    /// externalAddress of the client.
    pub client: Option<Digits>,
    /// privacyOverride.
    pub privacy_override: bool,
    /// lcs-ReferenceNumber.
    pub reference: Option<u8>,
    /// areaEventInfo, of one area.
    pub area_event: bool,
    /// periodicLDRInfo: so many reports, so many seconds apart.
    pub periodic: Option<(i64, i64)>,
}

impl ProvideSubscriberLocation {
    /// Asks for the current location.
    #[must_use]
    pub const fn new(who: Subscriber, gmlc: Digits) -> Self {
        Self {
            who,
            location_type: 0,
            gmlc,
            client_type: None,
            client: None,
            privacy_override: false,
            reference: None,
            area_event: false,
            periodic: None,
        }
    }

    /// Returns the argument.
    #[must_use]
    pub fn tlv(&self) -> Tlv {
        let (by_imsi, by_msisdn) = match self.who {
            Subscriber::Imsi(digits) => (Some(imsi(at(2), digits)), None),
            Subscriber::Msisdn(digits) => (None, Some(isdn(at(3), digits))),
        };
        let area =
            Tlv::constructed(SEQUENCE, [Tlv::integer(at(0), 0), Tlv::primitive(at(1), AREA)]);
        let areas = Tlv::constructed(at(0), [Tlv::constructed(at(0), [area])]);
        let periodic = self.periodic.map(|(amount, interval)| {
            [Tlv::integer(INTEGER, amount), Tlv::integer(INTEGER, interval)]
        });
        sequence([
            Some(Tlv::constructed(SEQUENCE, [Tlv::integer(at(0), self.location_type)])),
            Some(isdn(OCTETS, self.gmlc)),
            self.client_type.map(|kind| client_id(at(0), kind, self.client)),
            self.privacy_override.then(|| Tlv::null(at(1))),
            by_imsi,
            by_msisdn,
            self.reference.map(|reference| Tlv::primitive(at(10), [reference])),
            self.area_event.then(|| Tlv::constructed(at(14), [areas])),
            periodic.map(|periodic| Tlv::constructed(at(17), periodic)),
        ])
    }
}

/// Makes the result of provideSubscriberLocation: coordinates of no place.
#[must_use]
pub fn provide_subscriber_location_result(age: Option<u16>) -> Tlv {
    let age = age.map(|age| Tlv::integer(at(0), age.into()));
    sequence([Some(Tlv::primitive(OCTETS, PLACE)), age])
}

/// Makes the argument of subscriberLocationReport: coordinates of no place.
#[must_use]
pub fn subscriber_location_report(
    event: i64,
    who: Subscriber,
    msc: Digits,
    reference: Option<u8>,
) -> Tlv {
    let who = match who {
        Subscriber::Msisdn(digits) => isdn(at(0), digits),
        Subscriber::Imsi(digits) => imsi(at(1), digits),
    };
    sequence([
        Some(Tlv::integer(ENUMERATED, event)),
        Some(client_id(SEQUENCE, 1, None)),
        Some(Tlv::constructed(SEQUENCE, [isdn(OCTETS, msc)])),
        Some(who),
        Some(Tlv::primitive(at(5), PLACE)),
        reference.map(|reference| Tlv::primitive(at(10), [reference])),
    ])
}

fn client_id(tag: u8, kind: i64, address: Option<Digits>) -> Tlv {
    let address = address.map(|digits| Tlv::constructed(at(1), [isdn(at(0), digits)]));
    under(tag, [Some(Tlv::integer(at(0), kind)), address])
}

/// MCC 001, MNC 01, and an area and cell of no place.
const CELL: [u8; 7] = [0x00, 0xf1, 0x10, 0, 1, 0, 1];
const AREA: [u8; 5] = [0x00, 0xf1, 0x10, 0, 1];
/// An ellipsoid point with uncertainty at 0, 0 (TS 23.032 §7.3.2).
const PLACE: [u8; 8] = [0x10, 0, 0, 0, 0, 0, 0, 9];
