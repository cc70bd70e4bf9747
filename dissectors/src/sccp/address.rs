//! SCCP party addresses and global titles (ITU-T Q.713 §3.4; ANSI T1.112.3 §3.4).
//!
//! Digits are BCD, low half first, but not TBCD: an odd count is filled with 0000, and how an odd
//! count shows depends on the global title indicator. Nothing is refused: an address that ends early
//! keeps what it has. Whether a number is E.164 of the network it claims is not decided here.

use super::global_title;
use crate::{
    digits::Digits,
    mtp3::{self, Variant},
    notes::{Note, Notes},
};

/// How the next node routes the message (§3.4.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RoutingIndicator {
    /// On the global title.
    #[default]
    GlobalTitle,
    /// On point code and subsystem number.
    Ssn,
}

impl RoutingIndicator {
    /// Returns the bit as sent.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::GlobalTitle => 0,
            Self::Ssn => 1,
        }
    }
}

/// A called or calling party address.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Address<'a> {
    /// Routing indicator.
    pub ri: RoutingIndicator,
    /// Signalling point code.
    pub pc: Option<u32>,
    /// Subsystem number.
    pub ssn: Option<u8>,
    /// Global title.
    pub gt: Option<GlobalTitle>,
    /// The parameter as sent, its indicator included.
    pub octets: &'a [u8],
}

impl Address<'_> {
    /// Whether the address says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pc.is_none() && self.ssn.is_none() && self.gt.is_none()
    }

    /// Returns the digits of the global title; empty without one.
    #[must_use]
    pub fn digits(&self) -> Digits {
        self.gt.map_or(Digits::EMPTY, |gt| gt.digits)
    }
}

/// A global title (§3.4.2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GlobalTitle {
    /// Global title indicator, 1 to 15.
    pub gti: u8,
    /// Translation type.
    pub tt: Option<u8>,
    /// Numbering plan; 1 is E.164, 6 E.212, 7 E.214.
    pub np: Option<u8>,
    /// Encoding scheme; 1 is BCD of odd count, 2 of even.
    pub es: Option<u8>,
    /// Nature of address; 4 is international.
    pub nai: Option<u8>,
    /// Address information.
    pub digits: Digits,
}

/// Reads an address parameter without its length.
///
/// In ANSI networks bit 8 of the indicator chooses between the national form (subsystem before
/// point code, indicators swapped, other global titles) and that of Q.713. An ITU link reads Q.713
/// whatever the bit says, and notes it.
pub fn parse<'a>(input: &'a [u8], variant: Variant, notes: &mut Notes) -> Address<'a> {
    let mut address = Address { octets: input, ..Address::default() };
    let Some((&indicator, rest)) = input.split_first() else { return address };
    if indicator & 0x40 != 0 {
        address.ri = RoutingIndicator::Ssn;
    }
    let national = indicator & 0x80 != 0;
    let ansi = variant == Variant::Ansi && national;
    if national && !ansi {
        notes.add(Note::SccpAddressNational);
    }
    let gti = (indicator >> 2) & 15;
    let mut fields = Fields { rest, short: false };
    if ansi {
        address.ssn = fields.octet(indicator & 1 != 0);
        address.pc = fields.point_code(indicator & 2 != 0, variant);
    } else {
        address.pc = fields.point_code(indicator & 1 != 0, variant);
        address.ssn = fields.octet(indicator & 2 != 0);
    }
    if fields.short {
        notes.add(Note::SccpAddressTruncated);
        return address;
    }
    if gti != 0 {
        address.gt = Some(global_title::parse(gti, ansi, fields.rest, notes));
    } else if !fields.rest.is_empty() {
        notes.add(Note::SccpAddressTrailing);
    }
    if address.ssn.is_some_and(is_spare) {
        notes.add(Note::SccpSsnUnknown);
    }
    address
}

/// Takes indicated fields from the front and remembers when one was cut.
struct Fields<'a> {
    rest: &'a [u8],
    short: bool,
}

impl Fields<'_> {
    fn octet(&mut self, indicated: bool) -> Option<u8> {
        if !indicated || self.short {
            return None;
        }
        let first = self.rest.split_first();
        self.short = first.is_none();
        first.map(|(&octet, rest)| {
            self.rest = rest;
            octet
        })
    }

    fn point_code(&mut self, indicated: bool, variant: Variant) -> Option<u32> {
        if !indicated || self.short {
            return None;
        }
        let code = mtp3::point_code(self.rest, variant);
        self.short = code.is_none();
        self.rest = self.rest.get(variant.point_code_octets()..).unwrap_or_default();
        code
    }
}

/// Whether Q.713 §3.4.2.2 leaves the subsystem number spare or reserved.
const fn is_spare(ssn: u8) -> bool {
    matches!(ssn, 2 | 12 | 15..=31 | 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8], variant: Variant) -> (Address<'_>, Vec<Note>) {
        let mut notes = Notes::default();
        let address = parse(octets, variant, &mut notes);
        (address, notes.iter().collect())
    }

    #[test]
    fn fields_are_read_in_the_order_of_their_variant() {
        for (octets, variant, pc, ssn) in [
            (&[0x43_u8, 0x01, 0x02, 6][..], Variant::Itu, Some(0x201), Some(6)),
            (&[0x43, 0x01, 0xff, 6], Variant::Itu, Some(0x3f01), Some(6)),
            (&[0x43, 0x01, 0xff, 6], Variant::Japan, Some(0xff01), Some(6)),
            (&[0x43, 1, 2, 3, 6], Variant::China, Some(0x03_0201), Some(6)),
            (&[0xc3, 6, 1, 2, 3], Variant::Ansi, Some(0x03_0201), Some(6)),
            (&[0xc1, 6], Variant::Ansi, None, Some(6)),
            (&[0x42, 6], Variant::Ansi, None, Some(6)),
        ] {
            let (address, notes) = read(octets, variant);
            assert_eq!((address.pc, address.ssn), (pc, ssn), "{octets:02x?} {variant:?}");
            assert_eq!((address.ri, notes), (RoutingIndicator::Ssn, vec![]), "{octets:02x?}");
        }
    }

    #[test]
    fn odd_addresses_keep_what_they_have() {
        for (octets, pc, ssn, want) in [
            (&[][..], None, None, None),
            (&[0x43, 1], None, None, Some(Note::SccpAddressTruncated)),
            (&[0x43, 1, 2], Some(0x201), None, Some(Note::SccpAddressTruncated)),
            (&[0x42, 6, 0], None, Some(6), Some(Note::SccpAddressTrailing)),
            (&[0xc2, 6], None, Some(6), Some(Note::SccpAddressNational)),
            (&[0x42, 255], None, Some(255), Some(Note::SccpSsnUnknown)),
        ] {
            let (address, notes) = read(octets, Variant::Itu);
            assert_eq!((address.pc, address.ssn), (pc, ssn), "{octets:02x?}");
            assert_eq!(notes.first().copied(), want, "{octets:02x?}");
        }
    }
}
