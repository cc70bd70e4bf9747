//! What the service manager is told: sd_notify(3). Without one, nothing is.

use sd_notify::NotifyState;

use crate::runtime::helm::Phase;

/// Tells where the run is.
pub fn tell(phase: Phase) {
    match phase {
        Phase::Listening => say(&[NotifyState::Ready, NotifyState::Status("listening")]),
        Phase::Stopping => say(&[NotifyState::Stopping, NotifyState::Status("stopping")]),
        Phase::Reloading => {
            let since = NotifyState::monotonic_usec_now().unwrap_or(NotifyState::MonotonicUsec(0));
            let status = NotifyState::Status("reading configuration, rules and lists anew");
            say(&[NotifyState::Reloading, since, status]);
        }
    }
}

/// Tells the watchdog that the packet path lives.
pub(super) fn alive() {
    say(&[NotifyState::Watchdog]);
}

fn say(states: &[NotifyState<'_>]) {
    // Who started it may have gone; that changes nothing here.
    let _ = sd_notify::notify(states);
}
