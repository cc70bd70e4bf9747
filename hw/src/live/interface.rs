//! One network interface: opening it, reading it, and opening it again when it was gone.

use std::{
    os::fd::{AsFd, BorrowedFd},
    time::{Duration, Instant},
};

use pcap::{Active, Capture as Handle, Device, Linktype, Precision, TimestampType};

use super::{Port, filter, time};
use crate::{
    capture::CaptureError,
    frame::{LinkType, Timestamp},
};

/// How interfaces are opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LiveOptions {
    /// Filter in BPF syntax; `None` keeps what may carry SS7 (see [`filter`]).
    pub filter: Option<String>,
    /// Octets kept of a frame.
    pub snaplen: u32,
    /// Octets of the kernel's buffer, for each interface.
    pub buffer_bytes: u32,
    /// Deliver each frame at once: sooner, and at nearly twice the cost.
    pub immediate: bool,
    /// Take frames addressed to others too.
    pub promiscuous: bool,
    /// Who stamps frames.
    pub time: TimeSource,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            filter: None,
            snaplen: SNAPLEN,
            buffer_bytes: BUFFER,
            immediate: false,
            promiscuous: true,
            time: TimeSource::Host,
        }
    }
}

/// Who stamps frames.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TimeSource {
    /// The kernel.
    #[default]
    Host,
    /// The adapter, where it offers times in step with the system's clock; else the kernel.
    Adapter,
}

/// An interface that is open, or waited for.
pub(super) struct Interface {
    name: String,
    options: LiveOptions,
    handle: Option<Handle<Active>>,
    link: LinkType,
    /// Frames delivered.
    frames: u64,
    /// What was lost by handles that are closed.
    lost: Lost,
    /// What the open handle told last: its counters have 32 bits and go round.
    told: (u32, u32),
    reopened: u64,
    trouble: Option<String>,
    retry: Retry,
}

/// Frames lost, by whom.
#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    dropped: u64,
    missed: u64,
}

/// When an interface that is gone is tried next.
#[derive(Clone, Copy, Debug)]
struct Retry {
    due: Instant,
    pause: Duration,
}

impl Interface {
    /// Opens an interface.
    pub(super) fn open(name: &str, options: &LiveOptions) -> Result<Self, CaptureError> {
        let failed = |error: pcap::Error| CaptureError::Interface {
            name: name.to_owned(),
            why: error.to_string(),
            remedy: remedy(name, &error),
        };
        let (handle, link) = activate(name, options).map_err(failed)?;
        Ok(Self {
            name: name.to_owned(),
            options: options.clone(),
            handle: Some(handle),
            link,
            frames: 0,
            lost: Lost::default(),
            told: (0, 0),
            reopened: 0,
            trouble: None,
            retry: Retry { due: clock(), pause: FIRST_PAUSE },
        })
    }

    /// Gives what came to `each`: link type, time, octets and length on the wire.
    pub(super) fn read(&mut self, mut each: impl FnMut(LinkType, Timestamp, &[u8], u32)) {
        let Some(handle) = &mut self.handle else { return self.reopen() };
        let (link, frames) = (self.link, &mut self.frames);
        let read = handle.dispatch(Some(BURST), |packet| {
            *frames += 1;
            let captured = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
            // With nanosecond precision the field for microseconds holds nanoseconds.
            let at = time(packet.header.ts.tv_sec, packet.header.ts.tv_usec);
            each(link, at, packet.data, packet.header.len.max(captured));
        });
        if let Err(error) = read {
            self.close(&error.to_string());
        }
    }

