//! Raw bindings to DPDK: the functions of `c/shim.h`, and the structures they take.
//!
//! `picket_hw::dpdk` is the safe way to use them. DPDK's own structures do not appear, so nothing
//! here depends on how a release lays them out. Nothing here sends. With feature `link` the shim is
//! compiled and libdpdk linked; without it these are declarations only.
#![expect(unsafe_code, reason = "declarations of C functions")]

use std::ffi::{c_char, c_int, c_void};

/// Frames of a burst at most.
pub const BURST: usize = 64;
/// Octets of a name, the terminating zero among them.
pub const NAME: usize = 64;

/// `struct picket_frame`: a frame of a burst.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its octets; valid until the burst is released or received into again.
    pub data: *const u8,
    /// How many there are.
    pub captured: u32,
    /// How many the frame had.
    pub wire: u32,
    /// The adapter's clock, in its own units; only with `stamped`.
    pub stamp: u64,
    /// Whether `stamp` says something.
    pub stamped: u32,
    /// In how many buffers it came.
    pub segments: u32,
}

/// `struct picket_burst`: frames received together.
#[repr(C)]
#[derive(Debug)]
pub struct Burst {
    /// The frames.
    pub frames: [Frame; BURST],
    /// What DPDK gave, to be given back.
    pub buffers: [*mut c_void; BURST],
    /// [`BURST`] parts of `part` octets, for frames that came in several buffers.
    pub linear: *mut u8,
    /// Octets of a part.
    pub part: u32,
    /// Where the adapter's time stands in a buffer, -1 for nowhere.
    pub stamp_offset: i32,
    /// The flag of buffers that have it.
    pub stamp_flag: u64,
}

/// `struct picket_info`: what an adapter is and offers.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Its name, ended by a zero.
    pub name: [c_char; NAME],
    /// Its driver, ended by a zero.
    pub driver: [c_char; NAME],
    /// NUMA node, negative for any.
    pub socket: i32,
    /// Receive queues at most.
    pub max_rx_queues: u16,
    /// Octets of a packet now.
    pub mtu: u16,
    /// Octets of a packet at most.
    pub max_mtu: u16,
    /// Octets of the RSS key, 0 where it has none.
    pub key_size: u16,
    /// Octets of a frame at most.
    pub max_frame: u32,
    /// Unused.
    pub reserved: u32,
    /// What RSS may hash: [`RSS_IP`], [`RSS_SCTP`].
    pub rss_types: u64,
    /// What it can do on receiving: [`OFFLOAD_SCATTER`], [`OFFLOAD_TIMESTAMP`].
    pub offloads: u64,
}

/// `struct picket_setup`: how a port is set up.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Receive queues.
    pub rx_queues: u16,
    /// Transmit queues, which stay unused; some drivers insist.
    pub tx_queues: u16,
    /// Descriptors of each queue; becomes what the adapter takes.
    pub descriptors: u16,
    /// Octets of a packet at most, 0 to leave it.
    pub mtu: u16,
    /// What RSS hashes, 0 for no RSS.
    pub rss_types: u64,
    /// What is switched on.
    pub offloads: u64,
    /// The RSS key, or null for the driver's.
    pub key: *const u8,
    /// Its length.
    pub key_size: u8,
    /// Unused here, see [`picket_start`].
    pub promiscuous: u8,
    /// Unused.
    pub reserved: u16,
    /// Unused.
    pub reserved2: u32,
}

/// `struct picket_stats`: counters of a port since it was started.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Frames received.
    pub packets: u64,
    /// Octets received.
    pub octets: u64,
    /// Frames the adapter dropped because its queues were full.
    pub missed: u64,
    /// Frames that were damaged.
    pub errors: u64,
    /// Times there was no buffer.
    pub no_buffer: u64,
}

/// `RTE_ETH_RSS_IPV4`, `FRAG_IPV4`, `NONFRAG_IPV4_OTHER`, `IPV6`, `FRAG_IPV6`,
/// `NONFRAG_IPV6_OTHER`, `IPV6_EX`.
pub const RSS_IP: u64 =
    (1 << 2) | (1 << 3) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 13) | (1 << 15);
