//! Packed digits: up to 30 of them in sixteen octets.
//!
//! Global titles have at most 24 digits on the wire in practice, MAP addresses at most 38
//! (TS 29.002 §17.7.8 AddressString, 20 octets) though E.164 stops at 15. Digits beyond
//! [`Digits::MAX`] are cut and the reader notes it.

use core::{fmt, num::NonZeroU128};

/// A string of up to 30 digits 0..=15, `Copy`, ordered and hashable.
///
/// Digit `i` stands in the nibble at bit `124 - 4 * i`; the low octet holds the length plus one,
/// which leaves zero free for `Option`. The order is that of the digits read as text. Digits above
/// 9 (codes 11 and 12 of Q.713 §3.4.2.3.1, `*#abc` of TBCD) show as `a` to `f`.
///
/// Aligned to eight: what remembers millions of them is a fifth smaller than with sixteen.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(Rust, packed(8))]
pub struct Digits(NonZeroU128);

impl Digits {
    /// The most digits held.
    pub const MAX: usize = 30;

    /// No digits.
    pub const EMPTY: Self = Self(NonZeroU128::MIN);

    /// Returns the packed form; see the type for its layout.
    #[must_use]
    pub const fn bits(self) -> NonZeroU128 {
        self.0
    }

    /// Reads the packed form; `None` when it is not one [`Self::bits`] gives.
    #[must_use]
    pub fn from_bits(bits: NonZeroU128) -> Option<Self> {
        let this = Self(bits);
        let length = (bits.get() & 0xff) as usize;
        (1..=Self::MAX + 1).contains(&length).then_some(())?;
        (bits.get() & !mask(length - 1) & !0xff == 0).then_some(this)
    }

    /// Reads text of digits `0-9` and `a-f`; `None` for other characters or more than 30.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut out = Self::EMPTY;
        for c in text.chars() {
            let digit = u8::try_from(c.to_digit(16)?).ok()?;
            if !out.push(digit) {
                return None;
            }
        }
        Some(out)
    }

    /// Reads the first `count` digits of octets that hold two each, the low half first (TBCD, and the
    /// address information of Q.713 §3.4.2.3.1); `None` for more than fifteen octets. All digits
    /// are turned at once.
    pub(crate) fn from_swapped(octets: &[u8], count: usize) -> Option<Self> {
        let mut wide = [0_u8; 16];
        wide.get_mut(..octets.len()).filter(|_| octets.len() < 16)?.copy_from_slice(octets);
        let octets = u128::from_be_bytes(wide);
        let turned = ((octets & LOW_HALVES) << 4) | ((octets >> 4) & LOW_HALVES);
        let count = count.min(Self::MAX);
        NonZeroU128::new((turned & mask(count)) | (count as u128 + 1)).map(Self)
    }

    /// Returns where the first digit of value 15 stands.
    pub(crate) fn first_fifteen(self) -> Option<usize> {
        let digits = self.0.get() & !0xff;
        let fifteens = digits & (digits >> 1) & (digits >> 2) & (digits >> 3) & LOWEST_BITS;
        (fifteens != 0).then(|| (fifteens.leading_zeros() / 4) as usize)
    }

    /// Appends a digit (low four bits); returns `false`, unchanged, when full.
    pub fn push(&mut self, digit: u8) -> bool {
        let length = self.len();
        if length >= Self::MAX {
            return false;
        }
        let shift = 124 - 4 * length;
        // The sum cannot overflow: the nibble is zero and the length octet stays below 32.
        self.0 = self.0.saturating_add((u128::from(digit & 15) << shift) + 1);
        true
    }

    /// Returns the number of digits.
    #[must_use]
    pub const fn len(self) -> usize {
        (self.0.get() & 0xff) as usize - 1
    }

    /// Whether there are no digits.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns digit `index`, the first being 0.
    #[must_use]
    pub fn get(self, index: usize) -> Option<u8> {
        (index < self.len()).then(|| ((self.0.get() >> (124 - 4 * index)) & 15) as u8)
    }

    /// Iterates over the digits.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        let mut rest = self.0.get();
        (0..self.len()).map(move |_| {
            let digit = (rest >> 124) as u8;
            rest <<= 4;
            digit
        })
    }

    /// Whether `prefix` begins these digits.
    #[must_use]
    pub const fn starts_with(self, prefix: Self) -> bool {
        let n = prefix.len();
        n <= self.len() && (self.0.get() ^ prefix.0.get()) & mask(n) == 0
    }

    /// Returns the first `n` digits, or all when there are fewer.
    #[must_use]
    pub fn first(self, n: usize) -> Self {
        let n = n.min(self.len());
        Self(
            NonZeroU128::new((self.0.get() & mask(n)) | (n as u128 + 1))
                .unwrap_or(NonZeroU128::MIN),
        )
    }

    /// Returns the digits from `n` on.
    #[must_use]
    pub fn skip(self, n: usize) -> Self {
        let n = n.min(self.len());
        let left = self.len() - n;
        let body = (self.0.get() & !0xff) << (4 * n);
        Self(NonZeroU128::new((body & mask(left)) | (left as u128 + 1)).unwrap_or(NonZeroU128::MIN))
    }

    /// Returns these digits followed by `tail`, cut at [`Self::MAX`].
    #[must_use]
    pub fn join(self, tail: Self) -> Self {
        let head = self.len();
        let length = (head + tail.len()).min(Self::MAX);
        let body = (self.0.get() & mask(head)) | ((tail.0.get() & mask(tail.len())) >> (4 * head));
        Self(
            NonZeroU128::new((body & mask(length)) | (length as u128 + 1))
                .unwrap_or(NonZeroU128::MIN),
        )
    }

    /// Whether every digit is 0 to 9.
    #[must_use]
    pub const fn is_decimal(self) -> bool {
        // A digit from ten on has its highest bit set and one of the next two.
        let digits = self.0.get() & !0xff;
        digits & ((digits << 1) | (digits << 2)) & (LOWEST_BITS << 3) == 0
    }
}

