//! Where results go, and what they may say about people.

pub mod alert;
pub mod evidence;
pub mod key;
pub mod redact;
pub mod seal;
mod summary;
