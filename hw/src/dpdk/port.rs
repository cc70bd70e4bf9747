//! One port: an adapter or a virtual device, set up to receive and nothing else.

use std::{
    ffi::{CStr, CString, c_char, c_void},
    ptr::NonNull,
    sync::Arc,
};

use super::{
    DpdkOptions, Offer, Spread,
    clock::{Conversion, Reading},
    eal::words,
    failure,
};
use crate::{capture::CaptureError, frame::Timestamp};

/// What a port is and offers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Info {
    pub(super) id: u16,
    raw: dpdk_sys::Info,
}

impl Info {
    /// Returns the ports there are.
    pub(super) fn all() -> Result<Vec<Self>, CaptureError> {
        let mut ids = [0_u16; 256];
        let room = u16::try_from(ids.len()).unwrap_or(0);
        // SAFETY: EAL is started, and `ids` has that room.
        let count = unsafe { dpdk_sys::picket_ports(ids.as_mut_ptr(), room) };
        ids.iter().take(usize::from(count)).map(|&id| Self::of(id)).collect()
    }

    fn of(id: u16) -> Result<Self, CaptureError> {
        let mut raw = dpdk_sys::Info {
            name: [0; dpdk_sys::NAME],
            driver: [0; dpdk_sys::NAME],
            socket: -1,
            max_rx_queues: 0,
            mtu: 0,
            max_mtu: 0,
            key_size: 0,
            max_frame: 0,
            reserved: 0,
            rss_types: 0,
            offloads: 0,
        };
        // SAFETY: the port was told by EAL, and `raw` is written only.
        let result = unsafe { dpdk_sys::picket_info(id, &raw mut raw) };
        if result == 0 {
            return Ok(Self { id, raw });
        }
        Err(failure(&format!("DPDK port {id}"), words(result), "see capture.dpdk.eal"))
    }

    pub(super) fn name(&self) -> String {
        text(&self.raw.name)
    }

    /// Returns the name of its driver.
    pub(super) fn driver(&self) -> String {
        text(&self.raw.driver)
    }

    /// Returns its NUMA node.
    pub(super) const fn socket(&self) -> Option<i32> {
        if self.raw.socket >= 0 { Some(self.raw.socket) } else { None }
    }

    /// Checks what is asked of it against what it can do.
    pub(super) fn check(&self, options: &DpdkOptions) -> Result<(), CaptureError> {
        let Self { raw, .. } = self;
        let refused = |why: String, key: &str| {
            Err(failure(&self.name(), why, &format!("lower capture.dpdk.{key}")))
        };
        if options.rx_queues > raw.max_rx_queues {
            let (asked, most) = (options.rx_queues, raw.max_rx_queues);
            return refused(
                format!("{asked} receive queues asked for, it has {most}"),
                "rx_queues",
            );
        }
        match options.mtu {
            Some(mtu) if raw.max_mtu > 0 && mtu > raw.max_mtu => {
                refused(format!("an MTU of {mtu} asked for, it takes {}", raw.max_mtu), "mtu")
            }
            _ => Ok(()),
        }
    }
}

/// Buffers for received frames, on one NUMA node.
#[derive(Debug)]
pub(super) struct Pool {
    raw: NonNull<c_void>,
    buffers: u32,
}

// SAFETY: pools are made to be used from any thread.
unsafe impl Send for Pool {}

impl Pool {
    pub(super) fn new(socket: Option<i32>, buffers: u32) -> Result<Self, CaptureError> {
        let name = match socket {
            Some(node) => format!("picket-node-{node}"),
            None => "picket-any-node".to_owned(),
        };
        let name = CString::new(name).unwrap_or_default();
        let mut error = 0;
        // SAFETY: EAL is started; the name lives as long as the call.
        let raw = unsafe {
            dpdk_sys::picket_pool_new(
                name.as_ptr(),
                buffers,
                ROOM,
                socket.unwrap_or(-1),
                &raw mut error,
            )
        };
        NonNull::new(raw).map(|raw| Self { raw, buffers }).ok_or_else(|| {
            let octets = (u64::from(buffers) * u64::from(ROOM + OVERHEAD)) >> 20;
            failure(
                "DPDK",
                format!("no memory for {buffers} buffers ({octets} MiB): {}", words(error)),
                "give more with \"-m\", \"512\" in capture.dpdk.eal or by reserving huge pages on \
                 the adapter's NUMA node, or lower capture.dpdk.rx_descriptors or buffers",
            )
        })
    }

    /// Returns how many buffers are free.
    pub(super) fn available(&self) -> u32 {
        // SAFETY: the pool exists until `self` is dropped.
        unsafe { dpdk_sys::picket_pool_available(self.raw.as_ptr()) }
    }

