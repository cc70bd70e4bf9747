//! MTP3: service information octet, routing label and management (ITU-T Q.704, ANSI T1.111.4).
//!
//! Which label a link uses cannot be told from its octets; the caller knows the [`Variant`].

use nom::{
    Parser,
    number::complete::{be_u8, le_u16, le_u24, le_u32},
};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// National variants of the routing label.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Variant {
    /// Point codes of 14 bits (Q.704 §2.2).
    #[default]
    Itu,
    /// Point codes of 24 bits (T1.111.4 §2.2).
    Ansi,
    /// Point codes of 24 bits (GF 001-9001).
    China,
    /// Point codes of 16 bits (JT-Q704).
    Japan,
}

impl Variant {
    /// Returns the octets of a point code in this variant.
    #[must_use]
    pub const fn point_code_octets(self) -> usize {
        match self {
            Self::Itu | Self::Japan => 2,
            Self::Ansi | Self::China => 3,
        }
    }

    /// Returns the bits of a point code in this variant.
    #[must_use]
    pub const fn point_code_bits(self) -> u32 {
        match self {
            Self::Itu => 14,
            Self::Japan => 16,
            Self::Ansi | Self::China => 24,
        }
    }
}

/// An MTP3 message, as M3UA's Protocol Data carries it too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Message<'a> {
    /// Originating point code.
    pub opc: u32,
    /// Destination point code.
    pub dpc: u32,
    /// Service indicator (§14.2.1); 3 is SCCP.
    pub si: u8,
    /// Network indicator (§14.2.2): 0 and 1 international, 2 and 3 national.
    pub ni: u8,
    /// Message priority: the spare bits of the service information octet.
    pub mp: u8,
    /// Signalling link selection.
    pub sls: u8,
    /// The user part.
    pub user: &'a [u8],
}

/// Reads the service information octet (§14.2) and the routing label (§2.2).
///
/// # Errors
///
/// Returns [`Error::Truncated`] when the octets end inside the label.
pub fn parse<'a>(
    input: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Result<Message<'a>, Error> {
    label(input, variant).inspect_err(|_| notes.add(Note::MtpTruncated))
}

fn label(input: &[u8], variant: Variant) -> Result<Message<'_>, Error> {
    let (rest, sio) = be_u8::<_, Error>(input)?;
    let (user, (dpc, opc, sls)) = match variant {
        Variant::Itu => {
            let (user, label) = le_u32::<_, Error>(rest)?;
            let [.., last] = label.to_le_bytes();
            (user, (label & 0x3fff, (label >> 14) & 0x3fff, last >> 4))
        }
        Variant::Ansi => (le_u24::<_, Error>, le_u24, be_u8).parse(rest)?,
        Variant::China => {
            let (user, (dpc, opc, sls)) = (le_u24::<_, Error>, le_u24, be_u8).parse(rest)?;
            (user, (dpc, opc, sls & 15))
        }
        Variant::Japan => {
            let (user, (dpc, opc, sls)) = (le_u16::<_, Error>, le_u16, be_u8).parse(rest)?;
            (user, (dpc.into(), opc.into(), sls & 15))
        }
    };
    Ok(Message { opc, dpc, si: sio & 15, ni: sio >> 6, mp: (sio >> 4) & 3, sls, user })
}

/// A signalling network management or test message (§15, Q.707).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Management {
    /// Heading code H0: the group.
    pub h0: u8,
    /// Heading code H1: the message within the group.
    pub h1: u8,
    /// Acronym of the message, `None` for codes not assigned.
    pub name: Option<&'static str>,
    /// The destination a transfer, route-set or user-part message is about.
    pub destination: Option<u32>,
}

impl Message<'_> {
    /// Reads the heading of a management message (service indicators 0, 1 and 2), `None` for any
    /// other user part or an empty one.
    pub fn management(&self, variant: Variant, notes: &mut Notes) -> Option<Management> {
        if !matches!(self.si, MANAGEMENT | TEST | TEST_SPECIAL) {
            return None;
        }
        let (rest, heading) = be_u8::<_, Error>(self.user).ok()?;
        let (h0, h1) = (heading & 15, heading >> 4);
        let table = if self.si == MANAGEMENT { MANAGEMENT_NAMES } else { TEST_NAMES };
        let name = table.iter().find(|row| row.0 == (h0, h1)).map(|row| row.1);
        if self.si == MANAGEMENT {
            notes.add(Note::MtpForgedManagement);
        }
        let about = self.si == MANAGEMENT && matches!(h0, 3..=5 | 10);
        let destination = about.then(|| point_code(rest, variant)).flatten();
        Some(Management { h0, h1, name, destination })
    }
}

