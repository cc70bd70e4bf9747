//! Whom an argument is about, told by its shape, where its operation is not known.
//!
//! Of later releases and of private operations no table is at hand, but they write numbers as MAP
//! does (TS 29.002 §17.7.8). An octet string of eight octets with the fifteen digits of an IMSI, or
//! of seven with fourteen, is taken for one; an ISDN-AddressString that says it is international
//! E.164 for a number. The first IMSI is the subscriber's; without one the first number is.
//! Everything is looked at in order, bounded in depth and count, and nothing is noted: what the
//! argument should be is not known.

use super::{
    Parameters,
    parameters::{Address, Role},
};
use crate::{
    ber::{Class, Element},
    digits::Digits,
    notes::Notes,
    tbcd,
};

/// Reads identities and numbers of an argument of which nothing else is known.
pub fn argument(parameter: &Element<'_>, out: &mut Parameters) {
    let mut left = ELEMENTS;
    element(parameter, 0, &mut left, out);
}

fn element(element: &Element<'_>, depth: usize, left: &mut u16, out: &mut Parameters) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let string = element.is_universal(OCTET_STRING) || element.tag.class == Class::Context;
    if !element.tag.constructed {
        if string {
            octets(element.content, out);
        }
        return;
    }
    let mut notes = Notes::default();
    // A string in pieces is a tag around octet strings that only together are a number.
    let mut members = element.elements(&mut notes);
    let (mut pieces, mut several) = (string, 0_u8);
    while let Some(member) = members.next_or_cut(&mut notes) {
        pieces &= member.is_universal(OCTET_STRING);
        several = several.saturating_add(1);
        if depth < DEPTH {
            self::element(&member, depth + 1, left, out);
        }
    }
    if pieces && several > 1 {
        octets(&element.string(&mut notes), out);
    }
}

fn octets(octets: &[u8], out: &mut Parameters) {
    if let Some(imsi) = imsi(octets) {
        out.imsi = out.imsi.or(Some(imsi));
        // What looked like the subscriber's number was another's.
        out.msisdn = None;
        return;
    }
    let Some(number) = international(octets) else { return };
    if out.imsi.is_none() && out.msisdn.is_none() && out.addresses.is_empty() {
        out.msisdn = Some(number);
        out.msisdn_nature = Some(NATURE);
    }
    let address = Address { role: Role::Other, nature: NATURE, plan: E164, digits: number };
    out.addresses.push(address, &mut Notes::default());
}

/// An IMSI as it looks like: a mobile country code there is (E.212 annex A), fourteen or fifteen
/// decimal digits that fill their octets.
fn imsi(octets: &[u8]) -> Option<Digits> {
    let digits = decimal(octets)?;
    let fits = matches!((octets.len(), digits.len()), (8, 15) | (7, 14));
    let country = [digits.get(0)?, digits.get(1)?, digits.get(2)?];
    let assigned = matches!(country, [2..=7, ..] | [0, 0, 1] | [9, 0, 1] | [9, 9, 9]);
    (fits && assigned).then_some(digits)
}

/// An ISDN-AddressString of an international number.
fn international(octets: &[u8]) -> Option<Digits> {
    let (&FIRST, rest) = octets.split_first()? else { return None };
    decimal(rest).filter(|digits| (7..=15).contains(&digits.len()) && digits.get(0) != Some(0))
}

fn decimal(octets: &[u8]) -> Option<Digits> {
    let mut notes = Notes::default();
    let digits = tbcd::read(octets, &mut notes);
    (notes.is_empty() && octets.len() <= LONGEST && !digits.is_empty()).then_some(digits)
}

const OCTET_STRING: u32 = 4;
/// Extension bit, international, E.164.
const FIRST: u8 = 0x91;
const NATURE: u8 = 1;
const E164: u8 = 1;
const LONGEST: usize = 9;
/// Arguments of MAP nest their identities two or three deep.
const DEPTH: usize = 6;
const ELEMENTS: u16 = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ber::Elements, emit::ber::Tlv};

    fn read(tlv: &Tlv) -> Parameters {
        let octets = tlv.encode();
        let element = Elements::new(&octets).next_or_cut(&mut Notes::default()).unwrap();
        let mut out = Parameters::default();
        argument(&element, &mut out);
        out
    }

    #[test]
    fn identities_are_known_by_their_shape() {
        let digits = |text| Digits::parse(text);
        let imsi = [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0];
        let number = [0x91, 0x51, 0x55, 0x10, 0x00];
        let text = "001011234567890";
        for (argument, want_imsi, want_msisdn) in [
            (Tlv::primitive(0x04, imsi), Some(text), None),
            (Tlv::constructed(0x30, [Tlv::primitive(0x82, imsi)]), Some(text), None),
            (
                Tlv::constructed(0x30, [Tlv::constructed(0xa0, [Tlv::primitive(0x80, imsi)])]),
                Some(text),
                None,
            ),
            (Tlv::constructed(0x30, [Tlv::primitive(0x80, number)]), None, Some("15550100")),
            (
                Tlv::constructed(0x30, [Tlv::primitive(0x80, number), Tlv::primitive(0x81, imsi)]),
                Some(text),
                None,
            ),
            (
                Tlv::constructed(
                    0xa0,
                    [Tlv::primitive(0x04, &imsi[..3]), Tlv::primitive(0x04, &imsi[3..])],
                ),
                Some(text),
                None,
            ),
            // A cell identity, a key, an integer, a number of the network itself.
            (Tlv::primitive(0x80, [0x00, 0xf1, 0x10, 0x12, 0x34, 0x56, 0x78]), None, None),
            (Tlv::primitive(0x04, [0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4]), None, None),
            (Tlv::primitive(0x02, imsi), None, None),
            (Tlv::primitive(0x04, [0xa1, 0x51, 0x55, 0x10, 0x00]), None, None),
        ] {
            let out = read(&argument);
            let got = (out.imsi, out.msisdn);
            assert_eq!(
                got,
                (want_imsi.and_then(digits), want_msisdn.and_then(digits)),
                "{argument:?}"
            );
        }
    }

    #[test]
    fn any_amount_is_looked_at_within_bounds() {
        let imsi = [0x00, 0x01, 0x11, 0x32, 0x54, 0x76, 0x98, 0xf0];
        let mut nested = Tlv::primitive(0x80, imsi);
        for _ in 0..DEPTH {
            nested = Tlv::constructed(0x30, [nested]);
        }
        assert!(read(&nested).imsi.is_some());
        assert!(read(&Tlv::constructed(0x30, [nested])).imsi.is_none());
        let before = |count| {
            let fill = std::iter::repeat_with(|| Tlv::null(0x05)).take(count);
            Tlv::constructed(0x30, fill.chain([Tlv::primitive(0x80, imsi)]))
        };
        assert!(read(&before(usize::from(ELEMENTS) - 2)).imsi.is_some());
        assert!(read(&before(usize::from(ELEMENTS) - 1)).imsi.is_none());
    }
}
