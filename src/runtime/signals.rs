//! Signals: SIGTERM and SIGINT end the run, a second one at once; SIGHUP has it read its
//! configuration anew.

use std::{io, sync::Arc, sync::atomic::AtomicBool};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
    iterator::{Handle, Signals as Iterator},
};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Signal {
    /// To end.
    Stop,
    /// To read the configuration, the rules and the lists anew.
    Reload,
}

/// The signals the program listens to.
pub(super) struct Signals {
    iterator: Iterator,
}

/// Ends the waiting for signals when it is dropped.
pub(super) struct Closer(Handle);

impl Drop for Closer {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Signals {
    /// Takes them over; before any thread is started, so that none is ended by one.
    pub(super) fn register() -> io::Result<Self> {
        // Order matters: the first signal arms what ends the program at the second.
        let armed = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            flag::register_conditional_shutdown(signal, AT_ONCE, Arc::clone(&armed))?;
            flag::register(signal, Arc::clone(&armed))?;
        }
        Ok(Self { iterator: Iterator::new([SIGTERM, SIGINT, SIGHUP])? })
    }

    /// Returns what ends [`Self::next`].
    pub(super) fn closer(&self) -> Closer {
        Closer(self.iterator.handle())
    }

    /// Waits for a signal; `None` when the run has ended.
    pub(super) fn next(&mut self) -> Option<Signal> {
        self.iterator.forever().next().map(|signal| match signal {
            SIGHUP => Signal::Reload,
            _ => Signal::Stop,
        })
    }
}

/// Exit code of a run that was ended by a second signal.
const AT_ONCE: i32 = 1;
