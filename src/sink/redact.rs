//! How subscribers' numbers are shown: as they are, masked, or as a keyed hash.
//!
//! A hash without a key would be undone by trying the few thousand million numbers there are, so
//! there is none: pseudonyms are HMAC-SHA256 (RFC 2104) over the digits as text, cut to sixteen
//! octets. The same number has the same pseudonym in every field, so that what belongs together
//! can be joined without saying who it is.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use picket_dissectors::Digits;
use picket_hw::Timestamp;
use sha2::Sha256;

use crate::event::fields::number::Numbering;

/// Shows the numbers of subscribers the way an output asks for.
#[derive(Clone)]
pub struct Redactor {
    mode: Mode,
    /// Of the pseudonyms; a masking redactor has one for the ids, where it can.
    key: Option<Hmac<Sha256>>,
    /// The key before, and until when ids by it are told too.
    previous: Option<(Hmac<Sha256>, Timestamp)>,
}

/// How numbers are shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Clear,
    Masked,
    Pseudonym,
}

impl Redactor {
    /// Shows every digit.
    #[must_use]
    pub const fn clear() -> Self {
        Self { mode: Mode::Clear, key: None, previous: None }
    }

    /// Shows which country or network a number is of. With a key, ids are pseudonyms, so that
    /// subscribers can still be told apart.
    #[must_use]
    pub fn masked(key: Option<&[u8]>) -> Self {
        Self { mode: Mode::Masked, key: key.and_then(keyed), previous: None }
    }

    /// Shows a keyed hash; any length of key will do, at least 32 octets are advised.
    #[must_use]
    pub fn pseudonym(key: &[u8]) -> Self {
        Self { mode: Mode::Pseudonym, key: keyed(key), previous: None }
    }

    /// Also tells ids by the key that was in force before, up to a time, so that who keeps alerts
    /// can join those of both keys.
    #[must_use]
    pub fn after(mut self, key: &[u8], until: Timestamp) -> Self {
        self.previous = keyed(key).map(|key| (key, until));
        self
    }

    /// Returns the pseudonym that a subscriber had by the key before, while that is still told.
    #[must_use]
    pub fn previous_id(&self, digits: Digits, at: Timestamp) -> Option<Shown> {
        let (key, _) = self.previous.as_ref().filter(|&&(_, until)| at < until)?;
        (self.mode != Mode::Clear && self.key.is_some()).then(|| hashed(key.clone(), digits))
    }

    /// Whether numbers are shown as they are.
    #[must_use]
    pub const fn is_clear(&self) -> bool {
        matches!(self.mode, Mode::Clear)
    }

    /// Returns a subscriber's number as it may be shown.
    #[must_use]
    pub fn number(&self, digits: Digits, numbering: Numbering) -> Shown {
        match self.mode {
            Mode::Clear => Shown::plain(digits),
            Mode::Masked => masked(digits, numbering),
            Mode::Pseudonym => self.hashed(digits),
        }
    }

    /// Returns what stands for a subscriber as a whole: the pseudonym where there is a key, else
    /// the number as it may be shown.
    #[must_use]
    pub fn id(&self, digits: Digits, numbering: Numbering) -> Shown {
        match self.mode {
            Mode::Masked if self.key.is_some() => self.hashed(digits),
            _ => self.number(digits, numbering),
        }
    }

    fn hashed(&self, digits: Digits) -> Shown {
        // HMAC takes keys of any length (RFC 2104 §2): the key is there in this mode. Were it not,
        // showing nothing but the prefix is the safe end.
        match &self.key {
            Some(key) => hashed(key.clone(), digits),
            None => {
                let mut shown = Shown::default();
                shown.push_str(PREFIX);
                shown
            }
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({:?})", self.mode)
    }
}

fn hashed(mut mac: Hmac<Sha256>, digits: Digits) -> Shown {
    let mut shown = Shown::default();
    shown.push_str(PREFIX);
    mac.update(Shown::plain(digits).as_str().as_bytes());
    for octet in mac.finalize().into_bytes().into_iter().take(PSEUDONYM) {
        shown.push(HEX.get(usize::from(octet >> 4)).copied());
        shown.push(HEX.get(usize::from(octet & 15)).copied());
    }
    shown
}

fn keyed(key: &[u8]) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(key).ok()
}

/// Never shows more than half of a number, however short it is.
fn masked(digits: Digits, numbering: Numbering) -> Shown {
    let keep = match numbering {
        Numbering::E164 => country_code(digits),
        Numbering::Imsi => 5,
        Numbering::Imei => 8,
        Numbering::Opaque => 0,
    };
    let mut shown = Shown::plain(digits.first(keep.min(digits.len() / 2)));
    shown.push(Some(b'*'));
    shown
}

/// Returns the length of the E.164 country code: zones 1 and 7 have one digit, the listed pairs
/// two, all others three (list of ITU-T Recommendation E.164 assigned country codes).
fn country_code(digits: Digits) -> usize {
    match (digits.get(0), digits.get(1)) {
        (Some(1 | 7), _) => 1,
        (Some(2), Some(0 | 7))
        | (Some(3), Some(0..=4 | 6 | 9))
        | (Some(4), Some(0 | 1 | 3..=9))
        | (Some(5), Some(1..=8))
        | (Some(6), Some(0..=6))
        | (Some(8), Some(1 | 2 | 4 | 6))
        | (Some(9), Some(0..=5 | 8)) => 2,
        _ => 3,
    }
}

