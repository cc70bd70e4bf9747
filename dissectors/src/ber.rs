//! ASN.1 Basic Encoding Rules, reading side (ITU-T X.690 §8).
//!
//! An element is a tag, a length and contents. Every spelling X.690 §8 allows is read, also those
//! DER (§10) forbids, since endpoints accept them and attackers use that; each unusual spelling is
//! a [`Note`]. Depth is bounded by [`MAX_DEPTH`]: deeper elements are passed over by their length
//! and noted, not lost. Nothing is copied, but for strings written in pieces.

use nom::{Parser, bytes::complete::take, number::complete::be_u8};

use crate::{
    error::Error,
    notes::{Note, Notes},
};

/// The four tag classes (§8.1.2.2).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// Types of X.680 itself.
    Universal,
    /// Types of one application, such as TCAP.
    Application,
    /// Members of the enclosing type.
    Context,
    /// Private use; TCAP of ANSI T1.114.
    Private,
}

/// A tag (§8.1.2), however it was spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tag {
    /// Class.
    pub class: Class,
    /// Whether the contents are elements (§8.1.2.5).
    pub constructed: bool,
    /// Number.
    pub number: u32,
}

impl Tag {
    /// Returns the tag as the first octet of its short form would be; 31 in the low bits when the
    /// number has none.
    #[must_use]
    pub fn short_octet(self) -> u8 {
        let class = match self.class {
            Class::Universal => 0x00,
            Class::Application => 0x40,
            Class::Context => 0x80,
            Class::Private => 0xc0,
        };
        let number = u8::try_from(self.number).map_or(31, |n| n.min(31));
        class | if self.constructed { 0x20 } else { 0 } | number
    }
}

/// One element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    /// The tag.
    pub tag: Tag,
    /// The contents, without end-of-contents octets.
    pub content: &'a [u8],
    /// The element as written, header and end-of-contents included.
    pub octets: &'a [u8],
    depth: u8,
    cut: bool,
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
    depth: u8,
    /// The octets end inside what contains these elements.
    cut: bool,
}

impl<'a> Elements<'a> {
    /// Reads the elements of `input`, which stands at the outermost level.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { rest: input, depth: 0, cut: false }
    }

    /// Reads the elements of `input`, which stands `depth` levels down.
    #[must_use]
    pub(crate) const fn at_depth(input: &'a [u8], depth: u8) -> Self {
        Self { rest: input, depth, cut: false }
    }

    /// Returns the octets not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the next element, `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error when the octets end inside the element or its header cannot be read; what
    /// is left is then [`Self::rest`], unchanged.
    pub fn next(&mut self, notes: &mut Notes) -> Result<Option<Element<'a>>, Error> {
        if let Some(element) = self.short() {
            return Ok(Some(element));
        }
        // Stray end-of-contents octets must not hide what follows them.
        while let Some(rest) = self.rest.strip_prefix(&[0, 0]) {
            notes.add(Note::BerEocUnexpected);
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (element, rest) = read(self.rest, self.depth, notes)?;
        self.rest = rest;
        Ok(Some(element))
    }

    /// Returns the next element, as much of it as there is when the octets end inside it; `None` at
    /// the end and when not even a header can be read. What is wrong is noted, and nothing is left
    /// after an element that was cut.
    pub fn next_or_cut(&mut self, notes: &mut Notes) -> Option<Element<'a>> {
        if let Some(element) = self.short() {
            return Some(element);
        }
        if let Ok(element) = self.next(notes) {
            return element;
        }
        // Within an element that is cut, the last of its members is so too, at every level.
        let cut = self.depth == 0 || self.cut;
        let note = if cut { Note::BerTruncated } else { Note::BerLengthOverrun };
        let octets = core::mem::take(&mut self.rest);
        notes.add(note);
        let (rest, tag) = tag(octets, notes).ok()?;
        let (content, _) = length(rest, notes).ok()?;
        Some(Element { tag, content, octets, depth: self.depth, cut })
    }

    /// Reads an element with a short tag and a short length, as nearly all have, without a detour.
    #[inline]
    fn short(&mut self) -> Option<Element<'a>> {
        let (&[first, length], rest) = self.rest.split_first_chunk()?;
        if first & HIGH_TAG_BITS == HIGH_TAG_BITS || length > 0x7f || [first, length] == [0, 0] {
            return None;
        }
        let (content, rest) = rest.split_at_checked(length.into())?;
        let octets = self.rest.get(..usize::from(length) + 2)?;
        self.rest = rest;
        Some(Element { tag: short_tag(first), content, octets, depth: self.depth, cut: false })
    }

    /// Returns the next element without moving on, and without notes.
    #[must_use]
    pub fn peek(&self) -> Option<Element<'a>> {
        let mut copy = *self;
        copy.next(&mut Notes::default()).ok().flatten()
    }
}

