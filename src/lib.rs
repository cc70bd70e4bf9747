//! Picket.

pub mod config;
pub mod enrich;
