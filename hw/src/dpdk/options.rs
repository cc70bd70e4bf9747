//! What is asked of ports, and what they offer of it.

use std::time::Duration;

use crate::live::TimeSource;

/// How ports are opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DpdkOptions {
    /// Arguments of the environment abstraction layer, as DPDK spells them.
    pub eal: Vec<String>,
    /// PCI addresses or names of virtual devices, in the order of their [`PortId`](crate::PortId)s; empty: all.
    pub ports: Vec<String>,
    /// Receive queues of each port.
    pub rx_queues: u16,
    /// Descriptors of each queue, as far as the adapter takes so many.
    pub rx_descriptors: u16,
    /// Buffers on each NUMA node; `None` for what the queues need.
    pub buffers: Option<u32>,
    /// Octets of a packet at most; `None` leaves the adapter as it is.
    pub mtu: Option<u16>,
    /// How long the thread sleeps when nothing comes; zero: it never does.
    pub idle: Duration,
    /// Filter in BPF syntax; `None` keeps what may carry SS7 (see [`filter`](crate::live::filter)).
    pub filter: Option<String>,
    /// Octets kept of a frame.
    pub snaplen: u32,
    /// Take frames addressed to others too.
    pub promiscuous: bool,
    /// Who stamps frames.
    pub time: TimeSource,
}

impl Default for DpdkOptions {
    fn default() -> Self {
        Self {
            eal: Vec::new(),
            ports: Vec::new(),
            rx_queues: 1,
            rx_descriptors: DESCRIPTORS,
            buffers: None,
            mtu: None,
            idle: IDLE,
            filter: None,
            snaplen: 65_535,
            promiscuous: true,
            time: TimeSource::Host,
        }
    }
}

/// How frames get to the queues of a port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spread {
    /// There is one.
    OneQueue,
    /// As the driver likes: it offers no RSS.
    Driver,
    /// By a hash of addresses.
    Rss {
        /// With a key that hashes both directions alike.
        symmetric: bool,
        /// And of SCTP's ports.
        sctp: bool,
    },
}

/// What a port offers of what was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// The port.
    pub port: String,
    /// Its driver.
    pub driver: String,
    /// Its NUMA node.
    pub node: Option<i32>,
    /// Receive queues.
    pub rx_queues: u16,
    /// Descriptors of each.
    pub rx_descriptors: u16,
    /// Octets of a packet at most.
    pub mtu: u16,
    /// Buffers of its NUMA node.
    pub buffers: u32,
    /// Whether its driver insisted on queues for sending, which stay unused.
    pub sends: bool,
    /// How frames get to queues.
    pub spread: Spread,
    /// Whether a flow rule spreads SCTP, and symmetrically, or why not; `None` with one queue.
    pub steering: Option<Result<bool, String>>,
    /// Whether the adapter tells SCTP from other packets.
    pub tells_sctp: bool,
    /// Whether the adapter stamps frames.
    pub stamps: bool,
}

impl Offer {
    /// Says how frames get to the queues.
    #[must_use]
    pub fn spread(&self) -> String {
        let rss = match self.spread {
            Spread::OneQueue => return "one queue".to_owned(),
            Spread::Driver => "RSS not offered".to_owned(),
            Spread::Rss { symmetric, sctp } => format!(
                "RSS by addresses{}, {}",
                if sctp { " and SCTP ports" } else { "" },
                if symmetric { "symmetric key" } else { "the driver's key" },
            ),
        };
        let rule = match &self.steering {
            Some(Ok(true)) => "SCTP by flow rule, symmetric".to_owned(),
            Some(Ok(false)) => "SCTP by flow rule".to_owned(),
            Some(Err(why)) => format!("flow rule for SCTP not offered ({why})"),
            None => return rss,
        };
        format!("{rss}; {rule}")
    }
}

/// Descriptors of a queue: at a million frames a second four milliseconds.
const DESCRIPTORS: u16 = 4_096;
/// At 10 Gbit/s of the shortest frames a queue of [`DESCRIPTORS`] fills in 275 microseconds.
const IDLE: Duration = Duration::from_micros(100);
