//! Connectionless SCCP messages (Q.713 §4.10, §4.11, §4.18 to §4.21).

use nom::{Parser, number::complete::be_u8};

use super::{
    MessageType,
    address::{self, Address, RoutingIndicator},
    parameter::{IMPORTANCE, Optional, Pointers, SEGMENTATION},
};
use crate::{
    error::Error,
    mtp3::Variant,
    notes::{Note, Notes},
};

/// UDT, XUDT, LUDT and the returns of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unitdata<'a> {
    /// Which of the six it is.
    pub kind: MessageType,
    /// Protocol class (§3.6): 0, or 1 for in sequence; absent from returns.
    pub class: Option<u8>,
    /// Whether the message is to be returned when it cannot be delivered (§3.6).
    pub return_on_error: bool,
    /// Why the message is returned (§3.12); only in returns.
    pub return_cause: Option<u8>,
    /// Hop counter (§3.18); not in UDT and UDTS.
    pub hop_counter: Option<u8>,
    /// Called party address (§3.4).
    pub called: Address<'a>,
    /// Calling party address (§3.5).
    pub calling: Address<'a>,
    /// User data (§3.16, §3.20).
    pub data: &'a [u8],
    /// Place in a segmented message (§3.17).
    pub segmentation: Option<Segmentation>,
    /// Importance (§3.19).
    pub importance: Option<u8>,
}

/// Place of a segment in a segmented message (§3.17).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Segmentation {
    /// Whether this is the first segment.
    pub first: bool,
    /// Protocol class the sender asked for.
    pub class: u8,
    /// Segments still to come.
    pub remaining: u8,
    /// Segmentation local reference, chosen by the sender.
    pub local_reference: u32,
}

impl Segmentation {
    /// Reads the four octets of the parameter.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let [first, a, b, c] = *value else { return None };
        Some(Self {
            first: first & 0x80 != 0,
            class: (first >> 6) & 1,
            remaining: first & 15,
            local_reference: u32::from_le_bytes([a, b, c, 0]),
        })
    }

    /// Whether there are other segments. A first one with none to come is the whole message.
    #[must_use]
    pub const fn is_partial(self) -> bool {
        !self.first || self.remaining != 0
    }
}

/// Reads a message of `kind`, whose type octet is the first of `input`.
///
/// Addresses and data behind bad pointers come out cut or empty, with a note.
///
/// # Errors
///
/// Returns an error when the octets end inside the fixed part or the pointers.
pub fn parse<'a>(
    kind: MessageType,
    input: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Result<Unitdata<'a>, Error> {
    let long = matches!(kind, MessageType::Ludt | MessageType::Ludts);
    let extended = kind.is_extended();
    let (rest, (_type, octet)) = (be_u8::<_, Error>, be_u8).parse(input)?;
    let hop_counter = if extended { Some(be_u8::<_, Error>(rest)?.1) } else { None };

    let mut pointers = Pointers::new(input, if extended { 3 } else { 2 }, long);
    let called = pointers.variable(false, notes)?;
    let calling = pointers.variable(false, notes)?;
    let data = pointers.variable(long, notes)?;
    let optional = if extended { Some(pointers.optional(notes)?) } else { None };
    pointers.check(notes);

    let returned = kind.is_return();
    let mut message = Unitdata {
        kind,
        class: (!returned).then_some(octet & 15),
        return_on_error: !returned && octet & 0x80 != 0,
        return_cause: returned.then_some(octet),
        hop_counter,
        called: address::parse(called, variant, notes),
        calling: address::parse(calling, variant, notes),
        data,
        segmentation: None,
        importance: None,
    };
    if let Some(optional) = optional {
        message.read_optional(optional, notes);
    }
    message.note_oddities(notes);
    Ok(message)
}

