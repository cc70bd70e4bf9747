//! The rules as a caller sees them, over a table of fields of no particular protocol.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod correlations;
mod fixture;
mod index;
mod modifiers;