/// `RTE_ETH_RSS_NONFRAG_IPV4_SCTP` and `RTE_ETH_RSS_NONFRAG_IPV6_SCTP`.
pub const RSS_SCTP: u64 = (1 << 6) | (1 << 12);
/// `RTE_ETH_RX_OFFLOAD_SCATTER`: a frame may come in several buffers.
pub const OFFLOAD_SCATTER: u64 = 1 << 13;
/// `RTE_ETH_RX_OFFLOAD_TIMESTAMP`: the adapter stamps frames.
pub const OFFLOAD_TIMESTAMP: u64 = 1 << 14;

unsafe extern "C" {
    /// Returns the size the shim has of `Frame` (0), `Burst` (1), `Info` (2), `Setup` (3), `Stats`.
    pub fn picket_size(which: c_int) -> usize;
    /// Returns the name and version of the library.
    pub fn picket_version() -> *const c_char;
    /// Returns an error in words; they are overwritten by the next call of the same thread.
    pub fn picket_error(error: c_int) -> *const c_char;
    /// Starts the environment abstraction layer, once a process. It changes the order of `argv`.
    pub fn picket_init(argc: c_int, argv: *mut *mut c_char) -> c_int;
    /// Ends it.
    pub fn picket_cleanup() -> c_int;
    /// Gives the calling thread a cache of buffers of its own.
    pub fn picket_thread_register() -> c_int;
    /// Takes that back.
    pub fn picket_thread_unregister();
    /// Writes ids of the ports, at most `room`; returns how many there are.
    pub fn picket_ports(ids: *mut u16, room: u16) -> u16;
    /// Tells what a port is and offers.
    pub fn picket_info(port: u16, info: *mut Info) -> c_int;
    /// Makes a pool of buffers; null with the reason in `error`.
    pub fn picket_pool_new(
        name: *const c_char,
        buffers: u32,
        room: u16,
        socket: c_int,
        error: *mut c_int,
    ) -> *mut c_void;
    /// Frees a pool nobody has buffers of.
    pub fn picket_pool_free(pool: *mut c_void);
    /// Returns how many buffers of a pool are free.
    pub fn picket_pool_available(pool: *mut c_void) -> u32;
    /// Sets up a port that is not started.
    pub fn picket_setup(port: u16, setup: *mut Setup, pool: *mut c_void) -> c_int;
    /// Starts a port.
    pub fn picket_start(port: u16, promiscuous: c_int) -> c_int;
    /// Stops and closes a port.
    pub fn picket_stop(port: u16);
    /// Asks the adapter to spread SCTP over queues; `why` gets the driver's words.
    pub fn picket_steer_sctp(
        port: u16,
        queues: *const u16,
        count: u16,
        symmetric: c_int,
        why: *mut c_char,
        room: usize,
    ) -> c_int;
    /// Whether the adapter tells SCTP from other packets.
    pub fn picket_tells_sctp(port: u16) -> c_int;
    /// Says where the adapter's time stands in a buffer.
    pub fn picket_stamp_field(offset: *mut i32, flag: *mut u64) -> c_int;
    /// Reads the adapter's clock.
    pub fn picket_clock(port: u16, now: *mut u64) -> c_int;
    /// Returns 1 for a link that is up, 0 for one that is down, below 0 when that is unknown.
    pub fn picket_link(port: u16, mbps: *mut u32) -> c_int;
    /// Reads the counters of a port.
    pub fn picket_stats(port: u16, stats: *mut Stats) -> c_int;
    /// Writes the names of the driver's counters, [`NAME`] octets each; returns how many there are.
    pub fn picket_xstats_names(port: u16, names: *mut c_char, room: u32) -> c_int;
    /// Writes the driver's counters; returns how many there are.
    pub fn picket_xstats(port: u16, values: *mut u64, room: u32) -> c_int;
    /// Receives what has come on a queue, at most [`BURST`] frames; returns how many.
    pub fn picket_receive(port: u16, queue: u16, burst: *mut Burst) -> u16;
    /// Gives the buffers of `count` frames back.
    pub fn picket_release(burst: *mut Burst, count: u16);
}
