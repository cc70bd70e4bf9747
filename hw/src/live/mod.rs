//! Live capture through libpcap: several interfaces as one source of frames.
//!
//! Frames of an interface come in the order the kernel gave them; between interfaces no order is
//! kept, the caller merges by time. An interface that goes away is opened again when it is back,
//! with growing pauses; meanwhile the others go on. Reading waits for nothing: [`Source::wait`] does.

pub mod filter;
mod interface;

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::Arc,
    time::Duration,
};

use interface::Interface;
pub use interface::{LiveOptions, TimeSource};
use rustix::event::{PollFd, PollFlags, Timespec};

use crate::{
    capture::{Capture, CaptureCounters, CaptureError, Polled},
    frame::{FileId, Frame, LinkType, PortId, Timestamp},
};

/// A capture that goes on: it can be waited for, and knows its ports.
pub trait Source: Capture + Send {
    /// Returns what is known of each port, in order of [`PortId`].
    fn ports(&mut self) -> Vec<Port>;

    /// Whether frames come in order of time as they are, and nobody has to merge them.
    fn in_order(&mut self) -> bool {
        self.ports().len() <= 1
    }

    /// Waits until frames may have come, `wake` is readable, or the time is over.
    ///
    /// # Errors
    ///
    /// Returns an error when the system cannot wait.
    fn wait(&mut self, wake: BorrowedFd<'_>, timeout: Duration) -> io::Result<()>;
}

/// A port of a live capture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// What its frames begin with.
    pub link: LinkType,
    /// Whether it is open and its link is up, as far as is known.
    pub up: bool,
    /// Frames delivered.
    pub frames: u64,
    /// Frames lost for want of room in the capture's buffer.
    pub dropped: u64,
    /// Frames lost by the interface itself or its driver.
    pub missed: u64,
    /// Frames that came damaged, as far as the driver counts them.
    pub errors: u64,
    /// What else the driver counts, under its own names, as far as it is not zero (DPDK).
    pub extended: Vec<(Arc<str>, u64)>,
    /// How often it went away and was opened again.
    pub reopened: u64,
    /// The last that went wrong with it.
    pub trouble: Option<String>,
}

/// Frames from network interfaces.
#[derive(Debug)]
pub struct LiveCapture {
    interfaces: Vec<Interface>,
    counters: CaptureCounters,
    number: u64,
}

impl LiveCapture {
    /// Opens the interfaces; their places in the list are their [`PortId`]s.
    ///
    /// # Errors
    ///
    /// Returns an error when one of them cannot be opened: at the start all of them must be there.
    pub fn open<S: AsRef<str>>(names: &[S], options: &LiveOptions) -> Result<Self, CaptureError> {
        if names.is_empty() {
            return Err(CaptureError::NoInterface { there_are: interface::names() });
        }
        let limit = usize::from(u16::MAX);
        if names.len() > limit {
            return Err(CaptureError::TooMany { count: names.len(), limit });
        }
        let interfaces = names
            .iter()
            .map(|name| Interface::open(name.as_ref(), options))
            .collect::<Result<_, _>>()?;
        Ok(Self { interfaces, counters: CaptureCounters::default(), number: 0 })
    }

    /// Returns the first interface that is up and neither a loopback nor a collection of others.
    #[must_use]
    pub fn default_interface() -> Option<String> {
        interface::usable()
    }
}

impl Capture for LiveCapture {
    fn poll(&mut self, each: &mut dyn FnMut(Frame<'_>)) -> Result<Polled, CaptureError> {
        let Self { interfaces, counters, number } = self;
        let before = counters.frames;
        for (port, interface) in (0..).map(PortId).zip(interfaces.iter_mut()) {
            interface.read(|link, at, bytes, wire_len| {
                *number += 1;
                let frame =
                    Frame { at, bytes, wire_len, port, link, number: *number, source: FileId(0) };
                counters.frame(&frame);
                each(frame);
            });
        }
        let delivered = usize::try_from(counters.frames - before).unwrap_or(usize::MAX);
        Ok(if delivered == 0 { Polled::Idle } else { Polled::Frames(delivered) })
    }

    fn counters(&mut self) -> CaptureCounters {
        let ports = self.ports();
        let sum = |of: fn(&Port) -> u64| ports.iter().map(of).fold(0, u64::saturating_add);
        CaptureCounters {
            dropped: sum(|port| port.dropped.saturating_add(port.missed)),
            faults: sum(|port| port.reopened),
            ..self.counters
        }
    }
}

impl Source for LiveCapture {
    fn ports(&mut self) -> Vec<Port> {
        self.interfaces.iter_mut().map(Interface::port).collect()
    }

    fn wait(&mut self, wake: BorrowedFd<'_>, timeout: Duration) -> io::Result<()> {
        let mut handles: Vec<PollFd<'_>> = self
            .interfaces
            .iter()
            .filter_map(Interface::descriptor)
            .chain([wake.as_fd()])
            .map(|handle| PollFd::from_borrowed_fd(handle, PollFlags::IN))
            .collect();
        wait(&mut handles, timeout)
    }
}

/// Waits for descriptors; being interrupted by a signal is no failure.
pub(crate) fn wait(handles: &mut [PollFd<'_>], timeout: Duration) -> io::Result<()> {
    let timeout = Timespec {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    };
    match rustix::event::poll(handles, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes a time of what libpcap gives with nanosecond precision.
fn time(seconds: i64, nanos: i64) -> Timestamp {
    let (seconds, nanos) = (u64::try_from(seconds), u64::try_from(nanos));
    let whole = seconds.unwrap_or_default().saturating_mul(1_000_000_000);
    Timestamp::from_nanos(whole.saturating_add(nanos.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_interface_is_told_with_those_there_are() {
        let none: [&str; 0] = [];
        let error = LiveCapture::open(&none, &LiveOptions::default()).unwrap_err().to_string();
        assert!(error.contains("capture.interfaces"), "{error}");
        let options = LiveOptions::default();
        let error = LiveCapture::open(&["picket-none0"], &options).unwrap_err().to_string();
        assert!(error.contains("picket-none0"), "{error}");
    }

    #[test]
    fn times_are_nanoseconds_and_never_before_the_epoch() {
        for (seconds, nanos, want) in
            [(0, 0, 0), (1, 5, 1_000_000_005), (-1, 7, 7), (i64::MAX, 0, u64::MAX)]
        {
            assert_eq!(time(seconds, nanos), Timestamp::from_nanos(want), "{seconds} {nanos}");
        }
    }
}
