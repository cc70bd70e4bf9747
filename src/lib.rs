//! Picket: a passive detector of SS7 abuse.
//!
//! [`config`] resolves what the operator wrote into a plan; [`engine`] turns frames into events and
//! alerts; [`event`] is what passes between its halves; [`state`] is what survives between
//! messages; [`track`] writes features over time; [`enrich`] knows whose a number is; [`sink`]
//! decides what of a number may be shown; [`runtime`] has the threads of a live run and [`operate`]
//! what an operator sees and asks of it; [`synth`] writes traffic that never was, [`cases`] tries
//! rules on it, [`evasions`] on requests in disguise, and [`catalogue`] says what the rules find.

pub mod cases;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod engine;
pub mod enrich;
pub mod evasions;
pub mod event;
pub mod import;
pub mod learnt;
pub mod operate;
pub mod pack;
pub mod runtime;
pub mod sink;
pub mod state;
pub mod synth;
pub mod track;
