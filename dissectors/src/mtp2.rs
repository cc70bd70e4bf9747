//! MTP2 signal units, as captured without flags and mostly without check bits (ITU-T Q.703 §2.2).

use nom::{Parser, number::complete::be_u8};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// A signal unit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Unit<'a> {
    /// Backward sequence number.
    pub bsn: u8,
    /// Forward sequence number.
    pub fsn: u8,
    /// Length indicator (§2.3.3); 63 for 63 octets and more.
    pub length: u8,
    /// What the unit holds.
    pub body: Body<'a>,
}

/// The kinds of signal unit (§2.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body<'a> {
    /// FISU: nothing to say.
    FillIn,
    /// LSSU: the status indication of the link (§11.1.3).
    Status(u8),
    /// MSU: an MTP3 message, read by [`crate::mtp3::parse`].
    Message(&'a [u8]),
}

/// Reads a signal unit.
///
/// Two octets behind what the length indicator bounds are check bits; more, or fewer octets than it
/// says, is noted.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when the unit ends inside its header.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Unit<'a>, Error> {
    let (rest, (backward, forward, indicator)) = (be_u8::<_, Error>, be_u8, be_u8).parse(input)?;
    let length = indicator & 0x3f;
    let want = if length == LONG { rest.len() } else { usize::from(length) };
    if !(want..=want + CHECK_OCTETS).contains(&rest.len()) {
        notes.add(Note::MtpLengthMismatch);
    }
    let bounded = rest.get(..want).unwrap_or(rest);
    let body = match length {
        0 => Body::FillIn,
        1 | 2 => Body::Status(bounded.first().map_or(0, |octet| octet & 7)),
        _ => Body::Message(bounded),
    };
    Ok(Unit { bsn: backward & 0x7f, fsn: forward & 0x7f, length, body })
}

/// The length indicator of 63 octets and more.
const LONG: u8 = 63;
const CHECK_OCTETS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_indicator_tells_the_kind() {
        let long = [&[0xff, 0x81, 63][..], &[7; 70]].concat();
        for (octets, body, noted) in [
            (&[0xff_u8, 0x81, 0][..], Body::FillIn, false),
            (&[0xff, 0x81, 0, 0xaa, 0xbb], Body::FillIn, false),
            (&[0xff, 0x81, 1, 3], Body::Status(3), false),
            (&[0xff, 0x81, 0xc4, 1, 2, 3, 4], Body::Message(&[1, 2, 3, 4]), false),
            (&[0xff, 0x81, 4, 1, 2, 3, 4, 0xaa, 0xbb], Body::Message(&[1, 2, 3, 4]), false),
            (&[0xff, 0x81, 4, 1, 2], Body::Message(&[1, 2]), true),
            (&[0xff, 0x81, 0, 1, 2, 3], Body::FillIn, true),
            (&long, Body::Message(&[7; 70]), false),
        ] {
            let mut notes = Notes::default();
            let unit = parse(octets, &mut notes).unwrap();
            assert_eq!((unit.bsn, unit.fsn, unit.body), (0x7f, 1, body), "{octets:02x?}");
            assert_eq!(notes.contains(Note::MtpLengthMismatch), noted, "{octets:02x?}");
        }
        assert!(parse(&[1, 2], &mut Notes::default()).is_err());
    }
}
