//! Where results go, and what they may say about people.

pub mod redact;
