//! Picket.

pub mod enrich;
