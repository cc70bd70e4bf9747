//! Object identifiers (ITU-T X.690 §8.19), borrowed.

use core::{
    fmt,
    hash::{Hash, Hasher},
};

use crate::{
    ber::Element,
    notes::{Note, Notes},
};

/// An object identifier as its content octets.
///
/// Two are equal when their arcs are, however these are padded (§8.19.2 forbids padding, endpoints
/// differ). An arc beyond `u64` shows as `u64::MAX` but still compares by its octets.
#[derive(Clone, Copy)]
pub struct ObjectIdentifier<'a>(&'a [u8]);

impl<'a> ObjectIdentifier<'a> {
    /// Takes content octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// Reads the content of an element. What is odd about it is noted, but for padding: see
    /// [`Self::is_padded`], which means different things in different places.
    pub fn read(element: &Element<'a>, notes: &mut Notes) -> Self {
        if element.tag.constructed {
            notes.add(Note::BerPrimitiveExpected);
        }
        if element.content.last().is_none_or(|octet| octet & MORE != 0) {
            notes.add(Note::BerValueSize);
        }
        Self(element.content)
    }

    /// Returns the content octets as written.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }

    /// Whether a sub-identifier has leading zero bits in octets of their own.
    #[must_use]
    pub fn is_padded(self) -> bool {
        self.0.contains(&MORE) && self.significant().count() != self.0.len()
    }

    /// Iterates over the arcs; an unfinished last one is left out.
    #[must_use]
    pub const fn arcs(self) -> Arcs<'a> {
        Arcs { rest: self.0, second: None, first: true }
    }

    /// Returns the last arc.
    #[must_use]
    pub fn last(self) -> Option<u64> {
        self.arcs().last()
    }

    /// Whether the arcs are exactly these.
    #[must_use]
    pub fn is(self, arcs: &[u64]) -> bool {
        self.arcs().eq(arcs.iter().copied())
    }

    /// Whether the first arcs are these.
    #[must_use]
    pub fn starts_with(self, arcs: &[u64]) -> bool {
        let mut mine = self.arcs();
        arcs.iter().all(|&arc| mine.next() == Some(arc))
    }

    /// The octets without padding.
    fn significant(self) -> impl Iterator<Item = u8> {
        let mut start = true;
        self.0.iter().copied().filter(move |&octet| {
            let padding = start && octet == MORE;
            start = padding || octet & MORE == 0;
            !padding
        })
    }
}

impl PartialEq for ObjectIdentifier<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.significant().eq(other.significant())
    }
}

impl Eq for ObjectIdentifier<'_> {}

impl Hash for ObjectIdentifier<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for octet in self.significant() {
            state.write_u8(octet);
        }
    }
}

/// Dotted decimal.
impl fmt::Display for ObjectIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, arc) in self.arcs().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write!(f, "{arc}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectIdentifier({self})")
    }
}

/// Iterates over the arcs of an [`ObjectIdentifier`].
#[derive(Clone, Debug)]
pub struct Arcs<'a> {
    rest: &'a [u8],
    second: Option<u64>,
    first: bool,
}

impl Iterator for Arcs<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if let Some(second) = self.second.take() {
            return Some(second);
        }
        let mut arc = 0_u64;
        loop {
            let (&octet, rest) = self.rest.split_first()?;
            self.rest = rest;
            arc = if arc > u64::MAX >> 7 { u64::MAX } else { arc << 7 | u64::from(octet & !MORE) };
            if octet & MORE == 0 {
                break;
            }
        }
        if !core::mem::take(&mut self.first) {
            return Some(arc);
        }
        // The first two arcs share a sub-identifier (§8.19.4).
        let top = (arc / 40).min(2);
        self.second = Some(arc - 40 * top);
        Some(top)
    }
}

const MORE: u8 = 0x80;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arcs_text_and_padding() {
        for (octets, want, padded) in [
            (&[4, 0, 0, 1, 0, 28, 3][..], "0.4.0.0.1.0.28.3", false),
            (&[4, 0, 0, 1, 0, 0x80, 28, 3], "0.4.0.0.1.0.28.3", true),
            (&[0x80, 0x80, 4, 0, 0, 1, 0, 28, 3], "0.4.0.0.1.0.28.3", true),
            (&[0, 0x11, 0x86, 0x05, 1, 1, 1], "0.0.17.773.1.1.1", false),
            (&[0x2a, 0x86, 0x3a, 0, 0x89, 0x61], "1.2.826.0.1249", false),
            (&[0x88, 0x37, 3], "2.999.3", false),
            (&[4, 0x81], "0.4", false),
            (&[], "", false),
        ] {
            let oid = ObjectIdentifier::new(octets);
            assert_eq!(oid.to_string(), want);
            assert_eq!(oid.is_padded(), padded, "{want}");
        }
    }

    #[test]
    fn equality_ignores_padding_only() {
        let plain = ObjectIdentifier::new(&[4, 0, 0, 1, 0, 28, 3]);
        assert_eq!(plain, ObjectIdentifier::new(&[4, 0, 0, 0x80, 1, 0, 0x80, 0x80, 28, 3]));
        assert_ne!(plain, ObjectIdentifier::new(&[4, 0, 0, 1, 0, 28, 3, 0]));
        assert_ne!(plain, ObjectIdentifier::new(&[4, 0, 0, 1, 0, 0x81, 28, 3]));
        assert!(plain.is(&[0, 4, 0, 0, 1, 0, 28, 3]) && plain.starts_with(&[0, 4, 0, 0, 1]));
        assert!(!plain.starts_with(&[0, 4, 0, 0, 1, 0, 28, 3, 1]));
    }

    proptest! {
        #[test]
        fn equal_octets_have_equal_arcs(octets in prop::collection::vec(any::<u8>(), 0..40)) {
            let oid = ObjectIdentifier::new(&octets);
            prop_assert_eq!(oid, ObjectIdentifier::new(&octets));
            prop_assert!(oid.arcs().count() <= octets.len() + 1);
            let _ = oid.to_string();
        }
    }
}