    pub(super) const fn buffers(&self) -> u32 {
        self.buffers
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // SAFETY: ports, which hold its buffers, are dropped before their pools.
        unsafe { dpdk_sys::picket_pool_free(self.raw.as_ptr()) }
    }
}

/// A port that is started; stopped and closed when dropped.
#[derive(Debug)]
pub(super) struct Port {
    id: u16,
    pub(super) offer: Offer,
    /// Stamps of the adapter, where they are on.
    pub(super) clock: Option<Conversion>,
    names: Vec<Arc<str>>,
    values: Vec<u64>,
}

/// What is tried to set a port up.
#[derive(Clone, Copy)]
struct Attempt {
    rss: bool,
    symmetric: bool,
    sending: bool,
}

impl Port {
    /// Sets a port up and starts it.
    pub(super) fn start(
        info: &Info,
        options: &DpdkOptions,
        pool: &Pool,
        stamps: bool,
    ) -> Result<Self, CaptureError> {
        let (attempt, setup) = set_up(info, options, pool, stamps)?;
        let offered = info.raw.offloads & dpdk_sys::OFFLOAD_TIMESTAMP != 0;
        let spread = match attempt {
            _ if options.rx_queues == 1 => Spread::OneQueue,
            Attempt { rss: false, .. } => Spread::Driver,
            Attempt { symmetric, .. } => {
                let sctp = info.raw.rss_types & dpdk_sys::RSS_SCTP != 0;
                Spread::Rss { symmetric, sctp }
            }
        };
        let mut port = Self {
            id: info.id,
            offer: Offer {
                port: info.name(),
                driver: info.driver(),
                node: info.socket(),
                rx_queues: options.rx_queues,
                rx_descriptors: setup.descriptors,
                mtu: if setup.mtu == 0 { info.raw.mtu } else { setup.mtu },
                buffers: pool.buffers(),
                sends: attempt.sending,
                spread,
                steering: None,
                // SAFETY: the port exists.
                tells_sctp: unsafe { dpdk_sys::picket_tells_sctp(info.id) == 1 },
                stamps: offered,
            },
            clock: None,
            names: Vec::new(),
            values: Vec::new(),
        };
        if options.rx_queues > 1 {
            port.offer.steering = Some(steer(info.id, options.rx_queues));
        }
        port.names = names(info.id);
        port.values = vec![0; port.names.len()];
        Ok(port)
    }

    pub(super) const fn id(&self) -> u16 {
        self.id
    }

    /// Returns its counters.
    pub(super) fn stats(&self) -> dpdk_sys::Stats {
        let mut stats = dpdk_sys::Stats::default();
        // SAFETY: the port is started, and `stats` is written only.
        unsafe {
            dpdk_sys::picket_stats(self.id, &raw mut stats);
        }
        stats
    }

    /// Returns the driver's own counters that are not zero.
    pub(super) fn extended(&mut self) -> Vec<(Arc<str>, u64)> {
        let room = u32::try_from(self.values.len()).unwrap_or(0);
        // SAFETY: the port is started, and `values` has that room.
        let told = unsafe { dpdk_sys::picket_xstats(self.id, self.values.as_mut_ptr(), room) };
        let told = usize::try_from(told).unwrap_or(0);
        let pairs = self.names.iter().zip(&self.values).take(told);
        pairs
            .filter(|(_, value)| **value > 0)
            .map(|(name, &value)| (Arc::clone(name), value))
            .collect()
    }

    /// Whether its link is up; what cannot be told counts as up.
    pub(super) fn up(&self) -> bool {
        let mut mbps = 0;
        // SAFETY: the port is started, and `mbps` is written only.
        unsafe { dpdk_sys::picket_link(self.id, &raw mut mbps) != 0 }
    }

    /// Reads the adapter's clock together with the system's, between two readings of which it lies.
    pub(super) fn read_clock(&self, system: fn() -> Timestamp) -> Option<Reading> {
        let mut ticks = 0;
        let before = system();
        // SAFETY: the port is started, and `ticks` is written only.
        let result = unsafe { dpdk_sys::picket_clock(self.id, &raw mut ticks) };
        let host = before.saturating_add(system().since(before) / 2);
        (result == 0).then_some(Reading { ticks, host })
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // SAFETY: the port is started, and the thread that drops it is the one that polls it.
        unsafe { dpdk_sys::picket_stop(self.id) }
    }
}

