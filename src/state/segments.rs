//! SCCP messages that came in segments (ITU-T Q.714 §4.1.1, Q.713 §3.17).
//!
//! The remaining count orders segments: the first tells how many follow, the last has 0. Where a
//! segment contradicts those before it (a second first segment, other octets in one place, a count
//! out of range), endpoints differ in which they take. So there are two readings then: the earlier
//! one goes on, and a rival of it, with what contradicts it in place, is put together beside it.
//! Messages handed out are remembered for a while, so that a repeated segment begins none, and a
//! contradicting one gives its reading too.
//!
//! Bounds: messages and octets, the oldest message makes room. Callers drain [`Segments::expire`]
//! up to `now` before they push at `now`; then it does not matter how often they do.

use arrayvec::ArrayVec;
use picket_dissectors::{Digits, Note, Notes};
use picket_hw::Timestamp;

use self::reading::{Fit, Reading};
use super::{
    octets::{Blocks, LONGEST, Pool},
    table::{ExpiringTable, Gone},
};

mod reading;

/// What the segments of one message have in common (Q.714 §4.1.1.2.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SegmentKey {
    /// Who sends it, below SCCP: the originating point code, or what stands for it.
    pub source: u64,
    /// Digits of the calling global title.
    pub calling: Option<Digits>,
    /// Calling subsystem.
    pub calling_ssn: Option<u8>,
    /// Digits of the called global title.
    pub called: Option<Digits>,
    /// Segmentation local reference.
    pub local_reference: u32,
}

/// One segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Whether it is the first.
    pub first: bool,
    /// How many are still to come, four bits.
    pub remaining: u8,
    /// Its part of the user data.
    pub octets: &'a [u8],
}

/// A message, or what there is of it.
#[derive(Debug, Eq, PartialEq)]
pub struct Message {
    /// Its octets, from the first segment up to the first that lacks; to be given back through
    /// [`Segments::recycle`].
    pub octets: Vec<u8>,
    /// How many segments of it there were.
    pub segments: u8,
    /// Whether it is whole.
    pub whole: bool,
}

/// The readings of a message: none, one, or two that contradict each other.
pub type Readings = ArrayVec<Message, 2>;

/// A message that did not become whole in time.
#[derive(Debug, Eq, PartialEq)]
pub struct Lost<C> {
    /// Which.
    pub key: SegmentKey,
    /// What was given with the segment that came first.
    pub context: C,
    /// What there is of it, by each reading that did not become whole.
    pub readings: Readings,
    /// Whether segments contradicted each other.
    pub conflict: bool,
    /// What was noted of any of them.
    pub notes: Notes,
    /// When its time was over.
    pub deadline: Timestamp,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Segments taken.
    pub segments: u64,
    /// Segments that were there already.
    pub repeated: u64,
    /// Segments that contradict others.
    pub conflicts: u64,
    /// Messages put together.
    pub whole: u64,
    /// Messages whose time was over.
    pub lost: u64,
    /// Messages forgotten for want of room.
    pub evicted: u64,
}

/// Messages being put together, with a context of the caller's.
#[derive(Debug)]
pub struct Segments<C> {
    table: ExpiringTable<SegmentKey, Entry<C>>,
    blocks: Blocks,
    pool: Pool,
    now: Timestamp,
    counters: Counters,
}

#[derive(Debug)]
struct Entry<C> {
    reading: Reading,
    rival: Option<Reading>,
    conflict: bool,
    /// What was noted of any segment.
    notes: Notes,
    context: C,
}

impl<C> Segments<C> {
    /// Makes room for `capacity` messages of `octets` octets together.
    #[must_use]
    pub fn new(capacity: usize, octets: usize, seed: u64) -> Self {
        Self {
            table: ExpiringTable::new(capacity, &[DONE_LIFETIME, LIFETIME], seed),
            // A segment that contradicts may copy what there is of its message.
            blocks: Blocks::new(octets.max(2 * LONGEST)),
            pool: Pool::default(),
            now: Timestamp::EPOCH,
            counters: Counters::default(),
        }
    }

    /// Takes a segment; returns what it makes whole, and a reading that a third version ends.
    pub fn push(
        &mut self,
        key: SegmentKey,
        segment: Segment<'_>,
        context: C,
        now: Timestamp,
        notes: &mut Notes,
    ) -> Readings {
        self.now = self.now.max(now);
        self.counters.segments += 1;
        let mut readings = Readings::new();
        if segment.first && segment.remaining == 0 {
            let mut octets = self.pool.take();
            octets.extend_from_slice(segment.octets);
            readings.push(Message { octets, segments: 1, whole: true });
            return readings;
        }
        if !segment.is_possible() {
            self.conflict(notes);
            return readings;
        }
        if let Some(entry) = self.table.get_mut(&key) {
            entry.notes.merge(notes);
        }
        self.make_room(&key, segment, notes);
        if self.begins(&key, segment) {
            self.begin(key, segment, context, notes);
            return readings;
        }
        let Some(entry) = self.table.get_mut(&key) else { return readings };
        let was_done = entry.is_done();
        let first = entry.reading.fit(&self.blocks, segment);
        let second = entry.rival.as_ref().map(|rival| rival.fit(&self.blocks, segment));
        if first == Fit::Yes {
            entry.reading.put(&mut self.blocks, segment);
        }
        match (second, &mut entry.rival) {
            (Some(Fit::Yes), Some(rival)) => rival.put(&mut self.blocks, segment),
            (None | Some(Fit::No), _) if first == Fit::No => {
                let rival = entry.reading.rival(&mut self.blocks, &mut self.pool, segment);
                if let Some(old) = entry.rival.replace(rival) {
                    readings.extend(old.message(&self.blocks, &mut self.pool));
                    old.release(&mut self.blocks);
                }
                entry.conflict = true;
                self.counters.conflicts += 1;
            }
            _ => {}
        }
        if first == Fit::Repeated || second == Some(Fit::Repeated) {
            self.counters.repeated += 1;
        }
        for reading in [Some(&mut entry.reading), entry.rival.as_mut()].into_iter().flatten() {
            if reading.completes()
                && let Some(message) = reading.message(&self.blocks, &mut self.pool)
            {
                reading.done = true;
                self.counters.whole += 1;
                // Never full: a third version leaves the first reading as it was.
                if let Err(full) = readings.try_push(message) {
                    self.pool.give_back(full.element().octets);
                }
            }
        }
        if !readings.is_empty() {
            notes.merge(&entry.notes);
        }
        if entry.conflict && (first == Fit::No || !readings.is_empty()) {
            notes.add(Note::SccpReassemblyConflict);
        }
        let is_done = entry.is_done();
        if is_done != was_done {
            self.table.touch(&key, if is_done { DONE } else { WAITING }, self.now);
        }
        readings
    }

