//! Mobile Application Part (TS 29.002).

pub mod parameters;

pub use parameters::Parameters;
