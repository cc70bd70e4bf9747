//! What survives between messages. Every table is bounded and counts what it forgets.

pub mod ipfrag;
pub mod mirror;
pub mod octets;
pub mod sctp;
pub mod segments;
pub mod table;
