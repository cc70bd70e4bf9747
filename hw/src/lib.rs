//! Frames in: capture files, standard input and memory, behind one trait.
//!
//! A [`Capture`] pushes borrowed [`Frame`]s to a visitor, one burst a [`Capture::poll`]. This crate
//! knows link types by number and nothing of the protocols inside a frame.
//!
//! * [`mod@file`] reads pcap and pcapng, plain or compressed, from files, directories and pipes;
//! * [`live`] listens on network interfaces through libpcap;
//! * `dpdk` (feature `dpdk`) polls network adapters past the kernel;
//! * [`machine`] looks at what a machine has of what DPDK needs;
//! * [`memory`] replays frames a test made;
//! * [`tee`] and [`faults`] wrap any capture: one records what passes, the other damages it;
//! * [`mod@write`] makes pcap and pcapng files.

pub mod capture;
#[cfg(feature = "dpdk")]
pub mod dpdk;
pub mod faults;
pub mod file;
pub mod frame;
pub mod live;
pub mod machine;
pub mod memory;
pub mod tee;
pub mod write;

pub use capture::{Capture, CaptureCounters, CaptureError, Polled, Progress};
pub use frame::{FileId, Frame, LinkType, PortId, Timestamp};