impl Unitdata<'_> {
    fn read_optional(&mut self, mut optional: Optional<'_>, notes: &mut Notes) {
        while let Some((name, value)) = optional.next(notes) {
            match name {
                SEGMENTATION => {
                    self.segmentation = Segmentation::parse(value);
                    if self.segmentation.is_none() {
                        notes.add(Note::SccpOptionalBad);
                    }
                }
                IMPORTANCE => match *value {
                    [octet] => self.importance = Some(octet & 7),
                    _ => notes.add(Note::SccpOptionalBad),
                },
                _ => notes.add(Note::SccpOptionalUnknown),
            }
        }
    }

    /// Notes what is odd across members: it holds for SUA as well.
    pub(crate) fn note_oddities(&self, notes: &mut Notes) {
        match self.hop_counter {
            Some(0 | 1) => notes.add(Note::SccpHopLow),
            Some(16..) => notes.add(Note::SccpHopRange),
            _ => {}
        }
        if self.segmentation.is_some_and(Segmentation::is_partial) {
            notes.add(Note::SccpSegmented);
        }
        // A return swaps the addresses: what it calls is what once called.
        let (called, calling) = if self.kind.is_return() {
            (&self.calling, &self.called)
        } else {
            (&self.called, &self.calling)
        };
        if matches!(called.ssn, None | Some(0)) {
            notes.add(Note::SccpSsnMissing);
        }
        if calling.is_empty() {
            notes.add(Note::SccpCallingMissing);
        } else if calling.gt.is_none() && called.ri == RoutingIndicator::GlobalTitle {
            notes.add(Note::SccpCallingNoGt);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sccp::{Message, parse as parse_message};

    /// SSN 6 and SSN 8, routed on SSN, and one octet of data.
    const BODY: [u8; 8] = [2, 0x42, 6, 2, 0x42, 8, 1, 0xaa];

    fn read(octets: &[u8]) -> (Unitdata<'_>, Vec<Note>) {
        let mut notes = Notes::default();
        match parse_message(octets, Variant::Itu, &mut notes) {
            Ok(Message::Unitdata(message)) => (message, notes.iter().collect()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pointers_that_lie_are_noted_and_still_followed() {
        let overlap = Note::SccpPointerOverlap;
        for (head, tail, data, want) in [
            ([9, 0x81, 3, 5, 7], &[][..], &[0xaa][..], vec![]),
            ([9, 0x81, 3, 5, 7], &[0], &[0xaa], vec![Note::SccpTrailing]),
            // Calling and called share their octets, which leaves a gap.
            ([9, 0x81, 6, 5, 7], &[], &[0xaa], vec![overlap]),
            // The data begins at the calling address.
            ([9, 0x81, 3, 5, 4], &[], &[0x42, 8], vec![overlap, Note::SccpTrailing]),
            // Calling before called, which some stacks do.
            ([9, 0x81, 6, 2, 7], &[], &[0xaa], vec![Note::SccpPointerOrder]),
            // The data lies beyond the message, then its length does.
            ([9, 0x81, 3, 5, 99], &[], &[], vec![Note::SccpParameterOverrun, Note::SccpTrailing]),
            ([9, 0x81, 3, 5, 0], &[], &[], vec![Note::SccpParameterOverrun, Note::SccpTrailing]),
            ([9, 0x81, 3, 5, 5], &[], &[8, 1, 0xaa], vec![overlap, Note::SccpParameterOverrun]),
        ] {
            let octets = [&head[..], &BODY, tail].concat();
            let (message, mut notes) = read(&octets);
            notes.sort_unstable();
            let mut want = want;
            want.sort_unstable();
            assert_eq!((message.data, notes), (data, want), "{head:02x?}");
        }
    }

    #[test]
    fn optional_parameters_are_read_once() {
        let segment = [16, 4, 0x81, 1, 2, 3];
        for (part, remaining, importance, want) in [
            (&[&segment[..], &[0]].concat(), Some(1), None, vec![]),
            (&[&segment[..], &[18, 1, 5, 0]].concat(), Some(1), Some(5), vec![]),
            (&segment.to_vec(), Some(1), None, vec![Note::SccpOptionalBad]),
            (&[16, 4, 0x81].to_vec(), None, None, vec![Note::SccpOptionalBad]),
            (
                &[&segment[..], &[16, 4, 0x82, 1, 2, 3, 0]].concat(),
                Some(1),
                None,
                vec![Note::SccpOptionalBad],
            ),
            (&vec![99, 0, 0], None, None, vec![Note::SccpOptionalUnknown]),
            (&vec![16, 1, 0, 0], None, None, vec![Note::SccpOptionalBad]),
            (&[&segment[..], &[0, 0]].concat(), Some(1), None, vec![Note::SccpTrailing]),
        ] {
            let octets = [&[17, 1, 15, 4, 6, 8, 9][..], &BODY, part].concat();
            let (message, mut notes) = read(&octets);
            notes.retain(|&note| note != Note::SccpSegmented);
            let got = (message.segmentation.map(|s| s.remaining), message.importance);
            assert_eq!((got, notes), ((remaining, importance), want), "{part:02x?}");
        }
    }

    #[test]
    fn long_pointers_count_from_their_second_octet() {
        let head = [19, 0, 15, 7, 0, 8, 0, 9, 0, 0, 0];
        let octets = [&head[..], &[2, 0x42, 6, 2, 0x42, 8, 1, 0, 0xaa]].concat();
        let (message, notes) = read(&octets);
        assert_eq!((message.data, message.called.ssn, notes), (&[0xaa][..], Some(6), vec![]));
    }

    #[test]
    fn hop_counters_and_returns() {
        for (kind, octet, hop, want) in [
            (17, 0x80, 1, vec![Note::SccpHopLow]),
            (17, 0x80, 16, vec![Note::SccpHopRange]),
            (18, 7, 15, vec![]),
        ] {
            let octets = [&[kind, octet, hop, 4, 6, 8, 0][..], &BODY].concat();
            let (message, notes) = read(&octets);
            assert_eq!(notes, want, "{kind}");
            assert_eq!(message.return_on_error, kind == 17);
            assert_eq!(message.return_cause, (kind == 18).then_some(7));
        }
    }
}
