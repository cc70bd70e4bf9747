//! Live capture through DPDK: adapters polled past the kernel, as one source of frames.
//!
//! One thread polls every receive queue of every port. A burst is one call into DPDK; frames are
//! given on from DPDK's own buffers, uncopied, and the buffers go back when the burst is done with.
//! While frames come no system call is made. When none come the thread spins for a moment and then
//! sleeps for [`DpdkOptions::idle`] at a time, shorter than the queues take to fill.
//!
//! The host's times are read once a burst, so frames come in order of time, of all ports and
//! queues; two frames that wait in different queues at once come in the order of the queues. Times
//! of the adapter, where it offers them, tell those apart, and then the caller merges.
//!
//! `unsafe` is in the files below this one: each call into the shim says why it may be made.
#![expect(unsafe_code, reason = "calls into the C shim over libdpdk")]

mod burst;
mod clock;
mod eal;
mod options;
mod port;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::Arc,
    thread::{self, ThreadId},
    time::{Duration, SystemTime},
};

use burst::{Burst, StampField};
use clock::Conversion;
use eal::Eal;
pub use options::{DpdkOptions, Offer, Spread};
use pcap::{BpfProgram, Linktype};
use port::{Info, Pool};
use rustix::event::{PollFd, PollFlags};

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled},
    frame::{FileId, Frame, LinkType, PortId, Timestamp},
    live::{Port, Source, TimeSource, filter},
};

/// Frames from ports of DPDK.
///
/// Fields are dropped in their order: ports, then the pools their buffers come from, then EAL.
#[derive(Debug)]
pub struct DpdkCapture {
    ports: Vec<Polling>,
    pools: BTreeMap<Option<i32>, Pool>,
    burst: Burst,
    options: DpdkOptions,
    filter: Filter,
    counters: CaptureCounters,
    number: u64,
    /// The thread that polls, once there is one, and whether DPDK knows it.
    thread: Option<(ThreadId, bool)>,
    /// Polls in a row that brought nothing.
    empty: u32,
    /// When adapters' clocks were read last.
    checked: Timestamp,
    eal: Eal,
}

/// A port that is polled, and what is counted of it.
#[derive(Debug)]
struct Polling {
    port: port::Port,
    frames: u64,
    filtered: u64,
    was_up: bool,
    reopened: u64,
}

struct Filter(BpfProgram);

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filter")
    }
}

impl DpdkCapture {
    /// Starts DPDK and opens the ports; once a process.
    ///
    /// # Errors
    ///
    /// Returns an error when EAL does not start, when a device that is named is not there, when no
    /// port is found, and when a port cannot do what is asked of it.
    pub fn open(options: &DpdkOptions) -> Result<Self, CaptureError> {
        let filter = compile(options)?;
        let eal = Eal::start(&options.eal)?;
        let found = chosen(&Info::all()?, options)?;
        let mut pools = BTreeMap::new();
        for info in &found {
            info.check(options)?;
            let node = info.socket();
            if let Entry::Vacant(place) = pools.entry(node) {
                let ports = found.iter().filter(|other| other.socket() == node);
                let rings = ports.map(|port| if port.driver() == TWO_RINGS { 2 } else { 1 }).sum();
                let buffers = options.buffers.unwrap_or_else(|| needed(options, rings));
                place.insert(Pool::new(node, buffers)?);
            }
        }
        let field = (options.time == TimeSource::Adapter).then(StampField::register).flatten();
        let mut ports = Vec::new();
        for info in &found {
            let Some(pool) = pools.get(&info.socket()) else { continue };
            let port = port::Port::start(info, options, pool, field.is_some())?;
            ports.push(Polling { port, frames: 0, filtered: 0, was_up: true, reopened: 0 });
        }
        let mut capture = Self {
            ports,
            pools,
            burst: Burst::new(field),
            options: options.clone(),
            filter,
            counters: CaptureCounters::default(),
            number: 0,
            thread: None,
            empty: 0,
            checked: clock(),
            eal,
        };
        if field.is_some() {
            capture.start_clocks()?;
        }
        Ok(capture)
    }