impl<'a> Element<'a> {
    /// Whether the octets end inside it, or inside what contains it.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether the tag is context-specific with this number, primitive or constructed.
    #[must_use]
    pub fn is_context(&self, number: u32) -> bool {
        self.tag.class == Class::Context && self.tag.number == number
    }

    /// Whether the tag is universal with this number, primitive or constructed.
    #[must_use]
    pub fn is_universal(&self, number: u32) -> bool {
        self.tag.class == Class::Universal && self.tag.number == number
    }

    /// Whether the tag is of the application class with this number.
    #[must_use]
    pub fn is_application(&self, number: u32) -> bool {
        self.tag.class == Class::Application && self.tag.number == number
    }

    /// Returns the elements inside. At [`MAX_DEPTH`] there are none, and a note says so; a
    /// primitive element is read all the same, with a note.
    pub fn elements(&self, notes: &mut Notes) -> Elements<'a> {
        if self.depth >= MAX_DEPTH {
            notes.add(Note::BerDepthExceeded);
            return Elements { rest: &[], depth: self.depth, cut: false };
        }
        if !self.tag.constructed {
            notes.add(Note::BerConstructedExpected);
        }
        Elements { rest: self.content, depth: self.depth + 1, cut: self.cut }
    }

    /// Returns the octets of a string, joining the pieces of a constructed one (§8.7.3).
    pub fn string(&self, notes: &mut Notes) -> OctetString<'a> {
        if !self.tag.constructed {
            return OctetString::Whole(self.content);
        }
        notes.add(Note::BerStringConstructed);
        let mut joined = Joined::default();
        self.collect(&mut joined, notes);
        OctetString::Joined(joined)
    }

    fn collect(&self, into: &mut Joined, notes: &mut Notes) {
        let mut pieces = self.elements(notes);
        while let Ok(Some(piece)) = pieces.next(notes) {
            if piece.tag.constructed {
                piece.collect(into, notes);
            } else if into.octets.try_extend_from_slice(piece.content).is_err() {
                notes.add(Note::BerValueSize);
                return;
            }
        }
        if !pieces.is_empty() {
            notes.add(Note::BerTruncated);
        }
    }

    /// Returns a signed integer (§8.3) or enumeration (§8.4).
    ///
    /// # Errors
    ///
    /// Returns [`Error::Value`] when it is empty or does not fit.
    pub fn integer(&self, notes: &mut Notes) -> Result<i64, Error> {
        if self.tag.constructed {
            notes.add(Note::BerPrimitiveExpected);
            let string = self.string(notes);
            return integer(&string, notes);
        }
        integer(self.content, notes)
    }

    /// Returns a boolean (§8.2). NULL written for TRUE also reads as true.
    #[must_use]
    pub fn boolean(&self) -> bool {
        self.content.first().is_none_or(|&octet| octet != 0)
    }
}

/// Reads two's complement octets; padded ones are noted.
///
/// # Errors
///
/// Returns [`Error::Value`] for no octets, or more significant ones than eight.
pub fn integer(octets: &[u8], notes: &mut Notes) -> Result<i64, Error> {
    let mut significant = octets;
    while let [pad, next, ..] = significant {
        let redundant = (*pad == 0 && next & 0x80 == 0) || (*pad == 0xff && next & 0x80 != 0);
        if !redundant {
            break;
        }
        notes.add(Note::BerIntegerPadded);
        significant = significant.get(1..).unwrap_or_default();
    }
    let (&first, _) = significant.split_first().ok_or(Error::Value)?;
    if significant.len() > 8 {
        return Err(Error::Value);
    }
    let start = if first & 0x80 == 0 { 0 } else { -1 };
    Ok(significant.iter().fold(start, |value: i64, &octet| (value << 8) | i64::from(octet)))
}

/// The octets of a string: borrowed, or joined from pieces.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "lives on the stack for a moment; nothing allocates")]
pub enum OctetString<'a> {
    /// As written.
    Whole(&'a [u8]),
    /// Put together.
    Joined(Joined),
}

/// The joined pieces of a constructed string, at most [`MAX_JOINED`] octets.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    octets: arrayvec::ArrayVec<u8, MAX_JOINED>,
}

impl core::ops::Deref for OctetString<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Whole(octets) => octets,
            Self::Joined(joined) => &joined.octets,
        }
    }
}