/// Reads a point code as written in user parts: low octet first.
pub(crate) fn point_code(input: &[u8], variant: Variant) -> Option<u32> {
    let mut code = 0;
    for &octet in input.get(..variant.point_code_octets())?.iter().rev() {
        code = code << 8 | u32::from(octet);
    }
    Some(code & ((1 << variant.point_code_bits()) - 1))
}

/// Service indicator of network management.
pub const MANAGEMENT: u8 = 0;
/// Service indicator of testing and maintenance.
pub const TEST: u8 = 1;
/// Service indicator of testing and maintenance, special messages.
pub const TEST_SPECIAL: u8 = 2;
/// Service indicator of SCCP.
pub const SCCP: u8 = 3;
/// Service indicator of ISUP.
pub const ISUP: u8 = 5;

/// Heading codes of Q.704 table 1.
const MANAGEMENT_NAMES: &[((u8, u8), &str)] = &[
    ((1, 1), "COO"),
    ((1, 2), "COA"),
    ((1, 5), "CBD"),
    ((1, 6), "CBA"),
    ((2, 1), "ECO"),
    ((2, 2), "ECA"),
    ((3, 1), "RCT"),
    ((3, 2), "TFC"),
    ((4, 1), "TFP"),
    ((4, 3), "TFR"),
    ((4, 5), "TFA"),
    ((5, 1), "RST"),
    ((5, 2), "RSR"),
    ((6, 1), "LIN"),
    ((6, 2), "LUN"),
    ((6, 3), "LIA"),
    ((6, 4), "LUA"),
    ((6, 5), "LID"),
    ((6, 6), "LFU"),
    ((6, 7), "LLT"),
    ((6, 8), "LRT"),
    ((7, 1), "TRA"),
    ((8, 1), "DLC"),
    ((8, 2), "CSS"),
    ((8, 3), "CNS"),
    ((8, 4), "CNP"),
    ((10, 1), "UPU"),
];
/// Heading codes of Q.707 §5.4.
const TEST_NAMES: &[((u8, u8), &str)] = &[((1, 1), "SLTM"), ((1, 2), "SLTA")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_differ_by_variant() {
        for (variant, octets, want) in [
            (Variant::Itu, &[0x83_u8, 0x02, 0x42, 0x40, 0x50, 9][..], (0x202, 0x101, 5)),
            (Variant::Ansi, &[0x83, 1, 2, 3, 4, 5, 6, 0x1f, 9], (0x03_0201, 0x06_0504, 31)),
            (Variant::China, &[0x83, 1, 2, 3, 4, 5, 6, 0x1f, 9], (0x03_0201, 0x06_0504, 15)),
            (Variant::Japan, &[0x83, 1, 2, 3, 4, 0x05, 9], (0x0201, 0x0403, 5)),
        ] {
            let mut notes = Notes::default();
            let got = parse(octets, variant, &mut notes).unwrap();
            assert_eq!((got.dpc, got.opc, got.sls), want, "{variant:?}");
            assert_eq!((got.si, got.ni, got.mp, got.user), (SCCP, 2, 0, &[9][..]), "{variant:?}");
            let cut = &octets[..octets.len() - 2];
            assert!(parse(cut, variant, &mut notes).is_err());
            assert!(notes.contains(Note::MtpTruncated));
        }
    }

    #[test]
    fn management_messages_have_names() {
        for (si, user, want) in [
            (MANAGEMENT, &[0x14_u8, 0x02, 0x02][..], Some((Some("TFP"), Some(0x202)))),
            (MANAGEMENT, &[0x23, 0x02, 0xc2], Some((Some("TFC"), Some(0x202)))),
            (MANAGEMENT, &[0x17], Some((Some("TRA"), None))),
            (MANAGEMENT, &[0xff], Some((None, None))),
            (TEST, &[0x11, 0x20, 0xaa, 0xbb], Some((Some("SLTM"), None))),
            (SCCP, &[0x11], None),
            (MANAGEMENT, &[], None),
        ] {
            let message = Message { opc: 1, dpc: 2, si, ni: 2, mp: 0, sls: 0, user };
            let mut notes = Notes::default();
            let got = message.management(Variant::Itu, &mut notes);
            assert_eq!(got.map(|m| (m.name, m.destination)), want, "{si} {user:02x?}");
            let noted = si == MANAGEMENT && !user.is_empty();
            assert_eq!(notes.contains(Note::MtpForgedManagement), noted, "{user:02x?}");
        }
    }
}
