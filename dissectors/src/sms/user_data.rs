//! User data header and coding scheme of a short message (TS 23.040 §9.2.3.24, TS 23.038 §4).

use crate::{
    map::parameters::Udh,
    notes::{Note, Notes},
};

/// How user data is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Alphabet {
    /// In septets of the default alphabet.
    Septets,
    /// In octets: data, UCS2, or compressed.
    Octets,
}

/// Returns how the user data is counted under this TP-DCS (TS 23.038 §4).
pub(super) const fn alphabet(dcs: u8) -> Alphabet {
    let septets = match dcs >> 4 {
        // General, and for automatic deletion: not compressed, and the default alphabet. The
        // reserved alphabet counts as the default one (TS 23.038 §4).
        0..=7 => dcs & 0x20 == 0 && matches!(dcs & 0x0c, 0 | 0x0c),
        0xe => false,
        0xf => dcs & 4 == 0,
        // Message waiting, and reserved groups, which are read as the default alphabet.
        _ => true,
    };
    if septets { Alphabet::Septets } else { Alphabet::Octets }
}

/// Reads which kinds of information element the user data header has.
pub(super) fn header(data: &[u8], notes: &mut Notes) -> Udh {
    let mut udh = Udh::PRESENT;
    let elements = data
        .split_first()
        .and_then(|(&length, rest)| rest.get(..usize::from(length)))
        .and_then(|elements| kinds(elements, &mut udh));
    if elements.is_none() {
        notes.add(Note::SmsUdhBad);
    }
    udh
}

fn kinds(mut elements: &[u8], udh: &mut Udh) -> Option<()> {
    while !elements.is_empty() {
        let (&[id, length], rest) = elements.split_first_chunk()?;
        udh.insert(match id {
            0x00 | 0x08 => Udh::CONCATENATED,
            0x01 => Udh::MESSAGE_WAITING,
            0x04 | 0x05 => Udh::PORT,
            0x09 => Udh::WCMP,
            0x70..=0x7f => Udh::SIM_TOOLKIT,
            _ => Udh::OTHER,
        });
        elements = rest.get(usize::from(length)..)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphabets() {
        for (dcs, want) in [
            (0x00, Alphabet::Septets),
            (0x04, Alphabet::Octets),
            (0x08, Alphabet::Octets),
            (0x10, Alphabet::Septets),
            (0x16, Alphabet::Octets),
            (0x20, Alphabet::Octets),
            (0x40, Alphabet::Septets),
            (0xc8, Alphabet::Septets),
            (0xe0, Alphabet::Octets),
            (0xf0, Alphabet::Septets),
            (0xf6, Alphabet::Octets),
        ] {
            assert_eq!(alphabet(dcs), want, "{dcs:02x}");
        }
    }

    #[test]
    fn headers() {
        for (data, want, bad) in [
            (&[0x05_u8, 0x00, 0x03, 1, 2, 1][..], &[Udh::CONCATENATED][..], false),
            (&[0x06, 0x05, 0x04, 0, 1, 0, 2], &[Udh::PORT], false),
            (&[0x02, 0x70, 0x00], &[Udh::SIM_TOOLKIT], false),
            (&[0x04, 0x71, 0x00, 0x24, 0x00], &[Udh::SIM_TOOLKIT, Udh::OTHER], false),
            (&[0x05, 0x00, 0x09, 1, 2, 1], &[Udh::CONCATENATED], true),
            (&[0x09, 0x00], &[], true),
            (&[], &[], true),
        ] {
            let mut all = Udh::PRESENT;
            for &kind in want {
                all.insert(kind);
            }
            let mut notes = Notes::default();
            assert_eq!(header(data, &mut notes), all, "{data:02x?}");
            assert_eq!(notes.contains(Note::SmsUdhBad), bad, "{data:02x?}");
        }
    }
}
