//! Octet order of a capture file.

/// How numbers are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    /// Least significant octet first.
    Little,
    /// Most significant octet first.
    Big,
}

impl Order {
    /// Returns the 16-bit number at an offset.
    pub(super) fn u16(self, octets: &[u8], at: usize) -> Option<u16> {
        let raw = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// Returns the 32-bit number at an offset.
    pub(super) fn u32(self, octets: &[u8], at: usize) -> Option<u32> {
        let raw = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    /// Returns the 64-bit number at an offset.
    pub(super) fn u64(self, octets: &[u8], at: usize) -> Option<u64> {
        let raw = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(raw),
            Self::Big => u64::from_be_bytes(raw),
        })
    }

    /// Returns the 64-bit number at an offset whose upper half is written first in either order.
    pub(super) fn halves(self, octets: &[u8], at: usize) -> Option<u64> {
        let (upper, lower) = (self.u32(octets, at)?, self.u32(octets, at.checked_add(4)?)?);
        Some((u64::from(upper) << 32) | u64::from(lower))
    }
}
