//! What survives between messages. Every table is bounded and counts what it forgets.

pub mod aliased;
pub mod dialogue;
pub mod dossiers;
pub mod homes;
pub mod ipfrag;
pub mod keep;
pub mod mirror;
pub mod octets;
pub mod path;
pub mod sctp;
pub mod segments;
pub mod senders;
mod shelf;
pub mod subscriber;
pub mod table;
pub mod trail;
pub mod versions;
pub mod waiting;
