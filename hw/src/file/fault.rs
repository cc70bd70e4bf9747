//! What was wrong with an input that could still be read, in part or whole.

use std::{fmt, io};

/// A problem met while reading, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The input's name.
    pub file: String,
    /// Where in the capture the record or block with the problem starts, in octets (decompressed).
    pub offset: u64,
    /// How many packets came before it in this file.
    pub packet: u64,
    /// The problem.
    pub what: What,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, packet, what } = self;
        write!(f, "{file}: {what} (at octet {offset}, after packet {packet})")
    }
}

/// A problem in a capture file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum What {
    /// It ends inside a header, record or block.
    #[error("cut short: {found} octets left of {wanted}")]
    Cut {
        /// Octets there should be.
        wanted: u64,
        /// Octets there are.
        found: u64,
    },
    /// A packet that says it is longer than any packet is, or than the block it is in.
    #[error("packet length {length} is above {limit}")]
    PacketLength {
        /// The length it gives.
        length: u32,
        /// The length it may have.
        limit: u32,
    },
    /// More was captured than was on the wire. The packet is delivered.
    #[error("captured length {captured} is above the length on the wire, {wire}")]
    WireLength {
        /// Captured length.
        captured: u32,
        /// Length on the wire.
        wire: u32,
    },
    /// A fraction of a second of a second or more. The packet is delivered.
    #[error("fraction of a second {fraction} is not below {limit}")]
    Fraction {
        /// The fraction, in the file's unit.
        fraction: u32,
        /// How many of the unit make a second.
        limit: u32,
    },
    /// A pcapng block whose length is below its least, no multiple of four or beyond reason.
    #[error("block of type {kind:#x} has length {length}")]
    BlockLength {
        /// Block type.
        kind: u32,
        /// Block total length.
        length: u32,
    },
    /// A pcapng block whose two lengths differ.
    #[error("block lengths differ: {leading} before it, {trailing} after it")]
    TrailingLength {
        /// Block total length before the body.
        leading: u32,
        /// Block total length after the body.
        trailing: u32,
    },
    /// A pcapng section that has no octet order.
    #[error("section header has byte-order magic {0:#010x}")]
    ByteOrder(u32),
    /// A version nobody has described.
    #[error("version {major}.{minor} is not supported")]
    Version {
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
    },
    /// A packet of an interface that was not described. The packet is passed over.
    #[error("packet of interface {interface}, of which {described} are described")]
    Interface {
        /// Interface identifier.
        interface: u32,
        /// How many interfaces the section describes.
        described: u32,
    },
    /// More interfaces than can be told apart.
    #[error("more than {0} interfaces")]
    Interfaces(u32),
    /// A compressed file that ends before its data do.
    #[error("compressed data cut short")]
    CompressedCut,
    /// Compressed data that do not decompress, or whose checksum is wrong.
    #[error("compressed data corrupt: {0}")]
    Corrupt(String),
    /// Something else after the compressed data.
    #[error("{0:02x?} follows the compressed data")]
    Trailing(Vec<u8>),
    /// The system failed to read on.
    #[error("cannot read on: {0}")]
    Read(String),
    /// A file in a directory that is no capture, or cannot be opened. It is passed over.
    #[error("passed over: {0}")]
    PassedOver(String),
}

impl From<io::Error> for What {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(|error| Self::Read(error.to_string()))
    }
}

impl From<What> for io::Error {
    fn from(what: What) -> Self {
        Self::other(what)
    }
}
