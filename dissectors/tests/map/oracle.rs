//! The crate `gsm_map`, another reading of the same ASN.1: it must accept what is emitted, and
//! find the same numbers in it.

use gsm_map::{
    SmRpDa,
    operations::{
        auth::{SendAuthenticationInfoArg, SendAuthenticationInfoRes},
        call_handling::{ProvideRoamingNumberArg, ProvideRoamingNumberRes, SendRoutingInfoArg},
        gprs_location::{SendRoutingInfoForGprsArg, UpdateGprsLocationArg},
        lcs::{
            ProvideSubscriberLocationArg, ProvideSubscriberLocationRes, SendRoutingInfoForLcsArg,
            SubscriberLocationReportArg,
        },
        location::{
            CancelLocationArg, Identity, PurgeMsArg, SendIdentificationRes, UpdateLocationArg,
            UpdateLocationRes,
        },
        mo_forward_sm::MoForwardSmArg,
        mt_forward_sm::MtForwardSmArg,
        notification::{NoteMmEventArg, SsInvocationNotificationArg},
        report_sm::ReportSmDeliveryStatusArg,
        sri_sm::{RoutingInfoForSmArg, RoutingInfoForSmRes},
        subscriber_data::InsertSubscriberDataArg,
        subscriber_info::{
            AnyTimeInterrogationArg, AnyTimeInterrogationRes, AnyTimeModificationArg,
            ProvideSubscriberInfoArg, SubscriberIdentity,
        },
    },
};
use picket_dissectors::{Digits, Notes, tbcd};

use crate::common::{Part, read, samples};

/// What the oracle finds: IMSI and MSISDN as octets.
#[derive(Default)]
struct Found {
    imsi: Option<Vec<u8>>,
    msisdn: Option<Vec<u8>>,
}

fn imsi(octets: impl AsRef<[u8]>) -> Found {
    Found { imsi: Some(octets.as_ref().to_vec()), msisdn: None }
}

fn msisdn(octets: impl AsRef<[u8]>) -> Found {
    Found { imsi: None, msisdn: Some(octets.as_ref().to_vec()) }
}

fn both(imsi: Option<impl AsRef<[u8]>>, msisdn: Option<impl AsRef<[u8]>>) -> Found {
    let octets = |octets: &dyn AsRef<[u8]>| octets.as_ref().to_vec();
    Found { imsi: imsi.map(|imsi| octets(&imsi)), msisdn: msisdn.map(|msisdn| octets(&msisdn)) }
}

fn identity(identity: SubscriberIdentity) -> Found {
    match identity {
        SubscriberIdentity::Imsi(octets) => imsi(octets),
        SubscriberIdentity::Msisdn(octets) => msisdn(octets),
    }
}

macro_rules! decode {
    ($kind:ty, $octets:expr, $found:expr) => {{
        let value: $kind = gsm_map::decode($octets).expect(stringify!($kind));
        let found: fn($kind) -> Found = $found;
        found(value)
    }};
}

