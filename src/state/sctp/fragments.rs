//! Fragments of SCTP user messages (RFC 9260 §6.9, RFC 8260 §2.2).
//!
//! The fragments of a DATA message have TSNs one after the other, those of an I-DATA message
//! fragment numbers; a message is a run from a B to an E bit without gap. Stream and stream
//! sequence number are compared and a difference noted, but do not part a run: there are endpoints
//! that go by the TSN alone. Of two versions of a fragment the first stays, and the latest other one
//! beside it: which of them the endpoint took is not known here (it passes over a packet whose
//! checksum is wrong). Both readings are handed out. Fragments that were handed out stay for a
//! while, so that a later version or copy of one is told. What was noted of the packets of all
//! fragments is noted of the message.

use picket_dissectors::{Note, Notes};
use picket_hw::Timestamp;

use super::{AssocKey, Chunk, Counters, Delivery, Lost};
use crate::state::{
    octets::{Blocks, Chain, LONGEST, Pool},
    table::{ExpiringTable, Gone},
};

/// All fragments.
#[derive(Debug)]
pub(super) struct Fragments {
    table: ExpiringTable<Place, Piece>,
    blocks: Blocks,
    pool: Pool,
}

/// The last fragments of one association, a ring: how many one association may have.
#[derive(Debug, Default)]
pub(super) struct Recent {
    places: Vec<(Lane, u32)>,
    next: usize,
}

/// Fragments while a chunk is taken.
pub(super) struct Keeper<'a> {
    table: &'a mut ExpiringTable<Place, Piece>,
    blocks: &'a mut Blocks,
    pool: &'a mut Pool,
    counters: &'a mut Counters,
    notes: &'a mut Notes,
    now: Timestamp,
}

/// Where a fragment belongs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Place {
    association: AssocKey,
    lane: Lane,
    position: u32,
}

/// In what fragments are numbered.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Lane {
    /// The TSNs of an association.
    Association,
    /// The fragment numbers of an I-DATA message.
    Message { stream: u16, message: u32, unordered: bool },
}

#[derive(Debug)]
struct Piece {
    octets: Chain,
    said: Said,
    /// The latest version that says something else in the same place of the same message.
    rival: Option<Chain>,
    /// What was noted of its packet.
    notes: Notes,
    /// Whether the message was handed out.
    done: bool,
    conflict: bool,
}

/// What a fragment says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Said {
    stream: u16,
    message: u32,
    unordered: bool,
    beginning: bool,
    ending: bool,
    ppid: Option<u32>,
}

/// A run of fragments from B to E.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    count: u16,
}

impl Fragments {
    pub(super) fn new(capacity: usize, octets: usize, seed: u64) -> Self {
        Self {
            table: ExpiringTable::new(capacity, &[DONE_LIFETIME, LIFETIME], seed),
            blocks: Blocks::new(octets),
            pool: Pool::default(),
        }
    }

    /// Returns how many fragments wait for others.
    pub(super) fn entries(&self) -> usize {
        self.table.len()
    }

    pub(super) const fn keeper<'a>(
        &'a mut self,
        counters: &'a mut Counters,
        notes: &'a mut Notes,
        now: Timestamp,
    ) -> Keeper<'a> {
        let Self { table, blocks, pool } = self;
        Keeper { table, blocks, pool, counters, notes, now }
    }

    pub(super) fn recycle(&mut self, buffer: Vec<u8>) {
        self.pool.give_back(buffer);
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.table.next_deadline()
    }

    pub(super) const fn octets_held(&self) -> usize {
        self.blocks.held()
    }

    /// Takes out the next fragment whose time is over, and those without gap before and after it:
    /// they will not become whole either.
    pub(super) fn expire(&mut self, now: Timestamp) -> Option<Lost> {
        loop {
            let Gone { key, value, deadline } = self.table.expire(now)?;
            let Piece { octets, said, done, rival, .. } = value;
            if let Some(rival) = rival {
                self.blocks.release(rival);
            }
            let mut lost = Lost {
                association: key.association,
                stream: said.stream,
                position: key.position,
                fragments: 1,
                octets: octets.len(),
                deadline,
            };
            self.blocks.release(octets);
            if done {
                continue;
            }
            let mut edge = said.beginning;
            while !edge
                && let before = key.at(lost.position.wrapping_sub(1))
                && let Some(piece) = self.take_waiting(before, |said| !said.ending)
            {
                lost.position = before.position;
                edge = piece.said.beginning;
                lost.add(self.blocks.put_back(piece));
            }
            let (mut edge, mut last) = (said.ending, key.position);
            while !edge
                && let after = key.at(last.wrapping_add(1))
                && let Some(piece) = self.take_waiting(after, |said| !said.beginning)
            {
                last = after.position;
                edge = piece.said.ending;
                lost.add(self.blocks.put_back(piece));
            }
            return Some(lost);
        }
    }

    fn take_waiting(&mut self, place: Place, fits: impl Fn(&Said) -> bool) -> Option<Piece> {
        self.table.get(&place).filter(|piece| !piece.done && fits(&piece.said))?;
        self.table.remove(&place)
    }
}