/// Sets a port up with as much as its driver takes: RSS with a symmetric key, RSS with the driver's
/// key, none; without a queue for sending, or with those the driver insists on.
fn set_up(
    info: &Info,
    options: &DpdkOptions,
    pool: &Pool,
    stamps: bool,
) -> Result<(Attempt, dpdk_sys::Setup), CaptureError> {
    let rss_types = info.raw.rss_types & (dpdk_sys::RSS_IP | dpdk_sys::RSS_SCTP);
    let offered = options.rx_queues > 1 && rss_types != 0;
    let mut spreads = vec![(false, false)];
    if offered {
        spreads.insert(0, (true, false));
    }
    if offered && info.raw.key_size > 0 {
        spreads.insert(0, (true, true));
    }
    let symmetric: Vec<u8> = KEY.iter().copied().cycle().take(info.raw.key_size.into()).collect();
    let frame = u32::from(options.mtu.unwrap_or(info.raw.mtu)) + FRAMING;
    let mut wanted = 0;
    if frame > u32::from(ROOM) {
        wanted |= dpdk_sys::OFFLOAD_SCATTER;
    }
    if stamps {
        wanted |= dpdk_sys::OFFLOAD_TIMESTAMP;
    }
    let mut last = 0;
    for sending in [false, true] {
        for &(rss, symmetric_key) in &spreads {
            let mut setup = dpdk_sys::Setup {
                rx_queues: options.rx_queues,
                tx_queues: if sending { options.rx_queues } else { 0 },
                descriptors: options.rx_descriptors,
                mtu: options.mtu.unwrap_or(0),
                rss_types: if rss { rss_types } else { 0 },
                offloads: wanted & info.raw.offloads,
                key: if symmetric_key { symmetric.as_ptr() } else { std::ptr::null() },
                key_size: u8::try_from(symmetric.len()).unwrap_or(0),
                promiscuous: 0,
                reserved: 0,
                reserved2: 0,
            };
            // SAFETY: the port is not started, the pool outlives it, and the key the call.
            last = unsafe { dpdk_sys::picket_setup(info.id, &raw mut setup, pool.raw.as_ptr()) };
            if last == 0 {
                // SAFETY: the port is set up.
                last = unsafe { dpdk_sys::picket_start(info.id, i32::from(options.promiscuous)) };
            }
            if last == 0 {
                return Ok((Attempt { rss, symmetric: symmetric_key, sending }, setup));
            }
        }
    }
    let why = format!("it does not start: {}", words(last));
    let remedy = "lower capture.dpdk.rx_queues, rx_descriptors or mtu; DPDK said more above";
    Err(failure(&info.name(), why, remedy))
}

/// Asks the adapter to spread SCTP by a flow rule; says what it says.
fn steer(id: u16, queues: u16) -> Result<bool, String> {
    let queues: Vec<u16> = (0..queues).collect();
    let count = u16::try_from(queues.len()).unwrap_or(0);
    let mut why: [c_char; 128] = [0; 128];
    let mut said = Err(String::new());
    for symmetric in [true, false] {
        // SAFETY: the port is started; the lists live as long as the call.
        let result = unsafe {
            dpdk_sys::picket_steer_sctp(
                id,
                queues.as_ptr(),
                count,
                i32::from(symmetric),
                why.as_mut_ptr(),
                why.len(),
            )
        };
        if result == 0 {
            return Ok(symmetric);
        }
        said = Err(text(&why));
    }
    said
}

fn names(id: u16) -> Vec<Arc<str>> {
    // SAFETY: without room nothing is written; the call says how much is needed.
    let count = unsafe { dpdk_sys::picket_xstats_names(id, std::ptr::null_mut(), 0) };
    let count = usize::try_from(count).unwrap_or(0);
    let mut octets: Vec<c_char> = vec![0; count * dpdk_sys::NAME];
    let room = u32::try_from(count).unwrap_or(0);
    // SAFETY: there is room for that many names.
    let told = unsafe { dpdk_sys::picket_xstats_names(id, octets.as_mut_ptr(), room) };
    let told = usize::try_from(told).unwrap_or(0);
    octets.chunks(dpdk_sys::NAME).take(told).map(|name| text(name).into()).collect()
}

/// Reads a string that ends at a zero, or with its room.
fn text(octets: &[c_char]) -> String {
    let octets: Vec<u8> = octets.iter().map(|&octet| octet.cast_unsigned()).collect();
    let ended = CStr::from_bytes_until_nul(&octets).map(CStr::to_bytes);
    String::from_utf8_lossy(ended.unwrap_or(&octets)).into_owned()
}

/// Octets of a frame in one buffer.
pub(super) const ROOM: u16 = 2_048;
/// What a buffer has besides: its head, headroom and what the pool needs.
const OVERHEAD: u16 = 128 + 128 + 64;
/// Ethernet header, two VLAN tags and checksum.
const FRAMING: u32 = 14 + 8 + 4;
/// Repeated, it makes both directions of a flow hash the same (Woo and Park, 2012).
const KEY: [u8; 2] = [0x6d, 0x5a];
