//! CAP errors (TS 29.078 §5.2 and §5.4): codes, names and the cause some have.

use crate::{
    ber::{Class, Element},
    error::Error,
    map::Parameters,
    notes::Notes,
};

/// Returns the name of an error, as in the ASN.1.
#[must_use]
pub const fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "canceled",
        1 => "cancelFailed",
        3 => "eTCFailed",
        4 => "improperCallerResponse",
        6 => "missingCustomerRecord",
        7 => "missingParameter",
        8 => "parameterOutOfRange",
        10 => "requestedInfoError",
        11 => "systemFailure",
        12 => "taskRefused",
        13 => "unavailableResource",
        14 => "unexpectedComponentSequence",
        15 => "unexpectedDataValue",
        16 => "unexpectedParameter",
        17 => "unknownLegID",
        50 => "unknownPDPID",
        51 => "unknownCSID",
        _ => return None,
    })
}

/// Reads the parameter of an error: of cancelFailed the problem, first in a sequence; of
/// requestedInfoError, systemFailure and taskRefused the reason alone. The others have none.
pub(super) fn parameter(
    code: u8,
    element: &Element<'_>,
    out: &mut Parameters,
    notes: &mut Notes,
) -> Result<(), Error> {
    let wrong = Error::Tag { found: element.tag.short_octet() };
    let reason = match code {
        CANCEL_FAILED => {
            let first = element.elements(notes).next_or_cut(notes);
            first.filter(|first| first.is_context(0)).ok_or(wrong)?
        }
        REQUESTED_INFO | SYSTEM_FAILURE | TASK_REFUSED => {
            // An enumeration under its own tag; stacks write a context tag or an integer too.
            let tag = element.tag;
            let number = element.is_universal(ENUMERATED) || element.is_universal(INTEGER);
            if tag.constructed || !(number || tag.class == Class::Context) {
                return Err(wrong);
            }
            *element
        }
        _ => return Ok(()),
    };
    let cause = reason.integer(notes)?;
    out.cause = u16::try_from(cause).ok();
    Ok(())
}

const CANCEL_FAILED: u8 = 1;
const REQUESTED_INFO: u8 = 10;
const SYSTEM_FAILURE: u8 = 11;
const TASK_REFUSED: u8 = 12;
const INTEGER: u32 = 2;
const ENUMERATED: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ber::Elements, cap, emit::ber::Tlv, notes::Note};

    #[test]
    fn causes_are_read_where_there_are_any() {
        let problem = Tlv::constructed(0x30, [Tlv::integer(0x80, 1), Tlv::integer(0x81, 7)]);
        for (code, parameter, want, good) in [
            (11, Tlv::integer(0x0a, 2), Some(2), true),
            (12, Tlv::integer(0x0a, 0), Some(0), true),
            (10, Tlv::integer(0x0a, 1), Some(1), true),
            (1, problem, Some(1), true),
            (7, Tlv::null(0x05), None, true),
            (11, Tlv::constructed(0x30, []), None, false),
            (1, Tlv::constructed(0x30, []), None, false),
        ] {
            let octets = parameter.encode();
            let (mut out, mut notes) = (Parameters::default(), Notes::default());
            let element = Elements::new(&octets).next_or_cut(&mut notes).unwrap();
            let read = cap::error_parameter(code, &element, &mut out, &mut notes);
            assert_eq!((out.cause, read.is_ok()), (want, good), "{code} {octets:02x?}");
            assert_eq!(notes.contains(Note::CapArgumentBad), !good);
        }
    }

    #[test]
    fn errors_by_name() {
        for (code, want) in [(0, Some("canceled")), (17, Some("unknownLegID")), (2, None)] {
            assert_eq!(name(code), want);
        }
    }
}
