//! What numbers mean: whose they are, which country, which node (ITU-T E.164, E.212, E.214).
//!
//! Pure: tables are compiled in or handed over by `config`, nothing here reads a file or a clock.

pub mod address;
pub mod geography;
pub mod intel;
pub mod network;
pub mod numbering;
pub mod pointcode;
pub mod prefix;
pub mod recent;
pub mod terms;
