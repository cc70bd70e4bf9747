//! Arguments, results and error parameters of MAP operations (TS 29.002 §17.7), for synthesis and
//! tests.
//!
//! Numbers are international E.164 unless the builder says otherwise. Content and places are
//! neutral: the same cell, the same coordinates, keys of zeros, a text of one letter.

pub mod authentication;
pub mod location;
pub mod mobility;
pub mod routing;
pub mod services;
pub mod sms;
pub mod subscriber;

use super::ber::Tlv;
use crate::{digits::Digits, map::parameters::Address};

/// Who an operation is about, where it takes either.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subscriber {
    /// By IMSI.
    Imsi(Digits),
    /// By MSISDN.
    Msisdn(Digits),
}

impl Subscriber {
    /// SubscriberIdentity: `[0]` IMSI or `[1]` MSISDN.
    fn identity(self) -> Tlv {
        match self {
            Self::Imsi(digits) => imsi(at(0), digits),
            Self::Msisdn(digits) => isdn(at(1), digits),
        }
    }
}

/// Makes an element of an IMSI, IMEI or other TBCD string under this tag.
#[must_use]
pub fn imsi(tag: u8, digits: Digits) -> Tlv {
    Tlv::primitive(tag, tbcd(digits))
}

/// Makes an element of an international E.164 number under this tag.
#[must_use]
pub fn isdn(tag: u8, digits: Digits) -> Tlv {
    number(tag, Address { nature: 1, plan: 1, digits, ..Address::default() })
}

/// Makes an element of an AddressString of any nature and plan under this tag.
#[must_use]
pub fn number(tag: u8, address: Address) -> Tlv {
    Tlv::primitive(tag, address_string(address))
}

/// Makes the octets of an AddressString (§17.7.8), as MAP-Open's references have them.
#[must_use]
pub fn address_string(address: Address) -> Vec<u8> {
    let mut octets = vec![0x80 | (address.nature & 7) << 4 | (address.plan & 15)];
    octets.extend(tbcd(address.digits));
    octets
}

/// Makes the parameter of an error: a sequence with a cause, or an empty one.
#[must_use]
pub fn error_parameter(cause: Option<i64>) -> Tlv {
    Tlv::constructed(SEQUENCE, cause.map(|cause| Tlv::integer(ENUMERATED, cause)))
}

/// Makes the parameter of absentSubscriberSM (§17.7.7).
#[must_use]
pub fn absent_subscriber_sm(diagnostic: i64) -> Tlv {
    Tlv::constructed(SEQUENCE, [Tlv::integer(INTEGER, diagnostic)])
}

/// Makes an extension container of one private extension (§17.7.11) under this tag.
#[must_use]
pub fn extension_container(tag: u8, octets: &[u8]) -> Tlv {
    let kind = Tlv::object_identifier(0x06, &[1, 2, 999, 1]);
    let extension = Tlv::constructed(SEQUENCE, [kind, Tlv::primitive(OCTETS, octets)]);
    Tlv::constructed(tag, [Tlv::constructed(at(0), [extension])])
}

/// Makes an empty result: a sequence of nothing.
#[must_use]
pub fn empty() -> Tlv {
    Tlv::constructed(SEQUENCE, [])
}

/// Makes the sequence of those members that are there.
fn sequence(members: impl IntoIterator<Item = Option<Tlv>>) -> Tlv {
    under(SEQUENCE, members)
}

/// Makes a sequence under another tag.
fn under(tag: u8, members: impl IntoIterator<Item = Option<Tlv>>) -> Tlv {
    Tlv::constructed(tag, members.into_iter().flatten())
}

/// Returns the identifier octet of `[number]`, number below 31.
const fn at(number: u8) -> u8 {
    0x80 | number
}

fn tbcd(digits: Digits) -> Vec<u8> {
    let digits: Vec<u8> = digits.iter().collect();
    digits
        .chunks(2)
        .map(|pair| pair.get(1).copied().unwrap_or(15) << 4 | pair.first().copied().unwrap_or(15))
        .collect()
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;
