//! Where results go, and what they may say about people.
//!
//! [`dispatch::Dispatch`] is what the rest of the program sees. It offers alerts to
//! [`delivery::Delivery`], which keeps them in the [`outbox`] and takes them from there to every
//! output of the configuration, one file each below; events and statistics go to [`stream::Streams`].

pub mod alert;
mod cef;
pub mod delivery;
pub mod dispatch;
pub mod evidence;
pub(crate) mod file;
pub(crate) mod format;
mod kafka;
pub mod key;
pub mod misp;
mod ocsf;
pub mod outbox;
mod outlet;
pub mod redact;
pub mod seal;
pub mod shown;
pub mod statistics;
mod stdout;
pub mod stream;
mod summary;
mod syslog;
mod tls;
mod unix;
mod webhook;
