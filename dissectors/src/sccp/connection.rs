//! Connection-oriented SCCP messages (Q.713 §4.2 to §4.17).
//!
//! MAP and CAP never use connections, so what matters is that one exists, whom it calls and what it
//! carries.

use nom::{
    Parser,
    number::complete::{be_u8, le_u24},
};

use super::{
    MessageType,
    address::{self, Address},
    parameter::{CALLED, CALLING, CREDIT, DATA, HOP_COUNTER, IMPORTANCE, Optional, Pointers},
};
use crate::{
    error::Error,
    mtp3::Variant,
    notes::{Note, Notes},
};

/// A message of a connection. Which members are there depends on the message type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Connection<'a> {
    /// Message type.
    pub kind: MessageType,
    /// Destination local reference (§3.2).
    pub destination_reference: Option<u32>,
    /// Source local reference (§3.3).
    pub source_reference: Option<u32>,
    /// Protocol class (§3.6).
    pub class: Option<u8>,
    /// Refusal, release, reset or error cause (§3.11 to §3.15).
    pub cause: Option<u8>,
    /// More data follows in the next message (§3.7, §3.9).
    pub more: bool,
    /// Called party address.
    pub called: Option<Address<'a>>,
    /// Calling party address.
    pub calling: Option<Address<'a>>,
    /// Hop counter (§3.18).
    pub hop_counter: Option<u8>,
    /// User data.
    pub data: Option<&'a [u8]>,
}

/// Reads a message of `kind`, whose type octet is the first of `input`.
///
/// # Errors
///
/// Returns an error when the octets end inside the fixed part or the pointers.
pub fn parse<'a>(
    kind: MessageType,
    input: &'a [u8],
    variant: Variant,
    notes: &mut Notes,
) -> Result<Connection<'a>, Error> {
    let shape = Shape::of(kind);
    let mut message = Connection {
        kind,
        destination_reference: None,
        source_reference: None,
        class: None,
        cause: None,
        more: false,
        called: None,
        calling: None,
        hop_counter: None,
        data: None,
    };
    let (mut rest, _type) = be_u8::<_, Error>(input)?;
    if shape.destination {
        let (next, reference) = le_u24::<_, Error>(rest)?;
        (rest, message.destination_reference) = (next, Some(reference));
    }
    if shape.source {
        let (next, reference) = le_u24::<_, Error>(rest)?;
        (rest, message.source_reference) = (next, Some(reference));
    }
    match shape.fixed {
        Fixed::None => {}
        Fixed::Class => {
            let (next, class) = be_u8::<_, Error>(rest)?;
            (rest, message.class) = (next, Some(class & 15));
        }
        Fixed::Cause => {
            let (next, cause) = be_u8::<_, Error>(rest)?;
            (rest, message.cause) = (next, Some(cause));
        }
        Fixed::Segmenting => {
            let (next, octet) = be_u8::<_, Error>(rest)?;
            (rest, message.more) = (next, octet & 1 != 0);
        }
        Fixed::Sequencing => {
            let (next, (_sent, received)) = (be_u8::<_, Error>, be_u8).parse(rest)?;
            (rest, message.more) = (next, received & 1 != 0);
        }
        Fixed::Acknowledgement => rest = (be_u8::<_, Error>, be_u8).parse(rest)?.0,
        Fixed::Inactivity => {
            let (next, (class, _sent, _received, _credit)) =
                (be_u8::<_, Error>, be_u8, be_u8, be_u8).parse(rest)?;
            (rest, message.class) = (next, Some(class & 15));
        }
    }
    let mut pointers = Pointers::new(input, input.len() - rest.len(), false);
    match shape.variable {
        Variable::None => {}
        Variable::Called => {
            let called = pointers.variable(false, notes)?;
            message.called = Some(address::parse(called, variant, notes));
        }
        Variable::Data => message.data = Some(pointers.variable(false, notes)?),
    }
    if shape.optional {
        let optional = pointers.optional(notes)?;
        message.read_optional(optional, variant, notes);
    }
    pointers.check(notes);
    Ok(message)
}

impl<'a> Connection<'a> {
    fn read_optional(&mut self, mut part: Optional<'a>, variant: Variant, notes: &mut Notes) {
        while let Some((name, value)) = part.next(notes) {
            match name {
                CALLED => self.called = Some(address::parse(value, variant, notes)),
                CALLING => self.calling = Some(address::parse(value, variant, notes)),
                DATA => self.data = Some(value),
                HOP_COUNTER => self.hop_counter = value.first().copied(),
                CREDIT | IMPORTANCE => {}
                _ => notes.add(Note::SccpOptionalUnknown),
            }
        }
    }
}

