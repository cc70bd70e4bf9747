//! A captured frame, and the units it is described in.

use std::fmt;

/// A point in time: nanoseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// The latest time that can be told, in the year 2554.
    pub const MAX: Self = Self(u64::MAX);

    /// Makes a time of nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Returns the time `nanos` later, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn saturating_add(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Returns the time `nanos` earlier, at least [`Timestamp::EPOCH`].
    #[must_use]
    pub const fn saturating_sub(self, nanos: u64) -> Self {
        Self(self.0.saturating_sub(nanos))
    }

    /// Returns the nanoseconds from `earlier` to this time, 0 when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// What a frame begins with: a LINKTYPE value as capture files carry it.
///
/// Values are those of the tcpdump.org registry; a few systems write their own DLT value instead,
/// and those seen in files are here too.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: an address family in the capturing host's octet order.
    pub const NULL: Self = Self(0);
    /// Ethernet (IEEE 802.3).
    pub const ETHERNET: Self = Self(1);
    /// Raw IP as most BSDs number it (a DLT value).
    pub const RAW_BSD: Self = Self(12);
    /// Raw IP as OpenBSD numbers it (a DLT value).
    pub const RAW_OPENBSD: Self = Self(14);
    /// Raw IP, version by the first nibble.
    pub const RAW: Self = Self(101);
    /// OpenBSD loopback: an address family in network octet order.
    pub const LOOP: Self = Self(108);
    /// Linux cooked capture v1.
    pub const LINUX_SLL: Self = Self(113);
    /// MTP2 behind a pseudo-header with direction and link number.
    pub const MTP2_WITH_PHDR: Self = Self(139);
    /// MTP2 (ITU-T Q.703), from the BSN on.
    pub const MTP2: Self = Self(140);
    /// MTP3 (ITU-T Q.704), from the service information octet on.
    pub const MTP3: Self = Self(141);
    /// SCCP (ITU-T Q.713), from the message type on.
    pub const SCCP: Self = Self(142);
    /// The first of sixteen values left to the user.
    pub const USER0: Self = Self(147);
    /// The last of sixteen values left to the user.
    pub const USER15: Self = Self(162);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// SCTP (RFC 9260), from the common header on.
    pub const SCTP: Self = Self(248);
    /// Linux cooked capture v2.
    pub const LINUX_SLL2: Self = Self(276);

    /// Returns 0 to 15 for the values left to the user (147 to 162).
    #[must_use]
    pub const fn user(self) -> Option<u16> {
        match self.0.checked_sub(Self::USER0.0) {
            Some(user) if user <= 15 => Some(user),
            _ => None,
        }
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a frame was seen: a network port, or an interface of a capture file.
///
/// Interfaces of a pcapng file are counted through the whole file, over all its sections.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PortId(pub u16);

/// Which input of a capture a frame came from; see [`Capture::source_name`].
///
/// [`Capture::source_name`]: crate::Capture::source_name
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileId(pub u16);

/// One captured frame, valid until the visitor it is given to returns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame<'a> {
    /// When it was captured.
    pub at: Timestamp,
    /// What was captured of it.
    pub bytes: &'a [u8],
    /// Its length on the wire, never below the length of `bytes`.
    pub wire_len: u32,
    /// The port or interface it was seen on.
    pub port: PortId,
    /// What `bytes` begins with.
    pub link: LinkType,
    /// Its number in its file, from 1, as Wireshark counts.
    pub number: u64,
    /// The input it came from.
    pub source: FileId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_saturates_at_both_ends() {
        assert_eq!(Timestamp::MAX.saturating_add(1), Timestamp::MAX);
        assert_eq!(Timestamp::EPOCH.saturating_sub(1), Timestamp::EPOCH);
        assert_eq!(Timestamp::from_nanos(5).since(Timestamp::from_nanos(3)), 2);
        assert_eq!(Timestamp::from_nanos(3).since(Timestamp::from_nanos(5)), 0);
    }

    #[test]
    fn user_link_types_are_sixteen() {
        for (link, want) in
            [(146, None), (147, Some(0)), (162, Some(15)), (163, None), (1, None), (u16::MAX, None)]
        {
            assert_eq!(LinkType(link).user(), want, "{link}");
        }
    }
}
