//! Sweeps: one sender, or one block of global titles, asks about many people in a few minutes.
//!
//! Who is counted by a bit each of 512, so counts are exact to a few and never too high. Two buckets
//! of five minutes make a window of five to ten.

use picket_dissectors::Digits;
use picket_hw::Timestamp;
use serde::{Deserialize, Serialize};

use super::{fold, ratio::Ratio, seconds, sequence::Sequence};

/// What is remembered of a sender, or of a block.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sender {
    bucket: u32,
    current: Window,
    previous: Window,
    /// Numbers tried in order.
    pub sequence: Sequence,
    /// Message routing asked for, and messages.
    pub messages: Ratio,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Window {
    people: [u64; WORDS],
    titles: u64,
    requests: u16,
    answers: u16,
    errors: u16,
    unknown: u16,
}

/// What the last minutes hold.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Subscribers asked about, at least.
    pub people: u16,
    /// Titles that asked, at least.
    pub titles: u8,
    /// Requests.
    pub requests: u16,
    /// Percent of the answers that are errors, once there are [`ENOUGH`].
    pub errors: Option<u8>,
    /// Percent of the answers that say there is no such subscriber.
    pub unknown: Option<u8>,
}

impl Sender {
    /// Takes a request about `person` by `title`.
    pub fn asked(&mut self, at: Timestamp, title: Digits, person: Digits) -> Counts {
        self.roll(at);
        let window = &mut self.current;
        window.requests = window.requests.saturating_add(1);
        let bit = usize::try_from(fold(person)).unwrap_or(0) % (WORDS * 64);
        if let Some(word) = window.people.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        window.titles |= 1 << (fold(title) % 64);
        self.counts()
    }

    /// Takes what became of a request.
    pub fn answered(&mut self, at: Timestamp, error: bool, unknown: bool) {
        self.roll(at);
        let window = &mut self.current;
        window.answers = window.answers.saturating_add(1);
        window.errors = window.errors.saturating_add(error.into());
        window.unknown = window.unknown.saturating_add(unknown.into());
    }

    /// Returns the counts as of the last request or answer.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (a, b) = (&self.current, &self.previous);
        let people = a.people.iter().zip(b.people).map(|(a, b)| (a | b).count_ones()).sum::<u32>();
        let answers = a.answers.saturating_add(b.answers);
        let percent = |part: u16| {
            let whole = u32::from(answers);
            (whole >= ENOUGH)
                .then(|| u8::try_from(u32::from(part) * 100 / whole.max(1)).unwrap_or(100))
        };
        Counts {
            people: u16::try_from(people).unwrap_or(u16::MAX),
            titles: u8::try_from((a.titles | b.titles).count_ones()).unwrap_or(u8::MAX),
            requests: a.requests.saturating_add(b.requests),
            errors: percent(a.errors.saturating_add(b.errors)),
            unknown: percent(a.unknown.saturating_add(b.unknown)),
        }
    }

    fn roll(&mut self, at: Timestamp) {
        let bucket = seconds(at) / BUCKET;
        if bucket == self.bucket + 1 {
            self.previous = core::mem::take(&mut self.current);
        } else if bucket > self.bucket {
            (self.previous, self.current) = (Window::default(), Window::default());
        }
        self.bucket = self.bucket.max(bucket);
    }
}

/// People asked about by those who should not ask from which on it is a sweep.
pub const SWEEP: u16 = 5;
/// Answers before a share is told.
pub const ENOUGH: u32 = 8;
const BUCKET: u32 = 300;
const WORDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_once_a_window() {
        let at = |second: u64| Timestamp::from_nanos((900_000 + second) * 1_000_000_000);
        let digits = |text: String| Digits::parse(&text).unwrap();
        let mut sender = Sender::default();
        let mut counts = Counts::default();
        for n in 0..40 {
            let person = digits(format!("0010100000{:05}", n % 20));
            counts = sender.asked(at(n), digits(format!("99991{:05}", n % 3)), person);
            sender.answered(at(n), n % 2 == 0, n % 4 == 0);
        }
        assert!((19..=20).contains(&counts.people), "{counts:?}");
        assert_eq!((counts.titles, counts.requests), (3, 40));
        let counts = sender.counts();
        assert_eq!((counts.errors, counts.unknown), (Some(50), Some(25)));
        let later = sender.asked(at(1200), digits("9999100001".into()), digits("00101".into()));
        assert_eq!((later.people, later.requests, later.errors), (1, 1, None));
    }
}
