//! Picket: a passive detector of SS7 abuse.

pub mod config;
pub mod enrich;
pub mod event;
pub mod sink;
pub mod state;
pub mod track;
