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
use picket_dissectors::{Digits, Notes, map::Parameters, tbcd};
use proptest::prelude::*;

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
        let found: fn($kind) -> Found = $found;
        gsm_map::decode::<$kind>($octets).map(found).map_err(|error| error.to_string())
    }};
}

/// Reads the sample as the oracle does; `None` where it has no type of its own for it, and for
/// deleteSubscriberData, whose basicServiceList it takes for one of octet strings.
fn oracle(part: Part, code: u8, version: u8, octets: &[u8]) -> Option<Result<Found, String>> {
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
            decode!(SendRoutingInfoForLcsArg, octets, |_| Found::default())
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

/// Says where the two readings differ. A key without digits reads as none.
fn difference(found: &Found, out: &Parameters) -> Option<String> {
    let read = |octets: Option<&[u8]>| octets.map(digits).filter(|digits| !digits.is_empty());
    let theirs = (
        read(found.imsi.as_deref()),
        read(found.msisdn.as_deref().and_then(|octets| octets.get(1..))),
    );
    let ours = (found.imsi.as_ref().and(out.imsi), found.msisdn.as_ref().and(out.msisdn));
    (theirs != ours).then(|| format!("{theirs:?} {ours:?}"))
}

#[test]
fn the_oracle_finds_the_same_subscriber() {
    let mut compared = 0;
    for (part, code, version, tlv) in samples() {
        let octets = tlv.encode();
        let Some(found) = oracle(part, code, version, &octets) else { continue };
        let (_, out, _) = read(part, code, version, &octets);
        assert_eq!(difference(&found.unwrap(), &out), None, "{part:?} {code}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_the_oracle_accepts_reads_the_same_here(
        (part, code, version, tlv) in prop::sample::select(samples()),
        at in any::<prop::sample::Index>(),
        octet: u8,
    ) {
        let mut octets = tlv.encode();
        let at = at.index(octets.len());
        octets[at] = octet;
        if let Some(Ok(found)) = oracle(part, code, version, &octets) {
            let (_, out, _) = read(part, code, version, &octets);
            prop_assert_eq!(difference(&found, &out), None, "{:?} {} {:02x?}", part, code, octets);
        }
    }
}