    /// Returns what is waited on.
    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.handle.as_ref().map(AsFd::as_fd)
    }

    /// Returns what is known of it.
    pub(super) fn port(&mut self) -> Port {
        self.ask_losses();
        Port {
            name: self.name.clone(),
            link: self.link,
            up: self.handle.is_some(),
            frames: self.frames,
            dropped: self.lost.dropped,
            missed: self.lost.missed,
            errors: 0,
            extended: Vec::new(),
            reopened: self.reopened,
            trouble: self.trouble.clone(),
        }
    }

    fn ask_losses(&mut self) {
        let Some(Ok(stat)) = self.handle.as_mut().map(Handle::stats) else { return };
        let (dropped, missed) = self.told;
        self.lost.dropped += u64::from(stat.dropped.wrapping_sub(dropped));
        self.lost.missed += u64::from(stat.if_dropped.wrapping_sub(missed));
        self.told = (stat.dropped, stat.if_dropped);
    }

    fn close(&mut self, why: &str) {
        self.ask_losses();
        self.handle = None;
        self.told = (0, 0);
        self.trouble = Some(why.to_owned());
        self.retry = Retry { due: clock() + FIRST_PAUSE, pause: FIRST_PAUSE };
    }

    fn reopen(&mut self) {
        let now = clock();
        if now < self.retry.due {
            return;
        }
        match activate(&self.name, &self.options) {
            Ok((_, link)) if link != self.link => {
                let was = self.link;
                self.wait_more(now, format!("it has link type {link} now and had {was}"));
            }
            Ok((handle, _)) => {
                self.handle = Some(handle);
                self.trouble = None;
                self.reopened += 1;
            }
            Err(error) => self.wait_more(now, error.to_string()),
        }
    }

    fn wait_more(&mut self, now: Instant, why: String) {
        self.trouble = Some(why);
        let pause = (self.retry.pause * 2).min(LONGEST_PAUSE);
        self.retry = Retry { due: now + pause, pause };
    }
}

impl std::fmt::Debug for Interface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interface")
            .field("name", &self.name)
            .field("open", &self.handle.is_some())
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

fn activate(name: &str, options: &LiveOptions) -> Result<(Handle<Active>, LinkType), pcap::Error> {
    let signed = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let mut inactive = Handle::from_device(name)?
        .promisc(options.promiscuous)
        .snaplen(signed(options.snaplen))
        .buffer_size(signed(options.buffer_bytes))
        .precision(Precision::Nano)
        .immediate_mode(options.immediate)
        .timeout(GATHER);
    if options.time == TimeSource::Adapter {
        // An adapter that has no clock of its own leaves it to the kernel.
        inactive = inactive.tstamp_type(TimestampType::Adapter);
    }
    let mut handle = inactive.open()?.setnonblock()?;
    let link = link_type(handle.get_datalink());
    let written = options.filter.as_deref();
    if let Some(program) = written.or_else(|| filter::default_for(link)) {
        handle.filter(program, true)?;
    }
    Ok((handle, link))
}

/// Returns the value a capture file has for what libpcap calls it here.
fn link_type(datalink: Linktype) -> LinkType {
    match LinkType(u16::try_from(datalink.0).unwrap_or(u16::MAX)) {
        LinkType::RAW_BSD | LinkType::RAW_OPENBSD => LinkType::RAW,
        link => link,
    }
}

/// Returns the names of the interfaces there are.
pub(super) fn names() -> String {
    let devices = Device::list().unwrap_or_default();
    let names: Vec<_> = devices.into_iter().map(|device| device.name).collect();
    if names.is_empty() { "none that this user may open".to_owned() } else { names.join(", ") }
}

/// Returns the first interface that is up and is a network of its own.
pub(super) fn usable() -> Option<String> {
    let devices = Device::list().unwrap_or_default();
    let real = |device: &Device| {
        let flags = &device.flags;
        flags.is_up() && flags.is_running() && !flags.is_loopback() && device.name != "any"
    };
    devices.into_iter().find(real).map(|device| device.name)
}

fn remedy(name: &str, error: &pcap::Error) -> String {
    let text = error.to_string();
    if text.contains("ermission") || text.contains("not permitted") {
        "capturing needs CAP_NET_RAW: run as root, or give it with setcap cap_net_raw+ep".to_owned()
    } else if text.contains("is not up") {
        format!("bring it up with `ip link set {name} up`")
    } else if text.contains("No such device") {
        format!("capture.interfaces may name: {}", names())
    } else {
        "check capture.interfaces and capture.filter".to_owned()
    }
}

#[expect(clippy::disallowed_methods, reason = "pauses between attempts to open an interface again")]
fn clock() -> Instant {
    Instant::now()
}

/// Octets kept of a frame: no IP packet is longer.
const SNAPLEN: u32 = 65_535;
/// Octets of the kernel's buffer: at 1 Gbit/s half a second.
const BUFFER: u32 = 64 << 20;
/// Milliseconds the kernel gathers frames for before it hands a block over.
const GATHER: i32 = 10;
/// Frames read of an interface before the next has its turn.
const BURST: usize = 256;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
