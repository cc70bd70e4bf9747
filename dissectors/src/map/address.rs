//! Addresses and identities (TS 29.002 §17.7.8): AddressString and its kin, IMSI, IMEI, TMSI.
//!
//! An AddressString is one octet of extension bit, nature of address and numbering plan, and then
//! TBCD digits. The codes of nature and plan differ from SCCP's (Q.713 §3.4.2.3).

use super::parameters::{Address, Role};
use crate::{
    digits::Digits,
    notes::{Note, Notes},
    tbcd,
};

/// Reads an AddressString of at most `longest` octets.
///
/// `None` when there is no octet at all, or no digit after the first. A missing extension bit, a
/// reserved nature and too many octets are noted, and read all the same.
pub fn read(octets: &[u8], longest: usize, role: Role, notes: &mut Notes) -> Option<Address> {
    let Some((&first, digits)) = octets.split_first() else {
        notes.add(Note::MapAddressBad);
        return None;
    };
    let nature = first >> 4 & 7;
    if first & NO_EXTENSION == 0 || RESERVED_NATURES.contains(&nature) || octets.len() > longest {
        notes.add(Note::MapAddressBad);
    }
    let digits = tbcd::read(digits, notes);
    (!digits.is_empty()).then_some(Address { role, nature, plan: first & 15, digits })
}

/// What reading an identity gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Identity {
    /// The digits that could be read; none is `Digits::EMPTY`.
    pub digits: Digits,
    /// Whether they are what the standard allows.
    pub good: bool,
}

/// Reads an IMSI: three to eight octets of TBCD, of decimal digits.
///
/// A length other than 14 or 15 digits is noted, and is good as long as there are at least the
/// digits of a network (E.212 §6); what does not decode is noted and not good.
pub fn imsi(octets: &[u8], notes: &mut Notes) -> Identity {
    let mut odd = Notes::default();
    let digits = tbcd::read(octets, &mut odd);
    let decodes = odd.is_empty();
    let sized = (3..=8).contains(&octets.len()) && digits.len() <= 15;
    notes.merge(&odd);
    if !decodes || digits.is_empty() {
        notes.add(Note::MapImsiNotDecodable);
    }
    if !sized || digits.len() < 14 {
        notes.add(Note::MapImsiLength);
    }
    Identity { digits, good: decodes && sized && digits.len() > 4 }
}

/// Reads an IMEI or IMEISV: eight octets of TBCD.
pub fn imei(octets: &[u8], notes: &mut Notes) -> Option<Digits> {
    if octets.len() != 8 {
        notes.add(Note::BerValueSize);
    }
    let digits = tbcd::read(octets, notes);
    (!digits.is_empty()).then_some(digits)
}

/// Reads a TMSI of one to four octets.
pub fn tmsi(octets: &[u8], notes: &mut Notes) -> Option<u32> {
    if octets.is_empty() || octets.len() > 4 {
        notes.add(Note::BerValueSize);
        return None;
    }
    Some(octets.iter().fold(0, |tmsi, &octet| tmsi << 8 | u32::from(octet)))
}

/// Reads a PLMN-Id (three octets): MCC, then MNC of two or three digits.
///
/// The third digit of the MNC stands before the others, in the high nibble of the second octet.
pub fn plmn(octets: &[u8], notes: &mut Notes) -> Option<Digits> {
    let &[a, b, c] = octets else {
        notes.add(Note::BerValueSize);
        return None;
    };
    let mut digits = Digits::EMPTY;
    for digit in [a & 15, a >> 4, b & 15, c & 15, c >> 4] {
        digits.push(digit);
    }
    if b >> 4 != 15 {
        digits.push(b >> 4);
    }
    Some(digits)
}

/// The octets of an ISDN-AddressString.
pub const ISDN: usize = 9;
/// The octets of an AddressString.
pub const ANY: usize = 20;
/// The octets of an FTN-AddressString.
pub const FTN: usize = 15;

const NO_EXTENSION: u8 = 0x80;
const RESERVED_NATURES: [u8; 2] = [5, 7];

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn address_strings() {
        for (octets, want, note) in [
            (&[0x91_u8, 0x51, 0x55, 0xf5][..], Some((1, 1, "15555")), None),
            (&[0xa1, 0x55], Some((2, 1, "55")), None),
            (&[0x11, 0x55], Some((1, 1, "55")), Some(Note::MapAddressBad)),
            (&[0xd1, 0x55], Some((5, 1, "55")), Some(Note::MapAddressBad)),
            (&[0x91; 10], Some((1, 1, "191919191919191919")), Some(Note::MapAddressBad)),
            (&[0x91], None, None),
            (&[], None, Some(Note::MapAddressBad)),
        ] {
            let mut notes = Notes::default();
            let address = read(octets, ISDN, Role::Vlr, &mut notes);
            let want = want.map(|(nature, plan, text)| Address {
                role: Role::Vlr,
                nature,
                plan,
                digits: digits(text),
            });
            assert_eq!(address, want, "{octets:02x?}");
            assert_eq!(notes.iter().next(), note, "{octets:02x?}");
        }
    }

    #[test]
    fn imsis() {
        use Note::{MapImsiLength, MapImsiNotDecodable, TbcdBadDigit, TbcdBadFiller};
        let plain = [0x00, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0];
        for (octets, text, good, want) in [
            (&plain[..], "001101234567890", true, &[][..]),
            (&plain[..7], "00110123456789", true, &[]),
            (&plain[..6], "001101234567", true, &[MapImsiLength]),
            (&plain[..2], "0011", false, &[MapImsiLength]),
            (&[], "", false, &[MapImsiLength, MapImsiNotDecodable]),
            (&[0; 9], "000000000000000000", false, &[MapImsiLength]),
            (
                &[0x00, 0x1a, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0],
                "00a101234567890",
                false,
                &[TbcdBadDigit, MapImsiNotDecodable],
            ),
            (
                &[0x00, 0xf1, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0],
                "001",
                false,
                &[TbcdBadFiller, MapImsiLength, MapImsiNotDecodable],
            ),
        ] {
            let mut notes = Notes::default();
            assert_eq!(imsi(octets, &mut notes), Identity { digits: digits(text), good });
            assert_eq!(notes.iter().collect::<Vec<_>>(), want, "{octets:02x?}");
        }
    }

    #[test]
    fn networks() {
        for (octets, want) in [
            (&[0x00_u8, 0xf1, 0x10][..], Some("00101")),
            (&[0x13, 0x00, 0x62], Some("310260")),
            (&[0x00], None),
        ] {
            assert_eq!(plmn(octets, &mut Notes::default()), want.map(digits), "{octets:02x?}");
        }
    }
}