    /// Returns what each port offers of what was asked for.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.ports.iter().map(|polling| &polling.port.offer)
    }

    /// Returns the name and version of the library.
    #[must_use]
    pub fn library(&self) -> String {
        eal::version()
    }

    /// Makes the calling thread the one that polls.
    fn adopt(&mut self) {
        let here = thread::current().id();
        if self.thread.is_none_or(|(thread, _)| thread != here) {
            self.thread = Some((here, self.eal.adopt()));
        }
    }

    /// Compares the clock of each adapter that stamps with the system's, twice.
    fn start_clocks(&mut self) -> Result<(), CaptureError> {
        let read = |polling: &Polling| polling.port.read_clock(clock);
        let first: Vec<_> = self.ports.iter().map(read).collect();
        crate::live::wait(&mut [], APART).map_err(|error| {
            failure("DPDK", error.to_string(), "set capture.timestamps = \"host\"")
        })?;
        for (polling, first) in self.ports.iter_mut().zip(first) {
            let latest = polling.port.read_clock(clock);
            let both = first.zip(latest).filter(|_| polling.port.offer.stamps);
            polling.port.clock = both.and_then(|(first, latest)| Conversion::new(first, latest));
            polling.port.offer.stamps = polling.port.clock.is_some();
        }
        Ok(())
    }

    fn correct_clocks(&mut self, now: Timestamp) {
        if now.since(self.checked) < BETWEEN {
            return;
        }
        self.checked = now;
        for Polling { port, .. } in &mut self.ports {
            let reading = if port.clock.is_some() { port.read_clock(clock) } else { None };
            if let (Some(conversion), Some(reading)) = (&mut port.clock, reading) {
                conversion.correct(reading);
            }
        }
    }
}

impl Capture for DpdkCapture {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        self.adopt();
        self.correct_clocks(clock());
        let Self { ports, burst, options, filter, counters, number, .. } = self;
        let snaplen = usize::try_from(options.snaplen).unwrap_or(usize::MAX);
        let before = counters.frames;
        let most = MOST.max(usize::from(options.rx_descriptors)) * ports.len();
        let mut taken = 0;
        // Until every queue is empty, so that one poll takes all that had come when it began.
        loop {
            let already = taken;
            for (place, polling) in (0..).map(PortId).zip(ports.iter_mut()) {
                let Polling { port, frames, filtered, .. } = polling;
                for queue in 0..options.rx_queues {
                    let received = burst.receive(port.id(), queue);
                    if received.len() == 0 {
                        continue;
                    }
                    taken += usize::from(received.len());
                    let now = clock();
                    for frame in received.frames() {
                        if !filter.0.filter(frame.bytes) {
                            *filtered += 1;
                            continue;
                        }
                        let adapter = port.clock.as_ref().zip(frame.stamp);
                        *frames += 1;
                        *number += 1;
                        let frame = Frame {
                            at: adapter.map_or(now, |(clock, stamp)| clock.time(stamp)),
                            bytes: frame.bytes.get(..snaplen).unwrap_or(frame.bytes),
                            wire_len: frame.wire,
                            port: place,
                            link: LinkType::ETHERNET,
                            number: *number,
                            source: FileId(0),
                        };
                        counters.frame(&frame);
                        each(frame);
                    }
                }
            }
            if taken == already || taken >= most {
                break;
            }
        }
        self.empty = if taken == 0 { self.empty.saturating_add(1) } else { 0 };
        // What is filtered out does not move time: the caller's clock has to.
        let delivered = usize::try_from(counters.frames - before).unwrap_or(usize::MAX);
        Ok(if delivered == 0 { Polled::Idle } else { Polled::Frames(delivered) })
    }

    fn counters(&mut self) -> CaptureCounters {
        let ports = self.ports();
        let sum = |of: fn(&Port) -> u64| ports.iter().map(of).fold(0, u64::saturating_add);
        CaptureCounters {
            dropped: sum(|port| port.dropped.saturating_add(port.missed)),
            faults: sum(|port| port.errors),
            ..self.counters
        }
    }
}

impl Source for DpdkCapture {
    fn ports(&mut self) -> Vec<Port> {
        let pools = &self.pools;
        self.ports.iter_mut().map(|polling| polling.told(pools)).collect()
    }

    fn in_order(&mut self) -> bool {
        let queues = self.ports.len() * usize::from(self.options.rx_queues);
        queues == 1 || self.ports.iter().all(|polling| polling.port.clock.is_none())
    }

    fn wait(&mut self, wake: BorrowedFd<'_>, timeout: Duration) -> io::Result<()> {
        if self.options.idle.is_zero() || self.empty < SPINS {
            std::hint::spin_loop();
            return Ok(());
        }
        let mut handles = [PollFd::from_borrowed_fd(wake.as_fd(), PollFlags::IN)];
        crate::live::wait(&mut handles, timeout.min(self.options.idle))
    }
}

impl Drop for DpdkCapture {
    fn drop(&mut self) {
        if self.thread == Some((thread::current().id(), true)) {
            self.eal.release();
        }
    }
}

impl Polling {
    /// Returns what is known of the port.
    fn told(&mut self, pools: &BTreeMap<Option<i32>, Pool>) -> Port {
        let up = self.port.up();
        self.reopened += u64::from(up && !self.was_up);
        self.was_up = up;
        let stats = self.port.stats();
        let mut extended = self.port.extended();
        // What every driver counts, under names that no driver uses.
        let free = pools.get(&self.port.offer.node).map_or(0, |pool| pool.available().into());
        for (name, value) in [
            ("picket_received", stats.packets),
            ("picket_filtered", self.filtered),
            ("picket_free_buffers", free),
        ] {
            extended.push((Arc::from(name), value));
        }
        Port {
            name: self.port.offer.port.clone(),
            link: LinkType::ETHERNET,
            up,
            frames: self.frames,
            dropped: stats.no_buffer,
            missed: stats.missed,
            errors: stats.errors,
            extended,
            reopened: self.reopened,
            trouble: (!up).then(|| "its link is down".to_owned()),
        }
    }
}