impl Keeper<'_> {
    /// Takes a fragment; `duplicate` when its TSN was seen before with the same octets.
    pub(super) fn add(
        &mut self,
        association: AssocKey,
        chunk: &Chunk<'_>,
        duplicate: bool,
        recent: &mut Recent,
    ) -> Delivery {
        let place = Place::of(association, chunk);
        if let Some(piece) = self.table.get_mut(&place) {
            if piece.said == Said::of(chunk) && self.blocks.equal(&piece.octets, chunk.payload) {
                return Delivery::DuplicateFragment;
            }
            piece.conflict = true;
            self.conflict();
            let whole = self.assemble(place, Some(chunk));
            if whole.is_none() {
                self.keep_rival(place, chunk);
            }
            return whole.unwrap_or(Delivery::Partial);
        }
        // Of a message that was handed out, or whose time was over.
        if duplicate {
            return Delivery::DuplicateFragment;
        }
        if !self.keep(place, chunk, recent) {
            return Delivery::Partial;
        }
        if self.contradicts_neighbours(place, chunk) {
            self.conflict();
        }
        self.assemble(place, None).unwrap_or(Delivery::Partial)
    }

    fn keep(&mut self, place: Place, chunk: &Chunk<'_>, recent: &mut Recent) -> bool {
        if let Some(oldest) = recent.push(place)
            && let Some(piece) = self.table.remove(&oldest)
        {
            self.forget(piece);
        }
        let Some(octets) = self.store(chunk.payload) else { return false };
        let piece = Piece {
            octets,
            said: Said::of(chunk),
            rival: None,
            notes: *self.notes,
            done: false,
            conflict: false,
        };
        if let Some(gone) = self.table.insert(place, piece, WAITING, self.now) {
            self.forget(gone.value);
        }
        true
    }

    /// Keeps another version of a fragment, in place of one kept before.
    fn keep_rival(&mut self, place: Place, chunk: &Chunk<'_>) {
        let fits = |said: &Said| {
            said.beginning == chunk.beginning
                && said.ending == chunk.ending
                && said.same_message(&Said::of(chunk))
        };
        if self.table.get(&place).is_none_or(|piece| piece.done || !fits(&piece.said)) {
            return;
        }
        let Some(octets) = self.store(chunk.payload) else { return };
        // Making room may have cost the fragment itself.
        let Some(piece) = self.table.get_mut(&place) else { return self.blocks.release(octets) };
        piece.notes.merge(self.notes);
        if let Some(old) = piece.rival.replace(octets) {
            self.blocks.release(old);
        }
    }

    /// Stores octets, forgetting fragments for it, oldest first.
    fn store(&mut self, octets: &[u8]) -> Option<Chain> {
        while !self.blocks.has_room(octets.len()) {
            let gone = self.table.expire(Timestamp::MAX)?;
            self.forget(gone.value);
        }
        self.blocks.store(octets)
    }

    fn forget(&mut self, piece: Piece) {
        if !piece.done {
            self.counters.evicted_fragments += 1;
            self.notes.add(Note::StateEvicted);
        }
        self.blocks.put_back(piece);
    }

    fn conflict(&mut self) {
        self.counters.fragment_conflicts += 1;
        self.notes.add(Note::SctpFragmentConflict);
    }

    /// Whether the fragment next to it says that a message ends or begins where this one says it
    /// does not.
    fn contradicts_neighbours(&self, place: Place, chunk: &Chunk<'_>) -> bool {
        let before = self.table.get(&place.at(place.position.wrapping_sub(1)));
        let after = self.table.get(&place.at(place.position.wrapping_add(1)));
        before.is_some_and(|piece| piece.said.ending != chunk.beginning)
            || after.is_some_and(|piece| piece.said.beginning != chunk.ending)
    }

    /// Puts the message around `place` together if it is whole, with `other` instead of what is
    /// kept there, if given.
    fn assemble(&mut self, place: Place, other: Option<&Chunk<'_>>) -> Option<Delivery> {
        let run = self.run(place, other)?;
        let mut octets = self.pool.take();
        let mut rival = None;
        let mut start = None;
        let mut conflict = other.is_some();
        for step in 0..run.count {
            let at = place.at(run.first.wrapping_add(step.into()));
            let piece = self.table.get_mut(&at)?;
            self.notes.merge(&piece.notes);
            // Up to the first rival both readings are the same.
            if other.is_none() && rival.is_none() && piece.rival.is_some() {
                let mut both = self.pool.take();
                both.extend_from_slice(&octets);
                rival = Some(both);
            }
            if let Some(rival) = &mut rival {
                self.blocks.read(piece.rival.as_ref().unwrap_or(&piece.octets), rival);
            }
            let said = match other.filter(|_| at == place) {
                Some(chunk) => {
                    octets.extend_from_slice(chunk.payload);
                    Said::of(chunk)
                }
                None => {
                    self.blocks.read(&piece.octets, &mut octets);
                    piece.said
                }
            };
            let same = start.get_or_insert(said).same_message(&said);
            conflict |= piece.conflict || !same;
            if other.is_none() {
                piece.done = true;
                self.table.touch(&at, DONE, self.now);
            }
        }
        if conflict {
            self.notes.add(Note::SctpFragmentConflict);
        }
        self.counters.reassembled += 1;
        let ppid = start.and_then(|said| said.ppid).unwrap_or(0);
        Some(Delivery::Reassembled { octets, rival, ppid, fragments: run.count })
    }

    /// Finds the run around `place`. In order, all fragments but the last are done after a look at
    /// either side.
    fn run(&mut self, place: Place, other: Option<&Chunk<'_>>) -> Option<Run> {
        let here = match other {
            Some(chunk) => (Said::of(chunk), chunk.payload.len()),
            None => self.look(place)?,
        };
        let (mut count, mut octets) = (1_u16, here.1);
        let (mut first, mut begun) = (place.position, here.0.beginning);
        while !begun {
            let before = first.wrapping_sub(1);
            let (said, len) = self.look(place.at(before)).filter(|(said, _)| !said.ending)?;
            (first, begun) = (before, said.beginning);
            (count, octets) = self.within(count, octets, len)?;
        }
        let (mut last, mut ended) = (place.position, here.0.ending);
        while !ended {
            let after = last.wrapping_add(1);
            let (said, len) = self.look(place.at(after)).filter(|(said, _)| !said.beginning)?;
            (last, ended) = (after, said.ending);
            (count, octets) = self.within(count, octets, len)?;
        }
        Some(Run { first, count })
    }

    fn look(&self, place: Place) -> Option<(Said, usize)> {
        self.table.get(&place).map(|piece| (piece.said, piece.octets.len()))
    }

    fn within(&mut self, count: u16, octets: usize, len: usize) -> Option<(u16, usize)> {
        let (count, octets) = (count + 1, octets + len);
        if count > MOST || octets > LONGEST {
            self.counters.oversize += 1;
            return None;
        }
        Some((count, octets))
    }
}

