//! Which frames a message came in, and which dialogue it belongs to: what evidence is made of.
//!
//! Nothing here decides anything. A caller that wants whole dialogues as evidence turns it on
//! ([`crate::engine::Engine::keep_trails`]) and takes out what was noted after each burst.
//!
//! Bounds: messages in parts and frames a message; the oldest message makes room, and further frames
//! are counted, not kept.

use core::hash::{BuildHasher, Hash};

use arrayvec::ArrayVec;
use foldhash::fast::FixedState;
use picket_hw::Timestamp;

use super::table::ExpiringTable;
use crate::event::FrameId;

/// One frame of a message of a dialogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trail {
    /// The dialogue; 0 when the message belongs to none that is known.
    pub dialogue: u64,
    /// The frame that completed the message: the one that events name.
    pub message: FrameId,
    /// The frame: the same, or an earlier one with a part of the message.
    pub frame: FrameId,
}

/// Frames of messages that are still in parts, and what was noted.
#[derive(Debug)]
pub struct Trails {
    parts: ExpiringTable<u64, ArrayVec<FrameId, PARTS>>,
    hasher: FixedState,
    frame: FrameId,
    /// Earlier frames that what is being read is made of.
    earlier: ArrayVec<FrameId, PARTS>,
    noted: Vec<Trail>,
    cut: u64,
}

impl Trails {
    /// Makes room for `capacity` messages in parts.
    #[must_use]
    pub fn new(capacity: usize, seed: u64) -> Self {
        Self {
            parts: ExpiringTable::new(capacity, &[LIFETIME], seed),
            hasher: FixedState::with_seed(seed),
            frame: FrameId::default(),
            earlier: ArrayVec::new(),
            noted: Vec::new(),
            cut: 0,
        }
    }

    /// Begins with a frame.
    pub fn begin(&mut self, frame: FrameId) {
        self.frame = frame;
        self.earlier.clear();
    }

    /// Remembers the frame as a part of what `key` names.
    pub fn part(&mut self, key: &impl Hash, now: Timestamp) {
        while self.parts.expire(now).is_some() {}
        let key = self.hasher.hash_one(key);
        if self.parts.get(&key).is_none() {
            self.parts.insert(key, ArrayVec::new(), 0, now);
        }
        self.parts.touch(&key, 0, now);
        let Some(frames) = self.parts.get_mut(&key) else { return };
        for frame in self.earlier.iter().copied().chain([self.frame]) {
            if !frames.contains(&frame) && frames.try_push(frame).is_err() {
                self.cut += 1;
            }
        }
    }

    /// What `key` names became whole, or will not: its parts belong to what is read from now on.
    pub fn whole(&mut self, key: &impl Hash) {
        let Some(frames) = self.parts.remove(&self.hasher.hash_one(key)) else { return };
        for frame in frames {
            if frame != self.frame
                && !self.earlier.contains(&frame)
                && self.earlier.try_push(frame).is_err()
            {
                self.cut += 1;
            }
        }
    }

    /// Notes the frames of a message of a dialogue.
    pub fn message(&mut self, dialogue: u64) {
        let message = self.frame;
        // Of a message by itself the event says all there is.
        if dialogue == 0 && self.earlier.is_empty() {
            return;
        }
        let frames = self.earlier.iter().copied().chain([message]);
        self.noted.extend(frames.map(|frame| Trail { dialogue, message, frame }));
    }

    /// Takes out what was noted, oldest first.
    pub fn drain(&mut self) -> impl Iterator<Item = Trail> + '_ {
        self.noted.drain(..)
    }

    /// Returns how many frames there was no room for.
    #[must_use]
    pub fn cut(&self) -> u64 {
        self.cut + self.parts.evictions()
    }
}

/// Frames a message: sixteen segments (Q.713 §3.17), some of them in fragments.
const PARTS: usize = 32;
/// Longer than any table keeps parts.
const LIFETIME: u64 = 60 * 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const fn frame(number: u64) -> FrameId {
        FrameId { source: 0, number }
    }

    fn noted(trails: &mut Trails) -> Vec<(u64, u64, u64)> {
        trails.drain().map(|t| (t.dialogue, t.message.number, t.frame.number)).collect()
    }

    #[test]
    fn a_message_names_the_frames_of_its_parts_at_every_layer() {
        let mut trails = Trails::new(8, 1);
        let now = Timestamp::from_nanos(1);
        trails.begin(frame(1));
        trails.part(&"ip", now);
        trails.begin(frame(2));
        trails.whole(&"ip");
        trails.part(&"sccp", now);
        trails.begin(frame(3));
        trails.whole(&"sccp");
        trails.message(7);
        assert_eq!(noted(&mut trails), [(7, 3, 1), (7, 3, 2), (7, 3, 3)]);
        trails.begin(frame(4));
        trails.message(7);
        trails.message(0);
        assert_eq!(noted(&mut trails), [(7, 4, 4)]);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let mut trails = Trails::new(2, 1);
        let now = Timestamp::from_nanos(1);
        for number in 0..=PARTS as u64 {
            trails.begin(frame(number));
            trails.part(&"long", now);
        }
        assert_eq!(trails.cut(), 1);
        trails.part(&"second", now);
        assert_eq!(trails.cut(), 1);
        trails.part(&"third", now);
        assert_eq!(trails.cut(), 2, "the oldest message made room");
        trails.begin(frame(99));
        trails.whole(&"long");
        trails.message(0);
        assert_eq!(noted(&mut trails), []);
    }

    #[test]
    fn parts_are_forgotten_in_time() {
        let mut trails = Trails::new(8, 1);
        trails.begin(frame(1));
        trails.part(&"old", Timestamp::from_nanos(1));
        trails.begin(frame(2));
        trails.part(&"new", Timestamp::from_nanos(2 + LIFETIME));
        trails.begin(frame(3));
        trails.whole(&"old");
        trails.message(1);
        assert_eq!(noted(&mut trails), [(1, 3, 3)]);
        assert_eq!(trails.cut(), 0);
    }
}
