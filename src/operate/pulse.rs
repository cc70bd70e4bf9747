//! Whether the packet path lives: a lane says so once a second, busy or idle.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// When the lane said something last, as far as was looked.
#[derive(Debug, Default)]
pub(super) struct Pulse(Mutex<Option<(u64, Instant)>>);

impl Pulse {
    /// Takes how often the lane has spoken so far.
    pub(super) fn look(&self, spoken: u64) {
        self.look_at(spoken, Instant::now());
    }

    /// Returns an error with the silence when that is too long. Before the first look it lives.
    pub(super) fn beats(&self) -> Result<(), Duration> {
        self.beats_at(Instant::now())
    }

    fn look_at(&self, spoken: u64, now: Instant) {
        let mut seen = self.seen();
        if seen.is_none_or(|(before, _)| before != spoken) {
            *seen = Some((spoken, now));
        }
    }

    fn beats_at(&self, now: Instant) -> Result<(), Duration> {
        let silent = self.seen().map_or(Duration::ZERO, |(_, at)| now.duration_since(at));
        if silent <= LONGEST_SILENCE { Ok(()) } else { Err(silent) }
    }

    fn seen(&self) -> MutexGuard<'_, Option<(u64, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often it is looked.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// A lane that says nothing for so long hangs.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_counted_from_the_last_word() {
        let pulse = Pulse::default();
        let begin = Instant::now();
        let after = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(pulse.beats_at(after(60)), Ok(()), "nobody has looked");
        for (at, spoken, want) in [
            (0, 0, Ok(())),
            (9, 0, Ok(())),
            (11, 0, Err(Duration::from_secs(11))),
            (12, 1, Ok(())),
            (22, 1, Ok(())),
            (23, 1, Err(Duration::from_secs(11))),
            (24, 2, Ok(())),
        ] {
            pulse.look_at(spoken, after(at));
            assert_eq!(pulse.beats_at(after(at)), want, "after {at} s");
        }
    }
}
