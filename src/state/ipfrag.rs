//! IP fragments put together (RFC 791 §3.2, RFC 815, RFC 8200 §4.5, RFC 5722).
//!
//! A packet is covered in units of eight octets, the measure of fragment offsets; of what overlaps,
//! the first to come stays, and differing octets are noted: endpoints differ in which they take. A
//! packet that is not whole thirty seconds after its first fragment is lost.
//!
//! Bounds: packets and octets, the oldest packet makes room. Callers drain [`Fragments::expire`] up
//! to `now` before they push at `now`; then it does not matter how often they do.

use core::net::IpAddr;

use picket_dissectors::{Note, Notes};
use picket_hw::Timestamp;

use super::{
    octets::{BLOCK, Blocks, LONGEST, Pool},
    table::{ExpiringTable, Gone},
};

/// What the fragments of one packet have in common (RFC 791 §2.3, RFC 8200 §4.5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// Identification.
    pub id: u32,
    /// Protocol of the payload.
    pub protocol: u8,
}

/// One fragment.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Offset in octets.
    pub offset: u16,
    /// Whether more fragments follow. Also to be set when the capture cut this one short, since
    /// its end is then not the end of the packet.
    pub more: bool,
    /// The payload.
    pub octets: &'a [u8],
}

/// A packet that did not become whole in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lost {
    /// Which.
    pub key: Key,
    /// How many octets of it were there.
    pub octets: usize,
    /// When its time was over.
    pub deadline: Timestamp,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Fragments taken.
    pub fragments: u64,
    /// Packets put together.
    pub whole: u64,
    /// Packets whose time was over.
    pub lost: u64,
    /// Packets forgotten for want of room.
    pub evicted: u64,
    /// Fragments with octets that contradict earlier ones, or beyond the end.
    pub conflicts: u64,
}

/// Packets being put together.
#[derive(Debug)]
pub struct Fragments {
    table: ExpiringTable<Key, Partial>,
    blocks: Blocks,
    pool: Pool,
    now: Timestamp,
    counters: Counters,
}

#[derive(Debug)]
struct Partial {
    /// A block for each stretch of [`BLOCK`] octets, and which of its units are there.
    pages: [Page; PAGES],
    /// Units that are there.
    units: usize,
    /// Behind the last octet that is there.
    reach: usize,
    /// The length of the packet, once its last fragment has come.
    end: Option<usize>,
    conflict: bool,
    /// What was noted of any fragment.
    notes: Notes,
}

#[derive(Clone, Copy, Debug)]
struct Page {
    block: u32,
    units: u32,
}

impl Fragments {
    /// Makes room for `capacity` packets of `octets` octets together.
    #[must_use]
    pub fn new(capacity: usize, octets: usize, seed: u64) -> Self {
        Self {
            table: ExpiringTable::new(capacity, &[LIFETIME], seed),
            blocks: Blocks::new(octets),
            pool: Pool::default(),
            now: Timestamp::EPOCH,
            counters: Counters::default(),
        }
    }

    /// Takes a fragment; returns the payload of the packet when it is whole, in a buffer to be
    /// given back through [`Self::recycle`].
    pub fn push(
        &mut self,
        key: Key,
        fragment: Fragment<'_>,
        now: Timestamp,
        notes: &mut Notes,
    ) -> Option<Vec<u8>> {
        self.now = self.now.max(now);
        self.counters.fragments += 1;
        let Fragment { offset, more, octets } = fragment;
        // An atomic fragment is no part of any other packet (RFC 6946 §4).
        if offset == 0 && !more {
            let mut whole = self.pool.take();
            whole.extend_from_slice(octets);
            self.counters.whole += 1;
            return Some(whole);
        }
        let offset = usize::from(offset);
        // Only the last one may end inside a unit; of others the odd octets are passed over.
        let octets = if more {
            octets.get(..octets.len() & !(UNIT - 1)).unwrap_or_default()
        } else {
            octets
        };
        if offset + octets.len() > LONGEST || !offset.is_multiple_of(UNIT) {
            self.counters.conflicts += 1;
            notes.add(Note::IpFragmentOverlap);
            return None;
        }
        self.make_room(offset, octets.len(), notes);
        if self.table.get(&key).is_none()
            && let Some(gone) = self.table.insert(key, Partial::new(), 0, self.now)
        {
            self.evicted(&gone, notes);
        }
        let partial = self.table.get_mut(&key)?;
        partial.notes.merge(notes);
        if !partial.add(&mut self.blocks, offset, more, octets) {
            partial.conflict = true;
            self.counters.conflicts += 1;
            notes.add(Note::IpFragmentOverlap);
        }
        let end = partial.end.filter(|end| partial.units == end.div_ceil(UNIT))?;
        let partial = self.table.remove(&key)?;
        notes.merge(&partial.notes);
        if partial.conflict {
            notes.add(Note::IpFragmentOverlap);
        }
        let mut whole = self.pool.take();
        for page in partial.pages.iter().take(end.div_ceil(BLOCK)) {
            if let Some(block) = self.blocks.block(page.block) {
                whole.extend_from_slice(block);
            }
        }
        whole.truncate(end);
        partial.release(&mut self.blocks);
        self.counters.whole += 1;
        Some(whole)
    }