    /// Gives a buffer back.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        self.pool.give_back(buffer);
    }

    /// Takes out the next message whose time was over at `now`, in the order of deadlines.
    pub fn expire(&mut self, now: Timestamp) -> Option<Lost<C>> {
        loop {
            let Gone { key, value, deadline } = self.table.expire(now)?;
            let mut readings = Readings::new();
            for reading in [Some(&value.reading), value.rival.as_ref()].into_iter().flatten() {
                readings.extend(reading.message(&self.blocks, &mut self.pool));
            }
            let Entry { context, conflict, notes, .. } = value.release(&mut self.blocks);
            if !readings.is_empty() {
                self.counters.lost += 1;
                return Some(Lost { key, context, readings, conflict, notes, deadline });
            }
        }
    }

    /// Returns when the next message's time is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.table.next_deadline()
    }

    /// Returns what happened so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Returns how many messages are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many octets the segments take.
    #[must_use]
    pub const fn octets_held(&self) -> usize {
        self.blocks.held()
    }

    /// Whether a segment is of no message known: a reference is used again, so another first
    /// segment after a message was handed out begins the next.
    fn begins(&self, key: &SegmentKey, segment: Segment<'_>) -> bool {
        self.table.get(key).is_none_or(|entry| {
            let known = [Some(&entry.reading), entry.rival.as_ref()];
            let repeats = |reading: &Reading| reading.fit(&self.blocks, segment) == Fit::Repeated;
            segment.first && entry.is_done() && !known.into_iter().flatten().any(repeats)
        })
    }

    fn begin(&mut self, key: SegmentKey, segment: Segment<'_>, context: C, notes: &mut Notes) {
        if let Some(old) = self.table.remove(&key) {
            old.release(&mut self.blocks);
        }
        let mut reading = Reading::default();
        reading.put(&mut self.blocks, segment);
        let entry = Entry { reading, rival: None, conflict: false, notes: *notes, context };
        if let Some(gone) = self.table.insert(key, entry, WAITING, self.now) {
            self.evicted(gone.value, notes);
        }
    }

    /// Forgets messages, oldest first, until the segment finds room in two readings, and a copy of
    /// its message too.
    fn make_room(&mut self, key: &SegmentKey, segment: Segment<'_>, notes: &mut Notes) {
        let copy = self.table.get(key).map_or(0, |entry| entry.reading.octets());
        while !self.blocks.has_room(copy + 2 * Reading::room(segment.octets.len())) {
            let Some(gone) = self.table.expire(Timestamp::MAX) else { return };
            self.evicted(gone.value, notes);
        }
    }

    fn evicted(&mut self, entry: Entry<C>, notes: &mut Notes) {
        if !entry.is_done() {
            self.counters.evicted += 1;
            notes.add(Note::StateEvicted);
        }
        entry.release(&mut self.blocks);
    }

    fn conflict(&mut self, notes: &mut Notes) {
        self.counters.conflicts += 1;
        notes.add(Note::SccpReassemblyConflict);
    }
}

impl<C> Entry<C> {
    fn is_done(&self) -> bool {
        self.reading.done && self.rival.as_ref().is_none_or(|rival| rival.done)
    }

    /// Gives all blocks back.
    fn release(mut self, blocks: &mut Blocks) -> Self {
        core::mem::take(&mut self.reading).release(blocks);
        if let Some(rival) = self.rival.take() {
            rival.release(blocks);
        }
        self
    }
}

impl Segment<'_> {
    /// Whether a message may have it: sixteen segments at most, of at most what a long unitdata
    /// message holds (Q.713 §3.16).
    const fn is_possible(&self) -> bool {
        self.remaining < MOST
            && (self.first || self.remaining < MOST - 1)
            && self.octets.len() <= LONGEST / MOST as usize
    }
}

/// Segments a message (Q.713 §3.17: four bits).
const MOST: u8 = 16;
/// Class of messages that were handed out.
const DONE: u8 = 0;
/// Nanoseconds they are remembered.
const DONE_LIFETIME: u64 = 5_000_000_000;
/// Class of messages that wait for segments.
const WAITING: u8 = 1;
/// Nanoseconds they wait: T(reass) is 10 to 20 s (Q.714 annex C).
pub const LIFETIME: u64 = 20_000_000_000;

#[cfg(test)]
mod tests;
