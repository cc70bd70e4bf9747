//! SCCP management, carried in the data of UDT between subsystems 1 (Q.713 §5).

use nom::number::complete::be_u8;

use crate::{
    error::Error,
    mtp3::{self, Variant},
    notes::{Note, Notes},
};

/// A management message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Management {
    /// Format identifier (§5.1.1).
    pub format: u8,
    /// Affected subsystem number.
    pub ssn: Option<u8>,
    /// Affected point code.
    pub pc: Option<u32>,
    /// Subsystem multiplicity indicator.
    pub multiplicity: Option<u8>,
    /// Congestion level; only in SSC.
    pub congestion: Option<u8>,
}

impl Management {
    /// Returns the acronym, `None` for a format that is not assigned.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self.format {
            1 => Some("SSA"),
            2 => Some("SSP"),
            3 => Some("SST"),
            4 => Some("SOR"),
            5 => Some("SOG"),
            CONGESTED => Some("SSC"),
            _ => None,
        }
    }
}

/// Reads a management message; members beyond the end of a short one are absent.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when there are no octets.
pub fn parse(input: &[u8], variant: Variant, notes: &mut Notes) -> Result<Management, Error> {
    let (rest, format) = be_u8::<_, Error>(input)?;
    notes.add(Note::SccpManagement);
    let tail = rest.get(1 + variant.point_code_octets()..).unwrap_or_default();
    let read = Management {
        format,
        ssn: rest.first().copied(),
        pc: rest.get(1..).and_then(|octets| mtp3::point_code(octets, variant)),
        multiplicity: tail.first().map(|octet| octet & 3),
        congestion: tail.get(1).filter(|_| format == CONGESTED).map(|octet| octet & 15),
    };
    if read.name().is_none() {
        notes.add(Note::SccpMessageUnknown);
    }
    Ok(read)
}

/// Subsystem number of SCCP management.
pub const SSN: u8 = 1;

const CONGESTED: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_short_messages() {
        for (octets, name, ssn, pc, congestion) in [
            (&[1_u8, 6, 1, 2, 0][..], Some("SSA"), Some(6), Some(0x201), None),
            (&[6, 6, 1, 2, 0, 3], Some("SSC"), Some(6), Some(0x201), Some(3)),
            (&[2, 6, 1], Some("SSP"), Some(6), None, None),
            (&[9], None, None, None, None),
        ] {
            let mut notes = Notes::default();
            let got = parse(octets, Variant::Itu, &mut notes).unwrap();
            let got = (got.name(), got.ssn, got.pc, got.congestion);
            assert_eq!(got, (name, ssn, pc, congestion), "{octets:?}");
            assert!(notes.contains(Note::SccpManagement));
        }
        assert!(parse(&[], Variant::Itu, &mut Notes::default()).is_err());
    }
}