    /// Gives a buffer back.
    pub fn recycle(&mut self, buffer: Vec<u8>) {
        self.pool.give_back(buffer);
    }

    /// Takes out the next packet whose time was over at `now`, in the order of deadlines.
    pub fn expire(&mut self, now: Timestamp) -> Option<Lost> {
        let Gone { key, value, deadline } = self.table.expire(now)?;
        let octets = value.units * UNIT;
        value.release(&mut self.blocks);
        self.counters.lost += 1;
        Some(Lost { key, octets, deadline })
    }

    /// Returns when the next packet's time is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.table.next_deadline()
    }

    /// Returns what happened so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Returns how many packets wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns how many octets the waiting fragments take.
    #[must_use]
    pub const fn octets_held(&self) -> usize {
        self.blocks.held()
    }

    /// Forgets packets, oldest first, until every page the fragment may touch finds a block.
    fn make_room(&mut self, offset: usize, len: usize, notes: &mut Notes) {
        while !self.blocks.has_room(offset % BLOCK + len) {
            let Some(gone) = self.table.expire(Timestamp::MAX) else { return };
            self.evicted(&gone, notes);
        }
    }

    fn evicted(&mut self, gone: &Gone<Key, Partial>, notes: &mut Notes) {
        gone.value.release(&mut self.blocks);
        self.counters.evicted += 1;
        notes.add(Note::StateEvicted);
    }
}

impl Partial {
    fn new() -> Self {
        let pages = [Page { block: u32::MAX, units: 0 }; PAGES];
        Self { pages, units: 0, reach: 0, end: None, conflict: false, notes: Notes::default() }
    }

    /// Takes the octets that are not there yet; false when something contradicts what is.
    fn add(&mut self, blocks: &mut Blocks, offset: usize, more: bool, octets: &[u8]) -> bool {
        let end = offset + octets.len();
        // What was first told of the length stands too.
        let fits = match (self.end, more) {
            (Some(known), true) => end <= known,
            (Some(known), false) => end == known,
            (None, true) => true,
            (None, false) => end >= self.reach,
        };
        if !fits {
            return false;
        }
        if !more {
            self.end = Some(end);
        }
        self.reach = self.reach.max(end);
        let mut same = true;
        for (i, unit) in octets.chunks(UNIT).enumerate() {
            same &= self.add_unit(blocks, offset / UNIT + i, unit);
        }
        same
    }

    fn add_unit(&mut self, blocks: &mut Blocks, unit: usize, octets: &[u8]) -> bool {
        let Some(page) = self.pages.get_mut(unit / UNITS) else { return false };
        let bit = 1_u32 << (unit % UNITS);
        if page.units == 0 {
            let Some(block) = blocks.take() else { return false };
            page.block = block;
        }
        let from = unit % UNITS * UNIT;
        let kept = blocks.block_mut(page.block).and_then(|b| b.get_mut(from..from + octets.len()));
        let Some(kept) = kept else { return false };
        if page.units & bit != 0 {
            return kept == octets;
        }
        kept.copy_from_slice(octets);
        page.units |= bit;
        self.units += 1;
        true
    }

    fn release(&self, blocks: &mut Blocks) {
        for page in self.pages.iter().filter(|page| page.units != 0) {
            blocks.give_back(page.block);
        }
    }
}

/// Nanoseconds a packet may take (Linux: 30 s; RFC 791 §3.2 leaves 15 s to 4 min).
pub const LIFETIME: u64 = 30_000_000_000;
/// Octets a step of the fragment offset.
const UNIT: usize = 8;
/// Units a block.
const UNITS: usize = BLOCK / UNIT;
/// Blocks the longest packet.
const PAGES: usize = LONGEST / BLOCK;

#[cfg(test)]
mod tests;
