//! M2PA, MTP2 peer-to-peer adaptation (RFC 4165).

use nom::{
    Parser,
    number::complete::{be_u8, be_u24, be_u32},
};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// One M2PA message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Message<'a> {
    /// Backward sequence number (§2.2).
    pub bsn: u32,
    /// Forward sequence number.
    pub fsn: u32,
    /// What the message holds.
    pub body: Body<'a>,
}

/// Kinds of message (§2.1.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body<'a> {
    /// User Data with a message (§2.2.1).
    User {
        /// Priority, used in Japan.
        priority: u8,
        /// An MTP3 message, read by [`crate::mtp3::parse`].
        mtp3: &'a [u8],
    },
    /// User Data without octets: only an acknowledgement.
    Acknowledgement,
    /// Link Status (§2.2.2): 1 alignment, 2 and 3 proving, 4 ready, 5 and 6 processor outage, 7 and 8
    /// busy, 9 out of service.
    Status(u32),
}

/// Reads a message. A length that contradicts the octets is noted and what is there is read.
///
/// # Errors
///
/// Returns [`Error::Unsupported`] for another version, class or type and an error when the octets
/// end inside the header.
pub fn parse<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    read(input, notes).inspect_err(|_| notes.add(Note::M2paUnreadable))
}

fn read<'a>(input: &'a [u8], notes: &mut Notes) -> Result<Message<'a>, Error> {
    let (rest, (version, _spare, class, kind, length)) =
        (be_u8::<_, Error>, be_u8, be_u8, be_u8, be_u32).parse(input)?;
    if version != VERSION || class != CLASS {
        let value = if version == VERSION { class } else { version };
        return Err(Error::Unsupported { value: value.into() });
    }
    let (_, (_, bsn, _, fsn)) = (be_u8::<_, Error>, be_u24, be_u8, be_u24).parse(rest)?;
    let whole = usize::try_from(length).ok().and_then(|length| input.get(..length));
    if whole.is_none_or(|whole| input.len() - whole.len() > 3) {
        notes.add(Note::M2paUnreadable);
    }
    let data = whole.unwrap_or(input).get(HEADER..).unwrap_or_default();
    let body = match (kind, data) {
        (USER_DATA, []) => Body::Acknowledgement,
        (USER_DATA, [priority, mtp3 @ ..]) => Body::User { priority: priority >> 6, mtp3 },
        (LINK_STATUS, _) => Body::Status(be_u32::<_, Error>(data)?.1),
        _ => return Err(Error::Unsupported { value: kind.into() }),
    };
    Ok(Message { bsn, fsn, body })
}

const VERSION: u8 = 1;
pub(crate) const CLASS: u8 = 11;
pub(crate) const USER_DATA: u8 = 1;
pub(crate) const LINK_STATUS: u8 = 2;
const HEADER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, length: u8, data: &[u8]) -> Vec<u8> {
        let head = [1, 0, 11, kind, 0, 0, 0, length, 0, 0, 0, 5, 0, 0, 0, 6];
        [&head[..], data].concat()
    }

    #[test]
    fn kinds_and_lengths() {
        let user = Body::User { priority: 2, mtp3: &[0x83, 1] };
        for (octets, want, noted) in [
            (message(1, 19, &[0x80, 0x83, 1]), Ok(user), false),
            (message(1, 19, &[0x80, 0x83, 1, 0]), Ok(user), false),
            (message(1, 99, &[0x80, 0x83, 1]), Ok(user), true),
            (message(1, 16, &[]), Ok(Body::Acknowledgement), false),
            (message(2, 20, &[0, 0, 0, 4]), Ok(Body::Status(4)), false),
            (message(2, 18, &[0, 4]), Err(Error::Truncated { missing: 0 }), true),
            (message(3, 16, &[]), Err(Error::Unsupported { value: 3 }), true),
        ] {
            let mut notes = Notes::default();
            let got = parse(&octets, &mut notes);
            assert_eq!(got.map(|message| message.body), want, "{octets:02x?}");
            assert_eq!(notes.contains(Note::M2paUnreadable), noted, "{octets:02x?}");
            assert!(got.is_err() || got.is_ok_and(|m| (m.bsn, m.fsn) == (5, 6)));
        }
    }
}
