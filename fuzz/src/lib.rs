//! What each fuzz target does with its octets, and what it starts from.
//!
//! Free of libFuzzer, so that the tests of the workspace can run past crashes through it. A target
//! fails by panicking: on an assertion here, or on one in what it reads.

pub mod adaptation;
pub mod cap;
pub mod capture;
pub mod engine;
pub mod link;
pub mod map;
pub mod rules;
pub mod sccp;
pub mod seeds;
pub mod sms;
pub mod tcap;

/// A target.
pub struct Target {
    /// Its name: that of its file, of its corpus and of its folder of regressions.
    pub name: &'static str,
    /// Reads octets.
    pub read: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 10] = [
    Target { name: "adaptation", read: adaptation::read },
    Target { name: "cap", read: cap::read },
    Target { name: "capture", read: capture::read },
    Target { name: "engine", read: engine::read },
    Target { name: "link", read: link::read },
    Target { name: "map", read: map::read },
    Target { name: "rules", read: rules::read },
    Target { name: "sccp", read: sccp::read },
    Target { name: "sms", read: sms::read },
    Target { name: "tcap", read: tcap::read },
];
