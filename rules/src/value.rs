//! What a field of an event holds: a number, a truth, digits, text, a set of codes or an identifier.
//!
//! Everything here is `Copy` and borrows from the event, so reading a field costs a call and no
//! allocation. The caller's own packed digits and bit sets convert without looking at each digit.

use core::{fmt, num::NonZeroU128};

/// The value of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value<'e> {
    /// A whole number.
    Int(u64),
    /// A truth.
    Bool(bool),
    /// A string of digits.
    Digits(Digits),
    /// Text, of a closed vocabulary or not.
    Text(&'e str),
    /// A set over the vocabulary of its field; an empty set counts as an absent field.
    Set(Bits),
    /// An opaque identifier, which can be compared and grouped by but not looked into.
    Id(u128),
}

impl fmt::Display for Value<'_> {
    /// Writes the value as it would be written in a rule; a set shows its bit positions, since only
    /// the field knows their names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Digits(digits) => write!(f, "{digits}"),
            Self::Text(text) => f.write_str(text),
            Self::Set(bits) => f.debug_set().entries(bits.iter()).finish(),
            Self::Id(id) => write!(f, "{id:032x}"),
        }
    }
}

/// Up to 30 digits of four bits in sixteen octets.
///
/// Digit `i` stands in the nibble at bit `124 - 4 * i`; the low octet holds the length plus one, so
/// zero is left for `Option`. Digits above nine show as `a` to `f`.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digits(NonZeroU128);

impl Digits {
    /// The most digits held.
    pub const MAX: usize = 30;

    /// Takes the packed form. A length above 30 counts as 30, and nibbles behind the length are
    /// cleared, so that equal digits are equal values.
    #[must_use]
    pub fn from_bits(bits: NonZeroU128) -> Self {
        let length = usize::from(low_octet(bits.get()).saturating_sub(1)).min(Self::MAX);
        Self::assemble(bits.get(), length)
    }

    /// Returns the packed form.
    #[must_use]
    pub const fn bits(self) -> NonZeroU128 {
        self.0
    }

    /// Reads text of `0` to `9` and `a` to `f` in either case; `None` for anything else and for
    /// more than 30 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bits, mut length) = (0_u128, 0);
        for c in text.chars() {
            let digit = c.to_digit(16)?;
            if length == Self::MAX {
                return None;
            }
            bits |= u128::from(digit) << (124 - 4 * length);
            length += 1;
        }
        Some(Self::assemble(bits, length))
    }

    /// Returns the number of digits.
    #[must_use]
    pub fn len(self) -> usize {
        usize::from(low_octet(self.0.get()).saturating_sub(1))
    }

    /// Whether there is no digit.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether `prefix` begins these digits.
    #[must_use]
    pub fn starts_with(self, prefix: Self) -> bool {
        let length = prefix.len();
        length <= self.len() && (self.0.get() ^ prefix.0.get()) & mask(length) == 0
    }

    /// Whether `suffix` ends these digits.
    #[must_use]
    pub fn ends_with(self, suffix: Self) -> bool {
        self.len().checked_sub(suffix.len()).is_some_and(|start| self.holds(suffix, start))
    }

    /// Whether `part` stands anywhere in these digits.
    #[must_use]
    pub fn contains(self, part: Self) -> bool {
        self.len()
            .checked_sub(part.len())
            .is_some_and(|last| (0..=last).any(|start| self.holds(part, start)))
    }

    /// Writes the digits as text into `buffer` and returns that text.
    pub(crate) fn text(self, buffer: &mut [u8; Self::MAX]) -> &str {
        let length = self.len();
        for (i, octet) in buffer.iter_mut().take(length).enumerate() {
            let digit = u8::try_from((self.0.get() >> (124 - 4 * i)) & 15).unwrap_or_default();
            *octet = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        }
        buffer.get(..length).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// The digits left aligned, without the length: their order is that of the text.
    pub(crate) fn aligned(self) -> u128 {
        self.0.get() & !0xff
    }

    fn holds(self, part: Self, start: usize) -> bool {
        ((self.aligned() << (4 * start)) ^ part.0.get()) & mask(part.len()) == 0
    }

    fn assemble(bits: u128, length: usize) -> Self {
        let octet = u128::try_from(length + 1).unwrap_or(1);
        // Never zero: the length octet is at least one.
        Self(NonZeroU128::new((bits & mask(length)) | octet).unwrap_or(NonZeroU128::MIN))
    }
}

impl Default for Digits {
    /// Returns no digits.
    fn default() -> Self {
        Self::assemble(0, 0)
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut [0; Self::MAX]))
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A set over a closed vocabulary of at most 256 words; the field's vocabulary gives the positions.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Bits(pub [u64; 4]);

impl Bits {
    /// The number of positions.
    pub const SIZE: usize = 256;

    /// Adds a position; one beyond the last is not added.
    pub fn insert(&mut self, position: usize) {
        if let Some(word) = self.0.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
    }

    /// Whether the position is in the set.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// Whether the sets share a position.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Whether there is no position in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// Iterates over the positions in the set, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = *self;
        (0..Self::SIZE).filter(move |&position| bits.contains(position))
    }
}

/// Covers the first `length` digits.
const fn mask(length: usize) -> u128 {
    if length == 0 { 0 } else { u128::MAX << (128 - 4 * length) }
}

const fn low_octet(bits: u128) -> u8 {
    bits.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_read_what_they_write() {
        for text in ["", "0", "4477", "00ab", "123456789012345678901234567890"] {
            assert_eq!(Digits::parse(text).unwrap().to_string(), text);
        }
        for text in ["+4477", "44 77", "g", "1234567890123456789012345678901"] {
            assert_eq!(Digits::parse(text), None, "{text}");
        }
    }

    #[test]
    fn digits_are_compared_at_both_ends_and_inside() {
        let whole = Digits::parse("15550100").unwrap();
        for (part, starts, ends, inside) in [
            ("", true, true, true),
            ("1555", true, false, true),
            ("0100", false, true, true),
            ("5501", false, false, true),
            ("155501000", false, false, false),
            ("9", false, false, false),
        ] {
            let part = Digits::parse(part).unwrap();
            assert_eq!(whole.starts_with(part), starts, "{part}");
            assert_eq!(whole.ends_with(part), ends, "{part}");
            assert_eq!(whole.contains(part), inside, "{part}");
        }
    }

    #[test]
    fn packed_form_with_rubbish_is_made_regular() {
        for bits in [1_u128, 0xff, u128::MAX, u128::MAX << 8 | 4, 0xf0] {
            let digits = Digits::from_bits(NonZeroU128::new(bits).unwrap());
            assert!(digits.len() <= Digits::MAX, "{bits:x}");
            assert_eq!(Digits::from_bits(digits.bits()), digits);
            assert_eq!(Digits::parse(&digits.to_string()), Some(digits));
        }
    }

    #[test]
    fn bits_hold_positions() {
        let mut bits = Bits::default();
        assert!(bits.is_empty());
        for position in [0, 63, 64, 255, 256, 9999] {
            bits.insert(position);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 255]);
        assert!(!bits.contains(256));
        assert!(bits.intersects(&Bits([1, 0, 0, 0])));
        assert!(!bits.intersects(&Bits([2, 0, 0, 0])));
    }
}
