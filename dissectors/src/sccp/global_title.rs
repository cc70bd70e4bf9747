//! Global titles (ITU-T Q.713 §3.4.2.3.1 to §3.4.2.3.4; ANSI T1.112.3 §3.4.2.3).

use super::address::GlobalTitle;
use crate::{
    digits::Digits,
    notes::{Note, Notes},
};

/// Reads the global title of an address, in the ANSI forms when `ansi`.
pub(super) fn parse(gti: u8, ansi: bool, input: &[u8], notes: &mut Notes) -> GlobalTitle {
    let layout = match (gti, ansi) {
        (1, false) => Layout { tt: false, np: false, nai: true },
        (2, _) => Layout { tt: true, np: false, nai: false },
        (3, false) | (1, true) => Layout { tt: true, np: true, nai: false },
        (4, false) => Layout { tt: true, np: true, nai: true },
        _ => {
            notes.add(Note::GtGtiReserved);
            let digits = Digits::EMPTY;
            return GlobalTitle { gti, tt: None, np: None, es: None, nai: None, digits };
        }
    };
    let mut rest = input;
    let mut octet = |wanted: bool| {
        let (first, tail) = rest.split_first().filter(|_| wanted)?;
        rest = tail;
        Some(*first)
    };
    let tt = octet(layout.tt);
    let plan_scheme = octet(layout.np);
    let nai = octet(layout.nai);
    if (layout.tt && tt.is_none())
        || (layout.np && plan_scheme.is_none())
        || (layout.nai && nai.is_none())
    {
        notes.add(Note::SccpAddressTruncated);
    }
    let (np, es) = plan_scheme.map(|octet| (octet >> 4, octet & 15)).unzip();
    let parity = match (es, nai) {
        (Some(es), _) => Parity::of_scheme(es, rest, notes),
        (None, Some(nai)) if nai & 0x80 != 0 => Parity::Odd,
        (None, Some(_)) => Parity::Even,
        (None, None) => Parity::Unmarked,
    };
    let digits = digits(rest, parity, notes);
    let gt = GlobalTitle { gti, tt, np, es, nai: nai.map(|octet| octet & 0x7f), digits };
    note_oddities(&gt, ansi, notes);
    gt
}

/// Which octets stand before the digits.
struct Layout {
    tt: bool,
    np: bool,
    nai: bool,
}

/// What the header says of the count of digits.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Parity {
    Odd,
    Even,
    Unmarked,
}

impl Parity {
    fn of_scheme(es: u8, digits: &[u8], notes: &mut Notes) -> Self {
        let filled = digits.last().is_some_and(|octet| octet >> 4 == FILLER_OF_TBCD);
        match es {
            ODD => Self::Odd,
            EVEN if !filled => Self::Even,
            _ => {
                notes.add(Note::GtEsMismatch);
                Self::Unmarked
            }
        }
    }
}

/// Reads address information: two digits an octet, low half first.
///
/// An odd count ends in a filler of 0000; another filler is dropped as well, and is a sign that the
/// sender counted wrong when it is a digit. Where nothing marks the count, 1111 is taken for one.
fn digits(octets: &[u8], parity: Parity, notes: &mut Notes) -> Digits {
    let filler = octets.last().map(|octet| octet >> 4).filter(|&high| match parity {
        Parity::Odd => true,
        Parity::Even => false,
        Parity::Unmarked => high == FILLER_OF_TBCD,
    });
    let count = 2 * octets.len() - usize::from(filler.is_some());
    let Some(digits) = Digits::from_swapped(octets, count) else {
        return one_by_one(octets, parity, notes);
    };
    if !digits.is_decimal() {
        notes.add(Note::GtDigitHex);
    }
    match filler {
        Some(1..=9) if parity == Parity::Odd => notes.add(Note::GtEsMismatch),
        Some(1..) => notes.add(Note::GtFillerBad),
        Some(0) | None => {}
    }
    digits
}

