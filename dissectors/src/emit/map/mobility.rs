//! Registration (TS 29.002 §17.7.1): updateLocation and its kin.

use super::{
    ENUMERATED, NULL, OCTETS, SEQUENCE, at, imsi, isdn, location::LocationInformation, sequence,
    under,
};
use crate::{digits::Digits, emit::ber::Tlv};

/// Makes the argument of updateLocation. Version 1 has the same shape.
#[must_use]
pub fn update_location(subscriber: Digits, msc: Digits, vlr: Digits) -> Tlv {
    sequence([Some(imsi(OCTETS, subscriber)), Some(isdn(at(1), msc)), Some(isdn(OCTETS, vlr))])
}

/// Makes the argument of updateGprsLocation; the SGSN's own address is of documentation (RFC 5737).
#[must_use]
pub fn update_gprs_location(subscriber: Digits, sgsn: Digits) -> Tlv {
    let gsn = Tlv::primitive(OCTETS, GSN_ADDRESS);
    sequence([Some(imsi(OCTETS, subscriber)), Some(isdn(OCTETS, sgsn)), Some(gsn)])
}

/// Makes the result of updateLocation, updateGprsLocation and restoreData. Below version 3 it may
/// be the bare number.
#[must_use]
pub fn hlr_number(hlr: Digits, version: u8) -> Tlv {
    match version {
        1 | 2 => isdn(OCTETS, hlr),
        _ => sequence([Some(isdn(OCTETS, hlr))]),
    }
}

/// Makes the argument of cancelLocation; below version 3 a bare IMSI.
#[must_use]
pub fn cancel_location(subscriber: Digits, kind: Option<i64>, version: u8) -> Tlv {
    match version {
        1 | 2 => imsi(OCTETS, subscriber),
        _ => {
            let kind = kind.map(|kind| Tlv::integer(ENUMERATED, kind));
            under(at(3), [Some(imsi(OCTETS, subscriber)), kind])
        }
    }
}

/// Makes the argument of purgeMS from a VLR or an SGSN.
#[must_use]
pub fn purge_ms(subscriber: Digits, vlr: Option<Digits>, sgsn: Option<Digits>, version: u8) -> Tlv {
    let subscriber = imsi(OCTETS, subscriber);
    match version {
        2 => sequence([Some(subscriber), vlr.map(|vlr| isdn(OCTETS, vlr))]),
        _ => under(
            at(3),
            [Some(subscriber), vlr.map(|vlr| isdn(at(0), vlr)), sgsn.map(|sgsn| isdn(at(1), sgsn))],
        ),
    }
}

/// Makes the result of purgeMS.
#[must_use]
pub fn purge_ms_result(freeze_tmsi: bool) -> Tlv {
    sequence([freeze_tmsi.then(|| Tlv::null(at(0)))])
}

/// Makes the argument of sendIdentification; a bare TMSI in version 2.
#[must_use]
pub fn send_identification(tmsi: u32, version: u8) -> Tlv {
    let tmsi = Tlv::primitive(OCTETS, tmsi.to_be_bytes());
    if version == 2 { tmsi } else { sequence([Some(tmsi)]) }
}

/// Makes the result of sendIdentification, with vectors.
#[must_use]
pub fn send_identification_result(subscriber: Digits, vectors: usize, version: u8) -> Tlv {
    let subscriber = Some(imsi(OCTETS, subscriber));
    let triplets = super::authentication::triplets(vectors);
    match version {
        2 => sequence([subscriber, Some(Tlv::constructed(SEQUENCE, triplets))]),
        _ => under(at(3), [subscriber, Some(Tlv::constructed(at(0), triplets))]),
    }
}

/// Makes the argument of restoreData.
#[must_use]
pub fn restore_data(subscriber: Digits) -> Tlv {
    sequence([Some(imsi(OCTETS, subscriber))])
}

/// Makes the argument of reset.
#[must_use]
pub fn reset(hlr: Digits) -> Tlv {
    sequence([Some(isdn(OCTETS, hlr))])
}

/// Makes the result of restoreData of a phone that is not reachable.
#[must_use]
pub fn restore_data_result(hlr: Digits, not_reachable: bool) -> Tlv {
    sequence([Some(isdn(OCTETS, hlr)), not_reachable.then(|| Tlv::null(NULL))])
}

/// Makes the argument of noteMM-Event: what an armed M-CSI reports.
#[must_use]
pub fn note_mm_event(
    service_key: u32,
    event: u8,
    subscriber: Digits,
    msisdn: Digits,
    location: Option<LocationInformation>,
) -> Tlv {
    sequence([
        Some(Tlv::integer(super::INTEGER, service_key.into())),
        Some(Tlv::primitive(at(0), [event])),
        Some(imsi(at(1), subscriber)),
        Some(isdn(at(2), msisdn)),
        location.map(|location| location.tlv(at(3))),
    ])
}

/// Type and length, and 192.0.2.1.
const GSN_ADDRESS: [u8; 5] = [0x04, 192, 0, 2, 1];
