//! The memory of correlations as bytes, to survive a restart.
//!
//! Everything is little endian: the magic, the version, the seed, the number of windows, the
//! windows, and an FNV-1a checksum of all before it. Windows come rule by rule, least recently
//! touched first. What does not read is refused as a whole: half a memory is worse than none.

use thiserror::Error;

use crate::{state::RuleState, window::Entry};

/// Why saved state was refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SaveError {
    /// It does not begin as saved state does.
    #[error("not saved rule state")]
    Magic,
    /// It was written in a version of the format this program does not read.
    #[error("saved rule state has version {0}, this program reads {VERSION}")]
    Version(u32),
    /// It is cut short, or was changed.
    #[error("saved rule state is damaged")]
    Damaged,
}

impl RuleState {
    /// Writes the windows of all correlations.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend(self.seed.to_le_bytes());
        out.extend(length(self.len()));
        for slot in self.in_order() {
            out.extend(slot.rule.to_le_bytes());
            out.extend(slot.group.to_le_bytes());
            out.extend(length(slot.window.entries().len()));
            for entry in slot.window.entries() {
                for word in [entry.at, entry.token, entry.value] {
                    out.extend(word.to_le_bytes());
                }
                out.push(entry.input);
            }
        }
        let sum = checksum(&out);
        out.extend(sum.to_le_bytes());
        out
    }

    /// Reads what [`Self::save`] wrote into a state of at most `capacity` windows, evicting if they
    /// are more. The seed is the one it was saved with.
    ///
    /// # Errors
    ///
    /// Returns an error when the bytes are not saved state of this version, whole and unchanged.
    pub fn load(capacity: usize, saved: &[u8]) -> Result<Self, SaveError> {
        let body = saved.strip_prefix(MAGIC).ok_or(SaveError::Magic)?;
        let mut reader = Reader(body);
        let version = u32::from_le_bytes(reader.take()?);
        if version != VERSION {
            return Err(SaveError::Version(version));
        }
        let (content, sum) = saved.split_last_chunk::<8>().ok_or(SaveError::Damaged)?;
        if checksum(content) != u64::from_le_bytes(*sum) {
            return Err(SaveError::Damaged);
        }
        let mut state = Self::new(capacity, u64::from_le_bytes(reader.take()?));
        let mut entries = Vec::new();
        for _ in 0..u64::from_le_bytes(reader.take()?) {
            let rule = u64::from_le_bytes(reader.take()?);
            let group = u128::from_le_bytes(reader.take()?);
            entries.clear();
            for _ in 0..u64::from_le_bytes(reader.take()?) {
                let mut word = || Ok(u64::from_le_bytes(reader.take()?));
                let (at, token, value) = (word()?, word()?, word()?);
                let [input] = reader.take()?;
                entries.push(Entry { at, token, value, input });
            }
            state.restore(rule, group, &entries);
        }
        Ok(state)
    }
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SaveError> {
        let (first, rest) = self.0.split_first_chunk().ok_or(SaveError::Damaged)?;
        self.0 = rest;
        Ok(*first)
    }
}

fn length(n: usize) -> [u8; 8] {
    u64::try_from(n).unwrap_or(u64::MAX).to_le_bytes()
}

fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, octet| {
        (sum ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

const MAGIC: &[u8] = b"picketrs";
const VERSION: u32 = 1;