impl Recent {
    /// Remembers a place; returns the one that is too many.
    fn push(&mut self, place: Place) -> Option<Place> {
        let newest = (place.lane, place.position);
        if self.places.len() < RECENT {
            self.places.push(newest);
            return None;
        }
        let (lane, position) = core::mem::replace(self.places.get_mut(self.next)?, newest);
        self.next = (self.next + 1) % RECENT;
        Some(Place { lane, position, ..place })
    }
}

impl Place {
    const fn of(association: AssocKey, chunk: &Chunk<'_>) -> Self {
        let Chunk { tsn, stream, message, unordered, .. } = *chunk;
        match chunk.fragment {
            None => Self { association, lane: Lane::Association, position: tsn },
            Some(position) => {
                Self { association, lane: Lane::Message { stream, message, unordered }, position }
            }
        }
    }

    const fn at(self, position: u32) -> Self {
        Self { position, ..self }
    }
}

impl Said {
    const fn of(chunk: &Chunk<'_>) -> Self {
        let Chunk { stream, message, unordered, beginning, ending, ppid, .. } = *chunk;
        Self { stream, message, unordered, beginning, ending, ppid }
    }

    /// Whether both can be of one message; the receiver does not look at the sequence number of
    /// unordered ones (RFC 9260 §3.3.1).
    fn same_message(&self, other: &Self) -> bool {
        self.stream == other.stream
            && self.unordered == other.unordered
            && (self.unordered || self.message == other.message)
    }
}

impl Lost {
    const fn add(&mut self, octets: usize) {
        self.fragments = self.fragments.saturating_add(1);
        self.octets += octets;
    }
}

impl Blocks {
    fn put_back(&mut self, piece: Piece) -> usize {
        let len = piece.octets.len();
        self.release(piece.octets);
        if let Some(rival) = piece.rival {
            self.release(rival);
        }
        len
    }
}

/// Class of fragments whose message was handed out.
const DONE: u8 = 0;
/// Nanoseconds they stay.
const DONE_LIFETIME: u64 = 5_000_000_000;
/// Class of fragments that wait for others.
const WAITING: u8 = 1;
/// Nanoseconds they wait.
pub(super) const LIFETIME: u64 = 30_000_000_000;
/// Fragments one association may have.
const RECENT: usize = 1024;
/// Fragments one message may have.
const MOST: u16 = 512;