/// Reads the sample as the oracle does; `None` where it has no type of its own for it, and for
/// deleteSubscriberData, whose basicServiceList it takes for one of octet strings.
fn oracle(part: Part, code: u8, version: u8, octets: &[u8]) -> Option<Found> {
    let nothing = Found::default;
    Some(match (part, code, version) {
        (Part::Argument, 2, 3) => decode!(UpdateLocationArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 3, 3) => decode!(CancelLocationArg, octets, |v| match v.identity {
            Identity::Imsi(octets) => imsi(octets),
            Identity::ImsiWithLmsi(both) => imsi(both.imsi),
        }),
        (Part::Argument, 4, 3) => {
            decode!(ProvideRoamingNumberArg, octets, |v| both(Some(v.imsi), v.msisdn))
        }
        (Part::Argument, 7, 3) => {
            decode!(InsertSubscriberDataArg, octets, |v| both(v.imsi, v.msisdn))
        }
        (Part::Argument, 22, 3) => decode!(SendRoutingInfoArg, octets, |v| msisdn(v.msisdn)),
        (Part::Argument, 23, 3) => decode!(UpdateGprsLocationArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 24, 3) => decode!(SendRoutingInfoForGprsArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 44, 3) => decode!(MtForwardSmArg, octets, |v| match v.sm_rp_da {
            SmRpDa::Imsi(octets) => imsi(octets),
            _ => Found::default(),
        }),
        (Part::Argument, 46, 3) => decode!(MoForwardSmArg, octets, |v| both(v.imsi, None::<&[u8]>)),
        (Part::Argument, 45, _) => decode!(RoutingInfoForSmArg, octets, |v| msisdn(v.msisdn)),
        (Part::Argument, 47, 3) => {
            decode!(ReportSmDeliveryStatusArg, octets, |v| msisdn(v.msisdn))
        }
        (Part::Argument, 56, 3) => decode!(SendAuthenticationInfoArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 65, 3) => {
            decode!(AnyTimeModificationArg, octets, |v| identity(v.subscriber_identity))
        }
        (Part::Argument, 67, 3) => decode!(PurgeMsArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 70, 3) => decode!(ProvideSubscriberInfoArg, octets, |v| imsi(v.imsi)),
        (Part::Argument, 71, 3) => {
            decode!(AnyTimeInterrogationArg, octets, |v| identity(v.subscriber_identity))
        }
        (Part::Argument, 72, 3) => {
            decode!(SsInvocationNotificationArg, octets, |v| both(Some(v.imsi), Some(v.msisdn)))
        }
        (Part::Argument, 83, 3) => {
            decode!(ProvideSubscriberLocationArg, octets, |v| both(v.imsi, v.msisdn))
        }
        (Part::Argument, 85, 3) => {
            decode!(SendRoutingInfoForLcsArg, octets, |_| Found::default());
            nothing()
        }
        (Part::Argument, 86, 3) => {
            decode!(SubscriberLocationReportArg, octets, |v| both(v.imsi, v.msisdn))
        }
        (Part::Argument, 89, 3) => {
            decode!(NoteMmEventArg, octets, |v| both(Some(v.imsi), Some(v.msisdn)))
        }
        (Part::Result, 2, 3) => decode!(UpdateLocationRes, octets, |_| Found::default()),
        (Part::Result, 4, 3) => decode!(ProvideRoamingNumberRes, octets, |_| Found::default()),
        (Part::Result, 45, 3) => decode!(RoutingInfoForSmRes, octets, |v| imsi(v.imsi)),
        (Part::Result, 55, 3) => {
            decode!(SendIdentificationRes, octets, |v| both(v.imsi, None::<&[u8]>))
        }
        (Part::Result, 56, 3) => {
            decode!(SendAuthenticationInfoRes, octets, |_| Found::default())
        }
        (Part::Result, 70 | 71, 3) => {
            decode!(AnyTimeInterrogationRes, octets, |_| Found::default())
        }
        (Part::Result, 83, 3) => {
            decode!(ProvideSubscriberLocationRes, octets, |_| Found::default())
        }
        _ => return None,
    })
}

fn digits(octets: &[u8]) -> Digits {
    tbcd::read(octets, &mut Notes::default())
}

#[test]
fn the_oracle_finds_the_same_subscriber() {
    let mut compared = 0;
    for (part, code, version, tlv) in samples() {
        let octets = tlv.encode();
        let Some(found) = oracle(part, code, version, &octets) else { continue };
        let (_, out, _) = read(part, code, version, &octets);
        if let Some(imsi) = found.imsi {
            assert_eq!(out.imsi, Some(digits(&imsi)), "{part:?} {code}");
        }
        if let Some(msisdn) = found.msisdn {
            assert_eq!(out.msisdn, Some(digits(&msisdn[1..])), "{part:?} {code}");
        }
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}
