//! The inverse of the dissectors: octets out, for tests and traffic synthesis.
//!
//! Each builder is the value of one layer and writes it with `octets`. Builders write what they are
//! told, also what no standard allows: tests and synthesis need odd spellings as much as right ones.

pub mod ber;
mod ber_tree;
pub mod cap;
pub mod connection;
pub mod ip;
pub mod link;
pub mod m2pa;
pub mod m2ua;
pub mod m3ua;
pub mod map;
pub mod mtp3;
pub mod sccp;
pub mod sctp;
pub mod sua;
pub mod tcap;
pub mod tunnel;

/// Appends a big-endian length or zero when it does not fit.
pub(crate) fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(0).to_be_bytes()
}

/// Pads to a multiple of four with zeros.
pub(crate) fn pad(octets: &mut Vec<u8>) {
    octets.resize(octets.len().next_multiple_of(4), 0);
}
