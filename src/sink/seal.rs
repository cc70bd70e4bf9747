//! Who an alert is about, sealed: kept beside the alert, opened only with a key of its own.
//!
//! XChaCha20-Poly1305 over a small JSON object; the alert's id and revision are authenticated with it,
//! so what was sealed for one alert cannot be put beside another. The nonce is an HMAC-SHA256 of
//! what is sealed and for what (as RFC 8452 §1 argues for such modes): nothing random is needed, and
//! the same alert is sealed to the same octets. A version octet comes first.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use picket_dissectors::Digits;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::redact::Shown;
use crate::event::Subject;

/// Seals and opens.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    nonces: Hmac<Sha256>,
}

/// Who an alert is about.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Identity {
    /// IMSI, digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imsi: Option<String>,
    /// MSISDN, digits of the international number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<String>,
}

/// Why something cannot be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SealError {
    /// It is of a later version of the program, or nothing that was sealed.
    #[error("what is sealed has a form this version does not know")]
    Unknown,
    /// Another key sealed it, it was changed, or it belongs to another alert.
    #[error(
        "the key does not open it: name the key that was in force when the alert was raised with privacy.seal_key_file"
    )]
    Refused,
}

impl Sealer {
    /// Makes one of a key of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let derived = |purpose: &[u8]| {
            let mut hash = Sha256::new();
            hash.update(purpose);
            hash.update(key);
            hash.finalize()
        };
        let nonces = derived(b"picket seal nonce");
        Self {
            cipher: XChaCha20Poly1305::new(&derived(b"picket seal key")),
            nonces: <Hmac<Sha256> as KeyInit>::new(&block(&nonces)),
        }
    }

    /// Seals who an alert is about; `None` when nothing is known of them.
    #[must_use]
    pub fn seal(&self, alert: &str, revision: u32, subject: &Subject) -> Option<Vec<u8>> {
        let text = |digits: Digits| Shown::plain(digits).as_str().to_owned();
        let identity = Identity { imsi: subject.imsi.map(text), msisdn: subject.msisdn.map(text) };
        if identity == Identity::default() {
            return None;
        }
        let message = serde_json::to_vec(&identity).ok()?;
        let about = about(alert, revision);
        let mut mac = self.nonces.clone();
        mac.update(&about);
        mac.update(&message);
        let tag = mac.finalize().into_bytes();
        let nonce: [u8; NONCE] = tag.get(..NONCE)?.try_into().ok()?;
        let payload = Payload { msg: &message, aad: &about };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&[VERSION][..], &nonce[..], &sealed[..]].concat())
    }

    /// Opens what was sealed for an alert.
    ///
    /// # Errors
    ///
    /// Returns an error when it was sealed with another key, for another alert, or is damaged.
    pub fn open(&self, alert: &str, revision: u32, sealed: &[u8]) -> Result<Identity, SealError> {
        let Some((&VERSION, rest)) = sealed.split_first() else { return Err(SealError::Unknown) };
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(SealError::Unknown)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Unknown)?;
        let about = about(alert, revision);
        let payload = Payload { msg: sealed, aad: &about };
        let message =
            self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Refused)?;
        serde_json::from_slice(&message).map_err(|_| SealError::Unknown)
    }
}

impl core::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sealer")
    }
}

/// What is authenticated with the identity.
fn about(alert: &str, revision: u32) -> Vec<u8> {
    [alert.as_bytes(), b".", &revision.to_be_bytes()].concat()
}

/// Puts a digest in a block of the hash, which is what HMAC does to keys (RFC 2104 §2).
fn block(key: &[u8]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
}

const VERSION: u8 = 1;
/// Octets of an XChaCha20 nonce.
const NONCE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(imsi: Option<&str>, msisdn: Option<&str>) -> Subject {
        let digits = |text: &str| Digits::parse(text).unwrap();
        Subject { imsi: imsi.map(digits), msisdn: msisdn.map(digits), ..Subject::default() }
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_alert_only() {
        let sealer = Sealer::new(b"a key of the sensor");
        for (imsi, msisdn) in [
            (Some("001010123456789"), Some("99970012345")),
            (Some("001010123456789"), None),
            (None, Some("99970012345")),
        ] {
            let sealed = sealer.seal("a1b2", 3, &subject(imsi, msisdn)).unwrap();
            assert_eq!(sealer.seal("a1b2", 3, &subject(imsi, msisdn)).unwrap(), sealed);
            let opened = sealer.open("a1b2", 3, &sealed).unwrap();
            assert_eq!((opened.imsi.as_deref(), opened.msisdn.as_deref()), (imsi, msisdn));
            for (alert, revision) in [("a1b2", 2), ("a1b3", 3), ("a1b", 3)] {
                assert_eq!(sealer.open(alert, revision, &sealed), Err(SealError::Refused));
            }
            let other = Sealer::new(b"a key of another sensor");
            assert_eq!(other.open("a1b2", 3, &sealed), Err(SealError::Refused));
            for at in 1..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(sealer.open("a1b2", 3, &changed), Err(SealError::Refused), "{at}");
                let cut = sealer.open("a1b2", 3, &sealed[..at]);
                assert!(cut.is_err(), "{at}");
            }
            let text = String::from_utf8_lossy(&sealed).into_owned();
            for number in [imsi, msisdn].into_iter().flatten() {
                assert!(!text.contains(number));
            }
        }
    }

    #[test]
    fn of_nobody_nothing_is_sealed() {
        assert_eq!(Sealer::new(b"key").seal("a1b2", 0, &subject(None, None)), None);
        assert_eq!(Sealer::new(b"key").open("a1b2", 0, b""), Err(SealError::Unknown));
        assert_eq!(Sealer::new(b"key").open("a1b2", 0, b"\x02abc"), Err(SealError::Unknown));
    }
}
