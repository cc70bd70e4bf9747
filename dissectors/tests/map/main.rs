//! MAP: what is emitted is read back, in every spelling, as others read it, and from any octets
//! (TS 29.002 §17.7).

#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

mod common;
mod corpus;
mod oracle;
mod properties;
mod roundtrip;
mod vectors;