/// Chooses the ports that are listened on, in their order.
fn chosen(found: &[Info], options: &DpdkOptions) -> Result<Vec<Info>, CaptureError> {
    let names: Vec<String> = found.iter().map(Info::name).collect();
    let there_are = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let devices = eal::value(&options.eal, "--vdev")
        .map(|device| device.split(',').next().unwrap_or_default().to_owned());
    let allowed = ["-a", "--allow"].into_iter().flat_map(|name| eal::value(&options.eal, name));
    let addresses = allowed.map(|device| address(device.split(',').next().unwrap_or_default()));
    for device in devices.chain(addresses) {
        if !names.contains(&device) {
            let why = format!("EAL did not start it; its ports: {there_are}");
            return Err(failure(&device, why, DEVICE));
        }
    }
    if found.is_empty() {
        return Err(failure("DPDK", "EAL finds no port".to_owned(), DEVICE));
    }
    if options.ports.is_empty() {
        return Ok(found.to_vec());
    }
    let find = |name: &String| {
        let place = names.iter().position(|found| *found == address(name));
        place.and_then(|place| found.get(place)).copied().ok_or_else(|| {
            let why = format!("EAL has no such port; its ports: {there_are}");
            failure(name, why, "check capture.dpdk.ports and capture.dpdk.eal")
        })
    };
    options.ports.iter().map(find).collect()
}

/// Returns a PCI address with its domain, and any other name as it is.
fn address(name: &str) -> String {
    let short = name.len() == 7 && name.get(2..3) == Some(":") && name.get(5..6) == Some(".");
    if short { format!("0000:{name}") } else { name.to_owned() }
}

/// The driver that fills two rings for each queue.
const TWO_RINGS: &str = "net_vmxnet3";

/// Returns how many buffers ports of so many rings a queue need, all together: what the rings hold,
/// what a core keeps for itself, and two bursts on their way. Pools are best one short of a power of
/// two.
fn needed(options: &DpdkOptions, rings: u32) -> u32 {
    let queues = rings.saturating_mul(u32::from(options.rx_queues));
    let held = queues.saturating_mul(u32::from(options.rx_descriptors));
    held.saturating_add(1_024).checked_next_power_of_two().map_or(u32::MAX, |buffers| buffers - 1)
}

fn compile(options: &DpdkOptions) -> Result<Filter, CaptureError> {
    let written = options.filter.as_deref();
    let program = written.or_else(|| filter::default_for(LinkType::ETHERNET)).unwrap_or_default();
    let compiled = pcap::Capture::dead(Linktype::ETHERNET)
        .and_then(|dead| dead.compile(program, true))
        .map_err(|error| failure("DPDK", error.to_string(), "check capture.filter"))?;
    Ok(Filter(compiled))
}

/// Makes an error of something that does not work.
fn failure(name: &str, why: String, remedy: &str) -> CaptureError {
    CaptureError::Interface { name: name.to_owned(), why, remedy: remedy.to_owned() }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time frames are received at, and of clocks compared"
)]
fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

const DEVICE: &str = "check capture.dpdk.eal: the device's spelling, its file or interface, that its \
    driver is installed (librte-net-*), and that a PCI device is bound to vfio-pci; `picket hw check` \
    looks at the machine";
/// Empty polls before the thread sleeps for the first time: it takes about as long as one sleep.
const SPINS: u32 = 200;
/// Frames of a queue in one poll at most, or as many as it has descriptors.
const MOST: usize = 4_096;
/// How far apart an adapter's clock is read first.
const APART: Duration = Duration::from_millis(100);
/// How often it is read after that, in nanoseconds.
const BETWEEN: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pci_addresses_may_be_short() {
        for (given, want) in [
            ("3b:00.0", "0000:3b:00.0"),
            ("0000:3b:00.0", "0000:3b:00.0"),
            ("net_pcap0", "net_pcap0"),
            ("net_nul", "net_nul"),
        ] {
            assert_eq!(address(given), want);
        }
    }

    #[test]
    fn buffers_cover_every_queue() {
        for (queues, descriptors, rings, want) in
            [(1, 4_096, 1, 8_191), (4, 1_024, 2, 16_383), (1, 512, 1, 2_047), (1, 1_024, 2, 4_095)]
        {
            let options = DpdkOptions {
                rx_queues: queues,
                rx_descriptors: descriptors,
                ..Default::default()
            };
            assert_eq!(needed(&options, rings), want);
        }
    }
}