/// Reads one element and returns what follows it.
fn read<'a>(
    input: &'a [u8],
    depth: u8,
    notes: &mut Notes,
) -> Result<(Element<'a>, &'a [u8]), Error> {
    let (rest, tag) = tag(input, notes)?;
    let (rest, length) = length(rest, notes)?;
    let (content, rest) = match length {
        Length::Definite(n) => match rest.split_at_checked(n) {
            Some(split) => split,
            None => return Err(Error::Truncated { missing: n.saturating_sub(rest.len()) }),
        },
        Length::Indefinite => {
            notes.add(Note::BerLengthIndefinite);
            let end = end_of_contents(rest)?;
            let (content, rest) = rest.split_at_checked(end).ok_or(Error::Value)?;
            (content, rest.get(2..).unwrap_or_default())
        }
    };
    let octets = input.get(..input.len() - rest.len()).unwrap_or(input);
    Ok((Element { tag, content, octets, depth, cut: false }, rest))
}

enum Length {
    Definite(usize),
    Indefinite,
}

const fn short_tag(first: u8) -> Tag {
    let class = match first >> 6 {
        0 => Class::Universal,
        1 => Class::Application,
        2 => Class::Context,
        _ => Class::Private,
    };
    Tag { class, constructed: first & 0x20 != 0, number: (first & HIGH_TAG_BITS) as u32 }
}

fn tag<'a>(input: &'a [u8], notes: &mut Notes) -> Result<(&'a [u8], Tag), Error> {
    let (mut rest, first) = be_u8::<_, Error>.parse(input)?;
    let tag = short_tag(first);
    if first & HIGH_TAG_BITS != HIGH_TAG_BITS {
        return Ok((rest, tag));
    }
    let mut number = 0_u32;
    let mut leading = true;
    loop {
        let (next, octet) = be_u8::<_, Error>.parse(rest)?;
        rest = next;
        if leading && octet == 0x80 {
            notes.add(Note::BerTagPadded);
        }
        leading = false;
        if number > u32::MAX >> 7 {
            return Err(Error::Tag { found: first });
        }
        number = number << 7 | u32::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            break;
        }
    }
    if number < u32::from(HIGH_TAG_BITS) {
        notes.add(Note::BerTagLongForm);
    }
    Ok((rest, Tag { number, ..tag }))
}

fn length<'a>(input: &'a [u8], notes: &mut Notes) -> Result<(&'a [u8], Length), Error> {
    let (rest, first) = be_u8::<_, Error>.parse(input)?;
    match first {
        0..=0x7f => Ok((rest, Length::Definite(first.into()))),
        0x80 => Ok((rest, Length::Indefinite)),
        _ => {
            let (rest, octets) = take::<_, _, Error>(first & 0x7f)(rest)?;
            let mut value = 0_u32;
            for &octet in octets {
                if value > u32::MAX >> 8 {
                    return Err(Error::Length { value: u32::MAX });
                }
                value = value << 8 | u32::from(octet);
            }
            if value < 0x80 || octets.first() == Some(&0) {
                notes.add(Note::BerLengthNonMinimal);
            }
            let value = usize::try_from(value).map_err(|_| Error::Length { value })?;
            Ok((rest, Length::Definite(value)))
        }
    }
}

/// Finds the end-of-contents octets (§8.1.5) that close an indefinite length whose contents are
/// `input`, in one pass whatever the nesting: a definite length is stepped over, an indefinite one
/// counted.
fn end_of_contents(input: &[u8]) -> Result<usize, Error> {
    let mut rest = input;
    let mut open = 1_usize;
    let mut ignored = Notes::default();
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Ok(input.len() - rest.len());
            }
            rest = after;
            continue;
        }
        let (after, _) = tag(rest, &mut ignored)?;
        let (after, length) = length(after, &mut ignored)?;
        rest = match length {
            Length::Indefinite => {
                open += 1;
                after
            }
            Length::Definite(n) => after
                .get(n..)
                .ok_or_else(|| Error::Truncated { missing: n.saturating_sub(after.len()) })?,
        };
    }
}

