//! Dissectors for SS7 over SIGTRAN: octets in, borrowed layers and notes out.
//!
//! Every layer is one pure function of its octets: `parse(input, &mut notes)`. It returns what it
//! read, borrowing from the input; an [`error::Error`] when nothing more can be read; and adds a
//! [`notes::Note`] for everything readable but odd. Nothing here allocates (the feature `emit`, the
//! inverse of the dissectors for tests and traffic synthesis, does), keeps anything between calls,
//! or contains `unsafe`. Reassembly is state and lives with the caller.
//!
//! From the wire up: [`link`], [`ip`], [`sctp`], [`m3ua`] and its siblings, [`mtp3`], [`sccp`],
//! [`tcap`] on [`ber`], then [`map`] and [`cap`].

pub mod ber;
pub mod cap;
pub mod digits;
#[cfg(feature = "emit")]
pub mod emit;
pub mod error;
pub mod ip;
pub mod link;
pub mod m2pa;
pub mod m2ua;
pub mod m3ua;
pub mod map;
pub mod mtp2;
pub mod mtp3;
pub mod notes;
pub mod sccp;
pub mod sctp;
pub mod sms;
pub mod sua;
pub mod tbcd;
pub mod tcap;
pub mod tunnel;
pub mod vlan;

pub use digits::Digits;
pub use error::Error;
pub use notes::{Note, Notes};
