//! Where results go, and what they may say about people.
//!
//! [`delivery::Delivery`] is what the rest of the program sees: alerts are offered to it, it keeps
//! them in the [`outbox`] and takes them from there to every output of the configuration, one file
//! each below.

pub mod alert;
mod cef;
pub mod delivery;
pub mod evidence;
mod file;
pub(crate) mod format;
mod kafka;
pub mod key;
pub mod misp;
mod ocsf;
pub mod outbox;
mod outlet;
pub mod redact;
pub mod seal;
pub mod statistics;
mod stdout;
pub mod stream;
mod summary;
mod syslog;
mod tls;
mod unix;
mod webhook;