/// Short text without heap.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Shown {
    text: [u8; Self::MAX],
    length: u8,
}

impl Shown {
    /// A prefix and thirty-two hexadecimal digits; thirty digits also fit.
    const MAX: usize = PREFIX.len() + 2 * PSEUDONYM;

    /// Shows digits as they are.
    #[must_use]
    pub fn plain(digits: Digits) -> Self {
        let mut shown = Self::default();
        for digit in digits.iter() {
            shown.push(HEX.get(usize::from(digit)).copied());
        }
        shown
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.text.get(..usize::from(self.length)).unwrap_or_default();
        // Only ASCII is ever pushed.
        core::str::from_utf8(text).unwrap_or_default()
    }

    fn push(&mut self, octet: Option<u8>) {
        if let (Some(octet), Some(slot)) = (octet, self.text.get_mut(usize::from(self.length))) {
            *slot = octet;
            self.length += 1;
        }
    }

    fn push_str(&mut self, text: &str) {
        text.bytes().for_each(|octet| self.push(Some(octet)));
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self { text: [0; Self::MAX], length: 0 }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

const PREFIX: &str = "sub:";
/// Octets kept of the hash.
const PSEUDONYM: usize = 16;
const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn masks_keep_country_or_network() {
        let redactor = Redactor::masked(None);
        for (number, numbering, want) in [
            ("001010123456789", Numbering::Imsi, "00101*"),
            ("15550123456", Numbering::E164, "1*"),
            ("99970012345", Numbering::E164, "999*"),
            ("49000000000", Numbering::E164, "49*"),
            ("35400000000", Numbering::E164, "354*"),
            ("1234", Numbering::E164, "1*"),
            ("9991", Numbering::E164, "99*"),
            ("12", Numbering::Imsi, "1*"),
            ("", Numbering::Imsi, "*"),
            ("0011223344556677", Numbering::Imei, "00112233*"),
            ("deadbeef", Numbering::Opaque, "*"),
        ] {
            assert_eq!(redactor.number(digits(number), numbering).as_str(), want, "{number}");
        }
    }

    #[test]
    fn a_pseudonym_is_the_start_of_the_hmac() {
        // printf 001010123456789 | openssl dgst -sha256 -hmac Jefe
        let shown = Redactor::pseudonym(b"Jefe").number(digits("001010123456789"), Numbering::Imsi);
        assert_eq!(shown.as_str(), "sub:aad6b4e2c6baa0f560a55d7380494661");
    }

    #[test]
    fn ids_tell_subscribers_apart_where_there_is_a_key() {
        let (a, b) = (digits("001010123456789"), digits("001010123456780"));
        let with = Redactor::masked(Some(b"key"));
        assert_ne!(with.id(a, Numbering::Imsi), with.id(b, Numbering::Imsi));
        assert_eq!(with.id(a, Numbering::Imsi), Redactor::pseudonym(b"key").id(a, Numbering::Imsi));
        assert_eq!(with.number(a, Numbering::Imsi).as_str(), "00101*");
        assert_eq!(Redactor::masked(None).id(a, Numbering::Imsi).as_str(), "00101*");
        assert_eq!(Redactor::clear().id(a, Numbering::Imsi).as_str(), "001010123456789");
    }

    #[test]
    fn the_key_before_is_told_until_its_day() {
        let number = digits("001010123456789");
        let until = Timestamp::from_nanos(10);
        let before = Redactor::pseudonym(b"old").id(number, Numbering::Imsi);
        let redactor = Redactor::pseudonym(b"new").after(b"old", until);
        assert_eq!(redactor.previous_id(number, Timestamp::from_nanos(9)), Some(before));
        assert_eq!(redactor.previous_id(number, until), None);
        assert_ne!(redactor.id(number, Numbering::Imsi), before);
        let masked = Redactor::masked(None).after(b"old", until);
        assert_eq!(masked.previous_id(number, Timestamp::EPOCH), None, "it tells nobody apart");
        let clear = Redactor::clear().after(b"old", until);
        assert_eq!(clear.previous_id(number, Timestamp::EPOCH), None, "there is no pseudonym");
    }

    proptest! {
        #[test]
        fn at_most_half_of_a_masked_number_shows(number in "[0-9]{0,30}") {
            for numbering in [Numbering::E164, Numbering::Imsi, Numbering::Imei] {
                let shown = Redactor::masked(None).number(digits(&number), numbering);
                let kept = shown.as_str().strip_suffix('*').unwrap();
                prop_assert!(number.starts_with(kept) && kept.len() <= number.len() / 2);
            }
        }

        #[test]
        fn pseudonyms_are_equal_for_equal_numbers_only(a in "[0-9]{1,15}", b in "[0-9]{1,15}") {
            let redactor = Redactor::pseudonym(b"key");
            let show = |text: &str| redactor.number(digits(text), Numbering::E164);
            prop_assert_eq!(show(&a).as_str().len(), 36);
            prop_assert_eq!(show(&a) == show(&b), a == b);
            prop_assert_ne!(show(&a), Redactor::pseudonym(b"other").number(digits(&a), Numbering::E164));
            prop_assert_eq!(Redactor::clear().number(digits(&a), Numbering::E164).to_string(), a);
        }
    }
}
