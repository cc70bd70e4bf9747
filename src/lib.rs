//! Picket.

pub mod config;
pub mod enrich;
pub mod state;