/// The low digit of each octet.
const LOW_HALVES: u128 = 0x0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f;
/// The lowest bit of each digit.
const LOWEST_BITS: u128 = 0x1111_1111_1111_1111_1111_1111_1111_1111;

/// Covers the first `n` digits.
const fn mask(n: usize) -> u128 {
    if n == 0 { 0 } else { u128::MAX << (128 - 4 * n) }
}

impl Default for Digits {
    fn default() -> Self {
        Self::EMPTY
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Digits {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bits().serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Digits {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bits = NonZeroU128::deserialize(deserializer)?;
        Self::from_bits(bits).ok_or_else(|| serde::de::Error::custom("no packed digits"))
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; Self::MAX];
        for (slot, digit) in text.iter_mut().zip(self.iter()) {
            *slot = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        }
        let text = text.get(..self.len()).and_then(|t| core::str::from_utf8(t).ok());
        f.pad(text.unwrap_or_default())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digits({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn option_costs_nothing() {
        assert_eq!(size_of::<Option<Digits>>(), 16);
    }

    #[test]
    fn text_and_prefixes() {
        for (text, prefix, want) in [
            ("354391", "354", true),
            ("354391", "354391", true),
            ("35", "354", false),
            ("", "", true),
            ("1a", "1b", false),
        ] {
            let (text, prefix) = (Digits::parse(text).unwrap(), Digits::parse(prefix).unwrap());
            assert_eq!(text.starts_with(prefix), want, "{text} {prefix}");
        }
        assert_eq!(Digits::parse("12x"), None);
        assert_eq!(Digits::parse(&"1".repeat(31)), None);
    }

    proptest! {
        #[test]
        fn behaves_like_text(a in "[0-9a-f]{0,30}", b in "[0-9a-f]{0,30}", n in 0_usize..40) {
            let (x, y) = (Digits::parse(&a).unwrap(), Digits::parse(&b).unwrap());
            prop_assert_eq!(&x.to_string(), &a);
            prop_assert_eq!(x.len(), a.len());
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.starts_with(y), a.starts_with(&b));
            let k = n.min(a.len());
            prop_assert_eq!(x.first(n).to_string(), &a[..k]);
            prop_assert_eq!(x.skip(n).to_string(), &a[k..]);
            prop_assert_eq!(Digits::from_bits(x.bits()), Some(x));
            prop_assert_eq!(x.is_decimal(), a.bytes().all(|c| c.is_ascii_digit()));
            prop_assert_eq!(x.first_fifteen(), a.find('f'));
            let joined = format!("{a}{b}");
            prop_assert_eq!(x.join(y).to_string(), &joined[..joined.len().min(Digits::MAX)]);
        }

        #[test]
        fn swapped_octets_are_read_digit_by_digit(octets: Vec<u8>, count in 0_usize..40) {
            let mut want = Digits::EMPTY;
            for digit in octets.iter().flat_map(|octet| [octet & 15, octet >> 4]).take(count) {
                want.push(digit);
            }
            let got = Digits::from_swapped(&octets, count.min(2 * octets.len()));
            prop_assert_eq!(got, (octets.len() < 16).then_some(want));
        }
    }
}
