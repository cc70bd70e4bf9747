//! Numbers as ISUP writes them (ITU-T Q.763 §3.9, §3.10, §3.26, §3.30, §3.39, §3.44) and causes
//! (Q.850 §2.2).
//!
//! All number parameters share a layout: odd/even and nature of address, numbering plan with
//! indicators that differ, then digits, low nibble first, with a filler when their count is odd.

use crate::{
    digits::Digits,
    map::parameters::{Address, Role},
    notes::{Note, Notes},
};

/// Reads a called party, calling party, location, original called, redirecting or charge number.
/// Nature and plan come as MAP codes them, so that addresses compare; `None` when there is not
/// even a plan.
pub fn number(octets: &[u8], role: Role, notes: &mut Notes) -> Option<Address> {
    let [first, second, digits @ ..] = octets else {
        notes.add(Note::CapArgumentBad);
        return None;
    };
    let nature = match first & 0x7f {
        1 => 4,
        2 => 0,
        3 => 2,
        4 => 1,
        5 => 3,
        // Spare, reserved or national: MAP's "reserved for extension".
        _ => 7,
    };
    let odd = first & ODD != 0;
    let digits = read(digits, odd, notes);
    Some(Address { role, nature, plan: second >> 4 & 7, digits })
}

/// Reads a generic number or generic digits: a qualifier, then a number (§3.26).
pub fn generic_number(octets: &[u8], role: Role, notes: &mut Notes) -> Option<Address> {
    number(octets.get(1..).unwrap_or_default(), role, notes)
}

/// Reads the cause value of a cause indicator (Q.850 §2.2): the octet after the one or two that
/// say who reports it.
pub fn cause(octets: &[u8], notes: &mut Notes) -> Option<u16> {
    // The first octet is followed by a recommendation when its extension bit is zero.
    let at = octets.first().map_or(0, |first| if first & EXTENSION == 0 { 2 } else { 1 });
    let cause = octets.get(at).map(|octet| u16::from(octet & !EXTENSION));
    if cause.is_none() {
        notes.add(Note::CapArgumentBad);
    }
    cause
}

fn read(octets: &[u8], odd: bool, notes: &mut Notes) -> Digits {
    let mut out = Digits::EMPTY;
    let last = octets.len().saturating_sub(1);
    for (at, &octet) in octets.iter().enumerate() {
        let end = at == last;
        for (digit, filler) in [(octet & 15, false), (octet >> 4, end && odd)] {
            // ST ends what was dialled (§3.9 e); it is not part of the number.
            if filler || (end && digit == ST) {
                continue;
            }
            if digit > 9 {
                notes.add(Note::TbcdBadDigit);
            }
            if !out.push(digit) {
                notes.add(Note::DigitsCut);
            }
        }
    }
    out
}

const ODD: u8 = 0x80;
const EXTENSION: u8 = 0x80;
const ST: u8 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (octets, nature, plan, digits, note) in [
            (&[0x84, 0x10, 0x51, 0x55, 0x05][..], 1, 1, "15555", None),
            (&[0x04, 0x10, 0x51, 0x55], 1, 1, "1555", None),
            (&[0x03, 0x13, 0x51, 0x55], 2, 1, "1555", None),
            (&[0x01, 0x10, 0x51, 0xf5], 4, 1, "155", None),
            (&[0x02, 0x00], 0, 0, "", None),
            (&[0x04, 0x10, 0x5c, 0x55], 1, 1, "c555", Some(Note::TbcdBadDigit)),
            (&[0x00, 0x0b], 7, 0, "", None),
        ] {
            let mut notes = Notes::default();
            let address = number(octets, Role::CalledNumber, &mut notes).unwrap();
            let found = (address.nature, address.plan, address.digits.to_string());
            assert_eq!(found, (nature, plan, digits.to_owned()), "{octets:02x?}");
            assert_eq!(notes.iter().next(), note, "{octets:02x?}");
        }
        let mut notes = Notes::default();
        assert_eq!(number(&[0x84], Role::CalledNumber, &mut notes), None);
        assert!(notes.contains(Note::CapArgumentBad));
        let generic = generic_number(&[6, 0x84, 0x10, 0x51, 0x05], Role::Other, &mut notes);
        assert_eq!(generic.unwrap().digits.to_string(), "155");
    }

    #[test]
    fn causes() {
        for (octets, want) in [
            (&[0x84, 0x90][..], Some(16)),
            (&[0x04, 0x80, 0x9f], Some(31)),
            (&[0x80], None),
            (&[], None),
        ] {
            assert_eq!(cause(octets, &mut Notes::default()), want, "{octets:02x?}");
        }
    }
}
