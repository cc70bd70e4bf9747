//! M2UA, MTP2 user adaptation (RFC 3331). Its messages have the form of M3UA's.

use crate::{
    error::Error,
    m3ua::{self, CORRELATION_ID, Layer, Message, number},
    notes::{Note, Notes},
};

/// What a Data message says (§3.3.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Data<'a> {
    /// Interface Identifier, when it is an integer.
    pub interface: Option<u32>,
    /// Correlation Id.
    pub correlation_id: Option<u32>,
    /// An MTP3 message, read by [`crate::mtp3::parse`].
    pub mtp3: &'a [u8],
    /// The last of several, which is another.
    pub rival: Option<&'a [u8]>,
}

/// Reads the common header and bounds the parameters (§3.1).
///
/// # Errors
///
/// Returns an error as [`m3ua::parse`] does.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    m3ua::header(input, Layer::M2ua, notes).inspect_err(|_| notes.add(Note::M2uaUnreadable))
}

/// Reads a Data message; `None` when it is another, or noted to lack Protocol Data.
pub fn data<'a>(message: &Message<'a>, notes: &mut Notes) -> Option<Data<'a>> {
    if message.class != USER_ADAPTATION || message.kind != DATA {
        return None;
    }
    let (mut interface, mut correlation_id) = (None, None);
    let (mut mtp3, mut rival): (Option<&[u8]>, _) = (None, None);
    let mut parameters = message.parameters();
    while let Some((tag, value)) = parameters.next(notes) {
        let again = match tag {
            INTERFACE => m3ua::set(&mut interface, number(value)),
            CORRELATION_ID => m3ua::set(&mut correlation_id, number(value)),
            // In Japan the octet with length indicator and priority comes first.
            PROTOCOL_DATA_1 | PROTOCOL_DATA_2 => {
                let value = value.get(usize::from(tag == PROTOCOL_DATA_2)..);
                rival = value.filter(|value| mtp3.is_some_and(|first| first != *value));
                m3ua::set(&mut mtp3, value)
            }
            INTERFACE_TEXT => false,
            _ => {
                notes.add(Note::M2uaParameterUnknown);
                false
            }
        };
        if again {
            notes.add(Note::M2uaParameterDuplicate);
        }
    }
    if mtp3.is_none() {
        notes.add(Note::M2uaUnreadable);
    }
    Some(Data { interface, correlation_id, mtp3: mtp3?, rival })
}

/// Message class MAUP.
pub(crate) const USER_ADAPTATION: u8 = 6;
pub(crate) const DATA: u8 = 1;
pub(crate) const INTERFACE: u16 = 0x0001;
/// Interface Identifier as text, which names the same interface.
const INTERFACE_TEXT: u16 = 0x0003;
pub(crate) const PROTOCOL_DATA_1: u16 = 0x0300;
const PROTOCOL_DATA_2: u16 = 0x0301;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_protocol_data_are_read() {
        let interface = [0, 1, 0, 8, 0, 0, 0, 2];
        for (kind, parameter, want, noted) in [
            (1, &[3_u8, 0, 0, 6, 0x83, 9, 0, 0][..], Some(&[0x83_u8, 9][..]), false),
            (1, &[3, 1, 0, 7, 0x40, 0x83, 9, 0], Some(&[0x83, 9]), false),
            (1, &[], None, true),
            (2, &[], None, false),
        ] {
            let length = u8::try_from(16 + parameter.len()).unwrap();
            let octets = [&[1, 0, 6, kind, 0, 0, 0, length][..], &interface, parameter].concat();
            let mut notes = Notes::default();
            let message = parse(&octets, &mut notes).unwrap();
            let got = data(&message, &mut notes);
            assert_eq!(got.map(|data| data.mtp3), want, "{octets:02x?}");
            assert_eq!(got.and_then(|data| data.interface), want.map(|_| 2), "{octets:02x?}");
            assert_eq!(notes.contains(Note::M2uaUnreadable), noted, "{octets:02x?}");
        }
    }
}
