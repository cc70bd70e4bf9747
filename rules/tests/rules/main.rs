//! The rules as a caller sees them, over a table of fields of no particular protocol.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod allocation;
mod correlations;
mod differential;
mod errors;
mod fixture;
mod index;
mod modifiers;
