//! Telephony BCD: two digits an octet, low nibble first (TS 29.002 §17.7.8 TBCD-STRING).

use crate::{
    digits::Digits,
    notes::{Note, Notes},
};

/// Reads a TBCD string: digits until the end or a filler `1111` in the last octet.
///
/// A filler before the end, a digit above 9 and digits beyond [`Digits::MAX`] are noted; a filler
/// inside ends the number, as endpoints do.
pub fn read(octets: &[u8], notes: &mut Notes) -> Digits {
    let Some(all) = Digits::from_swapped(octets, 2 * octets.len()) else {
        return one_by_one(octets, notes);
    };
    let digits = match all.first_fifteen() {
        // In the high half of the last octet it ends an odd count.
        Some(at) => {
            if at + 1 < all.len() {
                notes.add(Note::TbcdBadFiller);
            }
            all.first(at)
        }
        None => all,
    };
    if !digits.is_decimal() {
        notes.add(Note::TbcdBadDigit);
    }
    digits
}

/// Reads more octets than a number has digits for.
fn one_by_one(octets: &[u8], notes: &mut Notes) -> Digits {
    let mut out = Digits::EMPTY;
    let last = octets.len().saturating_sub(1);
    for (i, &octet) in octets.iter().enumerate() {
        let (low, high) = (octet & 15, octet >> 4);
        if low == FILLER {
            notes.add(Note::TbcdBadFiller);
            return out;
        }
        push(&mut out, low, notes);
        if high == FILLER {
            if i != last {
                notes.add(Note::TbcdBadFiller);
            }
            return out;
        }
        push(&mut out, high, notes);
    }
    out
}

fn push(out: &mut Digits, digit: u8, notes: &mut Notes) {
    if digit > 9 {
        notes.add(Note::TbcdBadDigit);
    }
    if !out.push(digit) {
        notes.add(Note::DigitsCut);
    }
}

const FILLER: u8 = 15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_fillers_and_notes() {
        for (octets, want, note) in [
            (&[0x00_u8, 0x11, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0][..], "001101234567890", None),
            (&[0x21, 0x43], "1234", None),
            (&[], "", None),
            (&[0x2f, 0x43], "", Some(Note::TbcdBadFiller)),
            (&[0xf1, 0x43], "1", Some(Note::TbcdBadFiller)),
            (&[0xa1], "1a", Some(Note::TbcdBadDigit)),
        ] {
            let mut notes = Notes::default();
            assert_eq!(read(octets, &mut notes).to_string(), want, "{octets:02x?}");
            assert_eq!(notes.iter().next(), note, "{octets:02x?}");
        }
    }

    proptest! {
        #[test]
        fn reading_at_once_is_reading_one_by_one(octets: Vec<u8>) {
            let (mut notes, mut slow) = (Notes::default(), Notes::default());
            prop_assert_eq!(read(&octets, &mut notes), one_by_one(&octets, &mut slow));
            prop_assert_eq!(notes, slow);
        }
    }
}
