//! The evasion matrix, row by row: each way of hiding a request from a filter is noted when it comes
//! through the whole engine, the shipped rule fires where the row stands alone, and what only looks
//! like it is not noted.

#![expect(clippy::unwrap_used, reason = "a panic here is a failed test")]

mod carriers;
mod dialogue;
mod hostile;
mod keys;
mod network;
mod other;
mod rows;
mod spelling;
mod stories;
