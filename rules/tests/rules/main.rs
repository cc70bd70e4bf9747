//! The rules as a caller sees them, over a table of fields of no particular protocol.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod correlations;
mod errors;
mod fixture;
mod index;
mod modifiers;