/// Reads more octets than a title has digits for.
fn one_by_one(octets: &[u8], parity: Parity, notes: &mut Notes) -> Digits {
    let mut out = Digits::EMPTY;
    let last = octets.len().saturating_sub(1);
    for (i, &octet) in octets.iter().enumerate() {
        push(&mut out, octet & 15, notes);
        let high = octet >> 4;
        let filler = i == last
            && match parity {
                Parity::Odd => true,
                Parity::Even => false,
                Parity::Unmarked => high == FILLER_OF_TBCD,
            };
        if !filler {
            push(&mut out, high, notes);
        } else if parity == Parity::Odd && (1..=9).contains(&high) {
            notes.add(Note::GtEsMismatch);
        } else if high != 0 {
            notes.add(Note::GtFillerBad);
        }
    }
    out
}

fn push(out: &mut Digits, digit: u8, notes: &mut Notes) {
    if digit > 9 {
        notes.add(Note::GtDigitHex);
    }
    if !out.push(digit) {
        notes.add(Note::DigitsCut);
    }
}

/// Reads digits whose count is written out beside them, as SUA does.
pub(crate) fn counted_digits(octets: &[u8], odd: bool, notes: &mut Notes) -> Digits {
    digits(octets, if odd { Parity::Odd } else { Parity::Even }, notes)
}

/// Notes what is odd in the members of a global title.
pub(crate) fn note_oddities(gt: &GlobalTitle, ansi: bool, notes: &mut Notes) {
    match gt.gti {
        4 => {}
        1..=3 if ansi => {}
        1..=3 => notes.add(Note::GtGtiUnusual),
        _ => notes.add(Note::GtGtiReserved),
    }
    let identity = gt.np == Some(E212);
    if !(7..=15).contains(&gt.digits.len()) {
        notes.add(Note::GtLength);
    }
    // An IMSI may begin with 0: MCC 001 is for tests.
    if gt.digits.get(0) == Some(0) && !identity {
        notes.add(Note::GtPrefixOdd);
    }
    if gt.np.is_some_and(|np| !matches!(np, E164 | E212 | E214)) {
        notes.add(Note::GtNpUnexpected);
    }
    // 128 is the translation type of call operations under number portability; ANSI networks
    // assign their own.
    if gt.tt.is_some_and(|tt| !matches!(tt, 0 | 128)) && !ansi {
        notes.add(Note::GtTtUnexpected);
    }
    // 0 is unknown, 1 subscriber, 3 national significant, 4 international; the rest is spare,
    // reserved or for national use.
    if gt.nai.is_some_and(|nai| !matches!(nai, 0 | 1 | 3 | 4)) {
        notes.add(Note::GtNaiUnexpected);
    }
}

/// Numbering plan of telephony.
pub const E164: u8 = 1;
/// Numbering plan of mobile identities.
pub const E212: u8 = 6;
/// Numbering plan of mobile global titles.
pub const E214: u8 = 7;