/// The layout of a message type (§4.2 to §4.17).
struct Shape {
    destination: bool,
    source: bool,
    fixed: Fixed,
    variable: Variable,
    optional: bool,
}

/// Fixed octets behind the references.
enum Fixed {
    None,
    Class,
    Cause,
    /// Segmenting and reassembling.
    Segmenting,
    /// Sequencing and segmenting, two octets.
    Sequencing,
    /// Receive sequence number and credit.
    Acknowledgement,
    /// Class, sequencing and segmenting, credit.
    Inactivity,
}

/// The parameter behind the first pointer.
enum Variable {
    None,
    Called,
    Data,
}

impl Shape {
    const fn of(kind: MessageType) -> Self {
        use MessageType as T;
        let (destination, source) = match kind {
            T::Cr => (false, true),
            T::Cc | T::Rlsd | T::Rlc | T::Rsr | T::Rsc | T::It => (true, true),
            _ => (true, false),
        };
        let fixed = match kind {
            T::Cr | T::Cc => Fixed::Class,
            T::Cref | T::Rlsd | T::Rsr | T::Err => Fixed::Cause,
            T::Dt1 => Fixed::Segmenting,
            T::Dt2 => Fixed::Sequencing,
            T::Ak => Fixed::Acknowledgement,
            T::It => Fixed::Inactivity,
            _ => Fixed::None,
        };
        let variable = match kind {
            T::Cr => Variable::Called,
            T::Dt1 | T::Dt2 | T::Ed => Variable::Data,
            _ => Variable::None,
        };
        let optional = matches!(kind, T::Cr | T::Cc | T::Cref | T::Rlsd);
        Self { destination, source, fixed, variable, optional }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sccp::{Message, parse as parse_message};

    #[test]
    fn every_connection_message_has_its_shape() {
        for (octets, source, destination, cause, data) in [
            (
                &[1_u8, 1, 2, 3, 2, 2, 4, 2, 0x42, 254, 15, 2, 9, 9, 0][..],
                Some(0x03_0201),
                None,
                None,
                Some(&[9_u8, 9][..]),
            ),
            (&[2, 4, 5, 6, 1, 2, 3, 2, 0], Some(0x03_0201), Some(0x06_0504), None, None),
            (&[3, 4, 5, 6, 7, 1, 0], None, Some(0x06_0504), Some(7), None),
            (&[4, 4, 5, 6, 1, 2, 3, 3, 0], Some(0x03_0201), Some(0x06_0504), Some(3), None),
            (&[5, 4, 5, 6, 1, 2, 3], Some(0x03_0201), Some(0x06_0504), None, None),
            (&[6, 4, 5, 6, 0, 1, 1, 9], None, Some(0x06_0504), None, Some(&[9])),
            (&[7, 4, 5, 6, 0, 0, 1, 1, 9], None, Some(0x06_0504), None, Some(&[9])),
            (&[8, 4, 5, 6, 0, 1], None, Some(0x06_0504), None, None),
            (&[11, 4, 5, 6, 1, 1, 9], None, Some(0x06_0504), None, Some(&[9])),
            (&[12, 4, 5, 6], None, Some(0x06_0504), None, None),
            (&[13, 4, 5, 6, 1, 2, 3, 1], Some(0x03_0201), Some(0x06_0504), Some(1), None),
            (&[14, 4, 5, 6, 1, 2, 3], Some(0x03_0201), Some(0x06_0504), None, None),
            (&[15, 4, 5, 6, 2], None, Some(0x06_0504), Some(2), None),
            (&[16, 4, 5, 6, 1, 2, 3, 2, 0, 0, 9], Some(0x03_0201), Some(0x06_0504), None, None),
        ] {
            let mut notes = Notes::default();
            let got = match parse_message(octets, Variant::Itu, &mut notes) {
                Ok(Message::Connection(message)) => message,
                other => panic!("{other:?}"),
            };
            assert_eq!(
                (got.source_reference, got.destination_reference, got.cause, got.data),
                (source, destination, cause, data),
                "{octets:02x?}"
            );
            assert!(notes.is_empty(), "{octets:02x?} {notes:?}");
            for cut in 1..octets.len().min(4) {
                let cut = parse_message(&octets[..cut], Variant::Itu, &mut Notes::default());
                assert!(matches!(cut, Err(Error::Truncated { .. })), "{octets:02x?}");
            }
        }
    }
}
