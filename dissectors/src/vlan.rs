//! VLAN tags (IEEE 802.1Q §9) and MPLS label stacks (RFC 3032 §2.1).

use nom::{Parser, bytes::complete::take, number::complete::be_u16};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// The VLAN identifiers of a frame.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tags {
    /// Identifier of the outermost tag.
    pub outer: Option<u16>,
    /// Identifier of the innermost tag, when there is more than one.
    pub inner: Option<u16>,
}

/// Reads the tags that follow an EtherType, to a depth of [`MAX_TAGS`].
///
/// Returns the EtherType behind the tags and what it heads. Every tag protocol identifier in use is
/// taken: 802.1Q, 802.1ad, and the three from before 802.1ad.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when the frame ends inside a tag and [`Error::Depth`] when there are
/// more tags than are read.
pub fn parse<'a>(
    mut ethertype: u16,
    mut input: &'a [u8],
    notes: &mut Notes,
) -> Result<(u16, Tags, &'a [u8]), Error> {
    let mut tags = Tags::default();
    for _ in 0..=MAX_TAGS {
        if !TAG_PROTOCOLS.contains(&ethertype) {
            return Ok((ethertype, tags, input));
        }
        let (rest, (control, next)) = (be_u16::<_, Error>, be_u16).parse(input)?;
        let identifier = Some(control & 0x0fff);
        if tags.outer.is_none() {
            tags.outer = identifier;
        } else {
            tags.inner = identifier;
        }
        (ethertype, input) = (next, rest);
    }
    notes.add(Note::LinkVlanDeep);
    Err(Error::Depth)
}

/// Passes over an MPLS label stack to the octets below it.
///
/// # Errors
///
/// Returns [`Error::Truncated`] when the stack has no bottom and [`Error::Depth`] when it has more
/// than [`MAX_LABELS`] entries.
pub fn labels<'a>(mut input: &'a [u8], notes: &mut Notes) -> Result<&'a [u8], Error> {
    for _ in 0..MAX_LABELS {
        let (rest, entry) = take::<_, _, Error>(4_usize)(input)?;
        input = rest;
        if entry.get(2).is_some_and(|octet| octet & 1 == 1) {
            return Ok(input);
        }
    }
    notes.add(Note::LinkVlanDeep);
    Err(Error::Depth)
}

/// The most VLAN tags read.
pub const MAX_TAGS: usize = 8;
/// The most MPLS labels read.
pub const MAX_LABELS: usize = 16;

const TAG_PROTOCOLS: [u16; 5] = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_from_the_outside_in() {
        for (ethertype, octets, want) in [
            (0x0800, &[0x45_u8][..], Ok((0x0800, None, None, 1))),
            (0x8100, &[0x20, 0x64, 0x08, 0x00, 0x45], Ok((0x0800, Some(100), None, 1))),
            (
                0x88a8,
                &[0x00, 0x0a, 0x81, 0x00, 0x00, 0x14, 0x86, 0xdd],
                Ok((0x86dd, Some(10), Some(20), 0)),
            ),
            (0x8100, &[0x00, 0x0a, 0x81], Err(Error::Truncated { missing: 0 })),
        ] {
            let got = parse(ethertype, octets, &mut Notes::default())
                .map(|(kind, tags, rest)| (kind, tags.outer, tags.inner, rest.len()));
            assert_eq!(got, want, "{ethertype:x} {octets:02x?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let mut notes = Notes::default();
        let deep = [0x00, 0x01, 0x81, 0x00].repeat(MAX_TAGS + 1);
        assert_eq!(parse(0x8100, &deep, &mut notes), Err(Error::Depth));
        assert!(notes.contains(Note::LinkVlanDeep));
        assert_eq!(labels(&[0; 4 * 17], &mut notes), Err(Error::Depth));
        assert_eq!(labels(&[0, 0, 1, 64, 0x45], &mut notes), Ok(&[0x45_u8][..]));
    }
}
