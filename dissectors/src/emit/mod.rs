//! The inverse of the dissectors: octets out, for tests and traffic synthesis.

pub mod ber;
mod ber_tree;
pub mod tcap;
