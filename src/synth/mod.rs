//! Traffic that never was: a fictional home network, its partners, its attackers, and the truth.
//!
//! [`network`] says who there is and writes the configuration; [`world`] computes nodes and people
//! from numbers, [`population`] where they are, as a [`model`] has it; [`stage`] is where [`procedures`] and [`scenarios`] play, and requests in all the
//! disguises of [`evasions`]; [`wire`] makes frames of
//! what is said; [`generator`] puts all of it in order of time. Nothing here has a clock or
//! a file: the same seed gives the same octets.

pub mod background;
pub mod carriage;
pub mod dialogue;
pub mod evasions;
pub mod extras;
pub mod generator;
pub mod model;
pub mod network;
pub mod population;
pub mod procedures;
pub mod rng;
pub mod scenario;
pub mod scenarios;
pub mod stage;
pub mod truth;
pub mod wire;
pub mod world;

pub use generator::{Generated, Generator, Options};
pub use model::Model;
pub use network::{configuration, configuration_of};