const ODD: u8 = 1;
const EVEN: u8 = 2;
/// What ends an odd count in TBCD, and by mistake in SCCP.
const FILLER_OF_TBCD: u8 = 15;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(gti: u8, ansi: bool, octets: &[u8]) -> (GlobalTitle, Vec<Note>) {
        let mut notes = Notes::default();
        let gt = parse(gti, ansi, octets, &mut notes);
        (gt, notes.iter().collect())
    }

    #[test]
    fn each_indicator_has_its_header() {
        let number = "15550100";
        let n = [0x51, 0x55, 0x10, 0x00];
        let unusual = Note::GtGtiUnusual;
        for (gti, ansi, head, header, want) in [
            (1, false, &[0x04_u8][..], (None, None, None, Some(4)), vec![unusual]),
            (2, false, &[0x00], (Some(0), None, None, None), vec![unusual]),
            (3, false, &[0x00, 0x12], (Some(0), Some(1), Some(2), None), vec![unusual]),
            (4, false, &[0x00, 0x12, 4], (Some(0), Some(1), Some(2), Some(4)), vec![]),
            (1, true, &[0x0a, 0x12], (Some(10), Some(1), Some(2), None), vec![]),
            (2, true, &[0x0a], (Some(10), None, None, None), vec![]),
        ] {
            let octets = [head, &n].concat();
            let (gt, notes) = read(gti, ansi, &octets);
            assert_eq!((gt.tt, gt.np, gt.es, gt.nai), header, "{gti} {ansi}");
            assert_eq!((gt.digits.to_string().as_str(), notes), (number, want), "{gti} {ansi}");
        }
        for gti in 5..16 {
            assert_eq!(read(gti, false, &n).1, [Note::GtGtiReserved]);
        }
    }

    #[test]
    fn counts_and_fillers() {
        for (gti, octets, want, notes) in [
            (4, &[0, 0x11, 4, 0x51, 0x55, 0x10, 0x01][..], "1555011", vec![]),
            // 0000 fills; 1111 is the habit of TBCD; a digit means that the count was even.
            (4, &[0, 0x11, 4, 0x51, 0x55, 0x10, 0xf1], "1555011", vec![Note::GtFillerBad]),
            (4, &[0, 0x11, 4, 0x51, 0x55, 0x10, 0x21], "1555011", vec![Note::GtEsMismatch]),
            (
                4,
                &[0, 0x12, 4, 0x51, 0x55, 0x10, 0xf1],
                "1555011",
                vec![Note::GtEsMismatch, Note::GtFillerBad],
            ),
            (4, &[0, 0x10, 4, 0x51, 0x55, 0x10, 0x21], "15550112", vec![Note::GtEsMismatch]),
            (1, &[0x84, 0x51, 0x55, 0x10, 0x01], "1555011", vec![Note::GtGtiUnusual]),
            (
                2,
                &[0, 0x51, 0x55, 0x10, 0xf1],
                "1555011",
                vec![Note::GtFillerBad, Note::GtGtiUnusual],
            ),
            (4, &[0, 0x12, 4, 0xb1, 0x55, 0x10, 0x21], "1b550112", vec![Note::GtDigitHex]),
        ] {
            let (gt, got) = read(gti, false, octets);
            assert_eq!((gt.digits.to_string().as_str(), got), (want, notes), "{octets:02x?}");
        }
    }

    proptest! {
        #[test]
        fn reading_at_once_is_reading_one_by_one(octets: Vec<u8>) {
            for parity in [Parity::Odd, Parity::Even, Parity::Unmarked] {
                let (mut notes, mut slow) = (Notes::default(), Notes::default());
                let read = digits(&octets, parity, &mut notes);
                prop_assert_eq!(read, one_by_one(&octets, parity, &mut slow));
                prop_assert_eq!(notes, slow);
            }
        }
    }

    #[test]
    fn values_out_of_use_are_noted() {
        let n = [0x51, 0x55, 0x10, 0x00];
        for (head, tail, want) in [
            ([0, 0x12, 4], &n[..], None),
            ([128, 0x12, 4], &n, None),
            ([9, 0x12, 4], &n, Some(Note::GtTtUnexpected)),
            ([0, 0x32, 4], &n, Some(Note::GtNpUnexpected)),
            ([0, 0x12, 2], &n, Some(Note::GtNaiUnexpected)),
            ([0, 0x12, 3], &n, None),
            ([0, 0x12, 4], &[0x51], Some(Note::GtLength)),
            ([0, 0x12, 4], &[0x51; 8], Some(Note::GtLength)),
            ([0, 0x12, 4], &[0x00, 0x51, 0x55, 0x10], Some(Note::GtPrefixOdd)),
            ([0, 0x62, 4], &[0x00, 0x11, 0x10, 0x32], None),
        ] {
            let (_, notes) = read(4, false, &[&head[..], tail].concat());
            assert_eq!(notes.first().copied(), want, "{head:02x?} {tail:02x?}");
        }
        assert!(read(4, false, &[0, 0x12]).1.contains(&Note::SccpAddressTruncated));
    }
}