/// Elements nested deeper than this are passed over.
pub const MAX_DEPTH: u8 = 16;
/// A string in pieces is read up to this many octets: the largest TPDU and address fit.
pub const MAX_JOINED: usize = 256;
/// The low bits of a first octet: a tag number, or all ones before a longer one.
const HIGH_TAG_BITS: u8 = 31;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(input: &[u8]) -> (Result<Option<Element<'_>>, Error>, Vec<Note>) {
        let mut notes = Notes::default();
        let element = Elements::new(input).next(&mut notes);
        (element, notes.iter().collect())
    }

    #[test]
    fn every_spelling_gives_the_same_contents() {
        for (input, want) in [
            (&[0x80, 0x02, 1, 2][..], &[][..]),
            (&[0x9f, 0x00, 0x02, 1, 2], &[Note::BerTagLongForm]),
            (&[0x9f, 0x80, 0x00, 0x02, 1, 2], &[Note::BerTagLongForm, Note::BerTagPadded]),
            (&[0x80, 0x81, 0x02, 1, 2], &[Note::BerLengthNonMinimal]),
            (&[0x80, 0x83, 0, 0, 0x02, 1, 2], &[Note::BerLengthNonMinimal]),
        ] {
            let (element, notes) = one(input);
            let element = element.unwrap().unwrap();
            assert!(element.is_context(0), "{input:02x?}");
            assert_eq!(element.content, [1, 2], "{input:02x?}");
            assert_eq!(element.octets, input);
            assert_eq!(notes, want, "{input:02x?}");
        }
    }

    #[test]
    fn a_string_in_pieces_is_joined() {
        let input = [0xa0, 0x80, 0x04, 1, 9, 0x24, 0x80, 0x04, 2, 8, 7, 0, 0, 0, 0];
        let mut notes = Notes::default();
        let element = Elements::new(&input).next(&mut notes).unwrap().unwrap();
        assert_eq!(&*element.string(&mut notes), [9, 8, 7]);
        assert!(notes.contains(Note::BerStringConstructed));
        assert!(notes.contains(Note::BerLengthIndefinite));
    }

    #[test]
    fn integers() {
        for (octets, want, padded) in [
            (&[0x46_u8][..], Ok(70), false),
            (&[0x00, 0x46], Ok(70), true),
            (&[0x00, 0x80], Ok(128), false),
            (&[0xff], Ok(-1), false),
            (&[0xff, 0xff], Ok(-1), true),
            (&[], Err(Error::Value), false),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9], Err(Error::Value), false),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 9], Ok(9), true),
        ] {
            let mut notes = Notes::default();
            assert_eq!(integer(octets, &mut notes), want, "{octets:02x?}");
            assert_eq!(notes.contains(Note::BerIntegerPadded), padded, "{octets:02x?}");
        }
    }

    #[test]
    fn stray_end_of_contents_hides_nothing() {
        let mut notes = Notes::default();
        let mut elements = Elements::new(&[0, 0, 0x80, 1, 7, 0, 0, 0, 0, 0x81, 0, 0, 0]);
        assert!(elements.next(&mut notes).unwrap().unwrap().is_context(0));
        assert!(elements.next(&mut notes).unwrap().unwrap().is_context(1));
        assert_eq!(elements.next(&mut notes), Ok(None));
        assert!(notes.iter().eq([Note::BerEocUnexpected]));
    }

    #[test]
    fn an_element_cut_short_gives_what_is_there() {
        for (input, want) in [
            (&[0x30, 0x05, 0x80, 1, 7][..], Some(&[0x80, 1, 7][..])),
            (&[0x30, 0x80, 0x80, 1, 7], Some(&[0x80, 1, 7])),
            (&[0x30], None),
            (&[0x30, 0x82, 1], None),
        ] {
            let mut notes = Notes::default();
            let mut elements = Elements::new(input);
            let element = elements.next_or_cut(&mut notes);
            assert_eq!(element.map(|e| e.content), want, "{input:02x?}");
            assert!(elements.is_empty() && notes.contains(Note::BerTruncated), "{input:02x?}");
        }
        let mut notes = Notes::default();
        let outer = Elements::new(&[0x30, 0x03, 0x80, 9, 7]).next_or_cut(&mut notes).unwrap();
        assert_eq!(outer.elements(&mut notes).next_or_cut(&mut notes).unwrap().content, [7]);
        assert!(notes.iter().eq([Note::BerLengthOverrun]));
    }

    #[test]
    fn depth_is_bounded_and_noted() {
        let mut octets = vec![0x04, 0x00];
        for _ in 0..100 {
            let mut outer = vec![0x30, 0x84, 0, 0, 0, 0];
            outer[2..6].copy_from_slice(&u32::try_from(octets.len()).unwrap().to_be_bytes());
            outer.extend(octets);
            octets = outer;
        }
        let mut notes = Notes::default();
        let mut elements = Elements::new(&octets);
        let mut depth = 0;
        while let Ok(Some(element)) = elements.next(&mut notes) {
            depth += 1;
            elements = element.elements(&mut notes);
        }
        assert_eq!(depth, usize::from(MAX_DEPTH) + 1);
        assert!(notes.contains(Note::BerDepthExceeded));
    }

    #[test]
    fn ten_thousand_open_indefinite_lengths_end() {
        let octets = [0x30, 0x80].repeat(10_000);
        assert!(one(&octets).0.is_err());
    }

    proptest! {
        #[test]
        fn never_panics(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut notes = Notes::default();
            let mut elements = Elements::new(&octets);
            while let Ok(Some(element)) = elements.next(&mut notes) {
                let _ = element.integer(&mut notes);
                let _ = element.string(&mut notes).len();
                prop_assert!(element.octets.len() >= element.content.len() + 2);
            }
        }
    }
}
